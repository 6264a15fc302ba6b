"""What a check found, on the screen: the verdict first, then every point with its place."""

import pandas as pd
import streamlit as st

from lib.importing import Draft
from lib.text import number
from lib.ui.state import language, tr

_SIGNS = "\\`*_{}[]()<>#+-!|~:$"


def plain(text: str) -> str:
    """Return `text` with what Markdown would read as a sign made plain."""
    return "".join(f"\\{char}" if char in _SIGNS else char for char in text)


def verdict(draft: Draft) -> None:
    """Say in one box whether the file can be published, and what it would change."""
    lang = language()
    refused, asked = len(draft.of("refused")), len(draft.of("ask"))
    if refused:
        st.error(
            tr("data.verdict_refused_body"),
            title=tr("data.verdict_refused", count=number(refused, lang)),
            icon=":material/block:",
        )
    elif not draft.changes:
        st.info(tr("data.verdict_same"), icon=":material/drag_handle:")
    elif asked:
        st.warning(
            tr("data.verdict_ask_body"),
            title=tr("data.verdict_ask", count=number(asked, lang)),
            icon=":material/help:",
        )
    else:
        st.success(tr("data.verdict_good"), icon=":material/check_circle:")
    if not refused:
        counts(draft)


def counts(draft: Draft) -> None:
    """Say how many rows of each table are added, changed, kept and removed."""
    lang = language()
    for name, count in draft.counts.items():
        values: dict[str, object] = {key: number(n, lang) for key, n in vars(count).items()}
        st.markdown(tr("data.counts", table=f"**{tr(f'about.table_{name}')}**", **values))


def table(draft: Draft) -> None:
    """Draw every finding: how grave, where, what and what to do."""
    if not draft.findings:
        return
    lang = language()
    rows = pd.DataFrame(
        {
            tr("data.finding_level"): [tr(f"data.level_{f.level}") for f in draft.findings],
            tr("data.finding_place"): [_place(f.row, f.column) for f in draft.findings],
            tr("data.finding_text"): [f.message(lang) for f in draft.findings],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        height=min(420, 72 * (len(rows) + 1)),
        row_height=68,
        column_config={
            tr("data.finding_level"): st.column_config.Column(width=120),
            tr("data.finding_place"): st.column_config.Column(width=150),
        },
        alt=tr("data.findings"),
    )


def _place(row: int | None, column: str) -> str:
    parts = [tr("data.row", row=row)] if row is not None else []
    return " · ".join([*parts, column] if column else parts)
