"""kill -9 at any moment of a restore or a backup leaves the old or the new whole."""

import itertools
from collections.abc import Iterator

import pytest
from actkiller import Killer
from killedstores import publish, whole
from moments import Moments, usual

from lib.operate import backup, restore
from lib.store.store import Store

FEWER = 20


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "kho")
    publish(store, 1)
    return store


# ---- restore -----------------------------------------------------------------------------


@pytest.fixture
def two(store) -> tuple[str, str]:
    first = store.current()
    second = publish(store, 2)
    return first.snapshot_id, second.snapshot_id


def ends_of_restores(killer: Killer, store: Store, two: tuple[str, str]) -> Iterator[object]:
    """Kill a restore whenever a moment or step is sent; yield (alive, new)."""
    seen: set[str] = set()
    ended = None
    while True:
        when = yield ended
        old = whole(store, seen).snapshot_id
        wanted = two[old == two[0]]
        alive, _ = killer.run("restore", store.folder, wanted, **when)
        now = whole(store, seen).snapshot_id
        assert now in two
        ended = (alive, now == wanted)
        assert alive or now == wanted
        store.restore(old, who="Bình")
        assert whole(store, seen).snapshot_id == old


def test_a_restore_killed_at_any_moment_or_step(killer, store, two):
    turn = ends_of_restores(killer, store, two)
    next(turn)
    asked = ((store.folder, wanted) for wanted in (two[0], two[1], two[0]))
    moments = Moments(FEWER, usual(killer, "restore", *asked), inside=FEWER // 3)
    for delay in moments:
        alive, _ = turn.send({"delay": delay})
        moments.seen(delay, alive=alive)
    steps = []
    for step in itertools.count(1):
        alive, new = turn.send({"step": step})
        if not alive:
            break
        steps.append(new)
    assert steps == sorted(steps)
    assert set(steps) == {False, True}


# ---- backup ------------------------------------------------------------------------------


def test_a_backup_killed_at_any_moment_or_step_is_whole_or_the_one_before(
    killer, store, two, tmp_path
):
    folder = tmp_path / "sao lưu"
    folder.mkdir()
    path = folder / "b.zip"
    backup.backup(store, path)
    lasts = usual(killer, "backup", *[(store.folder, path)] * 3)
    moments = Moments(FEWER, lasts, inside=FEWER // 3)

    def turn(number: int, **when: float) -> bool:
        alive, _ = killer.run("backup", store.folder, path, **when)
        back = Store(tmp_path / f"lại {number}")
        restore.restore_backup(path, back)
        assert whole(back, set()).snapshot_id == two[1]
        backup.backup(store, path)
        assert [file.name for file in folder.iterdir()] == ["b.zip"]
        return alive

    turns = itertools.count()
    for number, delay in zip(turns, moments, strict=False):
        alive = turn(number, delay=delay)
        moments.seen(delay, alive=alive)
    steps = 0
    while turn(next(turns), step=steps + 1):
        steps += 1
    assert steps >= 5


def test_a_restored_backup_killed_at_any_moment_or_step(killer, store, two, tmp_path):
    path = tmp_path / "b.zip"
    backup.backup(store, path)
    other = Store(tmp_path / "kho khác")
    seen: set[str] = set()

    def again() -> str:
        return publish(other, len(seen) + 10).snapshot_id

    def turn(**when: float) -> tuple[bool, bool]:
        own = again()
        alive, _ = killer.run("restore-backup", other.folder, path, **when)
        now = whole(other, seen).snapshot_id
        assert now in (own, two[1])
        assert alive or now == two[1]
        restore.restore_backup(path, other)
        assert whole(other, seen).snapshot_id == two[1]
        assert {*two, own} <= seen
        assert not (other.folder / "restoring").exists()
        return alive, now == two[1]

    again()
    lasts = usual(killer, "restore-backup", *[(other.folder, path)] * 3)
    moments = Moments(FEWER, lasts, inside=FEWER // 3)
    for delay in moments:
        alive, _ = turn(delay=delay)
        moments.seen(delay, alive=alive)
    steps = []
    for step in itertools.count(1):
        alive, new = turn(step=step)
        if not alive:
            break
        steps.append(new)
    assert steps == sorted(steps)
    assert set(steps) == {False, True}


def test_a_backup_restored_into_nothing_and_killed_is_restored_again(killer, store, two, tmp_path):
    path = tmp_path / "b.zip"
    backup.backup(store, path)
    for step in itertools.count(1):
        empty = Store(tmp_path / f"trống {step}")
        alive, _ = killer.run("restore-backup", empty.folder, path, step=step)
        current = empty.current()
        assert current is None or whole(empty, set()).snapshot_id == two[1]
        assert alive or current is not None
        restore.restore_backup(path, empty)
        assert whole(empty, set()).snapshot_id == two[1]
        if not alive:
            break
    assert step > 5
