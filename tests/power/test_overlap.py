"""Records that overlap or are there twice: all of them are found, against plain loops."""

from collections import Counter

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.power import clean, overlap
from lib.power.cells import SUMS, cells, counted
from lib.power.read import connect, read

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
COLUMNS = [
    *("start", "end", "commune_code", "customers_interrupted", "planned", "feeder"),
    *("station", "cause", "area_text"),
]
LENGTHS = [None, -30, 0, 0, 1, 20, 90, 240, 3_000, 40_000, 9_000_000]
"""Minutes; the last ones are a month and seventeen years."""


def random_log(seed, rows):
    """Return a log in which about every rule applies somewhere."""
    random = np.random.default_rng(seed)

    def some(*values):
        return random.choice(np.array(values, dtype=object), rows)

    first = pd.Timestamp(some("2025-01-01", "1969-12-31 20:00")[0])
    minutes = random.integers(0, 600, rows)
    start = [first + pd.Timedelta(minutes=int(m), milliseconds=int(m) % 3) for m in minutes]
    lengths = some(*LENGTHS)
    frame = pd.DataFrame(
        {
            "start": [None if random.random() < 0.03 else moment for moment in start],
            "end": [
                None if length is None else moment + pd.Timedelta(minutes=length)
                for moment, length in zip(start, lengths, strict=True)
            ],
            "commune_code": some("07900", "07900", "07903", None),
            "customers_interrupted": some(5, 5, 7, 9, -1, None),
            "planned": some("planned", "unplanned", None),
            "feeder": some("471E4.1", "471E4.1", "473E4.1", None),
            "station": some("T1", None, None),
            "cause": some("a", "b"),
            "area_text": some("x", None, None),
        }
    )
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    frame["customers_interrupted"] = frame["customers_interrupted"].astype("Int64")
    return pd.concat([frame, frame.sample(rows // 5, random_state=seed)], ignore_index=True)


def by_hand(frame):
    """Clean row by row: what is left, the copies, the joined records."""
    known = (
        frame.where(
            frame["customers_interrupted"].fillna(0) >= 0, frame.assign(customers_interrupted=pd.NA)
        )
        if len(frame)
        else frame
    )
    rows = [
        tuple(None if pd.isna(value) else value for value in row)
        for row in known[COLUMNS].itertuples(index=False)
    ]
    rows = [r for r in rows if r[0] is not None and (r[1] is None or r[1] >= r[0])]
    single = list(dict.fromkeys(rows))
    left = [r[:6] for r in single if r[5] is None or r[1] is None]
    places = {}
    for row in single:
        if row[5] is not None and row[1] is not None:
            places.setdefault((row[2], row[5], row[6]), []).append(row)
    for records in places.values():
        runs = []
        for row in sorted(records, key=lambda r: [(v is None, v) for v in r[:5]]):
            if runs and row[0] < max(r[1] for r in runs[-1]):
                runs[-1].append(row)
            else:
                runs.append([row])
        for run in runs:
            people = [r[3] for r in run if r[3] is not None]
            kinds = [r[4] for r in run if r[4] is not None]
            left.append(
                (
                    run[0][0],
                    max(r[1] for r in run),
                    run[0][2],
                    max(people, default=None),
                    kinds[0] if kinds else None,
                    run[0][5],
                )
            )
    return Counter(left), len(rows) - len(single), len(single) - len(left)


def rows_of(con, table):
    frame = con.to_pandas(table.select(COLUMNS[:6]))
    return Counter(
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame.itertuples(index=False)
    )


def sums_of(con, table):
    frame = con.to_pandas(table).sort_values(["commune_code", "month_no", "planned"])
    return frame[["commune_code", "month_no", "planned", *SUMS]].reset_index(drop=True)


def checked(source, frame):
    """Clean a log and compare it with plain loops; the cells are those of the rows."""
    con = connect()
    done = clean.clean_table(con, read(con, source))
    left, copies, joined = by_hand(frame)
    assert (done.counts["duplicates"], done.counts["overlaps"]) == (copies, joined)
    assert rows_of(con, done.table) == left
    direct = sums_of(con, counted(cells(done.table, 5.0)))
    pd.testing.assert_frame_equal(sums_of(con, done.cells), direct, rtol=1e-9, check_dtype=False)
    con.disconnect()


@given(seed=st.integers(0, 100_000), rows=st.integers(5, 120))
@settings(max_examples=8, deadline=None)
def test_every_copy_and_overlap_is_found_and_nothing_else_is_joined(seed, rows):
    frame = random_log(seed, rows)
    checked(frame, frame)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_file_gives_what_plain_loops_give(tmp_path, seed):
    frame = random_log(seed, 150)
    frame.to_parquet(tmp_path / "log.parquet")
    checked(tmp_path / "log.parquet", frame)
    full = frame.dropna(subset=["feeder"])
    checked(full, full)
    bare = frame.assign(feeder=None)
    checked(bare.astype({"feeder": "string"}), bare)


def test_equal_hashes_join_nothing_that_is_not_the_same(monkeypatch):
    monkeypatch.setattr(overlap, "_hash", lambda *_: ibis.literal(0, "int64"))
    frame = random_log(3, 80)
    checked(frame, frame)


def test_parts_of_the_key_in_order_for_themselves_as_on_spark_find_the_same(monkeypatch):
    whole = overlap._marks
    monkeypatch.setattr(overlap, "_marks", lambda packed, **_: whole(packed, apart=True))
    frame = random_log(5, 150)
    assert (frame["start"] < "1970-01-01").any()
    assert (frame["start"] > "1970-01-01").any()
    checked(frame, frame)
