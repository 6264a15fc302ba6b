"""The card of a commune on the page on power: how remote, how weak, since when, who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import date, is_blank, number
from lib.layers.target import Target
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES
from lib.reports.cards.card import Card, Fact, Source, fact, row_of, site, source_of
from lib.reports.cards.markup import table_html
from lib.reports.cards.places import commune_title, station_facts, weak_facts
from lib.settings import province
from lib.tables import export
from lib.tables.glossary import value_label
from lib.ui.card import show_card
from lib.ui.cards import places
from lib.ui.downloads import guarded
from lib.ui.power.data import LogView, commune_log, file_stem
from lib.ui.power.legend import period_of
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

if TYPE_CHECKING:
    from lib.power import view  # loads Ibis: only where there is a log

_NEWEST: Final = 8
_MINUTES: Final = 60
_CROWDED: Final = 24
"""Months from which a bar has no room for its figure: the hint has it."""
_REMOTE: Final = (
    "town_km",
    *(capital.measure for capital in province().capitals),
    "elevation_m",
    "density",
)
_OF_ROWS: Final = ("interruptions", "hours")
"""Measures of a log that need no customers served."""


@dataclass(frozen=True)
class Painted:
    """Measure the map is painted by, with the values of all communes and the log behind them.

    Parameters
    ----------
    measures : DataFrame
        As `lib.power.gaps.measures.measures`.
    key : str
        The measure that is painted: it comes first on a card.
    log, choice : LogView or None, Choice or None
        The log for the reader's choice, where there is one.
    """

    measures: pd.DataFrame
    key: str
    log: LogView | None
    choice: view.Choice | None


def card_of(
    data: Workspace, selected: Target | None, cluster_id: str, painted: Painted
) -> Callable[[], None] | None:
    """Return what draws the card of what is selected, None if nothing is."""
    if selected and selected.layer_id == "communes":
        return partial(power_card, data, selected.code, painted)
    return places.card_of(data, selected, cluster_id)


def power_card(data: Workspace, code: str, shown: Painted) -> None:
    """Draw the card of commune `code`."""
    painted, log, choice = shown.key, shown.log, shown.choice
    lang = language()
    commune = row_of(data.commune_rows, "code", code)
    row = row_of(shown.measures, "commune_code", code)
    place = row_of(data.tables["settlements"], "code", code)
    told = _Sources(
        (source_of(place, lang, tr("powerpage.settlements")),),
        (source_of(commune, lang, tr("cards.table_148")),),
        _log_sources(log.facts.rows_from) if log else (),
        _log_sources(log.facts.customers_from) if log else (),
    )
    facts = [_number(painted, row, told, strong=True), *weak_facts(data, code, lang)]
    if log is not None:
        facts += _indices(data, log, code, painted, told)
    facts += [_number(key, row, told) for key in _REMOTE if key != painted]
    facts += station_facts(data, code, lang)
    sample = log is not None and log.facts.sample
    show_card(
        Card(
            commune_title(commune, lang),
            _sub(str(commune["former_province"]), log),
            tuple(facts),
            lang,
            cautions=(tr("powerpage.sample"),) if sample else (),
        ),
        Markup("") if choice is None else _months(data, code, choice, painted),
    )
    if choice is not None:
        _newest(data, code, choice)
        _download(data, code, choice, str(commune["name"]), sample=bool(log and log.facts.sample))


def _sub(province: str, log: LogView | None) -> str:
    sub = tr("powerpage.card_sub", province=province)
    return sub if log is None else tr("powerpage.card_sub_log", sub=sub, period=period_of(log))


@dataclass(frozen=True)
class _Sources:
    """Sources of the measures: settlements, communes, a log's rows, its customers served."""

    settlements: tuple[Source, ...]
    communes: tuple[Source, ...]
    rows: tuple[Source, ...]
    customers: tuple[Source, ...]

    def of(self, key: str) -> tuple[Source, ...]:
        """Return the sources of measure `key`."""
        table = MEASURES[key].table
        if table != "outages":
            return self.settlements if table == "settlements" else self.communes
        return self.rows if key in _OF_ROWS else (*self.rows, *self.customers)


def _log_sources(dated: Sequence[tuple[str, str]]) -> tuple[Source, ...]:
    lang = language()
    return tuple(Source("", site(url, lang), url, date(day, lang)) for url, day in dated)


def _number(key: str, row: Mapping[str, Any], told: _Sources, *, strong: bool = False) -> Fact:
    lang = language()
    name = gapwords.measure_name(key, lang)
    label = name[0].upper() + name[1:]
    words = gapwords.shown(key, row[key], lang)
    return fact(key, row[key], words, *told.of(key), lang=lang, label=label, strong=strong)


def _indices(data: Workspace, log: LogView, code: str, painted: str, told: _Sources) -> list[Fact]:
    lang = language()
    say = partial(fact, lang=lang)
    row = row_of(log.indices, "commune_code", code)
    keys = [
        m.key for m in MEASURES.values() if m.of_log and m.key != painted and row[m.key] is not None
    ]
    facts = [_number(key, row, told) for key in keys]
    series, events = commune_log(data.key, data, log.choice, code)
    if row["customers_served"] is not None:
        served = number(row["customers_served"], lang, 0, tr("powerpage.customers_unit"))
        if row["months"] < len(series):
            served = tr(
                "powerpage.served_some",
                served=served,
                known=number(row["months"], lang),
                every=number(len(series), lang),
            )
        facts.append(say("powerpage.customers_served", served, None, *told.customers))
    if endless := int(events["end"].isna().sum()):
        words = tr("powerpage.without_end", count=number(endless, lang))
        facts.append(say("powerpage.without_end_label", words, None, *told.rows))
    if row["reason"]:
        facts.append(say("powerpage.why_blank", tr(str(row["reason"]))))
    return facts


def _months(data: Workspace, code: str, choice: view.Choice, painted: str) -> Markup:
    """Return the months of a commune as bars."""
    series, _ = commune_log(data.key, data, choice, code)
    column = painted if painted in {"saidi_min", "saifi", "interruptions"} else "hours"
    return _bars(series, column)


def _bars(series: pd.DataFrame, column: str) -> Markup:
    lang = language()
    values = series[column].astype(float)
    top = values.max()
    name = gapwords.measure_name(column, lang)
    title = tr("powerpage.months", measure=name, unit=tr(f"gaps.unit_{column}"))
    html = Markup('<p class="ph-legend-title">{}</p><div class="ph-months">').format(title)
    for place, (month, value) in enumerate(zip(series["month"], values, strict=True)):
        shown = gapwords.shown(column, None if is_blank(value) else value, lang)
        height = 0 if is_blank(value) or not top else 100 * value / top
        html += Markup(
            '<div title="{tip}"><span class="ph-month-value">{value}</span>'
            '<span class="ph-month-box"><i class="{look}" style="height:{height:.1f}%"></i></span>'
            '<span class="ph-month-name">{name}</span></div>'
        ).format(
            tip=f"{date(month, lang)}: {shown}",
            value=""
            if is_blank(value) or len(values) > _CROWDED
            else number(value, lang, MEASURES[column].digits),
            look="ph-month-none" if is_blank(value) else "",
            height=100 if is_blank(value) else height,
            name=_month(month, first=place == 0),
        )
    return html + Markup("</div>")


def _month(month: str, *, first: bool) -> Markup:
    """Return the label under a bar: the month; the year under the first one and each January."""
    year, number_of = month.split("-")
    shown = year if first or number_of == "01" else "\u00a0"  # a line as high as the others
    return Markup("{}<br>{}").format(number_of, shown)


def _duration(hours: float) -> str:
    """Return a duration in hours and minutes; a blank where it has not ended."""
    if is_blank(hours):
        return tr("common.no_data")
    whole, minutes = divmod(round(hours * _MINUTES), _MINUTES)
    key = "powerpage.duration_hours" if whole else "powerpage.duration_minutes"
    values = {"hours": whole} if whole else {}
    return tr(key, minutes=minutes, **values)


def _event_table(events: Sequence[Mapping[Any, Any]]) -> Markup:
    lang = language()
    names = ("start", "duration", "kind", "cause", "customers")
    rows = [
        (
            f"{row['start']:%d/%m/%Y %H:%M}",
            _duration(row["hours"]),
            value_label("planned", row["planned"], lang),
            "; ".join(str(row[c]) for c in ("feeder", "cause") if not is_blank(row[c]))
            or tr("common.no_data"),
            number(row["customers_interrupted"], lang),
        )
        for row in events
    ]
    if not rows:
        return Markup("<p>{}</p>").format(tr("powerpage.no_event"))
    return table_html([tr(f"powerpage.event_{name}") for name in names], rows)


def _newest(data: Workspace, code: str, choice: view.Choice) -> None:
    _, events = commune_log(data.key, data, choice, code)
    title = Markup('<p class="ph-legend-title">{}</p>').format(tr("powerpage.newest"))
    st.html(str(title + _event_table(events.head(_NEWEST).to_dict("records"))))


def _download(data: Workspace, code: str, choice: view.Choice, name: str, *, sample: bool) -> None:
    _, events = commune_log(data.key, data, choice, code)
    if events.empty:
        return
    notes = gapwords.sample_note(language(), sample=sample)
    stem = file_stem(tr("powerpage.events_file", code=code), sample=sample)
    guarded(
        tr(
            "powerpage.events_all",
            count=number(len(events), language()),
            momentary=number(int(events["momentary"].sum()), language()),
        ),
        lambda: export.to_csv(events, notes=notes, excel=True),
        f"{stem}.csv",
        help=name,
    )
