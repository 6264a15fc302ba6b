"""Presentation mode: large type, the map, one card, a prepared list under the arrow keys."""

from typing import cast

import streamlit as st
from markupsafe import Markup

from lib.register import playlist
from lib.register.playlist import PLAYLISTS, Playlist, Stop
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace, cross_answer


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


def _stops(data: Workspace, name: Playlist) -> list[Stop]:
    if name == "gaps":
        return playlist.communes_of(data.gaps_on_record.communes)
    tolerance = state.tolerance_m()
    given = cross_answer(data.key, data, tolerance_m=tolerance, samples=False, lang=language())
    return playlist.clusters_of(name, data.clusters, given.summary)


def bar(data: Workspace) -> None:
    """Draw the sentence of the page, the list, its arrows and the way out."""
    state.choose_one("playlist", PLAYLISTS, PLAYLISTS[0])
    stops = _stops(data, cast("Playlist", st.session_state["playlist"]))
    here = str(st.session_state.get("sel") or "")
    at = next((place for place, stop in enumerate(stops, 1) if stop.target == here), 0)
    with st.container(key="present-bar", horizontal=True, vertical_alignment="center"):
        st.selectbox(
            tr("present.list"),
            PLAYLISTS,
            format_func=lambda name: tr(f"present.list_{name}"),
            key="playlist",
            label_visibility="collapsed",
            persist_state="session",
            width=360,
        )
        _arrow(stops, here, -1)
        words = tr("present.place", place=at, total=len(stops)) if stops else tr("present.none")
        st.markdown(words, width="content")
        _arrow(stops, here, 1)
        left = st.button(
            tr("present.leave"),
            icon=":material/close:",
            shortcut="Escape",
            key="present-leave",
        )
    if left:
        # Not in a callback: without the mode this bar would not be reached, and
        # the whole page has to change, not only its fragment.
        state.clear("present")
        st.rerun()
    if sentence := state.sentence():
        if at and stops[at - 1].page == state.page():
            sentence = tr(
                "present.stop",
                name=stops[at - 1].name,
                place=at,
                total=len(stops),
                sentence=sentence,
            )
        st.html(str(Markup('<p class="ph-sentence">{}</p>').format(sentence)))


def _arrow(stops: list[Stop], here: str, step: int) -> None:
    stop = playlist.neighbour(stops, here, step)
    pressed = st.button(
        tr("present.next" if step > 0 else "present.previous"),
        icon=":material/arrow_forward:" if step > 0 else ":material/arrow_back:",
        shortcut="ArrowRight" if step > 0 else "ArrowLeft",
        disabled=stop is None,
        on_click=state.select,
        args=(stop.target if stop else "",),
        key=f"present-{step}",
    )
    if pressed and stop and stop.page != state.page():
        st.switch_page(f"pages/{stop.page}.py")
