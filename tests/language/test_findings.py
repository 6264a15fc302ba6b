"""What a check says: one sentence in two languages, with its place, ordered by gravity."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.language.errors import DataRefusedError
from lib.language.findings import LEVELS, Finding, Twin, from_error, gravest
from lib.language.text import LANGS, number

FILE = "bang.xlsx"


def test_words_in_both_languages_are_plain_text_to_json_and_survive_a_cache():
    twin = Twin("bản đồ", "map")
    again = pickle.loads(pickle.dumps(twin))  # noqa: S301 - bytes made here
    assert (f"{again}", f"{again:en}", json.loads(json.dumps(again))) == (
        "bản đồ",
        "map",
        "bản đồ",
    )


def test_a_twin_of_a_function_holds_what_it_says_in_either_language():
    figure = Twin.of(lambda lang: number(1234.5, lang, 1))
    assert (f"{figure}", f"{figure:en}") == ("1.234,5", "1,234.5")
    assert f"{figure:>9}" == "  1.234,5"


def test_a_sentence_takes_its_place_and_the_words_of_its_language():
    values = {"edge": "3-4", "stated": Twin("100,03", "100.03"), "computed": Twin("a", "b")}
    finding = Finding("ask", "coordinates.edge_off", values, FILE, 4)
    assert finding.message().startswith(f"Tệp {FILE}, dòng 4: cạnh 3-4 ghi 100,03 m")
    assert "100.03" in finding.message("en")
    assert "100,03" not in finding.message("en")


@pytest.mark.parametrize("lang", LANGS)
def test_a_refusal_becomes_a_finding_that_says_the_same(lang):
    error = DataRefusedError(
        "coordinates.not_a_number", file=FILE, row=4, column="Y (m)", value="56l", point="3"
    )
    finding = from_error(error)
    assert (finding.level, finding.file, finding.row, finding.column) == (
        "refused",
        FILE,
        4,
        "Y (m)",
    )
    assert finding.values == {"value": "56l", "point": "3"}
    assert finding.message(lang) == error.message(lang)
    assert error.values["row"] == 4  # the error keeps what it names


def test_a_refusal_without_a_row_has_none():
    finding = from_error(DataRefusedError("backup.not_whole", file="a.zip"))
    assert (finding.file, finding.row, finding.column) == ("a.zip", None, "")


@given(st.lists(st.sampled_from(LEVELS)))
def test_the_gravest_level_is_the_first_of_those_found(levels):
    found = gravest(Finding(level, "coordinates.no_heading") for level in levels)
    assert found == min(levels, key=LEVELS.index, default=None)
