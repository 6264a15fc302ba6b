"""Remove all data of a store, after a backup of it: an act of its own, never a by-product."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.language.errors import StoreError, WrongUseError
from lib.operate import backup
from lib.store import audit
from lib.store.disk import sync_folder
from lib.store.store import Store

_KEPT: Final = ("cache", "lock")
"""What holds nothing of the office: fetched borders, and the lock that is held meanwhile."""


@dataclass(frozen=True)
class Held:
    """What a store holds and what would go.

    Parameters
    ----------
    acts : int
        Lines of the log.
    files, size : int
        All that would go, and its bytes.
    """

    snapshots: tuple[str, ...]
    acts: int
    files: int
    size: int


def held(store: Store) -> Held:
    """Return what `remove` would take out of a store."""
    files = [file for part in _parts(store) for file in _files(part)]
    size = sum(file.stat().st_size for file in files)
    return Held(tuple(store.names()), len(audit.events(store.folder)), len(files), size)


def remove(store: Store, path: Path) -> backup.BackupInfo:
    """Back the store up to a zip, then remove its snapshots, its log and what is in use.

    Parameters
    ----------
    path : Path
        The backup, outside the store; nothing of this name may be there yet.

    Raises
    ------
    WrongUseError
        `path` is taken or lies in the store.
    StoreError
        The backup cannot be made, or somebody published since: nothing is removed.
    """
    if path.exists() or path.resolve().is_relative_to(store.folder.resolve()):
        raise WrongUseError("remove.bad_backup", file=path.name)
    made = backup.backup(store, path)
    with store.writing():
        current = store.current()
        there = (tuple(sorted(store.names())), current.snapshot_id if current else "")
        if there != (made.snapshots, made.current):
            raise StoreError("store.moved_on")
        for part in _parts(store):  # what names the snapshot in use goes first
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()
        sync_folder(store.folder)
    return made


def _parts(store: Store) -> list[Path]:
    """Return what lies in the folder and is data, ``CURRENT`` first."""
    found = [path for path in store.folder.glob("*") if path.name not in _KEPT]
    return sorted(found, key=lambda path: (path.name != backup.CURRENT, path.name))


def _files(part: Path) -> list[Path]:
    return [part] if part.is_file() else [path for path in part.rglob("*") if path.is_file()]
