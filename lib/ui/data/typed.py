"""Corners of an outline typed in by their coordinates, in any of the systems."""

from typing import Any, Final

import numpy as np
import shapely
import streamlit as st

from lib.geo import geometry, zones
from lib.importing.coordinates.numbers import parse_number
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_DEGREES: Final = 4326


def typed(data: Workspace, held: dict[str, Any]) -> None:
    """Draw the boxes for a corner as a paper has it: X and Y in any of the systems.

    Parameters
    ----------
    held : dict
        What is drawn; ``typed`` takes the corners, longitude and latitude.
    """
    with st.expander(
        tr("data.draw_typed"), icon=":material/pin_drop:", expanded=bool(held["typed"])
    ):
        epsg = st.selectbox(
            tr("data.draw_system"),
            zones.CHOICES,
            format_func=lambda code: zones.zone_label(code, language()),
            key="draw_system",
        )
        names = ("lat", "lon") if epsg == _DEGREES else ("x", "y")
        first, second = st.columns(2)
        with first:
            st.text_input(tr(f"data.draw_{names[0]}"), key="draw_first", max_chars=24)
        with second:
            st.text_input(tr(f"data.draw_{names[1]}"), key="draw_second", max_chars=24)
        st.button(
            tr("data.draw_add"),
            on_click=_add,
            args=(data, held),
            icon=":material/add_location_alt:",
        )
        if told := held.get("typed_refused"):
            st.error(told, icon=":material/error:")


def _add(data: Workspace, held: dict[str, Any]) -> None:
    """Put the typed corner on the map if it is a place in the province; used as a callback."""
    held.pop("typed_refused", None)
    north, east = (parse_number(st.session_state[f"draw_{name}"]) for name in ("first", "second"))
    if north is None or east is None:
        held["typed_refused"] = tr("data.draw_no_number")
        return
    epsg = int(st.session_state["draw_system"])
    points = np.array([shapely.Point(east, north)], dtype=object)
    province = geometry.outline(data.communes)
    better = zones.proposal(points, epsg, province)
    if better is not None:
        other = zones.zone_label(better.epsg, language()) + (" (X↔Y)" if better.swapped else "")
        held["typed_refused"] = tr("data.draw_elsewhere", zone=other)
        return
    if not any(reading.inside for reading in zones.readings(points, province)):
        held["typed_refused"] = tr("data.draw_nowhere")
        return
    (point,) = zones.to_storage(points, epsg)
    held["typed"] = [*held["typed"], [point.x, point.y]]
    st.session_state["draw_first"] = st.session_state["draw_second"] = ""
