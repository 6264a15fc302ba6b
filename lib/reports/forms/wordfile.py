"""Make an official paper a Word file, as Decree 30/2020/NĐ-CP, appendix I, sets it."""

import io
from collections.abc import Sequence
from typing import Final

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from lib.language.text import Lang
from lib.reports.forms.paper import ACROSS_MM, UPRIGHT_MM, Grid, Paper, in_words
from lib.reports.word import fill, mark, measure, page, say, styles

_LEFT: Final = WD_ALIGN_PARAGRAPH.LEFT
_MIDDLE: Final = WD_ALIGN_PARAGRAPH.CENTER
_RIGHT: Final = WD_ALIGN_PARAGRAPH.RIGHT
_SIDES: Final = {"left": _LEFT, "center": _MIDDLE, "right": _RIGHT}


def to_docx(paper: Paper) -> bytes:
    """Return the paper as DOCX."""
    word = Document()
    page(word, across=paper.across)
    styles(word, paper.title, paper.lang)
    width = ACROSS_MM if paper.across else UPRIGHT_MM
    if paper.left or paper.right:
        _beside(word, (paper.left, paper.right), width)
        _gap(word, 9)
    say(word.add_paragraph(), paper.title, size=14, bold=True, align=_MIDDLE)
    for line in paper.under:
        say(word.add_paragraph(), line, size=13, align=_MIDDLE)
    for part in paper.parts:
        if part.heading:
            heading = word.add_paragraph()
            heading.paragraph_format.keep_with_next = True
            say(heading, part.heading, size=13, bold=True, align=_LEFT)
        for line in part.lines:
            say(word.add_paragraph(), line, size=13)
        if part.grid is not None:
            _grid(word, part.grid, width, paper.lang)
    for note in paper.notes:
        say(word.add_paragraph(), note, size=12, align=_LEFT)
    if paper.place:
        place = word.add_paragraph()
        place.paragraph_format.keep_with_next = True  # never on another page than who signs
        say(place, paper.place, size=13, italic=True, align=_RIGHT)
    if paper.signs:
        _beside(word, paper.signs, width)
        _gap(word, 1)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _beside(word: Word, columns: Sequence[Sequence[str]], width: float) -> None:
    """Set columns of lines side by side, the first line of each in bold."""
    table = word.add_table(rows=1, cols=len(columns))
    measure(table, [width / len(columns)] * len(columns))
    mark(table.rows[0], "w:cantSplit")
    for cell, lines in zip(table.rows[0].cells, columns, strict=True):
        for at, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            say(paragraph, line, size=12, bold=at == 0, align=_MIDDLE)


def _grid(word: Word, grid: Grid, width: float, lang: Lang) -> None:
    table = word.add_table(rows=1 + len(grid.rows), cols=len(grid.head))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    measure(table, [width * part / sum(grid.widths) for part in grid.widths])
    for cell, text in zip(table.rows[0].cells, grid.head, strict=True):
        fill(cell, text, bold=True, align=_MIDDLE)
    mark(table.rows[0], "w:tblHeader")
    for at, given in enumerate(grid.rows):
        row = table.rows[at + 1]
        mark(row, "w:cantSplit")
        for cell, value in zip(row.cells, given, strict=True):
            align = _SIDES[grid.align(at, value)]
            fill(cell, in_words(value, lang), bold=at in grid.strong, align=align)
            # A heading is never the last row of a page.
            cell.paragraphs[0].paragraph_format.keep_with_next = at in grid.strong
    _gap(word, 6)


def _gap(word: Word, points: float) -> None:
    """Add the paragraph Word wants after a table, so low that it begins no page."""
    last = word.add_paragraph().paragraph_format
    last.line_spacing, last.space_before, last.space_after = Pt(points), Pt(0), Pt(0)
