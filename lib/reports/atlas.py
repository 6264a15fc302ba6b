"""The atlas: a cover, the province with an index, a page for each cluster (PDF, A4 landscape).

Who asks for one cluster gets its page alone, with the rules in its foot.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from lib.language.errors import WrongUseError
from lib.language.text import number, t
from lib.layers.looks.symbols import Style, piece, swatch
from lib.reports.cards.clusters import Dossier
from lib.reports.cards.material import Material
from lib.reports.drawing import clusters, maps
from lib.reports.drawing.layout import Drawings, typeset

Progress = Callable[[int, int], None]
"""Called with pages done and pages in all."""

WORDS: Final = (
    *("north", "page", "rules", "read", "prepared", "no", "cluster", "communes", "sheet"),
    *("index", "conclusion", "documents"),
)
"""Words a template writes itself."""
READ: Final = ("documents", "range", "band", "maps", "words")
"""How to read the atlas, sentence by sentence."""

_OVERVIEW_MM: Final = (124.0, 158.0)
_SHEET_MM: Final = (172.0, 127.0)
"""A cluster's map with no line of table and no warning below it."""
_LEAST_MM: Final = 80.0
_ROW_MM: Final = 6.2
_NAME_LETTERS: Final = 22
"""Letters of a commune's name in one line of the table."""
_WARNING_MM: Final = 9.0
_RULES: Final = ("crosswork.note_tolerance", "crosswork.note_rule", "crosswork.note_lead")
_RULES_MM: Final = 8.0
"""Height of the rules in the foot of a page that stands alone."""
_FIRST: Final = 30
"""Lines of the index beside the overview map."""


def chosen(material: Material) -> list[str]:
    """Return the clusters a meeting asks for first: on several communes, or measured."""
    summary = material.summary
    asked = summary["verdict"].eq("cross_commune") | summary["measured_ha"].notna()
    return list(summary.loc[asked, "cluster_id"])


def atlas(
    material: Material,
    cluster_ids: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
) -> bytes:
    """Return the atlas of some clusters as PDF; of one cluster, its page alone.

    Parameters
    ----------
    cluster_ids : sequence of str, optional
        Clusters, in the order of their pages; `chosen` by default.

    Raises
    ------
    WrongUseError
        If a cluster is not known, or there is none.
    """
    ids = list(dict.fromkeys(chosen(material) if cluster_ids is None else cluster_ids))
    known = set(material.summary["cluster_id"])
    for cluster_id in ids:
        if cluster_id not in known:
            raise WrongUseError("reports.no_cluster", cluster=cluster_id)
    if not ids:
        raise WrongUseError("reports.no_clusters")
    dossiers = [Dossier(material, cluster_id) for cluster_id in ids]
    if len(dossiers) == 1:
        made = _alone(dossiers[0])
        if progress is not None:
            progress(1, 1)
        return made
    drawings = Drawings()
    total = len(ids) + 2
    sheets = []
    for done, dossier in enumerate(dossiers, start=1):
        sheets.append(_sheet(dossier, str(done), drawings))
        if progress is not None:
            progress(done, total)
    data = {
        "words": words(material),
        "cover": cover(material, ids),
        "overview": _overview(dossiers, drawings),
        "sheets": sheets,
    }
    made = typeset("atlas", data, drawings)
    if progress is not None:
        progress(total, total)
    return made


def _alone(dossier: Dossier) -> bytes:
    material = dossier.material
    notes = material.notes()
    labels = [t(key, material.lang) for key in _RULES]
    rules = " · ".join(f"{label}: {notes[label]}" for label in labels)
    drawings = Drawings()
    sheet = _sheet(dossier, "", drawings, lower_mm=_RULES_MM)
    data = {"words": words(material, dossier.card.title) | {"rules_foot": rules}, "sheet": sheet}
    return typeset("sheet", data, drawings)


def words(material: Material, title: str = "") -> dict[str, str]:
    """Return the words every sheet has: its language, foot and headings."""
    lang = material.lang
    foot = material.foot("clusters", "former_units", "assignments")
    found = {key: t(f"reports.{key}", lang) for key in WORDS}
    return found | {"lang": lang, "foot": foot, "title": title or t("reports.atlas_title", lang)}


def cover(material: Material, ids: Sequence[str]) -> dict[str, Any]:
    """Return what the cover says: data date, counts, rules, how to read; samples never count."""
    lang = material.lang
    summary = material.summary.set_index("cluster_id").loc[list(ids)]
    own = summary[~summary["sample"]]
    counted = [
        *(
            (f"crossing.value.verdict.{v}", own["verdict"].eq(v))
            for v in ("cross_commune", "within", "undetermined")
        ),
        *((f"schemas.value.change.{c}", own["change"].eq(c)) for c in ("remains", "resolved")),
    ]
    figures = [(t("reports.sheets", lang), len(own))]
    figures += [(t(key, lang), int(mask.sum())) for key, mask in counted]
    told = list(material.warnings)
    if summary["sample"].any():
        told.append(t("reports.samples", lang, count=number(int(summary["sample"].sum()), lang)))
    notes = material.notes()
    return {
        "place": t("reports.place", lang),
        "title": t("reports.atlas_title", lang),
        "subtitle": t("reports.atlas_subtitle", lang),
        "date": t("frame.data_to", lang, date=material.data_to("clusters")),
        "warnings": told,
        "figures": [{"label": label, "value": number(count, lang)} for label, count in figures],
        "rules": [{"label": label, "value": text} for label, text in notes.items()],
        "read": [t(f"reports.read_{name}", lang) for name in READ],
    }


def _overview(dossiers: Sequence[Dossier], drawings: Drawings) -> dict[str, Any]:
    material = dossiers[0].material
    lang = material.lang
    numbers = {d.cluster_id: str(no) for no, d in enumerate(dossiers, start=1)}
    styles = maps.ground(material)
    styles["clusters"] = {d.cluster_id: d.row["change"] for d in dossiers}
    styles["outlines"] = {d.cluster_id: d.row["verdict"] for d in dossiers if d.row["sample"]}
    drawn = maps.province(material, styles, *_OVERVIEW_MM, numbers=numbers, names=False)
    rows = [
        {
            "no": numbers[d.cluster_id],
            "name": d.name,
            "communes": d.row["communes"] or t("common.no_data", lang),
        }
        for d in dossiers
    ]
    return {
        "title": t("reports.overview", lang),
        "map": maps.figure(material, drawn, drawings, t("reports.overview", lang)),
        "legend": drawn.entries(lang, drawings.add),
        "first": rows[:_FIRST],
        "rest": rows[_FIRST:],
    }


def _sheet(
    dossier: Dossier, number_of: str, drawings: Drawings, *, lower_mm: float = 0
) -> dict[str, Any]:
    material, lang = dossier.material, dossier.lang
    card = dossier.card
    told = [*material.warnings, *card.cautions]
    rows = dossier.listing()
    width, height = _SHEET_MM
    lines = sum(-(-len(row[0]) // _NAME_LETTERS) for row in rows)
    height -= lines * _ROW_MM + len(told) * _WARNING_MM + lower_mm
    drawn = clusters.cluster(dossier, width, max(height, _LEAST_MM))
    named = dossier.row["commune_codes"] or dossier.cluster.get("district_codes") or ()
    small = maps.inset(material, named, drawn.canvas.window.bounds)
    figure = maps.figure(material, drawn, drawings, f"{card.title}. {drawn.caption}")
    return {
        **card.paper(),
        "no": number_of,
        "warnings": told,
        "map": figure | {"caption": drawn.caption},
        "inset": drawings.map(small, t("reports.inset", lang)),
        "legend": drawn.entries(lang, drawings.add),
        "pieces": _pieces(dossier, rows, drawings),
    }


def _pieces(dossier: Dossier, rows: list[list[str]], drawings: Drawings) -> dict[str, Any]:
    head = dossier.head()
    if not dossier.measured:
        return {"head": head, "rows": rows, "widths": [2, 2, 3], "align": ["l", "l", "l"]}
    marks: list[Any] = [
        {"svg": drawings.add(swatch(Style("piece", "", piece(rank)), "polygon"))}
        for rank in range(dossier.measured_rows)
    ]
    marks += [""] * (len(rows) - len(marks))
    return {
        "head": ["", *head],
        "rows": [[mark, *row] for mark, row in zip(marks, rows, strict=True)],
        "widths": [0, 3, 2, 3, 1.4, 2, 2.6],
        "align": ["c", "l", "r", "r", "r", "c", "l"],
    }
