"""How many records the parts of a Shapefile or MapInfo table have, by their own headings.

GDAL takes the shorter part for the whole: names go to other shapes, and nobody
is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.language.errors import DataRefusedError

_SHP_HEAD: Final = 100
_RECORD_HEAD: Final = 8
_DELETED: Final = b"*"
_ID_BYTES: Final = 4
"""Of one record in ``.id``."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table of attributes.

    Parameters
    ----------
    kept, deleted : int
        In use, and marked as deleted but not yet packed away.
    """

    kept: int
    deleted: int


def shapefile(path: Path, name: str) -> Rows:
    """Return the rows of a Shapefile.

    Parameters
    ----------
    path : Path
        ``.shp``, with ``.dbf`` and perhaps ``.shx`` beside it.
    name : str
        What to call it in messages.

    Raises
    ------
    DataRefusedError
        Shapes, index and rows do not agree, or a part is cut short.
    """
    shapes = list(_records(path.read_bytes()))
    index = path.with_suffix(".shx")
    if index.exists():
        listed = _listed(index.read_bytes())
        if listed is not None and listed != shapes:
            raise DataRefusedError(
                "readers.shx_differs", file=name, shapes=len(shapes), listed=len(listed)
            )
    rows = _rows(path.with_suffix(".dbf"), name)
    _refuse_unequal(len(shapes), ".shp", rows, ".dbf", name)
    return rows


def tab(path: Path, name: str) -> Rows:
    """Return the rows of a native MapInfo table, ``.tab`` with ``.dat`` and ``.id`` beside it.

    Raises
    ------
    DataRefusedError
        The list of objects and the rows do not agree, or a part is cut short.
    """
    rows = _rows(path.with_suffix(".dat"), name)
    objects = path.with_suffix(".id").stat().st_size // _ID_BYTES
    _refuse_unequal(objects, ".id", rows, ".dat", name)
    return rows


def mid_rows(path: Path) -> int:
    """Return the rows of the MID beside a MIF: lines that are not blank."""
    (mid,) = (
        p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == ".mid"
    )
    return sum(bool(line.strip()) for line in mid.read_bytes().splitlines())


def _refuse_unequal(count: int, part: str, rows: Rows, other: str, name: str) -> None:
    if count != rows.kept + rows.deleted:
        values = {"part": part, "count": count, "other": other, "rows": rows.kept + rows.deleted}
        raise DataRefusedError("readers.parts_differ", file=name, **values)


def _records(content: bytes) -> Iterator[int]:
    """Yield the offset of each shape, in 16-bit words as the index has it."""
    at = _SHP_HEAD
    while at + _RECORD_HEAD <= len(content):
        yield at // 2
        at += _RECORD_HEAD + 2 * int.from_bytes(content[at + 4 : at + 8], "big")


def _listed(index: bytes) -> list[int] | None:
    """Return the offsets of an index; None of one cut short, which GDAL makes anew."""
    if 2 * int.from_bytes(index[24:28], "big") > len(index):
        return None
    return [
        int.from_bytes(index[at : at + 4], "big")
        for at in range(_SHP_HEAD, len(index) - _RECORD_HEAD + 1, _RECORD_HEAD)
    ]


def _rows(path: Path, name: str) -> Rows:
    """Return the rows of a dBASE table, whose heading says how many and how long they are."""
    content = path.read_bytes()
    count = int.from_bytes(content[4:8], "little")
    head, length = (int.from_bytes(content[at : at + 2], "little") for at in (8, 10))
    if not length or head + count * length > len(content):
        raise DataRefusedError("readers.unreadable", file=name)
    marks = content[head : head + count * length : length]
    deleted = marks.count(_DELETED)
    return Rows(count - deleted, deleted)
