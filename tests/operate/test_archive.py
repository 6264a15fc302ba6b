"""Nothing but a whole backup is believed, and nothing is touched before it is."""

import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from backups import refused, relisted, rewritten, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.language.errors import DataRefusedError
from lib.operate import archive as backupzip
from lib.operate.restore import restore_backup
from lib.store.store import Store


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_of_ours_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert refused(path, Store(tmp_path / "s")) in {"backup.not_whole", "backup.no_list"}


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "none.zip", Store(tmp_path / "s")) == "backup.not_whole"


def test_a_backup_cut_short_is_refused(saved_backup, full_store):
    content = saved_backup.read_bytes()
    for keep in (10, len(content) // 2, len(content) - 1):
        saved_backup.write_bytes(content[:keep])
        assert refused(saved_backup, full_store) == "backup.not_whole"


def test_a_member_too_few_or_too_many_is_refused(saved_backup, full_store):
    def without(members):
        return {k: v for k, v in members.items() if not k.endswith("clusters.parquet")}

    def with_more(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        return {**members, name.replace("manifest.json", "more.parquet"): b"x"}

    assert refused(rewritten(saved_backup, without), full_store) == "backup.missing"
    assert refused(rewritten(saved_backup, with_more), full_store) == "backup.extra"
    assert (
        refused(rewritten(saved_backup, lambda m: {"CURRENT": m["CURRENT"]}), full_store)
        == "backup.no_list"
    )


def test_a_changed_byte_is_refused(saved_backup, full_store):
    def changed(members):
        name = next(n for n in members if n.endswith("communes.parquet"))
        return {**members, name: bytes([members[name][0] ^ 1]) + members[name][1:]}

    def longer(members):
        name = next(n for n in members if n.endswith("communes.parquet"))
        return {**members, name: members[name] + b"x"}

    assert refused(rewritten(saved_backup, changed), full_store) == "backup.changed"
    assert refused(rewritten(saved_backup, longer), full_store) == "backup.changed"


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/cron.d/evil",
        "snapshots/../../evil",
        "snapshots/20260101T000000Z-0123456789ab/../../../evil",
        "snapshots/20260101T000000Z-0123456789ab/files\\..\\evil",
        "snapshots/20260101T000000Z-0123456789ab/C:evil",
        "snapshots/20260101T000000Z-0123456789ab/./evil",
        "snapshots/20260101T000000Z-0123456789ab//evil",
        "snapshots/20260101T000000Z-0123456789ab/",
        "snapshots/tonight/manifest.json",
        "snapshots/20260101T000000Z-0123456789AB/manifest.json",
        "cache/borders/evil",
        "lock",
        "CURRENT\n",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(saved_backup, full_store, name):
    path = rewritten(saved_backup, lambda m: relisted({**m, name: b"evil"}))
    assert refused(path, full_store) == "backup.bad_member"


def test_links_secrets_and_twins_are_refused(saved_backup, full_store):
    def as_zip(*entries: tuple[zipfile.ZipInfo, bytes]) -> Path:
        path = saved_backup.with_name("special.zip")
        shutil.copy(saved_backup, path)
        with zipfile.ZipFile(path, "a") as archive:
            for entry, content in entries:
                archive.writestr(entry, content)
        return path

    link = zipfile.ZipInfo(f"snapshots/{full_store.current().snapshot_id}/files/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = zipfile.ZipInfo(f"snapshots/{full_store.current().snapshot_id}/files/x")
    packed.compress_type = zipfile.ZIP_LZMA
    below = zipfile.ZipInfo(f"snapshots/{full_store.current().snapshot_id}/manifest.json/x")
    for entry in (link, packed, below):
        assert refused(as_zip((entry, b"/etc/passwd")), full_store) == "backup.bad_member"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twin = as_zip((zipfile.ZipInfo("CURRENT"), b"other"))
    assert refused(twin, full_store) == "backup.bad_member"


def test_absurd_sizes_are_refused_before_anything_is_unpacked(
    saved_backup, full_store, monkeypatch
):
    def bomb(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        return relisted({**members, name.replace("manifest.json", "bomb"): bytes(20_000_000)})

    path = rewritten(saved_backup, bomb)
    small = path.with_name("small.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as to:
        for entry in source.infolist():
            to.writestr(entry.filename, source.read(entry))
    assert small.stat().st_size < 100_000
    assert refused(small, full_store) == "backup.too_large"
    monkeypatch.setattr(backupzip, "MAX_BYTES", 1_000)
    assert refused(saved_backup, full_store) == "backup.too_large"
    monkeypatch.setattr(backupzip, "MAX_MEMBERS", 3)
    assert refused(saved_backup, full_store) == "backup.too_many"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_is_refused_or_does_no_harm(saved_backup, full_store, tmp_path, data):
    content = bytearray(saved_backup.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        tail = data.draw(st.booleans())
        place = data.draw(st.integers(1, 3_000 if tail else len(content)))
        content[-place] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzzed.zip"
    path.write_bytes(content)
    target = Store(tmp_path / "fuzzed")
    shutil.rmtree(target.folder, ignore_errors=True)
    try:
        info = restore_backup(path, target)
    except DataRefusedError:
        assert not target.folder.exists() or not tree(target)
    else:
        restored, original = tree(target), tree(full_store)
        assert {k: restored[k] for k in restored} == original
        assert info.current == target.whole().snapshot_id
