"""What is to be done: missing, contradictory, out of date, overdue, from the records."""

import datetime as dt

import pytest
from facttables import fact_tables

from lib.language.text import LANGS
from lib.register import todo
from lib.register.clusters import register
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.record import Statement
from lib.tables.statements.say import say

FACTS = fact_tables()
ON = dt.date(2026, 11, 30)


def tasks_of(tables=FACTS, on=ON):
    return todo.tasks(register(tables), tables, on=on)


TASKS = tasks_of()


def of(cluster: str, kind: str, tasks=TASKS):
    return {task.field: task for task in tasks if (task.cluster_id, task.kind) == (cluster, kind)}


def test_what_is_missing_is_what_the_register_lacks():
    rows = register(FACTS)
    for cluster, missing in zip(rows["cluster_id"], rows["missing"], strict=True):
        assert set(of(cluster, "missing")) == set(missing)
    assert [task.kind for task in TASKS] == sorted(
        (task.kind for task in TASKS), key=todo.KINDS.index
    )


def test_two_sources_that_differ_are_a_task_until_a_person_chooses():
    task = of("PT-014", "contradictory")["area_ha"]
    assert (task.value, task.others, task.as_of) == ("26.7", ("84.0",), "2025-07-28")
    assert "26,7" in task.sentence()
    assert "84" in task.sentence()
    assert "area_ha" not in of("PT-011", "contradictory"), "a weak source contradicts nobody"
    chosen = Statement(
        *("clusters", "PT-014", "area_ha", "26.7", "Biên bản", "2026-11-30"), reason="đã đo"
    )
    tables = {**FACTS, **say(FACTS, [chosen])}
    assert "area_ha" not in of("PT-014", "contradictory", tasks_of(tables))


def test_only_what_ages_gets_old_and_a_source_without_a_date_is_old():
    old = of("PT-014", "out_of_date")
    assert set(old) == {"operation_status", "enterprises"}
    assert {CLUSTERS.column(task.field).ages for task in TASKS if task.kind == "out_of_date"} == {
        True
    }
    assert "operation_status" in of("PT-018", "out_of_date"), "its source gives no date"
    assert not of("PT-014", "out_of_date", tasks_of(on=dt.date(2019, 1, 1)))


@pytest.mark.parametrize(
    ("field", "late", "time_left"),
    [("decision_end", "2026-10", "2026-12"), ("behind_schedule", "yes", None)],
)
def test_what_is_past_its_date_or_said_to_be_late_is_overdue(field, late, time_left):
    def overdue(value):
        word = Statement("clusters", "HB-025", field, value, "Biên bản", "2026-11-30")
        return field in of("HB-025", "overdue", tasks_of({**FACTS, **say(FACTS, [word])}))

    assert overdue(late)
    assert time_left is None or not overdue(time_left)


def test_how_much_is_known_by_cluster_and_by_commune():
    rows = register(FACTS)
    known = todo.by_cluster(rows)
    asked = sum(column.asked for column in CLUSTERS.columns)
    assert len(known) == 93
    assert known["HB-025"] == todo.Known(0, asked)
    one = say(FACTS, [Statement("clusters", "HB-025", "area_ha", "40.0", "Biên bản", "2026")])
    after = todo.by_cluster(register({**FACTS, **one}))
    assert after["HB-025"].share == pytest.approx(1 / asked)
    communes = todo.by_commune(rows)
    placed = rows["commune_codes"].map(lambda codes: max(1, len(codes))).sum()
    assert sum(known.asked for known in communes.values()) == placed * asked


def test_every_task_is_said_in_both_languages():
    for task in TASKS:
        assert len({task.sentence(lang) for lang in LANGS}) == 2, task
