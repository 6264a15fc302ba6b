"""What is kept until a cluster is established: values, statements, documents, names in texts."""

import hashlib
import io
import json
import zipfile

import openpyxl
import pandas as pd
import pytest
from layerstores import publish, schematic_tables

from lib.access import roles
from lib.access.policy import Policy
from lib.access.roles import Actor
from lib.layers.frames import projects
from lib.places import search
from lib.register.clusters import register
from lib.reports.alldata.everything import MAKERS, everything
from lib.reports.cards.clusters import cluster_card
from lib.reports.cards.known import Known
from lib.reports.cards.markup import card_html
from lib.store import history
from lib.store.store import Snapshot, Table
from lib.tables import facts
from lib.tables.disclosure import MARK
from lib.tables.registry import TABLES
from lib.tables.statements.record import Statement
from lib.tables.statements.say import say

FIRM, TENANT = "Công ty Bí Mật Phú Thọ", "Xưởng Kín Việt Trì"
OPEN, SHUT = "PT-001", "PT-017"
"""An established cluster and one of which nobody says so."""
SOURCE = {"source_url": "file:a.csv", "as_of": "2026-11-20"}


def with_secrets(tables: dict[str, Table]) -> dict[str, Table]:
    frame = tables["clusters"].frame.copy()
    for code, status in ((OPEN, "established"), (SHUT, "in_plan")):
        own = frame["cluster_id"] == code
        frame.loc[own, ["legal_status", "investor"]] = [status, FIRM]
        frame.loc[own, ["infra_capital_bn", "investor_kind"]] = [731.5, "enterprise"]
        frame.loc[own, "note"] = f"Văn bản của {FIRM.upper()} gửi ngày 1/2."
    made = {name: table.frame for name, table in tables.items()} | {"clusters": frame}
    other = Statement("clusters", SHUT, "investor", f"{FIRM} cũ", "https://b.vn/x", "2020-01-01")
    said = say(made, [other, Statement("clusters", SHUT, "area_ha", "40", "b", "2026-11-01")])
    rows = [
        {"project_id": "A", "cluster_id": SHUT, "firm": TENANT, "capital_bn": 88.25},
        {"project_id": "B", "cluster_id": OPEN, "firm": "Xưởng Mở", "capital_bn": 5.5},
    ]
    columns = [column.name for column in TABLES["projects"].every()]
    firms = pd.DataFrame([SOURCE | row for row in rows]).reindex(columns=columns)
    task = {"cluster_id": SHUT, "group": "clearance", "text": f"{TENANT} chưa bàn giao"}
    names = [column.name for column in TABLES["obstacles"].every()]
    held = pd.DataFrame([SOURCE | task]).reindex(columns=names)
    return tables | {
        "clusters": Table(said["clusters"], "test", "2026-11-20"),
        "statements": Table(said["statements"], "test", "2026-11-20"),
        "projects": Table(facts.check("projects", firms, file="p"), "test", "2026-11-20"),
        "obstacles": Table(facts.check("obstacles", held, file="o"), "test", "2026-11-20"),
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return publish(tmp_path_factory.mktemp("kept") / "store", with_secrets(schematic_tables()))


@pytest.fixture(scope="module")
def seen(whole: Snapshot) -> Snapshot:
    return history.seen_without(whole, {MARK})


def everywhere(snapshot: Snapshot) -> str:
    """Return all cells of all tables as one text."""
    tables = (snapshot.read(name) for name in snapshot.manifest.tables)
    return "\n".join(
        frame.drop(columns="geometry", errors="ignore").astype(str).to_csv() for frame in tables
    )


def test_only_who_may_not_import_is_kept_from_it():
    proxy = {"proxy": {"secret": "s" * 40}, "people": {"lan": "editor"}}
    kept = Policy.model_validate(proxy | {"disclosure": "established"})
    for role, hidden in (("viewer", True), (None, True), ("editor", False)):
        assert (MARK in roles.closed_to(Actor(role), kept)) is hidden
        assert MARK not in roles.closed_to(Actor(role), Policy.model_validate(proxy))
    assert MARK not in roles.closed_to(Actor("administrator"), kept)
    name = roles.file_name(Actor("editor"), "a.xlsx", kept)
    assert roles.needed_for_file(f"attachment; filename={name}") == roles.Action.IMPORT
    assert roles.file_name(Actor("viewer"), "a.xlsx", kept) == "a.xlsx"


def test_values_statements_and_names_of_one_not_established_are_left_out(whole, seen):
    assert FIRM in everywhere(whole)
    clusters = seen.read("clusters").set_index("cluster_id")
    assert clusters.loc[OPEN, "investor"] == FIRM
    assert clusters.loc[OPEN, "infra_capital_bn"] == 731.5
    assert pd.isna(clusters.loc[SHUT, ["investor", "investor_kind", "infra_capital_bn"]]).all()
    assert clusters.loc[SHUT, "note"] == "Văn bản của (chưa công bố) gửi ngày 1/2."
    assert clusters.loc[SHUT, "area_ha"] == 40
    said = seen.read("statements")
    assert "area_ha" in set(said.loc[said["id"] == SHUT, "field"])
    assert "investor" not in set(said.loc[said["id"] == SHUT, "field"])
    firms = seen.read("projects").set_index("project_id")
    assert firms.loc["A", "firm"] == "doanh nghiệp chưa công bố"
    assert pd.isna(firms.loc["A", "capital_bn"])
    assert firms.loc["B", "capital_bn"] == 5.5
    told = everywhere(seen)
    assert TENANT not in told
    assert f"{FIRM} cũ" not in told
    assert whole.read("clusters")["investor"].notna().sum() > clusters["investor"].notna().sum()


def test_the_card_says_that_it_is_kept_and_not_that_nobody_knows(seen):
    tables = {name: seen.read(name) for name in seen.manifest.tables}
    known = Known(seen.manifest, tables, register(tables))
    html = str(card_html(cluster_card(known, SHUT, "vi")))
    assert "chưa công bố: cụm chưa thành lập" in html
    assert FIRM not in html
    assert "731" not in html
    assert FIRM in str(card_html(cluster_card(known, OPEN, "vi")))
    found = search.find(FIRM, search.build_index(tables))
    assert f"clusters:{OPEN}" in {hit.target for hit in found}
    assert f"clusters:{SHUT}" not in {hit.target for hit in found}


@pytest.mark.parametrize("kind", list(MAKERS))
def test_no_download_of_everything_has_it(whole, seen, kind):
    assert holds(everything(whole, kind), kind, TENANT)
    assert not holds(everything(seen, kind), kind, TENANT)
    assert not holds(everything(seen, kind), kind, f"{FIRM} cũ")


def test_the_manifest_of_a_download_has_the_sum_of_each_file_as_it_is_there(whole, seen):
    for snapshot in (whole, seen):
        with zipfile.ZipFile(io.BytesIO(everything(snapshot, "geoparquet"))) as archive:
            told = json.loads(archive.read("manifest.json"))["tables"]
            for name, info in told.items():
                content = archive.read(f"{name}.parquet")
                assert hashlib.sha256(content).hexdigest() == info["sha256"], name


def holds(content: bytes, kind: str, text: str) -> bool:
    if kind == "geoparquet":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".parquet")]
            frames = [pd.read_parquet(io.BytesIO(archive.read(name))) for name in names]
        return any(
            text in frame.drop(columns="geometry", errors="ignore").astype(str).to_csv()
            for frame in frames
        )
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return any(text in str(cell) for row in rows for cell in row)
    return text.encode() in content


def test_no_layer_file_names_a_firm_so_all_are_served_the_same_ones(whole):
    tables = {name: whole.read(name) for name in whole.manifest.tables}
    drawn = projects(tables)
    assert set(drawn["code"]) == {"A", "B"}
    shown = drawn[["code", "name", "vi", "en"]].astype(str).to_csv()
    assert TENANT not in shown
    assert "Xưởng Mở" not in shown
