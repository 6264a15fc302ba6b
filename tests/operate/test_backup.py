"""A backup holds every byte of a store, and says what it holds."""

import io
import json
import os
import zipfile

import pytest
from backups import failing
from filelock import FileLock

from lib.language.errors import StoreError
from lib.operate import backup
from lib.operate.restore import restore_backup
from lib.store import store as stores
from lib.store.store import Store


def test_the_cache_and_the_lock_are_no_part_of_a_backup(saved_backup):
    with zipfile.ZipFile(saved_backup) as archive:
        names = archive.namelist()
    assert not [name for name in names if "cache" in name or name == "lock"]
    assert {"CURRENT", "audit.jsonl", "backup.json"} <= set(names)


def test_a_backup_says_what_it_holds(full_store, tmp_path):
    info = backup.backup(full_store, tmp_path / "b.zip")
    files = [p for p in full_store.folder.rglob("*") if p.is_file() and "cache" not in p.parts]
    assert info.size == sum(path.stat().st_size for path in files if path.name != "lock")
    assert info.current == max(info.snapshots)
    assert restore_backup(tmp_path / "b.zip", Store(tmp_path / "other")) == info


def test_a_damaged_or_empty_store_is_not_backed_up(full_store, tmp_path):
    with pytest.raises(StoreError) as error:
        backup.backup(Store(tmp_path / "nothing"), tmp_path / "n.zip")
    assert error.value.key == "store.empty"
    (full_store.current().folder / "clusters.parquet").write_bytes(b"damaged")
    with pytest.raises(StoreError) as error:
        backup.backup(full_store, tmp_path / "n.zip")
    assert error.value.key == "backup.store_damaged"
    assert not (tmp_path / "n.zip").exists()


def test_a_failed_backup_leaves_the_one_before_and_no_litter(full_store, saved_backup, monkeypatch):
    before = saved_backup.read_bytes()
    monkeypatch.setattr(os, "replace", failing(0))
    with pytest.raises(StoreError) as error:
        backup.backup(full_store, saved_backup)
    assert error.value.key == "backup.not_writable"
    assert saved_backup.read_bytes() == before
    assert not list(saved_backup.parent.glob(".saved*"))


def test_a_folder_that_is_not_there_is_named(full_store, tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        backup.backup(full_store, tmp_path / "nowhere" / "b.zip")


def test_nobody_writes_while_a_backup_is_made(full_store, tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "_LOCK_SECONDS", 0.1)
    with FileLock(full_store.folder / "lock"), pytest.raises(StoreError) as error:
        backup.backup(full_store, tmp_path / "b.zip")
    assert error.value.key == "store.busy"


def test_a_whole_store_goes_round_twice_with_the_same_bytes(full_store, tmp_path):
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    backup.backup(full_store, first)
    restore_backup(first, Store(tmp_path / "a"))
    backup.backup(Store(tmp_path / "a"), second)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as two:
        contents = [{n: a.read(n) for n in a.namelist() if n != "backup.json"} for a in (one, two)]
        files = [json.load(io.BytesIO(a.read("backup.json")))["files"] for a in (one, two)]
    assert contents[0] == contents[1]
    assert files[0] == files[1]
