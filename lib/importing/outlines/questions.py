"""Ask what only the office can know of an outline: spikes, overlaps, odd areas, land outside.

Everything is measured in the plane, `AREA_CRS`.
"""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lib.crossing.communes import on_globe, plane
from lib.geo.geometry import Geometries
from lib.language.findings import LEVELS, Finding, Level, Twin
from lib.language.text import hectares, is_blank, number

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

HA_M2: Final = 10_000.0
"""Square metres of a hectare."""


class Review:
    """Findings on the rows of a file, and which rows are not refused."""

    def __init__(self, outlines: gpd.GeoDataFrame, file: str) -> None:
        self.file = file
        self.rows = [int(row) for row in outlines["row"]]
        self.ids = [word(cluster) for cluster in outlines["cluster_id"]]
        self.names = names_of(outlines)
        self.kept: Bools = np.ones(len(outlines), dtype=bool)
        self.findings: list[Finding] = []

    def say(self, level: Level, key: str, at: int, **values: object) -> None:
        """Add a finding on the row at position `at`; a refusal takes the row out."""
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


def word(value: object) -> str:
    """Return a cell as text, empty if it is blank."""
    return "" if is_blank(value) else str(value)


def names_of(frame: gpd.GeoDataFrame) -> list[str]:
    """Return what each row is called: name and id, or the one it has."""
    pairs = zip(frame["name"].map(word), frame["cluster_id"].map(word), strict=True)
    return [f"{name} ({code})" if name and code else name or code or "?" for name, code in pairs]


def figure(value: float, digits: int, unit: str) -> Twin:
    """Return a number with its unit as either language writes it."""
    return Twin.of(lambda lang: number(value, lang, digits, unit))


def area(square_metres: float) -> Twin:
    """Return an area in hectares as either language writes it."""
    return Twin.of(lambda lang: hectares(square_metres / HA_M2, lang))


def place_of(xy: Floats) -> dict[str, str]:
    """Return what names a place of the plane: VN-2000 and degrees."""
    place = on_globe(np.array([shapely.Point(xy)])).iloc[0]
    # VN-2000 tables in Vietnam write the northing as X and the easting as Y.
    lonlat = {"lon": f"{place.x:.6f}", "lat": f"{place.y:.6f}"}
    return {"x": f"{xy[1]:.2f}", "y": f"{xy[0]:.2f}", **lonlat}


# Beyond these a person is asked.
SPIKE_DEG: Final = 1.0
SPIKE_SIDE_M: Final = 5.0
OVERLAP_M2: Final = 1.0
AREA_SHARE: Final = 0.05
AREA_DIFFERENCE_HA: Final = 0.5
OUTSIDE_SHARE: Final = 0.01
USUAL_HA: Final = (0.1, 200.0)


def ask(
    flat: Geometries,
    known: gpd.GeoDataFrame | None,
    decided_ha: Mapping[str, float],
    land: shapely.Geometry,
    review: Review,
) -> None:
    """Ask about and note what is odd in outlines that can be used.

    Parameters
    ----------
    flat : numpy.ndarray of shapely geometries
        In the plane, `AREA_CRS`; None where an outline was refused.
    known, decided_ha
        As for `lib.importing.outlines.check.check`.
    land : shapely.Geometry
        The province in the plane.
    review : Review
        Takes what there is to say.
    """
    _ask_spikes(flat, review)
    _ask_overlaps(flat, known, review)
    _ask_areas(shapely.area(flat), decided_ha, review)
    _ask_outside(flat, land, review)
    _note_shape(flat, review)


def _ask_spikes(flat: Geometries, review: Review) -> None:
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
        place = place_of(xy[mine[np.argmin(angle[mine])]])
        review.say("ask", "outlinecheck.spike", int(at), count=len(mine), **place)


def _ask_overlaps(flat: Geometries, known: gpd.GeoDataFrame | None, review: Review) -> None:
    """Ask about land in two outlines: of the file, or of it and of what is known."""
    tree = shapely.STRtree(flat)
    for one, other in tree.query(flat, predicate="intersects").T:
        common = shapely.area(shapely.intersection(flat[one], flat[other]))
        if one < other and common > OVERLAP_M2:
            values = {"other": review.names[other], "other_row": review.rows[other]}
            review.say("ask", "outlinecheck.overlap", int(one), area=area(common), **values)
    if known is None:
        return
    rest = known[~known["cluster_id"].map(word).isin(np.array(review.ids)[review.kept])]
    shapes, names = plane(rest.geometry), names_of(rest)
    shapes[~shapely.is_valid(shapes)] = None
    for old, one in tree.query(shapes, predicate="intersects").T:
        common = shapely.area(shapely.intersection(flat[one], shapes[old]))
        if common > OVERLAP_M2:
            values = {"area": area(common), "other": names[old]}
            review.say("ask", "outlinecheck.overlap_known", int(one), **values)


def _ask_areas(area_m2: Floats, decided_ha: Mapping[str, float], review: Review) -> None:
    """Ask about areas that are unusual, or not those of the decision."""
    low, high = USUAL_HA
    for at in review.those((area_m2 < low * HA_M2) | (area_m2 > high * HA_M2)):
        review.say("ask", "outlinecheck.unusual_area", at, area=area(area_m2[at]))
    decided = HA_M2 * np.array([decided_ha.get(code, np.nan) for code in review.ids], dtype=float)
    off = np.abs(area_m2 - decided)
    for at in review.those((off > AREA_SHARE * decided) & (off > AREA_DIFFERENCE_HA * HA_M2)):
        areas = {"area": area(area_m2[at]), "decided": area(decided[at])}
        review.say("ask", "outlinecheck.area_differs", at, **areas)


def _ask_outside(flat: Geometries, land: shapely.Geometry, review: Review) -> None:
    for at in review.those(~shapely.covers(land, flat)):
        whole_m2 = shapely.area(flat[at])
        share = shapely.area(shapely.difference(flat[at], land)) / whole_m2
        if share > OUTSIDE_SHARE:
            values = {"share": figure(100 * share, 1, "%"), "area": area(share * whole_m2)}
            review.say("ask", "outlinecheck.partly_outside", at, **values)


def _note_shape(flat: Geometries, review: Review) -> None:
    parts, of = shapely.get_parts(flat, return_index=True)
    holes = np.bincount(of, shapely.get_num_interior_rings(parts), minlength=len(flat))
    for at in review.those(holes > 0):
        review.say("note", "outlinecheck.holes", at, count=int(holes[at]))
    count = np.bincount(of, minlength=len(flat))
    for at in review.those(count > 1):
        review.say("note", "outlinecheck.several_parts", at, count=int(count[at]))
