"""The three questions of the overview, answered by name from the facts."""

import datetime as dt

import pandas as pd
import pytest
from cardstores import material, with_values

from lib.power.gaps import find
from lib.register.duties import TABLES, duties
from lib.reports.agenda import KEYS, Question, divided, greatest, questions


def asked(given, clusters=None, communes=None) -> dict[str, Question]:
    clusters = set(given.clusters["cluster_id"]) if clusters is None else clusters
    communes = set(given.commune_names) if communes is None else communes
    whole = questions(given, find.find(given.tables, find.Choice()))
    found = tuple(question.among(clusters, communes) for question in whole)
    assert tuple(question.key for question in found) == KEYS
    return {question.key: question for question in found}


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return material(tmp_path_factory.mktemp("facts"))


def test_each_question_names_who_and_why(facts):
    found = asked(facts)
    summary, register = facts.summary, facts.clusters
    both = summary["verdict"].eq("cross_commune") | summary["change"].eq("remains")
    assert found["cross"].codes == set(summary.loc[both, "cluster_id"]) != set()
    assert all("cần quyết định" in point.words for point in found["cross"].points)
    late = register.loc[register["behind_schedule"] == "yes", "cluster_id"]
    assert found["late"].codes == set(late) != set()
    assert found["late"].note == "agenda.no_document"
    assert all(point.words.startswith("chậm theo ") for point in found["late"].points)
    (weak,) = found["gaps"].points
    assert weak.stop.name == "Xuân Đài"
    for said in ("chưa có điện lưới", "53 hộ", "2019", "8,7\u00a0km"):
        assert said in weak.words


def test_what_a_filter_leaves_out_is_in_no_question(facts):
    some = asked(facts, clusters={"PT-003"}, communes=set())
    assert some["cross"].codes == {"PT-003"}
    assert not some["gaps"].points
    assert not some["late"].points


def test_a_duty_says_the_days_left_and_what_is_missing_for_it(facts):
    tables = {name: facts.tables[name] for name in TABLES if name in facts.tables}
    due = duties(tables, on=dt.date(2026, 12, 1))
    *_, found = questions(facts, find.find(facts.tables, find.Choice()), due=due)
    assert len(found.points) == len(due) > 0
    for duty, point in zip(due, found.points, strict=True):
        assert duty.left() in point.words
        for lacking in duty.lacks()[:1]:
            assert lacking[:40] in point.words
    assert any(duty.lacks() for duty in due)


def test_the_longest_overdue_comes_first_with_its_document(tmp_path):
    def late(frame: pd.DataFrame) -> pd.DataFrame:
        for code, end in (("PT-001", "2024-12-31"), ("PT-004", "2023-01-31")):
            frame = with_values(
                "cluster_id",
                code,
                decision_kind="establish",
                decision_no=f"9{code}/QĐ-UBND",
                decision_end=end,
            )(frame)
        return frame

    found = asked(material(tmp_path, {"clusters": late}))["late"]
    first, second, *_ = found.points
    assert (first.code, second.code) == ("PT-004", "PT-001")
    assert "9PT-004/QĐ-UBND" in first.words
    assert "31/01/2023" in first.words
    assert " ngày)" in first.words


def test_who_leads_is_said_in_one_of_three_words(tmp_path):
    def given(frame: pd.DataFrame) -> pd.DataFrame:
        row = frame.iloc[0].to_dict()
        rows = [
            {**row, "cluster_id": "PT-003", "commune_code": "08236", "status": "decided"},
            {**row, "cluster_id": "PT-017", "commune_code": "08053", "status": "proposed"},
        ]
        return pd.concat([frame, pd.DataFrame(rows)], ignore_index=True)

    made = material(tmp_path, {"assignments": given})
    said = {point.code: point.words for point in asked(made)["cross"].points}
    assert f"đã quyết định: {made.commune_names['08236']}" in said["PT-003"]
    assert f"đề xuất: {made.commune_names['08053']}" in said["PT-017"]
    assert "cần quyết định" in said["PT-004"]


def test_the_communes_of_divided_units_say_of_which(facts):
    found = divided(facts, "vi")
    parts = facts.tables["former_units"].query("part == 'part'")
    assert found.codes == set(parts["new_code"]) != set()
    for point in found.points:
        own = parts[parts["new_code"] == point.code]
        assert all(name in point.words for name in own["name"])


def test_the_greatest_numbers_of_an_own_layer_come_first(facts):
    first, second, third = list(facts.commune_names)[:3]
    amounts = {first: 2.0, second: 7.0, "99999": 9.0, third: 2.0}
    found = greatest(amounts, {code: f"{value:g} hộ" for code, value in amounts.items()}, facts)
    assert found.points[0].code == second
    assert found.codes == {first, second, third}
    assert found.points[0].words == "7 hộ"
