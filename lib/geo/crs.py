"""Coordinate reference systems of the province, in one place.

Storage is WGS 84; areas and distances are measured in the VN-2000 zone of the
province, as ``province.toml`` says it.
"""

from functools import cache
from typing import Final

from pyproj import CRS

from lib.settings import province

STORAGE_CRS: Final = "EPSG:4326"
"""Longitude and latitude in degrees, as GeoJSON and Leaflet have them."""

AREA_CRS: Final = f"EPSG:{province().crs.area}"
"""VN-2000 / TM-3, metres: every hectare and metre is measured here."""


@cache
def meridian_plane() -> dict[str, float]:
    """Return what a transverse Mercator of `AREA_CRS` is made of, for who computes without PROJ.

    Returns
    -------
    dict
        ``meridian`` (degrees), ``scale`` there, ``axis`` (half the equator's, metres)
        and ``flattening`` of the ellipsoid.
    """
    crs = CRS(AREA_CRS)
    said = {p.name: float(p.value) for p in crs.coordinate_operation.params}
    ellipsoid = crs.ellipsoid
    return {
        "meridian": said["Longitude of natural origin"],
        "scale": said["Scale factor at natural origin"],
        "axis": float(ellipsoid.semi_major_metre),
        "flattening": 1 / float(ellipsoid.inverse_flattening),
    }
