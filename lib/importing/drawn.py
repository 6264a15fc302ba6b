"""An outline drawn on the map: what the browser says of it, and the file it is brought in as.

A drawing goes the way of any file: checked, previewed, published, its original kept.
The file says itself that it is traced, how roughly, by whom and when, so that it is
the same again wherever it is read.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.importing.downloaded import address
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError
from lib.language.text import date, number, t

Means = Literal["image", "map_2000", "map_10000", "map_25000", "map_50000", "walked", "told"]
MEANS: Final[Mapping[Means, float]] = {
    "image": 10.0,
    "map_2000": 1.0,
    "map_10000": 5.0,
    "map_25000": 12.5,
    "map_50000": 25.0,
    "walked": 10.0,
    "told": 100.0,
}
"""What an outline was drawn after -> metres it may be off: of a map half a millimetre of paper."""

Ring = tuple[tuple[float, float], ...]
"""Corners in longitude and latitude, EPSG:4326, the first not again at the end."""

MOST_CORNERS: Final = 20_000
MOST_RINGS: Final = 200
"""Each is held against each other, corner by corner."""
_LEAST_CORNERS: Final = 3
_GLOBE: Final = (180.0, 90.0)


def rings_of(said: object) -> tuple[Ring, ...]:
    """Return the rings a browser says were drawn.

    Raises
    ------
    DataRefusedError
        It is nothing a map sends: no list of rings of three corners on earth, or too many
        corners or rings.
    """
    if not isinstance(said, list) or not all(isinstance(ring, list) for ring in said):
        raise DataRefusedError("importing.drawn_unreadable")
    if sum(map(len, said)) > MOST_CORNERS:
        raise DataRefusedError("importing.drawn_too_long", most=MOST_CORNERS)
    if len(said) > MOST_RINGS:
        raise DataRefusedError("importing.drawn_many_rings", most=MOST_RINGS)
    rings = tuple(tuple(_corner(corner) for corner in ring) for ring in said)
    if any(len(ring) < _LEAST_CORNERS for ring in rings):
        raise DataRefusedError("importing.drawn_unreadable")
    return rings


def _corner(said: object) -> tuple[float, float]:
    match said:
        case [int() | float() as lon, int() | float() as lat] if _on_earth(lon, lat):
            return float(lon), float(lat)
    raise DataRefusedError("importing.drawn_unreadable")


def _on_earth(lon: float, lat: float) -> bool:
    """Return whether these are degrees; truth values are numbers to Python, NaN compares as no."""
    numbers = not isinstance(lon, bool) and not isinstance(lat, bool)
    return numbers and abs(lon) <= _GLOBE[0] and abs(lat) <= _GLOBE[1]


def outline_of(rings: Sequence[Ring]) -> shapely.Polygon | shapely.MultiPolygon | None:
    """Return the land inside rings: one within another is a hole, one in a hole land again.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon or None
        EPSG:4326, with the corners as drawn; not valid where lines cross, for the
        check of the import to say where. None without a ring.
    """
    shells = [shapely.Polygon(ring) for ring in rings]
    for shell in shells:
        shapely.prepare(shell)
    sides = shapely.bounds(shells).reshape(-1, 4)
    around = [
        [int(at) for at in _may_hold(sides, own) if at != own and _inside(ring, shells[at])]
        for own, ring in enumerate(rings)
    ]
    parts = []
    for at, outer in enumerate(around):
        if len(outer) % 2 == 0:
            holes = [
                rings[hole]
                for hole, depth in enumerate(around)
                if at in depth and len(depth) == len(outer) + 1
            ]
            parts.append(shapely.Polygon(rings[at], holes))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _may_hold(sides: npt.NDArray[np.float64], own: int) -> npt.NDArray[np.intp]:
    """Return which of the rings with these bounds reach as far as one of them on every side."""
    low, high = sides[:, :2] <= sides[own, :2], sides[:, 2:] >= sides[own, 2:]
    return np.flatnonzero(low.all(axis=1) & high.all(axis=1))


def _inside(ring: Ring, shell: shapely.Polygon) -> bool:
    """Return whether a ring lies in another; they may share corners, so all of them are asked."""
    lon, lat = np.array(ring).T
    return bool(shapely.intersects_xy(shell, lon, lat).all())


def rings_from(outline: shapely.Geometry) -> tuple[Ring, ...]:
    """Return the rings of an outline in use, to be corrected on the map."""
    rings = shapely.get_rings(shapely.get_parts(shapely.force_2d(outline)))
    corners = (shapely.get_coordinates(ring)[:-1].tolist() for ring in rings)
    return tuple(tuple((x, y) for x, y in ring) for ring in corners)


def file_of(
    outline: shapely.Polygon | shapely.MultiPolygon,
    *,
    cluster_id: str,
    name: str,
    means: Means,
    who: str,
    as_of: str,
    drawn_on: str,
) -> tuple[str, bytes]:
    """Return name and bytes of the GeoJSON file a drawing is brought in as.

    Parameters
    ----------
    outline
        EPSG:4326, from `outline_of`; corners are written as they are, not rounded.
    means : str
        One of `MEANS`.
    as_of, drawn_on : str
        Day the outline holds for and day it was drawn, ISO.
    """
    file = f"ve-tay-{cluster_id}.geojson"
    accuracy = MEANS[means]
    note = t(
        "importing.drawn_note",
        who=who,
        date=date(drawn_on),
        means=t(f"importing.means_{means}"),
        accuracy=f"{number(accuracy, digits=0 if accuracy.is_integer() else 1)} m",
    )
    said = {
        "cluster_id": cluster_id,
        "name": name,
        "outline_quality": "traced",
        "outline_accuracy_m": accuracy,
        "given_crs": STORAGE_CRS,
        "note": note,
        "source_url": f"file:{address(file)}",
        "as_of": as_of,
    }
    feature = {"type": "Feature", "properties": said, "geometry": _geometry(outline)}
    whole = {"type": "FeatureCollection", "features": [feature]}
    return file, json.dumps(whole, ensure_ascii=False).encode()


def _geometry(outline: shapely.Polygon | shapely.MultiPolygon) -> dict[str, object]:
    """Return an outline as GeoJSON with every digit; shapely's own writer is not asked to."""
    parts = [
        [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(part)]
        for part in shapely.get_parts(shapely.orient_polygons(outline))
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def options(means: Means, as_of: str) -> Options:
    """Return the options a drawing is checked with: traced, never surveyed."""
    return Options("outlines", as_of, quality="traced", accuracy_m=MEANS[means])
