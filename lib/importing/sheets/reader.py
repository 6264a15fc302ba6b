"""A sheet of the office to a typed table: every cell read, every doubt told.

Nothing is dropped in silence and nothing is guessed: a cell that cannot be read
is blank in the table and a finding names its file, row, heading and value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from lib.importing.readers.grid import Grid, clean_text
from lib.importing.sheets.cells import decimal_sign, kind_of, read_cell
from lib.importing.sheets.conclusions import finish_conclusions
from lib.importing.sheets.headings import Heading, find_heading, heading_findings, place_by_hand
from lib.importing.sheets.outages import MOMENTS, PLACE, finish_outages, read_moments
from lib.importing.sheets.places import MERGED_ON, Places
from lib.importing.sheets.rows import (
    Sheet,
    check_blanks,
    check_keys,
    check_references,
    data_rows,
    tell_hidden,
)
from lib.importing.sheets.statements import check_statements
from lib.importing.sheets.tablecheck import capped, failures, values_only
from lib.language.findings import Finding, Level
from lib.language.text import fold
from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES
from lib.tables.statements.record import STATEMENTS

_WHOLE_MONTH: Final = len("2025-07")
_FINISHED: Final[Mapping[str, Callable[[Sheet], None]]] = {
    "conclusions": finish_conclusions,
    "outages": finish_outages,
}
"""Table -> what gives its rows what their file leaves out."""


@dataclass(frozen=True)
class Register:
    """A table read from a sheet.

    Parameters
    ----------
    frame : DataFrame
        Columns of the file, key columns and defaults, in the order and with the
        types of the table; index 0, 1, 2 ...
    columns : tuple of str
        Columns the file itself holds.
    heading : Heading or None
        None if there is none; the frame is empty then.
    findings : tuple of Finding
        Gravest first, at most `MOST` and one that counts the rest.
    rows : tuple of int
        Row of the file for each row of the frame, as a person counts.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    heading: Heading | None
    findings: tuple[Finding, ...]
    rows: tuple[int, ...]


def read_register(
    grid: Grid,
    table: str,
    *,
    mapping: Mapping[str, int] | None = None,
    defaults: Mapping[str, object] | None = None,
    reference: Mapping[str, pd.DataFrame] | None = None,
    communes: Mapping[str, str] | None = None,
) -> Register:
    """Return the rows of a sheet as a table, with everything found on the way.

    Parameters
    ----------
    grid : Grid
        One sheet; the heading is looked for in its first 30 rows.
    table : str
        One of `lib.tables.registry.imported` but ``outlines``.
    mapping : mapping, optional
        Columns a person placed: table column -> place in the sheet, from 0; -1
        for a column that is not in it.
    defaults : mapping, optional
        Values of columns that are not in the file, such as ``source_url``.
    reference : mapping, optional
        Tables that codes point to and names are looked up in: ``communes``,
        ``former_units``, ``ended_units``, ``clusters``.
    communes : mapping, optional
        Name as the file has it -> commune code a person chose, empty for blank.

    Returns
    -------
    Register
        Usable if no finding is ``refused``; ``ask`` wants a person's word.
    """
    defaults, reference = defaults or {}, reference or {}
    heading = find_heading(grid, table)
    if heading is None and mapping:
        heading = Heading(0, 1, (), (), ())
    if heading is not None and mapping:
        heading = place_by_hand(grid, table, heading, mapping)
    found = heading_findings(heading, grid, table, defaults)
    if heading is None:
        return Register(_typed({}, table, 0), (), None, found, ())
    sheet = _opened(grid, table, heading, found)
    _read(sheet, Places(reference, communes))
    for column, value in defaults.items():
        if column in ALL_TABLES[table].columns:
            sheet.read.setdefault(column, [value] * len(sheet.indices))
    if table in _FINISHED:
        _FINISHED[table](sheet)
    if table == STATEMENTS.name:
        check_statements(sheet, reference)
    check_keys(sheet)
    check_blanks(sheet)
    check_references(sheet, reference)
    frame = _typed(sheet.read, table, len(sheet.indices))
    rows = tuple(map(sheet.row, range(len(sheet.indices))))
    partly = values_only(table, frame.columns)
    place = (table, grid.place)
    sheet.found += failures(partly, frame, rows, place, sheet.titles, sheet.shown)[1]
    named = tuple(c for c in ALL_TABLES[table].columns if c in sheet.places)
    return Register(frame, named, heading, capped(sheet.found, grid.place), rows)


def read_cells(grid: Grid, table: str, places: Places) -> Register:
    """Return the rows of a sheet as `read_register` does, every cell read, no row held to a rule.

    Keys, order, blanks and references are what a table in use demands; a log that
    is only counted has rules of its own (`lib.power.clean`).

    Parameters
    ----------
    grid : Grid
        One sheet; the heading is looked for in its first 30 rows.
    table : str
        A key of `lib.tables.registry.TABLES` but ``outlines``.
    places : Places
        What names of communes are looked up in.
    """
    heading = find_heading(grid, table)
    found = heading_findings(heading, grid, table)
    if heading is None:
        return Register(_typed({}, table, 0), (), None, found, ())
    sheet = _opened(grid, table, heading, found)
    _read(sheet, places)
    frame = _typed(sheet.read, table, len(sheet.indices))
    named = tuple(c for c in ALL_TABLES[table].columns if c in sheet.read)
    rows = tuple(map(sheet.row, range(len(sheet.indices))))
    return Register(frame, named, heading, capped(sheet.found, grid.place), rows)


def _opened(grid: Grid, table: str, heading: Heading, found: Iterable[Finding]) -> Sheet:
    """Return the rows under a heading with what is to be told of them as the file has them."""
    indices, notes = data_rows(grid, heading)
    places = {match.column: match.place for match in heading.matches}
    titles = {match.column: match.heading for match in heading.matches}
    torn = grid.ragged(heading.row, indices, height=heading.height)
    sheet = Sheet(grid, table, indices, places, titles, found=[*found, *notes, *torn])
    tell_hidden(sheet)
    return sheet


def _read(sheet: Sheet, places: Places) -> None:
    """Read every column the heading names; communes last, for days tell old names from new."""
    columns = [c for c in ALL_TABLES[sheet.table].columns if c in sheet.places]
    moments = [c for c in MOMENTS if c in columns]
    named = "commune_code" in columns and bool(TABLES[sheet.table].column("commune_code").names)
    for column in columns:
        if column in moments or (column == "commune_code" and named):
            continue
        cells = sheet.cells(column)
        kind = kind_of(sheet.table, column)
        decimal = decimal_sign(cells) if kind == "number" else ""
        sheet.read[column] = []
        for at, cell in enumerate(cells):
            # What is counted is not repeated; names, days and causes are each row's.
            shared = sheet.shared(at, column) if kind in ("number", "whole") else None
            value = shared or read_cell(cell, sheet.table, column, decimal=decimal)
            sheet.read[column].append(value.value)
            sheet.tell(at, column, value)
    if moments:
        read_moments(sheet, moments)
    if named:
        _read_communes(sheet, places)


def _read_communes(sheet: Sheet, places: Places) -> None:
    """Read codes of communes, or their names; an outage keeps a name that is nowhere."""
    column = "commune_code"
    needed = not ALL_TABLES[sheet.table].columns[column].nullable
    lost: Level = "note" if sheet.table == "outages" else "refused" if needed else "ask"
    districts = sheet.cells("district")
    sheet.read[column] = []
    sheet.read[PLACE] = []
    for at, cell in enumerate(sheet.cells(column)):
        value = read_cell(cell, sheet.table, column)
        if value.level == "refused" and any(map(str.isalpha, clean_text(cell))):
            value = places.find(
                cell, district=clean_text(districts[at]), before=_before_merger(sheet, at)
            )
            if value.key == "registers.commune_unknown":
                value = replace(value, level=lost)
                _keep_name(sheet, at, clean_text(cell))
        sheet.read[column].append(value.value)
        # What a person says of a name later must not make another outage of the row.
        asked = value.value is None or value.key == "registers.commune_chosen"
        sheet.read[PLACE].append(fold(clean_text(cell)) if asked else value.value)
        sheet.tell(at, column, value)


def _before_merger(sheet: Sheet, at: int) -> bool:
    moment = sheet.read.get("start", sheet.read.get("month"))
    return (
        moment is not None and moment[at] is not None and str(moment[at]) < MERGED_ON[:_WHOLE_MONTH]
    )


def _keep_name(sheet: Sheet, at: int, name: str) -> None:
    if sheet.table == "outages":
        texts = sheet.read.setdefault("area_text", [None] * len(sheet.indices))
        if fold(name) not in fold(texts[at] or ""):
            texts[at] = "; ".join(text for text in (texts[at], name) if text)


def _typed(values: Mapping[str, list[Any]], table: str, length: int) -> pd.DataFrame:
    """Return the columns with the types of the table; key columns are always there."""
    columns = ALL_TABLES[table].columns
    typed = {}
    for name, column in columns.items():
        if name in values or name in TABLES[table].key:
            series = pd.Series(values.get(name, [None] * length), dtype=object)
            lacking = str(column.dtype) == "bool" and series.isna().any()
            typed[name] = series.astype("boolean") if lacking else column.dtype.coerce(series)
    return pd.DataFrame(typed)
