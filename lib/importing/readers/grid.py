"""A sheet of cells as a file holds it, before anybody knows what it means.

CSV, XLSX and DOCX tables all become grids; coordinate tables and registers are
read from grids, so that one rule serves every kind of file.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Self

from lib.language.findings import Finding
from lib.language.text import fold, is_blank, nfc

Cell = str | int | float | dt.datetime | dt.date | dt.time | dt.timedelta | bool | None
"""A value as the file holds it: text where the file says text, a number where it says a number."""

_WHOLE: Final = 2**53
_HOUR: Final = dt.timedelta(hours=1)
_MINUTE: Final = dt.timedelta(minutes=1)


class Unread(str):
    """What a person sees in a cell that holds no value: a formula never computed, an error.

    It is text to everybody who does not ask, so that no number and no blank is
    ever read from it.

    Parameters
    ----------
    shown : str
        ``=37.5*2``, ``#DIV/0!``.
    key : str
        Key of the sentence that says why there is no value.
    """

    __slots__ = ("key",)
    key: str

    def __new__(cls, shown: str, key: str) -> Self:
        """Return the text with the reason beside it."""
        cell = super().__new__(cls, shown)
        cell.key = key
        return cell

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.key  # what a cache pickles


class Area(NamedTuple):
    """Cells merged into one: indices in the rows and columns of a grid, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


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
    areas : tuple of Area
        Cells merged into one, each with more than one cell.
    flows : bool
        The table follows the one before in the text, as on the next page.
    widths : tuple of int
        How many cells each row has in the file, before it was filled up; empty
        where the kind of file has no rows of its own length.
    """

    file: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int = 1
    widths: tuple[int, ...] = ()
    areas: tuple[Area, ...] = ()
    flows: bool = False

    @cached_property
    def _merged(self) -> dict[tuple[int, int], Area]:
        return {
            (row, column): area
            for area in self.areas
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        }

    def area(self, row: int, column: int) -> Area:
        """Return the merged cells a cell is one of, the cell alone where it is not merged.

        Parameters
        ----------
        row, column : int
            Indices in `rows`.
        """
        return self._merged.get((row, column)) or Area(row, column, row, column)

    def continued(self, row: int, column: int) -> bool:
        """Return True for a cell that only repeats the one above, with which it is merged."""
        return self.area(row, column).top < row

    @property
    def place(self) -> str:
        """Return the name of the file and, where there are several, of the sheet."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    def ragged(self, heading: int, rows: Iterable[int], *, height: int = 1) -> Iterator[Finding]:
        """Yield a finding for each of `rows` that is wider or narrower than the heading.

        A cell more is a separator within a value, ``1,200``: every cell behind it
        stands under another heading. A cell less may be a value left out or a line
        cut off. Blank cells at the end say nothing.

        Parameters
        ----------
        heading, height : int
            First row of the heading in `rows` of the grid, and how many rows it has.
        rows : iterable of int
            Rows of data.
        """
        if not self.widths:
            return
        titles = range(heading, heading + height)
        named = max(_filled(self.rows[at]) for at in titles)
        most = max(named, *(self.widths[at] for at in titles))
        for at in rows:
            filled, where = _filled(self.rows[at]), self.first_row + at
            if filled > most:
                values = {"cells": filled, "width": named}
                yield Finding("refused", "readers.row_wider", values, self.place, where)
            elif self.widths[at] < named:
                values = {"cells": self.widths[at], "width": named}
                yield Finding("ask", "readers.row_narrower", values, self.place, where)


def _filled(row: Sequence[Cell]) -> int:
    """Return how many cells a row has up to the last that is not blank."""
    return max((at for at, cell in enumerate(row, start=1) if not is_blank(cell)), default=0)


def cell_text(cell: Cell) -> str:
    """Return a cell as a person reads it: NFC, single spaces; a whole number without ``.0``.

    >>> cell_text(2358517.85), cell_text(7.0), cell_text(None), cell_text(" Ấm  Hạ ")
    ('2358517.85', '7', '', 'Ấm Hạ')
    >>> cell_text(dt.timedelta(hours=26, minutes=30))
    '26:30'
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return f"{cell // _HOUR}:{cell % _HOUR // _MINUTE:02}"
    return nfc(str(cell))


_BLANKS: Final = frozenset(
    {"-", "--", "...", "n/a", "na", "null", "nan", "chua co so lieu", "no data yet", "khong ro"}
)
_LONGEST_BLANK: Final = max(map(len, _BLANKS)) + 1
GUARDED: Final = re.compile(r"'+[=+@-]")
"""Text behind the guard of an export; text that had such a ``'`` of its own has one more."""
_REMEMBERED: Final = 65_536
"""Texts kept clean: a sheet says the same words in many rows."""


def clean_text(cell: Cell) -> str:
    """Return a cell as text: NFC, no hidden characters, without the guard of an export.

    >>> clean_text("'-5 kV"), clean_text("  Ấm  Hạ "), clean_text("'quoted'")
    ('-5 kV', 'Ấm Hạ', "'quoted'")
    """
    return _clean(cell_text(cell) if not isinstance(cell, str) else cell)


@lru_cache(_REMEMBERED)
def _clean(text: str) -> str:
    if not text.isprintable():
        text = "".join(char for char in text if not _is_hidden(char))
    shown = nfc(text)
    return shown[1:].strip() if GUARDED.match(shown) else shown


def _is_hidden(char: str) -> bool:
    return not char.isprintable() and (not char.isspace() or "\x1c" <= char <= "\x1f")


def hidden_marks(cell: Cell) -> tuple[str, ...]:
    r"""Return each character of a cell that nobody sees and `clean_text` takes out, in order.

    Zero width, changes of direction, soft hyphens, byte order marks, controls;
    line breaks and other blanks only become a space.

    >>> hidden_marks("Bãi\u200b Ba\u200b\u202e")
    ('U+200B', 'U+200B', 'U+202E')
    """
    if not isinstance(cell, str) or cell.isprintable():
        return ()
    return tuple(f"U+{ord(char):04X}" for char in cell if _is_hidden(char))


def blank(cell: Cell) -> bool:
    """Return True for no value and for the words that say so: *chưa có số liệu*, ``-``, *n/a*."""
    return _says_nothing(cell) if isinstance(cell, str) else is_blank(cell)


@lru_cache(_REMEMBERED)
def _says_nothing(text: str) -> bool:
    shown = clean_text(text)
    return not shown or (len(shown) <= _LONGEST_BLANK and fold(shown) in _BLANKS)
