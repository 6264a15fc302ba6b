"""Excel workbooks: every sheet a person sees, values as Excel last computed them.

Merged cells are repeated in every cell they cover. What is hidden or struck
through is left out and asked; what was never computed is no value and no blank
(`Unread`).
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from pathlib import Path
from typing import Final

from lxml.etree import XMLSyntaxError
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
from lib.importing.readers.grid import Area, Cell, Grid
from lib.importing.readers.office.workbookxml import Look, looks
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAY: Final = dt.timedelta(days=1)
_SPANS: Final = 8
"""Spans of hidden rows or columns named in one sentence."""
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
        with open_zip(path, name) as archive:
            seen = looks(archive, name)
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            sheets = [
                (meta, _read(book.get_sheet_by_name(meta.name), seen.get(meta.name, Look()), name))
                for meta in book.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError as error:
        raise DataRefusedError("readers.password", file=name) from error
    except (CalamineError, ZipError, ValueError, OSError, KeyError, XMLSyntaxError) as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    visible = any(grid for meta, (grid, _) in sheets if meta.visible == SheetVisibleEnum.Visible)
    grids: list[Grid] = []
    unseen: list[Grid] = []
    found: list[Finding] = []
    for meta, (grid, told) in sheets:
        hidden = grid is not None and meta.visible != SheetVisibleEnum.Visible
        if hidden:
            key = "readers.hidden_sheet_left" if visible else "readers.hidden_sheet"
            found.append(Finding("ask", key, {"sheet": meta.name}, file=name))
        if hidden and visible and grid is not None:
            unseen.append(grid)
        else:
            found.extend(told)
            grids.extend([grid] if grid else [])
    if not grids:
        raise DataRefusedError("readers.empty_sheet", file=name)
    return Content(name, grids=tuple(grids), hidden=tuple(unseen), findings=tuple(found))


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


def _read(sheet: CalamineSheet, look: Look, name: str) -> tuple[Grid | None, list[Finding]]:
    """Return the cells of a sheet that are seen, and what is told of the others."""
    height = max((row + 1 for row, _ in look.unread), default=0)
    width = max((column + 1 for _, column in look.unread), default=0)
    refuse_count(max(sheet.height, height) * max(sheet.width, width), MAX_CELLS, name)
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    rows.extend([] for _ in range(height - len(rows)))
    width = max([width, *map(len, rows)])
    for row in rows:
        row.extend([None] * (width - len(row)))
    for (at, column), cell in look.unread.items():
        rows[at][column] = cell
    if not any(cell is not None for row in rows for cell in row):
        return None, []
    place = Grid(name, sheet.name, ()).place
    told = _strike(rows, look.struck, place)
    areas = _clipped(look.areas, len(rows), width, name)
    for top, left, bottom, right in areas:
        for at in range(top, bottom + 1):
            rows[at][left : right + 1] = [rows[top][left]] * (right + 1 - left)
    told += [*_hide_rows(rows, look.rows, place), *_hide_columns(rows, look.columns, place)]
    if not any(cell is not None for row in rows for cell in row):
        return None, told
    shown = tuple(_shown(areas, look))
    return Grid(name, sheet.name, tuple(map(tuple, rows)), areas=shown), told


def _clipped(areas: Iterable[Area], height: int, width: int, name: str) -> list[Area]:
    """Return merged areas as far as they lie in the table: beside it they hold nothing."""
    found: list[Area] = []
    count = 0
    for area in areas:
        inside = Area(area.top, area.left, min(area.bottom, height - 1), min(area.right, width - 1))
        rows, columns = inside.bottom + 1 - inside.top, inside.right + 1 - inside.left
        if rows > 0 and columns > 0 and rows * columns > 1:
            count += rows * columns
            refuse_count(count, MAX_CELLS, name)
            found.append(inside)
    return found


def _strike(rows: list[list[Cell]], struck: Iterable[tuple[int, int]], place: str) -> list[Finding]:
    """Empty cells that are struck through or show nothing; tell those that hold anything."""
    held = [(at, column) for at, column in sorted(struck) if _holds(rows, at, column)]
    for at, column in held:
        rows[at][column] = None
    if not held:
        return []
    lines = sorted({at for at, _ in held})
    values = {"count": len(held), "rows": _ranges(lines, lambda at: str(at + 1))}
    return [Finding("ask", "readers.struck_cells", values, place, lines[0] + 1)]


def _holds(rows: list[list[Cell]], at: int, column: int) -> bool:
    return at < len(rows) and column < len(rows[at]) and rows[at][column] is not None


def _hide_rows(rows: list[list[Cell]], hidden: Iterable[int], place: str) -> list[Finding]:
    """Empty hidden rows; tell those that hold anything."""
    held = [at for at in sorted(hidden) if at < len(rows) and any(c is not None for c in rows[at])]
    for at in held:
        rows[at] = [None] * len(rows[at])
    if not held:
        return []
    values = {"count": len(held), "rows": _ranges(held, lambda at: str(at + 1))}
    return [Finding("ask", "readers.hidden_rows", values, place, held[0] + 1)]


def _hide_columns(rows: list[list[Cell]], hidden: Iterable[int], place: str) -> list[Finding]:
    """Empty hidden columns; tell those that hold anything."""
    places = [at for at in sorted(hidden) if at < len(rows[0])]
    held = [at for at in places if any(row[at] is not None for row in rows)]
    for row in rows:
        for at in held:
            row[at] = None
    if not held:
        return []
    values = {"count": len(held), "columns": _ranges(held, _letters)}
    return [Finding("ask", "readers.hidden_columns", values, place)]


def _ranges(places: list[int], shown: Callable[[int], str]) -> str:
    """Return places in words, neighbours as a span: *5, 7-9*; the first few of many."""
    spans: list[tuple[int, int]] = []
    for at in places:
        goes_on = bool(spans) and spans[-1][1] == at - 1
        first = spans.pop()[0] if goes_on else at
        spans.append((first, at))
    words = [shown(a) if a == b else f"{shown(a)}-{shown(b)}" for a, b in spans[:_SPANS]]
    return ", ".join(words) + (", …" if spans[_SPANS:] else "")


def _letters(at: int) -> str:
    first, last = divmod(at, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def _shown(areas: Iterable[Area], look: Look) -> Iterator[Area]:
    """Yield merged areas as they are seen, from their first to their last visible cell."""
    for area in areas:
        rows = [at for at in range(area.top, area.bottom + 1) if at not in look.rows]
        columns = [at for at in range(area.left, area.right + 1) if at not in look.columns]
        if len(rows) * len(columns) > 1:
            yield Area(rows[0], columns[0], rows[-1], columns[-1])


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, dt.timedelta) and dt.timedelta() <= value < _DAY:
        return (dt.datetime(1900, 1, 1, tzinfo=dt.UTC) + value).time()
    if isinstance(value, bool | int | float | dt.datetime | dt.date | dt.time | dt.timedelta):
        return value
    return None
