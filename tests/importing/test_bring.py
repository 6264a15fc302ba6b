"""One outline in every kind of file and every system of the province is one outline."""

import zipfile

import docx
import ezdxf
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from facttables import fact_tables

from lib.geo.schematic import schematic_communes
from lib.importing import bring
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, StoreError
from lib.store.store import Act, Store, Table

CRS = (9208, 5897, 9211, 3405, 4326)
LON, LAT = 105.0, 21.55
TOLERANCE_M = 0.02


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


@pytest.fixture(scope="module")
def outline():
    corners = [(500_000, 0), (500_700, 40), (500_900, 650), (500_350, 900), (499_950, 500)]
    near = gpd.GeoSeries([shapely.Point(LON, LAT)], crs=4326).to_crs(9208).iloc[0]
    moved = [(near.x + x - 500_000, near.y + y) for x, y in corners]
    return gpd.GeoSeries([shapely.Polygon(moved)], crs=9208)


def rows_of(shape, epsg):
    heads = ("Kinh độ", "Vĩ độ") if epsg == 4326 else ("Y (m)", "X (m)")
    digits = 9 if epsg == 4326 else 3
    corners = list(shape.exterior.coords)[:-1]
    first, second = ([round(c[axis], digits) for c in corners] for axis in (0, 1))
    return [("Số hiệu điểm", *heads), *zip(range(1, 6), first, second, strict=True)]


def write(kind, shape, epsg, folder):
    path = folder / f"Ấm Hạ.{kind}"
    frame = gpd.GeoDataFrame({"name": ["Ấm Hạ"]}, geometry=[shape], crs=epsg)
    rows = rows_of(shape, epsg)
    if kind == "csv":
        path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    elif kind == "xlsx":
        pd.DataFrame(rows[1:], columns=rows[0]).to_excel(path, index=False)
    elif kind == "docx":
        document = docx.Document()
        table = document.add_table(len(rows), 3)
        for row, cells in zip(rows, table.rows, strict=True):
            for value, cell in zip(row, cells.cells, strict=True):
                cell.text = str(value)
        document.save(path)
    elif kind == "dxf":
        drawing = ezdxf.new("R2010")
        corners = list(shape.exterior.coords)[:-1]
        drawing.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "Ấm Hạ"})
        drawing.saveas(path)
    elif kind == "zip":
        frame.to_file(folder / "cum.shp", encoding="utf-8")
        (folder / "cum.prj").unlink()
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.glob("cum.*"):
                archive.write(part, part.name)
    else:
        frame.to_file(path, driver={"kml": "LIBKML", "geojson": "GeoJSON"}[kind])
    return path


KINDS = ("xlsx", "csv", "docx", "dxf", "zip", "geojson")
CASES = [(kind, epsg) for kind in KINDS for epsg in CRS] + [("kml", 4326)]


@pytest.mark.parametrize(("kind", "epsg"), CASES)
def test_the_same_outline_comes_out_of_every_file(kind, epsg, base, outline, tmp_path):
    path = write(kind, outline.to_crs(epsg).iloc[0], epsg, tmp_path)
    contents, unreadable = bring.read_all([(path, path.name)])
    assert unreadable == []
    draft = bring.check(contents, Options("outlines", "2026-11-23", crs=epsg), base)
    assert [finding.message() for finding in draft.of("refused")] == []
    made = gpd.GeoDataFrame(draft.tables["outlines"]).to_crs(9208).geometry.iloc[0]
    assert draft.tables["outlines"]["cluster_id"].tolist() == ["PT-017"]
    assert shapely.hausdorff_distance(made, outline.iloc[0]) < TOLERANCE_M


@pytest.fixture
def store(base, tmp_path):
    store = Store(tmp_path / "store")
    tables = {name: Table(frame, "data/facts", "2026") for name, frame in base.items()}
    store.publish(tables, Act("prepare"), border_quality="schematic")
    return store


def checked(store, path):
    contents, _ = bring.read_all([(path, path.name)])
    at = store.current()
    draft = bring.check(contents, Options("outlines", "2026-11-23", crs=9208), bring.tables_of(at))
    return at, draft


def publish(store, at, draft, *, confirmed=True):
    files = {"Ấm Hạ.csv": b"original"}
    return bring.publish(store, draft, base=at, files=files, who="An", confirmed=confirmed)


def test_one_act_publishes_keeps_the_original_and_can_be_taken_back(store, outline, tmp_path):
    at, draft = checked(store, write("csv", outline.iloc[0], 9208, tmp_path))
    made = publish(store, at, draft)
    assert store.current().snapshot_id == made.snapshot_id != at.snapshot_id
    (kept,) = made.manifest.files
    assert (made.folder / kept.stored).read_bytes() == b"original"
    assert made.manifest.who == "An"
    store.restore(at.snapshot_id, who="Bình")
    assert store.current().snapshot_id == at.snapshot_id
    assert "outlines" not in store.current().manifest.tables


def test_what_was_checked_against_older_data_is_not_published(store, outline, tmp_path):
    at, draft = checked(store, write("csv", outline.iloc[0], 9208, tmp_path))
    publish(store, at, draft)
    with pytest.raises(StoreError):
        publish(store, at, draft)


def test_what_is_asked_waits_for_a_word(store, outline, tmp_path):
    big = shapely.affinity.scale(outline.iloc[0], 1.4, 1.4)
    at, draft = checked(store, write("csv", big, 9208, tmp_path))
    assert draft.of("ask")
    with pytest.raises(DataRefusedError):
        publish(store, at, draft, confirmed=False)
    assert store.current().snapshot_id == at.snapshot_id


def test_one_cell_brought_is_the_files_and_the_row_keeps_its_source(tmp_path, base):
    path = tmp_path / "một ô.csv"
    path.write_text("cluster_id;former_communes\nHB-025;xã Vầy Nưa\n", encoding="utf-8")
    contents, lost = bring.read_all([(path, path.name)])
    options = Options("clusters", "2026-11-30")
    draft = bring.check(contents, options, base, unreadable=lost)
    before, after = base["clusters"], draft.tables["clusters"]
    assert list(after["source_url"]) == list(before["source_url"])
    assert list(after["as_of"]) == list(before["as_of"])
    (said,) = draft.tables["statements"].query("id == 'HB-025'").to_dict("records")
    assert said["state"] == "in_use"
    assert said["field"] == "former_communes"
    assert said["source_url"].startswith("file:")


@pytest.mark.parametrize("cell", ["", "-", "–", "  ", "chưa có số liệu"])
def test_a_blank_cell_never_erases_what_is_known(tmp_path, base, cell):
    known = base["clusters"].dropna(subset=["area_ha"]).iloc[0]
    path = tmp_path / "Trống.csv"
    path.write_text(
        f"cluster_id;area_ha;investor\n{known['cluster_id']};{cell};Công ty A\n", "utf-8"
    )
    contents, lost = bring.read_all([(path, path.name)])
    draft = bring.check(contents, Options("clusters", "2026-11-30"), base, unreadable=lost)
    after = draft.tables["clusters"].set_index("cluster_id").loc[known["cluster_id"]]
    assert after["area_ha"] == known["area_ha"]
    assert after["investor"] == "Công ty A"
    assert "importing.blank_kept" in {one.key for one in draft.of("note")}
