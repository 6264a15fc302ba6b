"""A disk that is full at any write, a store that may only be read, two servers on one store."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from backups import publish, tables, tree
from forked import READY

from lib.access import signins
from lib.access.roles import Actor
from lib.language.errors import StoreError
from lib.operate import integrity
from lib.operate.backup import backup
from lib.operate.restore import restore_backup
from lib.store import audit
from lib.store.store import Act, Store

PAGE = 4096
ROOM = 4 * 2**20


def mounted(*words: str) -> bool:
    done = subprocess.run(["mount", *words], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """Return a small disk of its own: a file system in memory."""
    where = tmp_path / "đĩa"
    where.mkdir()
    if shutil.which("mount") is None or not mounted(
        "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(where)
    ):
        pytest.skip("no right to mount a file system here: a full disk cannot be made")
    yield where
    subprocess.run(["umount", str(where)], check=True)


@pytest.fixture
def store(disk) -> Store:
    store = Store(disk / "kho")
    publish(store, 1.0)
    publish(store, 2.0)
    return store


@contextlib.contextmanager
def left(disk: Path, pages: int) -> Iterator[None]:
    """Leave so many pages free on the disk."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - pages * PAGE
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    try:
        assert os.statvfs(disk).f_bavail * free.f_frsize <= pages * PAGE
        yield
    finally:
        ballast.unlink()


def refusal(act: Callable[[], object]) -> StoreError | None:
    """Return how the store refused `act`, None if it was done."""
    try:
        act()
    except StoreError as error:
        return error
    return None


def every_page(disk: Path, store: Store, act: Callable[[], object], keys: set[str]) -> int:
    """Try `act` with 0, 1, 2 ... free pages until it is done; return how often it was not."""
    refused = 0
    while True:
        before = store.current()
        kept = {k: v for k, v in tree(store).items() if k.startswith("snapshots/")}
        with left(disk, refused):
            error = refusal(act)
        if error is None:
            break
        assert error.key in keys, error
        assert "No space left" in error.message("en")
        assert store.current() == before
        assert kept.items() <= tree(store).items()
        assert store.whole() is not None
        assert integrity.check_log(store).whole
        refused += 1
        assert refused < 200
    assert integrity.check_log(store).whole
    with store.writing():  # the line the full disk had no room for, if so
        pass
    assert integrity.check_log(store).findings == ()
    assert audit.events(store.folder)[-1].snapshot == store.current().snapshot_id
    assert {p.name for p in store.folder.iterdir()} <= {
        "CURRENT",
        "audit.jsonl",
        "lock",
        "snapshots",
    }
    return refused


NOT_WRITABLE = {"store.not_writable"}


def test_a_disk_full_at_any_page_of_a_publishing(disk, store):
    files = {"Bảng kê.xlsx": os.urandom(10_000)}
    act = Act("import", who="An", files=files)

    def published() -> None:
        store.publish(tables(7.0), act, border_quality="reference")

    assert every_page(disk, store, published, NOT_WRITABLE) >= 8
    assert store.current().read("clusters")["area_ha"].tolist() == [75.0, 7.0]


def test_a_disk_full_at_any_page_of_going_back(disk, store):
    first = store.snapshots()[-1].snapshot_id
    assert every_page(disk, store, lambda: store.restore(first, who="An"), NOT_WRITABLE) >= 1
    assert store.current().snapshot_id == first


def test_a_disk_full_at_any_page_of_a_backup(disk, store, tmp_path):
    path = disk / "b.zip"
    backup(store, path)
    before = path.read_bytes()
    refused = 0

    def saved() -> None:
        nonlocal refused
        assert path.read_bytes() == before
        assert sorted(p.name for p in disk.iterdir()) == ["b.zip", "ballast", "kho"]
        refused += 1
        backup(store, path)

    assert every_page(disk, store, saved, {"backup.not_writable"} | NOT_WRITABLE) >= 8
    back = Store(tmp_path / "lại")
    restore_backup(path, back)
    assert tree(back) == tree(store)


@pytest.mark.parametrize("state", ["empty", "data"])
def test_a_disk_full_at_any_page_of_a_restored_backup(disk, store, tmp_path, state):
    path = tmp_path / "b.zip"
    backup(store, path)
    saved = tree(store)
    other = Store(disk / "kho khác")
    if state == "data":
        publish(other, 50.0)
        assert every_page(disk, other, lambda: restore_backup(path, other), NOT_WRITABLE) >= 8
        assert other.current().snapshot_id == store.current().snapshot_id
        return
    for pages in range(200):
        with left(disk, pages):
            error = refusal(lambda: restore_backup(path, other))
        if error is None:
            break
        assert error.key in NOT_WRITABLE
        assert other.current() is None
    assert pages >= 8
    assert tree(other) == saved


def test_a_store_on_a_disk_that_may_only_be_read(disk, store, tmp_path):
    before = tree(store)
    path = disk / "b.zip"
    saved = tmp_path / "b.zip"
    backup(store, saved)
    first = store.snapshots()[-1].snapshot_id
    (store.folder / "lock").unlink()
    assert mounted("-o", "remount,ro", str(disk))
    try:
        assert store.current().read("clusters")["area_ha"].tolist() == [75.0, 2.0]
        assert integrity.check_log(store).whole
        for act in (
            lambda: publish(store, 3.0),
            lambda: store.restore(first, who="An"),
            lambda: restore_backup(saved, store),
            lambda: backup(store, path),
        ):
            with pytest.raises(StoreError) as caught:
                act()
            assert caught.value.key == "store.not_writable"
            assert "Read-only" in caught.value.message("en")
    finally:
        assert mounted("-o", "remount,rw", str(disk))
    assert tree(store) == before


# ---- two servers ------------------------------------------------------------------------------


def _imports(store: Store, area: float, ready, said) -> None:
    """Publish what was checked against the snapshot both found in use."""
    base = store.current().snapshot_id
    ready.wait()
    try:
        made = store.publish(
            tables(area), Act("import", who=str(area), base=base), border_quality="reference"
        )
        said.put((area, made.snapshot_id))
    except StoreError as error:
        said.put((area, error.key))


def test_a_full_disk_keeps_nobody_out_and_loses_no_sign_in(disk, store):
    book, ends, came = signins.Book(store), time.time() + 3600, []
    with left(disk, 0):
        while book.problem is None:  # the last page of the log has some room yet
            came.append(f"p{len(came)}")
            book.note(signins.seen("sign-in", Actor("viewer", came[-1], ends), own=True))
            assert len(came) < 100
        assert "No space left" in book.problem.message("en")
        assert len(book.waiting) == 1
        assert integrity.check_log(store).whole
    came.append("last")
    book.note(signins.seen("sign-in", Actor("viewer", "last", ends), own=True))
    assert (len(book.waiting), book.problem) == (0, None)
    events = audit.events(store.folder)
    assert [event.who for event in events if event.action == "sign-in"] == came
    assert integrity.check_log(store).findings == ()


def test_of_two_servers_that_import_at_once_one_publishes_and_the_other_is_told(full_store):
    before = full_store.current().snapshot_id
    count = len(audit.events(full_store.folder))
    ready, said = READY.Barrier(2), READY.Queue()
    both = [READY.Process(target=_imports, args=(full_store, a, ready, said)) for a in (8.0, 9.0)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    answers = dict(said.get() for _ in both)
    (told,) = [area for area, answer in answers.items() if answer == "store.moved_on"]
    (done,) = {8.0, 9.0} - {told}
    current = full_store.current()
    assert answers[done] == current.snapshot_id != before
    assert pd.Series(current.read("clusters")["area_ha"]).tolist() == [75.0, done]
    events = audit.events(full_store.folder)
    assert (len(events), events[-1].who, events[-1].before) == (count + 1, str(done), before)
    assert integrity.check_log(full_store).findings == ()
