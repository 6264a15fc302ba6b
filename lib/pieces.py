"""Clusters cut by communes: pieces, hectares, and how far a moved border changes them.

Everything here is plane geometry in EPSG:9208 on borders as published, never
simplified. `lib.crossing` turns it into verdicts and words.

The work is kept small without changing a figure: only borders within the
tolerance of a cluster matter to it, so a commune is looked at through a window
that reaches beyond that. GEOS drops vertices that bend a line by less than 1 %
of the distance it is moved by, so a border moved by T is exact to 0.01 T, and a
window can change the last digits of an area (in 1 piece of 3,000 by more than
1e-6 of its cluster, never seen above 1e-4).
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.crs import AREA_CRS, STORAGE_CRS
from lib.errors import DataRefusedError, WrongUseError
from lib.geometry import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDING: Final = 1e-10
"""A piece smaller than this share of its cluster is arithmetic, not land."""

TOUCH_M: Final = 1e-3
"""A border nearer than this may cut the outline; farther away it cannot."""

RADIUS_M: Final = 1e-3
"""How exactly the largest circle inside a piece is known."""

_RUN: Final = 16  # segments of a border held together in the search tree
_SHARED: Final = 8  # so many clusters by one border are worth one window for all
_MARGIN_M: Final = 200.0  # what a window shows beyond the reach of a moved border
_CHUNK: Final = 2_000  # pairs worth a thread

# GEOS' rectangle clipper can lose a ring when an edge runs exactly through a corner
# of the window. Sides at odd, unequal distances keep round coordinates off them.
_ODD_SIDES: Final = np.array([-1.0137, -1.0291, 1.0413, 1.0579])


@dataclass(frozen=True, eq=False)
class CommuneIndex:
    """Communes made ready for any number of cuts; never changed, safe to share.

    Attributes
    ----------
    codes, names : numpy.ndarray of str
        The communes in order of code, and an empty string for the land outside.
    shapes : numpy.ndarray of shapely geometries
        The communes and, last, all of them together; EPSG:9208.
    tree : shapely.STRtree
        Of the communes.
    runs : numpy.ndarray of shapely.LineString
        The borders of `shapes` in short runs.
    owners : numpy.ndarray of int
        Position in `shapes` of each run.
    run_tree : shapely.STRtree
        Of the runs.
    """

    codes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    shapes: Geometries
    tree: shapely.STRtree
    runs: Geometries
    owners: Ints
    run_tree: shapely.STRtree

    @property
    def outside(self) -> int:
        """Return the position that stands for the land outside every commune."""
        return len(self.shapes) - 1


def prepare_communes(communes: gpd.GeoDataFrame) -> CommuneIndex:
    """Return `communes` ready to cut clusters; do it once and keep the result.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns ``code``, ``name`` and ``geometry`` (polygons, EPSG:4326 or any
        stated CRS), not simplified. A ``border_quality`` of ``schematic`` is
        refused: such borders are drawn for the eye and measure nothing.

    Raises
    ------
    WrongUseError
        If the CRS is not stated or the borders are schematic.
    DataRefusedError
        If there is no commune, a code is there twice, or a polygon is missing
        or not valid.
    """
    if communes.crs is None:
        raise WrongUseError("crossing.communes_no_crs")
    if "border_quality" in communes and (communes["border_quality"] == "schematic").any():
        raise WrongUseError("crossing.communes_schematic")
    units = communes.sort_values("code", kind="stable")
    codes = units["code"].astype(str).to_numpy(dtype=object)
    if not len(codes):
        raise DataRefusedError("crossing.communes_none")
    twice = units["code"].duplicated().to_numpy()
    if twice.any():
        raise DataRefusedError("crossing.commune_twice", code=codes[twice][0])
    shapes = shapely.remove_repeated_points(plane(units.geometry))
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    bad = ~(polygonal & shapely.is_valid(shapes))
    if bad.any():
        raise DataRefusedError("crossing.commune_invalid", code=codes[bad][0])
    tree = shapely.STRtree(shapes)
    shapes = np.append(shapes, shapely.union_all(shapes))
    shapely.prepare(shapes)
    inner = shapely.point_on_surface(shapes)
    shapely.contains_xy(shapes, shapely.get_x(inner), shapely.get_y(inner))  # builds it all now
    runs, owners = _runs(shapes)
    return CommuneIndex(
        codes=np.append(codes, ""),
        names=np.append(units["name"].astype(str).to_numpy(dtype=object), ""),
        shapes=shapes,
        tree=tree,
        runs=runs,
        owners=owners,
        run_tree=shapely.STRtree(runs),
    )


def plane(geometry: gpd.GeoSeries) -> Geometries:
    """Return geometries in the plane of measurement, EPSG:9208, without heights."""
    return cast("Geometries", shapely.force_2d(np.array(geometry.to_crs(AREA_CRS), dtype=object)))


def on_globe(shapes: Geometries) -> gpd.GeoSeries:
    """Return geometries of the plane in longitude and latitude, EPSG:4326."""
    return gpd.GeoSeries(shapes, crs=AREA_CRS).to_crs(STORAGE_CRS)


def measure(outlines: Geometries, tolerance_m: Floats, index: CommuneIndex) -> pd.DataFrame:
    """Cut `outlines` by the communes and measure every piece.

    Parameters
    ----------
    outlines : numpy.ndarray of shapely polygons
        Valid, EPSG:9208.
    tolerance_m : numpy.ndarray of float
        T of each outline: how far border and outline together may be off, metres.
    index : CommuneIndex
        Of `prepare_communes`.

    Returns
    -------
    pandas.DataFrame
        One row for an outline and a commune that share land, or land outside:
        ``outline`` and ``region`` (positions), ``shape`` (EPSG:9208), ``whole``
        (the piece is the entire outline), ``area``, ``low``, ``high`` (m²: as
        drawn, and with the border moved by T inwards and outwards), ``stands``
        (not empty after shrinking by T/2), ``near`` (its border runs within T
        of the outline).
    """
    near = _near(outlines, tolerance_m, index)
    pieces = _pieces(outlines, near, index)
    total = shapely.area(outlines)[pieces["outline"]]
    pieces["area"] = np.where(pieces["whole"], total, shapely.area(pieces["shape"]))
    pieces = pieces[pieces["area"].to_numpy() > ROUNDING * total]
    pieces = pieces.sort_values(["outline", "region"], ignore_index=True)
    pieces["near"] = np.isin(_keys(pieces, index), _keys(near, index))
    pieces["stands"] = _stands(pieces, tolerance_m[pieces["outline"]])
    pieces["low"] = pieces["high"] = pieces["area"]
    moved = _intervals(pieces[pieces["near"]], outlines, tolerance_m, index)
    pieces.loc[moved.index, ["low", "high"]] = moved
    return pieces


def tolerance_band(
    cluster_geometry: shapely.Geometry, index: CommuneIndex, tolerance_m: float
) -> shapely.Geometry:
    """Return the strip inside a cluster where it cannot be said which commune it is.

    Parameters
    ----------
    cluster_geometry : shapely.Geometry
        Valid outline, EPSG:4326.
    index : CommuneIndex
        Of `prepare_communes`.
    tolerance_m : float
        T of this cluster in metres, as in ``Cut.verdicts``.

    Returns
    -------
    shapely.Geometry
        All of the cluster within T of a commune line, EPSG:4326; empty if none is.
    """
    outline = plane(gpd.GeoSeries([cluster_geometry], crs=STORAGE_CRS))
    hits = index.run_tree.query(outline[0], predicate="dwithin", distance=tolerance_m)
    lines = shapely.line_merge(shapely.multilinestrings(index.runs[hits]))
    strip = shapely.intersection(outline, shapely.buffer(lines, tolerance_m))
    return cast("shapely.Geometry", on_globe(_land(strip)).iloc[0])


def _runs(shapes: Geometries) -> tuple[Geometries, Ints]:
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    runs, owners = [], []
    for ring, owner in zip(rings, part_of[ring_of], strict=True):
        xy = shapely.get_coordinates(ring)
        starts = range(0, len(xy) - 1, _RUN)
        runs += [xy[start : start + _RUN + 1] for start in starts]
        owners += [owner] * len(starts)
    sizes = [len(run) for run in runs]
    lines = shapely.linestrings(np.concatenate(runs), indices=np.repeat(range(len(runs)), sizes))
    return lines, np.array(owners)


def _near(outlines: Geometries, tolerance_m: Floats, index: CommuneIndex) -> pd.DataFrame:
    """Return each outline and region whose border runs within T, and if it may cut."""
    outline, run = index.run_tree.query(outlines, predicate="dwithin", distance=tolerance_m)
    found = pd.DataFrame({"outline": outline, "region": index.owners[run]})
    found["cuts"] = shapely.dwithin(outlines[outline], index.runs[run], TOUCH_M)
    return found.groupby(["outline", "region"], as_index=False)["cuts"].any()


def _pieces(outlines: Geometries, near: pd.DataFrame, index: CommuneIndex) -> pd.DataFrame:
    """Return the land each outline has in each region."""
    cut = near.loc[near["cuts"], ["outline", "region"]]
    outline, region = cut["outline"].to_numpy(), cut["region"].to_numpy()
    beyond = region == index.outside
    shape = np.empty(len(cut), dtype=object)
    for where, operation in ((~beyond, shapely.intersection), (beyond, shapely.difference)):
        own = outlines[outline[where]]
        shape[where] = _land(_in_parallel(operation, own, _seen(index.shapes[region[where]], own)))
    cut = cut.assign(shape=shape, whole=False)
    uncut = _whole(outlines, index)
    uncut = uncut[~np.isin(_keys(uncut, index), _keys(cut, index))]
    uncut = uncut.assign(shape=outlines[uncut["outline"]], whole=True)
    return pd.concat([cut, uncut], ignore_index=True)


def _keys(pairs: pd.DataFrame, index: CommuneIndex) -> Ints:
    """Return one number for each outline and region."""
    return (pairs["outline"] * len(index.shapes) + pairs["region"]).to_numpy()


def _whole(outlines: Geometries, index: CommuneIndex) -> pd.DataFrame:
    """Return each outline's regions by its first vertex: all of it, unless a border cuts."""
    xy, of = shapely.get_coordinates(outlines, return_index=True)
    xy = xy[np.searchsorted(of, np.arange(len(outlines)))]
    outline, region = index.tree.query(shapely.points(xy))
    inside = shapely.contains_xy(index.shapes[region], *xy[outline].T)
    beyond = np.flatnonzero(~shapely.contains_xy(index.shapes[index.outside], *xy.T))
    return pd.DataFrame(
        {
            "outline": np.append(outline[inside], beyond),
            "region": np.append(region[inside], np.full(len(beyond), index.outside)),
        }
    )


def _land(shapes: Geometries) -> Geometries:
    """Return the polygons of an overlay's results, without the lines and points of contact."""
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    parts, of = shapely.get_parts(shapes[mixed], return_index=True)
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 polygons
    land = shapes.copy()
    land[mixed] = shapely.MultiPolygon()
    some = np.unique(of[flat])
    land[mixed[some]] = shapely.multipolygons(parts[flat], indices=np.searchsorted(some, of[flat]))
    return land


def _stands(pieces: pd.DataFrame, tolerance_m: Floats) -> npt.NDArray[np.bool_]:
    """Return whether shrinking a piece by T/2 leaves something.

    It does if and only if the largest circle inside has a radius above T/2.
    That radius does not depend on T, so a larger T never makes a piece stand.
    It is at least area / perimeter (Bonnesen's inequality, for a part without
    holes) and at most the radius of a disc of the same area, which settles most
    pieces without looking for the circle.
    """
    parts, of = shapely.get_parts(pieces["shape"], return_index=True)
    half, area = tolerance_m[of] / 2, shapely.area(parts)
    x0, y0, x1, y1 = shapely.bounds(parts).T
    stands = (area > half * shapely.length(parts)) & (shapely.get_num_interior_rings(parts) == 0)
    possible = (area > np.pi * half**2) & (np.minimum(x1 - x0, y1 - y0) > 2 * half)
    open_ = possible & ~stands
    circles = shapely.maximum_inscribed_circle(parts[open_], tolerance=RADIUS_M)
    stands[open_] = shapely.length(circles) > half[open_]
    return np.bincount(of[stands], minlength=len(pieces)) > 0


def _intervals(
    pieces: pd.DataFrame, outlines: Geometries, tolerance_m: Floats, index: CommuneIndex
) -> pd.DataFrame:
    """Return ``low`` and ``high`` (m²) of pieces whose border runs within T of the outline."""
    region, area = pieces["region"].to_numpy(), pieces["area"].to_numpy()
    own, reach = outlines[pieces["outline"]], tolerance_m[pieces["outline"]]
    total = shapely.area(own)
    window, first, bounds = _windows(region, reach, shapely.bounds(own))
    seen = _clip(index.shapes[region[first]], bounds)
    held = []
    for way in (-1, 1):
        moved = shapely.buffer(seen, way * reach[first])[window]
        held.append(shapely.area(_in_parallel(shapely.intersection, own, _seen(moved, own))))
    shrunk, grown = held
    beyond = region == index.outside  # its border moves inwards where the communes' moves out
    low = np.where(beyond, total - grown, shrunk)
    high = np.where(beyond, total - shrunk, grown)
    return pd.DataFrame(
        {"low": np.clip(low, 0, area), "high": np.clip(high, area, np.maximum(area, total))},
        index=pieces.index,
    )


def _windows(region: Ints, reach: Floats, bounds: Floats) -> tuple[Ints, Ints, Floats]:
    """Return which window each pair looks through, a pair of each window, and its bounds.

    Many pairs at one border with one T share a window, few have their own.
    """
    _, border, count = np.unique(
        np.column_stack([region, reach]), axis=0, return_inverse=True, return_counts=True
    )
    alone = count[border] <= _SHARED
    window = np.where(alone, len(count) + np.arange(len(region)), border)
    _, first, window = np.unique(window, return_index=True, return_inverse=True)
    sides = pd.DataFrame(bounds).groupby(window).agg({0: "min", 1: "min", 2: "max", 3: "max"})
    margin = 2 * reach[first, np.newaxis] + _MARGIN_M
    return window, first, sides.to_numpy() + margin * _ODD_SIDES


def _seen(shapes: Geometries, outlines: Geometries) -> Geometries:
    """Return of each shape what lies about its outline: the same overlay, fewer vertices."""
    return _clip(shapes, shapely.bounds(outlines) + _ODD_SIDES)


def _clip(shapes: Geometries, bounds: Floats) -> Geometries:
    clipped = np.empty(len(shapes), dtype=object)
    clipped[:] = [
        shapely.clip_by_rect(shape, *box)
        for shape, box in zip(shapes, bounds.tolist(), strict=True)
    ]
    return _land(clipped)


def _in_parallel(
    operation: Callable[[Geometries, Geometries], Geometries], a: Geometries, b: Geometries
) -> Geometries:
    """Return ``operation(a, b)`` element by element, on all cores if that is worth it."""
    workers = min(os.cpu_count() or 1, len(a) // _CHUNK)
    if workers <= 1:
        return operation(a, b)
    with ThreadPoolExecutor(workers) as pool:
        halves = (np.array_split(side, 4 * workers) for side in (a, b))
        return np.concatenate(list(pool.map(operation, *halves)))
