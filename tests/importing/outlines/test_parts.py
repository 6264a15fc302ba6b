"""Several parcels of one cluster: told, or asked where they may be two versions of one."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from badfiles.corpus_build import coordinate_rows, square, workbook
from badfiles.corpus_sheets import word
from facttables import fact_tables

from lib.geo.geometry import areas_ha
from lib.geo.schematic import schematic_communes
from lib.importing import bring
from lib.importing.draft import Options

EAST, NORTH = square()[0]


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


def draft(base, path: Path):
    contents, unreadable = bring.read_all([(path, path.name)])
    options = Options(kind="outlines", as_of="2026-11-30", crs=9208)
    return bring.check(contents, options, base, unreadable=unreadable)


def parts_told(found) -> list[tuple[str, str]]:
    return [(f.level, f.key) for f in found.findings if f.key.startswith("importing.parts")]


def box(east: float, north: float, width: float, height: float):
    """Return the corners of a box so far from the corner of the square, in metres."""
    left, low = EAST + east, NORTH + north
    return [(left, low), (left + width, low), (left + width, low + height), (left, low + height)]


@pytest.mark.parametrize(
    ("second", "key"),
    [
        (box(500, 0, 366, 866), "parts_joined"),  # side by side
        (box(600, 0, 266, 866), "parts_joined"),  # apart
        (box(499.99, 0, 366.01, 866), "parts_joined"),  # a side rounded twice
        (box(499, 0, 367, 866), "parts_overlap"),
        (box(0, 0, 520, 866), "parts_overlap"),  # an older version of the first
        (box(100, 100, 10, 10), "parts_overlap"),  # inside it
    ],
)
def test_parcels_under_one_name_are_asked_if_they_overlap(tmp_path, base, second, key):
    frame = gpd.GeoDataFrame(
        {"cluster_id": ["PT-001"] * 2, "name": ["Bãi Ba 2"] * 2},
        geometry=[shapely.Polygon(box(0, 0, 500, 866)), shapely.Polygon(second)],
        crs=9208,
    )
    path = tmp_path / "Ranh.gpkg"
    frame.to_file(path, driver="GPKG")
    level = "ask" if key == "parts_overlap" else "mended"
    assert parts_told(draft(base, path)) == [(level, f"importing.{key}")]


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_parcels_without_a_name_in_two_tables_are_asked(tmp_path, base, suffix):
    path = tmp_path / f"Bãi Ba 2.{suffix}"
    tables = [coordinate_rows(box(east, 0, 433, 866)) for east in (0, 433)]
    (workbook if suffix == "xlsx" else word)(*tables)(path)
    found = draft(base, path)
    assert parts_told(found) == [("mended", "importing.parts_joined")]
    assert "importing.several_by_file" in {one.key for one in found.of("ask")}
    assert areas_ha(found.tables["outlines"].geometry).tolist() == pytest.approx([75], abs=0.02)
