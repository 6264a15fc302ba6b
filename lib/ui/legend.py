"""The legend, drawn by the page itself so that it prints and reads aloud."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from lib.layers import Layer
from lib.mapview import served
from lib.ui.state import tr
from lib.webassets import swatch_path


def show_legend(entries: Sequence[tuple[Layer, Sequence[str]]]) -> None:
    """Draw the legend.

    Parameters
    ----------
    entries : sequence of (Layer, class keys)
        Layers top first, with the classes that are really on the map.
    """
    html = Markup('<ul class="ph-legend">')
    for layer, keys in entries:
        styles = [s for s in layer.styles if s.key in keys and s.label]
        if len(styles) > 1:
            html += Markup("<li><b>{}</b></li>").format(tr(layer.title))
        for style in styles:
            html += Markup('<li><img alt="" src="{}">{}</li>').format(
                served(swatch_path(layer, style)), tr(style.label)
            )
    st.html(str(html + Markup("</ul>")))
