"""GeoPackage: every layer of geometry."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from lib.importing.readers.base import Content, start_of
from lib.importing.readers.ogr import read_layers
from lib.language.errors import DataRefusedError

_MAGIC: Final = b"SQLite format 3\0"
_HARMLESS: Final = ("rtree", "fts3", "fts4", "fts5")
_COMMENT: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_VIRTUAL: Final = re.compile(
    r"\s*create\s+virtual\s+table\b.*?\busing\s*[\"'`\[]?(\w*)", re.IGNORECASE | re.DOTALL
)


def read(path: Path, name: str) -> Content:
    """Return the layers of a GeoPackage.

    Raises
    ------
    DataRefusedError
        It is no database, is damaged, or holds a virtual table that could read
        other files.
    """
    if not start_of(path).startswith(_MAGIC):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="GeoPackage")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as base:
            made = base.execute("SELECT name, sql FROM sqlite_master").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter of its own message
        raise DataRefusedError("readers.unreadable", file=name) from error
    if "gpkg_contents" not in {str(table).lower() for table, _ in made}:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="GeoPackage")
    for _, sql in made:
        # A forged schema may hold what SQLite itself never writes: comments, other spaces.
        virtual = _VIRTUAL.match(_COMMENT.sub(" ", str(sql)))
        if virtual and virtual[1].lower() not in _HARMLESS:
            raise DataRefusedError("readers.virtual_table", file=name)
    layers = read_layers(str(path), "GPKG", name)
    return Content(name, layers=tuple(layers))
