"""kill -9 at any moment of an import leaves the old or the new whole."""

import itertools
from pathlib import Path

import pytest
from actkiller import Killer, do_fact, do_import
from killedstores import communes, file_with, publish, served, typed, whole
from moments import Moments, usual

from lib.importing import entering, stating
from lib.operate import integrity
from lib.store import brought, pending
from lib.store.store import Act, Store, Table

TURNS = 100
OFTEN = 5
"""Every so many kills an import that nobody kills comes next; after the others comes the next."""


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
def imports(killer, tmp_path) -> Imports:
    store = Store(tmp_path / "kho")
    publish(store, 1)
    return Imports(killer, store, tmp_path)


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


def test_a_value_killed_at_its_steps_waits_or_is_said_and_nothing_else_moves(killer, tmp_path):
    store, seen = Store(tmp_path / "kho"), set()
    station = {"substation_id": ["SS-1"], "name": ["Trạm 110 kV"], "voltage_kv": ["110"]}
    rows = typed("substations", station | {"status": ["operating"]})
    tables = {"communes": communes(), "substations": Table(rows, "test", "2026")}
    store.publish(tables, Act("prepare"), border_quality="reference")
    do_fact(str(store.folder), "9")
    known_before, ends = 9, []
    for step in itertools.count(1, 4):
        before = whole(store, seen)
        alive, _ = killer.run("fact", store.folder, step, step=step)
        now = whole(store, seen)
        new = now.snapshot_id != before.snapshot_id
        known = now.read("substations")["capacity_mva"].iloc[0]
        in_use = now.read("statements").query("state == 'in_use'")["value"].tolist()
        assert in_use == [f"{known}"]
        assert known == (step if new else known_before)
        known_before = known
        kept = entering.waiting(stating.tables_of(now), pending.every(store))
        if not alive:
            assert (new, kept) == (True, [])
            break
        ends.append((new, [word.value for word in kept] == [f"{float(step)}"]))
    # Not kept yet, kept, in use and not shown as waiting again.
    assert list(dict.fromkeys(ends)) == [(False, False), (False, True), (True, False)]


def test_a_file_that_waits_is_killed_at_its_steps_and_is_whole_in_the_draft_or_in_use(
    killer, tmp_path
):
    store, seen = Store(tmp_path / "kho"), set()
    now, ends = publish(store, 1), []
    for step in itertools.count(1, 3):
        before, path = now, file_with(tmp_path, step + 1)
        content = path.read_bytes()
        alive, _ = killer.run("wait", store.folder, path, step=step)
        now = whole(store, seen)
        new = now.snapshot_id != before.snapshot_id
        assert served(now) == (step + 1 if new else served(before))
        kept = brought.every(store)
        assert [brought.contents(store, one) for one in kept] in ([], [{path.name: content}])
        if not alive:
            assert (new, kept) == (True, [])
            break
        ends.append((new, bool(kept)))
        for one in kept:
            brought.drop(store, one.key)
    assert list(dict.fromkeys(ends)) == [(False, False), (False, True), (True, False)]
    held = brought.keep(store, {}, {"kind": "customers"}, who="An")  # forgets what the dead left
    brought.drop(store, held.key)
    assert not list((store.folder / "pending").glob("brought*/*"))


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
