"""GDAL's vector drivers behind one door: the driver is named, never guessed."""

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import CRSError as PyogrioCRSError
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from lib.importing.readers.base import MAX_FEATURES, Content, Features, refuse_count
from lib.language.errors import DataRefusedError
from lib.settings import province

_BROKEN: Final = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    PyogrioCRSError,
    UnicodeDecodeError,
    UnboundLocalError,  # pyogrio 0.13 of a .prj that is no text
    ValueError,
    shapely.errors.GEOSException,
)
_KNOWN_ZONES: Final = {
    (degrees + minutes / 60, 0.9999): zone.epsg
    for zone in province().tm3
    for degrees, minutes in (zone.degrees_minutes,)
}
_UTM: Final = {(105.0, 0.9996): 3405}
_VN2000: Final = re.compile(r"VN[-_ ]?2000|Vietnam[_ ]2000", re.IGNORECASE)
_SHIFT: Final = "-191.904"
"""The first of VN-2000's shifts to WGS 84, metres: no other system has it."""
_ORIGIN: Final = {"False easting": 500_000.0, "False northing": 0.0}


@contextmanager
def options(**config: str) -> Iterator[None]:
    """Set options of GDAL for one reading and put back what was there."""
    before = {key: pyogrio.get_gdal_config_option(key) for key in config}
    pyogrio.set_gdal_config_options(config)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def read_layers(source: str, driver: str, name: str) -> list[Features]:
    """Return every layer of a data source that `driver`, and no other, opens.

    Parameters
    ----------
    source : str
        Local path, with the driver's prefix where it has one.
    driver : str
        GDAL's name of the driver.
    name : str
        What to call the file in messages.

    Raises
    ------
    DataRefusedError
        GDAL cannot read it, another driver would, or it has no layer or too many features.
    """
    try:
        with warnings.catch_warnings():
            # GDAL's remarks; what matters of them is checked on what was read.
            warnings.simplefilter("ignore", RuntimeWarning)
            layers = [str(layer) for layer, _ in pyogrio.list_layers(source)]
            read = [_layer(source, at, layer, driver, name) for at, layer in enumerate(layers)]
    except _BROKEN as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    found = [features for features in read if len(features.frame) or len(features.shapes)]
    if not found:
        raise DataRefusedError("readers.no_features", file=name)
    return found if len(found) > 1 else [_alone(found[0])]


def _alone(features: Features) -> Features:
    return Features(features.file, "", features.frame, features.shapes, features.crs)


def _layer(source: str, at: int, layer: str, driver: str, name: str) -> Features:
    info = pyogrio.read_info(source, layer=at, force_total_bounds=False)
    if info["driver"] != driver:
        raise DataRefusedError("readers.unreadable", file=name)
    refuse_count(info["features"], MAX_FEATURES, name)
    meta, _, geometry, fields = pyogrio.raw.read(source, layer=at)
    columns = dict(zip(meta["fields"], fields, strict=True))
    count = len(fields[0]) if fields else 0 if geometry is None else len(geometry)
    shapes = np.full(count, None, dtype=object) if geometry is None else _shapes(geometry, name)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(count))
    return Features(name, layer, frame, shapes, epsg_of(meta["crs"]))


def _shapes(wkb: npt.NDArray[np.object_], name: str) -> npt.NDArray[np.object_]:
    """Return geometries; one whose ring is open or has too few corners is refused by number."""
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([one is not None for one in wkb], dtype=bool)
    broken = np.flatnonzero(shapely.is_missing(shapes) & given)
    if len(broken):
        raise DataRefusedError("readers.bad_ring", file=name, row=int(broken[0]) + 1)
    return shapes


def epsg_of(stated: str | None) -> str | None:
    """Return the CRS a file states as ``EPSG:n``; None if it states none, or none that is known.

    Files of Vietnamese offices often describe VN-2000 in words of their own,
    without a code: those are known by central meridian and scale.
    """
    if not stated:
        return None
    try:
        crs = CRS.from_user_input(stated)
    except CRSError:
        return None
    # With +towgs84 the projection is inside, and its datum may be called WGS 84 all the same.
    plain = crs.source_crs or crs if crs.is_bound else crs
    if crs.is_bound and (zone := _zone(plain, crs.to_wkt())):
        return zone
    code = plain.to_epsg(min_confidence=100) or plain.to_epsg(min_confidence=70)
    if code is not None:
        return f"EPSG:{4326 if code == 4979 else code}"  # noqa: PLR2004 WGS 84 with heights
    if plain.is_geographic and "84" in plain.name:
        return "EPSG:4326"
    return _zone(plain, plain.to_wkt())


def _zone(crs: CRS, wkt: str) -> str | None:
    """Return the zone of VN-2000 a projection is; `wkt` also has its shift to WGS 84."""
    operation = crs.coordinate_operation
    if operation is None or "Mercator" not in operation.method_name:
        return None
    params = {param.name: float(param.value) for param in operation.params}
    if [params.get(name) for name in _ORIGIN] != list(_ORIGIN.values()):
        return None
    meridian = params.get("Longitude of natural origin", 0.0)
    key = (round(meridian, 4), round(params.get("Scale factor at natural origin", 0.0), 6))
    vietnamese = bool(_VN2000.search(wkt)) or _SHIFT in wkt
    zones = _KNOWN_ZONES if key in _KNOWN_ZONES else _UTM if vietnamese else {}
    return f"EPSG:{zones[key]}" if key in zones else None


def read_geojson(path: Path, name: str) -> Content:
    """Return the features of a GeoJSON file.

    Without a member ``crs`` the standard says WGS 84; offices write VN-2000 all
    the same, so what only the format says can be overruled.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataRefusedError("readers.not_json", file=name) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise DataRefusedError("readers.not_geojson", file=name)
    layers = read_layers(f"GeoJSON:{path}", "GeoJSON", name)
    stated = "crs" in document
    return Content(
        name, layers=tuple(replace(layer, by_format=not stated, layer="") for layer in layers)
    )
