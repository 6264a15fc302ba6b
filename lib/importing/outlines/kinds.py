"""Set apart what stands beside the outlines of a file: points, lines, the frame of a drawing.

None of it is ever joined to an outline; each is told, and asked where it may
have been meant as one.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from lib.crossing.communes import plane
from lib.geo.crs import STORAGE_CRS
from lib.importing.outlines.check import FAR_M
from lib.language.findings import Finding, Twin
from lib.language.text import number

_POINT, _LINE, _AREA = 0, 1, 2
_LISTED: Final = 10


def areas_only(frame: gpd.GeoDataFrame, file: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the areas of one file or layer, and what is told of points and lines beside them.

    A file without any area is returned as it is: its shapes are refused one by
    one, each by what it is.

    Parameters
    ----------
    frame : GeoDataFrame
        ``row``, ``name``, ``code`` and geometry of any kind or none.
    file : str
        What to call the file in messages.
    """
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_dimensions(shapes)
    if not (kinds == _AREA).any():
        return frame, []
    closed = (kinds == _LINE) & shapely.is_closed(shapes)
    found = []
    for level, key, mask in (
        ("note", "importing.points_beside", kinds == _POINT),
        ("note", "importing.lines_beside", (kinds == _LINE) & ~closed),
        ("ask", "importing.closed_lines_beside", closed),
    ):
        if mask.any():
            rows = [f"{row}" for row in frame["row"][mask]]
            listed = ", ".join(rows[:_LISTED]) + (" …" if len(rows) > _LISTED else "")
            values = {"count": len(rows), "rows": listed}
            found.append(Finding(level, key, values, file))  # type: ignore[arg-type]
    return frame[(kinds == _AREA) | (kinds < _POINT)], found


def strays(given: gpd.GeoDataFrame, province: shapely.Geometry) -> dict[int, Twin]:
    """Return the shapes that lie far from the province while others do not, and how far.

    Parameters
    ----------
    given : GeoDataFrame
        EPSG:4326, index 0, 1, 2 ...
    province : shapely.Geometry
        Polygon or multipolygon, EPSG:4326.

    Returns
    -------
    dict
        Position of such a row -> its distance in words; empty if all are far.
    """
    land = plane(gpd.GeoSeries([province], crs=STORAGE_CRS))[0]
    away = shapely.distance(land, plane(given.geometry))
    far = np.isfinite(away) & (away > FAR_M)  # what is nowhere is refused later, by its corner
    if far.all():
        return {}
    return {
        int(at): Twin.of(lambda lang, km=away[at] / 1000: number(km, lang, 0, "km"))  # type: ignore[misc]
        for at in np.flatnonzero(far)
    }
