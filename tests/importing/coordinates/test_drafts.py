"""How an outline grows: its first corner again, one corner twice, numbers that jump."""

import pytest
from coordinatetables import CLOSE, HEAD, OTHER, SQUARE, levels, only, read


def test_a_corner_given_twice_is_left_out_and_said():
    twice = SQUARE.replace("3;", "2;2.358.617,85;567.233,75;\n3;")
    result = read(HEAD + twice)
    assert result.parcels[0].rows == (2, 3, 5, 6)
    message = only(result, "mended").message()
    assert "dòng 4: điểm «2» trùng tọa độ với dòng 3" in message


def test_the_first_corner_given_twice_at_once_closes_nothing():
    result = read(HEAD + CLOSE + SQUARE)
    assert [p.rows for p in result.parcels] == [(2, 4, 5, 6)]
    assert result.parcels[0].stated_edges == (100, 100, 100, 100)


def test_a_closing_point_given_twice_is_left_out():
    result = read(HEAD + SQUARE + CLOSE + CLOSE)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5)]
    assert [f.row for f in levels(result, "mended")] == [6, 7]


def test_a_bad_first_point_still_closes_its_parcel():
    result = read(HEAD + SQUARE.replace("1;2.358", "1;2.35b") + CLOSE + OTHER)
    assert [p.rows for p in result.parcels] == [(7, 8, 9, 10)]
    assert only(result, "refused").row == 2


@pytest.mark.parametrize("prefix", ["", "M", "Đ", "R-"])
def test_a_jump_in_the_numbers_is_asked_about(prefix):
    text = "".join(
        f"{prefix}{n}{line[1:]}\n"
        for n, line in zip((1, 2, 4, 5), SQUARE.splitlines(), strict=True)
    )
    result = read(HEAD + text)
    assert f"dòng 4: sau điểm {prefix}2 là điểm {prefix}4" in only(result, "ask").message()
    assert len(result.parcels) == 1


@pytest.mark.parametrize("names", ["4321", "ABCD", ["1", "2", "2A", "3"], ["7", "8", "9", "10"]])
def test_names_in_another_order_are_no_jump(names):
    text = "".join(f"{n}{line[1:]}\n" for n, line in zip(names, SQUARE.splitlines(), strict=True))
    result = read(HEAD + text)
    assert result.parcels[0].points == tuple(names)
    assert result.findings == ()
