"""Single values brought in: read as cells are, checked, published as one act, undone."""

import json

import pytest
from facttables import fact_tables

from lib.access import acts
from lib.access.roles import Actor
from lib.importing import stating
from lib.language.errors import DataRefusedError, NotAllowedError, StoreError, WrongUseError
from lib.language.text import LANGS
from lib.store import audit, history
from lib.store.store import Act, Store, Table
from lib.tables.statements.record import Statement
from lib.tables.statements.say import said

FACTS = fact_tables()
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x","y")',
    "[x](javascript:alert(1))",
    "http://[x",
    "- a: {b}",
]


def word(field: str, value: str, source: str = "Biên bản", **more: str) -> Statement:
    return Statement("clusters", "HB-025", field, value, source, more.pop("as_of", ""), **more)


@pytest.fixture
def store(tmp_path) -> Store:
    made = Store(tmp_path / "kho")
    tables = {name: Table(frame, "data/facts", "2026") for name, frame in FACTS.items()}
    made.publish(tables, Act("prepare"), border_quality="schematic")
    return made


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("area_ha", "69,42 ha", 69.42),
        ("enterprises", "17", 17),
        ("wastewater", "đang vận hành", "operating"),
        ("decision_date", "15/10/2025", "2025-10-15"),
        ("investor", "  Công ty\u200b A ", "Công ty A"),
    ],
)
def test_a_value_is_read_as_a_cell_is(field, typed, value):
    stated = stating.said(FACTS, [word(field, typed, as_of="01/02/2026")])
    found = said({**FACTS, **stated.tables}, "clusters", "HB-025")[field]
    assert (found.value, found.as_of) == (value, "2026-02-01")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (word("area_ha", "nhiều"), DataRefusedError),
        (word("area_ha", "900"), DataRefusedError),
        (word("area_ha", "900", document_no="1/QĐ"), DataRefusedError),
        (word("area_ha", "-"), DataRefusedError),
        (word("legal_status", "đã lập"), DataRefusedError),
        (word("area_ha", "1", " "), WrongUseError),
        (word("area_ha", "1", as_of="hôm qua"), WrongUseError),
        (word("cluster_id", "HB-026"), WrongUseError),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong, error):
    with pytest.raises(error) as refused:
        stating.said(FACTS, [wrong])
    assert all(refused.value.message(lang) for lang in LANGS)


def test_a_code_that_names_nothing_is_refused():
    weak = FACTS["weak_supply"]["weak_id"].iloc[0]
    wrong = Statement("weak_supply", weak, "commune_code", "99999", "Biên bản", "")
    with pytest.raises(DataRefusedError, match="99999"):
        stating.said(FACTS, [wrong])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text(text):
    given = word("investor", text, text, document_no=text, reason=text)
    stated = stating.said(FACTS, [given])
    found = said({**FACTS, **stated.tables}, "clusters", "HB-025")["investor"]
    assert (found.value, found.source, found.document_no) == (text, text, text)


def test_published_as_one_act_and_undone_by_restoring(store):
    base = store.current()
    stated = stating.said(stating.tables_of(base), [word("area_ha", "40"), word("investor", "A")])
    made = stating.publish(store, stated, base=base, who="An")
    assert len(store.snapshots()) == 2
    log = audit.events(store.folder)
    assert [event.action for event in log] == ["prepare", "fact"]
    assert [one["field"] for one in log[-1].details["fact"]["said"]] == ["area_ha", "investor"]
    assert json.dumps(log[-1].details)
    assert {n for n in made.manifest.tables if n in history.compare(base, made)} == {
        *("clusters", "statements")
    }
    with pytest.raises(StoreError):
        stating.publish(store, stated, base=base, who="An")
    store.restore(base.snapshot_id, who="An")
    assert said(stating.tables_of(store.current()), "clusters", "HB-025")["area_ha"].value is None


def test_who_may_not_see_the_table_is_not_told_what_was_said_of_it(store):
    base = store.current()
    stated = stating.said(stating.tables_of(base), [word("investor", "Công ty Mật")])
    made = stating.publish(store, stated, base=base, who="An")
    assert history.touched(made.manifest) == {"clusters", "statements"}
    told = repr(history.seen_without(made, ["clusters"]).manifest)
    assert "Công ty Mật" not in told
    assert "'An'" not in told
    assert "Công ty Mật" in repr(history.seen_without(made, ["outages"]).manifest)


def test_a_viewer_states_nothing(store):
    stated = stating.said(FACTS, [word("area_ha", "40")])
    with pytest.raises(NotAllowedError):
        acts.state(Actor("viewer", "An"), store, stated, base=store.current())
    made = acts.state(Actor("editor", "Bình"), store, stated, base=store.current())
    assert made.manifest.who == "Bình"
