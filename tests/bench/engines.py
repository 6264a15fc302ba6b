"""Who can cut clusters by communes: the same pairs, the same plane, areas in square metres.

Every engine has communes and clusters loaded and indexed before the clock
starts, as a program that stays open would. Others say the plain area of each
pair; ours also says intervals, verdicts and the pieces themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import duckdb_extension_spatial
import geopandas as gpd
import pandas as pd
import sedonadb

from lib.crossing.communes import CommuneIndex
from lib.crossing.verdict import cut
from lib.geo.crs import AREA_CRS

Cutter = Callable[[], pd.DataFrame]
"""Returns ``cluster_id``, ``code``, ``m2``, a row a pair that shares land."""

SQL = """
SELECT k.cluster_id, c.code, {area}(ST_Intersection(k.{geometry}, c.{geometry})) AS m2
FROM clusters k JOIN communes c ON ST_Intersects(k.{geometry}, c.{geometry})
"""


@contextmanager
def ours(clusters: gpd.GeoDataFrame, index: CommuneIndex) -> Iterator[Cutter]:
    """Yield pieces with intervals and verdicts; from longitude and latitude, as they are kept."""

    def work() -> pd.DataFrame:
        pieces = cut(clusters, index, tolerance_m=50.0).pieces
        inside = pieces[pieces["commune_code"] != ""]
        return pd.DataFrame(
            {
                "cluster_id": inside["cluster_id"],
                "code": inside["commune_code"],
                "m2": inside["area_ha"] * 1e4,
            }
        )

    yield work


@contextmanager
def overlay(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterator[Cutter]:
    """Yield `geopandas.overlay`."""

    def work() -> pd.DataFrame:
        pieces = gpd.overlay(clusters, communes, how="intersection", keep_geom_type=True)
        return pd.DataFrame(pieces[["cluster_id", "code"]]).assign(m2=pieces.area)

    yield work


@contextmanager
def duckdb_spatial(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterator[Cutter]:
    """Yield DuckDB with its spatial extension from the package index, in memory."""
    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
    connection = duckdb.connect()
    connection.load_extension(str(extension))
    for name, frame in (("clusters", clusters), ("communes", communes)):
        plain = pd.DataFrame(frame.drop(columns="geometry")).assign(wkb=frame.geometry.to_wkb())
        connection.register("given", plain)
        connection.execute(
            f"CREATE TABLE {name} AS SELECT * EXCLUDE wkb, ST_GeomFromWKB(wkb) AS shape FROM given"  # noqa: S608
        )
    try:
        yield lambda: connection.execute(SQL.format(area="ST_Area", geometry="shape")).df()
    finally:
        connection.close()


@contextmanager
def sedona(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterator[Cutter]:
    """Yield SedonaDB, in memory."""
    context = sedonadb.connect()
    for name, frame in (("clusters", clusters), ("communes", communes)):
        context.create_data_frame(frame).to_memtable().to_view(name)
    yield lambda: context.sql(SQL.format(area="ST_Area", geometry="geometry")).to_pandas()


def compare(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    """Return how far apart two answers are: pairs, and the largest difference of one in m².

    A pair only one of them has counts with its whole area.
    """
    keys = ["cluster_id", "code"]
    first, second = (
        frame[frame["m2"] > 0].astype({"cluster_id": str, "code": str}).groupby(keys)["m2"].sum()
        for frame in (one, other)
    )
    both = pd.concat([first, second], axis=1, keys=["one", "other"]).fillna(0.0)
    return {
        "pairs": len(first),
        "largest difference, m2": float(f"{(both['one'] - both['other']).abs().max():.3g}"),
    }


def plane(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what is compared in the plane of measurement."""
    return frame.to_crs(AREA_CRS)
