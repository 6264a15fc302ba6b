"""Tiles of the pictures kept in a store: one file of them read by all, each found by its number."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from lib.geo.ground import is_picture
from lib.layers.browser import Picture
from lib.layers.ground import kept
from lib.layers.ground.online import online

ADDRESS: Final = re.compile(
    r"(?P<name>[a-z0-9-]{1,40})/(?P<z>0|[1-9]\d?)/(?P<x>0|[1-9]\d{0,7})/(?P<y>0|[1-9]\d{0,7})",
    re.ASCII,
)
"""What stands behind ``tiles/`` in the address of a tile: each tile has one spelling."""

_KINDS: Final = {b"\x89": "image/png", b"\xff": "image/jpeg", b"R": "image/webp"}


def pictures(store: Path) -> tuple[kept.Ground, ...]:
    """Return the pictures of a store by name."""
    return tuple(one for one in kept.grounds(store) if one.kind == "pictures")


def known(store: Path) -> tuple[Picture, ...]:
    """Return the pictures of a store as a map offers them, then that of the internet, if any."""
    own = tuple(
        Picture(
            one.name,
            Path(one.file).stem.rpartition("-")[2],
            one.about["least"],
            one.about["most"],
            tuple(one.about["bounds"]),
            one.source,
            one.as_of,
        )
        for one in pictures(store)
    )
    of_internet = online().picture()
    return own if of_internet is None else (*own, of_internet)


def tile(store: Path, address: str) -> tuple[bytes, str] | None:
    """Return a tile and its media type, None if there is none at this address.

    Parameters
    ----------
    address : str
        As in `ADDRESS`.
    """
    match = ADDRESS.fullmatch(address)
    found = kept.one(store, match["name"]) if match else None
    if match is None or found is None or found.kind != "pictures":
        return None
    path = kept.folder_of(store) / found.file
    data = _read(path, int(match["z"]), int(match["x"]), int(match["y"]))
    return (data, _KINDS[data[:1]]) if data is not None else None


def _read(path: Path, z: int, x: int, y: int) -> bytes | None:
    """Return a tile of a file, whose name holds the hash of its content."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            row = base.execute(
                "SELECT data FROM tiles WHERE z = ? AND x = ? AND y = ?", (z, x, y)
            ).fetchone()
    except sqlite3.Error:  # taken away or spoiled since: there is no tile
        return None
    return row[0] if row and isinstance(row[0], bytes) and is_picture(row[0]) else None
