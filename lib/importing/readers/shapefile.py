"""Zipped Shapefile and MapInfo: the set of files of each layer, and nothing else."""

import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from lib.importing.readers.archive import extract, open_zip
from lib.importing.readers.base import Content
from lib.language.errors import DataRefusedError
from lib.readers import mapinfo, shapefile

_PARTS: Final = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id", ".ind"),
    ".mif": (".mif", ".mid"),
}
_READ: Final = {".shp": shapefile.read, ".tab": mapinfo.read_tab, ".mif": mapinfo.read}


def read(path: Path, name: str) -> Content:
    """Return the layers of a zip with Shapefiles or MapInfo tables.

    Raises
    ------
    DataRefusedError
        The archive is not sound, holds none of these, or a part is missing.
    """
    with open_zip(path, name) as archive, tempfile.TemporaryDirectory() as folder:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        heads = [e for e in entries if _suffix(e) in _PARTS and not _hidden(e)]
        if not heads:
            raise DataRefusedError("readers.zip_nothing", file=name)
        parts = [
            _one(archive, entries, head, Path(folder) / str(at), name)
            for at, head in enumerate(heads)
        ]
    layers = [layer for part in parts for layer in part.layers]
    return Content(
        name,
        layers=tuple(layers),
        findings=tuple(finding for part in parts for finding in part.findings),
    )


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _hidden(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _one(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    head: zipfile.ZipInfo,
    folder: Path,
    name: str,
) -> Content:
    """Write the files of one layer under names of our own and read them."""
    folder.mkdir()
    kind, stem = _suffix(head), PurePosixPath(head.filename).with_suffix("")
    for entry in entries:
        same = str(PurePosixPath(entry.filename).with_suffix("")).lower() == str(stem).lower()
        if same and _suffix(entry) in _PARTS[kind]:
            extract(archive, entry, folder / f"layer{_suffix(entry)}", name)
    shown = re.sub(r"[\x00-\x1f]", "", stem.name)
    content = _READ[kind](folder / f"layer{kind}", name)
    layers = tuple(replace(layer, layer=shown) for layer in content.layers)
    found = tuple(replace(f, file=f"{name} [{shown}]") for f in content.findings)
    return Content(name, layers=layers, findings=found)
