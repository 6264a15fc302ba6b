"""Find records of a log that may overlap or be there twice, and join those that do.

Place and time of a record are packed into one whole number, so that ten million
rows are put in order by one column without any other. Packed numbers only
choose what is looked at: records are joined by their real columns.
"""

from collections.abc import Sequence
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.power.read import IDENTITY, PLAIN, materialised, micros, understood

PLACE: Final = ("commune_code", "feeder", "station")
KEPT: Final = (
    *("start", "end", "commune_code", "customers_interrupted", "planned", "feeder"),
    *("row", "zoned", "negative"),
)
"""Columns of a cleaned log."""
TICK_BITS: Final = 22
"""A tick is 2^22 microseconds, 4.2 s: 2^31 of them are 285 years."""
TIME_BITS: Final = 31
HASH_BITS: Final = 23
UNIT_BITS: Final = 7
"""Lengths are counted in 2^7 ticks, 9 min, rounded up."""
LENGTH_BITS: Final = 9
LONGEST: Final = 2**LENGTH_BITS - 1
"""Units, 76 h: a record as long as this is looked at again."""
BUCKET_BITS: Final = 15
"""A bucket is 2^15 ticks, 38 h: nearly every outage lies in one or two."""
SPREAD: Final = 1_000_000
"""Buckets that long outages may take beside the first one of each."""
PARTS: Final = 64


def suspects(con: BaseBackend, log: ir.Table, free: int, rows: int) -> tuple[ir.Table, ir.Table]:
    """Return the records that may overlap another or be there twice, and the others.

    If two records of a place overlap, so do the earlier one and the one that
    begins next after it: a look at the next start finds every span in which
    another record began. What begins in the bucket of such a span is suspect.
    Rounding and equal hashes only make more records suspect, never fewer: for
    equal hashes the packed number grows with the time, whatever the date.

    Parameters
    ----------
    con : BaseBackend
        From `lib.power.read.connect`.
    log : Table
        From `lib.power.read.read`, rows with a start that do not end before it.
    free, rows : int
        Records of the log without a feeder, and all.

    Returns
    -------
    suspect : Table
        Computed: `IDENTITY`, ``row``, ``zoned``, ``negative``, with ``place`` and
        ``record``, hashes of `PLACE` and of `IDENTITY`.
    others : Table
        `KEPT`, as an expression.
    """
    which = _which(log, free, rows)
    packed = log.mutate(part=which % PARTS, code=which * 2**TIME_BITS + _ticks(log["start"]))
    marks = materialised(con, _marks(packed, apart=con.name != "duckdb"))
    length = marks["until"] - marks["first"]
    told = con.to_pandas(
        marks.agg(ticks=length.sum().fill_null(0), long=marks["long"].sum().fill_null(0))
    ).iloc[0]
    ticks, some = (int(told[name]) for name in ("ticks", "long"))
    if some:
        long = _long(packed)
        ticks += int(
            con.to_pandas(long.agg(ticks=(long["until"] - long["first"]).sum())).iloc[0, 0]
        )
        marks = ibis.union(marks.drop("long"), long)
    bits = BUCKET_BITS
    while ticks >> bits > SPREAD:
        bits += 1
    spread = marks.select(
        bucket=ibis.range(marks["first"] >> bits, (marks["until"] >> bits) + 1).unnest()
    )
    buckets = materialised(con, spread.distinct())
    within = packed.mutate(bucket=packed["code"] >> bits)
    found = understood(within.select(*PLAIN, "bucket").semi_join(buckets, "bucket").select(PLAIN))
    found = found.drop("given", "said")
    found = found.mutate(place=_hash(found, PLACE) >> 1, record=_hash(found, IDENTITY) >> 1)
    return materialised(con, found), within.anti_join(buckets, "bucket").select(KEPT)


def _which(log: ir.Table, free: int, rows: int) -> Any:  # noqa: ANN401 Ibis has no static types
    """Return a 23-bit hash of the place, or of the whole record without a feeder."""
    place, record = (_hash(log, columns) for columns in (PLACE, IDENTITY))
    if not free:
        number = place
    elif free == rows:
        number = record
    else:
        number = log["feeder"].isnull().ifelse(record, place)
    # DuckDB's hash has 64 bits, Spark's 32 and a shift by 41 there is one by 9: 23 are left.
    return (number >> (64 - HASH_BITS)).cast("int32").cast("int64")


def _ticks(time: Any) -> Any:  # noqa: ANN401
    return micros(time) >> TICK_BITS


def _units(log: ir.Table) -> Any:  # noqa: ANN401
    return ((micros(log["end"]) - micros(log["start"])) >> (TICK_BITS + UNIT_BITS)).fill_null(0)


def _marks(packed: ir.Table, *, apart: bool) -> ir.Table:
    """Return the spans in which another record of the same place may have begun, in ticks.

    `apart` puts parts of the key in order for themselves, as many machines do
    it; DuckDB is faster without.
    """
    units = ibis.least(_units(packed), LONGEST)
    # The part is of the hash: a time before 1970 borrows from it in the packed number.
    lines = packed.select("part", line=packed["code"] * 2**LENGTH_BITS + units)
    ahead = ibis.window(group_by="part" if apart else None, order_by="line")
    seen = lines.mutate(after=lines["line"].lead().over(ahead) >> LENGTH_BITS)
    first, length = seen["line"] >> LENGTH_BITS, seen["line"] & LONGEST
    spans = seen.select(
        first=first,
        until=first + (length + 1) * 2**UNIT_BITS,
        long=length == LONGEST,
        after="after",
    )
    over = (spans["after"] <= spans["until"]) | spans["long"]
    return spans.filter(over).drop("after")


def _long(packed: ir.Table) -> ir.Table:
    """Return the whole spans of the records whose length did not fit."""
    long = packed.filter(_units(packed) >= LONGEST)
    lasts = _ticks(long["end"]) - _ticks(long["start"])
    return long.select(first=long["code"], until=long["code"] + lasts)


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _number_of(commune_code, feeder, station) -> dt.int64:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Stand for the function of DuckDB and Spark: equal for records of one place.

    DuckDB's has 64 bits without a sign, so that half of it is what an int64 holds.
    """


def _hash(log: ir.Table, columns: Sequence[str]) -> Any:  # noqa: ANN401
    if columns == PLACE:
        return _number_of(*(log[column] for column in PLACE))
    return ibis.struct({column: log[column] for column in columns}).hash()


def joined(con: BaseBackend, suspect: ir.Table) -> tuple[ir.Table, int, int]:
    """Return one row for each interruption, the copies left out and the records joined to another.

    Parameters
    ----------
    con : BaseBackend
        From `lib.power.read.connect`.
    suspect : Table
        From `suspects`.

    Returns
    -------
    table : Table
        Computed: `KEPT` and ``records``, how many records it was.
    copies, overlaps : int
        Records left out because another is the same; because they are part of another.
    """
    told = suspect.agg(rows=suspect.count(), numbered=suspect["row"].count())
    rows, numbered = (int(number) for number in con.to_pandas(told).iloc[0])
    records, copies = _once(con, suspect)
    rows -= copies
    named = records.select("place", *PLACE).distinct()
    places = con.to_pandas(named.agg(real=named.count(), hashes=named["place"].nunique())).iloc[0]
    by = ("place",) if places["real"] == places["hashes"] else PLACE
    runs = materialised(con, _runs(records, by, numbered=numbered > 0))
    return runs, copies, rows - int(con.execute(runs.count()))


def _once(con: BaseBackend, suspect: ir.Table) -> tuple[ir.Table, int]:
    """Return each record once, the flags of its copies together, and the number of copies.

    Only records with the hash of another are compared column by column.
    """
    hashes = suspect.group_by("record").agg(records=suspect.count())
    alike = materialised(con, hashes.filter(hashes["records"] > 1))
    twice = int(con.execute(alike["records"].sum().fill_null(0)))
    if not twice:
        return suspect, 0
    same = suspect.semi_join(alike, "record")
    single = same.group_by(list(IDENTITY)).agg(
        row=same["row"].min(),
        place=same["place"].min(),
        **{c: same[c].any() for c in ("zoned", "negative")},
    )
    single = materialised(con, single)
    copies = twice - int(con.execute(single.count()))
    alone = suspect.anti_join(alike, "record").select(single.columns)
    return ibis.union(alone, single.cast(alone.schema())), copies


def twins(suspect: ir.Table) -> ir.Table:
    """Return one record for each that is there more than once, the first of its rows."""
    again = suspect.group_by(list(IDENTITY)).agg(row=suspect["row"].min(), times=suspect.count())
    return again.filter(again["times"] > 1)


def _runs(records: ir.Table, by: Sequence[str], *, numbered: bool) -> ir.Table:
    """Return one row for each run of overlapping records of a place.

    Records are put in order by time, then by what may differ between two of
    the same time. The last three say only which row of a frame is kept.
    """
    order = ["start", "end", "customers_interrupted", "unplanned"]
    order += ["cause", "area_text", "row"] if numbered else []
    whole = records["feeder"].notnull() & records["end"].notnull()
    apart = records.filter(~whole).select(*KEPT, records=ibis.literal(1, "int64"))
    # Numbers are put in order faster than words, and the least of them found faster.
    timed = records.filter(whole).mutate(
        unplanned=(records["planned"] == "unplanned").cast("int64")
    )
    among = ibis.window(group_by=by, order_by=order)
    before = ibis.window(group_by=by, order_by=order, preceding=(None, 1))
    carried = [c for c in KEPT if c != "planned" and (c != "row" or numbered)]
    timed = timed.select(
        *dict.fromkeys((*carried, "unplanned", *by)),
        order=ibis.row_number().over(among),
        reached=timed["end"].max().over(before),
    )
    first = timed["reached"].isnull() | (timed["start"] >= timed["reached"])
    said = timed["order"] * 2 + timed["unplanned"]
    runs = timed.mutate(first=first.cast("int64"), said=said).drop("reached", "unplanned")
    upto = ibis.window(group_by=by, order_by="order", preceding=None, following=0)
    runs = runs.mutate(run=runs["first"].sum().over(upto))
    row = runs["row"].argmin(runs["order"], where=runs["row"].notnull()) if numbered else None
    one = runs.group_by([*by, "run"]).agg(
        start=runs["start"].min(),
        end=runs["end"].max(),
        customers_interrupted=runs["customers_interrupted"].max(),
        said=runs["said"].min(),
        row=ibis.null("int64") if row is None else row,
        **{c: runs[c].any() for c in ("zoned", "negative")},
        **{c: runs[c].min() for c in ("commune_code", "feeder") if c not in by},
        records=runs.count(),
    )
    one = one.mutate(
        planned=ibis.cases((one["said"] % 2 == 0, "planned"), (one["said"] % 2 == 1, "unplanned"))
    )
    return ibis.union(apart, one.select(apart.columns).cast(apart.schema()))
