"""Sample outlines, to try the geometric side before the office brings its own.

Every row is labelled; nothing here may count in a total.
"""

from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from lib.geo.crs import STORAGE_CRS
from lib.importing.coordinates.outline import read_coordinate_csv
from lib.settings import settings

SAMPLES: Final = settings().province / "samples"


def sample_outlines(folder: Path = SAMPLES) -> gpd.GeoDataFrame:
    """Return the sample clusters with their outlines, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        ``cluster_id`` (begins with ``MAU-``), ``name``, ``outline_quality``,
        ``outline_accuracy_m`` (metres), ``note``, ``geometry``.
    """
    return _read(folder).copy()


@cache
def _read(folder: Path) -> gpd.GeoDataFrame:
    """Read them once: they come with the program."""
    if not folder.is_dir():  # another province, that has none
        columns = ["cluster_id", "name", "outline_accuracy_m", "note", "outline_quality"]
        return gpd.GeoDataFrame(pd.DataFrame(columns=columns), geometry=[], crs=STORAGE_CRS)
    listed = pd.read_csv(folder / "outlines.csv")
    polygons = [
        read_coordinate_csv(folder / file, epsg=int(epsg)).polygon
        for file, epsg in zip(listed["file"], listed["epsg"], strict=True)
    ]
    columns = ["cluster_id", "name", "outline_accuracy_m", "note"]
    frame = listed[columns].assign(outline_quality="surveyed")
    return gpd.GeoDataFrame(frame, geometry=polygons, crs=STORAGE_CRS)
