"""kill -9 at any moment of an import, a restore or a backup leaves the old or the new whole.

This file is also the program that is killed: started by itself, it has the
library loaded, imports once and forks one process for each act, so that a kill
costs no start of Python and no first import. A kill comes after a time, or at a
step: the n-th time the act makes, opens, renames or removes a file of its folder.
"""

import contextlib
import dataclasses
import functools
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lib import audit, backup, facts, importing, integrity, restore
from lib.importing import Options
from lib.schemas import ALL_TABLES
from lib.store import Act, Snapshot, Store, Table

ROOT = Path(__file__).parents[1]
TURNS, FEWER = 100, 20
FEW = 25
"""So many snapshots are all read again after every kill; of more, the new ones."""
MOST = 10
"""Rounds of random moments after which it is no matter of the machine that none falls inside."""
OFTEN = 5
"""Every so many kills an import that nobody kills comes next; after the others comes the next."""
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}

# ---- the program that is killed ----------------------------------------------------------


def do_import(store: str, file: str) -> None:
    """Import a file as the command line and the page do: read, check, publish."""
    where, path = Store(Path(store)), Path(file)
    base = where.current()
    contents, unreadable = importing.read_all([(path, path.name)])
    options = Options("customers", "2026-11-25")
    draft = importing.check(contents, options, importing.tables_of(base), unreadable=unreadable)
    files = {path.name: path.read_bytes()}
    importing.publish(where, draft, base=base, files=files, who="An", confirmed=False)


def do_restore(store: str, snapshot_id: str) -> None:
    Store(Path(store)).restore(snapshot_id, who="Bình")


def do_backup(store: str, file: str) -> None:
    backup.backup(Store(Path(store)), Path(file))


def do_restore_backup(store: str, file: str) -> None:
    restore.restore_backup(Path(file), Store(Path(store)), who="Chi")


ACTS = {
    "import": do_import,
    "restore": do_restore,
    "backup": do_backup,
    "restore-backup": do_restore_backup,
}


def die_at(step: int, folder: str) -> None:
    counter = itertools.count(1)

    def hook(event: str, args: tuple[object, ...]) -> None:
        inside = args and isinstance(args[0], str | Path) and str(args[0]).startswith(folder)
        if event in STEPS and inside and next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def serve() -> None:
    """Run each act asked for on stdin in a process of its own; say how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        publish(Store(aside / "kho"), 1)
        do_import(str(aside / "kho"), str(file_with(aside, 2)))
    for line in sys.stdin:
        act, words, delay, step, folder = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                if step:
                    die_at(step, folder)
                ACTS[act](*words)
                code = 0
            finally:
                if code:
                    traceback.print_exc()
                os._exit(code)
        start = time.monotonic()
        if delay is not None:
            time.sleep(delay)
            os.kill(process, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        sys.stdout.write(json.dumps([status, time.monotonic() - start]) + "\n")
        sys.stdout.flush()


# ---- asking it ---------------------------------------------------------------------------


class Killer:
    """The program above, started once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(
        self, act: str, *words: object, delay: float | None = None, step: int = 0
    ) -> tuple[bool, float]:
        """Run an act; return whether it was killed before its end, and how long it lived."""
        asked = [act, [str(word) for word in words], delay, step, str(self.folder)]
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        status, lasted = json.loads(self.process.stdout.readline())
        assert status in (0, -signal.SIGKILL)
        return status != 0, lasted

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def killer(tmp_path) -> Iterator[Killer]:
    with contextlib.closing(Killer(tmp_path)) as running:
        yield running


class Moments:
    """Random moments from the start of an act to just behind its end, everywhere as many.

    How long it lasts is measured first, and again by every act: other programs
    make it slower and faster. Where too few kills fell inside, more follow.
    """

    def __init__(self, turns: int, lasts: float, *, inside: int) -> None:
        self.turns, self.lasts, self.wanted = turns, lasts, inside
        self.inside = 0
        self.random = random.Random(20261125)  # noqa: S311 - moments, no secrets

    def __iter__(self) -> Iterator[float]:
        for _ in range(MOST):
            turns = self.turns
            for turn in self.random.sample(range(turns), turns):
                yield 1.1 * (turn + self.random.random()) / turns * self.lasts
            if self.inside >= self.wanted:
                return
        pytest.fail(f"only {self.inside} kills fell inside")

    def seen(self, delay: float, *, alive: bool) -> None:
        self.inside += alive
        if alive and delay > self.lasts:
            self.lasts *= 1.2
        elif not alive and delay < self.lasts:
            self.lasts *= 0.9


def usual(killer: Killer, act: str, *asked: tuple[object, ...]) -> float:
    """Return how long an act lasts that nobody kills: the median of three."""
    return sorted(killer.run(act, *words)[1] for words in asked)[1]


# ---- the store it works on ---------------------------------------------------------------


def typed(table: str, rows: dict[str, list[object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(source_url="file:a.csv", as_of="2026")
    return ALL_TABLES[table].validate(
        frame.reindex(columns=list(ALL_TABLES[table].to_schema().columns))
    )


def customers(served: int) -> Table:
    rows = {
        "commune_code": ["08500"],
        "month": ["2026-10"],
        "customers_served": [served],
        "sample": [False],
    }
    return Table(typed("customers", rows), "test", "2026")


@functools.cache
def communes() -> Table:
    row = facts.load("communes").head(1).assign(code="08500")
    square = shapely.box(105, 21, 105.1, 21.1)
    return Table(gpd.GeoDataFrame(row, geometry=[square], crs=4326), "test", "2026")


def publish(store: Store, served: int) -> Snapshot:
    tables = {"communes": communes(), "customers": customers(served)}
    return store.publish(tables, Act("prepare"), border_quality="reference")


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "kho")
    publish(store, 1)
    return store


def file_with(folder: Path, served: int) -> Path:
    path = folder / "Khách hàng.csv"
    path.write_text(f"Mã xã;Tháng;Số khách hàng\n08500;10/2026;{served}\n", encoding="utf-8")
    return path


def served(snapshot: Snapshot) -> int:
    return int(snapshot.read("customers")["customers_served"].iloc[0])


def bytes_of(snapshot: Snapshot) -> None:
    """Check every table and every original against its hash."""
    for name in snapshot.manifest.tables:
        snapshot.check(name)
    for kept in snapshot.manifest.files:
        assert len((snapshot.folder / kept.stored).read_bytes()) == kept.size


def whole(store: Store, seen: set[str]) -> Snapshot:
    """Return the snapshot in use after checking that all there is, is whole and is logged."""
    current = store.whole()
    assert current is not None
    names = {path.name for path in (store.folder / "snapshots").iterdir()}
    assert set(store.names()) == names
    for name in names - seen:
        bytes_of(store.open(name))
    seen |= names
    if len(names) <= FEW:
        assert {snapshot.snapshot_id for snapshot in store.snapshots()} == names
        assert integrity.check_log(store).whole
    with store.writing():  # as whoever writes next
        pass
    log = audit.events(store.folder)
    if len(names) <= FEW:
        assert integrity.check_log(store).whole
    assert log[-1].snapshot == current.snapshot_id
    for earlier, later in itertools.pairwise(log):
        assert later.before == earlier.snapshot
    assert not (store.folder / audit.INTENDED).exists()
    return current


class Imports:
    """Imports that are killed, one after another, on one store."""

    def __init__(self, killer: Killer, store: Store, folder: Path) -> None:
        self.killer, self.store, self.folder = killer, store, folder
        self.seen: set[str] = set()
        self.count = 1
        self.now = whole(store, self.seen)

    def lasting(self) -> float:
        """Return how long an import lasts that nobody kills."""
        asked = ((self.store.folder, self.next_file()) for _ in range(3))
        lasts = usual(self.killer, "import", *asked)
        self.now = whole(self.store, self.seen)
        return lasts

    def next_file(self) -> Path:
        self.count += 1
        return file_with(self.folder, self.count)

    def killed(self, **when: float) -> tuple[bool, bool]:
        """Kill one; return whether it was alive then, and whether the new data is in use."""
        old, before = self.now, served(self.now)
        alive, _ = self.killer.run("import", self.store.folder, self.next_file(), **when)
        now = self.now = whole(self.store, self.seen)
        new = now.snapshot_id != old.snapshot_id
        assert served(now) == (self.count if new else before)
        assert now.manifest.action == ("import" if new else old.manifest.action)
        assert alive or new
        if self.count % OFTEN:
            return alive, new
        do_import(str(self.store.folder), str(self.next_file()))
        self.now = whole(self.store, self.seen)
        assert served(self.now) == self.count
        assert not (self.store.folder / "aside").exists()
        return alive, new


@pytest.fixture
def imports(killer, store, tmp_path) -> Imports:
    return Imports(killer, store, tmp_path)


# ---- import ------------------------------------------------------------------------------


def test_an_import_killed_at_100_random_moments_leaves_the_old_or_the_new_whole(imports):
    moments = Moments(TURNS, imports.lasting(), inside=TURNS // 2)
    ends = []
    for delay in moments:
        ends.append(imports.killed(delay=delay))
        moments.seen(delay, alive=ends[-1][0])
    assert len(ends) >= TURNS
    assert {new for _, new in ends} == {False, True}
    assert {snapshot.snapshot_id for snapshot in imports.store.snapshots()} == imports.seen
    assert integrity.check_log(imports.store).whole


def test_an_import_killed_at_every_step_leaves_the_old_or_the_new_whole(imports):
    ends = []
    for step in itertools.count(1):
        alive, new = imports.killed(step=step)
        if not alive:
            break
        ends.append(new)
    assert len(ends) >= 20
    # Old up to the step that names the new one, new from then on.
    assert ends == sorted(ends)
    assert {False, True} == set(ends)


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


# ---- the line of the log -----------------------------------------------------------------


def test_the_next_writer_completes_the_line_a_dead_one_left_out(store, two, monkeypatch):
    count = len(audit.events(store.folder))
    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.restore(two[0], who="Bình")
    assert store.current().snapshot_id == two[0]
    assert len(audit.events(store.folder)) == count
    with store.writing():
        pass
    last = audit.events(store.folder)[-1]
    assert (last.who, last.action, last.snapshot, last.before) == ("Bình", "restore", *two)
    with store.writing():
        pass
    assert len(audit.events(store.folder)) == count + 1


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"when": "x"}'])
def test_an_intention_cut_short_is_forgotten(store, content):
    before = audit.events(store.folder)
    (store.folder / audit.INTENDED).write_bytes(content)
    with store.writing():
        pass
    assert audit.events(store.folder) == before
    assert not (store.folder / audit.INTENDED).exists()


def test_an_intention_that_came_to_nothing_or_is_logged_is_not_logged_again(store, two):
    logged = audit.events(store.folder)
    done = dataclasses.replace(logged[-1], previous="0" * 64, digest="")
    for event in (done, dataclasses.replace(done, snapshot=two[0])):
        audit.intend(store.folder, event)
        with store.writing():
            pass
        assert audit.events(store.folder) == logged
        assert not (store.folder / audit.INTENDED).exists()


if __name__ == "__main__":
    serve()
