"""The layers of a ground: by class, in squares, at two levels of detail, with whom to name."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from layerstores import publish, schematic_tables

from lib.layers import browser, build, index
from lib.layers.files import by_layer, credits_of, finest
from lib.layers.ground import draw, kept
from lib.layers.registry import LAYERS

LONG = shapely.LineString([(105.0 + i / 1000, 21.3 + np.sin(i / 9) / 4000) for i in range(601)])
ROWS = [
    ("road", "trunk", "QL.2", LONG),
    ("place", "village", "Đồng", shapely.Point(105.41, 21.41)),
    ("road", "minor", "", shapely.LineString([(105.1, 21.1), (105.12, 21.13)])),
    ("railway", "rail", "", shapely.LineString([(105.1, 21.1), (105.2, 21.15)])),
    ("river", "river", "Sông Lô", shapely.LineString([(105.1, 21.1), (105.2, 21.2)])),
    ("lake", "lake", "Hồ", shapely.box(105.3, 21.3, 105.32, 21.32)),
    ("place", "town", "<img src=x>", shapely.Point(105.4, 21.4)),
]


def keep(store, folder, rows=ROWS, name="nen", source=kept.OSM, as_of="2026-11-30"):
    kinds, grades, names, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {"kind": kinds, "grade": grades, "name": names}, geometry=list(shapes), crs="EPSG:4326"
    )
    made = folder / "lines.parquet"
    frame.to_parquet(made)
    return kept.keep(store, made, name, "lines", source=source, as_of=as_of, about={})


@pytest.fixture
def static(tmp_path):
    return tmp_path / "static"


@pytest.fixture
def drawn(tmp_path, static):
    keep(tmp_path / "store", tmp_path)
    return by_layer(draw.draw(tmp_path / "store", static))


def features(static, file):
    return json.loads((static / file.path).read_text(encoding="utf-8"))["features"]


def test_each_kind_is_a_layer_of_the_registry_in_classes_it_has(drawn):
    assert set(drawn) == {
        f"ground-{name}"
        for name in ("lakes", "rivers", "streets", "roads", "railway", "villages", "places")
    }
    for name, file in drawn.items():
        styles = {style.key for style in LAYERS[name].styles}
        classes = file.on_every_page()
        assert set(classes) == set(file.codes)
        assert set(classes.values()) <= styles
        assert "." not in file.draw(classes), "nothing is hidden"


def test_a_long_road_is_cut_into_squares_each_with_its_name(drawn, static):
    roads = drawn["ground-roads"]
    names = [feature["properties"]["name"] for feature in features(static, roads)]
    assert names == ["QL.2"] * 3
    for feature in features(static, roads):
        at = shapely.Point(feature["properties"]["lx"], feature["properties"]["ly"])
        assert LONG.distance(at) < 2e-5


def test_the_fine_level_is_the_line_kept_and_the_coarse_one_much_lighter(drawn, static):
    roads = drawn["ground-roads"]
    coarse = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features(static, roads)]
    fine = []
    for part in roads.details:
        assert part.first == len(fine)
        for shape in json.loads((static / part.path).read_text(encoding="utf-8")):
            fine.append(shapely.from_geojson(json.dumps(shape)))
            west, south, east, north = part.bounds
            assert shapely.box(west, south, east, north).covers(fine[-1])
    assert len(fine) == len(coarse)
    assert shapely.hausdorff_distance(shapely.union_all(fine), LONG) < 2e-5
    assert shapely.hausdorff_distance(shapely.union_all(coarse), LONG) < 0.0015
    assert sum(map(shapely.get_num_coordinates, coarse)) * 20 < shapely.get_num_coordinates(LONG)


def test_who_is_to_be_named_goes_with_the_files_and_comes_back_from_their_list(
    tmp_path, static, drawn
):
    keep(tmp_path / "store", tmp_path, ROWS[:1], "hai", source="Sở Xây dựng", as_of="")
    files = draw.draw(tmp_path / "store", static)
    assert by_layer(files)["ground-roads"].credits == (
        (("Sở Xây dựng"), ""),
        (kept.OSM, "2026-11-30"),
    )
    assert set(credits_of(files)) == {("Sở Xây dựng", ""), (kept.OSM, "2026-11-30")}
    (listed,) = (static / "layers").glob(f"*{index.GROUND}")
    assert index.known(listed, static) == files, "one list: that of before is gone"
    assert drawn["ground-lakes"].path == by_layer(files)["ground-lakes"].path


def test_a_map_has_the_ground_in_its_place_and_names_whose_it_is(tmp_path, static):
    snapshot = publish(tmp_path / "store", schematic_tables())
    before = build.build(snapshot, static, simplify_m=30)
    keep(tmp_path / "store", tmp_path)
    files = build.build(snapshot, static, simplify_m=30)
    names = [file.layer_id for file in files]
    assert names == [name for name in LAYERS if name in names]
    assert "rivers" in by_layer(before)
    assert "rivers" not in names, "the ground has its own"
    config = browser.configuration(files, "vi", (), address=str)
    assert config["credits"] == [kept.OSM]
    roads = next(one for one in config["layers"] if one["id"] == "ground-roads")
    assert roads["detailZoom"] == 11
    assert next(one for one in config["layers"] if one["id"] == "ground-streets")["minZoom"] == 12
    kept.remove(tmp_path / "store", "nen")
    assert build.build(snapshot, static, simplify_m=30) == before
    assert browser.configuration(before, "vi", (), address=str)["credits"] == []


def test_cleaning_leaves_the_ground_in_use(tmp_path, static):
    snapshot = publish(tmp_path / "store", schematic_tables())
    keep(tmp_path / "store", tmp_path)
    files = build.build(snapshot, static, simplify_m=30)
    public = index.listing(static / "layers", snapshot.snapshot_id, simplify_m=30)
    assert public.exists()
    index.clean(static, public, None, ())
    assert all((static / file.path).exists() for file in files)


def test_what_is_taken_away_has_the_finest_level(drawn, static):
    roads = drawn["ground-roads"]
    taken = [one["geometry"] for one in finest(static, roads)["features"]]
    lines = shapely.union_all([shapely.from_geojson(json.dumps(one)) for one in taken])
    assert shapely.hausdorff_distance(lines, LONG) < 2e-5
