"""Outlines as a file of the office holds them, for the tests of what is said of them."""

import geopandas as gpd
import numpy as np
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.geo.zones import to_storage
from lib.importing.outlines.check import check

EAST, NORTH = 550_000.0, 2_350_000.0
FILE = "ranh-gioi.kml"
ROW = 7


def storage(shapes):
    """Return shapes of the plane in EPSG:4326, exteriors counter-clockwise."""
    return to_storage(shapely.orient_polygons(np.array(shapes, dtype=object)), 9208)


LAND = shapely.box(EAST - 20_000, NORTH - 20_000, EAST + 20_000, NORTH + 20_000)
(PROVINCE,) = storage([shapely.segmentize(LAND, 500)])


def square(x=0.0, y=0.0, side=500.0):
    """Return a square of the plane, 25 ha, round a place by the middle of the province."""
    half = side / 2
    return shapely.box(EAST + x - half, NORTH + y - half, EAST + x + half, NORTH + y + half)


def polygon(*corners, holes=()):
    shift = np.array([EAST, NORTH])
    return shapely.Polygon(np.array(corners) + shift, [np.array(hole) + shift for hole in holes])


def file_of(*shapes):
    """Return `shapes` of EPSG:4326 as the rows of a file from row 7 on, with an odd index."""
    return gpd.GeoDataFrame(
        {
            "cluster_id": [f"C{i}" for i in range(len(shapes))],
            "name": [f"Cụm {i}" for i in range(len(shapes))],
            "row": [ROW + i for i in range(len(shapes))],
            "note": "giữ nguyên",
        },
        geometry=list(shapes),
        index=[f"k{i}" for i in range(len(shapes))],
        crs=STORAGE_CRS,
    )


def look(frame, known=None, decided=None):
    return check(frame, known=known, decided_ha=decided or {}, province=PROVINCE, file=FILE)


def told(frame, **context):
    """Return level and short key of what is found."""
    return [(f.level, f.key.partition(".")[2]) for f in look(frame, **context)[1]]


def sentence(finding):
    return finding.message().replace("\u00a0", " ")


def with_height(shape):
    return shapely.force_3d(shape, 12.0)


GOOD = storage([square()])[0]
BOW_TIE = polygon((0, 0), (500, 500), (500, 0), (0, 500))
SPIKE = polygon((0, 0), (500, 0), (500, 249), (2_500, 250), (500, 251), (500, 500), (0, 500))
