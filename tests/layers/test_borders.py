"""Layers of borders: drawn once for the same borders, anew for others."""

import itertools
import json
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from layerstores import publish, schematic_tables, stamps

from lib.layers import borders
from lib.layers.registry import LAYERS
from lib.store.store import Table

BORDERS = {"communes", "former-provinces", "province", "fade"}


@pytest.fixture
def draw(tmp_path):
    """Return how to draw the borders of some tables, as (layer -> file), in one folder."""

    def drawn(tables, *, simplify_m=30, anew=False):
        snapshot = publish(tmp_path / "store", tables)
        static = tmp_path / "static"
        files = borders.draw(snapshot, static, simplify_m=simplify_m, anew=anew)
        return {file.layer_id: file for file in files}

    return drawn


def test_other_data_on_the_same_borders_draws_no_border_again(draw, tmp_path, monkeypatch):
    tables = schematic_tables()
    first = draw(tables)
    assert set(first) == BORDERS | {"neighbours", "rivers", "former-areas"}
    before = stamps(tmp_path / "static")
    fewer = tables["clusters"].frame.iloc[1:]
    monkeypatch.setattr(borders.geometry, "simplify_layer", None)
    assert draw({**tables, "clusters": Table(fewer, "import", "2026")}) == first
    assert stamps(tmp_path / "static") == before


def test_other_borders_tolerance_or_program_are_drawn(draw, monkeypatch):
    tables = schematic_tables()
    first = draw(tables)
    assert draw(tables, simplify_m=500)["communes"].path != first["communes"].path
    moved = tables["communes"].frame.copy()
    moved["geometry"] = moved.geometry.translate(0.01)
    shifted = draw({**tables, "communes": Table(moved, "import", "2026")})
    assert shifted["communes"].bounds[0] == pytest.approx(first["communes"].bounds[0] + 0.01)
    assert draw(tables) == first
    monkeypatch.setattr(borders, "t", lambda key, lang, **_: f"{key} {lang}")
    assert draw(tables) == first
    updated = draw(tables, anew=True)
    assert updated["communes"].path != first["communes"].path
    assert draw(tables) == updated


def test_lines_between_former_units_that_went_together_are_drawn():
    went = ["1", "1", "1;2", "2", "3"]
    edges_at = [105 + i / 8 for i in range(6)]
    units = gpd.GeoDataFrame(
        {"code": list("abcde"), "new_codes": went},
        geometry=[shapely.box(a, 21, b, 22) for a, b in itertools.pairwise(edges_at)],
        crs="EPSG:4326",
    )
    (drawn,) = borders._former_lines(units).geometry
    at = sorted(line.bounds[0] for line in shapely.get_parts(drawn))
    assert at == edges_at[1:4], "one by one, into the split unit, out of it; never d to e"


def test_the_land_around_fades_in_steps_and_the_province_does_not(draw, tmp_path):
    tables = schematic_tables()
    file = draw(tables)["fade"]
    features = json.loads((tmp_path / "static" / file.path).read_text(encoding="utf-8"))["features"]
    steps = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    land = gpd.GeoSeries([shapely.union_all(tables["communes"].frame.geometry)], crs="EPSG:4326")
    metres = land.to_crs("EPSG:9208").buffer(0)

    def over(distance):
        """Return how many steps lie over the line so far from the province."""
        line = metres.buffer(distance).boundary.to_crs("EPSG:4326").iloc[0]
        return [round(step.intersection(line).length / line.length, 2) for step in steps]

    assert over(0) == over(8_000) == [0] * len(steps)
    assert over(20_000) == [1] * len(steps)
    half = over(12_000)
    assert half == sorted(half, reverse=True)
    assert (half[0], half[-1]) == (1, 0)
    order = list(LAYERS)
    below = ("grid-2016", "power-lines", "rivers", "neighbours")
    assert all(order.index(name) < order.index("fade") for name in below), "they fade with it"


def read(static, file) -> dict[str, shapely.Geometry]:
    content = json.loads((static / file.path).read_text(encoding="utf-8"))
    return {
        feature["properties"]["name"] or feature["properties"]["code"]: shapely.from_geojson(
            json.dumps(feature["geometry"])
        )
        for feature in content["features"]
    }


def test_former_provinces_are_areas_that_share_the_province_among_them(draw, tmp_path):
    drawn = draw(schematic_tables())
    static = tmp_path / "static"
    areas = read(static, drawn["former-areas"])
    assert list(areas) == ["Phú Thọ cũ", "Vĩnh Phúc cũ", "Hòa Bình cũ"]
    whole = shapely.union_all(list(read(static, drawn["communes"]).values()))
    parts = list(areas.values())
    assert shapely.union_all(parts).symmetric_difference(whole).area < 1e-6
    assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=1e-6)


def test_rivers_end_near_the_province_and_not_at_the_frame_of_their_file(draw, tmp_path):
    tables = schematic_tables()
    frame = tables["rivers"].frame
    across = shapely.LineString([(104.0, 21.1), (107.0, 21.1)])
    frame = frame.set_geometry([across] * len(frame))
    drawn = draw({**tables, "rivers": replace(tables["rivers"], frame=frame)})
    static = tmp_path / "static"
    whole = shapely.union_all(list(read(static, drawn["communes"]).values()))
    rivers = list(read(static, drawn["rivers"]).values())
    assert rivers
    assert all(river.within(whole.buffer(0.025)) for river in rivers)
    assert shapely.union_all(rivers).intersects(whole)
