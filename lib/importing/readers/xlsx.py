"""Excel workbooks: every sheet, merged cells repeated, values as Excel last computed them."""

import datetime as dt
import re
from functools import reduce
from pathlib import Path
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
)

from lib.importing.readers.archive import check_office, chunks, open_zip
from lib.importing.readers.base import MAX_CELLS, Content, refuse_count, start_of
from lib.importing.readers.grid import Cell, Grid
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_TAG: Final = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*?)(/?)>")
_PLACE: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,7})[\"']")


def read(path: Path, name: str) -> Content:
    """Return the sheets of a workbook that hold anything.

    Raises
    ------
    DataRefusedError
        It has a password, is the old binary kind or damaged, or all sheets are empty.
    """
    if start_of(path).startswith(_OLE):
        locked = _ENCRYPTED in path.read_bytes()
        raise DataRefusedError("readers.password" if locked else "readers.old_excel", file=name)
    check_office(path, name)
    _refuse_far_cells(path, name)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            sheets = [
                (meta, book.get_sheet_by_name(meta.name))
                for meta in book.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
            grids = [grid for _, sheet in sheets if (grid := _grid(sheet, name)) is not None]
    except PasswordError as error:
        raise DataRefusedError("readers.password", file=name) from error
    except (CalamineError, ZipError, ValueError, OSError) as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    if not grids:
        raise DataRefusedError("readers.empty_sheet", file=name)
    hidden = tuple(
        Finding("note", "readers.hidden_sheet", {"sheet": meta.name}, file=name)
        for meta, _ in sheets
        if meta.visible != SheetVisibleEnum.Visible
    )
    return Content(name, grids=tuple(grids), findings=hidden)


def _refuse_far_cells(path: Path, name: str) -> None:
    """Refuse a sheet whose last filled cell is so far out that it would fill the memory.

    Calamine makes room for every cell between the first and the last as it
    opens a sheet, a thousand million for a single one in ``XFD1048576``.
    """
    with open_zip(path, name) as archive:
        for entry in archive.infolist():
            row = column = rows = columns = 0
            for chunk in chunks(archive, entry, name):
                for tag, attributes, empty in _TAG.findall(chunk):
                    letters, digits = next(iter(_PLACE.findall(attributes)), (b"", b""))
                    row = int(digits) if digits else row + (tag == b"row")
                    column = _column(letters) if letters else column + 1 if tag == b"c" else 0
                    if tag == b"c" and not empty:
                        rows, columns = max(rows, row), max(columns, column)
            refuse_count(rows * columns, MAX_CELLS, name)


def _column(letters: bytes) -> int:
    return reduce(lambda count, letter: 26 * count + letter - 64, letters.upper(), 0)


def _grid(sheet: CalamineSheet, name: str) -> Grid | None:
    refuse_count(sheet.height * sheet.width, MAX_CELLS, name)
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    if not any(cell is not None for row in rows for cell in row):
        return None
    width = max(len(row) for row in rows)
    for row in rows:
        row.extend([None] * (width - len(row)))
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        over = min(right + 1, width)
        # Cells merged beside the table hold nothing: they are not among the rows.
        for at in range(top, min(bottom + 1, len(rows)) if left < over else top):
            rows[at][left:over] = [rows[top][left]] * (over - left)
    return Grid(name, sheet.name, tuple(tuple(row) for row in rows))


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, dt.timedelta):
        return (dt.datetime(1900, 1, 1, tzinfo=dt.UTC) + value).time()
    if isinstance(value, bool | int | float | dt.datetime | dt.date | dt.time):
        return value
    return None
