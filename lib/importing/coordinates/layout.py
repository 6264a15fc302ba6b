"""Find the columns of a coordinate table: its headings, and the blocks below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from lib.importing.coordinates.numbers import heading_kind
from lib.importing.readers.grid import Cell, cell_text
from lib.language.text import fold

Row = tuple[Cell, ...]

LONGEST_NUMBER: Final = 40
"""Patterns are only tried on short texts: a cell may hold 32,767 characters."""

_PAIRS: Final = (("x", "y"), ("lat", "lon"))
_UNIT: Final = re.compile(r"\W*+(?:m|met|do|degrees?)?+\W*+")
_INDEX: Final = re.compile(r"\(?(\d{1,2})\)?")


@dataclass(frozen=True)
class Block:
    """Columns of a table that belong together, `first` to `end`."""

    columns: dict[str, int]
    headings: dict[str, str]
    first: int
    end: int

    @property
    def geographic(self) -> bool:
        """Say whether the block holds degrees."""
        return not {"x", "y"} <= self.columns.keys()

    @property
    def axes(self) -> tuple[str, str]:
        """Return the kinds of its two coordinates, northing or latitude first."""
        return _PAIRS[self.geographic]

    def cell(self, row: Row, kind: str) -> Cell:
        """Return the cell of a column, None if the table has no such column."""
        return row[self.columns[kind]] if kind in self.columns else None

    def texts(self, row: Row) -> list[str]:
        """Return what the row says in these columns, merged cells once."""
        return texts_of(row[self.first : self.end])

    def point_name(self, row: Row) -> str:
        """Return the name of the point, its order in the table if points have no names."""
        return cell_text(self.cell(row, "point" if "point" in self.columns else "order"))[
            :LONGEST_NUMBER
        ]


def headings(rows: Sequence[Row]) -> list[tuple[int, tuple[Block, ...]]]:
    """Return every heading row with the blocks of columns below it."""
    found = ((i, _layout(rows[i - 1] if i else (), row)) for i, row in enumerate(rows))
    return [(i, blocks) for i, blocks in found if blocks]


def _layout(upper: Row, row: Row) -> tuple[Block, ...]:
    """Return the blocks of columns if `row` is a heading, else nothing.

    The row above helps with the columns that `row` leaves open.
    """
    own = [heading_kind(cell) for cell in row]
    if not any(set(pair) <= set(own) for pair in _PAIRS):
        return ()
    above: Row = upper if upper and is_upper(upper) else (None,) * len(row)
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
    said = [shown(cell) or shown(higher) for cell, higher in zip(row, above, strict=True)]
    made = []
    for columns, (first, end) in zip(whole, pairwise(starts), strict=True):
        if "side" in columns:
            columns.setdefault("edge", columns["side"])
        named = {kind: said[at] for kind, at in columns.items()}
        made.append(Block({**shared, **columns}, named, first, end))
    return tuple(made)


def _has_pair(columns: dict[str, int]) -> bool:
    return any(set(pair) <= columns.keys() for pair in _PAIRS)


def is_upper(row: Row) -> bool:
    """Say whether a row is the upper one of a heading of two rows."""
    texts = {shown(cell) for cell in row} - {""}
    named = any(heading_kind(text) or "toa do" in fold(text) for text in texts)
    return len(texts) > 1 and named


def is_subheading(block: Block, row: Row) -> bool:
    """Say whether a row below a heading only gives units, or counts the columns."""
    first, second = (shown(block.cell(row, axis)) for axis in block.axes)
    if not (first and second):
        return False
    if is_unit(first) and is_unit(second):
        return True
    counts = [_INDEX.fullmatch(text) for text in (first, second)]
    return all(counts) and abs(int(counts[0][1]) - int(counts[1][1])) == 1  # type: ignore[index]


def shown(cell: Cell) -> str:
    """Return a cell as text, a fraction with a comma that no one takes for thousands."""
    if isinstance(cell, float) and np.isfinite(cell) and not cell.is_integer():
        return str(cell).replace(".", ",")
    return cell_text(cell)


def texts_of(cells: Row) -> list[str]:
    """Return what cells say, merged cells once."""
    return list(dict.fromkeys(text for text in map(shown, cells) if text))


def is_unit(text: str) -> bool:
    """Say whether a text is a unit of metres or degrees, or nothing."""
    return bool(_UNIT.fullmatch(fold(text)))
