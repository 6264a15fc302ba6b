"""The switch of presentation mode: large type, the map, one card, prepared lists."""

import streamlit as st

from lib.ui import state
from lib.ui.state import tr


def switch() -> None:
    """Draw the switch in the sidebar; on, the sidebar goes and a bar under the map comes."""
    if state.page() in state.PLAIN:
        return
    state.keep_known("present", {"yes"})
    st.pills(
        tr("present.switch"),
        ["yes"],
        selection_mode="multi",
        format_func=lambda _: f":material/slideshow: {tr('present.switch')}",
        key="present",
        label_visibility="collapsed",
        help=tr("present.help"),
        persist_state="session",
    )
