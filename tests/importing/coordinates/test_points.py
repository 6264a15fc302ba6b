"""Cells as coordinates: metres or degrees, or refused with their row and column."""

import datetime as dt

import numpy as np
import pytest
from coordinatetables import CORNERS, HEAD, SQUARE, levels, only, read, rows

from lib.importing.coordinates.numbers import parse_number
from lib.importing.coordinates.reader import read_coordinate_table


def test_numbers_typed_as_numbers_are_read():
    typed = rows(["Điểm", "X", "Y"], *([i, *corner] for i, corner in enumerate(CORNERS, 1)))
    (parcel,) = read_coordinate_table(typed).parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.points == ("1", "2", "3", "4")


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (["21.32", "21.33", "21.34"], ["105.40", "105.41", "105.40"]),
        ([21.32, 21.33, 21.34], [105.40, 105.41, 105.40]),
        (
            ["21°19'12\"N", "21°19'48\"N", "21°20'24\"N"],
            ["105°24'00\"E", "105°24'36\"E", "105°24'0,0\"E"],
        ),
        (["21 19 12", "21 19 48", "21 20 24,0"], ["105 24 00", "105 24 36,0", "105 24 00"]),
    ],
)
def test_degrees_are_wgs84_with_latitude_first(lat, lon):
    lines = [[i, b, a] for i, (a, b) in enumerate(zip(lat, lon, strict=True), 1)]
    result = read_coordinate_table(rows(["Điểm", "Kinh độ", "Vĩ độ"], *lines))
    (parcel,) = result.parcels
    assert parcel.geographic
    assert parcel.corners == pytest.approx(
        np.array([[21.32, 105.40], [21.33, 105.41], [21.34, 105.40]]), abs=1e-12
    )
    assert parcel.polygon().exterior.coords[0] == pytest.approx((105.40, 21.32), abs=1e-12)
    assert result.stated_epsg == 4326
    assert result.findings == ()


@pytest.mark.parametrize(
    ("cell", "key", "words"),
    [
        ("56l.333,75", "not_a_number", "«56l.333,75» không phải số mét"),
        ("56O333,75", "not_a_number", "«56O333,75»"),
        ("567.3.33,75", "not_a_number", "không phải số mét"),
        ("năm trăm", "not_a_number", "không phải số mét"),
        ("", "missing_point", "điểm «3» thiếu tọa độ"),
        ("NaN", "missing_point", "điểm «3» thiếu tọa độ"),
        (float("nan"), "missing_point", "điểm «3» thiếu tọa độ"),
        (float("inf"), "missing_point", "điểm «3» thiếu tọa độ"),
        ("inf", "missing_point", "điểm «3» thiếu tọa độ"),
        ("105,4009", "degrees", "là số độ"),
        (105.4009, "degrees", "«105,4009» là số độ"),
        ("105°24'03.5\"E", "degrees", "là số độ"),
        ("567.333", "not_metres", "6 hoặc 7 chữ số"),
        ("56733,75", "not_metres", "6 hoặc 7 chữ số"),
        ("-567333,75", "not_metres", "6 hoặc 7 chữ số"),
        ("0", "not_metres", "6 hoặc 7 chữ số"),
        (dt.datetime(2026, 1, 2), "not_a_number", "2026-01-02"),  # noqa: DTZ001
        (True, "not_a_number", "True"),
    ],
)
def test_a_bad_cell_is_refused_with_row_column_and_value(cell, key, words):
    lines = [[i, *corner] for i, corner in enumerate(CORNERS, 1)]
    lines[2][2] = cell
    result = read_coordinate_table(rows(["Điểm", "X (m)", "Tọa độ Y (m)"], *lines))
    finding = only(result, "refused")
    assert finding.key == f"coordinates.{key}"
    assert finding.message().startswith("Tệp bang.xlsx, dòng 4, cột Tọa độ Y (m): ")
    assert words in finding.message()
    assert result.parcels == ()


def test_a_point_with_a_name_and_nothing_else_is_missing():
    result = read(HEAD + SQUARE.replace("3;2.358.617,85;567.333,75;100,00", "3;;;"))
    assert [(f.row, f.column) for f in levels(result, "refused")] == [(4, "X (m)"), (4, "Y (m)")]


@pytest.mark.parametrize(
    ("cell", "words"),
    [("2358517,85", "không phải số độ"), ("21°l9'", "không phải số độ"), ("105°24'E", "cột Vĩ độ")],
)
def test_what_is_no_latitude_is_refused(cell, words):
    text = f"Điểm;Vĩ độ;Kinh độ\n1;{cell};105,40\n2;21,33;105,40\n3;21,33;105,41\n"
    message = only(read(text), "refused").message()
    assert "dòng 2, cột Vĩ độ" in message
    assert words in message


def test_numbers_are_read_by_the_same_rule_everywhere():
    assert parse_number("2.358.517,85") == 2358517.85
