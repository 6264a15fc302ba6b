"""Copy tables others keep in the database into a file that the import reads.

What was read lies beside the snapshot as its original file, as with any other
import: a table in a database may be another one tomorrow.
"""

from decimal import Decimal
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely
from psycopg import sql

from lib.importing.readers.base import MAX_FEATURES
from lib.language.errors import DataRefusedError, WrongUseError
from lib.store.database.postgis import Database
from lib.tables import export

_SECONDS: Final = 60
_SHAPES: Final = ("geometry", "geography")


def tables(database: Database) -> list[str]:
    """Return the tables and views of others this account may read, as ``schema.name``."""
    with database.reading() as connection:
        found = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')"
            " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'phutho', 'phutho_store')"
            " AND n.nspname NOT LIKE 'pg\\_%%' AND has_schema_privilege(n.oid, 'USAGE')"
            " AND has_table_privilege(c.oid, 'SELECT')"
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid"
            " AND d.deptype = 'e') ORDER BY 1, 2",
            (),
        )
        return [f"{schema}.{name}" for schema, name in found]


def read_table(database: Database, name: str) -> pd.DataFrame:
    """Return the rows of one of `tables`, with its geometry if it has one.

    Parameters
    ----------
    name : str
        ``schema.table``: looked up in the catalogue, never put into a statement as it is.

    Returns
    -------
    DataFrame
        A GeoDataFrame in the CRS of the table where it has geometry.

    Raises
    ------
    WrongUseError
        There is no such table, or this account may not read it.
    DataRefusedError
        It has more rows than a file may have, two geometries, or shapes in several CRS.
    """
    if name not in tables(database):
        raise WrongUseError("database.no_table", table=name)
    schema, _, table = name.partition(".")
    query = sql.SQL("SELECT * FROM {} LIMIT {}").format(
        sql.Identifier(schema, table), sql.Literal(MAX_FEATURES + 1)
    )
    with database.reading() as connection:
        connection.execute("SET default_transaction_read_only = on")
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{_SECONDS}s",))
        shapes = {
            int(str(row[0]))
            for row in connection.execute(
                "SELECT oid FROM pg_catalog.pg_type WHERE typname = ANY(%s)", (list(_SHAPES),)
            )
        }
        cursor = connection.execute(query)
        described = cursor.description or []
        rows = cursor.fetchall()
    if len(rows) > MAX_FEATURES:
        raise DataRefusedError("database.too_many", table=name, most=MAX_FEATURES)
    frame = pd.DataFrame(rows, columns=[column.name for column in described])
    found = [column.name for column in described if column.type_code in shapes]
    if len(found) > 1:
        raise DataRefusedError("database.two_shapes", table=name, columns=", ".join(found))
    frame = frame.map(_plain)
    return _with_shapes(frame, found[0], name) if found else frame


def _plain(value: object) -> object:
    """Return a cell as a file holds it: exact decimals as numbers, arrays and JSON as text."""
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, list | dict) else value


def _with_shapes(frame: pd.DataFrame, column: str, name: str) -> gpd.GeoDataFrame:
    shapes = [None if cell is None else shapely.from_wkb(str(cell)) for cell in frame[column]]
    srids = {shapely.get_srid(shape) for shape in shapes if shape is not None}
    if len(srids) > 1:
        raise DataRefusedError("database.several_crs", table=name, column=column)
    srid = next(iter(srids), 0)
    return gpd.GeoDataFrame(
        frame.drop(columns=column), geometry=shapes, crs=f"EPSG:{srid}" if srid else None
    )


def to_file(frame: pd.DataFrame, out: Path, *, table: str) -> None:
    """Write what was read: GeoPackage with geometry, CSV without.

    Raises
    ------
    WrongUseError
        The name of `out` asks for another format.
    """
    wanted = ".gpkg" if isinstance(frame, gpd.GeoDataFrame) else ".csv"
    if out.suffix.lower() != wanted:
        raise WrongUseError("database.wrong_suffix", file=out.name, suffix=wanted)
    if isinstance(frame, gpd.GeoDataFrame):
        out.unlink(missing_ok=True)
        frame.to_file(out, layer=table.rpartition(".")[2], driver="GPKG", engine="pyogrio")
    else:
        out.write_bytes(export.to_csv(frame))


def save(database: Database, name: str, out: Path) -> int:
    """Read one of `tables` into a file; for `lib.importing.apart.sandbox` to call.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    WrongUseError, DataRefusedError
        As `read_table` and `to_file`.
    """
    frame = read_table(database, name)
    to_file(frame, out, table=name)
    return len(frame)
