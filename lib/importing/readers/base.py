"""What every reader gives back, and the limits all of them keep."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.importing.readers.grid import Grid
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

MAX_BYTES: Final = 50 * 2**20
"""Largest file taken in, as in ``server.maxUploadSize``."""
MAX_CELLS: Final = 5_000_000
"""Most cells of one sheet."""
MAX_FEATURES: Final = 200_000
"""Most features of one layer."""


@dataclass(frozen=True)
class Features:
    """One layer of a file with geometry.

    Parameters
    ----------
    file : str
        Name of the file.
    layer : str
        Name of the layer; empty where there is only one.
    frame : DataFrame
        Attributes as the file holds them, index 0, 1, 2 ...
    shapes : numpy.ndarray of shapely geometries
        In the file's own coordinates: (easting, northing) or (lon, lat); None where missing.
    crs : str or None
        ``EPSG:n`` if the file states one.
    by_format : bool
        The CRS is only what the format prescribes (GeoJSON, KML), the file itself says nothing.
    rows : tuple of int
        Number in the file of each feature, from 1, where some are left out; else empty.
    """

    file: str
    layer: str
    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    crs: str | None
    by_format: bool = False
    rows: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Return the name of the file and, where there are several, of the layer."""
        return f"{self.file} [{self.layer}]" if self.layer else self.file


@dataclass(frozen=True)
class Content:
    """All a file holds, before anybody knows what it means.

    Parameters
    ----------
    hidden : tuple of Grid
        Hidden sheets of a workbook with sheets that are seen: who does not ask for one by
        its name leaves them out.
    """

    file: str
    grids: tuple[Grid, ...] = ()
    layers: tuple[Features, ...] = ()
    hidden: tuple[Grid, ...] = ()
    findings: tuple[Finding, ...] = ()


Reader = Callable[[Path, str], Content]
"""From a path and the name to call the file by, to its content."""


def start_of(path: Path, count: int = 512) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(count)


def refuse_size(path: Path, name: str) -> None:
    """Refuse an empty or an oversized file.

    Raises
    ------
    DataRefusedError
        The file has no bytes, or more than `MAX_BYTES`.
    """
    size = path.stat().st_size
    if size == 0:
        raise DataRefusedError("readers.empty_file", file=name)
    if size > MAX_BYTES:
        raise DataRefusedError(
            "readers.too_large", file=name, size=size // 2**20, most=MAX_BYTES // 2**20
        )


def refuse_count(count: int, most: int, name: str) -> None:
    """Refuse more than `most` cells or features.

    Raises
    ------
    DataRefusedError
        There are more.
    """
    if count > most:
        raise DataRefusedError("readers.too_many", file=name, count=count, most=most)
