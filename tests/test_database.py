"""A shared database: what goes in comes out, for QGIS and for other servers; no value is SQL."""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import itertools
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from databases import Cluster, psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import audit, facts, importing
from lib.backup import backup
from lib.database import layout, publishing
from lib.database.following import follow
from lib.database.postgis import Database
from lib.errors import StoreError
from lib.importing import Options
from lib.restore import restore_backup
from lib.schemas import ALL_TABLES
from lib.store import Act, Snapshot, Store, Table

HOSTILE = "'; DROP SCHEMA phutho CASCADE; -- \\ \t %s {} \"$$ Đồng Sóc"


def typed(table: str, rows: dict[str, list[object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(source_url="file:a.csv", as_of="2026")
    columns = list(ALL_TABLES[table].to_schema().columns)
    return ALL_TABLES[table].validate(frame.reindex(columns=columns))


@cache
def one_customer() -> pd.DataFrame:
    rows = {"commune_code": ["08500"], "month": ["2026-10"], "customers_served": [0]}
    return typed("customers", rows | {"sample": [False]})


def customers(served: int) -> pd.DataFrame:
    return one_customer().assign(customers_served=pd.array([served], dtype="Int64"))


@cache
def clusters() -> pd.DataFrame:
    return facts.load("clusters").head(3)


@cache
def communes() -> gpd.GeoDataFrame:
    row = facts.load("communes").head(1).assign(code="08500", border_quality="reference")
    row["measured_ha"] = 115.25
    square = shapely.box(105, 21, 105.1, 21.1)
    return gpd.GeoDataFrame(row, geometry=[square], crs="EPSG:4326")


def tables(served: int = 1) -> dict[str, Table]:
    return {
        "communes": Table(communes(), "cổng sáp nhập", "2025-07-01"),
        "customers": Table(customers(served), HOSTILE, "2026"),
        "clusters": Table(clusters(), "data/facts", "2026"),
    }


def publish(store: Store, served: int = 1, **more: Table) -> Snapshot:
    act = Act("import", "An", {"bảng kê.csv": b"x" * served})
    return store.publish({**tables(served), **more}, act, border_quality="reference")


def served(snapshot: Snapshot) -> int:
    return int(snapshot.read("customers")["customers_served"].iloc[0])


def fingerprint(snapshot: Snapshot) -> dict[str, str]:
    return {
        str(path.relative_to(snapshot.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in snapshot.folder.rglob("*")
        if path.is_file()
    }


def nothing(_: Snapshot) -> None:
    """Draw no layers."""


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.emptied()


@pytest.fixture
def shared(url) -> Database:
    return Database(url)


@pytest.fixture
def here(tmp_path, shared) -> Store:
    return Store(tmp_path / "máy này", shared)


@pytest.fixture
def there(tmp_path, shared) -> Store:
    return Store(tmp_path / "máy kia", shared)


@contextlib.contextmanager
def looking(url: str):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def rows(url: str, query: str) -> list[tuple]:
    with looking(url) as connection:
        return connection.execute(query).fetchall()


# ---- what others read -----------------------------------------------------------


def test_every_table_of_a_snapshot_has_a_place_with_the_types_of_the_glossary(url, here):
    publish(here)
    found = rows(
        url,
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'phutho'",
    )
    kinds = {(table, column): kind for table, column, kind in found}
    assert {table for table, _ in kinds} == set(layout.COLUMNS) >= set(ALL_TABLES)
    for table, model in ALL_TABLES.items():
        for column in model.to_schema().columns:
            assert (table, column) in kinds
    assert kinds["outages", "end"] == "timestamp without time zone"
    assert kinds["clusters", "area_ha"] == "double precision"
    assert kinds["clusters", "enterprises"] == "bigint"
    assert kinds["customers", "sample"] == "boolean"
    shapes = rows(url, "SELECT f_table_name, type, srid FROM geometry_columns")
    assert {srid for _, _, srid in shapes} == {4326}
    assert ("communes", "MULTIPOLYGON", 4326) in shapes
    words = rows(url, "SELECT col_description('phutho.clusters'::regclass, 5)")
    assert words != [(None,)]


def test_qgis_reads_what_the_snapshot_says(url, here):
    snapshot = publish(here)
    for name in ("clusters", "customers"):
        frame = snapshot.read(name)
        columns = ", ".join(f'"{column}"' for column in frame.columns)
        read = rows(url, f"SELECT {columns} FROM phutho.{name} ORDER BY row_no")  # noqa: S608
        told = frame.astype(object).where(frame.notna(), None)
        assert read == [tuple(row) for row in told.itertuples(index=False)]
    blank = rows(url, "SELECT count(*) FROM phutho.clusters WHERE outline_accuracy_m IS NULL")
    assert blank == [(int(snapshot.read("clusters")["outline_accuracy_m"].isna().sum()),)]
    ((wkb, area),) = rows(
        url, "SELECT ST_AsBinary(geometry), ST_Area(geometry::geography) FROM phutho.communes"
    )
    shape = snapshot.read_geo("communes").geometry.iloc[0]
    assert shapely.equals_identical(shapely.from_wkb(wkb), shapely.MultiPolygon([shape]))
    assert 115e6 < area < 116e6


def test_a_table_that_left_the_snapshot_is_empty(url, here):
    publish(here)
    kept = {name: table for name, table in tables(2).items() if name != "clusters"}
    here.publish(kept, Act("import"), border_quality="reference")
    assert rows(url, "SELECT count(*) FROM phutho.clusters") == [(0,)]
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(2,)]


def test_what_did_not_change_is_not_written_again(url, here):
    publish(here)
    before = rows(url, "SELECT xmin FROM phutho.communes")
    publish(here, 2)
    assert rows(url, "SELECT xmin FROM phutho.communes") == before
    assert rows(url, "SELECT count(DISTINCT sha256) FROM phutho_store.file") == [(8,)]


def test_a_reader_sees_the_old_snapshot_until_the_new_one_is_whole(url, here, monkeypatch):
    publish(here)
    seen = []

    def log(connection, event):
        seen.append(rows(url, "SELECT customers_served FROM phutho.customers"))
        return real(connection, event)

    real = publishing._log
    monkeypatch.setattr(publishing, "_log", log)
    publish(here, 2)
    assert seen == [[(1,)]]
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(2,)]


# ---- hostile texts, names and shapes ---------------------------------------------


def test_names_of_columns_and_tables_from_files_never_reach_sql(url, here):
    column = 'geom"); DROP SCHEMA phutho CASCADE; --'
    rivers = gpd.GeoDataFrame(
        {"name": [HOSTILE], column: [1]}, geometry=[shapely.Point(105, 21)], crs="EPSG:4326"
    )
    oddly = rivers.rename_geometry("hình'; DROP")
    made = publish(here, rivers=Table(rivers, "", ""), neighbours=Table(oddly, "", ""))
    publish(
        here, 2, **{'x"; DROP SCHEMA phutho CASCADE; --': Table(pd.DataFrame({"a": [1]}), "", "")}
    )
    assert rows(url, "SELECT count(*) FROM phutho.communes") == [(1,)]
    assert list(made.read("rivers").columns) == ["name", column, "geometry"]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
            | st.none()
            | st.just(HOSTILE),
            st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            st.integers(-(2**63), 2**63 - 1) | st.none(),
        ),
        min_size=20,
        max_size=60,
    )
)
def test_any_cells_come_out_as_they_went_in(url, here, cells):
    names, areas, counts = zip(*cells, strict=True)
    frame = pd.DataFrame(
        {
            "name": pd.Series(names, dtype="str"),
            "area_ha": pd.Series(areas, dtype="float64"),
            "enterprises": pd.array(counts, dtype="Int64"),
        }
    )
    here.publish({"clusters": Table(frame, "", "")}, Act("test"), border_quality="reference")
    read = rows(url, "SELECT name, area_ha, enterprises FROM phutho.clusters ORDER BY row_no")
    assert read == cells


@pytest.mark.parametrize("where", ["text", "name", "shape"])
def test_a_value_the_database_cannot_hold_is_a_refusal_and_nothing_changes(url, here, where):
    before = publish(here)
    bad = tables(2)
    act = Act("import", "An")
    if where == "text":
        bad["customers"] = Table(customers(2).assign(source_url="file:\0"), "", "")
    elif where == "name":
        act = Act("import", "A\0n")
    else:
        line = communes().set_geometry([shapely.LineString([(105, 21), (106, 22)])])
        bad["communes"] = Table(line.set_crs(4326), "", "")
    with pytest.raises(StoreError) as caught:
        here.publish(bad, act, border_quality="reference")
    assert caught.value.key == "database.not_taken"
    assert here.current() == before
    assert [s.snapshot_id for s in here.snapshots()] == [before.snapshot_id]
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(1,)]
    assert served(publish(here, 3)) == 3


def test_heights_and_missing_shapes_are_no_reason_to_refuse(url, here):
    flat = communes()
    shapes = [shapely.force_3d(flat.geometry.iloc[0], 7.0), None]
    both = pd.concat([flat, flat.assign(code="08501")], ignore_index=True)
    high = gpd.GeoDataFrame(both.drop(columns="geometry"), geometry=shapes, crs=4326)
    made = publish(here, communes=Table(high, "", ""))
    assert made.read_geo("communes").geometry.iloc[0].has_z
    assert rows(url, "SELECT ST_NDims(geometry) FROM phutho.communes ORDER BY row_no") == [
        (2,),
        (None,),
    ]


def test_times_are_local_as_the_log_says(url, here):
    start = dt.datetime(2026, 10, 1, 0, 0, 30)  # noqa: DTZ001 - local, as the log has it
    outages = typed(
        "outages",
        {"outage_id": ["1"], "start": [start], "end": [None], "announced_end": [None]}
        | {"planned": ["planned"], "sample": [False]},
    )
    publish(here, outages=Table(outages, "", ""))
    assert rows(url, 'SELECT start, "end" FROM phutho.outages') == [(start, None)]


# ---- other servers ---------------------------------------------------------------


def test_a_server_gets_every_byte_of_what_another_published(here, there, shared):
    first, second = publish(here), publish(here, 2)
    drawn: list[Snapshot] = []
    taken = follow(there, shared, drawn.append)
    assert taken == there.current()
    assert [one.snapshot_id for one in drawn] == [second.snapshot_id]
    for made in (first, second):
        own = there.open(made.snapshot_id)
        assert fingerprint(own) == fingerprint(made)
        assert own.manifest == made.manifest
    assert follow(there, shared, drawn.append) is None
    assert len(drawn) == 1
    assert not (there.folder / "fetching").exists()
    (event,) = audit.events(there.folder)
    assert (event.who, event.action, event.snapshot) == ("An", "import", second.snapshot_id)
    manifest = hashlib.sha256((second.folder / "manifest.json").read_bytes()).hexdigest()
    assert event.details == {"files": ["bảng kê.csv"], audit.MANIFEST: manifest}


def test_an_empty_database_takes_nothing_from_a_server(shared, tmp_path):
    alone = Store(tmp_path / "alone")
    made = publish(alone)
    assert follow(alone, shared, nothing) is None
    assert alone.current() == made
    assert shared.in_use() == ""


def test_what_a_server_has_already_is_not_fetched_again(here, there, shared, url):
    publish(here)
    follow(there, shared, nothing)
    publish(here, 2)
    with looking(url) as connection:  # only what changed may be asked for
        kept = here.current().manifest.tables["communes"].sha256
        connection.execute("DELETE FROM phutho_store.content WHERE sha256 = %s", (kept,))
    follow(there, shared, nothing)
    assert fingerprint(there.current()) == fingerprint(here.current())


def test_publishing_on_what_is_no_longer_in_use_is_refused(here, there, shared):
    base = publish(here)
    follow(there, shared, nothing)
    new = publish(here, 2)
    before = fingerprint(there.current())
    events = audit.events(there.folder)
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            publish(there, 3)
        assert caught.value.key == "database.moved_on"
    assert there.current().snapshot_id == base.snapshot_id
    assert fingerprint(there.current()) == before
    assert audit.events(there.folder) == events
    assert shared.in_use() == new.snapshot_id
    follow(there, shared, nothing)
    assert served(publish(there, 3)) == 3
    follow(here, shared, nothing)
    assert served(here.current()) == 3


def test_two_servers_that_publish_at_once_do_not_mix(here, there, shared, monkeypatch):
    """Both passed the first look: the one that comes second to the lock is refused."""
    publish(here)
    follow(there, shared, nothing)
    monkeypatch.setattr(Database, "expect", lambda *_: None)
    won = publish(here, 2)
    with pytest.raises(StoreError) as caught:
        publish(there, 3)
    assert caught.value.key == "database.moved_on"
    assert shared.in_use() == won.snapshot_id
    assert len(there.snapshots()) == 1


def test_a_restore_is_followed_and_the_log_says_so(here, there, shared, url):
    first = publish(here)
    publish(here, 2)
    follow(there, shared, nothing)
    here.restore(first.snapshot_id, who="Bình")
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(1,)]
    follow(there, shared, nothing)
    assert there.current().snapshot_id == first.snapshot_id
    status = shared.status()
    assert (status.events, status.snapshots, status.in_use) == (3, 2, first.snapshot_id)
    assert (status.last.who, status.last.action) == ("Bình", "restore")
    assert audit.events(there.folder)[-1].who == "Bình"


def test_a_restore_on_a_server_that_fell_behind_is_refused(here, there, shared):
    first = publish(here)
    second = publish(here, 2)
    follow(there, shared, nothing)
    third = publish(here, 3)
    with pytest.raises(StoreError) as caught:
        there.restore(first.snapshot_id, who="Bình")
    assert caught.value.key == "database.moved_on"
    assert there.current().snapshot_id == second.snapshot_id
    assert shared.in_use() == third.snapshot_id


def test_an_import_goes_to_the_database(here, there, shared, url, tmp_path):
    base = publish(here)
    path = tmp_path / "Khách hàng.csv"
    path.write_text("Mã xã;Tháng;Số khách hàng\n08500;10/2026;77\n", encoding="utf-8")
    contents, lost = importing.read_all([(path, path.name)])
    options = Options("customers", "2026-11-25")
    draft = importing.check(contents, options, importing.tables_of(base), unreadable=lost)
    files = {path.name: path.read_bytes()}
    importing.publish(here, draft, base=base, files=files, who="An", confirmed=False)
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(77,)]
    taken = follow(there, shared, nothing)
    assert served(taken) == 77
    assert (taken.folder / taken.manifest.files[0].stored).read_bytes() == path.read_bytes()


def test_a_backup_restored_on_one_server_reaches_the_other(here, there, shared, tmp_path):
    first = publish(here)
    backup(here, tmp_path / "b.zip")
    publish(here, 2)
    follow(there, shared, nothing)
    restore_backup(tmp_path / "b.zip", here, who="Chi")
    follow(there, shared, nothing)
    assert there.current().snapshot_id == first.snapshot_id
    assert shared.status().last.action == "restore-backup"


def test_a_backup_is_not_restored_over_what_another_server_published(here, there, shared, tmp_path):
    publish(here)
    backup(here, tmp_path / "b.zip")
    publish(here, 2)
    follow(there, shared, nothing)
    new = publish(there, 3)
    before = fingerprint(here.current())
    for store in (here, Store(tmp_path / "trống", shared)):
        with pytest.raises(StoreError) as caught:
            restore_backup(tmp_path / "b.zip", store, who="Chi")
        assert caught.value.key == "database.moved_on"
    assert fingerprint(here.current()) == before
    assert shared.in_use() == new.snapshot_id
    assert Store(tmp_path / "trống").current() is None


def test_a_newer_local_snapshot_gives_way_when_another_came_into_use_meanwhile(here, there, shared):
    """A follower that was slow never puts an older snapshot over a newer one."""
    publish(here)
    newest: list[Snapshot] = []

    def slow(_: Snapshot) -> None:
        newest.append(publish(here, 2))

    assert follow(there, shared, slow) is None
    assert there.current() is None
    assert follow(there, shared, nothing).snapshot_id == newest[0].snapshot_id


# ---- what is damaged in the database ------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        (
            "UPDATE phutho_store.content SET bytes = set_byte(bytes, 9, 255 - get_byte(bytes, 9)) "
            "WHERE length(bytes) > 9"
        ),
        "UPDATE phutho_store.content SET bytes = substr(bytes, 1, 40)",
        "DELETE FROM phutho_store.content",
        "DELETE FROM phutho_store.file WHERE name LIKE '%.parquet'",
        "UPDATE phutho_store.file SET name = '../../../CURRENT' WHERE name = 'manifest.json'",
        "UPDATE phutho_store.file SET sha256 = ''",
    ],
)
def test_what_is_damaged_in_the_database_is_never_used(here, there, shared, url, damage):
    publish(here)
    follow(there, shared, nothing)
    before = fingerprint(there.current())
    new = publish(here, 2)
    with looking(url) as connection:
        connection.execute(damage)
    with pytest.raises(StoreError) as caught:
        follow(there, shared, nothing)
    assert caught.value.key in {"database.damaged", "store.snapshot_unreadable"}
    assert fingerprint(there.current()) == before
    assert [s.name for s in (there.folder / "snapshots").iterdir()] == [there.current().snapshot_id]
    assert not (there.folder / "fetching").exists()
    assert here.current() == new


@pytest.mark.parametrize("name", ["../../x", "20261125T000000Z-000000000000/../.."])
def test_a_name_that_leads_elsewhere_is_refused(here, there, shared, url, name):
    publish(here)
    with looking(url) as connection:
        connection.execute("INSERT INTO phutho_store.snapshot VALUES (%s, '', '', '', '')", (name,))
    with pytest.raises(StoreError) as caught:
        follow(there, shared, nothing)
    assert caught.value.key == "database.damaged"


def test_a_changed_line_of_the_log_is_noticed(here, there, shared, url):
    publish(here)
    with looking(url) as connection:
        connection.execute("UPDATE phutho_store.log SET line = replace(line, 'An', 'Ba')")
    for act in (shared.status, lambda: follow(there, shared, nothing), lambda: publish(here, 2)):
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.key == "audit.broken"
    assert served(here.current()) == 1


def test_a_table_somebody_edited_is_seen_and_mended(here, shared, url):
    snapshot = publish(here)
    with looking(url) as connection:
        connection.execute("DELETE FROM phutho.clusters WHERE row_no = 1")
    assert shared.status().tables["clusters"] == (3, 2)
    event = audit.Event(audit.now(), "An", "import", snapshot.snapshot_id, snapshot.snapshot_id)
    shared.publish(snapshot, event, anew=True)
    assert shared.status().tables["clusters"] == (3, 3)


def test_a_column_of_a_later_version_is_added_and_filled(here, url):
    publish(here)
    with looking(url) as connection:
        connection.execute("ALTER TABLE phutho.clusters DROP COLUMN area_ha")
        connection.execute("UPDATE phutho_store.shown SET columns = '' WHERE name = 'clusters'")
    publish(here, 2)
    count = rows(url, "SELECT count(area_ha) FROM phutho.clusters")
    assert count == [(int(tables()["clusters"].frame["area_ha"].notna().sum()),)]


def test_a_damaged_snapshot_of_a_server_is_mended_from_the_database(here, shared):
    made = publish(here)
    whole = fingerprint(made)
    (made.folder / "clusters.parquet").write_bytes(b"PAR1")
    follow(here, shared, nothing)
    assert fingerprint(here.current()) == whole


# ---- servers that do not let us ---------------------------------------------------------


def test_a_large_file_travels_in_parts(here, there, shared, monkeypatch):
    monkeypatch.setattr(publishing, "PART", 100)
    made = publish(here, 250)
    follow(there, shared, nothing)
    assert fingerprint(there.current()) == fingerprint(made)


def test_the_order_of_numbers_is_kept_in_infinite_and_missing_ones(url, here):
    frame = pd.DataFrame({"name": ["a", "b"], "area_ha": [np.inf, np.nan]})
    here.publish({"clusters": Table(frame, "", "")}, Act("test"), border_quality="reference")
    assert rows(url, "SELECT area_ha FROM phutho.clusters ORDER BY row_no") == [
        (float("inf"),),
        (None,),
    ]


def test_the_log_is_one_chain_over_all_servers(here, there, shared, url):
    publish(here)
    follow(there, shared, nothing)
    publish(there, 2)
    follow(here, shared, nothing)
    publish(here, 3)
    lines = [line for (line,) in rows(url, "SELECT line FROM phutho_store.log ORDER BY number")]
    events = audit.chain(lines)
    assert len(events) == 3
    for earlier, later in itertools.pairwise(events):
        assert later.before == earlier.snapshot
    assert dataclasses.asdict(events[-1])["snapshot"] == shared.in_use()
