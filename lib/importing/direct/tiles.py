"""Tiles of a picture from an .mbtiles or .pmtiles file, written anew as the table that is served.

What a server opens for every visitor is never the file somebody brought: only pictures of
known kinds get over, each under its own zoom, column and row, and only those of the area.
"""

import gzip
import json
import math
import sqlite3
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import shapely
from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, deserialize_header

from lib.geo.ground import is_picture
from lib.importing.readers.base import start_of
from lib.importing.readers.grid import clean_text
from lib.language.errors import DataRefusedError

SUFFIXES: Final = (".mbtiles", ".pmtiles")
"""Endings of the names of files of tiles."""
MOST_ZOOM: Final = 22
"""Greatest zoom of a tile: a pixel is 4 cm."""
MOST_TILE: Final = 2 * 2**20
"""Most bytes of one tile."""

_MAGIC: Final = {".mbtiles": b"SQLite format 3\0", ".pmtiles": b"PMTiles\x03"}
_LONGEST: Final = 200
_TABLE: Final = (
    "CREATE TABLE tiles (z INT, x INT, y INT, data BLOB, PRIMARY KEY (z, x, y)) WITHOUT ROWID"
)
_BROKEN: Final = (
    *(sqlite3.Error, ValueError, TypeError, KeyError, IndexError, EOFError, OSError),
    *(RecursionError, OverflowError, zlib.error),
)
Tile = tuple[int, int, int, bytes]
Tiles = Generator[Tile, None, None]
"""Zoom, column, row from the north, picture."""


def rewrite(path: Path, target: Path, area: shapely.Polygon) -> dict[str, Any]:
    """Write the tiles of a file that touch `area` to `target`; for `sandbox` to call.

    Parameters
    ----------
    path : Path
        .mbtiles or .pmtiles with PNG, JPEG or WebP.
    target : Path
        New SQLite file: ``tiles`` with ``z``, ``x``, ``y`` (from the north) and ``data``.
    area : shapely.Polygon
        EPSG:4326.

    Returns
    -------
    dict
        ``tiles``, ``least`` and ``most`` zoom, ``bounds`` in degrees, and the ``source``
        the file names, empty if none.

    Raises
    ------
    DataRefusedError
        It is damaged, of another kind, without pictures, or has none in the area.
    """
    suffix = path.suffix.lower()
    if not start_of(path).startswith(_MAGIC[suffix]):
        raise DataRefusedError("readers.unreadable", file=path.name)
    shapely.prepare(area)
    with closing(sqlite3.connect(target)) as made:
        made.execute("PRAGMA journal_mode = OFF")
        made.execute("PRAGMA synchronous = OFF")
        made.execute(_TABLE)
        try:
            source, tiles = (_mbtiles if suffix == ".mbtiles" else _pmtiles)(path)
            with closing(tiles):  # no file stays open behind what is refused
                seen = _seen(tiles, area, path.name)
                made.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", seen)
        except DataRefusedError:
            raise
        except _BROKEN as error:
            raise DataRefusedError("readers.unreadable", file=path.name) from error
        made.commit()
        count, least, most = made.execute("SELECT count(*), min(z), max(z) FROM tiles").fetchone()
        if not count:
            raise DataRefusedError("ground.elsewhere", file=path.name)
        finest = made.execute(
            "SELECT min(x), min(y), max(x), max(y) FROM tiles WHERE z = ?", (most,)
        ).fetchone()
    (west, north), (east, south) = (
        _corner(most, *finest[:2]),
        _corner(most, finest[2] + 1, finest[3] + 1),
    )
    bounds = [round(side, 6) for side in (west, south, east, north)]
    return {"tiles": count, "least": least, "most": most, "bounds": bounds, "source": source}


def _seen(tiles: Tiles, area: shapely.Polygon, name: str) -> Tiles:
    """Yield the tiles that touch the area; refuse what is no picture."""
    for z, x, y, data in tiles:
        if not (0 <= z <= MOST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
            continue
        west, north = _corner(z, x, y)
        east, south = _corner(z, x + 1, y + 1)
        if not shapely.intersects(area, shapely.box(west, south, east, north)):
            continue
        if not is_picture(data) or len(data) > MOST_TILE:
            raise DataRefusedError("ground.no_picture", file=name, zoom=z, column=x, row=y)
        yield z, x, y, data


def _corner(z: int, x: int, y: int) -> tuple[float, float]:
    """Return longitude and latitude of the north-western corner of a tile of web mercator."""
    count = 2**z
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / count))))
    return 360 * x / count - 180, latitude


def _opened(path: Path) -> closing[sqlite3.Connection]:
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    return closing(base)


def _mbtiles(path: Path) -> tuple[str, Tiles]:
    with _opened(path) as base:
        base.execute("PRAGMA trusted_schema = OFF")
        said = dict(base.execute("SELECT name, value FROM metadata WHERE name = 'attribution'"))
    return _words(said.get("attribution")), _rows(path)


def _rows(path: Path) -> Tiles:
    asked = "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"
    with _opened(path) as base:
        base.execute("PRAGMA trusted_schema = OFF")
        for z, x, row, data in base.execute(asked):
            if isinstance(data, bytes) and 0 <= int(z) <= MOST_ZOOM:
                yield int(z), int(x), 2 ** int(z) - 1 - int(row), data  # rows count from the south


def _pmtiles(path: Path) -> tuple[str, Tiles]:
    with path.open("rb") as file:
        get = MmapSource(file)  # type: ignore[no-untyped-call]
    header = deserialize_header(get(0, 127))
    raw = get(header["metadata_offset"], header["metadata_length"])
    if header["internal_compression"] == Compression.GZIP:
        raw = gzip.decompress(raw)
    said = json.loads(raw)
    words = said.get("attribution") if isinstance(said, dict) else ""
    return _words(words), ((z, x, y, data) for (z, x, y), data in all_tiles(get))  # type: ignore[no-untyped-call]


def _words(value: object) -> str:
    """Return whom a file names, as one line of text."""
    return clean_text(value)[:_LONGEST] if isinstance(value, str) else ""
