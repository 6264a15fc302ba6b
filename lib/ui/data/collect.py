"""Forms for communes and the power company: to be sent, and who has answered."""

from functools import partial

import pandas as pd
import streamlit as st

from lib.access import collecting as acts
from lib.access.roles import Action
from lib.importing.collecting import asked, sending
from lib.importing.collecting.book import file_name
from lib.importing.collecting.sending import Answered
from lib.language.text import date, number
from lib.store.store import Snapshot
from lib.tables.collecting import KIND
from lib.ui import visitor
from lib.ui.downloads import button
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


@st.cache_data(max_entries=2, show_spinner=False)
def _status(key: str, _data: Workspace) -> tuple[list[Answered], list[str]]:
    del key  # the cache tells the data apart by it
    everyone = asked.recipients(_data.tables, _data.clusters)
    return sending.status(_data.tables, _data.clusters), asked.unasked(everyone, _data.clusters)


def collect(data: Workspace, current: Snapshot) -> None:
    """Draw the forms to take away, the way to bring answers in, and who has answered."""
    lang = language()
    everyone, lost = _status(data.key, data)
    answered = sum(bool(one.day) for one in everyone)
    st.caption(tr("collectpage.how"))
    st.progress(
        answered / len(everyone) if everyone else 1.0,
        text=tr(
            "collectpage.sum", answered=number(answered, lang), all=number(len(everyone), lang)
        ),
    )
    left, middle, right = st.columns([0.5, 0.25, 0.25], vertical_alignment="bottom")
    if visitor.may(Action.TAKE_AWAY) and everyone:
        with left:
            code = _place(everyone)
        with middle:
            _take(current, everyone, code)
    if visitor.may(Action.IMPORT):
        with right:
            st.button(
                tr("collectpage.bring"), on_click=_bring, icon=":material/upload_file:", key="form-in"
            )
    st.dataframe(
        _table(everyone),
        hide_index=True,
        height="content",
        column_config=dict.fromkeys(
            (tr("collectpage.asked"), tr("collectpage.fresh")),
            st.column_config.Column(alignment="right"),
        ),
        alt=tr("collectpage.status"),
    )
    if lost:
        st.caption(tr("collectpage.in_none", ids=", ".join(lost)))


def _place(everyone: list[Answered]) -> str | None:
    names = {one.recipient.code: one.recipient for one in everyone}
    lang = language()
    return st.selectbox(
        tr("collectpage.place"),
        list(names),
        index=None,
        format_func=lambda one: names[one].title(lang),
        placeholder=tr("collectpage.every"),
        key="form_of",
    )


def _take(current: Snapshot, everyone: list[Answered], code: str | None) -> None:
    who = visitor.actor()
    names = {one.recipient.code: one.recipient for one in everyone}
    file = file_name(names[code]) if code in names else tr("collectpage.file")
    button(
        tr("collectpage.one" if code in names else "collectpage.all"),
        partial(acts.forms, who, current, code or ""),
        visitor.file_name(file),
        key="form-out",
    )


def _bring() -> None:
    """Open the import of filled forms; used as a callback."""
    st.session_state["tab"] = "import"
    st.session_state["import_kind"] = KIND


def _table(everyone: list[Answered]) -> pd.DataFrame:
    lang = language()
    return pd.DataFrame(
        {
            tr("collectpage.place"): [one.recipient.title(lang) for one in everyone],
            tr("collectpage.day"): [
                date(one.day, lang) if one.day else tr("collectpage.not_yet") for one in everyone
            ],
            tr("collectpage.asked"): [number(one.recipient.count, lang) for one in everyone],
            tr("collectpage.fresh"): [
                number(one.new_values, lang) if one.day else "" for one in everyone
            ],
        }
    )
