"""Coordinate reference systems of the province, in one place.

Storage is WGS 84; areas and distances are measured in the VN-2000 zone of the
province, as ``province.toml`` says it.
"""

from typing import Final

from lib.settings import province

STORAGE_CRS: Final = "EPSG:4326"
"""Longitude and latitude in degrees, as GeoJSON and Leaflet have them."""

AREA_CRS: Final = f"EPSG:{province().crs.area}"
"""VN-2000 / TM-3, metres: every hectare and metre is measured here."""
