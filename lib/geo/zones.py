"""Check by position which coordinate system a file is in, and convert it to EPSG:4326.

Tables and drawings in VN-2000 seldom state their zone, and a province has used
several. Nothing is guessed: a person chooses, the position of the file is held
against the choice, and a better one is only proposed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.errors import WrongUseError
from lib.language.findings import Finding, Twin
from lib.language.text import Lang, number, t
from lib.settings import province

Floats = npt.NDArray[np.float64]

NEAR_KM: Final = 5.0
"""A file centred this little outside the province still counts as inside."""

_LABELS: Final = {zone.epsg: zone.words for zone in province().crs.zones}
CHOICES: Final[tuple[int, ...]] = tuple(_LABELS)
"""EPSG codes a person can choose from, likeliest first."""

_DEGREES: Final = 4326
_VN2000: Final = 4756
_OFFICIAL_SHIFT: Final = {"authority": "EPSG", "code": 6960}
_GLOBE: Final = np.array([180.0, 90.0])
_ELLIPSOID: Final = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Reading:
    """Where a file lies if its numbers are read one way.

    Parameters
    ----------
    epsg, swapped
        One of `CHOICES`, and whether the two axes were exchanged first.
    inside : bool
        True if the file's shapes are in the province or near it (`NEAR_KM`).
    distance_km : float
        From the middle of them to the province; infinite if it is no place on earth.
    """

    epsg: int
    swapped: bool
    inside: bool
    distance_km: float


@cache
def readable(epsg: int) -> bool:
    """Return whether a file that states this CRS is read: its datum is WGS 84 or VN-2000.

    Any of the EPSG register on these two is well defined; the ways from older
    datums (Hà Nội 1972, Indian 1960) are good to tens of metres only.
    """
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError:
        return False
    geodetic = crs.geodetic_crs
    placed = crs.is_geographic or crs.is_projected
    return placed and geodetic is not None and geodetic.to_epsg() in {_DEGREES, _VN2000}


def zone_label(epsg: int, lang: Lang = "vi") -> str:
    """Return the name of a choice in words an official knows, of another by its EPSG entry."""
    _require_readable(epsg)
    return t(_LABELS[epsg], lang) if epsg in _LABELS else f"{CRS(epsg).name} (EPSG:{epsg})"


def to_storage(shapes: Geometries, epsg: int, *, swapped: bool = False) -> Geometries:
    """Return geometries of a file in longitude and latitude, EPSG:4326.

    The shift from VN-2000 is EPSG:6960, the parameters of Decision 05/2007/QĐ-BTNMT,
    wherever the point lies: PROJ by itself would take EPSG:5194 in the Mekong delta.
    From a system on WGS 84 there is none.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries
        Easting (or longitude) first, metres or degrees; None and empty ones too.
    epsg : int
        One that is `readable`, else `WrongUseError`.
    swapped : bool
        True if the file has northing (or latitude) first.

    Returns
    -------
    numpy.ndarray of shapely geometries
        New, not rounded, with the heights they had. What is no place on earth
        gets infinite or senseless coordinates, never an error.
    """
    _require_readable(epsg)
    move = partial(_lonlat, epsg=epsg, swapped=swapped)
    moved: Geometries = shapely.transform(shapes, move)
    high = shapely.has_z(shapes)
    moved[high] = shapely.transform(
        shapes[high], lambda xyz: np.column_stack([move(xyz[:, :2]), xyz[:, 2:]]), include_z=True
    )
    return moved


def readings(shapes: Geometries, province: shapely.Geometry) -> tuple[Reading, ...]:
    """Return where a file lies under every choice, axes as they are and exchanged.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries
        As in the file, for `to_storage`. Each stands for its median corner, which
        one mistyped corner does not move; a reading that puts more than half as
        many of them inside as the best one does is inside, so that the frame of
        a drawing far away does not move the file.
    province : shapely.Geometry
        Polygon or multipolygon, EPSG:4326.

    Returns
    -------
    tuple of Reading
        Best first: inside, nearest, axes as they are, order of `CHOICES`.
    """
    return tuple(_placed(shapes, province))


def proposal(
    shapes: Geometries, chosen: int, province: shapely.Geometry, *, swapped: bool = False
) -> Reading | None:
    """Return the reading to propose instead of the chosen one, as `propose` does.

    None if the chosen reading lies inside the province, or none does.
    """
    found = tuple(_placed(shapes, province, chosen))
    taken = _as_chosen(found, chosen, swapped=swapped)
    return found[0] if found[0].inside and not taken.inside else None


def propose(
    shapes: Geometries, chosen: int, province: shapely.Geometry, *, swapped: bool = False, file: str
) -> list[Finding]:
    """Return what the position of a file has to say about the chosen reading.

    Parameters
    ----------
    shapes, province
        As for `readings`.
    chosen, swapped
        What the file states or the person chose, `readable`, else `WrongUseError`,
        and whether to exchange the axes.

    Returns
    -------
    list of Finding
        Nothing if only the chosen reading lies inside the province. ``ask`` if
        only others do: the best is proposed. ``note`` if several do, for then
        the position cannot tell them apart. ``refused`` if none does.
    """
    places = _placed(shapes, province, chosen)
    taken = _as_chosen(places, chosen, swapped=swapped)
    inside = [one for one in places if one.inside]
    if not inside:
        return [_refusal(next(iter(places)), file, asked=swapped)]
    best = taken if taken.inside else inside[0]
    off = {one: _km(_between_km(places[one], places[best])) for one in (taken, *inside)}
    findings = []
    if best is not taken:
        findings.append(_question(taken, best, off[taken], file, asked=swapped))
    inside.remove(best)
    others = [_told("zones.other", zone=_words(r, asked=swapped), off=off[r]) for r in inside]
    if others:
        zones = Twin("; ".join(others), "; ".join(words.en for words in others))
        findings.append(Finding("note", "zones.also_inside", {"zones": zones}, file))
    return findings


def _require_readable(epsg: int) -> None:
    if not readable(epsg):
        raise WrongUseError("zones.unknown", value=epsg, choices=", ".join(map(str, CHOICES)))


@cache
def _pipeline(epsg: int) -> Transformer:
    """Return the way from a zone to WGS 84, from VN-2000 over the official shift.

    Made anew from its definition: the members of a group are not safe to share
    between threads.
    """
    geodetic = CRS(epsg).geodetic_crs
    if geodetic is not None and geodetic.to_epsg() == _DEGREES:
        return Transformer.from_crs(epsg, STORAGE_CRS, always_xy=True)
    _require_readable(epsg)
    group = TransformerGroup(f"EPSG:{epsg}", STORAGE_CRS, always_xy=True)
    (official,) = (
        way
        for way in group.transformers
        if any(step.to_json_dict().get("id") == _OFFICIAL_SHIFT for step in way.operations or ())
    )
    return Transformer.from_pipeline(official.definition)


def _lonlat(xy: Floats, epsg: int, *, swapped: bool) -> Floats:
    """Return longitudes and latitudes of points in a zone, eastings first unless `swapped`."""
    east_north = xy[:, ::-1] if swapped else xy
    if epsg == _DEGREES:
        return east_north
    return np.column_stack(_pipeline(epsg).transform(*east_north.T))


def _placed(
    shapes: Geometries, province: shapely.Geometry, chosen: int | None = None
) -> dict[Reading, Floats]:
    """Return every reading, best first, with the longitude and latitude of the file's centre."""
    middles = _middles(shapes)
    codes = CHOICES if chosen is None or chosen in CHOICES else (*CHOICES, chosen)
    land = _Land(province)
    placed = []
    for swapped, epsg in product((False, True), codes):
        places = _lonlat(middles, epsg, swapped=swapped)
        near = land.away_km(places) <= NEAR_KM
        centre = np.median(places[near] if near.any() else places, axis=0)
        placed.append((epsg, swapped, int(near.sum()), centre))
    most = max(count for _, _, count, _ in placed)
    found = {}
    for epsg, swapped, count, centre in placed:
        (away,) = land.away_km(centre[None])
        found[Reading(epsg, swapped, 2 * count > most, float(away))] = centre
    return dict(sorted(found.items(), key=lambda one: (not one[0].inside, one[0].distance_km)))


def _middles(shapes: Geometries) -> Floats:
    """Return the median corner of each shape, of finite ones; NaN once if there is none."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    sound = np.isfinite(xy).all(axis=1)
    xy, of = xy[sound], of[sound]
    if not len(xy):
        return np.full((1, 2), np.nan)
    table = pd.DataFrame(xy).groupby(of).median()
    middles: Floats = table.to_numpy()
    return middles


class _Land:
    """The province, ready for distances to it.

    The nearest point is looked for with degrees of longitude shrunk to what
    they measure there; the distance to it is geodesic.
    """

    def __init__(self, province: shapely.Geometry) -> None:
        latitude = shapely.get_y(shapely.centroid(province))
        self._shrink = np.array([math.cos(math.radians(latitude)), 1.0])
        self._near = shapely.transform(province, lambda xy: xy * self._shrink)
        shapely.prepare(self._near)

    def away_km(self, places: Floats) -> Floats:
        """Return how far places are from it, kilometres; infinite if not on earth."""
        away = np.full(len(places), math.inf)
        sound = np.flatnonzero(np.all(np.abs(places) <= _GLOBE, axis=1))
        lines = shapely.shortest_line(shapely.points(places[sound] * self._shrink), self._near)
        ends = shapely.get_coordinates(lines).reshape(-1, 2, 2) / self._shrink
        metres = _ELLIPSOID.inv(*ends[:, 0].T, *ends[:, 1].T)[2]
        away[sound] = np.asarray(metres) / 1000
        return away


def _between_km(start: Floats, end: Floats) -> float:
    return float(_ELLIPSOID.inv(*start, *end)[2]) / 1000


def _km(value: float) -> Twin:
    return Twin.of(lambda lang: number(value, lang, 1, "km"))


def _as_chosen(found: Iterable[Reading], chosen: int, *, swapped: bool) -> Reading:
    _require_readable(chosen)
    return next(one for one in found if (one.epsg, one.swapped) == (chosen, swapped))


def _told(key: str, **values: Twin) -> Twin:
    return Twin.of(lambda lang: t(key, lang, **values))


def _words(one: Reading, *, asked: bool) -> Twin:
    """Return a reading in words; `asked` tells whether the person exchanged the axes."""
    label = Twin.of(lambda lang: zone_label(one.epsg, lang))
    if one.swapped:
        degrees = one.epsg in {_DEGREES, _VN2000}
        return _told("zones.lonlat_swapped" if degrees else "zones.xy_swapped", zone=label)
    return _told("zones.not_swapped", zone=label) if asked else label


def _question(taken: Reading, best: Reading, off: Twin, file: str, *, asked: bool) -> Finding:
    values = {"chosen": _words(taken, asked=False), "zone": _words(best, asked=asked)}
    if math.isinf(taken.distance_km):
        return Finding("ask", "zones.chosen_nowhere", values, file)
    values |= {"far": _km(taken.distance_km), "off": off}
    return Finding("ask", "zones.chosen_outside", values, file)


def _refusal(nearest: Reading, file: str, *, asked: bool) -> Finding:
    if math.isinf(nearest.distance_km):
        return Finding("refused", "zones.nowhere", file=file)
    values = {"zone": _words(nearest, asked=asked), "far": _km(nearest.distance_km)}
    return Finding("refused", "zones.none_inside", values, file)
