"""Shapefile and MapInfo: the set of files of each layer, alone or in a zip, and nothing else."""

import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd

from lib.importing.readers.archive import extract, open_zip
from lib.importing.readers.base import Content, start_of
from lib.importing.readers.maps import records
from lib.importing.readers.maps.counts import Counts, refuse_losses
from lib.importing.readers.maps.ogr import options, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding
from lib.language.text import nfc

_DATUM_LOST: Final = ("EPSG:4326", "EPSG:32648")
_CP1258: Final = re.compile(rb"(?:ansi[ _-]?|cp|windows-?)?1258", re.IGNORECASE)
_BYTES: Final = {"SHAPE_ENCODING": "ISO-8859-1"}
"""For code page 1258: the converter GDAL uses waits for a tone mark and drops a last letter."""
_MAGIC: Final = b"\x00\x00\x27\x0a"
_NATIVE: Final = re.compile(rb"^\s*type\s+native\b", re.IGNORECASE | re.MULTILINE)
_FOREIGN: Final = re.compile(
    rb"^\s*(open\s+table|create\s+view|file\s+\"|type\s+(?!native\b)\w+|\"?\\isseamless\b)",
    re.IGNORECASE | re.MULTILINE,
)


def read_shapefile(path: Path, name: str) -> Content:
    """Return the one layer of a Shapefile.

    Raises
    ------
    DataRefusedError
        ``.shp`` is something else or damaged, or ``.dbf`` is missing: without it
        no shape has a name.
    """
    if not start_of(path).startswith(_MAGIC):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="Shapefile")
    if int.from_bytes(start_of(path)[24:28], "big") * 2 > path.stat().st_size:
        # Its heading counts 16-bit words; GDAL would read a shape that is cut off as none.
        raise DataRefusedError("readers.unreadable", file=name)
    if not path.with_suffix(".dbf").exists():
        raise DataRefusedError("readers.part_missing", file=name, part=".dbf")
    said = records.shapefile(path, name)
    page = path.with_suffix(".cpg")
    vietnamese = page.exists() and _CP1258.fullmatch(page.read_bytes().strip()) is not None
    with options(SHAPE_RESTORE_SHX="YES", **(_BYTES if vietnamese else {})):
        layers, found = read_layers(path, "ESRI Shapefile", name, beside=_PARTS[".shp"])
    if vietnamese:
        layers = [replace(layer, frame=_from_cp1258(layer.frame)) for layer in layers]
    refuse_losses(Counts(features=said.kept), Counts.of(layers), name)
    if said.deleted:
        found.append(Finding("note", "readers.dbf_deleted", {"count": said.deleted}, file=name))
    if path.with_suffix(".prj").exists() and layers[0].crs is None:
        found.append(Finding("note", "readers.unknown_crs", {"part": ".prj"}, file=name))
    return Content(name, layers=tuple(layers), findings=tuple(found))


def _from_cp1258(frame: pd.DataFrame) -> pd.DataFrame:
    """Return texts and headings given as bytes, one to a letter, as code page 1258 has them."""
    read: pd.DataFrame = frame.apply(lambda column: column.map(_word)).rename(columns=_word)
    return read


def _word(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return nfc(value.encode("latin-1").decode("cp1258"))
    except UnicodeError:  # a byte the code page does not have
        return value


def read_mif(path: Path, name: str) -> Content:
    """Return the layer of a MIF file (with its MID).

    Raises
    ------
    DataRefusedError
        It is something else, damaged, or its MID with the names is not beside it.
    """
    if not start_of(path).lstrip(b"\xef\xbb\xbf\r\n\t ").lower().startswith(b"version"):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="MapInfo MIF")
    if not any(path.with_suffix(part).exists() for part in (".mid", ".MID", ".Mid")):
        raise DataRefusedError("readers.part_missing", file=name, part=".mid")
    content = _mapinfo(path, name, ".mif")
    refuse_losses(Counts(features=records.mid_rows(path)), Counts.of(content.layers), name)
    return content


def _mapinfo(path: Path, name: str, kind: str) -> Content:
    """Return the layer of a MapInfo table; one whose datum may have been lost states no CRS.

    GDAL, and QGIS with it, write VN-2000 as WGS 84, which it is not by 224 m:
    only zones 3° wide are known for VN-2000 all the same.
    """
    (layer,), found = read_layers(path, "MapInfo File", name, beside=_PARTS[kind])
    if layer.crs in _DATUM_LOST:
        layer = replace(layer, crs=None)
        found.append(Finding("note", "readers.mapinfo_datum", file=name))
    return Content(name, layers=(layer,), findings=tuple(found))


def read_tab(path: Path, name: str) -> Content:
    """Return the layer of a native TAB table.

    Raises
    ------
    DataRefusedError
        It is something else, a part is missing, or it names other files or tables.
    """
    content = start_of(path, 100_000)
    if not content.lstrip().lower().startswith(b"!table"):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="MapInfo TAB")
    if _FOREIGN.search(content) or not _NATIVE.search(content):
        raise DataRefusedError("readers.tab_foreign", file=name)
    for part in (".dat", ".map", ".id"):
        if not path.with_suffix(part).exists():
            raise DataRefusedError("readers.part_missing", file=name, part=part)
    said = records.tab(path, name)
    table = _mapinfo(path, name, ".tab")
    refuse_losses(Counts(features=said.kept), Counts.of(table.layers), name)
    return table


_PARTS: Final = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id", ".ind"),
    ".mif": (".mif", ".mid"),
}
_READ: Final = {".shp": read_shapefile, ".tab": read_tab, ".mif": read_mif}


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
