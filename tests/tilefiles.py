"""Files of tiles made in code: .mbtiles by sqlite3, .pmtiles by the package's own writer."""

import json
import sqlite3
import struct
import zlib
from contextlib import closing

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

# The tile at zoom 12 over Việt Trì, its parent, its neighbour, and one over Sài Gòn.
HERE, PARENT, BESIDE, FAR = (12, 3247, 1799), (11, 1623, 899), (12, 3248, 1799), (12, 3262, 1924)


def png(red=200):
    """Return a picture of one pixel; another colour, another picture."""

    def chunk(kind, content):
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes([0, red, 100, 100]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


TILES = {HERE: png(1), PARENT: png(2), BESIDE: png(3), FAR: png(4)}


def mbtiles(path, tiles=None, *, attribution="Sở NN&MT", view=False):
    """Write tiles as QGIS does; as a view over two tables, as older programs do."""
    rows = [
        (z, x, 2**z - 1 - y, data)
        for (z, x, y), data in (TILES if tiles is None else tiles).items()
    ]
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        base.execute("INSERT INTO metadata VALUES ('attribution', ?)", (attribution,))
        base.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        base.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        if view:
            base.execute("ALTER TABLE tiles RENAME TO map")
            base.execute("CREATE VIEW tiles AS SELECT * FROM map")
        base.commit()
    return path


def pmtiles(path, tiles=None, *, attribution="Sở NN&MT"):
    tiles = TILES if tiles is None else tiles
    with path.open("wb") as file:
        writer = Writer(file)
        for tile in sorted(tiles, key=lambda tile: zxy_to_tileid(*tile)):
            writer.write_tile(zxy_to_tileid(*tile), tiles[tile])
        header = {"tile_type": TileType.PNG, "tile_compression": Compression.NONE}
        header |= {"min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 0, "max_lat_e7": 0}
        header |= {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        writer.finalize(header, json.loads(json.dumps({"attribution": attribution})))
    return path
