"""Compute whether a project is behind schedule under Land Law 2024, article 81.

Article 81.8: land not used for 12 months in a row after the handover in the
field, or 24 months behind the schedule of the project, may be extended once,
by at most 24 months; after that it is recovered. Three dates are needed:
handover, end of the schedule, end of the extension. If one is missing nothing
is said but that dates are missing. Nothing known here says whether land is
used, so the condition of 12 months is never judged.

The schedule in the decision that set a cluster up is another matter: passing
it leads to a changed decision, not to the land. It has its own label.

Dates compared are no finding of an office: without the number of a document
the words say what the dates show and that the file has to be checked.
"""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

import pandas as pd

from lib.language.text import Lang, date, is_blank, t
from lib.tables.facts import data_date

State = Literal[
    "undetermined",
    "disordered",
    "before_handover",
    "on_schedule",
    "extended",
    "past_extension",
]

Known = Literal["late", "extended", "on_time", "unknown"]
DELAYS: Final[tuple[Known, ...]] = get_args(Known)
"""What is known of a cluster's delay by all its grounds, the gravest first."""

_MONTHS: Final = 12
_FOUNDING: Final = "establish"
"""Only this kind of decision sets a schedule for building a cluster."""
_FIELDS: Final = ("handover_date", "schedule_end", "extension_end")

Span = tuple[dt.date, dt.date]
"""First and last day a date can mean: ``2024-08`` is all of August."""


@dataclass(frozen=True)
class Delay:
    """State of a schedule on one day, by its three dates.

    Attributes
    ----------
    state : str
        ``undetermined``: a date is missing or not exact enough; ``disordered``:
        the dates contradict each other; ``before_handover``; ``on_schedule``;
        ``extended``: past the schedule, within the extension;
        ``past_extension``: past both.
    on : datetime.date
        The day they are compared with.
    missing : tuple of str
        Columns of the register that lack a date (`lib.tables.records.clusters.CLUSTERS`).
    dates : tuple of str
        Handover, end of schedule, end of extension as given; empty if blank.
    """

    state: State
    on: dt.date
    missing: tuple[str, ...] = ()
    dates: tuple[str, str, str] = ("", "", "")

    def sentence(self, lang: Lang = "vi") -> str:
        """Return the state in words: bare dates, never a judgement."""
        if self.state == "undetermined":
            names = ", ".join(t(f"schemas.column.{name}", lang) for name in self.missing)
            if not names:
                return t("delay.not_exact", lang, on=date(self.on, lang))
            return t("delay.undetermined", lang, missing=names)
        _, schedule, extension = (date(value, lang) for value in self.dates)
        said = t(
            f"delay.{self.state}",
            lang,
            on=date(self.on, lang),
            schedule=schedule,
            extension=extension,
        )
        if self.state != "past_extension":
            return said
        return f"{said} {t('delay.to_check', lang)}"


def of_dates(
    handover: object,
    schedule_end: object,
    extension_end: object,
    *,
    on: dt.date,
) -> Delay:
    """Return what the dates of a project say on the day `on`.

    Parameters
    ----------
    handover, schedule_end, extension_end : str or None
        ISO dates, perhaps only a month or a year; blanks are not known.
    on : datetime.date
        The day asked about: the data date of the paper, not the day of printing.

    Returns
    -------
    Delay
        ``undetermined`` if a date is missing, or given so roughly that the
        answer would depend on the day it stands for.

    Raises
    ------
    ValueError
        If a date is neither blank nor ISO.
    """
    given = (handover, schedule_end, extension_end)
    missing = tuple(name for name, value in zip(_FIELDS, given, strict=True) if is_blank(value))
    handed, schedule, extension = ("" if is_blank(v) else str(v) for v in given)
    dates = (handed, schedule, extension)
    if missing:
        return Delay("undetermined", on, missing, dates)
    spans = [_span(value) for value in dates]
    states = {_state([span[end] for span in spans], on) for end in (0, 1)}
    state = states.pop() if len(states) == 1 else "undetermined"
    return Delay(state, on, (), dates)


def _state(days: Sequence[dt.date], on: dt.date) -> State:
    handed, schedule, extension = days
    if not handed <= schedule <= extension:
        return "disordered"
    if on < handed:
        return "before_handover"
    if on <= schedule:
        return "on_schedule"
    return "extended" if on <= extension else "past_extension"


def _span(value: str) -> Span:
    parts = [int(part) for part in value.split("-")]
    if len(parts) == len(("year", "month", "day")):
        day = dt.date.fromisoformat(value)
        return day, day
    year, *months = parts
    first, last = (months[0], months[0]) if months else (1, _MONTHS)
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def first_day(value: str) -> dt.date:
    """Return the first day an ISO date can mean: ``2026-10`` is 1 October 2026."""
    return _span(value)[0]


def last_day(value: str) -> dt.date:
    """Return the last day an ISO date can mean: ``2026-10`` is 31 October 2026."""
    return _span(value)[1]


class Overdue(NamedTuple):
    """What of a cluster is overdue, by which of its schedules, and since when.

    Attributes
    ----------
    by : str
        ``extension``, ``schedule``: the dates of Land Law 2024, article 81, past both or
        past the first; ``decision``: the end the founding decision sets; ``source``: a
        source calls it behind schedule and gives no date.
    end : str
        The date that is past, ISO, perhaps partial; empty for a source's word.
    days : int or None
        Days since then; None where the date is not exact or there is none.
    """

    by: Literal["extension", "schedule", "decision", "source"]
    end: str = ""
    days: int | None = None


def overdue(cluster: Mapping[Any, Any], *, on: dt.date) -> Overdue | None:
    """Return what of a cluster is overdue on the day `on`, the gravest first; None if nothing.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.tables.records.clusters.CLUSTERS`, blanks None.
    """
    law = of_dates(
        cluster["handover_date"], cluster["schedule_end"], cluster["extension_end"], on=on
    )
    if law.state == "past_extension":
        return Overdue("extension", law.dates[2], _days(law.dates[2], on))
    if law.state == "extended":
        return Overdue("schedule", law.dates[1], _days(law.dates[1], on))
    end = cluster["decision_end"]
    founded = cluster["decision_kind"] == _FOUNDING and not is_blank(cluster["decision_no"])
    if founded and not is_blank(end) and last_day(str(end)) < on:
        return Overdue("decision", str(end), _days(str(end), on))
    return Overdue("source") if cluster["behind_schedule"] == "yes" else None


def _days(value: str, on: dt.date) -> int | None:
    first, last = _span(value)
    return (on - last).days if first == last else None


class Told(NamedTuple):
    """Sentences of a cluster's card on its two schedules."""

    land_law: str
    decision: str


def of_cluster(cluster: Mapping[Any, Any], *, on: dt.date, lang: Lang = "vi") -> Told:
    """Return the words for both schedules of one row of the register.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.tables.records.clusters.CLUSTERS`.
    """
    law = of_dates(
        cluster["handover_date"], cluster["schedule_end"], cluster["extension_end"], on=on
    )
    founded = cluster["decision_kind"] == _FOUNDING
    number = cluster["decision_no"] if founded else None
    decision = of_decision(cluster["decision_end"], on=on, decision_no=number, lang=lang)
    return Told(law.sentence(lang), decision)


def of_decision(
    decision_end: object, *, on: dt.date, decision_no: object = None, lang: Lang = "vi"
) -> str:
    """Return the words for the schedule in the decision that set a cluster up.

    Never the words of `Delay`: it is another schedule with another consequence.

    Parameters
    ----------
    decision_end : str or None
        End of the schedule in the decision, ISO, perhaps partial; blank: not known.
    decision_no : str, optional
        Number of the decision; without it nothing is said to be passed.
    """
    if is_blank(decision_end) or is_blank(decision_no):
        return t("delay.decision_unknown", lang)
    first, last = _span(str(decision_end))
    if first < on <= last:
        return t("delay.not_exact", lang, on=date(on, lang))
    key = "delay.decision_past" if on > last else "delay.decision_within"
    return t(key, lang, end=date(decision_end, lang), number=str(decision_no))


def known_by(clusters: pd.DataFrame) -> pd.Series:
    """Return one of `DELAYS` for each row of the register, on the last day its data can mean.

    Late is what a source calls so, what passed its extension, or the schedule of the decision
    that set it up; nothing known is never *on time*.
    """
    newest = data_date(clusters)
    on = last_day(newest) if newest else None
    known = [_known(row, on) for row in clusters.to_dict("records")]
    return pd.Series(known, clusters.index, dtype="str")


def _known(cluster: Mapping[Any, Any], on: dt.date | None) -> Known:
    if cluster["behind_schedule"] == "yes":
        return "late"
    states = {ground.state for ground in _grounds(cluster, on)} if on else set()
    if states & {"past_extension", "past_decision"}:
        return "late"
    if "extended" in states:
        return "extended"
    on_time = {"on_schedule", "before_handover", "within_decision"}
    return "on_time" if states & on_time else "unknown"


class _Ground(NamedTuple):
    """One schedule of a cluster: where it stands, and its last day as it was given."""

    state: str
    end: str
    number: str = ""


def _grounds(cluster: Mapping[Any, Any], on: dt.date) -> list[_Ground]:
    law = of_dates(
        cluster["handover_date"], cluster["schedule_end"], cluster["extension_end"], on=on
    )
    found = []
    if law.state not in {"undetermined", "disordered"}:
        _, schedule, extension = law.dates
        running = law.state in {"before_handover", "on_schedule"}
        found.append(_Ground(law.state, schedule if running else extension))
    end, number = cluster["decision_end"], cluster["decision_no"]
    if cluster["decision_kind"] == _FOUNDING and not is_blank(end) and not is_blank(number):
        first, last = _span(str(end))
        if not first < on <= last:
            state = "past_decision" if on > last else "within_decision"
            found.append(_Ground(state, str(end), str(number)))
    return found


def short(cluster: Mapping[Any, Any], *, on: dt.date, lang: Lang = "vi") -> str:
    """Return in a few words what is known of a cluster's delay and by what; empty for nothing.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.tables.records.clusters.CLUSTERS`.
    """
    said = [t("delay.short_source", lang)] if cluster["behind_schedule"] == "yes" else []
    said += [
        t(f"delay.short_{ground.state}", lang, end=date(ground.end, lang), number=ground.number)
        for ground in _grounds(cluster, on)
    ]
    return "; ".join(said)
