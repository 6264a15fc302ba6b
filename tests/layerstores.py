"""A small store for tests of layers: schematic communes, two neighbours, a river, two lines."""

from pathlib import Path

import geopandas as gpd
import shapely
from facttables import fact_tables

from lib.geo.schematic import schematic_communes
from lib.store.store import Act, Snapshot, Store, Table

TABLES = fact_tables()
TWO_AROUND = [shapely.box(104, 20, 104.5, 22), shapely.box(104.5, 20, 106.5, 20.4)]
WATER = [
    shapely.LineString([(105, 21), (105.2, 21.1), (105.3, 21)]),
    shapely.Point(105.4, 21.3),
]


WIRES = [
    shapely.LineString([(105, 21), (105.5, 21.2)]),
    shapely.MultiLineString([[(105, 21.1), (105.1, 21.1)], [(105.2, 21.1), (105.3, 21.2)]]),
]


def schematic_tables() -> dict[str, Table]:
    communes = schematic_communes(TABLES["former_units"])[["code", "geometry"]]
    communes = communes.merge(TABLES["communes"], on="code").assign(measured_ha=float("nan"))
    around = gpd.GeoDataFrame(
        {"code": ["01", "14"], "name": ["Hà Nội", "Sơn La"]}, geometry=TWO_AROUND, crs="EPSG:4326"
    )
    rivers = gpd.GeoDataFrame({"name": ["Sông Lô", None]}, geometry=WATER, crs="EPSG:4326")
    lines = gpd.GeoDataFrame({"voltage_kv": ["500", "110"]}, geometry=WIRES, crs="EPSG:4326")
    stations = TABLES["substations"].copy()
    stations.loc[0, ["lat", "lon"]] = [21.3, 105.6]
    frames = {**TABLES, "communes": communes, "neighbours": around, "rivers": rivers}
    frames |= {"grid_2016": lines, "substations": stations}
    return {name: Table(frame, "test", "2025-07-01") for name, frame in frames.items()}


def publish(folder: Path, tables: dict[str, Table]) -> Snapshot:
    return Store(folder).publish(tables, Act("test"), border_quality="schematic")


def stamps(static: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_mtime_ns, p.stat().st_ino) for p in static.rglob("*.json")}
