"""A store gets back what the backup holds, or stays as it was."""

import contextlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from backups import failing, publish, refused, relisted, rewritten, tree

from lib.language.errors import StoreError
from lib.operate.backup import backup
from lib.operate.restore import restore_backup
from lib.store import audit, pending
from lib.store.snapshot import seal_of
from lib.store.store import Store


def test_an_empty_store_gets_back_every_byte(full_store, saved_backup, tmp_path):
    empty = Store(tmp_path / "empty")
    info = restore_backup(saved_backup, empty)
    assert tree(empty) == tree(full_store)
    assert info.current == full_store.current().snapshot_id
    assert info.files == len(tree(full_store))
    assert len(info.snapshots) == 2
    assert [e.action for e in audit.events(empty.folder)] == ["import", "import"]
    assert empty.whole().read("clusters")["area_ha"].tolist() == [75.0, 2.0]


def test_a_store_with_data_keeps_its_own_and_gains_the_rest(full_store, saved_backup, tmp_path):
    other = Store(tmp_path / "other")
    own = publish(other, 99.0)
    before = tree(other)
    info = restore_backup(saved_backup, other, who="Trần Thị B")
    assert {s.snapshot_id for s in other.snapshots()} == {own, *info.snapshots}
    assert other.whole().snapshot_id == full_store.current().snapshot_id
    kept = {k: v for k, v in before.items() if k.startswith("snapshots")}
    assert kept.items() <= tree(other).items()
    last = audit.events(other.folder)[-1]
    assert (last.action, last.who, last.before) == ("restore-backup", "Trần Thị B", own)


def test_a_draft_comes_back_and_what_was_entered_since_stays(full_store, saved_backup):
    (old,) = pending.every(full_store)
    pending.drop(full_store, [old])
    restore_backup(saved_backup, full_store)
    assert pending.every(full_store) == [old]
    since = replace(old, value="80", when="2026-11-30T08:00:00Z")
    pending.keep(full_store, [since])
    restore_backup(saved_backup, full_store)
    assert pending.every(full_store) == [since]


def test_an_old_backup_brings_back_what_was_in_use_then(full_store, saved_backup):
    then = full_store.current().snapshot_id
    later = publish(full_store, 3.0)
    restore_backup(saved_backup, full_store)
    assert full_store.whole().snapshot_id == then
    assert full_store.open(later).read("clusters")["area_ha"].tolist() == [75.0, 3.0]


def test_a_damaged_snapshot_is_mended_from_the_backup(full_store, saved_backup):
    whole = tree(full_store)
    (full_store.current().folder / "clusters.parquet").write_bytes(b"damaged")
    assert full_store.whole() is None
    restore_backup(saved_backup, full_store)
    assert {k: v for k, v in tree(full_store).items() if k != audit.LOG} == {
        k: v for k, v in whole.items() if k != audit.LOG
    }


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("state", ["empty", "data", "damaged"])
def test_a_kill_in_the_middle_leaves_the_store_as_before(
    full_store, saved_backup, tmp_path, monkeypatch, after, state
):
    store = Store(tmp_path / "target")
    if state == "data":
        publish(store, 99.0)
    if state == "damaged":
        shutil.copytree(full_store.folder, store.folder)
        for folder in (store.folder / "snapshots").iterdir():
            (folder / "clusters.parquet").write_bytes(b"damaged")
    before = tree(store) if store.folder.exists() else {}
    done = state == "data" and after == 4  # two snapshots, the draft, and what is in use
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(after))
        expected = contextlib.nullcontext() if done else pytest.raises(StoreError, match="No space")
        with expected:
            restore_backup(saved_backup, store)
    assert (tree(store) == before) is not done
    assert restore_backup(saved_backup, store).current == store.whole().snapshot_id


def test_what_a_dead_restore_left_behind_is_swept_away(saved_backup, tmp_path):
    store = Store(tmp_path / "target")
    (store.folder / "restoring" / "snapshots").mkdir(parents=True)
    (store.folder / "restoring" / "snapshots" / "half").write_bytes(b"x")
    restore_backup(saved_backup, store)
    assert not (store.folder / "restoring").exists()


def test_a_forged_list_or_snapshot_is_refused(saved_backup, full_store, tmp_path):
    empty = Store(tmp_path / "empty")

    def forged(**changes):
        def change(members):
            listed = json.loads(members["backup.json"]) | changes
            return {**members, "backup.json": json.dumps(listed).encode()}

        return rewritten(saved_backup, change)

    def sealed(members, name, manifest):
        """Return the members with a manifest that was sealed anew, as a careful forger would."""
        content = json.dumps(manifest | {"seal": seal_of(manifest)}).encode()
        return relisted({**members, name: content})

    def renamed(members):
        name = max(n for n in members if n.endswith("manifest.json"))
        manifest = json.loads(members[name]) | {"snapshot_id": "../../../static/x"}
        return sealed(members, name, manifest)

    def climbing(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        manifest = json.loads(members[name])
        manifest["tables"]["../../../secret"] = manifest["tables"].pop("clusters")
        return sealed(members, name, manifest)

    def hollow(members):
        return relisted({k: v for k, v in members.items() if not k.endswith("clusters.parquet")})

    earlier = min(s.snapshot_id for s in full_store.snapshots())
    assert refused(forged(format=2), empty) == "backup.no_list"
    assert refused(forged(files=[]), empty) == "backup.no_list"
    assert refused(forged(snapshots=[earlier]), empty) == "backup.no_current"
    assert refused(forged(current=earlier), empty) == "backup.no_current"
    assert refused(rewritten(saved_backup, renamed), empty) == "backup.no_current"
    assert refused(rewritten(saved_backup, climbing), empty) == "backup.no_current"
    assert refused(rewritten(saved_backup, hollow), empty) == "backup.no_current"
    deep = rewritten(saved_backup, lambda m: {**m, "backup.json": b"[" * 200_000})
    assert refused(deep, empty) == "backup.no_list"


def test_an_earlier_snapshot_with_a_forged_manifest_comes_back_and_is_never_opened(
    saved_backup, tmp_path
):
    def forged(members):
        name = min(n for n in members if n.endswith("manifest.json"))
        return relisted({**members, name: members[name].replace(b"reference", b"official")})

    store = Store(tmp_path / "other")
    info = restore_backup(rewritten(saved_backup, forged), store)
    assert [s.snapshot_id for s in store.snapshots()] == [info.current]
    with pytest.raises(StoreError) as error:
        store.open(min(info.snapshots))
    assert error.value.key == "store.snapshot_changed"


def test_a_broken_log_stops_the_restore_before_anything_moves(saved_backup, full_store):
    log = full_store.folder / audit.LOG
    log.write_text(log.read_text(encoding="utf-8").replace("Nguyễn", "Nguyên"), encoding="utf-8")
    publish_free = tree(full_store)
    with pytest.raises(StoreError) as error:
        restore_backup(saved_backup, full_store)
    assert error.value.key == "audit.broken"
    assert tree(full_store) == publish_free


# ---- the log in a backup is believed only whole --------------------------------------------


def relogged(saved: Path, change) -> Path:
    """Return the backup with another log, listed as a careful forger would."""

    def changed(members):
        lines = members[audit.LOG].splitlines(keepends=True)
        log = change(lines)
        kept = {name: content for name, content in members.items() if name != audit.LOG}
        return relisted(kept if log is None else {**kept, audit.LOG: log})

    return rewritten(saved, changed)


@pytest.fixture
def foreign(tmp_path) -> list[bytes]:
    """Return the lines of the log of a store that never saw these snapshots."""
    other = Store(tmp_path / "foreign")
    publish(other, 30.0)
    publish(other, 31.0)
    return (other.folder / audit.LOG).read_bytes().splitlines(keepends=True)


def anew(lines: list[bytes]) -> bytes:
    """Return a log written anew from its first line: chained, and without its first act."""
    logged: list[audit.Event] = []
    for line in lines[1:]:
        event = audit.unchained(audit.Event(**json.loads(line)))
        logged.append(audit.follow(logged, event))
    return "".join(audit.line_of(event) + "\n" for event in logged).encode()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda lines: b"".join(lines[:-1]), "backup.log_refused"),
        (lambda lines: b"".join(lines[1:]), "backup.log_refused"),
        (lambda lines: b"".join(lines).replace(b"import", b"imp0rt", 1), "backup.log_refused"),
        (lambda lines: b"[]\n" + b"".join(lines), "backup.log_refused"),
        (lambda _: b'{"when": 1, "who": "", "action": "", "snapshot": ""}\n', "backup.log_refused"),
        (lambda _: b"", "backup.log_refused"),
        (lambda _: None, "backup.log_missing"),
        (anew, "backup.log_refused"),
    ],
    ids=["cut", "headless", "changed", "no act", "no text", "empty", "none", "written anew"],
)
def test_a_log_that_is_not_whole_is_refused(saved_backup, full_store, tmp_path, change, key):
    forged = relogged(saved_backup, change)
    assert refused(forged, Store(tmp_path / "empty")) == key
    assert refused(forged, full_store) == key


def test_the_log_of_another_store_is_refused(saved_backup, full_store, foreign, tmp_path):
    forged = relogged(saved_backup, lambda _: b"".join(foreign))
    assert refused(forged, Store(tmp_path / "empty")) == "backup.log_refused"
    joined = relogged(saved_backup, lambda lines: b"".join([*foreign, *lines]))
    assert refused(joined, full_store) == "backup.log_refused"


def test_an_original_that_lies_elsewhere_is_refused(saved_backup, full_store, tmp_path):
    for stored in ("../../../secret.xlsx", "/etc/passwd", "files/../../x", "files/1.xlsx/..", ""):

        def climbing(members, stored=stored):
            name = max(n for n in members if n.endswith("manifest.json"))
            manifest = json.loads(members[name])
            manifest["files"][0]["stored"] = stored
            content = json.dumps(manifest | {"seal": seal_of(manifest)}).encode()
            return relisted({**members, name: content})

        forged = rewritten(saved_backup, climbing)
        assert refused(forged, Store(tmp_path / "empty")) == "backup.no_current"
        assert refused(forged, full_store) == "backup.no_current"


def test_a_snapshot_no_line_speaks_for_is_taken_and_said(full_store, tmp_path):
    name = full_store.snapshots()[-1].snapshot_id
    log = full_store.folder / audit.LOG
    log.unlink()
    for snapshot in full_store.snapshots():
        path = snapshot.folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8")) | {"log": None}
        path.write_text(json.dumps(manifest | {"seal": seal_of(manifest)}), encoding="utf-8")
    (full_store.folder / "CURRENT").write_text(name, encoding="utf-8")
    saved = tmp_path / "unlogged.zip"
    backup(full_store, saved)
    info = restore_backup(saved, Store(tmp_path / "empty"))
    assert {note.values["snapshot"] for note in info.notes} == set(info.snapshots)
