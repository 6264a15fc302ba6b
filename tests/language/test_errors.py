"""A refusal has a key, values, an exit code and words in both languages."""

import copy
import pickle

import pytest

from lib.language import errors
from lib.language.errors import (
    DataRefusedError,
    NotAllowedError,
    PhuThoError,
    SourceUnavailableError,
    StoreError,
    WrongUseError,
)
from lib.language.text import LANGS, plain

KINDS = [DataRefusedError, NotAllowedError, SourceUnavailableError, StoreError, WrongUseError]


def test_every_kind_of_refusal_is_listed_here():
    defined = {c for c in vars(errors).values() if isinstance(c, type) and c is not PhuThoError}
    assert {c for c in defined if issubclass(c, PhuThoError)} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (DataRefusedError, 3),
        (NotAllowedError, 2),
        (SourceUnavailableError, 3),
        (StoreError, 3),
        (WrongUseError, 2),
    ],
)
def test_exit_codes_are_those_of_the_contract(kind, code):
    assert kind.exit_code == code
    with pytest.raises(PhuThoError) as caught:
        raise kind("store.empty")
    assert caught.value.exit_code == code


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_itself_in_both_languages(kind):
    error = kind("store.table_damaged", table="communes", snapshot="2026-1")
    said = {lang: error.message(lang) for lang in LANGS}
    assert "communes" in said["vi"]
    assert "2026-1" in said["vi"]
    assert said["vi"].startswith("Bảng «communes»")
    assert said["en"].startswith("Table “communes”")
    assert str(error) == said["vi"]
    assert (error.key, error.values["table"]) == ("store.table_damaged", "communes")


def test_values_are_data_and_never_read_as_places_to_fill():
    error = WrongUseError("sources.bundle_absent", folder="{key} {0} %s \\n")
    assert "{key} {0} %s \\n" in error.message()


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_survives_the_way_to_another_process(kind):
    error = kind("store.busy", seconds=20)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(twin) is kind
        assert twin.message("en") == error.message("en")


def test_an_unknown_key_is_a_mistake_of_ours_and_not_a_message():
    with pytest.raises(KeyError):
        StoreError("store.nothing_like_this").message()


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_refusal_names_is_shown_as_it_is_where_markdown_is_read(lang):
    name = "![i](http://beyond.example/i.png)"
    error = StoreError("store.original_damaged", file=name, snapshot="20261130T000000Z-0")
    assert name in error.message(lang)
    assert name not in error.markdown(lang)
    assert plain(name) in error.markdown(lang)
    bare = NotAllowedError("access.nobody")
    assert bare.markdown(lang) == bare.message(lang)
