"""The bar under the map while presenting: page and list, arrows, the way out."""

from typing import Final, cast

import streamlit as st
from markupsafe import Markup

from lib.register import playlist
from lib.register.playlist import PAGES, PLAYLISTS, Playlist, Stop
from lib.ui import state
from lib.ui.maps import agenda
from lib.ui.state import tr
from lib.ui.workspace import Workspace

_GO: Final = "_present_go"
"""Page of the list that was picked, until the page is there."""


def _stops(data: Workspace, name: Playlist) -> list[Stop]:
    if name == "own":
        layers = {layer.layer_id: layer for layer in data.own}
        layer = layers.get(str(st.session_state.get("own") or ""))
        return [] if layer is None else playlist.communes_most(layer.rows, data.commune_names)
    if name == "split":
        return playlist.communes_split(data.communes, data.tables["former_units"])
    if name == "gaps":
        return playlist.communes_of(data.gaps_on_record.communes)
    if name in {"agenda", "late"}:
        wanted = [one for one in agenda.of_province(data) if name in {"agenda", one.key}]
        return playlist.walked(p.stop for question in wanted for p in question.points)
    return playlist.clusters_of(name, data.clusters, agenda.material(data).summary)


def _title(name: Playlist) -> str:
    """Return the page of a list and what the list holds."""
    page = tr(f"pages.{PAGES[name]}")
    held = tr(f"present.list_{name}")
    return f"{page} · {held}"


def bar(data: Workspace) -> None:
    """Draw the sentence of the page, pages with their lists, the arrows and the way out."""
    page = state.page_name()
    go = st.session_state.pop(_GO, page)
    if go != page:
        st.switch_page(f"pages/{go}.py")
    own = playlist.of_page(page)
    name = cast("Playlist", state.choose_one("playlist", own, own[0]))
    stops = _stops(data, name)
    here = str(st.session_state.get("sel") or "")
    at = next((place for place, stop in enumerate(stops, 1) if stop.target == here), 0)

    def turn() -> None:
        picked = cast("Playlist", st.session_state["playlist"])
        st.session_state[_GO] = PAGES[picked]
        if all(stop.target != here for stop in _stops(data, picked)):
            state.select("")

    with st.container(key="present-bar", horizontal=True, vertical_alignment="center"):
        st.selectbox(
            tr("present.list"),
            PLAYLISTS,
            format_func=_title,
            key="playlist",
            label_visibility="collapsed",
            on_change=turn,
            persist_state="session",
            width=430,
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
        st.html(str(Markup('<p class="ph-sentence">{}</p>').format(sentence)))


def _arrow(stops: list[Stop], here: str, step: int) -> None:
    stop = playlist.neighbour(stops, here, step)
    st.button(
        tr("present.next" if step > 0 else "present.previous"),
        icon=":material/arrow_forward:" if step > 0 else ":material/arrow_back:",
        # Heard here before the map is there; lib/layers/assets/map/hand.js hears it everywhere.
        shortcut="ArrowRight" if step > 0 else "ArrowLeft",
        disabled=stop is None,
        on_click=state.select,
        args=(stop.target if stop else "",),
        key=f"present-{step}",
    )
