"""Areas in hectares, and simplified shapes, label points and lines for drawing.

Everything is WGS 84 in and out and measured in `AREA_CRS`. Drawn shapes are for
the eye only: no area is ever computed from them.
"""

from collections.abc import Callable
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.geo.crs import AREA_CRS

Geometries = npt.NDArray[np.object_]

_DIGITS: Final = 5  # 1e-5 degree, about 1 m: finer than any border here is known
_FULL_DIGITS: Final = 15


def areas_ha(geometry: gpd.GeoSeries) -> pd.Series:
    """Return the area of each geometry in hectares, NaN where there is none.

    Parameters
    ----------
    geometry : geopandas.GeoSeries
        Any CRS, not simplified; vertices are projected to `AREA_CRS`, edges
        between them are straight there.
    """
    square_metres: pd.Series = geometry.to_crs(AREA_CRS).area
    return (square_metres / 10_000).rename("area_ha")


def outline(communes: gpd.GeoDataFrame) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the outer border of a settled coverage, in its CRS.

    Only for communes that fit exactly (`lib.geo.coverage.check_and_settle`): the
    common edges are struck out, nothing is computed anew.
    """
    border = shapely.coverage_union_all(communes.geometry.to_numpy())
    return cast("shapely.Polygon | shapely.MultiPolygon", border)


def simplify_layer(communes: gpd.GeoDataFrame, *, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return `communes` with fewer vertices, neighbours still sharing every edge.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Polygons of an exact coverage, or single outlines such as clusters,
        apart or overlapping; none missing; EPSG:4326.
    tolerance_m : float
        About the root of the area of the triangles left out, in metres.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows, index and columns. No unit, part or hole vanishes: a ring
        keeps at least three corners. Coordinates have 5 decimals, except where
        rounding would fold a narrow polygon: its vertices keep as many more as
        it needs.

    Notes
    -----
    Visvalingam-Whyatt on the edges of the coverage, GEOS's CoverageSimplifier
    (``shapely.coverage_simplify``).
    """
    plane, stretch = _stretched(communes.geometry)
    light = shapely.coverage_simplify(plane, tolerance_m)
    values = shapely.transform(light, lambda xy: xy / stretch)
    loose = _unmatched(values)  # overlapping outlines may go on crossing each other

    def faults(polygons: Geometries) -> npt.NDArray[np.bool_]:
        return ~shapely.is_valid(polygons) | (_unmatched(polygons) & ~loose)

    return communes.set_geometry(_rounded(communes.geometry, values, faults))


def simplify_lines(gdf: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return lines with fewer vertices, none more than `tolerance_m` metres off.

    Douglas-Peucker for each line on its own, so that ends stay where they are
    and rivers still meet; 5 decimals. For borders simplify the communes, then
    take `border_lines`: lines alone would leave the polygons' edges.
    """
    plane, stretch = _stretched(gdf.geometry)
    light = shapely.transform(shapely.simplify(plane, tolerance_m), lambda xy: xy / stretch)
    return gdf.set_geometry(_rounded(gdf.geometry, light, lambda lines: ~shapely.is_valid(lines)))


def label_points(polygons: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return for each polygon the centre of the largest circle inside it.

    Parameters
    ----------
    polygons : geopandas.GeoSeries
        Polygons or multipolygons, EPSG:4326, simplified or not; None stays None.
    """
    metric = polygons.to_crs(AREA_CRS)
    spokes = shapely.maximum_inscribed_circle(metric.to_numpy())
    centres = gpd.GeoSeries(shapely.get_point(spokes, 0), index=polygons.index, crs=AREA_CRS)
    return centres.to_crs(polygons.crs)


def border_lines(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the borders of an exact coverage, one row for each pair of neighbours.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        ``code`` and polygons whose common edges have the same vertices: settled,
        or settled and simplified.

    Returns
    -------
    geopandas.GeoDataFrame
        code_a, code_b, geometry: lines between two units (``code_a < code_b``)
        and, with an empty ``code_b``, between a unit and the outside. Every
        edge appears once, with the vertices it has in `communes`.
    """
    units = communes.sort_values("code")
    edges = _edges(units.geometry.to_numpy())
    sides = edges.groupby(["x0", "y0", "x1", "y1"], sort=False)["unit"].agg(["min", "max"])
    sides = sides.reset_index().sort_values(["min", "max"], kind="stable")
    ends = sides[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2)
    pair = sides.groupby(["min", "max"], sort=False).ngroup().to_numpy()
    segments = shapely.multilinestrings(list(ends), indices=pair)
    lines = shapely.line_merge(segments)
    pairs = sides[["min", "max"]].drop_duplicates()
    codes = units["code"].to_numpy()
    first, second = pairs["min"].to_numpy(), pairs["max"].to_numpy()
    return gpd.GeoDataFrame(
        {"code_a": codes[first], "code_b": np.where(first == second, "", codes[second])},
        geometry=lines,
        crs=communes.crs,
    )


def _edges(polygons: Geometries) -> pd.DataFrame:
    """Return every edge of every ring, written the same way from both its sides."""
    borders = shapely.boundary(shapely.remove_repeated_points(polygons))
    rings, unit = shapely.get_parts(borders, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    start, end = xy[:-1][inside], xy[1:][inside]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    edges = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    owners = unit[ring[:-1][inside]]
    return pd.DataFrame(edges, columns=["x0", "y0", "x1", "y1"]).assign(unit=owners)


def _unmatched(polygons: Geometries) -> npt.NDArray[np.bool_]:
    """Return True for polygons with an edge a neighbour crosses or does not have."""
    return ~np.asarray(shapely.is_empty(shapely.coverage_invalid_edges(polygons)))


def _stretched(shapes: gpd.GeoSeries) -> tuple[Geometries, npt.NDArray[np.float64]]:
    """Return `shapes` with degrees stretched to metres, and metres per degree east and north.

    The scale is that of `AREA_CRS` in the middle of the layer. Unlike in a
    projection straight edges stay straight, so that what fits in this plane
    also fits in WGS 84: the kilometre-long edges of a simplified border would
    bend by decimetres, across a near vertex of the neighbour.
    """
    west, south, east, north = shapes.total_bounds
    middle, step = np.array([(west + east) / 2, (south + north) / 2]), 1e-3
    corners = middle + step * np.array([[0, 0], [1, 0], [0, 1]])
    origin, *sides = gpd.GeoSeries(shapely.points(corners), crs=shapes.crs).to_crs(AREA_CRS)
    stretch = np.array([origin.distance(side) for side in sides]) / step
    return shapely.transform(shapes.to_numpy(), lambda xy: xy * stretch), stretch


def _rounded(
    shapes: gpd.GeoSeries,
    values: Geometries,
    faults: Callable[[Geometries], npt.NDArray[np.bool_]],
) -> gpd.GeoSeries:
    """Return `values` indexed like `shapes`, rounded as far as that makes no fault.

    Equal coordinates are always rounded equally, so that common vertices stay
    common. ``shapely.set_precision`` is not used: it ties the grid to the
    geometry and every later overlay would silently be rounded to it.
    """
    xy, owner = shapely.get_coordinates(values, return_index=True)
    same = np.unique(xy, axis=0, return_inverse=True)[1].reshape(-1)
    scale = np.full(len(xy), 10.0**_DIGITS)
    for _ in range(_DIGITS, _FULL_DIGITS):
        grid = scale[:, None]
        rounded = shapely.set_coordinates(values.copy(), np.round(xy * grid) / grid)
        faulty = faults(rounded)
        if not faulty.any():
            break
        scale[np.isin(same, same[faulty[owner]])] *= 10
    return gpd.GeoSeries(rounded, index=shapes.index, crs=shapes.crs)
