"""How far clusters are: steps with their documents, delays, obstacles, what is old."""

import datetime as dt

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.register.clusters import register
from lib.register.fillrate import rates
from lib.register.progress import board, progress, to_table
from lib.register.projects import projects, to_recover
from lib.register.steps import STEPS, standing

ON = dt.date(2026, 11, 30)
BLANK = {
    **dict.fromkeys(("decision_no", "decision_date", "decision_kind", "in_plan")),
    **dict.fromkeys(("detailed_plan_no", "detailed_plan_date", "handover_date")),
    "legal_status": "unknown",
    "operation_status": "unknown",
}
FOUNDED = {"decision_no": "9/QĐ", "decision_date": "2024-03-01", "decision_kind": "establish"}


def milestone(name, actual=None, document=None, planned=None):
    return {"milestone": name, "planned": planned, "actual": actual, "document_no": document}


@pytest.mark.parametrize(
    ("row", "milestones", "step", "proven"),
    [
        ({}, [], "unknown", False),
        ({"legal_status": "in_plan"}, [], "in_plan", False),
        (
            {"legal_status": "in_plan", "decision_no": "1/QĐ", "decision_kind": "plan"},
            [],
            "in_plan",
            True,
        ),
        ({"legal_status": "established"}, [], "established", False),
        ({"legal_status": "established", **FOUNDED}, [], "established", True),
        ({"legal_status": "in_plan", **FOUNDED}, [], "in_plan", False),
        ({"detailed_plan_date": "2025"}, [], "detailed_plan", False),
        ({"detailed_plan_no": "2/QĐ"}, [], "detailed_plan", True),
        ({}, [milestone("recovery", "2025-05")], "land", False),
        ({}, [milestone("handover", planned="2025-05")], "unknown", False),
        ({"operation_status": "building"}, [], "building", False),
        ({}, [milestone("infrastructure", "2026-01-01", "3/BB")], "infrastructure", True),
        ({"operation_status": "operating"}, [milestone("establish", "2020")], "operating", False),
        ({}, [milestone("wastewater", "2026-01-01", "4/BB")], "unknown", False),
    ],
)
def test_a_cluster_stands_on_the_highest_step_said(row, milestones, step, proven):
    found = standing(BLANK | row, milestones)
    assert (found.step, found.proven) == (step, proven)


def test_a_lower_step_with_a_younger_document_is_a_step_back():
    plan = {"detailed_plan_no": "5/QĐ", "detailed_plan_date": "2023-06-01"}
    found = standing(BLANK | {"legal_status": "established", **FOUNDED, **plan}, [])
    assert [back.document for back in found.back] == ["9/QĐ", "5/QĐ"]
    later = standing(
        BLANK | {"legal_status": "established", **FOUNDED, **plan, "detailed_plan_date": "2024"}, []
    )
    assert later.back == (), "a year may mean a day after the other document"
    undated = standing(
        BLANK | {"legal_status": "established", **FOUNDED, "detailed_plan_no": "5/QĐ"}, []
    )
    assert undated.back == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("establish", "detailed_plan", "handover", "operation")),
            st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).map(str),
            st.none() | st.just("1/QĐ"),
        ),
        max_size=6,
    )
)
def test_more_said_never_lowers_the_step(given_):
    rows = [milestone(*one) for one in given_]
    places = [(*STEPS, "unknown").index(standing(BLANK, rows[:n]).step) for n in range(len(rows))]
    ranks = [-1 if place == len(STEPS) else place for place in places]
    assert ranks == sorted(ranks)


def tables() -> dict[str, pd.DataFrame]:
    known = fact_tables()
    source = {"source_url": "file:a.xlsx", "as_of": "2026-11-20", "note": None}

    def frame(*rows):
        return pd.DataFrame([source | row for row in rows])

    code = {"cluster_id": "PT-017"}
    known["milestones"] = frame(
        code | milestone("groundbreaking", planned="2026-06-30"),
        code | milestone("establish", "2026-01-10", "12/QĐ-UBND", "2025-12-31"),
        code | milestone("operation", planned="2028"),
    )
    held = {"group": "clearance", "agency": "UBND xã", "state": None}
    known["obstacles"] = frame(
        code | held | {"text": "Còn 12 hộ", "due": None},
        code | held | {"text": "Thiếu vốn", "group": "finance", "due": "2026-12-31"},
        code | held | {"text": "Đã xong", "state": "solved", "due": "2020-01-01"},
    )
    clusters = known["clusters"]
    at = clusters["cluster_id"] == "PT-017"
    for name, value in {
        "decision_kind": "establish",
        "decision_no": "12/QĐ-UBND",
        "decision_end": "2026-11-20",
        "handover_date": "2020-01-01",
        "schedule_end": "2022-01-01",
        "extension_end": "2026-08-31",
        "wastewater_permit_until": "2026-11-29",
        "as_of": "2026-09",
    }.items():
        clusters.loc[at, name] = value
    return known


def test_delays_obstacles_and_the_age_of_what_is_known():
    known = tables()
    found = progress(register(known), known, on=ON)
    (one,) = (p for p in found if p.cluster["cluster_id"] == "PT-017")
    assert (one.law_days, one.decision_days, one.permit_days) == (91, 10, -1)
    assert [row["milestone"] for row in one.milestones] == [
        "establish",
        "groundbreaking",
        "operation",
    ]
    assert [row["milestone"] for row in one.late] == ["groundbreaking"]
    assert one.ahead["milestone"] == "groundbreaking"
    assert [row["text"] for row in one.obstacles] == ["Thiếu vốn", "Còn 12 hộ"]
    assert (one.updated, one.stale_days) == ("2026-11-20", 10)
    row = to_table(found).set_index("cluster_id").loc["PT-017"]
    assert (row["step"], row["step_proven"]) == ("land", "no"), "handed over, no document says so"
    assert (row["step_documented"], row["law_state"]) == ("established", "past_extension")
    assert (row["obstacle_groups"], row["obstacle_due"]) == ("finance; clearance", "2026-12-31")
    other = to_table(found).set_index("cluster_id").loc["PT-002"]
    assert pd.isna(other["law_days_late"])
    assert other["obstacles"] == ""


def test_the_board_counts_every_cluster_once_and_areas_of_how_many():
    known = tables()
    found = progress(register(known), known, on=ON)
    counts = board(found)
    withdrawn = (known["clusters"]["legal_status"] == "withdrawn").sum()
    assert len(found) == len(known["clusters"]) - withdrawn
    assert sum(count.clusters for count in counts) == len(found)
    areas = known["clusters"].set_index("cluster_id")["area_ha"]
    for count in counts:
        own = [p.cluster["cluster_id"] for p in found if p.standing.step == count.step]
        assert count.area_ha == pytest.approx(areas[own].sum())
        assert count.with_area == areas[own].notna().sum() <= count.clusters
        assert count.proven <= count.clusters


def test_projects_late_in_using_land_are_listed_by_hectares():
    late = {"handover_date": "2018-01-01", "schedule_end": "2020-01-01", "area_ha": 2.0}
    rows = pd.DataFrame(
        [
            late | {"cluster_id": "C1", "extension_end": "2022-01-01", "firm": "nhỏ"},
            late | {"cluster_id": "C2", "extension_end": "2022-01-01", "firm": "lớn", "area_ha": 9},
            late | {"cluster_id": "C1", "extension_end": "2030-01-01", "firm": "trong hạn"},
            late | {"cluster_id": "C1", "extension_end": None, "firm": "thiếu ngày"},
        ]
    )
    found = projects(rows, on=ON)
    assert [one.row["firm"] for one in to_recover(found)] == ["lớn", "nhỏ"]
    assert to_recover(found)[0].late_days == (ON - dt.date(2022, 1, 1)).days
    assert [one.law.state for one in found][2:] == ["extended", "undetermined"]
    assert len(projects(rows, on=ON, cluster_id="C2")) == 1
    assert projects(None, on=ON) == []


def test_three_fill_rates_never_stand_for_one_another():
    row = {"industrial_land_ha": 50.0, "leased_ha": 20.0, "cleared_ha": 25.0, "approved_ha": None}
    legal, leased, cleared = rates(row)
    assert (legal.share, leased.share, cleared.share) == (None, 0.4, 0.8)
    assert rates(row | {"approved_ha": 30.0})[0].share == 0.6
    assert [rate.share for rate in rates(row | {"industrial_land_ha": 0.0})][:2] == [None, None]
