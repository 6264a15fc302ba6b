"""The legend, drawn by the page itself so that it prints and reads aloud."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from lib.layers import Layer
from lib.symbols import HATCHES, Style
from lib.ui.state import tr

_PATTERN_GROUND = {f"url(#{h['id']})": h["ground"] for h in HATCHES}


def _attributes(values: Mapping[str, Any]) -> Markup:
    return Markup(" ").join(Markup('{}="{}"').format(k, v) for k, v in values.items())


def _image(width: int, height: int, view: str, drawing: Markup) -> Markup:
    """Return an ``<img>``: Streamlit takes bare SVG out of a page's HTML."""
    svg = Markup('<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}">{}</svg>')
    data = base64.b64encode(svg.format(view, drawing).encode()).decode()
    return Markup('<img alt="" width="{}" height="{}" src="data:image/svg+xml;base64,{}">').format(
        width, height, data
    )


def swatch(style: Style, kind: str) -> Markup:
    """Return a small drawing of `style`, the same shapes the map draws."""
    look = style.look
    if kind == "point":
        parts = Markup("").join(Markup("<path {}/>").format(_attributes(p)) for p in look["parts"])
        return _image(20, 20, "0 0 24 24", parts)
    line = {"stroke": look["color"], "stroke-width": max(1.5, look["weight"])}
    if look.get("dashArray"):
        line["stroke-dasharray"] = look["dashArray"]
    if kind == "line":
        path = Markup('<path d="M1 7H29" {}/>').format(_attributes(line))
        return _image(30, 14, "0 0 30 14", path)
    fill = _PATTERN_GROUND.get(look["fillColor"], look["fillColor"])
    box = Markup('<rect x="1" y="1" width="28" height="14" fill="{}" fill-opacity="{}" {}/>')
    return _image(30, 16, "0 0 30 16", box.format(fill, look["fillOpacity"], _attributes(line)))


def show_legend(entries: Sequence[tuple[Layer, Sequence[str]]]) -> None:
    """Draw the legend.

    Parameters
    ----------
    entries : sequence of (Layer, class keys)
        Layers top first, with the classes that are really on the map.
    """
    html = Markup('<div class="ph-legend" role="list">')
    for layer, keys in entries:
        styles = [s for s in layer.styles if s.key in keys and s.label]
        if len(styles) > 1:
            html += Markup('<p class="ph-legend-title">{}</p>').format(tr(layer.title))
        for style in styles:
            html += Markup('<div role="listitem">{}<span>{}</span></div>').format(
                swatch(style, layer.kind), tr(style.label)
            )
    st.html(str(html + Markup("</div>")))
