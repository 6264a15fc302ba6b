"""One reader for each kind of file; the ending of the name decides, never the content.

No reader fetches anything: there are no addresses, only files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from unicodedata import category

from lib.importing.readers import csvfile, docx, dxf, geopackage, kml, limits, ogr, shapefile, xlsx
from lib.importing.readers.base import Content, Features, Reader, refuse_size
from lib.language.errors import DataRefusedError, WrongUseError

READERS: Final[Mapping[str, Reader]] = {
    ".geojson": ogr.read_geojson,
    ".json": ogr.read_geojson,
    ".gpkg": geopackage.read,
    ".zip": shapefile.read,
    ".kml": kml.read,
    ".kmz": kml.read_kmz,
    ".dxf": dxf.read,
    ".mif": shapefile.read_mif,
    ".csv": csvfile.read,
    ".txt": csvfile.read,
    ".xlsx": xlsx.read,
    ".xlsm": xlsx.read,
    ".docx": docx.read,
}
"""Ending of the name, in lower case -> its reader."""

_ADVICE: Final[Mapping[str, str]] = {
    ".shp": "readers.zip_it",
    ".tab": "readers.zip_it",
    ".dwg": "readers.save_dxf",
    ".dgn": "readers.save_dxf",
    ".xls": "readers.old_excel",
    ".doc": "readers.old_word",
    ".pdf": "readers.pdf",
}

__all__ = ["READERS", "Content", "Features", "allow_here", "read"]

_here: list[bool] = []


def allow_here() -> None:
    """Let this process read foreign files: it is one that a file may bring down.

    `lib.importing.sandbox` makes such processes. A server or a command that others
    wait for reads there, never itself.
    """
    _here.append(True)


def read(path: Path, name: str | None = None) -> Content:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
        A local file.
    name : str, optional
        What the file is called in messages and decides its kind; by default the
        path's own name. An uploaded file lies under another path.

    Raises
    ------
    WrongUseError
        The file is not there.
    DataRefusedError
        Its kind is not known, or it cannot be read; the message says what to do.
    RuntimeError
        This process may not read foreign files, see `allow_here`.
    """
    if not _here:
        raise RuntimeError("foreign files are read in lib.importing.sandbox only")
    # A name may carry signs that steer a terminal or turn the direction of writing.
    shown = "".join(c for c in Path(name or path.name).name if category(c)[0] != "C")
    if not path.is_file():
        raise WrongUseError("readers.no_file", file=shown)
    suffix = Path(shown).suffix.lower()
    if suffix in _ADVICE:
        raise DataRefusedError(_ADVICE[suffix], file=shown)
    if suffix not in READERS:
        raise DataRefusedError("readers.unknown_kind", file=shown, kinds=", ".join(READERS))
    refuse_size(path, shown)
    limits.refuse(path, suffix, shown)
    content = READERS[suffix](path, shown)
    limits.refuse_sums(content)
    return content
