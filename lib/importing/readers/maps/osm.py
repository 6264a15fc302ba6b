"""OpenStreetMap files (.osm.pbf, .osm): what a quiet ground is made of, inside a frame.

An extract of a whole country is read as it is: GDAL keeps its nodes in a file of the
folder the reading may write to, and gives back only what lies in the frame.
"""

import lib.settings  # noqa: F401 - switches drivers of GDAL off before it loads

# isort: split
import datetime as dt
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from lib.importing.readers.base import Features, start_of
from lib.importing.readers.maps.ogr import options
from lib.language.errors import DataRefusedError

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""

SUFFIXES: Final = (".osm.pbf", ".osm")
"""Endings of the names of such files."""

_ASKED: Final = {
    "points": "place IS NOT NULL",
    "lines": "highway IS NOT NULL OR railway = 'rail' OR waterway IS NOT NULL",
    "multipolygons": "\"natural\" = 'water' OR waterway = 'riverbank' OR landuse = 'reservoir'",
}
_CONFIG: Final = Path(__file__).with_name("osm.ini")
_BROKEN: Final = (DataSourceError, DataLayerError, FeatureError, shapely.errors.GEOSException)
_HEAD: Final = 4096
_DAY: Final = re.compile(rb'osm_base="(\d{4}-\d\d-\d\d)T')
_MOST_HEADER: Final = 2**20
_HEADER_BLOCK: Final = {"raw": 1, "packed": 3, "written": 32}
"""Fields of a PBF by their numbers: the header plain or packed by zlib, seconds since 1970."""


def read(path: Path, name: str, bounds: Bounds) -> tuple[Features, ...]:
    """Return places, lines and areas of water of an OpenStreetMap file.

    Parameters
    ----------
    name : str
        What to call it in messages.
    bounds : tuple of float
        What reaches into this frame is read.

    Raises
    ------
    DataRefusedError
        It is damaged, cut short, or something else.
    """
    driver = {"OSM_CONFIG_FILE": str(_CONFIG), "OGR_INTERLEAVED_READING": "YES"}
    try:
        with options(**driver, OSM_COMPRESS_NODES="YES"):
            if pyogrio.read_info(path, layer="lines")["driver"] != "OSM":
                raise DataRefusedError("readers.unreadable", file=name)
            return tuple(_layer(path, layer, name, bounds) for layer in _ASKED)
    except _BROKEN as error:
        raise DataRefusedError("readers.unreadable", file=name) from error


def _layer(path: Path, layer: str, name: str, bounds: Bounds) -> Features:
    meta, _, geometry, fields = pyogrio.raw.read(
        path, layer=layer, where=_ASKED[layer], bbox=bounds
    )
    shapes = shapely.from_wkb(np.asarray(geometry, dtype=object), on_invalid="ignore")
    there = ~shapely.is_missing(shapes)
    columns = dict(zip(meta["fields"], fields, strict=True))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(shapes)))[there]
    return Features(name, layer, frame.reset_index(drop=True), shapes[there], "EPSG:4326")


def data_date(path: Path) -> str:
    """Return the day the file says its data is of, ISO 8601; empty if it says none."""
    if path.name.lower().endswith(".pbf"):
        seconds = _fields(_header(path)).get(_HEADER_BLOCK["written"])
        if not isinstance(seconds, int) or not 0 < seconds < 2**32:
            return ""
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    said = _DAY.search(start_of(path, _HEAD))
    return said[1].decode("ascii") if said else ""


def _header(path: Path) -> bytes:
    """Return the header of a PBF unpacked, empty if it is none."""
    with path.open("rb") as file:
        try:
            (length,) = struct.unpack(">I", file.read(4))
            size = _fields(file.read(min(length, _HEAD))).get(3)
            blob = _fields(file.read(size if isinstance(size, int) else 0)[:_MOST_HEADER])
            packed = blob.get(_HEADER_BLOCK["packed"])
            if isinstance(packed, bytes):
                return zlib.decompressobj().decompress(packed, _MOST_HEADER)
        except (struct.error, zlib.error):
            return b""
    raw = blob.get(_HEADER_BLOCK["raw"])
    return raw if isinstance(raw, bytes) else b""


def _fields(message: bytes) -> dict[int, int | bytes]:
    """Return the fields of a message of Protocol Buffers, the last one of each number."""
    found: dict[int, int | bytes] = {}
    numbers = _Numbers(message)
    for tag in numbers:
        number, kind = tag >> 3, tag & 7
        value = next(numbers, None)
        if value is None or kind not in (0, 2):
            break
        found[number] = value if kind == 0 else numbers.take(value)
    return found


class _Numbers(Iterator[int]):
    """Varints of a message, one after the other."""

    def __init__(self, message: bytes) -> None:
        self._rest = message

    def __next__(self) -> int:
        value = shift = 0
        for at, byte in enumerate(self._rest[:10], 1):
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004 - the highest bit says that more follows
                self._rest = self._rest[at:]
                return value
        raise StopIteration

    def take(self, count: int) -> bytes:
        """Return the next bytes as they are."""
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken
