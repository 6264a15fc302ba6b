"""Cleaning a log of interruptions by stated rules, each rule counted.

The rules are table expressions, so that they hold for a sheet of ten records
and for a Parquet file of ten million.
"""

# ruff: noqa: PD003, PD004  Ibis columns have isnull and notnull only.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import pandas as pd
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.findings import Finding, Level
from lib.outageread import IDENTITY, connect, materialised, month_no, read
from lib.served import SERVED, served_table

PLACE: Final = ("commune_code", "feeder", "station")
LISTED: Final = 200
"""Records listed for one rule; the counts are always of all."""

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
    """A cleaned log: the expression, how often each rule applied, the records named by a rule."""

    table: ir.Table
    counts: Mapping[str, int]
    listed: pd.DataFrame


@dataclass(frozen=True)
class CleanLog:
    """As `CleanTable`, the rows a frame with every column of the one given."""

    rows: pd.DataFrame
    counts: Mapping[str, int]
    listed: pd.DataFrame


def clean_table(con: BaseBackend, log: ir.Table, served: ir.Table | None = None) -> CleanTable:
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
    """
    conditions = _conditions(log)
    counts, listed = _tally(con, log, conditions, served)
    kept = log.filter(~conditions["no_start"], ~conditions["end_before_start"])
    keyed = kept.mutate(key=_key(kept))
    marks = materialised(con, _marks(kept, counts.pop("no_feeder"), counts["rows"]))
    if not con.execute(marks.count()):
        return CleanTable(keyed, {**counts, "duplicates": 0, "overlaps": 0}, listed)
    # A record is under a mark if another of its key began while it was going on.
    reach = keyed["end"].fill_null(keyed["start"])
    under = [
        keyed["key"] == marks["mark_key"],
        keyed["start"] <= marks["mark"],
        reach >= marks["mark"],
    ]
    suspect = materialised(con, keyed.semi_join(marks, under))
    once = materialised(con, _once(suspect))
    merged = materialised(con, _merged(once))
    rows = [int(con.execute(table.count())) for table in (suspect, once, merged)]
    spans = con.to_pandas(
        merged.filter(merged["records"] > 1).order_by("start").limit(LISTED).select(_SHOWN)
    ).assign(rule="overlaps")
    return CleanTable(
        ibis.union(
            keyed.anti_join(marks, under), merged.select(keyed.columns).cast(keyed.schema())
        ),
        {**counts, "duplicates": rows[0] - rows[1], "overlaps": rows[1] - rows[2]},
        pd.concat([part for part in (listed, spans) if len(part)] or [listed], ignore_index=True),
    )


_SHOWN: Final = ["row", "start", "end", "commune_code", "feeder", "customers_interrupted"]


def _conditions(log: ir.Table) -> dict[str, Any]:
    start, end = log["start"], log["end"]
    return {
        "no_start": start.isnull(),
        "end_before_start": (end < start).fill_null(False),  # noqa: FBT003
        "negative_customers": log["negative"],
        "without_end": end.isnull(),
        "no_commune": log["commune_code"].isnull(),
        "no_customers": log["customers_interrupted"].isnull(),
        "kind_unknown": log["planned"].isnull(),
        "zoned": log["zoned"],
        "no_feeder": log["feeder"].isnull(),
    }


def _tally(
    con: BaseBackend, log: ir.Table, conditions: Mapping[str, Any], served: ir.Table | None
) -> tuple[dict[str, int], pd.DataFrame]:
    found = con.to_pandas(_by_month(log, conditions))
    counts = {rule: int(found[rule].sum()) for rule in ("rows", *conditions)}
    chosen = ("no_start", "end_before_start", "negative_customers", "without_end", "no_commune")
    picks = {rule: log.filter(conditions[rule]) for rule in chosen if counts[rule]}
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


def _by_month(log: ir.Table, conditions: Mapping[str, Any]) -> ir.Table:
    """Return how often each condition holds in a commune and a month, and the most customers.

    One pass answers the counts of all the rules and whether a record can have
    more customers than are served at all.
    """
    flagged = log.select(
        "commune_code",
        "customers_interrupted",
        month_no=month_no(log["start"]),
        **{rule: where.cast("int64") for rule, where in conditions.items()},
    )
    return flagged.group_by(["commune_code", "month_no"]).agg(
        rows=flagged.count(),
        most=flagged["customers_interrupted"].max(),
        **{rule: flagged[rule].sum() for rule in conditions},
    )


def more_than_served(log: ir.Table, served: ir.Table) -> ir.Table:
    """Return the records with more customers interrupted than the commune served that month."""
    months = log.mutate(month_no=month_no(log["start"]))
    both = months.join(served, ["commune_code", "month_no"])
    return both.filter(both["customers_interrupted"] > both["served"])


def _marks(log: ir.Table, free: int, rows: int) -> ir.Table:
    """Return when a record began while another of its key was going on, or at the same time.

    Only records under a mark are compared by their real columns and joined: of
    ten million rows most never leave this narrow pass. Where no record, or
    every record, is without a feeder (`free` of `rows`), one half is left out.
    """
    found = []
    if free < rows or not rows:
        found.append(_overlapping(log.filter(log["feeder"].notnull())))
    if free:
        found.append(_twice(log.filter(log["feeder"].isnull())))
    both = ibis.union(found[0], *(table.cast(found[0].schema()) for table in found[1:]))
    return both.distinct()


def _overlapping(log: ir.Table) -> ir.Table:
    placed = log.select("start", "end", key=_key(log))
    before = ibis.window(group_by="key", order_by="start", preceding=(None, 1))
    ordered = ibis.window(group_by="key", order_by="start")
    seen = placed.mutate(
        until=placed["end"].max().over(before), last=placed["start"].lag().over(ordered)
    )
    over = (seen["start"] < seen["until"]) | (seen["start"] == seen["last"])
    return seen.filter(over).select(mark_key="key", mark="start")


def _twice(log: ir.Table) -> ir.Table:
    """Return the start and key of records that may be there twice, feeders left aside."""
    keyed = log.select("start", key=_key(log), record=_hash(log, IDENTITY))
    same = keyed.group_by(["record", "key", "start"]).agg(records=keyed.count())
    return same.filter(same["records"] > 1).select(mark_key="key", mark="start")


def _key(log: ir.Table) -> Any:  # noqa: ANN401
    """Return a number equal for records that may be one interruption."""
    return _hash(log, PLACE)


def _hash(log: ir.Table, columns: tuple[str, ...]) -> Any:  # noqa: ANN401
    return ibis.struct({column: log[column] for column in columns}).hash()


def _once(suspect: ir.Table) -> ir.Table:
    """Return each record once, the flags of its copies together."""
    single = suspect.group_by([*IDENTITY, "key"]).agg(
        row=suspect["row"].min(), **{c: suspect[c].any() for c in ("zoned", "negative")}
    )
    return single.select(suspect.columns)


def _merged(once: ir.Table) -> ir.Table:
    """Return one row for each run of overlapping records, ``records`` how many it was."""
    place = list(PLACE)
    order = ["start", "end", "customers_interrupted", "planned", "cause", "area_text", "row"]
    whole = once["feeder"].notnull() & once["end"].notnull()
    apart = once.filter(~whole).mutate(records=ibis.literal(1, "int64"))
    ordered = once.filter(whole)
    ordered = ordered.mutate(
        order=ibis.row_number().over(ibis.window(group_by=place, order_by=order))
    )
    before = ibis.window(group_by=place, order_by="order", preceding=(None, 1))
    ordered = ordered.mutate(until=ordered["end"].max().over(before))
    first = (ordered["until"].isnull() | (ordered["start"] >= ordered["until"])).cast("int64")
    runs = ordered.mutate(first=first)
    upto = ibis.window(group_by=place, order_by="order", preceding=None, following=0)
    runs = runs.mutate(run=runs["first"].sum().over(upto))
    joined = runs.group_by([*place, "run"]).agg(
        start=runs["start"].min(),
        end=runs["end"].max(),
        customers_interrupted=runs["customers_interrupted"].max(),
        **{
            c: runs[c].argmin(runs["order"], where=runs[c].notnull())
            for c in ("planned", "cause", "area_text", "row", "key")
        },
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
