"""Tables of what a page lists, in words, to take away: clusters, and clusters cut by communes.

Numbers stay numbers; codes become the words of the screen; each row has its own source and its
date. What a machine reads on is `lib.crossing.answer.content`, with codes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from lib.language.text import Lang, is_blank, no_data, number, t
from lib.register import delay
from lib.register.steps import by_cluster, short, standing
from lib.reports.cards.card import Source, site, source_of
from lib.reports.cards.known import Known
from lib.reports.cards.material import Material
from lib.tables.glossary import label, value_label

DECIMALS: Final = ("area", "low", "high")
"""Columns of hectares, shown with two decimals."""

_TOLD: Final = {
    "sort": ("kind", "cluster_kind"),
    "operation": ("operation_status", "operation_status"),
    "treated": ("wastewater", "wastewater"),
}
"""Column of words -> column of codes, and their set."""


def decimals(lang: Lang) -> list[str]:
    """Return the headings of the columns of hectares."""
    return [t(f"lists.{name}", lang) for name in DECIMALS] + [_heading("area_ha", lang)]


def _heading(column: str, lang: Lang) -> str:
    return label("clusters", column, lang)


def now_words(cluster: Mapping[Any, Any], names: Mapping[str, str], lang: Lang) -> str | None:
    """Return the communes of today of a cluster: by its papers, else by an assignment.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.register.clusters.register`.
    names : mapping
        Code -> name of the communes.

    Returns
    -------
    str or None
        None where neither names one.
    """
    if cluster["communes_now"]:
        return str(cluster["communes_now"])
    codes = cluster["assigned_codes"]
    return t("lists.assigned", lang, commune=names[codes[0]]) if codes else None


def told(known: Known, rows: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return rows of the register with the words of a list: where, which step, how late.

    Returns
    -------
    DataFrame
        `rows` and ``now``, ``sort``, ``step``, ``operation``, ``treated``, ``late``: words; None
        where nothing is known. An investor that is kept from the reader is said to be.
    """
    records = rows.to_dict("records")
    words: dict[str, list[str | None]] = {
        name: [value_label(codes, code, lang) for code in rows[column]]
        for name, (column, codes) in _TOLD.items()
    }
    milestones = by_cluster(known.tables.get("milestones"))
    words["step"] = [
        short(standing(row, milestones.get(row["cluster_id"], ())).step, row["legal_status"], lang)
        for row in records
    ]
    words["investor"] = [
        t("disclosure.kept", lang) if row["cluster_id"] in known.undisclosed else row["investor"]
        for row in records
    ]
    words["now"] = [now_words(row, known.commune_names, lang) for row in records]
    words["late"] = [delay.short(row, on=known.day, lang=lang) or None for row in records]
    return rows.assign(**{name: pd.Series(said, rows.index) for name, said in words.items()})


def clusters(known: Known, rows: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return clusters of the register as a table in words.

    Parameters
    ----------
    rows : DataFrame
        Rows of `lib.register.clusters.register`, in the order they are listed.
    """
    given = told(known, rows, lang)
    headings = {
        "cluster_id": _heading("cluster_id", lang),
        "name": _heading("name", lang),
        "sort": _heading("kind", lang),
        "former_province": _heading("former_province", lang),
        "now": t("pages.now", lang),
        "area_ha": _heading("area_ha", lang),
        "step": t("filters.step", lang),
        "operation": t("filters.status", lang),
        "treated": t("filters.wastewater", lang),
        "late": t("filters.delay", lang),
        "investor": _heading("investor", lang),
        "decision_no": _heading("decision_no", lang),
    }
    table = given[list(headings)].set_axis(list(headings.values()), axis=1)
    return table.assign(**_sources(rows["cluster_id"], rows, lang)).reset_index(drop=True)


def crossing(material: Material, cluster_ids: Collection[str]) -> pd.DataFrame:
    """Return the answer for some clusters as a table in words: one row a cluster and commune."""
    lang, names = material.lang, material.commune_names
    rows = material.answer.rows
    rows = rows[rows["cluster_id"].isin(list(cluster_ids))]

    def coded(column: str, family: str) -> list[str | None]:
        return [
            None if is_blank(code) else t(f"crossing.value.{family}.{code}", lang)
            for code in rows[column]
        ]

    columns: dict[str, Sequence[object]] = {
        _heading("cluster_id", lang): rows["cluster_id"].tolist(),
        _heading("name", lang): rows["cluster_name"].tolist(),
        t("shares.commune", lang): rows["commune_name"].tolist(),
        t("lists.area", lang): rows["area_ha"].tolist(),
        t("lists.share", lang): (rows["share"] * 100).round(1).tolist(),
        t("lists.low", lang): rows["area_ha_low"].tolist(),
        t("lists.high", lang): rows["area_ha_high"].tolist(),
        t("cross.verdict", lang): coded("verdict", "verdict"),
        t("reports.evidence", lang): coded("evidence", "evidence"),
        t("cross.change", lang): [value_label("change", code, lang) for code in rows["change"]],
        t("cross.lead", lang): [
            None if is_blank(code) else names.get(code, code) for code in rows["lead"]
        ],
        t("cross.rule", lang): coded("lead_rule", "lead_rule"),
        label("clusters", "note", lang): rows["note"].tolist(),
        **_sources(rows["cluster_id"], material.clusters, lang),
    }
    return pd.DataFrame(columns)


def _sources(ids: pd.Series, register: pd.DataFrame, lang: Lang) -> dict[str, list[str]]:
    """Return the columns of source and date; what is not in the register is a sample."""
    own = {str(row["cluster_id"]): row for row in register.to_dict("records")}
    sample = Source(t("lists.sample", lang), "", "", "")
    found = [source_of(own[code], lang) if code in own else sample for code in ids]
    return {
        t("lists.source", lang): [
            source.url if source.url.startswith("http") else source.title for source in found
        ],
        t("lists.as_of", lang): [source.as_of for source in found],
    }


def on_paper(frame: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return a table of this module as it fits a page: written numbers, no codes, short sources."""
    source = t("lists.source", lang)
    left_out = [_heading(name, lang) for name in ("cluster_id", "kind")]
    told = frame.drop(columns=left_out, errors="ignore")
    for name in told.select_dtypes("number"):
        told[name] = [number(value, lang, 2) for value in told[name]]
    told[source] = [site(url, lang) if url.startswith("http") else url for url in told[source]]
    return told.map(lambda value: no_data(lang) if is_blank(value) else str(value))
