"""The annex as an editable Word file, and as PDF with the same words."""

import io
from dataclasses import asdict, dataclass
from typing import Final

import pandas as pd
from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table

from lib.language.text import Lang, date, hectares, is_blank, no_data, number, t
from lib.register import conclusions
from lib.reports.cards.card import site, source_of
from lib.reports.cards.clusters import Dossier
from lib.reports.cards.conclusions import conclusion_words
from lib.reports.cards.material import Material
from lib.reports.cards.recorded import decision_of
from lib.reports.drawing.layout import Drawings, typeset
from lib.reports.word import fill, mark, measure, page, say, styles

HEAD: Final = (
    *("no", "cluster", "place", "communes", "area", "pieces", "range", "evidence", "lead"),
    "documents",
)
"""Columns of the table, in order; ``reports.annex_<name>`` is the heading."""

WIDTHS_MM: Final = (9, 29, 30, 25, 19, 22, 27, 22, 33, 36)
"""Their widths on an A4 page across, millimetres: 252 between the margins."""

RIGHT: Final = ("area", "pieces", "range")
"""Columns of figures."""


@dataclass(frozen=True)
class Piece:
    """One commune of a cluster: name, hectares, range, evidence, all in words."""

    commune: str
    area: str
    between: str
    evidence: str


@dataclass(frozen=True)
class Group:
    """One cluster: what is said once, and its communes."""

    cluster_id: str
    no: str
    name: str
    place: str
    area: str
    lead: str
    documents: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Annex:
    """The whole annex in words."""

    heading: str
    title: str
    attached: str
    date: str
    counts: str
    concluded: tuple[str, ...]
    head: tuple[str, ...]
    groups: tuple[Group, ...]
    nothing: str
    notes: tuple[str, ...]
    lang: Lang


def annex(material: Material) -> Annex:
    """Return the annex of the clusters on several communes; samples never count."""
    lang = material.lang
    summary = material.summary[~material.summary["sample"]]
    crossing = summary.loc[summary["verdict"] == "cross_commune", "cluster_id"]
    groups = [
        _cluster_rows(Dossier(material, cluster_id), str(no))
        for no, cluster_id in enumerate(crossing, start=1)
    ]
    sources = t("crosswork.note_sources", lang)
    about = dict(material.notes()) | {sources: ", ".join(_sites(material, crossing))}
    notes = [*material.warnings, *(f"{label}: {text}" for label, text in about.items())]
    count = summary["verdict"].value_counts()
    return Annex(
        heading=t("reports.annex_heading", lang),
        title=t("reports.annex_title", lang),
        attached=t("reports.annex_attached", lang),
        date=t("frame.data_to", lang, date=material.data_to("clusters")),
        counts=t(
            "reports.annex_counts",
            lang,
            total=number(len(summary), lang),
            cross=number(int(count.get("cross_commune", 0)), lang),
            within=number(int(count.get("within", 0)), lang),
            undetermined=number(int(count.get("undetermined", 0)), lang),
        ),
        concluded=_concluded(material, list(crossing)),
        head=tuple(t(f"reports.annex_{name}", lang) for name in HEAD),
        groups=tuple(groups),
        nothing=t("reports.annex_nothing", lang),
        notes=(*notes, t("reports.read_words", lang)),
        lang=lang,
    )


def _concluded(material: Material, cluster_ids: list[str]) -> tuple[str, ...]:
    """Return a heading and what meetings concluded on the clusters listed; none for nothing."""
    lang = material.lang
    names = dict(zip(material.summary["cluster_id"], material.summary["cluster_name"], strict=True))
    followed = material.followed()
    said = []
    for cluster_id in cluster_ids:
        for row in conclusions.about(followed, "cluster_id", cluster_id):
            source = source_of(row, lang)
            said.append(
                t(
                    "reports.annex_conclusion",
                    lang,
                    cluster=names[cluster_id],
                    words=conclusion_words(row, lang),
                    date=date(row["date"], lang),
                    source=source.host,
                    as_of=source.as_of,
                )
            )
    return (t("reports.annex_conclusions", lang), *said) if said else ()


def _sites(material: Material, cluster_ids: pd.Series) -> list[str]:
    """Return the sources of what the table says, each once."""
    lang = material.lang
    listed = material.clusters["cluster_id"].isin(cluster_ids)
    urls = material.clusters.loc[listed, "source_url"].dropna()
    law = material.tables["former_units"]["source_url"].iloc[0]
    found = [site(str(url), lang) for url in urls]
    named = f"{t('cards.table_479', lang)} ({site(str(law), lang)})"
    return list(dict.fromkeys([*found, named]))


def _cluster_rows(dossier: Dossier, no: str) -> Group:
    lang, cluster = dossier.lang, dossier.cluster
    former = cluster["former_communes"]
    source = source_of(cluster, lang)
    documents = [
        decision_of(cluster, lang) or t("reports.annex_no_decision", lang),
        t("reports.annex_source", lang, source=source.host, date=source.as_of),
    ]
    lead = dossier.lead
    if dossier.row["lead"] is not None:
        lead = f"{lead}; {dossier.rule}"
    return Group(
        cluster_id=dossier.cluster_id,
        no=no,
        name=dossier.name,
        place=no_data(lang) if is_blank(former) else str(former).replace(";", "; "),
        area=hectares(cluster["area_ha"], lang),
        lead=lead,
        documents=". ".join(documents),
        pieces=tuple(_pieces(dossier)),
    )


def _pieces(dossier: Dossier) -> list[Piece]:
    rows = dossier.listing()
    if not dossier.measured:
        return [Piece(name, area, no_data(dossier.lang), said) for name, area, said in rows]
    # The last row is the sum, which an annex leaves to the column of the decision.
    return [
        Piece(name, area, between or no_data(dossier.lang), said)
        for name, area, between, _, _, said in rows[:-1]
    ]


_ONCE: Final = ("no", "cluster", "place", "area", "lead", "documents")
"""Columns said once a cluster, over all its communes."""


def annex_pdf(material: Material) -> bytes:
    """Return the annex as PDF, set in Times New Roman where this machine has it."""
    said = annex(material)
    data = asdict(said) | {
        "widths": list(WIDTHS_MM),
        "right": [name in RIGHT for name in HEAD],
        "page": t("reports.page", said.lang),
    }
    return typeset("annex", data, Drawings(), office_fonts=True)


def annex_docx(material: Material) -> bytes:
    """Return the annex as DOCX: A4 across, by Decree 30/2020/NĐ-CP, appendix I.

    Margins 20 (above, below), 30 (left) and 15 mm (right); Times New Roman 13;
    the page number stands centred in the upper margin, not on the first page.
    """
    said = annex(material)
    word = Document()
    page(word, across=True)
    styles(word, said.title, said.lang)
    middle = WD_ALIGN_PARAGRAPH.CENTER
    say(word.add_paragraph(), said.heading, size=14, bold=True, align=middle)
    say(word.add_paragraph(), said.title, size=14, bold=True, align=middle)
    say(word.add_paragraph(), said.attached, size=13, italic=True, align=middle)
    say(word.add_paragraph(), said.date, size=13, bold=True, align=middle)
    say(word.add_paragraph(), said.counts, size=13)
    for at, text in enumerate(said.concluded):
        say(word.add_paragraph(), text, size=13, bold=at == 0)
    if said.groups:
        _table(word, said)
    else:
        say(word.add_paragraph(), said.nothing, size=13)
    for note in said.notes:
        say(word.add_paragraph(), note, size=12)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _table(word: Word, said: Annex) -> None:
    rows = 1 + sum(len(group.pieces) for group in said.groups)
    table = word.add_table(rows=rows, cols=len(HEAD))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    measure(table, WIDTHS_MM)
    for cell, text in zip(table.rows[0].cells, said.head, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        fill(cell, text, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    mark(table.rows[0], "w:tblHeader")
    at = 1
    for group in said.groups:
        _group(table, at, group)
        at += len(group.pieces)
    for row in table.rows:
        mark(row, "w:cantSplit")
    word.add_paragraph()


def _group(table: Table, at: int, group: Group) -> None:
    last = at + len(group.pieces) - 1
    cells = [table.rows[row].cells for row in range(at, last + 1)]
    once = {"cluster": group.name} | {
        name: getattr(group, name) for name in _ONCE if name != "cluster"
    }
    for column, name in enumerate(HEAD):
        align = WD_ALIGN_PARAGRAPH.RIGHT if name in RIGHT else WD_ALIGN_PARAGRAPH.LEFT
        if name in once:
            cell = cells[0][column].merge(cells[-1][column])
            fill(cell, once[name], align=align)
            continue
        for row, piece in zip(cells, group.pieces, strict=True):
            said = {
                "communes": piece.commune,
                "pieces": piece.area,
                "range": piece.between,
                "evidence": piece.evidence,
            }
            fill(row[column], said[name], align=align)
