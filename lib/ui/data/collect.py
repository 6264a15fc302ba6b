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
    if visitor.may(Action.TAKE_AWAY) and everyone:
        _take(current, everyone)
    if visitor.may(Action.IMPORT):
        st.button(
            tr("collectpage.bring"), on_click=_bring, icon=":material/upload_file:", key="form-in"
        )
    st.dataframe(_table(everyone), hide_index=True, height="content", alt=tr("data.tab_collect"))
    if lost:
        st.caption(tr("collectpage.in_none", ids=", ".join(lost)))


def _take(current: Snapshot, everyone: list[Answered]) -> None:
    who = visitor.actor()
    names = {one.recipient.code: one.recipient for one in everyone}
    lang = language()
    code = st.selectbox(
        tr("collectpage.place"),
        list(names),
        index=None,
        format_func=lambda one: names[one].title(lang),
        placeholder=tr("collectpage.every"),
        key="form_of",
    )
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
            tr("collectpage.asked"): [one.recipient.count for one in everyone],
            tr("collectpage.fresh"): [one.new_values if one.day else None for one in everyone],
        }
    )
