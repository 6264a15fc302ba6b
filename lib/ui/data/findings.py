"""Draw the findings of a check: the verdict first, then every point with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st
from markupsafe import Markup

from lib.language.text import number
from lib.tables.sample import title
from lib.ui.state import language, tr

if TYPE_CHECKING:
    from lib.importing.draft import Draft  # loads every reader: only where a file is imported

_SHOWN: Final = 200
"""Most findings drawn; the report holds all."""


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
        words = title(name, lang, sample=draft.sample(name))
        st.markdown(tr("data.counts", table=f"**{words}**", **values))


def table(draft: Draft) -> None:
    """Draw every finding in full: how grave, where, what and what to do; gravest first."""
    if not draft.findings:
        return
    lang = language()
    shown = draft.findings[:_SHOWN]
    placed = any(_place(f.row, f.column) for f in shown)  # else the column would only take room
    head = Markup("").join(
        Markup("<th>{}</th>").format(tr(f"data.finding_{name}"))
        for name in ("level", *(["place"] if placed else []), "text")
    )
    cell = Markup('<td class="ph-place">{}</td>')
    rows = Markup("").join(
        Markup('<tr class="ph-{}"><td>{}</td>{}<td>{}</td></tr>').format(
            f.level,
            tr(f"data.level_{f.level}"),
            cell.format(_place(f.row, f.column)) if placed else "",
            f.message(lang),
        )
        for f in shown
    )
    page = Markup(
        '<div class="ph-findings"><table class="ph-facts"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    )
    st.html(str(page.format(head, rows)))
    if len(draft.findings) > _SHOWN:
        st.caption(tr("data.findings_more", count=number(len(draft.findings) - _SHOWN, lang)))


def _place(row: int | None, column: str) -> str:
    parts = [tr("data.row", row=row)] if row is not None else []
    return " · ".join([*parts, column] if column else parts)
