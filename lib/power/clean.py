"""Cleaning a log of interruptions by stated rules, each rule counted.

The rules are table expressions, so that they hold for a sheet of ten records
and for a Parquet file of ten million.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ibis
import pandas as pd
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.language.findings import Finding, Level
from lib.power.cells import MOMENTARY_MINUTES, cells, conditions, counted, exchanged
from lib.power.cells import RULES as RULES_OF_ROWS
from lib.power.overlap import KEPT, joined, suspects, twins
from lib.power.read import connect, materialised, month_no, read
from lib.power.served import SERVED, served_table

LISTED: Final = 200
"""Records listed for one rule; the counts are always of all."""
_CONDITIONS: Final = {"negative_customers": "negative", "without_end": "no_end"}
"""Rule -> its condition, where they are not called the same."""
_LISTED_ALONE: Final = (
    *("no_start", "end_before_start", "negative_customers", "without_end", "no_commune"),
)
_LISTED_IF_SOME: Final = ("zoned", "no_customers", "kind_unknown")
"""What may hold for a whole log: then the log is the list."""

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
    - no end, no commune, more customers than are served: kept.

    Each rule lists the records it applied to, at most `LISTED`; not one of
    `_LISTED_IF_SOME` that holds for all of them.

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
    suspect, others = suspects(con, kept, counts.pop("no_feeder"), counts["rows"])
    runs, copies, overlaps = joined(con, suspect)
    spans = [_first(con, runs.filter(runs["records"] > 1), "overlaps")]
    spans += [_first(con, twins(suspect), "duplicates")] if copies else []
    mended = runs.select(KEPT).cast(others.schema())
    taken, given = (cells(table, momentary_minutes) for table in (suspect, mended))
    return CleanTable(
        ibis.union(others, mended),
        counted(materialised(con, exchanged(whole, taken, given))),
        {**counts, "duplicates": copies, "overlaps": overlaps},
        pd.concat([p for p in (listed, *spans) if len(p)] or [listed], ignore_index=True),
    )


_SHOWN: Final = ["start", "end", "commune_code", "feeder", "customers_interrupted", "row"]
"""Columns of a listed record, in the order in which the first ones are chosen."""


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
        for rule in (*_LISTED_ALONE, *_LISTED_IF_SOME)
        if counts[rule] and (rule in _LISTED_ALONE or counts[rule] < counts["rows"])
    }
    if served is not None:
        counts["more_than_served"] = 0
        both = found.merge(con.to_pandas(served), on=["commune_code", "month_no"])
        if (both["most"] > both["served"]).any():
            over = more_than_served(log, served)
            counts["more_than_served"] = int(con.execute(over.count()))
            picks["more_than_served"] = over
    frames = [_first(con, table, rule) for rule, table in picks.items()]
    empty = pd.DataFrame(columns=[*_SHOWN, "rule"])
    return counts, pd.concat(frames, ignore_index=True) if frames else empty


def _first(con: BaseBackend, table: ir.Table, rule: str) -> pd.DataFrame:
    """Return the records to list for a rule: the same ones however often it is asked."""
    # Many begin in the same second; those equal in all of these look the same.
    found: pd.DataFrame = con.to_pandas(table.select(_SHOWN).order_by(_SHOWN).limit(LISTED))
    return found.assign(rule=rule)


def more_than_served(log: ir.Table, served: ir.Table) -> ir.Table:
    """Return the records with more customers interrupted than the commune served that month."""
    months = log.mutate(month_no=month_no(log["start"]))
    both = months.join(served, ["commune_code", "month_no"])
    return both.filter(both["customers_interrupted"] > both["served"])


def clean(outages: pd.DataFrame, customers: pd.DataFrame | None = None) -> CleanLog:
    """Return a frame of interruptions after the rules of `clean_table`.

    Parameters
    ----------
    outages : DataFrame
        As `lib.power.read.read`; further columns are kept, a joined record
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
