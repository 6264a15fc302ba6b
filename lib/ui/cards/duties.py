"""Draw what is due: one line with the nearest, the whole list with its calendar file."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import date
from lib.register.duties import Duty, calendar
from lib.ui.downloads import guarded
from lib.ui.state import language, tr, tr_html

_NEAREST: Final = 4


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
    file(found)


def file(found: Sequence[Duty]) -> None:
    """Draw the button of the calendar file with all duties."""
    lang = language()  # a download is made outside the visitor's session
    name, icon = tr("duties.file"), ":material/event:"
    guarded(tr("duties.calendar"), lambda: calendar(found, lang), name, icon=icon, key="ics")
