"""Tables that go on: a second heading further down, a next table without any.

A sheet is cut where another heading begins, so that every row stands under its
own; a table without a heading that fits the one before is given that heading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from lib.importing.readers.grid import Area, Cell, Grid, blank, clean_text
from lib.importing.sheets.headings import Heading, find_heading, heading_at, names_a_column
from lib.importing.sheets.rows import data_rows
from lib.language.findings import Finding, Level
from lib.language.text import fold
from lib.tables.ownlayers import ORDER

_AT_LEAST: Final = 2
_REMEMBERED: Final = 4_096


def sections(grids: Iterable[Grid], table: str) -> tuple[list[Grid], list[Finding]]:
    """Return the parts of the sheets of one file that stand under one heading each.

    Parameters
    ----------
    grids : iterable of Grid
        In the order of the file.
    table : str
        A key of `lib.tables.registry.TABLES`.

    Returns
    -------
    tuple
        The parts with the rows' own numbers; findings: ``mended`` a table read
        under the heading of the one before because its numbering goes on,
        ``ask`` one that only has as many columns.
    """
    found: list[Finding] = []
    parts: list[Grid] = []
    for grid in grids:
        before = parts[-1] if parts else None
        heading = find_heading(before, table) if before else None
        if before and heading and not heading.missing and find_heading(grid, table) is None:
            given = _under(grid, before, heading)
            if given is not None:
                goes_on = _counts_on(before, heading, given)
                values = {"before": before.place}
                level: Level = "mended" if goes_on else "ask"
                found.append(Finding(level, "headings.goes_on", values, grid.place))
                parts.append(given)
                continue
        parts.extend(_cut(grid, table))
    return parts, found


def _cut(grid: Grid, table: str) -> list[Grid]:
    """Return a sheet cut above each heading that says something else than the one before."""
    starts: list[int] = []
    last = -1
    for index, cells in enumerate(grid.rows):
        if not _may_head(cells, table):
            continue
        heading = heading_at(grid, index, table)
        new = not heading.missing and (not starts or index > last + 1)
        above = grid.rows[starts[-1]] if starts else ()
        if new and any(above[m.place : m.place + 1] != (cells[m.place],) for m in heading.matches):
            starts.append(index)
        last = index
    if len(starts) < _AT_LEAST:
        return [grid]
    ends = [*starts[1:], len(grid.rows)]
    return [_rows(grid, a, b) for a, b in zip([0, *starts[1:]], ends, strict=True)]


def _may_head(cells: Sequence[Cell], table: str) -> bool:
    """Return True for a row of words, no numbers, of which at least two name columns."""
    said = {cell for cell in cells if cell is not None}
    if not all(isinstance(cell, str) and not cell[:1].isdigit() for cell in said):
        return False
    named = [cell for cell in said if isinstance(cell, str) and _names(cell, table)]
    return len(named) >= max(_AT_LEAST, len(said) / 2)


@lru_cache(_REMEMBERED)
def _names(text: str, table: str) -> bool:
    return names_a_column(clean_text(text), table)


def _rows(grid: Grid, start: int, end: int) -> Grid:
    """Return some rows of a grid with the numbers they have in the file."""
    areas = tuple(
        Area(max(a.top, start) - start, a.left, min(a.bottom, end - 1) - start, a.right)
        for a in grid.areas
        if a.top < end and a.bottom >= start
    )
    rows, first = grid.rows[start:end], grid.first_row + start
    return replace(grid, rows=rows, first_row=first, areas=areas)


def _under(grid: Grid, before: Grid, heading: Heading) -> Grid | None:
    """Return a table under the heading of the one before, None if it does not fit under it."""
    body = _rows(grid, max(1 - grid.first_row, 0), len(grid.rows))
    if _width(body.rows) != _width(before.rows[heading.row :]):
        return None
    head = before.rows[heading.row : heading.row + heading.height]
    wide = max(len(row) for row in (*head, *body.rows))
    rows = tuple(tuple(row) + (None,) * (wide - len(row)) for row in (*head, *body.rows))
    moved = tuple(
        a._replace(top=a.top + heading.height, bottom=a.bottom + heading.height) for a in body.areas
    )
    return replace(body, rows=rows, first_row=body.first_row - heading.height, areas=moved)


def _width(rows: Sequence[Sequence[Cell]]) -> int:
    return max(
        (at + 1 for row in rows for at, cell in enumerate(row) if not blank(cell)), default=0
    )


def _counts_on(before: Grid, heading: Heading, grid: Grid) -> bool:
    """Return True if the column of running numbers goes on from one table to the next."""
    order = next((at for at, title in enumerate(heading.titles) if fold(title) in ORDER), None)
    if order is None:
        return False
    above, below = (
        [clean_text(one.rows[index][order]) for index in data_rows(one, head)[0]]
        for one, head in ((before, heading), (grid, replace(heading, row=0)))
    )
    numbers = [text for text in (*above[-1:], *below[:1]) if text.isdecimal()]
    return len(numbers) == _AT_LEAST and int(numbers[1]) == int(numbers[0]) + 1
