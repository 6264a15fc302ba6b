"""What is added up of a file before it is read, and how much of it an office's file has at most."""

from typing import Final

from lib.importing.readers.base import MAX_CELLS, MAX_FEATURES, refuse_count
from lib.language.errors import DataRefusedError

MAX_COLUMNS: Final = 1_000
"""Most columns of a table, properties of a layer."""
MAX_LAYERS: Final = 200
"""Most layers, folders or sheets of a file."""
MAX_DEPTH: Final = 100
"""How deep the elements of a file may stand in each other."""
MAX_TEXT: Final = 100_000_000
"""Most characters of all cells together, a text used twice counted twice."""
MAX_STEPS: Final = 20_000_000
"""Most instructions of SQLite to count the rows of all layers."""


def _refuse(key: str, count: int, most: int, name: str) -> None:
    if count > most:
        raise DataRefusedError(key, file=name, count=count, most=most)


def refuse_columns(count: int, name: str) -> None:
    """Refuse more than `MAX_COLUMNS` columns or properties.

    Raises
    ------
    DataRefusedError
        There are more.
    """
    _refuse("readers.too_many_columns", count, MAX_COLUMNS, name)


def refuse_layers(count: int, name: str) -> None:
    """Refuse more than `MAX_LAYERS` layers, folders or sheets.

    Raises
    ------
    DataRefusedError
        There are more.
    """
    _refuse("readers.too_many_layers", count, MAX_LAYERS, name)


def refuse_depth(depth: int, name: str) -> None:
    """Refuse elements that stand deeper than `MAX_DEPTH` in each other.

    Raises
    ------
    DataRefusedError
        They do.
    """
    _refuse("readers.too_deep", depth, MAX_DEPTH, name)


def refuse_text(count: int, name: str) -> None:
    """Refuse more than `MAX_TEXT` characters of all cells together.

    Raises
    ------
    DataRefusedError
        There are more.
    """
    _refuse("readers.too_much_text", count, MAX_TEXT, name)


def refuse_merged(count: int, name: str) -> None:
    """Refuse merged areas that have more than `MAX_CELLS` cells together.

    Raises
    ------
    DataRefusedError
        They have.
    """
    _refuse("readers.too_many_merged", count, MAX_CELLS, name)


class Sums:
    """Tables of one file, added up: rows, and rows times columns.

    Parameters
    ----------
    name : str
        What to call the file in messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = self._cells = 0

    def table(self, rows: int, columns: int) -> None:
        """Add a table of features.

        Raises
        ------
        DataRefusedError
            It has too many columns, or all together have too many rows or cells.
        """
        refuse_columns(columns, self._name)
        self._rows += rows
        self._cells += rows * columns
        refuse_count(self._rows, MAX_FEATURES, self._name)
        refuse_count(self._cells, MAX_CELLS, self._name)
