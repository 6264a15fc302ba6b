"""The cards of a commune, a cluster and a place with weak supply."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from lib.language.text import date, hectares, is_blank, number, percent
from lib.places import names as merger
from lib.register import delay
from lib.tables.facts import CHECKED, data_date
from lib.tables.glossary import value_label
from lib.ui.card import Fact, Source, show_card, site
from lib.ui.cards.country import country_card
from lib.ui.maps.view import Target
from lib.ui.power.data import cluster_grid
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_HA_PER_KM2 = 100
_DAY = len("yyyy-mm-dd")


def row_of(frame: pd.DataFrame, column: str, code: str) -> Mapping[str, Any]:
    """Return the one row of `frame` with `code` as a mapping; blanks are None."""
    row = frame.loc[frame[column] == code].iloc[0]
    return {str(key): None if is_blank(value) else value for key, value in row.items()}


def source_of(row: Mapping[Any, Any], name: str = "") -> Source:
    """Return the source of a row of facts; `name` instead of the host of its address."""
    lang = language()
    undated = row["as_of"] == CHECKED
    as_of = tr("cards.undated", date=date(CHECKED, lang)) if undated else date(row["as_of"], lang)
    return Source(name or site(row["source_url"]), row["source_url"], as_of)


def commune_card(data: Workspace, code: str) -> None:
    """Draw the card of commune `code`: official and measured area side by side."""
    lang = language()
    commune = row_of(data.commune_rows, "code", code)
    units = data.tables["former_units"].query("new_code == @code")
    official = float(commune["area_km2"]) * _HA_PER_KM2
    measured = commune["measured_ha"]
    clusters = data.clusters.loc[data.clusters["commune_codes"].map(lambda c: code in c), "name"]
    weak = data.tables["weak_supply"].query("commune_code == @code")
    difference = None if measured is None else float(measured) / official - 1
    facts = [
        Fact(tr("cards.former_units"), _former_units(units), 2),
        Fact(tr("cards.districts"), "; ".join(dict.fromkeys(units["district"])), 2),
        Fact(tr("cards.area_official"), hectares(official, lang), 1),
        Fact(
            tr("cards.area_measured"),
            tr("cards.not_measured") if data.schematic else hectares(measured, lang),
            3,
        ),
        Fact(tr("cards.area_difference"), percent(difference, lang, sign=True)),
        Fact(tr("cards.population"), number(commune["population"], lang), 1),
        Fact(tr("cards.clusters"), "; ".join(clusters) or tr("cards.no_cluster")),
    ]
    borders = data.manifest.tables["communes"]
    sources = [
        source_of(commune, tr("cards.table_148")),
        Source(
            str(commune["legal_basis"]),
            units["source_url"].iloc[0],
            date(units["as_of"].iloc[0], lang),
        ),
        Source(
            borders.source,
            str(data.manifest.details["borders"]["source_url"]),
            date(borders.as_of, lang),
        ),
    ]
    for row in weak.to_dict("records"):
        sources.append(source_of(row))
        facts.append(Fact(tr("cards.weak"), _weak(row), len(sources)))
    if weak.empty:
        facts.append(Fact(tr("cards.weak"), tr("cards.no_weak")))
    show_card(
        tr(
            "cards.commune_title",
            kind=value_label("commune_kind", commune["kind"], lang),
            name=commune["name"],
        ),
        tr("cards.commune_sub", province=commune["former_province"], basis=commune["legal_basis"]),
        facts,
        sources,
        note=str(commune["note"] or ""),
    )


def _former_units(units: pd.DataFrame) -> str:
    parts = [
        f"{row.kind} {row.name}" + (tr("cards.part") if row.part == "part" else "")
        for row in units[["kind", "name", "part"]].itertuples(index=False, name="Unit")
    ]
    return "; ".join(parts)


def _weak(row: Mapping[Any, Any]) -> str:
    lang = language()
    return (
        f"{value_label('weak_kind', row['kind'], lang)} ({date(row['as_of'], lang)}, "
        f"{value_label('weak_state', row['state'], lang)})"
    )


def cluster_card(data: Workspace, cluster_id: str) -> None:
    """Draw the card of cluster `cluster_id`."""
    lang = language()
    cluster = row_of(data.clusters, "cluster_id", cluster_id)

    def words(column: str, codes: str) -> str | None:
        return value_label(codes, cluster[column], lang) if cluster[column] else None

    decision = None
    if cluster["decision_no"]:
        kind = words("decision_kind", "decision_kind")
        decision = f"{cluster['decision_no']}, {date(cluster['decision_date'], lang)}" + (
            f" ({kind})" if kind else ""
        )
    places = merger.by_decision(
        data.tables["clusters"].query("cluster_id == @cluster_id"),
        data.tables["former_units"],
        data.tables["ended_units"],
        data.tables["communes"],
    )
    on = delay.last_day(data_date(data.tables["clusters"]) or data.manifest.created[:_DAY])
    time = delay.of_cluster(cluster, on=on, lang=lang)
    facts = [
        Fact(tr("cards.place_former"), _listed(cluster["former_communes"]), 1),
        Fact(tr("cards.district_former"), cluster["former_district"], 1),
        Fact(tr("cards.place_now"), _now(places), 2, strong=True),
        Fact(tr("cards.area"), hectares(cluster["area_ha"], lang), 1),
        Fact(tr("cards.legal"), words("legal_status", "legal_status"), 1),
        Fact(tr("cards.operation"), words("operation_status", "operation_status"), 1),
        Fact(tr("cards.decision"), decision, 1),
        Fact(tr("cards.investor"), cluster["investor"], 1),
        Fact(
            tr("cards.occupancy"),
            None
            if cluster["occupancy_pct"] is None
            else percent(float(cluster["occupancy_pct"]) / 100, lang),
            1,
        ),
        Fact(tr("cards.wastewater"), words("wastewater", "wastewater"), 1),
        Fact(tr("cards.outline"), words("outline_quality", "outline_quality")),
        Fact(tr("reports.delay"), time.land_law, 1),
        Fact(tr("reports.decision_schedule"), time.decision, 1),
    ]
    law = row_of(data.tables["former_units"].head(1), "part", "whole")
    sources = [source_of(cluster), source_of(law, tr("cards.table_479"))]
    stations, told = _stations(data, cluster_id)
    numbers = tuple(range(len(sources) + 1, len(sources) + len(told) + 1))
    facts.append(Fact(tr("powerpage.stations"), stations, numbers))
    placed = not is_blank(cluster["lat"])
    show_card(
        tr("cards.cluster_title", name=cluster["name"]),
        tr("cards.cluster_sub", kind=words("kind", "cluster_kind"), id=cluster_id),
        facts,
        [*sources, *told],
        note=str(cluster["note"] or ""),
        caution=tr("cards.approximate") if placed else tr("cards.no_marker"),
    )


def _stations(data: Workspace, cluster_id: str) -> tuple[str, list[Source]]:
    """Return the substations on record with a cluster in words, and their sources."""
    lang = language()
    if "substations" in data.closed:
        return tr("access.hidden"), []
    pairs = cluster_grid(data.key, data)
    told = []
    sources: dict[Source, None] = {}
    for row in pairs[pairs["cluster_id"] == cluster_id].to_dict("records"):
        if is_blank(row["substation_id"]):
            return tr(str(row["reason"])), []
        sources[source_of(row)] = None
        far = row["distance_km"]
        told.append(
            tr(
                "cards.station",
                name=row["substation_name"],
                voltage=row["voltage_kv"],
                capacity=station_capacity(row),
                state=value_label("power_status", row["status"], lang),
                near=tr(f"clustergrid.relation_{row['relation']}"),
                distance=tr(str(row["reason"])) if is_blank(far) else number(far, lang, 2, "km"),
            )
        )
    return "; ".join(told), list(sources)


def station_capacity(row: Mapping[Any, Any]) -> str:
    """Return the capacity of a substation as its source gives it."""
    if not is_blank(row["capacity_mva"]):
        value = float(row["capacity_mva"])
        digits = next((digits for digits in (0, 1) if round(value, digits) == value), 2)
        return number(value, language(), digits, "MVA")
    return tr("common.no_data") if is_blank(row["capacity_text"]) else str(row["capacity_text"])


def _listed(value: object) -> str | None:
    return None if is_blank(value) else str(value).replace(";", "; ")


def _now(places: pd.DataFrame) -> str | None:
    found = places.dropna(subset=["commune_code"])
    lost = places.loc[places["commune_code"].isna(), "former_names"]
    parts = list(dict.fromkeys(found["commune_name"]))
    parts += [tr("cards.unresolved", name=name) for name in lost]
    return "; ".join(parts) or None


def weak_card(data: Workspace, weak_id: str) -> None:
    """Draw the card of one fact about weak supply; an old fact looks old."""
    lang = language()
    weak = row_of(data.tables["weak_supply"], "weak_id", weak_id)
    names = data.commune_names
    facts = [
        Fact(tr("cards.weak_kind"), value_label("weak_kind", weak["kind"], lang), 1, strong=True),
        Fact(tr("cards.weak_state"), value_label("weak_state", weak["state"], lang), 1),
        Fact(tr("cards.weak_date"), date(weak["as_of"], lang), 1),
        Fact(tr("cards.villages"), weak["villages"], 1),
        Fact(tr("cards.households"), number(weak["households"], lang), 1),
        Fact(tr("cards.value"), weak["value"], 1),
        Fact(tr("cards.programme"), weak["programme"], 1),
        Fact(tr("cards.place_former"), weak["former_commune"], 1),
        Fact(tr("cards.place_now"), str(names[weak["commune_code"]]), 1),
    ]
    show_card(
        str(names[weak["commune_code"]]),
        tr("cards.weak_sub"),
        facts,
        [source_of(weak)],
        note=str(weak["note"] or ""),
        caution=tr("cards.weak_caution"),
    )


def station_card(data: Workspace, substation_id: str) -> None:
    """Draw the card of one substation, drawn because somebody gave its position."""
    lang = language()
    row = row_of(data.tables["substations"], "substation_id", substation_id)
    names = data.commune_names
    commune = row["commune_code"]
    facts = [
        Fact(tr("powerpage.voltage"), row["voltage_kv"], 1),
        Fact(tr("powerpage.capacity"), station_capacity(row), 1),
        Fact(tr("powerpage.state"), value_label("power_status", row["status"], lang), 1),
        Fact(tr("cards.place_now"), str(names[commune]) if commune else None, 1),
    ]
    show_card(
        str(row["name"]),
        tr("cards.station_card_sub", voltage=row["voltage_kv"]),
        facts,
        [source_of(row)],
        note=str(row["note"] or ""),
    )


def card_of(data: Workspace, selected: Target | None) -> Callable[[], None] | None:
    """Return what draws the card of `selected`, None if nothing is."""
    if selected is None:
        return None
    cards = {
        "clusters": cluster_card,
        "weak": weak_card,
        "substations": station_card,
        "country": country_card,
    }
    draw = cards.get(selected.layer_id, commune_card)
    return partial(draw, data, selected.code)
