"""The log of a snapshot after its rules, kept in the store so that they are applied once.

What is kept follows from tables of a snapshot and from the rules, and is named after both:
the sums of the tables, and the sum of the modules that hold the rules. It is in no backup and
nobody's source. A file that is missing or cannot be read is made again; one whose snapshot is
gone, or of other rules, is removed with the next that is written.
"""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.power.clean import CleanLog
from lib.store.disk import to_disk
from lib.store.snapshot import TableInfo
from lib.store.store import Store

FOLDER: Final = "cleaned"
"""Where it lies in a store."""
_TABLES: Final = ("outages", "customers")
_RULES: Final = ("cells", "clean", "inuse", "overlap", "read", "served")
"""Modules of this room that decide what is left of a log."""
_ABOUT: Final = b"phutho"
_ENDS: Final = ".parquet"
_LISTED: Final = ".listed.parquet"


def place(store: Path, tables: Mapping[str, TableInfo]) -> Path:
    """Return the file a log is kept in once its rules have been applied.

    Parameters
    ----------
    tables : mapping
        Of the manifest of a snapshot, as its reader may see it.
    """
    sums = [tables[name].sha256 if name in tables else "" for name in _TABLES]
    digest = hashlib.sha256(json.dumps([*sums, _rules()]).encode()).hexdigest()
    return store / FOLDER / f"{digest[:24]}{_ENDS}"


@cache
def _rules() -> str:
    """Return the sum of the rules: with another program they may leave something else."""
    here = Path(__file__).parent
    content = b"".join((here / f"{name}.py").read_bytes() for name in _RULES)
    return hashlib.sha256(content).hexdigest()


def cleaned(path: Path, make: Callable[[], CleanLog]) -> CleanLog:
    """Return what is kept at `path`; where nothing can be read there, what `make` returns.

    That is kept then, unless the store cannot be written: the answer does not depend on it.
    """
    known = told(path)
    if known is not None:
        with contextlib.suppress(OSError, pa.ArrowInvalid):
            return CleanLog(pd.read_parquet(path), known.counts, known.listed)
    made = make()
    with contextlib.suppress(OSError):
        _keep(path, made)
    return made


def told(path: Path) -> CleanLog | None:
    """Return what the rules did to the log kept at `path`, without its rows; None if nothing is."""
    try:
        about = pq.read_schema(path).metadata or {}
        counts: Mapping[str, int] = json.loads(about[_ABOUT])
        return CleanLog(pd.DataFrame(), counts, pd.read_parquet(_beside(path)))
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return None


def _beside(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_ENDS) + _LISTED)


def _keep(path: Path, log: CleanLog) -> None:
    """Write a log aside and give it its name; the rows come last, and say that it is whole."""
    path.parent.mkdir(exist_ok=True)
    _forget(path)
    rows = pa.Table.from_pandas(log.rows, preserve_index=False)
    about = {**(rows.schema.metadata or {}), _ABOUT: json.dumps(dict(log.counts)).encode()}
    listed = pa.Table.from_pandas(log.listed, preserve_index=False)
    _write(_beside(path), listed)
    _write(path, rows.replace_schema_metadata(about))


def _write(path: Path, table: pa.Table) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as aside:
        try:
            pq.write_table(table, aside)
            to_disk(aside)
        except OSError:  # a full disk gets back what the attempt took
            Path(aside.name).unlink(missing_ok=True)
            raise
    Path(aside.name).replace(path)


def _forget(path: Path) -> None:
    """Remove what no snapshot of the store needs, and what a process that died left."""
    store = path.parents[1]
    every = [one.manifest.tables for one in Store(store).snapshots()]
    alone = [{name: tables[name] for name in tables if name != "customers"} for tables in every]
    needed = {place(store, tables).name for tables in (*every, *alone)}  # as each reader sees it
    needed |= {_beside(path.with_name(name)).name for name in needed}
    for file in path.parent.iterdir():
        if file.name not in needed:
            file.unlink(missing_ok=True)
