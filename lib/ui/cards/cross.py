"""The card of one cluster on the page of clusters on two communes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from lib.crossing import words
from lib.crossing.answer import Answer
from lib.language.text import hectares, number
from lib.ui.card import Fact, Source, show_card
from lib.ui.cards.places import row_of, source_of
from lib.ui.cards.shares import Piece, piece_table, shares
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


def pieces_of(given: Answer, cluster_id: str) -> list[Piece]:
    """Return the measured pieces of a cluster, largest first."""
    if given.cut is None:
        return []
    found = given.cut.pieces[given.cut.pieces["cluster_id"] == cluster_id]
    names = [name or tr("crossing.outside") for name in found["commune_name"]]
    records = found.assign(name=names).to_dict("records")
    return [{str(key): value for key, value in record.items()} for record in records]


def cross_card(data: Workspace, given: Answer, summary: pd.DataFrame, cluster_id: str) -> None:
    """Draw the card: the verdict and why, shares, both evidences, lead, documents."""
    lang = language()
    row = row_of(summary, "cluster_id", cluster_id)
    pieces = pieces_of(given, cluster_id)
    registered = cluster_id in set(data.clusters["cluster_id"])
    verdict = tr(f"crossing.value.verdict.{row['verdict']}")
    sources: list[Source] = []
    facts = [
        Fact(tr("cross.verdict"), verdict, strong=True),
        Fact(tr("cross.lead"), _lead(data, row), strong=True),
        Fact(tr("cross.rule"), tr(f"crossing.value.lead_rule.{row['lead_rule']}")),
    ]
    note = str(row["note"] or "")
    if registered:
        cluster = row_of(data.clusters, "cluster_id", cluster_id)
        sources = [
            source_of(cluster),
            source_of(data.tables["former_units"].iloc[0].to_dict(), tr("cards.table_479")),
        ]
        sources += [
            source_of(assignment.to_dict(), tr("cross.assignment"))
            for _, assignment in data.tables["assignments"]
            .query("cluster_id == @cluster_id")
            .iterrows()
        ]
        facts += [
            Fact(tr("cross.change"), tr(f"schemas.value.change.{row['change']}")),
            Fact(tr("cross.by_decision"), words.by_decision(cluster, data.tables, lang), 1),
            Fact(tr("cards.decision"), cluster["decision_no"], 1),
            Fact(tr("cards.area"), hectares(cluster["area_ha"], lang), 1),
        ]
    facts.append(Fact(tr("cross.by_geometry"), _by_geometry(given, cluster_id, pieces)))
    if row["evidence"] == "both":
        facts.append(Fact(tr("cross.agree"), note or tr("crossing.agree")))
    show_card(
        str(row["cluster_name"]),
        tr("cards.cluster_sub", kind=verdict, id=cluster_id),
        facts,
        sources,
        note=note,
        caution=tr("cross.sample") if row["sample"] else "",
        picture=shares(pieces) + piece_table(pieces) if pieces else Markup(""),
    )


def _lead(data: Workspace, row: Mapping[str, Any]) -> str:
    code = row["lead"]
    if code is None:
        return tr("crossing.value.lead_rule.needs_decision")
    names = data.commune_names
    return str(names.get(code, code))


def _by_geometry(given: Answer, cluster_id: str, pieces: list[Piece]) -> str:
    verdict: Mapping[str, Any] = {}
    if given.cut is not None and cluster_id in set(given.cut.verdicts["cluster_id"]):
        verdict = row_of(given.cut.verdicts, "cluster_id", cluster_id)
    standing = sum(1 for piece in pieces if piece["stands"] and piece["commune_code"])
    return words.by_geometry(verdict, standing=standing, lang=language())


def list_words(listed: pd.DataFrame, *, placed: int, filters: str) -> str:
    """Return the sentence of the list; it goes on every export, so samples are named in it.

    Parameters
    ----------
    listed : DataFrame
        The rows of `lib.crossing.summary.summarise` the filter leaves.
    placed : int
        How many of them are on the map.
    filters : str
        The filter, in words.
    """
    lang = language()
    samples = int(listed["sample"].sum())
    counts = {"count": number(len(listed), lang), "placed": number(placed, lang)}
    sentence = tr("cross.sentence", **counts, filters=filters)
    if not samples:
        return sentence
    return tr("cross.sentence_samples", sentence=sentence, samples=number(samples, lang))


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
