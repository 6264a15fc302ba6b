"""The rows of a sheet under its heading while they are read, and what holds for any table.

Values stand by column and row; a finding names the row as a person counts it
and the heading as the file has it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from lib.importing.readers.grid import Cell, Grid, blank, clean_text
from lib.importing.sheets.cells import Value, hidden
from lib.importing.sheets.headings import Heading
from lib.language.findings import Finding
from lib.language.text import fold, is_blank
from lib.tables.registry import TABLES, references
from lib.tables.schemas import ALL_TABLES, label

Row = tuple[Cell, ...]

_MERGED: Final = 3
_TOTALS: Final = re.compile(r"(tong|cong|tong cong|tong so)(\W.*)?")


def data_rows(grid: Grid, heading: Heading) -> tuple[list[int], tuple[Finding, ...]]:
    """Return the indices in ``grid.rows`` of the rows of data, and notes on those passed over.

    Passed over are blank rows, the row that numbers columns, titles merged
    across the table, totals, the heading again on a new page, and what only
    goes on from the row above because all its cells are merged with it.
    """
    rows: list[int] = []
    notes: list[Finding] = []
    start = heading.row + heading.height
    places = [match.place for match in heading.matches]
    for index, cells in enumerate(grid.rows[start:], start=start):
        texts = [clean_text(cell) for cell in cells if not blank(cell)]
        if not texts or (index == start and _numbers_columns(texts)):
            continue
        if repeats(grid.rows[heading.row : start], cells, places):
            where = grid.first_row + index
            notes.append(Finding("note", "headings.repeated", {}, file=grid.place, row=where))
            continue
        own = any(
            not blank(cells[place]) and not (grid.areas and grid.continued(index, place))
            for place in places
        )
        merged = len(texts) >= _MERGED and len(set(texts)) == 1
        if own and not merged and not _is_total(texts, cells, places):
            rows.append(index)
            continue
        where = grid.first_row + index
        notes.append(
            Finding("note", "headings.passed_over", {"value": texts[0]}, file=grid.place, row=where)
        )
    return rows, tuple(notes)


def repeats(heads: Sequence[Row], cells: Row, places: Sequence[int]) -> bool:
    """Return True for a row that says one of the rows `heads` again in the columns `places`."""
    for head in heads:
        said = [place for place in places if isinstance(head[place], str)]
        if len(said) > 1 and all(cells[place] == head[place] for place in said):
            return True
    return False


def _numbers_columns(texts: list[str]) -> bool:
    """Return True for ``(1) (2) (3)`` and ``A B 1 2``: names of columns, not data."""
    marks = [text.strip("()[]") for text in texts]
    numbers = [int(mark) for mark in marks if re.fullmatch(r"[0-9]{1,2}", mark)]
    letters = [mark for mark in marks if re.fullmatch(r"[A-ZĐ]", mark)]
    whole = len(numbers) + len(letters) == len(marks)
    return whole and numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 1


def _is_total(texts: list[str], cells: tuple[Cell, ...], places: list[int]) -> bool:
    return bool(_TOTALS.fullmatch(fold(texts[0]))) and any(blank(cells[place]) for place in places)


@dataclass
class Sheet:
    """A sheet while it is read: values by column and row, findings so far."""

    grid: Grid
    table: str
    indices: list[int]
    places: Mapping[str, int]
    titles: Mapping[str, str]
    read: dict[str, list[Any]] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)
    found: list[Finding] = field(default_factory=list)

    def cells(self, column: str) -> list[Cell]:
        """Return the cells of a column, blanks if the file has none."""
        place = self.places.get(column)
        if place is None:
            return [None] * len(self.indices)
        return [self.grid.rows[index][place] for index in self.indices]

    def shared(self, at: int, column: str) -> Value | None:
        """Return why a quantity is not the row's own: its cell is merged with another's.

        None for a cell of the row alone. The first row of the area asks (or is
        refused where the table needs the number); the others are only blank.
        """
        if not self.grid.areas:
            return None
        index = self.indices[at]
        cell = self.grid.rows[index][self.places[column]]
        area = self.grid.area(index, self.places[column])
        first, last = (
            bisect_left(self.indices, area.top),
            bisect_right(self.indices, area.bottom) - 1,
        )
        across = sum(area.left <= place <= area.right for place in self.places.values()) > 1
        if blank(cell) or not (last > first or across):
            return None
        if at > first:
            self.told.add((at, column))
            return Value()
        needed = not ALL_TABLES[self.table].columns[column].nullable
        values = {"value": clean_text(cell), "rows": f"{self.row(first)}-{self.row(last)}"}
        key = "cells.merged_quantity" if last > first else "cells.merged_across"
        return Value(None, "refused" if needed else "ask", key, values)

    def shown(self, at: int, column: str) -> str:
        """Return a cell as the file has it; a value the file does not hold as it was given."""
        place = self.places.get(column)
        if place is None:
            return str(self.read[column][at])
        return clean_text(self.grid.rows[self.indices[at]][place])

    def row(self, at: int) -> int:
        """Return the row of the file, as a person counts."""
        return self.grid.first_row + self.indices[at]

    def tell(self, at: int, column: str, value: Value) -> None:
        """Keep what a value says of its cell; a value that is lost is not missed again."""
        if value.level is None:
            return
        if value.value is None:
            self.told.add((at, column))
        title = self.titles.get(column) or label(self.table, column)
        values, file = dict(value.values), self.grid.place
        self.found.append(Finding(value.level, value.key, values, file, self.row(at), title))

    def refuse(self, at: int, column: str, key: str, **values: object) -> None:
        """Tell that a cell cannot stay as it is."""
        self.tell(at, column, Value(None, "refused", key, values))

    def keep(self, kept: list[int]) -> None:
        """Drop every row whose place is not in `kept`."""
        new = {old: at for at, old in enumerate(kept)}
        self.indices = [self.indices[at] for at in kept]
        self.read = {c: [v[at] for at in kept] for c, v in self.read.items()}
        self.told = {(new[at], column) for at, column in self.told if at in new}


def tell_hidden(sheet: Sheet) -> None:
    """Tell every cell of a column in use from which characters nobody sees are taken out."""
    for column in sheet.places:
        for at, cell in enumerate(sheet.cells(column)):
            sheet.tell(at, column, hidden(cell))


def check_keys(sheet: Sheet) -> None:
    """Refuse rows whose key is blank or was there before; a cluster may go by its name."""
    keys = [key for key in TABLES[sheet.table].key if key in sheet.read]
    by_name = sheet.table == "clusters" and "name" in sheet.read
    first: dict[tuple[Any, ...], int] = {}
    for at in range(len(sheet.indices)):
        named = keys
        if by_name and not any(sheet.read[column][at] for column in keys):
            named = ["name"]
        key = tuple(sheet.read[column][at] for column in named)
        absent = [c for c, part in zip(named, key, strict=True) if part is None]
        for column in absent:
            if (at, column) not in sheet.told:
                sheet.refuse(at, column, "schemas.blank")
        if not absent and key and first.setdefault(key, at) != at:
            shown = ", ".join(sheet.shown(at, column) for column in named)
            values = {"value": shown, "first": sheet.row(first[key])}
            made = sheet.table == "outages" and named[0] not in sheet.places
            reason = "registers.same_outage" if made else "registers.duplicate"
            sheet.refuse(at, "start" if made else named[0], reason, **values)


def check_blanks(sheet: Sheet) -> None:
    """Refuse blanks in required columns; a list of clusters may only update what it fills."""
    if sheet.table == "clusters":
        return
    columns = ALL_TABLES[sheet.table].columns
    for column in [c for c in sheet.read if c in columns and not columns[c].nullable]:
        for at, value in enumerate(sheet.read[column]):
            known = column in TABLES[sheet.table].key or (at, column) in sheet.told
            if is_blank(value) and not known:
                sheet.refuse(at, column, "schemas.blank")


def check_references(sheet: Sheet, reference: Mapping[str, pd.DataFrame]) -> None:
    """Refuse codes that name nothing in the table they point to, where it is given."""
    for table, column, target, target_column in references():
        if table != sheet.table or column not in sheet.read or target not in reference:
            continue
        known = set(reference[target][target_column])
        for at, value in enumerate(sheet.read[column]):
            if value is not None and value not in known:
                where = {"label": label(target, target_column)}
                shown = sheet.shown(at, column)
                sheet.refuse(at, column, "registers.unknown_reference", value=shown, **where)
