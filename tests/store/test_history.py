"""What of a snapshot's history is kept from who may not see a table."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.store import history
from lib.store.store import Act, Snapshot, Store, Table

FILE = "Tram-mat-cua-An.xlsx"


def table(value: float, source: str) -> Table:
    return Table(pd.DataFrame({"cluster_id": ["PT-001"], "area_ha": [value]}), source, "2026")


def brought(store: Store, kind: str, *also: str, value: float = 1.0, file: str = FILE) -> Snapshot:
    """Publish an import of some tables, the others as they are."""
    base = store.current()
    kept = {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in (base.manifest.tables.items() if base else ())
    }
    changed = {name: table(value, f"import: {file}") for name in (kind, *also)}
    details = {"import": {"kind": kind, "counts": {name: {} for name in changed}}}
    act = Act("import", "An", {file: b"x"}, details=details)
    return store.publish(kept | changed, act, border_quality="schematic")


def told(snapshot: Snapshot, *closed: str) -> str:
    """Return all a manifest says to somebody those tables are kept from."""
    return repr(history.seen_without(snapshot, closed).manifest)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_an_act_on_a_closed_table_is_told_without_files_counts_and_person(store):
    made = brought(store, "substations")
    assert history.touched(made.manifest) == {"substations"}
    assert FILE in told(made)
    for closed in (["substations"], ["power_lines", "substations"]):
        assert history.kept_back(made.manifest, closed)
        said = told(made, *closed)
        assert not [word for word in (FILE, "'An'", "counts", "substations") if word in said]
        assert made.snapshot_id in said
    assert not history.kept_back(made.manifest, ["power_lines"])
    assert FILE in told(made, "power_lines")


def test_a_table_that_came_with_a_closed_one_does_not_name_its_files(store):
    first = brought(store, "outlines", "clusters")
    later = brought(store, "assignments", value=2.0, file="giao.csv")
    for snapshot in (first, later):
        seen = history.seen_without(snapshot, ["outlines"]).manifest
        assert seen.tables["clusters"].source == f"import: {history.HIDDEN}"
        assert seen.tables["clusters"].rows == 1
    assert seen.who == "An"
    assert seen.tables["assignments"].source == "import: giao.csv", "an act of its own"
    again = brought(store, "clusters", value=3.0, file="cum.csv")
    seen = history.seen_without(again, ["outlines"]).manifest
    assert seen.tables["clusters"].source == "import: cum.csv", "brought anew, without the other"


def test_an_import_that_does_not_say_of_what_may_be_of_anything(store):
    made = store.publish(
        {"clusters": table(1.0, f"import: {FILE}")},
        Act("import", "An", {FILE: b"x"}),
        border_quality="schematic",
    )
    assert history.kept_back(made.manifest, ["substations"])
    assert FILE not in told(made, "substations")


def test_a_snapshot_that_cannot_be_read_hides_more_not_less(store):
    first = brought(store, "clusters")
    middle = brought(store, "assignments", value=2.0, file="giao.csv")
    later = brought(store, "statements", value=3.0, file="loi.csv")
    assert FILE in repr(history.seen_without(first, ["outlines"]).manifest.tables["clusters"])
    (middle.folder / "manifest.json").write_text("{}", encoding="utf-8")
    seen = history.seen_without(later, ["outlines"]).manifest
    assert seen.tables["clusters"].source == f"import: {history.HIDDEN}"


@given(st.sampled_from(["prepare", "restore", "restore-backup"]), st.sets(st.text()))
def test_another_act_touches_no_table_of_an_import_before_it(tmp_path_factory, action, closed):
    store = Store(tmp_path_factory.mktemp("store"))
    made = brought(store, "substations")
    manifest = dataclasses.replace(made.manifest, action=action)
    assert history.touched(manifest) == frozenset()
    assert not history.kept_back(manifest, closed)
