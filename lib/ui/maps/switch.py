"""The switch of the layers: what is on, top first, of which day, from whom; kept in the address."""

from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from lib.language.text import date, plain
from lib.layers.browser import Picture
from lib.layers.files import LayerFile, by_layer
from lib.layers.looks.layer import Layer
from lib.layers.registry import LAYERS, in_order, movable
from lib.ui import state
from lib.ui.maps.styles import Styles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_ALWAYS: Final = frozenset({"communes"})
"""Layers a map is nothing without."""
_ONLINE: Final = "online"
"""Pictures of the internet that are on: in no address, for a link is no consent to call out."""


def left_on(styles: Styles) -> Styles:
    """Return the styles of a map without the layers the visitor switched off."""
    off = set(state.chosen("off")) - _ALWAYS
    return {name: drawn for name, drawn in styles.items() if name not in off}


def opacity(data: Workspace) -> dict[str, float]:
    """Return the pictures that are on -> how much of them shows, 0-1."""
    on = {picture.name for picture in data.pictures if _is_on(picture)}
    share = int(st.session_state.get("opacity", 100)) / 100
    return {picture.name: share for picture in data.pictures if picture.name in on}


def _is_on(picture: Picture) -> bool:
    return picture.name in state.chosen(_ONLINE if picture.url else "pictures")


def box(data: Workspace, styles: Styles) -> None:
    """Draw the button behind which the layers of a map are switched on and off.

    Parameters
    ----------
    styles : mapping
        Of the page, before anything is left out: what it can show.
    """
    state.keep_known("off", set(LAYERS) - _ALWAYS)
    state.keep_known("pictures", {picture.name for picture in data.pictures if not picture.url})
    files = by_layer(data.files)
    state.keep_known("order", {name for name, layer in LAYERS.items() if movable(layer)})
    shown = [name for name in LAYERS if name in files and styles.get(name)]
    listed = in_order(shown, state.chosen("order"))[::-1]
    # Always the same words on the button: with others Streamlit would close what it opened.
    with st.popover(
        tr("switch.title"), icon=":material/layers:", key="layers-box", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        st.caption(tr("switch.order"))
        with st.container(key="layers-box-rows"):
            for name in listed:
                _layer(data, LAYERS[name], files[name])
            for picture in data.pictures:
                told = [(plain(picture.source), picture.as_of)]
                words = tr("switch.online", host=plain(urlsplit(picture.url).netloc))
                words = words if picture.url else plain(picture.name)
                key = _ONLINE if picture.url else "pictures"
                _check(key, picture.name, words, told, on=_is_on(picture))
            if any(picture.url for picture in data.pictures):
                st.caption(tr("switch.online_help"))
        raised = [name for name in listed[1:] if movable(LAYERS[name])]
        st.selectbox(
            tr("switch.raise"),
            raised,
            index=None,
            format_func=lambda name: tr(LAYERS[name].title),
            placeholder=tr("switch.raise_which"),
            key="raise",
            on_change=_raise,
        )
        if state.chosen("order"):
            st.button(tr("switch.usual"), on_click=state.clear, args=("order",), key="usual")
        if opacity(data):
            slider = state.sliders()["opacity"]
            st.slider(
                tr("switch.opacity"),
                slider.least,
                slider.most,
                step=slider.step,
                format="%d %%",
                key="opacity",
                persist_state="session",
            )


def _layer(data: Workspace, layer: Layer, file: LayerFile) -> None:
    """Draw one layer: its switch, whose its data is and of which day."""
    name = layer.layer_id
    on = name not in state.chosen("off")
    told = [(plain(source), as_of) for source, as_of in file.credits] or _sources(data, layer)
    _check("off", name, tr(layer.title), told, on=on)


def _sources(data: Workspace, layer: Layer) -> list[tuple[str, str]]:
    """Return source and day of the tables of a snapshot a layer is drawn from."""
    known = data.manifest.tables
    tables = [known[name] for name in layer.told_of if name in known]
    return list(dict.fromkeys((plain(table.source), table.as_of) for table in tables))


def _check(key: str, name: str, words: str, told: list[tuple[str, str]], *, on: bool) -> None:
    """Draw one switch; `told` are sources and days, ISO 8601."""
    widget = f"switch-{name}"
    st.session_state[widget] = on  # the address may have changed it since it was drawn
    said = " · ".join(
        tr("switch.of", source=source, date=date(as_of, language())) for source, as_of in told
    )
    st.checkbox(
        f"{words} :small[:gray[{said}]]",
        key=widget,
        disabled=name in _ALWAYS,
        on_change=_turn,
        args=(key, name),
    )


def _turn(key: str, name: str) -> None:
    """Put a name on a list of the session, or take it from there; used as a callback."""
    listed = state.chosen(key)
    st.session_state[key] = (
        [one for one in listed if one != name] if name in listed else [*listed, name]
    )


def _raise() -> None:
    """Lay the layer chosen over all others; used as a callback."""
    name = st.session_state.get("raise")
    if name:
        rest = [one for one in state.chosen("order") if one != name]
        st.session_state["order"] = [name, *rest]
    st.session_state["raise"] = None
