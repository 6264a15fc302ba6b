"""Add a ground to a store: read in a process apart, cut to the province and the land around it."""

import tempfile
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from lib.geo import overpass
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.ground import GRADES
from lib.importing.apart import sandbox
from lib.importing.direct import ground as direct
from lib.importing.direct import tiles
from lib.language.text import t
from lib.layers.ground import kept
from lib.store.store import Snapshot

AROUND_M: Final = 15_000.0
"""How far beyond the province a ground reaches, metres."""

_ROUGH_M: Final = 200.0
_PAGES: Final = 2
"""Bytes of a table of tiles for each byte of the file they come from, at most."""
_NODES: Final = 6
"""Bytes GDAL keeps of the nodes of an OpenStreetMap file for each of its bytes, at most."""


def area_of(snapshot: Snapshot) -> shapely.Polygon:
    """Return the province and the land around it, EPSG:4326."""
    communes = gpd.GeoDataFrame(snapshot.read("communes"))
    plane = communes.geometry.to_crs(AREA_CRS).simplify(_ROUGH_M).buffer(_ROUGH_M)
    around = shapely.union_all(plane.to_numpy()).buffer(AROUND_M).simplify(_ROUGH_M)
    whole: shapely.Polygon = gpd.GeoSeries([around], crs=AREA_CRS).to_crs(STORAGE_CRS).iloc[0]
    return whole


def add_lines(
    store: Path, snapshot: Snapshot, path: Path, name: str, *, source: str = "", as_of: str = ""
) -> kept.Ground:
    """Read the roads, railway, water and settlements of a file and keep them.

    Parameters
    ----------
    path : Path
        As `lib.importing.direct.ground.read` takes it.
    name : str
        What the ground is called; one of the same name is replaced.
    source, as_of : str
        Whom to name and the day of the data, ISO 8601, if not as the file says.

    Raises
    ------
    WrongUseError, DataRefusedError
        As `lib.importing.direct.ground.read`; nothing has changed then.
    """
    open_street_map = path.name.lower().endswith(direct.OPEN_STREET_MAP)
    size = path.stat().st_size * _NODES if open_street_map and path.is_file() else 0
    frame, day = sandbox.run(
        direct.read, path.resolve(), area_of(snapshot), name=path.name, size=size
    )
    known = kept.OSM if open_street_map else t("ground.file_source", file=path.name)
    counts = frame["kind"].value_counts()
    about = {kind: int(counts.get(kind, 0)) for kind in GRADES}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "lines.parquet"
        frame.to_parquet(made)
        return kept.keep(
            store, made, name, "lines", source=source or known, as_of=as_of or day, about=about
        )


def add_pictures(
    store: Path, snapshot: Snapshot, path: Path, name: str, *, source: str = "", as_of: str = ""
) -> kept.Ground:
    """Take the tiles of an .mbtiles or .pmtiles file that touch the area, and keep them.

    Parameters
    ----------
    store, name, source, as_of
        As of `add_lines`.
    path : Path
        As `lib.importing.direct.tiles.rewrite` takes it.

    Raises
    ------
    DataRefusedError
        As `lib.importing.direct.tiles.rewrite`; nothing has changed then.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder).resolve() / "tiles.sqlite"
        about = sandbox.run(
            tiles.rewrite,
            path.resolve(),
            made,
            area_of(snapshot),
            name=path.name,
            size=path.stat().st_size * _PAGES,
        )
        said = source or about.pop("source") or t("ground.file_source", file=path.name)
        about.pop("source", None)
        return kept.keep(store, made, name, "pictures", source=said, as_of=as_of, about=about)


def fetch_lines(
    store: Path, snapshot: Snapshot, name: str, url: str, *, seconds: float
) -> kept.Ground:
    """Ask an OpenStreetMap server for the ground and keep it.

    Raises
    ------
    SourceUnavailableError
        As `lib.geo.overpass.fetch`.
    DataRefusedError
        The answer cannot be read; nothing has changed then.
    """
    west, south, east, north = area_of(snapshot).bounds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.osm"
        overpass.fetch(url, (west, south, east, north), path, seconds=seconds)
        return add_lines(store, snapshot, path, name)
