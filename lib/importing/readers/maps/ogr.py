"""GDAL's vector drivers behind one door: the driver is named, never guessed.

Reading never writes: GDAL and SQLite are given a private copy, for both may put
files beside what they open. What GDAL remarks becomes a finding, and what it
gives back is held against what the file itself says it holds.
"""

import lib.settings  # noqa: F401 - switches drivers of GDAL off before it loads

# isort: split
import re
import shutil
import tempfile
import threading
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
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
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from lib.importing.readers.base import MAX_FEATURES, Features, refuse_count
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

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
_VN2000: Final = re.compile(r"VN[-_ ]?2000|Vietnam[_ ]2000", re.IGNORECASE)
_SHIFT: Final = "-191.904"
"""The first of VN-2000's shifts to WGS 84, metres: no other system has it."""
_SAME: Final = {4979: 4326, 900913: 3857}
"""WGS 84 with heights, and the number web mercator had before it was registered."""
_SEMI_MAJOR_M: Final = 6_378_137.0  # of the ellipsoid of VN-2000 and WGS 84
_PROVINCIAL: Final = 0.9999
"""Scale at the central meridian of zones 3° wide, which only VN-2000 has here."""
_SHOWN: Final = 200  # characters of a remark of GDAL
_HARMLESS: Final = ("Measured", "is not consistent with type in gpkg_geometry_columns")
"""Remarks on what is not asked for: a third number beside coordinates, how a column is declared."""
_STEPS: Final = (4.0, 1.0, 0.25, 0.0625)
"""Degrees of an arc that one chord spans, GDAL's own first."""
CHORD_M: Final = 0.01
"""Chords lie at most this far from their arc, in units of the file: finer than any accuracy."""
_CHORD_DEG: Final = CHORD_M / 111_320
_GLOBE: Final = 360.0
_ONE_AT_A_TIME: Final = threading.RLock()
"""GDAL's options and Python's warnings are of the whole process, pages are read in threads."""


@contextmanager
def options(**config: str) -> Iterator[None]:
    """Set options of GDAL for one reading and put back what was there."""
    with _ONE_AT_A_TIME:
        before = {key: pyogrio.get_gdal_config_option(key) for key in config}
        pyogrio.set_gdal_config_options(config)
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options(before)


@contextmanager
def private_copy(path: Path, beside: Collection[str] = ()) -> Iterator[Path]:
    """Give a copy of a file in a folder of its own, that whoever opens it may write beside.

    Parameters
    ----------
    path : Path
        The file; its name decides what GDAL calls a layer without a name.
    beside : collection of str
        What else belongs to it: endings put in place of its own (``.mid``), or
        behind its whole name (``-wal``). Those that are not there are left out.
    """
    with tempfile.TemporaryDirectory() as folder:
        stem = re.sub(r"[^\w .-]", "_", path.stem)
        copy = Path(folder) / f"{stem}{path.suffix.lower()}"
        shutil.copyfile(path, copy)
        for part in path.parent.iterdir() if beside else ():
            behind = part.name.removeprefix(path.name)
            if behind in beside and part.is_file():
                shutil.copyfile(part, copy.with_name(f"{copy.name}{behind}"))
            elif part.stem == path.stem and part.suffix.lower() in beside and part.is_file():
                shutil.copyfile(part, copy.with_suffix(part.suffix.lower()))
        yield copy


def read_layers(
    path: Path,
    driver: str,
    name: str,
    *,
    beside: Collection[str] = (),
    prefix: str = "",
    sql: str | None = None,
) -> tuple[list[Features], list[Finding]]:
    """Return every layer of a file that `driver`, and no other, opens, and what GDAL remarks.

    Parameters
    ----------
    path : Path
        Local file; it and its folder stay as they are.
    name : str
        What to call the file in messages.
    beside : collection of str
        Files that belong to it, as for `private_copy`.
    prefix : str
        What names the driver in front of the path, where it has such a word.
    sql : str, optional
        Statement in OGR SQL instead of each layer as it is.

    Returns
    -------
    layers : list of Features
        Arcs are cut into chords that lie within `CHORD_M` of them.
    findings : list of Finding
        One for each remark of GDAL.

    Raises
    ------
    DataRefusedError
        GDAL cannot read it, another driver would, or it has no layer or too many features.
    """
    with private_copy(path, beside) as copy, _ONE_AT_A_TIME:
        source = f"{prefix}{copy}"
        try:
            with warnings.catch_warnings(record=True) as remarks:
                warnings.simplefilter("always")
                layers = [str(layer) for layer, _ in pyogrio.list_layers(source)]
                read = [
                    _layer(source, at, layer, driver, name, sql) for at, layer in enumerate(layers)
                ]
        except _BROKEN as error:
            raise DataRefusedError("readers.unreadable", file=name) from error
        findings = _remarked(remarks, copy, name)
    found = [features for features in read if len(features.frame) or len(features.shapes)]
    if not found:
        raise DataRefusedError("readers.no_features", file=name)
    return (found if len(found) > 1 else [replace(found[0], layer="")]), findings


def _remarked(remarks: list[warnings.WarningMessage], copy: Path, name: str) -> list[Finding]:
    """Return a finding for each thing GDAL said, without paths of this machine."""
    said = dict.fromkeys(
        str(remark.message).replace(str(copy), name).replace(str(copy.parent), "")
        for remark in remarks
    )
    return [
        Finding(
            "note" if any(mark in text for mark in _HARMLESS) else "ask",
            "readers.remark",
            {"remark": "".join(c if c.isprintable() else " " for c in text)[:_SHOWN]},
            file=name,
        )
        for text in said
    ]


def _layer(source: str, at: int, layer: str, driver: str, name: str, sql: str | None) -> Features:
    info = pyogrio.read_info(source, layer=at, force_total_bounds=False)
    if info["driver"] != driver:
        raise DataRefusedError("readers.unreadable", file=name)
    refuse_count(info["features"], MAX_FEATURES, name)
    asked: dict[str, object] = (
        {"layer": at} if sql is None else {"sql": sql, "sql_dialect": "OGRSQL"}
    )
    meta, _, geometry, fields = pyogrio.raw.read(source, **asked)
    columns = dict(zip(meta["fields"], fields, strict=True))
    count = len(fields[0]) if fields else 0 if geometry is None else len(geometry)
    shapes = np.full(count, None, dtype=object) if geometry is None else _shapes(geometry, name)
    if driver in _CURVED:
        shapes = _fine(shapes, source, asked, name)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(count))
    return Features(name, layer, frame, shapes, epsg_of(meta["crs"]))


_CURVED: Final = ("DXF", "GPKG")  # drivers whose files hold arcs


def _fine(
    shapes: npt.NDArray[np.object_], source: str, asked: dict[str, object], name: str
) -> npt.NDArray[np.object_]:
    """Return `shapes` with their arcs cut finely enough; what has no arc is the same at any step.

    With chords of a quarter of the angle the error is a sixteenth, so that two
    readings tell how far either still is from the arc.
    """
    coarse = shapes
    for step in _STEPS[1:]:
        with options(OGR_ARC_STEPSIZE=str(step)):
            geometry = pyogrio.raw.read(source, columns=[], **asked)[2]
        fine = coarse if geometry is None else _shapes(geometry, name)
        apart = _apart(coarse, fine)
        if apart * 16 / 15 <= 1.0:
            return coarse
        if apart / 15 <= 1.0:
            return fine
        coarse = fine
    return coarse


def _apart(coarse: npt.NDArray[np.object_], fine: npt.NDArray[np.object_]) -> float:
    """Return how far two readings are apart, as a multiple of the error allowed."""
    worst = 0.0
    changed = shapely.get_num_coordinates(coarse) != shapely.get_num_coordinates(fine)
    for at in np.flatnonzero(changed):
        line = shapely.boundary(coarse[at]) if shapely.area(coarse[at]) else coarse[at]
        xy = shapely.get_coordinates(fine[at])
        shapely.prepare(line)
        off = float(np.max(shapely.distance(line, shapely.points(xy)), initial=0.0))
        worst = max(worst, off / (_CHORD_DEG if np.all(np.abs(xy) <= _GLOBE) else CHORD_M))
    return worst


def _shapes(wkb: npt.NDArray[np.object_], name: str) -> npt.NDArray[np.object_]:
    """Return geometries; one whose ring is open or has too few corners is refused by number."""
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([one is not None for one in wkb], dtype=bool)
    broken = np.flatnonzero(shapely.is_missing(shapes) & given)
    if len(broken) and not wkb[broken[0]]:
        raise DataRefusedError("readers.shape_kind", file=name, row=int(broken[0]) + 1)
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
    if crs.is_compound:  # heights have a system of their own
        crs = crs.sub_crs_list[0]
    # With +towgs84 the projection is inside, and its datum may be called WGS 84 all the same.
    plain = crs.source_crs or crs if crs.is_bound else crs
    if crs.is_bound and any(_shifts(crs)):
        return _with_shift(plain, crs)
    code = plain.to_epsg(min_confidence=100) or plain.to_epsg(min_confidence=70)
    if code is not None:
        return f"EPSG:{_SAME.get(code, code)}"
    if plain.is_geographic and "84" in plain.name:
        return "EPSG:4326"
    return _zone(plain, plain.to_wkt())


def _shifts(crs: CRS) -> list[float]:
    """Return the shifts to WGS 84 that a CRS states for itself, metres first."""
    operation = crs.coordinate_operation
    return list(operation.towgs84) if operation is not None else []


def _with_shift(plain: CRS, crs: CRS) -> str | None:
    """Return what a CRS with VN-2000's own shift is; None for another, whatever the names say."""
    if not str(next(iter(_shifts(crs)), "")).startswith(_SHIFT):
        return None
    if plain.is_geographic:
        return "EPSG:4756"
    return _zone(plain, crs.to_wkt())


@cache
def _zones() -> dict[tuple[float, ...], int]:
    """Return meridian, scale, false easting and northing of each zone of VN-2000 -> its code."""
    found = query_crs_info("EPSG", [PJType.PROJECTED_CRS])
    codes = {int(info.code) for info in found if info.name.startswith("VN-2000 /")}
    return {key: code for code in codes if (key := _parameters(CRS(code))) is not None}


def _parameters(crs: CRS) -> tuple[float, ...] | None:
    operation = crs.coordinate_operation
    if operation is None or "Mercator" not in operation.method_name:
        return None
    params = {param.name: float(param.value) for param in operation.params}
    meridian = params.get("Longitude of natural origin", 0.0)
    scale = params.get("Scale factor at natural origin", 0.0)
    # A meridian of minutes is rounded in some files: 104.74999.
    return (
        round(meridian, 4),
        round(scale, 6),
        params.get("False easting", 0.0),
        params.get("False northing", 0.0),
    )


def _zone(crs: CRS, wkt: str) -> str | None:
    """Return the zone of VN-2000 a projection is; `wkt` also has its shift to WGS 84."""
    key = _parameters(crs)
    if key is None or key not in _zones():
        return None
    if not crs.ellipsoid or crs.ellipsoid.semi_major_metre != _SEMI_MAJOR_M:
        return None  # the meridian and scale of a system before VN-2000
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return None  # feet
    known = key[1] == _PROVINCIAL or _VN2000.search(wkt) or _SHIFT in wkt
    return f"EPSG:{_zones()[key]}" if known else None
