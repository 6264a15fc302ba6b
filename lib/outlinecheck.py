"""Outlines of clusters as the office sends them, looked at before they are published.

What can only have been meant one way is mended and told; what only the office
can know is asked or refused. Everything is measured in the plane, EPSG:9208.
"""

import re
from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lib.borders import POLYGONAL, on_globe, plane
from lib.crs import STORAGE_CRS
from lib.errors import WrongUseError
from lib.findings import LEVELS, Finding, Level, Twin
from lib.geometry import Geometries
from lib.text import hectares, is_blank, number

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

SAME_CORNER_DEG: Final = 1e-3 / 111_320
"""1 mm in degrees of latitude: nearer corners are one corner written twice."""

# Beyond these an outline is refused.
MAX_VERTICES: Final = 200_000
MIN_M2: Final = 1.0
FAR_M: Final = 5_000.0
# Beyond these a person is asked.
SPIKE_DEG: Final = 1.0
SPIKE_SIDE_M: Final = 5.0
OVERLAP_M2: Final = 1.0
AREA_SHARE: Final = 0.05
AREA_DIFFERENCE_HA: Final = 0.5
OUTSIDE_SHARE: Final = 0.01
USUAL_HA: Final = (0.1, 200.0)

_CORNERS: Final = 3
_PLANE_DIMENSIONS: Final = 2
_HA: Final = 10_000.0
_GLOBE: Final = (180.0, 90.0)
_COLLECTION: Final = 7
_PLACE: Final = re.compile(r"^(?P<what>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]$")
_FAULTS: Final = {
    "Self-intersection": "outlinecheck.crosses_itself",
    "Ring Self-intersection": "outlinecheck.crosses_itself",
    "Hole lies outside shell": "outlinecheck.bad_hole",
    "Holes are nested": "outlinecheck.bad_hole",
    "Interior is disconnected": "outlinecheck.bad_hole",
}
"""What GEOS calls a fault; any other is of parts that lie on each other."""


class _Review:
    """What has been said about the rows of a file, and which are still in hand."""

    def __init__(self, outlines: gpd.GeoDataFrame, file: str) -> None:
        self.file = file
        self.rows = [int(row) for row in outlines["row"]]
        self.ids = [_word(cluster) for cluster in outlines["cluster_id"]]
        self.names = _names(outlines)
        self.kept: Bools = np.ones(len(outlines), dtype=bool)
        self.findings: list[Finding] = []

    def say(self, level: Level, key: str, at: int, **values: object) -> None:
        """Say one thing about the row at position `at`, which is out if refused."""
        named = {"name": self.names[at], **values}
        self.findings.append(Finding(level, key, named, self.file, self.rows[at]))
        if level == "refused":
            self.kept[at] = False

    def those(self, mask: Bools) -> list[int]:
        """Return the positions in `mask` that have not been refused."""
        return [int(at) for at in np.flatnonzero(mask & self.kept)]

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings, gravest first, then by row."""
        return tuple(sorted(self.findings, key=lambda f: (LEVELS.index(f.level), f.row or 0)))


def check(
    outlines: gpd.GeoDataFrame,
    *,
    known: gpd.GeoDataFrame | None,
    decided_ha: Mapping[str, float],
    province: shapely.Geometry,
    file: str,
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return the outlines that can be published, mended, and what there is to say.

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
    file : str
        Name of the file.

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
    review = _Review(frame, file)
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
        _ask_spikes(flat, review)
        _ask_overlaps(flat, known, review)
        _ask_areas(shapely.area(flat), decided_ha, review)
        _ask_outside(flat, land, review)
        _note_shape(flat, review)
    kept = frame[review.kept]
    shapes = gpd.GeoSeries(mended[review.kept], index=kept.index, crs=STORAGE_CRS)
    return kept.set_geometry(shapes.rename(frame.geometry.name)), review.sorted()


def _word(value: object) -> str:
    return "" if is_blank(value) else str(value)


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    """Return what each row is called: name and id, or the one it has."""
    pairs = zip(frame["name"].map(_word), frame["cluster_id"].map(_word), strict=True)
    return [f"{name} ({code})" if name and code else name or code or "?" for name, code in pairs]


def _figure(value: float, digits: int, unit: str) -> Twin:
    return Twin.of(lambda lang: number(value, lang, digits, unit))


def _ha(square_metres: float) -> Twin:
    return Twin.of(lambda lang: hectares(square_metres / _HA, lang))


def _at(xy: Floats) -> dict[str, str]:
    """Return what names a place of the plane: VN-2000 and degrees."""
    place = on_globe(np.array([shapely.Point(xy)])).iloc[0]
    # VN-2000 tables in Vietnam write the northing as X and the easting as Y.
    lonlat = {"lon": f"{place.x:.6f}", "lat": f"{place.y:.6f}"}
    return {"x": f"{xy[1]:.2f}", "y": f"{xy[0]:.2f}", **lonlat}


def _polygons(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return a polygon or multipolygon as it is, of a collection those in it, however deep."""
    if shapely.get_type_id(shape) == _COLLECTION:
        return [found for member in shapely.get_parts(shape) for found in _polygons(member)]
    outline = shapely.get_type_id(shape) in POLYGONAL and not shapely.is_empty(shape)
    return [shape] if outline else []


def _refuse_unreadable(given: Geometries, review: _Review) -> Geometries:
    """Refuse what is no polygon; return the others out of their collections."""
    shapes = given.copy()
    for at in review.those(shapely.is_missing(given) | shapely.is_empty(given)):
        review.say("refused", "outlinecheck.missing", at)
    for at in review.those(np.ones(len(given), dtype=bool)):
        inside = _polygons(given[at])
        if not inside:
            review.say("refused", "outlinecheck.not_polygon", at)
        elif len(inside) > 1:
            review.say("refused", "outlinecheck.several_outlines", at, count=len(inside))
        else:
            shapes[at] = inside[0]
    counts = shapely.get_num_coordinates(shapes)
    for at in review.those(counts > MAX_VERTICES):
        count, most = (_figure(value, 0, "") for value in (counts[at], MAX_VERTICES))
        review.say("refused", "outlinecheck.too_many", at, count=count, most=most)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    lost: Bools = np.any(~(np.abs(xy) <= _GLOBE), axis=1)
    for at in review.those(np.bincount(of[lost], minlength=len(shapes)) > 0):
        corner = int(np.flatnonzero(lost[of == at])[0]) + 1
        review.say("refused", "outlinecheck.not_finite", at, corner=corner)
    return shapes


def _thin(shapes: Geometries) -> Geometries:
    """Return `shapes` without corners written twice; once is not enough where a ring closes."""
    while True:
        thinner: Geometries = shapely.remove_repeated_points(shapes, SAME_CORNER_DEG)
        if shapely.count_coordinates(thinner) == shapely.count_coordinates(shapes):
            return thinner
        shapes = thinner


def _mended(taken: Geometries, review: _Review) -> Geometries:
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


def _refuse_misshapen(mended: Geometries, review: _Review) -> Geometries:
    """Refuse what encloses no land or crosses itself; return the outlines in the plane."""
    flat = plane(gpd.GeoSeries(mended, crs=STORAGE_CRS))
    tiny = shapely.area(shapely.convex_hull(flat)) < MIN_M2  # a figure of eight may sum to nothing
    for at in review.those(~tiny & ~shapely.is_valid(flat)):
        found = _PLACE.match(shapely.is_valid_reason(flat[at]))
        what, x, y = found.groups() if found else ("", "nan", "nan")
        place = _at(np.array([float(x), float(y)]))
        review.say("refused", _FAULTS.get(what, "outlinecheck.bad_parts"), at, **place)
    for at in review.those(shapely.area(flat) < MIN_M2):
        review.say("refused", "outlinecheck.tiny", at)
    return flat


def _refuse_far(flat: Geometries, land: shapely.Geometry, review: _Review) -> None:
    for at in review.those(~shapely.dwithin(land, flat, FAR_M)):
        far = _figure(shapely.distance(land, flat[at]) / 1000, 1, "km")
        review.say("refused", "outlinecheck.far_outside", at, far=far)


def _tell_mended(given: Geometries, mended: Geometries, review: _Review) -> None:
    """Tell what was changed in the outlines that are kept."""
    for at in review.those(shapely.get_type_id(given) == _COLLECTION):
        review.say("mended", "outlinecheck.taken_out", at)
    for at in review.those(shapely.get_coordinate_dimension(given) > _PLANE_DIMENSIONS):
        review.say("mended", "outlinecheck.heights_dropped", at)
    flat = shapely.force_2d(given)
    for at in review.those(np.ones(len(given), dtype=bool)):
        (shape,) = _polygons(flat[at])
        gone = shapely.get_num_coordinates(shape) - shapely.get_num_coordinates(mended[at])
        if gone:
            review.say("mended", "outlinecheck.corners_dropped", at, count=int(gone))
        if not shapely.equals_identical(shapely.orient_polygons(shape), shape):
            review.say("mended", "outlinecheck.turned", at)


def _ask_spikes(flat: Geometries, review: _Review) -> None:
    """Ask about corners of hardly any angle between two sides that can be seen."""
    parts, part_of = shapely.get_parts(flat, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first, last = (np.searchsorted(ring, np.arange(len(rings)), side) for side in ("left", "right"))
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[first], after[last - 1] = last - 2, first + 1  # a ring ends where it began
    back, ahead = xy[before] - xy, xy[after] - xy
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    angle = np.degrees(np.arctan2(np.abs(cross), (back * ahead).sum(axis=1)))
    sides = np.minimum(np.hypot(*back.T), np.hypot(*ahead.T))
    spiky = (angle < SPIKE_DEG) & (sides > SPIKE_SIDE_M)
    spiky[last - 1] = False
    found = np.flatnonzero(spiky)
    owners = part_of[ring_of[ring[found]]]
    for at in np.unique(owners):
        mine = found[owners == at]
        place = _at(xy[mine[np.argmin(angle[mine])]])
        review.say("ask", "outlinecheck.spike", int(at), count=len(mine), **place)


def _ask_overlaps(flat: Geometries, known: gpd.GeoDataFrame | None, review: _Review) -> None:
    """Ask about land in two outlines: of the file, or of it and of what is known."""
    tree = shapely.STRtree(flat)
    for one, other in tree.query(flat, predicate="intersects").T:
        common = shapely.area(shapely.intersection(flat[one], flat[other]))
        if one < other and common > OVERLAP_M2:
            values = {"other": review.names[other], "other_row": review.rows[other]}
            review.say("ask", "outlinecheck.overlap", int(one), area=_ha(common), **values)
    if known is None:
        return
    rest = known[~known["cluster_id"].map(_word).isin(np.array(review.ids)[review.kept])]
    shapes, names = plane(rest.geometry), _names(rest)
    shapes[~shapely.is_valid(shapes)] = None
    for old, one in tree.query(shapes, predicate="intersects").T:
        common = shapely.area(shapely.intersection(flat[one], shapes[old]))
        if common > OVERLAP_M2:
            area, other = _ha(common), names[old]
            review.say("ask", "outlinecheck.overlap_known", int(one), area=area, other=other)


def _ask_areas(area_m2: Floats, decided_ha: Mapping[str, float], review: _Review) -> None:
    """Ask about areas that are unusual, or not those of the decision."""
    low, high = USUAL_HA
    for at in review.those((area_m2 < low * _HA) | (area_m2 > high * _HA)):
        review.say("ask", "outlinecheck.unusual_area", at, area=_ha(area_m2[at]))
    decided = _HA * np.array([decided_ha.get(code, np.nan) for code in review.ids], dtype=float)
    off = np.abs(area_m2 - decided)
    for at in review.those((off > AREA_SHARE * decided) & (off > AREA_DIFFERENCE_HA * _HA)):
        areas = {"area": _ha(area_m2[at]), "decided": _ha(decided[at])}
        review.say("ask", "outlinecheck.area_differs", at, **areas)


def _ask_outside(flat: Geometries, land: shapely.Geometry, review: _Review) -> None:
    for at in review.those(~shapely.covers(land, flat)):
        area = shapely.area(flat[at])
        share = shapely.area(shapely.difference(flat[at], land)) / area
        if share > OUTSIDE_SHARE:
            values = {"share": _figure(100 * share, 1, "%"), "area": _ha(share * area)}
            review.say("ask", "outlinecheck.partly_outside", at, **values)


def _note_shape(flat: Geometries, review: _Review) -> None:
    parts, of = shapely.get_parts(flat, return_index=True)
    holes = np.bincount(of, shapely.get_num_interior_rings(parts), minlength=len(flat))
    for at in review.those(holes > 0):
        review.say("note", "outlinecheck.holes", at, count=int(holes[at]))
    count = np.bincount(of, minlength=len(flat))
    for at in review.those(count > 1):
        review.say("note", "outlinecheck.several_parts", at, count=int(count[at]))
