"""What sources say of a cluster of the register, as facts of a card."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from lib.language.text import Lang, date, hectares, percent, t
from lib.register import delay
from lib.reports.cards.assets import asset_facts
from lib.reports.cards.card import Fact, Row, Source, fact, row_of, source_of
from lib.reports.cards.further import further_facts, kept_back
from lib.reports.cards.head import communes_of
from lib.reports.cards.known import Known
from lib.reports.cards.places import (
    stations_of,
)
from lib.reports.cards.progress import fill_words
from lib.reports.cards.projects import project_facts
from lib.tables.glossary import value_label


def named(cluster: Row, lang: Lang) -> tuple[str, str]:
    """Return title and second line of the card of a row of the register."""
    kind = value_label("cluster_kind", cluster["kind"], lang)
    title = t("cards.cluster_title", lang, name=cluster["name"])
    return title, t("cards.cluster_sub", lang, kind=kind, id=cluster["cluster_id"])


def recorded(known: Known, cluster: Row, lang: Lang) -> list[Fact]:
    """Return what sources say of a cluster of the register, in the order of a meeting.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.register.clusters.register`, blanks None.
    """
    own = source_of(cluster, lang)
    told_by = known.voices("clusters", str(cluster["cluster_id"]), lang).told

    def say(key: str, column: str, codes: str = "") -> Fact:
        value = cluster[column]

        def words(code: str) -> str:
            listed = "; ".join(name.strip() for name in code.split(";"))
            return value_label(codes, code, lang) if codes else listed

        said = fact(key, value, words(str(value)) if value else None, own, lang=lang)
        return told_by(said, words, column)

    ha = partial(hectares, lang=lang)

    def figure(key: str, column: str, words: Callable[[float], str] = ha) -> Fact:
        value = cluster[column]
        said = fact(key, value, None if value is None else words(value), own, lang=lang)
        return told_by(said, lambda text: words(float(text)), column)

    named, now = cluster["former_communes"], _now(cluster, lang)
    places = communes_of(cluster["commune_codes"], known.commune_names)
    law = source_of(
        known.tables["former_units"].iloc[0].to_dict(), lang, t("cards.table_479", lang)
    )
    followed = [law] if named else []
    stated = say("cards.place_now", "stated_communes").sources if cluster["stated_communes"] else ()
    told = [
        say("cards.place_former", "former_communes"),
        say("cards.district_former", "former_district"),
        fact(
            "cards.place_now",
            now,
            None,
            *followed,
            *stated,
            lang=lang,
            strong=True,
            places=places,
        ),
        figure("cards.area", "area_ha"),
        say("cards.legal", "legal_status", "legal_status"),
        say("cards.operation", "operation_status", "operation_status"),
        told_by(
            fact("cards.decision", decision_of(cluster, lang), None, own, lang=lang),
            str,
            *("decision_no", "decision_date", "decision_kind"),
        ),
        kept_back(known, cluster, say("cards.investor", "investor"), lang),
        figure("schemas.column.cleared_ha", "cleared_ha"),
        figure("schemas.column.leased_ha", "leased_ha"),
        figure("cards.occupancy", "occupancy_pct", lambda share: percent(share / 100, lang)),
        *_rates(cluster, own, lang),
        say("cards.wastewater", "wastewater", "wastewater"),
        _outline(known, cluster, lang),
    ]
    time = delay.of_cluster(cluster, on=known.day, lang=lang)
    told += [
        fact("reports.delay", time.land_law, None, own, lang=lang),
        fact("reports.decision_schedule", time.decision, None, own, lang=lang),
    ]
    if cluster["behind_schedule"] == "yes":
        late = say("schemas.column.behind_schedule", "behind_schedule", "behind_schedule")
        by = ", ".join(source.host for source in late.sources)
        words = t("reports.no_document", lang, said=late.words, source=by)
        told.append(replace(late, words=words))
    told += further_facts(known, cluster, lang)
    told += project_facts(known, str(cluster["cluster_id"]), lang)
    told += asset_facts(known, cluster, lang)
    return [*told, stations_of(known, cluster, lang)]


def _rates(cluster: Row, own: Source, lang: Lang) -> list[Fact]:
    """Return the fill rates whose two hectares are known, each with its own denominator."""
    said = "; ".join(fill_words(cluster, lang))
    return [fact("progress.line_fill", said, None, own, lang=lang)] if said else []


def _now(cluster: Row, lang: Lang) -> str:
    """Return the communes of today, and the names that lead to none."""
    lost = [t("cards.unresolved", lang, name=name) for name in cluster["unresolved"]]
    return "; ".join([*filter(None, [cluster["communes_now"]]), *lost])


def decision_of(cluster: Row, lang: Lang) -> str | None:
    """Return number, date and kind of the decision on a cluster, None if none is known."""
    if not cluster["decision_no"]:
        return None
    kind = cluster["decision_kind"]
    words = f" ({value_label('decision_kind', kind, lang)})" if kind else ""
    return f"{cluster['decision_no']}, {date(cluster['decision_date'], lang)}{words}"


def _outline(known: Known, cluster: Row, lang: Lang) -> Fact:
    """Return how good the outline is; the office's own with its source and what is noted of it."""
    quality = cluster["outline_quality"]
    brought = known.tables.get("outlines")
    row = {} if brought is None else row_of(brought, "cluster_id", cluster["cluster_id"])
    sources = []
    if row:
        quality = row["outline_quality"]
        sources.append(source_of(row, lang, t("cards.outline", lang)))
    words = value_label("outline_quality", quality, lang) if quality else None
    if words and row.get("note"):
        words = f"{words} – {row['note']}"
    return fact("cards.outline", quality, words, *sources, lang=lang)
