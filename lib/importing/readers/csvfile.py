"""CSV and text tables: any of the usual separators and encodings."""

import csv
from collections import Counter
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final

from lib.importing.readers.base import MAX_CELLS, Content
from lib.importing.readers.grid import Grid
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_SEPARATORS: Final = (";", "\t", "|", ",")
_LOOKED_AT: Final = 50
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def read(path: Path, name: str) -> Content:
    """Return a CSV file as one grid of texts.

    Bytes that are not UTF-8 are read one to a letter (cp1252): that keeps every
    byte of TCVN3 and VNI text, which is recognised and converted later.

    Raises
    ------
    DataRefusedError
        It holds NUL bytes or quotation marks that never end, or too many cells.
    """
    content = path.read_bytes()
    encoding = next((enc for mark, enc in _BOMS if content.startswith(mark)), "utf-8")
    found: tuple[Finding, ...] = ()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="surrogateescape")
        text = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in text)
        found = (Finding("note", "readers.not_utf8", file=name),)
    if "\0" in text:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV")
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error as error:
        raise DataRefusedError("readers.bad_csv", file=name, reason=str(error)) from error
    width = max((len(row) for row in rows), default=0)
    if width * len(rows) > MAX_CELLS:
        raise DataRefusedError(
            "readers.too_many", file=name, count=width * len(rows), most=MAX_CELLS
        )
    if not any(cell.strip() for row in rows for cell in row):
        raise DataRefusedError("readers.empty_sheet", file=name)
    cells = tuple(
        tuple(cell if cell.strip() else None for cell in row) + (None,) * (width - len(row))
        for row in rows
    )
    return Content(name, grids=(Grid(name, "", cells),), findings=found)


def _separator(text: str) -> str:
    """Return what splits most of the first rows into the same number of cells.

    Counting signs is not enough: ``1;2371975,84;543776,79`` has as many commas,
    and a title above the table may have commas only.
    """

    def alike(separator: str) -> int:
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        try:
            widths = Counter(len(row) for row in islice(rows, _LOOKED_AT) if len(row) > 1)
        except csv.Error:
            return 0
        return max(widths.values(), default=0)

    return max(_SEPARATORS, key=alike)
