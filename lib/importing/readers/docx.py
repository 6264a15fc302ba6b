"""Word documents: the tables, each with the lines that stand above it.

The title of a coordinate table and its central meridian are paragraphs before
the table; they become rows 0, -1, ... of the grid, so that the table's own rows
are counted as a person counts them.
"""

import zipfile
from pathlib import Path
from typing import Final

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.table import CT_Row, CT_Tbl
from docx.oxml.text.paragraph import CT_P
from lxml.etree import XMLSyntaxError

from lib.importing.readers.archive import check_office
from lib.importing.readers.base import MAX_CELLS, Content, refuse_count, start_of
from lib.importing.readers.grid import Cell, Grid
from lib.language.errors import DataRefusedError

_OLE: Final = b"\xd0\xcf\x11\xe0"
_TITLES: Final = 6
_BLOCKS: Final = "w:p | w:tbl | w:sdt/w:sdtContent/w:p | w:sdt/w:sdtContent/w:tbl"
_RUNS: Final = ".//w:r[not(ancestor::w:del or ancestor::w:moveFrom or ancestor::w:txbxContent)]"
_BROKEN: Final = (
    OpcError,
    KeyError,
    ValueError,
    AttributeError,  # a package whose main part has no body
    TypeError,  # a relation that leads nowhere
    XMLSyntaxError,
    zipfile.BadZipFile,
)


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
        grids = _grids(docx.Document(str(path)).element.body.xpath(_BLOCKS), name)
    except _BROKEN as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    if not any(cell is not None for grid in grids for row in grid.rows for cell in row):
        raise DataRefusedError("readers.no_table", file=name)
    return Content(name, grids=tuple(grids))


def _grids(blocks: list[CT_P | CT_Tbl], name: str) -> list[Grid]:
    grids: list[Grid] = []
    titles: list[str] = []
    for block in blocks:
        if isinstance(block, CT_Tbl):
            grids.append(_grid(block, titles, name, len(grids) + 1))
            titles = []
        elif text := _text([block]):
            titles = [*titles, text][-_TITLES:]
    return grids


def _grid(table: CT_Tbl, titles: list[str], name: str, number: int) -> Grid:
    rows: list[list[Cell]] = []
    width = 1
    for row in table.tr_lst:
        rows.append(_row(row, rows[-1] if rows else [], name))
        width = max(width, len(rows[-1]))
        # Before the rows are made equally long: one wide row would widen them all.
        refuse_count(width * len(rows), MAX_CELLS, name)
    said: list[list[Cell]] = [[title] for title in titles]
    padded = tuple(tuple(row + [None] * (width - len(row))) for row in [*said, *rows])
    return Grid(name, str(number), padded, first_row=1 - len(titles))


def _row(row: CT_Row, above: list[Cell], name: str) -> list[Cell]:
    refuse_count(row.grid_before, MAX_CELLS, name)
    cells: list[Cell] = [None] * row.grid_before
    for tc in row.tc_lst:
        at = len(cells)
        refuse_count(at + tc.grid_span, MAX_CELLS, name)
        merged = tc.vMerge == "continue" and at < len(above)
        text: Cell = above[at] if merged else _text(tc.p_lst) or None
        cells.extend([text] * tc.grid_span)
    return cells


def _text(paragraphs: list[CT_P]) -> str:
    """Return the text as it stands with tracked changes accepted."""
    return "\n".join("".join(run.text for run in p.xpath(_RUNS)) for p in paragraphs).strip()
