"""The brief: one page on one commune, its former units, clusters and power facts (PDF, A4)."""

from typing import Any, Final

import pandas as pd

from lib.language.errors import WrongUseError
from lib.language.text import hectares, is_blank, no_data, number, t
from lib.layers.target import Target
from lib.reports.cards.card import Row, source_of
from lib.reports.cards.clusters import Dossier, card_of
from lib.reports.cards.material import Material
from lib.reports.cards.places import capacity, rows_with, weak_words
from lib.reports.drawing import maps
from lib.reports.drawing.layout import Drawings, typeset
from lib.tables.glossary import value_label

_MAP_MM: Final = (104.0, 84.0)
_LISTED: Final = ("cards.clusters", "cards.weak", "powerpage.stations")
"""Facts of the card that stand in a table of their own."""


def brief(material: Material, code: str) -> bytes:
    """Return the page on commune `code` as PDF.

    Parameters
    ----------
    code : str
        Code of a commune since 1 July 2025.

    Raises
    ------
    WrongUseError
        If there is no such commune.
    """
    lang = material.lang
    if code not in material.commune_names:
        raise WrongUseError("reports.no_commune", commune=code)
    whole = card_of(material, Target("communes", code), lang)
    card = whole.without("cards.former_units", "cards.districts", *_LISTED)
    law = next(fact.sources for fact in whole.facts if fact.key == "cards.former_units")
    drawings = Drawings()
    drawn = _map(material, code)
    units = material.tables["former_units"].query("new_code == @code")
    figure = maps.figure(material, drawn, drawings, card.title)
    power = _power(material, code)
    paper = card.paper()
    data = {
        **paper,
        "words": {
            "lang": lang,
            "title": card.title,
            "page": t("reports.page", lang),
            "north": t("reports.north", lang),
            "foot": material.foot("communes", "former_units", "clusters", "weak_supply"),
            "units": t("cards.former_units", lang),
            "clusters": t("cards.clusters", lang),
            "power": t("reports.power", lang),
            "power_note": t("reports.power_note", lang),
        },
        "warnings": material.warnings,
        "map": figure,
        "legend": drawn.entries(lang, drawings.add),
        "units": _units(material, units),
        "clusters": _clusters(material, code),
        "power": power,
        "power_blank": "" if power["rows"] else t("cards.no_weak", lang),
        "sources": [*paper["sources"], *(source.paper() for source in law)],
    }
    return typeset("brief", data, drawings)


def _map(material: Material, code: str) -> maps.Drawn:
    communes = material.layers["communes"]
    own = communes.geometry[communes["code"] == code].to_numpy()
    styles = maps.ground(material, {code})
    inside = material.summary["commune_codes"].map(lambda codes: code in codes)
    here = material.summary[inside & ~material.summary["sample"]]
    styles["clusters"] = dict(zip(here["cluster_id"], here["change"], strict=True))
    weak = material.tables["weak_supply"].query("commune_code == @code")
    kinds = weak["kind"].where(weak["state"] != "solved", "solved")
    styles["weak"] = dict(zip(weak["weak_id"], kinds, strict=True))
    if "former-units" in material.layers:
        styles["former-units"] = "base"
    bounds = maps.around(maps.bounds_of(own), share=0.1)
    drawn = maps.province(material, styles, *_MAP_MM, bounds=bounds)
    drawn.rename(maps.NAMED, "reports.this_commune")
    return drawn


def _units(material: Material, units: pd.DataFrame) -> dict[str, Any]:
    lang = material.lang
    columns = ("name", "district", "province", "part", "clause")
    head = [t("schemas.former_units.name", lang)]
    head += [t(f"schemas.column.{column}", lang) for column in columns[1:]]
    rows = [
        [
            f"{row['kind']} {row['name']}",
            row["district"],
            row["province"],
            value_label("part", row["part"], lang),
            no_data(lang) if is_blank(row["clause"]) else str(row["clause"]),
        ]
        for row in units.to_dict("records")
    ]
    return {"head": head, "rows": rows, "widths": [3, 2, 2, 2, 2], "align": ["l"] * 4 + ["r"]}


def _clusters(material: Material, code: str) -> dict[str, Any]:
    lang, summary = material.lang, material.summary
    inside = summary["commune_codes"].map(lambda codes: code in codes) & ~summary["sample"]
    here = [Dossier(material, cluster_id) for cluster_id in summary.loc[inside, "cluster_id"]]
    head = [
        t("reports.cluster", lang),
        t("reports.communes", lang),
        t("cross.verdict", lang),
        t("cards.area", lang),
        t("cross.lead", lang),
        t("reports.source", lang),
    ]
    rows = [
        [
            dossier.name,
            str(dossier.row["communes"]),
            dossier.verdict_words,
            hectares(dossier.cluster["area_ha"], lang),
            dossier.lead,
            _dated(dossier.cluster, material),
        ]
        for dossier in here
        if dossier.cluster
    ]
    if not rows:
        return {"head": [], "rows": [], "blank": t("cards.no_cluster", lang)}
    align = ["l", "l", "l", "r", "l", "l"]
    return {"head": head, "rows": rows, "widths": [3, 3, 3, 2, 3, 3], "align": align}


def _dated(row: Row, material: Material) -> str:
    told = source_of(row, material.lang)
    return f"{told.full}, {told.as_of}"


def _power(material: Material, code: str) -> dict[str, Any]:
    """Return every fact on power with this commune: its kind, what it says, source and date."""
    lang, tables = material.lang, material.tables
    rows = []
    for row in rows_with(tables["weak_supply"], code):
        kind = value_label("weak_kind", row["kind"], lang)
        state = value_label("weak_state", row["state"], lang)
        rows.append([kind, weak_words(row, lang), state, _dated(row, material)])
    stations = tables.get("substations")
    if stations is None:  # kept from this reader: said, not left blank
        rows.append([t("layers.substations", lang), t("access.hidden", lang), "", ""])
    for row in [] if stations is None else rows_with(stations, code):
        kind = t("reports.substation", lang, voltage=row["voltage_kv"])
        status = value_label("power_status", row["status"], lang)
        size = capacity(row, lang)
        rows.append([kind, f"{row['name']}: {size}", status, _dated(row, material)])
    for row in rows_with(tables["power_plants"], code):
        size = number(row["capacity_mw"], lang, 1, unit="MW")
        kind = value_label("fuel", row["fuel"], lang)
        status = value_label("power_status", row["status"], lang)
        rows.append([kind, f"{row['name']}: {size}", status, _dated(row, material)])
    head = [
        t("cards.weak_kind", lang),
        t("cards.value", lang),
        t("cards.weak_state", lang),
        t("reports.source", lang),
    ]
    return {"head": head, "rows": rows, "widths": [2, 4, 2, 2.5], "align": ["l"] * 4}
