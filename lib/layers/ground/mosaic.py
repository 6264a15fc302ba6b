"""A picture of a store as one image: for paper, in its plane, and for the map in one file."""

import base64
import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyproj

from lib.geo.crs import AREA_CRS
from lib.layers.browser import Bounds
from lib.layers.ground import kept
from lib.layers.ground.pictures import tile

_WEB: Final = "EPSG:3857"
_HALF_M: Final = 20_037_508.342789244
"""Half the width of the square of web mercator, metres."""
_TILE: Final = 256
_MOST_TILES: Final = 1_500
_LARGEST: Final = 2_048
"""Pixels along the side of a tile that is read."""
MOST_PX: Final = 2_000
"""Longest side of an image: what a printer shows of an A4 sheet, and a file can carry."""
_NODES: Final = 33
"""Points along a side that are transformed; between them a straight line is good to a metre."""

Grid = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Under:
    """A picture that lies under the maps of a paper, and how much of it shows (0-1)."""

    store: Path
    ground: kept.Ground
    opacity: float

    @property
    def credit(self) -> tuple[str, str]:
        """Whom to name where it shows, and the day it is of, ISO 8601, empty if nobody says."""
        return self.ground.source, self.ground.as_of

    def on_plane(self, bounds: Bounds, pixel_m: float) -> str:
        """Return it as a data address over `bounds`, metres of `AREA_CRS`; empty for nothing."""
        west, south, east, north = bounds
        size = _size(east - west, north - south, pixel_m)
        xs, ys = np.linspace(west, east, _NODES), np.linspace(north, south, _NODES)
        to_web = pyproj.Transformer.from_crs(AREA_CRS, _WEB, always_xy=True)
        x, y = to_web.transform(*np.meshgrid(xs, ys))
        return self._image(_between(x, size), _between(y, size))

    def on_web(self, bounds: Bounds) -> str:
        """Return it as a data address over `bounds` in degrees, as a web map stretches it."""
        west, south, east, north = bounds
        to_web = pyproj.Transformer.from_crs("EPSG:4326", _WEB, always_xy=True)
        (left, right), (low, high) = to_web.transform([west, east], [south, north])
        size = _size(right - left, high - low, 0)
        x, y = np.meshgrid(np.linspace(left, right, size[0]), np.linspace(high, low, size[1]))
        return self._image(x, y)

    def _image(self, x: Grid, y: Grid) -> str:
        """Return the image of places in web mercator, row by row; empty where it has none."""
        least, most = int(self.ground.about["least"]), int(self.ground.about["most"])
        pixel = max(float(np.abs(np.diff(x[0])).mean()), 1e-3)
        zoom = round(np.log2(2 * _HALF_M / (_TILE * pixel)))
        if zoom < least:  # as on the screen: from so far away it is not shown
            return ""
        zoom = min(zoom, most)
        scale = 2**zoom * _TILE / (2 * _HALF_M)
        column = ((x + _HALF_M) * scale).astype(int)
        row = ((_HALF_M - y) * scale).astype(int)
        found = self._colours(zoom, column, row)
        if found is None or not found[..., 3].any():
            return ""
        from PIL import Image  # noqa: PLC0415 - loaded only where a paper has a picture

        whole = bool((found[..., 3] == 255).all())  # noqa: PLR2004 - opaque
        image = Image.fromarray(found)
        out = io.BytesIO()
        if whole:
            image.convert("RGB").save(out, "JPEG", quality=82)
        else:
            image.save(out, "PNG")
        kind = "jpeg" if whole else "png"
        return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode()}"

    def _colours(
        self, zoom: int, column: npt.NDArray[np.int_], row: npt.NDArray[np.int_]
    ) -> npt.NDArray[np.uint8] | None:
        numbers = np.stack([column // _TILE, row // _TILE], axis=-1)
        wanted = np.unique(numbers.reshape(-1, 2), axis=0)
        if len(wanted) > _MOST_TILES:
            return None
        colours = np.zeros((*column.shape, 4), dtype=np.uint8)
        for x, y in wanted.tolist():
            given = tile(self.store, f"{self.ground.name}/{zoom}/{x}/{y}")
            pixels = None if given is None else _pixels(given[0])
            if pixels is None:
                continue
            here = (numbers[..., 0] == x) & (numbers[..., 1] == y)
            colours[here] = pixels[row[here] % _TILE, column[here] % _TILE]
        return colours


def _pixels(data: bytes) -> npt.NDArray[np.uint8] | None:
    """Return a tile as colours; None for one no program could draw, as a browser leaves it out."""
    from PIL import Image  # noqa: PLC0415 - as above

    try:
        with Image.open(io.BytesIO(data)) as opened:
            if max(opened.size) > _LARGEST:
                return None
            return np.asarray(opened.convert("RGBA").resize((_TILE, _TILE)))
    except (OSError, ValueError, SyntaxError, struct.error):
        return None


def _size(width: float, height: float, pixel: float) -> tuple[int, int]:
    """Return columns and rows of an image whose pixels are so wide, or as fine as it may be."""
    step = max(pixel, max(width, height) / MOST_PX)
    return max(2, round(width / step)), max(2, round(height / step))


def _between(nodes: Any, size: tuple[int, int]) -> Grid:  # noqa: ANN401 - of pyproj
    """Return values at every pixel between values at the nodes of a coarse grid."""
    across, down = (_weights(count) for count in size)
    found: Grid = down @ np.asarray(nodes) @ across.T
    return found


def _weights(count: int) -> Grid:
    at = np.linspace(0, _NODES - 1, count)
    low = np.minimum(at.astype(int), _NODES - 2)
    weights = np.zeros((count, _NODES))
    weights[np.arange(count), low] = 1 - (at - low)
    weights[np.arange(count), low + 1] = at - low
    return weights


def under(store: Path, shares: dict[str, float]) -> tuple[Under, ...]:
    """Return the pictures of a store that are on, by their names -> how much of them shows.

    Those of the internet are none: nothing is fetched for paper.
    """
    found = ((kept.one(store, name), share) for name, share in shares.items())
    return tuple(
        Under(store, ground, share)
        for ground, share in found
        if ground is not None and ground.kind == "pictures"
    )
