"""What is said on a card of the infrastructure the State built in a cluster."""

from collections.abc import Mapping
from typing import Any

from lib.language.text import Lang, is_blank, number, sort_key, t
from lib.reports.cards.card import Fact, Row, fact, source_of
from lib.reports.cards.known import Known
from lib.tables.glossary import value_label
from lib.tables.records.progress import ASSETS


def sorted_words(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return the group of an asset by Decree 178/2026/NĐ-CP and its document, or that it has none.

    Parameters
    ----------
    row : mapping
        Of ``assets``.
    """
    group, document = row["group"], row["document_no"]
    said = t("assets.no_group", lang)
    if not is_blank(group):
        said = value_label("asset_group", str(group), lang)
    if not is_blank(document):
        return f"{said}; {document}"
    # Group b is that of assets without a document: it says so itself.
    return said if group == "b" else f"{said}; {t('assets.no_document', lang)}"


def asset_facts(known: Known, cluster: Row, lang: Lang) -> list[Fact]:
    """Return the assets of a cluster in one line, those without a document first.

    Nothing where none is listed and nobody says that the State built there.
    """
    table = known.tables.get(ASSETS.name)
    rows: list[dict[Any, Any]] = []
    if table is not None:
        rows = table[table["cluster_id"] == cluster["cluster_id"]].to_dict("records")
    if not rows:
        built = cluster["state_funded"] == "yes"
        words, own = t("cards.assets_none", lang), source_of(cluster, lang)
        return [fact("cards.assets", 0, words, own, lang=lang)] if built else []
    rows.sort(key=lambda row: (not is_blank(row["document_no"]), sort_key(str(row["name"]))))
    listed = "; ".join(f"{row['name']} ({sorted_words(row, lang)})" for row in rows)
    bare = sum(is_blank(row["document_no"]) for row in rows)
    counts = {"count": number(len(rows), lang), "bare": number(bare, lang)}
    words = t("cards.assets_count", lang, **counts, listed=listed)
    sources = dict.fromkeys(source_of(row, lang) for row in rows)
    return [fact("cards.assets", len(rows), words, *sources, lang=lang)]
