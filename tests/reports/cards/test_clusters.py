"""The card of a cluster: every value with the source that says it, others in the open."""

import pytest
from facttables import fact_tables

from lib.register.clusters import register
from lib.reports.cards.clusters import cluster_card
from lib.reports.cards.known import Known
from lib.reports.cards.markup import card_html
from lib.store.store import Manifest
from lib.tables.statements.record import Statement
from lib.tables.statements.say import said, say

FACTS = fact_tables()
MANIFEST = Manifest("x", "2026-11-30T00:00:00+00:00", "prepare", "schematic", {})
HOSTILE = ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "http://[x", "javascript:x"]


def facts_of(cluster: str, *words: Statement):
    tables = {**FACTS, **(say(FACTS, words) if words else {})}
    card = cluster_card(Known(MANIFEST, tables, register(tables)), cluster, "vi")
    return card, tables


@pytest.mark.parametrize("cluster", ["PT-002", "PT-014", "PT-019", "HB-001", "VP-001"])
def test_each_line_names_the_source_of_its_value(cluster):
    card, tables = facts_of(cluster)
    known = said(tables, "clusters", cluster)
    lines = {
        "cards.place_former": "former_communes",
        "cards.area": "area_ha",
        "cards.operation": "operation_status",
        "cards.investor": "investor",
        "cards.occupancy": "occupancy_pct",
        "schemas.column.behind_schedule": "behind_schedule",
    }
    shown = {fact.key: fact for fact in card.facts if not fact.blank}
    for key, column in lines.items():
        if key in shown and known[column].rule != "none":
            assert [source.url for source in shown[key].sources] == [known[column].source], key
            others = [other.source.url for other in shown[key].others]
            assert set(others) == {one.source_url for one in known[column].others}, key


def test_a_commune_only_a_source_names_is_not_laid_to_the_table_of_the_merger():
    now = {fact.key: fact for fact in facts_of("PT-014")[0].facts}["cards.place_now"]
    assert [source.host for source in now.sources] == ["baophutho.vn"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_source_or_value_stays_text_on_the_card(text):
    words = [
        Statement("clusters", "HB-025", "investor", text, text, "2026-11-30"),
        Statement("clusters", "HB-025", "area_ha", "12.5", text, "2026-11-30"),
    ]
    card, _ = facts_of("HB-025", *words)
    html = str(card_html(card))
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="http://[' not in html
