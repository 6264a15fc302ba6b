"""What spells a Vietnamese syllable, and what does not."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oldfonts import LOWER, NAMES

from lib.importing.fonts.syllables import is_syllable


def test_every_accented_word_of_the_names_is_a_syllable() -> None:
    words = {w.strip("()") for name in NAMES for w in name.replace("-", " ").split()}
    assert [w for w in sorted(words) if not w.isascii() and not is_syllable(w)] == []


@pytest.mark.parametrize(
    "word", ["gì", "giếng", "quốc", "quý", "khuỷu", "Quỳnh", "hoà", "hòa", "thuở"]
)
def test_rare_spellings_are_syllables(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize(
    "word", ["", "Bỡnh", "qúy", "các̀", "càt", "nghã", "cẻ", "đất́", "Müller", "b"]
)
def test_other_spellings_are_not(word: str) -> None:
    assert not is_syllable(word)


@given(st.text(st.sampled_from(string.ascii_lowercase + LOWER), max_size=9))
def test_a_syllable_has_at_most_one_tone(word: str) -> None:
    tones = [c for c in unicodedata.normalize("NFD", word) if c in "\u0300\u0309\u0303\u0301\u0323"]
    assert len(tones) <= 1 or not is_syllable(word)
