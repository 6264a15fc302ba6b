"""MapInfo: MIF/MID and native TAB; a TAB that points to other files is refused."""

import re
from pathlib import Path
from typing import Final

from lib.importing.readers.base import Content, start_of
from lib.importing.readers.ogr import read_layers
from lib.language.errors import DataRefusedError

_NATIVE: Final = re.compile(rb"^\s*type\s+native\b", re.IGNORECASE | re.MULTILINE)
_FOREIGN: Final = re.compile(
    rb"^\s*(open\s+table|create\s+view|file\s+\"|type\s+(?!native\b)\w+|\"?\\isseamless\b)",
    re.IGNORECASE | re.MULTILINE,
)


def read(path: Path, name: str) -> Content:
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
    return Content(name, layers=tuple(read_layers(str(path), "MapInfo File", name)))


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
    return Content(name, layers=tuple(read_layers(str(path), "MapInfo File", name)))
