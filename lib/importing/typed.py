"""Rows typed on a page, checked and published as a file of the office is.

What was typed becomes a small table with a name, which is kept with the snapshot it
makes as any file that was brought: the source of the values is there to be seen.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.importing import bring, texts
from lib.importing.draft import Draft, Options
from lib.importing.readers.base import Content, Features
from lib.store.store import Snapshot
from lib.tables import export
from lib.tables.registry import TABLES

_BESIDE: Final = ("clusters", "communes", "former_units", "ended_units", "statements")
"""Tables that names and codes are looked up in, and what single values have of their own."""


def check_rows(
    table: str, rows: Sequence[Mapping[str, Any]], *, name: str, as_of: str, base: Snapshot
) -> Draft:
    """Return what these rows would change, and everything found on the way.

    Parameters
    ----------
    table : str
        One of `lib.tables.registry.imported` without geometry.
    rows : sequence of mapping
        Column -> what was typed, codes as codes, days as ISO dates, blanks None; a column
        no row has stays as it is in the rows that are known.
    name : str
        What the rows are called as a file; ``file:<name>`` is their source.
    as_of : str
        Day the rows describe, ISO.
    """
    frame = _frame(table, rows)
    typed = Features(name, "", frame, np.empty(0, dtype=object), None)
    known = base.manifest.tables
    before = {each: base.read(each) for each in (*_BESIDE, table) if each in known}
    content = Content(name, grids=(texts.as_grid(typed),))
    return bring.check([content], Options(table, as_of, text="keep"), before)


def as_file(table: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows as the CSV that is kept, and that an import reads the same."""
    return export.to_csv(_frame(table, rows))


def _frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    given = {column for row in rows for column in row}
    order = [column.name for column in TABLES[table].every() if column.name in given]
    return pd.DataFrame([dict(row) for row in rows], columns=order, dtype=object)
