"""A value as the cell of a form holds it, and a cell of a form back to a value."""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from lib.importing.readers.grid import Cell, cell_text, clean_text
from lib.importing.sheets.cells import Value, kind_of, read_cell
from lib.importing.templates.columns import words_of
from lib.language.text import date, is_blank
from lib.places.names import full_names
from lib.tables.columns import Column
from lib.tables.export import stored_text
from lib.tables.glossary import CODES, value_label
from lib.tables.statements.derive import SILENT

_LISTED: Final = re.compile(r"(\d{5}) .+")


def listed(communes: pd.DataFrame) -> dict[str, str]:
    """Return code -> how a commune stands in a list, ``08152 xã Đà Bắc``."""
    names = zip(communes["code"], full_names(communes), strict=True)
    return {str(code): f"{code} {name}" for code, name in names}


def choices(table: str, column: Column, communes: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a cell of the column is chosen from; none where it is written freely."""
    if column.codes:
        silent = {
            value_label(column.codes, code) for code in SILENT.intersection(CODES[column.codes])
        }
        return tuple(word for word in words_of(column, "vi") if word not in silent)
    return tuple(communes.values()) if kind_of(table, column.name) == "commune" else ()


def shown(table: str, column: Column, value: object, communes: Mapping[str, str]) -> Cell:
    """Return what is written for a value; None for a blank and for *unknown*, which says no more.

    Parameters
    ----------
    communes : mapping
        Of `listed`.
    """
    if is_blank(value) or value in SILENT:
        return None
    if column.codes:
        return value_label(column.codes, value)
    kind = kind_of(table, column.name)
    if kind in ("day", "month"):
        return date(value)
    if kind == "commune":
        return communes.get(str(value), str(value))
    if column.type == "number":
        return float(str(value))
    return int(str(value)) if column.type == "whole" else str(stored_text(str(value)))


def read(cell: Cell, table: str, column: Column, communes: Mapping[str, str]) -> Value:
    """Return what a cell says, as `read_cell` does; *unknown* is a blank.

    A commune may be chosen from the list or be written as its code; a name that is
    not the one of its code is refused.
    """
    if kind_of(table, column.name) == "commune" and (found := _LISTED.fullmatch(clean_text(cell))):
        if communes.get(found[1]) == found[0]:
            return Value(found[1])
        return Value(None, "refused", "cells.not_a_commune", {"value": clean_text(cell)})
    value = read_cell(cell, table, column.name)
    return Value() if isinstance(value.value, str) and value.value in SILENT else value


def same(one: Cell, other: Cell) -> bool:
    """Return whether two cells show the same to a person."""
    return cell_text(one) == cell_text(other)
