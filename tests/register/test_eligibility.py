"""Where a further cluster may be set up: both rules at their limits, blanks, two communes."""

import datetime as dt

import pandas as pd
import pytest

from lib.register.eligibility import eligibility, rule_on

BEFORE, AFTER = dt.date(2026, 9, 14), dt.date(2026, 9, 15)
NAMES = pd.DataFrame({"code": ["00001", "00002", "00003"], "name": ["Một", "Hai", "Ba"]})


def cluster(land, leased, *, legal="established", approved=None, code="C1", districts=()):
    return {
        "cluster_id": code,
        "legal_status": legal,
        "operation_status": "operating",
        "industrial_land_ha": land,
        "leased_ha": leased,
        "approved_ha": approved,
        "district_codes": districts,
    }


def ask(*clusters, on=AFTER, places=None, shares=None):
    placed = {"C1": ("00001",), "C2": ("00001",)} if places is None else places
    table = eligibility(pd.DataFrame(clusters), placed, shares or {}, NAMES, on=on)
    return table.set_index("commune_code")


@pytest.mark.parametrize(
    ("land", "leased", "before", "after"),
    [
        (100.0, 50.0, "allowed", "allowed"),  # 50 % is not over 50 %, but 50.0 ha are left
        (100.2, 50.1, "allowed", "not_allowed"),  # 50 %, 50.1 ha
        (100.2, 50.2, "allowed", "allowed"),  # over 50 %
        (200.0, 100.0, "allowed", "not_allowed"),  # 50 %, 100 ha
        (200.2, 100.1, "not_allowed", "not_allowed"),  # 50 %, 100.1 ha
        (60.0, 9.9, "allowed", "not_allowed"),  # 50.1 ha
        (60.0, 10.0, "allowed", "allowed"),  # 50.0 ha
        (60.0, None, "unknown", "unknown"),
        (None, 10.0, "unknown", "unknown"),
    ],
)
def test_both_rules_at_their_limits(land, leased, before, after):
    for on, answer in ((BEFORE, before), (AFTER, after)):
        assert ask(cluster(land, leased), on=on).loc["00001", "answer"] == answer


def test_the_figures_the_rule_and_where_nothing_binds():
    table = ask(cluster(100.0, 30.0), cluster(20.0, 12.0, code="C2"))
    row = table.loc["00001"]
    assert (row["clusters"], row["fill_pct"], row["unleased_ha"]) == (2, 35.0, 78.0)
    assert "chưa đối chiếu bản gốc" in row["rule"]
    assert "theo đất đã cho thuê" in row["note"]
    empty = table.loc["00002"]
    assert (empty["answer"], empty["clusters"]) == ("allowed", 0)
    assert pd.isna(empty["fill_pct"])
    assert rule_on(BEFORE).name == "nd32"
    assert rule_on(dt.date(2020, 1, 1)).name == "nd32"


def test_land_with_investment_approved_fills_but_is_not_leased():
    row = ask(cluster(200.0, 20.0, approved=120.0)).loc["00001"]
    assert (row["fill_pct"], row["unleased_ha"], row["answer"]) == (60.0, 180.0, "allowed")
    assert "theo đất đã cho thuê" not in row["note"]


def test_only_established_clusters_bind():
    assert ask(cluster(200.0, 0.0, legal="in_plan")).loc["00001", "answer"] == "allowed"
    assert ask(cluster(200.0, 0.0, legal="unknown")).loc["00001", "answer"] == "unknown"
    # Both readings give the same: it is full enough with and without.
    assert ask(cluster(40.0, 40.0, legal="unknown")).loc["00001", "answer"] == "allowed"
    both = ask(cluster(200.0, 0.0), cluster(100.0, 0.0, legal="unknown", code="C2"))
    assert both.loc["00001", "answer"] == "not_allowed"


def test_a_cluster_of_a_former_district_may_be_in_any_commune_of_it():
    row = cluster(200.0, 0.0, districts=("00002", "00003"))
    table = ask(row, places={})
    assert table["answer"].tolist() == ["allowed", "unknown", "unknown"]
    assert "chưa rõ xã" in table.loc["00002", "note"]


def test_a_cluster_on_two_communes_counts_in_both_by_its_measured_hectares():
    placed = {"C1": ("00001", "00002")}
    shares = {("C1", "00001"): 0.75, ("C1", "00002"): 0.25}
    table = ask(cluster(100.0, 20.0), places=placed, shares=shares)
    assert table["unleased_ha"].tolist()[:2] == [60.0, 20.0]
    assert table["answer"].tolist() == ["not_allowed", "allowed", "allowed"]
    unmeasured = ask(cluster(100.0, 20.0), places=placed)
    assert unmeasured["answer"].tolist() == ["unknown", "unknown", "allowed"]
    assert "C1" in unmeasured.loc["00002", "note"]
