"""What is due next, days left, what is missing; the calendar file."""

import datetime as dt

import pandas as pd
from facttables import fact_tables

from lib.register.duties import calendar, duties

ON = dt.date(2026, 11, 30)


def clusters(**own) -> pd.DataFrame:
    frame = fact_tables()["clusters"].head(3).copy()
    frame["name"] = ["Ấm Hạ", "Bãi Ba", "Cẩm Khê"]
    frame["legal_status"] = ["in_plan", "unknown", "established"]
    frame["operation_status"] = "operating"
    frame["before_2009"] = "yes"
    return frame.assign(**own)


def test_what_is_due_comes_in_order_with_the_days_left():
    found = duties({"clusters": clusters()}, on=ON)
    assert [one.date for one in found] == sorted(one.date for one in found)
    days = {(one.key, one.date.isoformat()): one.days for one in found}
    assert days["before_2009", "2026-12-31"] == 31
    assert days["form_01", "2026-12-20"] == 20
    assert days["form_03", "2026-12-25"] == 25
    assert days["form_04", "2026-12-31"] == 31
    assert days["form_04", "2027-06-30"] == 212
    assert days["asset_kinds", "2027-01-06"] == 37
    assert days["assets_report", "2027-02-28"] == 90
    assert days["assets_review", "2028-07-06"] == 584
    assert set(found[0].record()) == {"date", "what", "source", "days"}
    assert all("tóm tắt" in one.source() for one in found if one.key == "assets_report")


def test_clusters_formed_before_2009_and_not_established_stand_by_name():
    (old,) = (d for d in duties({"clusters": clusters()}, on=ON) if d.key == "before_2009")
    assert "2 cụm (Ấm Hạ, Bãi Ba)" in old.words()
    assert "Cẩm Khê" not in old.words(), "it is established"
    late = {d.key: d for d in duties({"clusters": clusters()}, on=dt.date(2027, 1, 5))}
    assert late["before_2009"].days == -5
    assert late["before_2009"].left() == "quá hạn 5 ngày"
    done = clusters(legal_status="established")
    kept = [d.key for d in duties({"clusters": done}, on=dt.date(2027, 1, 5))]
    assert "before_2009" not in kept
    assert "asset_kinds" in kept


def test_what_nobody_says_is_said_to_be_missing():
    blank = clusters(before_2009=None)
    (old,) = (d for d in duties({"clusters": blank}, on=ON) if d.key == "before_2009")
    assert "2 cụm chưa thành lập chưa rõ" in old.words()
    found = {d.key: d for d in duties({"clusters": clusters(state_funded="yes")}, on=ON)}
    assert "3 cụm có hạ tầng Nhà nước đầu tư" in found["assets_review"].words()
    assert "dòng chưa đủ số liệu" in found["form_04"].words()
    assert "3/3 cụm" in found["form_01"].words()


def test_conclusions_of_a_meeting_that_are_not_done_are_due():
    told = {
        "date": "2025-10-15",
        "document_no": "12/TB-UBND",
        "subject": "PT-001",
        "agency": "Sở Công Thương",
        "task": "Rà soát cụm chậm tiến độ",
        "due": "2026-12-01",
    }
    rows = pd.DataFrame([told | {"done": None}, told | {"done": "2026-11-01", "due": "2026-12-02"}])
    found = duties({"clusters": clusters(), "conclusions": rows}, on=ON)
    assert (found[0].what(), found[0].source(), found[0].days) == (
        "Sở Công Thương: Rà soát cụm chậm tiến độ",
        "12/TB-UBND",
        1,
    )
    assert sum(one.key == "conclusion" for one in found) == 1


def test_a_leap_year_and_the_last_day_are_no_trouble():
    on = dt.date(2028, 2, 29)
    found = {one.key: one for one in duties({"clusters": clusters()}, on=on)}
    assert found["assets_report"].date == dt.date(2029, 2, 28)
    same = duties({"clusters": clusters()}, on=dt.date(2026, 12, 31))
    assert {d.key for d in same if d.days == 0} == {"before_2009", "form_04"}


def test_the_calendar_is_one_a_calendar_reads():
    task = "Việc; có, dấu \\ và " + "chữ rất dài " * 20 + "\ndòng"
    rows = pd.DataFrame(
        [{"agency": None, "document_no": None, "task": task, "due": "2026-12", "done": None}]
    )
    text = calendar(duties({"clusters": clusters(), "conclusions": rows}, on=ON)).decode()
    for end in ("\r", "\x0b", "\x85", "\u2028"):  # lines to some readers
        sent = rows.assign(task=f"Việc{end}ATTENDEE:mailto:x@y.z")
        made = calendar(duties({"clusters": clusters(), "conclusions": sent}, on=ON)).decode()
        assert not any(line.startswith("ATTENDEE") for line in made.splitlines()), end
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    whole = text.replace("\r\n ", "").split("\r\n")
    assert f"SUMMARY:Việc\\; có\\, dấu \\\\ và {'chữ rất dài ' * 20}\\ndòng" in whole
    assert "DTSTART;VALUE=DATE:20261231" in whole, "a month means its last day"
    uids = [line for line in whole if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == whole.count("BEGIN:VEVENT")
