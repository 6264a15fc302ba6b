"""Sums of larger areas against a count by hand, and the records of the rules."""

import pandas as pd
import pytest

from lib.power import inuse, view
from lib.power import view as outagefollow
from lib.power.view import Choice

A, B, C = "07900", "07903", "08500"
SOURCE = {"source_url": "file:nhat-ky.xlsx", "as_of": "2025-04-01"}
ROWS = (
    ("2025-01-31 23:00", "2025-02-01 01:00", A, 50, "planned", "471E4.1"),
    ("2025-02-10 10:00", "2025-02-10 10:05", A, 30, "unplanned", "471E4.1"),
    ("2025-02-11 10:00", "2025-02-11 11:00", B, 60, "unplanned", "471E4.1"),
    ("2025-02-12 10:00", "2025-02-12 10:30", C, 10, "unplanned", None),
    ("2025-02-13 10:00", "2025-02-13 11:00", None, 5, "unplanned", None),
)


@pytest.fixture
def tables():
    names = ["start", "end", "commune_code", "customers_interrupted", "planned", "feeder"]
    log = pd.DataFrame(ROWS, columns=names)
    for column in ("start", "end"):
        log[column] = pd.to_datetime(log[column])
    blank = {"cause": None, "station": None, "area_text": None, "sample": False}
    log = log.assign(outage_id=[f"MD-{n}" for n in range(len(log))], **blank, **SOURCE)
    served = pd.DataFrame(
        [(A, 100, 300), (B, 200, 400), (C, 50, 50)], columns=["commune_code", "2025-01", "2025-02"]
    ).melt("commune_code", var_name="month", value_name="customers_served")
    communes = pd.DataFrame(
        {"code": [A, B, C], "former_province": ["Phú Thọ", "Phú Thọ", "Hòa Bình"]}
    )
    # B is made of units of two former districts: it is a group of its own.
    units = pd.DataFrame(
        [(A, "Việt Trì"), (B, "Lâm Thao"), (B, "Phù Ninh"), (C, "Đà Bắc")],
        columns=["new_code", "district"],
    )
    return {
        "communes": communes,
        "former_units": units,
        "outages": log.astype({"customers_interrupted": "Int64"}),
        "customers": served.assign(sample=False, **SOURCE),
    }


def of(rows, level, name=None):
    rows = rows[rows["level"] == level]
    return rows[rows["name"].isna() if name is None else rows["name"] == name].iloc[0]


def test_a_sum_is_divided_by_the_customers_of_its_area_and_is_no_average(tables):
    rows = outagefollow.totals(tables, Choice())
    assert list(rows.columns) == list(outagefollow.TOTALS)
    whole = of(rows, "whole")
    customers = (350 + 750) / 2
    assert whole["customers_served"] == customers
    assert whole["saifi"] == pytest.approx((50 + 60 + 10 + 5) / customers)
    minutes = 50 * 120 + 60 * 60 + 10 * 30 + 5 * 60
    assert whole["saidi_min"] == pytest.approx(minutes / customers)
    assert whole["caidi_min"] == pytest.approx(minutes / 125)
    assert whole["maifi"] == pytest.approx(30 / customers), "five minutes are momentary"
    province = of(rows, "province", "Phú Thọ")
    assert province["saidi_min"] == pytest.approx((50 * 120 + 60 * 60) / ((300 + 700) / 2))
    by_commune = view.by_commune(tables, Choice()).set_index("commune_code")["saidi_min"]
    assert province["saidi_min"] != pytest.approx(by_commune[[A, B]].mean())
    counts = rows[rows["level"] == "province"]["interruptions"].sum()
    assert counts == whole["interruptions"] == 4, "what has no commune is a row of its own"


def test_a_commune_of_two_former_districts_is_no_part_of_either(tables):
    rows = outagefollow.totals(tables, Choice())
    names = rows.loc[rows["level"] == "district", "name"].dropna().tolist()
    assert names == ["Lâm Thao + Phù Ninh", "Việt Trì", "Đà Bắc"]
    assert of(rows, "district", "Lâm Thao + Phù Ninh")["saidi_min"] == pytest.approx(3600 / 300)


def test_the_choices_of_the_page_hold_and_the_months_known_are_told(tables):
    tables["customers"] = tables["customers"].query("month == '2025-02' or commune_code == '07900'")
    rows = outagefollow.totals(tables, Choice(planned="unplanned", first_month="2025-02"))
    assert of(rows, "whole")["interruptions"] == 3
    assert of(rows, "whole")["customers_served"] == 750
    both = of(outagefollow.totals(tables, Choice()), "province", "Hòa Bình")
    assert (both["months"], both["period_months"]) == (1, 2)
    assert outagefollow.totals(tables, Choice(first_month="2026-01")).empty
    assert outagefollow.totals({**tables, "outages": tables["outages"].iloc[:0]}, Choice()).empty


def test_a_record_a_rule_names_has_its_id_and_its_file(tables):
    late = {"start": "2025-01-31 23:30", "end": "2025-02-01 02:00", "outage_id": "MD-9"}
    again = tables["outages"].iloc[[0]].assign(**{k: [v] for k, v in late.items()})
    again = again.astype({"start": "datetime64[us]", "end": "datetime64[us]"})
    tables["outages"] = pd.concat([tables["outages"], again], ignore_index=True)
    rows = outagefollow.listed(inuse.log_in_use(tables)).set_index("rule")
    assert rows.loc["no_commune", "outage_id"] == "MD-4"
    joined = rows.loc["overlaps"]
    assert (joined["outage_id"], joined["source_url"]) == ("MD-0", "file:nhat-ky.xlsx")
    assert joined["end"] == pd.Timestamp("2025-02-01 02:00")
