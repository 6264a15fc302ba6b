"""A form as a file holds it: whose it is, and its rows, nothing believed that it says of itself.

Sheets, headings, keys and what was only to be read have to stand where they were sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name

from lib.importing.collecting.asked import Recipient
from lib.importing.collecting.book import (
    ANSWER_TEXTS,
    ANSWERED,
    HEAD,
    LISTS,
    MARK,
    SENT,
    VERSION,
)
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Cell, Grid, cell_text, clean_text
from lib.importing.sheets.moments import read_day
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding
from lib.language.text import fold, t, today
from lib.store.snapshot import SNAPSHOT_ID
from lib.tables.collecting import Part, parts_of
from lib.tables.glossary import label

_DAY: Final = 10
"""Letters of a whole day as ISO text."""
_LONGEST: Final = 80
_FIRST: Final = "A"
"""Column of the keys."""
_Sent = dict[tuple[str, str], dict[str, str]]
"""Table and key -> column -> value as text, empty for a blank."""


@dataclass(frozen=True)
class Row:
    """One row of a sheet that is as it was sent but for the cells that are filled in.

    Parameters
    ----------
    part : Part
        The sheet it stands on.
    place : str
        File and sheet.
    at : int
        Row as a person counts it.
    cells : mapping
        Column -> the cell, and the value that was sent, as text.
    """

    part: Part
    row_id: str
    place: str
    at: int
    cells: Mapping[str, tuple[Cell, str]]

    @property
    def table(self) -> str:
        """Table it is of."""
        return self.part.table


@dataclass(frozen=True)
class Form:
    """A form that came back.

    Parameters
    ----------
    day : str
        Of the answer, ISO.
    document : str
        Number of the letter it came with, empty if none is named.
    snapshot, sent : str
        What it was filled from and when it was made, as it says.
    findings : tuple of Finding
        What is not as it was sent, and what the reader of the file tells.
    """

    file: str
    recipient: Recipient
    day: str
    document: str
    snapshot: str
    sent: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


def opened(content: Content, everyone: Mapping[str, Recipient], as_of: str) -> Form:
    """Return the form a file is.

    Parameters
    ----------
    everyone : mapping
        Code -> who can be asked.
    as_of : str
        Day of an answer that names none, ISO.

    Raises
    ------
    DataRefusedError
        It is no form of this program, or of nobody who is asked.
    """
    head, sent = _claims(content)
    _, version, code, snapshot, made = (*head, "", "", "", "", "")[:5]
    if version != VERSION:
        raise DataRefusedError("collect.other_version", file=content.file)
    recipient = everyone.get(code)
    if recipient is None or not SNAPSHOT_ID.fullmatch(snapshot) or read_day(made) != made:
        raise DataRefusedError("collect.nobody", file=content.file, value=code[:_LONGEST])
    ours = {SENT, LISTS}
    found = [one for one in content.findings if one.values.get("sheet") not in ours]
    day, document = _answered(content, found)
    rows: list[Row] = []
    for part in parts_of(code):
        own = {row_id: cells for (table, row_id), cells in sent.items() if table == part.table}
        title = t(f"collect.part_{part.table}")
        grid = next((grid for grid in content.grids if grid.sheet == title), None)
        if grid is not None:
            rows += _rows(grid, part, own, found)
        elif own:
            raise DataRefusedError("collect.sheet_gone", file=content.file, sheet=title)
    return Form(
        *(content.file, recipient, day or as_of, document, snapshot, made),
        tuple(rows),
        tuple(found),
    )


def _claims(content: Content) -> tuple[list[str], _Sent]:
    """Return what the hidden sheet says: its first row, and what was sent."""
    grids = (grid for grid in (*content.hidden, *content.grids) if grid.sheet == SENT)
    grid = next(grids, None)
    if grid is None or not grid.rows or cell_text(grid.rows[0][0]) != MARK:
        raise DataRefusedError("collect.no_form", file=content.file)
    sent: _Sent = {}
    for row in grid.rows[1:]:
        table, row_id, name, text = (*map(_text, row), "", "", "", "")[:4]
        sent.setdefault((table, row_id), {})[name] = text
    return [cell_text(cell) for cell in grid.rows[0]], sent


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell_text(cell)


def _answered(content: Content, found: list[Finding]) -> tuple[str, str]:
    """Return day and document of the answer; empty where the first page names none."""
    grid = next((g for g in content.grids if g.sheet == t("collect.sheet_form")), None)
    said: list[Cell] = []
    for at, key in zip(ANSWERED, ANSWER_TEXTS, strict=True):
        row = grid.rows[at] if grid is not None and at < len(grid.rows) else ()
        if grid is None or fold(cell_text(_at(row, 0))) != fold(t(key)):
            values = {"expected": t(key)}
            raise DataRefusedError("collect.page_changed", file=content.file, row=at + 1, **values)
        said.append(_at(row, 1))
    written, document = said
    day = read_day(written) if cell_text(written) else ""
    wrong = day is None or (day and (len(day) != _DAY or day > today().isoformat()))
    if grid is not None and wrong:
        values = {"value": cell_text(written)[:_LONGEST]}
        at, heading = grid.first_row + ANSWERED[0], t(ANSWER_TEXTS[0])
        found.append(Finding("refused", "collect.bad_day", values, grid.place, at, heading))
    return day or "", clean_text(document)[:_LONGEST]


def _at(row: tuple[Cell, ...], place: int) -> Cell:
    return row[place] if place < len(row) else None


def _beside(cells: tuple[Cell, ...], part: Part) -> str:
    """Return what stands in a row behind the last column of its sheet."""
    rest = cells[len(part.columns) :]
    return next((cell_text(cell) for cell in rest if cell is not None), "")


def _headings(grid: Grid, part: Part) -> list[Finding]:
    """Return a refusal for each heading that is not where it was sent."""
    headings = [label(part.table, name) for name in part.columns]
    head = grid.rows[HEAD] if len(grid.rows) > HEAD else ()
    wrong = []
    for place in range(max(len(headings), len(head))):
        expected = headings[place] if place < len(headings) else ""
        found = clean_text(_at(head, place))[:_LONGEST]
        if fold(found) != fold(expected):
            values = {"expected": expected or "–", "value": found or "–"}
            where = (grid.place, grid.first_row + HEAD, xl_col_to_name(place))
            wrong.append(Finding("refused", "collect.moved", values, *where))
    return wrong


def _rows(
    grid: Grid, part: Part, sent: Mapping[str, dict[str, str]], found: list[Finding]
) -> list[Row]:
    """Return the rows of a sheet; what is not as it was sent is refused by its cell."""
    if wrong := _headings(grid, part):
        found += wrong
        return []

    def refuse(key: str, at: int, **values: Any) -> None:  # noqa: ANN401
        found.append(Finding("refused", key, values, grid.place, grid.first_row + at, _FIRST))

    rows: dict[str, Row] = {}
    for at, cells in enumerate(grid.rows[HEAD + 1 :], start=HEAD + 1):
        row_id = cell_text(cells[0])
        if row_id in rows:
            refuse("collect.row_twice", at, value=row_id, first=rows[row_id].at)
        elif row_id in sent and not _beside(cells, part):
            told = {
                name: (_at(cells, place), sent[row_id].get(name, ""))
                for place, name in enumerate(part.columns)
            }
            rows[row_id] = Row(part, row_id, grid.place, grid.first_row + at, told)
        elif any(cell is not None for cell in cells):
            refuse("collect.foreign_row", at, value=(_beside(cells, part) or row_id)[:_LONGEST])
    for row_id in sent:
        if row_id not in rows:
            refuse("collect.row_missing", len(grid.rows) - 1, value=row_id[:_LONGEST])
    return list(rows.values())
