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
    said = CRS(AREA_CRS).to_cf()
    return {
        "meridian": float(said["longitude_of_central_meridian"]),
        "scale": float(said["scale_factor_at_central_meridian"]),
        "axis": float(said["semi_major_axis"]),
        "flattening": 1 / float(said["inverse_flattening"]),
    }
