"""A table against its model: every failure a finding, not only the first."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from lib.importing.readers.grid import cell_text
from lib.importing.sheets.cells import code_words
from lib.language.findings import LEVELS, Finding, gravest
from lib.language.text import is_blank, number
from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES, codes_of, label

MOST: Final = 200
"""Findings told one by one; the rest is counted."""

_WRONG: Final[Mapping[str, str]] = {
    "not_nullable": "schemas.blank",
    "field_uniqueness": "schemas.duplicate",
    "multiple_fields_uniqueness": "schemas.duplicate",
    "isin": "schemas.not_a_code",
    "coerce_dtype": "schemas.not_a_number",
    "column_in_dataframe": "schemas.column_missing",
    "column_in_schema": "schemas.column_unknown",
}
_FORM: Final = "schemas.bad_value"
_RANGE: Final = ("greater_than_or_equal_to", "less_than_or_equal_to")


def validate(
    table: str, frame: pd.DataFrame, rows: Iterable[int], file: str
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return `frame` checked whole against its table, and every failure as a finding.

    Parameters
    ----------
    table : str
        A key of `lib.tables.schemas.ALL_TABLES`.
    frame : DataFrame
        All columns of the table.
    rows : iterable of int
        Row of the file for each row of `frame`.

    Returns
    -------
    tuple
        The frame with the table's types and index 0, 1, 2 ..., unchanged where
        it fails; findings, all ``refused``.
    """
    schema = ALL_TABLES[table]
    place = (table, file)
    checked, found = failures(schema, frame.reset_index(drop=True), tuple(rows), place, {})
    return checked, capped(found, file)


def failures(
    schema: pa.DataFrameSchema,
    frame: pd.DataFrame,
    rows: tuple[int, ...],
    place: tuple[str, str],
    titles: Mapping[str, str],
    shown: Callable[[int, str], str] | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return `frame` with the types of `schema`, and what breaks it.

    Parameters
    ----------
    frame : DataFrame
        Index 0, 1, 2 ...
    rows : tuple of int
        Row of the file for each row of `frame`.
    place : (str, str)
        Table and file.
    titles : mapping
        Column -> heading in the file.
    shown : callable, optional
        Place in `frame` and column -> the cell as the file has it; otherwise
        the value is quoted.
    """
    table, file = place
    try:
        return schema.validate(frame, lazy=True), []
    except SchemaErrors as errors:
        cases = errors.failure_cases.drop_duplicates(["column", "check", "failure_case", "index"])
    quoted = shown or (lambda at, column: cell_text(frame[column].iloc[at]))
    found = []
    for case in cases.itertuples(index=False):
        check = str(case.check).partition("(")[0]
        if check in ("column_in_dataframe", "column_in_schema"):
            found.append(Finding("refused", _WRONG[check], {}, file, None, str(case.failure_case)))
            continue
        at = None if is_blank(case.index) else int(case.index)
        column = TABLES[table].key[0] if case.column not in schema.columns else str(case.column)
        found.append(
            Finding(
                "refused",
                "registers.out_of_range" if check in _RANGE else _WRONG.get(check, _FORM),
                {"value": "" if at is None else quoted(at, column)} | _allowed(table, column),
                file,
                None if at is None else rows[at],
                titles.get(column) or label(table, column),
            )
        )
    return frame, found


def _allowed(table: str, column: str) -> dict[str, str]:
    """Return what a sentence may say of a column: its codes, its least and its most."""
    codes = codes_of(table, column)
    checks = ALL_TABLES[table].columns[column].checks
    ends = {key: stat for check in checks for key, stat in check.statistics.items()}
    low, high = (ends.get(key) for key in ("min_value", "max_value"))
    return {
        "codes": code_words(codes) if codes else "",
        "low": "" if low is None else number(low, digits=0 if low == int(low) else 1),
        "high": "" if high is None else number(high, digits=0 if high == int(high) else 1),
    }


def values_only(table: str, columns: Iterable[str]) -> pa.DataFrameSchema:
    """Return the checks of the values alone: blanks and keys are told with their own words."""
    declared = ALL_TABLES[table].columns
    checked = {name: copy(declared[name]) for name in columns if declared[name].checks}
    for column in checked.values():
        column.nullable, column.unique = True, False
    return pa.DataFrameSchema(checked)


def capped(found: Iterable[Finding], file: str) -> tuple[Finding, ...]:
    """Return findings gravest first, at most `MOST` and one that counts the rest."""
    ordered = sorted(found, key=lambda finding: (LEVELS.index(finding.level), finding.row or 0))
    rest = ordered[MOST:]
    level = gravest(rest)
    more = [Finding(level, "registers.more", {"count": len(rest)}, file)] if level else []
    return (*ordered[:MOST], *more)
