"""Cheap refusals in front of every reader: sums of what a file asks for, before it is given.

A library makes room for what a file says of itself, a few bytes for thousands of
millions of cells. Here the file is only looked through, in a time that grows as its
size does, and what it says is added up. What still gets through is ended by the
limits of the process the reader runs in (`lib.importing.apart.sandbox`).
"""

import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from lib.importing.readers.archive import open_zip
from lib.importing.readers.base import MAX_CELLS, MAX_FEATURES, Content, refuse_count
from lib.importing.readers.bounds.document import refuse_document
from lib.importing.readers.bounds.drawing import refuse_drawing
from lib.importing.readers.bounds.markup import DAMAGED, pieces, pieces_of
from lib.importing.readers.bounds.placemarks import refuse_placemarks
from lib.importing.readers.bounds.sums import (
    MAX_LAYERS,
    MAX_STEPS,
    Sums,
    refuse_columns,
    refuse_layers,
)
from lib.importing.readers.bounds.workbook import refuse_workbook
from lib.language.errors import DataRefusedError

_DBF: Final = ".dbf"
_DBF_HEAD: Final = 12
_DBF_FIELD: Final = 32
_MIF_COLUMNS: Final = re.compile(rb"^[ \t]*columns[ \t]+(\d{1,9})", re.IGNORECASE | re.MULTILINE)
_STEPS: Final = 1_000
"""How many instructions of SQLite go by between two looks."""


def refuse(path: Path, suffix: str, name: str) -> None:
    """Refuse a file that asks for more than any file of an office.

    Parameters
    ----------
    suffix : str
        Ending of its name, lower case: its kind.
    name : str
        What to call it in messages.

    Raises
    ------
    DataRefusedError
        It does; the message says of what. What is damaged is left to its reader.
    """
    look = _LOOKS.get(suffix)
    if look is not None:
        look(path, name)


def refuse_sums(content: Content) -> None:
    """Refuse what was read if it is more than the checks after it take; for every reader.

    Raises
    ------
    DataRefusedError
        There are too many sheets, layers, columns, cells or features together.
    """
    grids = (*content.grids, *content.hidden)
    refuse_layers(len(grids) + len(content.layers), content.file)
    cells = 0
    for grid in grids:
        width = len(grid.rows[0]) if grid.rows else 0
        refuse_columns(width, content.file)
        cells += width * len(grid.rows)
        refuse_count(cells, MAX_CELLS, content.file)
    sums = Sums(content.file)
    for layer in content.layers:
        sums.table(len(layer.frame), len(layer.frame.columns))


def _geojson(path: Path, name: str) -> None:
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return
    refuse_count(len(features), MAX_FEATURES, name)
    names: set[str] = set()
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        names.update(properties if isinstance(properties, dict) else ())
        refuse_columns(len(names), name)
    refuse_count(len(names) * len(features), MAX_CELLS, name)


def _zip(path: Path, name: str) -> None:
    """Look at the heading of each table of a zip: it states rows and columns."""
    sums = Sums(name)
    with open_zip(path, name) as archive:
        for entry in archive.infolist():
            ending = Path(entry.filename).suffix.lower()
            if ending == _DBF:
                head = _start(archive, entry, _DBF_HEAD)
                rows, wide = (
                    int.from_bytes(head[4:8], "little"),
                    int.from_bytes(head[8:10], "little"),
                )
                sums.table(rows, max(wide // _DBF_FIELD - 1, 0))
            elif ending == ".mif":
                _mif_columns(_start(archive, entry, 2**16), name)


def _start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, count: int) -> bytes:
    """Return the first bytes of an entry, none of one that is damaged."""
    try:
        with archive.open(entry) as part:
            return part.read(count)
    except DAMAGED:
        return b""


def _mif(path: Path, name: str) -> None:
    with path.open("rb") as file:
        _mif_columns(file.read(2**16), name)


def _mif_columns(head: bytes, name: str) -> None:
    if stated := _MIF_COLUMNS.search(head):
        refuse_columns(int(stated[1]), name)


def _geopackage(path: Path, name: str) -> None:
    """Count the rows of each layer by hand: a view may make them as it is read, without end."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as base:
            base.set_progress_handler(_counter(), _STEPS)
            _tables(base, name)
    except sqlite3.OperationalError as error:
        # Python's own errors, of a text that is none, carry no code.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise DataRefusedError(
                "readers.too_many", file=name, count=f"> {MAX_FEATURES}", most=MAX_FEATURES
            ) from error
    except (sqlite3.Error, UnicodeDecodeError):
        return


def _tables(base: sqlite3.Connection, name: str) -> None:
    layers = base.execute(
        "SELECT table_name FROM gpkg_contents LIMIT ?", (MAX_LAYERS + 1,)
    ).fetchall()
    refuse_layers(len(layers), name)
    sums = Sums(name)
    for (layer,) in layers:
        quoted = '"' + str(layer).replace('"', '""') + '"'
        columns = len(base.execute(f"PRAGMA table_info({quoted})").fetchall())
        (rows,) = base.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT ?)",  # noqa: S608 - quoted above
            (MAX_FEATURES + 1,),
        ).fetchone()
        sums.table(rows, columns)


def _counter() -> Callable[[], int]:
    """Return what SQLite asks every few instructions; it ends the statement after too many."""
    left = iter(range(MAX_STEPS // _STEPS, 0, -1))
    return lambda: 0 if next(left, None) else 1


def _kml(path: Path, name: str) -> None:
    refuse_placemarks([pieces_of(path)], name)


def _kmz(path: Path, name: str) -> None:
    with open_zip(path, name) as archive:
        refuse_placemarks(
            (
                pieces(archive, entry)
                for entry in archive.infolist()
                if entry.filename.lower().endswith(".kml")
            ),
            name,
        )


_LOOKS: Final[Mapping[str, Callable[[Path, str], None]]] = {
    ".geojson": _geojson,
    ".json": _geojson,
    ".gpkg": _geopackage,
    ".zip": _zip,
    ".kml": _kml,
    ".kmz": _kmz,
    ".dxf": refuse_drawing,
    ".mif": _mif,
    ".xlsx": refuse_workbook,
    ".xlsm": refuse_workbook,
    ".docx": refuse_document,
}
