"""Coordinate reference systems of the province, in one place.

Storage is WGS 84; areas and distances are measured in VN-2000 / TM-3 104°45',
the new province's zone (Circular 24/2025/TT-BNNMT, annex; EPSG:9208). Its area
scale over the province is 0.99980-1.00013, at most 0.02 %.
"""

from typing import Final

STORAGE_CRS: Final = "EPSG:4326"
"""Longitude and latitude in degrees, as GeoJSON and Leaflet have them."""

AREA_CRS: Final = "EPSG:9208"
"""VN-2000 / TM-3 104°45', metres: every hectare and metre is measured here."""
