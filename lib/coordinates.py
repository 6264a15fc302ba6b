"""Coordinate tables (*bảng kê tọa độ*): corner points of an outline in VN-2000.

In Vietnamese tables X is the northing and Y the easting; in EPSG's axes, and in
shapely, the first number is the easting. The length of each side, when the
table gives it, is a free check: a side more than 2 cm off names a wrong corner.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from pyproj import Transformer

from lib.crs import STORAGE_CRS
from lib.errors import DataRefusedError
from lib.text import fold

EDGE_TOLERANCE_M: Final = 0.02
"""A side further than this from its stated length is reported."""

_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?")
_DECIMAL_COMMA: Final = re.compile(r"-?\d+,\d+")
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_HEADINGS: Final = {
    "point": ("so hieu diem", "so hieu", "diem", "stt", "point"),
    "x": ("x", "toa do x", "x (m)", "x(m)"),
    "y": ("y", "toa do y", "y (m)", "y(m)"),
    "edge": ("chieu dai canh", "chieu dai", "do dai canh", "canh", "edge"),
}
_CORNERS: Final = 3


@dataclass(frozen=True)
class EdgeMismatch:
    """A side whose stated length is not the computed one."""

    start: str
    end: str
    stated_m: float
    computed_m: float


@dataclass(frozen=True)
class CoordinateTable:
    """One outline read from a table.

    Parameters
    ----------
    polygon : shapely.Polygon
        EPSG:4326.
    points : tuple of str
        Corner names in order.
    mismatches : tuple of EdgeMismatch
        Sides more than 2 cm off.
    """

    polygon: shapely.Polygon
    points: tuple[str, ...]
    mismatches: tuple[EdgeMismatch, ...]


def parse_number(value: str) -> float | None:
    """Return the number in `value`, None if it cannot be read in one way only.

    Read are ``2358517.85``, ``2358517,85``, ``2.358.517,85`` and plain digits;
    spaces count for nothing. ``1.234`` is read as a decimal point: a coordinate
    in metres never has only four digits before the thousandth.

    >>> parse_number("2.358.517,85"), parse_number("2358517,85"), parse_number("56l23")
    (2358517.85, 2358517.85, None)
    """
    text = re.sub(r"[\s\u00a0]", "", value)
    if _PLAIN.fullmatch(text):
        return float(text)
    if _GROUPED.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    return None


def read_coordinate_csv(path: Path, *, epsg: int) -> CoordinateTable:
    """Read one outline from a CSV table with ``;`` or ``,`` between its columns.

    Lines before the heading (a title, the central meridian) are passed over.

    Parameters
    ----------
    path : Path
        UTF-8, with or without BOM.
    epsg : int
        Projected CRS of the table; never guessed.

    Raises
    ------
    DataRefusedError
        If there is no heading, a cell is not a number, or fewer than three
        corners are left; the message names file, row and column.
    """
    text = path.read_text(encoding="utf-8-sig")
    separator = ";" if text.count(";") >= text.count(",") else ","
    rows = list(csv.reader(text.splitlines(), delimiter=separator))
    heading = next((i for i, row in enumerate(rows) if _columns(row)), None)
    if heading is None:
        raise DataRefusedError("coordinates.no_heading", file=path.name)
    columns = _columns(rows[heading])
    names: list[str] = []
    corners: list[tuple[float, float]] = []
    edges: list[float | None] = []
    for number, row in enumerate(rows[heading + 1 :], start=heading + 2):
        if not any(cell.strip() for cell in row):
            continue
        northing = _cell(row, columns["x"], file=path.name, row_number=number, column="X")
        easting = _cell(row, columns["y"], file=path.name, row_number=number, column="Y")
        names.append(row[columns["point"]].strip() if "point" in columns else str(len(names) + 1))
        corners.append((easting, northing))
        stated = row[columns["edge"]] if "edge" in columns and len(row) > columns["edge"] else ""
        edges.append(parse_number(stated) if stated.strip() else None)
    if len(corners) > 1 and corners[0] == corners[-1]:
        names, corners, edges = names[:-1], corners[:-1], edges[:-1]
    if len(corners) < _CORNERS:
        raise DataRefusedError("coordinates.too_few", file=path.name, count=len(corners))
    ring = np.array(corners)
    mismatches = _check_edges(names, ring, edges)
    return CoordinateTable(_to_storage(ring, epsg), tuple(names), mismatches)


def _columns(row: list[str]) -> dict[str, int]:
    """Return where the columns are if `row` is the heading, else nothing."""
    folded = [fold(cell).removesuffix("(m)").strip() for cell in row]
    found = {
        name: folded.index(word)
        for name, words in _HEADINGS.items()
        for word in words
        if word in folded
    }
    return found if {"x", "y"} <= found.keys() else {}


def _cell(row: list[str], place: int, *, file: str, row_number: int, column: str) -> float:
    raw = row[place] if place < len(row) else ""
    value = parse_number(raw)
    if value is None:
        raise DataRefusedError(
            "coordinates.not_a_number", file=file, row=row_number, column=column, value=raw
        )
    return value


def _check_edges(
    names: list[str], ring: np.ndarray, edges: list[float | None]
) -> tuple[EdgeMismatch, ...]:
    lengths = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    following = [*names[1:], names[0]]
    return tuple(
        EdgeMismatch(start, end, stated, float(length))
        for start, end, stated, length in zip(names, following, edges, lengths, strict=True)
        if stated is not None and abs(stated - length) > EDGE_TOLERANCE_M
    )


def _to_storage(ring: np.ndarray, epsg: int) -> shapely.Polygon:
    transformer = Transformer.from_crs(f"EPSG:{epsg}", STORAGE_CRS, always_xy=True)
    return shapely.Polygon(np.column_stack(transformer.transform(ring[:, 0], ring[:, 1])))
