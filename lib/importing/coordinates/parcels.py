"""Result of reading a coordinate table: parcels, their corners, sides whose length is off."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from lib.language.findings import Finding

EDGE_TOLERANCE_M: Final = 0.02
"""A side further than this from its stated length is reported."""

Floats = npt.NDArray[np.float64]
LEAST_CORNERS: Final = 3
"""An outline has at least these."""

_NOISE_M: Final = 1e-6  # what binary fractions add to a difference of exactly 2 cm


@dataclass(frozen=True)
class Edge:
    """A side whose stated length is not the computed one.

    Parameters
    ----------
    start, end : str
        Names of its two corners.
    stated_m, computed_m : float
        Metres in the plane of the file.
    row : int
        Row of the file where it starts.
    where : str
        File and sheet of that row.
    """

    start: str
    end: str
    stated_m: float
    computed_m: float
    row: int
    where: str = ""


@dataclass(frozen=True, eq=False)
class Parcel:
    """One outline of a coordinate table, as it is written there.

    Parameters
    ----------
    name, code : str
        From a title row or a column; empty if the table gives none.
    corners : numpy.ndarray of shape (n, 2)
        (X northing, Y easting) in metres, or (latitude, longitude) in degrees;
        the first corner is not repeated. Read-only.
    rows : tuple of int
        Row in the file of each corner, from 1.
    stated_edges : tuple of float or None
        Stated length in metres of the side from each corner to the next.
    stated_area_ha : float or None
        Stated area in hectares.
    geographic : bool
        True if `corners` are degrees.
    wheres : tuple of str
        File and sheet of each corner: a parcel may go on in the next table.
    """

    name: str
    code: str
    corners: Floats
    points: tuple[str, ...]
    rows: tuple[int, ...]
    stated_edges: tuple[float | None, ...]
    stated_area_ha: float | None
    geographic: bool
    wheres: tuple[str, ...]

    def polygon(self) -> shapely.Polygon:
        """Return the outline in the file's own CRS, as it is: not repaired, not reprojected.

        Returns
        -------
        shapely.Polygon
            First ordinate the easting (or longitude), second the northing (or
            latitude).
        """
        return shapely.Polygon(self.corners[:, ::-1])

    def edges_off(self) -> tuple[Edge, ...]:
        """Return the sides further than `EDGE_TOLERANCE_M` from their stated length.

        Lengths are computed in the plane of the file, as its author did; degrees
        have no such plane and give nothing.
        """
        if self.geographic:
            return ()
        lengths = np.hypot(*(np.roll(self.corners, -1, axis=0) - self.corners).T)
        ends = (*self.points[1:], self.points[0])
        return tuple(
            Edge(start, end, stated, float(length), row, where)
            for start, end, stated, length, row, where in zip(
                self.points, ends, self.stated_edges, lengths, self.rows, self.wheres, strict=True
            )
            if stated is not None and abs(stated - length) > EDGE_TOLERANCE_M + _NOISE_M
        )


@dataclass(frozen=True)
class CoordinateTable:
    """All parcels of one table, with the findings.

    Parameters
    ----------
    parcels : tuple of Parcel
        Those with every corner read, in the order of the file.
    stated_epsg : int or None
        The coordinate system the file itself names (a zone of the province, 3405,
        4326); None if it names none, several, or another. A table of longitudes
        and latitudes is 4326 unless it names something else.
    findings : tuple of Finding
        All of them, in the order of the file.
    """

    parcels: tuple[Parcel, ...]
    stated_epsg: int | None
    findings: tuple[Finding, ...]
