"""Numbers, dates, names and order the Vietnamese way."""

import csv
import datetime as dt
import re
import string
import sys
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lib.language.text import (
    LANGS,
    bare_name,
    catalog,
    command,
    date,
    fold,
    hectares,
    is_blank,
    moment,
    nfc,
    no_data,
    number,
    percent,
    plain,
    same_spelling,
    sort_key,
    t,
)
from lib.tables.facts import FACTS

UNHURRIED = settings(deadline=None)
NBSP = "\u00a0"
BLANKS = [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT]
PLAIN = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]  # ngang huyền hỏi ngã sắc nặng
LETTERS = sorted({nfc(c + tone) for c in "aăâeêioôơuưy" for tone in TONES} | set(PLAIN))
WORDS = st.text(st.sampled_from([*LETTERS, *(c.upper() for c in LETTERS), " ", "-"]), max_size=20)
NAMES = sorted(
    {
        row["name"]
        for table in ("communes", "former_units", "ended_units", "clusters")
        for row in csv.DictReader((FACTS / f"{table}.csv").read_text("utf-8-sig").splitlines())
    }
)


def nfd(value: str) -> str:
    return unicodedata.normalize("NFD", value)


# ---- numbers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (1234.56, 2, "1.234,56", "1,234.56"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (9361.38, 2, "9.361,38", "9,361.38"),
        (0, 0, "0", "0"),
        (0.0, 2, "0,00", "0.00"),
        (12, 1, "12,0", "12.0"),
        (999.999, 2, "1.000,00", "1,000.00"),
        (-1234.5, 1, "-1.234,5", "-1,234.5"),
        (0.1 + 0.2, 1, "0,3", "0.3"),
        (np.int64(4022638), 0, "4.022.638", "4,022,638"),
        (np.float64(69.42), 2, "69,42", "69.42"),
    ],
)
def test_numbers_have_the_separators_of_their_language(value, digits, vi, en):
    assert number(value, "vi", digits) == vi
    assert number(value, "en", digits) == en


@UNHURRIED
@given(st.floats(-1e12, 1e12), st.integers(0, 4), st.sampled_from(LANGS))
def test_a_number_reads_back_as_what_it_was_rounded_to(value, digits, lang):
    shown = number(value, lang, digits)
    assert re.fullmatch(r"-?\d{1,3}([.,]\d{3})*([.,]\d+)?", shown)
    group, point = (".", ",") if lang == "vi" else (",", ".")
    read = Decimal(shown.replace(group, "").replace(point, "."))
    wanted = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    assert read == wanted
    assert len(shown.partition(point)[2]) == digits


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("lang", LANGS)
def test_a_blank_is_said_in_words_and_a_true_zero_in_figures(blank, lang):
    words = {"vi": "chưa có số liệu", "en": "no data yet"}[lang]
    for shown in (number, hectares, percent, date):
        assert shown(blank, lang) == words == no_data(lang)
    assert number(0, lang) == "0"
    assert hectares(0.0, lang)[0] == "0"
    assert percent(0.0, lang)[0] == "0"


def test_units_stand_after_a_no_break_space():
    assert hectares(1234.56) == f"1.234,56{NBSP}ha"
    assert hectares(1234.56, "en") == f"1,234.56{NBSP}ha"
    assert number(110, unit="kV") == f"110{NBSP}kV"
    assert number(None, unit="kV") == "chưa có số liệu"


@pytest.mark.parametrize(
    ("share", "sign", "vi"),
    [
        (0.125, False, f"12,5{NBSP}%"),
        (1.0, False, f"100,0{NBSP}%"),
        (0.0, True, f"0,0{NBSP}%"),
        (0.003, True, f"+0,3{NBSP}%"),
        (-0.04, True, f"-4,0{NBSP}%"),
        (-0.04, False, f"-4,0{NBSP}%"),
        (12.345, False, f"1.234,5{NBSP}%"),
        (0.29, False, f"29,0{NBSP}%"),
    ],
)
def test_a_share_is_a_percentage(share, sign, vi):
    assert percent(share, sign=sign) == vi


@pytest.mark.parametrize("value", [*BLANKS, "", "  ", "\u00a0", "\n"])
def test_what_is_blank(value):
    assert is_blank(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "nan", [], (), np.array([]), {}])
def test_what_is_not_blank(value):
    assert not is_blank(value)


# ---- dates -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-12-31", "31/12/2026"),
        ("2024-08", "08/2024"),
        ("2024", "2024"),
        ("2025-07-01T08:30:00", "01/07/2025"),
        ("2025-07-01 08:30", "01/07/2025"),
        (dt.date(2025, 7, 1), "01/07/2025"),
        (dt.datetime(2025, 7, 1, 23, 59, tzinfo=dt.UTC), "01/07/2025"),
        (pd.Timestamp("2025-10-15"), "15/10/2025"),
        ("quý 3 năm 2024", "quý 3 năm 2024"),
        ("", "chưa có số liệu"),
    ],
)
def test_a_date_is_day_month_year_and_a_partial_one_stays_partial(value, shown):
    assert date(value) == shown


@UNHURRIED
@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_date_reads_back(day):
    assert dt.datetime.strptime(date(day.isoformat()), "%d/%m/%Y").date() == day  # noqa: DTZ007
    assert date(day) == date(day.isoformat())


# ---- texts -----------------------------------------------------------------


def test_an_unknown_key_or_a_missing_value_is_never_shown_bare():
    with pytest.raises(KeyError):
        t("pages.nothing_like_this")
    with pytest.raises(KeyError):
        t("prepare.snapshot")
    assert t("prepare.snapshot", snapshot="{x}") == "Bản dữ liệu: {x}."


def test_the_catalogue_is_read_once():
    assert catalog() is catalog()


# ---- names -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        ("Đoan Hùng", "doan hung"),
        ("ĐOAN  HÙNG ", "doan hung"),
        ("Yên Đồng", "yen dong"),
        ("Hoà", "hoa"),
        ("ươ ƯỜ ẵ ỹ Ỵ", "uo uo a y y"),
    ],
)
def test_fold(value, folded):
    assert fold(value) == fold(nfd(value)) == folded


@UNHURRIED
@given(st.text())
def test_fold_once_is_enough_and_leaves_plain_letters(value):
    folded = fold(value)
    assert fold(folded) == folded
    assert folded.isascii()
    assert folded == folded.lower()
    assert not re.search(r"^\s|\s$|\s\s|[^\S ]", folded)


@given(st.text(max_size=40))
def test_a_long_text_is_folded_as_its_words_are(value):
    rest = " ".join(["rất dài"] * 20)
    assert fold(f"{rest} {value}") == f"{fold(rest)} {fold(value)}".strip()


@UNHURRIED
@given(WORDS)
def test_fold_does_not_mind_case_or_how_marks_are_stored(value):
    assert fold(value.upper()) == fold(value.lower()) == fold(nfd(value)) == fold(value)


@pytest.mark.parametrize(
    ("value", "bare"),
    [
        ("Thị trấn Yên Lạc", "yen lac"),
        ("xã Xã Tắc", "xa tac"),
        ("CCN Bãi Ba 2", "bai ba 2"),
        ("Cụm công nghiệp Bãi Ba 2", "bai ba 2"),
        ("TP. Việt Trì", "viet tri"),
        ("TP Phúc Yên", "phuc yen"),
        ("TX. Phú Thọ", "phu tho"),
        ("Huyện Thanh Ba", "thanh ba"),
        ("tỉnh Hòa Bình", "hoa binh"),
        ("Tam Nông", "tam nong"),
        ("Xã", "xa"),
        ("Thị trấn", "thi tran"),
        ("Xăm Khòe", "xam khoe"),
        ("", ""),
    ],
)
def test_a_bare_name_has_lost_its_kind_and_nothing_else(value, bare):
    assert bare_name(value) == bare


def test_a_kind_written_without_a_space_is_a_kind_too():
    assert bare_name("TP.Việt Trì") == "viet tri"


@UNHURRIED
@given(st.text())
def test_a_bare_name_is_the_end_of_the_folded_one(value):
    assert fold(value).endswith(bare_name(value))
    assert bool(bare_name(value)) == bool(fold(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("HOÀ BÌNH", "Hòa Bình"),
        ("Thuỷ", "Thủy"),
        ("Khoẻ", "Khỏe"),
        ("Xăm Khoè", "Xăm Khòe"),
        ("Tuý", "Túy"),
        ("Yên  Đồng ", "Yên Đồng"),
    ],
)
def test_where_the_tone_stands_is_no_difference(one, other):
    assert same_spelling(one) == same_spelling(other) == same_spelling(nfd(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vân Bán", "Văn Bán"),
        ("Yên Dương", "Yên Dưỡng"),
        ("Quảng Yên", "Quang Yên"),
        ("Đại", "Dại"),
        ("Lương Sơn", "Lượng Sơn"),
        ("Hoà An", "Hoa Àn"),
        ("Cao Sơn", "Cao Son"),
    ],
)
def test_hats_tones_and_syllables_are_a_difference(one, other):
    assert same_spelling(one) != same_spelling(other)


@UNHURRIED
@given(st.sampled_from(NAMES))
def test_same_spelling_once_is_enough(name):
    once = same_spelling(name)
    assert same_spelling(once) == once == same_spelling(name.upper())


def test_no_two_names_of_the_province_fall_together_but_by_the_tone():
    groups: dict[str, set[str]] = {}
    for name in NAMES:
        groups.setdefault(same_spelling(name), set()).add(name)
    for names in groups.values():
        assert len({fold(name) for name in names}) == 1, names


# ---- order -----------------------------------------------------------------


def ordered(words: list[str]) -> bool:
    return sorted(set(words), key=sort_key) == words


def test_letters_are_in_the_order_of_the_alphabet():
    assert ordered(list(PLAIN))
    assert set(string.ascii_lowercase) < set(PLAIN)


@pytest.mark.parametrize("vowel", "aăâeêioôơuưy")
def test_tones_are_in_the_order_ngang_huyen_hoi_nga_sac_nang(vowel):
    assert ordered([nfc(f"b{vowel}{tone}n") for tone in TONES])


@pytest.mark.parametrize(
    "words",
    [
        ["ba", "bà", "bả", "bã", "bá", "bạ", "bac", "bác", "băn", "bân", "ben"],
        ["An", "An Bình", "Ao", "Ăn", "Âu Cơ", "Ba"],
        ["Cao Sơn", "Chân Mộng", "Cự Đồng"],
        ["Da", "Dân Chủ", "Dũng Tiến", "Đà Bắc", "Đại Đồng", "Đan Thượng", "Đoan Hùng", "Em"],
        ["Hà", "Hạ Hòa", "Hải", "Hiền Lương"],
        ["hoa", "hoà", "hòa", "hóa"],
        ["Ta", "Tả", "Tạ", "Tam Nông", "Tân", "Thanh Ba", "Tu Vũ", "Tư"],
        ["Bãi Ba", "Bãi Ba - Đông Thành", "Bãi Ba 2", "Bãi Bằng"],
        ["Quang Yên", "Quảng Yên", "Quy Đức"],
        ["La", "Lá", "Lạc Sơn", "Lai", "Lâm Thao"],
    ],
)
def test_words_are_in_dictionary_order(words):
    assert ordered(words)


@UNHURRIED
@given(WORDS, WORDS)
def test_tones_only_decide_between_equal_letters(one, other):
    def toneless(word: str) -> str:
        return nfc("".join(c for c in nfd(word.lower()) if c not in TONES))

    if toneless(one) != toneless(other):
        assert (sort_key(one) < sort_key(other)) == (
            sort_key(toneless(one)) < sort_key(toneless(other))
        )


@UNHURRIED
@given(WORDS)
def test_order_does_not_mind_how_marks_are_stored(word):
    assert sort_key(nfd(word))[:2] == sort_key(word)[:2] == sort_key(f" {word} ")[:2]


def test_every_two_names_of_the_province_have_an_order():
    keys = {name: sort_key(name) for name in NAMES}
    assert len(set(keys.values())) == len(NAMES)
    initials = [sort_key(name)[0][0] for name in sorted(NAMES, key=sort_key)]
    assert initials == sorted(initials)
    for one, other in combinations(sorted(NAMES, key=sort_key)[:40], 2):
        assert sort_key(one) < sort_key(other)


SPEAKING = (
    "![i](http://beyond.example/i.png)",
    "[x](//beyond.example)",
    "<http://beyond.example>",
    "http://beyond.example/x",
    "HTTPS://beyond.example",
    "www.beyond.example",
    "an@beyond.example",
    ":smile:",
    ":+1:",
    ":100:",
    ":material/home:",
    ":red[x]",
    "$x^2$",
    "a -> b <- c -- d >= e <= f ~= g",
    "# h",
    "1. x",
    "&amp;&#x21;",
    "[^1]",
    "`x`",
    "**b** __c__ ~~d~~",
    "| a | b |",
    "\\",
)
# What the browser's side of Streamlit 1.67 makes of text as it would be shown: GFM's addresses
# (mdast-util-gfm-autolink-literal), shortcodes of emoji, icons and arrows.
TURNED = re.compile(
    r"https?://|www(?=\.)|(?<![^\s\W])[-.\w+]+@[-\w]+\.[-\w]|:[\w+-]+:|:material/\w+:|->|<-|--|[<>~]=",
    re.IGNORECASE,
)


@given(st.lists(st.sampled_from(SPEAKING) | st.text("ab:/@.w-+<>=![]()` ", max_size=9), max_size=5))
def test_what_is_plain_is_read_letter_for_letter_where_markdown_is(parts):
    text = " ".join(["x", *parts, "x"])
    (paragraph_open, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text))
    assert paragraph_open.type == "paragraph_open"
    assert {token.type for token in inline.children} <= {"text", "text_special"}
    shown = "".join(token.content for token in inline.children)
    assert shown.replace("\u2060", "") == text
    assert not TURNED.search(shown)


def test_a_moment_has_its_hour_in_viet_nam():
    """`Quay về bản ngày …` named a day on which several snapshots were made."""
    assert moment("2026-11-30T20:26:05+00:00") == "01/12/2026 03:26"
    assert moment("2026-12-01T03:26:05+07:00") == "01/12/2026 03:26"


def test_a_command_is_said_as_it_can_be_typed_on_this_machine(tmp_path):
    """A plain `python` is not found by Windows, or has none of the packages."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / "other" / ".venv").mkdir(parents=True)
    assert command(tmp_path, tmp_path / ".venv") == ".venv/bin/python -m lib"
    for elsewhere in (tmp_path / "other" / ".venv", Path("/usr")):
        assert command(tmp_path, elsewhere) == "python -m lib"
    here = command(Path(__file__).parents[2], Path(sys.prefix))
    for lang in LANGS:
        said = t("prepare.used_schematic", lang, count="148")
        assert said.endswith(f": {here} prepare.")
        assert catalog()["prepare.used_schematic"][lang].endswith(f": {here} prepare.")
