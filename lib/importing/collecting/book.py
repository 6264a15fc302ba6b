"""The workbook of a form: a page that explains it, a sheet a table, and what was sent.

What was sent stands on a hidden sheet, so that a form that comes back is held against it
cell by cell. It is a claim like all the rest of a foreign file: `lib.importing.collecting.answers`
believes none of it.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter

from lib.importing.collecting.asked import Recipient, Tables, rows_of
from lib.importing.collecting.cells import choices, listed, shown
from lib.importing.templates.columns import how_to
from lib.language.errors import DataRefusedError
from lib.language.text import date, number, t
from lib.register.clusters import code_of
from lib.settings import settings
from lib.tables import facts
from lib.tables.collecting import POWER, Part, parts_of
from lib.tables.columns import Column
from lib.tables.glossary import label, value_words
from lib.tables.palette import COLOURS
from lib.tables.registry import TABLES
from lib.tables.statements.derive import Said, said_all

MARK: Final = "phutho-form"
VERSION: Final = "1"
SENT: Final = "_phieu"
"""Sheet with what was sent: whose form, then table, key, column and value of each cell."""
LISTS: Final = "_danhmuc"
"""Sheet with what cells are chosen from."""
HEAD: Final = 2
"""Row of the headings on a sheet of values, from 0; rows of values follow it."""
ANSWERED: Final = (16, 17)
"""Rows of the first page, from 0, with day and document of the answer."""
ANSWER_TEXTS: Final = ("collect.answer_day", "collect.answer_document")

_LINES: Final = (
    "collect.how_fill",
    "collect.how_blank",
    "collect.how_lists",
    "collect.how_numbers",
    "collect.how_days",
    "collect.how_return",
)
_WIDTHS: Final = {
    **dict.fromkeys(("name", "former_communes", "investor", "villages"), 34),
    **dict.fromkeys(("commune_code", "status", "state", "operation_status"), 26),
}
_WIDTH: Final = 17
_LINE: Final = 15
"""Height of one line, points."""
_PAGE_WIDTH: Final = 90
"""Width of the explaining text, letters."""
_MOST_LINES: Final = 20
_A4: Final = 9
_A3: Final = 8
_COMMENT: Final = 800
"""Letters of the longest comment."""
_MADE: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the same form is the same file
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "label": {"bold": True, "text_wrap": True, "valign": "top"},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
    | {"bg_color": COLOURS["land"]},
    "shown": {"text_wrap": True, "valign": "top", "border": 1, "bg_color": COLOURS["land"]}
    | {"num_format": "@"},
    "open": {"text_wrap": True, "valign": "top", "border": 1, "locked": False, "num_format": "@"},
    "open_number": {"valign": "top", "border": 1, "locked": False},
    "lacking": {"bg_color": COLOURS["named"]},
}

SaidOf = Mapping[str, Mapping[str, Mapping[str, Said]]]
"""Table -> key -> column -> what is said of it."""


@dataclass(frozen=True)
class Sending:
    """What holds for all forms that are made at once.

    Parameters
    ----------
    tables : mapping
        Of the snapshot they are filled from, ``statements`` among them.
    snapshot : str
        Its name.
    made : datetime.date
        The day they are made.
    """

    tables: Tables
    snapshot: str
    made: dt.date


def file_name(recipient: Recipient) -> str:
    """Return the name of a form: ``phieu-08152-xa-da-bac.xlsx``."""
    words = "dien-luc" if recipient.code == POWER else f"{recipient.code}-{code_of(recipient.name)}"
    return f"phieu-{words}.xlsx"


def archive(everyone: Sequence[Recipient], sending: Sending) -> bytes:
    """Return the forms as one ZIP, the same bytes for the same data and day.

    Raises
    ------
    DataRefusedError
        Nothing is to be asked of one of them.
    """
    buffer = io.BytesIO()
    said = _said(sending.tables)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for recipient in everyone:
            entry = zipfile.ZipInfo(file_name(recipient), _MADE.timetuple()[:6])
            packed.writestr(entry, workbook(recipient, sending, said), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def workbook(recipient: Recipient, sending: Sending, said: SaidOf | None = None) -> bytes:
    """Return one form.

    Parameters
    ----------
    said : mapping, optional
        Table -> key -> column -> what is said of it, where it is known already.

    Raises
    ------
    DataRefusedError
        Nothing is to be asked of the recipient.
    """
    if not recipient.count:
        raise DataRefusedError("collect.nothing_to_ask", place=recipient.name)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _MADE})
        _Form(book, recipient, sending, said or _said(sending.tables)).write()
    return buffer.getvalue()


def _said(tables: Tables) -> SaidOf:
    names = {part.table for code in ("", POWER) for part in parts_of(code)} & set(tables)
    return {name: said_all(tables, TABLES[name]) for name in names}


class _Form:
    """One workbook while it is written."""

    def __init__(
        self,
        book: Any,  # noqa: ANN401 - xlsxwriter has no types
        recipient: Recipient,
        sending: Sending,
        said: SaidOf,
    ) -> None:
        self.book, self.recipient, self.sending, self.said = book, recipient, sending, said
        self.looks = {name: book.add_format(dict(look)) for name, look in _LOOKS.items()}
        self.communes = listed(sending.tables["communes"])
        self.parts = [part for part in parts_of(recipient.code) if recipient.rows[part.table]]
        self.rows = list(rows_of(sending.tables, recipient))
        self.listed = 0

    def write(self) -> None:
        """Write every sheet; the explaining page is the one that is seen first."""
        first = self.book.add_worksheet(t("collect.sheet_form"))
        sheets = [self.book.add_worksheet(t(f"collect.part_{p.table}")) for p in self.parts]
        lists, sent = (self.book.add_worksheet(name) for name in (LISTS, SENT))
        self._explain(first)
        for part, sheet in zip(self.parts, sheets, strict=True):
            self._values(part, sheet, lists)
        for row, cells in enumerate(self._sent()):
            for place, text in enumerate(cells):
                if text:
                    sent.write_string(row, place, text)
        for sheet in (lists, sent):
            sheet.very_hidden()
        for sheet in (first, *sheets, lists, sent):
            sheet.protect("", {"format_columns": True, "format_rows": True})

    def _sent(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows of the hidden sheet."""
        made = self.sending.made.isoformat()
        yield (MARK, VERSION, self.recipient.code, self.sending.snapshot, made)
        columns = {part.table: part.columns for part in self.parts}
        for table, row_id, row in self.rows:
            for name in columns[table]:
                value = shown(table, TABLES[table].column(name), row[name], self.communes)
                yield (table, row_id, name, "" if value is None else str(row[name]))

    def _explain(self, sheet: Any) -> None:  # noqa: ANN401
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, _PAGE_WIDTH)
        sheet.hide_gridlines(2)
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        title = t("collect.title", place=self.recipient.title())
        sheet.merge_range(0, 0, 0, 1, "", self.looks["title"])
        sheet.write_string(0, 0, title, self.looks["title"])
        sheet.set_row(0, 24)
        told = {
            "collect.page_to": self.recipient.title(),
            "collect.page_asks": t("collect.asker"),
            "collect.page_reply": settings().reply_to or t("collect.reply_here"),
            "collect.page_data_to": date(self._data_date()),
            "collect.page_made": date(self.sending.made),
            "collect.page_count": number(self.recipient.count),
        }
        for row, (key, text) in enumerate(told.items(), start=1):
            sheet.write_string(row, 0, t(key), self.looks["label"])
            sheet.write_string(row, 1, text, self.looks["text"])
        row = len(told) + 2
        sheet.write_string(row, 0, t("collect.how"), self.looks["label"])
        for at, key in enumerate(_LINES, start=row):
            sheet.write_string(at, 1, t(key), self.looks["text"])
            sheet.set_row(at, _LINE * _lines(t(key), _PAGE_WIDTH))
        for at, key in zip(ANSWERED, ANSWER_TEXTS, strict=True):
            sheet.write_string(at, 0, t(key), self.looks["label"])
            sheet.write_blank(at, 1, None, self.looks["open"])
        sheet.conditional_format(
            ANSWERED[0], 1, ANSWERED[-1], 1, {"type": "blanks", "format": self.looks["lacking"]}
        )

    def _data_date(self) -> str:
        return max(facts.data_date(self.sending.tables[part.table]) for part in self.parts)

    def _values(self, part: Part, sheet: Any, lists: Any) -> None:  # noqa: ANN401
        rows = [(row_id, row) for table, row_id, row in self.rows if table == part.table]
        last = HEAD + len(rows)
        title = t("collect.sheet_title", place=self.recipient.title())
        sheet.write_string(0, 0, f"{title}: {t(f'collect.part_{part.table}')}", self.looks["bold"])
        sheet.write_string(1, 0, t("collect.sheet_how"))
        for place, name in enumerate(part.columns):
            column = TABLES[part.table].column(name)
            sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH))
            sheet.write_string(HEAD, place, label(part.table, name), self.looks["head"])
            asked = name in part.asked
            for at, (row_id, row) in enumerate(rows, start=HEAD + 1):
                self._cell(sheet, (at, place), part.table, column, row[name], asked=asked)
                if asked and (source := self._source(part.table, row_id, name)):
                    sheet.write_comment(at, place, source, {"x_scale": 2})
            if asked:
                sheet.write_comment(HEAD, place, _guide(part.table, column), {"x_scale": 2})
                rule = self._rule(part.table, column, lists)
                if rule:
                    sheet.data_validation(HEAD + 1, place, last, place, rule)
        for at, (_, row) in enumerate(rows, start=HEAD + 1):
            sheet.set_row(at, _LINE * self._height(part, row))
        places = [part.columns.index(name) for name in part.asked]
        blank = {"type": "blanks", "format": self.looks["lacking"]}
        sheet.conditional_format(HEAD + 1, min(places), last, max(places), blank)
        sheet.set_row(HEAD, 3 * _LINE)
        sheet.freeze_panes(HEAD + 1, 2)
        sheet.set_paper(_A3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD)

    def _height(self, part: Part, row: Mapping[Any, Any]) -> int:
        """Return how many lines the fullest cell of a row takes."""
        columns = {name: TABLES[part.table].column(name) for name in part.columns}
        texts = {n: shown(part.table, c, row[n], self.communes) for n, c in columns.items()}
        lines = (_lines(str(x or ""), _WIDTHS.get(name, _WIDTH)) for name, x in texts.items())
        return min(max(lines), _MOST_LINES)

    def _cell(
        self,
        sheet: Any,  # noqa: ANN401
        at: tuple[int, int],
        table: str,
        column: Column,
        value: object,
        *,
        asked: bool,
    ) -> None:
        number_ = column.type in ("number", "whole")
        look = self.looks[("open_number" if number_ else "open") if asked else "shown"]
        cell = shown(table, column, value, self.communes)
        if cell is None:
            sheet.write_blank(*at, None, look)
        elif isinstance(cell, str):
            sheet.write_string(*at, cell, look)
        else:
            sheet.write_number(*at, cell, look)

    def _source(self, table: str, row_id: str, name: str) -> str:
        """Return by whom a value is said, and what others say; empty for a blank."""
        said = self.said[table][row_id][name]
        if not said.source:
            return ""
        lines = [t("collect.known_by", source=said.source, date=date(said.as_of))]
        column = TABLES[table].column(name)
        for other in said.others:
            words = value_words(column, other.value) if column.codes else other.value
            lines.append(t("collect.others_say", value=words, source=other.source_url))
        return "\n".join(lines)[:_COMMENT]

    def _rule(self, table: str, column: Column, lists: Any) -> dict[str, Any] | None:  # noqa: ANN401
        words = choices(table, column, self.communes)
        if words:
            place = self.listed
            self.listed += 1
            for row, word in enumerate(words):
                lists.write_string(row, place, word)
            letter = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
            source = f"='{LISTS}'!{letter}$1:{letter}${len(words)}"
            return {
                "validate": "list",
                "source": source,
                "error_message": t("templates.choose"),
            }
        if column.low is None or column.high is None:
            return None
        low, high = number(column.low), number(column.high)
        return {
            "validate": "integer" if column.type == "whole" else "decimal",
            "criteria": "between",
            "minimum": column.low,
            "maximum": column.high,
            "error_message": t("collect.between", low=low, high=high),
        }


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column; a sheet does not always find out itself."""
    return -(-len(text) // width) or 1


def _guide(table: str, column: Column) -> str:
    about = t(column.about) if column.about else label(table, column.name)
    parts = [about, how_to(table, column, "vi"), column.unit]
    return "\n".join(filter(None, parts))
