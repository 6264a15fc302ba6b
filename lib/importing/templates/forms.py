"""Workbooks an office fills in: headings, one example row, a guide to every column.

What the workbook says beside the data, the example and the guide, is known
again on import (`as_data`), so that a form need not be cleaned before use.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lib.importing.readers.grid import Cell, Grid, cell_text
from lib.importing.templates.book import GUIDE_HEAD, workbook
from lib.importing.templates.columns import columns_of, corner_columns
from lib.language.errors import WrongUseError
from lib.language.findings import Finding
from lib.language.text import LANGS, Lang, fold, nfc, t
from lib.tables.glossary import label
from lib.tables.registry import imported

COORDINATES: Final = "coordinates"
"""The template that is no table: corner points of an outline."""

_MARKS: Final = frozenset(fold(t("templates.example_mark", lang)) for lang in LANGS)
_MARK_HEADINGS: Final = frozenset(fold(t("templates.mark_heading", lang)) for lang in LANGS)
_GUIDE_HEADINGS: Final = frozenset(fold(t("templates.column", lang)) for lang in LANGS)
_GUIDES: Final = frozenset(nfc(t("templates.guide", lang)) for lang in LANGS)


def template(table: str, lang: Lang = "vi") -> bytes:
    """Return the workbook for a table, ready to be filled in.

    Parameters
    ----------
    table : str
        One of `lib.tables.registry.imported`, or ``coordinates``.
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
        return workbook(table, corner_columns(lang), titles, guide, lang)
    if table not in imported():
        known = ", ".join((*imported(), COORDINATES))
        raise WrongUseError("templates.unknown", table=table, tables=known)
    filled = t(
        "templates.filled",
        lang,
        source=label(table, "source_url", lang),
        as_of=label(table, "as_of", lang),
    )
    guide = (_intro(t(f"about.table_{table}", lang), lang), filled)
    return workbook(table, columns_of(table, lang), (), guide, lang)


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
    heads = {fold(cell_text(row[0])) for row in grid.rows[: GUIDE_HEAD + 1] if row}
    return nfc(grid.sheet) in _GUIDES and bool(heads & _GUIDE_HEADINGS)


def _without_example(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    if any(map(is_example, row)):
        return (None,) * len(row)
    return tuple(None if fold(cell_text(cell)) in _MARK_HEADINGS else cell for cell in row)


def _intro(title: str, lang: Lang) -> str:
    return t("templates.intro", lang, title=title)
