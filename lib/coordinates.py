"""Coordinate tables (*bảng kê tọa độ*): corner points of outlines, mostly in VN-2000.

In Vietnamese tables X is the northing and Y the easting; in EPSG's axes, and in
shapely, the first number is the easting. The length of each side, when the
table gives it, is a free check: a side more than 2 cm off names a wrong corner.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from lib.crs import STORAGE_CRS
from lib.errors import DataRefusedError
from lib.findings import Finding, Twin
from lib.grid import Cell, Grid, cell_text
from lib.numbers_vi import (
    heading_kind,
    parse_area_ha,
    parse_degrees,
    parse_metres,
    parse_number,
    stated_zone,
)
from lib.text import fold, number

__all__ = [
    "EDGE_TOLERANCE_M",
    "CoordinateTable",
    "Edge",
    "Outline",
    "Parcel",
    "is_coordinate_table",
    "parse_number",
    "read_coordinate_csv",
    "read_coordinate_table",
]

EDGE_TOLERANCE_M: Final = 0.02
"""A side further than this from its stated length is reported."""

Floats = npt.NDArray[np.float64]
Row = tuple[Cell, ...]
_CORNERS: Final = 3
_NOISE_M: Final = 1e-6  # what binary fractions add to a difference of exactly 2 cm
_SAME_M: Final = 1e-4
_SAME_DEGREES: Final = 1e-9
_HALF_TURN: Final = 180.0
_METRES: Final = (100_000.0, 10_000_000.0)
_WGS_84: Final = 4326
_PAIRS: Final = (("x", "y"), ("lat", "lon"))

_NUMBERED: Final = re.compile(r"([^\W\d_]*[-. ]?)(\d{1,9})")
_POINT_NAME: Final = re.compile(
    r"(?:(?:diem|moc|dinh|goc|point)\s*)?(?:[a-z]{0,3}[-.]?\d+[a-z']{0,2}|[a-z]'?)"
)
_PARCEL_TITLE: Final = re.compile(
    r"(?:thua|khu|lo|cum|ccn|phan|manh|vung|parcel|cluster|area [a-z0-9]+$)(?:\b|\d)"
)
_CLUSTER: Final = re.compile(r"(?:cụm công nghiệp|\bCCN\b).*", re.IGNORECASE)
_AREA_WORDS: Final = re.compile(r"[\s,;:.(–-]*(?:diện tích|\bS\s*=|\bDT\b).*", re.IGNORECASE)
_SUM: Final = re.compile(
    r"(?:tong|dien tich|chu vi|total|sum\b|perimeter|dt\b|(?:cong|area)\s*(?:[:(=]|$)|[sp]\s*=)"
)
_NUMBER_LIKE: Final = re.compile(r"[-+]?[\dol][\dol.,\s]*(?:[a-z]{1,2}[\d.,\s]+)*[a-z]?\W*")
_NO_NUMBER: Final = frozenset(
    {"nan", "inf", "-inf", "+inf", "infinity", "#n/a", "-", "...", "none"}
)
_NO_LENGTH: Final = re.compile(r"[^\W\d]*\d+\s*[-–÷]\s*[^\W\d]*\d+|\W+")  # a side's name, a dash
_UNIT: Final = re.compile(r"\W*+(?:m|met|do|degrees?)?+\W*+")
_LONGEST_NUMBER: Final = 40  # patterns are only tried on short texts: a cell may hold 32,767
_LONGEST_TITLE: Final = 300
_INDEX: Final = re.compile(r"\(?(\d{1,2})\)?")


@dataclass(frozen=True)
class Edge:
    """A side whose stated length is not the computed one.

    Parameters
    ----------
    start, end : str
        Names of its two corners.
    stated_m, computed_m : float
        Metres in the plane of the file.
    row : int
        Row of the file where it starts.
    """

    start: str
    end: str
    stated_m: float
    computed_m: float
    row: int


@dataclass(frozen=True, eq=False)
class Parcel:
    """One outline as a table gives it.

    Parameters
    ----------
    name, code : str
        From a title row or a column; empty if the table gives none.
    corners : numpy.ndarray of shape (n, 2)
        (X northing, Y easting) in metres, or (latitude, longitude) in degrees;
        the first corner is not repeated. Read-only.
    points : tuple of str
        Names of the corners.
    rows : tuple of int
        Row in the file of each corner, from 1.
    stated_edges : tuple of float or None
        Stated length in metres of the side from each corner to the next.
    stated_area_ha : float or None
        Stated area in hectares.
    geographic : bool
        True if `corners` are degrees.
    """

    name: str
    code: str
    corners: Floats
    points: tuple[str, ...]
    rows: tuple[int, ...]
    stated_edges: tuple[float | None, ...]
    stated_area_ha: float | None
    geographic: bool

    def polygon(self, *, swapped: bool = False) -> shapely.Polygon:
        """Return the outline in the file's own CRS, as it is: not repaired, not reprojected.

        Parameters
        ----------
        swapped : bool
            True if the columns hold each other's numbers.

        Returns
        -------
        shapely.Polygon
            First ordinate the easting (or longitude), second the northing (or
            latitude).
        """
        return shapely.Polygon(self.corners if swapped else self.corners[:, ::-1])

    def edges_off(self, tolerance_m: float = EDGE_TOLERANCE_M) -> tuple[Edge, ...]:
        """Return the sides further than `tolerance_m` from their stated length.

        Lengths are computed in the plane of the file, as its author did; degrees
        have no such plane and give nothing.
        """
        if self.geographic:
            return ()
        lengths = np.hypot(*(np.roll(self.corners, -1, axis=0) - self.corners).T)
        ends = (*self.points[1:], self.points[0])
        return tuple(
            Edge(start, end, stated, float(length), row)
            for start, end, stated, length, row in zip(
                self.points, ends, self.stated_edges, lengths, self.rows, strict=True
            )
            if stated is not None and abs(stated - length) > tolerance_m + _NOISE_M
        )


@dataclass(frozen=True)
class CoordinateTable:
    """Everything read from one table.

    Parameters
    ----------
    parcels : tuple of Parcel
        Those with every corner read, in the order of the file.
    stated_epsg : int or None
        The coordinate system the file itself names (9208, 5897, 9211, 3405,
        4326); None if it names none, several, or another. A table of longitudes
        and latitudes is 4326 unless it names something else.
    findings : tuple of Finding
        All of them, in the order of the file.
    """

    parcels: tuple[Parcel, ...]
    stated_epsg: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Outline:
    """The only outline of a file, ready for the map.

    Parameters
    ----------
    polygon : shapely.Polygon
        EPSG:4326.
    points : tuple of str
        Corner names in order.
    mismatches : tuple of Edge
        Sides more than 2 cm off.
    """

    polygon: shapely.Polygon
    points: tuple[str, ...]
    mismatches: tuple[Edge, ...]


@dataclass(frozen=True)
class _Block:
    """Columns of a table that belong together, `first` to `end`."""

    columns: dict[str, int]
    headings: dict[str, str]
    first: int
    end: int

    @property
    def geographic(self) -> bool:
        return "x" not in self.columns

    @property
    def axes(self) -> tuple[str, str]:
        return _PAIRS[self.geographic]

    def cell(self, row: Row, kind: str) -> Cell:
        """Return the cell of a column, None if the table has no such column."""
        return row[self.columns[kind]] if kind in self.columns else None

    def texts(self, row: Row) -> list[str]:
        """Return what the row says in these columns, merged cells once."""
        shown = (_shown(cell) for cell in row[self.first : self.end])
        return list(dict.fromkeys(text for text in shown if text))

    def point_name(self, row: Row) -> str:
        """Return the name of the point, its order in the table if points have no names."""
        return cell_text(self.cell(row, "point" if "point" in self.columns else "order"))[
            :_LONGEST_NUMBER
        ]


@dataclass(frozen=True)
class _Point:
    name: str
    place: tuple[float, float]
    edge: float | None
    row: int
    parcel: tuple[str, str]
    """Name and code of the parcel in the columns that hold them."""

    @property
    def bad(self) -> bool:
        return bool(np.isnan(self.place).any())

    @property
    def number(self) -> tuple[str, int] | None:
        """Return prefix and number of a name such as ``7`` or ``M7``."""
        parts = _NUMBERED.fullmatch(self.name)
        return (parts[1], int(parts[2])) if parts else None


@dataclass(frozen=True)
class _Event:
    """What a row is, beside a point of an outline."""

    kind: Literal["blank", "title", "area", "heading", "edge"]
    row: int
    text: str = ""
    edge: float | None = None


@dataclass(eq=False)
class _Draft:
    """An outline while its rows come in."""

    name: str
    code: str
    geographic: bool
    area_ha: float | None = None
    points: list[_Point] = field(default_factory=list)
    closing: _Point | None = None

    def same(self, one: _Point, other: _Point) -> bool:
        limit = _SAME_DEGREES if self.geographic else _SAME_M
        return bool(np.abs(np.subtract(one.place, other.place)).max() <= limit)

    def closes(self, point: _Point) -> bool:
        """Say whether `point` is the first one again; by its name where a cell is bad."""
        first = self.points[0]
        named = (first.bad or point.bad) and point.name == first.name
        return len(self.points) > 1 and (self.same(first, point) or named)


def is_coordinate_table(grid: Grid) -> bool:
    """Say whether a grid is a table of corner points.

    It has a heading with X and Y, or longitude and latitude, among few columns
    of another kind; a list with one place to a name is a register.
    """
    found = _headings(grid.rows)
    if not found:
        return False
    (index, blocks), block = found[0], found[0][1][0]
    upper = grid.rows[index - 1] if index else ()
    known = sum(len(one.columns) for one in blocks)
    shown = {text for text in map(_shown, grid.rows[index]) if text}
    strange = sum(not heading_kind(text) for text in shown if not _UNIT.fullmatch(fold(text)))
    if strange - sum(map(bool, map(heading_kind, upper))) >= known:
        return False
    if "point" in block.columns or not {"name", "code"} & block.columns.keys():
        return True
    keys = [_parcel_key(block, row) for row in grid.rows[index + 1 :] if _is_point(block, row)]
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
    found = _headings(grid.rows)
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


def read_coordinate_csv(path: Path, *, epsg: int) -> Outline:
    """Read one outline from a CSV table with ``;`` or ``,`` between its columns.

    Lines before the heading (a title, the central meridian) are passed over.

    Parameters
    ----------
    path : Path
        UTF-8, with or without BOM.
    epsg : int
        Projected CRS of the table; never guessed. Longitudes and latitudes are
        WGS 84 whatever it is.

    Raises
    ------
    DataRefusedError
        If there is no heading, a cell is not a number, fewer than three corners
        are left, or there are several parcels; the message names file, row and
        column.
    """
    text = path.read_text(encoding="utf-8-sig")
    separator = ";" if text.count(";") >= text.count(",") else ","
    lines = list(csv.reader(text.splitlines(), delimiter=separator))
    width = max(map(len, lines), default=0)
    rows = tuple(tuple(line) + (None,) * (width - len(line)) for line in lines)
    table = read_coordinate_table(Grid(path.name, "", rows))
    for one in table.findings:
        if one.level == "refused":
            place = {"file": one.file, "row": one.row, "column": one.column}
            raise DataRefusedError(one.key, **place, **one.values)
    if len(table.parcels) > 1:
        raise DataRefusedError("coordinates.several", file=path.name, count=len(table.parcels))
    (parcel,) = table.parcels
    source = STORAGE_CRS if parcel.geographic else f"EPSG:{epsg}"
    transformer = Transformer.from_crs(source, STORAGE_CRS, always_xy=True)
    polygon = shapely.transform(
        parcel.polygon(), lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    return Outline(polygon, parcel.points, parcel.edges_off())


class _Reader:
    """The way through the rows of a table: outlines grow, findings are kept."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.drafts: list[_Draft] = []
        self.findings: list[Finding] = []
        self.said: list[str] = []
        self.total_ha: float | None = None
        self.totals: list[tuple[_Draft, float]] = []
        self.key = ("", "")
        self.geographic = False
        self._forget()

    def _forget(self) -> None:
        self.title: str | None = None
        self.sure = False
        self.title_ha: float | None = None
        self.gap = self.heading = False

    def find(
        self,
        level: Literal["refused", "ask", "mended"],
        key: str,
        row: int,
        column: str = "",
        **values: object,
    ) -> None:
        """Keep a finding about a row of this table."""
        self.findings.append(Finding(level, key, values, self.grid.place, row, column))

    def prelude(self, rows: Iterable[Row]) -> None:
        """Take what stands above the first heading: a name, an area, the zone."""
        for row in rows:
            texts = list(dict.fromkeys(text for text in map(_shown, row) if text))
            text = " ".join(texts)[:_LONGEST_TITLE]
            self.said.append(text)
            if _is_upper(row):
                continue
            area = parse_area_ha(text)
            name = _parcel_title(texts)
            if name is None:
                self.total_ha = area or self.total_ha
                cluster = _CLUSTER.search(text)
                name = cluster[0] if cluster else None
            if name is not None:
                self.title, self.sure, self.title_ha = (
                    _without_area(name[:_LONGEST_TITLE]),
                    True,
                    area,
                )

    def section(self, start: int, blocks: tuple[_Block, ...], end: int) -> None:
        """Take the rows below one heading."""
        rows = self.grid.rows
        self.geographic = blocks[0].geographic
        self.heading = bool(self.drafts)
        self.said += [
            " ; ".join(map(_shown, row))
            for row in rows[max(start - 1, 0) : start + 1]
            if _is_upper(row)
        ]
        start += 1
        while start < end and _is_subheading(blocks[0], rows[start]):
            start += 1
        if end < len(rows) and _is_upper(rows[end - 1]):
            end -= 1
        events = list(self._events(blocks, start, end))
        for event, after in zip_longest(events, events[1:]):
            if isinstance(event, _Point):
                self._point(event, after if isinstance(after, _Point) else None)
            else:
                self._other(event)

    def _events(
        self, blocks: tuple[_Block, ...], start: int, end: int
    ) -> Iterator[_Point | _Event]:
        """Yield rows and points, left block first between rows that span all blocks."""
        waiting: list[list[_Point | _Event]] = [[] for _ in blocks]

        def flush() -> Iterator[_Point | _Event]:
            for events in waiting:
                while events and not isinstance(events[-1], _Point) and len(blocks) > 1:
                    events.pop()
                yield from events
                if events and len(blocks) > 1:
                    yield _Event("blank", events[-1].row)
                events.clear()

        for index in range(start, end):
            row, at = self.grid.rows[index], self.grid.first_row + index
            if len(blocks) > 1 and len({_shown(cell) for cell in row}) == 1 and _shown(row[0]):
                yield from flush()
                yield self._row(blocks[0], row, at)
                continue
            for events, block in zip(waiting, blocks, strict=True):
                events.append(self._row(block, row, at))
        yield from flush()

    def _row(self, block: _Block, row: Row, at: int) -> _Point | _Event:
        texts = block.texts(row)
        if not texts:
            return _Event("blank", at)
        if _is_point(block, row):
            return self._read_point(block, row, at)
        if len(texts) == 1 and (edge := parse_metres(block.cell(row, "edge"))) is not None:
            return _Event("edge", at, edge=edge)
        text = " ".join(texts)[:_LONGEST_TITLE]
        self.said.append(text)
        if _SUM.match(fold(text)):
            return _Event("area", at, text)
        return _Event("title", at, (_parcel_title(texts) or text)[:_LONGEST_TITLE])

    def _read_point(self, block: _Block, row: Row, at: int) -> _Point:
        name = block.point_name(row)
        place = []
        for axis in block.axes:
            cell = block.cell(row, axis)
            value, wrong = _coordinate(cell, axis)
            place.append(value)
            if wrong:
                self.find(
                    "refused",
                    wrong,
                    at,
                    block.headings[axis],
                    value=_shown(cell)[:_LONGEST_NUMBER],
                    point=name,
                )
        raw = block.cell(row, "edge")
        edge = parse_metres(raw)
        said = _shown(raw)[:_LONGEST_NUMBER]
        if edge is None and said and not _NO_LENGTH.fullmatch(said):
            self.find("ask", "coordinates.edge_not_read", at, block.headings["edge"], value=said)
        return _Point(name, (place[0], place[1]), edge, at, _parcel_key(block, row))

    def _other(self, event: _Event) -> None:
        if event.kind == "edge":
            if self.drafts and self.drafts[-1].points:
                self._fill_edge(self.drafts[-1].points, event.edge)
            return
        self.gap = True
        area = parse_area_ha(event.text)
        if event.kind == "title":
            sure = bool(_PARCEL_TITLE.match(fold(event.text)))
            if sure or not self.sure:
                self.title, self.sure, self.title_ha = _without_area(event.text), sure, area
        elif event.kind == "area" and area is not None:
            if fold(event.text).startswith(("tong", "total")):
                self.totals += [(draft, area) for draft in self.drafts[-1:]]
            elif self.title is not None or not self.drafts:
                self.title_ha = area
            elif self.drafts[-1].area_ha is None:
                self.drafts[-1].area_ha = area

    def _point(self, point: _Point, following: _Point | None) -> None:
        draft = self.drafts[-1] if self.drafts else None
        if draft is None or self._begins(draft, point, following):
            draft = self._begin(point)
        self._forget()
        if not draft.points:
            draft.points.append(replace(point, name=point.name or "1"))
            return
        last = draft.closing or draft.points[-1]
        if draft.same(last, point):
            self._fill_edge(draft.points, point.edge)
            name = point.name or last.name
            self.find("mended", "coordinates.duplicate", point.row, point=name, other=last.row)
        elif draft.closes(point):
            draft.closing = point
            self.find(
                "mended",
                "coordinates.closed",
                point.row,
                other=draft.points[0].row,
                parcel=self._label(draft),
            )
        else:
            draft.points.append(replace(point, name=point.name or str(len(draft.points) + 1)))

    def _begins(self, draft: _Draft, point: _Point, following: _Point | None) -> bool:
        """Say whether `point` is the first of another parcel."""
        last = draft.points[-1]
        if self.title is not None and (self.sure or not _follows(last, point)):
            return True
        if self.heading:
            if self.title is None and draft.closing is None and _follows(last, point):
                self.find(
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

    def _starts_anew(self, draft: _Draft, point: _Point, following: _Point | None) -> bool:
        """Say whether the numbering begins again at `point`, for another parcel."""
        if not _restarts(draft, point):
            return False
        goes_on = following is not None and _follows(point, following)
        if draft.same(draft.points[-1], point) or draft.closes(point):  # parcels may share a corner
            return self.gap and goes_on and len(draft.points) >= _CORNERS
        return self.gap or goes_on

    def _begin(self, point: _Point) -> _Draft:
        if any(point.parcel) or self.heading or self.title is not None:
            self.key = point.parcel
        name = self.key[0] or self.title or ""
        draft = _Draft(name, self.key[1], self.geographic, self.title_ha)
        self.drafts.append(draft)
        return draft

    @staticmethod
    def _fill_edge(points: list[_Point], edge: float | None) -> None:
        if points[-1].edge is None:
            points[-1] = replace(points[-1], edge=edge)

    def _label(self, draft: _Draft) -> str:
        return draft.name or draft.code or str(self.drafts.index(draft) + 1)

    def table(self, heading_row: int) -> CoordinateTable:
        """Return what was read, checked."""
        if not self.drafts:
            self.find("refused", "coordinates.too_few", heading_row, parcel="1", count=0)
        self._share_totals()
        parcels = tuple(self._parcel(draft) for draft in self.drafts if self._usable(draft))
        for parcel in parcels:
            for edge in parcel.edges_off():
                self._ask_edge(edge)
        stated = self._zone(geographic=all(draft.geographic for draft in self.drafts))
        ordered = sorted(self.findings, key=lambda one: one.row or 0)
        return CoordinateTable(parcels, stated, tuple(ordered))

    def _share_totals(self) -> None:
        """Give totals to the only parcel, or to each parcel the one that stands under it."""
        if len(self.drafts) == 1 and self.total_ha is not None and not self.totals:
            self.totals.append((self.drafts[0], self.total_ha))
        if [id(draft) for draft, _ in self.totals] == [id(draft) for draft in self.drafts]:
            for draft, area in self.totals:
                draft.area_ha = area if draft.area_ha is None else draft.area_ha

    def _usable(self, draft: _Draft) -> bool:
        """Check names and number of the corners; say whether they make an outline."""
        usable = not any(point.bad for point in (*draft.points, draft.closing or draft.points[0]))
        if usable and len(draft.points) < _CORNERS:
            usable = False
            row, label, count = draft.points[0].row, self._label(draft), len(draft.points)
            self.find("refused", "coordinates.too_few", row, parcel=label, count=count)
        seen: dict[str, _Point] = {}
        for point in draft.points:
            before = seen.setdefault(point.name, point)
            if not (before.bad or point.bad or draft.same(before, point)):
                usable = False
                self.find(
                    "refused",
                    "coordinates.two_places",
                    point.row,
                    point=point.name,
                    other=before.row,
                )
        for before, after in _jumps(draft.points):
            self.find("ask", "coordinates.jump", after.row, before=before.name, after=after.name)
        return usable

    def _parcel(self, draft: _Draft) -> Parcel:
        corners = np.array([point.place for point in draft.points])
        corners.flags.writeable = False
        edges = [point.edge for point in draft.points]
        if draft.closing and draft.closing.edge is not None and edges[0] is None:
            edges = [*edges[1:], draft.closing.edge]  # each row holds the side that leads to it
        return Parcel(
            name=draft.name,
            code=draft.code,
            corners=corners,
            points=tuple(point.name for point in draft.points),
            rows=tuple(point.row for point in draft.points),
            stated_edges=tuple(edges),
            stated_area_ha=draft.area_ha,
            geographic=draft.geographic,
        )

    def _ask_edge(self, edge: Edge) -> None:
        self.find(
            "ask",
            "coordinates.edge_off",
            edge.row,
            edge=f"{edge.start}-{edge.end}",
            stated=Twin.of(lambda lang: number(edge.stated_m, lang, 2)),
            computed=Twin.of(lambda lang: number(edge.computed_m, lang, 2)),
        )

    def _zone(self, *, geographic: bool) -> int | None:
        """Return the EPSG code the titles state; ask where they do not state one clearly."""
        zone = stated_zone(" ; ".join(self.said))
        place, zones = self.grid.place, {"zones": ", ".join(zone.names)}
        if geographic and (zone.wgs84 or not (zone.codes or zone.vn2000)):
            return _WGS_84
        if geographic:
            self.findings.append(Finding("ask", "coordinates.vn2000_degrees", {}, place))
            return None
        if len(zone.codes) > 1:
            self.findings.append(Finding("ask", "coordinates.zones_differ", zones, place))
            return None
        code = next(iter(zone.codes), None)
        if code in {0, _WGS_84}:
            self.findings.append(Finding("ask", "coordinates.zone_unused", zones, place))
            return None
        if zone.width_missing:
            self.findings.append(Finding("ask", "coordinates.zone_width", {}, place))
        return code


def _headings(rows: Sequence[Row]) -> list[tuple[int, tuple[_Block, ...]]]:
    """Return every heading row with the blocks of columns below it."""
    found = ((i, _layout(rows[i - 1] if i else (), row)) for i, row in enumerate(rows))
    return [(i, blocks) for i, blocks in found if blocks]


def _layout(upper: Row, row: Row) -> tuple[_Block, ...]:
    """Return the blocks of columns if `row` is a heading, else nothing.

    The row above helps with the columns that `row` leaves open.
    """
    own = [heading_kind(cell) for cell in row]
    if not any(set(pair) <= set(own) for pair in _PAIRS):
        return ()
    above: Row = upper if upper and _is_upper(upper) else (None,) * len(row)
    kinds = [kind or heading_kind(cell) for kind, cell in zip(own, above, strict=True)]
    blocks: list[dict[str, int]] = [{}]
    for place, kind in enumerate(kinds):
        if kind is None or (place and kind == kinds[place - 1] and row[place] == row[place - 1]):
            continue
        if kind in blocks[-1] and _has_pair(blocks[-1]):
            blocks.append({})
        blocks[-1].setdefault(kind, place)
    whole = [columns for columns in blocks if _has_pair(columns)]
    shared = {kind: at for kind, at in whole[0].items() if kind in {"name", "code"}}
    starts = [0, *(min(columns.values()) for columns in whole[1:]), len(row)]
    said = [_shown(cell) or _shown(higher) for cell, higher in zip(row, above, strict=True)]
    made = []
    for columns, (first, end) in zip(whole, pairwise(starts), strict=True):
        if "side" in columns:
            columns.setdefault("edge", columns["side"])
        headings = {kind: said[at] for kind, at in columns.items()}
        made.append(_Block({**shared, **columns}, headings, first, end))
    return tuple(made)


def _has_pair(columns: dict[str, int]) -> bool:
    return any(set(pair) <= columns.keys() for pair in _PAIRS)


def _is_upper(row: Row) -> bool:
    """Say whether a row is the upper one of a heading of two rows."""
    texts = {_shown(cell) for cell in row} - {""}
    named = any(heading_kind(text) or "toa do" in fold(text) for text in texts)
    return len(texts) > 1 and named


def _is_subheading(block: _Block, row: Row) -> bool:
    """Say whether a row below a heading only gives units, or counts the columns."""
    first, second = (_shown(block.cell(row, axis)) for axis in block.axes)
    if not (first and second):
        return False
    if _UNIT.fullmatch(fold(first)) and _UNIT.fullmatch(fold(second)):
        return True
    counts = [_INDEX.fullmatch(text) for text in (first, second)]
    return all(counts) and abs(int(counts[0][1]) - int(counts[1][1])) == 1  # type: ignore[index]


def _is_point(block: _Block, row: Row) -> bool:
    """Say whether a row means to be a point, well written or not."""
    cells = [block.cell(row, axis) for axis in block.axes]
    if not any(wrong for _, wrong in map(_coordinate, cells, block.axes)):
        return True
    texts = block.texts(row)
    shown = [fold(_shown(cell)) for cell in cells]
    if not texts or _SUM.match(fold(" ".join(texts))) or (shown[0] and len(texts) == 1):
        return False
    if any(_PARCEL_TITLE.match(text) for text in shown):
        return False
    name = fold(block.point_name(row))
    named = bool(_POINT_NAME.fullmatch(name)) and not _PARCEL_TITLE.match(name)
    return named or any(
        len(text) <= _LONGEST_NUMBER and _NUMBER_LIKE.fullmatch(text) for text in shown
    )


def _coordinate(cell: Cell, axis: str) -> tuple[float, str]:
    """Return a coordinate and nothing, or NaN and the key of what is wrong."""
    if not _shown(cell) or fold(_shown(cell)) in _NO_NUMBER:
        return np.nan, "coordinates.missing_point"
    if axis in {"lat", "lon"}:
        angle = parse_degrees(cell, "lat" if axis == "lat" else "lon")
        return (np.nan, "coordinates.not_degrees") if angle is None else (angle, "")
    metres = parse_metres(cell)
    if metres is None:
        angle = parse_degrees(cell, "lon") or parse_degrees(cell, "lat")
        return np.nan, "coordinates.not_a_number" if angle is None else "coordinates.degrees"
    if 0 < abs(metres) <= _HALF_TURN:
        return np.nan, "coordinates.degrees"
    if not _METRES[0] <= metres < _METRES[1]:
        return np.nan, "coordinates.not_metres"
    return metres, ""


def _shown(cell: Cell) -> str:
    """Return a cell as text, a fraction with a comma that no one takes for thousands."""
    if isinstance(cell, float) and np.isfinite(cell) and not cell.is_integer():
        return str(cell).replace(".", ",")
    return cell_text(cell)


def _parcel_key(block: _Block, row: Row) -> tuple[str, str]:
    return cell_text(block.cell(row, "name")), cell_text(block.cell(row, "code"))


def _parcel_title(texts: Iterable[str]) -> str | None:
    return next((text for text in texts if _PARCEL_TITLE.match(fold(text))), None)


def _without_area(title: str) -> str:
    return _AREA_WORDS.sub("", title)


def _follows(before: _Point, after: _Point) -> bool:
    one, other = before.number, after.number
    return bool(one and other and one[0] == other[0] and other[1] == one[1] + 1)


def _restarts(draft: _Draft, point: _Point) -> bool:
    """Say whether the numbering starts anew at `point`."""
    first, here, last = draft.points[0].number, point.number, draft.points[-1].number
    if not (first and here and last):
        return False
    return here[1] in {1, first[1]} and (here[0] != last[0] or here[1] < last[1])


def _jumps(points: Iterable[_Point]) -> Iterator[tuple[_Point, _Point]]:
    """Yield neighbours whose numbers are not consecutive, all up or all down."""
    pairs = [
        (before, after)
        for before, after in pairwise(points)
        if before.number and after.number and before.number[0] == after.number[0]
    ]
    steps = [after.number[1] - before.number[1] for before, after in pairs]  # type: ignore[index]
    way = -1 if steps.count(-1) > steps.count(1) else 1
    yield from (pair for pair, step in zip(pairs, steps, strict=True) if step != way)
