"""Workbooks an office fills in: headings, one example row, a guide to every column.

What the workbook says beside the data, the example and the guide, is known
again on import (`as_data`), so that a form need not be cleaned before use.
"""

import datetime as dt
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from lib import facts
from lib.cells import Kind, kind_of
from lib.errors import WrongUseError
from lib.findings import Finding
from lib.grid import Cell, Grid, cell_text
from lib.schemas import ALL_TABLES, CODES, KEYS, TABLES, codes_of, label, unit, value_label
from lib.text import LANGS, Lang, date, fold, is_blank, nfc, number, t

COORDINATES: Final = "coordinates"
"""The template that is no table: corner points of an outline."""

EXAMPLE_MARK: Final = t("templates.example_mark")
"""What stands in the last column of the example row of a Vietnamese template."""

_LEFT_OUT: Final = ("source_url", "as_of", "sample", "outage_id")
"""Columns the import fills itself where a file does not have them."""
_MAY_BE_BLANK: Final = ("planned",)
_LIST_ROWS: Final = 1_000
_GUIDE_HEAD: Final = 3
_WIDTHS: Final = (34, 14, 10, 48, 30, 48)
_MARKS: Final = frozenset(fold(t("templates.example_mark", lang)) for lang in LANGS)
_MARK_HEADINGS: Final = frozenset(fold(t("templates.mark_heading", lang)) for lang in LANGS)
_GUIDE_HEADINGS: Final = frozenset(fold(t("templates.column", lang)) for lang in LANGS)
_GUIDES: Final = frozenset(nfc(t("templates.guide", lang)) for lang in LANGS)

_HOW: Final[Mapping[str, str]] = {
    "number": "templates.how_number",
    "whole": "templates.how_whole",
    "moment": "templates.how_moment",
    "day": "templates.how_day",
    "month": "templates.how_month",
    "code": "templates.how_code",
    "commune": "templates.how_commune",
    "text": "templates.how_text",
}
_ABOUT: Final[Mapping[str, str]] = {
    "cluster_id": "templates.about_cluster_id",
    "weak_id": "templates.about_weak_id",
    "substation_id": "templates.about_weak_id",
    "line_id": "templates.about_weak_id",
    "commune_code": "templates.about_commune_code",
    "former_communes": "templates.about_former_communes",
    "stated_communes": "templates.about_stated_communes",
    "area_ha": "templates.about_area_ha",
    "industrial_land_ha": "templates.about_industrial_land_ha",
    "legal_status": "templates.about_legal_status",
    "operation_status": "templates.about_operation_status",
    "occupancy_pct": "templates.about_occupancy_pct",
    "behind_schedule": "templates.about_behind_schedule",
    "cleared_ha": "templates.about_cleared_ha",
    "schedule_end": "templates.about_schedule_end",
    "outline_accuracy_m": "templates.about_outline_accuracy_m",
    "given_crs": "templates.about_given_crs",
    "part": "templates.about_part",
    "clause": "templates.about_clause",
    "state": "templates.about_state",
    "end": "templates.about_end",
    "announced_end": "templates.about_announced_end",
    "area_text": "templates.about_area_text",
    "customers_interrupted": "templates.about_customers_interrupted",
    "customers_served": "templates.about_customers_served",
    "document_no": "templates.about_document_no",
    "voltage_kv": "templates.about_voltage",
}
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
_REQUIRED: Final = "#FBE3D2"
_OPTIONAL: Final = "#F4F2EC"
_HEAD: Final = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2}
_WRAP: Final = {"text_wrap": True, "valign": "top"}
_EXAMPLE: Final = {"italic": True, "font_color": "#6B6B6B"}
_MADE: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the same template is the same file


@dataclass(frozen=True)
class _Column:
    heading: str
    required: bool
    unit: str
    how: str
    about: str
    example: Any
    kind: Kind
    words: tuple[str, ...] = ()


def template(table: str, lang: Lang = "vi") -> bytes:
    """Return the workbook for a table, ready to be filled in.

    Parameters
    ----------
    table : str
        A key of `lib.schemas.KEYS` or ``coordinates``.
    lang : {"vi", "en"}
        Language of headings, words and guide; the import reads both.

    Raises
    ------
    WrongUseError
        There is no such template.
    """
    if table == COORDINATES:
        titles = (t("templates.coordinates_title", lang), t("templates.coordinates_crs", lang))
        guide = (
            _intro(t("templates.coordinates", lang), lang),
            t("templates.coordinates_guide", lang),
        )
        return _book(table, _corner_columns(lang), titles, guide, lang)
    if table not in KEYS:
        known = ", ".join((*KEYS, COORDINATES))
        raise WrongUseError("templates.unknown", table=table, tables=known)
    filled = t(
        "templates.filled",
        lang,
        source=label(table, "source_url", lang),
        as_of=label(table, "as_of", lang),
    )
    guide = (_intro(t(f"about.table_{table}", lang), lang), filled)
    return _book(table, _columns(table, lang), (), guide, lang)


def is_example(cell: Cell) -> bool:
    """Return True for the mark of an example row, in either language, however typed."""
    return fold(cell_text(cell)) in _MARKS


def as_data(grids: Iterable[Grid]) -> tuple[tuple[Grid, ...], tuple[Finding, ...]]:
    """Return what is data, and a note on each example row passed over.

    The guide is left out; an example row and the heading of its mark become
    blank, so that every other row keeps its number.
    """
    kept: list[Grid] = []
    notes: list[Finding] = []
    for grid in grids:
        if _is_guide(grid):
            continue
        for at, row in enumerate(grid.rows, start=grid.first_row):
            if mark := next(filter(is_example, row), None):
                values = {"value": cell_text(mark)}
                notes.append(Finding("note", "templates.passed_over", values, grid.place, at))
        kept.append(replace(grid, rows=tuple(map(_without_example, grid.rows))))
    return tuple(kept), tuple(notes)


def _is_guide(grid: Grid) -> bool:
    heads = {fold(cell_text(row[0])) for row in grid.rows[: _GUIDE_HEAD + 1] if row}
    return nfc(grid.sheet) in _GUIDES and bool(heads & _GUIDE_HEADINGS)


def _without_example(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    if any(map(is_example, row)):
        return (None,) * len(row)
    return tuple(None if fold(cell_text(cell)) in _MARK_HEADINGS else cell for cell in row)


def _intro(title: str, lang: Lang) -> str:
    return t("templates.intro", lang, title=title)


def _columns(table: str, lang: Lang) -> list[_Column]:
    declared = ALL_TABLES[table].to_schema().columns
    example = _example(table, lang)
    return [
        _Column(
            heading=label(table, name, lang),
            required=not column.nullable and name not in _MAY_BE_BLANK,
            unit=unit(table, name) or "",
            how=_how(table, name, column, lang),
            about=t(_ABOUT[name], lang) if name in _ABOUT else label(table, name, lang),
            example=_shown(table, name, example.get(name), lang),
            kind=kind_of(table, name),
            words=_words(table, name, lang),
        )
        for name, column in declared.items()
        if name not in _LEFT_OUT
    ]


def _how(table: str, name: str, column: Any, lang: Lang) -> str:  # noqa: ANN401 - pandera's column
    kind = kind_of(table, name)
    if name == "voltage_kv":
        return t("templates.how_voltage", lang)
    if kind not in ("number", "whole"):
        return t(_HOW[kind], lang)
    limits: dict[str, float] = {}
    for check in column.checks:
        limits |= check.statistics
    return t(
        _HOW[kind],
        lang,
        low=_limit(limits["min_value"], lang),
        high=_limit(limits["max_value"], lang),
    )


def _limit(value: float, lang: Lang) -> str:
    return number(value, lang, 0 if math.isclose(value, round(value)) else 1)


def _words(table: str, name: str, lang: Lang) -> tuple[str, ...]:
    codes = codes_of(table, name)
    return tuple(value_label(codes, code, lang) for code in CODES[codes]) if codes else ()


def _example(table: str, lang: Lang) -> Mapping[str, object]:
    """Return a real row, the fullest of the facts; where there are no facts, a likely one."""
    if table in TABLES:
        frame = facts.load(table)
        fullest = int(frame.notna().sum(axis=1).argmax())
        return {str(k): v for k, v in frame.iloc[[fullest]].to_dict("records")[0].items()}
    return _LIKELY[table](lang)


_LIKELY: Final[Mapping[str, Callable[[Lang], Mapping[str, object]]]] = {
    "outlines": lambda _: {
        "cluster_id": "PT-002",
        "outline_quality": "surveyed",
        "outline_accuracy_m": 0.5,
        "given_crs": "EPSG:9208",
    },
    "power_lines": lambda lang: {
        "line_id": "DZ-371",
        "name": t("templates.example_line", lang),
        "voltage_kv": "35",
        "status": "operating",
    },
    "outages": lambda lang: {
        "start": pd.Timestamp(2026, 8, 28, 5),
        "end": pd.Timestamp(2026, 8, 28, 11, 10),
        "announced_end": pd.Timestamp(2026, 8, 28, 11, 30),
        "planned": "planned",
        "cause": t("templates.example_cause", lang),
        "feeder": "371 E4.3",
        "area_text": t("templates.example_area", lang),
        "commune_code": "08152",
        "customers_interrupted": 1_200,
    },
    "customers": lambda _: {
        "commune_code": "08152",
        "month": "2026-10",
        "customers_served": 3_512,
    },
}


def _shown(table: str, name: str, value: object, lang: Lang) -> object:
    """Return a value the way an office writes it in a cell."""
    if is_blank(value):
        return None
    if codes := codes_of(table, name):
        return value_label(codes, value, lang)
    kind = kind_of(table, name)
    if kind in ("day", "month"):
        return date(value, lang)
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _corner_columns(lang: Lang) -> list[_Column]:
    metres = t("templates.how_metres", lang)

    def corner(heading: str, about: str, example: float, *, required: bool) -> _Column:
        return _Column(t(heading, lang), required, "m", metres, t(about, lang), example, "number")

    point = _Column(
        heading=t("templates.point", lang),
        required=False,
        unit="",
        how=t("templates.how_text", lang),
        about=t("templates.point_about", lang),
        example="1",
        kind="text",
    )
    return [
        point,
        corner("templates.x", "templates.x_about", 2358517.85, required=True),
        corner("templates.y", "templates.y_about", 567233.75, required=True),
        corner("templates.edge", "templates.edge_about", 250.0, required=False),
    ]


def _book(
    table: str,
    columns: Sequence[_Column],
    titles: Sequence[str],
    guide: Sequence[str],
    lang: Lang,
) -> bytes:
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
    columns: Sequence[_Column],
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
    page.set_column(last, last, len(EXAMPLE_MARK) + 4)
    page.write_string(head, last, mark, book.add_format({**_HEAD, "bg_color": _OPTIONAL}))
    page.write_string(head + 1, last, t("templates.example_mark", lang), book.add_format(_EXAMPLE))
    page.freeze_panes(head + 1, 0)


def _drop_down(columns: Sequence[_Column], place: int, lang: Lang) -> dict[str, Any]:
    """Return the rule of a column of codes: its words stand in its row of the guide."""
    row = _GUIDE_HEAD + 1 + place
    first = xl_rowcol_to_cell(row, len(_WIDTHS), row_abs=True, col_abs=True)
    width = len(_WIDTHS) + len(columns[place].words) - 1
    last = xl_rowcol_to_cell(row, width, row_abs=True, col_abs=True)
    return {
        "validate": "list",
        "source": f"='{t('templates.guide', lang)}'!{first}:{last}",
        "error_message": t("templates.choose", lang),
    }


def _comment(column: _Column, lang: Lang) -> str:
    required = t("templates.yes" if column.required else "templates.no", lang)
    parts = [required, column.unit, column.how]
    return "\n".join([column.about, "; ".join(filter(None, parts))])


def _write_guide(
    book: Any,  # noqa: ANN401
    page: Any,  # noqa: ANN401
    columns: Sequence[_Column],
    guide: Sequence[str],
    lang: Lang,
) -> None:
    head, wrap = book.add_format({**_HEAD, "bg_color": _OPTIONAL}), book.add_format(_WRAP)
    for row, text in enumerate(guide):
        page.merge_range(row, 0, row, len(_WIDTHS) - 1, text, wrap)
        page.set_row(row, 48)
    titles = [t(key, lang) for key in _GUIDE_COLUMNS]
    for place, title in enumerate(titles):
        page.write_string(_GUIDE_HEAD, place, title, head)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    for row, column in enumerate(columns, start=_GUIDE_HEAD + 1):
        required = t("templates.yes" if column.required else "templates.no", lang)
        cells = (column.heading, required, column.unit, column.how, column.example, column.about)
        look = {**_WRAP, "num_format": _FORMATS.get(column.kind, "@")}
        for place, value in enumerate((*cells, *column.words)):
            _write(page, row, place, value, book.add_format(look))
    page.freeze_panes(_GUIDE_HEAD + 1, 1)


def _write(page: Any, row: int, place: int, value: object, look: Any) -> None:  # noqa: ANN401
    if value is None or value == "":
        return
    if isinstance(value, dt.datetime):
        page.write_datetime(row, place, value, look)
    elif isinstance(value, int | float):
        page.write_number(row, place, value, look)
    else:
        page.write_string(row, place, str(value), look)
