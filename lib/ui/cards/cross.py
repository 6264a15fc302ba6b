"""The card of one cluster on the page of clusters on two communes."""

import pandas as pd
from markupsafe import Markup

from lib.crossing.answer import Answer
from lib.language.text import number
from lib.reports.cards.clusters import Dossier
from lib.reports.cards.markup import table_html
from lib.reports.cards.material import Material
from lib.ui.card import show_card
from lib.ui.cards.shares import Piece, shares
from lib.ui.state import language, tr


def pieces_of(given: Answer, cluster_id: str) -> list[Piece]:
    """Return the measured pieces of a cluster, largest first."""
    if given.cut is None:
        return []
    found = given.cut.pieces[given.cut.pieces["cluster_id"] == cluster_id]
    names = [name or tr("crossing.outside") for name in found["commune_name"]]
    records = found.assign(name=names).to_dict("records")
    return [{str(key): value for key, value in record.items()} for record in records]


def cross_card(material: Material, cluster_id: str) -> None:
    """Draw the card of a cluster with what is concluded, and its pieces as bars and a table."""
    dossier = Dossier(material, cluster_id)
    found = pieces_of(material.answer, cluster_id)
    drawn = Markup("")
    if found:
        # The last column, the evidence, has no room on a card: the facts below say it.
        rows = [row[:-1] for row in dossier.listing()]
        drawn = shares(found) + table_html(dossier.head()[:-1], rows)
    show_card(dossier.card, drawn)


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
