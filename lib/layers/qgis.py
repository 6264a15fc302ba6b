"""The look of a layer as QGIS keeps it (QML), from the same table of colours as the map.

Points are the very SVG the legend draws, carried inside the style; lines and
fills are built of QGIS's own symbol layers, so that they can be changed there.
"""

import base64
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from lib.language.text import Lang, number, t
from lib.layers.looks.classes import classify
from lib.layers.looks.layer import Kind, Qgis
from lib.layers.looks.paints import CHOROPLETH, OWN_RAMPS
from lib.layers.looks.symbols import (
    HATCHES,
    INK,
    OPERATION,
    OWN_LINES,
    OWN_SHAPES,
    OWN_SIGNS,
    SQUARE,
    Style,
    area,
    sign,
    stroke,
    swatch,
)
from lib.layers.own.look import MANY, Look, alone, categories, decimals
from lib.layers.registry import LAYERS
from lib.tables.ownlayers import OwnLayer

QGIS_VERSION: Final = "3.28.0"
"""The oldest QGIS whose way of writing styles this is; newer ones read it."""

_MM: Final = 25.4 / 96
"""Millimetres of a pixel on the screen."""
_SCALE_AT_ZOOM_0: Final = 559_082_264
"""Denominator of the scale of web-map zoom 0 at 96 dots an inch."""
_TYPES: Final[Mapping[Kind, str]] = {"point": "marker", "line": "line", "polygon": "fill"}
_STRIPES: Final = {f"url(#{hatch['id']})": hatch for hatch in HATCHES}
_OWN: Final[Mapping[Kind, Sequence[Style]]] = {
    "point": OWN_SIGNS,
    "line": OWN_LINES,
    "polygon": OWN_SHAPES,
}
_STRIPE_PX: Final = 3
_STRIPES_APART_PX: Final = 6


_PLAIN: Final[Mapping[Kind, Mapping[str, Any]]] = {
    "point": OPERATION[-1].look,
    "line": stroke(INK, 1.6),
    "polygon": stroke(INK, 1.2),
}


def qml(table: str, kind: Kind, *, schematic: bool = False, lang: Lang = "vi") -> str:
    """Return the style of a table of geometry as QML.

    Parameters
    ----------
    table : str
        A table of a snapshot; one the map does not know gets a plain look.
    schematic : bool
        The borders are schematic: commune lines are dotted.

    Notes
    -----
    The document is what ``QgsMapLayer::importNamedStyle`` reads, with the
    categories *Symbology* and *Labeling*.
    """
    layer = next((one for one in LAYERS.values() if one.qgis and table in one.qgis.tables), None)
    given = layer.qgis if layer and layer.qgis else Qgis((), (Style("base", "", _PLAIN[kind]),))
    column, styles = given.column, given.styles
    if table == "communes" and schematic:
        styles = tuple(s for s in LAYERS[table].styles if s.key == "schematic")
    label = layer.label if layer and given.named else None
    root, renderer = _document("categorizedSymbol" if column else "singleSymbol", label is not None)
    if column:
        entries = [(style.key, t(style.label, lang)) for style in styles]
        _categories(renderer, column, entries)
    _symbols(renderer, styles, kind)
    if label is not None:
        _labels(root, label.min_zoom)
    return tostring(root, encoding="unicode")


def own_qml(layer: OwnLayer, kind: Kind, lang: Lang = "vi") -> str:
    """Return the style of an own layer as QML: by its number, its categories, or one look.

    Parameters
    ----------
    kind : {"point", "line", "polygon"}
        What the geometry of its rows is.
    """
    value = own_value(layer)
    if value:
        digits = decimals(layer, Look("sum", value), layer.typed[value])
        found = classify(layer.typed[value], digits=digits, classes=layer.symbology.classes)
        root, renderer = _document("graduatedSymbol", labelled=False)
        renderer.set("attr", value)
        ranges = SubElement(renderer, "ranges")
        for number_, (low, high) in enumerate(pairwise(found.limits)):
            label = (
                f"{number(low, lang, digits)} – {number(high, lang, digits, layer.symbology.unit)}"
            )
            SubElement(
                ranges,
                "range",
                lower=repr(low),
                upper=repr(high),
                symbol=str(number_),
                label=label,
                render="true",
            )
        fills = OWN_RAMPS.get(layer.symbology.colour, CHOROPLETH)[: len(found.limits) - 1]
        _symbols(renderer, [_painted(fill, kind) for fill in fills], kind)
        return tostring(root, encoding="unicode")
    styles = {style.key: style for style in _OWN[kind]}
    column = next(iter(layer.categories), "")
    root, renderer = _document("categorizedSymbol" if column else "singleSymbol", labelled=False)
    if not column:
        mark = f"own-{kind}s:" if kind == "point" else ""
        _symbols(renderer, [styles[alone(layer.symbology, mark)]], kind)
        return tostring(root, encoding="unicode")
    classes = categories(layer, column)
    _categories(
        renderer, column, [*((name, name) for name in classes), ("", t("ownpage.several", lang))]
    )
    _symbols(renderer, [*(styles[key] for key in classes.values()), styles[MANY]], kind)
    return tostring(root, encoding="unicode")


def own_value(layer: OwnLayer) -> str:
    """Return the number the rows of an own layer are drawn by, empty if by none."""
    chosen = layer.symbology
    if chosen.kind in ("category", "signs"):
        return ""
    return chosen.column if chosen.column in layer.quantities else layer.value


def _painted(fill: str, kind: Kind) -> Style:
    """Return the look of a class of numbers."""
    looks = {"point": sign(SQUARE, fill=fill, size=14), "line": stroke(fill, 3)}
    return Style("class", "", looks.get(kind) or area(fill, line=INK, width=0.6))


def _document(renderer: str, labelled: bool) -> tuple[Element, Element]:  # noqa: FBT001 - named by who calls
    root = Element(
        "qgis",
        version=QGIS_VERSION,
        styleCategories="Symbology|Labeling",
        labelsEnabled=str(int(labelled)),
    )
    made = SubElement(root, "renderer-v2", forceraster="0", symbollevels="0", enableorderby="0")
    made.set("type", renderer)
    return root, made


def _categories(renderer: Element, column: str, entries: Sequence[tuple[str, str]]) -> None:
    """Write value and label of each category; its symbol is that of its place."""
    renderer.set("attr", column)
    found = SubElement(renderer, "categories")
    for place, (value, label) in enumerate(entries):
        SubElement(
            found,
            "category",
            type="string",
            value=value,
            label=label,
            symbol=str(place),
            render="true",
        )


def _symbols(renderer: Element, styles: Sequence[Style], kind: Kind) -> None:
    found = SubElement(renderer, "symbols")
    for place, style in enumerate(styles):
        _symbol(found, str(place), style, kind)


def _symbol(parent: Element, name: str, style: Style, kind: Kind) -> None:
    symbol = SubElement(
        parent,
        "symbol",
        type=_TYPES[kind],
        name=name,
        alpha="1",
        clip_to_extent="1",
        force_rhr="0",
    )
    if kind == "point":
        _marker(symbol, style)
        return
    look = style.look
    if kind == "polygon" and look["fill"]:
        _fill(symbol, look, name)
    if look.get("stroke", True):
        _line(symbol, look)


def _marker(symbol: Element, style: Style) -> None:
    drawing = base64.b64encode(swatch(style, "point").encode()).decode()
    size = {"size": _mm(style.look["size"]), "size_unit": "MM"}
    _layer(symbol, "SvgMarker", {"name": f"base64:{drawing}", **size, "scale_method": "diameter"})


def _fill(symbol: Element, look: Mapping[str, Any], name: str) -> None:
    stripes = _STRIPES.get(look["fillColor"])
    ground = stripes["ground"] if stripes else look["fillColor"]
    color = _rgba(ground, look["fillOpacity"])
    _layer(symbol, "SimpleFill", {"color": color, "style": "solid", "outline_style": "no"})
    if stripes is None:
        return
    drawn = _layer(
        symbol,
        "LinePatternFill",
        {"angle": "45", "distance": _mm(_STRIPES_APART_PX), "distance_unit": "MM"},
    )
    stripe = Style("stripe", "", stroke(stripes["line"], _STRIPE_PX))
    _symbol(drawn, f"@{name}@1", stripe, "line")


def _line(symbol: Element, look: Mapping[str, Any]) -> None:
    options = {
        "line_color": _rgba(look["color"], look["opacity"]),
        "line_width": _mm(look["weight"]),
        "line_width_unit": "MM",
        "line_style": "solid",
        "joinstyle": "round",
        "capstyle": "flat" if look["dashArray"] else "round",
    }
    if look["dashArray"]:
        options |= {
            "use_custom_dash": "1",
            "customdash": ";".join(_mm(float(part)) for part in look["dashArray"].split()),
            "customdash_unit": "MM",
        }
    _layer(symbol, "SimpleLine", options)


def _layer(symbol: Element, kind: str, options: Mapping[str, str]) -> Element:
    layer = SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    listed = SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        SubElement(listed, "Option", type="QString", name=name, value=value)
    return layer


def _labels(root: Element, min_zoom: float) -> None:
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    style = SubElement(
        settings,
        "text-style",
        fieldName="name",
        isExpression="0",
        fontSize="9",
        fontSizeUnit="Point",
        textColor=_rgba(INK, 1),
        textOpacity="1",
    )
    SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=_rgba("#FFFFFF", 1),
        bufferOpacity="0.9",
    )
    SubElement(
        settings,
        "rendering",
        scaleVisibility="1",
        scaleMin="1",
        scaleMax=str(round(_SCALE_AT_ZOOM_0 / 2**min_zoom)),
        drawLabels="1",
    )


def _rgba(color: str, opacity: float) -> str:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _mm(pixels: float) -> str:
    return f"{pixels * _MM:.2f}"
