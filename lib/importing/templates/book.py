"""The workbook of a template: the form with its marked example, and the guide."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from lib.importing.templates.columns import TemplateColumn
from lib.language.text import Lang, t
from lib.tables.palette import COLOURS

GUIDE_HEAD: Final = 3
"""Row of the guide that holds its headings, from 0."""

_LIST_ROWS: Final = 1_000
_WIDTHS: Final = (34, 14, 10, 48, 30, 48)
_FORMATS: Final[Mapping[str, str]] = {
    "number": "General",
    "whole": "0",
    "moment": "dd/mm/yyyy hh:mm",
}
"""Number formats; every other kind is text, or a sheet would eat the zero of a code."""
_GUIDE_COLUMNS: Final = (
    "templates.column",
    "templates.required",
    "templates.unit",
    "templates.how",
    "templates.example",
    "templates.meaning",
    "templates.allowed",
)
_REQUIRED: Final = COLOURS["named"]
_OPTIONAL: Final = COLOURS["land"]
_HEAD: Final = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2}
_WRAP: Final = {"text_wrap": True, "valign": "top"}
_EXAMPLE: Final = {"italic": True, "font_color": COLOURS["blank"]}
_MADE: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the same template is the same file


def workbook(
    table: str,
    columns: Sequence[TemplateColumn],
    titles: Sequence[str],
    guide: Sequence[str],
    lang: Lang,
) -> bytes:
    """Return the workbook as bytes, the same ones each time.

    Parameters
    ----------
    columns : sequence of TemplateColumn
        From left to right; the mark of the example comes after them.
    guide : sequence of str
        Rows above the guide, at most `GUIDE_HEAD`.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _MADE})
        form = book.add_worksheet(table)
        help_page = book.add_worksheet(t("templates.guide", lang))
        _write_form(book, form, columns, titles, lang)
        _write_guide(book, help_page, columns, guide, lang)
    return buffer.getvalue()


def _write_form(
    book: Any,  # noqa: ANN401 - xlsxwriter has no types
    page: Any,  # noqa: ANN401
    columns: Sequence[TemplateColumn],
    titles: Sequence[str],
    lang: Lang,
) -> None:
    head = len(titles)
    bold = book.add_format({"bold": True})
    for row, title in enumerate(titles):
        page.write_string(row, 0, title, bold)
    mark = t("templates.mark_heading", lang)
    for place, column in enumerate(columns):
        look = {"num_format": _FORMATS.get(column.kind, "@")}
        page.set_column(place, place, max(14, len(column.heading) + 2), book.add_format(look))
        fill = {"bg_color": _REQUIRED if column.required else _OPTIONAL}
        page.write_string(head, place, column.heading, book.add_format({**_HEAD, **fill}))
        page.write_comment(head, place, _comment(column, lang), {"x_scale": 2, "y_scale": 1.5})
        _write(page, head + 1, place, column.example, book.add_format({**look, **_EXAMPLE}))
        if column.words:
            page.data_validation(
                head + 1, place, head + _LIST_ROWS, place, _drop_down(columns, place, lang)
            )
    last = len(columns)
    page.set_column(last, last, len(t("templates.example_mark")) + 4)
    page.write_string(head, last, mark, book.add_format({**_HEAD, "bg_color": _OPTIONAL}))
    page.write_string(head + 1, last, t("templates.example_mark", lang), book.add_format(_EXAMPLE))
    page.freeze_panes(head + 1, 0)


def _drop_down(columns: Sequence[TemplateColumn], place: int, lang: Lang) -> dict[str, Any]:
    """Return the rule of a column of codes: its words stand in its row of the guide."""
    row = GUIDE_HEAD + 1 + place
    first = xl_rowcol_to_cell(row, len(_WIDTHS), row_abs=True, col_abs=True)
    width = len(_WIDTHS) + len(columns[place].words) - 1
    last = xl_rowcol_to_cell(row, width, row_abs=True, col_abs=True)
    return {
        "validate": "list",
        "source": f"='{t('templates.guide', lang)}'!{first}:{last}",
        "error_message": t("templates.choose", lang),
    }


def _comment(column: TemplateColumn, lang: Lang) -> str:
    required = t("templates.yes" if column.required else "templates.no", lang)
    parts = [required, column.unit, column.how]
    return "\n".join([column.about, "; ".join(filter(None, parts))])


def _write_guide(
    book: Any,  # noqa: ANN401
    page: Any,  # noqa: ANN401
    columns: Sequence[TemplateColumn],
    guide: Sequence[str],
    lang: Lang,
) -> None:
    head, wrap = book.add_format({**_HEAD, "bg_color": _OPTIONAL}), book.add_format(_WRAP)
    for row, text in enumerate(guide):
        page.merge_range(row, 0, row, len(_WIDTHS) - 1, text, wrap)
        page.set_row(row, 48)
    titles = [t(key, lang) for key in _GUIDE_COLUMNS]
    for place, title in enumerate(titles):
        page.write_string(GUIDE_HEAD, place, title, head)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    for row, column in enumerate(columns, start=GUIDE_HEAD + 1):
        required = t("templates.yes" if column.required else "templates.no", lang)
        cells = (column.heading, required, column.unit, column.how, column.example, column.about)
        look = {**_WRAP, "num_format": _FORMATS.get(column.kind, "@")}
        for place, value in enumerate((*cells, *column.words)):
            _write(page, row, place, value, book.add_format(look))
    page.freeze_panes(GUIDE_HEAD + 1, 1)


def _write(page: Any, row: int, place: int, value: object, look: Any) -> None:  # noqa: ANN401
    if value is None or value == "":
        return
    if isinstance(value, dt.datetime):
        page.write_datetime(row, place, value, look)
    elif isinstance(value, int | float):
        page.write_number(row, place, value, look)
    else:
        page.write_string(row, place, str(value), look)
