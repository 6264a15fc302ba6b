"""The legend, drawn by the page itself so that it prints and reads aloud."""

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


def swatch(style: Style, kind: str) -> Markup:
    """Return a small drawing of `style`, the same shapes the map draws."""
    look = style.look
    if kind == "point":
        parts = Markup("").join(Markup("<path {}/>").format(_attributes(p)) for p in look["parts"])
        return Markup('<svg viewBox="0 0 24 24" width="20" height="20">{}</svg>').format(parts)
    line = {"stroke": look["color"], "stroke-width": max(1.5, look["weight"])}
    if look.get("dashArray"):
        line["stroke-dasharray"] = look["dashArray"]
    if kind == "line":
        return Markup(
            '<svg viewBox="0 0 24 14" width="24" height="14"><path d="M1 7H23" {}/></svg>'
        ).format(_attributes(line))
    fill = _PATTERN_GROUND.get(look["fillColor"], look["fillColor"])
    return Markup(
        '<svg viewBox="0 0 24 16" width="24" height="16">'
        '<rect x="1" y="1" width="22" height="14" fill="{}" {}/></svg>'
    ).format(fill, _attributes(line))


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
