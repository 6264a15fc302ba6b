"""Layer files: written once under the hash of their content, with nothing to hide in them."""

import hashlib
import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.layers.files import HIDDEN, LayerFile, by_layer, write_layer, write_once
from lib.layers.registry import LAYERS

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`alert(1)`",
    "</script><script>alert(1)</script>",
    "{{7*7}} {% raw %} \\",
    "\"quoted\" & 'so'",
    "\u2028\u2029",
    "dòng một\ndòng hai\ttab",
    "ấ\u0301 \u202e ngược",
]
MANY = settings(max_examples=60, deadline=None)


def communes(names=("Tam Nông", "Hạ Hòa"), **columns: object) -> gpd.GeoDataFrame:
    squares = [shapely.box(105 + i / 10, 21, 105.1 + i / 10, 21.1) for i in range(len(names))]
    codes = [f"{8500 + i:05d}" for i in range(len(names))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": list(names), **columns}, geometry=squares, crs="EPSG:4326"
    )


def points(codes: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": codes, "name": codes},
        geometry=gpd.points_from_xy(np.linspace(105, 105.4, len(codes)), [21.2] * len(codes)),
        crs="EPSG:4326",
    )


def served(static, file: LayerFile) -> dict:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    return json.loads((static / file.path).read_text(encoding="utf-8"), parse_constant=refuse)


# ---- the registry ------------------------------------------------------------


def test_layers_and_their_classes_have_names_of_their_own():
    assert len(LAYERS) == len(LAYERS.values())
    for layer in LAYERS.values():
        keys = [style.key for style in layer.styles]
        assert len(set(keys)) == len(keys), layer.layer_id
        signs = [layer.place(key) for key in keys]
        assert len(set(signs)) == len(keys)
        assert HIDDEN not in signs
        assert all(len(sign) == 1 and sign.isalnum() for sign in signs)


def test_points_lie_on_lines_and_lines_on_polygons_of_the_ground():
    order = [layer.layer_id for layer in LAYERS.values()]
    assert order.index("communes") < order.index("province") < order.index("clusters")
    assert [layer.kind for layer in LAYERS.values()][-2:] == ["point", "point"]


def test_only_what_answers_the_pointer_has_a_card():
    answering = {layer.layer_id for layer in LAYERS.values() if layer.interactive}
    assert {"communes", "clusters", "weak"} <= answering
    assert not answering & {"neighbours", "rivers", "province", "former-provinces"}


# ---- what is written ---------------------------------------------------------


def test_the_name_is_the_hash_of_the_content(tmp_path):
    file = write_layer(tmp_path, "communes", communes())
    content = (tmp_path / file.path).read_bytes()
    assert file.path == f"layers/communes-{hashlib.sha256(content).hexdigest()[:12]}.json"
    assert [path.name for path in (tmp_path / "layers").iterdir()] == [file.path[7:]]


def test_the_same_content_is_not_written_again_and_other_content_elsewhere(tmp_path):
    first = write_layer(tmp_path, "communes", communes())
    path = tmp_path / first.path
    stamp = path.stat()
    assert write_layer(tmp_path, "communes", communes()) == first
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (stamp.st_mtime_ns, stamp.st_ino)
    other = write_layer(tmp_path, "communes", communes(("Tam Nông", "Hạ Hoà")))
    assert other.path != first.path
    assert path.stat().st_mtime_ns == stamp.st_mtime_ns


def test_only_what_is_shown_leaves(tmp_path):
    frame = communes(
        lx=[105.05, 105.15],
        ly=[21.05, 21.05],
        weight=[1.0, 2.0],
        vi=[["xã"], ["phường"]],
        en=[["commune"], ["ward"]],
        owner=["KHÔNG ĐƯỢC LỘ", "KHÔNG ĐƯỢC LỘ"],
        note=["mật", "mật"],
        lat=[21.123456, 21.0],
    )
    file = write_layer(tmp_path, "communes", frame)
    text = (tmp_path / file.path).read_text(encoding="utf-8")
    assert "LỘ" not in text
    assert "mật" not in text
    for feature in served(tmp_path, file)["features"]:
        assert set(feature) == {"type", "properties", "geometry"}
        assert set(feature["properties"]) == {"code", "name", "lx", "ly", "weight", "vi", "en"}


def test_shapes_and_order_are_those_of_the_frame(tmp_path):
    frame = communes(("B", "A", "C"))
    file = write_layer(tmp_path, "communes", frame)
    features = served(tmp_path, file)["features"]
    assert tuple(f["properties"]["code"] for f in features) == file.codes == tuple(frame["code"])
    back = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    assert shapely.equals_exact(back, frame.geometry.to_numpy(), normalize=True).all()
    assert file.bounds == tuple(frame.total_bounds)
    assert all(type(v) is float for v in file.bounds)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_data(tmp_path, name):
    file = write_layer(tmp_path, "communes", communes((name, "Hạ Hòa"), vi=[[name], []]))
    first, second = served(tmp_path, file)["features"]
    assert first["properties"]["name"] == name
    assert first["properties"]["vi"] == [name]
    assert second["properties"]["name"] == "Hạ Hòa"


@MANY
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_name_reads_back(tmp_path_factory, names):
    static = tmp_path_factory.mktemp("static")
    file = write_layer(static, "communes", communes(names))
    assert [f["properties"]["name"] for f in served(static, file)["features"]] == names


@pytest.mark.parametrize(
    ("layer_id", "shape"),
    [
        ("communes", shapely.Point(105, 21)),
        ("communes", shapely.LineString([(105, 21), (105.1, 21)])),
        ("communes", None),
        ("province", shapely.box(105, 21, 105.1, 21.1)),
        ("province", shapely.MultiPoint([(105, 21), (105.1, 21)])),
        ("clusters", shapely.box(105, 21, 105.1, 21.1)),
        ("clusters", None),
    ],
)
def test_a_shape_of_another_kind_is_refused_and_nothing_written(tmp_path, layer_id, shape):
    right = {"communes": shapely.box(105, 21, 106, 22), "clusters": shapely.Point(105, 21)}
    good = right.get(layer_id, shapely.LineString([(105, 21), (106, 22)]))
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["a", "b"]}, geometry=[good, shape], crs="EPSG:4326"
    )
    with pytest.raises(ValueError, match=layer_id):
        write_layer(tmp_path, layer_id, frame)
    assert not list(tmp_path.rglob("*"))


def test_parts_of_one_kind_are_that_kind(tmp_path):
    both = shapely.MultiPolygon([shapely.box(105, 21, 105.1, 21.1), shapely.box(106, 21, 107, 22)])
    frame = communes().set_geometry([both, shapely.box(105, 20, 106, 21)])
    assert len(served(tmp_path, write_layer(tmp_path, "communes", frame))["features"]) == 2


def test_a_missing_name_is_an_empty_one(tmp_path):
    frame = communes().assign(name=pd.Series([None, "Hạ Hòa"], dtype="str"))
    features = served(tmp_path, write_layer(tmp_path, "communes", frame))["features"]
    assert [f["properties"]["name"] for f in features] == ["", "Hạ Hòa"]


@pytest.mark.parametrize("column", ["lx", "ly", "weight"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_that_is_none_gets_into_a_file(tmp_path, column, value):
    with pytest.raises(ValueError, match="JSON"):
        write_layer(tmp_path, "communes", communes(**{column: [1.0, value]}))
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize("nowhere", [shapely.Point(math.nan, 21), shapely.Point()])
def test_a_point_that_is_nowhere_is_refused(tmp_path, nowhere):
    frame = points(["PT-001", "PT-002"]).set_geometry([shapely.Point(105, 21), nowhere])
    with pytest.raises(ValueError, match=r"JSON|clusters"):
        write_layer(tmp_path, "clusters", frame)
    assert not list(tmp_path.rglob("*"))


def test_writers_at_the_same_time_do_not_meet(tmp_path):
    content = b"x" * 200_000
    start = threading.Barrier(8)

    def write(turn: int) -> str:
        start.wait()
        return write_once(tmp_path / str(turn), "layers/a", "json", content)

    with ThreadPoolExecutor(8) as pool:
        for turn in range(15):
            (path,) = set(pool.map(write, [turn] * 8))
            assert (tmp_path / str(turn) / path).read_bytes() == content
            assert len(list((tmp_path / str(turn)).rglob("*.*"))) == 1


def test_whoever_serves_the_files_may_read_them(tmp_path):
    path = tmp_path / write_layer(tmp_path, "communes", communes()).path
    assert path.stat().st_mode & 0o777 == 0o644


# ---- what a rerun sends ---------------------------------------------------------


CODES = [f"PT-{i:03d}" for i in range(6)]


@pytest.fixture
def clusters(tmp_path) -> LayerFile:
    return write_layer(tmp_path, "clusters", points(CODES))


def test_one_class_for_all(clusters):
    assert clusters.draw("planned") == LAYERS["clusters"].place("planned") * 6
    with pytest.raises(ValueError, match="is not in"):
        clusters.draw("no such class")


STYLE_KEYS = [style.key for style in LAYERS["clusters"].styles]


@MANY
@given(
    st.dictionaries(
        st.sampled_from([*CODES, "PT-999", ""]), st.sampled_from([*STYLE_KEYS, "unheard of", ""])
    )
)
def test_one_character_a_feature_and_hidden_for_what_is_not_known(style_of):
    file = LayerFile("clusters", "layers/clusters.json", tuple(CODES), (105, 21, 106, 22))
    drawn = file.draw(style_of)
    assert len(drawn) == len(CODES)
    for code, sign in zip(CODES, drawn, strict=True):
        wanted = style_of.get(code)
        if wanted in STYLE_KEYS:
            assert sign == LAYERS["clusters"].place(wanted)
        else:
            assert sign == HIDDEN


def test_files_by_layer(clusters):
    assert by_layer([clusters]) == {"clusters": clusters}


def test_classes_travel_as_runs_where_that_is_shorter():
    codes = tuple(f"{at:05d}" for at in range(40))
    styles = dict.fromkeys(codes[:20], "land") | dict.fromkeys(codes[30:], "dim")
    communes = LayerFile("communes", "x", codes, (0, 0, 1, 1))
    assert communes.packed(styles) == "0*20 .*10 1*10"
    few = LayerFile("communes", "x", codes[17:22], (0, 0, 1, 1))
    assert few.packed(styles) == few.draw(styles) == "000.."
