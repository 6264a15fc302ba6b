"""The facts of the project, read and checked once for all tests of a process."""

import functools

import pandas as pd

from lib.tables import facts

_read = functools.cache(facts.load_all)


def fact_tables() -> dict[str, pd.DataFrame]:
    """Return every table of facts; each caller has copies of its own to change."""
    return {name: table.copy() for name, table in _read().items()}
