"""Coordinate tables (*bảng kê tọa độ*): corner points of outlines, mostly in VN-2000.

In Vietnamese tables X is the northing and Y the easting; in EPSG's axes, and in
shapely, the first number is the easting. The length of each side, when the
table gives it, is a free check: a side more than 2 cm off names a wrong corner.
"""

from lib.coordinates.outline import Outline, read_coordinate_csv
from lib.coordinates.parcels import EDGE_TOLERANCE_M, CoordinateTable, Edge, Parcel
from lib.coordinates.reader import is_coordinate_table, read_coordinate_table
from lib.numbers_vi import parse_number

__all__ = [
    "EDGE_TOLERANCE_M",
    "CoordinateTable",
    "Edge",
    "Outline",
    "Parcel",
    "is_coordinate_table",
    "parse_number",
    "read_coordinate_csv",
    "read_coordinate_table",
]
