"""Cards of a commune, a place with weak supply, a substation, a commune elsewhere."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import pandas as pd

from lib.geo.country import TABLE as COUNTRY
from lib.language.text import Lang, date, hectares, is_blank, no_data, number, percent, t, today
from lib.reports.cards.card import Card, Fact, Row, Source, fact, row_of, site, source_of
from lib.reports.cards.conclusions import conclusion_facts
from lib.reports.cards.head import clusters_in, commune_head
from lib.reports.cards.known import Known
from lib.reports.cards.own import own_facts
from lib.tables.glossary import value_label

_HA_PER_KM2: Final = 100
_OLD_YEARS: Final = 2
"""From this age on a fact's age is said."""

_PLACED: Final = {
    "decision": "cards.approximate",
    "stated": "cards.approximate_stated",
    "assignment": "cards.approximate_assigned",
    "": "cards.no_marker",
}


def commune_title(commune: Row, lang: Lang) -> str:
    """Return the name of a commune with its kind."""
    kind = value_label("commune_kind", commune["kind"], lang)
    return t("cards.commune_title", lang, kind=kind, name=commune["name"])


def commune_named(commune: Row, lang: Lang) -> tuple[str, str]:
    """Return title and second line of the card of a commune."""
    former, basis = commune["former_province"], commune["legal_basis"]
    sub = t("cards.commune_sub", lang, province=former, basis=basis)
    return commune_title(commune, lang), sub


def commune_card(known: Known, code: str, lang: Lang) -> Card:
    """Return the card of commune `code`: official and measured area, its units, clusters, grid.

    Parameters
    ----------
    code : str
        Code of a commune since 1 July 2025.
    """
    say = partial(fact, lang=lang)
    commune = row_of(known.commune_rows, "code", code)
    former = known.tables["former_units"]
    units = former[former["new_code"] == code]
    official = float(commune["area_km2"]) * _HA_PER_KM2
    measured = commune["measured_ha"]
    difference = None if measured is None else float(measured) / official - 1
    clusters = clusters_in(known, code)
    names = "; ".join(place.name for place in clusters)
    borders = known.manifest.tables["communes"]
    border_url = str(known.manifest.details["borders"]["source_url"])
    table = source_of(commune, lang, t("cards.table_148", lang))
    law = source_of(units.iloc[0].to_dict(), lang, str(commune["legal_basis"]))
    drawn = Source(borders.source, site(border_url, lang), border_url, date(borders.as_of, lang))
    place = row_of(known.tables["settlements"], "code", code)
    dwelt = [source_of(place, lang, t("powerpage.settlements", lang))] if place else []
    height, far = place.get("elev_median"), place.get("km_to_nearest_old_urban_unit")
    facts = [
        *conclusion_facts(known, "commune_code", code, lang),
        say("cards.former_units", _former_units(units, lang), None, law),
        say("cards.districts", "; ".join(dict.fromkeys(units["district"])), None, law),
        say("cards.area_official", official, hectares(official, lang), table, strong=True),
        say("cards.area_measured", t("cards.not_measured", lang), None, drawn)
        if known.schematic
        else say("cards.area_measured", measured, hectares(measured, lang), drawn),
        say("cards.area_difference", difference, percent(difference, lang, sign=True)),
        say("cards.population", commune["population"], number(commune["population"], lang), table),
        say("schemas.column.seat_text", commune["seat_text"], None, table),
        say("schemas.column.elev_median", height, number(height, lang), *dwelt),
        say("schemas.column.km_to_nearest_old_urban_unit", far, number(far, lang, 1), *dwelt),
        say("cards.clusters", names or t("cards.no_cluster", lang), places=clusters),
        *weak_facts(known, code, lang),
        *station_facts(known, code, lang),
        *own_facts(known, code, lang),
    ]
    title, sub = commune_named(commune, lang)
    head = commune_head(known, code, len(units), lang)
    return Card(title, sub, tuple(facts), lang, note=str(commune["note"] or ""), head=head)


def _former_units(units: pd.DataFrame, lang: Lang) -> str:
    of_part = t("cards.part", lang)
    columns = (units["kind"], units["name"], units["part"])
    return "; ".join(
        f"{kind} {name}{of_part if part == 'part' else ''}"
        for kind, name, part in zip(*columns, strict=True)
    )


def weak_facts(known: Known, code: str, lang: Lang) -> list[Fact]:
    """Return the facts of weak supply on record with a commune, each by its own source."""
    found = []
    for row in rows_with(known.tables["weak_supply"], code):
        state = value_label("weak_state", row["state"], lang)
        words = f"{weak_words(row, lang)} ({_dated(row['as_of'], lang)}; {state})".strip()
        kind = value_label("weak_kind", row["kind"], lang)
        said = fact("cards.weak", row["kind"], words, source_of(row, lang), lang=lang, label=kind)
        found.append(said)
    return found or [fact("cards.weak", t("cards.no_weak", lang), lang=lang)]


def weak_words(row: Row, lang: Lang) -> str:
    """Return villages, households and the value a source gives of weak supply."""
    count = row["households"]
    households = (
        None if is_blank(count) else t("reports.households", lang, count=number(count, lang))
    )
    parts = (row["villages"], households, row["value"])
    return "; ".join(str(part) for part in parts if not is_blank(part))


def _dated(as_of: str, lang: Lang) -> str:
    """Return the date of a source, and how long ago that was if it is long ago."""
    age = today().year - int(as_of[:4])
    shown = t("powerpage.source_of", lang, date=date(as_of, lang))
    if age < _OLD_YEARS:
        return shown
    return t("powerpage.aged", lang, source=shown, years=number(age, lang))


def station_facts(known: Known, code: str, lang: Lang) -> list[Fact]:
    """Return the substations on record with a commune; kept back ones are not left blank."""
    key = "powerpage.stations"
    stations = known.tables.get("substations")
    if stations is None:
        return [fact(key, t("access.hidden", lang), lang=lang)]
    found = []
    for row in rows_with(stations, code):
        words = t(
            "powerpage.station",
            lang,
            name=row["name"],
            voltage=row["voltage_kv"],
            capacity=capacity(row, lang),
            state=value_label("power_status", row["status"], lang),
        )
        found.append(fact(key, row["name"], words, source_of(row, lang), lang=lang))
    return found or [fact(key, t("powerpage.no_station", lang), lang=lang)]


def stations_of(known: Known, cluster: Row, lang: Lang) -> Fact:
    """Return the substations on record with a cluster, and who puts them there."""
    say = partial(fact, "powerpage.stations", lang=lang)
    if "substations" not in known.tables:
        return say(t("access.hidden", lang))
    pairs = known.cluster_grid
    told, sources = [], []
    for row in pairs[pairs["cluster_id"] == cluster["cluster_id"]].to_dict("records"):
        if is_blank(row["substation_id"]):
            return say(t(str(row["reason"]), lang))
        sources.append(source_of(row, lang))
        far, reason = row["distance_km"], str(row["reason"])
        told.append(
            t(
                "cards.station",
                lang,
                name=row["substation_name"],
                voltage=row["voltage_kv"],
                capacity=capacity(row, lang),
                state=value_label("power_status", row["status"], lang),
                near=t(f"clustergrid.relation_{row['relation']}", lang),
                distance=t(reason, lang) if is_blank(far) else number(far, lang, 2, "km"),
            )
        )
    return say("; ".join(told), None, *dict.fromkeys(sources))


def capacity(row: Row, lang: Lang) -> str:
    """Return the capacity of a substation as its source gives it, in MVA or in its words."""
    if not is_blank(row["capacity_mva"]):
        value = float(row["capacity_mva"])
        digits = next((digits for digits in (0, 1) if round(value, digits) == value), 2)
        return number(value, lang, digits, "MVA")
    return no_data(lang) if is_blank(row["capacity_text"]) else str(row["capacity_text"])


def rows_with(table: pd.DataFrame, code: str) -> Sequence[Row]:
    """Return the rows of a table with commune `code`."""
    return list(table[table["commune_code"] == code].to_dict("records"))


def weak_card(known: Known, weak_id: str, lang: Lang) -> Card:
    """Return the card of one fact about weak supply; an old fact looks old."""
    weak = row_of(known.tables["weak_supply"], "weak_id", weak_id)
    name = str(known.commune_names[weak["commune_code"]])
    source = source_of(weak, lang)

    def say(key: str, value: object, words: str | None = None, *, strong: bool = False) -> Fact:
        return fact(key, value, words, source, lang=lang, strong=strong)

    households = weak["households"]
    facts = (
        say(
            "cards.weak_kind",
            weak["kind"],
            value_label("weak_kind", weak["kind"], lang),
            strong=True,
        ),
        say("cards.weak_state", weak["state"], value_label("weak_state", weak["state"], lang)),
        say("cards.weak_date", weak["as_of"], date(weak["as_of"], lang)),
        say("cards.villages", weak["villages"]),
        say("cards.households", households, number(households, lang)),
        say("cards.value", weak["value"]),
        say("cards.programme", weak["programme"]),
        say("cards.place_former", weak["former_commune"]),
        say("cards.place_now", name),
    )
    sub, caution = t("cards.weak_sub", lang), t("cards.weak_caution", lang)
    return Card(name, sub, facts, lang, note=str(weak["note"] or ""), cautions=(caution,))


def station_card(known: Known, substation_id: str, lang: Lang) -> Card:
    """Return the card of one substation, drawn because somebody gave its position."""
    row = row_of(known.tables["substations"], "substation_id", substation_id)
    source = source_of(row, lang)
    voltage, size = row["voltage_kv"], capacity(row, lang)
    status = value_label("power_status", row["status"], lang)
    facts = (
        fact("powerpage.voltage", voltage, None, source, lang=lang),
        fact("powerpage.capacity", size, None, source, lang=lang),
        fact("powerpage.state", row["status"], status, source, lang=lang),
        fact(
            "cards.place_now",
            known.commune_names.get(row["commune_code"]),
            None,
            source,
            lang=lang,
        ),
    )
    sub = t("cards.station_card_sub", lang, voltage=voltage)
    return Card(str(row["name"]), sub, facts, lang, note=str(row["note"] or ""))


def country_card(known: Known, code: str, lang: Lang) -> Card:
    """Return the card of a commune of another province: what is published, nothing measured."""
    unit = row_of(known.tables[COUNTRY], "code", code)
    official = unit["area_km2"] * _HA_PER_KM2
    url, as_of = str(unit["source_url"]), known.manifest.tables[COUNTRY].as_of
    source = Source(t("country.source", lang), site(url, lang), url, date(as_of, lang))
    facts = (
        fact("cards.area_official", official, hectares(official, lang), source, lang=lang),
        fact("cards.area_measured", t("country.not_measured", lang), lang=lang),
        fact("country.other", t("country.card_note", lang), lang=lang),
    )
    kind = t(f"country.kind_{unit['kind']}", lang)
    title = t("cards.commune_title", lang, kind=kind, name=unit["name"])
    return Card(title, t("country.card_sub", lang, province=unit["province"]), facts, lang)


def place_told(cluster: Row) -> str:
    """Return the text key of what the marker of a cluster stands by; empty inside an outline."""
    return "" if cluster["placed_by"] == "outline" else _PLACED[cluster["placed_by"] or ""]
