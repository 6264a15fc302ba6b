"""Draw what is due: one line with the nearest, the whole list with its calendar file."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import date
from lib.register.duties import TABLES, Duty, calendar, duties
from lib.ui.downloads import guarded
from lib.ui.state import language, tr, tr_html
from lib.ui.workspace import Workspace

_NEAREST: Final = 4


@st.cache_resource(max_entries=8, show_spinner=False)
def of(
    key: str,  # noqa: ARG001 - the key of the cache
    on: dt.date,
    _data: Workspace,
) -> list[Duty]:
    """Return what is due on a day for what this visitor sees."""
    tables = {name: _data.tables[name] for name in TABLES if name in _data.tables}
    return duties(tables, on=on)


def strip(found: Sequence[Duty]) -> None:
    """Draw the nearest duties in one line."""
    lang = language()
    told = Markup(" · ").join(
        Markup("<b>{}</b> {} ({})").format(date(one.date, lang), one.short(lang), one.left(lang))
        for one in found[:_NEAREST]
    )
    html = Markup('<p class="ph-official">{}</p>').format(tr_html("duties.strip", duties=told))
    st.html(str(html))


def listing(found: Sequence[Duty]) -> None:
    """Draw all duties as a table with what is missing for each, and the calendar file."""
    lang = language()
    rows = [
        (
            date(one.date, lang),
            one.left(lang),
            one.what(lang),
            "; ".join(one.lacks(lang)),
            one.source(lang),
        )
        for one in found
    ]
    heads = [tr(f"duties.head_{name}") for name in ("date", "days", "what", "missing", "source")]
    st.dataframe(
        pd.DataFrame(rows, columns=heads), hide_index=True, key="duties", alt=tr("duties.list")
    )
    guarded("ICS", lambda: calendar(found, lang), tr("duties.file"), icon=":material/event:")
