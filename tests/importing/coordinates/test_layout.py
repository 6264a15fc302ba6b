"""Headings of every kind: which column is which, and which columns belong together."""

import pytest
from coordinatetables import CORNERS, HEAD, SQUARE, grid, read, rows

from lib.importing.coordinates.reader import read_coordinate_table


@pytest.mark.parametrize(
    "head",
    [
        ["Số hiệu điểm", "X", "Y", "Chiều dài cạnh (m)"],
        ["Số hiệu mốc", "Tọa độ X (m)", "Tọa độ Y (m)", "Độ dài cạnh"],
        ["STT", "X(m)", "Y(m)", "Khoảng cách (m)"],
        ["Tên điểm", "x (m)", "y (m)", "S (m)"],
        ["Đỉnh", "TỌA ĐỘ X", "TỌA ĐỘ Y", "Cạnh"],
        ["Point", "Northing", "Easting", "Length"],
        ["Điểm", "N", "E", "Cạnh (m)"],
    ],
)
def test_every_heading_gives_northing_easting_and_sides(head):
    result = read_coordinate_table(rows(head, *(line.split(";") for line in SQUARE.splitlines())))
    (parcel,) = result.parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.stated_edges == (100, 100, 100, 100)
    assert (parcel.points, parcel.rows) == (("1", "2", "3", "4"), (2, 3, 4, 5))
    assert result.findings == ()
    assert (parcel.name, parcel.code, parcel.stated_area_ha) == ("", "", None)
    assert not parcel.geographic
    assert result.stated_epsg is None


def test_easting_before_northing_is_put_right_by_its_heading():
    turned = rows(
        ["Point", "Easting", "Northing"], *([i, e, n] for i, (n, e) in enumerate(CORNERS))
    )
    (parcel,) = read_coordinate_table(turned).parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (
            ["Số hiệu điểm", "Tọa độ", "Tọa độ", "Chiều dài cạnh"],
            ["Số hiệu điểm", "X (m)", "Y (m)", "Chiều dài cạnh"],
        ),
        (["Số hiệu điểm", "Tọa độ (m)", None, "Chiều dài cạnh"], [None, "X", "Y", "(m)"]),
        (["STT", "Tọa độ VN-2000", "Tọa độ VN-2000", "Cạnh"], ["", "X", "Y", ""]),
    ],
)
@pytest.mark.parametrize(
    "below", [[], [["(1)", "(2)", "(3)", "(4)"]], [["", "(m)", "(m)", "(m)"]], [[1, 2, 3, 4]]]
)
def test_headings_of_two_rows_and_rows_of_units_or_column_numbers(upper, lower, below):
    lines = [line.split(";") for line in SQUARE.splitlines()]
    result = read_coordinate_table(rows(["BẢNG KÊ"] * 4, upper, lower, *below, *lines))
    (parcel,) = result.parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.stated_edges == (100, 100, 100, 100)
    assert parcel.rows[0] == 4 + len(below)
    assert result.findings == ()


def test_rows_are_counted_from_the_first_row_of_the_grid():
    result = read_coordinate_table(grid(HEAD + SQUARE, first_row=11))
    assert result.parcels[0].rows == (12, 13, 14, 15)


def test_without_a_column_of_names_the_points_are_counted():
    (parcel,) = read_coordinate_table(rows(["X", "Y"], *CORNERS)).parcels
    assert parcel.points == ("1", "2", "3", "4")


def test_metres_are_preferred_where_a_table_gives_both():
    text = "Điểm;X;Y;Vĩ độ;Kinh độ\n" + "".join(
        f"{i};{n};{e};21,3{i};105,4\n" for i, (n, e) in enumerate(CORNERS, 1)
    )
    (parcel,) = read(text).parcels
    assert not parcel.geographic


@pytest.mark.parametrize("alone", ["X", "Y"])
def test_one_column_of_metres_beside_degrees_is_no_pair(alone):
    text = f"Điểm;Vĩ độ;Kinh độ;{alone}\n1;21,32;105,40;7\n2;21,33;105,40;7\n3;21,33;105,41;7\n"
    (parcel,) = read(text).parcels
    assert parcel.geographic
    assert parcel.corners[0].tolist() == [21.32, 105.40]
