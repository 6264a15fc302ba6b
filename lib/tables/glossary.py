"""The words of the tables: headings and codes, as ``lib/language/texts/tables.toml`` has them.

Pages need only these. What checks a table is in `lib.tables.schemas`, which loads
pandera: 0.25 s of processor time that no page has to wait for.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from lib.language.text import Lang, catalog, date, is_blank, no_data, number, t
from lib.tables.columns import ISO_DATE, Column
from lib.tables.registry import TABLES

_VALUE: Final = "schemas.value."


def _codes() -> Mapping[str, tuple[str, ...]]:
    sets: dict[str, list[str]] = {}
    for key in catalog():
        if key.startswith(_VALUE):
            name, code = key.removeprefix(_VALUE).split(".", maxsplit=1)
            sets.setdefault(name, []).append(code)
    return {name: tuple(codes) for name, codes in sets.items()}


CODES: Final = _codes()
"""Set of codes -> its codes, in the order of the glossary: a code exists if it has words."""


_BLANKS: Final[Mapping[str, str]] = {
    "text": "str",
    "number": "float64",
    "whole": "Int64",
    "moment": "datetime64[ns]",
}
"""Type of a column -> type of its blanks; a flag has none."""


def with_later_columns(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the columns that came after it was written: blank."""
    if table not in TABLES:
        return frame
    lacking = {
        column.name: pd.Series(None, frame.index, dtype=_BLANKS[column.type])
        for column in TABLES[table].columns
        if column.later and column.name not in frame
    }
    return frame.assign(**lacking) if lacking else frame


def label(table: str, column: str, lang: Lang = "vi") -> str:
    """Return the heading of a column.

    Raises
    ------
    KeyError
        If the glossary has no words for it.
    """
    own = f"schemas.{table}.{column}"
    return t(own if own in catalog() else f"schemas.column.{column}", lang)


def value_label(kind_of_code: str, code: object, lang: Lang = "vi") -> str:
    """Return the words for a code of the set `kind_of_code`; a blank is *no data*."""
    return no_data(lang) if is_blank(code) else t(f"schemas.value.{kind_of_code}.{code}", lang)


def value_words(column: Column, value: Any, lang: Lang = "vi") -> str:  # noqa: ANN401 - of any column
    """Return a value of a column in words: of its code, a number with its unit, a date."""
    if is_blank(value):
        return no_data(lang)
    if column.codes:
        return value_label(column.codes, value, lang)
    if isinstance(value, int | float):
        digits = 0 if float(value).is_integer() else len(str(value).partition(".")[2])
        return number(value, lang, digits=digits, unit=column.unit)
    return date(value, lang) if column.pattern == ISO_DATE else str(value)
