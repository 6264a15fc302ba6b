"""Read the only outline of a CSV table, in longitude and latitude."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from lib.geo.crs import STORAGE_CRS
from lib.importing.coordinates.parcels import Edge
from lib.importing.coordinates.reader import read_coordinate_table
from lib.importing.readers.grid import Grid
from lib.language.errors import DataRefusedError


@dataclass(frozen=True)
class Outline:
    """The only outline of a file, ready for the map.

    Parameters
    ----------
    polygon : shapely.Polygon
        EPSG:4326.
    points : tuple of str
        Corner names in order.
    mismatches : tuple of Edge
        Sides more than 2 cm off.
    """

    polygon: shapely.Polygon
    points: tuple[str, ...]
    mismatches: tuple[Edge, ...]


def read_coordinate_csv(path: Path, *, epsg: int) -> Outline:
    """Read one outline from a CSV table with ``;`` or ``,`` between its columns.

    Lines before the heading (a title, the central meridian) are passed over.

    Parameters
    ----------
    path : Path
        UTF-8, with or without BOM.
    epsg : int
        Projected CRS of the table; never guessed. Longitudes and latitudes are
        WGS 84 whatever it is.

    Raises
    ------
    DataRefusedError
        If there is no heading, a cell is not a number, fewer than three corners
        are left, or there are several parcels; the message names file, row and
        column.
    """
    text = path.read_text(encoding="utf-8-sig")
    separator = ";" if text.count(";") >= text.count(",") else ","
    lines = list(csv.reader(text.splitlines(), delimiter=separator))
    width = max(map(len, lines), default=0)
    rows = tuple(tuple(line) + (None,) * (width - len(line)) for line in lines)
    table = read_coordinate_table(Grid(path.name, "", rows))
    for one in table.findings:
        if one.level == "refused":
            place = {"file": one.file, "row": one.row, "column": one.column}
            raise DataRefusedError(one.key, **place, **one.values)
    if len(table.parcels) > 1:
        raise DataRefusedError("coordinates.several", file=path.name, count=len(table.parcels))
    (parcel,) = table.parcels
    source = STORAGE_CRS if parcel.geographic else f"EPSG:{epsg}"
    transformer = Transformer.from_crs(source, STORAGE_CRS, always_xy=True)
    polygon = shapely.transform(
        parcel.polygon(), lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    return Outline(polygon, parcel.points, parcel.edges_off())
