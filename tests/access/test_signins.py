"""Sign-ins in the log: once each, behind what was done, and never in the way of looking."""

import time

import pandas as pd
import pytest
from typer.testing import CliRunner

from lib.access import signins
from lib.access.roles import Actor
from lib.access.signins import Book, seen
from lib.cli.main import app
from lib.operate import integrity, status
from lib.store import audit
from lib.store.store import Act, Store, Table

HOUR = 3600


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "store")
    table = Table(pd.DataFrame({"cluster_id": ["PT-001"]}), "test", "2026-01-01")
    store.publish({"clusters": table}, Act("prepare"), border_quality="schematic")
    return store


def lan(role: str | None = "viewer", left: float = HOUR) -> Actor:
    return Actor(role, "Lan (lan@so.vn)", time.time() + left)


def lines(store: Store) -> list[tuple[str, str, str]]:
    """Return action, name and role of the lines about people."""
    return [
        (event.action, event.who, event.details["role"])
        for event in audit.events(store.folder)
        if event.action in signins.ACTIONS
    ]


def unwritable(store: Store) -> None:
    """Make a store that nobody can write to, whoever runs this: its lock cannot be opened."""
    lock = store.folder / "lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()


def test_signing_in_and_out_are_links_of_the_chain(store):
    book, current = Book(store), store.current().snapshot_id
    who = lan("editor")
    book.note(seen("sign-in", who, own=True))
    book.note(seen("sign-out", who, own=True))
    book.note(seen("sign-in-refused", Actor(None, "la"), own=True))
    name = "Lan (lan@so.vn)"
    assert lines(store) == [
        ("sign-in", name, "editor"),
        ("sign-out", name, "editor"),
        ("sign-in-refused", "la", ""),
    ]
    assert {event.snapshot for event in audit.events(store.folder)} == {current}
    assert integrity.check_log(store).findings == ()
    path = store.folder / audit.LOG
    kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([kept[0], *kept[2:]]), encoding="utf-8")
    assert not integrity.check_log(store).whole, "a sign-in cannot be taken out unseen"


def test_what_is_published_after_a_sign_in_is_not_taken_for_its_doing(store):
    Book(store).note(seen("sign-in", lan(), own=True))
    table = Table(pd.DataFrame({"cluster_id": ["PT-002"]}), "test", "2026-01-01")
    store.publish({"clusters": table}, Act("import", "Lan"), border_quality="schematic")
    store.restore(store.names()[-1], who="Lan")
    assert integrity.check_log(store).findings == ()


def test_a_token_is_one_sign_in_in_every_process(store):
    first = lan()
    for book in (Book(store), Book(store)):
        book.note(seen("sign-in", first, own=True))
        book.note(seen("sign-in", first, own=True))
    assert len(lines(store)) == 1
    Book(store).note(seen("sign-in", lan(left=2 * HOUR), own=True))
    assert len(lines(store)) == 2


def test_whom_a_proxy_vouches_for_signs_in_again_when_it_has_run_out(store):
    book = Book(store)
    for left in (2, 1, 3):  # a visit each, all while the first holds
        book.note(seen("sign-in", lan(left=left * HOUR), own=False))
        Book(store).note(seen("sign-in", lan(left=left * HOUR), own=False))
    assert len(lines(store)) == 1
    book.note(seen("sign-in", lan("administrator"), own=False))
    assert [role for _, _, role in lines(store)] == ["viewer", "administrator"]
    ended = Store(store.folder.parent / "other")
    ended.folder.mkdir()
    (ended.folder / audit.LOG).touch()
    for _ in range(2):
        Book(ended).note(seen("sign-in", lan(left=-1), own=False))
    assert len(lines(ended)) == 2


def test_a_store_that_takes_nothing_keeps_nobody_out_and_gets_it_later(store, monkeypatch, caplog):
    unwritable(store)
    book = signins.book(store.folder)
    book.note(seen("sign-in", lan(), own=True))
    assert (len(book.waiting), book.problem.key) == (1, "store.not_writable")
    assert lines(store) == []
    (said,) = caplog.records
    assert "sign-in Lan (lan@so.vn) (viewer)" in said.getMessage()
    found = status.check(store, static=store.folder)
    (log,) = (check for check in found.checks if check.name == "log")
    assert (log.level, found.well) == ("attention", True)
    assert "1 lần đăng nhập" in log.message()

    (store.folder / "lock").rmdir()
    book.settle()
    assert lines(store) == [], "it does not try at every turn"
    monkeypatch.setattr(signins, "_AGAIN_SECONDS", 0)
    book.settle()
    assert (lines(store), book.problem) == ([("sign-in", "Lan (lan@so.vn)", "viewer")], None)
    assert integrity.check_log(store).findings == ()


def test_a_line_written_late_says_when_it_was(store, monkeypatch):
    monkeypatch.setattr(audit, "now", lambda: "2026-11-25T08:00:00+00:00")
    early = seen("sign-in", lan(), own=True)
    monkeypatch.setattr(audit, "now", lambda: "2026-11-25T08:05:00+00:00")
    Book(store).note(early)
    event = audit.events(store.folder)[-1]
    assert (event.when, signins.moment(event)) == (audit.now(), "2026-11-25T08:00:00+00:00")


def test_no_log_begins_with_a_sign_in(tmp_path):
    book = Book(Store(tmp_path / "empty"))
    book.note(seen("sign-in", lan(), own=True))
    assert not (tmp_path / "empty").exists()
    assert len(book.waiting) == 1


def test_a_broken_chain_is_not_written_on(store):
    path = store.folder / audit.LOG
    path.write_text(path.read_text(encoding="utf-8").replace("prepare", "prepar3"))
    before = path.read_bytes()
    book = Book(store)
    book.note(seen("sign-in", lan(), own=True))
    assert (book.problem.key, path.read_bytes()) == ("audit.broken", before)


def test_the_command_shows_them(store, monkeypatch):
    monkeypatch.setattr(audit, "now", lambda: "2026-11-25T08:00:00+00:00")
    Book(store).note(seen("sign-in", lan(), own=True))
    Book(store).note(seen("sign-in-refused", Actor(None, "la"), own=True))
    said = CliRunner().invoke(app, ["audit", "show", "--store", str(store.folder)]).output
    one, other = said.splitlines()[-2:]
    assert "Lan (lan@so.vn)  đăng nhập (người xem)" in one
    assert "la  đăng nhập bị từ chối (chưa có vai trò)" in other
    event = audit.events(store.folder)[-2]
    assert signins.words(event, "en") == "signed in (viewer)"
