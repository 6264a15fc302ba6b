"""Files that wait for a second person: each can be opened, checked again and published."""

from typing import Any, Final

import streamlit as st

from lib.access import bringing, limits
from lib.language.errors import PhuThoError
from lib.language.text import moment, plain
from lib.store.brought import Brought
from lib.store.store import Store
from lib.ui import visitor
from lib.ui.data.work import forget, go, work
from lib.ui.state import said, tr

_TOLD: Final = "_brought_told"


def waiting(store: Store) -> None:
    """Draw what waits, and how files are published here where that takes two persons."""
    if limits.two_needed():
        st.info(tr("brought.how"), icon=":material/group:")
    if told := st.session_state.pop(_TOLD, None):
        st.error(said(told), icon=":material/error:")
    found = bringing.waiting(visitor.actor(), store)
    if not found:
        return
    with st.container(border=True, key="brought"):
        st.markdown(f"**{tr('brought.title')}**")
        who = visitor.name_box("brought_who")
        for one in found:
            _one(store, one, who)


def _one(store: Store, one: Brought, who: str) -> None:
    left, right = st.columns([0.6, 0.4], vertical_alignment="center")
    left.markdown(line(one))
    with right.container(horizontal=True):
        st.button(
            tr("brought.open"),
            on_click=_open,
            args=(store, one.key, who),
            disabled=not who,
            icon=":material/fact_check:",
            key=f"brought-open-{one.key}",
        )
        st.button(
            tr("brought.remove"),
            on_click=_remove,
            args=(store, one.key),
            icon=":material/playlist_remove:",
            key=f"brought-remove-{one.key}",
        )


def line(one: Brought) -> str:
    """Return one line on files that wait, as Markdown: their names, what they are, who and when."""
    kind = tr(f"about.table_{one.kind}")
    names = plain(", ".join(one.names))
    return tr("brought.line", files=names, kind=kind, who=plain(one.who), when=moment(one.when))


def _open(store: Store, key: str, who: str) -> None:
    """Have files that wait checked against the data in use; used as a callback."""
    try:
        one, options, files = bringing.opened(visitor.actor(), store, key)
    except PhuThoError as error:
        st.session_state[_TOLD] = error
        return
    forget()
    work().update(files=files, who=who, options=options, step="check", brought=one)


def _remove(store: Store, key: str) -> None:
    """Let files wait no longer; used as a callback."""
    try:
        bringing.put_aside(visitor.actor(), store, key)
    except PhuThoError as error:
        st.session_state[_TOLD] = error


def keep(store: Store, held: dict[str, Any]) -> None:
    """Draw the last step where files wait for a second person: into the draft, or that it is so."""
    if "kept" in held:
        st.success(tr("brought.kept"), icon=":material/check_circle:")
        st.button(tr("data.another"), on_click=forget, icon=":material/add:", type="primary")
        return
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=go, args=("check",), icon=":material/arrow_back:")
        pressed = st.button(
            tr("brought.keep"), type="primary", icon=":material/playlist_add:", key="brought-keep"
        )
    if not pressed:
        return
    given = {"base": held["base"], "files": held["files"], "typed": held["who"]}
    try:
        bringing.keep(visitor.actor(), store, held["draft"], **given)
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
    else:
        held["kept"] = True
        st.rerun()
