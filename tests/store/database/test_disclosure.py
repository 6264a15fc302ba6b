"""What others read of clusters that are not established, in a real database."""

import pandas as pd
import pytest
from databases import Cluster, psycopg
from databasestores import clusters, rows

from lib.store.database.postgis import Database
from lib.store.store import Act, Store, Table
from lib.tables import facts
from lib.tables.disclosure import MARK
from lib.tables.registry import TABLES
from lib.tables.statements.record import Statement
from lib.tables.statements.say import say

FIRM, TENANT = "Công ty Bí Mật Phú Thọ", "Xưởng Kín Việt Trì"
SOURCE = {"source_url": "file:a.csv", "as_of": "2026-11-20"}
READER = "doc_ban_do"


def made(name: str, **row: object) -> Table:
    columns = [column.name for column in TABLES[name].every()]
    frame = pd.DataFrame([SOURCE | row]).reindex(columns=columns)
    return Table(facts.check(name, frame, file=name), "test", "2026-11-20")


def told(status: str) -> tuple[str, dict[str, Table]]:
    """Return a cluster of which all that is reserved is known, and its tables."""
    frame = clusters().copy()
    code = str(frame["cluster_id"].iloc[0])
    own = frame["cluster_id"] == code
    frame.loc[own, ["legal_status", "investor", "note"]] = [status, FIRM, f"Gửi {FIRM}."]
    frame["infra_capital_bn"] = frame["cluster_id"].map({code: 731.5}).astype("Float64")
    other = Statement("clusters", code, "investor", f"{FIRM} cũ", "https://b.vn/x", "2020-01-01")
    said = say({"clusters": frame}, [other])
    return code, {
        **{name: Table(said[name], "test", "2026-11-20") for name in ("clusters", "statements")},
        "projects": made("projects", project_id="A", cluster_id=code, firm=TENANT, capital_bn=8),
        "obstacles": made(
            "obstacles", cluster_id=code, group="clearance", text=f"{TENANT} và {FIRM} chưa giao"
        ),
    }


@pytest.fixture
def read_by_others(postgres: Cluster, url: str):
    """Return how to read as an account that was granted the open tables and nothing else."""
    with postgres.owner("kho") as owner:
        owner.execute(f"DROP ROLE IF EXISTS {READER}")
        owner.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER}'")

    def everything() -> str:
        with psycopg.connect(url, autocommit=True) as app:
            app.execute(f"GRANT USAGE ON SCHEMA phutho TO {READER}")
            app.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA phutho TO {READER}")
        mine = postgres.url("kho", user=READER, password=READER)
        names = rows(mine, "SELECT tablename FROM pg_tables WHERE schemaname = 'phutho'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(mine, "SELECT * FROM phutho_store.file")
        return "\n".join(str(rows(mine, f'TABLE phutho."{name}"')) for (name,) in names)

    yield everything
    with postgres.owner("kho") as owner:
        owner.execute(f"DROP OWNED BY {READER}")
        owner.execute(f"DROP ROLE {READER}")


def publish(store: Store, status: str) -> str:
    code, tables = told(status)
    store.publish(tables, Act("import", "An"), border_quality="reference")
    return code


def test_others_read_what_is_reserved_only_while_the_cluster_is_established(
    url, tmp_path, read_by_others
):
    kept = Store(tmp_path / "kho", Database(url, closed=lambda: {MARK}))
    code = publish(kept, "in_plan")
    seen = read_by_others()
    assert code in seen
    for secret in (FIRM, TENANT, "731.5"):
        assert secret not in seen
    assert "doanh nghiệp chưa công bố" in seen
    assert kept.whole().read("clusters")["investor"].eq(FIRM).any(), "the store itself has all"
    # Only the table of clusters changes: the rows of the others open with it, and close again.
    publish(kept, "established")
    seen = read_by_others()
    for secret in (FIRM, TENANT, "731.5", f"{FIRM} cũ", f"{TENANT} và {FIRM} chưa giao"):
        assert secret in seen
    publish(kept, "in_plan")
    seen = read_by_others()
    assert TENANT not in seen
    assert FIRM not in seen


def test_a_policy_that_changes_is_followed_by_the_next_publication(url, tmp_path, read_by_others):
    publish(Store(tmp_path / "kho", Database(url)), "in_plan")
    assert FIRM in read_by_others()
    publish(Store(tmp_path / "kho", Database(url, closed=lambda: {MARK})), "unknown")
    assert FIRM not in read_by_others()
    assert TENANT not in read_by_others()
