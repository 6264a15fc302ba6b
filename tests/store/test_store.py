"""Snapshots are whole or not there: content, damage, kill -9, two writers, a full disk."""

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import os
import resource
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from filelock import FileLock
from forked import READY
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.errors import StoreError
from lib.store import store as stores
from lib.store.store import Act, Store, Table
from lib.tables.registry import TABLES

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
KEPT = settings(max_examples=25, deadline=None)


def clusters(*, area: float = 69.42) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cluster_id": pd.Series(["PT-001", "PT-002", "VP-001"], dtype="str"),
            "name": pd.Series(["Bãi Ba 2", "Quảng Yên", "Đồng Sóc"], dtype="str"),
            "investor": pd.Series([None, "Nam Hoàng Việt", None], dtype="str"),
            "area_ha": [75.0, area, np.nan],
            "enterprises": pd.array([None, 0, 12], dtype="Int64"),
            "code": pd.Series(["00123", "08500", "00001"], dtype="str"),
        }
    )


def communes() -> gpd.GeoDataFrame:
    squares = [shapely.box(105 + x, 21, 105.1 + x, 21.1) for x in (0.0, 0.1)]
    return gpd.GeoDataFrame({"code": ["08500", "08501"]}, geometry=squares, crs="EPSG:4326")


def tables(**changes: float) -> dict[str, Table]:
    return {
        "clusters": Table(clusters(**changes), "data/facts", "2026-01"),
        "communes": Table(communes(), "cổng sáp nhập", "2025-07-01"),
    }


def publish(store: Store, *, quality: str = "reference", **changes: float) -> stores.Snapshot:
    return store.publish(tables(**changes), Act("prepare"), border_quality=quality)


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_whole(store: Store) -> None:
    """Assert that CURRENT and every snapshot folder can be read to the last table."""
    names = {path.name for path in (store.folder / "snapshots").iterdir()}
    current = store.current()
    assert current is not None
    assert current.snapshot_id in names
    for name in names:
        snapshot = store.open(name)
        assert snapshot.snapshot_id == name
        for table, info in snapshot.manifest.tables.items():
            assert len(snapshot.read(table)) == info.rows


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "kho dữ liệu")


# ---- what goes in comes out ------------------------------------------------


def test_an_empty_store_has_no_snapshot_and_looking_makes_nothing(store):
    assert store.current() is None
    assert not store.folder.exists()


def test_tables_come_back_as_they_went_in(store):
    snapshot = publish(store)
    back = snapshot.read("clusters")
    pd.testing.assert_frame_equal(back[clusters().columns], clusters())
    assert [str(back[c].dtype) for c in ("code", "investor", "enterprises")] == [
        "str",
        "str",
        "Int64",
    ]
    assert back["investor"].isna().tolist() == [True, False, True]
    assert back["enterprises"].tolist()[1:] == [0, 12]
    assert back["code"].tolist() == ["00123", "08500", "00001"]
    assert type(back) is pd.DataFrame


def test_geometry_comes_back_to_the_last_bit(store):
    back = publish(store).read_geo("communes")
    assert_geodataframe_equal(back[communes().columns], communes())
    assert back.crs == "EPSG:4326"
    assert shapely.equals_identical(back.geometry.to_numpy(), communes().geometry.to_numpy()).all()


def test_a_snapshot_of_an_earlier_version_has_the_new_columns_blank(store):
    back = publish(store).read("clusters")
    assert "decision_end" not in clusters()
    assert back["decision_end"].isna().all()
    later = {column.name for column in TABLES["clusters"].columns if column.later}
    assert set(back) - set(clusters()) == later > {"decision_end", "tenants"}
    assert back["name"].tolist() == clusters()["name"].tolist()


@KEPT
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(max_size=8),
            st.none() | st.integers(-(2**60), 2**60),
            st.floats(allow_infinity=False),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_cells_come_back(tmp_path_factory, rows):
    frame = pd.DataFrame(rows, columns=["text", "count", "value"])
    frame = frame.astype({"text": "str", "count": "Int64", "value": "float64"})
    store = Store(tmp_path_factory.mktemp("store"))
    snapshot = store.publish({"t": Table(frame, "", "")}, Act("test"), border_quality="reference")
    pd.testing.assert_frame_equal(snapshot.read("t"), frame)


def test_the_manifest_says_what_when_and_from_where(store):
    notes = (("sources.no_bundle", {"folder": "bundle"}),)
    made = store.publish(
        tables(),
        Act("prepare", notes=notes, details={"coverage": {"overlaps": 8}}),
        border_quality="reference",
        created=NOON,
    )
    read = Store(store.folder).current()
    assert read is not None
    assert read.manifest == made.manifest
    manifest = read.manifest
    assert manifest.snapshot_id.startswith("20260301T120000Z-")
    assert manifest.created == "2026-03-01T12:00:00+00:00"
    assert (manifest.action, manifest.border_quality) == ("prepare", "reference")
    assert manifest.notes == notes
    assert manifest.details == {"coverage": {"overlaps": 8}}
    assert manifest.tables["clusters"].crs is None
    info = manifest.tables["communes"]
    assert (info.rows, info.crs, info.source, info.as_of) == (
        2,
        "EPSG:4326",
        "cổng sáp nhập",
        "2025-07-01",
    )


# ---- the same, and something new -------------------------------------------


def test_the_same_content_is_the_same_snapshot_and_nothing_is_written(store):
    first = publish(store)
    before = fingerprint(store.folder)
    again = publish(store)
    assert again.snapshot_id == first.snapshot_id
    assert fingerprint(store.folder) == before
    assert not (store.folder / "aside").exists()


@pytest.mark.parametrize("change", [{"area": 70.0}, {"quality": "schematic"}])
def test_new_content_is_a_new_snapshot_and_the_old_one_still_opens(store, change):
    old = publish(store)
    new = publish(store, **change)
    assert new.snapshot_id != old.snapshot_id
    assert store.current() == new
    assert store.open(old.snapshot_id).read("clusters")["area_ha"][1] == 69.42
    assert_whole(store)


@pytest.mark.parametrize("field", ["source", "as_of"])
def test_another_source_or_date_is_new_content(store, field):
    old = publish(store)
    table = tables()["clusters"]
    told = {"source": table.source, "as_of": table.as_of} | {field: "2026-02"}
    changed = tables() | {"clusters": Table(table.frame, **told)}
    new = store.publish(changed, Act("prepare"), border_quality="reference")
    assert new.snapshot_id != old.snapshot_id


def test_going_back_to_old_content_within_the_same_second_works(store):
    for area in (1.0, 2.0, 1.0):
        made = store.publish(
            tables(area=area), Act("prepare"), border_quality="reference", created=NOON
        )
        assert made.read("clusters")["area_ha"][1] == area
        assert store.current() == made
    assert_whole(store)


# ---- damage ----------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Store:
    """Return a store to damage for a moment."""
    store = Store(tmp_path_factory.mktemp("published"))
    publish(store)
    return store


@KEPT
@given(where=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_any_changed_byte_of_a_table_is_noticed_and_the_table_named(published, where, mask):
    snapshot = published.current()
    assert snapshot is not None
    path = snapshot.folder / "clusters.parquet"
    whole = path.read_bytes()
    place = int(where * len(whole))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
    try:
        with pytest.raises(StoreError, match="«clusters»") as caught:
            snapshot.read("clusters")
        assert caught.value.key == "store.table_damaged"
        assert snapshot.snapshot_id in caught.value.message("en")
        assert len(snapshot.read("communes")) == 2
    finally:
        path.write_bytes(whole)


def test_a_missing_table_is_named(store):
    snapshot = publish(store)
    (snapshot.folder / "communes.parquet").unlink()
    for name in ("communes", "nothing"):
        with pytest.raises(StoreError, match=f"«{name}»") as caught:
            snapshot.read(name)
        assert caught.value.key == "store.table_missing"


def test_publishing_again_mends_a_damaged_table(store):
    """The message says: run prepare again. So that has to help."""
    snapshot = publish(store)
    (snapshot.folder / "clusters.parquet").write_bytes(b"PAR1")
    mended = publish(store)
    pd.testing.assert_frame_equal(mended.read("clusters")[clusters().columns], clusters())
    current = store.current()
    assert current is not None
    pd.testing.assert_frame_equal(current.read("clusters")[clusters().columns], clusters())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe\x00",
        b'{"tables": {}, "notes": []}',
        b'{"tables": [], "notes": []}',
        b'{"tables": {"clusters": []}, "notes": []}',
        b'{"tables": {"clusters": {"rows": 1}}, "notes": []}',
        b'{"tables": {}, "notes": [1]}',
        b'{"tables": {}, "notes": [], "from_a_newer_version": 1}',
    ],
)
def test_a_damaged_manifest_is_a_refusal_and_publishing_goes_on(store, content):
    snapshot = publish(store)
    (snapshot.folder / "manifest.json").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        store.current()
    assert caught.value.key == "store.snapshot_unreadable"
    assert snapshot.snapshot_id in str(caught.value)
    assert publish(store, area=1.0).read("clusters")["area_ha"][1] == 1.0


@KEPT
@given(st.floats(0, 1, exclude_max=True))
def test_a_manifest_cut_anywhere_is_a_refusal(published, where):
    (path,) = published.folder.glob("snapshots/*/manifest.json")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(where * len(whole))])
    try:
        with pytest.raises(StoreError):
            published.current()
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "content", [b"", b"20000101T000000Z-000000000000", b"\xff\xfe", b"a\x00b", b"x" * 5000]
)
def test_a_damaged_pointer_is_a_refusal_and_publishing_mends_it(store, content):
    publish(store)
    (store.folder / "CURRENT").write_bytes(content)
    with pytest.raises(StoreError):
        store.current()
    publish(store)
    assert_whole(store)


def test_an_unknown_snapshot_is_a_refusal(store):
    publish(store)
    with pytest.raises(StoreError, match="20200101"):
        store.open("20200101T000000Z-abcdef012345")


# ---- places that cannot be written ------------------------------------------


def test_a_store_that_may_only_be_read_is_read_and_refused_for_writing(store):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere: permissions have no effect")
    old = publish(store)
    folders = [store.folder, *(p for p in store.folder.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert len(old.read("clusters")) == 3
        with pytest.raises(StoreError) as caught:
            publish(store, area=1.0)
        assert str(store.folder) in str(caught.value)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert store.current() == old


def test_a_store_that_cannot_be_made_is_a_refusal_that_names_it(tmp_path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match="file") as caught:
            publish(Store(folder))
        assert "\n" not in str(caught.value)


@contextlib.contextmanager
def disk_for(size: int):
    """Let no file grow beyond `size` bytes: what a full disk does to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_refusal_and_the_old_data_stays(store):
    old = publish(store)
    with pytest.raises(StoreError) as caught, disk_for(1000):
        publish(store, area=1.0)
    assert str(store.folder) in str(caught.value)
    assert store.current() == old
    publish(store, area=2.0)
    assert_whole(store)


# ---- other processes --------------------------------------------------------


def big(seed: int) -> dict[str, Table]:
    values = np.random.default_rng(seed).random((100_000, 2))
    frame = pd.DataFrame(values, columns=["lat", "lon"])
    return {name: Table(frame + i, "test", "2026") for i, name in enumerate(("a", "b", "c"))}


def writer(store: Store, seed: int) -> BaseProcess:
    return READY.Process(
        target=store.publish,
        args=(big(seed), Act("test")),
        kwargs={"border_quality": "reference"},
    )


def test_kill_9_at_any_moment_leaves_a_whole_snapshot_in_use(store):
    first = writer(store, 0)
    first.start()
    first.join()
    assert first.exitcode == 0
    # Time a second one: the server that forks the writers is warm now.
    timed = writer(store, 1)
    start = time.monotonic()
    timed.start()
    timed.join()
    lasts = time.monotonic() - start
    killed = 0
    for turn in itertools.count():
        if turn >= 12 and killed >= 3:
            break
        assert turn < 120, "none of the kills falls inside"
        before = store.current()
        process = writer(store, turn + 2)
        process.start()
        time.sleep(lasts * (turn % 12) / 11)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            killed += 1
        else:  # the machine has become faster since
            lasts *= 0.9
        after = store.current()
        assert before is not None
        assert after is not None
        assert after.snapshot_id[:16] >= before.snapshot_id[:16]
        assert set(after.manifest.tables) == {"a", "b", "c"}
        assert all(len(after.read(name)) == 100_000 for name in "abc")
    publish(store)
    assert_whole(store)
    assert not (store.folder / "aside").exists()


def test_two_processes_at_once_both_end_whole(store):
    processes = [writer(store, seed) for seed in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(list((store.folder / "snapshots").iterdir())) == 2
    assert_whole(store)


def test_a_writer_waits_for_the_one_before(store):
    old = publish(store)
    with FileLock(store.folder / "lock"):
        process = writer(store, 3)
        process.start()
        process.join(1.0)
        assert process.exitcode is None
        assert store.current() == old
        assert not (store.folder / "aside").exists()
    process.join()
    assert process.exitcode == 0
    assert_whole(store)
    assert store.current() != old


def test_a_writer_that_waited_too_long_says_so(store, monkeypatch):
    old = publish(store)
    monkeypatch.setattr(stores, "_LOCK_SECONDS", 0.1)
    with FileLock(store.folder / "lock", is_singleton=False), pytest.raises(StoreError) as caught:
        publish(store, area=1.0)
    assert caught.value.key == "store.busy"
    assert store.current() == old


def test_a_reader_needs_no_lock(store):
    snapshot = publish(store)
    with FileLock(store.folder / "lock"):
        assert store.current() == snapshot
        assert len(snapshot.read("clusters")) == 3


def test_the_manifest_is_for_people_too(store):
    text = (publish(store).folder / "manifest.json").read_text(encoding="utf-8")
    assert "cổng sáp nhập" in text
    assert json.loads(text)["tables"]["communes"]["rows"] == 2
