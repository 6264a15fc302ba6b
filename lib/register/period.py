"""Reporting periods of Circular 14/2024/TT-BCT and the dates that fall into them."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from lib.language.errors import WrongUseError
from lib.language.text import Lang, date, is_blank, t
from lib.register.delay import first_day, last_day

_NAME: Final = re.compile(r"(20\d\d)(-H1)?")
_CUT: Final = 14
"""A period ends on the 14th of its last month and begins on the 15th of December before."""


@dataclass(frozen=True)
class Period:
    """One reporting period.

    Parameters
    ----------
    name : str
        ``2026`` or ``2026-H1``.
    start, end : datetime.date
        First and last day.
    """

    name: str
    start: dt.date
    end: dt.date

    @property
    def half_end(self) -> dt.date:
        """Last day of the first half of its year."""
        return dt.date(self.end.year, 6, _CUT)

    def words(self, lang: Lang = "vi") -> str:
        """Return what the period is called, with its days."""
        half = self.name.endswith("-H1")
        return t(
            "lawform.half_year" if half else "lawform.year",
            lang,
            year=self.name[:4],
            start=date(self.start, lang),
            end=date(self.end, lang),
        )

    def holds(self, value: object) -> bool | None:
        """Return whether an ISO date, perhaps partial, is in the period; None if not known."""
        if is_blank(value):
            return None
        first, last = first_day(str(value)), last_day(str(value))
        if self.start <= first and last <= self.end:
            return True
        return None if first <= self.end and last >= self.start else False

    def reached(self, value: object) -> bool | None:
        """Return whether a date was there at the end of the period; None if not known."""
        if is_blank(value):
            return None
        if last_day(str(value)) <= self.end:
            return True
        return False if first_day(str(value)) > self.end else None


def period_of(name: str) -> Period:
    """Return the period a name means: ``2026`` a year, ``2026-H1`` its first half.

    Raises
    ------
    WrongUseError
        The name is neither.
    """
    found = _NAME.fullmatch(name.strip())
    if found is None:
        raise WrongUseError("lawform.bad_period", value=name)
    year = int(found[1])
    month = 6 if found[2] else 12
    start = dt.date(year - 1, 12, _CUT + 1)
    return Period(found[0], start, dt.date(year, month, _CUT))


def last_due(on: dt.date) -> Period:
    """Return the newest period that has ended by `on`."""
    for name in (f"{on.year}", f"{on.year}-H1"):
        period = period_of(name)
        if period.end < on:
            return period
    return period_of(f"{on.year - 1}")
