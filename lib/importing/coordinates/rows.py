"""Classify the rows below a heading: points, titles, areas, lengths of sides, blanks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from lib.importing.coordinates.layout import LONGEST_NUMBER, Block, Row, shown
from lib.importing.coordinates.numbers import parse_metres
from lib.importing.coordinates.points import Point, coordinate, is_point, parcel_key
from lib.importing.coordinates.titles import LONGEST_TITLE, Notes, is_sum, parcel_title
from lib.importing.readers.grid import Grid

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
        if is_point(block, row):
            return self._read_point(block, row, at)
        if len(texts) == 1 and (edge := parse_metres(block.cell(row, "edge"))) is not None:
            return Event("edge", at, edge=edge)
        text = " ".join(texts)[:LONGEST_TITLE]
        self.notes.said.append(text)
        if is_sum(text):
            return Event("area", at, text)
        return Event("title", at, (parcel_title(texts) or text)[:LONGEST_TITLE])

    def _read_point(self, block: Block, row: Row, at: int) -> Point:
        name = block.point_name(row)
        place = []
        for axis in block.axes:
            cell = block.cell(row, axis)
            value, wrong = coordinate(cell, axis)
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
        raw = block.cell(row, "edge")
        edge = parse_metres(raw)
        said = shown(raw)[:LONGEST_NUMBER]
        if edge is None and said and not _NO_LENGTH.fullmatch(said):
            self.notes.find(
                "ask", "coordinates.edge_not_read", at, block.headings["edge"], value=said
            )
        return Point(name, (place[0], place[1]), edge, at, parcel_key(block, row))
