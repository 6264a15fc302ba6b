"""Days, months and hours as offices write them, in text or as a sheet stores them.

What can be read in two ways is refused, never guessed: days come before months,
years have four digits, and a day alone is no hour.
"""

import datetime as dt
import re
from typing import Final, Literal

from lib.importing.readers.grid import Cell, cell_text
from lib.language.text import fold

Reason = Literal["cells.not_a_moment", "cells.no_hour", "cells.no_day", "cells.hour_over_day"]
"""Key of the sentence that says why a cell is no moment."""
Span = tuple[dt.datetime, dt.datetime | None]

LOCAL: Final = dt.timezone(dt.timedelta(hours=7))
"""Vietnam's time; no summer time."""

_YEARS: Final = range(1900, 2100)
_LONGEST: Final = dt.timedelta(days=366)
"""So far hours counted from one day may run on."""
_SERIALS: Final = range(20_000, 60_000)
_SHEET_ZERO: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 a sheet knows no zone
_DAY_S: Final = 86_400
_DAY: Final = dt.timedelta(days=1)
_ZERO_YEAR: Final = 1904
"""Sheets count days from the beginning of 1900 or of this year: an hour alone lies there."""
_MIDNIGHT: Final = 24

_DAYS: Final = (
    re.compile(r"(?:ngay )?(?P<d>\d{1,2}) ?[/.-] ?(?P<m>\d{1,2}) ?[/.-] ?(?P<y>\d{4})"),
    re.compile(r"(?:ngay )?(?P<d>\d{1,2}) thang (?P<m>\d{1,2}),? nam (?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?:[t ]\d{1,2}:\d\d.*)?"),
    re.compile(r"(?:thang |t)?(?P<m>\d{1,2}) ?[/-] ?(?P<y>\d{4})"),
    re.compile(r"thang (?P<m>\d{1,2}),? nam (?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})"),
    re.compile(r"(?:nam )?(?P<y>\d{4})"),
)
_IN_DAY: Final = re.compile(
    r"(?<!\d)(?:(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4})"
    r"|(\d{1,2}) thang (\d{1,2}),? nam (\d{4})|(\d{4})-(\d\d)-(\d\d))(?!\d)"
)
_IN_HOUR: Final = re.compile(
    r"(?<!\d)(\d{1,2}) ?(?:(?:gio|h|g)(?: ?(\d\d)(?: ?(?:phut|p|'))?)?|:(\d\d))(?::(\d\d))?(?!\d)"
)
_BETWEEN: Final = re.compile(r"(?:tu|den|toi|ngay|luc|vao|hoi|[-,;.:()@#\s])*")
_BACKWARDS: Final = re.compile(r"\b(?:den|toi)\b.*\btu\b")
_LETTERS: Final = 200
"""Letters of a cell that can be a moment; patterns are not tried on longer ones."""
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d.*")


def from_serial(cell: Cell) -> dt.datetime | None:
    """Return the moment a sheet's bare number of days stands for (1954 to 2064), else None.

    >>> from_serial(45945), from_serial(45945.3125), from_serial(7.5)
    (datetime.datetime(2025, 10, 15, 0, 0), datetime.datetime(2025, 10, 15, 7, 30), None)
    """
    if isinstance(cell, dt.timedelta):  # a moment shown as hours: [h]:mm
        cell = cell / _DAY
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    if not _SERIALS.start <= cell < _SERIALS.stop:
        return None
    return _SHEET_ZERO + dt.timedelta(seconds=round(cell * _DAY_S))


def read_day(cell: Cell) -> str | None:
    """Return a day as ISO text, or only its month or year where the cell gives no more.

    Read are ``15/10/2025``, ``15-10-2025``, *ngày 15 tháng 10 năm 2025*,
    *tháng 10/2025*, ``2025``, ISO and the dates of sheets. None if it is no day
    from 1900 to 2099.
    """
    text = _as_read(cell)
    for form in _DAYS:
        found = form.fullmatch(text)
        if found is None:
            continue
        given = found.groupdict()
        if _date(given["y"], given.get("m", "1"), given.get("d", "1")):
            return "-".join(given[part].zfill(2) for part in "ymd" if part in given)
    return None


def read_month(cell: Cell) -> str | None:
    """Return a month as ``YYYY-MM``, None if it is none; a whole day only if it is the first."""
    found = re.fullmatch(r"(\d{4}-\d\d)(?:-01)?", read_day(cell) or "")
    return found[1] if found else None


def read_moment(cell: Cell, *, on: dt.date | None = None) -> Span | Reason:
    """Return an hour of a day and, if the cell gives a span, its end.

    Read are ``07:30:00 ngày 28/8/2026``, ``7h30 28/8/2026``, ISO,
    *từ 05h00 đến 11h30 ngày 28/8/2026* and the dates and hours of sheets, 24:00
    and more as ``[h]:mm`` shows them too.

    Parameters
    ----------
    cell : Cell
        As the file holds it.
    on : datetime.date, optional
        Day of an hour that stands alone.

    Returns
    -------
    tuple or str
        Start and end in local time (UTC+7) without zone, a zone in the cell is
        converted; or why not: no hour, no day, nothing of the kind, two spans.
    """
    if isinstance(cell, dt.date) and cell.year <= _ZERO_YEAR:
        return "cells.hour_over_day"
    if isinstance(cell, dt.datetime):
        return _local(cell)
    hours = _hours_alone(cell)
    if hours is not None:
        return _after(on, hours)
    text = cell_text(cell)
    if isinstance(cell, str) and _STAMP.fullmatch(text):
        try:
            return _local(dt.datetime.fromisoformat(text))
        except ValueError:
            return _span(text, on)
    return _span(text, on)


def has_zone(cell: Cell) -> bool:
    """Return whether a cell gives the time zone of its hour: then it was converted.

    >>> has_zone("2025-03-30T03:30:00+02:00"), has_zone("2025-03-30 03:30")
    (True, False)
    """
    text = cell_text(cell)
    if isinstance(cell, str) and _STAMP.fullmatch(text):
        try:
            return dt.datetime.fromisoformat(text).tzinfo is not None
        except ValueError:
            return False
    return isinstance(cell, dt.datetime) and cell.tzinfo is not None


def _as_read(cell: Cell) -> str:
    return (cell.isoformat() if isinstance(cell, dt.date) else fold(cell_text(cell))).lower()


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _local(value: dt.datetime) -> Span | Reason:
    if value.year not in _YEARS:
        return "cells.not_a_moment"
    return value if value.tzinfo is None else value.astimezone(LOCAL).replace(tzinfo=None), None


def _hours_alone(cell: Cell) -> dt.timedelta | None:
    """Return the hours of a cell that gives no day, 26:30 too; None if it is no such cell."""
    if isinstance(cell, dt.timedelta):
        return cell
    if isinstance(cell, dt.time):
        clock = cell.replace(tzinfo=None)
        return dt.datetime.combine(dt.date.min, clock) - dt.datetime.min  # noqa: DTZ901 its hours
    if isinstance(cell, int | float) and 0 <= cell < 1:
        return dt.timedelta(seconds=round(cell * _DAY_S))
    return None


def _after(on: dt.date | None, hours: dt.timedelta) -> Span | Reason:
    """Return the moment so many hours after a day began."""
    if on is None:
        return "cells.no_day"
    if not dt.timedelta() <= hours < _LONGEST:
        return "cells.not_a_moment"
    return dt.datetime.combine(on, dt.time()) + hours, None


def _span(shown: str, on: dt.date | None) -> Span | Reason:
    """Return the one or two hours of a text; anything left over in it is a refusal."""
    if len(shown) > _LETTERS:
        return "cells.not_a_moment"
    text = fold(shown)
    days: list[dt.date | None] = [_day_of(found) for found in _IN_DAY.findall(text)]
    text = _IN_DAY.sub("@", text)
    hours = _IN_HOUR.findall(text)
    text = _IN_HOUR.sub("#", text)
    if not _BETWEEN.fullmatch(text) or _BACKWARDS.search(text):
        return "cells.not_a_moment"
    if days and not hours:
        return "cells.no_hour"
    if hours and not days and on is None:
        return "cells.no_day"
    found = _paired(days or [on], hours)
    if not found or None in found:
        return "cells.not_a_moment"
    start, *ends = [moment for moment in found if moment]
    return start, ends[0] if ends else None


def _paired(days: list[dt.date | None], hours: list[tuple[str, ...]]) -> list[dt.datetime | None]:
    """Return each hour on its day, none if they cannot be told apart; one day serves both."""
    if len(days) == 1 and len(hours) in (1, 2):
        return [_at(days[0], hour) for hour in hours]
    if len(days) == len(hours) == 2:  # noqa: PLR2004 a start and an end
        return [_at(day, hour) for day, hour in zip(days, hours, strict=True)]
    return []


def _day_of(found: tuple[str, ...]) -> dt.date | None:
    first, second, iso = found[:3], found[3:6], found[6:]
    day, month, year = iso[::-1] if iso[0] else first if first[0] else second
    return _date(year, month, day)


def _at(day: dt.date | None, found: tuple[str, ...]) -> dt.datetime | None:
    """Return an hour of a day; ``24h00`` is the midnight that ends it."""
    hour, minute, second = int(found[0]), int(found[1] or found[2] or 0), int(found[3] or 0)
    if day is None or (hour == _MIDNIGHT and (minute or second)):
        return None
    try:
        clock = dt.time(hour % _MIDNIGHT if hour == _MIDNIGHT else hour, minute, second)
    except ValueError:
        return None
    return dt.datetime.combine(day, clock) + dt.timedelta(days=hour // _MIDNIGHT)
