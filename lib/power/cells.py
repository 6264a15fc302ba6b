"""Sums of a log by commune, month and kind: all that indices and counts are made of.

Sums add up: what a rule takes away is taken from them and what it gives back is
added, so that ten million rows are summed once.
"""

from collections.abc import Mapping
from typing import Any, Final

import ibis
from ibis.expr import types as ir

from lib.power.read import kind, micros, month_no

MOMENTARY_MINUTES: Final = 5.0
"""Longest interruption that is momentary, minutes (IEEE 1366, Circular 05/2025)."""
KEYS: Final = ("commune_code", "month_no", "planned")
SUMS: Final = (
    *("interruptions", "momentary", "customer_interruptions", "customer_momentary"),
    *("customer_seconds", "seconds", "unknown", "without_end"),
)
"""Columns the indices are made of."""
_OF_A_ROW: Final = ("end_before_start", "negative", "no_end", "no_customers", "zoned", "no_feeder")
_OF_A_GROUP: Final = ("no_start", "no_commune", "kind_unknown")
RULES: Final = (*_OF_A_ROW, *_OF_A_GROUP)
"""What is counted of rows one by one."""
_OF_LONG: Final = ("customer_interruptions", "customer_seconds", "seconds")


def conditions(log: ir.Table) -> Mapping[str, Any]:
    """Return rule -> whether it applies to a row, for the rules that look at one row alone."""
    start, end = log["start"], log["end"]
    return {
        "no_start": start.isnull(),
        "end_before_start": (end < start).fill_null(False),  # noqa: FBT003
        "negative": log["negative"],
        "no_end": end.isnull(),
        "no_commune": log["commune_code"].isnull(),
        "no_customers": log["customers_interrupted"].isnull(),
        "kind_unknown": log["planned"].isnull(),
        "zoned": log["zoned"],
        "no_feeder": log["feeder"].isnull()
        if log["feeder"].type().nullable
        else ibis.literal(value=False),
    }


def cells(log: ir.Table, momentary_minutes: float) -> ir.Table:
    """Return one row for each of `KEYS` in a log, in one pass.

    Parameters
    ----------
    log : Table
        From `lib.power.read.read`.
    momentary_minutes : float
        Longest interruption that is momentary, minutes.

    Returns
    -------
    Table
        `KEYS`; ``rows``, ``most`` (customers of one record) and how often each
        of `conditions` holds, of all rows; `SUMS` (float64) and ``counted`` of
        the rows with a start that do not end before it.
    """
    found = conditions(log)
    length = micros(log["end"]) - micros(log["start"])
    seconds = length.cast("float64") / 1e6
    flags = [found[rule] for rule in _OF_A_ROW]
    long = log["end"].isnull() | (seconds > momentary_minutes * 60)
    # Without a start nothing is known of the length, but the flags are to be counted.
    sustained = long.cast("int64").fill_null(0)
    # Most rows have no flag, and a key of one number is cheaper than seven.
    marked = sum((flag.cast("int64") << bit for bit, flag in enumerate(flags, start=1)), start=0)
    told = sustained + ibis.or_(*flags).ifelse(marked, 0)
    timed = log.select(
        "commune_code",
        month_no=month_no(log["start"]),
        said=log["said"] if "said" in log.columns else log["planned"],
        told=told,
        people=log["customers_interrupted"],
        seconds=seconds,
    )
    # What is equal for many rows is a key here and is counted afterwards: a
    # condition tested in each of a dozen sums takes twice as long.
    alike = timed.group_by(["commune_code", "month_no", "said", "told"]).agg(
        rows=timed.count(),
        most=timed["people"].max(),
        people=timed["people"].sum(),
        customer_seconds=(timed["people"] * timed["seconds"]).sum(),
        seconds=timed["seconds"].sum(),
    )
    names = ("sustained", *_OF_A_ROW)
    alike = alike.mutate(
        **{name: (alike["told"] >> bit) % 2 == 1 for bit, name in enumerate(names)}
    )
    alike = alike.mutate(
        planned=kind(alike["said"]),
        no_start=alike["month_no"].isnull(),
        no_commune=alike["commune_code"].isnull(),
    )
    alike = alike.mutate(kind_unknown=alike["planned"].isnull())
    counts = ~alike["no_start"] & ~alike["end_before_start"]
    long, short = counts & alike["sustained"], counts & ~alike["sustained"]
    rows = alike["rows"]
    sums = {
        "interruptions": rows.sum(where=long),
        "momentary": rows.sum(where=short),
        "customer_interruptions": alike["people"].sum(where=long),
        "customer_momentary": alike["people"].sum(where=short),
        "customer_seconds": alike["customer_seconds"].sum(where=long),
        "seconds": alike["seconds"].sum(where=long),
        "unknown": rows.sum(where=counts & alike["no_customers"]),
        "without_end": rows.sum(where=counts & alike["no_end"]),
    }
    tallies = {rule: rows.sum(where=alike[rule]).fill_null(0).cast("int64") for rule in RULES}
    whole = alike.group_by(list(KEYS)).agg(
        rows=rows.sum().cast("int64"),
        most=alike["most"].max(),
        counted=rows.sum(where=counts).fill_null(0).cast("int64"),
        **tallies,
        **sums,
    )
    return whole.mutate(**{name: whole[name].cast("float64").fill_null(0.0) for name in SUMS})


def counted(whole: ir.Table) -> ir.Table:
    """Return the cells something is counted in: `KEYS` and `SUMS`."""
    return whole.filter(whole["counted"] > 0).select(*KEYS, *SUMS)


def exchanged(whole: ir.Table, taken: ir.Table, given: ir.Table) -> ir.Table:
    """Return the cells of a log with rows `taken` replaced by `given`; float residue becomes zero.

    Parameters
    ----------
    whole, taken, given : Table
        From `cells`.
    """
    columns = [*KEYS, *SUMS, "counted"]
    less = taken.mutate(**{name: -taken[name] for name in (*SUMS, "counted")})
    both = ibis.union(*(part.select(columns) for part in (whole, less, given)))
    net = both.group_by(list(KEYS)).agg(**{n: both[n].sum() for n in (*SUMS, "counted")})
    # Where nothing is left, what fractions of a second leave behind is nothing too.
    some = net["interruptions"] > 0
    return net.mutate(**{name: some.ifelse(net[name], 0.0) for name in _OF_LONG})
