"""Own layers as tables for others: the file's own columns, and where each row was found."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.tables.ownlayers import ADDED, OwnLayer

_OF_FILE: Final = " (tệp)"
"""Behind a heading of the file that is one of `ADDED`."""


def plain_table(
    layer: OwnLayer, communes: pd.DataFrame, rows: pd.Index | None = None
) -> pd.DataFrame:
    """Return rows of a layer, by default all, in the order of its file, `ADDED` behind its own.

    Numbers are numbers, everything else is as the file has it.

    Parameters
    ----------
    communes : DataFrame
        ``code``, ``kind``, ``name``.
    rows : Index, optional
        Of `OwnLayer.rows`.
    """
    wanted = layer.rows.index if rows is None else rows
    frame = layer.cells.loc[wanted].copy()
    for name in layer.of_type("number"):
        figures = layer.typed[name]
        whole = (figures.dropna() % 1 == 0).all()
        shown = figures.loc[wanted]
        frame[name] = shown.astype("Int64") if whole else shown
    names = dict(zip(communes["code"], communes["kind"] + " " + communes["name"], strict=True))
    codes = layer.rows.loc[wanted, "commune_code"]
    frame.columns = [f"{name}{_OF_FILE}" if name in ADDED else name for name in frame.columns]
    return frame.assign(
        commune_code=codes, commune_name=codes.map(names), match=layer.rows.loc[wanted, "match"]
    )


def shapes_of(layer: OwnLayer, communes: pd.DataFrame) -> gpd.GeoSeries:
    """Return the shape of each row, EPSG:4326: its own, else the label point of its commune.

    Parameters
    ----------
    communes : DataFrame
        ``code``, ``lat``, ``lon``.
    """
    rows = layer.rows
    own = shapely.from_wkt(rows["shape"].astype(object).where(rows["shape"].notna(), None))
    points = _points(rows["lon"], rows["lat"])
    labels = communes.set_index("code")[["lon", "lat"]].reindex(rows["commune_code"])
    known = _points(labels["lon"], labels["lat"])
    found = np.where(shapely.is_missing(points), known, points)
    return gpd.GeoSeries(np.where(shapely.is_missing(own), found, own), crs=STORAGE_CRS)


def _points(lon: pd.Series, lat: pd.Series) -> Geometries:
    x, y = lon.to_numpy(dtype=float), lat.to_numpy(dtype=float)
    points = np.full(len(x), None, dtype=object)
    known = np.isfinite(x) & np.isfinite(y)
    points[known] = shapely.points(x[known], y[known])
    return points


def geo_table(layer: OwnLayer, communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return `plain_table` with `shapes_of`: a row with neither has no shape."""
    frame = plain_table(layer, communes)
    geometry = shapes_of(layer, communes)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=STORAGE_CRS)
