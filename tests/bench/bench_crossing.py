"""Cross-commune against geopandas.overlay, same outlines and communes, same run.

Ours gives pieces, intervals and verdicts; overlay gives the plain pieces.
"""

import platform
import statistics
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from lib.borders import prepare_communes
from lib.crossing import cut
from lib.crs import AREA_CRS, STORAGE_CRS
from lib.errors import StoreError
from lib.settings import settings
from lib.store import Store

COUNTS = (87, 2_000, 20_000)
RUNS = 7


def outlines(communes: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    """Return `count` outlines of 10-75 ha all over the province, EPSG:4326."""
    random = np.random.default_rng(count)
    land = shapely.union_all(communes.to_crs(AREA_CRS).geometry.to_numpy())
    shapely.prepare(land)
    west, south, east, north = land.bounds
    centres: list[tuple[float, float]] = []
    while len(centres) < count:
        tried = random.uniform((west, south), (east, north), (count, 2))
        centres += tried[shapely.contains_xy(land, *tried.T)].tolist()
    shapes = []
    for x, y in centres[:count]:
        corners = int(random.integers(5, 12))
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        reach = np.sqrt(random.uniform(10, 75) * 1e4 / np.pi) * random.uniform(0.8, 1.2, corners)
        shapes.append(shapely.Polygon(np.c_[x + reach * np.cos(turns), y + reach * np.sin(turns)]))
    ids = [f"C{i}" for i in range(count)]
    frame = {"cluster_id": ids, "outline_accuracy_m": 0.5}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=AREA_CRS).to_crs(STORAGE_CRS)


def timed(work: Callable[[], object]) -> list[float]:
    """Return the seconds of `RUNS` runs after one to warm up."""
    work()
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)


def main() -> None:
    """Print the table."""
    snapshot = Store(settings().store).current()
    if snapshot is None or snapshot.manifest.border_quality == "schematic":
        raise StoreError("store.empty")
    communes = snapshot.read_geo("communes")
    index = prepare_communes(communes)
    plain = communes[["code", "geometry"]].to_crs(AREA_CRS)
    print(
        f"Python {sys.version.split()[0]}, {platform.machine()}, shapely {shapely.__version__}, "
        f"GEOS {shapely.geos_version_string}, geopandas {gpd.__version__}, {RUNS} runs"
    )
    print("| clusters | ours median | greatest | overlay median, s | greatest | ratio |")
    print("|---|---|---|---|---|---|")
    for count in COUNTS:
        drawn = outlines(communes, count)
        metric = drawn[["cluster_id", "geometry"]].to_crs(AREA_CRS)
        ours = timed(lambda drawn=drawn: cut(drawn, index, tolerance_m=50.0))
        theirs = timed(lambda metric=metric: gpd.overlay(metric, plain, how="intersection"))
        middle = statistics.median(ours), statistics.median(theirs)
        print(
            f"| {count} | {middle[0]:.3f} | {ours[-1]:.3f} | {middle[1]:.3f} | {theirs[-1]:.3f} "
            f"| {middle[1] / middle[0]:.2f} |"
        )


if __name__ == "__main__":
    main()
