"""A shared database: what goes in comes out, for QGIS; no value is SQL."""

import datetime as dt

import geopandas as gpd
import ownrows
import pandas as pd
import pytest
import shapely
from databases import psycopg
from databasestores import (
    HOSTILE,
    communes,
    customers,
    looking,
    publish,
    rows,
    served,
    tables,
    typed,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.language.errors import StoreError
from lib.language.text import t
from lib.register.clusters import register
from lib.store.database import layout, publishing
from lib.store.database.postgis import Database
from lib.store.store import Act, Store, Table
from lib.tables import facts
from lib.tables.ownlayers import layer_id_of, part_of
from lib.tables.schemas import ALL_TABLES

# ---- what others read -----------------------------------------------------------


def test_every_table_of_a_snapshot_has_a_place_with_the_types_of_the_glossary(url, here):
    publish(here)
    found = rows(
        url,
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'phutho'",
    )
    kinds = {(table, column): kind for table, column, kind in found}
    assert {table for table, _ in kinds} == set(layout.COLUMNS)
    shown = {name: model for name, model in ALL_TABLES.items() if name != "own_rows"}
    assert set(shown) <= set(layout.COLUMNS)
    for table, model in shown.items():
        for column in model.columns:
            assert (table, column) in kinds
    assert kinds["outages", "end"] == "timestamp without time zone"
    assert kinds["clusters", "area_ha"] == "double precision"
    assert kinds["clusters", "enterprises"] == "bigint"
    assert kinds["customers", "sample"] == "boolean"
    shapes = rows(url, "SELECT f_table_name, type, srid FROM geometry_columns")
    assert {srid for _, _, srid in shapes} == {4326}
    assert ("communes", "MULTIPOLYGON", 4326) in shapes
    assert ("rivers", "MULTILINESTRING", 4326) in shapes
    assert ("clusters", "POINT", 4326) in shapes
    assert "GEOMETRY" not in {kind for _, kind, _ in shapes}  # QGIS opens none of any kind
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


def test_a_table_says_in_its_comment_whether_it_is_a_sample(url, here):
    comment = "SELECT obj_description('phutho.customers'::regclass)"
    publish(here)
    assert rows(url, comment) == [(t("about.table_customers"),)]
    made_up = Table(customers(2).assign(sample=True), "", "")
    publish(here, 2, customers=made_up)
    assert rows(url, comment) == [(f"{t('about.table_customers')} – dữ liệu MẪU",)]
    kept = {name: table for name, table in tables(2).items() if name != "customers"}
    here.publish(kept, Act("import"), border_quality="reference")
    assert rows(url, comment) == [(None,)]


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


# ---- one kind of shape a table, clusters at their places -----------------------


def rivers() -> gpd.GeoDataFrame:
    line = shapely.LineString([(105, 21), (105.1, 21.1)])
    two = shapely.MultiLineString([line, shapely.LineString([(105.2, 21), (105.3, 21)])])
    shapes = [line, two, shapely.Point(105, 21), shapely.GeometryCollection([line]), None]
    names = [f"sông {at}" for at in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326")


def test_what_only_touches_the_frame_of_a_background_file_keeps_its_row_without_a_shape(url, here):
    publish(here, rivers=Table(rivers(), "", ""))
    read = rows(url, "SELECT name, GeometryType(geometry) FROM phutho.rivers ORDER BY row_no")
    line = "MULTILINESTRING"
    assert [kind for _, kind in read] == [line, line, None, None, None]


def test_a_table_an_earlier_version_made_for_any_shape_becomes_one_of_lines(url, here):
    publish(here, rivers=Table(rivers(), "", ""))
    with looking(url) as connection:
        connection.execute(
            "ALTER TABLE phutho.rivers ALTER COLUMN geometry TYPE geometry(Geometry, 4326);"
            "UPDATE phutho.rivers SET geometry = ST_SetSRID(ST_MakePoint(105, 21), 4326);"
            "UPDATE phutho_store.shown SET columns = 'name,name_basis,src,geometry'"
            " WHERE name = 'rivers'"
        )
    publish(here, 2, rivers=Table(rivers(), "", ""))
    query = "SELECT type FROM geometry_columns WHERE f_table_name = 'rivers'"
    assert rows(url, query) == [("MULTILINESTRING",)]
    assert rows(url, "SELECT count(geometry) FROM phutho.rivers") == [(2,)]


@pytest.fixture
def placed() -> dict[str, Table]:
    names = ("former_units", "ended_units", "clusters")
    made = {name: Table(facts.load(name), "", "") for name in names}
    every = facts.load("communes").assign(border_quality="reference", measured_ha=1.0)
    square = shapely.box(105, 21, 105.1, 21.1)
    made["communes"] = Table(
        gpd.GeoDataFrame(every, geometry=[square] * len(every), crs="EPSG:4326"), "", ""
    )
    return made


def places(url: str) -> dict[str, tuple[float, float] | None]:
    query = "SELECT cluster_id, ST_X(geometry), ST_Y(geometry) FROM phutho.clusters"
    return {name: None if x is None else (x, y) for name, x, y in rows(url, query)}


def test_clusters_stand_where_the_register_puts_them(url, here, placed):
    snapshot = publish(here, **placed)
    known = register({name: snapshot.read(name) for name in placed})
    told = {
        row.cluster_id: None if pd.isna(row.lat) else (row.lon, row.lat)
        for row in known.itertuples()
    }
    assert places(url) == told
    assert None in told.values()
    assert len({place for place in told.values() if place}) > 30


def test_a_cluster_moves_into_its_outline_though_its_own_row_is_as_it_was(url, here, placed):
    publish(here, **placed)
    said = {"outline_quality": ["surveyed"], "given_crs": ["EPSG:9208"]}
    outline = typed("outlines", {"cluster_id": ["PT-001"], **said})
    shape = shapely.box(105.2, 21.2, 105.21, 21.21)
    brought = gpd.GeoDataFrame(outline, geometry=[shape], crs="EPSG:4326")
    publish(here, 2, **placed, outlines=Table(brought, "", ""))
    assert shapely.contains(shape, shapely.Point(places(url)["PT-001"]))


# ---- hostile texts, names and shapes ---------------------------------------------


def test_names_of_columns_and_tables_from_files_never_reach_sql(url, here):
    column = 'geom"); DROP SCHEMA phutho CASCADE; --'
    rivers = gpd.GeoDataFrame(
        {"name": [HOSTILE], column: [1]}, geometry=[shapely.Point(105, 21)], crs="EPSG:4326"
    )
    oddly = rivers.rename_geometry("hình'; DROP")
    made = publish(here, rivers=Table(rivers, "", ""), neighbours=Table(oddly, "", ""))
    named = {'x"; DROP SCHEMA phutho CASCADE; --': Table(pd.DataFrame({"a": [1]}), "", "")}
    with pytest.raises(StoreError) as caught:
        publish(here, 2, **named)
    assert caught.value.key == "store.table_name"
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


def test_an_own_layer_is_a_typed_table_until_it_is_gone(url, here):
    own = ownrows.table()
    publish(here, own_rows=Table(own, "", "2026-10-01"))
    name = "phutho_own." + layer_id_of("Chợ").replace("-", "_")
    read = rows(
        url,
        f"SELECT ten, loai, so, ngay, match, ST_X(geometry) FROM {name} ORDER BY row_no",  # noqa: S608
    )
    assert read[0] == ("<b>Một</b>", "A", 1.5, "2024-01-15", "exact", 105.1)
    assert [row[2] for row in read] == [1.5, 2.0, None, 4.0]
    assert read[3][5] is None
    kinds = rows(url, "SELECT type FROM geometry_columns WHERE f_table_schema = 'phutho_own'")
    assert kinds == [("POINT",)]
    ((words,),) = rows(url, f"SELECT col_description('{name}'::regclass, 2)")
    assert words == "Tên"
    hostile = own.assign(layer_name=HOSTILE, layer_id=layer_id_of(HOSTILE))
    publish(here, own_rows=Table(hostile, "", "2026-10-01"))
    left = rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'phutho_own'")
    assert len(left) == 1
    assert left != [(name.removeprefix("phutho_own."),)]
    publish(here)
    assert rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'phutho_own'") == []


def test_who_may_read_one_layer_reads_it_on_and_never_a_closed_one(url, here, postgres):
    own, name = ownrows.table(), layer_id_of("Chợ").replace("-", "_")
    shut = own.assign(layer_name="Kho", layer_id=layer_id_of("Kho"))
    closed: set[str] = set()
    store = Store(here.folder, Database(url, closed=lambda: closed))

    def publish_own(*layers: pd.DataFrame) -> None:
        publish(store, own_rows=Table(pd.concat(layers, ignore_index=True), "", "2026-10-01"))

    def read_by_others(table: str) -> list[tuple]:
        with postgres.owner("kho") as owner:
            owner.execute("SET ROLE doc")
            return owner.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608

    def named() -> set[str]:
        there = (
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname LIKE 'phutho%'"
        )
        return {table for (table,) in rows(url, there)}

    publish_own(own, shut)
    secret = f"phutho_own.{layer_id_of('Kho').replace('-', '_')}"
    assert secret in named()
    with postgres.owner("kho") as owner:
        owner.execute("CREATE ROLE doc")
        for schema in ("phutho", "phutho_own"):
            owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO doc")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA phutho TO doc")
        owner.execute(f"GRANT SELECT ON phutho_own.{name} TO doc")
        owner.execute("CREATE TABLE phutho.own_rows AS SELECT 1 AS of_an_earlier_version")
        owner.execute("ALTER TABLE phutho.own_rows OWNER TO app")
    try:
        publish_own(own.iloc[:2], shut)
        assert read_by_others(f"phutho_own.{name}") == [(2,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            read_by_others(secret)
        closed.add(part_of("Kho"))
        other = own["layer_columns"].str.replace("Loại", "Nhóm")
        publish_own(own.assign(layer_columns=other), shut)
        assert read_by_others(f"phutho_own.{name}") == [(4,)], "another column, the same rights"
        assert not {secret, "phutho.own_rows"} & named()
        closed.add("own_rows")
        publish_own(own, shut)
        assert not {one for one in named() if one.startswith("phutho_own.")}
    finally:
        with postgres.owner("kho") as owner:
            owner.execute("DROP OWNED BY doc")
            owner.execute("DROP ROLE doc")
