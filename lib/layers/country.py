"""The communes of the country at two levels of detail, and the lines of its provinces.

A coarse file paints the country; each province has a finer one, fetched when
somebody looks at it closely. Only to be looked at: nothing is measured on it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import geopandas as gpd
import numpy as np
import shapely

from lib.geo import country, geometry
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.text import LANGS, t
from lib.layers.files import Detail, LayerFile, write_layer, write_once

COARSE_M: Final = 400.0
"""Tolerance of the coarse level: about one pixel where the finer one takes over (zoom 9)."""

_METRES_PER_DEGREE: Final = 111_320.0
_DIGITS: Final = {"coarse": 4, "fine": 5, "exact": 8}
_LABEL_FIRST: Final = 2.0


def write(static: Path, communes: gpd.GeoDataFrame, *, simplify_m: float) -> LayerFile:
    """Write the coarse file of the country and the finer one of each province; say where.

    Parameters
    ----------
    static : pathlib.Path
        The folder Streamlit serves.
    communes : geopandas.GeoDataFrame, EPSG:4326
        Of `lib.geo.country.read_country`, in order of province.
    simplify_m : float
        Tolerance of the finer level in metres.
    """
    coarse = _light(communes, COARSE_M, _DIGITS["coarse"])
    inner = shapely.get_coordinates(shapely.point_on_surface(coarse)).round(4)
    frame = communes[["code", "name"]].assign(
        lx=inner[:, 0], ly=inner[:, 1], weight=communes["area_km2"].astype(float).round(2)
    )
    for lang in LANGS:
        frame[lang] = [
            [t("country.tip", lang, kind=t(f"country.kind_{kind}", lang), province=province)]
            for kind, province in zip(communes["kind"], communes["province"], strict=True)
        ]
    shapes = gpd.GeoDataFrame(frame, geometry=coarse, crs=STORAGE_CRS)
    fine = _light(communes, simplify_m, _DIGITS["fine"])
    rows = np.arange(len(communes))
    parts = [
        _part(static, str(code), int(places[0]), fine[places])
        for code, places in (
            (code, rows[communes["province_code"] == code])
            for code in communes["province_code"].unique()
        )
    ]
    return replace(write_layer(static, country.TABLE, shapes), details=tuple(parts))


def _part(static: Path, code: str, first: int, shapes: Geometries) -> Detail:
    geometries = ",".join(shapely.to_geojson(shapes))
    path = write_once(static, f"layers/country-{code}", "json", f"[{geometries}]".encode())
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    return Detail(path, first, (west, south, east, north))


def provinces(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outer lines of each other province with its name, and both archipelagos.

    Hoàng Sa and Trường Sa are named first of all, at every zoom.
    """
    light = communes.assign(geometry=_light(communes, COARSE_M, _DIGITS["exact"]))
    apart = light["code"].isin(country.ARCHIPELAGOS)
    rows = []
    for code, units in light[~apart].groupby("province_code", sort=True):
        lines = geometry.border_lines(units[["code", "geometry"]])
        outer = shapely.union_all(lines.geometry[lines["code_b"] == ""].to_numpy())
        insides = shapely.point_on_surface(units.geometry.to_numpy())
        at = shapely.centroid(shapely.MultiPoint(list(insides)))
        name = country.PROVINCES[str(code)]
        rows.append((f"province-{code}", name, at.x, at.y, 1.0, shapely.line_merge(outer)))
    for unit in light[apart].to_dict("records"):
        at = shapely.centroid(unit["geometry"])
        name = country.ARCHIPELAGOS[unit["code"]]
        lines = shapely.boundary(unit["geometry"])
        rows.append((f"archipelago-{unit['code']}", name, at.x, at.y, _LABEL_FIRST, lines))
    columns = ("code", "name", "lx", "ly", "weight", "geometry")
    frame = gpd.GeoDataFrame(
        {name: list(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)},
        crs=STORAGE_CRS,
    )
    drawn = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy.round(_DIGITS["coarse"]))
    return frame.set_geometry(drawn, crs=STORAGE_CRS).round({"lx": 4, "ly": 4})


def _light(communes: gpd.GeoDataFrame, tolerance_m: float, digits: int) -> Geometries:
    """Return the shapes with fewer vertices; common vertices stay common.

    For the eye only: unlike `lib.geo.geometry.simplify_layer` a narrow part may fold
    by a step of rounding, which is less than a pixel where it is drawn.
    """
    south, north = communes.total_bounds[[1, 3]]
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    stretch = _METRES_PER_DEGREE * np.array([squeeze, 1.0])
    plane = shapely.transform(communes.geometry.to_numpy(), lambda xy: xy * stretch)
    light = shapely.coverage_simplify(plane, tolerance_m)
    return cast("Geometries", shapely.transform(light, lambda xy: (xy / stretch).round(digits)))
