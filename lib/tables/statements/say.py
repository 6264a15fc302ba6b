"""Say values with their source, withdraw what a source said: the tables as they are then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import fold
from lib.tables.columns import Table
from lib.tables.registry import TABLES
from lib.tables.statements.derive import (
    SILENT,
    Said,
    column_like,
    derived,
    fields_of,
    own_word,
    said_of,
)
from lib.tables.statements.record import NAME, Statement, as_table, joined, row_ids, statements_of

Tables = Mapping[str, pd.DataFrame]


def stated(name: str) -> Table:
    """Return a table whose values are statements.

    Raises
    ------
    WrongUseError
        There is no such table.
    """
    known = [table.name for table in TABLES.values() if table.stated]
    if name not in known:
        raise WrongUseError("statements.unknown_table", table=name, tables=", ".join(known))
    return TABLES[name]


def known(tables: Tables, words: Sequence[Statement]) -> None:
    """Refuse what is about a table, a row or a column that is not there.

    Raises
    ------
    WrongUseError
        One of them is not.
    """
    rows: dict[str, frozenset[str]] = {}
    for word in words:
        table = stated(word.table)
        if word.table not in rows:
            there = tables.get(word.table)
            rows[word.table] = frozenset(() if there is None else row_ids(there, table))
        if word.id not in rows[word.table]:
            raise WrongUseError("statements.unknown_row", table=word.table, id=word.id)
        columns = [column.name for column in fields_of(table)]
        if word.field not in columns:
            raise WrongUseError(
                "statements.unknown_column",
                table=word.table,
                column=word.field,
                columns=", ".join(columns),
            )


def said(tables: Tables, table: str, row_id: str) -> dict[str, Said]:
    """Return what is said of every value of a row: column -> value, source, others, rule.

    Raises
    ------
    WrongUseError
        There is no such table or row.
    """
    record = stated(table)
    if table not in tables or row_id not in row_ids(tables[table], record):
        raise WrongUseError("statements.unknown_row", table=table, id=row_id)
    return said_of(tables, record, row_id)


def say(tables: Tables, words: Sequence[Statement]) -> dict[str, pd.DataFrame]:
    """Return the tables that change when these statements are made, ``statements`` among them.

    Which value is in use then, the rule decides (`lib.tables.statements.rule`). A
    statement made again by the same source replaces its earlier wording.

    Parameters
    ----------
    tables : mapping
        The stated tables and, where there are any, ``statements``.
    words : sequence of Statement
        Values as text, numbers with a decimal point; ``when`` set, so that the last
        word of a source counts.

    Raises
    ------
    WrongUseError
        Table, row or column is not known.
    DataRefusedError
        A value is blank: it says nothing, and what is to go is withdrawn.
    """
    known(tables, words)
    for word in words:
        if not word.value or word.value in SILENT:
            named = {"table": word.table, "id": word.id, "column": word.field}
            raise DataRefusedError("statements.blank", **named)
    return _derived(tables, joined(statements_of(tables.get(NAME)), words), words)


def withdraw(tables: Tables, what: Statement) -> dict[str, pd.DataFrame]:
    """Return the tables that change when what a source said of a value is withdrawn.

    What others say of it comes into use by the rule; where nobody does, the value is blank.

    Parameters
    ----------
    tables : mapping
        As for `say`.
    what : Statement
        Table, row, column and ``source_url``, the source or the number of its document;
        ``reason``, ``who`` and ``when`` of the withdrawal.

    Raises
    ------
    WrongUseError
        Table, row or column is not known.
    DataRefusedError
        This source says nothing of it.
    """
    known(tables, [what])
    told = statements_of(tables.get(NAME))
    group = [one for one in told if one.subject == what.subject]
    rest = [one for one in told if one.subject != what.subject]
    group = [*_own(tables, what, group), *group]
    meant = fold(what.source_url)
    named = [
        one
        for one in group
        if one.state != "withdrawn" and meant in (fold(one.source_url), fold(one.document_no))
    ]
    if not named:
        sources = dict.fromkeys(one.source_url for one in group if one.state != "withdrawn")
        raise DataRefusedError(
            "statements.not_said" if sources else "statements.nothing_said",
            table=what.table,
            id=what.id,
            column=what.field,
            source=what.source_url,
            sources="; ".join(f"«{source}»" for source in sources),
        )
    gone = {"state": "withdrawn", "reason": what.reason, "who": what.who, "when": what.when}
    left = [one for one in group if one not in named]
    withdrawn = [replace(one, **gone) for one in named]
    return _derived(_emptied(tables, what), [*rest, *left, *withdrawn], [what])


def _emptied(tables: Tables, what: Statement) -> Tables:
    """Return the tables without one value: what is to stand there the rule says."""
    rows = tables[what.table]
    cells = list(rows[what.field])
    cells[row_ids(rows, TABLES[what.table]).index(what.id)] = None
    return {**tables, what.table: rows.assign(**{what.field: column_like(cells, rows[what.field])})}


def _own(tables: Tables, what: Statement, group: list[Statement]) -> list[Statement]:
    table = TABLES[what.table]
    rows = tables[what.table]
    row = rows.iloc[row_ids(rows, table).index(what.id)]
    return own_word(row, table.column(what.field), (what.table, what.id), group)


def _derived(
    tables: Tables, statements: list[Statement], words: Sequence[Statement]
) -> dict[str, pd.DataFrame]:
    every: pd.DataFrame | None = as_table(statements)
    changed: dict[str, pd.DataFrame] = {}
    for name in dict.fromkeys(word.table for word in words):
        rows, every = derived(tables[name], every, TABLES[name])
        changed[name] = rows
    return changed if every is None else {**changed, NAME: every}
