"""A sheet of cells as a file holds it, before anybody knows what it means.

CSV, XLSX and DOCX tables all become grids; coordinate tables and registers are
read from grids, so that one rule serves every kind of file.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from lib.language.text import nfc

Cell = str | int | float | dt.datetime | dt.date | dt.time | bool | None
"""A value as the file holds it: text where the file says text, a number where it says a number."""

_WHOLE: Final = 2**53


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet or table.

    Parameters
    ----------
    file : str
        Name of the file.
    sheet : str
        Name of the sheet, number of the table; empty where there is only one.
    rows : tuple of tuple of Cell
        All rows, equally long; a merged cell is repeated in every cell it covers;
        None is blank.
    first_row : int
        Number in the file of ``rows[0]``, as a person counts.
    """

    file: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int = 1

    @property
    def place(self) -> str:
        """Return the name of the file and, where there are several, of the sheet."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


def cell_text(cell: Cell) -> str:
    """Return a cell as a person reads it: NFC, single spaces; a whole number without ``.0``.

    >>> cell_text(2358517.85), cell_text(7.0), cell_text(None), cell_text(" Ấm  Hạ ")
    ('2358517.85', '7', '', 'Ấm Hạ')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return nfc(str(cell))
