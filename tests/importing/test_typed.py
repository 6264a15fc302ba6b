"""Rows typed on a page go the way of a file: the same codes, sources and refusals."""

from pathlib import Path

import pytest
from layerstores import schematic_tables

from lib.importing import bring, typed
from lib.importing.draft import Options, Typed
from lib.store.store import Act, Snapshot, Store

HOSTILE = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://a.vn";"b")', "[x](javascript:y)")
ROW = {
    "date": "2026-11-12",
    "document_no": None,
    "cluster_id": "PT-003",
    "agency": HOSTILE[0],
    "task": HOSTILE[1],
    "due": "2026-12-31",
    "status": "decided",
    "note": HOSTILE[2],
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Snapshot]:
    store = Store(tmp_path_factory.mktemp("typed"))
    made = store.publish(schematic_tables(), Act("prepare"), border_quality="schematic")
    return store, made


def given(*rows, file="họp.csv", table="conclusions"):
    return Typed(table, rows, file, "2026-11-12")


def published(store, base, rows):
    draft = typed.check_rows(rows, base)
    files = {rows.file: typed.as_file(rows)}
    return bring.publish(store, draft, base=base, files=files, who="An", confirmed=False)


def test_what_is_typed_and_its_file_are_the_same_rows(prepared, tmp_path: Path):
    _, base = prepared
    rows = given(ROW, ROW | {"cluster_id": None, "agency": "'=1"})
    draft = typed.check_rows(rows, base)
    assert [f.level for f in draft.findings if f.level != "note"] == []
    path = tmp_path / "họp.csv"
    path.write_bytes(typed.as_file(rows))
    again = bring.draft_of([(path, path.name)], Options("conclusions", "2026-11-12"), base)
    assert again.tables["conclusions"].equals(draft.tables["conclusions"])
    first = draft.tables["conclusions"].iloc[0]
    assert (first["agency"], first["task"], first["note"]) == HOSTILE
    assert first["source_url"] == "file:họp.csv"


def test_a_number_that_comes_later_leaves_it_the_same_conclusion(prepared):
    _, base = prepared
    ids = [
        typed.check_rows(given(ROW | {"document_no": no}), base).tables["conclusions"]
        for no in (None, "chưa có số", "215/TB-UBND")
    ]
    assert len({frame["conclusion_id"].iloc[0] for frame in ids}) == 1
    assert ids[1]["document_no"].isna().all(), "no number is a blank, not a number"


def test_done_is_said_by_its_own_source_and_the_rest_keeps_its_own(prepared):
    store, base = prepared
    made = published(store, base, given(ROW))
    code = made.read("conclusions")["conclusion_id"].iloc[0]
    kept = {name: ROW[name] for name in ("date", "agency", "task", "status")}
    done = {"conclusion_id": code, **kept, "done": "2026-11-28", "done_document": "12/BC"}
    after = published(store, made, given(done, file="xong.csv"))
    row = after.read("conclusions").iloc[0]
    assert (row["done"], row["due"], row["source_url"]) == (
        "2026-11-28",
        "2026-12-31",
        "file:họp.csv",
    )
    said = after.read("statements").query("table == 'conclusions'").set_index("field")
    assert said.loc["done", "source_url"] == "file:xong.csv"
    assert set(said.index) == {"done", "done_document"}
    assert after.original(after.manifest.files[0]).read_bytes().startswith(b"conclusion_id")
    store.restore(base.snapshot_id, who="An")
    assert "conclusions" not in store.current().manifest.tables, "one act takes it back"


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"cluster_id": "XX-999"}, "registers.unknown_reference"),
        ({"agency": None}, "schemas.blank"),
        ({"status": "maybe"}, "cells.not_a_code"),
        ({"due": "2026-02-31"}, "cells.not_a_date"),
    ],
)
def test_what_a_file_is_refused_for_is_refused_when_typed(prepared, wrong, key):
    _, base = prepared
    draft = typed.check_rows(given(ROW | wrong), base)
    assert [f.key for f in draft.of("refused")] == [key]
    assert not draft.tables
