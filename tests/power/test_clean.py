"""Cleaning a log: every rule, its count, and what it must leave alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.errors import DataRefusedError, WrongUseError
from lib.power import clean
from lib.power.read import connect, read
from lib.power.served import served_table

pytestmark = pytest.mark.filterwarnings(
    "ignore:fetch_arrow_table:DeprecationWarning",
    "ignore:The 'future.infer_string' option:DeprecationWarning",
)


def log(*rows, **columns):
    names = ["start", "end", "commune_code", "customers_interrupted", "feeder"]
    frame = pd.DataFrame(rows, columns=names).assign(**columns)
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"customers_interrupted": "Int64"})


def applied(counts):
    return {rule: n for rule, n in counts.items() if n and rule not in ("rows", "kind_unknown")}


def test_a_clean_log_stays_as_it_is():
    frame = log(
        ("2025-01-01 10:00", "2025-01-01 12:00", "07900", 10, "471E4.1"),
        ("2025-01-01 12:00", "2025-01-01 13:00", "07900", 20, "471E4.1"),
        ("2025-01-01 10:30", "2025-01-01 12:30", "07903", 10, "471E4.1"),
        ("2025-01-01 10:30", "2025-01-01 12:30", "07900", 10, "473E4.1"),
    )
    done = clean.clean(frame)
    pd.testing.assert_frame_equal(done.rows, frame)
    assert applied(done.counts) == {}
    assert done.listed.empty


def test_the_same_record_twice_counts_once_with_and_without_a_feeder():
    one = ("2025-01-01 10:00", "2025-01-01 12:00", "07900", 10, "471E4.1")
    bare = ("2025-01-01 10:00", "2025-01-01 12:00", "07900", None, None)
    frame = log(one, bare, one, bare, bare, outage_id=list("abcde"))
    done = clean.clean(frame)
    assert done.rows["outage_id"].tolist() == ["a", "b"]
    assert applied(done.counts) == {"duplicates": 3, "no_customers": 3}


def test_what_else_is_wrong_with_a_record_without_a_start_is_counted_too():
    frame = log(
        (None, "2025-01-01 12:00", "07900", -4, None),
        (None, None, "07900", None, "471E4.1"),
        ("2025-01-01 10:00", "2025-01-01 09:00", "07900", -1, "471E4.1"),
    )
    done = clean.clean(frame)
    assert done.rows.empty
    assert applied(done.counts) == {
        "no_start": 2,
        "end_before_start": 1,
        "negative_customers": 2,
        "without_end": 1,
        "no_customers": 3,
    }


def test_two_areas_with_the_same_window_and_no_feeder_are_two_interruptions():
    row = ("2025-01-01 08:00", "2025-01-01 11:00", "07900", None, None)
    done = clean.clean(log(row, row, area_text=["Khu 1", "Khu 2"]))
    assert len(done.rows) == 2
    assert done.counts["duplicates"] == 0


def test_overlapping_records_of_a_feeder_become_one_with_the_larger_number_of_customers():
    frame = log(
        ("2025-01-01 11:00", "2025-01-01 13:00", "07900", 900, "471E4.1"),
        ("2025-01-01 10:00", "2025-01-01 12:00", "07900", 300, "471E4.1"),
        ("2025-01-01 12:30", "2025-01-01 12:40", "07900", 50, "471E4.1"),
        ("2025-01-01 13:00", "2025-01-01 14:00", "07900", 70, "471E4.1"),
        planned=["unplanned", "planned", "unplanned", "unplanned"],
        outage_id=list("abcd"),
    )
    done = clean.clean(frame)
    first, second = done.rows.to_dict("records")
    assert (first["start"], first["end"]) == (frame["start"][1], frame["end"][0])
    assert first["customers_interrupted"] == 900
    assert (first["planned"], first["outage_id"]) == ("planned", "b")
    assert (second["outage_id"], second["customers_interrupted"]) == ("d", 70)
    assert applied(done.counts) == {"overlaps": 2}
    assert done.listed["rule"].tolist() == ["overlaps"]
    assert done.listed["row"].tolist() == [1]


def test_a_long_record_joins_those_inside_it_even_when_others_end_between():
    frame = log(
        ("2025-01-01 10:00", "2025-01-01 20:00", "07900", 5, "471E4.1"),
        ("2025-01-01 11:00", "2025-01-01 11:30", "07900", 6, "471E4.1"),
        ("2025-01-01 15:00", "2025-01-01 15:30", "07900", 7, "471E4.1"),
    )
    done = clean.clean(frame)
    assert len(done.rows) == 1
    assert done.rows["end"].item() == pd.Timestamp("2025-01-01 20:00")
    assert done.rows["customers_interrupted"].item() == 7


def test_other_stations_no_feeder_or_no_end_are_never_joined():
    frame = log(
        ("2025-01-01 10:00", "2025-01-01 12:00", "07900", 5, "471E4.1"),
        ("2025-01-01 11:00", "2025-01-01 13:00", "07900", 6, "471E4.1"),
        ("2025-01-01 10:00", "2025-01-01 12:00", "07900", 5, None),
        ("2025-01-01 11:00", "2025-01-01 13:00", "07900", 6, None),
        ("2025-01-01 11:00", None, "07900", 6, "471E4.1"),
        station=["T1", "T2", None, None, "T1"],
    )
    done = clean.clean(frame)
    assert len(done.rows) == 5
    assert applied(done.counts) == {"without_end": 1}


def test_the_records_listed_are_the_same_in_any_order_of_the_log():
    hours = [f"2025-01-01 {hour:02d}:{minute:02d}" for hour in range(3, 10) for minute in range(60)]
    frame = log(*[("2025-01-01 10:00", end, "07900", 5, None) for end in hours])
    con = connect()
    listed = [
        clean.clean_table(con, read(con, rows)).listed.drop(columns="row")
        for rows in (frame, frame[::-1], frame.sample(frac=1, random_state=1))
    ]
    assert len(frame) > len(listed[0]) == clean.LISTED
    assert listed[0]["end"].tolist() == sorted(frame["end"])[: clean.LISTED]
    for other in listed[1:]:
        pd.testing.assert_frame_equal(other, listed[0])


def test_an_end_before_the_start_and_a_missing_start_are_left_out_and_listed():
    frame = log(
        ("2025-01-01 10:00", "2025-01-01 09:00", "07900", 5, "471E4.1"),
        (None, "2025-01-01 09:00", "07900", 5, "471E4.1"),
        ("2025-01-01 10:00", "2025-01-01 10:00", "07900", 5, "471E4.1"),
    )
    done = clean.clean(frame)
    assert len(done.rows) == 1
    assert applied(done.counts) == {"end_before_start": 1, "no_start": 1}
    assert dict(zip(done.listed["rule"], done.listed["row"], strict=True)) == {
        "no_start": 1,
        "end_before_start": 0,
    }


def test_negative_customers_are_unknown():
    done = clean.clean(log(("2025-01-01 10:00", "2025-01-01 11:00", "07900", -5, None)))
    assert done.rows["customers_interrupted"].isna().all()
    assert applied(done.counts) == {"negative_customers": 1, "no_customers": 1}


def test_more_customers_than_served_that_month_are_kept_and_listed():
    frame = log(
        ("2025-01-01 10:00", "2025-01-01 11:00", "07900", 101, None),
        ("2025-02-01 10:00", "2025-02-01 11:00", "07900", 101, None),
        ("2025-01-03 10:00", "2025-01-03 11:00", "07900", 100, None),
    )
    customers = pd.DataFrame(
        [("07900", "2025-01", 100), ("07900", "2025-02", 101)],
        columns=["commune_code", "month", "customers_served"],
    )
    done = clean.clean(frame, customers)
    assert len(done.rows) == 3
    assert applied(done.counts) == {"more_than_served": 1}
    assert done.listed["row"].tolist() == [0]


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-01T03:00:00Z",
        "2025-01-01 03:00+00:00",
        "2025-01-01 10:00:00+07:00",
        "2025-01-01 10:00+07",
        "2024-12-31T22:00:00-0500",
        "2025-01-01 08:30:00 +05:30",
    ],
)
def test_a_time_with_a_zone_becomes_local_time(text):
    rows = [(text, "2025-01-01 12:00", "07900", 5, None)]
    names = ["start", "end", "commune_code", "customers_interrupted", "feeder"]
    done = clean.clean(pd.DataFrame(rows, columns=names))
    assert done.rows["start"].item() == pd.Timestamp("2025-01-01 10:00")
    assert done.rows["end"].item() == pd.Timestamp("2025-01-01 12:00")
    assert applied(done.counts) == {"zoned": 1}


def test_a_column_with_a_zone_becomes_local_time(tmp_path):
    frame = log(("2025-01-01 03:00", "2025-01-01 04:00", "07900", 5, None))
    frame["start"] = frame["start"].dt.tz_localize("UTC")
    frame["end"] = frame["end"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    done = clean.clean(frame)
    assert done.rows["start"].item() == pd.Timestamp("2025-01-01 10:00")
    assert done.rows["end"].item() == pd.Timestamp("2025-01-01 11:00")
    frame.to_parquet(tmp_path / "log.parquet")
    con = connect()
    found = con.to_pandas(read(con, tmp_path / "log.parquet"))
    assert found["start"].item() == pd.Timestamp("2025-01-01 10:00")
    assert found["end"].item() == pd.Timestamp("2025-01-01 11:00")


@pytest.mark.parametrize(
    ("column", "value"),
    [("start", "mốt"), ("end", "mai"), ("customers_interrupted", "nhiều")],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, column, value):
    row = {
        "start": "2025-01-01 10:00",
        "end": "",
        "commune_code": "07900",
        "customers_interrupted": "5",
    }
    path = tmp_path / "nhat-ky.parquet"
    pd.DataFrame([row, {**row, column: value}]).to_parquet(path, index=False)
    with pytest.raises(DataRefusedError) as refused:
        read(connect(), path)
    words = refused.value.message()
    assert all(part in words for part in ("nhat-ky.parquet", column, value, "1 ô"))


def test_a_missing_column_or_file_or_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(DataRefusedError, match="customers_interrupted"):
        read(connect(), log().drop(columns="customers_interrupted"))
    with pytest.raises(WrongUseError, match=r"khong\.parquet"):
        read(connect(), tmp_path / "khong.parquet")
    other = tmp_path / "a.docx"
    other.write_text("x")
    with pytest.raises(WrongUseError, match=r"a\.docx"):
        read(connect(), other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"month": "2025-13"}, "2025-13"),
        ({"customers_served": -1}, "-1"),
        ({"customers_served": "x"}, "“x”"),
        ({"commune_code": None}, "commune_code"),
    ],
)
def test_customers_that_cannot_be_read_are_refused(change, said):
    row = {"commune_code": "07900", "month": "2025-01", "customers_served": 9}
    with pytest.raises(DataRefusedError, match=said):
        served_table(pd.DataFrame([{**row, "month": "2025-02"}, {**row, **change}]))


def test_a_month_of_a_commune_given_twice_is_refused_and_a_blank_number_says_nothing():
    row = {"commune_code": 7900, "month": "2025-01", "customers_served": 9}
    with pytest.raises(DataRefusedError, match="07900"):
        served_table(pd.DataFrame([row, row]))
    table = served_table(pd.DataFrame([row, {**row, "month": "2025-02", "customers_served": None}]))
    assert table.to_dict("records") == [
        {"commune_code": "07900", "month_no": 2025 * 12, "served": 9.0}
    ]


def test_findings_say_how_often_a_rule_applied():
    found = clean.findings({"rows": 5, "duplicates": 2, "without_end": 0}, "a.csv")
    assert [(one.level, one.key, one.file) for one in found] == [
        ("mended", "outagelog.duplicates", "a.csv")
    ]
    assert "2 bản ghi" in found[0].message()
    every = clean.findings(dict.fromkeys(clean.RULES, 1))
    assert [one.key for one in every] == [key for _, key in clean.RULES.values()]


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20), st.sampled_from("AB"), st.integers(1, 9)),
    min_size=1,
    max_size=25,
)
PLACES = ("07900", "07903", "08500", "08590", "08656", "04891")


@given(spans=st.tuples(*[SPANS] * len(PLACES)))
@settings(max_examples=2, deadline=None)
def test_joining_keeps_the_time_covered_and_leaves_nothing_overlapping(spans):
    # Each commune is a case of its own: a dozen cost the making of two queries.
    base = np.datetime64("2025-01-01T00:00")
    frame = pd.DataFrame(
        [
            (base + start, base + start + length, place, customers, feeder)
            for place, its in zip(PLACES, spans, strict=True)
            for start, length, feeder, customers in its
        ],
        columns=["start", "end", "commune_code", "customers_interrupted", "feeder"],
    )
    done = clean.clean(frame)
    kept = dict(list(done.rows.groupby(["commune_code", "feeder"])))
    assert set(kept) == set(frame.groupby(["commune_code", "feeder"]).groups)
    for (place, feeder), rows in kept.items():
        given_rows = frame[(frame["commune_code"] == place) & (frame["feeder"] == feeder)]
        ordered = rows.sort_values(["start", "end"])
        assert (ordered["start"].iloc[1:].to_numpy() >= ordered["end"].iloc[:-1].to_numpy()).all()
        assert minutes(rows) == minutes(given_rows)
        assert rows["customers_interrupted"].max() == given_rows["customers_interrupted"].max()
    gone = len(frame) - len(done.rows)
    assert done.counts["duplicates"] + done.counts["overlaps"] == gone
    again = clean.clean(done.rows)
    pd.testing.assert_frame_equal(again.rows, done.rows)


def minutes(rows):
    return {
        minute
        for start, end in zip(rows["start"], rows["end"], strict=True)
        for minute in pd.date_range(start, end, freq="min", inclusive="left")
    }


def test_every_rule_lists_the_records_it_applied_to():
    same = ("2025-01-05 10:00", "2025-01-05 11:00", "07900", 5, "471E4.1")
    rows = [
        same,
        same,
        ("2025-01-06 10:00", "2025-01-06 11:00", "07900", 5, "471E4.1"),
        ("2025-01-06 10:30", "2025-01-06 12:00", "07900", 6, "471E4.1"),
        ("2025-01-07 10:00+07:00", "2025-01-07 11:00", "07900", 5, None),
        ("2025-01-08 10:00", None, "07900", 5, None),
        ("2025-01-09 10:00", "2025-01-09 11:00", None, 5, None),
        ("2025-01-10 10:00", "2025-01-10 11:00", "07900", -5, None),
        ("2025-01-11 10:00", "2025-01-11 09:00", "07900", 5, None),
        (None, "2025-01-11 09:00", "07900", 5, None),
        ("2025-01-12 10:00", "2025-01-12 11:00", "07900", 999, None),
    ]
    names = ["start", "end", "commune_code", "customers_interrupted", "feeder"]
    frame = pd.DataFrame(rows, columns=names, dtype="object").assign(planned="unplanned")
    frame.loc[4, "planned"] = None
    customers = pd.DataFrame(
        [("07900", "2025-01", 100)], columns=["commune_code", "month", "customers_served"]
    )
    done = clean.clean(frame, customers)
    listed = done.listed.groupby("rule")["row"].agg(list).to_dict()
    assert listed == {
        "duplicates": [0],
        "overlaps": [2],
        "zoned": [4],
        "kind_unknown": [4],
        "without_end": [5],
        "no_commune": [6],
        "negative_customers": [7],
        "no_customers": [7],
        "end_before_start": [8],
        "no_start": [9],
        "more_than_served": [10],
    }
    assert set(listed) == set(clean.RULES), "no rule is only counted"
