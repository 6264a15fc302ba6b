"""Connections lost, servers and publishers killed: the whole snapshot or nothing, and it goes on.

Lost means lost: the server's process for us is terminated, the server is killed
with signal 9, a wire in between is cut after any byte, our own process is killed.
"""

import contextlib
import itertools
import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import databasekiller
import pytest
from databases import Cluster, psycopg
from databasestores import fingerprint, nothing, publish, rows, served, tables
from forked import READY

from lib.language.errors import StoreError
from lib.store import audit
from lib.store.database import postgis, publishing
from lib.store.database.following import follow
from lib.store.database.postgis import Database
from lib.store.store import Snapshot, Store

CUTS = 14


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.emptied()


class World:
    """A database, the server that publishes and one that follows."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.here = Store(folder / "máy này", Database(url))
        self.count, self.others = 1, itertools.count()
        publish(self.here, self.count)

    def lost(self, store: Store | None = None) -> tuple[bool, str]:
        """Publish over something that breaks; return whether it said it was done, and what not."""
        self.count += 1
        try:
            publish(store or self.here, self.count)
        except StoreError as error:
            return False, error.key
        return True, ""

    def checked(self) -> int:
        """Return what is in use everywhere, after checking that it is one whole snapshot."""
        shared = Database(self.url)
        status = shared.status()
        assert status.last.snapshot == status.in_use
        assert all(there == published for published, there in status.tables.values())
        follow(self.here, shared, nothing)
        other = Store(self.folder / f"máy kia {next(self.others)}", shared)
        taken = follow(other, shared, nothing)
        mine = self.here.whole()
        assert mine.snapshot_id == taken.snapshot_id == status.in_use
        assert fingerprint(mine) == fingerprint(taken)
        assert not [p for p in self.here.folder.iterdir() if p.name in {"aside", "fetching"}]
        log = audit.events(self.here.folder)
        assert log[-1].snapshot == mine.snapshot_id
        for earlier, later in itertools.pairwise(log):
            assert later.before == earlier.snapshot
        shown = rows(self.url, "SELECT customers_served FROM phutho.customers")
        assert shown == [(served(mine),)]
        return served(mine)

    def again(self) -> None:
        """Publish once more, undisturbed."""
        self.count += 1
        publish(self.here, self.count)
        assert self.checked() == self.count


@pytest.fixture
def world(url, tmp_path) -> World:
    return World(url, tmp_path)


# ---- the server's process for us is terminated ------------------------------------------


@contextlib.contextmanager
def before_step(monkeypatch, step: int, act) -> Iterator[list[int]]:
    """Call `act` with the connection before the n-th thing the database is asked for."""
    counter = itertools.count(1)
    seen: list[int] = []

    def counted(connection) -> None:
        seen.append(next(counter))
        if seen[-1] == step:
            act(connection)

    def patched(real, of):
        def call(self, *args, **more):
            counted(of(self))
            return real(self, *args, **more)

        return call

    with monkeypatch.context() as patch:
        cursor, connection = psycopg.Cursor, psycopg.Connection
        for name in ("execute", "copy"):
            patch.setattr(
                cursor, name, patched(getattr(cursor, name), lambda cursor: cursor.connection)
            )
        patch.setattr(connection, "commit", patched(connection.commit, lambda own: own))
        yield seen


def test_terminated_before_every_statement_of_a_publish(world, postgres, monkeypatch):
    def terminate(connection) -> None:
        with postgres.owner() as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))

    ends = []
    before = world.checked()
    for step in itertools.count(1):
        with before_step(monkeypatch, step, terminate) as seen:
            done, key = world.lost()
        if len(seen) < step:
            assert done
            break
        assert (done, key) == (False, "database.lost")
        assert world.checked() == before
        assert len(world.here.snapshots()) == 1
        ends.append(step)
    assert len(ends) >= 15
    assert world.checked() == world.count


@pytest.mark.parametrize("step", [1, 2, 4, 6, 8])
def test_terminated_while_a_snapshot_is_fetched(world, postgres, monkeypatch, step):
    other = Store(world.folder / "máy thứ ba", Database(world.url))
    follow(other, other.shared, nothing)
    before = fingerprint(other.current())
    publish(world.here, 2)

    def terminate(connection) -> None:
        with postgres.owner() as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))

    with before_step(monkeypatch, step, terminate), pytest.raises(StoreError) as caught:
        follow(other, other.shared, nothing)
    assert caught.value.key == "database.lost"
    assert fingerprint(other.current()) == before
    assert not (other.folder / "fetching").exists()
    follow(other, other.shared, nothing)
    assert fingerprint(other.current()) == fingerprint(world.here.current())


def test_a_publisher_that_fell_silent_does_not_keep_the_others_waiting(
    world, postgres, monkeypatch
):
    monkeypatch.setattr(publishing, "_IDLE_SECONDS", 1)

    def freeze(connection) -> None:
        with postgres.owner() as owner:
            pid = (connection.info.backend_pid,)
            while owner.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", pid).fetchone():
                time.sleep(0.05)

    before = world.checked()
    with before_step(monkeypatch, 9, freeze):
        assert world.lost() == (False, "database.lost")
    assert world.checked() == before
    world.again()


# ---- the wire is cut ------------------------------------------------------------------


class Wire:
    """A way to the server that is cut after so many bytes, or at a word, heard or not."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.limit: int | None = None
        self.word: tuple[bytes, bool] | None = None
        self.sent = 0
        self.cut = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.target)) as far:
            back = threading.Thread(target=self._carry, args=(far, near), daemon=True)
            back.start()
            self._carry(near, far, self._passes)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket, passes=None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if passes is not None and not passes(data, target):
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _passes(self, data: bytes, target: socket.socket) -> bool:
        """Count what goes to the server; False where the wire is to be cut."""
        if self.cut:
            return True  # cut once: the next connection holds
        if self.word is not None and self.word[0] in data:
            self.cut = True
            if self.word[1]:  # the server hears it, we do not hear the answer
                target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            return False
        if self.limit is not None and self.sent + len(data) > self.limit:
            target.sendall(data[: self.limit - self.sent])
            self.cut = True
            return False
        self.sent += len(data)
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@pytest.fixture
def wire(postgres) -> Iterator[Wire]:
    with contextlib.closing(Wire(postgres.port)) as made:
        yield made


def over(wire: Wire, world: World) -> Database:
    """Return the database at the other end of the wire, as a server over it sees it."""
    return Database(world.url.replace(f":{wire.target}/", f":{wire.port}/") + "?sslmode=disable")


def test_a_wire_cut_after_any_byte(world, wire):
    far = Store(world.here.folder, over(wire, world))
    world.lost(far)
    length = wire.sent
    assert length > 10_000
    random_ = random.Random(20261125)  # noqa: S311 - places, no secrets
    told = {True: 0, False: 0}
    before = world.checked()
    for part in range(CUTS):
        wire.sent, wire.cut = 0, False
        wire.limit = int(length * (part + random_.random()) / CUTS)
        done, key = world.lost(far)
        assert done or key in {"database.lost", "database.unreachable"}
        now = world.checked()
        assert now == (world.count if done else before)
        told[done], before = told[done] + 1, now
    assert told[False] >= CUTS - 2
    wire.limit = None
    world.again()


@pytest.mark.parametrize("heard", [False, True])
def test_a_wire_cut_in_the_commit(world, wire, heard):
    """Whether the server heard it or not: what is said afterwards is what happened."""
    far = Store(world.here.folder, over(wire, world))
    before = world.checked()
    wire.word = (b"COMMIT", heard)
    done, key = world.lost(far)
    assert wire.cut
    assert (done, key) == ((True, "") if heard else (False, "database.lost"))
    assert world.checked() == (world.count if heard else before)
    world.again()


# ---- the server is killed ----------------------------------------------------------------


def test_a_server_killed_in_the_middle_and_started_again(world, postgres, monkeypatch):
    killed = 0
    try:
        for step in (2, 9, 14):
            before = world.checked()
            with before_step(monkeypatch, step, lambda _: postgres.kill()):
                done, key = world.lost()
            killed += 1
            assert (done, key) == (False, "database.lost")
            assert served(world.here.whole()) == before
            with pytest.raises(StoreError) as caught:  # pages go on, publishing is refused
                publish(world.here, 1000)
            assert caught.value.key == "database.unreachable"
            assert served(world.here.whole()) == before
            postgres.start()
            assert world.checked() == before
            world.again()
    finally:
        if not postgres.answers():
            postgres.start()
    assert killed == 3


@pytest.mark.parametrize("landed", [False, True])
def test_a_server_killed_in_the_commit_that_comes_back_is_asked(
    world, postgres, monkeypatch, landed
):
    real = psycopg.Connection.commit

    def commit(self):
        monkeypatch.setattr(psycopg.Connection, "commit", real)
        if landed:
            real(self)
        postgres.kill()
        threading.Thread(target=postgres.start).start()
        real(self)
        if landed:
            raise psycopg.OperationalError

    before = world.checked()
    monkeypatch.setattr(psycopg.Connection, "commit", commit)
    try:
        done, key = world.lost()
    finally:
        if not postgres.answers():
            postgres.start()
    assert (done, key) == ((True, "") if landed else (False, "database.lost"))
    assert world.checked() == (world.count if landed else before)
    world.again()


def test_a_server_that_does_not_come_back_leaves_it_open_and_the_store_as_it_was(
    world, postgres, monkeypatch
):
    real = psycopg.Connection.commit

    def commit(self):
        monkeypatch.setattr(psycopg.Connection, "commit", real)
        real(self)
        postgres.kill()
        raise psycopg.OperationalError

    before = world.checked()
    monkeypatch.setattr(postgis, "_SETTLE_SECONDS", 0)
    monkeypatch.setattr(psycopg.Connection, "commit", commit)
    try:
        done, key = world.lost()
        assert (done, key) == (False, "database.unknown_end")
        assert served(world.here.whole()) == before
    finally:
        postgres.start()
    assert world.checked() == world.count  # it had landed: the server follows
    world.again()


# ---- our own process is killed -------------------------------------------------------------


def test_a_publisher_killed_before_every_statement(world):
    ends = []
    now = world.checked()
    for step in itertools.count(1):
        before = now
        world.count += 1
        process = READY.Process(
            target=databasekiller.publish,
            args=(world.url, str(world.here.folder), tables(world.count), step),
        )
        process.start()
        process.join()
        now = world.checked()
        assert now in (before, world.count)
        if process.exitcode == 0:
            assert now == world.count
            break
        assert process.exitcode == -signal.SIGKILL
        ends.append(now == world.count)
    assert len(ends) >= 15
    assert ends == sorted(ends)  # old up to the commit, new from then on
    assert set(ends) == {False, True}
    world.again()


def test_a_follower_killed_at_every_step_has_the_old_or_the_new(world, tmp_path):
    shared = Database(world.url)
    other = Store(tmp_path / "máy thứ ba")
    follow(other, shared, nothing)
    old: Snapshot = other.current()
    publish(world.here, 2)
    new = world.here.current().snapshot_id
    ends = []
    for step in itertools.count(1, 3):
        process = READY.Process(
            target=databasekiller.catch_up, args=(world.url, str(other.folder), step)
        )
        process.start()
        process.join()
        now = other.whole()
        assert now.snapshot_id in (old.snapshot_id, new)
        for snapshot in other.snapshots():
            assert other.whole_or_none(snapshot.snapshot_id) is not None
        if process.exitcode == 0:
            assert now.snapshot_id == new
            break
        ends.append(now.snapshot_id == new)
        if ends[-1]:
            break
    assert len(ends) >= 8
    follow(other, shared, nothing)
    assert other.whole().snapshot_id == new
    log = audit.events(other.folder)
    assert [event.snapshot for event in log] == [old.snapshot_id, new]
    assert not (other.folder / "fetching").exists()
