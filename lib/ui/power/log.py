"""Section on the log under the map: its span, sums of larger areas, rules and their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.language.text import date, is_blank, number, plain
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES
from lib.reports.cards.card import site
from lib.tables import export
from lib.ui.downloads import guarded
from lib.ui.power import data as powerdata
from lib.ui.power.data import LogView
from lib.ui.power.legend import period_of
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


def about_log(data: Workspace, log: LogView) -> None:
    """Draw what has to be said of the log: its span, sources, sums, what its rules did."""
    lang = language()
    facts = log.facts
    dated = dict((*facts.rows_from, *facts.customers_from))
    sources = [
        tr("powerpage.log_source", name=site(url, lang), date=date(dated[url], lang))
        for url in dated
    ]
    lines = [
        tr(
            "powerpage.log_span",
            rows=number(facts.rows, lang),
            first=date(facts.first_day, lang),
            last=date(facts.last_day, lang),
            unplaced=number(facts.unplaced, lang),
        ),
        tr("powerpage.log_sources", sources="; ".join(sources)),
    ]
    if facts.set_aside:
        lines.append(tr("powerpage.log_set_aside", count=number(facts.set_aside, lang)))
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    _totals(data, log)
    _rules(data, log)
    _major_days(log)
    _whole(data, log)


def _totals(data: Workspace, log: LogView) -> None:
    """Draw the indices of larger areas, each counted anew from its rows and its customers."""
    lang = language()
    shown = tr(
        "powerpage.totals",
        period=period_of(log),
        kind=tr(f"powerpage.outages_{log.choice.planned}"),
        minutes=number(log.choice.momentary_minutes, lang),
    )
    if log.choice.exclude_major_days:
        shown = f"{shown} {tr('powerpage.totals_days')}"
    st.caption(plain(shown))
    rows = powerdata.totals(data.key, data, log.choice)
    if rows.empty:
        return
    columns = {tr("powerpage.total_area"): [_area(row) for row in rows.to_dict("records")]}
    columns |= {
        tr("powerpage.total_head", name=_head(m.key), unit=tr(f"gaps.unit_{m.key}")): [
            number(value, lang, m.digits) for value in rows[m.key]
        ]
        for m in MEASURES.values()
        if m.of_log
    }
    columns |= {
        tr("powerpage.customers_served"): [number(v, lang) for v in rows["customers_served"]],
        tr("powerpage.known_months"): [
            tr("powerpage.known_months_of", known=number(known, lang), every=number(every, lang))
            for known, every in zip(rows["months"], rows["period_months"], strict=True)
        ],
        tr("powerpage.why_blank"): [
            "" if is_blank(key) else tr(str(key)) for key in rows["reason"]
        ],
    }
    table = pd.DataFrame(columns)
    words = {tr("powerpage.total_area"), tr("powerpage.why_blank")}
    right = [name for name in columns if name not in words]
    st.dataframe(
        table,
        hide_index=True,
        column_config={name: st.column_config.Column(alignment="right") for name in right},
        alt=tr("powerpage.total_area"),
    )
    notes = gapwords.sample_note(lang, sample=log.facts.sample)
    notes |= {tr("power.note_method"): shown}
    name = powerdata.file_stem(tr("powerpage.totals_file"), sample=log.facts.sample)
    sheet = tr("powerpage.totals_sheet")  # a download is made outside the visitor's session
    guarded(
        tr("powerpage.totals_download"),
        lambda: export.to_xlsx(table, notes=notes, sheet=sheet),
        f"{name}.xlsx",
    )


def _head(key: str) -> str:
    name = gapwords.short_name(key, language())
    return name[0].upper() + name[1:]


def _area(row: Mapping[Any, Any]) -> str:
    if row["level"] == "whole":
        return tr("powerpage.total_whole")
    if is_blank(row["name"]):
        return tr("powerpage.total_unplaced")
    return tr(f"powerpage.total_{row['level']}", name=row["name"])


def _rules(data: Workspace, log: LogView) -> None:
    """Draw what each rule did, and the records it did it to."""
    from lib.power import clean  # noqa: PLC0415 - loads Ibis: only where there is a log

    lang = language()
    found = clean.findings(log.facts.rules)
    if not found:
        return
    st.markdown("\n".join(f"- {plain(finding.message(lang))}" for finding in found))
    rows = powerdata.listed(data.key, data)
    if rows.empty:
        return
    title = tr("powerpage.listed", most=number(clean.LISTED, lang))
    with st.expander(title, key="log-listed", on_change="rerun") as box:
        if box.open:  # what is folded away is not sent
            st.dataframe(_records(data, rows), hide_index=True, alt=title)


def _records(data: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    lang = language()
    names = data.commune_names
    return pd.DataFrame(
        {
            tr("powerpage.listed_rule"): tr(f"outagelog.rule_{row['rule']}"),
            tr("powerpage.listed_id"): row["outage_id"],
            tr("powerpage.event_start"): _moment(row["start"]),
            tr("powerpage.listed_end"): _moment(row["end"]),
            tr("gaps.column_commune"): tr("powerpage.total_unplaced")
            if is_blank(row["commune_code"])
            else str(names.get(row["commune_code"], row["commune_code"])),
            tr("powerpage.listed_feeder"): "" if is_blank(row["feeder"]) else row["feeder"],
            tr("powerpage.event_customers"): number(row["customers_interrupted"], lang),
            tr("gaps.column_source"): site(str(row["source_url"]), lang),
            tr("gaps.column_as_of"): date(row["as_of"], lang),
        }
        for row in rows.to_dict("records")
    )


def _moment(when: object) -> str:
    return tr("common.no_data") if is_blank(when) else f"{pd.Timestamp(str(when)):%d/%m/%Y %H:%M}"


def _major_days(log: LogView) -> None:
    lang = language()
    days = log.facts.removed_days
    if days.threshold_min is None:
        return
    words = tr(
        "powerpage.log_major",
        count=number(len(days.days), lang),
        threshold=number(days.threshold_min, lang, 2),
        fitted=number(days.fitted_days, lang),
    )
    if days.unknown_days:
        words += " " + tr("powerpage.log_major_unknown", count=number(days.unknown_days, lang))
    st.markdown(f"- {plain(words)}")
    if len(days.days):
        st.dataframe(
            pd.DataFrame(
                {
                    tr("powerpage.day"): [date(day, lang) for day in days.days["day"]],
                    tr("powerpage.day_saidi"): [
                        number(value, lang, 2) for value in days.days["saidi_min"]
                    ],
                    tr("powerpage.day_count"): days.days["interruptions"],
                }
            ),
            hide_index=True,
            alt=tr("powerpage.day"),
        )


def _whole(data: Workspace, log: LogView) -> None:
    """Draw the download of every record the figures are made of."""
    used = powerdata.log_in_use(data.key, data)
    if used is None:
        return
    notes = gapwords.sample_note(language(), sample=log.facts.sample)
    name = powerdata.file_stem(tr("powerpage.log_file"), sample=log.facts.sample)
    guarded(
        tr("powerpage.log_download", count=number(log.facts.rows, language())),
        lambda: export.to_csv(used.outages, notes=notes, excel=True),
        f"{name}.csv",
    )
