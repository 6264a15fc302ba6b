"""What is asked of a server, each answer brought about for real, and the command that tells it."""

import dataclasses
import datetime as dt
import json
import os
import shutil
import types
from pathlib import Path

import pytest
from backups import publish
from typer.testing import CliRunner

from lib.cli import main
from lib.language.text import LANGS
from lib.operate import status
from lib.settings import settings
from lib.store import audit
from lib.store.store import Store

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def static(tmp_path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    return folder


@pytest.fixture
def look(full_store, static):
    """Return how to look at the full store, at a fixed moment after its snapshots."""

    def looked(**given) -> status.Status:
        return status.check(full_store, **{"static": static, "now": NOW} | given)

    return looked


def one(found: status.Status, name: str) -> status.Check:
    (check,) = (check for check in found.checks if check.name == name)
    return check


def test_all_is_well(look, full_store):
    found = look()
    assert (found.level, found.well) == ("good", True)
    assert found.snapshot == full_store.current().snapshot_id
    assert found.created == "2026-03-01T12:02:00+00:00"
    assert found.borders == "reference"
    assert found.checked == "2026-03-02T08:00:00+00:00"
    assert found.free_bytes > 0
    assert [check.name for check in found.checks] == [
        "snapshot",
        "borders",
        "log",
        "store",
        "static",
        "room",
    ]
    said = one(found, "snapshot").message()
    assert found.snapshot in said
    assert "01/03/2026 19:02" in said  # seven hours ahead of UTC
    assert "2 bảng" in said


def test_looking_changes_nothing(look, full_store, static):
    def everything() -> dict[str, int]:
        kept = [*full_store.folder.rglob("*"), *static.rglob("*")]
        return {str(path): path.stat().st_mtime_ns for path in kept if path.is_file()}

    before = everything()
    look()
    assert everything() == before


def test_a_fresh_machine_has_no_data_yet(tmp_path, static):
    found = status.check(Store(tmp_path / "nowhere"), static=static, now=NOW)
    assert (found.level, found.snapshot, found.free_bytes) == ("bad", "", None)
    assert {check.name for check in found.checks if check.level == "bad"} == {
        "snapshot",
        "store",
        "room",
    }


def test_one_byte_of_a_table_is_seen(look, full_store):
    path = full_store.current().folder / "clusters.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    found = look()
    assert not found.well
    assert found.snapshot == ""
    assert "clusters" in one(found, "snapshot").message()


def test_a_table_that_is_gone_and_a_manifest_that_is_none_are_seen(look, full_store):
    folder = full_store.current().folder
    (folder / "communes.parquet").unlink()
    assert one(look(), "snapshot").key == "store.table_missing"
    (folder / "manifest.json").write_text("[]")
    assert one(look(), "snapshot").key == "store.snapshot_unreadable"


def test_a_line_of_the_log_that_was_changed_is_seen(look, full_store):
    path = full_store.folder / audit.LOG
    path.write_text(path.read_text().replace("Nguyễn Văn A", "Nguyễn Văn B", 1))
    check = one(look(), "log")
    assert (check.level, check.key) == ("bad", "audit.broken")
    assert "1" in check.message()


@pytest.mark.parametrize("name", ["store", "static"])
def test_a_folder_that_cannot_be_written_is_seen(look, full_store, static, monkeypatch, name):
    closed = {"store": full_store.folder, "static": static}[name]
    real = status.tempfile.TemporaryFile

    def temporary(*, dir):  # noqa: A002 - its name in the library; root may write anywhere
        if dir == closed:
            raise OSError(30, "Read-only file system")
        return real(dir=dir)

    monkeypatch.setattr(status.tempfile, "TemporaryFile", temporary)
    found = look()
    assert {check.name for check in found.checks if check.level == "bad"} == {name}
    assert "Read-only file system" in one(found, name).message()
    assert str(closed) in one(found, name).message()


def test_a_folder_that_is_gone_cannot_be_written(look, static):
    shutil.rmtree(static)
    assert one(look(), "static").level == "bad"


@pytest.mark.parametrize(
    ("free", "level", "said"),
    [
        (60 * 2**20, "good", "63 MB"),
        (status.UPLOAD_BYTES + 20_000, "attention", "52 MB"),
        (1_000_000, "bad", "1 MB"),
    ],
)
def test_room_is_measured_by_what_comes_next(look, full_store, monkeypatch, free, level, said):
    every = sum(p.stat().st_size for p in full_store.folder.rglob("*") if p.is_file())
    this = sum(p.stat().st_size for p in full_store.current().folder.rglob("*") if p.is_file())
    assert this < 20_000 < this + every < 60 * 2**20 - status.UPLOAD_BYTES
    monkeypatch.setattr(
        status.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=int(free))
    )
    check = one(look(), "room")
    assert (check.level, said in check.message().replace("\u00a0", " ")) == (level, True)


def test_backups_are_watched_where_a_folder_is_named(look, tmp_path):
    folder = tmp_path / "backups"
    assert one(look(backups=folder), "backup").key == "status.unreadable"
    folder.mkdir()
    assert one(look(backups=folder), "backup").key == "status.backup_none"
    for name, hours in (("old.zip", 100), ("new.zip", 20), (".half.zip.tmp", 1)):
        (folder / name).touch()
        then = (NOW - dt.timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (then, then))
    check = one(look(backups=folder), "backup")
    assert (check.level, check.values) == ("good", {"when": "01/03/2026 19:00", "count": 2})
    (folder / "new.zip").unlink()
    found = look(backups=folder)
    assert (one(found, "backup").level, found.level, found.well) == ("attention", "attention", True)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the rights of a file elsewhere")
def test_an_access_file_other_accounts_can_read_is_told(look, tmp_path, monkeypatch):
    path = tmp_path / "access.toml"
    path.touch()
    monkeypatch.setenv("PHUTHO_ACCESS", str(path))
    for mode, level in ((0o644, "attention"), (0o640, "good")):
        settings.cache_clear()
        path.chmod(mode)
        found = look()
        told = [check for check in found.checks if check.name == "access"]
        assert (found.level, found.well, len(told)) == (level, True, int(level != "good"))
        assert all(str(path) in check.message(lang) for check in told for lang in LANGS)
    settings.cache_clear()


def test_a_snapshot_from_the_future_is_a_wrong_clock(look):
    found = look(now=dt.datetime(2026, 3, 1, 11, 50, tzinfo=dt.UTC))
    check = one(found, "snapshot")
    assert (check.level, check.key) == ("attention", "status.clock")
    assert found.snapshot


def test_schematic_borders_want_a_look(look, full_store):
    current = full_store.current()
    drawn = dataclasses.replace(current.manifest, border_quality="schematic")
    (current.folder / "manifest.json").write_bytes(drawn.to_json())
    assert one(look(), "borders").level == "attention"


@pytest.mark.parametrize("lang", LANGS)
def test_the_json_is_what_the_screen_says(look, lang):
    found = look()
    told = json.loads(json.dumps(found.as_json(lang)))
    assert told["level"] == "good"
    assert [check["message"] for check in told["checks"]] == [
        check.message(lang) for check in found.checks
    ]


@pytest.fixture
def command(full_store, static, monkeypatch):
    """Return how to run the command on the full store."""
    monkeypatch.setenv("PHUTHO_STATIC", str(static))
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(
        main.app, ["status", "--store", str(full_store.folder), *words]
    )
    settings.cache_clear()


def test_the_command_says_it_in_words_and_in_json(command, full_store):
    done = command()
    assert done.exit_code == 0
    assert all(line.startswith("Tốt: ") for line in done.stdout.splitlines())
    told = json.loads(command("--json").stdout)
    assert told["snapshot"] == full_store.current().snapshot_id


def test_the_command_fails_when_something_is_bad(command, full_store):
    (full_store.current().folder / "clusters.parquet").unlink()
    done = command("--json")
    assert json.loads(done.stdout)["level"] == "bad"
    assert (done.exception.key, done.exception.exit_code) == ("status.failed", 3)


def test_a_second_look_sees_what_was_mended(look, full_store):
    (full_store.current().folder / "clusters.parquet").unlink()
    assert not look().well
    publish(full_store, 3.0)
    assert look().well
