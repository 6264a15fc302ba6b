"""The table everybody reads, derived from statements: each value the one the rule chooses.

A row has a source of its own, which says every value of it that no statement in use says.
Where something else is said of such a value, the row's own becomes a statement as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from lib.language.text import is_blank
from lib.tables.columns import Column, Table
from lib.tables.statements.record import NAME, Statement, as_table, row_ids, statements_of
from lib.tables.statements.rule import Chosen, Rule, chosen

SILENT: Final = frozenset({"unknown", "unknown_now"})
"""Codes that say no more than a blank."""

Subject = tuple[str, str, str]
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "number": float,
    "whole": lambda text: int(float(text)),
    "flag": lambda text: text == "True",
}


@dataclass(frozen=True)
class Said:
    """What is said of one value of a row.

    Parameters
    ----------
    value : object
        As the table has it; None for a blank.
    source, as_of, document_no : str
        Of the statement in use; empty for a blank.
    rule : str
        Why this one is in use: choice, strength, newer, single (nothing else may be
        used); none for a blank.
    reason : str
        The person's, where the rule is choice.
    others : tuple of Statement
        What other sources say.
    """

    value: Any
    source: str
    as_of: str
    document_no: str
    rule: Rule
    reason: str = ""
    others: tuple[Statement, ...] = ()


def fields_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table that are said one by one: all but its key."""
    return tuple(column for column in table.columns if column.name not in table.key)


def typed(column: Column, text: str) -> object:
    """Return a value of a statement as its column holds it.

    Raises
    ------
    ValueError
        It is no number where one belongs.
    """
    return _READERS.get(column.type, str)(text)


def own_word(
    row: pd.Series, column: Column, subject: tuple[str, str], group: list[Statement]
) -> list[Statement]:
    """Return what the row's own source says of a value, unless a statement of `group` says it."""
    if _silent(row[column.name]):
        return []
    text = str(row[column.name])
    in_use = {one.value for one in group if one.state == "in_use"}
    source = str(row["source_url"])
    known = {one.value for one in group if one.source_url == source and one.state != "withdrawn"}
    if text in in_use | known:
        return []
    return [Statement(*subject, column.name, text, source, str(row["as_of"]), state="in_use")]


def derived(
    rows: pd.DataFrame, statements: pd.DataFrame | None, table: Table
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return a table and its statements with the value of each that the rule chooses.

    Values nothing is stated of stay as they are, so deriving twice changes nothing.

    Parameters
    ----------
    rows : DataFrame
        The table; ``source_url`` and ``as_of`` are those of each row.
    statements : DataFrame or None
        Of all tables; those of others and of rows that are not there stay.
    """
    said = statements_of(statements)
    own = _by_subject(one for one in said if one.table == table.name)
    place = {row_id: at for at, row_id in enumerate(row_ids(rows, table))}
    columns = {column.name: column for column in fields_of(table) if column.name in rows}
    changed: dict[str, list[Any]] = {}
    best: dict[Subject, Statement | None] = {}
    fresh: list[Statement] = []
    for (_, row_id, name), group in own.items():
        if row_id not in place or name not in columns:
            continue
        at = place[row_id]
        word = own_word(rows.iloc[at], columns[name], (table.name, row_id), group)
        pick = best[table.name, row_id, name] = chosen([*word, *group]).statement
        fresh += word
        cells = changed.setdefault(name, list(rows[name]))
        if pick is not None:
            cells[at] = typed(columns[name], pick.value)
        elif cells[at] not in SILENT:
            cells[at] = columns[name].otherwise
    if not best:
        return rows, statements
    result = rows.assign(**{name: column_like(c, rows[name]) for name, c in changed.items()})
    told = [
        _with_state(one, best[one.subject]) if one.subject in best else one
        for one in (*fresh, *said)
    ]
    return result, as_table(told)


def said_of(tables: Mapping[str, pd.DataFrame], table: Table, row_id: str) -> dict[str, Said]:
    """Return what is said of every value of one row, in the order of its columns.

    Raises
    ------
    ValueError
        The table has no such row.
    """
    rows = tables[table.name]
    at = row_ids(rows, table).index(row_id)
    return said_all({**tables, table.name: rows.iloc[[at]]}, table)[row_id]


def said_all(tables: Mapping[str, pd.DataFrame], table: Table) -> dict[str, dict[str, Said]]:
    """Return what is said of every value of every row: key of the row -> column -> what is said."""
    rows = tables[table.name]
    told = tables.get(NAME)
    own = None if told is None else told[told["table"] == table.name]
    said = _by_subject(statements_of(own))
    found: dict[str, dict[str, Said]] = {}
    for at, row_id in enumerate(row_ids(rows, table)):
        row, fields = rows.iloc[at], dict[str, Said]()
        for column in fields_of(table):
            group = said.get((table.name, row_id, column.name), [])
            full = [*own_word(row, column, (table.name, row_id), group), *group]
            fields[column.name] = _said(chosen(full), row, column.name)
        found[row_id] = fields
    return found


def _said(answer: Chosen, row: pd.Series, name: str) -> Said:
    cell, best = row[name], answer.statement
    if is_blank(cell):
        return Said(None, "", "", "", "none", others=answer.others)
    value = cell.item() if hasattr(cell, "item") else cell
    if best is None:  # "unknown" is the word of the row, and nobody's statement
        source, as_of = str(row["source_url"]), str(row["as_of"])
        return Said(value, source, as_of, "", "none", others=answer.others)
    reason = best.reason if answer.rule == "choice" else ""
    return Said(
        value, best.source_url, best.as_of, best.document_no, answer.rule, reason, answer.others
    )


def _by_subject(statements: Iterable[Statement]) -> dict[Subject, list[Statement]]:
    groups: dict[Subject, list[Statement]] = {}
    for one in statements:
        groups.setdefault(one.subject, []).append(one)
    return groups


def _silent(cell: object) -> bool:
    return is_blank(cell) or cell in SILENT


def _with_state(one: Statement, best: Statement | None) -> Statement:
    if one.state == "withdrawn":
        return one
    return replace(one, state="in_use" if one is best else "kept")


def column_like(cells: list[Any], like: pd.Series) -> pd.Series:
    """Return cells as a column of the type it had; blanks as that type has them."""
    blank = [None if is_blank(cell) else cell for cell in cells]
    return pd.Series(blank, index=like.index, dtype=object).astype(like.dtype)
