"""What the map's script in a browser is given."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lib.layers.browser import Note, Shape, bounds_of, configuration
from lib.layers.files import APART, Detail, LayerFile

AROUND = (104.5, 20.5, 106.0, 22.0)
COMMUNES = LayerFile("communes", "layers/communes-0.json", ("08590", "08593"), AROUND)
APART_FILE = LayerFile("substations", f"{APART}substations-0.json", ("S-1",), AROUND)
WIDE = (102.0, 8.0, 117.0, 23.5)
COUNTRY = LayerFile(
    "country",
    "layers/country-0.json",
    ("01",),
    WIDE,
    (Detail("layers/country-part-0.json", 0, AROUND),),
)


def configured(*files: LayerFile) -> dict:
    made = configuration(files, "vi", ("broken",), address=lambda path: f"/m/{path}")
    return json.loads(json.dumps(made))


def test_every_layer_is_asked_for_where_it_really_lies():
    """A layer kept apart is given out by the door, not among the static files."""
    urls = {layer["id"]: layer["url"] for layer in configured(COMMUNES, APART_FILE)["layers"]}
    assert urls == {
        "communes": "/m/layers/communes-0.json",
        "substations": "/m/restricted/substations-0.json",
    }


def test_the_map_begins_with_the_province_and_goes_a_little_further():
    made = configured(COMMUNES, APART_FILE)
    assert made["bounds"] == [[20.5, 104.5], [22.0, 106.0]]
    ((south, west), (north, east)) = made["maxBounds"]
    assert (south < 20.5, west < 104.5, north > 22.0, east > 106.0) == (True,) * 4
    assert made["province"] is None


def test_with_the_country_it_begins_with_all_of_it_and_knows_the_province():
    made = configured(COUNTRY, COMMUNES)
    assert made["bounds"] == [[8.0, 102.0], [23.5, 117.0]]
    assert made["province"] == [[20.5, 104.5], [22.0, 106.0]]
    country, communes = made["layers"]
    assert country["canvas"]
    assert country["details"][0]["url"] == "/m/layers/country-part-0.json"
    assert "details" not in communes
    assert made["texts"]["home"] != configured(COMMUNES)["texts"]["home"]


@given(st.floats(104, 106), st.floats(20, 22), st.floats(0.001, 0.1))
def test_a_shape_is_drawn_within_a_tenth_of_a_metre_and_named_inside(x, y, side):
    square = shapely.box(x, y, x + side, y + side)
    drawn = Shape(square, {"fill": True}, "Tân Hòa", ("29,86 ha",)).drawing("vi")
    shape = shapely.from_geojson(json.dumps(drawn["geometry"]))
    assert shapely.hausdorff_distance(shape, square) < 1e-6
    assert shape.contains(shapely.Point(drawn["lx"], drawn["ly"]))
    assert drawn["vi"] == ("29,86 ha",)


def test_the_map_goes_to_what_has_a_name():
    near, far = shapely.box(105, 21, 105.1, 21.1), shapely.box(100, 10, 110, 30)
    assert bounds_of([Shape(near, {}, "a"), Shape(far, {})]) == (105, 21, 105.1, 21.1)
    assert bounds_of([Shape(far, {})]) is None


def test_a_note_says_a_value_a_feature_in_the_order_of_the_file():
    note = Note("Khoảng cách", {"08593": "8,7 km"}, "chưa có số liệu")
    assert note.of(COMMUNES)["values"] == ["chưa có số liệu", "8,7 km"]


def test_without_communes_there_is_no_map():
    with pytest.raises(KeyError):
        configured(APART_FILE)
