"""One file that holds the whole store, and the way back from it.

A backup is a zip of plain copies and a list of them, ``backup.json``, with the
sha256 of each. It is believed in nothing: what is not whole, or leads out of
its folder, is refused before the store is touched. Only the last step, naming
another snapshot in ``CURRENT``, changes what is in use.
"""

import contextlib
import datetime as dt
import glob
import hashlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal

from pydantic import BaseModel, ConfigDict

from lib import audit
from lib.errors import DataRefusedError, StoreError
from lib.store import Store

MAX_BYTES: Final = 20 * 2**30
"""Most bytes of all files of a backup together."""
MAX_MEMBERS: Final = 100_000
"""Most files of a backup."""
MAX_RATIO: Final = 200
"""Most bytes a byte of the zip may stand for; our own backups are not packed at all."""

LISTED: Final = "backup.json"
_CURRENT: Final = "CURRENT"
_ASIDE: Final = "restoring"
_CHUNK: Final = 2**20
_MAX_LIST: Final = 64 * 2**20
_SHOWN: Final = 80
_ENCRYPTED: Final = 0x1
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SNAPSHOT_ID: Final = r"\d{8}T\d{6}Z-[0-9a-f]{12}"
_PART: Final = r"(?!\.{1,2}(/|$))[^/\\:\x00-\x1f]+"
_MEMBER: Final = re.compile(
    rf"{_CURRENT}|{re.escape(audit.LOG)}|snapshots/(?P<id>{_SNAPSHOT_ID})(/{_PART})+"
)
_TABLE: Final = re.compile(r"[a-z0-9_]{1,60}")

_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class BackupInfo:
    """What a backup holds.

    Parameters
    ----------
    created : str
        When it was made: ISO 8601, UTC.
    current : str
        The snapshot in use at that time.
    snapshots : tuple of str
        All snapshots, oldest first.
    files : int
        Number of files.
    size : int
        Bytes of these files.
    """

    created: str
    current: str
    snapshots: tuple[str, ...]
    files: int
    size: int


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    size: int
    sha256: str


class _List(BaseModel):
    """What ``backup.json`` says."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    created: str
    current: str
    snapshots: tuple[str, ...]
    files: dict[str, _File]

    def info(self) -> BackupInfo:
        size = sum(file.size for file in self.files.values())
        return BackupInfo(self.created, self.current, self.snapshots, len(self.files), size)


def backup(store: Store, path: Path) -> BackupInfo:
    """Write the whole store (``CURRENT``, snapshots, log; no cache) to one zip.

    The zip is written aside in the same folder, synced and renamed: `path` is a
    whole backup or what it was before. Nobody writes to the store meanwhile.

    Parameters
    ----------
    store : Store
        Its snapshot in use has to be whole: a damaged one is no backup.
    path : Path
        The zip; replaced if it is there.

    Raises
    ------
    StoreError
        The store is empty, damaged or busy, or the zip cannot be written.
    """
    with store.writing():
        if not (store.folder / _CURRENT).exists():
            raise StoreError("store.empty")
        current = store.whole()
        if current is None:
            raise StoreError("backup.store_damaged")
        try:
            return _write(store.folder, path, current.snapshot_id)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(
                "backup.not_writable", folder=path.parent, reason=reason.splitlines()[0]
            ) from error


def restore_backup(path: Path, store: Store, *, who: str = "") -> BackupInfo:
    """Bring back what `path` holds and put its current snapshot in use.

    An empty store becomes, byte for byte, the one that was backed up. One that
    has data keeps its snapshots and its log, gains those it lacks and logs the
    act; a snapshot of its own that is damaged is replaced by the backup's.

    Parameters
    ----------
    path : Path
        A zip written by `backup`.
    store : Store
        Left as it was unless all went well.
    who : str
        Name for the log.

    Raises
    ------
    DataRefusedError
        The zip is not a whole backup: cut short, changed, a file too many or
        too few, a name that leads elsewhere, too large.
    StoreError
        The store is busy or cannot be written.
    """
    with _opened(path) as archive:
        entries = _entries(archive, path)
        listed = _listed(archive, path.name)
        info, files = listed.info(), listed.files
        _compare(entries, files, path.name)
        with store.writing():
            aside = Store(store.folder / _ASIDE)
            shutil.rmtree(aside.folder, ignore_errors=True)
            try:
                for name, file in files.items():
                    _unpack(archive, entries[name], aside.folder / name, file, path.name)
                for folder in (aside.folder, *filter(Path.is_dir, aside.folder.rglob("*"))):
                    _sync(folder)
                _check_snapshots(aside, info, path.name)
                _take_over(aside, store, info, who)
            finally:
                shutil.rmtree(aside.folder, ignore_errors=True)
    return info


def _write(folder: Path, path: Path, current: str) -> BackupInfo:
    found = [folder / _CURRENT, folder / audit.LOG, *sorted((folder / "snapshots").rglob("*"))]
    files: dict[str, _File] = {}
    for dead in path.parent.glob(f".{glob.escape(path.name)}.*"):  # of a process that died
        dead.unlink()
    with contextlib.ExitStack() as stack:
        aside = stack.enter_context(
            tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)
        )
        stack.callback(Path(aside.name).unlink, missing_ok=True)
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
            for file in found:
                name = file.relative_to(folder).as_posix()
                if file.is_file() and _MEMBER.fullmatch(name):
                    files[name] = _add(archive, file, name)
            snapshots = sorted({m["id"] for n in files if (m := _MEMBER.fullmatch(n)) and m["id"]})
            listed = _List(
                created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                current=current,
                snapshots=tuple(snapshots),
                files=files,
            )
            archive.writestr(LISTED, listed.model_dump_json(indent=1))
        _to_disk(aside)
        aside.close()
        Path(aside.name).replace(path)
        _sync(path.parent)
    return listed.info()


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> _File:
    """Copy `file` into the archive and return its size and hash as they went in."""
    entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        size, sha256 = _copy(source, target)
    return _File(size=size, sha256=sha256)


def _copy(source: IO[bytes], target: IO[bytes], most: int | None = None) -> tuple[int, str]:
    """Copy until the end, or just beyond `most` bytes; return how many and their sha256."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (chunk := source.read(_CHUNK)):
        size += len(chunk)
        digest.update(chunk)
        target.write(chunk)
    return size, digest.hexdigest()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (*_DAMAGED, OSError) as error:
        raise DataRefusedError("backup.not_whole", file=path.name) from error
    with archive:
        yield archive


def _entries(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name after looking at what they say of themselves."""
    file = path.name
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise DataRefusedError("backup.too_many", file=file, count=len(entries), most=MAX_MEMBERS)
    on_disk = path.stat().st_size
    if not all(0 <= entry.header_offset < on_disk for entry in entries):
        raise DataRefusedError("backup.not_whole", file=file)
    size = sum(entry.file_size for entry in entries)
    if size > MAX_BYTES or size > MAX_RATIO * on_disk:
        raise DataRefusedError(
            "backup.too_large",
            file=file,
            size=size // 2**20,
            most=MAX_BYTES // 2**20,
            ratio=MAX_RATIO,
        )
    named: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename
        known = name == LISTED or _MEMBER.fullmatch(name)
        plain = entry.compress_type in _PACKED and not entry.flag_bits & _ENCRYPTED
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if not known or not plain or kind not in (0, stat.S_IFREG) or name in named:
            raise DataRefusedError("backup.bad_member", file=file, entry=name[:_SHOWN])
        named[name] = entry
    folders = {str(folder) for name in named for folder in PurePosixPath(name).parents}
    for name in sorted(folders & named.keys()):
        raise DataRefusedError("backup.bad_member", file=file, entry=name[:_SHOWN])
    return named


def _listed(archive: zipfile.ZipFile, file: str) -> _List:
    try:
        with archive.open(LISTED) as member:
            return _List.model_validate_json(member.read(_MAX_LIST))
    except (*_DAMAGED, KeyError) as error:
        raise DataRefusedError("backup.no_list", file=file) from error


def _compare(entries: Mapping[str, zipfile.ZipInfo], files: Mapping[str, _File], file: str) -> None:
    """Refuse a backup whose members are not exactly those of its list."""
    for name in sorted((set(files) | {_CURRENT}) - set(entries)):
        raise DataRefusedError("backup.missing", file=file, entry=name[:_SHOWN])
    for name in sorted(set(entries) - set(files) - {LISTED}):
        raise DataRefusedError("backup.extra", file=file, entry=name[:_SHOWN])
    if LISTED in files:
        raise DataRefusedError("backup.extra", file=file, entry=LISTED)


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, file: _File, name: str
) -> None:
    """Write one member to `target` and disk if it is byte for byte the one listed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(entry) as source, target.open("xb") as out:
            found = _copy(source, out, file.size)
            _to_disk(out)
    except _DAMAGED as error:
        raise DataRefusedError("backup.changed", file=name, entry=entry.filename) from error
    if found != (file.size, file.sha256):
        raise DataRefusedError("backup.changed", file=name, entry=entry.filename)


def _check_snapshots(aside: Store, info: BackupInfo, file: str) -> None:
    """Refuse a backup that would put something in use that is no whole snapshot."""
    there = sorted(f.name for f in (aside.folder / "snapshots").glob("*"))
    for name in there:
        with contextlib.suppress(StoreError):
            manifest = aside.open(name).manifest
            if manifest.snapshot_id != name or not all(map(_TABLE.fullmatch, manifest.tables)):
                raise DataRefusedError("backup.no_current", file=file, snapshot=name)
    current = aside.whole()
    if current is None or info.current != current.snapshot_id or there != sorted(info.snapshots):
        raise DataRefusedError("backup.no_current", file=file, snapshot=info.current[:_SHOWN])


def _take_over(aside: Store, store: Store, info: BackupInfo, who: str) -> None:
    """Move what `store` lacks into it, then name the snapshot in use; undone unless all is done."""
    pointer = store.folder / _CURRENT
    before = (
        pointer.read_text(encoding="utf-8", errors="replace").strip() if pointer.exists() else ""
    )
    has_log = (store.folder / audit.LOG).exists()
    if before:  # a broken log is found before anything moves
        audit.events(store.folder if has_log else aside.folder)
    (store.folder / "snapshots").mkdir(exist_ok=True)
    with contextlib.ExitStack() as undo:
        for name in info.snapshots:
            if not _has_whole(store, name):
                _move(aside.folder, store.folder, f"snapshots/{name}", undo)
        if not has_log and (aside.folder / audit.LOG).exists():
            _move(aside.folder, store.folder, audit.LOG, undo)
        _sync(store.folder / "snapshots")
        if before:
            details = {"snapshots": list(info.snapshots), "created": info.created}
            event = audit.Event(audit.now(), who, "restore-backup", info.current, before, details)
            undo.callback((store.folder / audit.INTENDED).unlink, missing_ok=True)
            audit.intend(store.folder, event)
        (aside.folder / _CURRENT).replace(pointer)
        undo.pop_all()
    _sync(store.folder)
    audit.settle(store.folder, info.current)


def _has_whole(store: Store, name: str) -> bool:
    try:
        snapshot = store.open(name)
        for table in snapshot.manifest.tables:
            snapshot.check(table)
    except StoreError:
        return False
    return True


def _move(source: Path, target: Path, name: str, undo: contextlib.ExitStack) -> None:
    """Move `name` from one folder to the other; what stood there goes aside until all is done."""
    if (target / name).exists():
        damaged = source / f"{Path(name).name}.damaged"
        (target / name).replace(damaged)
        undo.callback(damaged.rename, target / name)
    (source / name).replace(target / name)
    undo.callback((target / name).rename, source / name)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # Only POSIX lets a directory be synced; elsewhere rename alone has to do.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
