"""Values entered in a form: statements of one source, checked at their box, in use as one act."""

import pytest
from facttables import fact_tables

from lib.importing import entering, stating
from lib.importing.entering import Source
from lib.language.errors import DataRefusedError, StoreError, WrongUseError
from lib.places.names import Names
from lib.places.search import build_index
from lib.store import audit, pending
from lib.store.store import Act, Store, Table
from lib.tables.statements.say import said

FACTS = fact_tables()
NAMES = Names(FACTS["former_units"], FACTS["ended_units"], FACTS["communes"])
INDEX = build_index(FACTS)
SOURCE = Source("Biên bản họp", "2026-11-28")


def subject(field: str, row: str = "HB-025") -> tuple[str, str, str]:
    return "clusters", row, field


@pytest.fixture
def store(tmp_path) -> Store:
    made = Store(tmp_path / "kho")
    tables = {name: Table(frame, "data/facts", "2026") for name, frame in FACTS.items()}
    made.publish(tables, Act("prepare"), border_quality="schematic")
    return made


def entered(typed: dict, source: Source = SOURCE):
    return entering.checked(FACTS, entering.words_of(typed, source, "An"))


def test_what_is_refused_is_told_at_its_box_and_the_rest_is_good():
    good, refused = entered(
        {subject("area_ha"): "nhiều", subject("investor"): " A ", subject("decision_no"): ""}
    )
    assert [(word.field, word.value, word.who) for word in good] == [("investor", "A", "An")]
    assert set(refused) == {subject("area_ha")}
    told = refused[subject("area_ha")].message()
    name = FACTS["clusters"].set_index("cluster_id").loc["HB-025", "name"]
    assert f"dòng HB-025 {name}, cột «Diện tích" in told, "no row of a file is counted"
    assert "nhiều" in told


@pytest.mark.parametrize("source", [Source(" ", "2026"), Source("a", "2026", chosen=True)])
def test_a_source_and_of_a_choice_the_reason_are_needed(source):
    with pytest.raises(WrongUseError):
        entering.words_of({subject("investor"): "A"}, source, "An")


def test_a_choice_is_in_use_against_a_stronger_source():
    typed = {subject("area_ha", "PT-014"): "84"}
    for chosen, value in ((False, 26.7), (True, 84.0)):
        press = Source("https://bao.vn/a", "2020", note="đã đo", chosen=chosen)
        (word,), _ = entered(typed, press)
        found = said({**FACTS, **stating.said(FACTS, [word]).tables}, "clusters", "PT-014")
        assert found["area_ha"].value == value


def test_three_decimals_that_waited_are_no_thousand_when_they_are_published(store):
    good, refused = entered({subject("area_ha"): "1,234 ha"})
    assert refused == {}
    made = entering.publish(store, good, base=store.current(), who="Bình")
    assert said(stating.tables_of(made), "clusters", "HB-025")["area_ha"].value == 1.234


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("area_ha", "69,42 ha"),
        ("area_ha", "0,5"),
        ("enterprises", "17"),
        ("decision_date", "15/10/2025"),
        ("decision_date", "2025"),
        ("legal_status", "established"),
        ("investor", "=1+1"),
    ],
)
def test_a_value_that_waited_is_read_again_as_the_same(field, typed):
    (word,), refused = entered({subject(field): typed})
    assert refused == {}
    assert stating.said(FACTS, [word]).words == (word,)


def test_what_was_published_waits_no_longer_even_if_it_could_not_be_forgotten(store, monkeypatch):
    base = store.current()
    good, _ = entered({subject("area_ha"): "40", subject("investor"): "A"})
    pending.keep(store, good)
    words = pending.every(store)

    def full(*_given):
        raise StoreError("store.busy", seconds=1)

    monkeypatch.setattr(pending, "drop", full)
    made = entering.publish(store, words, base=base, who="Bình")
    tables = stating.tables_of(made)
    assert pending.every(store) == words
    assert entering.waiting(tables, words) == []
    assert entering.waiting(stating.tables_of(base), words) == words
    assert [event.action for event in audit.events(store.folder)] == ["prepare", "fact"]
    assert said(tables, "clusters", "HB-025")["investor"].value == "A"


def test_a_publication_that_is_refused_loses_nothing_that_waits(store):
    base = store.current()
    good, _ = entered({subject("area_ha"): "40"})
    pending.keep(store, good)
    entering.publish(store, entered({subject("investor"): "A"})[0], base=base, who="Bình")
    with pytest.raises(StoreError):
        entering.publish(store, good, base=base, who="Bình")
    wrong = [*good, good[0].__class__(*subject("area_ha"), "x", "Biên bản", "2026")]
    with pytest.raises(DataRefusedError):
        entering.publish(store, wrong, base=store.current(), who="Bình")
    assert pending.every(store) == good


def test_old_names_of_the_own_district_come_first_and_replace_the_last_name():
    units = FACTS["former_units"]
    named = units.groupby("name")["district"].nunique()
    name = named[named > 1].index[0]
    unit = units[units["name"] == name].iloc[0]
    row = {"former_district": None, "former_province": None}
    several = entering.offered(f"xã đầu; {name}", row, NAMES, INDEX)
    assert len(several) > 1
    own = {"former_district": unit["district"], "former_province": unit["province"]}
    assert entering.offered(name, own, NAMES, INDEX) == [], "it is sure already"
    offered = entering.offered(name[:-1], own, NAMES, INDEX)
    assert offered
    text = entering.taken(f" xã đầu ;{name[:3]}", offered[0])
    assert text == f"xã đầu;{offered[0].name}"
    assert entering.followed(NAMES, text, own)[1].former_codes


WHY = Source("Biên bản họp", "2026-11-28", note="Ghi nhầm")


def put(store: Store, words) -> None:
    pending.keep(store, words, seen={pending.place(one): one for one in pending.every(store)})


def test_all_acts_of_a_draft_are_one_act_of_the_log_and_are_undone_as_one(store):
    base = store.current()
    tables = stating.tables_of(base)
    typed = {
        "name": "  CCN  Mới ",
        "former_province": "Hòa Bình",
        "area_ha": "40,5",
        "investor": "",
    }
    put(store, entering.entry_added(tables, [], typed, SOURCE, "An"))
    more = {**typed, "name": "CCN Khác"}
    put(store, entering.entry_added(tables, pending.every(store), more, SOURCE, "An"))
    use = said(tables, "clusters", "PT-014")["area_ha"]
    source = Source(use.source, "2026-11-28", note="Đo lại")
    area = subject("area_ha", "PT-014")
    put(store, entering.act_on(tables, area, str(use.value), source, "Bình"))
    put(store, entered({area: "26,9"})[0])
    key = ("clusters", "PT-022", "cluster_id")
    put(store, entering.act_on(tables, key, "PT-001", WHY, "Bình"))
    put(store, entered({subject("investor", "PT-022"): "Công ty chuyển sang"})[0])
    gone = ("clusters", "PT-020", "cluster_id")
    put(store, entering.act_on(tables, gone, "PT-020", WHY, "Bình"))
    words = pending.every(store)
    assert store.current().snapshot_id == base.snapshot_id

    made = entering.publish(store, words, base=base, who="Hòa")
    now = made.read("clusters").set_index("cluster_id")
    new = [one for one in now.index if one not in set(FACTS["clusters"]["cluster_id"])]
    assert now.loc[new, ["name", "area_ha"]].to_numpy().tolist() == [
        ["CCN Mới", 40.5],
        ["CCN Khác", 40.5],
    ]
    assert {"PT-020", "PT-022"}.isdisjoint(now.index)
    after = stating.tables_of(made)
    assert said(after, "clusters", "PT-014")["area_ha"].value == 26.9
    about = said(after, "clusters", "PT-001")["investor"]
    assert "Công ty chuyển sang" in {about.value, *(one.value for one in about.others)}
    assert [event.action for event in audit.events(store.folder)] == ["prepare", "fact"]
    assert pending.every(store) == []
    assert entering.waiting(after, words) == [], "also if it could not be forgotten"
    back = store.restore(base.snapshot_id, who="Hòa")
    assert back.read("clusters")["cluster_id"].tolist() == FACTS["clusters"]["cluster_id"].tolist()


@pytest.mark.parametrize(
    ("about", "value", "source"),
    [
        (subject("cluster_id"), "HB-025", SOURCE),
        (subject("cluster_id"), "XX-999", WHY),
        (subject("cluster_id", "XX-999"), "XX-999", WHY),
        (subject("area_ha", "PT-014"), "1", WHY),
        (subject("cluster_id"), "PT-001", Source(" ", "2026", note="x")),
    ],
)
def test_an_act_without_reason_source_or_object_does_not_wait(about, value, source):
    with pytest.raises((DataRefusedError, WrongUseError)):
        entering.act_on(FACTS, about, value, source, "An")


def test_a_new_cluster_needs_a_name_and_each_value_is_checked():
    for typed in ({"name": "A"}, {"name": "A", "former_province": "Hòa Bình", "area_ha": "nhiều"}):
        with pytest.raises(DataRefusedError):
            entering.entry_added(FACTS, [], typed, SOURCE, "An")
