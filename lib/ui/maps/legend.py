"""Draw the legend as part of the page, so that it prints and reads aloud."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from lib.layers.looks.layer import Layer
from lib.layers.web import swatch_path
from lib.ui.state import served, tr


@dataclass(frozen=True)
class ClassLegend:
    """Legend of a choropleth: title, limits, counts.

    Parameters
    ----------
    title : str
        The measure and its unit.
    classes : sequence of (str, str, int)
        Style key, limits in words and how many features, lightest first.
    note : str
        What a heavy edge means; empty where there is none.
    """

    title: str
    classes: Sequence[tuple[str, str, int]]
    note: str = ""


def show_classes(layer: Layer, legend: ClassLegend) -> None:
    """Draw the legend of a choropleth: limits with their unit, and how many lie in each."""
    looks = {style.key: style for style in layer.styles}
    html = Markup('<p class="ph-legend-title">{}</p><ul class="ph-legend">').format(legend.title)
    for key, words, count in legend.classes:
        html += Markup('<li><img alt="" src="{}">{} <small>{}</small></li>').format(
            served(swatch_path(layer, looks[key])), words, count
        )
    if legend.note:
        html += Markup('<li><img alt="" src="{}">{}</li>').format(
            served(swatch_path(layer, looks["class-0-listed"])), legend.note
        )
    st.html(str(html + Markup("</ul>")))


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
