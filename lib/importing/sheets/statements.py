"""What only a file of statements needs: each is about a value that is there and can stand in it."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from lib.importing.sheets.cells import Value, read_cell
from lib.importing.sheets.rows import Sheet
from lib.importing.sheets.tablecheck import failures, values_only
from lib.language.text import date, today
from lib.tables.columns import Column
from lib.tables.glossary import CODES
from lib.tables.records.clusters import CLUSTERS
from lib.tables.registry import TABLES
from lib.tables.statements import rows
from lib.tables.statements.derive import SILENT, fields_of, typed
from lib.tables.statements.record import NAME, STATEMENTS, row_ids

_DAYS: Final = ("as_of", "document_date", "when")
_VALUE: Final = STATEMENTS.key.index("value")

Key = tuple[str, ...]
Reference = Mapping[str, pd.DataFrame]


def check_statements(sheet: Sheet, reference: Reference) -> None:
    """Refuse statements on what is not there, and values that cannot stand in their column.

    A statement that is in the table already, letter for letter, says nothing new and is
    not looked at again. A value is read as the table has it, numbers with a decimal point,
    else as a cell of its column.

    Parameters
    ----------
    reference : mapping
        The stated tables, those their codes are in, and ``statements``.
    """
    if not set(STATEMENTS.key) <= sheet.read.keys():
        return  # a heading that is missing has been told
    known = _known(reference)
    beside = frozenset((key[0], key[2]) for key in known)
    ended = _ended(sheet)
    gone = ended | {key[1] for key in known if _of_row(key)}
    there = {
        name: frozenset(row_ids(reference[name], table))
        for name, table in TABLES.items()
        if table.stated and name in reference
    }
    groups: dict[tuple[str, str], list[tuple[int, object]]] = {}
    states = sheet.read.get("state", [None] * len(sheet.indices))
    reasons = sheet.read.get("reason", [None] * len(sheet.indices))
    for at, key in _every(sheet):
        _check_days(sheet, at)
        if states[at] == "withdrawn" and not reasons[at]:
            _refuse(sheet, at, "reason", "statements.no_reason")
        if key in known:
            continue
        column = _column(sheet, at, key, there, (ended, gone), beside)
        if column is None:
            continue
        value = _read(sheet, at, key, column, reference)
        if value is not None:
            groups.setdefault((key[0], column.name), []).append((at, value))
    for (table, name), said in groups.items():
        frame = pd.DataFrame({name: [value for _, value in said]})
        numbers = tuple(sheet.row(at) for at, _ in said)
        place = (table, sheet.grid.place)
        sheet.found += failures(values_only(table, [name]), frame, numbers, place, {})[1]


def _known(reference: Reference) -> frozenset[Key]:
    told = reference.get(NAME)
    if told is None:
        return frozenset()
    return frozenset(map(tuple, told[list(STATEMENTS.key)].astype(str).to_numpy().tolist()))


def _every(sheet: Sheet) -> Iterator[tuple[int, Key]]:
    """Yield place and key of each statement; one with a blank in its key has been told."""
    for at in range(len(sheet.indices)):
        key = tuple(sheet.read[name][at] for name in STATEMENTS.key)
        if all(part is not None for part in key):
            yield at, tuple(map(str, key))


def _of_row(key: Key) -> bool:
    """Return whether a statement is on an entry of the register, not on a value of it."""
    return (key[0], key[2]) == (CLUSTERS.name, rows.KEY)


def _ended(sheet: Sheet) -> frozenset[str]:
    """Return the entries that the sheet says are taken out, or merged into another."""
    states = sheet.read.get("state", [None] * len(sheet.indices))
    return frozenset(
        key[1]
        for at, key in _every(sheet)
        if _of_row(key) and (key[_VALUE] != key[1] or states[at] == "withdrawn")
    )


def _column(
    sheet: Sheet,
    at: int,
    key: Key,
    there: Mapping[str, frozenset[str]],
    of_rows: tuple[frozenset[str], frozenset[str]],
    beside: frozenset[tuple[str, str]],
) -> Column | None:
    """Return the column a statement is about; None for one on an entry, or where it is refused.

    Parameters
    ----------
    of_rows : tuple
        Entries the sheet says are gone; these and those known to be.
    beside : frozenset
        Table and word of what sources say that no column is for: kept, never used.
    """
    table, row_id, name = key[:3]
    ended, gone = of_rows
    if table not in there:
        values = {"table": table, "tables": ", ".join(there)}
        _refuse(sheet, at, "table", "statements.unknown_table", **values)
        return None
    if _of_row(key):
        if (row_id in there[table]) == (row_id in ended):  # an act of its own, see `rows`
            _refuse(sheet, at, "id", "statements.entry_by_hand", id=row_id)
        return None
    columns = {column.name: column for column in fields_of(TABLES[table])}
    if row_id not in there[table] | gone:
        _refuse(sheet, at, "id", "statements.unknown_row", table=table, id=row_id)
    elif name not in columns and (table, name) in beside:
        return None
    elif name not in columns:
        values = {"table": table, "column": name, "columns": ", ".join(columns)}
        _refuse(sheet, at, "field", "statements.unknown_column", **values)
    else:
        return columns[name]
    return None


def _read(sheet: Sheet, at: int, key: Key, column: Column, reference: Reference) -> object | None:
    """Return a value as its column holds it, and write it so; None where it is refused."""
    table, row_id = key[:2]
    value = _canonical(column, key[_VALUE])
    if value is None:
        read = read_cell(key[_VALUE], table, column.name)
        if read.level == "refused":
            sheet.tell(at, "value", read)
            return None
        value = read.value
    if value is None or value in SILENT:
        named = {"table": table, "id": row_id, "column": column.name}
        _refuse(sheet, at, "value", "statements.blank", **named)
        return None
    target, code = column.names or ("", "")
    if target in reference and value not in set(reference[target][code]):
        named = {"ids": row_id, "column": column.name, "value": str(value)}
        _refuse(sheet, at, "value", "statements.no_such_code", **named)
        return None
    sheet.read["value"][at] = str(value)
    return value


def _canonical(column: Column, text: str) -> object | None:
    """Return a value written as the table writes it; None for any other."""
    if column.codes:
        return text if text in CODES[column.codes] else None
    try:
        value = typed(column, text)
    except (ValueError, OverflowError):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _check_days(sheet: Sheet, at: int) -> None:
    """Refuse a day that is still to come: it would outrank every later source."""
    now = today().isoformat()
    for name in _DAYS:
        day = str(sheet.read[name][at] or "")[: len(now)] if name in sheet.read else ""
        if day > now[: len(day)]:
            values = {"value": date(day), "today": date(now)}
            _refuse(sheet, at, name, "data.day_to_come", **values)


def _refuse(sheet: Sheet, at: int, where: str, key: str, /, **values: object) -> None:
    sheet.tell(at, where, Value(None, "refused", key, values))
