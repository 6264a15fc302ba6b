"""Clusters cut by communes: ours with intervals against plain intersections, same run.

The clusters are made up, seeded, and belong to nobody.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import process_time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.crossing.communes import prepare_communes
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from tests.bench import engines, servers
from tests.bench.data import country_communes, real_communes
from tests.bench.engines import Cutter
from tests.bench.raw import (
    DUCKDB,
    OURS,
    OVERLAY,
    POSTGIS,
    QGIS,
    SEDONA,
    Raw,
    Record,
    attempt,
    repeats,
    timed,
)

COUNTS = (87, 2_000, 20_000)
ELSEWHERE = (POSTGIS, QGIS)
"""They work in processes of their own, whose processor time is not told here."""
BUDGET_S = 12.0
"""A slow engine repeats a count until this is used up."""

Engine = Callable[[], AbstractContextManager[Cutter]]


def outlines(communes: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    """Return `count` outlines of 10-75 ha all over the communes, EPSG:4326."""
    random = np.random.default_rng(count)
    tree = shapely.STRtree(communes.to_crs(AREA_CRS).geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(tree.geometries)
    centres: list[tuple[float, float]] = []
    while len(centres) < count:
        tried = random.uniform((west, south), (east, north), (count, 2))
        on_land = np.unique(tree.query(shapely.points(tried), predicate="within")[0])
        centres += tried[on_land].tolist()
    shapes = []
    for x, y in centres[:count]:
        corners = int(random.integers(5, 12))
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        reach = np.sqrt(random.uniform(10, 75) * 1e4 / np.pi) * random.uniform(0.8, 1.2, corners)
        shapes.append(shapely.Polygon(np.c_[x + reach * np.cos(turns), y + reach * np.sin(turns)]))
    ids = [f"C{i}" for i in range(count)]
    frame = {"cluster_id": ids, "outline_accuracy_m": 0.5}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=AREA_CRS).to_crs(STORAGE_CRS)


def _case(clusters: int, communes: int) -> str:
    return f"{clusters:,} clusters, {communes:,} communes"


def _measure(
    raw: Raw, case: str, name: str, engine: Engine, reference: pd.DataFrame | None, times: int
) -> pd.DataFrame | None:
    """Time one engine and compare its areas; return them."""
    answer = None
    with attempt(raw, "analysis", "cross", case, name), engine() as work:
        before = process_time()
        answer = work()
        used = process_time() - before
        seconds = timed(work, repeats(times, least=3, budget_s=BUDGET_S))
        notes: dict[str, object] = {}
        if name not in ELSEWHERE:
            notes["processor, first time, s"] = round(used, 3)
        if "code" not in answer:
            given = answer if reference is None else reference
            clusters = given.groupby("cluster_id", as_index=False)["m2"].sum()
            reference = clusters.assign(code="")
            notes |= {"note": "one area a cluster, not one a pair"}
            answer = answer.assign(code="")
        notes |= engines.compare(answer, answer if reference is None else reference)
        raw.add(Record("analysis", "cross", case, name, "s", seconds, notes=notes))
    return answer


def _extent(raw: Raw, communes: gpd.GeoDataFrame, times: int, counts: tuple[int, ...]) -> None:
    index = prepare_communes(communes)
    plain = engines.plane(communes[["code", "geometry"]])
    for count in counts:
        drawn = outlines(communes, count)
        metric = engines.plane(drawn[["cluster_id", "geometry"]])
        case = _case(count, len(communes))
        contenders: dict[str, Engine] = {
            OVERLAY: lambda m=metric: engines.overlay(m, plain),
            OURS: lambda d=drawn: engines.ours(d, index),
            DUCKDB: lambda m=metric: engines.duckdb_spatial(m, plain),
            SEDONA: lambda m=metric: engines.sedona(m, plain),
            POSTGIS: lambda m=metric: servers.postgis(m, plain),
            QGIS: lambda m=metric: servers.qgis(m, plain),
        }
        reference: pd.DataFrame | None = None
        for name, engine in contenders.items():
            answer = _measure(raw, case, name, engine, reference, times)
            reference = answer if reference is None else reference


def run(raw: Raw, *, times: int, counts: tuple[int, ...] = COUNTS) -> None:
    """Cut on the province, then on the country where its borders are."""
    _extent(raw, real_communes(), times, counts)
    with attempt(raw, "analysis", "cross", _case(counts[-1], 3321), OURS):
        _extent(raw, country_communes(), times, counts)
