"""The card of one cluster on the page of clusters on two communes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from lib.crossing.answer import Answer
from lib.language.text import is_blank, number
from lib.reports.cards.clusters import Dossier
from lib.reports.cards.material import Material
from lib.ui import state
from lib.ui.card import show_card
from lib.ui.cards.shares import Piece, shares
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table


def pieces_of(given: Answer, cluster_id: str) -> list[Piece]:
    """Return the measured pieces of a cluster, largest first."""
    if given.cut is None:
        return []
    found = given.cut.pieces[given.cut.pieces["cluster_id"] == cluster_id]
    names = [name or tr("crossing.outside") for name in found["commune_name"]]
    records = found.assign(name=names).to_dict("records")
    return [{str(key): value for key, value in record.items()} for record in records]


def cross_card(material: Material, cluster_id: str) -> None:
    """Draw the card of a cluster: the hectares of its pieces, and what is concluded."""
    dossier = Dossier(material, cluster_id)
    found = pieces_of(material.answer, cluster_id)
    show_card(dossier.card, shares(found) if found else Markup(""))


def _lead(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    if is_blank(row["lead"]):
        return tr("crossing.value.lead_rule.needs_decision")
    state = tr(f"crossing.value.lead_state.{row['lead_state']}")
    return f"{names.get(row['lead'], row['lead'])} ({state})"


def listing(listed: pd.DataFrame, names: Mapping[str, str], chosen: str) -> None:
    """Draw the list of the clusters in view; a click on a row chooses its cluster.

    Parameters
    ----------
    listed : DataFrame
        The rows of `lib.crossing.summary.summarise` the filter leaves.
    names : mapping
        Code -> name of the communes.
    """
    lang = language()
    show_table(
        listed.assign(
            change_words=[tr(f"schemas.value.change.{code}") for code in listed["change"]],
            verdict_words=[tr(f"crossing.value.verdict.{code}") for code in listed["verdict"]],
            lead_words=[_lead(row, names) for row in listed.to_dict("records")],
        ),
        [
            Column("cluster_name", tr("cross.cluster"), width=155),
            Column("disputed_ha", tr("cross.disputed"), lambda a: number(a, lang, 2), 130),
            Column("verdict_words", tr("cross.verdict"), width=145),
            Column("lead_words", tr("cross.lead"), width=175),
            Column("communes", tr("cross.communes"), width=160),
            Column("change_words", tr("cross.change"), width=160),
        ],
        id_column="cluster_id",
        selected=chosen,
        on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
        key="table-cross",
        alt=tr("cross.table"),
        height=212,
    )


def list_words(listed: pd.DataFrame, *, placed: int, filters: str) -> str:
    """Return the sentence of the list; it goes on every export, so samples are named in it.

    Parameters
    ----------
    listed : DataFrame
        The rows of `lib.crossing.summary.summarise` the filter leaves.
    placed : int
        How many of them are on the map.
    """
    lang = language()
    samples = int(listed["sample"].sum())
    counts = {"count": number(len(listed), lang), "placed": number(placed, lang)}
    sentence = tr("cross.sentence", **counts, filters=filters)
    if not samples:
        return sentence
    return tr("cross.sentence_samples", sentence=sentence, samples=number(samples, lang))


def by_finding(listed: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the clusters something can be said of or that were measured, and the others."""
    said = (listed["verdict"] != "undetermined") | listed["measured_ha"].notna()
    return listed.loc[said, "cluster_id"].tolist(), listed.loc[~said, "cluster_id"].tolist()


def statements(clusters: pd.DataFrame) -> str:
    """Return what a meeting can read aloud, in words and names; samples never count."""
    lang = language()

    def names(mask: pd.Series) -> str:
        return ", ".join(clusters.loc[mask, "name"]) or tr("cross.none")

    change = clusters["change"]
    several = clusters["former_units_n"].ge(2).fillna(value=False)
    named = clusters["former_communes"].notna() & (change == "undetermined")
    unnamed = (change == "undetermined") & ~named
    return tr(
        "cross.statement",
        total=number(len(clusters), lang),
        several=number(int(several.sum()), lang),
        resolved=number(int((change == "resolved").sum()), lang),
        resolved_names=names(change == "resolved"),
        remains=number(int((change == "remains").sum()), lang),
        remains_names=names(change == "remains"),
        undetermined=number(int((change == "undetermined").sum()), lang),
        unnamed=number(int(unnamed.sum()), lang),
        unresolved=number(int(named.sum()), lang),
        unresolved_names=names(named),
    )
