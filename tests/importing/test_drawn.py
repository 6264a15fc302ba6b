"""A drawing: what a browser may say of it, the land inside its rings, the file it becomes."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from facttables import fact_tables
from hypothesis import given
from hypothesis import strategies as st

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.schematic import schematic_communes
from lib.importing import bring, drawn
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError
from lib.language.text import LANGS, t

RING = [[105.0, 21.55], [105.01, 21.55], [105.01, 21.56]]


def box(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.box(105 + x, 21.5 + y, 105 + x + side, 21.5 + y + side)


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_rings_in_any_order_and_direction_are_the_same_land(order, turned):
    shapes = [box(0, 0, 0.05), box(0.01, 0.01, 0.03), box(0.02, 0.02, 0.01), box(0.1, 0, 0.02)]
    shapes.append(box(0.105, 0.005, 0.01))
    rings = [tuple(map(tuple, shapely.get_coordinates(shape)[:-1].tolist())) for shape in shapes]
    given_ = [rings[at][::-1] if turned[at] else rings[at] for at in order]
    outline = drawn.outline_of(given_)
    outer, hole, island, other, second = shapes
    land = shapely.union_all([outer.difference(hole), island, other.difference(second)])
    assert shapely.is_valid(outline)
    assert shapely.equals(outline, land)
    again = drawn.outline_of(drawn.rings_from(outline))
    assert shapely.equals_exact(shapely.normalize(again), shapely.normalize(outline))


def test_a_hole_that_shares_corners_with_its_shell_is_a_hole():
    outer = ((105.0, 21.5), (105.02, 21.5), (105.02, 21.52), (105.0, 21.52))
    hole = ((105.0, 21.5), (105.01, 21.505), (105.005, 21.51))
    outline = drawn.outline_of([hole, outer])
    assert outline.area == pytest.approx(4e-4 - shapely.Polygon(hole).area)


def test_nothing_drawn_is_no_outline():
    assert drawn.rings_of([]) == ()
    assert drawn.outline_of(()) is None


@pytest.mark.parametrize(
    "said",
    [
        None,
        "POLYGON((0 0))",
        {"type": "Polygon"},
        ["abc"],
        [RING[:2]],
        [[*RING, [105.0]]],
        [[*RING, [105.0, 21.5, 3.0]]],
        [[*RING, ["105", "21"]]],
        [[*RING, [True, False]]],
        [[*RING, [float("nan"), 21.5]]],
        [[*RING, [181.0, 21.5]]],
        [[*RING, [10**400, 21.5]]],
        [RING * (drawn.MOST_CORNERS // 3 + 1)],
        [RING] * (drawn.MOST_RINGS + 1),
    ],
)
def test_what_no_map_sends_is_refused_in_words(said):
    with pytest.raises(DataRefusedError) as refusal:
        drawn.rings_of(said)
    assert refusal.value.key in {
        "importing.drawn_unreadable",
        "importing.drawn_too_long",
        "importing.drawn_many_rings",
    }


def test_every_means_has_metres_and_words():
    for means, metres in drawn.MEANS.items():
        assert 0 < metres <= 100
        assert all(t(f"importing.means_{means}", lang) for lang in LANGS)
        assert drawn.options(means, "2026-11-30").quality == "traced"


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


@pytest.mark.parametrize("who", ["Lan", "=HYPERLINK(1)", "<img src=x onerror=alert(1)>"])
def test_a_drawing_is_read_as_any_file_and_says_what_it_is(base, tmp_path, who):
    said = [[[105.0, 21.55], [105.0071234567891, 21.55], [105.008, 21.5561], [105.0, 21.5561]]]
    outline = drawn.outline_of(drawn.rings_of(json.loads(json.dumps(said))))
    name, content = drawn.file_of(
        outline,
        cluster_id="PT-017",
        name="Ấm Hạ",
        means="map_25000",
        who=who,
        as_of="2026-11-01",
        drawn_on="2026-11-30",
    )
    path = tmp_path / name
    path.write_bytes(content)
    contents, unreadable = bring.read_all([(path, name)])
    # Whatever the person or the options say, a drawing is traced.
    options = drawn.options("told", "2026-01-01")
    draft = bring.check(contents, options, base, unreadable=unreadable)
    assert draft.of("refused") == []
    row = draft.tables["outlines"].set_index("cluster_id").loc["PT-017"]
    assert (row["outline_quality"], row["outline_accuracy_m"]) == ("traced", 12.5)
    assert (row["source_url"], row["as_of"]) == ("file:ve-tay-PT-017.geojson", "2026-11-01")
    assert row["note"] == (
        f"Vẽ tay: {who}, 30/11/2026, vẽ theo bản đồ 1:25.000, sai số khoảng 12,5 m"
    )
    assert shapely.equals_exact(shapely.normalize(row["geometry"]), shapely.normalize(outline))


def on_each_commune(outline: shapely.Geometry, communes: gpd.GeoDataFrame) -> dict[str, float]:
    """Return hectares by commune as geopandas' overlay gives them."""
    land = gpd.GeoDataFrame(geometry=[outline], crs=STORAGE_CRS).to_crs(AREA_CRS)
    pieces = gpd.overlay(communes[["code", "geometry"]].to_crs(AREA_CRS), land)
    return dict(zip(pieces["code"], pieces.area / 10_000, strict=True))


def test_the_same_corners_in_a_file_give_the_same_hectares(base, tmp_path):
    communes = base["communes"]
    (lon, lat) = shapely.get_coordinates(communes.geometry.iloc[40])[0]
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    ring = np.column_stack([lon + 0.004 * np.cos(angles), lat + 0.003 * np.sin(angles)])
    outline = drawn.outline_of(drawn.rings_of([ring.tolist()]))
    said = {"cluster_id": "PT-017", "name": "Ấm Hạ", "means": "image", "who": "Lan"}
    days = {"as_of": "2026-11-01", "drawn_on": "2026-11-30"}
    name, content = drawn.file_of(outline, **said, **days)
    (tmp_path / name).write_bytes(content)
    flat = gpd.GeoSeries([outline], crs=STORAGE_CRS).to_crs(AREA_CRS)
    x, y = shapely.get_coordinates(flat.iloc[0])[:-1].round(3).T
    table = tmp_path / "PT-017.xlsx"
    heads = ("Số hiệu điểm", "X (m)", "Y (m)")
    pd.DataFrame(zip(range(1, 10), y, x, strict=True), columns=heads).to_excel(table, index=False)
    hectares = []
    for path, options in (
        (tmp_path / name, drawn.options("image", "2026-11-01")),
        (table, Options("outlines", "2026-11-01", crs=int(AREA_CRS.removeprefix("EPSG:")))),
    ):
        contents, unreadable = bring.read_all([(path, path.name)])
        draft = bring.check(contents, options, base, unreadable=unreadable)
        (brought,) = draft.tables["outlines"]["geometry"]
        hectares.append(on_each_commune(brought, communes))
    by_hand, by_file = hectares
    assert len(by_hand) > 1
    assert by_file == pytest.approx(by_hand, abs=0.005)
    assert by_hand == pytest.approx(on_each_commune(outline, communes), abs=1e-6)
