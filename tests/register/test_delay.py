"""Delay: three dates or none of the words; the decision's schedule keeps its own label."""

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.language.text import LANGS
from lib.register import delay

DAY = dt.date(2026, 11, 23)
DATES = ("2022-01-15", "2024-06-30", "2026-06-30")


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        (("2027-01-01", "2028-01-01", "2029-01-01"), "before_handover"),
        (("2022-01-15", "2026-11-23", "2027-11-23"), "on_schedule"),
        (("2022-01-15", "2026-11-22", "2026-11-23"), "extended"),
        (("2022-01-15", "2024-06-30", "2026-11-22"), "past_extension"),
        (("2025-01-15", "2024-06-30", "2026-11-22"), "disordered"),
        (("2022-01-15", "2024-06-30", "2024-01-01"), "disordered"),
    ],
)
def test_three_dates_give_a_state(dates, state):
    assert delay.of_dates(*dates, on=DAY).state == state


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("blank", [None, "", float("nan")])
def test_one_date_missing_says_only_that(at, blank):
    dates = [*DATES]
    dates[at] = blank
    found = delay.of_dates(*dates, on=DAY)
    assert found.state == "undetermined"
    assert found.missing == (("handover_date", "schedule_end", "extension_end")[at],)
    said = found.sentence()
    assert said.startswith("Chưa đủ ngày để xác định")
    assert "chậm" not in said.lower()


def test_a_rough_date_counts_only_if_it_cannot_change_the_answer():
    assert delay.of_dates("2022", "2024-06", "2025", on=DAY).state == "past_extension"
    assert delay.of_dates("2022", "2024-06", "2026", on=DAY).state == "undetermined"
    assert "không đủ chi tiết" in delay.of_dates("2022", "2024", "2026", on=DAY).sentence()


def test_what_is_no_date_is_refused():
    with pytest.raises(ValueError, match="invalid literal"):
        delay.of_dates("soon", *DATES[1:], on=DAY)


def test_nobody_is_judged_without_a_document():
    alone = delay.of_dates(*DATES, on=DAY).sentence()
    assert "cần đối chiếu hồ sơ" in alone
    assert not re.search("vi phạm|chậm|yếu kém", alone)


def test_the_schedule_of_a_decision_is_another_label():
    said = delay.of_decision("2025-06-30", on=DAY, decision_no="1550/QĐ-UBND")
    assert said.startswith("Quá tiến độ theo quyết định thành lập")
    assert "1550/QĐ-UBND" in said
    assert "Trong tiến độ" in delay.of_decision("2027", on=DAY, decision_no="1/QĐ")
    assert "không đủ chi tiết" in delay.of_decision("2026", on=DAY, decision_no="1/QĐ")
    for known in ({}, {"decision_no": "1/QĐ"}):
        assert "Chưa có tiến độ" in delay.of_decision(None, on=DAY, **known)
    assert "Chưa có tiến độ" in delay.of_decision("2025", on=DAY)


def test_only_a_founding_decision_sets_a_schedule():
    row = {
        "handover_date": None,
        "schedule_end": None,
        "extension_end": None,
        "decision_kind": "establish",
        "decision_no": "1550/QĐ-UBND",
        "decision_end": "2025-06",
    }
    said = delay.of_cluster(row, on=DAY)
    assert said.land_law.startswith("Chưa đủ ngày")
    assert said.decision.startswith("Quá tiến độ theo quyết định thành lập (hạn 06/2025")
    planned = delay.of_cluster({**row, "decision_kind": "plan"}, on=DAY)
    assert "Chưa có tiến độ" in planned.decision


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (("2020-01-01", "2021-01-01", "2022-01-01"), ("extension", "2022-01-01")),
        (("2020-01-01", "2021-01-01", "2050-01-01"), ("schedule", "2021-01-01")),
        (("2020-01-01", "2050-01-01", "2051-01-01"), None),
        ((None, None, None), None),
    ],
)
def test_what_is_overdue_by_the_dates_of_the_law(known, told):
    names = ("handover_date", "schedule_end", "extension_end")
    row = dict.fromkeys(("decision_kind", "decision_no", "decision_end"))
    row |= dict(zip(names, known, strict=True)) | {"behind_schedule": "unknown"}
    late = delay.overdue(row, on=DAY)
    assert (late and (late.by, late.end)) == told
    if late:
        assert late.days == (DAY - dt.date.fromisoformat(late.end)).days
    said = delay.overdue(row | {"behind_schedule": "yes"}, on=DAY)
    assert said == (late or delay.Overdue("source"))


def test_a_decision_is_overdue_once_the_last_day_it_can_mean_is_past():
    row = dict.fromkeys(("handover_date", "schedule_end", "extension_end"))
    row |= {"decision_kind": "establish", "decision_no": "1/QĐ", "behind_schedule": "unknown"}
    assert delay.overdue(row | {"decision_end": f"{DAY.year}"}, on=DAY) is None
    past = delay.overdue(row | {"decision_end": f"{DAY.year - 1}"}, on=DAY)
    assert past == delay.Overdue("decision", f"{DAY.year - 1}", None), "a year has no day"
    plan = row | {"decision_end": "2001", "decision_kind": "plan"}
    assert delay.overdue(plan, on=DAY) is None


@given(*[st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1))] * 4, st.sampled_from(LANGS))
def test_every_state_has_words_and_time_only_moves_forward(first, second, third, on, lang):
    dates = [day.isoformat() for day in sorted((first, second, third))]
    order = ["before_handover", "on_schedule", "extended", "past_extension"]
    now = delay.of_dates(*dates, on=on)
    later = delay.of_dates(*dates, on=on + dt.timedelta(days=400))
    assert order.index(now.state) <= order.index(later.state)
    assert now.sentence(lang)


def row(**values: object) -> dict[str, object]:
    """Return a row of the register with the columns time is read from, blank but for `values`."""
    names = ("handover_date", "schedule_end", "extension_end", "decision_end", "decision_no")
    return dict.fromkeys((*names, "decision_kind"), None) | {"behind_schedule": "unknown"} | values


DATED = {"handover_date": "2024-01-01", "schedule_end": "2025-01-01", "extension_end": "2026-12-31"}
DECISION = {"decision_kind": "establish", "decision_no": "12/QĐ", "decision_end": "2025-06-30"}


@pytest.mark.parametrize(
    ("values", "known", "said"),
    [
        ({}, "unknown", ""),
        ({"behind_schedule": "yes"}, "late", "có nguồn nêu chậm"),
        (DATED, "extended", "đang gia hạn đến 31/12/2026"),
        (DATED | {"extension_end": "2025-06-30"}, "late", "quá hạn gia hạn 30/06/2025"),
        (DATED | {"schedule_end": "2026-06-30"}, "on_time", "hạn theo dự án 30/06/2026"),
        (DATED | {"schedule_end": "2023-01-01"}, "unknown", ""),
        (DECISION, "late", "quá hạn 30/06/2025 theo QĐ số 12/QĐ"),
        (DECISION | {"decision_end": "2026"}, "unknown", ""),
        (DECISION | {"decision_kind": "plan"}, "unknown", ""),
        (
            DATED | DECISION | {"behind_schedule": "yes"},
            "late",
            "có nguồn nêu chậm; đang gia hạn đến 31/12/2026; quá hạn 30/06/2025 theo QĐ số 12/QĐ",
        ),
    ],
)
def test_what_is_known_of_a_delay_and_by_what(values, known, said):
    cluster = row(**values)
    table = pd.DataFrame([cluster | {"as_of": "2026-01"}])
    assert delay.known_by(table).tolist() == [known]
    assert delay.short(cluster, on=dt.date(2026, 1, 31)) == said


def test_without_a_date_of_the_data_no_date_is_judged():
    undated = pd.DataFrame([row(**DATED) | {"as_of": None}, row() | {"as_of": None}])
    assert delay.known_by(undated).tolist() == ["unknown", "unknown"]
