"""What the figures of a log are followed to: sums of larger areas, and the records of its rules.

A sum is counted anew from the rows of its communes and divided by their
customers; it is never an average of the communes' indices.
"""

from typing import Final

import pandas as pd

from lib.power import view
from lib.power.indices import INDICES, By, former_areas
from lib.power.inuse import Log, Tables, log_in_use
from lib.power.view import Choice

LEVELS: Final[tuple[tuple[str, By], ...]] = (
    ("whole", "all"),
    ("province", "province"),
    ("district", "district"),
)
"""Levels of `totals`, from the largest, and how `lib.power.indices.answer` calls them."""
TOTALS: Final = (
    *("level", "name", *INDICES, "interruptions", "momentary", "hours"),
    *("customers_served", "months", "period_months", "without_end", "reason"),
)
"""Columns of `totals`."""
LISTED: Final = (
    *("rule", "outage_id", "start", "end", "commune_code", "feeder", "customers_interrupted"),
    *("source_url", "as_of"),
)
"""Columns of `listed`."""


def totals(tables: Tables, choice: Choice, *, log: Log | None = None) -> pd.DataFrame:
    """Return the indices of the whole province, former provinces and former districts.

    Parameters
    ----------
    tables : mapping
        ``communes``, ``former_units`` and, where they were imported,
        ``outages`` and ``customers``.
    choice : Choice
        Kind of interruption, period, momentary limit and major days; its
        province and its minimum of customers are about communes.
    log : Log or None
        That of `lib.power.inuse.log_in_use`, where it is kept. None looks it up.

    Returns
    -------
    DataFrame
        `TOTALS`, largest areas first; ``months`` are those of ``period_months``
        whose customers are known, which the indices are divided by; ``name`` is
        blank for the whole province and for what has no commune. Empty without a log.
    """
    log = log or log_in_use(tables)
    period = [] if log is None else view.months(log, choice)
    if log is None or not period:
        return pd.DataFrame(columns=list(TOTALS))
    groups = former_areas(tables["communes"], tables["former_units"])
    parts = []
    for level, by in LEVELS:
        rows = view.indices_of(log, choice, period, (by,), groups=groups)
        name = rows[by] if by in rows else pd.Series([None] * len(rows), dtype="object")
        rows = rows.assign(level=level, name=name, period_months=len(period))
        parts.append(rows[list(TOTALS)])
    return pd.concat(parts, ignore_index=True)


def listed(log: Log) -> pd.DataFrame:
    """Return the records the rules of the log name, each with its id and its file.

    Returns
    -------
    DataFrame
        `LISTED`; at most `lib.power.clean.LISTED` of a rule. A joined
        interruption stands with the id of the record that began first.
    """
    found = log.cleaned.listed
    own = log.outages[["outage_id", "source_url", "as_of"]]
    named = found.merge(own, left_on="row", right_index=True, how="left")
    return named.reset_index(drop=True)[list(LISTED)]
