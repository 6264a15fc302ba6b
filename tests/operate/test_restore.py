"""A store gets back what the backup holds, or stays as it was."""

import contextlib
import json
import os
import shutil

import pytest
from backups import failing, publish, refused, relisted, rewritten, tree

from lib.language.errors import StoreError
from lib.operate.restore import restore_backup
from lib.store import audit
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


@pytest.mark.parametrize("after", range(4))
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
    done = state == "data" and after == 3
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
