"""Cut clusters by communes: pieces, hectares, and how far a moved border changes them.

Plane geometry in `AREA_CRS`, for `lib.crossing.verdict` to judge. The work is kept small
without changing a figure: only borders within T of a cluster matter to it, so a
commune is looked at through a window that reaches well beyond T.

When GEOS moves a border by T it leaves out vertices that bend it by less than
T/100. Which ones can depend on where the window begins: in about one piece of
3,000 the interval then differs by more than 1e-6 of the cluster from that of
the whole commune (at most 3e-5 seen), far below the meaning of T itself.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.crossing.communes import POLYGONAL, CommuneIndex, Ints, on_globe, plane
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ROUNDING: Final = 1e-10
"""A piece smaller than this share of its cluster is arithmetic, not land."""

TOUCH_M: Final = 1e-3
"""A border nearer than this may cut the outline; farther away it cannot."""

CIRCLE_M: Final = (2.0, 1e-3)
"""How exactly the largest circle in a piece is looked for: roughly, then to the millimetre."""

_ARC: Final = 16  # segments of a quarter circle where a moved border turns a corner
_REACH: Final = 6.0  # times T: how far about an outline a border is followed
_WORTH: Final = 20_000  # vertices worth more than one thread
_WORTH_MOVED: Final = 1_500  # the same where a border is moved, which takes longest

# GEOS' rectangle clipper can lose a ring when an edge runs exactly through a corner of
# the window. Sides at odd, unequal distances keep round coordinates off its corners.
_ODD_SIDES: Final = np.array([-1.0137, -1.0291, 1.0413, 1.0579])


def measure(outlines: Geometries, tolerance_m: Floats, index: CommuneIndex) -> pd.DataFrame:
    """Cut `outlines` by the communes and measure every piece.

    Parameters
    ----------
    outlines : numpy.ndarray of shapely polygons
        Valid, `AREA_CRS`.
    tolerance_m : numpy.ndarray of float
        T of each outline: how far border and outline together may be off, metres.
    index : CommuneIndex
        Of `lib.crossing.communes.prepare_communes`.

    Returns
    -------
    pandas.DataFrame
        One row for an outline and a commune that share land, or land outside
        every commune: ``outline`` and ``region`` (positions), ``shape``
        (`AREA_CRS`), ``whole`` (the piece is the entire outline), ``area``,
        ``low``, ``high`` (m²: as drawn, and with the border of the region moved
        by T inwards and outwards), ``stands`` (not empty after shrinking by
        T/2), ``near`` (the region's border runs within T of the outline).
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
        Of `lib.crossing.communes.prepare_communes`.
    tolerance_m : float
        T of this cluster in metres, as in ``Cut.verdicts``.

    Returns
    -------
    shapely.Geometry
        All of the cluster within T of a commune line, EPSG:4326; empty if none is.
    """
    outline = plane(gpd.GeoSeries([cluster_geometry], crs=STORAGE_CRS))
    hits = index.run_tree.query(outline[0], predicate="dwithin", distance=tolerance_m)
    lines = shapely.line_merge(shapely.MultiLineString(list(index.runs[hits])))
    strip = shapely.buffer(lines, tolerance_m, quad_segs=_ARC)
    band = on_globe(_land(shapely.intersection(outline, strip)))
    return cast("shapely.Geometry", band.iloc[0])


def _near(outlines: Geometries, tolerance_m: Floats, index: CommuneIndex) -> pd.DataFrame:
    """Return each outline and region whose border runs within T, and if it may cut."""

    def search(own: Geometries, reach: Floats, position: Ints) -> Floats:
        boxes = shapely.box(*(shapely.bounds(own) + np.outer(reach, (-1, -1, 1, 1))).T)
        outline, run = index.run_tree.query(boxes)
        gap = shapely.distance(own[outline], index.runs[run])
        return np.column_stack([position[outline], index.owners[run], gap - reach[outline], gap])

    found = _in_parallel(search, outlines, tolerance_m, np.arange(len(outlines)))
    near = pd.DataFrame(found, columns=["outline", "region", "beyond", "gap"])
    near = near[near["beyond"] <= 0].astype({"outline": int, "region": int})
    nearest = near.groupby(["outline", "region"])["gap"].min().reset_index()
    return nearest.assign(cuts=nearest["gap"] <= TOUCH_M)


def _pieces(outlines: Geometries, near: pd.DataFrame, index: CommuneIndex) -> pd.DataFrame:
    """Return the land each outline has in each region."""
    cut = near.loc[near["cuts"], ["outline", "region"]]
    own, region = outlines[cut["outline"]], cut["region"].to_numpy()
    seen = _seen(index.shapes[region], own)
    shape = np.empty(len(cut), dtype=object)
    beyond = region == index.outside
    for where, overlay in ((~beyond, shapely.intersection), (beyond, shapely.difference)):
        shape[where] = _land(_in_parallel(overlay, own[where], seen[where]))
    uncut = _uncut(outlines, index)
    uncut = uncut[~np.isin(_keys(uncut, index), _keys(cut, index))]
    return pd.concat([cut.assign(shape=shape, whole=False), _gathered(uncut, outlines)])


def _keys(pairs: pd.DataFrame, index: CommuneIndex) -> Ints:
    """Return one number for each outline and region."""
    return (pairs["outline"] * len(index.shapes) + pairs["region"]).to_numpy()


def _uncut(outlines: Geometries, index: CommuneIndex) -> pd.DataFrame:
    """Return each part's region by its first vertex: all of it, unless a border cuts the part.

    Part by part, because two parts of one outline can lie in two communes
    without any border near them.
    """
    parts, owner = shapely.get_parts(outlines, return_index=True)
    xy, of = shapely.get_coordinates(parts, return_index=True)
    xy = xy[np.searchsorted(of, np.arange(len(parts)))]
    at, region = index.tree.query(shapely.points(xy))
    inside = shapely.contains_xy(index.shapes[region], *xy[at].T)
    beyond = np.flatnonzero(~shapely.contains_xy(index.shapes[index.outside], *xy.T))
    part = np.append(at[inside], beyond)
    return pd.DataFrame(
        {
            "outline": owner[part],
            "region": np.append(region[inside], np.full(len(beyond), index.outside)),
            "part": parts[part],
        }
    )


def _gathered(uncut: pd.DataFrame, outlines: Geometries) -> pd.DataFrame:
    """Return one row an outline and region, with the parts that lie there as one shape."""
    count = shapely.get_num_geometries(outlines)
    groups = uncut.groupby(["outline", "region"], sort=False)["part"]
    rows = groups.size().rename("parts").reset_index()
    rows["whole"] = rows.pop("parts").to_numpy() == count[rows["outline"]]
    shape = outlines[rows["outline"]]
    some = np.flatnonzero(~rows["whole"])
    if len(some):
        gathered = groups.agg(list).to_numpy()
        shape[some] = [shapely.MultiPolygon(gathered[at]) for at in some]
    return rows.assign(shape=shape)


def _land(shapes: Geometries) -> Geometries:
    """Return the polygons of an overlay's results, without the lines and points of contact."""
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), POLYGONAL))
    land = shapes.copy()
    for at in mixed:
        parts = shapely.get_parts(shapes[at])
        land[at] = shapely.MultiPolygon([part for part in parts if part.area > 0])
    return land


def _stands(pieces: pd.DataFrame, tolerance_m: Floats) -> Bools:
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
    for exact in CIRCLE_M:
        asked = np.flatnonzero(possible & ~stands)
        circles = shapely.maximum_inscribed_circle(parts[asked], tolerance=exact)
        radius = shapely.length(circles)  # the largest is at most `exact` more
        stands[asked] = radius > half[asked]
        possible[asked] = radius + exact > half[asked]
    return np.bincount(of[stands], minlength=len(pieces)) > 0


def _intervals(
    pieces: pd.DataFrame, outlines: Geometries, tolerance_m: Floats, index: CommuneIndex
) -> pd.DataFrame:
    """Return ``low`` and ``high`` (m²) of pieces whose border runs within T of the outline.

    A border moved inwards takes from a piece what lies within T of it; moved outwards it
    takes as much of the rest of the outline: one strip along the border gives both.
    """
    at, region = pieces["outline"].to_numpy(), pieces["region"].to_numpy()
    own, reach, area = outlines[at], tolerance_m[at], pieces["area"].to_numpy()
    window, first, sides = _windows(region, reach, shapely.bounds(own))
    lines = _border(region[first], sides, index)
    strips = _seen(_in_parallel(_buffered, lines, reach[first], worth=_WORTH_MOVED)[window], own)
    lost, unsure = (
        shapely.area(_in_parallel(shapely.intersection, land, strips))
        for land in (pieces["shape"].to_numpy(), own)
    )
    high = np.clip(area + (unsure - lost), area, np.maximum(area, shapely.area(own)))
    return pd.DataFrame({"low": np.clip(area - lost, 0, area), "high": high}, index=pieces.index)


def _buffered(lines: Geometries, by_m: Floats) -> Geometries:
    return shapely.buffer(lines, by_m, quad_segs=_ARC)


def _windows(region: Ints, reach: Floats, bounds: Floats) -> tuple[Ints, Ints, Floats]:
    """Return which window each pair looks through, a pair of each window, and its sides.

    Pairs at one border with one T share a window if theirs would cover it more than once.
    """
    _, border = np.unique(np.column_stack([region, reach]), axis=0, return_inverse=True)
    own = bounds + _REACH * reach[:, np.newaxis] * _ODD_SIDES
    outer = {0: "min", 1: "min", 2: "max", 3: "max"}
    common = pd.DataFrame(own).groupby(border).agg(outer).to_numpy()
    crowded = np.bincount(border, _extent(own)) > _extent(common)
    window = np.where(crowded[border], border, len(common) + np.arange(len(region)))
    _, first, window = np.unique(window, return_index=True, return_inverse=True)
    shared = crowded[border[first]]
    return window, first, np.where(shared[:, np.newaxis], common[border[first]], own[first])


def _extent(sides: Floats) -> Floats:
    west, south, east, north = sides.T
    return cast("Floats", (east - west) * (north - south))


def _border(region: Ints, sides: Floats, index: CommuneIndex) -> Geometries:
    """Return the lines of each region's border in its window."""
    at, run = index.run_tree.query(shapely.box(*sides.T))
    its = index.owners[run] == region[at]
    at, run = at[its], run[its]
    order = np.lexsort((run, at))
    runs = shapely.multilinestrings(index.runs[run[order]], indices=at[order])
    return _in_parallel(_clipped, shapely.line_merge(runs, directed=True), sides)


def _seen(shapes: Geometries, outlines: Geometries) -> Geometries:
    """Return of each shape what lies about its outline: the same overlay, fewer vertices."""
    return _land(_in_parallel(_clipped, shapes, shapely.bounds(outlines) + _ODD_SIDES))


def _clipped(shapes: Geometries, bounds: Floats) -> Geometries:
    clipped = np.empty(len(shapes), dtype=object)
    clipped[:] = [shapely.clip_by_rect(*each) for each in zip(shapes, *bounds.T, strict=True)]
    return clipped


def _in_parallel(
    operation: Callable[..., npt.NDArray[Any]], *columns: npt.NDArray[Any], worth: int = _WORTH
) -> npt.NDArray[Any]:
    """Return `operation` on equally long columns (the first: shapes), on all cores if worth it."""
    workers = os.cpu_count() or 1
    if workers == 1 or shapely.get_num_coordinates(columns[0]).sum() < worth:
        return operation(*columns)
    shares = (np.array_split(column, 4 * workers) for column in columns)
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(operation, *shares)))
