"""Word documents as Decree 30/2020/NĐ-CP sets them: page, font, language, cells, rows."""

import re
from typing import Any, Final

from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from lib.language.text import Lang

FONT: Final = "Times New Roman"
_LOCALE: Final = {"vi": "vi-VN", "en": "en-GB"}
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML file can hold."""


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


def page(word: Word, *, across: bool) -> None:
    """Set A4 with the margins of Decree 30/2020: 20 above and below, 30 left, 15 mm right.

    The number of the page stands centred in the upper margin, not on the first page.
    """
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    sides = (Mm(297), Mm(210)) if across else (Mm(210), Mm(297))
    section.page_width, section.page_height = sides
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
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
) -> None:
    """Write `text` into a cell of a table."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    say(paragraph, text, size=11, bold=bold, align=align)


def mark(row: Any, tag: str) -> None:  # noqa: ANN401 - python-docx's own
    """Give a row of a table a property, such as to be repeated on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement(tag))  # noqa: SLF001 - as above
