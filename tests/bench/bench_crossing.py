"""Cutting clusters by communes: ours with intervals beside geopandas.overlay without.

    python -m tests.bench.bench_crossing [FOLDER]

FOLDER holds the 148 published GeoJSON files (default: ../shared beside the
clone). The clusters are synthetic: 10-75 ha, 8-24 corners, anywhere in the
province. Both sides start from the same frames in EPSG:4326 and end with
hectares; ours adds low, high, verdict and the pieces in EPSG:4326.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.borders import prepare_communes
from lib.crossing import cut
from lib.crs import AREA_CRS, STORAGE_CRS

WARDS = Path(__file__).parents[3] / "shared/data/upstream/json/geojson/25_phu_tho/wards"
SIZES = (87, 2_000, 20_000)
RUNS = 7
TOLERANCE_M = 50.0


def random_outlines(communes: gpd.GeoDataFrame, count: int, seed: int) -> gpd.GeoDataFrame:
    """Return `count` valid outlines of 10-75 ha with their middle in a commune, EPSG:4326."""
    rng = np.random.default_rng(seed)
    land = shapely.union_all(communes.to_crs(AREA_CRS).geometry.to_numpy())
    shapely.prepare(land)
    x0, y0, x1, y1 = shapely.bounds(land)
    shapes: list[shapely.Polygon] = []
    while len(shapes) < count:
        middle = rng.uniform((x0, y0), (x1, y1))
        if not shapely.contains_xy(land, *middle):
            continue
        corners = int(rng.integers(8, 25))
        angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
        reach = rng.uniform(0.6, 1, corners)
        turn = rng.uniform(0, np.pi)
        xy = np.column_stack([reach * np.cos(angle), rng.uniform(0.5, 1) * reach * np.sin(angle)])
        xy @= np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        unit = shapely.Polygon(xy)
        if not unit.is_valid or unit.area == 0:
            continue
        size = np.sqrt(rng.uniform(10, 75) * 10_000 / unit.area)
        shapes.append(shapely.Polygon(xy * size + middle))
    ids = [f"K{at:05d}" for at in range(count)]
    frame = {"cluster_id": ids, "name": ids, "outline_accuracy_m": 0.5}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=AREA_CRS).to_crs(STORAGE_CRS)


def published_communes(folder: Path) -> gpd.GeoDataFrame:
    """Return the communes of a folder of the published files, EPSG:4326."""
    rows = []
    for path in sorted(folder.glob("*.geojson")):
        (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        props = feature["properties"]
        rows.append({"code": props["code"], "name": props["name"], "geometry": shape})
    return gpd.GeoDataFrame(rows, crs=STORAGE_CRS)


def plain_overlay(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series:
    """Return the hectares of every piece as geopandas.overlay has them."""
    return gpd.overlay(clusters.to_crs(AREA_CRS), communes, how="intersection").area / 10_000


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return median and 95th percentile in seconds of `runs` warm runs."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), float(np.quantile(seconds, 0.95))


def main(folder: Path) -> None:
    """Print the table."""
    communes = published_communes(folder)
    start = time.perf_counter()
    index = prepare_communes(communes)
    ready = time.perf_counter() - start
    measured = communes.to_crs(AREA_CRS)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        f"geopandas {gpd.__version__}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"
    )
    vertices = int(shapely.get_num_coordinates(communes.geometry.to_numpy()).sum())
    print(f"{len(communes)} communes, {vertices} vertices; prepared once in {ready:.2f} s")
    print(f"{RUNS} warm runs each, T = {TOLERANCE_M:g} m; seconds: median (p95)")
    print(
        "| clusters | pieces | cut, with intervals | the same, T never used before | geopandas.overlay |"
    )
    print("|---:|---:|---:|---:|---:|")
    for size in SIZES:
        clusters = random_outlines(communes, size, seed=size)
        pieces = len(cut(clusters, index, tolerance_m=TOLERANCE_M).pieces)
        fresh = iter(np.linspace(20, 80, RUNS + 1))
        columns = [
            timed(lambda: cut(clusters, index, tolerance_m=TOLERANCE_M), RUNS),
            timed(lambda: cut(clusters, index, tolerance_m=float(next(fresh))), RUNS),
            timed(lambda: plain_overlay(clusters, measured), RUNS),
        ]
        cells = " | ".join(f"{median:.3f} ({p95:.3f})" for median, p95 in columns)
        print(f"| {size} | {pieces} | {cells} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else WARDS)
