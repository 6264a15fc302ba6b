"""The ground of a file by hand: what each feature is, cut to the land around the province."""

import json
import shutil

import geopandas as gpd
import pytest
import shapely
from osmfiles import small_ground

from lib.geo.crs import AREA_CRS
from lib.importing.direct import ground
from lib.language.errors import DataRefusedError, WrongUseError

AREA = shapely.box(105.1, 21.1, 105.5, 21.5)
LINE = shapely.LineString([(105.2, 21.2), (105.3, 21.3)])


def kinds(frame):
    return sorted(zip(frame["kind"], frame["grade"], frame["name"], strict=True))


def geojson(path, *rows):
    features = [
        {"type": "Feature", "properties": tags, "geometry": shapely.geometry.mapping(shape)}
        for shape, tags in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_each_thing_of_openstreetmap_is_what_its_tags_say(tmp_path):
    frame, day = ground.read(small_ground().write_pbf(tmp_path / "nho.osm.pbf"), AREA)
    assert day == "2025-11-30"
    assert kinds(frame) == [
        ("lake", "lake", "Hồ Đầm Vạc"),
        ("place", "town", "Việt Trì"),
        ("railway", "rail", "Hà Nội - Lào Cai"),
        ("river", "river", "Sông Hồng"),
        ("road", "minor", "Phố Mới"),
        ("road", "trunk", "QL.2"),
    ]


def test_what_leaves_the_area_is_cut_at_its_edge(tmp_path):
    frame, _ = ground.read(small_ground().write_pbf(tmp_path / "nho.osm.pbf"), AREA)
    road = frame.loc[frame["name"] == "QL.2"].geometry.iloc[0]
    assert road.bounds[2] == pytest.approx(105.5, abs=1e-5)
    assert frame.total_bounds[0] >= 105.2 - 1e-5


def test_geopackage_and_zipped_shapefile_of_an_office_in_its_own_crs(tmp_path):
    lines = gpd.GeoDataFrame(
        {"ten": ["Quốc lộ 2", "Đuống"], "loai_duong": ["Đường chính", "Sông"]},
        geometry=[LINE, LINE],
        crs="EPSG:4326",
    ).to_crs(AREA_CRS)
    lines.to_file(tmp_path / "duong.gpkg", engine="pyogrio")
    folder = tmp_path / "shp"
    folder.mkdir()
    lines.to_file(folder / "duong.shp", engine="pyogrio", encoding="utf-8")
    shutil.make_archive(str(tmp_path / "duong"), "zip", folder)
    for name in ("duong.gpkg", "duong.zip"):
        frame, day = ground.read(tmp_path / name, AREA)
        assert kinds(frame) == [("river", "river", "Đuống"), ("road", "secondary", "Quốc lộ 2")]
        assert day == "", "nobody says of which day"
        assert shapely.hausdorff_distance(frame.geometry.iloc[0], LINE) < 2e-5


@pytest.mark.parametrize(
    ("file", "shape", "tags", "said"),
    [
        (
            "gis_osm_roads.geojson",
            LINE,
            {"fclass": "primary", "ref": "ĐT.313"},
            ("road", "primary"),
        ),
        ("rivers_x.geojson", LINE, {"name": "Đuống"}, ("river", "river")),
        ("x.geojson", LINE, {"ten": "Đường sắt Bắc Nam"}, ("railway", "rail")),
        ("x.geojson", LINE, {"loai": "Cao tốc"}, ("road", "motorway")),
        ("x.geojson", shapely.Point(105.2, 21.2), {"fcode": "PPLA2"}, ("place", "town")),
        ("lakes.geojson", shapely.box(105.2, 21.2, 105.21, 21.21), {}, ("lake", "lake")),
    ],
)
def test_words_say_what_a_feature_without_tags_is(tmp_path, file, shape, tags, said):
    frame, _ = ground.read(geojson(tmp_path / file, (shape, tags)), AREA)
    assert (frame["kind"].iloc[0], frame["grade"].iloc[0]) == said


def test_ponds_are_left_out_and_lines_lose_what_nobody_sees(tmp_path):
    pond = shapely.box(105.2, 21.2, 105.2005, 21.2005)
    crooked = shapely.LineString([(105.2 + i / 10_000, 21.2 + i % 2 / 1e6) for i in range(100)])
    path = geojson(
        tmp_path / "x.geojson", (pond, {"natural": "water"}), (crooked, {"highway": "trunk"})
    )
    frame, _ = ground.read(path, AREA)
    assert frame["kind"].tolist() == ["road"]
    assert shapely.get_num_coordinates(frame.geometry.iloc[0]) == 2


@pytest.mark.parametrize(
    ("file", "shape", "tags", "key"),
    [
        ("x.geojson", LINE, {"ten": "gì đó"}, "ground.nothing_known"),
        ("x.geojson", LINE, {"highway": "footway"}, "ground.nothing_known"),
        ("road.geojson", shapely.LineString([(1, 1), (2, 2)]), {}, "ground.elsewhere"),
        ("x.kml", LINE, {}, "ground.kind"),
    ],
)
def test_a_file_without_a_ground_is_refused(tmp_path, file, shape, tags, key):
    with pytest.raises(DataRefusedError) as refused:
        ground.read(geojson(tmp_path / file, (shape, tags)), AREA)
    assert refused.value.key == key


def test_a_file_without_a_crs_is_refused_and_one_that_is_not_there_is_wrong_use(tmp_path):
    folder = tmp_path / "shp"
    folder.mkdir()
    gpd.GeoDataFrame({"highway": ["trunk"]}, geometry=[LINE], crs="EPSG:4326").to_file(
        folder / "x.shp", engine="pyogrio"
    )
    (folder / "x.prj").unlink()
    shutil.make_archive(str(tmp_path / "x"), "zip", folder)
    with pytest.raises(DataRefusedError, match="hệ tọa độ"):
        ground.read(tmp_path / "x.zip", AREA)
    with pytest.raises(WrongUseError):
        ground.read(tmp_path / "y.gpkg", AREA)


def test_the_sketch_of_real_roads(shared):
    path = shared / "data/ground/roads_sketch_unknown_origin.geojson"
    frame, _ = ground.read(path, shapely.box(104.6, 20.2, 106, 21.9))
    assert frame.groupby("grade").size().to_dict() == {"primary": 7, "rail": 11, "trunk": 49}
