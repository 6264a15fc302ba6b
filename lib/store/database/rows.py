"""The tables others read: typed columns, geometry in EPSG:4326, always of one snapshot.

Each column of geometry is of one kind of shape, and clusters stand at their places, as in
the GeoPackage of all data.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql

from lib.language.errors import StoreError
from lib.register.clusters import PLACED_BY, on_map
from lib.store.database.layout import (
    BACKGROUND,
    COLUMNS,
    GEOMETRY,
    OPEN,
    ROW,
    SHAPES,
    column_type,
    table,
)
from lib.store.database.link import Connection
from lib.store.store import Snapshot
from lib.tables.disclosure import MARK, needed, touches
from lib.tables.sample import has_sample, title
from lib.tables.schemas import label

_SRID: Final = 4326
_MULTI: Final[dict[str, Callable[[Any], Any]]] = {
    "Polygon": lambda shape: shapely.MultiPolygon([shape]),
    "LineString": lambda shape: shapely.MultiLineString([shape]),
}


def make_tables(connection: Connection) -> None:
    """Make the tables others read, and the columns a later version of the program has.

    Raises
    ------
    StoreError
        The database has no PostGIS.
    """
    found = connection.execute(
        "SELECT n.nspname FROM pg_catalog.pg_extension e"
        " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
    ).fetchone()
    if found is None:
        raise StoreError("database.no_postgis")
    has: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)"
        " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
        (OPEN,),
    )
    for name, column, kind in rows:
        has.setdefault(str(name), {})[str(column)] = str(kind)
    postgis = str(found[0])
    statements = [
        statement
        for name in COLUMNS
        for statement in (
            *_lacking(name, set(has.get(name, {})), postgis),
            *_of_one_kind(name, has.get(name, {}), postgis),
        )
    ]
    if statements:
        connection.execute(sql.SQL(";\n").join(statements))


def _of_one_kind(name: str, has: Mapping[str, str], postgis: str) -> list[sql.Composable]:
    """Return what types a column of geometry that an earlier version made for any shape.

    Its rows go first, for they may not fit; `show` writes them anew, its note of
    the columns being another one now.
    """
    return [
        sql.SQL("DELETE FROM {0}; ALTER TABLE {0} ALTER COLUMN {1} TYPE {2}").format(
            table(name), sql.Identifier(column), column_type(kind, postgis)
        )
        for column, kind in COLUMNS[name].items()
        if kind in SHAPES and column in has and f"({kind},".lower() not in has[column].lower()
    ]


def _lacking(name: str, has: set[str], postgis: str) -> list[sql.Composable]:
    """Return the statements that give a table the columns it lacks; all of them if it is new."""
    new = {column: kind for column, kind in COLUMNS[name].items() if column not in has}
    if not new:
        return []
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column), column_type(kind, postgis))
        for column, kind in new.items()
    ]
    if has:
        added = sql.SQL(", ").join(sql.SQL("ADD COLUMN {}").format(one) for one in columns)
        made = sql.SQL("ALTER TABLE {} {}").format(table(name), added)
    else:
        first = sql.SQL("{} integer PRIMARY KEY").format(sql.Identifier(ROW))
        made = sql.SQL("CREATE TABLE {} ({})").format(
            table(name), sql.SQL(", ").join([first, *columns])
        )
    statements: list[sql.Composable] = [made]
    for column, kind in new.items():
        names = table(name), sql.Identifier(column)
        if kind in SHAPES:
            statements.append(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(*names))
        elif words := _words(name, column):
            said = sql.SQL("COMMENT ON COLUMN {}.{} IS {}")
            statements.append(said.format(*names, sql.Literal(words)))
    return statements


def _words(name: str, column: str) -> str:
    """Return the heading of a column, empty where the glossary has none."""
    try:
        return label(name, column)
    except KeyError:
        return ""


def show(connection: Connection, snapshot: Snapshot) -> None:
    """Fill the tables others read from `snapshot`; those that are the same are left alone.

    Raises
    ------
    StoreError
        A table of the snapshot is damaged.
    """
    shown = {
        str(row[0]): (row[1], row[2])
        for row in connection.execute("SELECT name, sha256, columns FROM phutho_store.shown")
    }
    for name in COLUMNS:
        info = snapshot.manifest.tables.get(name)
        columns = ",".join(f"{column} {kind}" for column, kind in COLUMNS[name].items())
        digest = _digest(snapshot, name)
        if shown.get(name) == ((digest, columns) if info else None):
            continue
        connection.execute(sql.SQL("DELETE FROM {}").format(table(name)))
        connection.execute("DELETE FROM phutho_store.shown WHERE name = %s", (name,))
        called = None
        if info is not None:
            frame = _placed(snapshot) if name == "clusters" else snapshot.read(name)
            count = _copy(connection, name, frame)
            called = title(name, sample=has_sample(frame))
            connection.execute(
                "INSERT INTO phutho_store.shown (name, sha256, columns, rows)"
                " VALUES (%s, %s, %s, %s)",
                (name, digest, columns, count),
            )
        said = sql.SQL("COMMENT ON TABLE {} IS {}")
        connection.execute(said.format(table(name), sql.Literal(called)))


def _digest(snapshot: Snapshot, name: str) -> str:
    """Return what tells one content of a table from another.

    That of clusters hangs on their places too; that of a table without what is reserved on
    the tables which say what that is: a cluster that is established opens rows of others.
    """
    tables = snapshot.manifest.tables
    names = (name, *PLACED_BY) if name == "clusters" else (name,)
    kept = snapshot.reserved and touches(name)
    names = (*names, *needed(tables)) if kept else names
    digests = [tables[one].sha256 for one in names if one in tables]
    digests += [MARK] if kept else []
    if len(digests) < 2:  # noqa: PLR2004 - nothing but the table itself
        return "".join(digests)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _placed(snapshot: Snapshot) -> pd.DataFrame:
    """Return the clusters at their places; without, where the snapshot cannot tell them."""
    clusters = snapshot.read("clusters")
    tables = {one: snapshot.read(one) for one in PLACED_BY if one in snapshot.manifest.tables}
    if not set(PLACED_BY) - {"assignments", "outlines"} <= set(tables):
        return clusters
    return clusters.assign(**{GEOMETRY: on_map({"clusters": clusters, **tables}).geometry})


def _copy(connection: Connection, name: str, frame: pd.DataFrame) -> int:
    columns = [column for column in COLUMNS[name] if column in frame.columns]
    names = sql.SQL(", ").join(map(sql.Identifier, (ROW, *columns)))
    lenient = name in BACKGROUND
    cells = [_cells(frame[column], COLUMNS[name][column], lenient=lenient) for column in columns]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(table(name), names)
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for number, row in enumerate(zip(*cells, strict=True), start=1):
            copy.write_row((number, *row))
    return len(frame)


def _cells(values: pd.Series, kind: str, *, lenient: bool) -> Sequence[object]:
    """Return the values of a column as the driver takes them; blank is None.

    `lenient` leaves shapes of another kind than the column's blank; otherwise the
    database refuses them.
    """
    if kind in SHAPES:
        return [_ewkb(shape, kind, lenient=lenient) for shape in gpd.GeoSeries(values)]
    blank = values.isna()
    if kind == "timestamp":
        values = values.astype("datetime64[us]")
    plain = values.astype(object).tolist()
    return [None if none else value for value, none in zip(plain, blank, strict=True)]


def _ewkb(shape: Any, kind: str, *, lenient: bool) -> str | None:  # noqa: ANN401 - shapely has no type for any shape
    """Return a shape as hexadecimal EWKB, flat, in EPSG:4326, of several parts where all are."""
    if shape is None or (kind == "Point" and shape.is_empty):
        return None
    flat = shapely.force_2d(shape)
    if kind != "Point" and flat.geom_type in _MULTI:
        flat = _MULTI[flat.geom_type](flat)
    if lenient and flat.geom_type != kind:
        return None
    return str(shapely.to_wkb(shapely.set_srid(flat, _SRID), hex=True, include_srid=True))


def counted(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return table -> rows published and rows there now, for every table of the snapshot in use."""
    rows = connection.execute("SELECT name, rows FROM phutho_store.shown ORDER BY name").fetchall()
    found = {}
    for name, published in rows:
        if str(name) in COLUMNS:
            query = sql.SQL("SELECT count(*) FROM {}").format(table(str(name)))
            there = connection.execute(query).fetchone()
            found[str(name)] = (_number(published), _number(there[0] if there else 0))
    return found


def _number(value: object) -> int:
    return int(str(value))
