"""Join tables of a file that are one coordinate table going on over pages or sheets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from lib.importing.coordinates.drafts import follows
from lib.importing.coordinates.layout import Block, headings, is_upper, texts_of
from lib.importing.coordinates.points import Point, is_point, parcel_key
from lib.importing.coordinates.reader import is_coordinate_table
from lib.importing.coordinates.titles import cluster_title, parcel_title, without_area, without_page
from lib.importing.readers.grid import Grid
from lib.language.findings import Finding
from lib.language.text import fold

_LOOKED_AT: Final = 2


def pages(grids: Iterable[Grid]) -> tuple[list[tuple[Grid, ...]], list[Finding]]:
    """Return the tables of a file in groups: those that are one by their numbering together.

    A table of points without a heading stands under the heading of the one
    before, if it has as many columns.

    Parameters
    ----------
    grids : iterable of Grid
        In the order of the file; also those that are no coordinate table.

    Returns
    -------
    tuple
        Groups in the order of the file; a finding ``mended`` for each table that
        was given a heading.
    """
    groups: list[tuple[Grid, ...]] = []
    found: list[Finding] = []
    for grid in grids:
        before = groups[-1][-1] if groups else None
        if before is None or not is_coordinate_table(before):
            groups.append((grid,))
            continue
        page = grid
        if not headings(grid.rows) and (under := _under(grid, before)) is not None:
            page = under
            values = {"before": before.place}
            found.append(Finding("mended", "coordinates.no_heading_here", values, grid.place))
        if is_coordinate_table(page) and _goes_on(before, page):
            groups[-1] = (*groups[-1], page)
        else:
            groups.append((page,))
    return groups, found


def _under(grid: Grid, before: Grid) -> Grid | None:
    """Return a table of points under the heading of the one before, None if it is none."""
    index, blocks = headings(before.rows)[-1]
    upper = index > 0 and is_upper(before.rows[index - 1])
    head = before.rows[index - upper : index + 1]
    above = max(1 - grid.first_row, 0)
    titles, body = grid.rows[:above], grid.rows[above:]
    if not body or len(body[0]) != len(head[0]):
        return None
    if not any(is_point(block, row) for block in blocks for row in body[:_LOOKED_AT]):
        return None
    areas = tuple(
        area._replace(top=area.top + len(head), bottom=area.bottom + len(head))
        for area in grid.areas
        if area.top >= above
    )
    first = grid.first_row - len(head)
    return replace(grid, rows=(*titles, *head, *body), first_row=first, areas=areas)


def _goes_on(before: Grid, page: Grid) -> bool:
    """Say whether the first point of a page has the number after the last of the one before."""
    (top, above), (index, below) = headings(before.rows)[-1], headings(page.rows)[0]
    if len(above) > 1 or len(below) > 1:
        return False
    titles = _titles(page, index) - _titles(before, headings(before.rows)[0][0])
    last = next(_points(before, above[0], range(len(before.rows) - 1, top, -1)), None)
    first = next(_points(page, below[0], range(index + 1, len(page.rows))), None)
    if titles or last is None or first is None:
        return False
    again = last.number is not None and last.number == first.number  # said again over the page
    return again or follows(last, first)


def _titles(grid: Grid, index: int) -> set[str]:
    """Return the names of parcels and clusters that stand above a heading."""
    rows = [texts_of(row) for row in grid.rows[:index]]
    named = (parcel_title(texts) or cluster_title(" ".join(texts)) for texts in rows)
    return {fold(without_page(without_area(name))) for name in named if name}


def _points(grid: Grid, block: Block, indices: Sequence[int]) -> Iterator[Point]:
    for index in indices:
        row = grid.rows[index]
        if is_point(block, row):
            name = block.point_name(row)
            yield Point(name, (0.0, 0.0), None, index, parcel_key(block, row))
