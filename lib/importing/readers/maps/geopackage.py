"""GeoPackage: every layer of geometry, with the edits that still wait in its journal."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from lib.importing.readers.base import Content, Features, start_of
from lib.importing.readers.maps.ogr import private_copy, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_MAGIC: Final = b"SQLite format 3\0"
_HARMLESS: Final = ("rtree", "fts3", "fts4", "fts5")
_COMMENT: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_VIRTUAL: Final = re.compile(
    r"\s*create\s+virtual\s+table\b.*?\busing\s*[\"'`\[]?(\w*)", re.IGNORECASE | re.DOTALL
)
_JOURNALS: Final = ("-wal", "-journal")
_WRITE_AHEAD: Final = 2
"""Format number, at byte 18 of the file, of a database whose last edits are in ``-wal``."""
_HOUSEKEEPING: Final = ("layer_styles", "qgis_projects")
"""Tables QGIS keeps its styles and projects in: nothing of the office's data."""


def read(path: Path, name: str) -> Content:
    """Return the layers of a GeoPackage.

    Raises
    ------
    DataRefusedError
        It is no database, is damaged, holds a virtual table that could read
        other files, or GDAL gives back fewer rows than its tables have.
    """
    head = start_of(path)
    if not head.startswith(_MAGIC):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="GeoPackage")
    with private_copy(path, _JOURNALS) as copy:
        waiting = copy.with_name(f"{copy.name}-wal")
        found = []
        if waiting.exists() and waiting.stat().st_size:
            found.append(Finding("note", "readers.wal_read", file=name))
        elif head[18:19] == bytes([_WRITE_AHEAD]) and not waiting.exists():
            found.append(Finding("ask", "readers.wal_missing", file=name))
        rows = _rows(copy, name)
        layers, remarks = read_layers(copy, "GPKG", name)
    kept = [layer for layer in layers if layer.layer.lower() not in _HOUSEKEEPING]
    left = [layer for layer in layers if layer.layer.lower() in _HOUSEKEEPING]
    _refuse_losses(rows, layers, name)
    if not kept:
        raise DataRefusedError("readers.no_features", file=name)
    found += [
        Finding("note", "readers.housekeeping", {"table": layer.layer}, file=name) for layer in left
    ]
    if len(kept) == 1:
        kept = [replace(kept[0], layer="")]
    return Content(name, layers=tuple(kept), findings=(*found, *remarks))


def _rows(copy: Path, name: str) -> dict[str, tuple[int, int]]:
    """Return how many rows and how many shapes each table for users has, its journal taken in.

    The file is made one with its journal here, for GDAL would look at the
    database alone where it may not write.
    """
    try:
        with closing(sqlite3.connect(copy)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            made = base.execute("SELECT name, sql FROM sqlite_master").fetchall()
            _refuse_foreign(made, name)
            base.execute("PRAGMA journal_mode = DELETE")
            # GDAL reads as many rows as were counted here once, however many there are.
            base.execute("DROP TABLE IF EXISTS gpkg_ogr_contents")
            base.commit()
            listed = base.execute("SELECT table_name FROM gpkg_contents").fetchall()
            shaped = dict(
                base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
                if "gpkg_geometry_columns" in {str(table).lower() for table, _ in made}
                else []
            )
            there = {str(table).lower() for table, _ in made}
            return {
                str(table): _count(base, str(table), shaped.get(table))
                for (table,) in listed
                if str(table).lower() in there
            }
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter of its own message
        raise DataRefusedError("readers.unreadable", file=name) from error


def _refuse_foreign(made: list[tuple[object, object]], name: str) -> None:
    """Refuse what is no GeoPackage or has tables that could read other files."""
    if "gpkg_contents" not in {str(table).lower() for table, _ in made}:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="GeoPackage")
    for _, sql in made:
        # A forged schema may hold what SQLite itself never writes: comments, other spaces.
        virtual = _VIRTUAL.match(_COMMENT.sub(" ", str(sql)))
        if virtual and virtual[1].lower() not in _HARMLESS:
            raise DataRefusedError("readers.virtual_table", file=name)


def _count(base: sqlite3.Connection, table: str, column: object) -> tuple[int, int]:
    def quoted(word: object) -> str:
        return '"' + str(word).replace('"', '""') + '"'

    shapes = "0" if column is None else f"count({quoted(column)})"
    query = f"SELECT count(*), {shapes} FROM {quoted(table)}"  # noqa: S608 - quoted identifiers
    rows, shaped = base.execute(query).fetchone()
    return int(rows), int(shaped)


def _refuse_losses(rows: dict[str, tuple[int, int]], layers: list[Features], name: str) -> None:
    """Refuse a reading with fewer layers, rows or shapes than the tables of the file."""
    # A layer alone has no name.
    by_name = {layer.layer: layer for layer in layers}
    for table, (count, shapes) in rows.items():
        layer = by_name.get(table, by_name.get("") if count else None)
        read = len(layer.shapes) if layer else 0
        drawn = int(np.sum(~shapely.is_missing(layer.shapes))) if layer else 0
        if read < count or drawn < shapes:
            values = {"table": table, "there": max(count, shapes), "read": min(read, drawn)}
            raise DataRefusedError("readers.rows_lost", file=name, **values)
