"""Small tables, stores and snapshots for the tests of a shared database."""

import contextlib
import hashlib
from functools import cache

import geopandas as gpd
import pandas as pd
import shapely
from databases import psycopg

from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import facts
from lib.tables.schemas import ALL_TABLES

HOSTILE = "'; DROP SCHEMA phutho CASCADE; -- \\ \t %s {} \"$$ Đồng Sóc"


def typed(table: str, rows: dict[str, list[object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(source_url="file:a.csv", as_of="2026")
    columns = list(ALL_TABLES[table].columns)
    return ALL_TABLES[table].validate(frame.reindex(columns=columns))


@cache
def one_customer() -> pd.DataFrame:
    rows = {"commune_code": ["08500"], "month": ["2026-10"], "customers_served": [0]}
    return typed("customers", rows | {"sample": [False]})


def customers(served: int) -> pd.DataFrame:
    return one_customer().assign(customers_served=pd.array([served], dtype="Int64"))


@cache
def clusters() -> pd.DataFrame:
    return facts.load("clusters").head(3)


@cache
def communes() -> gpd.GeoDataFrame:
    row = facts.load("communes").head(1).assign(code="08500", border_quality="reference")
    row["measured_ha"] = 115.25
    square = shapely.box(105, 21, 105.1, 21.1)
    return gpd.GeoDataFrame(row, geometry=[square], crs="EPSG:4326")


def tables(served: int = 1) -> dict[str, Table]:
    return {
        "communes": Table(communes(), "cổng sáp nhập", "2025-07-01"),
        "customers": Table(customers(served), HOSTILE, "2026"),
        "clusters": Table(clusters(), "data/facts", "2026"),
    }


def publish(store: Store, served: int = 1, **more: Table) -> Snapshot:
    act = Act("import", "An", {"bảng kê.csv": b"x" * served})
    return store.publish({**tables(served), **more}, act, border_quality="reference")


def served(snapshot: Snapshot) -> int:
    return int(snapshot.read("customers")["customers_served"].iloc[0])


def fingerprint(snapshot: Snapshot) -> dict[str, str]:
    return {
        str(path.relative_to(snapshot.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in snapshot.folder.rglob("*")
        if path.is_file()
    }


def nothing(_: Snapshot) -> None:
    """Draw no layers."""


@contextlib.contextmanager
def looking(url: str):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def rows(url: str, query: str) -> list[tuple]:
    with looking(url) as connection:
        return connection.execute(query).fetchall()
