"""One snapshot on disk: its manifest, its tables, and their checks against hashes.

Every file of a snapshot can be held against a hash: tables and originals
against the manifest, the manifest against its own seal, and the seal against
the line of the log that put the snapshot in use.
"""

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from lib.language.errors import StoreError
from lib.store.audit import Head
from lib.tables import disclosure
from lib.tables.glossary import with_later_columns
from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.ownlayers import without_layers
from lib.tables.registry import TABLES

MANIFEST: Final = "manifest.json"
SNAPSHOT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}")
_SHOWN: Final = 60
TABLE_NAME: Final = re.compile(r"[a-z0-9_]{1,60}")
"""What a table of a snapshot is called: it names a file."""
_STORED: Final = re.compile(r"files/[0-9]{1,6}([.][a-z0-9]{1,8})?")
_SEAL: Final = "seal"


@dataclass(frozen=True)
class TableInfo:
    """Entry of the manifest for one table."""

    rows: int
    sha256: str
    crs: str | None
    source: str
    as_of: str


@dataclass(frozen=True)
class FileInfo:
    """An original file kept with the snapshot it made."""

    name: str
    stored: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Manifest of a snapshot: its tables, who made it, when and from what.

    `log` is where the log of acts stood before: lines cut off its end are
    missed. `seal` is the hash of all the rest; a manifest of an earlier version
    has neither.
    """

    snapshot_id: str
    created: str
    action: str
    border_quality: str
    tables: Mapping[str, TableInfo]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    files: tuple[FileInfo, ...] = ()
    log: Head | None = None
    seal: str = ""

    def to_json(self) -> bytes:
        """Return the manifest as it is written, with its seal."""
        plain = json.loads(json.dumps(asdict(self), ensure_ascii=False, default=str))
        plain[_SEAL] = seal_of(plain)
        return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def seal_of(plain: Mapping[str, Any]) -> str:
    """Return the sha256 of a manifest as JSON, but for its own seal."""
    text = json.dumps({k: v for k, v in plain.items() if k != _SEAL}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Snapshot:
    """One snapshot on disk.

    Parameters
    ----------
    reserved : bool
        What is reserved of clusters that are not established is left out of every table
        (`lib.tables.disclosure`).
    hidden : frozenset of str
        Layers of an office that are not to be seen, see `lib.tables.ownlayers.part_of`.
    """

    folder: Path
    manifest: Manifest
    reserved: bool = False
    hidden: frozenset[str] = frozenset()

    @property
    def snapshot_id(self) -> str:
        """Its name, which changes whenever its content does."""
        return self.manifest.snapshot_id

    def read(self, name: str) -> pd.DataFrame:
        """Return table `name` (geometry in EPSG:4326) after checking its sha256.

        Columns that came after the snapshot was made are there, blank.

        Raises
        ------
        StoreError
            If the file is missing or is not the one the manifest describes.
        """
        frame = self._whole(name)
        if not self.reserved or not disclosure.touches(name):
            return frame
        wanted = disclosure.needed(self.manifest.tables)
        if "clusters" not in wanted:
            return frame
        tables = {one: frame if one == name else self._whole(one) for one in wanted}
        return disclosure.without_reserved(name, frame, tables)

    def _whole(self, name: str) -> pd.DataFrame:
        path = self.check(name)
        crs = self.manifest.tables[name].crs
        frame = _with_shapes(path, crs) if crs else pd.read_parquet(path)
        if name == OWN_ROWS and self.hidden:
            frame = without_layers(frame, self.hidden)
        return with_later_columns(name, frame)

    def parquet(self, name: str) -> bytes:
        """Return table `name` as a Parquet file, the one on disk unless some of it is left out."""
        path = self.check(name)
        layers = name == OWN_ROWS and self.hidden
        if not layers and not (self.reserved and disclosure.touches(name)):
            return path.read_bytes()
        buffer = io.BytesIO()
        self.read(name).to_parquet(buffer, index=False)
        return buffer.getvalue()

    def check(self, name: str) -> Path:
        """Return the file of table `name` if it is the one the manifest describes.

        Raises
        ------
        StoreError
            If it is missing or another one.
        """
        path = self.folder / f"{name}.parquet"
        try:
            found = sha256_of(path)
        except OSError as error:
            raise StoreError("store.table_missing", table=name, folder=self.folder) from error
        if found != self.manifest.tables[name].sha256:
            raise StoreError("store.table_damaged", table=name, snapshot=self.snapshot_id)
        return path

    def check_files(self) -> None:
        """Hold every table and every original against its hash.

        Raises
        ------
        StoreError
            One is missing or another one.
        """
        for name in self.manifest.tables:
            self.check(name)
        for file in self.manifest.files:
            self.original(file)

    def original(self, file: FileInfo) -> Path:
        """Return the kept original `file` if it is the one the manifest describes.

        Raises
        ------
        StoreError
            If it is missing or another one.
        """
        path = self.folder / file.stored
        try:
            found = sha256_of(path)
        except OSError as error:
            raise StoreError(
                "store.original_damaged", file=file.name, snapshot=self.snapshot_id
            ) from error
        if found != file.sha256:
            raise StoreError("store.original_damaged", file=file.name, snapshot=self.snapshot_id)
        return path

    def without(self, closed: Collection[str]) -> "Snapshot":
        """Return the snapshot as if it had no tables or layers `closed`: none of it can leak.

        What is said of single values of a closed table, the documents and the forms that
        came back go with it. With `lib.tables.disclosure.MARK` among them what is reserved is
        left out of the rest.
        """
        said = (
            {"statements", "documents", "form_answers"}
            if any(name in TABLES and TABLES[name].stated for name in closed)
            else ()
        )
        hidden = {*closed, *said}
        left = {name: info for name, info in self.manifest.tables.items() if name not in hidden}
        seen = replace(
            self,
            manifest=replace(self.manifest, tables=left),
            hidden=self.hidden | {one for one in closed if one.startswith(f"{OWN_ROWS}.")},
            reserved=self.reserved or disclosure.MARK in closed,
        )
        if OWN_ROWS not in left or seen.hidden == self.hidden:
            return seen
        rows = len(seen.read(OWN_ROWS))
        left[OWN_ROWS] = replace(left[OWN_ROWS], rows=rows)
        return seen if rows else seen.without({OWN_ROWS})

    def read_geo(self, name: str) -> gpd.GeoDataFrame:
        """Return table `name`, which has geometry, as a GeoDataFrame in EPSG:4326."""
        return cast("gpd.GeoDataFrame", self.read(name))


def open_snapshot(folder: Path, snapshot_id: str) -> Snapshot:
    """Return the snapshot called `snapshot_id` of the folder of all snapshots.

    Raises
    ------
    StoreError
        There is none, its manifest cannot be read or is not as it was sealed.
    """
    if not SNAPSHOT_ID.fullmatch(snapshot_id):
        raise StoreError("store.snapshot_unreadable", snapshot=snapshot_id[:_SHOWN])
    try:
        raw = json.loads((folder / snapshot_id / MANIFEST).read_text(encoding="utf-8"))
        sealed = not raw.get(_SEAL) or raw[_SEAL] == seal_of(raw)
        raw["tables"] = {name: TableInfo(**info) for name, info in raw["tables"].items()}
        raw["notes"] = tuple((key, values) for key, values in raw["notes"])
        raw["files"] = tuple(FileInfo(**info) for info in raw.get("files", ()))
        raw["log"] = Head(**raw["log"]) if raw.get("log") else None
        snapshot = Snapshot(folder / snapshot_id, Manifest(**raw))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError("store.snapshot_unreadable", snapshot=snapshot_id) from error
    if not sealed or snapshot.snapshot_id != snapshot_id:
        raise StoreError("store.snapshot_changed", snapshot=snapshot_id)
    if not _well_formed(snapshot.manifest):
        raise StoreError("store.snapshot_forged", snapshot=snapshot_id)
    return snapshot


def _well_formed(manifest: Manifest) -> bool:
    """Return whether all that is named lies in the snapshot's folder, and the log is one.

    A manifest may come from a backup of somebody else's making, sealed with
    care: what it names is opened, so a name has the one form this program writes.
    """
    stored = [file.stored for file in manifest.files]
    log = manifest.log
    try:
        dt.datetime.fromisoformat(manifest.created)
        tables = all(map(TABLE_NAME.fullmatch, manifest.tables))
        files = all(map(_STORED.fullmatch, stored))
    except (TypeError, ValueError):
        return False
    return tables and files and (log is None or (type(log.lines) is int and log.lines >= 0))


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_shapes(path: Path, crs: str) -> gpd.GeoDataFrame:
    """Read a table with shapes in `crs`, which GeoPandas would put together anew: 15 ms a table."""
    told = json.loads(pq.read_metadata(path).metadata[b"geo"])
    if list(told["columns"]) != ["geometry"]:
        return gpd.read_parquet(path)
    frame = pd.read_parquet(path)
    return gpd.GeoDataFrame(
        frame.assign(geometry=gpd.GeoSeries.from_wkb(frame["geometry"], crs=crs))
    )
