"""Check a zip before trusting it as a backup.

What is not whole, or leads out of its folder, is refused before anything is
unpacked; each member has to be byte for byte the one the list names.
"""

import contextlib
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from lib.language.errors import DataRefusedError
from lib.operate.backup import CURRENT, LISTED, MEMBER, BackupFile, BackupList, copy
from lib.store.disk import to_disk

MAX_BYTES: Final = 20 * 2**30
"""Most bytes of all files of a backup together."""
MAX_MEMBERS: Final = 100_000
"""Most files of a backup."""
MAX_RATIO: Final = 200
"""Most bytes a byte of the zip may stand for; our own backups are not packed at all."""

SHOWN: Final = 80
"""Most letters of a name from the zip in a message."""
_MAX_LIST: Final = 64 * 2**20
_ENCRYPTED: Final = 0x1
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip; `DataRefusedError` if it is none."""
    try:
        archive = zipfile.ZipFile(path)
    except (*_DAMAGED, OSError) as error:
        raise DataRefusedError("backup.not_whole", file=path.name) from error
    with archive:
        yield archive


def entries_of(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name, after checking their number, sizes, kinds and names."""
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
        known = name == LISTED or MEMBER.fullmatch(name)
        plain = entry.compress_type in _PACKED and not entry.flag_bits & _ENCRYPTED
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if not known or not plain or kind not in (0, stat.S_IFREG) or name in named:
            raise DataRefusedError("backup.bad_member", file=file, entry=name[:SHOWN])
        named[name] = entry
    folders = {str(folder) for name in named for folder in PurePosixPath(name).parents}
    for name in sorted(folders & named.keys()):
        raise DataRefusedError("backup.bad_member", file=file, entry=name[:SHOWN])
    return named


def list_of(archive: zipfile.ZipFile, file: str) -> BackupList:
    """Return what ``backup.json`` says; `DataRefusedError` if it is not there or not ours."""
    try:
        with archive.open(LISTED) as member:
            return BackupList.model_validate_json(member.read(_MAX_LIST))
    except (*_DAMAGED, KeyError) as error:
        raise DataRefusedError("backup.no_list", file=file) from error


def compare(
    entries: Mapping[str, zipfile.ZipInfo], files: Mapping[str, BackupFile], file: str
) -> None:
    """Refuse a backup whose members are not exactly those of its list."""
    for name in sorted((set(files) | {CURRENT}) - set(entries)):
        raise DataRefusedError("backup.missing", file=file, entry=name[:SHOWN])
    for name in sorted(set(entries) - set(files) - {LISTED}):
        raise DataRefusedError("backup.extra", file=file, entry=name[:SHOWN])
    if LISTED in files:
        raise DataRefusedError("backup.extra", file=file, entry=LISTED)


def unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, file: BackupFile, name: str
) -> None:
    """Write one member to `target` and disk if it is byte for byte the one listed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(entry) as source, target.open("xb") as out:
            found = copy(source, out, file.size)
            to_disk(out)
    except _DAMAGED as error:
        raise DataRefusedError("backup.changed", file=name, entry=entry.filename) from error
    if found != (file.size, file.sha256):
        raise DataRefusedError("backup.changed", file=name, entry=entry.filename)
