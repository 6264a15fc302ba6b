"""What a conclusion is on a day: open, overdue, proposed or done, and in which order."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.language.text import LANGS
from lib.register import conclusions
from lib.tables.records.followup import CONCLUSIONS

ON = dt.date(2026, 11, 30)
BLANK = dict.fromkeys(column.name for column in CONCLUSIONS.every())


def row(code="KL-1", **given):
    plain = {"date": "2026-10-15", "agency": "Sở A", "task": "việc", "status": "decided"}
    return {**BLANK, "conclusion_id": code, **plain, **given}


def table(*rows):
    return {"conclusions": pd.DataFrame(rows)}


@pytest.mark.parametrize(
    ("given", "state", "days"),
    [
        ({"due": "2026-11-29"}, "overdue", -1),
        ({"due": "2026-11-30"}, "open", 0),
        ({"due": "2026-11"}, "open", 0),
        ({"due": "2026-10"}, "overdue", -30),
        ({"due": "2026"}, "open", 31),
        ({}, "open", None),
        ({"due": "2026-01-01", "status": "proposed"}, "proposed", -333),
        ({"due": "2026-01-01", "done": "2026-11-01"}, "done", -333),
    ],
)
def test_only_what_was_decided_and_is_not_done_can_be_overdue(given, state, days):
    followed = conclusions.follow(table(row(**given)), on=ON)
    assert followed["state"].tolist() == [state]
    assert [None if pd.isna(d) else d for d in followed["days"]] == [days]


STATED = st.builds(
    row,
    st.text("abc", min_size=1, max_size=3),
    due=st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map(str),
    done=st.none() | st.just("2026-01-01"),
    status=st.sampled_from(("proposed", "decided")),
)


@given(st.lists(STATED, max_size=6))
def test_the_most_urgent_stands_first_and_nothing_is_lost(rows):
    followed = conclusions.follow(table(*rows) if rows else {}, on=ON)
    assert sorted(followed["conclusion_id"]) == sorted(r["conclusion_id"] for r in rows)
    ranks = [conclusions.STATES.index(state) for state in followed["state"]]
    assert ranks == sorted(ranks)
    for state in conclusions.STATES:
        days = followed.loc[followed["state"] == state, "days"].tolist()
        known = [d for d in days if not pd.isna(d)]
        assert days[: len(known)] == sorted(known), "those without a day come last"


@pytest.mark.parametrize("lang", LANGS)
def test_days_are_said_for_before_on_and_after_the_day(lang):
    followed = conclusions.follow(
        table(*(row(str(n), due=f"2026-{month}") for n, month in enumerate(("10", "11", "12")))),
        on=ON,
    )
    said = [conclusions.left_words(r, lang) for r in followed.to_dict("records")]
    assert len(set(said)) == 3
    assert "30" in said[0]
    assert "31" in said[2]


def test_a_meeting_is_one_day_under_one_document():
    rows = (
        row("1", document_no="215/TB"),
        row("2"),
        row("3", document_no="215/TB"),
        row("4", date="2026-11-12"),
    )
    found = conclusions.meetings(conclusions.follow(table(*rows), on=ON))
    assert [(m.code, len(m.rows)) for m in found] == [
        ("2026-11-12", 1),
        ("2026-10-15 215/TB", 2),
        ("2026-10-15", 1),
    ]
