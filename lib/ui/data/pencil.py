"""The pencil of a card: its values in a list, each the way to its form, all in one dialog."""

from typing import Final

import streamlit as st

from lib.access import acts
from lib.access import entering as mayenter
from lib.access.roles import Action
from lib.importing import entering
from lib.language.text import plain
from lib.store.store import Store
from lib.tables.glossary import label, value_words
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.derive import said_all
from lib.tables.statements.record import NAME
from lib.ui import sharing, visitor
from lib.ui.data import entries
from lib.ui.data.enter import form
from lib.ui.state import language, open_form, tr
from lib.ui.workspace import Workspace

_OPEN: Final = "_pencil"
"""Cluster, and column or None for the list, that stand in the dialog; nothing: it is closed."""


def pencil(data: Workspace, cluster_id: str) -> None:
    """Draw the button that opens the values of a cluster; nothing for who may not enter any."""
    if not visitor.may(Action.IMPORT) or data.closed & {CLUSTERS.name, NAME}:
        return
    st.button(
        tr("enter.pencil"),
        on_click=_choose,
        args=(cluster_id, None),
        icon=":material/edit:",
        key="pencil",
    )
    if st.session_state.get(_OPEN, ("", None))[0] == cluster_id:
        name = data.clusters.set_index("cluster_id").loc[cluster_id, "name"]
        title = tr("enter.pencil_of", name=plain(f"{cluster_id} · {name}"))
        dialog = st.dialog(title, width="large", on_dismiss=_close)
        dialog(_values)(data, cluster_id)


def _values(data: Workspace, cluster_id: str) -> None:
    """Draw the list of values, or the form of the one that was chosen."""
    who = visitor.require(Action.IMPORT)
    acts.require_import(who, CLUSTERS.name)
    store = sharing.store()
    _, field = st.session_state.get(_OPEN, ("", None))
    if field is None:
        _list(data, store, cluster_id)
        return
    waiting = entering.waiting(data.tables, mayenter.waiting(who, store))
    form(data, store, waiting, [cluster_id], [CLUSTERS.column(field)])
    row = data.tables[CLUSTERS.name].query("cluster_id == @cluster_id")
    now = said_all({**data.tables, CLUSTERS.name: row}, CLUSTERS)[cluster_id]
    with st.expander(tr("enter.act_value"), icon=":material/playlist_remove:"):
        entries.value_withdrawal(data, store, waiting, {field: now[field]}, cluster_id)
        entries.told()
    with st.container(horizontal=True):
        st.button(tr("enter.pencil_back"), on_click=_choose, args=(cluster_id, None), key="pencil-back")
        if st.button(tr("enter.pencil_draft"), icon=":material/edit_note:", key="pencil-draft"):
            _close()
            open_form(cluster_id, field)
            st.switch_page("pages/data.py")


def _list(data: Workspace, store: Store, cluster_id: str) -> None:
    """Draw a line a value: what is in use, and what waits."""
    lang = language()
    waiting = entering.waiting(data.tables, mayenter.waiting(visitor.actor(), store))
    drafts = {one.field: one for one in waiting if one.id == cluster_id}
    row = data.tables[CLUSTERS.name].set_index("cluster_id").loc[cluster_id]
    st.caption(tr("enter.pencil_list"))
    columns = entering.columns()
    half = -(-len(columns) // 2)
    sides = [one.container(gap="xxsmall") for one in st.columns(2)]
    for at, column in enumerate(columns):
        with sides[at // half]:
            waits = drafts.get(column.name)
            words = tr(
                "enter.pencil_waits" if waits else "enter.pencil_line",
                field=label(CLUSTERS.name, column.name, lang),
                value=plain(value_words(column, row[column.name], lang)),
                draft=plain(entries.words_of(waits)) if waits else "",
            )
            st.button(
                words,
                on_click=_choose,
                args=(cluster_id, column.name),
                type="tertiary",
                icon=":material/edit:",
                key=f"pencil-{column.name}",
            )


def _choose(cluster_id: str, field: str | None) -> None:
    """Open the form of a value, or the list; used as a callback."""
    st.session_state[_OPEN] = (cluster_id, field)


def _close() -> None:
    """Forget what stood in the dialog; used as a callback."""
    st.session_state.pop(_OPEN, None)
