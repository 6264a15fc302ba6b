"""A log's rules are applied once for a store: kept, read back the same, made again, removed."""

import pandas as pd
import pytest

from lib.power import clean as outagelog
from lib.power import inuse, keep
from lib.power.madeup import sample_outages
from lib.store.store import Act, Store, Table
from lib.tables import facts

SOURCE = {"source_url": "file:nhat-ky.csv", "as_of": "2026-01-05"}


def published(store: Store, seed: int):
    """Publish a log with every fault the rules know, and return its snapshot."""
    communes = facts.load("communes")
    outages, customers = sample_outages(400, seed, communes)
    outages = outages.assign(**SOURCE, station=None, area_text=None, sample=False)
    tables = {
        "communes": communes,
        "outages": outages,
        "customers": customers.assign(**SOURCE, sample=False),
    }
    named = {
        name: Table(frame, "import: nhat-ky.csv", "2026-01-05") for name, frame in tables.items()
    }
    return store.publish(named, Act("import"), border_quality="schematic")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def cleanings(monkeypatch):
    """Count how often the rules are applied."""
    times, clean = [], outagelog.clean
    monkeypatch.setattr(outagelog, "clean", lambda *given: times.append(1) or clean(*given))
    return times


def same(one, other) -> None:
    pd.testing.assert_frame_equal(one.rows, other.rows)
    pd.testing.assert_frame_equal(one.listed, other.listed)
    assert dict(one.counts) == dict(other.counts)


def test_the_rules_are_applied_once_for_a_store(store, cleanings):
    snapshot = published(store, 7)
    first = inuse.of_snapshot(snapshot).cleaned
    assert len(first.listed), "a log without a fault would show nothing"
    for _ in range(2):  # as other processes, and after a restart
        same(inuse.of_snapshot(snapshot).cleaned, first)
    assert len(cleanings) == 1


@pytest.mark.parametrize("cut", [0, 100, -20])
def test_what_cannot_be_read_is_made_again(store, cleanings, cut):
    snapshot = published(store, 7)
    log = inuse.of_snapshot(snapshot)
    first = log.cleaned
    log.kept.write_bytes(log.kept.read_bytes()[:cut])
    same(inuse.of_snapshot(snapshot).cleaned, first)
    same(inuse.of_snapshot(snapshot).cleaned, first)
    assert len(cleanings) == 1 + 1


def test_other_rows_other_customers_or_other_rules_are_kept_apart(store, monkeypatch):
    snapshot = published(store, 7)
    infos = snapshot.manifest.tables
    alone = {name: info for name, info in infos.items() if name != "customers"}
    places = [keep.place(store.folder, infos), keep.place(store.folder, alone)]
    places.append(keep.place(store.folder, published(store, 8).manifest.tables))
    monkeypatch.setattr(keep, "_rules", lambda: "other")
    places.append(keep.place(store.folder, infos))
    assert len(set(places)) == len(places)


def test_what_no_snapshot_needs_goes_with_the_next_that_is_kept(store):
    logs = [inuse.of_snapshot(published(store, seed)) for seed in (7, 8)]
    assert all(len(log.cleaned.rows) for log in logs)
    folder = store.folder / keep.FOLDER
    (folder / ".half").write_bytes(b"of a process that died")
    (folder / "of-other-rules.parquet").write_bytes(b"")
    last = inuse.of_snapshot(published(store, 9))
    assert len(last.cleaned.rows)
    kept = {log.kept.name for log in (*logs, last)}
    assert {path.name for path in folder.iterdir() if "listed" not in path.name} == kept
    assert len(list(folder.iterdir())) == 2 * len(kept)


def test_a_store_that_cannot_be_written_answers_all_the_same(store, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    snapshot = published(store, 7)
    monkeypatch.setattr(keep.pq, "write_table", full)
    log = inuse.of_snapshot(snapshot)
    assert len(log.cleaned.rows)
    assert list(log.kept.parent.iterdir()) == []
