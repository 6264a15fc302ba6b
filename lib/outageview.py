"""What a page shows of a log of interruptions: a period by commune, a month, an outage.

The rules of `lib.outagelog` hold for all of it, so that the list of a commune
has as many rows as its count. A sample never counts together with real rows:
where a log has both, the sample is set aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import ibis
import pandas as pd

from lib import outagelog, reliability
from lib.majordays import MajorDays, major_days
from lib.outagecells import MOMENTARY_MINUTES
from lib.outageread import connect, read
from lib.reliability import Kind
from lib.served import SERVED, served_table

Tables = Mapping[str, pd.DataFrame]

_CUSTOMERS: Final = ("commune_code", "month", "customers_served")
_INDICES: Final = (*reliability.INDICES, "interruptions", "hours", "customers_served", "months")
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
    """What the reader chose.

    Parameters
    ----------
    planned : {"all", "planned", "unplanned"}
        Which interruptions count.
    first_month, last_month : str
        Period, ``YYYY-MM``, both in it; empty for the first, the last month of
        the log. What began outside the log's months is not known, so a longer
        period is cut to them.
    province : str
        Former province; empty for all three.
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
    province: str = ""
    momentary_minutes: float = MOMENTARY_MINUTES
    exclude_major_days: bool = False
    minimum_customers: int = 0


@dataclass(frozen=True)
class Log:
    """The rows of a snapshot that count together, and whether they are a sample."""

    outages: pd.DataFrame
    customers: pd.DataFrame
    sample: bool
    set_aside: int = 0

    @cached_property
    def cleaned(self) -> outagelog.CleanLog:
        """The rows after the rules of `lib.outagelog`, which no choice of a reader changes."""
        customers = self.customers if len(self.customers) else None
        return outagelog.clean(self.outages, customers)


@dataclass(frozen=True)
class LogFacts:
    """What has to be said of a log beside its figures.

    Parameters
    ----------
    first_day, last_day : Timestamp
        Days on which the first and the last interruption began.
    rows : int
        Records, before any rule.
    sample : bool
        A made-up log, or one divided by made-up customers.
    rows_from, customers_from : tuple of (str, str)
        Where its rows and the customers served come from, each with its newest data date.
    as_of : str
        Newest data date of its rows, ISO.
    unplaced : int
        Records without a commune: only in figures of the whole province.
    set_aside : int
        Rows of a sample that lie beside a real log and count in nothing.
    rules : mapping
        Rule of `lib.outagelog` -> how often it applied.
    removed_days : MajorDays
        What *exclude_major_days* leaves out.
    """

    first_day: pd.Timestamp
    last_day: pd.Timestamp
    rows: int
    sample: bool
    rows_from: tuple[tuple[str, str], ...]
    customers_from: tuple[tuple[str, str], ...]
    as_of: str
    unplaced: int
    set_aside: int
    rules: Mapping[str, int]
    removed_days: MajorDays

    @property
    def sources(self) -> tuple[str, ...]:
        """Where rows and customers come from, in order."""
        return tuple(sorted({url for url, _ in (*self.rows_from, *self.customers_from)}))

    @property
    def with_customers(self) -> bool:
        """Whether any index can be computed: customers served, and of some interruption."""
        return bool(self.customers_from) and self.rules["no_customers"] < self.rows

    def said(self) -> dict[str, object]:
        """Return what stands beside a figure of the log: source, date, whether a sample."""
        return {
            "source_url": "; ".join(self.sources),
            "as_of": self.as_of,
            "sample": self.sample,
        }


def log_in_use(tables: Tables) -> Log | None:
    """Return the rows of a snapshot that count, None if there is no log.

    Real outages are divided by real customers only: a made-up divisor would
    make a made-up index of a real event. A sample takes any customers there
    are and stays a sample.
    """
    outages = tables.get("outages")
    if outages is None or outages.empty:
        return None
    made_up = outages["sample"].astype(bool)
    sample = bool(made_up.all())
    rows = outages if sample else outages[~made_up]
    customers = tables.get("customers", pd.DataFrame(columns=[*_CUSTOMERS, "sample"]))
    invented = customers["sample"].astype(bool)
    return Log(
        rows.reset_index(drop=True),
        (customers if sample else customers[~invented]).reset_index(drop=True),
        sample,
        0 if sample else int(made_up.sum()) + int(invented.sum()),
    )


def by_commune(tables: Tables, choice: Choice, *, log: Log | None = None) -> pd.DataFrame:
    """Return one row a commune for the period, in the order of ``communes``.

    Parameters
    ----------
    tables : mapping
        ``communes`` and, where they were imported, ``outages`` and ``customers``.
    choice : Choice
        Communes of other former provinces are left out.
    log : Log or None
        That of `log_in_use`, where it is kept: its rules are applied once. None looks it up.

    Returns
    -------
    DataFrame
        `BY_COMMUNE`: indices as `lib.reliability.indices` (minutes, hours);
        ``reason`` is the key of a text where the indices are blank. Blank
        counts say that the log knows nothing of a commune.
    """
    communes = tables["communes"]
    if choice.province:
        communes = communes[communes["former_province"] == choice.province]
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
    tables : mapping
        As `by_commune`.
    choice : Choice
        What the reader chose.
    commune_code : str
        The commune.
    log : Log or None
        That of `log_in_use`, where it is kept: its rules are applied once. None looks it up.

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
    tables : mapping
        As `by_commune`.
    choice : Choice
        What the reader chose.
    commune_code : str
        The commune.
    log : Log or None
        That of `log_in_use`, where it is kept: its rules are applied once. None looks it up.

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


def log_facts(
    tables: Tables, *, momentary_minutes: float = MOMENTARY_MINUTES, log: Log | None = None
) -> LogFacts | None:
    """Return what has to be said of the log beside its figures; None without a log.

    Parameters
    ----------
    tables : mapping
        As `by_commune`.
    momentary_minutes : float
        Longest interruption that is momentary, minutes.
    log : Log or None
        That of `log_in_use`, where it is kept: its rules are applied once. None looks it up.
    """
    log = log or log_in_use(tables)
    if log is None:
        return None
    rows = log.outages
    return LogFacts(
        first_day=rows["start"].min().normalize(),
        last_day=rows["start"].max().normalize(),
        rows=len(rows),
        sample=log.sample,
        rows_from=_dated(rows),
        customers_from=_dated(log.customers),
        as_of=str(rows["as_of"].max()),
        unplaced=int(rows["commune_code"].isna().sum()),
        set_aside=log.set_aside,
        rules=log.cleaned.counts,
        removed_days=_major_days(log, momentary_minutes),
    )


def _dated(rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    if "source_url" not in rows:
        return ()
    newest = rows.dropna(subset=["source_url"]).groupby("source_url")["as_of"].max()
    return tuple((str(url), str(day)) for url, day in newest.items())


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
    by: tuple[reliability.By, ...],
    commune_code: str = "",
    *,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the indices of the months `period`, as `lib.reliability.answer` groups them."""
    rows, customers = log.cleaned.rows, log.customers
    if commune_code:  # rules never join two communes
        rows = rows[rows["commune_code"] == commune_code]
        customers = customers[customers["commune_code"] == commune_code]
    given = reliability.answer(
        _in_period(rows, period, _days(log, choice)),
        customers.loc[customers["month"].isin(period), list(_CUSTOMERS)],
        by=by,
        planned=choice.planned,
        momentary_minutes=choice.momentary_minutes,
        groups=groups,
        clean=False,
    )
    return given.rows


def _in_period(rows: pd.DataFrame, period: list[str], removed: pd.DataFrame) -> pd.DataFrame:
    inside = rows["start"].dt.strftime("%Y-%m").isin(period)
    kept: pd.DataFrame = rows[inside & ~rows["start"].dt.normalize().isin(removed["day"])]
    return kept


def _days(log: Log, choice: Choice) -> pd.DataFrame:
    if not choice.exclude_major_days:
        return pd.DataFrame({"day": pd.Series(dtype="datetime64[us]")})
    return _major_days(log, choice.momentary_minutes).days


def _major_days(log: Log, momentary_minutes: float) -> MajorDays:
    """Return the major event days of the whole log, whatever part of it is shown."""
    con = connect()
    served = ibis.memtable(served_table(log.customers), schema=SERVED)
    cleaned = read(con, log.cleaned.rows)
    found = major_days(con, cleaned, served, momentary_minutes=momentary_minutes)
    con.disconnect()
    return found


def _filled(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows with a reason where the log says nothing or customers are too few."""
    silent = rows["interruptions"].isna()
    few = rows["customers_served"] < choice.minimum_customers
    reason = rows["reason"].astype("object").mask(silent, "outageview.not_in_log")
    return rows.assign(
        **{name: rows[name].mask(few) for name in reliability.INDICES},
        interruptions=rows["interruptions"].astype("Int64"),
        reason=reason.mask(few & reason.isna(), "outageview.few_customers"),
    )


def _blank(keys: pd.DataFrame, reason: str, columns: tuple[str, ...]) -> pd.DataFrame:
    numbers = {name: float("nan") for name in _INDICES}
    rows = keys.assign(**numbers, reason=reason)
    return rows.astype({"interruptions": "Int64"})[list(columns)]
