"""Forms 03 and 04 of Circular 14/2024: a made-up register of twelve, every row by hand."""

import itertools

import pandas as pd
import pytest
from facttables import fact_tables

from lib.language.errors import WrongUseError
from lib.register.period import last_due, period_of
from lib.register.report14 import ROWS, report14, to_table

YEAR, HALF = period_of("2026"), period_of("2026-H1")
COLUMNS = list(fact_tables()["clusters"].columns)
BASE = {
    "kind": "ccn",
    "former_province": "Phú Thọ",
    "legal_status": "established",
    "operation_status": "operating",
    "decision_kind": "establish",
    "decision_no": "1/QĐ-UBND",
    "wastewater": "none",
    "wastewater_standard": "no",
    "behind_schedule": "unknown",
    "outline_quality": "none",
    "in_plan": "yes",
    "cluster_type": "general",
    "investor_kind": "enterprise",
    "detailed_plan_no": "2/QĐ-UBND",
    "detailed_plan_date": "2020-05-01",
    "infra_project_no": "3/QĐ-UBND",
    "infra_project_date": "2020-06-01",
    "source_url": "https://a.vn/x",
    "as_of": "2026-06-10",
}
PLANNED = {
    "legal_status": "in_plan",
    "operation_status": "planned",
    "decision_kind": "plan",
    "investor_kind": "none",
    "detailed_plan_no": None,
    "detailed_plan_date": None,
    "infra_project_no": None,
    "infra_project_date": None,
    "tenants": 0,
    "tenants_fdi": 0,
    "tenants_operating": 0,
}
# area, industrial land, leased, capital, paid, projects, foreign, running, revenue, budget, workers
FIGURES = {
    "C01": (50.0, 35.0, 30.0, 500.0, 400.0, 10, 2, 8, 900.0, 40.0, 2000),
    "C02": (75.0, 50.0, 20.0, 700.0, 300.0, 6, 0, 4, 300.0, 10.5, 800),
    "C03": (20.5, 15.0, 15.0, 100.0, 100.0, 12, 1, 12, 250.0, 9.0, 650),
    "C04": (30.25, 22.0, 11.0, 200.0, 150.0, 5, 0, 5, 120.0, 4.0, 300),
    "C05": (10.0, 7.0, 7.0, 40.0, 40.0, 15, 0, 15, 80.0, 2.0, 410),
    "C06": (45.0, 30.0, 0.0, 450.0, 90.0, 0, 0, 0, 0.0, 0.0, 0),
    "C07": (60.0, 42.0, 0.0, 600.0, 10.0, 0, 0, 0, 0.0, 0.0, 0),
    "C08": (25.0, 18.0, 9.0, 150.0, 140.0, 4, 1, 3, 60.0, 3.0, 220),
}
NUMBERS = itertools.count(1)
PLACES = {
    **dict.fromkeys(("C01", "C03", "C05", "C09"), ("00001",)),
    "C02": ("00001", "00002"),
    **dict.fromkeys(("C04", "C08", "C10"), ("00002",)),
    **dict.fromkeys(("C06", "C07", "C11", "C12"), ("00003",)),
}


def cluster(code: str, **own) -> dict:
    row = {**BASE, "cluster_id": code, "name": f"Cụm {code}", "decision_date": "2019-01-01"}
    names = ("area_ha", "industrial_land_ha", "leased_ha", "infra_capital_bn", "infra_paid_bn")
    names += ("tenants", "tenants_fdi", "tenants_operating", "revenue_bn", "budget_bn", "workers")
    return row | dict(zip(names, FIGURES.get(code, ()), strict=False)) | own


def register() -> pd.DataFrame:
    """Twelve clusters: seven established, five of them operate; C05 does without being it."""
    rows = [
        cluster("C01", wastewater="operating", wastewater_standard="yes"),
        cluster("C02", decision_date="2026-02-01", wastewater="building"),
        cluster("C03", cluster_type="craft_village", investor_kind="state", wastewater="stopped"),
        cluster("C04", cluster_type="specialised", decision_date="2026-09-01"),
        cluster(
            "C05",
            legal_status="in_plan",
            decision_kind="plan",
            investor_kind="none",
            detailed_plan_date="2026-08-15",
        ),
        cluster("C06", operation_status="building"),
        cluster("C07", operation_status="building", decision_date="2025-12-15"),
        cluster("C08", in_plan="no", wastewater="operating", wastewater_standard="yes"),
        cluster("C09", **PLANNED, area_ha=40.0),
        cluster("C10", **PLANNED, area_ha=15.5),
        cluster("C11", **PLANNED, area_ha=70.0),
        cluster("C12", **PLANNED, area_ha=12.0),
    ]
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    kinds = fact_tables()["clusters"].dtypes.to_dict()
    return frame.astype(kinds)


def milestones() -> pd.DataFrame:
    rows = [(f"C{n:02d}", "detailed_plan", "2027", None) for n in range(9, 13)]
    return pd.DataFrame(rows, columns=["cluster_id", "milestone", "planned", "actual"])


def tables(**changed) -> dict[str, pd.DataFrame]:
    frame = register()
    for code, values in changed.items():
        for name, value in values.items():
            frame.loc[frame["cluster_id"] == code, name] = value
    return {"clusters": frame, "milestones": milestones()}


def values(report) -> dict[str, float | None]:
    return {figure.row.tt: figure.value for figure in report.figures if figure.row.unit}


# Row by row what a clerk adds up with a pencil: form 04, then form 03 of each of three communes.
# C02 (75 ha) lies in 00001 and 00002 and is whole in both; C08 is not in the plan.
BY_HAND = {
    #       province             00001            00002           00003
    "1": (11, 5, 3, 4),  # all but C08
    "2": (428.25, 50 + 75 + 20.5 + 10 + 40, 75 + 30.25 + 15.5, 45 + 60 + 70 + 12),
    "3": (7, 3, 3, 2),  # C01 C02 C03 | C02 C04 C08 | C06 C07
    "4": (305.75, 50 + 75 + 20.5, 75 + 30.25 + 25, 45 + 60),
    "5": (3, 1, 2, 1),  # from 15/12/2025 on: C02 | C02 C04 | C07, of that very day
    "6": (165.25, 75, 75 + 30.25, 60),
    "7": (6, 2, 3, 2),  # without C03, which the State built
    "8": (285.25, 50 + 75, 75 + 30.25 + 25, 45 + 60),
    "9": (8, 4, 3, 2),  # C05 is planned in detail too; C09-C12 are only to be
    "10": (315.75, 50 + 75 + 20.5 + 10, 75 + 30.25 + 25, 45 + 60),
    "11": (8, 4, 3, 2),
    "12": (315.75, 50 + 75 + 20.5 + 10, 75 + 30.25 + 25, 45 + 60),
    "13": (2740, 500 + 700 + 100 + 40, 700 + 200 + 150, 450 + 600),
    "14": (1230, 400 + 300 + 100 + 40, 300 + 150 + 140, 90 + 10),
    "15": (6, 4, 3, 0),  # C01 C02 C03 C05 | C02 C04 C08; C06 and C07 are being built
    "15.1": (5, 3, 3, 0),
    "15.2": (1, 1, 0, 0),  # C05
    "15.3": (1, 1, 0, 0),  # C03
    "15.4": (1, 0, 1, 0),  # C04
    "16": (210.75, 50 + 75 + 20.5 + 10, 75 + 30.25 + 25, 0),
    "16.1": (200.75, 50 + 75 + 20.5, 75 + 30.25 + 25, 0),
    "16.2": (10, 10, 0, 0),
    "16.3": (20.5, 20.5, 0, 0),
    "16.4": (30.25, 0, 30.25, 0),
    "17": (147, 35 + 50 + 15 + 7, 50 + 22 + 18, 0),
    "18": (92, 30 + 20 + 15 + 7, 20 + 11 + 9, 0),
    "19": (62.585, 67.2897, 44.4444, None),  # 92/147, 72/107, 40/90; nothing runs in 00003
    "20": (52, 10 + 6 + 12 + 15, 6 + 5 + 4, 0),
    "21": (4, 2 + 0 + 1 + 0, 0 + 0 + 1, 0),
    "22": (47, 8 + 4 + 12 + 15, 4 + 5 + 3, 0),
    "23": (1710, 900 + 300 + 250 + 80, 300 + 120 + 60, 0),
    "24": (68.5, 40 + 10.5 + 9 + 2, 10.5 + 4 + 3, 0),
    "25": (4380, 2000 + 800 + 650 + 410, 800 + 300 + 220, 0),
    "26": (4, 3, 2, 0),  # C01 runs, C02 is built, C03 stands still | C02, C08 runs
    "27": (2, 1, 1, 0),
}
# What differs on 14/6/2026: C04 was founded on 1/9, the detailed plan of C05 came on 15/8.
HALF_BY_HAND = BY_HAND | {
    "3": (6, 3, 2, 2),
    "4": (275.5, 50 + 75 + 20.5, 75 + 25, 45 + 60),
    "5": (2, 1, 1, 1),
    "6": (135, 75, 75, 60),
    "7": (5, 2, 2, 2),
    "8": (255, 50 + 75, 75 + 25, 45 + 60),
    "9": (7, 3, 3, 2),
    "10": (305.75, 50 + 75 + 20.5, 75 + 30.25 + 25, 45 + 60),
    "15.1": (4, 3, 2, 0),
    "15.2": (2, 1, 1, 0),  # then C04 too ran without being established
    "16.1": (170.5, 50 + 75 + 20.5, 75 + 25, 0),
    "16.2": (40.25, 10, 30.25, 0),
}
# The same register with holes: what is not known is in no sum. Of C05 nobody says whether it is
# established, of C10 not even whether it is in the plan.
HOLES = {
    "C01": {"area_ha": None, "workers": None, "infra_capital_bn": None},
    "C02": {"leased_ha": None, "revenue_bn": None, "wastewater": "unknown"},
    "C04": {"industrial_land_ha": None, "tenants_fdi": None, "cluster_type": None},
    "C05": {"legal_status": "unknown", "detailed_plan_no": None, "detailed_plan_date": None},
    "C06": {"investor_kind": None, "infra_paid_bn": None},
    "C08": {"tenants_operating": None, "budget_bn": None, "wastewater_standard": "unknown"},
    "C10": {"in_plan": None, "legal_status": "unknown"},
}
# Row: form 04, of how many of how many clusters; then form 03 of 00001 and of 00002 likewise.
WITH_HOLES = {
    "1": ((10, 11, 12), (5, 5, 5), (2, 3, 4)),
    "2": ((362.75, 9, 11), (145.5, 4, 5), (105.25, 2, 3)),
    "3": ((7, 10, 12), (3, 4, 5), (3, 3, 4)),
    "4": ((255.75, 6, 9), (95.5, 2, 4), (130.25, 3, 4)),
    "5": ((3, 10, 12), (1, 4, 5), (2, 3, 4)),
    "6": ((165.25, 3, 5), (75, 1, 2), (105.25, 2, 3)),
    "7": ((5, 11, 12), (2, 5, 5), (3, 4, 4)),
    "8": ((190.25, 4, 6), (75, 1, 2), (130.25, 3, 3)),
    "9": ((7, 11, 12), (3, 4, 5), (3, 4, 4)),
    "10": ((255.75, 6, 8), (95.5, 2, 4), (130.25, 3, 3)),
    "13": ((2240, 7, 8), (840, 3, 4), (1050, 3, 3)),
    "14": ((1140, 7, 8), (840, 4, 4), (590, 3, 3)),
    "15": ((6, 12, 12), (4, 5, 5), (3, 4, 4)),
    "15.1": ((5, 11, 12), (3, 4, 5), (3, 4, 4)),
    "15.2": ((None, 11, 12), (None, 4, 5), (0, 4, 4)),
    "15.3": ((1, 11, 12), (1, 5, 5), (None, 3, 4)),
    "15.4": ((None, 11, 12), (0, 5, 5), (None, 3, 4)),
    "16": ((160.75, 5, 6), (105.5, 3, 4), (130.25, 3, 3)),
    "16.1": ((150.75, 4, 6), (95.5, 2, 4), (130.25, 3, 3)),
    "16.2": ((None, 0, 1), (None, 0, 1), (0, 0, 0)),
    "16.3": ((20.5, 1, 2), (20.5, 1, 1), (None, 0, 1)),
    "16.4": ((None, 0, 1), (0, 0, 0), (None, 0, 1)),
    "17": ((125, 5, 6), (107, 4, 4), (68, 2, 3)),
    "18": ((72, 5, 6), (52, 3, 4), (20, 2, 3)),
    "19": ((81.3333, 4, 6), (91.2281, 3, 4), (50, 1, 3)),
    "20": ((52, 6, 6), (43, 4, 4), (15, 3, 3)),
    "21": ((4, 5, 6), (3, 4, 4), (1, 2, 3)),
    "22": ((44, 5, 6), (39, 4, 4), (9, 2, 3)),
    "23": ((1410, 5, 6), (1230, 3, 4), (180, 2, 3)),
    "24": ((65.5, 5, 6), (61.5, 4, 4), (14.5, 2, 3)),
    "25": ((2380, 5, 6), (1860, 3, 4), (1320, 3, 3)),
    "26": ((3, 11, 12), (2, 4, 5), (1, 3, 4)),
    "27": ((1, 11, 12), (1, 5, 5), (None, 3, 4)),
}
COMMUNES = ("", "00001", "00002", "00003")
ALL_ROWS = {*map(str, range(1, 28)), *(f"{a}.{b}" for a in (15, 16) for b in range(1, 5))}


@pytest.mark.parametrize(("period", "by_hand"), [(YEAR, BY_HAND), (HALF, HALF_BY_HAND)])
@pytest.mark.parametrize("at", range(4))
def test_every_row_of_forms_03_and_04_is_the_sum_by_hand(period, by_hand, at):
    report = report14(tables(), PLACES, period, commune=COMMUNES[at])
    assert set(by_hand) == ALL_ROWS
    assert values(report) == {tt: sums[at] for tt, sums in by_hand.items()}
    for figure in report.figures:
        # Of planned clusters nobody says that they have no approved infrastructure project.
        if figure.row.unit and figure.row.tt not in ("11", "12"):
            assert figure.known == figure.total, figure
            assert "chưa có số liệu" not in figure.note


@pytest.mark.parametrize("at", range(3))
def test_every_row_with_blanks_is_the_sum_of_what_is_known_by_hand(at):
    report = report14(tables(**HOLES), PLACES, YEAR, commune=COMMUNES[at])
    found = {f.row.tt: (f.value, f.known, f.total) for f in report.figures if f.row.unit}
    assert ALL_ROWS - set(WITH_HOLES) == {"11", "12"}, "their blanks have a test of their own"
    assert {tt: found[tt] for tt in WITH_HOLES} == {tt: own[at] for tt, own in WITH_HOLES.items()}
    for figure in report.figures:
        if figure.row.tt in WITH_HOLES and 0 < figure.known < figure.total and figure.value:
            assert f"của {figure.known}/{figure.total} cụm" in figure.note


def test_the_numbers_of_the_form_are_all_there_in_order():
    counts = [row.tt for row in ROWS]
    assert counts[:3] == ["I", "1", "2"]
    assert [tt for tt in counts if "." not in tt and tt.isdigit()] == [str(n) for n in range(1, 28)]
    assert [tt for tt in counts if "." in tt] == [f"{a}.{b}" for a in (15, 16) for b in range(1, 5)]


def test_form_04_says_what_the_forms_03_add_up_to_instead():
    notes = {f.row.tt: f.note for f in report14(tables(), PLACES, YEAR).figures}
    assert "cộng Biểu 03 các xã: 12 (lệch +1)" in notes["1"]
    assert "trên nhiều xã: 1 cụm" in notes["1"]
    assert "lệch +75,00" in notes["2"]
    assert "lệch" not in notes["15.3"], "no cluster of it is on two communes"
    assert report14(tables(), PLACES, YEAR).several == ("Cụm C02",)
    own = report14(tables(), PLACES, YEAR, commune="00001")
    assert "Cụm C02" in {figure.row.tt: figure.note for figure in own.figures}["18"]
    lost = report14(tables(), PLACES | {"C12": ()}, YEAR)
    note = {figure.row.tt: figure.note for figure in lost.figures}["1"]
    assert "cộng Biểu 03 các xã: 11 (lệch 0)" in note, "one twice and one nowhere: the same by luck"
    assert "chưa rõ xã: 1 cụm" in note


def test_the_fill_rate_has_both_readings():
    (fill,) = (f for f in report14(tables(), PLACES, YEAR).figures if f.row.tt == "19")
    rates = (30 / 35, 20 / 50, 15 / 15, 11 / 22, 7 / 7, 9 / 18)
    assert fill.mean == pytest.approx(100 * sum(rates) / 6, abs=1e-3)
    assert fill.mean != fill.value
    assert "71,0" in fill.note


def test_a_blank_is_never_a_zero_and_is_counted():
    blank = {"C02": {"leased_ha": None, "tenants_fdi": None}, "C01": {"tenants_fdi": None}}
    found = {f.row.tt: f for f in report14(tables(**blank), PLACES, YEAR).figures}
    assert (found["18"].value, found["18"].known, found["18"].total) == (72.0, 5, 6)
    assert "của 5/6 cụm" in found["18"].note
    assert found["18"].lacking == ("C02",)
    assert found["19"].value == pytest.approx(100 * 72 / 97, abs=1e-4), "both or neither"
    nothing = {code: {"revenue_bn": None} for code in FIGURES}
    row = {f.row.tt: f for f in report14(tables(**nothing), PLACES, YEAR).figures}["23"]
    assert (row.value, row.known, row.total) == (None, 0, 6)
    assert row.note == "chưa có số liệu: 6 cụm"
    unknown = {f"C{n:02d}": {"wastewater_standard": "unknown"} for n in range(1, 13)}
    row = {f.row.tt: f for f in report14(tables(**unknown), PLACES, YEAR).figures}["27"]
    assert row.value is None, "none was found clean, but of three plants nobody says"
    # Where there is no plant there is nothing to be clean: known to be none.
    assert (row.known, row.total) == (8, 12)
    assert row.note == "chưa thấy ở 8/12 cụm đã có số liệu"


def test_a_cluster_of_which_establishment_is_unknown_is_in_neither_part():
    found = {
        f.row.tt: f for f in report14(tables(C01={"legal_status": "unknown"}), PLACES, YEAR).figures
    }
    assert (found["15"].value, found["15.1"].value, found["15.2"].value) == (6, 4, 1)
    assert found["15.1"].lacking == found["15.2"].lacking == ("C01",)
    assert (found["3"].value, found["3"].known, found["3"].total) == (6, 11, 12)


def test_a_cluster_that_left_the_plan_counts_nowhere():
    found = values(report14(tables(C01={"legal_status": "withdrawn"}), PLACES, YEAR))
    assert (found["1"], found["15"], found["20"]) == (10, 5, 42)


def test_money_of_an_earlier_year_is_not_that_of_the_period():
    row = {f.row.tt: f for f in report14(tables(C01={"as_of": "2025-11"}), PLACES, YEAR).figures}[
        "23"
    ]
    assert (row.value, row.lacking) == (810.0, ("C01",))
    said = {"table": "clusters", "id": "C01", "field": "revenue_bn", "as_of": "2026-05-01"}
    told = pd.DataFrame([said | {"state": "in_use"}])
    given = tables(C01={"as_of": "2025-11"}) | {"statements": told}
    row = {f.row.tt: f for f in report14(given, PLACES, YEAR).figures}["23"]
    assert row.value == 1710.0, "the figure has a source of its own, of this year"


def project(cluster_id: str, **own) -> dict:
    row = {"cluster_id": cluster_id, "fdi": "no", "state": "operating", "workers": 10}
    row |= {"project_id": f"{cluster_id}-{next(NUMBERS)}", "as_of": "2026-06-10"}
    return row | {"revenue_bn": None, "budget_bn": None} | own


def test_counts_come_from_the_list_of_projects_where_it_is_complete():
    listed = [project("C04", fdi="yes"), *(project("C04") for _ in range(4))]
    part = [project("C01", workers=None)]
    given = tables() | {"projects": pd.DataFrame([*listed, *part])}
    found = {f.row.tt: f for f in report14(given, PLACES, YEAR).figures}
    assert (found["20"].value, found["21"].value) == (52, 5), "one of C04 is foreign by the list"
    assert found["25"].value == 4380 - 300 + 50
    assert found["20"].parts["C01"] == 10, "a list shorter than the stated number is not complete"
    assert "theo danh sách dự án: 1 cụm" in found["20"].note
    assert "theo số cụm báo cáo: 5 cụm" in found["20"].note


def test_money_of_the_period_comes_from_the_list_where_every_firm_says_it():
    firms = [project("C04", revenue_bn=20.0, budget_bn=1.5) for _ in range(5)]
    given = tables() | {"projects": pd.DataFrame(firms)}
    found = {f.row.tt: f for f in report14(given, PLACES, YEAR).figures}
    assert found["23"].value == 1710.0 - 120 + 100
    assert found["24"].value == 68.5 - 4 + 7.5
    assert "theo danh sách dự án: 1 cụm" in found["23"].note
    one_silent = [*firms[:4], project("C04", revenue_bn=20.0)]
    given = tables() | {"projects": pd.DataFrame(one_silent)}
    found = {f.row.tt: f for f in report14(given, PLACES, YEAR).figures}
    assert (found["23"].value, found["24"].value) == (1690.0, 68.5), "a blank is never a zero"
    half = [one | {"as_of": "2026-06-14"} for one in firms]
    given = tables() | {"projects": pd.DataFrame(half)}
    values_of = [values(report14(given, PLACES, period))["23"] for period in (YEAR, HALF)]
    assert values_of == [1710.0, 1690.0], "a figure of the half year is not that of the year"


def test_the_table_of_the_contract():
    table = to_table(report14(tables(), PLACES, YEAR))
    assert list(table.columns) == ["tt", "indicator", "unit", "value", "known", "total", "note"]
    assert len(table) == len(ROWS)
    first = table[table["tt"] == "3"].iloc[0]
    assert (first["indicator"], first["unit"]) == ("Số lượng cụm công nghiệp đã thành lập", "cụm")
    assert (first["value"], first["known"], first["total"]) == (7, 12, 12)
    assert pd.isna(table[table["tt"] == "II"].iloc[0]["value"])


def test_periods_are_those_of_the_circular():
    assert (str(YEAR.start), str(YEAR.end)) == ("2025-12-15", "2026-12-14")
    assert (str(HALF.start), str(HALF.end)) == ("2025-12-15", "2026-06-14")
    assert last_due(pd.Timestamp("2026-11-30").date()) == HALF
    assert last_due(pd.Timestamp("2026-06-14").date()).name == "2025"
    for wrong in ("2026-H2", "26", "2026-06", "", "2026\n"):
        with pytest.raises(WrongUseError, match="Kỳ báo cáo"):
            period_of(wrong.replace("\n", " x"))
    assert (YEAR.holds("2026"), YEAR.holds("2026-12-14"), YEAR.holds("2026-12-15")) == (
        None,
        True,
        False,
    )
    assert YEAR.holds("2025-12") is None, "a month that began before the period"
