"""UTF-8 read as cp1252, damaged on the way, comes back."""

import pytest
from oldfonts import NAMES, as_cp1252

from lib.importing.fonts.codes import LOST
from lib.importing.fonts.convert import convert, detect
from lib.language.text import nfc


@pytest.mark.parametrize(
    "text", ["“CẤP XÃ”", "“XÃ”", "XÃ YÊN LẠC", "THỊ XÃ", "«Tam Nông»", "Xã «Lá»"]
)
def test_quotation_marks_are_not_half_of_a_letter(text: str) -> None:
    assert convert(text, "utf8_as_cp1252") == text


def test_utf8_read_as_latin_1_comes_back() -> None:
    texts = [name.encode().decode("latin-1") for name in NAMES]
    assert detect(texts) == "utf8_as_cp1252"
    assert [convert(text, "utf8_as_cp1252") for text in texts] == NAMES


def test_a_no_break_space_tidied_away_is_still_half_of_a_letter() -> None:
    texts = [nfc(as_cp1252(name)) for name in NAMES]
    assert sum("Ã " in text for text in texts) > 20
    assert [convert(text, "utf8_as_cp1252") for text in texts] == NAMES


@pytest.mark.parametrize("errors", ["replace", "ignore"])
def test_a_byte_that_is_gone_leaves_a_hole_or_the_only_letter_that_fits(errors: str) -> None:
    for name in NAMES:
        text = name.encode().decode("cp1252", errors=errors)
        converted = convert(text, "utf8_as_cp1252")
        assert len(converted) == len(name)
        assert all(a in {b, LOST} for a, b in zip(converted, name, strict=True))
        assert LOST not in converted or any(c in "ềọỏờÁÍỐÝỞ" for c in name)
