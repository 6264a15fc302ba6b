"""What the page shows of a log: periods, months, outages, and what it says beside them."""

import numpy as np
import pandas as pd
import pytest
from facttables import fact_tables

from lib.language.text import t
from lib.power import clean as outagelog
from lib.power import inuse
from lib.power import view as outageview
from lib.power.indices import INDICES, answer
from lib.power.madeup import sample_outages
from lib.power.view import Choice

A, B, C = "07900", "07903", "08500"


def outages(*rows, sample=False):
    names = ["start", "end", "commune_code", "customers_interrupted", "planned", "feeder"]
    frame = pd.DataFrame(rows, columns=names)
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.assign(
        outage_id=[f"{'MAU' if sample else 'MD'}-{n}" for n in range(len(frame))],
        announced_end=pd.Series(pd.NaT, frame.index, dtype="datetime64[us]"),
        cause="cây đổ",
        station=None,
        area_text=None,
        sample=sample,
        source_url="file:mau.csv" if sample else "file:nhat-ky.xlsx",
        as_of="2025-04-01",
    ).astype({"customers_interrupted": "Int64"})


def customers(codes=(A, B), months=("2025-01", "2025-02", "2025-03"), number=100, *, sample=False):
    rows = [(code, month, number) for code in codes for month in months]
    frame = pd.DataFrame(rows, columns=["commune_code", "month", "customers_served"])
    return frame.assign(sample=sample, source_url="file:khach-hang.csv", as_of="2025-04-01")


COMMUNES = pd.DataFrame({"code": [B, A, C], "former_province": ["Phú Thọ", "Phú Thọ", "Hòa Bình"]})
ROWS = (
    ("2025-01-10 10:00", "2025-01-10 12:00", A, 50, "planned", "471E4.1"),
    ("2025-01-10 11:00", "2025-01-10 13:00", A, 40, "unplanned", "471E4.1"),
    ("2025-02-20 08:00", "2025-02-20 08:03", A, 20, "unplanned", "471E4.1"),
    ("2025-03-31 23:00", "2025-04-01 01:00", B, 10, "unplanned", None),
    ("2025-03-01 09:00", None, A, 10, "unknown", None),
    ("2025-03-02 09:00", "2025-03-02 10:00", None, 10, "unplanned", None),
)


@pytest.fixture
def tables():
    return {"communes": COMMUNES, "outages": outages(*ROWS), "customers": customers()}


def by_code(frame):
    return frame.set_index("commune_code")


def test_every_commune_has_a_row_in_the_order_of_the_table(tables):
    rows = outageview.by_commune(tables, Choice())
    assert list(rows.columns) == list(outageview.BY_COMMUNE)
    assert rows["commune_code"].tolist() == [B, A, C]
    row = by_code(rows).loc[A]
    # Two overlapping records of a feeder are one interruption of 3 hours and 50 customers.
    assert (row["interruptions"], row["hours"], row["customers_served"]) == (2, 3, 100)
    assert row["saifi"] == pytest.approx(0.6)
    assert row["saidi_min"] == pytest.approx(90)
    assert row["caidi_min"] == pytest.approx(150)
    assert row["maifi"] == pytest.approx(0.2)
    assert row["asai"] == pytest.approx(1 - 90 / (90 * 24 * 60))


def test_a_commune_the_log_knows_nothing_of_is_blank_and_not_zero(tables):
    row = by_code(outageview.by_commune(tables, Choice())).loc[C]
    assert row["reason"] == "outageview.not_in_log"
    assert row.drop(["reason"]).isna().all()
    served = customers((A, B, C))
    quiet = by_code(outageview.by_commune({**tables, "customers": served}, Choice())).loc[C]
    assert (quiet["interruptions"], quiet["saidi_min"]) == (0, 0)
    assert pd.isna(quiet["reason"])


def test_the_numbers_are_those_of_the_indices_for_the_whole_log(tables):
    rows = outageview.by_commune(tables, Choice()).dropna(subset="interruptions")
    whole = answer(tables["outages"], tables["customers"], by=["commune"]).rows
    whole = whole.dropna(subset="commune_code")
    expected = whole.set_index("commune_code").loc[rows["commune_code"]]
    for name in (*INDICES, "interruptions", "hours"):
        np.testing.assert_allclose(rows[name].astype(float), expected[name].astype(float))


@pytest.mark.parametrize(
    ("choice", "counts"),
    [
        (Choice(first_month="2025-02"), {A: 1, B: 1}),
        (Choice(last_month="2025-02"), {A: 1, B: 0}),
        (Choice(first_month="2025-02", last_month="2025-02"), {A: 0, B: 0}),
        (Choice(planned="planned"), {A: 1, B: 0}),
        (Choice(planned="unplanned"), {A: 0, B: 1}),
        (Choice(momentary_minutes=2), {A: 3, B: 1}),
        (Choice(first_month="2020-01", last_month="2030-12"), {A: 2, B: 1}),
    ],
)
def test_the_choices_hold(tables, choice, counts):
    found = by_code(outageview.by_commune(tables, choice))["interruptions"]
    assert {code: found[code] for code in counts} == counts


def test_the_rules_are_applied_once_for_all_choices_of_a_log(tables, monkeypatch):
    log, times, clean = inuse.log_in_use(tables), [], outagelog.clean
    monkeypatch.setattr(outagelog, "clean", lambda *given: times.append(1) or clean(*given))
    kept = outageview.by_commune(tables, Choice(), log=log)
    assert len(outageview.events(tables, Choice(planned="planned"), A, log=log)) == 1
    assert inuse.log_facts(tables, log=log).rules["overlaps"] == 1
    assert len(times) == 1
    pd.testing.assert_frame_equal(kept, outageview.by_commune(tables, Choice()))
    assert len(times) == 1 + 1


def test_customers_of_months_outside_the_log_do_not_count(tables):
    long = customers(months=[f"2025-{m:02d}" for m in range(1, 13)])
    rows = outageview.by_commune({**tables, "customers": long}, Choice())
    pd.testing.assert_frame_equal(rows, outageview.by_commune(tables, Choice()))


def test_a_minimum_of_customers(tables):
    few = by_code(outageview.by_commune(tables, Choice(minimum_customers=101))).loc[A]
    assert few["reason"] == "outageview.few_customers"
    assert few[list(INDICES)].isna().all()
    assert (few["interruptions"], few["hours"], few["customers_served"]) == (2, 3, 100)
    enough = by_code(outageview.by_commune(tables, Choice(minimum_customers=100))).loc[A]
    assert enough["saifi"] == pytest.approx(0.6)


def test_without_customers_there_are_counts_and_hours_with_the_reason(tables):
    del tables["customers"]
    rows = by_code(outageview.by_commune(tables, Choice(minimum_customers=5)))
    assert rows.loc[A, "reason"] == "reliability.no_served"
    assert (rows.loc[A, "interruptions"], rows.loc[A, "hours"]) == (2, 3)
    assert rows[list(INDICES)].isna().all(axis=None)
    assert rows.loc[C, "reason"] == "outageview.not_in_log"


@pytest.mark.parametrize("log", [{}, {"outages": outages(), "customers": customers()}])
def test_without_a_log_every_row_says_so(log):
    tables = {"communes": COMMUNES, **log}
    rows = outageview.by_commune(tables, Choice())
    assert rows["reason"].eq("outageview.no_log").all()
    assert rows.drop(columns=["commune_code", "reason"]).isna().all(axis=None)
    assert list(rows.columns) == list(outageview.BY_COMMUNE)
    assert inuse.log_facts(tables) is None
    for frame, columns in (
        (outageview.series(tables, Choice(), A), outageview.SERIES),
        (outageview.events(tables, Choice(), A), outageview.EVENTS),
    ):
        assert frame.empty
        assert list(frame.columns) == list(columns)


def test_a_period_the_log_does_not_reach_is_blank_and_says_so(tables):
    choice = Choice(first_month="2026-01")
    assert outageview.by_commune(tables, choice)["reason"].eq("outageview.outside_log").all()
    assert outageview.series(tables, choice, A).empty
    assert outageview.events(tables, choice, A).empty


def test_a_series_has_every_month_and_adds_up_to_the_period(tables):
    rows = outageview.series(tables, Choice(), A)
    assert list(rows.columns) == list(outageview.SERIES)
    assert rows["month"].tolist() == ["2025-01", "2025-02", "2025-03"]
    assert rows["interruptions"].tolist() == [1, 0, 1]
    assert rows["saidi_min"].tolist() == [90, 0, 0]
    assert rows["hours"].sum() == by_code(outageview.by_commune(tables, Choice())).loc[A, "hours"]
    silent = outageview.series(tables, Choice(), C)
    assert silent["reason"].eq("outageview.not_in_log").all()
    assert silent["interruptions"].isna().all()


def test_the_list_of_a_commune_is_what_its_counts_count_newest_first(tables):
    rows = outageview.events(tables, Choice(), A)
    assert list(rows.columns) == list(outageview.EVENTS)
    assert rows["outage_id"].tolist() == ["MD-4", "MD-2", "MD-0"]
    assert rows["hours"].fillna(-1).tolist() == [-1, pytest.approx(0.05), 3]
    assert rows["momentary"].tolist() == [False, True, False]
    assert rows["source_url"].eq("file:nhat-ky.xlsx").all()
    assert not rows["sample"].any()
    only = outageview.events(tables, Choice(planned="planned", last_month="2025-01"), A)
    assert only["outage_id"].tolist() == ["MD-0"]


def test_real_and_made_up_rows_never_count_together(tables):
    made_up = outages(("2019-01-10 10:00", "2019-01-10 12:00", A, 9, "planned", "x"), sample=True)
    mixed = {
        **tables,
        "outages": pd.concat([made_up, tables["outages"]], ignore_index=True),
        "customers": pd.concat([customers((C,), sample=True), tables["customers"]]),
    }
    for view in (outageview.by_commune, lambda t, c: outageview.series(t, c, A)):
        pd.testing.assert_frame_equal(view(mixed, Choice()), view(tables, Choice()))
    assert len(outageview.events(mixed, Choice(), A)) == 3
    facts = inuse.log_facts(mixed)
    assert (facts.sample, facts.rows, facts.set_aside) == (False, 6, 4)


def test_a_real_log_is_not_divided_by_made_up_customers(tables):
    tables["customers"] = customers(sample=True)
    rows = by_code(outageview.by_commune(tables, Choice()))
    assert rows.loc[A, "reason"] == "reliability.no_served"
    tables["outages"] = outages(*ROWS, sample=True)
    assert by_code(outageview.by_commune(tables, Choice())).loc[A, "saifi"] == pytest.approx(0.6)
    assert inuse.log_facts(tables).sample


def test_the_facts_of_a_log(tables):
    facts = inuse.log_facts(tables)
    assert (facts.first_day, facts.last_day) == (
        pd.Timestamp("2025-01-10"),
        pd.Timestamp("2025-03-31"),
    )
    assert (facts.rows, facts.unplaced, facts.sample, facts.set_aside) == (6, 1, False, 0)
    assert facts.sources == ("file:khach-hang.csv", "file:nhat-ky.xlsx")
    # Brought in on 1 April; its last interruption began on 31 March.
    assert facts.as_of == "2025-03-31"
    assert facts.rows_from == (("file:nhat-ky.xlsx", "2025-03-31"),)
    assert facts.customers_from == (("file:khach-hang.csv", "2025-04-01"),)
    assert facts.rules["overlaps"] == 1
    assert facts.with_customers
    del tables["customers"]
    assert not inuse.log_facts(tables).with_customers
    assert facts.removed_days.days.empty


def test_major_event_days_of_the_whole_province_leave_every_view():
    quiet = [
        (f"2025-01-{d:02d} 10:00", f"2025-01-{d:02d} 10:{10 + d % 4}", A, 10, "unplanned", None)
        for d in range(1, 31)
    ]
    storm = ("2025-01-31 12:00", "2025-01-31 20:00", B, 100, "unplanned", None)
    tables = {
        "communes": COMMUNES,
        "outages": outages(*quiet, storm),
        "customers": customers(months=["2025-01"]),
    }
    choice = Choice(exclude_major_days=True)
    facts = inuse.log_facts(tables)
    assert facts.removed_days.days["day"].tolist() == [pd.Timestamp("2025-01-31")]
    assert by_code(outageview.by_commune(tables, Choice())).loc[B, "hours"] == 8
    assert by_code(outageview.by_commune(tables, choice)).loc[B, "hours"] == 0
    assert outageview.series(tables, choice, B)["interruptions"].tolist() == [0]
    assert outageview.events(tables, choice, B).empty
    assert len(outageview.events(tables, choice, A)) == 30


def test_a_sample_of_the_province_gives_every_commune_its_indices():
    communes = fact_tables()["communes"]
    log, served = sample_outages(3_000, 5, communes)
    source = {"source_url": "file:mau.csv", "as_of": "2025-12-31"}
    more = {"station": None, "area_text": None}
    tables = {
        "communes": communes,
        "outages": log.assign(**source, **more),
        "customers": served.assign(**source),
    }
    rows = outageview.by_commune(tables, Choice())
    assert rows["reason"].isna().all()
    code = rows.sort_values("interruptions")["commune_code"].iloc[-1]
    listed = outageview.events(tables, Choice(), code)
    assert (~listed["momentary"]).sum() == rows["interruptions"].max()
    assert listed["start"].is_monotonic_decreasing
    assert outageview.series(tables, Choice(), code)["hours"].sum() == pytest.approx(
        listed.loc[~listed["momentary"], "hours"].sum()
    )


def test_every_reason_has_its_sentence():
    for reason in ("no_log", "outside_log", "not_in_log", "few_customers"):
        assert t(f"outageview.{reason}").endswith(".")
