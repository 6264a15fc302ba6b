"""Colours and shapes: those of the look, told apart by every eye, drawn as declared."""

import re
from itertools import combinations, product
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lib.layers.looks import paints, symbols
from lib.layers.looks.symbols import CHANGE, OPERATION, WEAK, swatch
from lib.layers.registry import LAYERS
from lib.tables.schemas import CODES

STYLES = [(layer, style) for layer in LAYERS.values() for style in layer.styles]
IDS = [f"{layer.layer_id}-{style.key}" for layer, style in STYLES]
SVG = "{http://www.w3.org/2000/svg}"

# Machado et al. 2009, severity 1: how linear RGB looks to an eye without one kind of cone.
EYES = {
    "all cones": np.eye(3),
    "no long cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no middle cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ, and its white.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color: str) -> np.ndarray:
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(color: str, eye: str) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear(color), 0, 1) / (TO_XYZ @ np.ones(3))
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: str, other: str, eye: str) -> float:
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(TO_XYZ[1] @ linear(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def looks(value: object) -> list[str]:
    """Return every text in the look of a style."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in looks(part)]
    if isinstance(value, list):
        return [text for part in value for text in looks(part)]
    return [value] if isinstance(value, str) else []


def test_the_colours_are_those_agreed_on():
    assert (symbols.LAND, symbols.OUTSIDE) == ("#F4F2EC", "#E4E1D8")
    assert (symbols.COMMUNE_LINE, symbols.PROVINCE_LINE) == ("#6B6B6B", "#333333")
    assert (symbols.WITHIN, symbols.CROSS) == ("#4C6A92", "#D55E00")
    assert (symbols.UNDETERMINED, symbols.RESOLVED) == ("#E69F00", "#009E73")
    assert symbols.PIECES == ("#56B4E9", "#882255", "#F0E442", "#3C2A6B")


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    "together",
    [
        (symbols.WITHIN, symbols.CROSS, symbols.UNDETERMINED, symbols.RESOLVED),
        symbols.PIECES,
        (symbols.LAND, *paints.SIDES),
    ],
)
def test_classes_that_stand_together_are_told_apart_by_every_eye(together, eye):
    for one, other in combinations(together, 2):
        assert difference(one, other, eye) > 10, (one, other)


@pytest.mark.parametrize("eye", EYES)
def test_a_piece_is_never_taken_for_a_verdict(eye):
    verdicts = (symbols.WITHIN, symbols.CROSS, symbols.UNDETERMINED, symbols.RESOLVED)
    for one, other in product(symbols.PIECES, verdicts):
        assert difference(one, other, eye) > 15, (one, other)


def test_what_matters_most_stands_out_from_the_land():
    for color in (symbols.CROSS, symbols.WITHIN, symbols.RESOLVED, symbols.PROVINCE_LINE):
        assert contrast(color, symbols.LAND) >= 3
    assert max(difference(c, symbols.LAND, "all cones") for c in symbols.PIECES) >= 80
    strongest = difference(symbols.CROSS, symbols.LAND, "all cones")
    for color in (symbols.WITHIN, symbols.RESOLVED):
        assert difference(color, symbols.LAND, "all cones") < strongest


def test_every_colour_is_written_out_and_every_pattern_is_there():
    hatches = {f"url(#{hatch['id']})" for hatch in symbols.HATCHES}
    for _, style in STYLES:
        for text in looks(style.look):
            if text.startswith("#"):
                assert re.fullmatch(r"#[0-9A-F]{6}", text), style
            if text.startswith("url"):
                assert text in hatches, style


def test_classes_of_points_are_the_codes_of_the_data():
    assert tuple(style.key for style in OPERATION) == CODES["operation_status"]
    assert {style.key for style in CHANGE} == set(CODES["change"])
    kinds = [style.key for style in WEAK if style.key != "solved"]
    assert set(kinds) == set(CODES["weak_kind"]) - {"programme", "context"}


def test_kinds_of_weak_supply_differ_in_shape_and_not_only_in_colour():
    shapes = [style.look["parts"][0]["d"] for style in WEAK if style.key != "solved"]
    assert len(set(shapes)) == len(shapes) == 4


@pytest.mark.parametrize("together", [OPERATION, CHANGE])
def test_point_classes_of_one_map_differ_in_more_than_colour(together):
    def shape(style: symbols.Style) -> tuple[object, ...]:
        parts = [(part["d"], part["fill"] == "none") for part in style.look["parts"]]
        return (style.look["size"], *parts)

    assert len({shape(style) for style in together}) == len(together)


def test_an_approximate_place_looks_approximate():
    for style in OPERATION + CHANGE:
        ring = style.look["parts"][0]
        assert ring["stroke-dasharray"]
        assert ring["fill"] == "#FFFFFF"


def test_schematic_borders_are_dotted_and_measured_ones_are_not():
    (communes,) = (layer for layer in LAYERS.values() if layer.layer_id == "communes")
    dotted = {style.key: style.look["dashArray"] for style in communes.styles}
    assert dotted["schematic"] == dotted["schematic-dim"] == "1 4"
    assert dotted["land"] is dotted["dim"] is None


@pytest.mark.parametrize(("layer", "style"), STYLES, ids=IDS)
def test_the_legend_draws_the_shapes_of_the_map(layer, style):
    drawing = ET.fromstring(swatch(style, layer.kind))  # noqa: S314 - our own drawing
    assert drawing.tag == f"{SVG}svg"
    assert {"width", "height", "viewBox"} <= set(drawing.attrib)
    if layer.kind == "point":
        paths = [dict(path.attrib) for path in drawing]
        assert paths == [
            {key: str(value) for key, value in part.items()} for part in style.look["parts"]
        ]
        return
    (mark,) = (child for child in drawing if child.tag != f"{SVG}pattern")
    assert mark.get("stroke") == style.look["color"]
    assert mark.get("stroke-dasharray") == style.look["dashArray"]
    if layer.kind == "polygon":
        assert mark.get("fill") == style.look["fillColor"]
        if mark.get("fill", "").startswith("url("):
            patterns = {f"url(#{child.get('id')})" for child in drawing}
            assert mark.get("fill") in patterns


def test_pieces_have_their_colours_in_turn():
    fills = [symbols.piece(rank)["fillColor"] for rank in range(5)]
    assert fills == [*symbols.PIECES, symbols.PIECES[0]]
