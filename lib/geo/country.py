"""The communes of the other provinces, for a map of the whole country.

They are ground to look at: names, provinces and published areas. Nothing is
measured on them, since the plane of measurement is the zone of this province alone.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.language.errors import DataRefusedError
from lib.settings import province

TABLE: Final = "country"
"""Name of the table in a snapshot; a snapshot without it has the scope of the province."""

ARCHIPELAGOS: Final = {"20333": "Quần đảo Hoàng Sa", "22736": "Quần đảo Trường Sa"}
"""Special zones without which no map of the country is drawn, and the names on the map."""

PROVINCES: Final[Mapping[str, str]] = tomllib.loads(
    (Path(__file__).parent / "provinces.toml").read_text(encoding="utf-8")
)
"""The 34 provinces and cities since 1 July 2025 (Resolution 202/2025/QH15) by their code."""

SOURCE: Final = "thanglequoc/vietnamese-provinces-database v4.2.0 (sapnhap.bando.com.vn)"
SOURCE_URL: Final = "https://github.com/thanglequoc/vietnamese-provinces-database/tree/v4.2.0"
AS_OF: Final = "2026-08-02"
FILE: Final = "scale/communes_vietnam_20m.parquet"
_COLUMNS: Final = ("code", "fullName", "province", "areaKm2", "geometry")
_KINDS: Final = {"xã ": "commune", "phường ": "ward", "đặc khu ": "special_zone"}
_BOX: Final = (102.0, 6.5, 118.5, 24.0)
"""West, south, east, north in degrees: the mainland and both archipelagos."""


def read_country(folders: Sequence[Path], communes: Collection[str]) -> gpd.GeoDataFrame:
    """Return the communes of the other provinces from the first bundle that has the country.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Folders of bundles; `FILE` is looked for in each, then beside it.
    communes : collection of str
        Codes of the communes of this province: the file must have just these there.

    Returns
    -------
    geopandas.GeoDataFrame
        ``code``, ``name``, ``kind`` (commune, ward, special_zone), ``province_code``,
        ``province``, ``area_km2`` (as published), ``source_url``, ``as_of``, ``geometry``
        in EPSG:4326; in order of province and code.

    Raises
    ------
    DataRefusedError
        If no bundle has the file, or it is not what it should be. Without Hoàng Sa and
        Trường Sa there is no map of the country.
    """
    places = [place for folder in folders for place in (folder, folder.parent)]
    path = next((p for place in places if (p := place / FILE).is_file()), None)
    if path is None:
        raise DataRefusedError("country.no_file", file=FILE)
    try:
        given = gpd.read_parquet(path)
    except (ValueError, OSError, pa.ArrowException):  # not Parquet, cut short, no geometry
        raise DataRefusedError("country.unreadable", file=str(path)) from None
    lost = [column for column in _COLUMNS if column not in given]
    if lost or given.crs is None:
        raise DataRefusedError("country.no_column", file=str(path), column=", ".join(lost) or "CRS")
    given = given.to_crs(STORAGE_CRS)
    _check(given, path, set(communes))
    kinds = given["fullName"].map(_kind)
    names = [full[len(kind) :] for full, kind in zip(given["fullName"], kinds, strict=True)]
    codes = given["province"].str[:2]
    frame = gpd.GeoDataFrame(
        {
            "code": given["code"],
            "name": names,
            "kind": kinds.map(_KINDS),
            "province_code": codes,
            "province": codes.map(PROVINCES),
            "area_km2": pd.to_numeric(given["areaKm2"]),
            "source_url": SOURCE_URL,
            "as_of": AS_OF,
        },
        geometry=given.geometry,
        crs=STORAGE_CRS,
    )
    others = frame[frame["province_code"] != province().code]
    return others.sort_values(["province_code", "code"], ignore_index=True)


def _kind(full_name: object) -> str:
    return next((kind for kind in _KINDS if str(full_name).lower().startswith(kind)), "")


def _check(given: gpd.GeoDataFrame, path: Path, communes: set[str]) -> None:
    """Refuse a file with something else in it; the row of the first fault is named."""
    codes = given["code"].astype(str)
    missing = [name for code, name in ARCHIPELAGOS.items() if code not in set(codes)]
    if missing:
        raise DataRefusedError("country.no_archipelago", file=str(path), names=", ".join(missing))
    shapes = given.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    west, south, east, north = _BOX
    inside = (bounds[:, :2] >= (west, south)).all(axis=1)
    inside &= (bounds[:, 2:] <= (east, north)).all(axis=1)  # nothing is inside that is empty
    faults = {
        "code": ~codes.str.fullmatch(r"\d{5}").to_numpy() | codes.duplicated().to_numpy(),
        "fullName": given["fullName"].map(_kind).eq("").to_numpy(),
        "province": ~given["province"].astype(str).str[:2].isin(PROVINCES).to_numpy(),
        "areaKm2": pd.to_numeric(given["areaKm2"], errors="coerce").isna().to_numpy(),
        "geometry": ~(inside & (shapely.get_dimensions(shapes) == 2)),  # noqa: PLR2004 - land
    }
    for column, bad in faults.items():
        if bad.any():
            row = int(np.argmax(bad)) + 1
            raise DataRefusedError(
                "country.bad_value",
                file=str(path),
                column=column,
                row=row,
                code=codes.iloc[row - 1],
            )
    own = set(codes[given["province"].str[:2] == province().code])
    if own != communes:
        raise DataRefusedError(
            "country.other_communes", file=str(path), codes=", ".join(sorted(own ^ communes)[:5])
        )
