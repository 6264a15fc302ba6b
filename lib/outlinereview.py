"""What is said of the outlines of one file, row by row, in words an official knows."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lib.crossing.communes import on_globe
from lib.language.findings import LEVELS, Finding, Level, Twin
from lib.language.text import hectares, is_blank, number

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

HA_M2: Final = 10_000.0
"""Square metres of a hectare."""


class Review:
    """What has been said about the rows of a file, and which are still in hand."""

    def __init__(self, outlines: gpd.GeoDataFrame, file: str) -> None:
        self.file = file
        self.rows = [int(row) for row in outlines["row"]]
        self.ids = [word(cluster) for cluster in outlines["cluster_id"]]
        self.names = names_of(outlines)
        self.kept: Bools = np.ones(len(outlines), dtype=bool)
        self.findings: list[Finding] = []

    def say(self, level: Level, key: str, at: int, **values: object) -> None:
        """Say one thing about the row at position `at`, which is out if refused."""
        named = {"name": self.names[at], **values}
        self.findings.append(Finding(level, key, named, self.file, self.rows[at]))
        if level == "refused":
            self.kept[at] = False

    def those(self, mask: Bools) -> list[int]:
        """Return the positions in `mask` that have not been refused."""
        return [int(at) for at in np.flatnonzero(mask & self.kept)]

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings, gravest first, then by row."""
        return tuple(sorted(self.findings, key=lambda f: (LEVELS.index(f.level), f.row or 0)))


def word(value: object) -> str:
    """Return a cell as text, empty if it is blank."""
    return "" if is_blank(value) else str(value)


def names_of(frame: gpd.GeoDataFrame) -> list[str]:
    """Return what each row is called: name and id, or the one it has."""
    pairs = zip(frame["name"].map(word), frame["cluster_id"].map(word), strict=True)
    return [f"{name} ({code})" if name and code else name or code or "?" for name, code in pairs]


def figure(value: float, digits: int, unit: str) -> Twin:
    """Return a number with its unit as either language writes it."""
    return Twin.of(lambda lang: number(value, lang, digits, unit))


def area(square_metres: float) -> Twin:
    """Return an area in hectares as either language writes it."""
    return Twin.of(lambda lang: hectares(square_metres / HA_M2, lang))


def place_of(xy: Floats) -> dict[str, str]:
    """Return what names a place of the plane: VN-2000 and degrees."""
    place = on_globe(np.array([shapely.Point(xy)])).iloc[0]
    # VN-2000 tables in Vietnam write the northing as X and the easting as Y.
    lonlat = {"lon": f"{place.x:.6f}", "lat": f"{place.y:.6f}"}
    return {"x": f"{xy[1]:.2f}", "y": f"{xy[0]:.2f}", **lonlat}
