"""The layer of the country: a coarse file, finer parts by province, names of both archipelagos."""

import json

import geopandas as gpd
import pytest
import shapely

from lib.geo.country import TABLE
from lib.layers import country


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    """Two communes of Hà Nội that share a wavy line, and the two archipelagos."""
    wave = [(105.5 + 0.001 * (at % 2), 21.0 + at / 500) for at in range(101)]
    west = shapely.Polygon([*wave, (105.3, 21.2), (105.3, 21.0)])
    east = shapely.Polygon([*wave, (105.7, 21.2), (105.7, 21.0)])
    far = [shapely.box(112.0, 16.5, 112.01, 16.51), shapely.box(113.8, 8.6, 113.81, 8.61)]
    columns = {
        "code": ["00004", "00008", "20333", "22736"],
        "name": ["Tây", "Đông", "Hoàng Sa", "Trường Sa"],
        "kind": ["ward", "commune", "special_zone", "special_zone"],
        "province_code": ["01", "01", "48", "56"],
        "province": ["Hà Nội", "Hà Nội", "Đà Nẵng", "Khánh Hòa"],
        "area_km2": [1.0, 2.0, 3.0, 4.0],
    }
    return gpd.GeoDataFrame(columns, geometry=[west, east, *far], crs=4326)


def points(shapes) -> int:
    return int(sum(shapely.get_num_coordinates(shape) for shape in shapes))


def test_each_province_has_its_finer_part_in_the_order_of_the_layer(communes, tmp_path):
    file = country.write(tmp_path, communes, simplify_m=10)
    assert (file.layer_id, file.codes) == (TABLE, tuple(communes["code"]))
    assert [part.first for part in file.details] == [0, 2, 3]
    coarse = json.loads((tmp_path / file.path).read_text(encoding="utf-8"))["features"]
    assert coarse[1]["properties"]["vi"] == ["xã · Hà Nội"]
    before = [shapely.from_geojson(json.dumps(one["geometry"])) for one in coarse]
    finest = 0.0
    for part in file.details:
        fine = [
            shapely.from_geojson(json.dumps(one))
            for one in json.loads((tmp_path / part.path).read_text(encoding="utf-8"))
        ]
        assert shapely.total_bounds(fine).tolist() == pytest.approx(part.bounds)
        there = before[part.first : part.first + len(fine)]
        assert all(a.intersects(b) for a, b in zip(there, fine, strict=True))
        assert points(fine) >= points(there)
        finest = max(finest, points(fine) / points(there))
    assert finest > 3


def test_neighbours_still_share_their_line_at_both_levels(communes, tmp_path):
    file = country.write(tmp_path, communes, simplify_m=10)
    coarse = json.loads((tmp_path / file.path).read_text(encoding="utf-8"))["features"]
    fine = json.loads((tmp_path / file.details[0].path).read_text(encoding="utf-8"))
    for pair in ([one["geometry"] for one in coarse[:2]], fine):
        west, east = (shapely.from_geojson(json.dumps(one)) for one in pair)
        assert shapely.coverage_is_valid([west, east])


def test_provinces_are_outlined_and_the_archipelagos_named_first(communes):
    lines = country.provinces(communes).set_index("code")
    assert lines["name"].to_dict() == {
        "province-01": "Hà Nội",
        "archipelago-20333": "Quần đảo Hoàng Sa",
        "archipelago-22736": "Quần đảo Trường Sa",
    }
    inner = shapely.LineString([(105.5, 21.05), (105.5, 21.15)])
    outline = lines.geometry["province-01"]
    assert outline.distance(inner) > 0.04
    assert lines["weight"].idxmax().startswith("archipelago")
    assert (lines.loc["archipelago-22736", ["lx", "ly"]].astype(float) > [113.7, 8.5]).all()
