"""Read a log of interruptions into a table expression of DuckDB or Spark.

DuckDB runs it on a laptop, Spark on a server; the rows never pass through Python.
"""

# ruff: noqa: PD003, PD004  Ibis columns have isnull and notnull only.

import importlib
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Mapping
from os import environ
from pathlib import Path
from typing import Any, Final, Literal

import ibis
import ibis.expr.datatypes as dt
import pandas as pd
import pyarrow.parquet as pq
from ibis.backends import BaseBackend
from ibis.expr import types as ir

from lib.language.errors import DataRefusedError, WrongUseError
from lib.tables.sample import Source

Engine = Literal["duckdb", "spark"]

ZONE_HOURS: Final = 7
"""Viet Nam is UTC+7 all year."""
REQUIRED: Final = ("start", "end", "commune_code", "customers_interrupted")
TEXTS: Final = ("cause", "feeder", "station", "area_text")
IDENTITY: Final = (*REQUIRED, "planned", *TEXTS)
"""What two records of one interruption have in common; a number given by a file is not."""

PLAIN: Final = (*("start", "end", "commune_code", "given", "said"), *TEXTS, "row", "zoned")
"""What is read of a row before `understood`."""
CODE_DIGITS: Final = 5

_TIME: Final = (
    r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$"
)
"""Day, hour and minute, second, zone of a time in ISO 8601."""
_PLANNED: Final = ("planned", "true", "1", "1.0", "yes", "có kế hoạch")
_UNPLANNED: Final = ("unplanned", "false", "0", "0.0", "no", "không kế hoạch", "sự cố")


def connect(engine: Engine = "duckdb") -> BaseBackend:
    """Return a connection that runs the expressions.

    DuckDB keeps below 1.4 GB and spills to the system's temporary folder.

    Raises
    ------
    WrongUseError
        If Spark is asked for and pyspark or Java is not on the machine.
    """
    if engine == "duckdb":
        spill = str(Path(tempfile.gettempdir()) / "phutho-duckdb")
        con = ibis.duckdb.connect(memory_limit="1400MB", temp_directory=spill)
        con.raw_sql("CREATE TEMP MACRO micros_of(moment) AS epoch_us(moment)")
        return con
    if importlib.util.find_spec("pyspark") is None:
        raise WrongUseError("outageread.no_spark")
    if not environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise WrongUseError("outageread.no_java")
    # Workers of Spark are the first python3 of PATH otherwise, which may be of another version.
    environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = importlib.import_module("pyspark.sql").SparkSession.builder
    options = {
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "phutho-spark"),
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.legacy.parquet.nanosAsLong": "true",
        "spark.sql.shuffle.partitions": "8",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sql(
        "CREATE OR REPLACE TEMPORARY FUNCTION micros_of(moment TIMESTAMP) "
        "RETURNS BIGINT RETURN unix_micros(moment)"
    )
    return ibis.pyspark.connect(session)


def read(con: BaseBackend, source: Source) -> ir.Table:
    """Return a log as an expression with the columns the rules and indices need.

    Parameters
    ----------
    con : BaseBackend
        From `connect`.
    source : Path or DataFrame
        ``.parquet``, or a table; texts of times are ISO 8601 with or without a zone. Columns
        `REQUIRED`, and where known ``planned`` (true/false or planned/unplanned) and `TEXTS`.
        Files people write come through `lib.importing.direct.tables`.

    Returns
    -------
    Table
        `IDENTITY` with local times and numbers as float64, ``planned`` as
        planned, unplanned or blank; ``row`` (position in a frame, blank for a
        file), ``zoned`` and ``negative`` (the rule applied to this row);
        ``said`` and ``given``, the kind and the customers as they stand there.

    Raises
    ------
    WrongUseError
        If the file is not there or is of another kind.
    DataRefusedError
        If a column is missing or a time or a number cannot be read.
    """
    raw, aware, name = _raw(con, source)
    filled, whole = _never_empty(source)
    lost = [column for column in REQUIRED if column not in raw.columns]
    if lost:
        raise DataRefusedError("outageread.no_column", file=name, column=", ".join(lost))
    times = {c: _local_time(raw[c], aware=c in aware) for c in ("start", "end")}
    number = _number(raw["customers_interrupted"])
    _refuse_unreadable(
        con, raw, {c: t for c, (t, _) in times.items()} | {"customers_interrupted": number}, name
    )
    tidy = isinstance(source, pd.DataFrame)
    plain = raw.select(
        start=times["start"][0],
        end=times["end"][0],
        commune_code=_code(raw["commune_code"], tidy=tidy, filled="commune_code" in filled),
        given=number,
        said=raw["planned"].cast("string") if "planned" in raw.columns else ibis.null("string"),
        **{
            c: _text(raw[c], tidy=tidy, filled=c in filled)
            if c in raw.columns
            else ibis.null("string")
            for c in TEXTS
        },
        row=raw["row"] if isinstance(source, pd.DataFrame) else ibis.null("int64"),
        zoned=times["start"][1] | times["end"][1],
    )
    if "feeder" in whole and not tidy:
        # Then no row is asked for it when the records without a feeder are counted.
        plain = plain.cast({"feeder": dt.String(nullable=False)})
    return understood(plain)


def understood(plain: ir.Table) -> ir.Table:
    """Return the rows with planned or unplanned, customers, and a flag for negative customers.

    Few rows of a long log are looked at one by one, so that this comes last.
    """
    number = plain["given"]
    return plain.mutate(
        planned=kind(plain["said"]),
        customers_interrupted=(number >= 0).ifelse(number, ibis.null("float64")),
        negative=(number < 0).fill_null(False),  # noqa: FBT003 Ibis has no other way
    )


def _raw(con: BaseBackend, source: Source) -> tuple[ir.Table, set[str], str]:
    if isinstance(source, pd.DataFrame):
        columns = [c for c in IDENTITY if c in source.columns]
        frame = source[columns].reset_index(drop=True)
        aware = {c for c in columns if isinstance(frame[c].dtype, pd.DatetimeTZDtype)}
        for column in aware:
            frame[column] = frame[column].dt.tz_convert("UTC").dt.tz_localize(None)
        return ibis.memtable(frame.assign(row=range(len(frame)))), aware, ""
    if not source.is_file():
        raise WrongUseError("outageread.no_file", file=source.name)
    if source.suffix.lower() == ".parquet":
        schema = pq.read_schema(source)
        aware = {f.name for f in schema if getattr(f.type, "tz", None)}
        table = con.read_parquet(source)
        # Spark has no nanoseconds and gives such times as numbers.
        fine = [f.name for f in schema if str(f.type).startswith("timestamp[ns")]
        numbers = {c: table[c] for c in fine if table[c].type().is_integer()}
        epoch = ibis.timestamp("1970-01-01")
        times = {c: epoch + (n // 1_000).as_interval("us") for c, n in numbers.items()}
        return table.mutate(**times), aware, source.name
    raise WrongUseError("outageread.bad_suffix", file=source.name)


def _never_empty(source: Source) -> tuple[frozenset[str], frozenset[str]]:
    """Return the columns of a Parquet file that say that no text is empty, and that none is blank.

    Looking for empty texts in ten million rows costs more than adding them up.
    """
    if isinstance(source, pd.DataFrame):
        return frozenset(), frozenset()
    about = pq.ParquetFile(source).metadata
    some: set[str] = set()
    empty: set[str] = set()
    blank: set[str] = set()
    for group in range(about.num_row_groups):
        for place in range(about.num_columns):
            chunk = about.row_group(group).column(place)
            some.add(chunk.path_in_schema)
            least = chunk.statistics
            if not (least and least.has_min_max and least.min not in ("", b"")):
                empty.add(chunk.path_in_schema)
            if not (least and least.has_null_count and least.null_count == 0):
                blank.add(chunk.path_in_schema)
    return frozenset(some - empty), frozenset(some - empty - blank)


def _text(column: Any, *, tidy: bool = True, filled: bool = False) -> Any:  # noqa: ANN401 Ibis has no static types
    # Parquet comes from programs: trimming ten million texts would cost more than the indices.
    text = column.cast("string")
    if tidy:
        text = text.strip()
    return text if filled and not tidy else text.nullif("")


def _code(column: Any, *, tidy: bool, filled: bool) -> Any:  # noqa: ANN401
    """Return codes as five digits: a file that kept them as numbers lost the leading zero."""
    if column.type().is_integer():
        return column.cast("string").lpad(CODE_DIGITS, "0")
    return _text(column, tidy=tidy, filled=filled)


def _number(column: Any) -> Any:  # noqa: ANN401
    if column.type().is_string():
        return _text(column).try_cast("float64")
    number = column.cast("float64")
    if not column.type().is_floating():
        return number
    return number.isnan().ifelse(ibis.null("float64"), number)


def kind(column: Any) -> Any:  # noqa: ANN401
    """Return planned, unplanned or blank for what a log says of a row."""
    given = column.cast("string")
    said = given.strip().lower()
    # The words most logs have are compared as they are, the rest after tidying. DuckDB
    # makes a join of a long list, and does it for every row even if nobody asks for the kind.
    return ibis.cases(
        (given == _PLANNED[0], "planned"),
        (given == _UNPLANNED[0], "unplanned"),
        (ibis.or_(*(said == word for word in _PLANNED)), "planned"),
        (ibis.or_(*(said == word for word in _UNPLANNED)), "unplanned"),
    )


def _local_time(column: Any, *, aware: bool) -> tuple[Any, Any]:  # noqa: ANN401
    """Return the local time and whether a zone was given."""
    if aware:
        local = column.cast("timestamp") + ibis.interval(hours=ZONE_HOURS)
        return local, column.notnull()
    if not column.type().is_string():
        return column.cast("timestamp"), ibis.literal(value=False)
    text = _text(column)
    zone = text.re_extract(_TIME, 4).nullif("")
    moment = text.re_extract(_TIME, 1) + " " + text.re_extract(_TIME, 2)
    seconds = text.re_extract(_TIME, 3).nullif("").fill_null(":00")
    read_as = (moment + seconds).try_cast("timestamp")
    digits = zone.re_replace("[^0-9]", "").rpad(4, "0")
    minutes = digits.substr(0, 2).try_cast("int64") * 60 + digits.substr(2, 2).try_cast("int64")
    offset = zone.startswith("-").ifelse(-1, 1) * minutes.fill_null(0)
    shift = zone.isnull().ifelse(0, ZONE_HOURS * 60 - offset)
    return read_as + shift.as_interval("m"), zone.notnull()


def _refuse_unreadable(
    con: BaseBackend, raw: ir.Table, read_as: Mapping[str, Any], name: str
) -> None:
    texts = [c for c in read_as if raw[c].type().is_string()]
    if not texts:
        return
    bad = {c: _text(raw[c]).notnull() & read_as[c].isnull() for c in texts}
    tried = raw.select(**{f"bad_{c}": bad[c] for c in texts}, **{c: raw[c] for c in texts})
    counts = con.to_pandas(tried.agg(**{c: tried[f"bad_{c}"].sum() for c in texts})).iloc[0]
    for column in texts:
        if counts[column] > 0:
            one = con.to_pandas(tried.filter(tried[f"bad_{column}"]).select(column).limit(1))
            raise DataRefusedError(
                "outageread.unreadable",
                file=name,
                column=column,
                value=one.iloc[0, 0],
                count=int(counts[column]),
            )


def materialised(con: BaseBackend, table: ir.Table) -> ir.Table:
    """Return the table computed once, kept as long as the connection is."""
    name = ibis.util.gen_name("outages")
    if con.name == "duckdb":
        return con.create_table(name, table, temp=True)
    view = con.create_view(name, table)
    con.raw_sql(f"CACHE TABLE {name}")
    return view


@ibis.udf.scalar.builtin(name="micros_of")  # type: ignore[untyped-decorator]
def micros(moment) -> dt.int64:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Stand for the function `connect` makes: microseconds since 1970 of a local time.

    Less work than `delta`, which is a difference by calendar: it counts in ten million rows.
    """


def month_no(start: Any) -> Any:  # noqa: ANN401
    """Return the month a time lies in as one number: 12 x year + month - 1."""
    return start.year().cast("int64") * 12 + start.month().cast("int64") - 1
