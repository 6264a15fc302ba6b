"""Snapshots: the data in use, whole or not at all.

A snapshot is a folder with one Parquet file a table and a manifest. It is
written aside, synced to disk and renamed; only then does ``CURRENT`` name it.
A reader therefore sees the old snapshot or the new one, never a mixture, and
what was in use before stays.
"""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, cast

import geopandas as gpd
import pandas as pd
from filelock import FileLock, Timeout

from lib import audit
from lib.disk import sync_folder, to_disk
from lib.errors import StoreError

_CURRENT: Final = "CURRENT"
_LOCK_SECONDS: Final = 20
SNAPSHOT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}")
_SHOWN: Final = 60


@dataclass(frozen=True)
class TableInfo:
    """What the manifest says of one table."""

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
    """What a snapshot holds, who made it, when and from what."""

    snapshot_id: str
    created: str
    action: str
    border_quality: str
    tables: Mapping[str, TableInfo]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    files: tuple[FileInfo, ...] = ()


@dataclass(frozen=True)
class Act:
    """Who publishes, why and from which files.

    Parameters
    ----------
    action : str
        prepare, import ...
    who : str
        Name of the person or account.
    files : mapping
        Name as given -> bytes of the original file.
    base : str or None
        Snapshot the work was based on: if another is in use by then, nothing is
        published. None if it does not matter.
    notes, details
        Kept in the manifest; `details` also in the log.
    """

    action: str
    who: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    base: str | None = None
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """One snapshot on disk."""

    folder: Path
    manifest: Manifest

    @property
    def snapshot_id(self) -> str:
        """Its name, which changes whenever its content does."""
        return self.manifest.snapshot_id

    def read(self, name: str) -> pd.DataFrame:
        """Return table `name` (geometry in EPSG:4326) after checking its sha256.

        Raises
        ------
        StoreError
            If the file is missing or is not the one the manifest describes.
        """
        path = self.check(name)
        read = gpd.read_parquet if self.manifest.tables[name].crs else pd.read_parquet
        frame: pd.DataFrame = read(path)
        return frame

    def check(self, name: str) -> Path:
        """Return the file of table `name` if it is the one the manifest describes.

        Raises
        ------
        StoreError
            If it is missing or another one.
        """
        path = self.folder / f"{name}.parquet"
        try:
            found = _sha256(path)
        except OSError as error:
            raise StoreError("store.table_missing", table=name, folder=self.folder) from error
        if found != self.manifest.tables[name].sha256:
            raise StoreError("store.table_damaged", table=name, snapshot=self.snapshot_id)
        return path

    def read_geo(self, name: str) -> gpd.GeoDataFrame:
        """Return table `name`, which has geometry, as a GeoDataFrame in EPSG:4326."""
        return cast("gpd.GeoDataFrame", self.read(name))


@dataclass(frozen=True)
class Table:
    """One table on its way into a snapshot."""

    frame: pd.DataFrame
    source: str
    as_of: str


class Shared(Protocol):
    """What several servers share, see `lib.database`: it has the last word on what is in use."""

    def expect(self, in_use: str) -> None:
        """Refuse, with a StoreError, unless `in_use` is in use there, or nothing is yet."""

    def publish(self, snapshot: Snapshot, event: audit.Event) -> None:
        """Put `snapshot` in use there, all or nothing, unless ``event.before`` no longer is."""


class Store:
    """The folder of all snapshots.

    Parameters
    ----------
    folder : Path
        Made on first use.
    shared : Shared, optional
        Where each snapshot has to be in use before it is in use here.
    """

    def __init__(self, folder: Path, shared: Shared | None = None) -> None:
        self.folder = folder
        self.shared = shared

    @property
    def cache(self) -> Path:
        """Folder for files fetched from public sources, kept between tries."""
        return self.folder / "cache"

    def current(self) -> Snapshot | None:
        """Return the snapshot in use, or None before the first one."""
        if not (self.folder / _CURRENT).exists():
            return None
        return self.open(self._current_name())

    def whole(self) -> Snapshot | None:
        """Return the snapshot in use if every byte of it is there, else None."""
        return self.whole_or_none(self._current_name())

    def open(self, snapshot_id: str) -> Snapshot:
        """Return the snapshot called `snapshot_id`.

        Raises
        ------
        StoreError
            If there is none, or its manifest cannot be read.
        """
        folder = self.folder / "snapshots" / snapshot_id
        if not SNAPSHOT_ID.fullmatch(snapshot_id):
            raise StoreError("store.snapshot_unreadable", snapshot=snapshot_id[:_SHOWN])
        try:
            raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            raw["tables"] = {name: TableInfo(**info) for name, info in raw["tables"].items()}
            raw["notes"] = tuple((key, values) for key, values in raw["notes"])
            raw["files"] = tuple(FileInfo(**info) for info in raw.get("files", ()))
            return Snapshot(folder, Manifest(**raw))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError("store.snapshot_unreadable", snapshot=snapshot_id) from error

    def snapshots(self) -> list[Snapshot]:
        """Return every snapshot that can be read, newest first."""
        folder = self.folder / "snapshots"
        names = sorted((f.name for f in folder.glob("*") if f.is_dir()), reverse=True)
        found = []
        for name in names:
            with contextlib.suppress(StoreError):
                found.append(self.open(name))
        return found

    def publish(
        self,
        tables: Mapping[str, Table],
        act: Act,
        *,
        border_quality: str,
        created: dt.datetime | None = None,
    ) -> Snapshot:
        """Write `tables` as a new snapshot, put it in use and log it.

        If the content is that of the snapshot in use, nothing is written and
        that one is returned.

        Raises
        ------
        StoreError
            If another process holds the store for longer than 20 seconds, the
            snapshot in use is no longer ``act.base``, or the store cannot be
            written: a full disk, no permission.
        """
        moment = created or dt.datetime.now(dt.UTC)
        with self.writing():
            before = self._current_name()
            if act.base is not None and act.base != before:
                raise StoreError("store.moved_on")
            if self.shared is not None:
                self.shared.expect(before)
            return self._publish(tables, act, border_quality, moment)

    def restore(self, snapshot_id: str, *, who: str) -> Snapshot:
        """Put an earlier snapshot in use again; the one in use stays, the act is logged.

        Raises
        ------
        StoreError
            If there is none of that name, or a byte of it is not as it was.
        """
        with self.writing():
            snapshot = self.open(snapshot_id)
            for name in snapshot.manifest.tables:
                snapshot.check(name)
            self._put_in_use(snapshot_id, Act("restore", who))
            return snapshot

    def take(self, event: audit.Event, still: Callable[[], bool]) -> bool:
        """Put in use what another server published, if it is here and `still` holds.

        Parameters
        ----------
        event : Event
            The act as it was logged there; this store's log gets it too.
        still : callable
            Asked while nobody else can write here.

        Raises
        ------
        StoreError
            The snapshot is not here, or the store is busy or cannot be written.
        """
        with self.writing():
            before = self._current_name()
            if before == event.snapshot or not still():
                return False
            self.open(event.snapshot)
            self._log_and_point(dataclasses.replace(audit.unchained(event), before=before))
            return True

    def _put_in_use(self, snapshot_id: str, act: Act) -> None:
        """Name a snapshot in ``CURRENT`` and log it; the log knows of it before it is done."""
        before = self._current_name()
        if before != snapshot_id:
            details = {**act.details, "files": list(act.files)} if act.files else dict(act.details)
            event = audit.Event(audit.now(), act.who, act.action, snapshot_id, before, details)
            self._log_and_point(event, self.shared)

    def _log_and_point(self, event: audit.Event, shared: Shared | None = None) -> None:
        audit.intend(self.folder, event)
        if shared is not None:
            shared.publish(self.open(event.snapshot), event)
        self._point_at(event.snapshot)
        audit.settle(self.folder, event.snapshot)

    def _publish(
        self, tables: Mapping[str, Table], act: Act, border_quality: str, created: dt.datetime
    ) -> Snapshot:
        aside = self.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        infos = {name: _write_table(aside, name, table) for name, table in tables.items()}
        content = json.dumps(
            [border_quality, {n: asdict(i) for n, i in infos.items()}], sort_keys=True
        )
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        current = self.whole()
        if current is not None and current.snapshot_id.endswith(digest):
            shutil.rmtree(aside)
            return current
        snapshot_id = f"{created:%Y%m%dT%H%M%SZ}-{digest}"
        manifest = Manifest(
            snapshot_id=snapshot_id,
            created=created.isoformat(timespec="seconds"),
            action=act.action,
            border_quality=border_quality,
            tables=infos,
            notes=act.notes,
            details=act.details,
            who=act.who,
            files=_keep_files(aside, act.files),
        )
        _write_synced(
            aside / "manifest.json",
            json.dumps(asdict(manifest), ensure_ascii=False, indent=1, default=str).encode(),
        )
        sync_folder(aside)
        target = self.folder / "snapshots" / snapshot_id
        target.parent.mkdir(exist_ok=True)
        fresh = self.whole_or_none(snapshot_id) is None
        if fresh:
            shutil.rmtree(target, ignore_errors=True)
            aside.rename(target)
            sync_folder(target.parent)
        else:
            shutil.rmtree(aside)
        try:
            self._put_in_use(snapshot_id, act)
        except StoreError:
            if fresh and self.shared is not None:  # what nobody published is no history
                shutil.rmtree(target, ignore_errors=True)
            raise
        return self.open(snapshot_id)

    def _current_name(self) -> str:
        """Return what ``CURRENT`` says, empty if it says nothing readable."""
        try:
            return (self.folder / _CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def whole_or_none(self, snapshot_id: str) -> Snapshot | None:
        """Return a snapshot if every byte of it is there: publishing mends what is not."""
        try:
            snapshot = self.open(snapshot_id)
            for name in snapshot.manifest.tables:
                snapshot.check(name)
        except StoreError:
            return None
        return snapshot

    def _point_at(self, snapshot_id: str) -> None:
        pointer = self.folder / f"{_CURRENT}.new"
        _write_synced(pointer, snapshot_id.encode())
        pointer.replace(self.folder / _CURRENT)
        sync_folder(self.folder)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store for one act of writing; what a dead writer left undone is settled first.

        Raises
        ------
        StoreError
            If another process holds it for longer than 20 seconds, or the disk
            does not take what is written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock", timeout=_LOCK_SECONDS):
                audit.settle(self.folder, self._current_name())
                yield
        except Timeout as error:
            raise StoreError("store.busy", seconds=_LOCK_SECONDS) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(
                "store.not_writable", folder=self.folder, reason=reason.splitlines()[0]
            ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        to_disk(file)


def _write_table(folder: Path, name: str, table: Table) -> TableInfo:
    path = folder / f"{name}.parquet"
    table.frame.to_parquet(path, index=False)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    crs = table.frame.crs.to_string() if isinstance(table.frame, gpd.GeoDataFrame) else None
    return TableInfo(len(table.frame), _sha256(path), crs, table.source, table.as_of)


def _keep_files(folder: Path, files: Mapping[str, bytes]) -> tuple[FileInfo, ...]:
    """Write the originals under names of our own: theirs may be hostile, or twice the same."""
    kept = []
    for number, (name, content) in enumerate(files.items(), start=1):
        suffix = Path(name).suffix.lower()
        stored = f"files/{number}{suffix if re.fullmatch(r'[.][a-z0-9]{1,8}', suffix) else ''}"
        (folder / "files").mkdir(exist_ok=True)
        _write_synced(folder / stored, content)
        kept.append(FileInfo(name, stored, len(content), hashlib.sha256(content).hexdigest()))
    if kept:
        sync_folder(folder / "files")
    return tuple(kept)
