"""Entries of the register added, taken out and merged: nothing said is lost, codes go along."""

import itertools

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import LANGS
from lib.tables.registry import TABLES
from lib.tables.statements import rows
from lib.tables.statements.derive import SILENT, Said
from lib.tables.statements.record import Statement, as_table, statements_of
from lib.tables.statements.say import said

FACTS = fact_tables()
IDS = list(FACTS["clusters"]["cluster_id"])
FREE = [
    one
    for one in IDS
    if not any(
        one in set(FACTS[table][column]) for table, column in rows.holders() if table in FACTS
    )
]
WHEN = "2026-11-30T08:00:00Z"


def act(row: str, value: str, **more: str) -> Statement:
    told = {"reason": "Trùng", "who": "An", "when": WHEN, **more}
    return Statement("clusters", row, rows.KEY, value, "Biên bản", "2026-11-30", **told)


def test_what_a_statement_does_to_a_row_is_said_by_key_and_state():
    assert rows.kind_of(act("PT-001", "PT-001")) == "made"
    assert rows.kind_of(act("PT-001", "PT-002")) == "merged"
    assert rows.kind_of(act("PT-001", "PT-001", state="withdrawn")) == "withdrawn"
    assert rows.kind_of(Statement("clusters", "PT-001", "name", "A", "b", "2026")) is None
    assert {"assignments", "outlines", "projects", "conclusions", "documents"} <= {
        table for table, _ in rows.holders()
    }


def test_a_new_entry_has_a_code_nobody_had_and_its_defaults():
    last = max(int(one[3:]) for one in IDS if one.startswith("HB-"))
    gone = act(f"HB-{last + 1:03}", "", state="withdrawn")
    told = {**FACTS, "statements": pd.concat([FACTS["statements"], _table(gone)])}
    assert rows.next_id(FACTS, "Hòa Bình") == f"HB-{last + 1:03}"
    assert rows.next_id(told, "Hòa Bình") == f"HB-{last + 2:03}"
    assert rows.next_id(told, "Hòa Bình", [act(f"HB-{last + 2:03}", "x")]) == f"HB-{last + 3:03}"


def _table(*words: Statement) -> pd.DataFrame:
    return as_table(list(words))


def test_an_entry_without_name_or_with_a_known_code_is_refused():
    name = Statement("clusters", "HB-900", "name", "CCN Mới", "Biên bản", "2026")
    with pytest.raises(DataRefusedError) as refused:
        rows.made(FACTS, act("HB-900", "HB-900"), [name])
    assert refused.value.message("vi") != refused.value.message("en")
    with pytest.raises(WrongUseError):
        rows.made(FACTS, act(IDS[0], IDS[0]), [])
    province = Statement("clusters", "HB-900", "former_province", "Hòa Bình", "b", "2026")
    changed = rows.made(FACTS, act("HB-900", "HB-900"), [name, province])
    row = changed["clusters"].iloc[-1]
    assert (row["name"], row["kind"], row["legal_status"]) == ("CCN Mới", "ccn", "unknown")
    assert row["source_url"] == "file:Biên_bản"
    assert list(changed["clusters"].dtypes) == list(FACTS["clusters"].dtypes)


def test_an_entry_others_speak_of_is_not_taken_out():
    named = FACTS["assignments"]["cluster_id"].iloc[0]
    with pytest.raises(DataRefusedError) as refused:
        rows.withdrawn(FACTS, act(named, named, state="withdrawn"))
    assert all(named in refused.value.message(lang) for lang in LANGS)
    changed = rows.withdrawn(FACTS, act(FREE[0], FREE[0], state="withdrawn"))
    assert FREE[0] not in set(changed["clusters"]["cluster_id"])
    assert statements_of(changed["statements"])[-1].state == "withdrawn"
    with pytest.raises(WrongUseError):
        rows.withdrawn({**FACTS, **changed}, act(FREE[0], FREE[0], state="withdrawn"))


def texts(about: Said) -> set[str]:
    """Return all that is said of a value, in use and by others."""
    values = {str(about.value)} if about.value is not None and about.value not in SILENT else set()
    return values | {one.value for one in about.others}


@settings(max_examples=8, deadline=None)
@given(pair=st.sampled_from(list(itertools.permutations(IDS[:12] + IDS[40:46], 2))))
def test_all_that_is_said_of_two_entries_is_said_of_the_one_that_stays(pair):
    gone, kept = pair
    try:
        changed = rows.merged(FACTS, act(gone, kept))
    except DataRefusedError as refused:
        assert refused.key == "rows.both"  # noqa: PT017 - that is the only refusal there is
        return
    after = {**FACTS, **changed}
    assert list(after["clusters"]["cluster_id"]) == [one for one in IDS if one != gone]
    assert list(after["clusters"].dtypes) == list(FACTS["clusters"].dtypes)
    for table, column in rows.holders():
        if table in after:
            assert gone not in set(after[table][column])
            assert not after[table].duplicated(list(TABLES[table].key)).any()
    now = said(after, "clusters", kept)
    before, other = (said(FACTS, "clusters", one) for one in (kept, gone))
    for name in before:
        assert texts(other[name]) | texts(before[name]) == texts(now[name]), name
    assert now["name"].value == before["name"].value
    words = statements_of(after["statements"])
    assert [one for one in words if one.subject == ("clusters", gone, rows.KEY)]


def test_rows_of_other_tables_and_their_statements_go_along_unless_there_can_be_one_only():
    gone, kept = FACTS["assignments"]["cluster_id"].iloc[0], FREE[0]
    commune = FACTS["assignments"]["commune_code"].iloc[0]
    spoken = Statement("assignments", f"{gone}/{commune}", "note", "x", "Biên bản", "2026")
    paper = {"sha256": "a" * 64, "of_table": "statements", "of_id": f"clusters/{gone}/area_ha"}
    tables = {
        **FACTS,
        "statements": pd.concat([FACTS["statements"], _table(spoken)], ignore_index=True),
        "documents": pd.DataFrame([paper]),
    }
    changed = rows.merged(tables, act(gone, kept))
    assert changed["assignments"]["cluster_id"].iloc[0] == kept
    assert f"{kept}/{commune}" in set(changed["statements"]["id"])
    assert changed["documents"]["of_id"].tolist() == [f"clusters/{kept}/area_ha"]
    first = FACTS["assignments"].iloc[[0]]
    both = pd.concat([first, first.assign(cluster_id=kept, document_no="khác")], ignore_index=True)
    with pytest.raises(DataRefusedError) as refused:
        rows.merged({**tables, "assignments": both}, act(gone, kept))
    assert refused.value.key == "rows.both"
