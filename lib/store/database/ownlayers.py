"""The office's own layers for others to read: a typed table each, with its places in EPSG:4326.

They have a schema of their own: what is granted on the tables of the register says
nothing of what an office brings. A table stays while its layer is there, and with it what
is granted on it. Identifiers are made here, of letters and digits; the
headings of the file are comments.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql

from lib.language.text import fold
from lib.places.owntable import geo_table
from lib.store.database.layout import OPEN
from lib.store.database.link import Connection
from lib.store.store import Snapshot
from lib.tables.ownlayers import ADDED, TABLE, OwnLayer, layers_of

SCHEMA: Final = "phutho_own"
_LONGEST: Final = 50
"""Letters of an identifier: PostgreSQL cuts off what is over 63 bytes."""
_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_KINDS: Final = ("Point", "MultiLineString", "MultiPolygon")
"""Kind of the geometry by its dimension: QGIS opens no layer of several."""
_MULTI: Final[dict[str, Callable[[Any], Any]]] = {
    "LineString": lambda shape: shapely.MultiLineString([shape]),
    "Polygon": lambda shape: shapely.MultiPolygon([shape]),
}


@dataclass(frozen=True)
class _Column:
    """A column of a table: its name there, its type, its heading in the file, its values."""

    name: str
    type: str
    heading: str
    cells: list[object]


def is_own(name: str) -> bool:
    """Return whether a name of what is restricted is of own layers: all, or one by its name."""
    return name == TABLE or name.startswith(f"{TABLE}.")


def show(connection: Connection, snapshot: Snapshot) -> None:
    """Write a table for each own layer of `snapshot`; those that are the same are left alone.

    The table of all rows that earlier versions showed goes.

    Raises
    ------
    StoreError
        A table of the snapshot is damaged.
    """
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    gone = sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(OPEN, TABLE))
    connection.execute(gone)
    connection.execute("DELETE FROM phutho_store.shown WHERE name = %s", (TABLE,))
    known = connection.execute(
        "SELECT name, sha256 FROM phutho_store.shown WHERE name LIKE %s", (f"{SCHEMA}.%",)
    )
    shown = {str(name): str(digest) for name, digest in known}
    wanted = _layers(snapshot)
    there = connection.execute(
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", (SCHEMA,)
    )
    for name in {f"{SCHEMA}.{row[0]}" for row in there} - wanted.keys():
        _drop(connection, name)
    for name, (digest, layer) in wanted.items():
        if shown.get(name) != digest:
            connection.execute("DELETE FROM phutho_store.shown WHERE name = %s", (name,))
            count = _write(connection, name, layer, snapshot)
            connection.execute(
                "INSERT INTO phutho_store.shown (name, sha256, columns, rows)"
                " VALUES (%s, %s, '', %s)",
                (name, digest, count),
            )


def _layers(snapshot: Snapshot) -> dict[str, tuple[str, OwnLayer]]:
    """Return the name of each table -> what tells its content apart, and its layer."""
    tables = snapshot.manifest.tables
    if TABLE not in tables:
        return {}
    borders = tables["communes"].sha256
    found = {}
    for layer in layers_of({TABLE: snapshot.read(TABLE)}, shipped=False):
        hashes = pd.util.hash_pandas_object(layer.rows.astype(str), index=False)
        content = f"{borders}{layer.name}{hashlib.sha256(hashes.to_numpy().tobytes()).hexdigest()}"
        digest = hashlib.sha256(content.encode()).hexdigest()
        found[f"{SCHEMA}.{_slug(layer.layer_id)}"] = (digest, layer)
    return found


def _slug(text: str) -> str:
    """Return a text as an identifier: letters, digits and low lines, no digit first."""
    made = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:_LONGEST].strip("_")
    return made if made[:1].isalpha() else f"c_{made}"


def _table(name: str) -> sql.Identifier:
    return sql.Identifier(SCHEMA, name.removeprefix(f"{SCHEMA}."))


def _drop(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_table(name)))
    connection.execute("DELETE FROM phutho_store.shown WHERE name = %s", (name,))


def _write(connection: Connection, name: str, layer: OwnLayer, snapshot: Snapshot) -> int:
    frame = geo_table(layer, snapshot.read("communes"))
    kind, shapes = _shapes(frame.geometry)
    columns = list(_columns(layer, pd.DataFrame(frame.drop(columns="geometry"))))
    postgis = connection.execute(
        "SELECT n.nspname FROM pg_catalog.pg_extension e"
        " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
    ).fetchone()
    _empty(connection, name, columns, kind, str((postgis or ("public",))[0]))
    said = f"{layer.name} · {layer.source or layer.source_url} · {layer.as_of}"
    comment = sql.SQL("COMMENT ON TABLE {} IS {}")
    connection.execute(comment.format(_table(name), sql.Literal(said)))
    for one in columns:
        comment = sql.SQL("COMMENT ON COLUMN {}.{} IS {}")
        connection.execute(
            comment.format(_table(name), sql.Identifier(one.name), sql.Literal(one.heading))
        )
    names = [sql.Identifier(one) for one in ("row_no", *(c.name for c in columns), "geometry")]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(_table(name), sql.SQL(", ").join(names))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for number, row in enumerate(zip(*(c.cells for c in columns), shapes, strict=True), 1):
            copy.write_row((number, *row))
    return len(frame)


def _empty(
    connection: Connection, name: str, columns: Sequence[_Column], kind: str, postgis: str
) -> None:
    """Have the table without rows, with these columns; one that is there stays the same table.

    Dropped and made anew it would lose what was granted on it, or have what is granted on
    new tables.
    """
    there = connection.execute(
        "SELECT attname, pg_catalog.format_type(atttypid, atttypmod)"
        " FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass(%s)"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (name,),
    ).fetchall()
    has = [(str(column), str(kept).rpartition(".")[2]) for column, kept in there]
    wanted = [("row_no", "integer"), *((one.name, one.type) for one in columns)]
    wanted.append(("geometry", f"geometry({kind},4326)"))
    if has == wanted:
        connection.execute(sql.SQL("DELETE FROM {}").format(_table(name)))
        return
    changes: list[sql.Composable] = [
        sql.SQL("DROP COLUMN {}").format(sql.Identifier(column)) for column, _ in has
    ]
    changes.append(sql.SQL("ADD COLUMN row_no integer PRIMARY KEY"))
    changes += [
        sql.SQL("ADD COLUMN {} " + one.type).format(sql.Identifier(one.name)) for one in columns
    ]
    shape = sql.SQL("ADD COLUMN geometry {}(" + kind + ", 4326)")
    changes.append(shape.format(sql.Identifier(postgis, "geometry")))
    connection.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} ()").format(_table(name)))
    connection.execute(sql.SQL("DELETE FROM {}").format(_table(name)))
    altered = sql.SQL("ALTER TABLE {} {}")
    connection.execute(altered.format(_table(name), sql.SQL(", ").join(changes)))
    connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geometry)").format(_table(name)))


def _columns(layer: OwnLayer, frame: pd.DataFrame) -> Iterator[_Column]:
    """Yield the columns in the order of the file, each under an identifier of its own."""
    taken: set[str] = {"row_no", "geometry", *ADDED}
    types = {one.name: one.type for one in layer.columns}
    for heading in map(str, frame.columns):
        values = frame[heading]
        name = heading if heading in ADDED else _free(_slug(heading), taken)
        taken.add(name)
        kind = {"number": "double precision"}.get(types.get(heading, "text"), "text")
        if types.get(heading) == "date":
            values = layer.typed[heading]
            whole = values.dropna().astype("str").str.fullmatch(_DAY).all()
            kind = "date" if whole else "text"
        plain = values.astype(object)
        blank = values.isna()
        yield _Column(
            name, kind, heading, [None if b else v for v, b in zip(plain, blank, strict=True)]
        )


def _free(name: str, taken: set[str]) -> str:
    made, number = name, 1
    while made in taken:
        number += 1
        made = f"{name}_{number}"
    return made


def _shapes(shapes: gpd.GeoSeries) -> tuple[str, list[str | None]]:
    """Return the kind most shapes are of, and each as hexadecimal EWKB; others are blank."""
    given = shapes.to_numpy()
    dimensions = pd.Series(shapely.get_dimensions(given[~shapely.is_missing(given)]))
    kind = _KINDS[int(dimensions.mode().iloc[0])] if len(dimensions) else _KINDS[0]
    made: list[str | None] = []
    for shape in given:
        flat = None if shape is None else shapely.force_2d(shape)
        if flat is not None and kind != "Point":
            flat = _MULTI.get(flat.geom_type, lambda same: same)(flat)
        fits = flat is not None and flat.geom_type == kind
        sent = shapely.to_wkb(shapely.set_srid(flat, 4326), hex=True, include_srid=True)
        made.append(str(sent) if fits else None)
    return kind, made
