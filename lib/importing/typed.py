"""Rows typed on a page, checked and published as a file of the office is.

What was typed becomes a small table with a name, which is kept with the snapshot it
makes as any file that was brought: the source of the values is there to be seen.
"""

from typing import Final

import numpy as np
import pandas as pd

from lib.importing import bring, texts
from lib.importing.draft import Draft, Options, Typed
from lib.importing.readers.base import Content, Features
from lib.store.store import Snapshot
from lib.tables import export
from lib.tables.registry import TABLES

_BESIDE: Final = ("clusters", "communes", "former_units", "ended_units", "statements")
"""Tables that names and codes are looked up in, and what single values have of their own."""


def check_rows(given: Typed, base: Snapshot) -> Draft:
    """Return what typed rows would change, and everything found on the way.

    Parameters
    ----------
    base : Snapshot
        What they are held against.
    """
    known = base.manifest.tables
    before = {name: base.read(name) for name in (*_BESIDE, given.table) if name in known}
    features = Features(given.file, "", _frame(given), np.empty(0, dtype=object), None)
    content = Content(given.file, grids=(texts.as_grid(features),))
    return bring.check([content], Options(given.table, given.as_of, text="keep"), before)


def as_file(given: Typed) -> bytes:
    """Return the rows as the CSV that is kept, and that an import reads the same."""
    return export.to_csv(_frame(given))


def _frame(given: Typed) -> pd.DataFrame:
    named = {column for row in given.rows for column in row}
    order = [column.name for column in TABLES[given.table].every() if column.name in named]
    return pd.DataFrame([dict(row) for row in given.rows], columns=order, dtype=object)
