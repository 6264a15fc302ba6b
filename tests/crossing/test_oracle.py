"""An independent engine cuts the same outlines: DuckDB's spatial extension (its own GEOS)."""

from pathlib import Path

import duckdb
import duckdb_extension_spatial
import geopandas as gpd
import numpy as np
import pytest
import shapely

from lib.crossing.communes import prepare_communes
from lib.crossing.verdict import cut
from lib.geo.coverage import check_and_settle
from lib.geo.crs import AREA_CRS

COUNT = 2_000
PER_MILLION = 1e-6


@pytest.fixture(scope="module")
def settled(real_communes):
    _, communes, _ = check_and_settle(real_communes)
    return communes


@pytest.fixture(scope="module")
def drawn(settled) -> gpd.GeoDataFrame:
    """Return 2,000 outlines of 5-80 ha with 3-11 corners, some with a hole, all over."""
    random = np.random.default_rng(20260802)
    metric = settled.to_crs(AREA_CRS)
    west, south, east, north = metric.total_bounds
    land = shapely.union_all(metric.geometry.to_numpy()).buffer(1_000)
    shapely.prepare(land)
    shapes: list[shapely.Polygon] = []
    while len(shapes) < COUNT:
        x, y = random.uniform(west, east), random.uniform(south, north)
        if not shapely.contains_xy(land, x, y):
            continue
        count = int(random.integers(3, 12))
        turns = np.linspace(0, 2 * np.pi, count, endpoint=False) + random.uniform(-0.2, 0.2, count)
        reach = np.sqrt(random.uniform(5, 80) * 1e4 / np.pi) * random.uniform(0.5, 1.3, count)
        corners = np.c_[x + reach * np.cos(turns), y + reach * np.sin(turns)]
        shape = shapely.Polygon(corners.round(2))
        if random.random() < 0.1:
            shape = shape.difference(shape.centroid.buffer(40))
        if shape.is_valid and shape.geom_type == "Polygon" and shape.area > 1_000:
            shapes.append(shape)
    ids = [f"C{i:04d}" for i in range(COUNT)]
    return gpd.GeoDataFrame(
        {"cluster_id": ids, "outline_accuracy_m": 0.5}, geometry=shapes, crs=AREA_CRS
    )


def test_duckdb_finds_the_same_pieces_and_areas(settled, drawn):
    metric = settled.to_crs(AREA_CRS)
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
    connection.load_extension(str(extension))
    for name, frame, key in (("clusters", drawn, "cluster_id"), ("communes", metric, "code")):
        table = frame[[key]].assign(wkb=shapely.to_wkb(frame.geometry.to_numpy()))
        connection.register("given", table)
        connection.execute(
            f"CREATE TABLE {name} AS SELECT {key}, ST_GeomFromWKB(wkb) AS shape FROM given"  # noqa: S608
        )
    found = connection.execute(
        """
        SELECT cluster_id, code AS commune_code,
               ST_Area(ST_Intersection(clusters.shape, communes.shape)) / 10000 AS area_ha
        FROM clusters JOIN communes ON ST_Intersects(clusters.shape, communes.shape)
        """
    ).df()
    connection.close()
    ours = cut(drawn, prepare_communes(settled)).pieces
    ours = ours[ours["commune_code"] != ""]
    both = found[found["area_ha"] > 0].merge(
        ours[["cluster_id", "commune_code", "area_ha"]],
        on=["cluster_id", "commune_code"],
        how="outer",
        suffixes=("_theirs", "_ours"),
    )
    whole = drawn.set_index("cluster_id").area.reindex(both["cluster_id"]).to_numpy() / 10_000
    gap = (both["area_ha_theirs"].fillna(0) - both["area_ha_ours"].fillna(0)).abs() / whole
    assert len(both) > COUNT
    assert gap.max() < PER_MILLION
    # A piece only one engine sees must be arithmetic, not land.
    alone = both[both.isna().any(axis=1)]
    assert (alone[["area_ha_theirs", "area_ha_ours"]].max(axis=1) < 1e-8).all()
