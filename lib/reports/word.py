"""Word documents as Decree 30/2020/NĐ-CP sets them: font, language, page, cells, rows, tables."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from lib.language.text import Lang

FONT: Final = "Times New Roman"
_LOCALE: Final = {"vi": "vi-VN", "en": "en-GB"}
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML file can hold."""
_LISTED: Final = 9
"""Points of a table of many columns."""
_BETWEEN_MM: Final = 252.0
"""Between the margins of A4 across."""
_LEAST, _MOST = 4, 24
"""Letters a column has room for beside its words, and at most."""


def styles(word: Word, title: str, lang: Lang) -> None:
    """Set the look Decree 30/2020 asks for, the language of the text and the title."""
    normal: Any = word.styles["Normal"]
    font(normal.font, 13)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LOCALE[lang])
    normal.element.get_or_add_rPr().append(language)
    spacing = normal.paragraph_format
    spacing.space_before, spacing.space_after = Pt(0), Pt(6)
    about = word.core_properties
    about.title, about.author, about.comments = title, "", ""
    about.language = _LOCALE[lang]


def page(word: Word, *, across: bool = False) -> None:
    """Set an A4 page with the margins of Decree 30/2020, its number centred above but on the first.

    Parameters
    ----------
    across : bool
        The long side lies below.
    """
    section = word.sections[0]
    width, height = (Mm(297), Mm(210)) if across else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    section.first_page_header.is_linked_to_previous = False
    place = section.header.paragraphs[0]
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = place.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        tag = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            tag.set(qn("w:fldCharType"), kind)
        else:
            tag.text = text
        run._r.append(tag)  # noqa: SLF001 - python-docx has no fields
    font(run.font, 13)


def font(of: Any, size: float) -> None:  # noqa: ANN401 - python-docx's own
    """Set name and size (points) of a font."""
    of.name, of.size = FONT, Pt(size)


def say(
    paragraph: Paragraph,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
) -> None:
    """Write `text` into a paragraph, without what no XML file can hold; `size` in points."""
    paragraph.alignment = align
    run = paragraph.add_run(_UNWRITABLE.sub("", text))
    run.bold, run.italic = bold, italic
    font(run.font, size)


def fill(
    cell: _Cell,
    text: str,
    *,
    bold: bool = False,
    size: float = 11,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
) -> None:
    """Write `text` into a cell of a table; `size` in points."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    say(paragraph, text, size=size, bold=bold, italic=italic, align=align)


def mark(row: Any, tag: str) -> None:  # noqa: ANN401 - python-docx's own
    """Give a row of a table a property, such as to be repeated on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement(tag))  # noqa: SLF001 - as above


def measure(table: Table, widths: Sequence[float]) -> None:
    """Give the columns of a table their widths in millimetres.

    Word reads them of the cells, LibreOffice of the columns.
    """
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def table_docx(frame: pd.DataFrame, title: str, notes: Mapping[str, str], lang: Lang) -> bytes:
    """Return a table as DOCX, A4 across: title, what holds for all of it, then its rows.

    Parameters
    ----------
    frame : DataFrame
        Texts only, as they are to be read; its columns are the headings.
    notes : mapping
        Label -> text; a label with ``_`` is a workbook's alone.
    """
    word = Document()
    page(word, across=True)
    styles(word, title, lang)
    say(word.add_paragraph(), title, size=14, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    for label, text in notes.items():
        if not label.startswith("_"):
            say(word.add_paragraph(), f"{label}: {text}", size=12)
    table = word.add_table(rows=1 + len(frame), cols=len(frame.columns))
    table.style = "Table Grid"
    measure(table, _widths(frame))
    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    for place, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        mark(row, "w:cantSplit")
        for cell, text in zip(row.cells, texts, strict=True):
            fill(cell, str(text), bold=place == 0, size=_LISTED)
    mark(table.rows[0], "w:tblHeader")
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _widths(frame: pd.DataFrame) -> list[float]:
    """Return the widths of the columns in millimetres, by their words, within the margins."""
    longest = [
        min(_MOST, max(map(len, [*map(str, frame[name]), str(name)]))) + _LEAST for name in frame
    ]
    return [_BETWEEN_MM * one / sum(longest) for one in longest]
