"""Read a coordinate table row by row and group its points into parcels."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, pairwise

from lib.importing.coordinates.checks import checked
from lib.importing.coordinates.drafts import Draft, follows, label, restarts, side_says
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
from lib.importing.coordinates.parcels import EDGE_TOLERANCE_M, LEAST_CORNERS, CoordinateTable
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
    without_page,
)
from lib.importing.readers.grid import Grid
from lib.language.findings import Finding, Level
from lib.language.text import fold


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


def read_coordinate_table(*grids: Grid) -> CoordinateTable:
    """Read every outline of a coordinate table, and everything there is to say about it.

    A parcel begins at a title row, at a repeated heading, where the column with
    its name changes, after its first point is repeated, and where the numbering
    starts anew; under a repeated heading it goes on if its numbering does.
    Blocks side by side are read left block first. In the columns X is the
    northing and Y the easting; their order is not corrected.

    Parameters
    ----------
    *grids : Grid
        Sheet or table as the file holds it; several if one goes on in the next.

    Returns
    -------
    CoordinateTable
        Parcels with a refused row are left out. Findings: ``refused`` a cell
        that is no coordinate, too few corners; ``mended`` a repeated corner left
        out, a table that goes on; ``ask`` a jump in the numbers, a side off its
        stated length, an unclear coordinate system.
    """
    reader = _Reader(grids[0])
    row, ragged = 0, list[Finding]()
    for grid in grids:
        found = headings(grid.rows)
        if not found:
            none = Finding("refused", "coordinates.no_heading", {}, grid.place)
            return CoordinateTable((), None, (none,))
        index, blocks = found[0]
        at = grid.first_row + index
        if len(blocks) > 1 and any(not {"point", "order"} & one.columns.keys() for one in blocks):
            values = {"count": len(blocks)}
            clash = Finding("refused", "coordinates.two_pairs", values, grid.place, at)
            return CoordinateTable((), None, (clash,))
        row = row or at
        reader.take(grid)
        reader.prelude(grid.rows[:index])
        ends = [*(i for i, _ in found[1:]), len(grid.rows)]
        for (start, layout), end in zip(found, ends, strict=True):
            reader.section(start, layout, end)
        said = [at for at in range(index + 1, len(grid.rows)) if len(texts_of(grid.rows[at])) > 1]
        ragged += grid.ragged(index, said)
    table = reader.table(row)
    return replace(table, findings=(*table.findings, *ragged))


class _Reader:
    """The way through the rows of a table: outlines grow, findings are kept."""

    def __init__(self, grid: Grid) -> None:
        self.drafts: list[Draft] = []
        self.notes = Notes(grid.place)
        self.total_ha: float | None = None
        self.totals: list[tuple[Draft, float]] = []
        self.key = ("", "")
        self.geographic = False
        self.take(grid)
        self._forget()

    def take(self, grid: Grid) -> None:
        """Go on in this sheet or table."""
        self.grid = grid
        self.notes = replace(self.notes, place=grid.place)
        self.rows = Rows(grid, self.notes)

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
                title = without_page(without_area(name[:LONGEST_TITLE]))
                self.title, self.sure, self.title_ha = title, True, area

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
        for at, event in enumerate(events):
            if isinstance(event, Point):
                rest = (after for after in islice(events, at + 1, None) if not _is_side(after))
                after = next(rest, None)
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
                title = without_page(without_area(event.text))
                self.title, self.sure, self.title_ha = title, sure, area
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
        # The title of every page, above each heading.
        again = self.heading and fold(self.title or "") == fold(draft.name) != ""
        if self.title is not None and not again and (self.sure or not follows(last, point)):
            return True
        if self.heading and (self.title is None or again):
            return not self._goes_on(draft, point)
        if self.heading:
            return True
        if any(new and new != old for new, old in zip(point.parcel, self.key, strict=True)):
            return True
        if draft.closing is not None:
            alone = following is None and not self.gap
            return not (alone and draft.same(draft.closing, point))
        return self._starts_anew(draft, point, following)

    def _goes_on(self, draft: Draft, point: Point) -> bool:
        """Say whether a parcel goes on under a repeated heading, and tell or ask."""
        last = draft.points[-1]
        again = last.name == point.name and draft.same(last, point)
        if draft.closing is not None or not (again or follows(last, point)):
            return False
        if again:  # the corner at the end of a page, said again at its top
            return True
        says = side_says(draft, point, EDGE_TOLERANCE_M)
        key = "coordinates.same_numbering" if says is False else "coordinates.goes_on"
        sure = says or (self.grid.flows and last.where != point.where)
        level: Level = "mended" if sure else "ask"
        self.notes.find(level, key, point.row, before=last.name, after=point.name)
        return says is not False

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


def _is_side(event: Point | Event) -> bool:
    return isinstance(event, Event) and event.kind == "edge"
