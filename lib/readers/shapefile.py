"""Shapefile: the parts a zip brought, already under one name of our own."""

from pathlib import Path
from typing import Final

from lib.importing.readers.base import Content, start_of
from lib.importing.readers.ogr import options, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_MAGIC: Final = b"\x00\x00\x27\x0a"


def read(path: Path, name: str) -> Content:
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
    with options(SHAPE_RESTORE_SHX="YES"):
        layers = read_layers(str(path), "ESRI Shapefile", name)
    found: tuple[Finding, ...] = ()
    if path.with_suffix(".prj").exists() and layers[0].crs is None:
        found = (Finding("note", "readers.unknown_crs", {"part": ".prj"}, file=name),)
    return Content(name, layers=tuple(layers), findings=found)
