"""Read one row of a coordinate table as a corner point."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.importing.coordinates.layout import LONGEST_NUMBER, Block, Row, shown
from lib.importing.coordinates.numbers import parse_degrees, parse_metres
from lib.importing.coordinates.titles import is_parcel_title, is_sum
from lib.importing.readers.grid import Cell, Unread, cell_text
from lib.language.text import fold

_HALF_TURN: Final = 180.0
_METRES: Final = (100_000.0, 10_000_000.0)
_NUMBERED: Final = re.compile(r"([^\W\d_]*[-. ]?)(\d{1,9})")
_POINT_NAME: Final = re.compile(
    r"(?:(?:diem|moc|dinh|goc|point)\s*)?(?:[a-z]{0,3}[-.]?\d+[a-z']{0,2}|[a-z]'?)"
)
_NUMBER_LIKE: Final = re.compile(r"[-+]?[\dol][\dol.,\s]*(?:[a-z]{1,2}[\d.,\s]+)*[a-z]?\W*")
_NO_NUMBER: Final = frozenset(
    {"nan", "inf", "-inf", "+inf", "infinity", "#n/a", "-", "...", "none"}
)


@dataclass(frozen=True)
class Point:
    """A corner as its row gives it; NaN where a cell is no coordinate."""

    name: str
    place: tuple[float, float]
    edge: float | None
    row: int
    parcel: tuple[str, str]
    """Name and code of the parcel in the columns that hold them."""
    where: str = ""
    """File and sheet of the row, for the findings."""

    @property
    def bad(self) -> bool:
        """Say whether a coordinate is missing."""
        return bool(np.isnan(self.place).any())

    @property
    def number(self) -> tuple[str, int] | None:
        """Return prefix and number of a name such as ``7`` or ``M7``."""
        parts = _NUMBERED.fullmatch(self.name)
        return (parts[1], int(parts[2])) if parts else None


def is_point(block: Block, row: Row) -> bool:
    """Say whether a row means to be a point, well written or not."""
    cells = [block.cell(row, axis) for axis in block.axes]
    if not any(wrong for _, wrong in map(coordinate, cells, block.axes)):
        return True
    texts = block.texts(row)
    said = [shown(cell) for cell in cells]
    if not texts or is_sum(" ".join(texts)):
        return False
    if any(isinstance(cell, Unread) for cell in cells):
        return True
    if said[0] and len(texts) == 1:
        return False
    if any(map(is_parcel_title, said)):
        return False
    name = block.point_name(row)
    named = bool(_POINT_NAME.fullmatch(fold(name))) and not is_parcel_title(name)
    return named or any(
        len(text) <= LONGEST_NUMBER and _NUMBER_LIKE.fullmatch(text) for text in map(fold, said)
    )


def coordinate(cell: Cell, axis: str) -> tuple[float, str]:
    """Return a coordinate and nothing, or NaN and the key of what is wrong."""
    if isinstance(cell, Unread) or not shown(cell) or fold(shown(cell)) in _NO_NUMBER:
        return np.nan, cell.key if isinstance(cell, Unread) else "coordinates.missing_point"
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


def parcel_key(block: Block, row: Row) -> tuple[str, str]:
    """Return name and code of the parcel in the columns that hold them."""
    return cell_text(block.cell(row, "name")), cell_text(block.cell(row, "code"))
