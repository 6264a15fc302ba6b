"""Read a coordinate table row by row and group its points into parcels."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, zip_longest

from lib.importing.coordinates.checks import checked
from lib.importing.coordinates.drafts import Draft, follows, label, restarts
from lib.importing.coordinates.layout import (
    Block,
    Row,
    headings,
    is_subheading,
    is_unit,
    is_upper,
    shown,
    texts_of,
)
from lib.importing.coordinates.numbers import heading_kind, parse_area_ha
from lib.importing.coordinates.parcels import LEAST_CORNERS, CoordinateTable
from lib.importing.coordinates.points import Point, is_point, parcel_key
from lib.importing.coordinates.rows import Event, Rows
from lib.importing.coordinates.titles import (
    LONGEST_TITLE,
    Notes,
    cluster_title,
    is_parcel_title,
    is_total,
    parcel_title,
    without_area,
)
from lib.importing.readers.grid import Grid
from lib.language.findings import Finding


def is_coordinate_table(grid: Grid) -> bool:
    """Say whether a grid is a table of corner points.

    It has a heading with X and Y, or longitude and latitude, among few columns
    of another kind; a list with one place to a name is a register.
    """
    found = headings(grid.rows)
    if not found:
        return False
    (index, blocks), block = found[0], found[0][1][0]
    upper = grid.rows[index - 1] if index else ()
    known = sum(len(one.columns) for one in blocks)
    said = texts_of(grid.rows[index])
    strange = sum(not heading_kind(text) for text in said if not is_unit(text))
    if strange - sum(map(bool, map(heading_kind, upper))) >= known:
        return False
    if "point" in block.columns or not {"name", "code"} & block.columns.keys():
        return True
    keys = [parcel_key(block, row) for row in grid.rows[index + 1 :] if is_point(block, row)]
    return any(after in {before, ("", "")} for before, after in pairwise(keys))


def read_coordinate_table(grid: Grid) -> CoordinateTable:
    """Read every outline of a coordinate table, and everything there is to say about it.

    A parcel begins at a title row, at a repeated heading, where the column with
    its name changes, after its first point is repeated, and where the numbering
    starts anew. Blocks side by side are read left block first. In the columns
    X is the northing and Y the easting; their order is not corrected.

    Parameters
    ----------
    grid : Grid
        Sheet or table as the file holds it.

    Returns
    -------
    CoordinateTable
        Parcels with a refused row are left out. Findings: ``refused`` a cell
        that is no coordinate, too few corners; ``mended`` a repeated corner left
        out; ``ask`` a jump in the numbers, a side off its stated length, an
        unclear coordinate system.
    """
    found = headings(grid.rows)
    if not found:
        return CoordinateTable(
            (), None, (Finding("refused", "coordinates.no_heading", {}, grid.place),)
        )
    index, blocks = found[0]
    if len(blocks) > 1 and any(not {"point", "order"} & one.columns.keys() for one in blocks):
        row = grid.first_row + index
        clash = Finding("refused", "coordinates.two_pairs", {"count": len(blocks)}, grid.place, row)
        return CoordinateTable((), None, (clash,))
    reader = _Reader(grid)
    reader.prelude(grid.rows[:index])
    for (start, layout), end in zip(
        found, [*(i for i, _ in found[1:]), len(grid.rows)], strict=True
    ):
        reader.section(start, layout, end)
    return reader.table(grid.first_row + index)


class _Reader:
    """The way through the rows of a table: outlines grow, findings are kept."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.drafts: list[Draft] = []
        self.notes = Notes(grid.place)
        self.rows = Rows(grid, self.notes)
        self.total_ha: float | None = None
        self.totals: list[tuple[Draft, float]] = []
        self.key = ("", "")
        self.geographic = False
        self._forget()

    def _forget(self) -> None:
        self.title: str | None = None
        self.sure = False
        self.title_ha: float | None = None
        self.gap = self.heading = False

    def prelude(self, rows: Iterable[Row]) -> None:
        """Take what stands above the first heading: a name, an area, the zone."""
        for row in rows:
            texts = texts_of(row)
            text = " ".join(texts)[:LONGEST_TITLE]
            self.notes.said.append(text)
            if is_upper(row):
                continue
            area = parse_area_ha(text)
            name = parcel_title(texts)
            if name is None:
                self.total_ha = area or self.total_ha
                name = cluster_title(text)
            if name is not None:
                self.title, self.sure, self.title_ha = (
                    without_area(name[:LONGEST_TITLE]),
                    True,
                    area,
                )

    def section(self, start: int, blocks: tuple[Block, ...], end: int) -> None:
        """Take the rows below one heading."""
        rows = self.grid.rows
        self.geographic = blocks[0].geographic
        self.heading = bool(self.drafts)
        self.notes.said.extend(
            " ; ".join(map(shown, row))
            for row in rows[max(start - 1, 0) : start + 1]
            if is_upper(row)
        )
        start += 1
        while start < end and is_subheading(blocks[0], rows[start]):
            start += 1
        if end < len(rows) and is_upper(rows[end - 1]):
            end -= 1
        events = list(self.rows.events(blocks, start, end))
        for event, after in zip_longest(events, events[1:]):
            if isinstance(event, Point):
                self._point(event, after if isinstance(after, Point) else None)
            else:
                self._other(event)

    def _other(self, event: Event) -> None:
        if event.kind == "edge":
            if self.drafts and self.drafts[-1].points:
                self.drafts[-1].fill_edge(event.edge)
            return
        self.gap = True
        area = parse_area_ha(event.text)
        if event.kind == "title":
            sure = is_parcel_title(event.text)
            if sure or not self.sure:
                self.title, self.sure, self.title_ha = without_area(event.text), sure, area
        elif event.kind == "area" and area is not None:
            if is_total(event.text):
                self.totals += [(draft, area) for draft in self.drafts[-1:]]
            elif self.title is not None or not self.drafts:
                self.title_ha = area
            elif self.drafts[-1].area_ha is None:
                self.drafts[-1].area_ha = area

    def _point(self, point: Point, following: Point | None) -> None:
        draft = self.drafts[-1] if self.drafts else None
        if draft is None or self._begins(draft, point, following):
            draft = self._begin(point)
        self._forget()
        if not draft.points:
            draft.points.append(replace(point, name=point.name or "1"))
            return
        last = draft.closing or draft.points[-1]
        if draft.same(last, point):
            draft.fill_edge(point.edge)
            name = point.name or last.name
            self.notes.find(
                "mended", "coordinates.duplicate", point.row, point=name, other=last.row
            )
        elif draft.closes(point):
            draft.closing = point
            self.notes.find(
                "mended",
                "coordinates.closed",
                point.row,
                other=draft.points[0].row,
                parcel=label(draft, self.drafts),
            )
        else:
            draft.points.append(replace(point, name=point.name or str(len(draft.points) + 1)))

    def _begins(self, draft: Draft, point: Point, following: Point | None) -> bool:
        """Say whether `point` is the first of another parcel."""
        last = draft.points[-1]
        if self.title is not None and (self.sure or not follows(last, point)):
            return True
        if self.heading:
            if self.title is None and draft.closing is None and follows(last, point):
                self.notes.find(
                    "ask",
                    "coordinates.same_numbering",
                    point.row,
                    before=last.name,
                    after=point.name,
                )
            return True
        if any(new and new != old for new, old in zip(point.parcel, self.key, strict=True)):
            return True
        if draft.closing is not None:
            alone = following is None and not self.gap
            return not (alone and draft.same(draft.closing, point))
        return self._starts_anew(draft, point, following)

    def _starts_anew(self, draft: Draft, point: Point, following: Point | None) -> bool:
        """Say whether the numbering begins again at `point`, for another parcel."""
        if not restarts(draft, point):
            return False
        goes_on = following is not None and follows(point, following)
        if draft.same(draft.points[-1], point) or draft.closes(point):  # parcels may share a corner
            return self.gap and goes_on and len(draft.points) >= LEAST_CORNERS
        return self.gap or goes_on

    def _begin(self, point: Point) -> Draft:
        if any(point.parcel) or self.heading or self.title is not None:
            self.key = point.parcel
        name = self.key[0] or self.title or ""
        draft = Draft(name, self.key[1], self.geographic, self.title_ha)
        self.drafts.append(draft)
        return draft

    def table(self, heading_row: int) -> CoordinateTable:
        """Return what was read, checked."""
        totals = self.totals
        if len(self.drafts) == 1 and self.total_ha is not None and not totals:
            totals = [(self.drafts[0], self.total_ha)]
        return checked(self.drafts, totals, self.notes, heading_row)
