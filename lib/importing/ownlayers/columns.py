"""What a table nobody knows has as columns: its heading, its rows, numbers and dates.

There is no list of headings to hold it against: the heading is the first row of
words over the widest part of the sheet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lib.importing.readers.grid import Cell, Grid, Unread, blank, cell_text, clean_text
from lib.importing.sheets.cells import Value, decimal_sign, number, when
from lib.importing.sheets.headings import Heading, Match
from lib.importing.sheets.rows import data_rows
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding
from lib.language.text import fold
from lib.tables.ownlayers import ORDER, OwnColumn, Type

_LOOKED_AT: Final = 30
_SHARE: Final = 0.6
"""Share of the widest row that a heading fills at the least."""
_MOST: Final = 120
"""Columns a layer may have."""
_STRAY: Final = 0.4
"""Share of cells that may be no number in a column somebody may take for one of numbers."""
_RESERVED: Final = ("fid", "geom", "geometry", "rowid")
_NAME: Final = 120
"""Letters of a heading that are kept."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet under its heading.

    Parameters
    ----------
    grid : Grid
        The sheet.
    titles : tuple of str
        Heading of each column, each once.
    places : tuple of int
        Where each of them stands in the sheet, from 0.
    indices : tuple of int
        Rows of data in ``grid.rows``.
    findings : tuple of Finding
        What was passed over.
    """

    grid: Grid
    titles: tuple[str, ...]
    places: tuple[int, ...]
    indices: tuple[int, ...]
    findings: tuple[Finding, ...]

    def cells(self, title: str) -> list[Cell]:
        """Return the cells of a column, from the first row of data on."""
        place = self.places[self.titles.index(title)]
        return [self.grid.rows[index][place] for index in self.indices]

    def without(self, titles: Collection[str]) -> "Sheet":
        """Return the sheet as if it had no columns `titles`."""
        left = [at for at, title in enumerate(self.titles) if title not in titles]
        return replace(
            self,
            titles=tuple(self.titles[at] for at in left),
            places=tuple(self.places[at] for at in left),
        )

    @property
    def rows(self) -> list[int]:
        """Number of each row of data as a person counts it."""
        return [self.grid.first_row + index for index in self.indices]

    def titled(self, wanted: str) -> str | None:
        """Return the heading a person means, in whatever case and marks; None if there is none."""
        by_fold = {fold(title): title for title in reversed(self.titles)}
        return by_fold.get(fold(wanted))


def open_sheet(grid: Grid) -> Sheet | None:
    """Return the table of a sheet, None if it has no heading with a row below it.

    Raises
    ------
    DataRefusedError
        It has more columns than a layer may have.
    """
    top = _top(grid)
    if top is None:
        return None
    height = _height(grid, top)
    titles, places = _titles(grid, top, height)
    if len(titles) > _MOST:
        raise DataRefusedError(
            "readers.too_many_columns", file=grid.place, count=len(titles), most=_MOST
        )
    matches = tuple(
        Match(title, title, place, 100.0, "code")
        for title, place in zip(titles, places, strict=True)
    )
    heading = Heading(top, height, matches, (), (), titles)
    indices, notes = data_rows(grid, heading)
    if not indices:
        return None
    ragged = grid.ragged(top, indices, height=height)
    found = (*notes, *(one for one in ragged if one.level == "refused"))
    return Sheet(grid, titles, places, tuple(indices), found)


Read = tuple[OwnColumn, list[Any]]
"""A column with its type, and what each cell is worth: a number, an ISO date or None."""


def row_by_row(sheet: Sheet) -> tuple[Sheet, dict[str, Read], list[Finding]]:
    """Return the sheet without numbers that are no row's own, its columns, what was found.

    A number in merged cells stands once and belongs to all of them: it is asked
    and not repeated. What a formula never computed is refused by its cell.
    """
    found: list[Finding] = []
    read: dict[str, Read] = {}
    rows = list(sheet.grid.rows)
    for title, place in zip(sheet.titles, sheet.places, strict=True):
        cells = sheet.cells(title)
        found += [
            Finding("refused", cell.key, {"value": clean_text(cell)}, sheet.grid.place, row, title)
            for cell, row in zip(cells, sheet.rows, strict=True)
            if isinstance(cell, Unread)
        ]
        read[title] = typed(title, cells)
        column, values = read[title]
        if column.type == "text":
            found += _nearly(sheet, title, cells)
        if column.type != "number" or not sheet.grid.areas:
            continue
        for at, index in enumerate(sheet.indices):
            said = _shared(sheet, at, place)
            if said is None:
                continue
            rows[index] = (*rows[index][:place], None, *rows[index][place + 1 :])
            values[at] = None
            found += [replace(one, column=title) for one in said]
    return replace(sheet, grid=replace(sheet.grid, rows=tuple(rows))), read, found


def _shared(sheet: Sheet, at: int, place: int) -> list[Finding] | None:
    """Return what is said of a cell that is merged with another's, None for a row's own.

    The first row of the merged cells asks; the others are only blank.
    """
    index = sheet.indices[at]
    area, cell = sheet.grid.area(index, place), sheet.grid.rows[index][place]
    if blank(cell) or (area.top, area.left) == (area.bottom, area.right):
        return None
    first = bisect_left(sheet.indices, area.top)
    last = bisect_right(sheet.indices, area.bottom) - 1
    across = sum(area.left <= other <= area.right for other in sheet.places) > 1
    if last <= first and not across:
        return None
    if at > first:
        return []
    top = sheet.grid.first_row
    rows = f"{top + sheet.indices[first]}-{top + sheet.indices[last]}"
    values = {"value": clean_text(cell), "rows": rows}
    key = "cells.merged_quantity" if last > first else "cells.merged_across"
    return [Finding("ask", key, values, sheet.grid.place, top + index)]


def _nearly(sheet: Sheet, title: str, cells: Sequence[Cell]) -> list[Finding]:
    """Return a note on the first cell that keeps a column from being one of numbers or of dates."""
    known = [at for at, cell in enumerate(cells) if not blank(cell)]
    most = _STRAY * len(known)
    if any(_is_code(cells[at]) for at in known):
        return []
    for key, of in (
        ("ownlayers.text_not_number", _numbers),
        ("ownlayers.text_not_date", _days),
    ):
        some = [cells[at] for at in known[:: max(1, len(known) // _LOOKED_AT)]]
        if sum(value.value is None for value in of(some)) > len(some) / 2:
            continue  # words, as a few of them show: all would take as long as all the rest
        read = of([cells[at] for at in known])
        wrong = [at for at, value in zip(known, read, strict=True) if value.value is None]
        if 0 < len(wrong) <= most:
            values = {"value": clean_text(cells[wrong[0]]), "count": len(wrong)}
            return [Finding("note", key, values, sheet.grid.place, sheet.rows[wrong[0]], title)]
    return []


def _days(cells: Sequence[Cell]) -> list[Value]:
    return [when(cell, "day") if _may_be_day(cell) else Value() for cell in cells]


def _top(grid: Grid) -> int | None:
    """Return the row of the heading: the first of words that is nearly as wide as the widest."""
    rows = grid.rows[:_LOOKED_AT]
    widths = [len({clean_text(cell) for cell in row if not blank(cell)}) for row in rows]
    widest = max(widths, default=0)
    for at, row in enumerate(rows):
        filled = [cell for cell in row if not blank(cell)]
        words = all(isinstance(cell, str) and not isinstance(cell, Unread) for cell in filled)
        if filled and words and widths[at] >= max(1, _SHARE * widest):
            return at
    return None


def _height(grid: Grid, top: int) -> int:
    """Return 2 where cells of the heading are merged with the row below it, else 1."""
    below = top + 1
    if below >= len(grid.rows):
        return 1
    merged = any(grid.continued(below, place) for place in range(len(grid.rows[top])))
    return 2 if merged else 1


def _titles(grid: Grid, top: int, height: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the heading of each column that has one or holds anything, and where it stands."""
    said: list[str] = []
    places: list[int] = []
    for place in range(len(grid.rows[top])):
        words = [clean_text(grid.rows[at][place]) for at in range(top, top + height)]
        name = " – ".join(dict.fromkeys(word for word in words if word))
        if name or not all(blank(row[place]) for row in grid.rows[top + height :]):
            said.append(name)
            places.append(place)
    return each_once(said), tuple(places)


def each_once(headings: Sequence[str]) -> tuple[str, ...]:
    """Return headings that are not blank and each there once, whatever their case.

    Databases take *Tên* and *tên* for one column, and use a few names themselves.
    """
    taken = set(_RESERVED)
    names: list[str] = []
    for at, heading in enumerate(headings, start=1):
        said = heading[:_NAME].strip() or f"Cột {at}"
        name, number_ = said, 2
        while name.casefold() in taken:
            name, number_ = f"{said} ({number_})", number_ + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def typed(title: str, cells: Sequence[Cell]) -> Read:
    """Return a column with its type, and what each cell is worth: a number, an ISO date or None.

    A column is one of numbers or of dates if every cell of it is; figures with a
    leading zero are codes, and years alone are numbers.
    """
    known = [cell for cell in cells if not blank(cell)]
    kind: Type = "text"
    read: list[Value] = []
    if known and not any(_is_code(cell) for cell in known):
        read = _numbers(cells)
        kind = "number" if _all_read(read, cells) else "text"
    if known and kind == "text" and all(_may_be_day(cell) for cell in known):
        read = [Value() if blank(cell) else when(cell, "day") for cell in cells]
        kind = "date" if _all_read(read, cells) else "text"
    if kind == "text":
        return OwnColumn(title), [None] * len(cells)
    return OwnColumn(title, kind), [value.value for value in read]


def _numbers(cells: Sequence[Cell]) -> list[Value]:
    """Return the numbers of a column; ``1.234`` is 1234 where no cell shows a decimal sign."""
    sign = decimal_sign(cells)
    read = [Value() if blank(cell) else number(cell, decimal=sign) for cell in cells]
    if _all_read(read, cells) or sign:
        return read
    grouped = not any("," in cell for cell in cells if isinstance(cell, str))
    return [Value() if blank(c) else number(c, whole=True) for c in cells] if grouped else read


def first_unread(cells: Sequence[Cell]) -> int | None:
    """Return the place of the first cell that is no number, None if there is none."""
    read = _numbers(cells)
    return next((at for at, value in enumerate(read) if value.level == "refused"), None)


def _all_read(read: Sequence[Value], cells: Sequence[Cell]) -> bool:
    return all(
        value.value is not None or blank(cell) for value, cell in zip(read, cells, strict=True)
    )


def _is_code(cell: Cell) -> bool:
    text = cell_text(cell)
    return isinstance(cell, bool) or (
        isinstance(cell, str) and text.isdigit() and len(text) > 1 and text.startswith("0")
    )


def _may_be_day(cell: Cell) -> bool:
    return not isinstance(cell, int | float | bool) and not cell_text(cell).isdigit()


def key_of(titles: Sequence[str], texts: Sequence[Sequence[str]]) -> list[str]:
    """Return what tells the rows apart: the first column whose texts all differ, else their order.

    The number of a row in its list is none: it moves when a row is put in.

    Parameters
    ----------
    texts : sequence of sequence of str
        Cells of each column, in the order of `titles`.
    """
    for title, column in zip(titles, texts, strict=True):
        if fold(title).strip(".") in ORDER or not all(column):
            continue
        if len(set(column)) == len(column) and max(map(len, column)) <= _KEY:
            return list(column)
    return [f"#{number_}" for number_ in range(1, len(texts[0]) + 1)] if texts else []


_KEY: Final = 200
