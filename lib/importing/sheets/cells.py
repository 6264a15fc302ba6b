"""One cell of a file to a value of its column: numbers, codes and words as offices write them.

Nothing here raises: a `Value` says what was read, or why it was not. What can be
read in two ways is refused, never guessed.
"""

import datetime as dt
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from lib.importing.readers.grid import Cell, Unread, blank, clean_text, hidden_marks
from lib.importing.sheets.moments import from_serial, has_zone, read_day, read_moment, read_month
from lib.language.findings import Level
from lib.language.text import LANGS, bare_name, date, fold
from lib.tables.columns import CODE, ISO_DATE, MONTH, VOLTAGE
from lib.tables.glossary import CODES, label, value_label
from lib.tables.registry import TABLES

Kind = Literal["number", "whole", "moment", "flag", "code", "day", "month", "commune", "text"]

_UNKNOWN: Final = ("không rõ", "chưa rõ", "chưa xác định")
_TRUE: Final = frozenset({"1", "true", "co", "yes", "x", "dung", "y"})
_FALSE: Final = frozenset({"0", "false", "khong", "no", "sai", "n"})
_DIGITS: Final = 15
"""More digits than a float keeps are no quantity."""
_WRITTEN: Final = 17
"""Digits with which any float is written so that it reads back the same."""
_GROUP: Final = 3
_ERROR: Final = re.compile(
    r"\s*(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|#{3,}|Err:\d{3})\s*"
)
"""What spreadsheets show instead of a value, copied as text; ``####`` is a column too narrow."""
_LISTED: Final = 5


@dataclass(frozen=True)
class Value:
    """What a cell says.

    Parameters
    ----------
    value : object
        Of the column's type; None is a blank.
    level : {"mended", "ask", "refused"} or None
        None where there is nothing to tell.
    key : str
        Key of the sentence about it, which also names file, row and column.
    values : mapping
        What the sentence names beside the place.
    until : datetime or None
        End of the span, where the cell gives one.
    """

    value: Any = None
    level: Level | None = None
    key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    until: dt.datetime | None = None


@cache
def synonyms() -> Mapping[str, Any]:
    """Return headings, words for codes and units that offices use."""
    path = Path(__file__).with_name("synonyms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def kind_of(table: str, column: str) -> Kind:
    """Return how the cells of a column are read."""
    declared = TABLES[table].column(column)
    if declared.codes:
        return "code"
    if declared.type != "text":
        return declared.type
    patterns: Mapping[str, Kind] = {ISO_DATE: "day", MONTH: "month", CODE: "commune"}
    return patterns.get(declared.pattern, "text")


@cache
def units_of(table: str, column: str) -> frozenset[str]:
    """Return the units, folded, that may follow a number of the column."""
    in_brackets = re.findall(r"\(([^()]+)\)", " ".join(label(table, column, x) for x in LANGS))
    words = [TABLES[table].column(column).unit, *in_brackets, *synonyms()["units"].get(column, ())]
    return frozenset(fold(word) for word in words) - {""}


def hidden(cell: Cell) -> Value:
    """Return what has to be told of the hidden characters of a cell; no level if it has none."""
    marks = hidden_marks(cell)
    if not marks:
        return Value()
    listed = list(dict.fromkeys(marks))
    named = ", ".join(listed[:_LISTED]) + (", …" if listed[_LISTED:] else "")
    values = {"value": clean_text(cell), "count": len(marks), "marks": named}
    return Value(clean_text(cell), "mended", "cells.hidden", values)


def read_cell(
    cell: Cell, table: str, column: str, *, decimal: str = "", on: dt.date | None = None
) -> Value:
    """Return what a cell says in a column.

    Parameters
    ----------
    cell : Cell
        As the file holds it.
    table, column : str
        Of `lib.tables.registry.TABLES`.
    decimal : {"", ".", ","}
        Decimal sign of the column, from `decimal_sign`.
    on : datetime.date, optional
        Day of an hour that stands alone.
    """
    kind = kind_of(table, column)
    if isinstance(cell, Unread) or (isinstance(cell, str) and _ERROR.fullmatch(cell)):
        return _refused(cell.key if isinstance(cell, Unread) else "cells.error_value", cell)
    if kind == "code":
        return code(cell, TABLES[table].column(column).codes)
    if blank(cell):
        return Value()
    if kind in ("number", "whole"):
        return number(cell, units=units_of(table, column), whole=kind == "whole", decimal=decimal)
    if kind in ("day", "month", "moment"):
        return when(cell, kind, on=on)
    written = TABLES[table].column(column).pattern == VOLTAGE
    return voltage(cell) if written else _READERS[kind](cell)


def _refused(key: str, cell: Cell, /, **values: object) -> Value:
    return Value(None, "refused", key, {"value": clean_text(cell), **values})


_NUMBER: Final = re.compile(r"([+-]?)\s*([0-9](?:[0-9., ]*[0-9])?)\s*(.*)")
_ONE_SIGN: Final = re.compile(r"([0-9]+)([.,])([0-9]+)")
_GROUPED: Final = re.compile(r"[0-9]+|[0-9]{1,3}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_BOTH: Final = re.compile(
    r"([0-9]{1,3}(?:(?:\.[0-9]{3})+(?=,)|(?:,[0-9]{3})+(?=\.)|(?: [0-9]{3})+))([.,])([0-9]+)"
)


def number(
    cell: Cell, *, units: frozenset[str] = frozenset(), whole: bool = False, decimal: str = ""
) -> Value:
    """Return the number of a cell: ``1.028,78``, ``69,42 ha``, ``1 028,78``, ``69.42``.

    The text ``1.234`` is 1234 in a column of whole numbers. In a column of
    decimals it is refused, unless `decimal` says which sign the column uses;
    degrees have no thousands.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _stored(cell, cell, units, whole=whole)
    found = _NUMBER.fullmatch(clean_text(cell).replace("\u2212", "-"))
    if not isinstance(cell, str) or not found or _too_long(found[2]):
        return _refused("cells.not_a_number", cell)
    if found[3] and fold(found[3]) not in units:
        return _refused("cells.other_unit", cell, unit=found[3])
    digits = _digits(found[2], whole=whole, decimal=decimal, degrees="deg" in units)
    if digits == "":
        either = {"plain": found[2].replace(".", ""), "comma": found[2].replace(".", ",")}
        return _refused("cells.ambiguous_number", cell, **either)
    if digits is None:
        return _refused("cells.not_a_number", cell)
    return _stored(float(found[1] + digits), cell, frozenset(), whole=whole)


def _too_long(text: str) -> bool:
    """Return True for more digits than a float keeps; what a float is written with is none."""
    whole, _, rest = re.sub("[.,](?=[^.,]*$)", "|", text).partition("|")
    before = sum(map(str.isdigit, whole))
    written = len(re.sub("[^0-9]", "", text).lstrip("0"))
    return before > _DIGITS or written > (_WRITTEN if rest else _DIGITS)


def _digits(text: str, *, whole: bool, decimal: str, degrees: bool) -> str | None:
    """Return `text` with a point or nothing; "" if it reads in two ways, None if in none."""
    both = _BOTH.fullmatch(text)
    if both:
        return re.sub(r"[., ]", "", both[1]) + "." + both[3]
    one = _ONE_SIGN.fullmatch(text)
    if one is None:
        return re.sub(r"[., ]", "", text) if _GROUPED.fullmatch(text) else None
    if degrees or not _may_group(one):
        return f"{one[1]}.{one[3]}"
    if whole or decimal not in ("", one[2]):
        return one[1] + one[3]
    return f"{one[1]}.{one[3]}" if "," in one[2] or decimal else ""


def _may_group(one: re.Match[str]) -> bool:
    return len(one[3]) == _GROUP and len(one[1]) <= _GROUP and not one[1].startswith("0")


def _stored(value: float, cell: Cell, units: frozenset[str], *, whole: bool) -> Value:
    """Return the number a cell holds; a share where the column counts per cent is asked."""
    if not math.isfinite(value) or abs(value) >= 10**_DIGITS:
        return _refused("cells.not_a_number", cell)
    if whole:
        exact = float(value).is_integer()
        return Value(int(value)) if exact else _refused("cells.not_whole", cell)
    if "%" in units and 0 < value < 1:
        return Value(float(value), "ask", "cells.share", {"value": clean_text(cell)})
    return Value(float(value))


def decimal_sign(cells: Iterable[Cell]) -> str:
    """Return the decimal sign the texts of a column show beyond doubt, "" if they do not agree.

    >>> decimal_sign(["69.42", "1.234"]), decimal_sign(["69,42", "69.42"])
    ('.', '')
    """
    signs = set()
    for cell in cells:
        found = _NUMBER.fullmatch(clean_text(cell)) if isinstance(cell, str) else None
        one = _ONE_SIGN.fullmatch(found[2]) if found else None
        both = _BOTH.fullmatch(found[2]) if found else None
        if one and not _may_group(one):
            signs.add(one[2])
        elif both:
            signs.add(both[2])
    return signs.pop() if len(signs) == 1 else ""


def when(
    cell: Cell, kind: Literal["day", "month", "moment"], *, on: dt.date | None = None
) -> Value:
    """Return a day or month (ISO text) or a moment (local, without zone), as `moments` says."""
    serial = from_serial(cell)
    read: Cell = serial or (clean_text(cell) if isinstance(cell, str) else cell)
    if kind != "moment":
        value = read_day(read) if kind == "day" else read_month(read)
        if value is None:
            return _refused("cells.not_a_date" if kind == "day" else "cells.not_a_month", cell)
        return Value(value) if serial is None else _mended(cell, value, date(value))
    return _moment(cell, read, serial, on)


def _moment(cell: Cell, read: Cell, serial: dt.datetime | None, on: dt.date | None) -> Value:
    span = read_moment(read, on=on)
    if span == "cells.no_hour" and isinstance(read, dt.date):
        # A workbook keeps 00:00 of a day as that day: which of the two it was a person knows.
        values = {"value": date(read.isoformat())}
        return Value(dt.datetime.combine(read, dt.time()), "ask", "cells.midnight", values)
    if isinstance(span, str):
        return _refused(span, cell)
    if serial is not None:
        return _mended(cell, serial, f"{serial:%H:%M} {date(serial)}")
    if has_zone(read):
        values = {"value": clean_text(cell), "became": f"{span[0]:%H:%M %d/%m/%Y}"}
        return Value(span[0], "mended", "cells.zone", values, span[1])
    return Value(span[0], until=span[1])


def _mended(cell: Cell, value: object, became: str) -> Value:
    return Value(
        value, "mended", "cells.serial_date", {"value": clean_text(cell), "became": became}
    )


@cache
def _words(codes: str) -> Mapping[str, str]:
    """Return every word of a set of codes, folded, that means one code only."""
    extra = synonyms()["words"].get(codes, {})
    meant: dict[str, set[str]] = {}
    for known in CODES[codes]:
        labels = [value_label(codes, known, lang) for lang in LANGS]
        words = {known, *labels, *extra.get(known, ())} | set(
            _UNKNOWN if known == "unknown" else ()
        )
        for word in words:
            meant.setdefault(fold(word), set()).add(known)
    return {word: found.pop() for word, found in meant.items() if len(found) == 1}


def code(cell: Cell, codes: str) -> Value:
    """Return the code a cell names, by itself or by its Vietnamese or English words."""
    text = clean_text(cell)
    if text in CODES[codes]:
        return Value(text)
    word = fold(text)
    for said in (word, bare_name(text), re.sub(r" ?\([^()]*\)$", "", word)):
        if said in _words(codes):
            return Value(_words(codes)[said])
    if blank(cell):
        return Value()
    return _refused("cells.not_a_code", cell, codes=code_words(codes))


def code_words(codes: str) -> str:
    """Return what a column of codes takes, in words with the codes: *đang xây (building)*."""
    names = [(known, value_label(codes, known)) for known in CODES[codes]]
    return "; ".join(words if known in words else f"{words} ({known})" for known, words in names)


def commune_code(cell: Cell) -> Value:
    """Return a commune's five digits; the zero that a spreadsheet dropped is put back."""
    text = clean_text(cell).removeprefix("'")
    if re.fullmatch(r"[0-9]{5}", text):
        return Value(text)
    if re.fullmatch(r"[0-9]{4}", text):
        return Value(f"0{text}", "mended", "cells.zero", {"value": text, "became": f"0{text}"})
    return _refused("cells.not_a_commune", cell)


def flag(cell: Cell) -> Value:
    """Return True or False: *có*, *không*, ``x``, 1, 0."""
    word = fold(clean_text(cell))
    if word in _TRUE | _FALSE:
        return Value(word in _TRUE)
    return _refused("cells.not_a_flag", cell)


def free_text(cell: Cell) -> Value:
    """Return a cell as clean text; a date where words belong is asked, for sheets make them."""
    if not isinstance(cell, dt.date):
        return Value(clean_text(cell) or None)
    shown = date(cell)
    return Value(shown, "ask", "cells.date_in_text", {"value": shown})


def voltage(cell: Cell) -> Value:
    """Return a voltage such as ``110`` or ``220/110`` kV."""
    text = re.sub(r"\s|kv", "", clean_text(cell).lower())
    if re.fullmatch(r"[0-9]{1,4}(/[0-9]{1,4})*", text):
        return Value(text)
    return _refused("cells.not_a_voltage", cell)


_READERS: Final[Mapping[Kind, Callable[[Cell], Value]]] = {
    "commune": commune_code,
    "flag": flag,
    "text": free_text,
}
