"""Statements: values of a row with a source of their own, beside the table everybody reads.

A file with one column of a row is the source of that value only. The row keeps
its own source; where another source said otherwise, both stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from lib.language.text import is_blank
from lib.tables.columns import ISO_DATE, NOTE, Column, Table, coded

_FILE: Final = "file:"
_SOURCE: Final = ("source_url", "as_of")
_NAME: Final = r"^[a-z0-9_]{1,60}$"

STATEMENTS: Final = Table(
    "statements",
    (
        Column("table", pattern=_NAME),
        Column("id"),
        Column("field", pattern=_NAME),
        Column("value"),
        Column("document_no", blank=True),
        Column("document_date", blank=True, pattern=ISO_DATE),
        coded("strength", "statement_strength"),
        NOTE,
        Column("who", blank=True),
        Column("when", blank=True, pattern=ISO_DATE),
        coded("state", "statement_state"),
    ),
    key=("table", "id", "field", "source_url", "value"),
    facts=False,
    imported=False,
)
"""Values that another source than the row's says; ``in_use`` where it is the value in the table."""


def blanks_filled(
    fresh: pd.DataFrame, before: pd.DataFrame, table: Table
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the rows of a file with what is known where the file is blank.

    A blank says nothing, so it takes nothing away: a value is withdrawn on purpose, or
    the table is replaced as a whole.

    Returns
    -------
    tuple
        The rows, and column -> how many values stayed.
    """
    (key,) = table.key
    rows, kept = fresh.copy(), dict[str, int]()
    for name in (column.name for column in table.columns):
        if name in rows and name != key:
            known = rows[key].map(dict(zip(before[key], before[name], strict=True)))
            stays = rows[name].isna() & known.notna()
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
) -> dict[str, pd.DataFrame]:
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
        What both are; its key is one column.
    brought : sequence of bool
        For each row of `after` whether the file has it.

    Returns
    -------
    dict
        `after` with the sources of rows the file says in part, and, where there
        are any, ``statements``: each value the file changed, in use, and what the
        row said instead, kept.
    """
    (key,) = table.key
    old = {row[key]: row for row in before.to_dict("records")}
    sources = {name: list(after[name]) for name in _SOURCE}
    told: list[dict[str, object]] = []
    for at, (row, of_file) in enumerate(zip(after.to_dict("records"), brought, strict=True)):
        was = old.get(row[key])
        if not of_file or was is None or not str(row["source_url"]).startswith(_FILE):
            continue
        if was["source_url"] == row["source_url"] or _says_all(row, given, table):
            continue
        for name in _SOURCE:
            sources[name][at] = was[name]
        for name in (column.name for column in table.columns):
            if name not in given or name in (key, "note") or _words(row[name]) == _words(was[name]):
                continue
            subject = {"table": table.name, "id": str(row[key]), "field": name}
            for value, source, state in ((was, was, "kept"), (row, row, "in_use")):
                if words := _words(value[name]):
                    own = {name: source[name] for name in _SOURCE}
                    told.append({**own, **subject, "value": words, "state": state})
    said = _joined(base.get("statements"), told)
    changed = {table.name: after.assign(**sources)}
    return changed if said is None else {**changed, "statements": said}


def _says_all(row: Mapping[Any, Any], given: frozenset[str], table: Table) -> bool:
    """Return whether the file has every value of the row: then the row is the file's."""
    return all(c.name in given or is_blank(row[c.name]) for c in table.columns)


def _words(value: object) -> str:
    return "" if is_blank(value) else str(value)


def _joined(known: pd.DataFrame | None, told: list[dict[str, object]]) -> pd.DataFrame | None:
    """Return all statements: what is said anew replaces what the same source said before."""
    if not told:
        return known
    columns = [column.name for column in STATEMENTS.every()]
    fresh = pd.DataFrame(told).reindex(columns=columns).astype(object)
    fresh["strength"] = fresh["strength"].fillna("other")
    if known is None or known.empty:
        joined = fresh
    else:
        subject = ["table", "id", "field"]
        said = pd.MultiIndex.from_frame(fresh[subject].astype(str))
        again = pd.MultiIndex.from_frame(known[subject].astype(str)).isin(said)
        earlier = known.assign(state=known["state"].mask(again, "kept"))
        joined = pd.concat([earlier, fresh], ignore_index=True)
    once = joined.drop_duplicates(list(STATEMENTS.key), keep="last")
    return once.reset_index(drop=True).astype(dict.fromkeys(columns, "str"))
