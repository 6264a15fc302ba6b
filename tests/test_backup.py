"""A backup holds every byte, and nothing but a whole one comes back."""

import contextlib
import datetime as dt
import errno
import hashlib
import io
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import audit, backup
from lib import store as stores
from lib.errors import DataRefusedError, StoreError
from lib.store import Act, Store, Table

HOSTILE = "=1+1 <img onerror> a';DROP"


def tables(area: float) -> dict[str, Table]:
    clusters = pd.DataFrame({"cluster_id": ["PT-001", "PT-002"], "area_ha": [75.0, area]})
    square = gpd.GeoDataFrame(
        {"code": ["08500"]}, geometry=[shapely.box(105, 21, 106, 22)], crs=4326
    )
    return {
        "clusters": Table(clusters, HOSTILE, "2026-01"),
        "communes": Table(square, "cổng sáp nhập", "2025-07-01"),
    }


def publish(store: Store, area: float) -> str:
    files = {f"Bảng kê {area}.xlsx": os.urandom(3_000), "../ảnh.png": b""}
    act = Act("import", who="Nguyễn Văn A", files=files)
    created = dt.datetime(2026, 3, 1, 12, int(area) % 60, tzinfo=dt.UTC)
    published = store.publish(tables(area), act, border_quality="reference", created=created)
    return published.snapshot_id


def tree(store: Store) -> dict[str, str]:
    """Return every file of the store but its lock and cache, with its hash."""
    return {
        str(path.relative_to(store.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.folder.rglob("*")
        if path.is_file() and path.name != "lock" and "cache" not in path.parts
    }


@pytest.fixture
def full(tmp_path) -> Store:
    store = Store(tmp_path / "full")
    publish(store, 1.0)
    publish(store, 2.0)
    (store.cache / "borders").mkdir(parents=True)
    (store.cache / "borders" / "big.geojson").write_bytes(b"fetched again when needed")
    return store


@pytest.fixture
def saved(full, tmp_path) -> Path:
    path = tmp_path / "saved.zip"
    backup.backup(full, path)
    return path


def rewritten(saved: Path, change) -> Path:
    """Return a copy of the zip whose members went through `change`: name -> content or None."""
    members = {}
    with zipfile.ZipFile(saved) as archive:
        for entry in archive.infolist():
            members[entry.filename] = archive.read(entry)
    members = change(members)
    path = saved.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def relisted(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return the members with a list that agrees with them: a careful forger's work."""
    listed = json.loads(members.pop("backup.json"))
    listed["files"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    }
    return {**members, "backup.json": json.dumps(listed).encode()}


def refused(path: Path, store: Store) -> str:
    before = tree(store) if store.folder.exists() else {}
    with pytest.raises(DataRefusedError) as error:
        backup.restore_backup(path, store)
    assert (tree(store) if store.folder.exists() else {}) == before
    assert not (store.folder / "restoring").exists()
    assert path.name in error.value.message("vi")
    assert path.name in error.value.message("en")
    return error.value.key


def test_an_empty_store_gets_back_every_byte(full, saved, tmp_path):
    empty = Store(tmp_path / "empty")
    info = backup.restore_backup(saved, empty)
    assert tree(empty) == tree(full)
    assert info.current == full.current().snapshot_id
    assert info.files == len(tree(full))
    assert len(info.snapshots) == 2
    assert [e.action for e in audit.events(empty.folder)] == ["import", "import"]
    assert empty.whole().read("clusters")["area_ha"].tolist() == [75.0, 2.0]


def test_the_cache_and_the_lock_are_no_part_of_a_backup(saved):
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
    assert not [name for name in names if "cache" in name or name == "lock"]
    assert {"CURRENT", "audit.jsonl", "backup.json"} <= set(names)


def test_a_backup_says_what_it_holds(full, tmp_path):
    info = backup.backup(full, tmp_path / "b.zip")
    files = [p for p in full.folder.rglob("*") if p.is_file() and "cache" not in p.parts]
    assert info.size == sum(path.stat().st_size for path in files if path.name != "lock")
    assert info.current == max(info.snapshots)
    assert backup.restore_backup(tmp_path / "b.zip", Store(tmp_path / "other")) == info


def test_a_store_with_data_keeps_its_own_and_gains_the_rest(full, saved, tmp_path):
    other = Store(tmp_path / "other")
    own = publish(other, 99.0)
    before = tree(other)
    info = backup.restore_backup(saved, other, who="Trần Thị B")
    assert {s.snapshot_id for s in other.snapshots()} == {own, *info.snapshots}
    assert other.whole().snapshot_id == full.current().snapshot_id
    kept = {k: v for k, v in before.items() if k.startswith("snapshots")}
    assert kept.items() <= tree(other).items()
    last = audit.events(other.folder)[-1]
    assert (last.action, last.who, last.before) == ("restore-backup", "Trần Thị B", own)


def test_an_old_backup_brings_back_what_was_in_use_then(full, saved):
    then = full.current().snapshot_id
    later = publish(full, 3.0)
    backup.restore_backup(saved, full)
    assert full.whole().snapshot_id == then
    assert full.open(later).read("clusters")["area_ha"].tolist() == [75.0, 3.0]


def test_a_damaged_snapshot_is_mended_from_the_backup(full, saved):
    whole = tree(full)
    (full.current().folder / "clusters.parquet").write_bytes(b"damaged")
    assert full.whole() is None
    backup.restore_backup(saved, full)
    assert {k: v for k, v in tree(full).items() if k != audit.LOG} == {
        k: v for k, v in whole.items() if k != audit.LOG
    }


def test_a_damaged_or_empty_store_is_not_backed_up(full, tmp_path):
    with pytest.raises(StoreError) as error:
        backup.backup(Store(tmp_path / "nothing"), tmp_path / "n.zip")
    assert error.value.key == "store.empty"
    (full.current().folder / "clusters.parquet").write_bytes(b"damaged")
    with pytest.raises(StoreError) as error:
        backup.backup(full, tmp_path / "n.zip")
    assert error.value.key == "backup.store_damaged"
    assert not (tmp_path / "n.zip").exists()


def test_a_failed_backup_leaves_the_one_before_and_no_litter(full, saved, monkeypatch):
    before = saved.read_bytes()
    monkeypatch.setattr(os, "replace", failing(0))
    with pytest.raises(StoreError) as error:
        backup.backup(full, saved)
    assert error.value.key == "backup.not_writable"
    assert saved.read_bytes() == before
    assert not list(saved.parent.glob(".saved*"))


def test_a_folder_that_is_not_there_is_named(full, tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        backup.backup(full, tmp_path / "nowhere" / "b.zip")


def test_nobody_writes_while_a_backup_is_made(full, tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "_LOCK_SECONDS", 0.1)
    with FileLock(full.folder / "lock"), pytest.raises(StoreError) as error:
        backup.backup(full, tmp_path / "b.zip")
    assert error.value.key == "store.busy"


def failing(after: int):
    """Return an ``os.replace`` that fails from call `after` on."""
    real, calls = os.replace, []

    def replace(source, target, **more):
        calls.append(target)
        if len(calls) > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(source, target, **more)

    return replace


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("state", ["empty", "data", "damaged"])
def test_a_kill_in_the_middle_leaves_the_store_as_before(
    full, saved, tmp_path, monkeypatch, after, state
):
    store = Store(tmp_path / "target")
    if state == "data":
        publish(store, 99.0)
    if state == "damaged":
        shutil.copytree(full.folder, store.folder)
        for folder in (store.folder / "snapshots").iterdir():
            (folder / "clusters.parquet").write_bytes(b"damaged")
    before = tree(store) if store.folder.exists() else {}
    done = state == "data" and after == 3
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(after))
        expected = contextlib.nullcontext() if done else pytest.raises(StoreError, match="No space")
        with expected:
            backup.restore_backup(saved, store)
    assert (tree(store) == before) is not done
    assert backup.restore_backup(saved, store).current == store.whole().snapshot_id


def test_what_a_dead_restore_left_behind_is_swept_away(saved, tmp_path):
    store = Store(tmp_path / "target")
    (store.folder / "restoring" / "snapshots").mkdir(parents=True)
    (store.folder / "restoring" / "snapshots" / "half").write_bytes(b"x")
    backup.restore_backup(saved, store)
    assert not (store.folder / "restoring").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_of_ours_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert refused(path, Store(tmp_path / "s")) in {"backup.not_whole", "backup.no_list"}


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "none.zip", Store(tmp_path / "s")) == "backup.not_whole"


def test_a_backup_cut_short_is_refused(saved, full):
    content = saved.read_bytes()
    for keep in (10, len(content) // 2, len(content) - 1):
        saved.write_bytes(content[:keep])
        assert refused(saved, full) == "backup.not_whole"


def test_a_member_too_few_or_too_many_is_refused(saved, full):
    def without(members):
        return {k: v for k, v in members.items() if not k.endswith("clusters.parquet")}

    def with_more(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        return {**members, name.replace("manifest.json", "more.parquet"): b"x"}

    assert refused(rewritten(saved, without), full) == "backup.missing"
    assert refused(rewritten(saved, with_more), full) == "backup.extra"
    assert refused(rewritten(saved, lambda m: {"CURRENT": m["CURRENT"]}), full) == "backup.no_list"


def test_a_changed_byte_is_refused(saved, full):
    def changed(members):
        name = next(n for n in members if n.endswith("communes.parquet"))
        return {**members, name: bytes([members[name][0] ^ 1]) + members[name][1:]}

    def longer(members):
        name = next(n for n in members if n.endswith("communes.parquet"))
        return {**members, name: members[name] + b"x"}

    assert refused(rewritten(saved, changed), full) == "backup.changed"
    assert refused(rewritten(saved, longer), full) == "backup.changed"


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
def test_a_name_that_leads_elsewhere_is_refused(saved, full, name):
    path = rewritten(saved, lambda m: relisted({**m, name: b"evil"}))
    assert refused(path, full) == "backup.bad_member"


def test_links_secrets_and_twins_are_refused(saved, full):
    def as_zip(*entries: tuple[zipfile.ZipInfo, bytes]) -> Path:
        path = saved.with_name("special.zip")
        shutil.copy(saved, path)
        with zipfile.ZipFile(path, "a") as archive:
            for entry, content in entries:
                archive.writestr(entry, content)
        return path

    link = zipfile.ZipInfo(f"snapshots/{full.current().snapshot_id}/files/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = zipfile.ZipInfo(f"snapshots/{full.current().snapshot_id}/files/x")
    packed.compress_type = zipfile.ZIP_LZMA
    below = zipfile.ZipInfo(f"snapshots/{full.current().snapshot_id}/manifest.json/x")
    for entry in (link, packed, below):
        assert refused(as_zip((entry, b"/etc/passwd")), full) == "backup.bad_member"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twin = as_zip((zipfile.ZipInfo("CURRENT"), b"other"))
    assert refused(twin, full) == "backup.bad_member"


def test_absurd_sizes_are_refused_before_anything_is_unpacked(saved, full, monkeypatch):
    def bomb(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        return relisted({**members, name.replace("manifest.json", "bomb"): bytes(20_000_000)})

    path = rewritten(saved, bomb)
    small = path.with_name("small.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as to:
        for entry in source.infolist():
            to.writestr(entry.filename, source.read(entry))
    assert small.stat().st_size < 100_000
    assert refused(small, full) == "backup.too_large"
    monkeypatch.setattr(backup, "MAX_BYTES", 1_000)
    assert refused(saved, full) == "backup.too_large"
    monkeypatch.setattr(backup, "MAX_MEMBERS", 3)
    assert refused(saved, full) == "backup.too_many"


def test_a_forged_list_or_snapshot_is_refused(saved, full, tmp_path):
    empty = Store(tmp_path / "empty")

    def forged(**changes):
        def change(members):
            listed = json.loads(members["backup.json"]) | changes
            return {**members, "backup.json": json.dumps(listed).encode()}

        return rewritten(saved, change)

    def renamed(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        manifest = json.loads(members[name]) | {"snapshot_id": "../../../static/x"}
        return relisted({**members, name: json.dumps(manifest).encode()})

    def climbing(members):
        name = next(n for n in members if n.endswith("manifest.json"))
        manifest = json.loads(members[name])
        manifest["tables"]["../../../secret"] = manifest["tables"].pop("clusters")
        return relisted({**members, name: json.dumps(manifest).encode()})

    def hollow(members):
        return relisted({k: v for k, v in members.items() if not k.endswith("clusters.parquet")})

    earlier = min(s.snapshot_id for s in full.snapshots())
    assert refused(forged(format=2), empty) == "backup.no_list"
    assert refused(forged(files=[]), empty) == "backup.no_list"
    assert refused(forged(snapshots=[earlier]), empty) == "backup.no_current"
    assert refused(forged(current=earlier), empty) == "backup.no_current"
    assert refused(rewritten(saved, renamed), empty) == "backup.no_current"
    assert refused(rewritten(saved, climbing), empty) == "backup.no_current"
    assert refused(rewritten(saved, hollow), empty) == "backup.no_current"
    deep = rewritten(saved, lambda m: {**m, "backup.json": b"[" * 200_000})
    assert refused(deep, empty) == "backup.no_list"


def test_a_broken_log_stops_the_restore_before_anything_moves(saved, full):
    log = full.folder / audit.LOG
    log.write_text(log.read_text(encoding="utf-8").replace("Nguyễn", "Nguyên"), encoding="utf-8")
    publish_free = tree(full)
    with pytest.raises(StoreError) as error:
        backup.restore_backup(saved, full)
    assert error.value.key == "audit.broken"
    assert tree(full) == publish_free


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_is_refused_or_does_no_harm(saved, full, tmp_path, data):
    content = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        tail = data.draw(st.booleans())
        place = data.draw(st.integers(1, 3_000 if tail else len(content)))
        content[-place] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzzed.zip"
    path.write_bytes(content)
    target = Store(tmp_path / "fuzzed")
    shutil.rmtree(target.folder, ignore_errors=True)
    try:
        info = backup.restore_backup(path, target)
    except DataRefusedError:
        assert not target.folder.exists() or not tree(target)
    else:
        restored, original = tree(target), tree(full)
        assert {k: restored[k] for k in restored} == original
        assert info.current == target.whole().snapshot_id


def test_a_whole_store_goes_round_twice_with_the_same_bytes(full, tmp_path):
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    backup.backup(full, first)
    backup.restore_backup(first, Store(tmp_path / "a"))
    backup.backup(Store(tmp_path / "a"), second)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as two:
        contents = [{n: a.read(n) for n in a.namelist() if n != "backup.json"} for a in (one, two)]
        files = [json.load(io.BytesIO(a.read("backup.json")))["files"] for a in (one, two)]
    assert contents[0] == contents[1]
    assert files[0] == files[1]
