"""Major event days by the 2.5 beta method of IEEE Std 1366.

The threshold is T_MED = exp(alpha + 2.5 beta), alpha and beta the mean and the
standard deviation (n - 1) of the logarithms of the daily SAIDI of the whole
system, days without an interruption left out, over at most five years. All
that began on a day belongs to it. Planned and unplanned count together, so
that a day is a major one whatever the reader looks at.
"""

# ruff: noqa: PD003  Ibis columns have isnull and notnull only.

from dataclasses import dataclass
from math import exp
from typing import Any, Final

import ibis
import numpy as np
import pandas as pd
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.power.read import month_no

BETAS: Final = 2.5
YEARS: Final = 5
FEWEST_DAYS: Final = 2
"""A standard deviation needs two values; the standard itself asks for five years."""


@dataclass(frozen=True)
class MajorDays:
    """Major event days and the threshold they are above.

    Parameters
    ----------
    days : DataFrame
        ``day``, ``saidi_min`` (minutes), ``interruptions``, in order.
    threshold_min : float or None
        T_MED, minutes of SAIDI in a day; None where it cannot be computed.
    alpha, beta : float or None
        Mean and standard deviation of the logarithms.
    fitted_days : int
        Days the two were computed from.
    unknown_days : int
        Days whose SAIDI is not known: customers of an interruption or
        customers served are missing. They are neither fitted nor taken out.
    """

    days: pd.DataFrame
    threshold_min: float | None = None
    alpha: float | None = None
    beta: float | None = None
    fitted_days: int = 0
    unknown_days: int = 0


def major_days(
    con: BaseBackend, log: ir.Table, served: ir.Table, *, momentary_minutes: float
) -> MajorDays:
    """Return the major event days of a cleaned log.

    Parameters
    ----------
    con : BaseBackend
        From `lib.power.read.connect`.
    log, served : Table
        As `lib.power.clean.clean_table`.
    momentary_minutes : float
        Longest interruption that is momentary, minutes.
    """
    return threshold(con.to_pandas(_daily(log, served, momentary_minutes)))


def _daily(log: ir.Table, served: ir.Table, momentary_minutes: float) -> ir.Table:
    seconds = log["end"].delta(log["start"], unit="microsecond").cast("float64") / 1e6
    people: Any = log["customers_interrupted"]
    timed = log.select(
        day=log["start"].truncate("D"),
        month_no=month_no(log["start"]),
        customer_seconds=(seconds > momentary_minutes * 60).ifelse(people * seconds, 0.0),
        unknown=people.isnull().cast("int64"),
    )
    days = timed.group_by(["day", "month_no"]).agg(
        customer_seconds=timed["customer_seconds"].sum(),
        unknown=timed["unknown"].sum(),
        interruptions=timed.count(),
    )
    base = served.group_by("month_no").agg(served=served["served"].sum())
    both = days.left_join(base, "month_no")
    known = (both["unknown"] == 0) & (both["served"] > 0)
    return both.select(
        "day",
        "interruptions",
        saidi_min=known.ifelse(
            both["customer_seconds"].fill_null(0.0) / 60 / both["served"], ibis.null("float64")
        ),
    )


def threshold(daily: pd.DataFrame) -> MajorDays:
    """Return the days above T_MED.

    Parameters
    ----------
    daily : DataFrame
        ``day``, ``saidi_min`` (minutes; blank where it is not known) and ``interruptions``.
    """
    ordered = daily.sort_values("day", ignore_index=True)
    last = ordered["day"].max()
    window = ordered[ordered["day"] > last - pd.DateOffset(years=YEARS)] if len(ordered) else daily
    fitted = np.log(window.loc[window["saidi_min"] > 0, "saidi_min"].to_numpy(dtype="float64"))
    unknown = int(ordered["saidi_min"].isna().sum())
    if len(fitted) < FEWEST_DAYS:
        return MajorDays(ordered.iloc[:0], fitted_days=len(fitted), unknown_days=unknown)
    alpha, beta = float(fitted.mean()), float(fitted.std(ddof=1))
    limit = exp(alpha + BETAS * beta)
    above = ordered[ordered["saidi_min"] > limit].reset_index(drop=True)
    return MajorDays(above, limit, alpha, beta, len(fitted), unknown)


def without_days(log: ir.Table, days: pd.DataFrame) -> ir.Table:
    """Return the log without what began on `days`."""
    if days.empty:
        return log
    taken = ibis.memtable(days[["day"]].rename(columns={"day": "taken"}))
    return log.anti_join(taken, log["start"].truncate("D") == taken["taken"])
