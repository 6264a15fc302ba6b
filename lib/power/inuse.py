"""Select the rows of a log that count together, and state its span, sources and rule counts.

A sample never counts together with real rows: where a log has both, the sample
is set aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import ibis
import pandas as pd

from lib.power import clean, keep
from lib.power.cells import MOMENTARY_MINUTES
from lib.power.majordays import MajorDays, major_days
from lib.power.read import connect, read
from lib.power.served import SERVED, served_table
from lib.store.store import Snapshot

Tables = Mapping[str, pd.DataFrame]

CUSTOMERS: Final = ("commune_code", "month", "customers_served")
"""What is read of the customers of a log."""


@dataclass(frozen=True)
class Log:
    """The rows of a snapshot that count together, and whether they are a sample.

    Parameters
    ----------
    set_aside : int
        Rows of a sample beside a real log.
    kept : Path or None
        Where its cleaned rows are kept, see `lib.power.keep`; None where they are not.
    """

    outages: pd.DataFrame
    customers: pd.DataFrame
    sample: bool
    set_aside: int = 0
    kept: Path | None = None

    @property
    def as_of(self) -> str:
        """The day its data reach, ISO: the last one it holds, whenever it was brought in."""
        return last_day(self.outages)

    @cached_property
    def cleaned(self) -> clean.CleanLog:
        """The rows after the rules of `lib.power.clean`, which no choice of a reader changes."""
        customers = self.customers if len(self.customers) else None
        make = partial(clean.clean, self.outages, customers)
        return make() if self.kept is None else keep.cleaned(self.kept, make)


@dataclass(frozen=True)
class LogFacts:
    """Facts stated beside the figures of a log.

    Parameters
    ----------
    first_day, last_day : Timestamp
        Days on which the first and the last interruption began.
    rows : int
        Records, before any rule.
    sample : bool
        A made-up log, or one divided by made-up customers.
    rows_from, customers_from : tuple of (str, str)
        Where its rows and the customers served come from, each with the day its data reach.
    as_of : str
        Last day it holds, ISO.
    unplaced : int
        Records without a commune: only in figures of the whole province.
    set_aside : int
        Rows of a sample that lie beside a real log and count in nothing.
    rules : mapping
        Rule of `lib.power.clean` -> how often it applied.
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
        """Sources of rows and customers, in order."""
        return tuple(sorted({url for url, _ in (*self.rows_from, *self.customers_from)}))

    @property
    def with_customers(self) -> bool:
        """Whether any index can be computed: customers served, and of some interruption."""
        return bool(self.customers_from) and self.rules["no_customers"] < self.rows

    def said(self) -> dict[str, object]:
        """Return source, date and sample flag that stand beside a figure of the log."""
        return {
            "source_url": "; ".join(self.sources),
            "as_of": self.as_of,
            "sample": self.sample,
        }


def log_in_use(tables: Tables, *, kept: Path | None = None) -> Log | None:
    """Return the rows of a snapshot that count, None if there is no log.

    Real outages are divided by real customers only: a made-up divisor would
    make a made-up index of a real event. A sample takes any customers there
    are and stays a sample.

    Parameters
    ----------
    kept : Path or None
        Where its cleaned rows are kept, of `lib.power.keep.place`.
    """
    outages = tables.get("outages")
    if outages is None or outages.empty:
        return None
    made_up = outages["sample"].astype(bool)
    sample = bool(made_up.all())
    rows = outages if sample else outages[~made_up]
    customers = tables.get("customers", pd.DataFrame(columns=[*CUSTOMERS, "sample"]))
    invented = customers["sample"].astype(bool)
    return Log(
        rows.reset_index(drop=True),
        (customers if sample else customers[~invented]).reset_index(drop=True),
        sample,
        0 if sample else int(made_up.sum()) + int(invented.sum()),
        kept,
    )


def of_snapshot(snapshot: Snapshot) -> Log | None:
    """Return the rows of a snapshot that count, cleaned once for all who ask this store."""
    infos = snapshot.manifest.tables
    tables = {name: snapshot.read(name) for name in ("outages", "customers") if name in infos}
    return log_in_use(tables, kept=keep.place(snapshot.folder.parents[1], infos))


def log_facts(
    tables: Tables, *, momentary_minutes: float = MOMENTARY_MINUTES, log: Log | None = None
) -> LogFacts | None:
    """Return the facts stated beside the figures of the log; None without a log.

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
        rows_from=_days_of(rows),
        customers_from=_dated(log.customers),
        as_of=log.as_of,
        unplaced=int(rows["commune_code"].isna().sum()),
        set_aside=log.set_aside,
        rules=log.cleaned.counts,
        removed_days=major_days_of(log, momentary_minutes),
    )


def last_day(rows: pd.DataFrame) -> str:
    """Return the last day on which an interruption of a log began, ISO; empty without any."""
    last = rows["start"].max()
    return "" if pd.isna(last) else f"{last:%Y-%m-%d}"


def _days_of(rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return each source of a log with the last day it holds."""
    sourced = rows.dropna(subset=["source_url"])
    return tuple((str(url), last_day(own)) for url, own in sourced.groupby("source_url"))


def _dated(rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    if "source_url" not in rows:
        return ()
    newest = rows.dropna(subset=["source_url"]).groupby("source_url")["as_of"].max()
    return tuple((str(url), str(day)) for url, day in newest.items())


def major_days_of(log: Log, momentary_minutes: float) -> MajorDays:
    """Return the major event days of the whole log, whatever part of it is shown."""
    con = connect()
    served = ibis.memtable(served_table(log.customers), schema=SERVED)
    cleaned = read(con, log.cleaned.rows)
    found = major_days(con, cleaned, served, momentary_minutes=momentary_minutes)
    con.disconnect()
    return found
