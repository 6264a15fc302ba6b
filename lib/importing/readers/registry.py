"""One reader for each kind of file; the ending of the name decides, never the content.

No reader fetches anything: there are no addresses, only files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unicodedata import category

from lib.importing.readers import limits
from lib.importing.readers.base import Content, Features, Reader, refuse_size
from lib.importing.readers.maps import dxf, geojson, geopackage, kml, shapefile
from lib.importing.readers.office import csvfile, docx, xlsx
from lib.language.errors import DataRefusedError, WrongUseError


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Parameters
    ----------
    suffix : str
        Ending of the name, with its dot, in lower case.
    read : Reader or None
        Its reader; None for a kind that is known and not read.
    advice : str
        Text key of what to do with a kind that is not read.
    """

    suffix: str
    read: Reader | None = None
    advice: str = ""


FORMATS: Final[Mapping[str, Format]] = {
    one.suffix: one
    for one in (
        Format(".geojson", geojson.read_geojson),
        Format(".json", geojson.read_geojson),
        Format(".gpkg", geopackage.read),
        Format(".zip", shapefile.read),
        Format(".kml", kml.read),
        Format(".kmz", kml.read_kmz),
        Format(".dxf", dxf.read),
        Format(".mif", shapefile.read_mif),
        Format(".csv", csvfile.read),
        Format(".txt", csvfile.read),
        Format(".xlsx", xlsx.read),
        Format(".xlsm", xlsx.read),
        Format(".docx", docx.read),
        Format(".shp", advice="readers.zip_it"),
        Format(".tab", advice="readers.zip_it"),
        Format(".dwg", advice="readers.save_dxf"),
        Format(".dgn", advice="readers.save_dxf"),
        Format(".xls", advice="readers.old_excel"),
        Format(".doc", advice="readers.old_word"),
        Format(".pdf", advice="readers.pdf"),
    )
}
"""Ending of a name -> its format: what the page offers, the command reads, a refusal names."""

__all__ = ["FORMATS", "Content", "Features", "Format", "accepted", "allow_here", "read"]

_here: list[bool] = []


def allow_here() -> None:
    """Let this process read foreign files: it is one that a file may bring down.

    `lib.importing.apart.sandbox` makes such processes. A server or a command that others
    wait for reads there, never itself.
    """
    _here.append(True)


def accepted() -> tuple[str, ...]:
    """Return the endings of the files that can be read."""
    return tuple(suffix for suffix, one in FORMATS.items() if one.read)


def read(path: Path, name: str | None = None) -> Content:
    """Return what a file holds.

    Parameters
    ----------
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
        raise RuntimeError("foreign files are read in lib.importing.apart.sandbox only")
    # A name may carry signs that steer a terminal or turn the direction of writing.
    shown = "".join(c for c in Path(name or path.name).name if category(c)[0] != "C")
    if not path.is_file():
        raise WrongUseError("readers.no_file", file=shown)
    suffix = Path(shown).suffix.lower()
    known = FORMATS.get(suffix, Format(suffix))
    if known.read is None:
        key = known.advice or "readers.unknown_kind"
        values = {} if known.advice else {"kinds": ", ".join(accepted())}
        raise DataRefusedError(key, file=shown, **values)
    refuse_size(path, shown)
    limits.refuse(path, suffix, shown)
    content = known.read(path, shown)
    limits.refuse_sums(content)
    return content
