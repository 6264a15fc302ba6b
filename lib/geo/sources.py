"""Find the commune borders: in a bundle, in the public release, or as a schematic drawing.

Every source that was passed over leaves a note, so that a page can say which
borders it shows and why.
"""

import lib.settings  # noqa: F401 - switches drivers of GDAL off before it loads

# isort: split
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from pyogrio.errors import DataSourceError

from lib.geo.crs import STORAGE_CRS
from lib.geo.download import (
    REGISTRY,
    BorderFile,
    DownloadOptions,
    discard_wrong,
    fetch_release,
    missing_files,
    read_registry,
)
from lib.geo.schematic import VIETNAM_BOX, schematic_communes, stray_units
from lib.language.errors import DataRefusedError, PhuThoError, SourceUnavailableError, WrongUseError
from lib.settings import province

__all__ = ["Borders", "DownloadOptions", "SourceNote", "find_borders", "read_context"]

BorderQuality = Literal["official", "reference", "schematic"]
Origin = Literal["bundle", "download", "schematic"]

MAX_FILE_BYTES: Final = 5_000_000
"""The largest published file has 316 kB; a border file past 5 MB is not read."""

_REPOSITORY: Final = "thanglequoc/vietnamese-provinces-database"
_TREE: Final = f"https://github.com/{_REPOSITORY}"
_RELEASE_AS_OF: Final = "2026-08-02"
_LICENCE: Final = "MIT, © 2021 Thang Le Quoc"


class SourceNote(NamedTuple):
    """Message on a source that was used or passed over: text key and values."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Borders:
    """The borders of the communes and where they come from.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        ``code``, ``name`` (spelling of the source), ``geometry`` in EPSG:4326 as published,
        not repaired; in order of code.
    quality, origin : str
        What the borders are good for (nothing is ever measured on schematic ones), and where
        they were taken from.
    source, source_url, licence : str
        Whom to credit.
    as_of : str
        ISO date of the upstream commit; of the merger for schematic borders without dated
        points; blank for a bundle that differs from the release, whose date nobody states.
    notes : tuple of SourceNote
        What was tried before and why it was passed over, in order.
    """

    communes: gpd.GeoDataFrame
    quality: BorderQuality
    origin: Origin
    source: str
    source_url: str
    licence: str
    as_of: str
    notes: tuple[SourceNote, ...]


def find_borders(
    *,
    bundle: Path | None,
    root: Path,
    cache: Path,
    former_points: pd.DataFrame,
    offline: bool,
    download: DownloadOptions | None = None,
    registry: Path = REGISTRY,
) -> Borders:
    """Return the borders from the first source that has them all.

    A given bundle is used or refused, never passed over. Otherwise: ``bundle/`` in `root`,
    ``shared/data/upstream`` beside `root`, the public release (a complete `cache` needs no
    network and is used offline too), schematic borders.

    Parameters
    ----------
    bundle : pathlib.Path or None
        Folder with the files under the same relative paths as upstream. Files may be newer
        than the release; how many differ is noted.
    former_points : pandas.DataFrame
        Label points of the former units, as in `schematic_communes`.
    registry : pathlib.Path
        CSV naming the files and their sha256.

    Raises
    ------
    WrongUseError
        If the given bundle is not a folder.
    DataRefusedError
        If the given bundle lacks a file or holds a wrong one; if nothing can be drawn either.
    """
    files = read_registry(registry)
    if bundle is not None:
        return _from_bundle(bundle, files, ())
    notes: list[SourceNote] = []
    for folder in (root / "bundle", root.parent / "shared" / "data" / "upstream"):
        if not folder.is_dir():
            notes.append(SourceNote("sources.no_bundle", {"folder": str(folder)}))
            continue
        try:
            return _from_bundle(folder, files, notes)
        except PhuThoError as why:
            notes.append(SourceNote(why.key, why.values))
    try:
        return _from_release(files, cache, notes, offline=offline, download=download)
    except SourceUnavailableError as why:
        notes.append(SourceNote(why.key, why.values))
    return _drawn(former_points, files, notes)


def read_border(content: bytes, file: BorderFile) -> tuple[str, shapely.Geometry]:
    """Return name and border of one commune from the bytes of its GeoJSON file.

    The bytes are read as JSON and nothing else: no driver may guess another format.

    Parameters
    ----------
    content : bytes
        A FeatureCollection with one feature, a (Multi)Polygon in degrees (WGS 84).
    file : BorderFile
        The path named in a refusal and the code the feature must have.

    Raises
    ------
    DataRefusedError
        If the bytes are anything else; the text says what.
    """

    def refused(problem: str, **values: object) -> DataRefusedError:
        return DataRefusedError(f"sources.file_{problem}", file=file.path, **values)

    if len(content) > MAX_FILE_BYTES:
        raise refused("too_big", limit=MAX_FILE_BYTES // 1_000_000)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise refused("not_json") from None
    match document:
        case {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {**given}, "geometry": {**shape}}],
        }:
            name = given.get("name")
        case _:
            raise refused("not_one_feature")
    if given.get("code") != file.code:
        raise refused("wrong_code", expected=file.code, found=str(given.get("code"))[:20])
    if not (isinstance(name, str) and name.strip() and name.isprintable()):
        raise refused("no_name")
    if shape.get("type") not in ("Polygon", "MultiPolygon"):
        raise refused("not_polygon", found=str(shape.get("type"))[:20])
    try:
        geometry = shapely.from_geojson(json.dumps(shape))
    except (shapely.errors.ShapelyError, ValueError, RecursionError):
        raise refused("bad_geometry") from None
    west, south, east, north = VIETNAM_BOX
    places = shapely.get_coordinates(geometry)
    # A comparison with NaN is false, so what is not a number is outside too.
    inside = (places >= (west, south)) & (places <= (east, north))
    if geometry.is_empty or not inside.all():
        raise refused("outside", west=west, east=east, south=south, north=north)
    return name, geometry


def _from_bundle(folder: Path, files: Sequence[BorderFile], notes: Sequence[SourceNote]) -> Borders:
    """Return the borders in `folder`; refuse it whole if one file is missing or wrong."""
    if not folder.is_dir():
        raise WrongUseError("sources.bundle_absent", folder=str(folder))
    absent = [file.path for file in files if not (folder / file.path).is_file()]
    if absent:
        raise DataRefusedError(
            "sources.bundle_incomplete", folder=str(folder), file=absent[0], missing=len(absent)
        )
    return _published(folder, files, "bundle", notes)


def _from_release(
    files: Sequence[BorderFile],
    cache: Path,
    notes: list[SourceNote],
    *,
    offline: bool,
    download: DownloadOptions | None,
) -> Borders:
    """Return the borders of the public release, fetching what `cache` lacks."""
    wrong = discard_wrong(files, cache)
    if wrong:
        notes.append(SourceNote("sources.cache_wrong", {"files": ", ".join(wrong)}))
    absent = missing_files(files, cache)
    if absent and offline:
        raise SourceUnavailableError("sources.offline", missing=len(absent), total=len(files))
    fetch_release(files, cache, options=download)
    return _published(cache, files, "download", notes)


def _published(
    folder: Path, files: Sequence[BorderFile], origin: Origin, notes: Sequence[SourceNote]
) -> Borders:
    """Return the borders in `folder`; only the very files of the release carry its date."""
    communes, differing = _read_all(folder, files)
    note = SourceNote("sources.bundle_differs", {"folder": str(folder), "count": differing})
    return Borders(
        communes=communes,
        quality="reference",
        origin=origin,
        source=f"{_REPOSITORY}{'' if differing else ' v4.2.0'} (sapnhap.bando.com.vn)",
        source_url=_TREE if differing else f"{_TREE}/tree/v4.2.0",
        licence=_LICENCE,
        as_of="" if differing else _RELEASE_AS_OF,
        notes=(*notes, note) if differing else tuple(notes),
    )


def _drawn(
    former_points: pd.DataFrame, files: Sequence[BorderFile], notes: list[SourceNote]
) -> Borders:
    """Return schematic borders of all communes in the registry."""
    communes = schematic_communes(former_points)
    lost = sorted({file.code for file in files} ^ set(communes["code"]))
    if lost:
        raise DataRefusedError("sources.points_lost", codes=", ".join(lost))
    stray = stray_units(former_points)
    if stray:
        notes.append(SourceNote("sources.stray_units", {"codes": ", ".join(stray)}))
    dates = former_points.get("as_of", pd.Series(dtype=str)).dropna()
    return Borders(
        communes=communes,
        quality="schematic",
        origin="schematic",
        source=f"vietnamadminunits 1.0.4; {province().resolution}",
        source_url="https://github.com/tranngocminhhieu/vietnamadminunits",
        licence="MIT",
        as_of=str(dates.max()) if len(dates) else province().merged_on.isoformat(),
        notes=tuple(notes),
    )


def _read_all(folder: Path, files: Sequence[BorderFile]) -> tuple[gpd.GeoDataFrame, int]:
    """Return the communes and the number of files that are not those of the release."""
    borders, differing = [], 0
    for file in files:
        try:
            with (folder / file.path).open("rb") as stream:
                content = stream.read(MAX_FILE_BYTES + 1)
        except OSError as fault:
            raise DataRefusedError(
                "sources.file_unreadable", file=file.path, reason=fault.strerror
            ) from fault
        borders.append(read_border(content, file))
        differing += hashlib.sha256(content).hexdigest() != file.sha256
    names, shapes = zip(*borders, strict=True)
    columns = {"code": [file.code for file in files], "name": names}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=STORAGE_CRS), differing


_SAID: Final = ("source", "licence", "as_of", "quality", "accuracy_m")


def read_context(bundle_dirs: Sequence[Path]) -> dict[str, gpd.GeoDataFrame]:
    """Return the optional background layers that are there, by name.

    Parameters
    ----------
    bundle_dirs : sequence of pathlib.Path
        Folders of bundles; ``basemap/``, ``grid/`` and ``premerger/`` are looked for in each,
        then beside it. The first file found counts.

    Returns
    -------
    dict
        Any of ``neighbours`` (those ``province.toml`` names), ``rivers`` (column ``name``),
        ``former_units``, ``former_pieces``, ``former_districts``, ``grid_2016`` (column
        ``voltage_kv`` only: what is 2-10 km off has no length worth keeping), in EPSG:4326.
        ``attrs`` holds ``source``, ``licence``, ``as_of`` (ISO date; blank if nobody states
        it), ``quality`` and ``accuracy_m`` (metres; None if nobody states it).

    Raises
    ------
    DataRefusedError
        If a file is there and is not GeoJSON.
    """
    found: dict[str, gpd.GeoDataFrame] = {}
    places = [place for folder in bundle_dirs for place in (folder, folder.parent)]
    for name, said in province().bundle.items():
        path = next((p for place in places if (p := place / said.file).is_file()), None)
        if path is None:
            continue
        try:
            # The prefix names the driver: a VRT in disguise could read any file.
            layer = gpd.read_file(f"GeoJSON:{path}")
        except DataSourceError:
            raise DataRefusedError("sources.context_unreadable", file=str(path)) from None
        if name == "neighbours":
            layer = layer[layer["code"].isin(province().neighbours)].reset_index(drop=True)
        if name == "rivers":
            layer = layer.rename(columns={"name_vi": "name"})
        if name == "grid_2016":
            layer = layer[["voltage_kv", "geometry"]].astype({"voltage_kv": str})
        layer.attrs = {key: getattr(said, key) for key in _SAID}
        found[name] = layer
    return found
