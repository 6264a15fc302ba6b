"""An official paper as data, and the same paper as DOCX, PDF and XLSX.

Decree 30/2020/NĐ-CP, appendix I: A4, margins 20 (above, below), 30 (left) and 15 mm (right),
Times New Roman; the number of the page stands centred above, not on the first page. Nothing is
signed: the place of the signature stays empty.
"""

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, NamedTuple

from lib.language.text import Lang, number
from lib.tables.export import stored_text

ACROSS_MM: Final = 252
UPRIGHT_MM: Final = 165
"""Millimetres between the margins of A4."""
_MM_PER_LETTER: Final = 2.0
_POINTS_PER_LINE: Final = 17


class Amount(NamedTuple):
    """A number in a cell; a blank is an empty cell."""

    value: float | None
    digits: int = 0


Cell = str | Amount


@dataclass(frozen=True)
class Grid:
    """A table of a paper; amounts stand to the right, words to the left.

    Parameters
    ----------
    widths : tuple of float
        Parts of the width of the page.
    strong : tuple of int
        Rows in bold.
    middle : tuple of int
        Rows set in the middle, as the one that numbers the columns.
    """

    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: tuple[int, ...] = ()
    middle: tuple[int, ...] = ()

    def align(self, row: int, cell: Cell) -> Literal["left", "center", "right"]:
        """Return how a cell of a row is set."""
        if row in self.middle:
            return "center"
        return "right" if isinstance(cell, Amount) else "left"


@dataclass(frozen=True)
class Part:
    """A part of a paper: a heading, sentences, a table; each may be missing."""

    heading: str = ""
    lines: tuple[str, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True)
class Paper:
    """A whole paper in words.

    Parameters
    ----------
    left, right : tuple of str
        Lines above the title; the first of each is bold.
    under : tuple of str
        Lines under the title.
    place : str
        Place and date above the signatures, empty for none.
    signs : tuple of tuple of str
        Who signs, from left to right: who, and what stands below.
    """

    title: str
    lang: Lang
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    place: str = ""
    signs: tuple[tuple[str, str], ...] = ()
    across: bool = False


def in_words(cell: Cell, lang: Lang) -> str:
    """Return a cell as it is written; a blank number is an empty cell."""
    if isinstance(cell, Amount):
        return "" if cell.value is None else number(cell.value, lang, cell.digits)
    return cell


def to_pdf(paper: Paper) -> bytes:
    """Return the paper as PDF, set in Times New Roman where this machine has it."""
    from lib.reports.drawing.layout import Drawings, typeset  # noqa: PLC0415 - loads Typst

    return typeset("form", _data(paper), Drawings(), office_fonts=True)


def _data(paper: Paper) -> dict[str, Any]:
    data = asdict(paper)
    for part, told in zip(paper.parts, data["parts"], strict=True):
        if part.grid is not None:
            told["grid"]["rows"] = [
                [(in_words(cell, paper.lang), part.grid.align(at, cell)) for cell in row]
                for at, row in enumerate(part.grid.rows)
            ]
    return data


def to_xlsx(paper: Paper, sheet: str) -> bytes:
    """Return the paper as a workbook of one sheet in the same layout; numbers stay numbers."""
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is made

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        form = book.add_worksheet(sheet)
        form.set_paper(9)
        form.set_margins(left=1.18, right=0.59, top=0.79, bottom=0.79)
        form.fit_to_pages(1, 0)
        if paper.across:
            form.set_landscape()
        _Sheet(book, form, paper).write()
    return buffer.getvalue()


class _Sheet:
    """A sheet while it is written, from the first row down."""

    def __init__(self, book: Any, page: Any, paper: Paper) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self.page, self.paper, self.row = page, paper, 0
        grids = [part.grid for part in paper.parts if part.grid is not None]
        self.last = max((len(grid.head) for grid in grids), default=2) - 1
        width = ACROSS_MM if paper.across else UPRIGHT_MM
        self.letters = [width / _MM_PER_LETTER]
        for grid in grids[:1]:
            parts = [width * part / sum(grid.widths) for part in grid.widths]
            self.letters = [part / _MM_PER_LETTER for part in parts]
        for place, letters in enumerate(self.letters):
            page.set_column(place, place, letters)
        base = {"font_name": "Times New Roman", "font_size": 12, "valign": "top", "text_wrap": True}
        self.looks: Callable[..., Any] = lambda **more: book.add_format({**base, **more})
        self.made: dict[tuple[object, ...], Any] = {}

    def write(self) -> None:
        """Write the whole paper."""
        paper = self.paper
        heads = max(len(paper.left), len(paper.right))
        for at in range(heads):
            look = self._look(bold=at == 0, align="center")
            half = max(1, self.last // 2)
            self._merged(0, half, _at(paper.left, at), look)
            self._merged(half + 1, self.last, _at(paper.right, at), look)
            sides = ((0, half, _at(paper.left, at)), (half + 1, self.last, _at(paper.right, at)))
            self._tall(max(self._lines(text, *span) for *span, text in sides))
            self.row += 1
        self._line(paper.title, bold=True, align="center", font_size=14)
        for line in paper.under:
            self._line(line, align="center")
        for part in paper.parts:
            if part.heading:
                self._line(part.heading, bold=True)
            for line in part.lines:
                self._line(line)
            if part.grid is not None:
                self._grid(part.grid)
        for note in paper.notes:
            self._line(note, italic=True)
        if paper.place:
            self._line(paper.place, italic=True, align="right")
        self._signs(paper.signs)

    def _signs(self, signs: Sequence[tuple[str, str]]) -> None:
        if not signs:
            return
        half = max(1, self.last // 2)
        spans = [(0, half), (half + 1, self.last)] if len(signs) > 1 else [(0, self.last)]
        for line in (0, 1):
            for (first, last), who in zip(spans, signs, strict=True):
                self._merged(first, last, who[line], self._look(bold=line == 0, align="center"))
            pairs = zip(spans, signs, strict=True)
            self._tall(max(self._lines(who[line], *span) for span, who in pairs))
            self.row += 1

    def _look(self, **more: object) -> Any:  # noqa: ANN401 - as above
        key = tuple(sorted(more.items(), key=str))
        if key not in self.made:
            self.made[key] = self.looks(**more)
        return self.made[key]

    def _merged(self, first: int, last: int, text: str, look: Any) -> None:  # noqa: ANN401 - as above
        if last > first:
            self.page.merge_range(self.row, first, self.row, last, "", look)
        if text:
            self.page.write_string(self.row, first, str(stored_text(text)), look)

    def _line(self, text: str, **more: object) -> None:
        self._merged(0, self.last, text, self._look(**more))
        self._tall(self._lines(text, 0, self.last))
        self.row += 1

    def _lines(self, text: str, first: int, last: int) -> int:
        """Return how many lines a text takes across columns; none is left out of sight."""
        letters = max(1.0, sum(self.letters[first : last + 1]))
        return sum(math.ceil(max(1, len(line)) / letters) for line in text.split("\n"))

    def _tall(self, lines: int) -> None:
        self.page.set_row(self.row, _POINTS_PER_LINE * max(1, lines))

    def _grid(self, grid: Grid) -> None:
        head = self._look(bold=True, border=1, align="center", valign="vcenter")
        for place, text in enumerate(grid.head):
            self.page.write_string(self.row, place, text, head)
        self._tall(max(self._lines(text, at, at) for at, text in enumerate(grid.head)))
        self.page.repeat_rows(self.row)
        self.row += 1
        for at, given in enumerate(grid.rows):
            for place, value in enumerate(given):
                bold = at in grid.strong
                align = grid.align(at, value)
                if isinstance(value, Amount):
                    form = "#,##0" + ("." + "0" * value.digits if value.digits else "")
                    look = self._look(border=1, bold=bold, num_format=form, align=align)
                    if value.value is None:
                        self.page.write_blank(self.row, place, None, look)
                    else:
                        self.page.write_number(self.row, place, value.value, look)
                else:
                    look = self._look(border=1, bold=bold, align=align)
                    self.page.write_string(self.row, place, str(stored_text(value)), look)
            said = (cell if isinstance(cell, str) else "" for cell in given)
            self._tall(max(self._lines(text, at, at) for at, text in enumerate(said)))
            self.row += 1
        self.row += 1


def _at(lines: Sequence[str], place: int) -> str:
    return lines[place] if place < len(lines) else ""


def content(given: Paper, kind: str, sheet: str) -> bytes:
    """Return the paper as ``docx``, ``pdf`` or ``xlsx``.

    Parameters
    ----------
    sheet : str
        Name of the sheet of a workbook.
    """
    if kind == "xlsx":
        return to_xlsx(given, sheet)
    if kind == "pdf":
        return to_pdf(given)
    from lib.reports.forms.wordfile import to_docx  # noqa: PLC0415 - loads python-docx

    return to_docx(given)
