"""Bring the snapshot in use in the database into the local store, whole or not at all."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from lib.language.errors import StoreError
from lib.store import audit
from lib.store.database import publishing
from lib.store.database.link import Connection
from lib.store.database.postgis import Database
from lib.store.disk import put, sync_folder, to_disk
from lib.store.snapshot import SNAPSHOT_ID, sha256_of
from lib.store.store import Snapshot, Store

_ASIDE: Final = "fetching"
_SHOWN: Final = 60
_NAME: Final = re.compile(
    r"manifest\.json|[a-z0-9_]{1,60}\.parquet|files/\d{1,6}(\.[a-z0-9]{1,8})?"
)

Ready = Callable[[Snapshot], object]
"""What is done with a snapshot before pages read it, such as writing its layer files."""


def follow(store: Store, database: Database, ready: Ready) -> Snapshot | None:
    """Put in use here what is in use in the database, and keep what it keeps.

    A snapshot is fetched aside, each file is held against its sha256, then it
    is renamed into the store and named in ``CURRENT``: a process that dies on
    the way leaves what was in use. Files the store has already are not fetched.

    Parameters
    ----------
    database : Database
        What is followed; one without a snapshot changes nothing.
    ready : callable
        Called with the snapshot before it is in use.

    Returns
    -------
    Snapshot or None
        What came into use; None where it was in use already, or another
        process of this server is at it.

    Raises
    ------
    StoreError
        The database cannot be reached, what it holds is damaged, or the store
        cannot be written.
    """
    with database.reading() as connection:
        event = publishing.last_event(connection)
        if event is None:
            return None
        taken = None
        try:
            store.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(store.folder / f"{_ASIDE}.lock", timeout=0):
                shutil.rmtree(store.folder / _ASIDE, ignore_errors=True)  # of one that died
                if store.whole_or_none(event.snapshot) is None:
                    _fetch(connection, store, event.snapshot)
                if _name(store) != event.snapshot:
                    ready(store.open(event.snapshot))
                    taken = _take(connection, store, event)
                for missing in _missing(connection, store):
                    _fetch(connection, store, missing)
        except Timeout:
            return None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).splitlines()[0]
            raise StoreError("store.not_writable", folder=store.folder, reason=reason) from error
        return taken


def _name(store: Store) -> str:
    """Return the snapshot in use here; empty if there is none that can be read."""
    with contextlib.suppress(StoreError):
        current = store.current()
        return current.snapshot_id if current else ""
    return ""


def _take(connection: Connection, store: Store, event: audit.Event) -> Snapshot | None:
    def still() -> bool:
        return publishing.in_use(connection) == event.snapshot

    return store.open(event.snapshot) if store.take(event, still) else None


def _missing(connection: Connection, store: Store) -> list[str]:
    """Return the snapshots the database keeps and the store does not, newest first."""
    kept = connection.execute(
        "SELECT snapshot_id FROM phutho_store.snapshot ORDER BY snapshot_id DESC"
    ).fetchall()
    folder = store.folder / "snapshots"
    return [str(name) for (name,) in kept if not (folder / str(name)).exists()]


def _fetch(connection: Connection, store: Store, snapshot_id: str) -> None:
    """Bring one snapshot into the store, whole; it is not in use yet."""
    if not SNAPSHOT_ID.fullmatch(snapshot_id):
        raise StoreError("database.damaged", snapshot=snapshot_id[:_SHOWN])
    aside = Store(store.folder / _ASIDE)
    shutil.rmtree(aside.folder, ignore_errors=True)
    folder = aside.folder / "snapshots" / snapshot_id
    listed = _listed(connection, snapshot_id)
    try:
        (folder / "files").mkdir(parents=True)
        _bring(connection, folder / "manifest.json", listed.get("manifest.json", ""), [])
        snapshot = aside.open(snapshot_id)
        wanted = publishing.names(snapshot)
        if snapshot.snapshot_id != snapshot_id or not all(map(_NAME.fullmatch, wanted)):
            raise StoreError("database.damaged", snapshot=snapshot_id)
        known = store.snapshots()[:2]
        for name in wanted[1:]:
            _bring(connection, folder / name, listed.get(name, ""), known)
        _check(snapshot)
        if not snapshot.manifest.files:
            (folder / "files").rmdir()
        for inside in (folder, *filter(Path.is_dir, folder.iterdir())):
            sync_folder(inside)
        with store.writing():
            target = store.folder / "snapshots" / snapshot_id
            target.parent.mkdir(exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            put(folder, target)
            sync_folder(target.parent)
    finally:
        shutil.rmtree(aside.folder, ignore_errors=True)


def _listed(connection: Connection, snapshot_id: str) -> dict[str, str]:
    """Return name -> sha256 of each file of a snapshot."""
    found = connection.execute(
        "SELECT name, sha256 FROM phutho_store.file WHERE snapshot_id = %s", (snapshot_id,)
    )
    return {str(name): str(digest) for name, digest in found}


def _bring(connection: Connection, path: Path, digest: str, known: list[Snapshot]) -> None:
    """Write one file, from a snapshot that is here or from the database, and check it."""
    for snapshot in known:
        info, own = snapshot.manifest.tables.get(path.stem), snapshot.folder / path.name
        if info is not None and info.sha256 == digest and own.is_file():
            shutil.copyfile(own, path)
            if sha256_of(path) == digest:
                with path.open("rb+") as file:
                    to_disk(file)
                return
    _download(connection, path, digest)
    if sha256_of(path) != digest:
        raise StoreError("database.damaged", snapshot=path.parent.name)


def _download(connection: Connection, path: Path, digest: str) -> None:
    """Write the parts of a file one after the other, as they are kept."""
    with path.open("wb") as file, connection.cursor(binary=True) as cursor:
        for number in itertools.count():
            row = cursor.execute(
                "SELECT bytes FROM phutho_store.content WHERE sha256 = %s AND part = %s",
                (digest, number),
            ).fetchone()
            if row is None or not isinstance(row[0], bytes):
                break
            file.write(row[0])
        to_disk(file)


def _check(snapshot: Snapshot) -> None:
    """Hold what was fetched against the manifest, which is what this store goes by."""
    for name in snapshot.manifest.tables:
        snapshot.check(name)
    for kept in snapshot.manifest.files:
        if sha256_of(snapshot.folder / kept.stored) != kept.sha256:
            raise StoreError("database.damaged", snapshot=snapshot.snapshot_id)
