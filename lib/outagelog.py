"""Cleaning a log of interruptions by stated rules, each rule counted.

The rules are table expressions, so that they hold for a sheet of ten records
and for a Parquet file of ten million.
"""

# ruff: noqa: PD003, PD004  Ibis columns have isnull and notnull only.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import pandas as pd
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.findings import Finding, Level
from lib.outagecells import (
    MOMENTARY_MINUTES,
    cells,
    conditions,
    counted,
    exchanged,
)
from lib.outagecells import (
    RULES as RULES_OF_ROWS,
)
from lib.outageread import IDENTITY, PLAIN, connect, materialised, month_no, read, understood
from lib.served import SERVED, served_table

PLACE: Final = ("commune_code", "feeder", "station")
LISTED: Final = 200
"""Records listed for one rule; the counts are always of all."""
KEPT: Final = (
    *("start", "end", "commune_code", "customers_interrupted", "planned", "feeder"),
    *("row", "zoned", "negative"),
)
"""Columns of a cleaned log."""
BUCKET_SECONDS: Final = 48 * 3600
SPREAD: Final = 1_000_000
"""Buckets that long outages may take beside the first one of each."""
_CONDITIONS: Final = {"negative_customers": "negative", "without_end": "no_end"}
"""Rule -> its condition, where they are not called the same."""
_LISTED_ALONE: Final = (
    *("no_start", "end_before_start", "negative_customers", "without_end", "no_commune"),
)

RULES: Final[Mapping[str, tuple[Level, str]]] = {
    "no_start": ("mended", "outagelog.no_start"),
    "end_before_start": ("mended", "outagelog.end_before_start"),
    "duplicates": ("mended", "outagelog.duplicates"),
    "overlaps": ("mended", "outagelog.overlaps"),
    "negative_customers": ("mended", "outagelog.negative_customers"),
    "zoned": ("mended", "outagelog.zoned"),
    "more_than_served": ("ask", "outagelog.more_than_served"),
    "without_end": ("ask", "outagelog.without_end"),
    "no_commune": ("ask", "outagelog.no_commune"),
    "no_customers": ("note", "outagelog.no_customers"),
    "kind_unknown": ("note", "outagelog.kind_unknown"),
}
"""Rule -> how grave it is and its sentence."""


@dataclass(frozen=True)
class CleanTable:
    """A cleaned log: rows, their cells, how often each rule applied, the records it named."""

    table: ir.Table
    cells: ir.Table
    counts: Mapping[str, int]
    listed: pd.DataFrame


@dataclass(frozen=True)
class CleanLog:
    """As `CleanTable` without cells, the rows a frame with every column of the one given."""

    rows: pd.DataFrame
    counts: Mapping[str, int]
    listed: pd.DataFrame


def clean_table(
    con: BaseBackend,
    log: ir.Table,
    served: ir.Table | None = None,
    *,
    momentary_minutes: float = MOMENTARY_MINUTES,
) -> CleanTable:
    """Return the log after the rules, with what each rule did.

    - no start, or an end before the start: left out;
    - the same record twice (every column of `IDENTITY`): once;
    - records of one feeder and commune (and station, where given) that overlap
      in time count the same customers twice: one interruption from the first
      start to the last end, with the larger number of customers, planned or not
      as the one that began first. Records without a feeder or an end are never
      joined: nothing says that they are the same;
    - a negative number of customers: unknown;
    - no end, no commune, more customers than are served: kept and listed.

    Parameters
    ----------
    con : BaseBackend
        From `connect`.
    log : Table
        From `read`.
    served : Table or None
        ``commune_code``, ``month_no`` (12 x year + month - 1), ``served``.
    momentary_minutes : float
        Longest interruption that is momentary, minutes; for the cells only.
    """
    whole = materialised(con, cells(log, momentary_minutes))
    counts, listed = _tally(con, log, whole, served)
    kept = log
    if counts["no_start"] or counts["end_before_start"]:
        rules = conditions(log)
        kept = log.filter(~rules["no_start"], ~rules["end_before_start"])
    keyed = kept.mutate(key=_number_of(*(kept[column] for column in PLACE)) >> 1)
    marks = materialised(con, _marks(keyed, counts.pop("no_feeder"), counts["rows"]))
    width = _bucket_seconds(con, marks)
    if not width:
        done = {**counts, "duplicates": 0, "overlaps": 0}
        return CleanTable(keyed.select(KEPT), counted(whole), done, listed)
    buckets = materialised(con, _buckets(marks, width))
    number = (keyed["start"].epoch_seconds() // width).cast("int64")
    placed = keyed.mutate(bucket=_number_in(keyed["key"], number) >> 1)
    found = placed.select(*PLAIN, "bucket").semi_join(buckets, "bucket").select(PLAIN)
    suspect = materialised(con, understood(found))
    once = materialised(con, _once(suspect))
    merged = materialised(con, _merged(once))
    rows = [int(con.execute(table.count())) for table in (suspect, once, merged)]
    spans = con.to_pandas(
        merged.filter(merged["records"] > 1).order_by("start").limit(LISTED).select(_SHOWN)
    ).assign(rule="overlaps")
    alone = placed.anti_join(buckets, "bucket").select(KEPT)
    joined = merged.select(KEPT).cast(alone.schema())
    taken, given = (cells(table, momentary_minutes) for table in (suspect, joined))
    return CleanTable(
        ibis.union(alone, joined),
        counted(materialised(con, exchanged(whole, taken, given))),
        {**counts, "duplicates": rows[0] - rows[1], "overlaps": rows[1] - rows[2]},
        pd.concat([part for part in (listed, spans) if len(part)] or [listed], ignore_index=True),
    )


_SHOWN: Final = ["row", "start", "end", "commune_code", "feeder", "customers_interrupted"]


def _tally(
    con: BaseBackend, log: ir.Table, whole: ir.Table, served: ir.Table | None
) -> tuple[dict[str, int], pd.DataFrame]:
    """Return how often each rule of one row applied, and the records to list."""
    found = con.to_pandas(whole.select("commune_code", "month_no", "rows", "most", *RULES_OF_ROWS))
    counts = {rule: int(found[rule].sum()) for rule in ("rows", *RULES_OF_ROWS)}
    counts |= {rule: counts.pop(condition) for rule, condition in _CONDITIONS.items()}
    applied = conditions(log)
    picks = {
        rule: log.filter(applied[_CONDITIONS.get(rule, rule)])
        for rule in _LISTED_ALONE
        if counts[rule]
    }
    if served is not None:
        counts["more_than_served"] = 0
        both = found.merge(con.to_pandas(served), on=["commune_code", "month_no"])
        if (both["most"] > both["served"]).any():
            over = more_than_served(log, served)
            counts["more_than_served"] = int(con.execute(over.count()))
            picks["more_than_served"] = over
    frames = [
        con.to_pandas(table.order_by("start").limit(LISTED).select(_SHOWN)).assign(rule=rule)
        for rule, table in picks.items()
    ]
    empty = pd.DataFrame(columns=[*_SHOWN, "rule"])
    return counts, pd.concat(frames, ignore_index=True) if frames else empty


def more_than_served(log: ir.Table, served: ir.Table) -> ir.Table:
    """Return the records with more customers interrupted than the commune served that month."""
    months = log.mutate(month_no=month_no(log["start"]))
    both = months.join(served, ["commune_code", "month_no"])
    return both.filter(both["customers_interrupted"] > both["served"])


def _marks(keyed: ir.Table, free: int, rows: int) -> ir.Table:
    """Return the spans in which another record of the same key began.

    Only records that begin in such a span are compared by their real columns
    and joined: of ten million rows most never leave this narrow pass. If two
    records of a key overlap, so do the earlier one and the one that begins next
    after it, so that a look at the next start finds every span. Where no
    record, or every record, is without a feeder (`free` of `rows`), one half is
    left out.
    """
    found = []
    if free < rows or not rows:
        found.append(_overlapping(keyed.filter(keyed["feeder"].notnull()) if free else keyed))
    if free:
        found.append(_twice(keyed.filter(keyed["feeder"].isnull())))
    return ibis.union(found[0], *(table.cast(found[0].schema()) for table in found[1:]))


def _overlapping(keyed: ir.Table) -> ir.Table:
    spans = keyed.select("key", "start", until=keyed["end"].fill_null(keyed["start"]))
    ahead = ibis.window(group_by="key", order_by="start")
    seen = spans.mutate(after=spans["start"].lead().over(ahead))
    over = (seen["after"] < seen["until"]) | (seen["after"] == seen["start"])
    return seen.filter(over).select("key", "start", "until")


def _twice(keyed: ir.Table) -> ir.Table:
    """Return the start and key of records that may be there twice, feeders left aside."""
    known = keyed.select("key", "start", record=_hash(keyed, IDENTITY))
    same = known.group_by(["record", "key", "start"]).agg(records=known.count())
    return same.filter(same["records"] > 1).select("key", "start", until="start")


def _bucket_seconds(con: BaseBackend, marks: ir.Table) -> int:
    """Return the width of the buckets in seconds, 0 where there is no mark.

    Equal keys in equal buckets are found by hashing, much faster than times
    between times. Two days hold nearly every outage; the mistaken ones that
    last for years make wider buckets instead of very many.
    """
    length = marks["until"].epoch_seconds() - marks["start"].epoch_seconds()
    found = con.to_pandas(marks.agg(marks=marks.count(), seconds=length.sum())).iloc[0]
    if not found["marks"]:
        return 0
    return max(BUCKET_SECONDS, int(found["seconds"]) // SPREAD)


def _buckets(marks: ir.Table, width: int) -> ir.Table:
    first, last = (
        (marks[column].epoch_seconds() // width).cast("int64") for column in ("start", "until")
    )
    spread = marks.select("key", number=ibis.range(first, last + 1).unnest())
    return spread.select(bucket=_number_in(spread["key"], spread["number"]) >> 1).distinct()


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _number_of(commune_code, feeder, station) -> dt.int64:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Stand for the function of DuckDB and Spark: equal for records that may be one.

    DuckDB's has 64 bits without a sign, so that half of it is what an int64 holds.
    """


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _number_in(key, number) -> dt.int64:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Stand for the same function over a key and the number of a bucket."""


def _hash(log: ir.Table, columns: tuple[str, ...]) -> Any:  # noqa: ANN401
    return ibis.struct({column: log[column] for column in columns}).hash()


def _once(suspect: ir.Table) -> ir.Table:
    """Return each record once, the flags of its copies together."""
    return suspect.group_by(list(IDENTITY)).agg(
        row=suspect["row"].min(), **{c: suspect[c].any() for c in ("zoned", "negative")}
    )


def _merged(once: ir.Table) -> ir.Table:
    """Return one row for each run of overlapping records, ``records`` how many it was."""
    place = list(PLACE)
    order = ["start", "end", "customers_interrupted", "planned", "cause", "area_text", "row"]
    whole = once["feeder"].notnull() & once["end"].notnull()
    apart = once.filter(~whole).select(*KEPT, "station", records=ibis.literal(1, "int64"))
    ordered = once.filter(whole)
    among = ibis.window(group_by=place, order_by=order)
    before = ibis.window(group_by=place, order_by=order, preceding=(None, 1))
    ordered = ordered.select(
        *KEPT,
        "station",
        order=ibis.row_number().over(among),
        until=ordered["end"].max().over(before),
    )
    first = (ordered["until"].isnull() | (ordered["start"] >= ordered["until"])).cast("int64")
    runs = ordered.mutate(first=first)
    upto = ibis.window(group_by=place, order_by="order", preceding=None, following=0)
    runs = runs.mutate(run=runs["first"].sum().over(upto))
    joined = runs.group_by([*place, "run"]).agg(
        start=runs["start"].min(),
        end=runs["end"].max(),
        customers_interrupted=runs["customers_interrupted"].max(),
        **{c: runs[c].argmin(runs["order"], where=runs[c].notnull()) for c in ("planned", "row")},
        zoned=runs["zoned"].any(),
        negative=runs["negative"].any(),
        records=runs.count(),
    )
    return ibis.union(apart, joined.select(apart.columns).cast(apart.schema()))


def clean(outages: pd.DataFrame, customers: pd.DataFrame | None = None) -> CleanLog:
    """Return a frame of interruptions after the rules of `clean_table`.

    Parameters
    ----------
    outages : DataFrame
        As `lib.outageread.read`; further columns are kept, a joined record
        keeps those of the record that began first.
    customers : DataFrame or None
        ``commune_code``, ``month`` (YYYY-MM), ``customers_served``; without it
        the rule of more customers than served is not looked at.

    Returns
    -------
    CleanLog
        Rows in the order given, times local without a zone;
        ``listed["row"]`` is the position in `outages`.
    """
    con = connect()
    served = None if customers is None else ibis.memtable(served_table(customers), schema=SERVED)
    done = clean_table(con, read(con, outages), served)
    changed = [c for c in ("start", "end", "customers_interrupted") if c in outages.columns]
    kept = con.to_pandas(done.table.order_by("row").select("row", *changed))
    con.disconnect()
    rows = outages.reset_index(drop=True).loc[kept["row"].astype("int64")].reset_index(drop=True)
    for column in changed:
        rows[column] = kept[column]
    rows["customers_interrupted"] = rows["customers_interrupted"].astype("Int64")
    return CleanLog(rows, done.counts, done.listed)


def findings(counts: Mapping[str, int], file: str = "") -> list[Finding]:
    """Return one finding for each rule that applied, gravest rules first as in `RULES`."""
    return [
        Finding(level, key, {"count": counts[rule]}, file=file)
        for rule, (level, key) in RULES.items()
        if counts.get(rule)
    ]
