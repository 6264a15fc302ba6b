"""Check and mend outlines of clusters before they are published.

What can only have been meant one way is mended and told; what only the office
can know is asked or refused. Everything is measured in the plane, `AREA_CRS`.
"""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from lib.crossing.communes import POLYGONAL, plane
from lib.crossing.outlines import fault_of
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.importing.outlines.questions import Bools, Review, ask, figure, place_of
from lib.language.errors import WrongUseError
from lib.language.findings import Finding

SAME_CORNER_DEG: Final = 1e-3 / 111_320
"""1 mm in degrees of latitude: nearer corners are one corner written twice."""

# Beyond these an outline is refused.
MAX_VERTICES: Final = 200_000
MIN_M2: Final = 1.0
FAR_M: Final = 5_000.0

_CORNERS: Final = 3
_PLANE_DIMENSIONS: Final = 2
_GLOBE: Final = (180.0, 90.0)
_COLLECTION: Final = 7
_POINTS: Final = (0, 4)
_LINES: Final = (1, 2, 5)


def check(
    outlines: gpd.GeoDataFrame,
    *,
    known: gpd.GeoDataFrame | None,
    decided_ha: Mapping[str, float],
    province: shapely.Geometry,
    file: str,
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return the outlines that can be published, mended, and all findings.

    Parameters
    ----------
    outlines : geopandas.GeoDataFrame
        ``cluster_id``, ``name``, ``row`` (as a person counts it in the file) and
        ``geometry`` of any kind or none, in any stated CRS; any index.
    known : geopandas.GeoDataFrame or None
        ``cluster_id``, ``name``, ``geometry`` of outlines published before. Those
        of clusters kept here are replaced and do not count, nor do invalid ones.
    decided_ha : Mapping
        Cluster -> hectares of the decision; NaN where it says none.
    province : shapely.Geometry
        Polygon or multipolygon, EPSG:4326.

    Returns
    -------
    outlines : geopandas.GeoDataFrame
        EPSG:4326, same columns and index; rows refused are left out. Valid, two
        dimensions, exteriors counter-clockwise (RFC 7946).
    findings : tuple of Finding
        Gravest first, each with its row; mendings only of rows that are kept.

    Raises
    ------
    WrongUseError
        If the CRS of `outlines` is not stated.
    """
    if outlines.crs is None:
        raise WrongUseError("crossing.clusters_no_crs")
    frame = outlines.to_crs(STORAGE_CRS)
    review = Review(frame, file)
    land = plane(gpd.GeoSeries([province], crs=STORAGE_CRS))[0]
    shapely.prepare(land)
    given = np.array(frame.geometry, dtype=object)
    taken = _refuse_unreadable(given, review)
    mended = _mended(taken, review)
    flat = _refuse_misshapen(mended, review)
    _refuse_far(flat, land, review)
    flat[~review.kept] = None
    _tell_mended(given, mended, review)
    if review.kept.any():
        ask(flat, known, decided_ha, land, review)
    kept = frame[review.kept]
    shapes = gpd.GeoSeries(mended[review.kept], index=kept.index, crs=STORAGE_CRS)
    return kept.set_geometry(shapes.rename(frame.geometry.name)), review.sorted()


def polygons_in(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return a polygon or multipolygon as it is, of a collection those in it, however deep."""
    if shapely.get_type_id(shape) == _COLLECTION:
        return [found for member in shapely.get_parts(shape) for found in polygons_in(member)]
    outline = shapely.get_type_id(shape) in POLYGONAL and not shapely.is_empty(shape)
    return [shape] if outline else []


def _refuse_unreadable(given: Geometries, review: Review) -> Geometries:
    """Refuse what is no polygon; return the others out of their collections."""
    shapes = given.copy()
    for at in review.those(shapely.is_missing(given) | shapely.is_empty(given)):
        review.say("refused", "outlinecheck.missing", at)
    for at in review.those(np.ones(len(given), dtype=bool)):
        inside = polygons_in(given[at])
        if not inside:
            review.say("refused", _no_area(given[at]), at)
        elif len(inside) > 1:
            review.say("refused", "outlinecheck.several_outlines", at, count=len(inside))
        else:
            shapes[at] = inside[0]
    counts = shapely.get_num_coordinates(shapes)
    for at in review.those(counts > MAX_VERTICES):
        count, most = (figure(value, 0, "") for value in (counts[at], MAX_VERTICES))
        review.say("refused", "outlinecheck.too_many", at, count=count, most=most)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    lost: Bools = np.any(~(np.abs(xy) <= _GLOBE), axis=1)
    for at in review.those(np.bincount(of[lost], minlength=len(shapes)) > 0):
        corner = int(np.flatnonzero(lost[of == at])[0]) + 1
        review.say("refused", "outlinecheck.not_finite", at, corner=corner)
    return shapes


def _no_area(shape: shapely.Geometry) -> str:
    """Return the key of what a shape without an area is."""
    kind = shapely.get_type_id(shape)
    if kind in _POINTS:
        return "outlinecheck.point"
    if kind not in _LINES:
        return "outlinecheck.not_polygon"
    closed = shapely.is_closed(shapely.get_parts(shape)).all()
    return "outlinecheck.closed_line" if closed else "outlinecheck.open_line"


def _thin(shapes: Geometries) -> Geometries:
    """Return `shapes` without corners written twice; once is not enough where a ring closes."""
    while True:
        thinner: Geometries = shapely.remove_repeated_points(shapes, SAME_CORNER_DEG)
        if shapely.count_coordinates(thinner) == shapely.count_coordinates(shapes):
            return thinner
        shapes = thinner


def _mended(taken: Geometries, review: Review) -> Geometries:
    """Refuse outlines with too few corners; return the others in their normal form."""
    shapes: Geometries = shapely.force_2d(taken)
    shapes[~review.kept] = None
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    # As lines: GEOS cannot make a ring of the two corners that may be left.
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lines = _thin(np.asarray(shapely.linestrings(xy, indices=ring), dtype=object))
    corners = np.array([len(set(line.coords)) for line in lines])
    for at in np.unique(part_of[ring_of[corners < _CORNERS]]):
        review.say("refused", "outlinecheck.too_few", int(at))
        shapes[at] = None
    mended: Geometries = shapely.orient_polygons(_thin(shapes))
    return mended


def _refuse_misshapen(mended: Geometries, review: Review) -> Geometries:
    """Refuse what encloses no land or crosses itself; return the outlines in the plane."""
    flat = plane(gpd.GeoSeries(mended, crs=STORAGE_CRS))
    tiny = shapely.area(shapely.convex_hull(flat)) < MIN_M2  # a figure of eight may sum to nothing
    for at in review.those(~tiny & ~shapely.is_valid(flat)):
        what, x, y = fault_of(flat[at])
        place = place_of(np.array([x, y]))
        review.say("refused", f"outlinecheck.{what or 'bad_parts'}", at, **place)
    for at in review.those(shapely.area(flat) < MIN_M2):
        review.say("refused", "outlinecheck.tiny", at)
    return flat


def _refuse_far(flat: Geometries, land: shapely.Geometry, review: Review) -> None:
    for at in review.those(~shapely.dwithin(land, flat, FAR_M)):
        far = figure(shapely.distance(land, flat[at]) / 1000, 1, "km")
        review.say("refused", "outlinecheck.far_outside", at, far=far)


def _tell_mended(given: Geometries, mended: Geometries, review: Review) -> None:
    """Tell what was changed in the outlines that are kept."""
    for at in review.those(shapely.get_type_id(given) == _COLLECTION):
        review.say("mended", "outlinecheck.taken_out", at)
    for at in review.those(shapely.get_coordinate_dimension(given) > _PLANE_DIMENSIONS):
        review.say("mended", "outlinecheck.heights_dropped", at)
    flat = shapely.force_2d(given)
    for at in review.those(np.ones(len(given), dtype=bool)):
        (shape,) = polygons_in(flat[at])
        gone = shapely.get_num_coordinates(shape) - shapely.get_num_coordinates(mended[at])
        if gone:
            review.say("mended", "outlinecheck.corners_dropped", at, count=int(gone))
        if not shapely.equals_identical(shapely.orient_polygons(shape), shape):
            review.say("mended", "outlinecheck.turned", at)
