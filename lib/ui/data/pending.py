"""What editors entered and nobody published yet: the list, taking back, publishing, undoing."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from lib.access import acts
from lib.access import entering as mayenter
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.language.errors import PhuThoError
from lib.language.text import date, moment, number
from lib.store import pending
from lib.store.store import Snapshot, Store
from lib.tables.glossary import label
from lib.tables.statements.record import Statement
from lib.ui import visitor
from lib.ui.data.entries import words_of
from lib.ui.state import language, said, tr

_DONE: Final = "_entered_made"
_TOLD: Final = "_entered_told"


def waiting(store: Store, base: Snapshot, words: Sequence[Statement], who: str) -> None:
    """Draw what waits and what can be done with it.

    Parameters
    ----------
    who : str
        Name given in the form above, empty if none was.
    """
    st.subheader(tr("enter.draft"), anchor=False)
    if told := st.session_state.pop(_TOLD, None):
        st.error(said(told), icon=":material/error:")
    _done(store, base)
    if not words:
        st.caption(tr("enter.draft_none"))
        return
    st.caption(tr("enter.draft_help"))
    st.dataframe(
        pd.DataFrame(
            {
                tr("enter.row"): [word.id for word in words],
                tr("enter.field"): [label(word.table, word.field, language()) for word in words],
                tr("enter.value"): [words_of(word) for word in words],
                tr("about.source"): [_source(word) for word in words],
                tr("about.as_of"): [date(word.as_of, language()) for word in words],
                tr("data.who"): [word.who for word in words],
                tr("access.log_when"): [moment(word.when) for word in words],
            }
        ),
        hide_index=True,
        height="content",
        alt=tr("enter.draft"),
    )
    by_place = {pending.place(word): word for word in words}
    if st.session_state.get("enter_remove"):
        kept = [one for one in st.session_state["enter_remove"] if one in by_place]
        st.session_state["enter_remove"] = kept
    chosen = st.multiselect(
        tr("enter.remove"),
        list(by_place),
        format_func=lambda one: " · ".join(
            (one[1], label(one[0], one[2], language()), words_of(by_place[one]))
        ),
        placeholder=tr("enter.choose"),
        key="enter_remove",
    )
    mine, refusal = mayenter.publishable(visitor.actor(), words, base=base)
    if len(mine) < len(words):
        st.caption(tr("enter.not_yours", count=number(len(words) - len(mine), language())))
    if refusal is not None:
        st.caption(said(refusal))
    name = who or visitor.name_box("enter_publisher")
    with st.container(horizontal=True):
        st.button(
            tr("enter.do_remove"),
            on_click=_remove,
            args=(store, [by_place[one] for one in chosen]),
            disabled=not chosen,
            icon=":material/playlist_remove:",
            key="enter_do_remove",
        )
        st.button(
            tr("enter.publish", count=number(len(mine), language())),
            on_click=_publish,
            args=(store, base, mine, name),
            type="primary",
            disabled=not (name and mine) or refusal is not None,
            icon=":material/publish:",
            key="enter_publish",
        )


def _remove(store: Store, words: Sequence[Statement]) -> None:
    """Take values out of the draft; used as a callback."""
    try:
        mayenter.put_aside(visitor.actor(), store, words)
    except PhuThoError as error:
        st.session_state[_TOLD] = error


def _publish(store: Store, base: Snapshot, words: Sequence[Statement], who: str) -> None:
    """Put what is listed in use; used as a callback."""
    st.session_state.pop(_DONE, None)
    try:
        made = mayenter.publish(visitor.actor(), store, words, base=base, typed=who)
        serve_layers(made)
    except PhuThoError as error:
        st.session_state[_TOLD] = error
    else:
        st.session_state[_DONE] = (made.snapshot_id, base.snapshot_id, who, len(words))


def _done(store: Store, base: Snapshot) -> None:
    """Say what was published last, and offer to undo it as long as nothing came after it."""
    made, before, who, count = st.session_state.get(_DONE, ("", "", "", 0))
    if made != base.snapshot_id:
        return
    st.success(
        tr("enter.published", count=number(count, language()), snapshot=made),
        icon=":material/check_circle:",
    )
    if visitor.may(Action.RESTORE):
        st.button(
            tr("enter.undo"),
            on_click=_undo,
            args=(store, before, who),
            icon=":material/undo:",
            key="enter_undo",
        )


def _undo(store: Store, before: str, who: str) -> None:
    """Put the snapshot before in use again; used as a callback."""
    try:
        serve_layers(acts.restore(visitor.actor(), store, before, typed=who))
    except PhuThoError as error:
        st.session_state[_TOLD] = error


def _source(word: Statement) -> str:
    return " · ".join(filter(None, (word.document_no, word.source_url)))
