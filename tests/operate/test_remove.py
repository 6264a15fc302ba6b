"""Removing data: named first, backed up first, and `make clean` leaves it alone."""

import shutil
import subprocess

import pytest
from backups import publish
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import StoreError, WrongUseError
from lib.operate import remove, restore
from lib.settings import ROOT
from lib.store.store import Store


def run(store, *words):
    return CliRunner().invoke(app, ["remove-data", *map(str, words), "--store", str(store.folder)])


def test_without_a_yes_it_only_names_what_would_go(full_store, tmp_path):
    before = full_store.current().snapshot_id
    done = run(full_store, tmp_path / "a.zip")
    assert isinstance(done.exception, WrongUseError)
    assert "2 bản dữ liệu" in done.output
    assert full_store.current().snapshot_id == before
    assert not (tmp_path / "a.zip").exists()


def test_what_is_removed_comes_back_from_the_backup(full_store, tmp_path):
    before, names = full_store.current().snapshot_id, full_store.names()
    done = run(full_store, tmp_path / "a.zip", "--yes")
    assert done.exit_code == 0, done.output
    assert full_store.current() is None
    assert {path.name for path in full_store.folder.iterdir()} == {"cache", "lock"}
    restore.restore_backup(tmp_path / "a.zip", full_store)
    assert full_store.current().snapshot_id == before
    assert full_store.names() == names


def test_a_taken_name_and_one_in_the_store_are_refused(full_store, tmp_path):
    taken = tmp_path / "a.zip"
    taken.write_bytes(b"x")
    for path in (taken, full_store.folder / "b.zip"):
        with pytest.raises(WrongUseError):
            remove.remove(full_store, path)
    assert full_store.current() is not None


def test_without_a_backup_nothing_goes(full_store, tmp_path, monkeypatch):
    with pytest.raises(StoreError):
        remove.remove(full_store, tmp_path / "not there" / "a.zip")
    assert full_store.whole() is not None
    made = remove.backup.backup

    def then_published(store: Store, path):
        info = made(store, path)
        publish(store, 3.0)
        return info

    monkeypatch.setattr(remove.backup, "backup", then_published)
    with pytest.raises(StoreError):
        remove.remove(full_store, tmp_path / "a.zip")
    assert full_store.whole() is not None


def test_make_clean_leaves_the_data(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = tmp_path / "data" / "store" / "CURRENT"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")
    made = tmp_path / "static" / "layers"
    made.mkdir(parents=True)
    subprocess.run(["make", "-s", "clean"], cwd=tmp_path, check=True, timeout=30)
    assert kept.read_text() == "x"
    assert not made.exists()
