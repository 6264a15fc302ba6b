"""Spoiled files of every kind: read or refused in words, by processes with limits."""

import hashlib
from pathlib import Path

import pytest
from clones import data_of

from security import fuzz
from security.seeds import READERS

FILES = 60
"""Of each reader; ``make fuzz`` makes 10,000."""


@pytest.fixture(scope="module")
def store(schematic_clone, tmp_path_factory) -> Path:
    return data_of(schematic_clone, tmp_path_factory.mktemp("fuzzed")) / "store"


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_no_spoiled_file_does_more_than_be_refused(store):
    before = tree(store)
    done = fuzz.fuzz(list(READERS), FILES, store, fresh=False)
    assert [tally.reader for tally in done] == list(READERS)
    assert [(tally.reader, tally.bad) for tally in done if tally.bad] == []
    for tally in done:
        assert tally.files == FILES
        assert tally.ends["refused"] > 0
        assert tally.ends["read"] + tally.ends["checked"] > 0
    assert tree(store) == before


def test_a_worker_that_dies_is_told_and_started_again(store):
    (tally,) = fuzz.fuzz(["no such reader"], 2, store, fresh=False)
    assert [(number, ended) for number, ended, _ in tally.bad] == [(0, "died"), (1, "died")]
