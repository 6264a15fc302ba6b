"""Values said with their source: derived, withdrawn, shown; nobody else's value moves."""

import functools

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from lib.language.errors import DataRefusedError, WrongUseError
from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES
from lib.tables.statements.derive import derived
from lib.tables.statements.record import STATEMENTS, Statement
from lib.tables.statements.say import said, say, withdraw

FACTS = fact_tables()
ID = "HB-025"
STATED = ("clusters", "weak_supply", "substations", "assignments")


@functools.cache
def first_of(table: str) -> str:
    return "/".join(FACTS[table].iloc[0][list(TABLES[table].key)])


def word(field: str, value: str, source: str = "Biên bản", as_of: str = "2026-11-30", **more):
    return Statement("clusters", ID, field, value, source, as_of, **more)


def after(*words: Statement, tables=FACTS) -> dict[str, pd.DataFrame]:
    return {**tables, **say(tables, words)}


def other_cells(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = tables["clusters"]
    return rows.drop(columns="area_ha")


@pytest.mark.parametrize("table", STATED)
def test_every_value_of_a_row_has_the_rows_source(table):
    found = said(FACTS, table, first_of(table))
    row = FACTS[table].iloc[0]
    assert list(found) == [c.name for c in TABLES[table].columns if c.name not in TABLES[table].key]
    for name, one in found.items():
        if pd.isna(row[name]):
            assert (one.value, one.source, one.rule) == (None, "", "none")
        else:
            assert one.value == row[name]
            assert (one.source, one.as_of) == (row["source_url"], row["as_of"])
        assert one.others == ()


def test_one_value_said_keeps_the_sources_of_all_the_others():
    tables = after(word("area_ha", "69.42"))
    assert_frame_equal(other_cells(tables), other_cells(FACTS))
    before, now = said(FACTS, "clusters", ID), said(tables, "clusters", ID)
    assert now["area_ha"].value == 69.42
    assert (now["area_ha"].source, now["area_ha"].as_of) == ("Biên bản", "2026-11-30")
    assert {k: v for k, v in now.items() if k != "area_ha"} == {
        k: v for k, v in before.items() if k != "area_ha"
    }
    ALL_TABLES["statements"].validate(tables["statements"])


def test_two_values_of_two_sources_are_both_there_and_the_rule_is_named():
    known = FACTS["clusters"].dropna(subset=["area_ha"]).iloc[0]
    new = Statement("clusters", known["cluster_id"], "area_ha", "1.5", "Biên bản", "2026-11-30")
    one = said(after(new), "clusters", known["cluster_id"])["area_ha"]
    assert (one.value, one.rule) == (1.5, "newer"), "both are official"
    (other,) = one.others
    assert (other.value, other.source_url) == (str(known["area_ha"]), known["source_url"])


def test_withdrawn_goes_back_to_what_others_say_and_then_to_blank():
    tables = after(word("area_ha", "40.0", "A"), word("area_ha", "41.0", "B", "2020"))
    gone = withdraw(tables, word("area_ha", "", "a", reason="nhầm"))
    tables = {**tables, **gone}
    assert said(tables, "clusters", ID)["area_ha"].value == 41.0
    tables |= withdraw(tables, word("area_ha", "", "B", reason="nhầm"))
    assert said(tables, "clusters", ID)["area_ha"].value is None
    assert_frame_equal(tables["clusters"], FACTS["clusters"])
    own = tables["statements"].query("id == @ID")
    assert set(own["state"]) == {"withdrawn"}
    assert set(own["reason"]) == {"nhầm"}
    with pytest.raises(DataRefusedError):
        withdraw(tables, word("area_ha", "", "B", reason="nhầm"))


def test_the_rows_own_word_is_withdrawn_by_its_address():
    row = FACTS["clusters"].set_index("cluster_id").loc[ID]
    tables = {**FACTS, **withdraw(FACTS, word("legal_status", "", row["source_url"]))}
    assert said(tables, "clusters", ID)["legal_status"].value == "unknown"
    tables = after(word("legal_status", "established"), tables=tables)
    found = said(tables, "clusters", ID)["legal_status"]
    assert (found.value, found.rule, found.others) == ("established", "single", ())


@pytest.mark.parametrize("value", ["", "unknown"])
def test_a_blank_never_erases(value):
    with pytest.raises(DataRefusedError, match="fact withdraw"):
        say(FACTS, [word("legal_status", value)])


@pytest.mark.parametrize(
    "wrong",
    [
        Statement("outages", "x", "cause", "y", "A", "2026"),
        Statement("clusters", "HB-999", "name", "y", "A", "2026"),
        Statement("clusters", ID, "cluster_id", "y", "A", "2026"),
        Statement("clusters", ID, "diện tích", "y", "A", "2026"),
    ],
)
def test_what_is_not_there_is_wrong_use(wrong):
    with pytest.raises(WrongUseError):
        say(FACTS, [wrong])


WORDS = st.lists(
    st.builds(
        word,
        st.just("area_ha"),
        st.sampled_from(["40.0", "41.5", "75.0"]),
        source=st.sampled_from(["A", "B", "https://baophutho.vn/x"]),
        as_of=st.sampled_from(["2018", "2026-11-30"]),
        document_no=st.sampled_from(["", "1/QĐ"]),
        reason=st.sampled_from(["", "vì"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.key,
)


@settings(max_examples=12)
@given(WORDS, st.randoms())
def test_said_one_by_one_in_any_order_is_said_together(words, random):
    together = after(*words)
    mixed = list(words)
    random.shuffle(mixed)
    tables = dict(FACTS)
    for one in mixed:
        tables = after(one, tables=tables)
    assert_frame_equal(tables["clusters"], together["clusters"])
    key = list(STATEMENTS.key)
    ordered = [t["statements"].sort_values(key, ignore_index=True) for t in (tables, together)]
    assert_frame_equal(*ordered)


@settings(max_examples=12)
@given(WORDS)
def test_derived_again_is_the_same_and_all_withdrawn_is_as_before(words):
    tables = after(*words)
    again = derived(tables["clusters"], tables["statements"], TABLES["clusters"])
    assert_frame_equal(again[0], tables["clusters"])
    assert_frame_equal(again[1], tables["statements"])
    for source in {one.source_url for one in words}:
        tables |= withdraw(tables, word("area_ha", "", source, reason="nhầm", when="2027"))
    assert_frame_equal(tables["clusters"], FACTS["clusters"])
