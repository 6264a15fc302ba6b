"""Word documents: the tables, each with the lines that stand above it.

The title of a coordinate table and its central meridian are paragraphs before
the table; they become rows 0, -1, ... of the grid, so that the table's own rows
are counted as a person counts them. Text that is hidden or struck out by a
tracked change is left out and asked, and so is a table in a cell or a text box.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.table import CT_Row, CT_Tbl
from docx.oxml.text.paragraph import CT_P
from lxml.etree import XMLSyntaxError

from lib.importing.readers.archive import check_office
from lib.importing.readers.base import MAX_CELLS, Content, refuse_count, start_of
from lib.importing.readers.grid import Area, Cell, Grid
from lib.importing.readers.office.wordtext import SeenText, Told
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_OLE: Final = b"\xd0\xcf\x11\xe0"
_TITLES: Final = 6
_TOLD: Final = 5
"""Texts left out that one sentence quotes."""
_SHOWN: Final = 40
_BLOCKS: Final = "w:p | w:tbl | w:sdt/w:sdtContent/w:p | w:sdt/w:sdtContent/w:tbl"
_ROWS: Final = "w:tr | w:sdt/w:sdtContent/w:tr"
_CELLS: Final = "w:tc | w:sdt/w:sdtContent/w:tc"
_BOXED: Final = './/w:txbxContent[not(ancestor::*[local-name()="Fallback"])]//w:tbl'
"""Tables in text boxes; Word writes each box twice, once for programs of before 2010."""
_PARAGRAPHS: Final = "w:p | w:sdt/w:sdtContent/w:p"
_BROKEN: Final = (
    OpcError,
    KeyError,
    ValueError,
    AttributeError,  # a package whose main part has no body
    TypeError,  # a relation that leads nowhere
    XMLSyntaxError,
    zipfile.BadZipFile,
)


class _Span(NamedTuple):
    """Columns of one cell of a row, and whether it goes on from the cell above."""

    left: int
    right: int
    merged: bool


def read(path: Path, name: str) -> Content:
    """Return the tables of a document.

    Raises
    ------
    DataRefusedError
        It is the old binary kind, has a password, is damaged or holds no table.
    """
    if start_of(path).startswith(_OLE):
        raise DataRefusedError("readers.old_word", file=name)
    check_office(path, name)
    try:
        document = docx.Document(str(path))
        body = document.element.body
        reading = _Reading(name, SeenText(body, document.styles.element))
        reading.read(body.xpath(_BLOCKS))
        boxed = len(body.xpath(_BOXED))
    except _BROKEN as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    grids = reading.grids
    inner = boxed or any(finding.key == "readers.nested_table" for finding in reading.found)
    if not any(cell is not None for grid in grids for row in grid.rows for cell in row):
        raise DataRefusedError("readers.inner_tables" if inner else "readers.no_table", file=name)
    found = reading.found
    if boxed:
        found.append(Finding("ask", "readers.boxed_table", {"count": boxed}, file=name))
    return Content(name, grids=tuple(grids), findings=tuple(found))


class _Reading:
    """The way through the paragraphs and tables of a document."""

    def __init__(self, name: str, seen: SeenText) -> None:
        self.name = name
        self.seen = seen
        self.grids: list[Grid] = []
        self.found: list[Finding] = []

    def read(self, blocks: list[CT_P | CT_Tbl]) -> None:
        """Take in every table with the lines above it."""
        titles: list[str] = []
        told = Told()
        for block in blocks:
            if isinstance(block, CT_Tbl):
                self._table(block, titles, told)
                titles, told = [], Told()
            elif text := self.seen.text([block], told, 0):
                titles = [*titles, text][-_TITLES:]

    def _table(self, table: CT_Tbl, titles: list[str], told: Told) -> None:
        rows: list[list[Cell]] = []
        spans: list[list[_Span]] = []
        width = 1
        for row in table.xpath(_ROWS):
            cells, across = self._row(row, (rows, spans), told)
            rows.append(cells)
            spans.append(across)
            width = max(width, len(cells))
            # Before the rows are made equally long: one wide row would widen them all.
            refuse_count(width * len(rows), MAX_CELLS, self.name)
        said: list[list[Cell]] = [[title] for title in titles]
        padded = tuple(tuple(row + [None] * (width - len(row))) for row in [*said, *rows])
        grid = Grid(
            self.name,
            str(len(self.grids) + 1),
            padded,
            first_row=1 - len(titles),
            areas=tuple(_areas(spans, len(titles))),
            flows=bool(self.grids),
        )
        self.grids.append(grid)
        self._tell(told, grid.place)

    def _row(
        self, row: CT_Row, above: tuple[list[list[Cell]], list[list[_Span]]], told: Told
    ) -> tuple[list[Cell], list[_Span]]:
        """Return the cells of a row, and how they are merged; a row nobody sees is empty."""
        number = len(above[0]) + 1
        before = above[0][-1] if above[0] else []
        refuse_count(row.grid_before, MAX_CELLS, self.name)
        cells: list[Cell] = [None] * row.grid_before
        spans: list[_Span] = []
        struck, hidden = self.seen.struck_row(row), self.seen.hidden_row(row)
        for tc in row.xpath(_CELLS):
            at = len(cells)
            refuse_count(at + tc.grid_span, MAX_CELLS, self.name)
            merged = tc.vMerge == "continue" and at < len(before)
            text: Cell = self.seen.text(tc.xpath(_PARAGRAPHS), told, number) or None
            if struck or hidden or self.seen.struck_cell(tc):
                if text is not None:
                    (told.hidden if hidden else told.struck).append((number, str(text)))
                text = None
            elif merged:
                text = before[at]
            if tc.xpath("./w:tbl"):
                values = {"value": str(text or "")[:_SHOWN]}
                place = f"{self.name} [{len(self.grids) + 1}]"
                self.found.append(Finding("ask", "readers.nested_table", values, place, number))
            cells.extend([text] * tc.grid_span)
            spans.append(_Span(at, len(cells) - 1, merged=merged))
        return cells, spans

    def _tell(self, told: Told, place: str) -> None:
        """Keep one question for each kind of text that was left out of a table."""
        for key, texts in (
            ("readers.hidden_text", told.hidden),
            ("readers.struck_text", told.struck),
            ("readers.crossed_text", told.crossed),
            ("readers.added_text", told.added),
        ):
            shown = [(row, " ".join(text.split())) for row, text in texts if text.strip()]
            if shown:
                words = "; ".join(f"«{text[:_SHOWN]}»" for _, text in shown[:_TOLD])
                more = ", …" if shown[_TOLD:] else ""
                values = {"count": len(shown), "value": words + more}
                row = max(shown[0][0], 1)  # lines above a table have no rows
                self.found.append(Finding("ask", key, values, place, row))


def _areas(rows: list[list[_Span]], first: int) -> Iterator[Area]:
    """Yield merged cells; what goes on below a cell has its place, not always its width."""
    started: dict[int, Area] = {}
    for at, spans in enumerate(rows, start=first):
        going = {span.left: started[span.left] for span in spans if span.left in started}
        fresh: dict[int, Area] = {}
        for span in spans:
            if span.merged and span.left in going:
                area = going[span.left]
                fresh[span.left] = area._replace(bottom=at, right=min(area.right, span.right))
            else:
                fresh[span.left] = Area(at, span.left, at, span.right)
        yield from (
            area
            for left, area in started.items()
            if _several(area) and not (left in fresh and fresh[left].top == area.top)
        )
        started = fresh
    yield from filter(_several, started.values())


def _several(area: Area) -> bool:
    return area.top < area.bottom or area.left < area.right
