"""A ground nobody surveyed, for the pictures of the documents: lines and tiles made by chance.

The same each time. Its names say that it is made up.
"""

import io
import math
from pathlib import Path

import numpy as np
import shapely
from osmfiles import Osm
from PIL import Image, ImageDraw
from tilefiles import mbtiles

_SEED = 20261201
_TILE_PX, _ZOOMS = 256, range(8, 16)
_FIELDS = ("#9FB58A", "#AFC196", "#8FA97C", "#C4BE94", "#B7A982", "#A8B98C", "#CFC7A3", "#93A681")
_HEDGE, _ROOF, _POND = "#7F9470", "#A5755C", "#8FA9AF"
_MAIN = (
    ("motorway", "Cao tốc mẫu", [(104.95, 21.85), (105.12, 21.55), (105.4, 21.34), (105.85, 21.2)]),
    ("trunk", "Quốc lộ mẫu 1", [(105.0, 21.8), (105.25, 21.42), (105.45, 21.3), (105.9, 21.32)]),
    ("trunk", "Quốc lộ mẫu 2", [(105.42, 21.3), (105.3, 21.0), (105.35, 20.8), (105.2, 20.5)]),
    ("primary", "Đường mẫu 3", [(104.75, 21.25), (105.1, 21.2), (105.3, 21.02), (105.6, 20.75)]),
)
_RAIL = [(104.98, 21.85), (105.09, 21.58), (105.3, 21.38), (105.62, 21.31), (105.9, 21.22)]
_RIVERS = (
    ("Sông Mẫu", [(104.9, 21.85), (105.07, 21.6), (105.28, 21.36), (105.45, 21.25), (105.7, 21.1)]),
    ("Sông Thử", [(104.8, 20.75), (105.15, 20.85), (105.32, 21.1), (105.42, 21.24)]),
)


def lines(path: Path, middle: tuple[float, float]) -> Path:
    """Write roads of each class, a railway, rivers and settlements, closest about `middle`."""
    chance = np.random.default_rng(_SEED)
    osm = Osm()
    for name, corners in _RIVERS:
        osm.way(_bent(chance, corners, 0.16), waterway="river", name=name)
    for grade, name, corners in _MAIN:
        osm.way(_bent(chance, corners, 0.07), highway=grade, name=name)
    osm.way(_bent(chance, _RAIL, 0.05), railway="rail", name="Đường sắt mẫu")
    wide = chance.uniform((104.6, 20.4), (106.0, 21.9), (110, 2))
    for at, edge in enumerate(_edges(wide, shortest=0.04, longest=0.13)):
        osm.way(_bent(chance, edge, 0.1), highway="secondary", name=f"Đường tỉnh mẫu {at % 40 + 1}")
    near = middle + chance.normal(0, 0.03, (90, 2))
    for at, edge in enumerate(_edges(near, shortest=0.002, longest=0.012)):
        named = {"name": f"Đường thử {at % 30 + 1}"} if at % 3 == 0 else {}
        osm.way(
            _bent(chance, edge, 0.1), highway="tertiary" if at % 4 == 0 else "residential", **named
        )
    for at, (lon, lat) in enumerate(near[::9], 1):
        osm.point(lon, lat, place="village", name=f"Làng Thử {at}")
    for name, at in (("Phố Mẫu", (105.41, 21.3)), ("Phố Thử", (105.22, 21.4))):
        osm.point(*at, place="town", name=name)
    return osm.write_pbf(path)


def pictures(path: Path, area: shapely.Geometry) -> Path:
    """Write tiles of painted fields over `area`, EPSG:4326; clear outside it."""
    last = _ZOOMS[-1]
    corners = [_pixel(x, y, last) for x, y in np.reshape(area.bounds, (2, 2))]
    (west, south), (east, north) = corners
    left, top = (int(side // _TILE_PX) for side in (west, north))
    size = [int(side // _TILE_PX) + 1 - first for side, first in ((east, left), (south, top))]
    painted = _painted(area, (left, top), (size[0] * _TILE_PX, size[1] * _TILE_PX))
    level = {}
    for x, y in np.ndindex(*size):
        at = (x * _TILE_PX, y * _TILE_PX)
        level[left + x, top + y] = painted.crop((*at, at[0] + _TILE_PX, at[1] + _TILE_PX))
    tiles = {}
    for zoom in reversed(_ZOOMS):
        for (x, y), tile in level.items():
            file = io.BytesIO()
            tile.save(file, "PNG")
            tiles[zoom, x, y] = file.getvalue()
        level = _halved(level)
    return mbtiles(path, tiles, attribution="Ảnh mẫu, tự vẽ")


def _halved(level: dict[tuple[int, int], Image.Image]) -> dict[tuple[int, int], Image.Image]:
    """Return the tiles of the level above: each of four."""
    above: dict[tuple[int, int], Image.Image] = {}
    for (x, y), tile in level.items():
        whole = above.setdefault((x // 2, y // 2), Image.new("RGBA", (_TILE_PX, _TILE_PX)))
        half = tile.resize((_TILE_PX // 2, _TILE_PX // 2), Image.Resampling.LANCZOS)
        whole.paste(half, (x % 2 * _TILE_PX // 2, y % 2 * _TILE_PX // 2))
    return above


def _painted(area: shapely.Geometry, first: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    chance = np.random.default_rng(_SEED)
    picture = Image.new("RGBA", size)
    pen = ImageDraw.Draw(picture)
    inside = shapely.transform(
        area,
        lambda places: np.array(
            [np.subtract(_pixel(x, y, _ZOOMS[-1]), np.multiply(first, _TILE_PX)) for x, y in places]
        ),
    )
    middles = shapely.multipoints(chance.uniform((0, 0), size, (size[0] * size[1] // 4500, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(middles))
    for cell in cells[shapely.intersects(cells, inside)]:
        field = shapely.intersection(cell, inside)
        kind = chance.random()
        for part in shapely.get_parts(field):
            ring = [tuple(corner) for corner in shapely.get_coordinates(part)]
            if len(ring) < 4:
                continue
            colour = _POND if kind > 0.97 else str(chance.choice(_FIELDS))
            pen.polygon(ring, fill=colour, outline=_HEDGE, width=2)
            if kind < 0.06:
                for x, y in shapely.get_coordinates(part.centroid) + chance.normal(0, 16, (7, 2)):
                    pen.rectangle((x - 5, y - 4, x + 5, y + 4), fill=_ROOF)
    return picture


def _pixel(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Return the place in pixels of the whole world at `zoom`, as tiles are counted."""
    whole = _TILE_PX * 2.0**zoom
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return (lon + 180) / 360 * whole, (1 - north) / 2 * whole


def _edges(places: np.ndarray, *, shortest: float, longest: float) -> list[np.ndarray]:
    """Return the lines between neighbours among `places`, degrees."""
    net = shapely.delaunay_triangles(shapely.multipoints(places), only_edges=True)
    edges = shapely.get_parts(net)
    long = shapely.length(edges)
    return [shapely.get_coordinates(edge) for edge in edges[(long > shortest) & (long < longest)]]


def _bent(chance: np.random.Generator, corners, share: float) -> list[tuple[float, float]]:
    """Return a line through `corners` that bends as ground does: each half is moved aside."""
    line = np.asarray(corners, dtype=float)
    for _ in range(5):
        step = np.diff(line, axis=0)
        aside = np.column_stack([-step[:, 1], step[:, 0]])
        halves = line[:-1] + step / 2 + aside * chance.normal(0, share, (len(step), 1))
        joined = np.empty((len(line) + len(halves), 2))
        joined[::2], joined[1::2] = line, halves
        line = joined
    return [tuple(place) for place in line.round(6).tolist()]
