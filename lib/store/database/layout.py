"""Layout of the database: tables for others to read, and the store's own.

Every identifier in an SQL statement comes from here, never from a file: a
column of a file that the glossary does not know is kept in the snapshot's
files only (geopandas' own way to PostGIS let a name of a column into SQL,
issue 3679).
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from psycopg import sql

from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.schemas import ALL_TABLES

OPEN: Final = "phutho"
"""Schema with one table a table of the snapshot in use, for QGIS and others to read."""
CHANNEL: Final = "phutho_snapshot"
"""Channel of LISTEN and NOTIFY that tells of a new snapshot."""
GEOMETRY: Final = "geometry"
ROW: Final = "row_no"
"""Number of the row, from 1: a key of one column, which QGIS wants."""

_TEXT, _FLOAT, _INT, _BOOL = "text", "double precision", "bigint", "boolean"
_POINT, _MULTIPOLYGON, _MULTILINE = "Point", "MultiPolygon", "MultiLineString"
_SQL: Final = {kind: sql.SQL(kind) for kind in (_TEXT, _FLOAT, _INT, _BOOL, "timestamp")}
SHAPES: Final = {kind: sql.SQL(kind) for kind in (_POINT, _MULTIPOLYGON, _MULTILINE)}
"""Kinds of shapes; a column is of one of them, for QGIS opens no layer of any kind."""

_BESIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "communes": {"border_quality": _TEXT, "measured_ha": _FLOAT, GEOMETRY: _MULTIPOLYGON},
    "clusters": {GEOMETRY: _POINT},
    "outlines": {GEOMETRY: _MULTIPOLYGON},
    "power_lines": {GEOMETRY: _MULTILINE},
}
"""What a snapshot has beside the glossary's columns, geometry last; clusters at their places."""

_BACKGROUND: Final[Mapping[str, Mapping[str, str]]] = {
    "neighbours": {"code": _TEXT, "name": _TEXT, "path": _TEXT, GEOMETRY: _MULTIPOLYGON},
    "rivers": {"name": _TEXT, "name_basis": _TEXT, "src": _TEXT, GEOMETRY: _MULTILINE},
    "grid_2016": {"voltage_kv": _TEXT, GEOMETRY: _MULTILINE},
    "former_borders": {
        **dict.fromkeys(("code", "name", "kind", "district_code", "district"), _TEXT),
        **dict.fromkeys(("province_code", "province", "new_codes"), _TEXT),
        **dict.fromkeys(("units_2009", "population_2009"), _INT),
        **dict.fromkeys(("area_km2", "area_2009_km2"), _FLOAT),
        GEOMETRY: _MULTIPOLYGON,
    },
    "former_pieces": {
        **dict.fromkeys(("old_code", "old_name", "old_district", "old_province"), _TEXT),
        **dict.fromkeys(("new_code", "new_name"), _TEXT),
        "whole": _BOOL,
        "area_km2": _FLOAT,
        GEOMETRY: _MULTIPOLYGON,
    },
    "former_districts": {
        **dict.fromkeys(("district_code", "district", "province_code", "province"), _TEXT),
        "communes": _INT,
        "area_km2": _FLOAT,
        GEOMETRY: _MULTIPOLYGON,
    },
}
"""Background layers as `lib.geo.sources` brings them: they are in no glossary."""
BACKGROUND: Final = frozenset(_BACKGROUND)
"""Tables whose odd shapes are left blank: a river that only touches the frame of its file."""


def _type(dtype: Any) -> str:  # noqa: ANN401 - whatever pandera declares
    if pd.api.types.is_bool_dtype(dtype):
        return _BOOL
    if pd.api.types.is_integer_dtype(dtype):
        return _INT
    if pd.api.types.is_float_dtype(dtype):
        return _FLOAT
    return "timestamp" if pd.api.types.is_datetime64_any_dtype(dtype) else _TEXT


def _columns() -> Mapping[str, Mapping[str, str]]:
    known = {
        name: {column: _type(c.dtype.type) for column, c in model.columns.items()}
        for name, model in ALL_TABLES.items()
        if name != OWN_ROWS
    }
    return {**{name: {**known[name], **_BESIDE.get(name, {})} for name in known}, **_BACKGROUND}


COLUMNS: Final = _columns()
"""Table -> column -> type in the database; of a geometry, the kind of shape.

Rows of own layers are not among them: who may read one layer is not to read all.
"""

MADE: Final = """
CREATE SCHEMA IF NOT EXISTS phutho;
CREATE SCHEMA IF NOT EXISTS phutho_store;
CREATE TABLE phutho_store.content (
  sha256 text NOT NULL, part integer NOT NULL, bytes bytea NOT NULL,
  PRIMARY KEY (sha256, part));
CREATE TABLE phutho_store.snapshot (
  snapshot_id text PRIMARY KEY, created text NOT NULL, action text NOT NULL,
  who text NOT NULL, border_quality text NOT NULL);
CREATE TABLE phutho_store.file (
  snapshot_id text NOT NULL REFERENCES phutho_store.snapshot, name text NOT NULL,
  size bigint NOT NULL, sha256 text NOT NULL,
  PRIMARY KEY (snapshot_id, name));
CREATE TABLE phutho_store.log (number bigint PRIMARY KEY, line text NOT NULL);
CREATE TABLE phutho_store.shown (
  name text PRIMARY KEY, sha256 text NOT NULL, columns text NOT NULL, rows bigint NOT NULL);
CREATE TABLE phutho_store.in_use (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  snapshot_id text NOT NULL REFERENCES phutho_store.snapshot);
"""
"""The store's own tables, made once; ``in_use`` last: where it is, all are."""


DRAFT: Final = (
    "CREATE TABLE IF NOT EXISTS phutho_store.draft (name text PRIMARY KEY, row text NOT NULL)"
)
"""What waits to be published; made when something does, since earlier databases have none."""


def table(name: str) -> sql.Identifier:
    """Return the identifier of a table others read; `name` is a key of `COLUMNS`."""
    if name not in COLUMNS:
        raise KeyError(name)
    return sql.Identifier(OPEN, name)


def column_type(kind: str, postgis: str) -> sql.Composable:
    """Return the type of a column; `postgis` is the schema PostGIS was installed in."""
    if kind in SHAPES:
        return sql.SQL("{}({}, 4326)").format(sql.Identifier(postgis, "geometry"), SHAPES[kind])
    return _SQL[kind]
