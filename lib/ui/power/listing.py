"""The list of the page on power: the index of the province, the communes, ranking, downloads."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from lib.language.text import is_blank, number, plain, sort_key
from lib.power.gaps import find
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES, offered
from lib.tables.facts import data_date
from lib.ui import state
from lib.ui.downloads import table_row
from lib.ui.power import data as powerdata
from lib.ui.power.data import LogView, file_stem
from lib.ui.power.legend import period_of
from lib.ui.sidebar import folded, number_slider
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import Workspace

_WORST: Final = 5
"""Communes named beside the index of the province."""
IN_LIST: Final = ("town_km", "elevation_m")
OF_LOG: Final = ("saidi_min", "saifi", "hours")
"""Measures that are columns of the list, the latter where there is a log."""


@dataclass(frozen=True)
class Shown:
    """Answer the map shows, the choice behind it, and the log."""

    answer: find.Gaps
    choice: find.Choice
    log: LogView | None


def weights(*, log: bool) -> dict[str, float]:
    """Return the weights of a ranking, all 0 at first: a ranking is made only when asked for."""
    keys = _weighed(log=log)
    return {key: float(st.session_state[f"w_{key}"]) for key in keys if state.chosen(f"w_{key}")}


def _weighed(*, log: bool) -> list[str]:
    return [measure.key for measure in offered(log=log) if measure.weighed]


def ranking(*, log: bool) -> None:
    """Draw the weights of a ranking, folded under the list they order."""
    keys = _weighed(log=log)

    def draw() -> None:
        st.caption(tr("powerpage.rank_help"))
        for column, key in zip(st.columns(len(keys)), keys, strict=True):
            with column:
                name = tr(f"gaps.short_{key}")
                number_slider(f"w_{key}", name[0].upper() + name[1:])

    used = any(state.chosen(f"w_{key}") for key in keys)
    folded(tr("powerpage.rank"), draw, key="ranking", used=used, icon=":material/sort:")


def province_index(data: Workspace, log: LogView | None) -> None:
    """Draw the SAIDI of the province and the communes where it is highest, each to be chosen.

    Nothing without a log that has the customers served.
    """
    lang = language()
    if log is None or not log.facts.with_customers:
        return
    rows = powerdata.totals(data.key, data, log.choice)
    whole = rows[rows["level"] == "whole"].to_dict("records")
    if not whole or is_blank(whole[0]["saidi_min"]):
        return
    period = period_of(log)
    if log.facts.sample:
        period = tr("gaps.of_sample", words=period)
    told = tr(
        "powerpage.whole",
        saidi=gapwords.shown("saidi_min", whole[0]["saidi_min"], lang),
        saifi=gapwords.shown("saifi", whole[0]["saifi"], lang),
        period=period,
    )
    known = log.indices.dropna(subset=["saidi_min"])
    worst = known.assign(saidi_min=known["saidi_min"].astype(float)).nlargest(_WORST, "saidi_min")
    names = data.commune_names
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="worst"):
        st.markdown(plain(told), width="content")
        for code, value in zip(worst["commune_code"], worst["saidi_min"], strict=True):
            digits = MEASURES["saidi_min"].digits
            words = tr(
                "powerpage.worst", name=plain(names[code]), value=number(value, lang, digits)
            )
            st.button(words, key=f"worst-{code}", on_click=state.select, args=(f"communes:{code}",))


def gap_list(shown: Shown, selected: str) -> None:
    """Draw the communes that are listed, their numbers and the facts that put them there."""
    lang, answer, log = language(), shown.answer, shown.log is not None
    rows = gapwords.by_commune(answer, lang)
    weighed = weights(log=log)
    columns = [Column("commune_name", tr("gaps.column_commune"), width=115)]
    if weighed:
        rows = find.ranked(answer.communes, weighed)[["commune_code", "score"]].merge(
            rows, on="commune_code"
        )
        columns.append(_figure_column("score", tr("powerpage.score"), 1))
    else:
        order = {"remote": ("town_km", False), "weak": ("saidi_min", False)}
        by, rising = order.get(shown.choice.says, ("commune_name", True))
        rows = rows.sort_values("commune_name", key=lambda names: names.map(sort_key))
        if by != "commune_name":
            rows = rows.sort_values(by, ascending=rising, na_position="last", kind="stable")
    if rows.empty:
        st.info(tr("powerpage.list_empty"), icon=":material/info:")
        return
    columns += [
        _figure_column(key, tr(f"powerpage.head_{key}"), MEASURES[key].digits)
        for key in (*IN_LIST, *(OF_LOG if log else ()))
    ]
    show_table(
        rows,
        [
            *columns,
            Column("weak", tr("powerpage.why_weak"), width="large"),
            Column("remote", tr("powerpage.why_remote"), width="large"),
            Column("former_province", tr("gaps.column_province"), width="small"),
        ],
        id_column="commune_code",
        selected=selected,
        on_pick=lambda code: state.select(f"communes:{code}" if code else ""),
        key="table-gaps",
        alt=tr("powerpage.part_list"),
        height=212,
    )


def _figure_column(name: str, label: str, digits: int) -> Column:
    lang = language()
    return Column(name, label, lambda value: number(value, lang, digits), 125)


def remarks(answer: find.Gaps) -> None:
    """Say what the list cannot place: communes without a measure, records without a commune."""
    lang = language()
    unknown = int(answer.communes["unknown"].map(len).gt(0).sum())
    if unknown:
        st.caption(tr("powerpage.unknown", count=number(unknown, lang)))
    if len(answer.unplaced):
        st.caption(tr("powerpage.unplaced", count=number(len(answer.unplaced), lang)))


def gap_downloads(data: Workspace, shown: Shown) -> None:
    """Draw the downloads of the list: a source on every row, the rule beside it."""
    lang = language()
    answer = shown.answer
    weighed = weights(log=shown.log is not None)
    by_log = shown.choice.asks_log or any(MEASURES[k].of_log for k in weighed)
    sample = bool(by_log and shown.log and shown.log.facts.sample)
    notes = gapwords.notes(
        shown.choice,
        lang,
        data_date=data_date(data.tables["weak_supply"]),
        sources=list(answer.facts["source_url"].dropna().unique()),
        sample=sample,
    )
    score = tr("powerpage.score")
    if weighed:
        notes[score] = gapwords.weight_words(weighed, lang)

    def table() -> pd.DataFrame:  # made when asked for, not on every rerun
        taken = gapwords.taken_away(answer, lang)
        if weighed:
            scores = find.ranked(answer.communes, weighed).set_index("commune_code")["score"]
            taken[score] = answer.facts["commune_code"].map(scores).to_numpy()
        return taken

    table_row(
        table,
        notes,
        file=file_stem(tr("powerpage.list_file"), sample=sample),
        sheet=tr("powerpage.list_sheet"),
    )
