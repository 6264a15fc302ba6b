"""The map as a picture: PNG for a slide or a message, SVG for print, both with their source."""

import base64
import struct
import zlib
from typing import Final, Literal

from lxml import etree

from lib.language.text import t
from lib.reports.cards.material import Material
from lib.reports.drawing import maps
from lib.reports.drawing.layout import Drawings, typeset
from lib.reports.drawing.view import View, bounds_of, of_cluster, shapes

DPI: Final = 300
_UPRIGHT_MM: Final = (194.0, 236.0)
_ACROSS_MM: Final = (281.0, 138.0)
_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_M_PER_INCH: Final = 0.0254
_AFTER_HEADER: Final = 33
"""A PNG begins with 8 bytes of signature and 25 of its first chunk."""
_PLACE: Final = ("x", "y", "width", "height", "transform")
_INLINE: Final = "data:image/svg+xml;base64,"


def picture(material: Material, view: View, kind: Literal["png", "svg"]) -> bytes:
    """Return the map of `view` with title, legend, data date and sources.

    Parameters
    ----------
    kind : {"png", "svg"}
        PNG at 300 dots an inch of an A4 sheet, or SVG.
    """
    lang = material.lang
    view, sample = of_cluster(material, view)
    chosen = shapes(material, view)
    degrees = bounds_of(view, chosen)
    bounds = None if degrees is None else maps.plane_bounds(degrees)
    west, south, east, north = bounds or maps.extent(material)
    upright = north - south > east - west
    size = _UPRIGHT_MM if upright else _ACROSS_MM
    drawn = maps.province(material, view.styles, *size, bounds=bounds, words=view.words)
    drawn.stamp = t("reports.stamp_sample", lang) if sample else ""
    for shape in chosen:
        drawn.draw_shape(shape.geometry, shape.look, shape.name, shape.lines)
    if chosen:
        drawn.explain(maps.BAND_STYLE, "polygon")
        drawn.explain(maps.EXACT_STYLE, "line")
    drawings = Drawings()
    foot = material.foot("clusters", "former_units", "assignments")
    data = {
        "words": {
            "lang": lang,
            "title": view.title,
            "sentence": view.sentence,
            "north": t("reports.north", lang),
            "foot": foot,
        },
        "upright": upright,
        "warnings": material.warnings,
        "map": maps.figure(material, drawn, drawings, f"{view.title}. {view.sentence}"),
        "legend": drawn.entries(lang, drawings.add),
    }
    made = typeset("picture", data, drawings, kind=kind, ppi=DPI)
    if kind == "png":
        return _with_size(made)
    return _one_drawing(made, view.title, f"{view.sentence} {foot}")


def _with_size(png: bytes) -> bytes:
    """Return `png` with its dots a metre written in it (chunk pHYs), so that it prints true."""
    dots = round(DPI / _M_PER_INCH)
    content = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:_AFTER_HEADER] + chunk + png[_AFTER_HEADER:]


def _one_drawing(svg: bytes, title: str, description: str) -> bytes:
    """Return `svg` with the drawings inside it as elements, not as images.

    A word processor that opens an SVG often leaves out an SVG within it.
    """
    root = etree.fromstring(svg)
    for image in list(root.iter(f"{_SVG}image")):
        link = image.get(_HREF) or image.get("href") or ""
        if not link.startswith(_INLINE):
            continue
        inner = etree.fromstring(base64.b64decode(link.removeprefix(_INLINE)))
        inner.attrib.update({side: value for side, value in image.items() if side in _PLACE})
        inner.set("preserveAspectRatio", "none")
        around = image.getparent()
        if around is not None:
            around.replace(image, inner)
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = etree.Element(f"{_SVG}{tag}")
        told.text = text
        root.insert(place, told)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content
