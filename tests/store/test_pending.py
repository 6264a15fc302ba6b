"""Values that wait to be published: kept on the disk, shown to everybody, replaced knowingly."""

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.language.errors import DataRefusedError, StoreError
from lib.language.text import LANGS
from lib.store import disk, pending
from lib.store.store import Store
from lib.tables.statements.record import Statement


def word(row: str = "HB-025", value: str = "40", who: str = "An", when: str = "1") -> Statement:
    return Statement("clusters", row, "area_ha", value, "Biên bản", "2026", who=who, when=when)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "kho")


def test_what_waits_is_there_for_whoever_opens_the_store_later(store):
    words = [word(when="2"), word("ch/08500", when="1"), replace(word(when="3"), field="investor")]
    pending.keep(store, words)
    assert pending.every(Store(store.folder)) == [words[1], words[0], words[2]]
    pending.drop(store, words[:1])
    assert pending.every(store) == words[1:]
    pending.drop(store, words)
    assert pending.every(store) == []
    assert not list(store.folder.rglob("*.json"))


def test_the_second_editor_replaces_only_what_he_has_seen(store):
    first, second = word(), word(value="41", who="Bình", when="2")
    pending.keep(store, [first])
    other = replace(second, id="PT-001")
    with pytest.raises(DataRefusedError) as refused:
        pending.keep(store, [other, second], seen={})
    assert all("An" in refused.value.message(lang) for lang in LANGS)
    assert pending.every(store) == [first], "all or nothing"
    pending.keep(store, [second], seen={first.subject: first})
    assert pending.every(store) == [second]
    mine = replace(second, value="42", when="3")
    pending.keep(store, [mine], seen={})
    assert pending.every(store) == [mine], "his own word he may always replace"


def test_what_was_entered_since_stays_when_the_earlier_is_published(store):
    first, later = word(), word(value="41", when="2")
    pending.keep(store, [first])
    pending.keep(store, [later])
    pending.drop(store, [first])
    assert pending.every(store) == [later]


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_write_that_breaks_off_leaves_the_earlier_or_the_later_value(store, monkeypatch, step):
    first, later = word(), word(value="41", when="2")
    pending.keep(store, [first])
    steps = iter(range(1, 99))

    def broken(name):
        real = getattr(disk.os, name)

        def act(*given, **named):
            if next(steps) == step:
                raise KeyboardInterrupt
            return real(*given, **named)

        return act

    for name in ("fsync", "rename", "replace"):
        monkeypatch.setattr(disk.os, name, broken(name))
    with contextlib.suppress(KeyboardInterrupt):
        pending.keep(store, [later])
    monkeypatch.undo()
    assert pending.every(store) in ([first], [later])
    pending.keep(store, [later])
    assert pending.every(store) == [later]


def test_a_withdrawal_waits_beside_the_value_that_is_entered_instead(store):
    value = word()
    gone = [replace(value, source_url=name, state="withdrawn") for name in ("a", "b")]
    pending.keep(store, [value])
    pending.keep(store, gone, seen={})
    assert sorted(map(pending.place, pending.every(store))) == sorted(
        map(pending.place, [value, *gone])
    )
    again = replace(gone[0], reason="khác", who="Bình")
    with pytest.raises(DataRefusedError):
        pending.keep(store, [again], seen={})


@pytest.mark.parametrize(
    "content", ["", "[", "{}1", '[{"a": 1}]', "[1]", '"x"', "\ud800", '[{"table": 1}]']
)
def test_a_damaged_file_is_told_and_nothing_is_taken_from_it(store, content):
    pending.keep(store, [word()])
    (path,) = store.folder.rglob("*.json")
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError, match="HB-025"):
        pending.every(store)


@given(row=st.text(min_size=1, max_size=20), value=st.text(max_size=20))
def test_no_key_of_a_row_leads_out_of_the_folder(tmp_path_factory, row, value):
    store = Store(tmp_path_factory.mktemp("a") / "kho")
    given_ = word(row, value)
    try:
        pending.keep(store, [given_])
    except UnicodeEncodeError:  # half a sign is in no table
        return
    assert pending.every(store) == [given_]
    (path,) = store.folder.rglob("*.json")
    assert path.parent == store.folder / "pending" / "clusters"
    assert json.loads(path.read_text(encoding="utf-8"))
