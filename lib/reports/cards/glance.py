"""Title, second line and verdict of every card of a cluster or commune, without the card.

A browser that holds them says them at a click, before the server has drawn the card.
"""

from collections.abc import Mapping

from lib.reports.cards.card import rows_of
from lib.reports.cards.head import commune_head, verdict
from lib.reports.cards.material import Material
from lib.reports.cards.places import commune_named
from lib.reports.cards.recorded import named

Glance = tuple[str, str, str]
"""Title, second line, verdict; no verdict where a card begins with what a meeting concluded."""


def glances(material: Material) -> Mapping[str, Mapping[str, Glance]]:
    """Return layer -> code -> what its card begins with, in the language of `material`."""
    followed = material.followed()
    concluded = {*followed["cluster_id"].dropna(), *followed["commune_code"].dropna()}
    every = {"clusters": _clusters(material), "communes": _communes(material)}
    return {
        layer: {
            code: (title, sub, "" if code in concluded else words)
            for code, (title, sub, words) in told.items()
        }
        for layer, told in every.items()
    }


def _clusters(material: Material) -> dict[str, Glance]:
    lang = material.lang
    known = material.answer.rows.dropna(subset=["commune_code"])
    sides = {code: own.to_dict("records") for code, own in known.groupby("cluster_id")}
    judged = {str(row["cluster_id"]): row for row in material.summary.to_dict("records")}
    found = {}
    for cluster in rows_of(material.clusters):
        code = str(cluster["cluster_id"])
        told = verdict(judged[code], sides.get(code, []), lang)
        found[code] = (*named(cluster, lang), told.words)
    return found


def _communes(material: Material) -> dict[str, Glance]:
    lang = material.lang
    units = material.tables["former_units"]["new_code"].value_counts()
    found = {}
    for commune in rows_of(material.commune_rows):
        code = str(commune["code"])
        head = commune_head(material, code, int(units.get(code, 0)), lang)
        found[code] = (*commune_named(commune, lang), head[0].words)
    return found
