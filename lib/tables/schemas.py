"""The check of a table: a strict pandera schema made of its record.

Every table of `lib.tables.registry` has one: no column more, none less, each
with its type, whether it may be blank and which codes it takes. A blank means
*no source says it*; it is never filled by guessing. Labels and the words for
codes are in ``lib/language/texts/tables.toml``, in Vietnamese and English.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import pandas as pd
import pandera.pandas as pa

from lib.tables.columns import CODE, ISO_DATE, TRIMMED, URL, Column, Table, Type
from lib.tables.glossary import CODES, label, value_label
from lib.tables.registry import TABLES

__all__ = ["CODE", "CODES", "ISO_DATE", "TRIMMED", "URL", "label", "value_label"]
"""What is said here of the records and of `lib.tables.glossary`: the words belong to the tables."""

_TYPES: Final[Mapping[Type, type]] = {
    "text": str,
    "number": float,
    "whole": pd.Int64Dtype,
    "moment": pd.Timestamp,
    "flag": bool,
}


class _Schemas(Mapping[str, pa.DataFrameSchema]):
    """The schema of each table of the registry, made when it is first asked for."""

    def __getitem__(self, name: str) -> pa.DataFrameSchema:
        return _schema(TABLES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


@lru_cache(maxsize=64)
def _schema(table: Table) -> pa.DataFrameSchema:
    several = len(table.key) > 1
    return pa.DataFrameSchema(
        {column.name: _column(column, table) for column in table.every()},
        strict=True,
        coerce=True,
        unique=list(table.key) if several else None,
    )


def _column(column: Column, table: Table) -> pa.Column:
    checks = []
    if column.codes:
        checks.append(pa.Check.isin(list(CODES[column.codes])))
    elif column.type == "text":
        checks.append(pa.Check.str_matches(column.pattern))
    if column.low is not None:
        checks.append(pa.Check.ge(column.low))
    if column.high is not None:
        checks.append(pa.Check.le(column.high))
    return pa.Column(
        _TYPES[column.type],
        checks,
        nullable=column.blank,
        unique=column.unique or table.key == (column.name,),
    )


ALL_TABLES: Final[Mapping[str, pa.DataFrameSchema]] = _Schemas()
"""Name of a table -> its schema."""


def codes_of(table: str, column: str) -> str | None:
    """Return the name of the set of codes a column takes, None for a free one."""
    return TABLES[table].column(column).codes or None
