"""Write cards as an editable Word file, with the facts, sources and cautions of the screen."""

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from lib.language.errors import WrongUseError
from lib.language.text import t
from lib.layers.target import Target
from lib.reports.cards.card import Card
from lib.reports.cards.clusters import Dossier, card_of
from lib.reports.cards.material import Material
from lib.reports.word import fill, mark, measure, say, styles

_LEFT = WD_ALIGN_PARAGRAPH.LEFT
_FACTS_MM = (50, 115)
_WIDE_MM = 165


def cards_docx(material: Material, targets: Sequence[Target]) -> bytes:
    """Return the cards of clusters and communes as DOCX, A4, each on a page of its own.

    Parameters
    ----------
    targets : sequence of Target
        Clusters and communes, in the order of their pages.

    Raises
    ------
    WrongUseError
        If a cluster or a commune is not known, or there is none.
    """
    clusters = set(material.summary["cluster_id"])
    for target in targets:
        if target.layer_id == "clusters" and target.code not in clusters:
            raise WrongUseError("reports.no_cluster", cluster=target.code)
        if target.layer_id == "communes" and target.code not in material.commune_names:
            raise WrongUseError("reports.no_commune", commune=target.code)
    if not targets:
        raise WrongUseError("reports.no_clusters")
    cards = [card_of(material, target, material.lang) for target in targets]
    word = Document()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    styles(word, cards[0].title, material.lang)
    foot = material.foot("clusters", "former_units", "assignments")
    say(section.footer.paragraphs[0], foot, size=9, align=_LEFT)
    for at, (target, card) in enumerate(zip(targets, cards, strict=True)):
        if at:
            word.add_page_break()  # type: ignore[no-untyped-call]
        _card(word, material, card)
        if target.layer_id == "clusters":
            _pieces(word, Dossier(material, target.code))
        _sources(word, card)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _card(word: Word, material: Material, card: Card) -> None:
    say(word.add_paragraph(), card.title, size=14, bold=True, align=_LEFT)
    say(word.add_paragraph(), card.sub, size=12, italic=True, align=_LEFT)
    for caution in (*material.warnings, *card.cautions):
        say(word.add_paragraph(), caution, size=12, bold=True, align=_LEFT)
    rows = [
        (
            line["label"],
            "\n".join(f"{part['text']} {part['marks']}".rstrip() for part in line["parts"]),
            line["strong"] or line["look"] == "overdue",
            line["look"] == "proposed",
        )
        for line in card.lines()
    ]
    table = word.add_table(rows=len(rows), cols=2)
    table.style = "Table Grid"
    measure(table, _FACTS_MM)
    for row, (label, value, strong, proposed) in zip(table.rows, rows, strict=True):
        fill(row.cells[0], label)
        fill(row.cells[1], value, bold=strong, italic=proposed)
        mark(row, "w:cantSplit")


def _pieces(word: Word, dossier: Dossier) -> None:
    """Write the communes of a cluster with what was measured of each."""
    rows = dossier.listing()
    if not rows:
        return
    word.add_paragraph()
    head = dossier.head()
    table = word.add_table(rows=1 + len(rows), cols=len(head))
    table.style = "Table Grid"
    measure(table, [_WIDE_MM / len(head)] * len(head))
    for row, texts in zip(table.rows, [head, *rows], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            fill(cell, text, bold=texts is head)
        mark(row, "w:cantSplit")
    mark(table.rows[0], "w:tblHeader")


def _sources(word: Word, card: Card) -> None:
    word.add_paragraph()
    if card.note:
        said = f"{t('card.note', card.lang)} {card.note}"
        say(word.add_paragraph(), said, size=11, italic=True, align=_LEFT)
    for at, source in enumerate(card.sources, start=1):
        as_of = t("card.as_of", card.lang, date=source.as_of)
        say(word.add_paragraph(), f"[{at}] {source.full} · {as_of}", size=11, align=_LEFT)
