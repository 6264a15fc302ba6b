"""Letters that look like Vietnamese ones count as these in every comparison of names."""

import unicodedata

import pytest
from facttables import fact_tables
from hypothesis import given
from hypothesis import strategies as st

from lib.language.letters import _PAIRS, latin
from lib.language.text import fold, same_spelling

NAMES = sorted({*fact_tables()["communes"]["name"], *fact_tables()["former_units"]["name"]})
DISGUISES = {their: our for ours, theirs in _PAIRS for our, their in zip(ours, theirs, strict=True)}


def disguised(name: str, choose) -> str:
    """Return a name some of whose letters are others that look the same."""
    letters = unicodedata.normalize("NFD", name)
    return "".join(DISGUISES[c] if c in DISGUISES and choose() else c for c in letters)


@given(st.sampled_from(NAMES), st.data())
def test_a_disguised_name_is_the_same_name(name, data):
    other = disguised(name, lambda: data.draw(st.booleans()))
    assert latin(other) == unicodedata.normalize("NFC", name)
    assert same_spelling(other) == same_spelling(name)
    assert fold(other) == fold(name)


@pytest.mark.parametrize("behind", [".", " . ", ",", ";", "\u00a0", "\u200b", "\u00ad", "\ufeff"])
def test_what_typing_leaves_behind_a_name_does_not_count(behind):
    assert same_spelling("Đoan Hùng" + behind) == same_spelling("Đoan Hùng")


def test_full_width_letters_are_letters():
    assert latin("Ｈòａ Ｂình") == "Hòa Bình"


def test_every_name_of_the_province_stays_what_it_is():
    assert [name for name in NAMES if latin(name) != unicodedata.normalize("NFC", name)] == []
    assert len({same_spelling(name) for name in NAMES}) == len({n.lower() for n in NAMES})
