"""Cells as offices write them: every spelling of a number, a day, an hour, a code."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.importing.sheets import cells
from lib.language.findings import Finding
from lib.language.text import LANGS, number
from lib.tables import registry, schemas

HA = frozenset({"ha"})
ANY_CELL = st.one_of(
    st.none(),
    st.text(),
    st.text("0123456789.,/-: hngàyđếtừ%'"),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(timezones=st.none() | st.just(dt.UTC)),
    st.dates(),
    st.times(),
)
COLUMNS = [
    (table, column) for table in registry.imported() for column in schemas.ALL_TABLES[table].columns
]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (69.42, 69.42),
        (75, 75.0),
        ("1.028,78", 1028.78),
        ("1 028,78", 1028.78),
        ("1\u00a0028,78", 1028.78),
        ("1\u202f028,78", 1028.78),
        ("1,028.78", 1028.78),
        ("1.234.567", 1234567.0),
        ("1.234.567,8", 1234567.8),
        ("69,42", 69.42),
        ("69.42", 69.42),
        ("0.123", 0.123),
        ("1,234", 1.234),
        ("1234.567", 1234.567),
        ("69,42 ha", 69.42),
        ("69,42ha", 69.42),
        ("-1,5", -1.5),
        ("\u22121,5", -1.5),
    ],
)
def test_a_number_in_every_spelling(cell, value):
    assert cells.number(cell, units=HA) == cells.Value(value)


@pytest.mark.parametrize(
    "cell",
    ["khoảng 50", ">50", "50-60", "1.23.456", "1 2", "12,34,56", "56l23", "1e5", "--3", "5 m2",
     "9" * 400, float("inf"), 1e300, True, dt.date(2025, 1, 1), dt.time(5)],
)  # fmt: skip
def test_what_is_no_number_is_refused(cell):
    assert cells.number(cell, units=HA).level == "refused"
    assert cells.number(cell, whole=True).level == "refused"


def test_a_single_group_is_a_thousand_only_where_numbers_are_whole():
    refused = cells.number("1.234")
    assert refused.key == "cells.ambiguous_number"
    assert refused.values == {"value": "1.234", "plain": "1234", "comma": "1,234"}
    assert cells.number("1.234", whole=True).value == 1234
    assert cells.number("1,234", whole=True).value == 1234
    assert cells.number("12,0", whole=True).value == 12
    assert cells.number("12,5", whole=True).key == "cells.not_whole"
    assert cells.number(12.5, whole=True).key == "cells.not_whole"


def test_the_rest_of_a_column_says_what_its_points_are():
    assert cells.decimal_sign(["69.42", "1.234", 5.5, None, "?"]) == "."
    assert cells.decimal_sign(["1.028,78"]) == ","
    assert cells.decimal_sign(["1.234", "1,234"]) == ""
    assert cells.decimal_sign(["69.42", "69,42"]) == ""
    assert cells.number("1.234", decimal=".").value == 1.234
    assert cells.number("1.234", decimal=",").value == 1234
    assert cells.number("1,234", decimal=".").value == 1234


def test_degrees_have_no_thousands():
    assert cells.read_cell("105.319", "communes", "lon").value == 105.319
    assert cells.read_cell("105,319", "communes", "lon").value == 105.319


def test_percent_and_units_come_off_and_a_share_is_asked():
    assert cells.read_cell("85 %", "clusters", "occupancy_pct").value == 85
    assert cells.read_cell("53 hộ", "weak_supply", "households").value == 53
    assert cells.read_cell("14.316 người", "communes", "population").value == 14316
    share = cells.read_cell(0.85, "clusters", "occupancy_pct")
    assert (share.level, share.value) == ("ask", 0.85)
    other = cells.read_cell("694200 m2", "clusters", "area_ha")
    assert (other.level, other.key, other.values["unit"]) == ("refused", "cells.other_unit", "m2")


@given(st.decimals(-999_999, 999_999, places=2), st.sampled_from(["vi", "en"]))
def test_a_number_shown_on_a_page_is_read_back(value, lang):
    shown = number(float(value), lang, 2)
    assert cells.number(shown).value == pytest.approx(float(value))
    assert cells.number(f"{shown} ha", units=HA).value == pytest.approx(float(value))
    assert cells.number(shown.replace(".", " ").replace(",", " ", 0)).level in (None, "refused")


@given(st.integers(-(10**14), 10**14))
def test_a_whole_number_is_read_back_in_either_notation(value):
    for shown in (
        str(value),
        f"{value:,}",
        f"{value:,}".replace(",", "."),
        f"{value:,}".replace(",", " "),
    ):
        assert cells.number(shown, whole=True).value == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("15/10/2025", "2025-10-15"),
        ("5-1-2025", "2025-01-05"),
        ("5.1.2025", "2025-01-05"),
        ("ngày 15 tháng 10 năm 2025", "2025-10-15"),
        ("2025-10-15", "2025-10-15"),
        ("2025-10-15T07:30:00", "2025-10-15"),
        (dt.datetime(2025, 10, 15), "2025-10-15"),  # noqa: DTZ001
        (dt.date(2025, 10, 15), "2025-10-15"),
        ("tháng 10/2025", "2025-10"),
        ("Tháng 10 năm 2025", "2025-10"),
        ("10/2025", "2025-10"),
        ("2025-10", "2025-10"),
        ("2025", "2025"),
        ("năm 2025", "2025"),
        (2025, "2025"),
        (2025.0, "2025"),
    ],
)
def test_a_day_in_every_spelling(cell, value):
    assert cells.when(cell, "day") == cells.Value(value)


@pytest.mark.parametrize(
    "cell",
    [
        "10/15/2025",
        "31/2/2025",
        "15/10/25",
        "13/2025",
        "quý IV/2025",
        "hôm qua",
        "1820",
        7.5,
        dt.time(5),
    ],
)
def test_what_is_no_day_is_refused(cell):
    assert cells.when(cell, "day").key == "cells.not_a_date"


def test_a_bare_number_of_days_is_mended_and_told():
    read = cells.when(45945, "day")
    assert (read.value, read.level, read.values["became"]) == ("2025-10-15", "mended", "15/10/2025")
    read = cells.when(45945.3125, "moment")
    assert (read.value, read.level) == (dt.datetime(2025, 10, 15, 7, 30), "mended")  # noqa: DTZ001


def at(hour, minute=0, day=28):
    return dt.datetime(2026, 8, day, hour, minute)  # noqa: DTZ001 local


@pytest.mark.parametrize(
    ("cell", "start", "until"),
    [
        ("05:00:00 ngày 28/08/2026", at(5), None),
        ("05h00 ngày 28/8/2026", at(5), None),
        ("7h30 28/8/2026", at(7, 30), None),
        ("7h 28/8/2026", at(7), None),
        ("28/8/2026 7:30", at(7, 30), None),
        ("5 giờ 30 phút ngày 28 tháng 8 năm 2026", at(5, 30), None),
        ("2026-08-28T07:30", at(7, 30), None),
        ("2026-08-28 07:30:00", at(7, 30), None),
        ("24h00 ngày 28/8/2026", at(0, day=29), None),
        ("từ 05h00 đến 11h30 ngày 28/8/2026", at(5), at(11, 30)),
        ("Từ 07:30:00 ngày 28/08/2026 đến 11:00:00 ngày 29/08/2026", at(7, 30), at(11, day=29)),
        ("28/8/2026: 5h00 - 11h30", at(5), at(11, 30)),
    ],
)
def test_an_hour_in_every_spelling(cell, start, until):
    assert cells.when(cell, "moment") == cells.Value(start, until=until)


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("28/8/2026", "cells.no_hour"),
        ("05h00", "cells.no_day"),
        (dt.time(5), "cells.no_day"),
        (0.25, "cells.no_day"),
        ("25h00 28/8/2026", "cells.not_a_moment"),
        ("7:30 PM 28/8/2026", "cells.not_a_moment"),
        ("7,5h 28/8/2026", "cells.not_a_moment"),
        ("từ 0h đến 1h và từ 16h30 đến 17h30 ngày 28/8/2026", "cells.not_a_moment"),
        ("đến 11h30 từ 5h00 28/8/2026", "cells.not_a_moment"),
        ("sáng mai", "cells.not_a_moment"),
    ],
)
def test_what_is_no_hour_of_a_day_is_refused(cell, key):
    assert cells.when(cell, "moment").key == key


def test_midnight_of_a_workbook_is_read_and_asked():
    read = cells.when(dt.date(2026, 8, 28), "moment")
    assert (read.value, read.level, read.key) == (at(0), "ask", "cells.midnight")
    assert read.values == {"value": "28/08/2026"}


@pytest.mark.parametrize(
    "cell", ["2026-08-28T00:30:00Z", "2026-08-28 07:30+07:00", "2026-08-28T02:30:00+02:00"]
)
def test_a_zone_is_converted_and_told(cell):
    read = cells.when(cell, "moment")
    assert (read.value, read.level, read.key) == (at(7, 30), "mended", "cells.zone")
    assert read.values == {"value": cell, "became": "07:30 28/08/2026"}


def test_an_hour_alone_stands_on_the_day_given():
    on = dt.date(2026, 8, 28)
    for cell in ("5h00", "05:00", dt.time(5), 5 / 24):
        assert cells.when(cell, "moment", on=on).value == at(5)
    assert cells.when("5h00-11h30", "moment", on=on).until == at(11, 30)


@given(st.datetimes(dt.datetime(1905, 1, 1), dt.datetime(2099, 12, 31)))  # noqa: DTZ001
def test_a_moment_is_read_back(moment):
    moment = moment.replace(second=0, microsecond=0)
    day = f"{moment.day}/{moment.month}/{moment.year}"
    for shown in (
        f"{moment:%H:%M:%S} ngày {day}",
        f"{moment:%Hh%M} {day}",
        moment.isoformat(),
        moment,
    ):
        assert cells.when(shown, "moment").value == moment
    assert cells.when(day, "day").value == moment.date().isoformat()
    assert cells.when(f"tháng {moment.month}/{moment.year}", "month").value == f"{moment:%Y-%m}"


def test_a_month_is_a_month_or_its_first_day():
    for cell in ("2025-10", "10/2025", "tháng 10 năm 2025", "1/10/2025", dt.date(2025, 10, 1)):
        assert cells.when(cell, "month").value == "2025-10"
    for cell in ("2025", "15/10/2025", "tháng mười", 10):
        assert cells.when(cell, "month").key == "cells.not_a_month"


def test_a_code_goes_by_itself_or_by_its_words():
    for cell in ("operating", "đang hoạt động", "ĐANG HOẠT ĐỘNG", "Dang hoat dong", "Operating"):
        assert cells.code(cell, "operation_status").value == "operating"
    assert cells.code("tỉnh Phú Thọ", "province").value == "Phú Thọ"
    assert cells.code("Phú Thọ (cũ)", "province").value == "Phú Thọ"
    assert cells.code("không rõ", "operation_status").value == "unknown"
    assert cells.code("không rõ", "decision_kind") == cells.Value()
    assert cells.code("chưa có", "wastewater").value == "none"
    assert cells.code("planned (actual differs)", "planned").value == "planned"
    assert cells.code("Sự cố", "planned").value == "unplanned"
    wrong = cells.code("hư hỏng", "wastewater")
    assert wrong.level == "refused"
    assert "có nhưng dừng (stopped)" in wrong.values["codes"]


@pytest.mark.parametrize("codes", sorted(schemas.CODES))
def test_every_word_of_the_glossary_is_read_as_its_code(codes):
    for code in schemas.CODES[codes]:
        assert cells.code(code, codes).value == code
        for lang in LANGS:
            words = schemas.value_label(codes, code, lang)
            twins = [
                c for c in schemas.CODES[codes] if schemas.value_label(codes, c, lang) == words
            ]
            assert cells.code(words, codes).value == (code if len(twins) == 1 else None)


def test_commune_codes_keep_their_zero():
    assert cells.commune_code("08434") == cells.Value("08434")
    assert cells.commune_code("'08434").value == "08434"
    for cell in (8434, 8434.0, "8434"):
        read = cells.commune_code(cell)
        assert (read.value, read.level) == ("08434", "mended")
    for cell in (843, 84.5, "xã Yên Kỳ", True):
        assert cells.commune_code(cell).level == "refused"


def test_words_for_nothing_are_blanks():
    for cell in (
        None,
        "",
        " ",
        "-",
        "—",
        "–",
        "n/a",
        "N/A",
        "chưa có số liệu",
        "không rõ",
        "\u200b",
        float("nan"),
    ):
        for table, column in (
            ("clusters", "area_ha"),
            ("clusters", "investor"),
            ("outages", "end"),
        ):
            assert cells.read_cell(cell, table, column) == cells.Value(), (cell, column)
    assert not cells.blank(0)
    assert cells.read_cell(0, "clusters", "area_ha").value == 0


def test_text_loses_the_guard_of_our_export_and_hidden_characters():
    assert cells.free_text("'=1+1").value == "=1+1"
    assert cells.free_text("'-5 kV").value == "-5 kV"
    assert cells.free_text("'tên'").value == "'tên'"
    assert cells.free_text("A\u200bB\x00\nC").value == "AB C"
    assert cells.free_text(12.0).value == "12"
    asked = cells.free_text(dt.datetime(2025, 12, 10))  # noqa: DTZ001
    assert (asked.level, asked.value) == ("ask", "10/12/2025")


def test_flags_and_voltages():
    assert [cells.flag(c).value for c in (True, "có", "x", 1, "0", "Không", False)] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip
    assert cells.flag("có thể").level == "refused"
    for cell, value in (
        (110, "110"),
        ("220/110 kV", "220/110"),
        ("110kV", "110"),
        ("500/220/35", "500/220/35"),
    ):
        assert cells.voltage(cell).value == value
    assert cells.voltage(dt.date(2025, 10, 22)).level == "refused"


@given(ANY_CELL, st.sampled_from(COLUMNS), st.sampled_from(["", ".", ","]))
def test_no_cell_raises_and_every_refusal_has_its_sentence(cell, where, decimal):
    value = cells.read_cell(cell, *where, decimal=decimal, on=dt.date(2026, 8, 28))
    assert (value.level == "refused") <= (value.value is None)
    if value.level:
        finding = Finding(value.level, value.key, dict(value.values), "tệp", 2, "cột")
        assert all("tệp" in finding.message(lang) for lang in LANGS)
