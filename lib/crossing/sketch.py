"""What a person who draws an outline is shown: exact commune lines, hectares on each side."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.crossing.communes import CommuneIndex, plane
from lib.crossing.pieces import measure
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries

Window = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""

_M2_IN_HA: Final = 10_000


def lines_within(communes: gpd.GeoDataFrame, window: Window) -> list[npt.NDArray[np.float64]]:
    """Return the commune lines in a window as published, each from one meeting to the next.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        EPSG:4326, not simplified.
    window : Window

    Returns
    -------
    list of numpy.ndarray
        Longitude and latitude of each line's corners; a line common to two communes
        once. Corners are not moved, so that an outline along them leaves no sliver.
    """
    hits = communes.geometry.iloc[communes.sindex.query(shapely.box(*window))]
    borders = shapely.clip_by_rect(shapely.boundary(hits.to_numpy()), *window)
    lines = shapely.line_merge(shapely.union_all(borders))
    return [shapely.get_coordinates(line) for line in shapely.get_parts(lines) if line.length]


def corners_within(outlines: Geometries, window: Window) -> npt.NDArray[np.float64]:
    """Return longitude and latitude of the corners of outlines that lie in a window."""
    xy = shapely.get_coordinates(outlines)
    west, south, east, north = window
    low, high = np.array([west, south]), np.array([east, north])
    inside: npt.NDArray[np.float64] = np.unique(
        xy[((xy >= low) & (xy <= high)).all(axis=1)], axis=0
    )
    return inside


def hectares_by_commune(outline: shapely.Geometry, index: CommuneIndex) -> pd.DataFrame:
    """Return the land of an outline on each commune, the most first.

    Parameters
    ----------
    outline : shapely.Geometry
        Valid, EPSG:4326.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``name`` (both empty for land outside every commune), ``area_ha``, ``share``.
    """
    flat = plane(gpd.GeoSeries([outline], crs=STORAGE_CRS))
    # The pieces do not depend on T; how far they would change with it is said after publishing.
    pieces = measure(flat, np.array([1.0]), index)
    found = pd.DataFrame(
        {
            "code": index.codes[pieces["region"]],
            "name": index.names[pieces["region"]],
            "area_ha": pieces["area"] / _M2_IN_HA,
            "share": pieces["area"] / shapely.area(flat[0]),
        }
    )
    return found.sort_values("area_ha", ascending=False, ignore_index=True)
