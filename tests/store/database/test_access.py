"""Who may not come in, tables of others, the command line; and no password is ever shown."""

import logging
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from databases import PASSWORD, QUOTED, Cluster, psycopg
from databasestores import communes, fingerprint, nothing, publish, rows, served, tables
from typer.testing import CliRunner

from lib import settings as knobs
from lib.cli.main import app
from lib.importing import bring, outside
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, PhuThoError, StoreError, WrongUseError
from lib.store.database import connect
from lib.store.database.following import follow
from lib.store.database.postgis import Database
from lib.store.store import Act, Store

ROOT = Path(__file__).parents[3]
SECRET = "kín-đáo-9f3"  # noqa: S105 - a password that no message may show


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Return how to set what the program reads; nothing of the machine's is left."""

    def set_to(url: str | None, store: Path | None = None) -> None:
        if url is None:
            monkeypatch.delenv("DATABASE_URL", raising=False)
        else:
            monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("PHUTHO_STORE", str(store or tmp_path / "kho"))
        monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
        knobs.settings.cache_clear()

    yield set_to
    knobs.settings.cache_clear()


# ---- who is not let in ----------------------------------------------------------------


def addresses(postgres: Cluster) -> dict[str, tuple[str, str]]:
    """Return addresses that lead nowhere, each with the refusal it gives."""
    good = f"127.0.0.1:{postgres.port}"
    return {
        "wrong password": (f"postgresql://app:{SECRET}@{good}/kho", "database.not_let_in"),
        "wrong name": (f"postgresql://app:{QUOTED}@{good}/{SECRET}", "database.not_let_in"),
        "wrong account": (f"postgresql://{SECRET}:{SECRET}@{good}/kho", "database.not_let_in"),
        "nobody there": (f"postgresql://app:{SECRET}@127.0.0.1:1/kho", "database.unreachable"),
        "not escaped": (f"postgresql://app:{SECRET}@{SECRET}@{good}/kho", "database.unreachable"),
        "no number": (f"postgresql://app:{SECRET}:{SECRET}/kho", "database.unreachable"),
        "another kind": (f"mysql://app:{SECRET}@{good}/kho", "database.bad_url"),
        "a broken escape": (f"postgresql://app:{SECRET}%zz@{good}/kho", "database.bad_url"),
        "no address": (f"{SECRET}", "database.bad_url"),
    }


@pytest.mark.parametrize(
    "kind",
    [
        *("wrong password", "wrong name", "wrong account", "nobody there", "not escaped"),
        *("no number", "another kind", "a broken escape", "no address"),
    ],
)
def test_who_is_not_let_in_is_told_why_without_the_password(
    postgres, tmp_path, caplog, capfd, kind
):
    url, key = addresses(postgres)[kind]
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError) as caught:
        publish(Store(tmp_path / "kho", Database(url)))
    assert caught.value.key == key
    chain: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None:  # what a log would show with the error
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    said = "".join([str(one) + repr(one) for one in chain])
    said += caught.value.message("vi") + caught.value.message("en")
    said += caplog.text + "".join(capfd.readouterr())
    assert SECRET not in said
    assert PASSWORD not in said
    assert Store(tmp_path / "kho").current() is None


def test_the_settings_do_not_show_the_address(environment, url):
    environment(url)
    shown = repr(knobs.settings()) + str(knobs.settings()) + str(knobs.settings().model_dump())
    assert PASSWORD not in shown
    assert QUOTED not in shown
    assert QUOTED not in repr(connect.database().__dict__)


def test_a_database_without_postgis_is_a_refusal_that_says_what_to_run(postgres, tmp_path):
    url = postgres.url("postgres")
    with postgres.owner() as owner:
        owner.execute("GRANT CREATE ON DATABASE postgres TO app")
    with pytest.raises(StoreError, match="CREATE EXTENSION postgis") as caught:
        publish(Store(tmp_path / "kho", Database(url)))
    assert caught.value.key == "database.no_postgis"
    assert rows(url, "SELECT to_regclass('phutho_store.in_use')::text") == [(None,)]


def test_an_account_that_may_not_make_tables_is_told(postgres, url, tmp_path):
    with postgres.owner("kho") as owner:
        owner.execute("REVOKE CREATE ON DATABASE kho FROM app")
    try:
        with pytest.raises(StoreError) as caught:
            publish(Store(tmp_path / "kho", Database(url)))
        assert caught.value.key == "database.no_right"
    finally:
        with postgres.owner("kho") as owner:
            owner.execute("GRANT CREATE ON DATABASE kho TO app")
    assert Store(tmp_path / "kho").current() is None


def test_a_database_that_may_only_be_read_is_followed_and_not_written(url, tmp_path):
    here, there = Store(tmp_path / "kho", Database(url)), tmp_path / "kho kia"
    publish(here)
    standby = Database(f"{url}?options=-c%20default_transaction_read_only%3Don")
    assert served(follow(Store(there), standby, nothing)) == 1
    with pytest.raises(StoreError) as caught:
        publish(Store(there, standby), 2)
    assert caught.value.key == "database.no_right"
    assert served(Store(there).whole()) == 1


def test_tables_of_another_making_are_a_refusal(url, tmp_path):
    store = Store(tmp_path / "kho", Database(url))
    publish(store)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE phutho_store.file RENAME COLUMN sha256 TO hash")
    with pytest.raises(StoreError) as caught:
        publish(store, 2)
    assert caught.value.key == "database.other_tables"
    assert served(store.whole()) == 1


def test_a_publisher_waits_for_the_one_before_and_then_says_so(url, tmp_path, monkeypatch):
    monkeypatch.setattr("lib.store.database.publishing.LOCK_SECONDS", 1)
    store = Store(tmp_path / "kho", Database(url))
    publish(store)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (0x50485554484F,))
        with pytest.raises(StoreError) as caught:
            publish(store, 2)
    assert caught.value.key == "database.busy"
    assert served(publish(store, 3)) == 3


def test_without_the_driver_the_refusal_says_what_to_install(environment, url, monkeypatch):
    environment(url)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("lib.store.database.p")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(StoreError, match=r"requirements-server\.txt"):
        connect.database()


def test_without_an_address_nothing_is_shared_and_the_driver_is_not_loaded():
    code = (
        "import sys; from pathlib import Path; import lib.cli.main;"
        "from lib.store.database import connect;"
        "print(connect.open_store(Path('x')).shared, 'psycopg' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.split() == ["None", "False"]


# ---- the command line --------------------------------------------------------------------


@pytest.fixture
def run(environment, url, tmp_path):
    """Return how to run a command on a store; what it says and its exit code."""

    def command(store: str, *words: str) -> tuple[int, str]:
        environment(url, tmp_path / store)
        done = CliRunner().invoke(app, list(words))
        if isinstance(done.exception, PhuThoError):
            return done.exception.exit_code, done.output + done.exception.message()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert QUOTED not in done.output
        return done.exit_code, done.output

    return command


@pytest.fixture
def drawn(monkeypatch):
    """Draw no layers: the tables here are too few for a map."""
    made: list[str] = []
    monkeypatch.setattr(
        "lib.layers.build.build", lambda snapshot, *_, **__: made.append(snapshot.snapshot_id)
    )
    return made


def test_push_status_pull(run, tmp_path, drawn):
    alone = Store(tmp_path / "a")
    made = alone.publish(tables(), Act("prepare", "An"), border_quality="reference")
    assert run("a", "database", "status")[0] == 3
    assert run("b", "database", "pull")[0] == 3
    code, said = run("a", "database", "push")
    assert code == 0
    assert made.snapshot_id in said
    code, said = run("a", "database", "status")
    assert code == 0
    assert "phutho.clusters: 3" in said
    assert run("b", "database", "status")[0] == 3
    code, said = run("b", "database", "pull")
    assert (code, drawn) == (0, [made.snapshot_id])
    assert made.snapshot_id in said
    assert run("b", "database", "pull")[0] == 0
    assert fingerprint(Store(tmp_path / "b").current()) == fingerprint(made)
    assert run("a", "database", "push")[0] == 0


def test_push_never_replaces_what_another_server_published(run, url, tmp_path):
    publish(Store(tmp_path / "a", Database(url)))
    Store(tmp_path / "b").publish(tables(9), Act("prepare"), border_quality="reference")
    code, said = run("b", "database", "push")
    assert code == 3
    assert "máy chủ khác" in said
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(1,)]


def test_status_names_a_table_somebody_edited(run, url, tmp_path):
    publish(Store(tmp_path / "a", Database(url)))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM phutho.clusters WHERE row_no = 2")
    code, said = run("a", "database", "status")
    assert code == 3
    assert "phutho.clusters" in said
    assert run("a", "database", "push")[0] == 0
    assert run("a", "database", "status")[0] == 0


def test_an_import_reads_what_others_published_first(run, url, tmp_path, drawn):
    publish(Store(tmp_path / "a", Database(url)))
    path = tmp_path / "k.csv"
    path.write_text("Mã xã;Tháng;Số khách hàng\n08500;11/2026;5\n", encoding="utf-8")
    code, said = run("b", "import", "customers", str(path))
    assert code == 0, said
    shown = rows(url, "SELECT month, customers_served FROM phutho.customers ORDER BY row_no")
    assert shown == [("2026-10", 1), ("2026-11", 5)]
    assert len(drawn) == 2


def test_prepare_without_the_database_keeps_what_is_there(environment, tmp_path, drawn):
    made = Store(tmp_path / "a").publish(tables(), Act("prepare"), border_quality="reference")
    before = fingerprint(made)
    environment("postgresql://app@127.0.0.1:1/kho", tmp_path / "a")
    done = CliRunner().invoke(app, ["prepare", "--offline"])
    assert done.exit_code == 0, done.output
    assert "Không kết nối được" in done.output
    assert drawn == [made.snapshot_id]
    assert list((tmp_path / "static").rglob("leaflet*"))
    assert fingerprint(Store(tmp_path / "a").whole()) == before


def test_prepare_without_the_database_and_without_data_is_refused(environment, tmp_path):
    environment("postgresql://app@127.0.0.1:1/kho", tmp_path / "a")
    done = CliRunner().invoke(app, ["prepare", "--offline"])
    assert isinstance(done.exception, StoreError)
    assert done.exception.key == "database.unreachable"
    assert not (tmp_path / "a" / "CURRENT").exists()


def test_without_an_address_the_commands_say_so(environment):
    environment(None)
    for words in (["database", "push"], ["database", "tables"]):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, StoreError | WrongUseError)


# ---- tables of others -------------------------------------------------------------------------


@pytest.fixture
def others(url) -> Database:
    """Return a database in which another office keeps its own tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA ngoai")
        connection.execute(
            'CREATE TABLE ngoai."khách; DROP" ("Mã xã" text, "Tháng" text, "Số khách hàng" int)'
        )
        connection.execute("""INSERT INTO ngoai."khách; DROP" VALUES ('08500', '11/2026', 12)""")
        connection.execute(
            "CREATE TABLE ngoai.ranh_gioi (cluster_id text, ghi_chu text, ha numeric(8,2),"
            ' "hình; --" public.geometry(Polygon, 3405))'
        )
        connection.execute(
            "INSERT INTO ngoai.ranh_gioi VALUES ('PT-001', '=1+1', 12.50,"
            " 'SRID=3405;POLYGON((530000 2360000,530500 2360000,530500 2360300,530000 2360000))')"
        )
    return Database(url)


def test_a_table_of_others_is_read_with_its_shapes_and_crs(others, tmp_path):
    assert outside.tables(others) == ["ngoai.khách; DROP", "ngoai.ranh_gioi"]
    frame = outside.read_table(others, "ngoai.ranh_gioi")
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs.to_epsg() == 3405
    assert frame.geometry.area.tolist() == [75_000.0]
    assert frame.drop(columns="geometry").to_numpy().tolist() == [["PT-001", "=1+1", 12.5]]
    out = tmp_path / "ranh.gpkg"
    outside.to_file(frame, out, table="ngoai.ranh_gioi")
    contents, lost = bring.read_all([(out, out.name)])
    assert not lost
    assert contents[0].layers[0].crs == "EPSG:3405"
    assert contents[0].layers[0].frame["ghi_chu"].tolist() == ["=1+1"]


@pytest.mark.usefixtures("drawn")
def test_a_table_of_others_is_imported_as_a_file_of_the_office(run, url, others, tmp_path):
    store = Store(tmp_path / "a", others)
    base = publish(store)
    out = tmp_path / "khach.csv"
    code, said = run("a", "database", "read", "ngoai.khách; DROP", "--out", str(out))
    assert code == 0, said
    contents, _ = bring.read_all([(out, out.name)])
    draft = bring.check(contents, Options("customers", "2026-11-25"), bring.tables_of(base))
    assert not draft.refused
    assert run("a", "import", "customers", str(out))[0] == 0
    assert rows(url, "SELECT count(*) FROM phutho.customers") == [(2,)]
    code, said = run("a", "database", "tables")
    assert said.splitlines() == ["ngoai.khách; DROP", "ngoai.ranh_gioi"]


@pytest.mark.parametrize(
    "name", ["ngoai.x", "pg_catalog.pg_authid", "phutho_store.content", "ngoai.ranh_gioi; DROP", ""]
)
def test_only_tables_of_the_list_are_read(others, name):
    with pytest.raises(WrongUseError) as caught:
        outside.read_table(others, name)
    assert caught.value.key == "database.no_table"


def test_reading_a_view_cannot_write(others, url):
    """A view of others may call what it likes: it is read in a transaction that cannot write."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION ngoai.xoa() RETURNS int LANGUAGE sql VOLATILE AS"
            " 'DELETE FROM ngoai.ranh_gioi; SELECT 1'"
        )
        connection.execute("CREATE VIEW ngoai.bay AS SELECT ngoai.xoa() AS n")
    with pytest.raises(StoreError) as caught:
        outside.read_table(others, "ngoai.bay")
    assert caught.value.key == "database.no_right"
    assert rows(url, "SELECT count(*) FROM ngoai.ranh_gioi") == [(1,)]


def test_a_table_no_import_could_read_is_refused(others, url, monkeypatch):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE ngoai.hai (a public.geometry, b public.geometry);"
            "CREATE TABLE ngoai.lan (g public.geometry);"
            "INSERT INTO ngoai.lan VALUES ('SRID=4326;POINT(105 21)'), ('SRID=3405;POINT(1 2)')"
        )
    for name, key in (("hai", "two_shapes"), ("lan", "several_crs")):
        with pytest.raises(DataRefusedError) as caught:
            outside.read_table(others, f"ngoai.{name}")
        assert caught.value.key == f"database.{key}"
    monkeypatch.setattr(outside, "MAX_FEATURES", 1)
    with pytest.raises(DataRefusedError) as caught:
        outside.read_table(others, "ngoai.lan")
    assert caught.value.key == "database.too_many"


def test_a_file_of_the_wrong_kind_is_refused_before_it_is_written(tmp_path):
    for frame, name in ((communes(), "a.csv"), (pd.DataFrame({"a": [1]}), "a.gpkg")):
        with pytest.raises(WrongUseError):
            outside.to_file(frame, tmp_path / name, table="ngoai.a")
        assert not (tmp_path / name).exists()
