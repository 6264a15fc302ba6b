"""Roads, railway, water and settlements of a file given by hand, cut to the land around a province.

What a feature is, its tags say (OpenStreetMap's own, or Geofabrik's ``fclass``); a file of
an office has words instead: in a column, in the name of the feature, of the layer, of the file.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo import zones
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.ground import GRADES, dimension_of
from lib.importing.readers import registry
from lib.importing.readers.base import Features
from lib.importing.readers.grid import clean_text
from lib.importing.readers.maps import osm
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import fold, is_blank

OPEN_STREET_MAP: Final = osm.SUFFIXES
"""Ends of the names of files of OpenStreetMap."""
SUFFIXES: Final = (*OPEN_STREET_MAP, ".gpkg", ".geojson", ".json", ".zip")
"""Endings of the names of the files a ground is read from."""
SIMPLIFY_M: Final = 8.0
"""How far, in metres, a line may lie beside that of the file."""

_LEAST_LAKE_M2: Final = 20_000.0
_TAGS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "highway": {
        **{grade: ("road", grade) for grade in GRADES["road"][:-1]},
        **{f"{grade}_link": ("road", grade) for grade in GRADES["road"][:-1]},
        **dict.fromkeys(("unclassified", "residential", "living_street"), ("road", "minor")),
    },
    "railway": {"rail": ("railway", "rail")},
    "waterway": {
        "river": ("river", "river"),
        "canal": ("river", "stream"),
        "stream": ("river", "stream"),
        "riverbank": ("lake", "lake"),
    },
    "natural": {"water": ("lake", "lake")},
    "landuse": {"reservoir": ("lake", "lake"), "basin": ("lake", "lake")},
    "place": {
        **{grade: ("place", grade) for grade in GRADES["place"]},
        "suburb": ("place", "village"),
        "national_capital": ("place", "city"),
    },
}
_FCLASS: Final = {value: said for tags in _TAGS.values() for value, said in tags.items()} | {
    "water": ("lake", "lake")
}
_WORDS: Final = (
    ("duong sat", "railway", "rail"),
    ("railway", "railway", "rail"),
    ("cao toc", "road", "motorway"),
    ("quoc lo", "road", "trunk"),
    ("quoc gia", "road", "trunk"),
    ("tinh lo", "road", "primary"),
    ("duong tinh", "road", "primary"),
    ("cap tinh", "road", "primary"),
    ("suoi", "river", "stream"),
    ("kenh", "river", "stream"),
    ("river", "river", "river"),
    ("song", "river", "river"),
    ("giao thong", "road", "secondary"),
    ("duong", "road", "secondary"),
    ("road", "road", "secondary"),
)
"""Words that say what a line is, the first that fits counts."""
_LAKES: Final = ("water", "lake", "mat nuoc", "ho nuoc", "ho chua")
_SAYING: Final = ("loai_duong", "loai", "cap_duong", "cap", "type", "kind", "class", "fcode")
_NAMES: Final = ("name:vi", "name_vi", "ten", "name")
_SEATS: Final = ("ppla", "ppla2", "pplc")
"""Codes of GeoNames for the seat of a province, of a district, of a state."""
_LONGEST: Final = 60


def read(path: Path, area: shapely.Polygon) -> tuple[gpd.GeoDataFrame, str]:
    """Return the ground a file holds; for `lib.importing.apart.sandbox` to call.

    Parameters
    ----------
    path : Path
        OpenStreetMap (.osm.pbf, .osm), GeoPackage, GeoJSON or zipped Shapefile.
    area : shapely.Polygon
        What is kept, EPSG:4326.

    Returns
    -------
    frame : GeoDataFrame
        ``kind`` and ``grade`` as in `lib.geo.ground.GRADES`, ``name``, geometry in EPSG:4326,
        simplified.
    as_of : str
        The day the file says its data is of, ISO 8601; empty if it says none.

    Raises
    ------
    WrongUseError
        The file is not there.
    DataRefusedError
        It cannot be read, is of another kind, states no CRS or has nothing in the area.
    """
    if not path.is_file():
        raise WrongUseError("readers.no_file", file=path.name)
    lower = path.name.lower()
    if not lower.endswith(SUFFIXES):
        raise DataRefusedError("ground.kind", file=path.name, kinds=", ".join(SUFFIXES))
    as_of = ""
    if lower.endswith(osm.SUFFIXES):
        layers: Sequence[Features] = osm.read(path, path.name, _bounds(area))
        as_of = osm.data_date(path)
    else:
        layers = registry.read(path).layers
    known = [_known(layer, path.stem) for layer in layers]
    whole = pd.concat(known, ignore_index=True) if known else _frame([], [], [], np.array([]))
    if whole.empty:
        raise DataRefusedError("ground.nothing_known", file=path.name)
    cut = _cut(gpd.GeoDataFrame(whole, crs=STORAGE_CRS), area)
    if cut.empty:
        raise DataRefusedError("ground.elsewhere", file=path.name)
    return cut, as_of


def _bounds(area: shapely.Polygon) -> tuple[float, float, float, float]:
    west, south, east, north = area.bounds
    return west, south, east, north


def _frame(
    kinds: Sequence[str], grades: Sequence[str], names: Sequence[str], shapes: object
) -> gpd.GeoDataFrame:
    columns = {"kind": list(kinds), "grade": list(grades), "name": list(names)}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=STORAGE_CRS)


def _known(layer: Features, stem: str) -> gpd.GeoDataFrame:
    """Return the features of a layer somebody can say what they are."""
    lower = layer.frame.rename(columns=lambda name: str(name).lower())
    columns = {
        str(name): ["" if is_blank(cell) else clean_text(cell) for cell in lower[name]]
        for name in lower
    }
    dimensions = shapely.get_dimensions(layer.shapes)
    usable = ~shapely.is_missing(layer.shapes) & ~shapely.is_empty(layer.shapes)
    kinds, grades, names, at = [], [], [], []
    for row in np.flatnonzero(usable):
        tags = {name: values[row] for name, values in columns.items() if values[row]}
        said = _said(tags, int(dimensions[row]), f"{layer.layer} {stem}")
        if said is not None and dimension_of(said[0]) == dimensions[row]:
            kinds.append(said[0])
            grades.append(said[1])
            names.append(_name(tags, said[0]))
            at.append(row)
    if not at:
        return _frame([], [], [], [])
    return _frame(kinds, grades, names, _placed(layer, np.array(at)))


def _placed(layer: Features, at: np.ndarray) -> np.ndarray:
    if layer.crs is None:
        raise DataRefusedError("direct.no_crs", file=layer.file)
    epsg = int(layer.crs.removeprefix("EPSG:"))
    if not zones.readable(epsg):
        raise DataRefusedError("importing.crs_unsupported", file=layer.file, epsg=epsg)
    return zones.to_storage(shapely.force_2d(layer.shapes[at]), epsg)


def _said(tags: Mapping[str, str], dimension: int, around: str) -> tuple[str, str] | None:
    """Return kind and grade of a feature: by its tags, by its class, then by words."""
    for key, values in _TAGS.items():
        if key in tags:
            return values.get(tags[key])
    if "fclass" in tags:
        return _FCLASS.get(tags["fclass"])
    file = fold(around).replace("_", " ")
    if dimension == 0:
        seat = tags.get("fcode", "").lower() in _SEATS
        return None if _by_word(file) else ("place", "town" if seat else "village")
    if dimension > 1:
        return ("lake", "lake") if any(word in file for word in _LAKES) else None
    own, named = (fold(" ".join(tags.get(key, "") for key in keys)) for keys in (_SAYING, _NAMES))
    return _by_word(own) or _by_word(file) or _by_word(named)


def _by_word(text: str) -> tuple[str, str] | None:
    found = ((kind, grade) for word, kind, grade in _WORDS if re.search(rf"\b{word}", text))
    return next(found, None)


def _name(tags: Mapping[str, str], kind: str) -> str:
    """Return what stands on the map: the number of a road, the name of everything else."""
    keys = ("ref", "ma_duong", *_NAMES) if kind == "road" else _NAMES
    return next((tags[key] for key in keys if key in tags), "")[:_LONGEST]


def _cut(frame: gpd.GeoDataFrame, area: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return what lies in `area`, with fewer vertices; ponds are left out."""
    shapely.prepare(area)
    shapes = frame.geometry.to_numpy()
    near = shapely.intersects(area, shapes)
    frame = frame[near].reset_index(drop=True)
    shapes = shapely.make_valid(shapes[near])
    crossing = ~shapely.contains_properly(area, shapes)
    shapes[crossing] = shapely.intersection(shapes[crossing], area)
    plane = gpd.GeoSeries(shapes, crs=STORAGE_CRS).to_crs(AREA_CRS)
    light = plane.simplify(SIMPLIFY_M)
    dimension = shapely.get_dimensions(shapes)
    wanted = frame["kind"].map(dimension_of).to_numpy()
    kept = (dimension == wanted) & ~light.is_empty.to_numpy()
    kept &= (frame["kind"] != "lake").to_numpy() | (light.area.to_numpy() >= _LEAST_LAKE_M2)
    drawn = light.to_crs(STORAGE_CRS).to_numpy()
    rounded = shapely.transform(drawn, lambda xy: xy.round(5))
    return frame.set_geometry(gpd.GeoSeries(rounded, crs=STORAGE_CRS))[kept].reset_index(drop=True)
