"""Back up the whole store to one zip.

A backup is a zip of plain copies and a list of them, ``backup.json``, with the
sha256 of each; `lib.operate.restore` is the way back.
"""

import contextlib
import datetime as dt
import glob
import hashlib
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from pydantic import BaseModel, ConfigDict

from lib.language.errors import StoreError
from lib.language.findings import Finding
from lib.store import audit, pending
from lib.store.disk import sync_folder, to_disk
from lib.store.store import Store

LISTED: Final = "backup.json"
"""Name of the list of members."""
CURRENT: Final = "CURRENT"
"""Name of the file that names the snapshot in use."""
_CHUNK: Final = 2**20
_SNAPSHOT_ID: Final = r"\d{8}T\d{6}Z-[0-9a-f]{12}"
_PART: Final = r"(?!\.{1,2}(/|$))[^/\\:\x00-\x1f]+"
MEMBER: Final = re.compile(
    rf"{CURRENT}|{re.escape(audit.LOG)}|snapshots/(?P<id>{_SNAPSHOT_ID})(/{_PART})+"
    rf"|(?P<draft>{pending.FOLDER}/{_PART}/{_PART}\.json)"
)
"""A name a member may have, but for the list."""


@dataclass(frozen=True)
class BackupInfo:
    """Contents of a backup.

    Parameters
    ----------
    created : str
        When it was made: ISO 8601, UTC.
    current : str
        The snapshot in use at that time.
    snapshots : tuple of str
        All snapshots, oldest first.
    size : int
        Bytes of these files.
    notes : tuple of Finding
        What was taken over without the log speaking for it.
    """

    created: str
    current: str
    snapshots: tuple[str, ...]
    files: int
    size: int
    notes: tuple[Finding, ...] = ()


class BackupFile(BaseModel):
    """Entry of ``backup.json`` for one member: bytes and their sha256 in hexadecimal."""

    model_config = ConfigDict(strict=True, extra="forbid")

    size: int
    sha256: str


class BackupList(BaseModel):
    """Content of ``backup.json``."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    created: str
    current: str
    snapshots: tuple[str, ...]
    files: dict[str, BackupFile]

    def info(self) -> BackupInfo:
        """Return what a person is told of it."""
        size = sum(file.size for file in self.files.values())
        return BackupInfo(self.created, self.current, self.snapshots, len(self.files), size)


def backup(store: Store, path: Path) -> BackupInfo:
    """Write the whole store (``CURRENT``, snapshots, log, draft; no cache) to one zip.

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
        if not (store.folder / CURRENT).exists():
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


def _write(folder: Path, path: Path, current: str) -> BackupInfo:
    found = [folder / CURRENT, folder / audit.LOG, *sorted((folder / "snapshots").rglob("*"))]
    found += sorted((folder / pending.FOLDER).rglob("*.json"))
    files: dict[str, BackupFile] = {}
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
                if file.is_file() and MEMBER.fullmatch(name):
                    files[name] = _add(archive, file, name)
            snapshots = sorted({m["id"] for n in files if (m := MEMBER.fullmatch(n)) and m["id"]})
            listed = BackupList(
                created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                current=current,
                snapshots=tuple(snapshots),
                files=files,
            )
            archive.writestr(LISTED, listed.model_dump_json(indent=1))
        to_disk(aside)
        aside.close()
        Path(aside.name).replace(path)
        sync_folder(path.parent)
    return listed.info()


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> BackupFile:
    """Copy `file` into the archive and return its size and hash as they went in."""
    entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        size, sha256 = copy(source, target)
    return BackupFile(size=size, sha256=sha256)


def copy(source: IO[bytes], target: IO[bytes], most: int | None = None) -> tuple[int, str]:
    """Copy until the end, or just beyond `most` bytes; return how many and their sha256."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (chunk := source.read(_CHUNK)):
        size += len(chunk)
        digest.update(chunk)
        target.write(chunk)
    return size, digest.hexdigest()
