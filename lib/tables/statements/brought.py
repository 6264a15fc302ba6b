"""Values a file brings: a file with some values of a row is the source of these only.

The row keeps its own source; where another source said otherwise, both stay, and the
rule says which is in use.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lib.language.text import is_blank
from lib.tables.columns import Table
from lib.tables.statements.derive import SILENT, column_like, derived, fields_of
from lib.tables.statements.record import (
    FILE,
    NAME,
    Statement,
    as_table,
    joined,
    row_ids,
    statements_of,
)


def blanks_filled(
    fresh: pd.DataFrame, before: pd.DataFrame, table: Table
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the rows of a file with what is known where the file is blank.

    A blank says nothing, and neither does *unknown*, so it takes nothing away: a value
    is withdrawn on purpose, or the table is replaced as a whole.

    Returns
    -------
    tuple
        The rows, and column -> how many values stayed.
    """
    ids, rows, kept = row_ids(fresh, table), fresh.copy(), dict[str, int]()
    for name in (column.name for column in fields_of(table)):
        if name in rows:
            there = dict(zip(row_ids(before, table), before[name], strict=True))
            known = pd.Series(ids, index=rows.index).map(there)
            said = known.notna() & ~known.isin(SILENT)
            stays = (rows[name].isna() | rows[name].isin(SILENT)) & said
            if stays.any():
                rows[name] = rows[name].astype(object).mask(stays, known)
                kept[name] = int(stays.sum())
    return rows, kept


def by_value(
    before: pd.DataFrame,
    after: pd.DataFrame,
    given: frozenset[str],
    base: Mapping[str, pd.DataFrame],
    table: Table,
    brought: Sequence[bool],
    when: str = "",
) -> tuple[dict[str, pd.DataFrame], list[Statement]]:
    """Keep the source of a row where a file has only some of its values; state those apart.

    Parameters
    ----------
    before, after : DataFrame
        The table as it was, and with the file's values in it.
    given : frozenset of str
        Columns the file has.
    base : mapping
        Tables in use, with the statements so far.
    table : Table
        What both are.
    brought : sequence of bool
        For each row of `after` whether the file has it.
    when : str
        Moment of the import, ISO, UTC.

    Returns
    -------
    tuple
        The tables that change: the values the rule chooses, with the sources of the
        rows, and, where there are any, ``statements``; and what the file says that is
        not in use, because another statement is stronger or chosen.
    """
    old = dict(zip(row_ids(before, table), before.to_dict("records"), strict=True))
    cells: dict[str, list[Any]] = {str(name): list(after[name]) for name in after}
    said: list[Statement] = []
    pairs = zip(row_ids(after, table), after.to_dict("records"), brought, strict=True)
    for at, (row_id, row, of_file) in enumerate(pairs):
        was = old.get(row_id)
        if was is None or not of_file or not _in_part(row, was, given, table):
            continue
        source, as_of = str(row["source_url"]), str(row["as_of"])
        for name in ("source_url", "as_of"):
            cells[name][at] = was[name]
        for name in given.intersection(column.name for column in fields_of(table)) - {"note"}:
            words = _words(row[name])
            if words and words != _words(was[name]):
                cells[name][at] = was[name]
                subject = (table.name, row_id, name)
                said.append(Statement(*subject, words, source, as_of, when=when))
    known = statements_of(base.get(NAME))
    told = as_table(joined(known, said)) if known or said else None
    kept = {name: column_like(values, after[name]) for name, values in cells.items()}
    rows, told = derived(after.assign(**kept), told, table)
    if told is None:
        return {table.name: rows}, []
    in_use = {one.subject: one.value for one in statements_of(told) if one.state == "in_use"}
    overruled = [one for one in said if in_use.get(one.subject) != one.value]
    return {table.name: rows, NAME: told}, overruled


def _in_part(
    row: Mapping[Any, Any], was: Mapping[Any, Any], given: frozenset[str], table: Table
) -> bool:
    """Return whether a file without a source of its own says some values of a known row only."""
    if not str(row["source_url"]).startswith(FILE) or row["source_url"] == was["source_url"]:
        return False
    return any(c.name not in given and not is_blank(row[c.name]) for c in table.columns)


def _words(value: object) -> str:
    return "" if is_blank(value) else str(value)
