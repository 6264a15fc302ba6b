"""Styles QGIS reads: well-formed, a symbol for every class, the colours of the map."""

import base64
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from ownrows import table as own_rows

from lib.language.text import LANGS, t
from lib.layers.looks.layer import Qgis
from lib.layers.looks.symbols import COMMUNE_LINE, HATCHES, LAND, OPERATION, Style, area, swatch
from lib.layers.qgis import own_qml, qml
from lib.layers.registry import LAYERS
from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.ownlayers import layers_of
from lib.tables.symbology import Symbology

TABLES = {
    "communes": "polygon",
    "neighbours": "polygon",
    "former_borders": "polygon",
    "former_pieces": "polygon",
    "former_districts": "polygon",
    "rivers": "line",
    "clusters": "point",
    "outlines": "polygon",
    "power_lines": "line",
    "never_heard_of": "point",
}


def parsed(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 written by the function under test


def options(layer) -> dict[str, str]:
    return {option.get("name"): option.get("value") for option in layer.iterfind("Option/Option")}


def color(hexadecimal: str, opacity: float = 1) -> str:
    red, green, blue = (int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("schematic", [False, True])
@pytest.mark.parametrize(("table", "kind"), TABLES.items())
def test_every_class_has_a_symbol_of_the_kind_of_the_layer(table, kind, schematic, lang):
    root = parsed(qml(table, kind, schematic=schematic, lang=lang))
    assert root.tag == "qgis"
    renderer = root.find("renderer-v2")
    symbols = {symbol.get("name"): symbol for symbol in renderer.iterfind("symbols/symbol")}
    expected = {"point": "marker", "line": "line", "polygon": "fill"}[kind]
    assert {symbol.get("type") for symbol in symbols.values()} == {expected}
    assert all(symbol.find("layer") is not None for symbol in symbols.values())
    categories = renderer.findall("categories/category")
    if renderer.get("type") == "categorizedSymbol":
        assert {category.get("symbol") for category in categories} == set(symbols)
        assert all(category.get("label").strip() for category in categories)
        assert renderer.get("attr")
    else:
        assert renderer.get("type") == "singleSymbol"
        assert list(symbols) == ["0"]


def test_a_cluster_is_drawn_by_the_very_drawing_of_the_legend():
    root = parsed(qml("clusters", "point"))
    renderer = root.find("renderer-v2")
    assert renderer.get("attr") == "operation_status"
    assert [c.get("value") for c in renderer.iter("category")] == [s.key for s in OPERATION]
    assert [c.get("label") for c in renderer.iter("category")] == [t(s.label) for s in OPERATION]
    for style, symbol in zip(OPERATION, renderer.iterfind("symbols/symbol"), strict=True):
        drawn = options(symbol.find("layer"))
        content = base64.b64decode(drawn["name"].removeprefix("base64:"), validate=True).decode()
        assert content == swatch(style, "point")
        assert parsed(content).tag.endswith("svg")
        assert float(drawn["size"]) == pytest.approx(style.look["size"] * 25.4 / 96, abs=0.01)


def test_a_commune_has_the_fill_and_line_of_the_map():
    fill, line = parsed(qml("communes", "polygon")).iterfind("renderer-v2/symbols/symbol/layer")
    assert fill.get("class") == "SimpleFill"
    assert options(fill)["color"] == color(LAND)
    assert line.get("class") == "SimpleLine"
    assert options(line)["line_color"] == color(COMMUNE_LINE)
    assert "customdash" not in options(line)


def test_schematic_borders_are_dotted():
    _, line = parsed(qml("communes", "polygon", schematic=True)).iterfind(
        "renderer-v2/symbols/symbol/layer"
    )
    assert options(line)["use_custom_dash"] == "1"
    assert options(line)["customdash"] == "0.26;1.06"


def test_an_approximate_outline_is_dashed_and_not_filled():
    root = parsed(qml("outlines", "polygon"))
    symbols = root.findall("renderer-v2/symbols/symbol")
    place = [c.get("value") for c in root.iter("category")].index("approximate")
    layers = symbols[place].findall("layer")
    assert [layer.get("class") for layer in layers] == ["SimpleLine"]
    assert options(layers[0])["use_custom_dash"] == "1"


def test_stripes_become_a_pattern_on_their_ground(monkeypatch):
    hatched = Style("x", "", area(f"url(#{HATCHES[1]['id']})", fillOpacity=0.5, stroke=False))
    layer = replace(LAYERS["rivers"], qgis=Qgis(("x",), (hatched,)))
    monkeypatch.setitem(LAYERS, "rivers", layer)
    root = parsed(qml("x", "polygon"))
    ground, stripes = root.findall("renderer-v2/symbols/symbol/layer")
    assert options(ground)["color"] == color(HATCHES[1]["ground"], 0.5)
    assert stripes.get("class") == "LinePatternFill"
    assert options(stripes.find("symbol/layer"))["line_color"] == color(HATCHES[1]["line"])


def test_names_appear_at_the_zoom_of_the_map():
    for table in ("communes", "clusters"):
        root = parsed(qml(table, TABLES[table]))
        assert root.get("labelsEnabled") == "1"
        assert root.find("labeling/settings/text-style").get("fieldName") == "name"
        scale = float(root.find("labeling/settings/rendering").get("scaleMax"))
        assert scale == pytest.approx(559_082_264 / 2 ** LAYERS[table].label.min_zoom, abs=1)
    assert parsed(qml("rivers", "line")).find("labeling") is None


OWN = layers_of({OWN_ROWS: own_rows(symbology='{"unit": "m³", "colour": "green"}')}, shipped=False)


def test_an_own_layer_is_drawn_by_its_number_its_categories_or_in_one_look():
    root = parsed(own_qml(OWN[0], "point"))
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("graduatedSymbol", "Số")
    ranges = renderer.findall("ranges/range")
    assert [one.get("label") for one in ranges][-1].endswith("4,00\u00a0m³")
    assert len(renderer.findall("symbols/symbol")) == len(ranges)
    assert float(ranges[-1].get("upper")) == 4
    by_kind = parsed(own_qml(OWN[0].drawn_as(Symbology("category", "Loại")), "polygon"))
    found = [(one.get("value"), one.get("symbol")) for one in by_kind.iter("category")]
    assert found == [("A", "0"), ("B", "1"), ("", "2")]
    assert len(by_kind.findall("renderer-v2/symbols/symbol")) == len(found)
