"""Files given to a command by hand: read as an import reads them, published nowhere.

What an import would ask has nobody to answer here: it is a refusal that names
the row. How records of a log are joined or left out is the log's own rule
(`lib.power.clean`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.importing import texts
from lib.importing.bring import meant_parts, read_all
from lib.importing.direct import longlog
from lib.importing.draft import gravest_first
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Grid
from lib.importing.sheets.headings import named_twice
from lib.importing.sheets.places import places_of_facts
from lib.importing.sheets.reader import read_cells
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding
from lib.tables.sample import Source

_OWN_FAULTS: Final = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
"""What DuckDB says of a query, not of a file."""
_LOG: Final = ("start", "end", "commune_code", "customers_interrupted")
_SERVED: Final = ("commune_code", "month", "customers_served")


@dataclass(frozen=True)
class Given:
    """What a file gives, and what was found in it; no source if something found is `grave`."""

    source: Source | None
    findings: tuple[Finding, ...] = ()


def outages(path: Path, folder: Path) -> Given:
    """Return a log of interruptions as `lib.power.read.read` takes it, and what was found.

    Parameters
    ----------
    path : Path
        Parquet, which is left as it is; CSV of any length; or any other kind
        of file with tables an import takes.
    folder : Path
        For what is made on the way of a CSV; it has to stay while the log is used.

    Raises
    ------
    WrongUseError
        The file is not there.
    DataRefusedError
        It cannot be read.
    """
    if path.suffix.lower() == ".parquet":
        _check_parquet(path, _LOG)
        return Given(path)
    if path.suffix.lower() in longlog.ENDINGS:
        made = longlog.read(path, folder)
        if made is not None:
            return Given(None if grave(made.findings) else made.path, made.findings)
    return _table(path, "outages", _LOG)


def customers(path: Path) -> Given:
    """Return customers served as `lib.power.served.served_table` takes them, and what was found.

    Raises
    ------
    WrongUseError, DataRefusedError
        As `outages`.
    """
    if path.suffix.lower() == ".parquet":
        _check_parquet(path, _SERVED)
        return Given(path)
    return _table(path, "customers", _SERVED)


def _table(path: Path, table: str, required: Sequence[str]) -> Given:
    contents, found = read_all([(path, path.name)])
    meant, unused = meant_parts(contents, table)
    settled, said, _ = texts.settle(meant, None)
    found += [*said, *unused, *(one for content in settled for one in content.findings)]
    grids = [grid for content in settled for grid in _grids(content)]
    frames = []
    for grid in grids:
        frame, told = read_rows(grid, table, required)
        found += told
        frames.append(frame)
    if grave(found):
        return Given(None, gravest_first(found))
    if not frames or all(frame.empty for frame in frames):
        raise DataRefusedError("importing.empty_register", file=path.name)
    whole = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    whole.attrs["file"] = path.name
    return Given(whole, gravest_first(found))


def _grids(content: Content) -> tuple[Grid, ...]:
    layers = tuple(texts.as_grid(layer) for layer in content.layers)
    return (*content.grids, *layers)


def read_rows(
    grid: Grid, table: str, required: Iterable[str]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows of one sheet with the columns it holds, and what was found.

    Parameters
    ----------
    grid : Grid
        As the file holds it, texts settled.
    table : {"outages", "customers"}
        What its rows are.
    required : iterable of str
        Columns without which nothing can be counted.
    """
    read = read_cells(grid, table, places_of_facts())
    found = list(read.findings)
    if read.heading is not None:
        row = grid.first_row + read.heading.row
        told = ("headings.missing", "headings.twice")
        named = {finding.column for finding in found if finding.key in told}
        found += [
            named_twice(column, read.heading, table, grid.place, row)
            or Finding("refused", "direct.no_column", {}, grid.place, row, column)
            for column in required
            if column not in read.columns and column not in named
        ]
    return read.frame[[c for c in read.frame.columns if c in read.columns]], found


def grave(found: Iterable[Finding]) -> list[Finding]:
    """Return what an import would refuse or ask: nobody is here to answer."""
    return [finding for finding in found if finding.level in {"refused", "ask"}]


def refusal(finding: Finding) -> DataRefusedError:
    """Return a finding as the error that ends a command."""
    place = {"file": finding.file, "row": finding.row, "column": finding.column}
    return DataRefusedError(finding.key, **{**place, **vars(finding)["values"]})


@contextmanager
def readable(*paths: Path | None) -> Iterator[None]:
    """Refuse a Parquet file whose pages turn out broken while they are computed with.

    Looking at ten million rows beforehand would cost as much as the answer.

    Raises
    ------
    DataRefusedError
        What reads it gave up; where there is no Parquet file the error stays its own.
    """
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        named = [path.name for path in paths if path and path.suffix.lower() == ".parquet"]
        if not named or isinstance(error, _OWN_FAULTS):
            raise
        raise DataRefusedError("readers.unreadable", file=", ".join(named)) from error


def _check_parquet(path: Path, required: Sequence[str]) -> None:
    """Refuse a Parquet file that is none, lacks a column or has one of another type."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataRefusedError("readers.unreadable", file=path.name) from error
    lost = [column for column in required if column not in schema.names]
    if lost:
        raise DataRefusedError("outageread.no_column", file=path.name, column=", ".join(lost))
    for field in schema:
        nested = pa.types.is_nested(field.type) or pa.types.is_binary(field.type)
        if field.name in required and nested:
            raise DataRefusedError(
                "direct.column_type", file=path.name, column=field.name, type=str(field.type)
            )
