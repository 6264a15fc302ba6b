"""Read back the metadata of our own exports: quality, accuracy and source of each shape."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.importing.draft import Options
from lib.importing.readers.grid import Grid
from lib.importing.sheets.cells import read_cell
from lib.language.findings import Finding

QUALITY: Final = ("schematic", "reference", "official")
"""Of borders, worst first: borders of several are as good as the worst."""
OUTLINE: Final = (
    "outline_quality",
    "outline_accuracy_m",
    "given_crs",
    "note",
    "source_url",
    "as_of",
)
"""What an outline says of itself beside its cluster."""


def border_qualities(grid: Grid | None, count: int) -> list[str]:
    """Return the quality a file states for each border; *official* where it states none."""
    if grid is None or "border_quality" not in grid.rows[0]:
        return ["official"] * count
    at = grid.rows[0].index("border_quality")
    said = [str(row[at]) for row in grid.rows[1:]]
    return [quality if quality in QUALITY else "official" for quality in said]


def outlines_said(grid: Grid | None, frame: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the metadata a file states for each outline, and findings on what cannot be read.

    Parameters
    ----------
    grid : Grid or None
        Attributes of the layer; its first row is the heading.
    frame : GeoDataFrame
        The shapes, in the order of the rows, with ``row``.

    Returns
    -------
    tuple
        Columns `OUTLINE` with the index of `frame`, all blank unless the file
        has every one of them under its own name; findings.
    """
    said = pd.DataFrame(None, index=frame.index, columns=list(OUTLINE), dtype=object)
    found: list[Finding] = []
    if grid is None or not set(OUTLINE) <= set(grid.rows[0]):
        return said, found
    for column in OUTLINE:
        at = grid.rows[0].index(column)
        values = [read_cell(row[at], "outlines", column) for row in grid.rows[1:]]
        said[column] = pd.Series([value.value for value in values], frame.index, dtype=object)
        found += [
            Finding(value.level, value.key, dict(value.values), grid.place, int(row), column)
            for value, row in zip(values, frame["row"], strict=True)
            if value.level is not None
        ]
    return said, found


def outline_columns(checked: gpd.GeoDataFrame, options: Options) -> Mapping[str, Any]:
    """Return the metadata kept of each outline: what its file states, else what a person chose.

    Parameters
    ----------
    checked : GeoDataFrame
        ``file``, ``epsg`` and the columns `OUTLINE`; one row an outline.
    options : Options
        Quality, accuracy in metres and day of what the file does not say.
    """
    own = checked["outline_quality"].notna()
    accuracy = float("nan") if options.accuracy_m is None else float(options.accuracy_m)
    chosen = {
        "outline_quality": options.quality,
        "outline_accuracy_m": accuracy,
        "given_crs": [f"EPSG:{epsg}" for epsg in checked["epsg"]],
        "note": None,
        "source_url": [f"file:{address(file)}" for file in checked["file"]],
        "as_of": options.as_of,
    }
    return {
        column: checked[column].where(own, pd.Series(value, index=checked.index, dtype=object))
        for column, value in chosen.items()
    }


def address(name: str) -> str:
    """Return a file's name as it can stand in a source: no spaces, no slashes."""
    return "_".join(name.replace("/", " ").split())
