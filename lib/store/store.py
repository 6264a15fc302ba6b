"""The store of snapshots: publish, restore, and name the one in use.

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
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock, Timeout

from lib.language.errors import StoreError
from lib.store import audit
from lib.store.contents import Act, Table, keep_files, write_table
from lib.store.disk import put, sync_folder, write_synced
from lib.store.snapshot import (
    MANIFEST,
    SNAPSHOT_ID,
    FileInfo,
    Manifest,
    Snapshot,
    TableInfo,
    open_snapshot,
    sha256_of,
)

__all__ = ["Act", "FileInfo", "Manifest", "Snapshot", "Store", "Table", "TableInfo"]

_CURRENT: Final = "CURRENT"
_LOCK_SECONDS: Final = 20
_STAMP: Final = "%Y%m%dT%H%M%SZ"


class Shared(Protocol):
    """Interface of a database several servers share, which says what is in use."""

    def expect(self, in_use: str) -> None:
        """Refuse, with a StoreError, unless `in_use` is in use there, or nothing is yet."""

    def publish(self, snapshot: Snapshot, event: audit.Event) -> None:
        """Put `snapshot` in use there, all or nothing, unless ``event.before`` no longer is."""

    def draft(self, folders: Collection[str]) -> dict[str, str]:
        """Return what waits there in folders of the draft: ``folder/row.json`` -> its text."""

    def redraft(
        self, change: Callable[[Mapping[str, str]], dict[str, str]], folders: Collection[str]
    ) -> None:
        """Write the rows `change` makes of what waits, all or nothing; an empty text is gone."""


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
        return open_snapshot(self.folder / "snapshots", snapshot_id)

    def names(self) -> list[str]:
        """Return the names of all snapshots, readable or not, newest first."""
        folders = (self.folder / "snapshots").glob("*")
        return sorted((f.name for f in folders if SNAPSHOT_ID.fullmatch(f.name)), reverse=True)

    def snapshots(self) -> list[Snapshot]:
        """Return every snapshot that can be read, newest first."""
        found = []
        for name in self.names():
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
            snapshot.check_files()
            self._put_in_use(snapshot_id, Act("restore", who))
            return snapshot

    def take(self, event: audit.Event, still: Callable[[], bool]) -> bool:
        """Put in use a snapshot another server published, if it is here and `still` holds.

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
            details |= {audit.MANIFEST: sha256_of(self._folder(snapshot_id) / MANIFEST)}
            event = audit.Event(audit.now(), act.who, act.action, snapshot_id, before, details)
            self._log_and_point(event, self.shared)

    def _log_and_point(self, event: audit.Event, shared: Shared | None = None) -> None:
        audit.intend(self.folder, event)
        if shared is not None:
            shared.publish(self.open(event.snapshot), event)
        self._point_at(event.snapshot)
        # It is in use now. A disk that is full at this very moment does not undo
        # that: the line is on disk as intended, and whoever writes next logs it.
        with contextlib.suppress(OSError):
            audit.settle(self.folder, event.snapshot)

    def _publish(
        self, tables: Mapping[str, Table], act: Act, border_quality: str, created: dt.datetime
    ) -> Snapshot:
        aside = self.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            return self._renamed(aside, tables, act, border_quality, created)
        finally:  # a full disk gets back what the attempt took
            shutil.rmtree(aside, ignore_errors=True)

    def _renamed(
        self,
        aside: Path,
        tables: Mapping[str, Table],
        act: Act,
        border_quality: str,
        created: dt.datetime,
    ) -> Snapshot:
        """Write a snapshot aside, give it its place and put it in use."""
        infos = {name: write_table(aside, name, table) for name, table in tables.items()}
        content = json.dumps(
            [border_quality, {n: asdict(i) for n, i in infos.items()}], sort_keys=True
        )
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        current = self.whole()
        if current is not None and current.snapshot_id.endswith(digest):
            return current
        snapshot_id = f"{self._moment(created):{_STAMP}}-{digest}"
        manifest = Manifest(
            snapshot_id=snapshot_id,
            created=created.isoformat(timespec="seconds"),
            action=act.action,
            border_quality=border_quality,
            tables=infos,
            notes=act.notes,
            details=act.details,
            who=act.who,
            files=keep_files(aside, act.files),
            log=audit.head(self.folder),
        )
        write_synced(aside / MANIFEST, manifest.to_json())
        sync_folder(aside)
        target = self._folder(snapshot_id)
        target.parent.mkdir(exist_ok=True)
        put(aside, target)
        try:
            sync_folder(target.parent)
            self._put_in_use(snapshot_id, act)
        except (OSError, StoreError):  # a full disk gets this back too; nobody has seen it
            if self._current_name() != snapshot_id:
                shutil.rmtree(target, ignore_errors=True)
            raise
        return self.open(snapshot_id)

    def _folder(self, snapshot_id: str) -> Path:
        return self.folder / "snapshots" / snapshot_id

    def _moment(self, clock: dt.datetime) -> dt.datetime:
        """Return `clock`, or the second after the newest snapshot if the clock went back.

        Snapshots are told and ordered by their names; the manifest keeps what
        the clock said.
        """
        latest = clock
        for name in self.names():
            with contextlib.suppress(ValueError, OverflowError):  # no date, or the last of all
                named = dt.datetime.strptime(name[:16], _STAMP).replace(tzinfo=dt.UTC)
                latest = max(latest, named + dt.timedelta(seconds=1))
        return latest

    def last_whole(self) -> Snapshot | None:
        """Return the newest snapshot every byte of which is there, but for the one in use."""
        for snapshot in self.snapshots():
            other = snapshot.snapshot_id != self._current_name()
            if other and self.whole_or_none(snapshot.snapshot_id) is not None:
                return snapshot
        return None

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
            snapshot.check_files()
        except StoreError:
            return None
        return snapshot

    def _point_at(self, snapshot_id: str) -> None:
        pointer = self.folder / f"{_CURRENT}.new"
        write_synced(pointer, snapshot_id.encode())
        put(pointer, self.folder / _CURRENT)
        sync_folder(self.folder)

    @contextlib.contextmanager
    def writing(self, patience: float | None = None) -> Iterator[None]:
        """Lock the store for one write; settle first what a process that died left undone.

        Parameters
        ----------
        patience : float or None
            How many seconds to wait for another who writes; None for the usual 20.

        Raises
        ------
        StoreError
            If another process holds it for longer than `patience`, or the disk
            does not take what is written.
        """
        patience = _LOCK_SECONDS if patience is None else patience
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock", timeout=patience):
                audit.settle(self.folder, self._current_name())
                yield
        except Timeout as error:
            raise StoreError("store.busy", seconds=patience) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(
                "store.not_writable", folder=self.folder, reason=reason.splitlines()[0]
            ) from error
