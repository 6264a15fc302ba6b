"""Reliability of supply: SAIFI, SAIDI, CAIDI, MAIFI and ASAI of a log.

IEEE Std 1366 and Circular 05/2025/TT-BCT: interruptions longer than five
minutes count in SAIFI and SAIDI, the rest in MAIFI. Written once as Ibis
expressions; DuckDB or Spark runs them.

Every index of a group is a sum over the group divided by customers served,
never an average of indices. Customers served over several months are the mean
over the months of the sum over the communes. An interruption belongs whole to
the month in which it began.
"""

# ruff: noqa: PD004  Ibis columns have isnull and notnull only.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import ibis
import pandas as pd
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.language.errors import DataRefusedError, WrongUseError
from lib.power import clean as outagelog
from lib.power.cells import MOMENTARY_MINUTES, SUMS, cells, counted
from lib.power.majordays import MajorDays, major_days, without_days
from lib.power.read import Engine, connect, read
from lib.power.served import SERVED, served_table
from lib.tables.sample import Source

By = Literal["commune", "month", "district", "province", "all"]
Kind = Literal["all", "planned", "unplanned"]

KEYS: Final[Mapping[str, str]] = {
    "commune": "commune_code",
    "month": "month",
    "district": "district",
    "province": "province",
}
"""What a group is told apart by -> its column in the result."""
INDICES: Final = ("saifi", "saidi_min", "caidi_min", "maifi", "asai")
COLUMNS: Final = (
    *("saifi", "saidi_min", "caidi_min", "maifi", "interruptions", "customer_minutes"),
    *("asai", "customer_interruptions", "customer_momentary", "momentary", "hours"),
    *("customers_served", "months", "without_end", "reason"),
)
"""Columns of the result, after the keys."""


@dataclass(frozen=True)
class ReliabilityAnswer:
    """Rows of indices, how often each rule of the log applied, days taken out."""

    rows: pd.DataFrame
    rules: Mapping[str, int]
    removed_days: MajorDays | None = None
    listed: pd.DataFrame = field(default_factory=pd.DataFrame)


def answer(  # noqa: PLR0913 one argument for each choice the reader has
    outages: Source,
    customers: Source | None = None,
    *,
    by: Sequence[By] = ("commune", "month"),
    engine: Engine = "duckdb",
    planned: Kind = "all",
    momentary_minutes: float = MOMENTARY_MINUTES,
    exclude_major_days: bool = False,
    groups: pd.DataFrame | None = None,
    clean: bool = True,
) -> ReliabilityAnswer:
    """Return the indices of a log after its cleaning.

    Parameters
    ----------
    outages, customers : Path or DataFrame
        As `lib.power.read.read` and `lib.power.served.served_table`; without
        customers the indices are blank, hours and counts are given.
    by : sequence
        What the groups are told apart by; ``("all",)`` is one group.
    engine : {"duckdb", "spark"}
        What runs the expressions; the numbers are the same.
    planned : {"all", "planned", "unplanned"}
        Which interruptions count; those of unknown kind only in ``all``.
    momentary_minutes : float
        Longest interruption that is momentary, minutes.
    exclude_major_days : bool
        Leave out what began on a major event day (see `major_days`).
    groups : DataFrame or None
        ``commune_code`` and ``district`` or ``province``, one row a commune.
    clean : bool
        Apply the rules of `lib.power.clean`; False for a log that went through them already.

    Raises
    ------
    WrongUseError
        If `by`, `momentary_minutes` or a file is not as it should be.
    DataRefusedError
        If a column is missing or a value cannot be read.
    """
    _check(by, momentary_minutes, groups)
    con = connect(engine)
    try:
        log = read(con, outages)
        base = (
            served_table(customers) if customers is not None else pd.DataFrame(columns=list(SERVED))
        )
        served = ibis.memtable(base, schema=SERVED)
        known = served if len(base) else None
        cleaned = _cleaned(con, log, known, momentary_minutes, clean=clean)
        sums, major = cleaned.cells, None
        if exclude_major_days:
            major = major_days(con, cleaned.table, served, momentary_minutes=momentary_minutes)
            kept = without_days(cleaned.table, major.days)
            sums = counted(cells(kept, momentary_minutes))
        rows = indices(con, sums, served, by=by, planned=planned, groups=groups)
    finally:
        if engine == "duckdb":
            con.disconnect()
    return ReliabilityAnswer(rows, cleaned.counts, major, cleaned.listed)


def extent(outages: Source) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return when the first and the last interruption of a log began, local time."""
    con = connect()
    log = read(con, outages)
    found = con.to_pandas(log.agg(first=log["start"].min(), last=log["start"].max())).iloc[0]
    con.disconnect()
    return found["first"], found["last"]


def _cleaned(
    con: BaseBackend,
    log: ir.Table,
    served: ir.Table | None,
    momentary_minutes: float,
    *,
    clean: bool,
) -> outagelog.CleanTable:
    if clean:
        return outagelog.clean_table(con, log, served, momentary_minutes=momentary_minutes)
    sums = counted(cells(log, momentary_minutes))
    return outagelog.CleanTable(log, sums, {}, pd.DataFrame())


def former_areas(communes: pd.DataFrame, former_units: pd.DataFrame) -> pd.DataFrame:
    """Return the former district and province of each commune, for `answer`.

    A log knows communes of today. A commune made of units of several former
    districts belongs to none of them alone: it is a group of its own, named by
    all of them, so that no district gets another's interruptions.

    Parameters
    ----------
    communes, former_units : DataFrame
        The tables of these names.

    Returns
    -------
    DataFrame
        ``commune_code``, ``district``, ``province``, one row a commune.
    """
    named = former_units.groupby("new_code")["district"].agg(
        lambda names: " + ".join(sorted(set(names)))
    )
    return pd.DataFrame(
        {
            "commune_code": communes["code"].to_numpy(),
            "district": communes["code"].map(named).to_numpy(),
            "province": communes["former_province"].to_numpy(),
        }
    )


def _check(by: Sequence[By], momentary_minutes: float, groups: pd.DataFrame | None) -> None:
    known = {*KEYS, "all"}
    if not by or len(set(by)) < len(by) or set(by) - known or ("all" in by and len(by) > 1):
        raise WrongUseError("reliability.by", value=", ".join(by), known=", ".join(sorted(known)))
    if not 0 <= momentary_minutes < float("inf"):
        raise WrongUseError("reliability.momentary", value=momentary_minutes)
    wanted = [name for name in by if name in {"district", "province"}]
    if wanted and (groups is None or not {"commune_code", *wanted} <= set(groups.columns)):
        raise WrongUseError("reliability.no_groups", column=", ".join(wanted))
    if groups is not None and groups["commune_code"].duplicated().any():
        twice = groups.loc[groups["commune_code"].duplicated(), "commune_code"].iloc[0]
        raise DataRefusedError("reliability.group_twice", value=twice)


def indices(
    con: BaseBackend,
    sums: ir.Table,
    served: ir.Table,
    *,
    by: Sequence[By],
    planned: Kind = "all",
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row a group: its keys, then `COLUMNS`, in the order of the keys.

    A group is there if it has customers served or an interruption. Without an
    interruption SAIFI, SAIDI and MAIFI are true zeros and CAIDI is blank.
    ``reason`` is the key of a text where the indices are blank: customers
    served are not known where an interruption was, or the customers of one of
    its interruptions are not known. ``interruptions`` are those longer than
    the momentary ones, ``hours`` their durations; one without an end is an
    interruption with no minutes, counted in ``without_end``.

    Parameters
    ----------
    con : BaseBackend
        From `lib.power.read.connect`.
    sums : Table
        From `lib.power.cells.counted`.
    served : Table
        As `lib.power.clean.clean_table`.
    by, planned, groups
        As `answer`.
    """
    if planned != "all":
        sums = sums.filter(sums["planned"] == planned)
    based = _with_base(sums, served)
    if groups is not None and {"district", "province"} & set(by):
        wanted = [c for c in ("district", "province") if c in by]
        placed = ibis.memtable(groups[["commune_code", *wanted]].astype("object"))
        based = based.left_join(placed, "commune_code").drop("commune_code_right")
    keys = ["month_no" if name == "month" else KEYS[name] for name in by if name != "all"]
    rows = con.to_pandas(_ratios(_grouped(based, keys)))
    return _finished(rows, keys)


def _with_base(sums: ir.Table, served: ir.Table) -> ir.Table:
    """Return the cells with those where nothing happened, and the customers of each."""
    quiet = served.mutate(**{name: ibis.literal(0.0) for name in SUMS})
    struck = sums.mutate(served=ibis.null("float64")).select(quiet.columns)
    both = ibis.union(quiet, struck)
    return both.group_by(["commune_code", "month_no"]).agg(
        served=both["served"].sum(), **{name: both[name].sum() for name in SUMS}
    )


def _grouped(based: ir.Table, keys: Sequence[str]) -> ir.Table:
    known = based["served"].notnull()
    year, month = (based["month_no"] / 12).floor().cast("int64"), based["month_no"] % 12
    first = ibis.date(year, (month + 1).cast("int64"), 1)
    after = first + ibis.interval(months=1)
    minutes = after.delta(first, unit="day").cast("float64") * 24 * 60
    based = based.mutate(
        customer_time=based["served"] * minutes,
        known_month=known.ifelse(based["month_no"], ibis.null("int64")),
        # An interruption whose commune is unknown is still one of the whole province.
        baseless=(~known & based["commune_code"].notnull()).cast("int64"),
    )
    sums = {
        "served": based["served"].sum(),
        "months": based["known_month"].nunique(),
        "customer_time": based["customer_time"].sum(),
        "baseless": based["baseless"].sum(),
        **{name: based[name].sum() for name in SUMS},
    }
    return based.group_by(list(keys)).agg(**sums) if keys else based.agg(**sums)


def _ratios(sums: ir.Table) -> ir.Table:
    base = sums["served"] / sums["months"].nullif(0)
    told = sums["unknown"] == 0
    based = (sums["baseless"] == 0) & (base > 0).fill_null(False)  # noqa: FBT003
    blank = ibis.null("float64")
    minutes = sums["customer_seconds"] / 60

    def over(value: Any, of: Any) -> Any:  # noqa: ANN401
        return (based & told).ifelse(value / of.nullif(0), blank)

    return sums.mutate(
        saifi=over(sums["customer_interruptions"], base),
        saidi_min=over(minutes, base),
        caidi_min=over(minutes, sums["customer_interruptions"]),
        maifi=over(sums["customer_momentary"], base),
        asai=over(sums["customer_time"] - minutes, sums["customer_time"]),
        customer_minutes=told.ifelse(minutes, blank),
        customer_interruptions=told.ifelse(sums["customer_interruptions"], blank),
        customer_momentary=told.ifelse(sums["customer_momentary"], blank),
        hours=sums["seconds"] / 3600,
        customers_served=base,
        reason=ibis.cases(
            (based & told, ibis.null("string")),
            (told, "reliability.no_served"),
            (based, "reliability.no_interrupted"),
            else_="reliability.neither",
        ),
    )


def _finished(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    rows = rows.sort_values(list(keys), ignore_index=True) if keys else rows
    if "month_no" in rows:
        rows["month"] = [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in rows["month_no"]]
    for name in ("interruptions", "momentary", "months", "without_end"):
        rows[name] = rows[name].fillna(0).astype("int64")
    names = ["month" if key == "month_no" else key for key in keys]
    return rows[[*names, *COLUMNS]]
