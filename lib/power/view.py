"""Queries of a page on a log: a period by commune, a commune by month, single outages.

The rules of `lib.power.clean` hold for all of it, so that the list of a commune
has as many rows as its count.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.power import indices
from lib.power.cells import MOMENTARY_MINUTES
from lib.power.indices import INDICES, By, Kind, former_areas
from lib.power.inuse import CUSTOMERS, Log, Tables, log_in_use, major_days_of
from lib.power.read import REQUIRED

_INDICES: Final = (*indices.INDICES, "interruptions", "hours", "customers_served", "months")
COUNTED: Final = (*REQUIRED, "planned")
"""Columns of a cleaned log that indices are made of: texts need not be handed over."""
BY_COMMUNE: Final = (
    *("commune_code", "saifi", "saidi_min", "caidi_min", "maifi", "asai"),
    *("interruptions", "hours", "customers_served", "months", "reason"),
)
"""Columns of `by_commune`; ``months`` are those whose customers are known."""
SERIES: Final = ("month", "saidi_min", "saifi", "interruptions", "hours", "reason")
"""Columns of `series`."""
EVENTS: Final = (
    *("outage_id", "start", "end", "hours", "momentary", "planned", "cause", "feeder", "station"),
    *("area_text", "customers_interrupted", "source_url", "as_of", "sample"),
)
"""Columns of `events`."""


@dataclass(frozen=True)
class Choice:
    """Period, kind and limits the reader chose.

    Parameters
    ----------
    first_month, last_month : str
        Period, ``YYYY-MM``, both in it; empty for the first, the last month of
        the log. What began outside the log's months is not known, so a longer
        period is cut to them.
    momentary_minutes : float
        Longest interruption that is momentary, minutes.
    exclude_major_days : bool
        Leave out what began on a major event day of the whole province.
    minimum_customers : int
        Communes with fewer customers served have counts and hours, no indices.
    """

    planned: Kind = "all"
    first_month: str = ""
    last_month: str = ""
    momentary_minutes: float = MOMENTARY_MINUTES
    exclude_major_days: bool = False
    minimum_customers: int = 0


def by_commune(tables: Tables, choice: Choice, *, log: Log | None = None) -> pd.DataFrame:
    """Return one row a commune for the period, in the order of ``communes``.

    Parameters
    ----------
    tables : mapping
        ``communes`` and, where they were imported, ``outages`` and ``customers``.
    log : Log or None
        That of `log_in_use`, where it is kept: its rules are applied once. None looks it up.

    Returns
    -------
    DataFrame
        `BY_COMMUNE`: indices as `lib.power.indices.indices` (minutes, hours);
        ``reason`` is the key of a text where the indices are blank. Blank
        counts say that the log knows nothing of a commune.
    """
    communes = tables["communes"]
    keys = pd.DataFrame({"commune_code": communes["code"].to_numpy()})
    log = log or log_in_use(tables)
    if log is None:
        return _blank(keys, "outageview.no_log", BY_COMMUNE)
    period = months(log, choice)
    if not period:
        return _blank(keys, "outageview.outside_log", BY_COMMUNE)
    rows = indices_of(log, choice, period, ("commune",))
    rows = _filled(keys.merge(rows, on="commune_code", how="left"), choice)
    return rows[list(BY_COMMUNE)]


def series(
    tables: Tables, choice: Choice, commune_code: str, *, log: Log | None = None
) -> pd.DataFrame:
    """Return one row a month of the period for one commune.

    Parameters
    ----------
    tables, log
        As `by_commune`.

    Returns
    -------
    DataFrame
        `SERIES`, in order of the months; empty without a log.
    """
    log = log or log_in_use(tables)
    period = months(log, choice) if log is not None else []
    keys = pd.DataFrame({"month": pd.Series(period, dtype="object")})
    if log is None or not period:
        return _blank(keys, "outageview.no_log", SERIES)
    rows = indices_of(log, choice, period, ("commune", "month"), commune_code)
    rows = rows.drop(columns="commune_code")
    return _filled(keys.merge(rows, on="month", how="left"), choice)[list(SERIES)]


def events(
    tables: Tables, choice: Choice, commune_code: str, *, log: Log | None = None
) -> pd.DataFrame:
    """Return the outages of one commune in the period, the newest first.

    Parameters
    ----------
    tables, log
        As `by_commune`.

    Returns
    -------
    DataFrame
        `EVENTS`; ``hours`` is blank without an end, ``momentary`` says that it
        counts in MAIFI. Records that were joined are one row, that of the
        record that began first.
    """
    log = log or log_in_use(tables)
    if log is None:
        return pd.DataFrame(columns=list(EVENTS))
    removed = _days(log, choice)
    cleaned = log.cleaned.rows
    cleaned = cleaned[cleaned["commune_code"] == commune_code]
    rows = _in_period(cleaned, months(log, choice), removed)
    if choice.planned != "all":
        rows = rows[rows["planned"] == choice.planned]
    hours = (rows["end"] - rows["start"]).dt.total_seconds() / 3600
    rows = rows.assign(hours=hours, momentary=hours * 60 <= choice.momentary_minutes)
    rows = rows.sort_values(["start", "outage_id"], ascending=[False, True], ignore_index=True)
    return rows[list(EVENTS)]


def months(log: Log, choice: Choice) -> list[str]:
    """Return the months of the period that the log covers, ``YYYY-MM``, in order."""
    start = log.outages["start"]
    first = max(choice.first_month, f"{start.min():%Y-%m}")
    last = min(choice.last_month or f"{start.max():%Y-%m}", f"{start.max():%Y-%m}")
    return [str(month) for month in pd.period_range(first, last, freq="M")] if first <= last else []


def months_of(tables: Tables) -> list[str]:
    """Return the months the log in use covers, in order; none without a log."""
    log = log_in_use(tables)
    return [] if log is None else months(log, Choice())


def indices_of(
    log: Log,
    choice: Choice,
    period: list[str],
    by: tuple[indices.By, ...],
    commune_code: str = "",
    *,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the indices of the months `period`, as `lib.power.indices.answer` groups them."""
    rows, customers = log.cleaned.rows[list(COUNTED)], log.customers
    if commune_code:  # rules never join two communes
        rows = rows[rows["commune_code"] == commune_code]
        customers = customers[customers["commune_code"] == commune_code]
    given = indices.answer(
        _in_period(rows, period, _days(log, choice)),
        customers.loc[customers["month"].isin(period), list(CUSTOMERS)],
        by=by,
        planned=choice.planned,
        momentary_minutes=choice.momentary_minutes,
        groups=groups,
        clean=False,
    )
    return given.rows


def _in_period(rows: pd.DataFrame, period: list[str], removed: pd.DataFrame) -> pd.DataFrame:
    if not period:
        return rows.iloc[:0]
    start = rows["start"]
    after = pd.Timestamp(period[-1]) + pd.offsets.MonthBegin()
    inside = (start >= pd.Timestamp(period[0])) & (start < after)
    if len(removed):
        inside &= ~start.dt.normalize().isin(removed["day"])
    kept: pd.DataFrame = rows[inside]
    return kept


def _days(log: Log, choice: Choice) -> pd.DataFrame:
    if not choice.exclude_major_days:
        return pd.DataFrame({"day": pd.Series(dtype="datetime64[us]")})
    return major_days_of(log, choice.momentary_minutes).days


def _filled(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows with a reason where the log says nothing or customers are too few."""
    silent = rows["interruptions"].isna()
    few = rows["customers_served"] < choice.minimum_customers
    reason = rows["reason"].astype("object").mask(silent, "outageview.not_in_log")
    return rows.assign(
        **{name: rows[name].mask(few) for name in indices.INDICES},
        interruptions=rows["interruptions"].astype("Int64"),
        reason=reason.mask(few & reason.isna(), "outageview.few_customers"),
    )


def _blank(keys: pd.DataFrame, reason: str, columns: tuple[str, ...]) -> pd.DataFrame:
    numbers = {name: float("nan") for name in _INDICES}
    rows = keys.assign(**numbers, reason=reason)
    return rows.astype({"interruptions": "Int64"})[list(columns)]


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
    period = [] if log is None else months(log, choice)
    if log is None or not period:
        return pd.DataFrame(columns=list(TOTALS))
    groups = former_areas(tables["communes"], tables["former_units"])
    parts = []
    for level, by in LEVELS:
        rows = indices_of(log, choice, period, (by,), groups=groups)
        name = rows[by] if by in rows else pd.Series([None] * len(rows), dtype="object")
        rows = rows.assign(level=level, name=name, period_months=len(period))
        parts.append(rows[list(TOTALS)])
    return pd.concat(parts, ignore_index=True)


def listed(log: Log) -> pd.DataFrame:
    """Return the records each rule of the log touched, with id and file.

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
