"""One file with everything: it opens, it is whole, and hostile names are just names."""

import datetime as dt
import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from facttables import fact_tables
from pandas.testing import assert_frame_equal

from lib.language.errors import StoreError
from lib.language.text import LANGS, t
from lib.register.clusters import PLACED_BY, register
from lib.reports.alldata import contents
from lib.reports.alldata.everything import MAKERS, everything
from lib.settings import settings
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import schemas

HOSTILE = ("=1+1", "<img onerror=alert(1)>", "a';DROP TABLE clusters;--", "@SUM(A1)", "{=1}", "-2")
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SOURCE = "nguồn {x} =1+1 <b>"


def square(x: float, y: float, size: float = 0.1) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def tables() -> dict[str, pd.DataFrame]:
    made: dict[str, pd.DataFrame] = fact_tables()
    communes = made["communes"]
    shapes = [square(lon, lat) for lon, lat in zip(communes["lon"], communes["lat"], strict=True)]
    communes = communes.assign(border_quality="schematic", measured_ha=np.nan)
    made["communes"] = gpd.GeoDataFrame(communes, geometry=shapes, crs=4326)
    clusters = made["clusters"].copy()
    clusters.loc[: len(HOSTILE) - 1, "name"] = list(HOSTILE)
    clusters.loc[: len(HOSTILE) - 1, "note"] = [text[::-1] for text in HOSTILE]
    made["clusters"] = clusters
    made["rivers"] = gpd.GeoDataFrame(
        {"name": ["Lô", "mép"], "name_basis": "x", "src": "y"},
        geometry=[shapely.LineString([(105, 21), (105.1, 21.2)]), shapely.Point(105, 21)],
        crs=4326,
    )
    made["outlines"] = gpd.GeoDataFrame(
        {
            "cluster_id": clusters["cluster_id"].iloc[:2].to_numpy(),
            "outline_quality": ["surveyed", "approximate"],
            "outline_accuracy_m": [0.5, np.nan],
            "given_crs": "EPSG:9208",
            "note": HOSTILE[:2],
            "source_url": "file:ranh.kml",
            "as_of": "2026-10-05",
        },
        geometry=[square(105.1, 21.3, 0.01), square(105.2, 21.3, 0.01)],
        crs=4326,
    )
    made["outages"] = pd.DataFrame(
        {
            "outage_id": ["a", "b"],
            "start": pd.to_datetime(["2026-08-28 05:00", "2026-08-29 06:30"]),
            "end": pd.to_datetime(["2026-08-28 11:30", None]),
            "announced_end": pd.to_datetime([None, None]),
            "planned": ["planned", "unknown"],
            "cause": HOSTILE[:2],
            "feeder": ["373E8.22", None],
            "station": None,
            "area_text": "khu Đìa",
            "commune_code": [communes["code"].iloc[0], None],
            "customers_interrupted": pd.array([1200, None], dtype="Int64"),
            "sample": [False, True],
            "source_url": "file:log.xlsx",
            "as_of": "2026-09",
        }
    )
    return made


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Snapshot:
    store = Store(tmp_path_factory.mktemp("all") / "store")
    published = {name: Table(frame, SOURCE, "2026-01") for name, frame in tables().items()}
    borders = {"source_url": "https://example.org/x", "licence": "MIT"}
    act = Act("prepare", details={"borders": borders})
    return store.publish(published, act, border_quality="schematic", created=NOON)


@pytest.fixture(scope="module")
def gpkg(snapshot, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "all.gpkg"
    path.write_bytes(everything(snapshot, "gpkg"))
    return path


@pytest.fixture(scope="module")
def book(snapshot) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(everything(snapshot, "xlsx")))


def rows(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as book:
        return book.execute(query).fetchall()


def test_every_table_is_a_layer_with_all_its_rows(snapshot, gpkg):
    listed = dict(pyogrio.list_layers(gpkg))
    assert set(listed) == {*snapshot.manifest.tables, "metadata", "layer_styles"}
    for name, info in snapshot.manifest.tables.items():
        assert (
            pyogrio.read_info(gpkg, layer=name, force_feature_count=True)["features"] == info.rows
        )
        assert (listed[name] is not None) == (info.crs is not None or name == "clusters"), name
    assert listed["clusters"] == "Point"
    assert listed["communes"] == "MultiPolygon"
    assert listed["rivers"] == "MultiLineString"
    for name, kind in listed.items():
        if kind:
            assert pyogrio.read_info(gpkg, layer=name)["crs"] == "EPSG:4326"


def test_the_geopackage_says_it_is_one_and_holds_together(gpkg):
    assert rows(gpkg, "PRAGMA application_id") == [(0x47504B47,)]
    assert rows(gpkg, "PRAGMA integrity_check") == [("ok",)]
    assert rows(gpkg, "PRAGMA foreign_key_check") == []
    identifiers = rows(gpkg, "SELECT identifier FROM gpkg_contents")
    assert len(set(identifiers)) == len(identifiers)
    assert ("Cụm công nghiệp (mẫu)",) in identifiers


def test_the_values_of_a_table_come_back(snapshot, gpkg):
    for name in ("weak_supply", "outages", "power_plants"):
        expected = pd.DataFrame(snapshot.read(name))
        read = pyogrio.read_dataframe(gpkg, layer=name)
        assert list(read.columns) == list(expected.columns)
        assert_frame_equal(
            read.astype(object).where(read.notna(), None),
            expected.astype(object).where(expected.notna(), None),
            check_dtype=False,
        )


def test_clusters_stand_where_the_map_puts_them_and_the_layer_says_approximate(snapshot, gpkg):
    layer = pyogrio.read_dataframe(gpkg, layer="clusters")
    known = register({n: snapshot.read(n) for n in ("clusters", *PLACED_BY)})
    placed = known["lat"].notna().to_numpy()
    assert 0 < placed.sum() < len(placed)
    assert (layer.geometry.isna().to_numpy() == ~placed).all()
    np.testing.assert_allclose(layer.geometry.x[placed], known["lon"][placed])
    np.testing.assert_allclose(layer.geometry.y[placed], known["lat"][placed])
    assert layer["communes_now"].tolist() == known["communes_now"].tolist()
    described = rows(gpkg, "SELECT description FROM gpkg_contents WHERE table_name = 'clusters'")
    assert "gần đúng" in described[0][0]


def test_a_river_cut_to_a_point_keeps_its_row_without_its_point(gpkg):
    rivers = pyogrio.read_dataframe(gpkg, layer="rivers")
    assert rivers["name"].tolist() == ["Lô", "mép"]
    assert rivers.geometry.isna().tolist() == [False, True]


def test_every_layer_opens_styled_in_qgis(gpkg):
    layers = {name for name, kind in pyogrio.list_layers(gpkg) if kind}
    geometry = dict(rows(gpkg, "SELECT table_name, column_name FROM gpkg_geometry_columns"))
    # The very question QGIS asks when it opens a layer.
    question = (
        "SELECT styleQML FROM layer_styles WHERE f_table_schema='' AND f_table_name='{}'"
        " AND f_geometry_column='{}' ORDER BY CASE WHEN useAsDefault THEN 1 ELSE 2 END,"
        " update_time DESC LIMIT 1"
    )
    for name in layers:
        ((style,),) = rows(gpkg, question.format(name, geometry[name]))
        root = ET.fromstring(style)  # noqa: S314 written by the function under test
        assert root.find("renderer-v2/symbols/symbol/layer") is not None
        attribute = root.find("renderer-v2").get("attr")
        if attribute:
            values = set(pyogrio.read_dataframe(gpkg, layer=name)[attribute])
            assert values <= {c.get("value") for c in root.iter("category")}
    assert {name for (name,) in rows(gpkg, "SELECT f_table_name FROM layer_styles")} == layers
    assert rows(gpkg, "SELECT DISTINCT useAsDefault, update_time FROM layer_styles") == [
        (1, "2026-03-01T12:00:00")
    ]


def test_the_metadata_say_where_everything_comes_from(snapshot, gpkg):
    notes = dict(rows(gpkg, "SELECT label, text FROM metadata"))
    assert notes["Bản dữ liệu"] == snapshot.snapshot_id
    assert notes["Ranh giới xã, phường"] == t("frame.borders_schematic")
    assert notes["Nguồn và giấy phép ranh giới"] == "https://example.org/x; MIT"
    for name, info in snapshot.manifest.tables.items():
        assert SOURCE in notes[name]
        assert "01/2026" in notes[name]
        assert info.sha256 in notes[name]


def test_hostile_names_are_just_names(snapshot, gpkg, book):
    layer = pyogrio.read_dataframe(gpkg, layer="clusters")
    assert layer["name"].head(len(HOSTILE)).tolist() == list(HOSTILE)
    sheet = book["clusters"]
    heading = [cell.value for cell in sheet[1]]
    place = heading.index(schemas.label("clusters", "name")) + 1
    cells = [sheet.cell(row, place) for row in range(2, 2 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [c for page in book for row in page.iter_rows() for c in row if c.data_type == "f"]
    assert not [c for page in book for row in page.iter_rows() for c in row if c.hyperlink]
    with zipfile.ZipFile(io.BytesIO(everything(snapshot, "geoparquet"))) as archive:
        back = pd.read_parquet(io.BytesIO(archive.read("clusters.parquet")))
    assert back["name"].head(len(HOSTILE)).tolist() == list(HOSTILE)


def test_the_workbook_has_a_sheet_a_table_after_its_notes(snapshot, book):
    assert book.sheetnames == ["Ghi chú", *snapshot.manifest.tables]
    notes = [[cell.value for cell in row] for row in book["Ghi chú"].iter_rows()]
    start = next(i for i, row in enumerate(notes) if row[0] == "Trang tính")
    about = {row[0]: row[1] for row in notes[:start]}
    assert about["Bản dữ liệu"] == snapshot.snapshot_id
    listed = {row[0]: row[2] for row in notes[start + 1 :]}
    assert listed == {name: info.rows for name, info in snapshot.manifest.tables.items()}
    assert all(row[3:5] == [SOURCE, "01/2026"] for row in notes[start + 1 :])


def coded(codes: str, lang: str):
    """Return what turns the words of a sheet back into codes."""
    words = {schemas.value_label(codes, code, lang): code for code in schemas.CODES[codes]}
    return lambda word: words.get(word) or word.rpartition("[")[2].rstrip("]")


@pytest.mark.parametrize("lang", LANGS)
def test_a_sheet_reads_back_by_its_headings_and_words(snapshot, lang):
    content = io.BytesIO(everything(snapshot, "xlsx", lang))
    for name in snapshot.manifest.tables:
        sheet = pd.read_excel(
            content,
            sheet_name=name,
            engine="openpyxl",
            dtype=object,
            keep_default_na=False,
            na_values=[""],
        )
        expected = pd.DataFrame(snapshot.read(name)).drop(columns="geometry", errors="ignore")
        assert len(set(sheet.columns)) == len(sheet.columns) == len(expected.columns), name
        if name not in schemas.ALL_TABLES:
            continue
        for column in schemas.ALL_TABLES[name].columns:
            found = sheet[schemas.label(name, column, lang)]
            if codes := schemas.codes_of(name, column):
                found = found.map(coded(codes, lang), "ignore")
            wanted = expected[column]
            assert found.isna().tolist() == wanted.isna().tolist(), (name, column)
            known = wanted.notna()
            if pd.api.types.is_numeric_dtype(wanted) and not pd.api.types.is_bool_dtype(wanted):
                np.testing.assert_allclose(found[known].astype(float), wanted[known].astype(float))
            else:
                assert [str(v) for v in found[known]] == [str(v) for v in wanted[known]]


def test_the_parquet_files_are_those_of_the_snapshot(snapshot):
    with zipfile.ZipFile(io.BytesIO(everything(snapshot, "geoparquet"))) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        tables = snapshot.manifest.tables
        assert names == {"README.md", "manifest.json", *(f"{name}.parquet" for name in tables)}
        readme = archive.read("README.md").decode()
        for name, info in tables.items():
            content = archive.read(f"{name}.parquet")
            assert content == (snapshot.folder / f"{name}.parquet").read_bytes()
            assert hashlib.sha256(content).hexdigest() == info.sha256
            assert readme.count(info.sha256) == 2
        assert json.loads(archive.read("manifest.json"))["snapshot_id"] == snapshot.snapshot_id
    assert readme.startswith("# Toàn bộ dữ liệu")
    assert "# All data" in readme


@pytest.mark.parametrize("kind", ["gpkg", "xlsx", "geoparquet"])
def test_the_same_snapshot_gives_the_same_file(snapshot, kind, monkeypatch):
    first = everything(snapshot, kind)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert everything(snapshot, kind) == first


@pytest.mark.parametrize("kind", ["gpkg", "xlsx", "geoparquet"])
def test_a_damaged_table_is_told_not_written(tmp_path, kind):
    store = Store(tmp_path / "store")
    published = {name: Table(frame, SOURCE, "2026-01") for name, frame in tables().items()}
    damaged = store.publish(published, Act("prepare"), border_quality="schematic")
    (damaged.folder / "weak_supply.parquet").write_bytes(b"damaged")
    with pytest.raises(StoreError) as error:
        everything(damaged, kind)
    assert error.value.key == "store.table_damaged"


def test_english_titles_and_words(snapshot, tmp_path):
    path = tmp_path / "en.gpkg"
    path.write_bytes(everything(snapshot, "gpkg", "en"))
    assert ("Industrial clusters (sample)",) in rows(path, "SELECT identifier FROM gpkg_contents")
    pages = openpyxl.load_workbook(io.BytesIO(everything(snapshot, "xlsx", "en")))
    assert pages.sheetnames[0] == "Notes"
    assert pages["clusters"]["A1"].value == "Cluster id"


def test_the_grid_can_be_kept_back(snapshot, monkeypatch, tmp_path):
    whole = zipfile.ZipFile(io.BytesIO(everything(snapshot, "geoparquet"))).namelist()
    monkeypatch.setenv("PHUTHO_GRID_LAYER", "0")
    settings.cache_clear()
    try:
        made = {kind: everything(snapshot, kind) for kind in ("geoparquet", "xlsx", "gpkg")}
    finally:
        settings.cache_clear()
    left = zipfile.ZipFile(io.BytesIO(made["geoparquet"])).namelist()
    assert set(whole) - set(left) == {"substations.parquet"}
    assert "substations" not in openpyxl.load_workbook(io.BytesIO(made["xlsx"])).sheetnames
    (tmp_path / "all.gpkg").write_bytes(made["gpkg"])
    assert "substations" not in pyogrio.list_layers(tmp_path / "all.gpkg")[:, 0]


def test_a_midnight_in_the_workbook_keeps_its_hour(tmp_path):
    made = tables()
    made["outages"].loc[0, "start"] = pd.Timestamp("2026-08-28")
    published = {name: Table(frame, SOURCE, "2026") for name, frame in made.items()}
    kept = Store(tmp_path).publish(published, Act("t"), border_quality="schematic", created=NOON)
    book = openpyxl.load_workbook(io.BytesIO(everything(kept, "xlsx")))
    starts = [row[1].value for row in book["outages"].iter_rows(min_row=2)]
    assert starts[0] == "00:00:00 28/08/2026"
    assert starts[1] == dt.datetime(2026, 8, 29, 6, 30)  # noqa: DTZ001 a sheet knows no zone


@pytest.mark.parametrize("kind", MAKERS)
def test_a_table_is_asked_once_for_made_up_rows(snapshot, monkeypatch, kind):
    asked = []
    monkeypatch.setattr(contents, "has_sample", lambda path: asked.append(path.stem) or True)
    everything(snapshot, kind)
    assert asked == ["outages"]
