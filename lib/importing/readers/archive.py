"""Zip files opened without trust: nothing is written outside, nothing grows without end.

The limits are those of the project's threat list: number of entries, inflated
size, ratio, names, links, no zip in a zip.
"""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from lib.language.errors import DataRefusedError

MAX_ENTRIES: Final = 200
MAX_INFLATED: Final = 200 * 2**20
MAX_RATIO: Final = 200
_CHUNK: Final = 2**20
_SMALL: Final = 100_000
"""The ratio says nothing of small archives: a table of mostly blank columns packs 500 to 1."""
_ENCRYPTED: Final = 0x1
_DOCTYPES: Final = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le")
)
_OVERLAP: Final = 64
"""Bytes of a chunk looked at again with the next: a mark may lie across both."""
_XML: Final = (".xml", ".rels", ".kml", ".vml")
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)
"""What reading an entry of a damaged zip raises; ValueError for a name that is no UTF-8."""


def open_zip(path: Path, name: str) -> zipfile.ZipFile:
    """Return the archive after looking at its list of entries.

    Raises
    ------
    DataRefusedError
        It is no zip, is cut short, is encrypted, has too many entries, inflates
        too far, or an entry is a link or leads out of its folder.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataRefusedError("readers.bad_zip", file=name) from error
    entries = archive.infolist()
    try:
        _check(entries, name)
    except DataRefusedError:
        archive.close()
        raise
    return archive


def _check(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise DataRefusedError(
            "readers.zip_entries", file=name, count=len(entries), most=MAX_ENTRIES
        )
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/"))
        absolute = parts.is_absolute() or ":" in entry.filename or not entry.filename
        linked = stat.S_ISLNK(entry.external_attr >> 16)
        if absolute or ".." in parts.parts or linked or "\0" in entry.filename:
            raise DataRefusedError("readers.zip_path", file=name, entry=entry.filename[:80])
        if entry.flag_bits & _ENCRYPTED:
            raise DataRefusedError("readers.password", file=name)
    inflated = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if inflated > MAX_INFLATED or inflated > MAX_RATIO * max(packed, _SMALL):
        raise DataRefusedError(
            "readers.zip_bomb", file=name, size=inflated // 2**20, most=MAX_INFLATED // 2**20
        )


def extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Write one entry to `target`, no more bytes than its heading promised.

    Raises
    ------
    DataRefusedError
        The entry is damaged or larger than it says.
    """
    written = 0
    try:
        with archive.open(entry) as source, target.open("wb") as out:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > entry.file_size:
                    raise DataRefusedError("readers.bad_zip", file=name)
                out.write(chunk)
    except _DAMAGED as error:
        raise DataRefusedError("readers.bad_zip", file=name) from error


def refuse_entities(content: bytes, name: str) -> None:
    """Refuse XML that declares a document type: entities read files and grow without end."""
    if any(mark in content for mark in _DOCTYPES):
        raise DataRefusedError("readers.xml_entities", file=name)


def check_office(path: Path, name: str) -> None:
    """Look through an XLSX or DOCX (a zip of XML) before a library opens it.

    Raises
    ------
    DataRefusedError
        As `open_zip`; also where a part declares entities or is damaged.
    """
    with open_zip(path, name) as archive:
        for entry in archive.infolist():
            xml = entry.filename.lower().endswith(_XML)
            for chunk in chunks(archive, entry, name):
                if xml:
                    refuse_entities(chunk, name)


def chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Yield the content of one entry piece by piece, the end of each again with the next.

    Raises
    ------
    DataRefusedError
        The entry is damaged.
    """
    tail = b""
    try:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                yield tail + chunk
                tail = chunk[-_OVERLAP:]
    except _DAMAGED as error:
        raise DataRefusedError("readers.bad_zip", file=name) from error
