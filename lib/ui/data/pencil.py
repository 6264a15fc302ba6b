"""The pencil of a card: its values in a list, each the way to its form, all in one dialog."""

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
from lib.ui import sharing, visitor
from lib.ui.data import entries
from lib.ui.data.enter import form
from lib.ui.state import edit, edited, language, open_form, tr
from lib.ui.workspace import Workspace


def show(data: Workspace, cluster_id: str) -> None:
    """Draw the dialog with the values of a cluster."""
    name = str(data.clusters.set_index("cluster_id").loc[cluster_id, "name"])
    title = tr("enter.pencil_of", name=plain(f"{cluster_id} · {name}"))
    st.dialog(title, width="large", on_dismiss=_close)(_values)(data, cluster_id)


def _values(data: Workspace, cluster_id: str) -> None:
    """Draw the list of values, or the form of the one that was chosen."""
    who = visitor.require(Action.IMPORT)
    acts.require_import(who, CLUSTERS.name)
    store = sharing.store()
    _, field = edited()
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
        st.button(tr("enter.pencil_back"), on_click=edit, args=(cluster_id,), key="pencil-back")
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
                on_click=edit,
                args=(cluster_id, column.name),
                type="tertiary",
                icon=":material/edit:",
                key=f"pencil-{column.name}",
            )


def _close() -> None:
    """Forget what stood in the dialog; used as a callback."""
    edit("")
