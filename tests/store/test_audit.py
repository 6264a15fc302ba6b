"""The log of acts: a line that a writer intended and could not add, the next one adds."""

import dataclasses

import pytest
from killedstores import publish

from lib.store import audit
from lib.store.store import Store


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "kho")
    publish(store, 1)
    return store


@pytest.fixture
def two(store) -> tuple[str, str]:
    first = store.current()
    second = publish(store, 2)
    return first.snapshot_id, second.snapshot_id


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
