"""The layers of a ground's lines: by class, cut into squares, at two levels of detail.

A square is a part the browser fetches in detail when it comes into view, and each
carries the names of its own roads and rivers, so that a long river is named more than once.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.geo.ground import dimension_of
from lib.layers import index as layerindex
from lib.layers.files import CLASS_ENDS, Detail, LayerFile, write_layer, write_once
from lib.layers.ground import kept

COARSE_M: Final = 70.0
"""Tolerance of the coarse level: one pixel where the finer one takes over (zoom 11)."""

_SQUARE_DEG: Final = 0.25
_VERSION: Final = 1
"""Of what is drawn below: another number, and every ground is drawn anew."""


@dataclass(frozen=True)
class _Part:
    """What of a ground one layer draws.

    Parameters
    ----------
    grades : mapping
        Grade -> zoom from which its names stand on the map, greatest first.
    coarse : bool
        Whether there is a coarse level beside the fine one.
    """

    layer_id: str
    kind: str
    grades: dict[str, float]
    coarse: bool = True


_PARTS: Final = (
    _Part("ground-lakes", "lake", {"lake": 12}),
    _Part("ground-streams", "river", {"stream": 13}, coarse=False),
    _Part("ground-rivers", "river", {"river": 9.5}),
    _Part("ground-streets", "road", {"tertiary": 12.5, "minor": 14.5}, coarse=False),
    _Part(
        "ground-roads",
        "road",
        {"motorway": 9.5, "trunk": 10, "primary": 11, "secondary": 12},
    ),
    _Part("ground-railway", "railway", {"rail": 12.5}),
    _Part("ground-villages", "place", {"village": 13, "hamlet": 14}, coarse=False),
    _Part("ground-places", "place", {"city": 8, "town": 10.5}, coarse=False),
)


def draw(store: Path, static: Path, *, anew: bool = False) -> tuple[LayerFile, ...]:
    """Write the layers of all lines kept in a store unless they are there, and return them.

    Parameters
    ----------
    store : Path
        Folder of the store.
    static : Path
        Folder Streamlit serves.
    anew : bool
        Draw even what is there: after an update of the program.
    """
    lines = [ground for ground in kept.grounds(store) if ground.kind == "lines"]
    if not lines:
        return ()
    said = [_VERSION, *([one.file, one.source, one.as_of] for one in lines)]
    named = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
    listed = static / "layers" / f"{named}{layerindex.GROUND}"
    known = () if anew else layerindex.known(listed, static)
    return known or _write(store, lines, static, listed)


def _write(
    store: Path, lines: Sequence[kept.Ground], static: Path, listed: Path
) -> tuple[LayerFile, ...]:
    folder = kept.folder_of(store)
    frames = [gpd.read_parquet(folder / one.file).assign(ground=i) for i, one in enumerate(lines)]
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=STORAGE_CRS)
    files = []
    for part in _PARTS:
        mine = whole[(whole["kind"] == part.kind) & whole["grade"].isin(list(part.grades))]
        if mine.empty:
            continue
        shown = [lines[at] for at in sorted(mine["ground"].unique())]
        credits_ = tuple(dict.fromkeys((one.source, one.as_of) for one in shown))
        files.append(replace(_layer(part, mine, static), credits=credits_))
    for old in listed.parent.glob(f"*{layerindex.GROUND}"):
        old.unlink(missing_ok=True)
    layerindex.keep(listed, files)
    return tuple(files)


def _layer(part: _Part, frame: gpd.GeoDataFrame, static: Path) -> LayerFile:
    drawn = _points(frame) if dimension_of(part.kind) == 0 else _squares(part, frame)
    order = drawn["grade"].map(list(part.grades).index)
    drawn = drawn.assign(order=order).sort_values(["square", "order", "name"], kind="stable")
    drawn = drawn.reset_index(drop=True)
    drawn["code"] = [f"{grade}{CLASS_ENDS}{at}" for at, grade in enumerate(drawn["grade"])]
    drawn["zoom"] = drawn["grade"].map(part.grades)
    drawn["weight"] = float(len(part.grades)) - drawn["order"]
    if not part.coarse:
        return write_layer(static, part.layer_id, drawn)
    fine = drawn.geometry.to_numpy()
    plane = drawn.geometry.to_crs(AREA_CRS).simplify(COARSE_M).to_crs(STORAGE_CRS)
    coarse = shapely.transform(plane.to_numpy(), lambda xy: xy.round(4))
    file = write_layer(static, part.layer_id, drawn.set_geometry(coarse, crs=STORAGE_CRS))
    squares = drawn.groupby("square", sort=True).indices.items()
    details = [_detail(part, static, str(square), at, fine) for square, at in squares]
    return replace(file, details=tuple(details))


def _detail(
    part: _Part,
    static: Path,
    square: str,
    at: np.ndarray,
    fine: Geometries,
) -> Detail:
    shapes = fine[at]
    geometries = ",".join(shapely.to_geojson(shapes))
    name = f"layers/{part.layer_id}-{square}"
    path = write_once(static, name, "json", f"[{geometries}]".encode())
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    return Detail(path, int(at[0]), (west, south, east, north))


def _points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    points = frame[["grade", "name", "geometry"]].copy()
    points["lx"], points["ly"] = points.geometry.x, points.geometry.y
    return points.assign(square="")


def _squares(part: _Part, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row a square, grade and name: all of that name in the square, and its label."""
    shapes = frame.geometry.to_numpy()
    corners = np.floor(np.array(frame.total_bounds) / _SQUARE_DEG).astype(int)
    places = [
        (x, y) for y in range(corners[1], corners[3] + 1) for x in range(corners[0], corners[2] + 1)
    ]
    boxes = np.array(
        [shapely.box(*np.array([x, y, x + 1, y + 1]) * _SQUARE_DEG) for x, y in places]
    )
    box, row = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    cut = shapely.intersection(shapes[row], boxes[box])
    rows = frame.iloc[row][["grade", "name"]].assign(
        square=[f"{places[at][0]}-{places[at][1]}" for at in box], shape=cut
    )
    dimension = dimension_of(part.kind)
    rows = rows[shapely.get_dimensions(cut) == dimension]
    made = []
    for (square, grade, name), group in rows.groupby(["square", "grade", "name"], sort=True):
        shape = _joined(group["shape"].to_numpy(), dimension)
        if shape is not None:
            made.append((square, grade, name, *_label(shape), shape))
    columns = ("square", "grade", "name", "lx", "ly", "geometry")
    return gpd.GeoDataFrame(pd.DataFrame(made, columns=columns), crs=STORAGE_CRS)


def _joined(shapes: Geometries, dimension: int) -> shapely.Geometry | None:
    """Return shapes of one name as one; a line that only touches the square is none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[shapely.get_dimensions(parts) == dimension]
    rounded = shapely.transform(parts, lambda xy: xy.round(5))
    there = rounded[shapely.length(rounded) > 0]
    if not len(there):
        return None
    whole: shapely.Geometry = (
        shapely.line_merge(shapely.multilinestrings(there))
        if dimension == 1
        else shapely.multipolygons(there)
    )
    return whole


def _label(shape: shapely.Geometry) -> tuple[float, float]:
    """Return where the name stands: the middle of the longest line, inside the largest area."""
    parts = shapely.get_parts(shape)
    if shapely.get_dimensions(shape) == 1:
        longest = parts[np.argmax(shapely.length(parts))]
        at = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    else:
        at = shapely.point_on_surface(parts[np.argmax(shapely.area(parts))])
    return round(at.x, 5), round(at.y, 5)
