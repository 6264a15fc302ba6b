"""What the annex says, before it is a DOCX or a PDF: the clusters on several communes.

Layout and words follow Decree 30/2020/NĐ-CP, appendix I: an annex has no
signature and no seal of its own; the number and date of the document it goes
with stay blank. Former communes stand only in the column of what the documents
say; the place today is a commune of today.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.language.text import Lang, date, hectares, is_blank, no_data, number, t
from lib.reports.dossier import Dossier
from lib.reports.material import Material, site

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
        _group(Dossier(material, cluster_id), str(no))
        for no, cluster_id in enumerate(crossing, start=1)
    ]
    sources = t("crosswork.note_sources", lang)
    about = dict(material.notes()) | {sources: ", ".join(_sites(material, crossing))}
    notes = [f"{label}: {text}" for label, text in about.items()]
    if material.schematic:
        notes.insert(0, f"{t('frame.schematic_title', lang)}. {t('reports.schematic', lang)}")
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
        head=tuple(t(f"reports.annex_{name}", lang) for name in HEAD),
        groups=tuple(groups),
        nothing=t("reports.annex_nothing", lang),
        notes=(*notes, t("reports.read_words", lang)),
        lang=lang,
    )


def _sites(material: Material, cluster_ids: pd.Series) -> list[str]:
    """Return the sources of what the table says, each once."""
    lang = material.lang
    listed = material.clusters["cluster_id"].isin(cluster_ids)
    urls = material.clusters.loc[listed, "source_url"].dropna()
    law = material.tables["former_units"]["source_url"].iloc[0]
    found = [site(str(url), lang) for url in urls]
    named = f"{t('cards.table_479', lang)} ({site(str(law), lang)})"
    return list(dict.fromkeys([*found, named]))


def _group(dossier: Dossier, no: str) -> Group:
    lang, cluster = dossier.lang, dossier.cluster
    former = cluster["former_communes"]
    documents = [dossier.decision] if dossier.decision else [t("reports.annex_no_decision", lang)]
    source = site(str(cluster["source_url"]), lang)
    documents.append(
        t("reports.annex_source", lang, source=source, date=date(cluster["as_of"], lang))
    )
    lead = dossier.lead
    if dossier.row["lead"] is not None:
        lead = f"{lead}: {dossier.rule}"
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
