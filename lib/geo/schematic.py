"""Schematic borders: Voronoi cells of the former units, drawn where nothing is published.

A former unit is known by one label point. Every place is given to the nearest
label point, and with it to the commune that unit went to. Such a border tells
neighbours, never metres: no area and no verdict may be computed from it.
"""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.language.errors import DataRefusedError

VIETNAM_BOX: Final = (102.0, 8.0, 110.0, 24.0)
"""West, south, east, north in degrees: a coordinate outside is a mistake, not a border."""

STRAY_M: Final = 20_000.0
"""A label point farther than this from every other point of its commune is geocoded wrongly:
on the real points the right ones end at 17.7 km, the wrong ones begin at 44.6 km."""

_COLUMNS: Final = ("former_code", "new_code", "part", "lat", "lon")
_SPLIT_M: Final = 50.0
# A concave hull with 2 km around it: of the hulls tried, the nearest to the real
# province (9,349 of 9,353 km2; 881 km2 on the wrong side of the edge).
_HULL_RATIO: Final = 0.15
_MARGIN_M: Final = 2_000.0


def schematic_communes(former_points: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return schematic communes: Voronoi cells of the former units, dissolved.

    Parameters
    ----------
    former_points : pandas.DataFrame
        ``former_code``, ``new_code``, ``part`` (``whole`` or ``part``), ``lat``, ``lon`` in
        degrees (WGS 84) and, if known, ``new_name``. A split unit has a row for each commune
        it went to. A row without a point is left out.

    Returns
    -------
    geopandas.GeoDataFrame
        ``code``, ``name``, ``geometry`` (EPSG:4326), one row for each commune in order of code:
        valid polygons without gaps or overlaps inside a frame (concave hull plus 2 km).

    Raises
    ------
    DataRefusedError
        If a column is missing, a point lies outside Vietnam, or a commune has no point.

    Notes
    -----
    Where several communes share one point (a split unit; places geocoded alike) the cell is cut
    through that point: each commune gets the sector facing its other units, both halves of a
    split unit count alike. The law names no line there, so no commune may claim the whole.
    Stray points (`stray_units`) are left out while their commune has others.
    """
    points = _projected(former_points)
    kept = points.loc[~_is_stray(points)]
    frame = _frame(kept)
    seeds = _seeds(kept)
    sites = gpd.GeoSeries.from_xy(seeds["x"], seeds["y"], crs=AREA_CRS)
    # Edges and frame are noded together, once: faces made from the same lines
    # fit without gaps, which cells clipped one by one do not.
    edges = sites.voronoi_polygons(extend_to=frame, only_edges=True)
    lines = shapely.union_all([*edges, shapely.boundary(frame)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.point_on_surface(faces)
    inside = shapely.contains(frame, inner)
    nearest = shapely.STRtree(sites.to_numpy()).nearest(inner[inside])
    cells = gpd.GeoDataFrame(
        {"code": seeds["new_code"].to_numpy()[nearest]}, geometry=faces[inside], crs=AREA_CRS
    )
    communes = cells.dissolve(by="code", method="coverage").to_crs(STORAGE_CRS).reset_index()
    known = _names(former_points)
    communes["name"] = [known.get(code, code) for code in communes["code"]]
    return communes[["code", "name", "geometry"]]


def stray_units(former_points: pd.DataFrame) -> tuple[str, ...]:
    """Return the codes of the former units whose label point is geocoded wrongly.

    Parameters
    ----------
    former_points : pandas.DataFrame
        As in `schematic_communes`.
    """
    points = _projected(former_points)
    return tuple(points.loc[_is_stray(points), "former_code"].drop_duplicates())


def _projected(former_points: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a point, with ``x`` and ``y`` in whole metres (`AREA_CRS`)."""
    absent = [name for name in _COLUMNS if name not in former_points.columns]
    if absent:
        raise DataRefusedError("sources.points_columns", columns=", ".join(absent))
    points = former_points.dropna(subset=["lat", "lon"])
    west, south, east, north = VIETNAM_BOX
    outside = points.loc[
        ~(points["lon"].between(west, east) & points["lat"].between(south, north)), "former_code"
    ]
    if len(outside):
        raise DataRefusedError("sources.points_outside", codes=", ".join(outside))
    lost = sorted(set(former_points["new_code"]) - set(points["new_code"]))
    if lost:
        raise DataRefusedError("sources.points_lost", codes=", ".join(lost))
    metres = gpd.points_from_xy(points["lon"], points["lat"], crs=STORAGE_CRS).to_crs(AREA_CRS)
    return points.assign(x=metres.x.round(), y=metres.y.round())


def _is_stray(points: pd.DataFrame) -> "pd.Series[bool]":
    """Return True for the points far from their commune, never for all points of a commune."""
    pairs = points.reset_index().merge(points, on="new_code", suffixes=("", "_other"))
    pairs = pairs[pairs["former_code"] != pairs["former_code_other"]]
    distance = np.hypot(pairs["x"] - pairs["x_other"], pairs["y"] - pairs["y_other"])
    nearest = pairs.assign(distance=distance).groupby("index")["distance"].min()
    stray = nearest.reindex(points.index) > STRAY_M
    everyone: pd.Series[bool] = stray.groupby(points["new_code"]).transform("all")
    return stray & ~everyone


def _seeds(points: pd.DataFrame) -> pd.DataFrame:
    """Return one seed for each place and commune; shared places are set 50 m apart."""
    seeds = points[["new_code", "x", "y"]].drop_duplicates(ignore_index=True)
    moved = seeds.copy()
    for (x, y), shared in seeds.groupby(["x", "y"]):
        if len(shared) == 1:
            continue
        others = seeds[(seeds["x"] != x) | (seeds["y"] != y)]
        centres = others.groupby("new_code")[["x", "y"]].mean().reindex(shared["new_code"])
        facing = centres.fillna({"x": x, "y": y}).to_numpy()
        facing = facing - facing.mean(axis=0)
        bearing = np.arctan2(facing[:, 1], facing[:, 0])
        # Evenly around the place in order of bearing: two communes get opposite
        # sides, and seeds never coincide, even if a commune has no other unit.
        rank = bearing.argsort(kind="stable").argsort(kind="stable")
        bearing = bearing.min() + 2 * np.pi * rank / len(shared)
        moved.loc[shared.index, "x"] = x + _SPLIT_M * np.cos(bearing)
        moved.loc[shared.index, "y"] = y + _SPLIT_M * np.sin(bearing)
    return moved


def _frame(points: pd.DataFrame) -> shapely.Geometry:
    """Return the area the cells fill: the points' concave hull with a margin (`AREA_CRS`)."""
    places = gpd.GeoSeries.from_xy(points["x"], points["y"]).union_all()
    hull = shapely.concave_hull(places, ratio=_HULL_RATIO)
    frame: shapely.Geometry = shapely.buffer(hull, _MARGIN_M, quad_segs=4)
    return frame


def _names(former_points: pd.DataFrame) -> Mapping[str, str]:
    """Return commune names as upstream has them: without *xã* or *phường* before them."""
    if "new_name" not in former_points.columns:
        return {}
    given = former_points.drop_duplicates("new_code").set_index("new_code")["new_name"]
    return dict(given.str.replace(r"^(?:[Xx]ã|[Pp]hường)\s+", "", regex=True))
