"""What comes from a link or a browser is on the map, or it is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.layers.files import LayerFile
from lib.layers.target import Target, parse_target, parse_view, parse_window

AROUND = (104.0, 20.0, 106.0, 22.0)
FILES = [
    LayerFile("communes", "layers/communes-0.json", ("08590", "x y"), AROUND),
    LayerFile("clusters", "layers/clusters-0.json", ("PT-003",), AROUND),
]


def test_a_feature_of_its_own_layer_is_taken():
    assert parse_target("clusters:PT-003", FILES) == Target("clusters", "PT-003")
    assert parse_target("communes:PT-003", FILES) is None
    assert parse_target(None, FILES) is None


def test_a_code_no_link_can_hold_is_refused_even_if_a_file_has_it():
    assert parse_target("communes:x y", FILES) is None


@given(st.text())
def test_nothing_else_gets_through(value):
    target = parse_target(value, FILES)
    assert target is None or f"{target.layer_id}:{target.code}" == value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("9.5,21.3,105.2", True),
        ("12.0,21.3001,105.2001", True),
        ("9,21.3,105.2", False),
        ("9.5,5.3,105.2", False),
        ("9.5,21.3,99.2", False),
        ("9.5,21.3,105.2\n", False),
        ("9.5,21.3,105.2;alert(1)", False),
    ],
)
def test_a_view_is_taken_as_the_map_writes_it(value, kept):
    assert parse_view(value) == (value if kept else "")


def test_a_window_is_taken_as_a_map_says_it():
    assert parse_window([105, 21.5, 105.2, 21.6]) == (105.0, 21.5, 105.2, 21.6)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"west": 105},
        [105.0, 21.5, 105.2],
        ["105", 21.5, 105.2, 21.6],
        [True, 0, 1, 1],
        [105.0, 21.5, float("nan"), 21.6],
        [105.0, 21.5, 10**400, 21.6],
        [105.2, 21.5, 105.0, 21.6],
        [104.0, 21.5, 105.2, 21.6],
    ],
)
def test_any_other_window_is_none(said):
    assert parse_window(said) is None
