"""Classify the rows below a heading: points, titles, areas, lengths of sides, blanks."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from lib.importing.coordinates.layout import LONGEST_NUMBER, Block, Row, shown
from lib.importing.coordinates.numbers import parse_metres
from lib.importing.coordinates.points import Point, coordinate, is_point, parcel_key
from lib.importing.coordinates.titles import LONGEST_TITLE, Notes, is_sum, parcel_title
from lib.importing.readers.grid import Grid, Unread

_NO_LENGTH: Final = re.compile(r"[^\W\d]*\d+\s*[-–÷]\s*[^\W\d]*\d+|\W+")  # a side's name, a dash


@dataclass(frozen=True)
class Event:
    """A row, or a part of one, that is no point."""

    kind: Literal["blank", "title", "area", "edge"]
    row: int
    text: str = ""
    edge: float | None = None


class Rows:
    """Reads the rows of a table and notes what cannot be read."""

    def __init__(self, grid: Grid, notes: Notes) -> None:
        self.grid = grid
        self.notes = notes

    def events(self, blocks: tuple[Block, ...], start: int, end: int) -> Iterator[Point | Event]:
        """Yield rows and points, left block first between rows that span all blocks."""
        waiting: list[list[Point | Event]] = [[] for _ in blocks]

        def flush() -> Iterator[Point | Event]:
            for events in waiting:
                while events and not isinstance(events[-1], Point) and len(blocks) > 1:
                    events.pop()
                yield from events
                if events and len(blocks) > 1:
                    yield Event("blank", events[-1].row)
                events.clear()

        for index in range(start, end):
            row, at = self.grid.rows[index], self.grid.first_row + index
            if len(blocks) > 1 and len({shown(cell) for cell in row}) == 1 and shown(row[0]):
                yield from flush()
                yield self._row(blocks[0], row, at)
                continue
            for events, block in zip(waiting, blocks, strict=True):
                events.append(self._row(block, row, at))
        yield from flush()

    def _row(self, block: Block, row: Row, at: int) -> Point | Event:
        texts = block.texts(row)
        if not texts:
            return Event("blank", at)
        index = at - self.grid.first_row
        if self.grid.areas and self._goes_on(block, index):
            return Event("edge", at, edge=self._edge(block, index))
        if is_point(block, row):
            return self._read_point(block, row, at)
        raw = block.cell(row, "edge")
        if len(texts) == 1 and (parse_metres(raw) is not None or isinstance(raw, Unread)):
            return Event("edge", at, edge=self._edge(block, index))
        text = " ".join(texts)[:LONGEST_TITLE]
        self.notes.said.append(text)
        if is_sum(text):
            return Event("area", at, text)
        return Event("title", at, (parcel_title(texts) or text)[:LONGEST_TITLE])

    def _read_point(self, block: Block, row: Row, at: int) -> Point:
        name = block.point_name(row)
        index = at - self.grid.first_row
        place = []
        for axis in block.axes:
            cell = block.cell(row, axis)
            value, wrong = coordinate(cell, axis)
            if not wrong and self._shared(block, axis, index):
                value, wrong = math.nan, "coordinates.merged_place"
            place.append(value)
            if wrong:
                self.notes.find(
                    "refused",
                    wrong,
                    at,
                    block.headings[axis],
                    value=shown(cell)[:LONGEST_NUMBER],
                    point=name,
                )
        edge = self._edge(block, index)
        where = self.grid.place
        return Point(name, (place[0], place[1]), edge, at, parcel_key(block, row), where)

    def _goes_on(self, block: Block, index: int) -> bool:
        """Say whether a row belongs to the point above: its coordinates are merged with it."""
        row = self.grid.rows[index]
        own = [
            block.columns[kind]
            for kind in ("point", "order", *block.axes)
            if kind in block.columns and shown(block.cell(row, kind))
        ]
        places = [block.columns[axis] for axis in block.axes]
        return set(places) <= set(own) and all(self.grid.continued(index, at) for at in own)

    def _shared(self, block: Block, axis: str, index: int) -> bool:
        """Say whether a coordinate is merged with that of another point, or with the other axis."""
        if not self.grid.areas:
            return False
        area = self.grid.area(index, block.columns[axis])
        other = next(block.columns[kind] for kind in block.axes if kind != axis)
        return area.top < index or area.left <= other <= area.right

    def _edge(self, block: Block, index: int) -> float | None:
        """Return the side that begins in a row; a cell merged from above is the side before."""
        row, at = self.grid.rows[index], self.grid.first_row + index
        raw = block.cell(row, "edge")
        said = shown(raw)[:LONGEST_NUMBER]
        if not said or (self.grid.areas and self.grid.continued(index, block.columns["edge"])):
            return None
        edge = parse_metres(raw)
        if edge is None and (isinstance(raw, Unread) or not _NO_LENGTH.fullmatch(said)):
            key = "coordinates.edge_not_read"
        elif edge is not None and self._corners_below(block, index) > 1:
            key, edge = "coordinates.merged_edge", None
        else:
            return edge
        self.notes.find("ask", key, at, block.headings["edge"], value=said)
        return edge

    def _corners_below(self, block: Block, index: int) -> int:
        """Return how many further points stand beside a side merged over several rows."""
        if not self.grid.areas:
            return 0
        area = self.grid.area(index, block.columns["edge"])
        rows = range(index + 1, min(area.bottom + 1, len(self.grid.rows)))
        points = (
            at
            for at in rows
            if is_point(block, self.grid.rows[at]) and not self._goes_on(block, at)
        )
        return len(list(islice(points, 2)))
