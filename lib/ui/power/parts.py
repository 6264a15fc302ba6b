"""The lower half of the page on power: the list, clusters and grid, published figures, the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.language.text import Lang, date, is_blank, number, sort_key
from lib.power.gaps import find
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES, offered
from lib.reports.cards.places import capacity
from lib.settings import province
from lib.tables.facts import data_date
from lib.tables.glossary import value_label
from lib.ui import state
from lib.ui.downloads import button, table_row
from lib.ui.power.data import LogView, file_stem
from lib.ui.power.log import about_log
from lib.ui.sidebar import folded, number_slider
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import Workspace

_ASKED = ("outages", "customers", "weak_supply", "substations")


@dataclass(frozen=True)
class Shown:
    """Answer the map shows, the choice behind it, and the log."""

    answer: find.Gaps
    choice: find.Choice
    log: LogView | None


def below(part: str, data: Workspace, shown: Shown, *, commune: str, cluster: str) -> None:
    """Draw what the reader wants under the map.

    Parameters
    ----------
    part : str
        ``list``, ``grid``, ``published``, ``ask`` or ``log``.
    commune, cluster : str
        Code of what is selected, empty for nothing.
    """
    if part == "grid":
        clusters_and_grid(data, cluster)
    elif part == "published":
        published(data)
    elif part == "ask":
        ask()
    elif part == "log" and shown.log:
        about_log(data, shown.log)
    else:
        weighed = weights(log=shown.log is not None)
        gap_list(shown.answer, commune, weighed)
        gap_downloads(data, shown, weighed)


def weights(*, log: bool) -> dict[str, float]:
    """Draw the weights of a ranking, all 0 at first: a ranking is made only when asked for."""
    keys = [measure.key for measure in offered(log=log) if measure.weighed]
    used = any(state.chosen(f"w_{key}") for key in keys)

    def draw() -> None:
        st.caption(tr("powerpage.rank_help"))
        for column, key in zip(st.columns(len(keys)), keys, strict=True):
            with column:
                name = tr(f"gaps.short_{key}")
                number_slider(f"w_{key}", name[0].upper() + name[1:])

    folded(tr("powerpage.rank"), draw, key="ranking", used=used, icon=":material/sort:")
    return {key: float(st.session_state[f"w_{key}"]) for key in keys if state.chosen(f"w_{key}")}


def gap_list(answer: find.Gaps, selected: str, weighed: Mapping[str, float]) -> None:
    """Draw the communes that are remote and weak, with the facts that put them there."""
    lang = language()
    rows = gapwords.by_commune(answer, lang)
    unknown = int(answer.communes["unknown"].map(len).gt(0).sum())
    if unknown:
        st.caption(tr("powerpage.unknown", count=number(unknown, lang)))
    score: list[Column] = []
    if weighed:
        rows = find.ranked(answer.communes, weighed)[["commune_code", "score"]].merge(
            rows, on="commune_code"
        )
        score = [Column("score", tr("powerpage.score"), lambda value: number(value, lang, 1), 90)]
    else:
        rows = rows.sort_values("commune_name", key=lambda names: names.map(sort_key))
    if rows.empty:
        st.info(tr("powerpage.list_empty"), icon=":material/info:")
        return
    show_table(
        rows,
        [
            *score,
            Column("commune_name", tr("gaps.column_commune"), width="small"),
            Column("former_province", tr("gaps.column_province"), width="small"),
            Column("weak", tr("powerpage.why_weak"), width="large"),
            Column("remote", tr("powerpage.why_remote"), width="large"),
        ],
        id_column="commune_code",
        selected=selected,
        on_pick=lambda code: state.select(f"communes:{code}" if code else ""),
        key="table-gaps",
        alt=tr("powerpage.part_list"),
    )
    if len(answer.unplaced):
        st.caption(tr("powerpage.unplaced", count=number(len(answer.unplaced), lang)))


def gap_downloads(data: Workspace, shown: Shown, weighed: Mapping[str, float]) -> None:
    """Draw the downloads of the list: a source on every row, the rule beside it."""
    lang = language()
    answer = shown.answer
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


def clusters_and_grid(data: Workspace, selected: str) -> None:
    """Draw which substations are on record with each cluster, and which clusters have none."""
    lang = language()
    pairs = data.cluster_grid
    alone = pairs[pairs["substation_id"].isna()]
    published = data.tables["published_totals"].query("metric == 'substations_110kv_count'")
    official = published[published["area"] == province().area]
    newest = {} if official.empty else official.iloc[0].to_dict()
    st.caption(
        tr(
            "powerpage.grid_caption",
            none=number(alone["cluster_id"].nunique(), lang),
            total=number(len(data.clusters), lang),
            known=number(len(data.tables["substations"]), lang),
            published=number(newest.get("value"), lang),
            date=date(newest.get("as_of"), lang),
        )
    )
    rows = pairs.assign(
        station=pairs["substation_name"].fillna(tr("powerpage.none_on_record")),
        voltage=pairs["voltage_kv"],
        capacity=[
            "" if is_blank(row["substation_id"]) else capacity(row, lang)
            for row in pairs.to_dict("records")
        ],
        state=[
            "" if is_blank(code) else value_label("power_status", code, lang)
            for code in pairs["status"]
        ],
        near=[
            "" if is_blank(code) else tr(f"clustergrid.relation_{code}")
            for code in pairs["relation"]
        ],
        distance=[_distance(row) for row in pairs.to_dict("records")],
    ).fillna({"voltage": ""})
    rows = rows.assign(order=rows["substation_id"].isna()).sort_values(
        ["order", "cluster_name"], kind="stable"
    )
    show_table(
        rows,
        [
            Column("cluster_name", tr("cross.cluster")),
            Column("station", tr("powerpage.stations")),
            Column("voltage", tr("powerpage.voltage"), width=115),
            Column("capacity", tr("powerpage.capacity")),
            Column("state", tr("powerpage.state"), width=135),
            Column("near", tr("powerpage.near"), width=135),
            Column("distance", tr("powerpage.distance"), width="large"),
        ],
        id_column="cluster_id",
        selected=selected,
        on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
        key="table-grid",
        alt=tr("powerpage.part_grid"),
    )
    all_stations(data)


def _distance(row: Mapping[Any, Any]) -> str:
    if is_blank(row["distance_km"]):
        return tr(str(row["reason"]))
    return number(float(str(row["distance_km"])), language(), 2, "km")


def published(data: Workspace) -> None:
    """Draw what others published, to stand beside our own figures and never be mixed with them."""
    lang = language()
    st.caption(tr("powerpage.published_caption"))
    index = data.tables["reliability_published"].to_dict("records")
    totals = data.tables["published_totals"].query("topic == 'power'").to_dict("records")
    rows = [
        (
            value_label("area", row["area"], lang),
            value_label("index", row["index"], lang),
            value_label("scope", row["scope"], lang),
            _figure(row),
            " – ".join(date(part, lang) for part in str(row["period"]).split("/")),
            row["source_url"],
        )
        for row in index
    ]
    rows += [
        (
            value_label("area", row["area"], lang),
            value_label("metric", row["metric"], lang),
            "",
            _figure(row),
            date(row["as_of"], lang),
            row["source_url"],
        )
        for row in totals
    ]
    names = ("area", "what", "scope", "figure", "period", "source")
    st.dataframe(
        pd.DataFrame(rows, columns=[tr(f"powerpage.published_{name}") for name in names]),
        hide_index=True,
        column_config={
            tr("powerpage.published_source"): st.column_config.LinkColumn(),
            tr("powerpage.published_figure"): st.column_config.Column(alignment="right"),
        },
        alt=tr("powerpage.part_published"),
    )


def _figure(row: Mapping[Any, Any]) -> str:
    value = float(str(row["value"]))
    digits = 0 if value.is_integer() else 2
    words = f"{number(value, language(), digits)} {value_label('unit', row['unit'], language())}"
    qualifier = row.get("qualifier")
    if is_blank(qualifier):
        return words
    return f"{value_label('qualifier', qualifier, language())} {words}"


def ask() -> None:
    """Draw what to ask the power company for, and the forms to fill in."""
    lang = language()  # a download is made outside the visitor's session
    st.markdown(tr("powerpage.ask_text"))
    with st.container(horizontal=True):
        for name in _ASKED:
            button(
                tr(f"about.table_{name}"),
                partial(_form, name, lang),
                f"mau-{name}.xlsx",
                icon=":material/table:",
                key=f"ask-{name}",
            )


def _form(name: str, lang: Lang) -> bytes:
    from lib.importing.templates import forms  # noqa: PLC0415 - loads pandera: only where a form is wanted

    return forms.template(name, lang)


def all_stations(data: Workspace) -> None:
    """Draw every substation with where it is, its state, its source and the date of that."""
    stations = data.tables["substations"]
    title = tr("powerpage.all_stations", count=number(len(stations), language()))
    with st.expander(title, key="all-stations", on_change="rerun") as box:
        if box.open:  # what is folded away is not sent
            st.dataframe(
                _rows(data, stations),
                hide_index=True,
                column_config={tr("gaps.column_source"): st.column_config.LinkColumn()},
                alt=title,
            )


def _rows(data: Workspace, stations: pd.DataFrame) -> pd.DataFrame:
    lang = language()
    names = data.commune_names
    return pd.DataFrame(
        {
            tr("powerpage.stations"): row["name"],
            tr("powerpage.voltage"): row["voltage_kv"],
            tr("powerpage.capacity"): capacity(row, lang),
            tr("powerpage.state"): value_label("power_status", row["status"], lang),
            tr("gaps.column_commune"): ""
            if is_blank(row["commune_code"])
            else str(names[row["commune_code"]]),
            tr("gaps.column_source"): row["source_url"],
            tr("gaps.column_as_of"): date(row["as_of"], lang),
        }
        for row in stations.to_dict("records")
    )
