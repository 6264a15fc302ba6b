"""Lines of a card for what the forms of the law ask of a cluster: what is known, and a count."""

from typing import Final

from lib.language.text import Lang, is_blank, number, t
from lib.reports.cards.card import Fact, Row, Source, fact, source_of
from lib.reports.cards.known import Known, Voices
from lib.tables.columns import Column
from lib.tables.glossary import label, value_words
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.derive import SILENT, typed

GROUPS: Final = ("plan", "investment", "land", "firms", "water")
"""Groups of columns in the order they are told; ``cards.group_<group>`` are their words."""
COLUMNS: Final = tuple(
    column for group in GROUPS for column in CLUSTERS.columns if column.group == group
)


def blanks(known: Known, cluster: Row) -> list[str]:
    """Return the columns of `COLUMNS` of which nothing is known of a cluster.

    What is kept from the reader is not among them: he cannot say whether it is known.
    """
    kept = cluster["cluster_id"] in known.undisclosed
    return [
        column.name
        for column in COLUMNS
        if _silent(cluster[column.name]) and not (kept and column.reserved)
    ]


def further_facts(known: Known, cluster: Row, lang: Lang) -> list[Fact]:
    """Return a line for every known column of `COLUMNS` with its source, then how many are blank.

    Parameters
    ----------
    cluster : mapping
        A row of ``clusters``.
    """
    own = source_of(cluster, lang)
    voices = known.voices(CLUSTERS.name, str(cluster["cluster_id"]), lang)
    told = []
    for column in COLUMNS:
        value = cluster[column.name]
        if _silent(value):
            continue
        group = t(f"cards.group_{column.group}", lang)
        title = f"{group} · {label(CLUSTERS.name, column.name, lang)}"
        told.append(column_fact(column, value, title, own, voices, lang))
    if lacking := len(blanks(known, cluster)):
        count = t("cards.unfilled_count", lang, count=number(lacking, lang))
        told.append(fact("cards.unfilled", lacking, count, lang=lang))
    return told


def column_fact(
    column: Column, value: object, title: str, own: Source, voices: Voices, lang: Lang
) -> Fact:
    """Return the line of a column as its record words a value, with what other sources say."""
    words = value_words(column, value, lang)
    said = fact(f"schemas.column.{column.name}", value, words, own, lang=lang, label=title)
    return voices.told(
        said, lambda other: value_words(column, typed(column, other), lang), column.name
    )


def kept_back(known: Known, cluster: Row, said: Fact, lang: Lang) -> Fact:
    """Return what is said of the investor, or that it is kept until the cluster is established."""
    if cluster["cluster_id"] not in known.undisclosed:
        return said
    return fact(said.key, t("disclosure.kept", lang), lang=lang)


def _silent(value: object) -> bool:
    return is_blank(value) or value in SILENT
