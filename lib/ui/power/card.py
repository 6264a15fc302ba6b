"""The card of a commune on the page on power: how remote, how weak, since when, who says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import date, is_blank, number
from lib.power import words as gapwords
from lib.power.measures import MEASURES
from lib.settings import province
from lib.tables import export
from lib.tables.glossary import value_label
from lib.ui import visitor
from lib.ui.card import Fact, Source, show_card, site
from lib.ui.cards import places as cards
from lib.ui.cards.places import row_of, source_of, station_capacity
from lib.ui.maps.view import Target
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
_SOURCE_NO: Final = {"settlements": 1, "communes": 2}
"""Where the first sources of the card stand; those of a log come next."""
_OF_ROWS: Final = ("interruptions", "hours")
"""Measures of a log that need no customers served."""
_OLD_YEARS: Final = 2
"""From this age on a fact's age is said."""


@dataclass(frozen=True)
class Painted:
    """What the map shows of the communes.

    Parameters
    ----------
    measures : DataFrame
        As `lib.power.measures.measures`.
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
    if cluster_id:
        return partial(cards.cluster_card, data, cluster_id)
    return cards.card_of(data, selected)


def power_card(data: Workspace, code: str, shown: Painted) -> None:
    """Draw the card of commune `code`."""
    painted, log, choice = shown.key, shown.log, shown.choice
    lang = language()
    commune = row_of(data.commune_rows, "code", code)
    row = row_of(shown.measures, "commune_code", code)
    places = row_of(data.tables["settlements"], "code", code)
    sources = [
        source_of(places, tr("powerpage.settlements")),
        source_of(commune, tr("cards.table_148")),
    ]
    if log is not None:
        dated = (*log.facts.rows_from, *log.facts.customers_from)
        sources += [Source(site(url), url, date(day, lang)) for url, day in dated]
    facts = [_number(painted, row, log, strong=True), *_weak_facts(data, code, sources)]
    if log is not None:
        facts += _indices(data, log, code, painted)
    facts += [_number(key, row, log) for key in _REMOTE if key != painted]
    facts += _stations(data, code, sources)
    show_card(
        tr(
            "cards.commune_title",
            kind=value_label("commune_kind", commune["kind"], lang),
            name=commune["name"],
        ),
        _sub(str(commune["former_province"]), log),
        facts,
        sources,
        caution=tr("powerpage.sample") if log is not None and log.facts.sample else "",
        picture=Markup("") if choice is None else _months(data, code, choice, painted),
    )
    if choice is not None:
        _newest(data, code, choice)
        _download(data, code, choice, str(commune["name"]), sample=bool(log and log.facts.sample))


def _sub(province: str, log: LogView | None) -> str:
    sub = tr("powerpage.card_sub", province=province)
    return sub if log is None else tr("powerpage.card_sub_log", sub=sub, period=period_of(log))


def _number(key: str, row: Mapping[str, Any], log: LogView | None, *, strong: bool = False) -> Fact:
    name = gapwords.measure_name(key, language())
    value = None if row[key] is None else gapwords.shown(key, row[key], language())
    return Fact(name[0].upper() + name[1:], value, _source_no(key, log), strong)


def _source_no(key: str, log: LogView | None) -> int | tuple[int, ...]:
    table = MEASURES[key].table
    if log is None or table != "outages":
        return _SOURCE_NO[table]
    rows, customers = _log_numbers(log)
    return rows if key in _OF_ROWS else (*rows, *customers)


def _log_numbers(log: LogView) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers of the sources of a log's rows, and of the customers served."""
    first = len(_SOURCE_NO) + 1
    after = first + len(log.facts.rows_from)
    return tuple(range(first, after)), tuple(range(after, after + len(log.facts.customers_from)))


def _weak_facts(data: Workspace, code: str, sources: list[Source]) -> list[Fact]:
    """Return the facts on record, each with its own source; an old one says how old."""
    weak = data.tables["weak_supply"]
    weak = weak[weak["commune_code"] == code]
    facts = []
    for row in weak.to_dict("records"):
        sources.append(source_of(row))
        parts = [row["villages"], _households(row["households"]), row["value"]]
        told = "; ".join(str(part) for part in parts if not is_blank(part))
        state = value_label("weak_state", row["state"], language())
        words = f"{told} ({_dated(row['as_of'])}; {state})".strip()
        facts.append(Fact(value_label("weak_kind", row["kind"], language()), words, len(sources)))
    return facts or [Fact(tr("cards.weak"), tr("cards.no_weak"))]


def _households(count: object) -> str | None:
    if is_blank(count):
        return None
    return tr("powerpage.households", count=number(float(str(count)), language()))


def _dated(as_of: str) -> str:
    """Return the date of a source, and how long ago that was if it is long ago."""
    age = dt.datetime.now(tz=dt.UTC).year - int(as_of[:4])
    shown = tr("powerpage.source_of", date=date(as_of, language()))
    return (
        shown
        if age < _OLD_YEARS
        else tr("powerpage.aged", source=shown, years=number(age, language()))
    )


def _indices(data: Workspace, log: LogView, code: str, painted: str) -> list[Fact]:
    lang = language()
    row = row_of(log.indices, "commune_code", code)
    keys = [
        m.key for m in MEASURES.values() if m.of_log and m.key != painted and row[m.key] is not None
    ]
    facts = [_number(key, row, log) for key in keys]
    rows, customers = _log_numbers(log)
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
        facts.append(Fact(tr("powerpage.customers_served"), served, customers))
    if endless := int(events["end"].isna().sum()):
        words = tr("powerpage.without_end", count=number(endless, lang))
        facts.append(Fact(tr("powerpage.without_end_label"), words, rows))
    if row["reason"]:
        facts.append(Fact(tr("powerpage.why_blank"), tr(str(row["reason"]))))
    return facts


def _stations(data: Workspace, code: str, sources: list[Source]) -> list[Fact]:
    if "substations" in data.closed:
        return [Fact(tr("powerpage.stations"), tr("access.hidden"))]
    stations = data.tables["substations"]
    facts = []
    for row in stations[stations["commune_code"] == code].to_dict("records"):
        sources.append(source_of(row))
        words = tr(
            "powerpage.station",
            name=row["name"],
            voltage=row["voltage_kv"],
            capacity=station_capacity(row),
            state=value_label("power_status", row["status"], language()),
        )
        facts.append(Fact(tr("powerpage.stations"), words, len(sources)))
    return facts or [Fact(tr("powerpage.stations"), tr("powerpage.no_station"))]


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
    head = Markup("").join(
        Markup("<th>{}</th>").format(tr(f"powerpage.event_{name}"))
        for name in ("start", "duration", "kind", "cause", "customers")
    )
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            f"{row['start']:%d/%m/%Y %H:%M}",
            _duration(row["hours"]),
            value_label("planned", row["planned"], lang),
            "; ".join(str(row[c]) for c in ("feeder", "cause") if not is_blank(row[c]))
            or tr("common.no_data"),
            number(row["customers_interrupted"], lang),
        )
        for row in events
    )
    table = Markup('<table class="ph-facts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return (
        table.format(head, rows) if events else Markup("<p>{}</p>").format(tr("powerpage.no_event"))
    )


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
    st.download_button(
        tr(
            "powerpage.events_all",
            count=number(len(events), language()),
            momentary=number(int(events["momentary"].sum()), language()),
        ),
        data=visitor.download(lambda: export.to_csv(events, notes=notes, excel=True)),
        file_name=visitor.file_name(f"{stem}.csv"),
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        help=name,
    )
