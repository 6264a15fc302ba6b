import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from lib.coordinates import (
    is_coordinate_table,
    parse_number,
    read_coordinate_csv,
    read_coordinate_table,
)
from lib.errors import DataRefusedError
from lib.grid import Grid
from lib.text import number

HEAD = "Số hiệu điểm;X (m);Y (m);Chiều dài cạnh (m)\n"
SQUARE = (
    "1;2.358.517,85;567.233,75;100,00\n"
    "2;2.358.617,85;567.233,75;100,00\n"
    "3;2.358.617,85;567.333,75;100,00\n"
    "4;2.358.517,85;567.333,75;100,00\n"
)
CLOSE = "1;2.358.517,85;567.233,75;\n"
CORNERS = [
    (2358517.85, 567233.75),
    (2358617.85, 567233.75),
    (2358617.85, 567333.75),
    (2358517.85, 567333.75),
]
OTHER = SQUARE.replace("567.", "568.")


def table(tmp_path, text, name="bang.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def grid(text, first_row=1):
    lines = [line.split(";") for line in text.splitlines()]
    width = max(map(len, lines))
    return rows(*(line + [None] * (width - len(line)) for line in lines), first_row=first_row)


def rows(*cells, first_row=1):
    return Grid(
        "bang.xlsx", "", tuple(tuple(c if c != "" else None for c in r) for r in cells), first_row
    )


def read(text):
    return read_coordinate_table(grid(text))


def levels(result, level):
    return [f for f in result.findings if f.level == level]


def only(result, level):
    (one,) = levels(result, level)
    return one


# ------------------------------------------------------------- one file, one outline


def test_a_square_of_one_hectare_in_vn2000_keeps_its_corners(tmp_path):
    outline = read_coordinate_csv(table(tmp_path, HEAD + SQUARE), epsg=9208)
    back = Transformer.from_crs(4326, 9208, always_xy=True)
    east, north = back.transform(*outline.polygon.exterior.coords[0])
    assert (north, east) == pytest.approx((2358517.85, 567233.75), abs=0.002)
    assert len(outline.points) == 4
    assert outline.mismatches == ()


def test_the_first_point_repeated_at_the_end_is_the_same_outline(tmp_path):
    closed = table(tmp_path, HEAD + SQUARE + CLOSE, "closed.csv")
    opened = table(tmp_path, HEAD + SQUARE)
    assert read_coordinate_csv(closed, epsg=9208) == read_coordinate_csv(opened, epsg=9208)


def test_lines_above_the_heading_and_plain_commas_are_read(tmp_path):
    text = "BẢNG KÊ TỌA ĐỘ\nKinh tuyến trục 104°45'\n" + (HEAD + SQUARE).replace(",", ".")
    text = text.replace("2.358.", "2358").replace("567.2", "5672").replace("567.3", "5673")
    outline = read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert len(outline.points) == 4


def test_a_side_two_centimetres_off_is_named(tmp_path):
    text = HEAD + SQUARE.replace("333,75;100,00\n4", "333,75;100,03\n4")
    (wrong,) = read_coordinate_csv(table(tmp_path, text), epsg=9208).mismatches
    assert (wrong.start, wrong.end, wrong.stated_m, wrong.row) == ("3", "4", 100.03, 4)


def test_a_letter_in_a_number_is_refused_with_row_and_column(tmp_path):
    path = table(tmp_path, HEAD + SQUARE.replace("567.333,75;100,00\n4", "56l.333,75;100,00\n4"))
    with pytest.raises(DataRefusedError) as refused:
        read_coordinate_csv(path, epsg=9208)
    assert "dòng 4, cột Y" in refused.value.message()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a;b\n1;2\n", "coordinates.no_heading"),
        ("", "coordinates.no_heading"),
        (HEAD + CLOSE, "coordinates.too_few"),
        (HEAD, "coordinates.too_few"),
        (HEAD + SQUARE + "Thửa 2\n" + OTHER, "coordinates.several"),
    ],
)
def test_what_is_no_single_outline_is_refused(tmp_path, text, key):
    with pytest.raises(DataRefusedError) as refused:
        read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert refused.value.key == key
    assert "bang.csv" in refused.value.message()


def test_degrees_in_a_file_need_no_zone(tmp_path):
    text = "Điểm;Vĩ độ;Kinh độ\n1;21,32;105,40\n2;21,33;105,40\n3;21,33;105,41\n"
    outline = read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert outline.polygon.bounds == pytest.approx((105.40, 21.32, 105.41, 21.33), abs=1e-12)


# ------------------------------------------------------------- headings


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


def test_numbers_typed_as_numbers_are_read():
    typed = rows(["Điểm", "X", "Y"], *([i, *corner] for i, corner in enumerate(CORNERS, 1)))
    (parcel,) = read_coordinate_table(typed).parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.points == ("1", "2", "3", "4")


def test_without_a_column_of_names_the_points_are_counted():
    (parcel,) = read_coordinate_table(rows(["X", "Y"], *CORNERS)).parcels
    assert parcel.points == ("1", "2", "3", "4")


# ------------------------------------------------------------- several parcels


@pytest.mark.parametrize("title", ["Thửa 2", "Khu 2", "Cụm công nghiệp Ấm Hạ", "Lô B", "Đồi chè"])
@pytest.mark.parametrize("merged", [True, False])
def test_a_title_row_begins_a_parcel_with_its_name(title, merged):
    row = ";".join([title] * 4 if merged else [title]) + "\n"
    result = read("Thửa 1\n" + HEAD + SQUARE + row + OTHER)
    assert [(p.name, len(p.points)) for p in result.parcels] == [("Thửa 1", 4), (title, 4)]
    assert result.findings == ()


def test_a_title_row_begins_a_parcel_though_the_numbers_go_on():
    more = "".join(f"{i + 4}{line[1:]}\n" for i, line in enumerate(OTHER.splitlines(), 1))
    result = read(HEAD + "Thửa 1\n" + SQUARE + "Thửa 2\n" + more)
    assert [p.points for p in result.parcels] == [("1", "2", "3", "4"), ("5", "6", "7", "8")]


def test_a_note_between_rows_of_one_numbering_is_no_parcel():
    first, second = SQUARE[: SQUARE.index("3;")], SQUARE[SQUARE.index("3;") :]
    result = read(HEAD + first + "Xem tiếp trang sau\n" + second)
    assert [p.points for p in result.parcels] == [("1", "2", "3", "4")]
    assert [p.name for p in result.parcels] == [""]


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Tên thửa", ("name", "name")),
        ("Cụm", ("name", "name")),
        ("Khu", ("name", "name")),
        ("Mã cụm", ("code", "code")),
        ("cluster_id", ("code", "code")),
    ],
)
@pytest.mark.parametrize("filled", [True, False])
def test_a_column_tells_parcels_apart(heading, names, filled):
    lines = [
        [(code if filled or i == 0 else ""), *line.split(";")[:3]]
        for code, text in (("A-1", SQUARE), ("A-2", OTHER))
        for i, line in enumerate(text.splitlines())
    ]
    result = read_coordinate_table(rows([heading, "Điểm", "X", "Y"], *lines))
    assert [getattr(p, names[0]) for p in result.parcels] == ["A-1", "A-2"]
    assert [len(p.points) for p in result.parcels] == [4, 4]
    assert result.findings == ()


def test_name_and_code_may_stand_side_by_side():
    lines = [["C1", "Ấm Hạ", *line.split(";")[:3]] for line in (SQUARE + CLOSE).splitlines()]
    (parcel,) = read_coordinate_table(rows(["Mã cụm", "Tên cụm", "Điểm", "X", "Y"], *lines)).parcels
    assert (parcel.code, parcel.name) == ("C1", "Ấm Hạ")


def test_a_repeated_heading_begins_a_parcel():
    result = read(HEAD + SQUARE + HEAD + OTHER)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]
    assert result.findings == ()


def test_a_repeated_heading_under_numbers_that_go_on_is_asked_about():
    more = "".join(f"{i + 4}{line[1:]}\n" for i, line in enumerate(OTHER.splitlines(), 1))
    result = read(HEAD + SQUARE + HEAD + more)
    assert len(result.parcels) == 2
    message = only(result, "ask").message()
    assert "dòng 7" in message
    assert "điểm 4, rồi 5" in message


def test_titles_between_repeated_headings_name_the_parcels():
    result = read("Thửa 1\n" + HEAD + SQUARE + "\nThửa 2\n" + HEAD + OTHER)
    assert [p.name for p in result.parcels] == ["Thửa 1", "Thửa 2"]


def test_a_repeated_heading_of_two_rows_leaves_no_title():
    head = "Điểm;Tọa độ;Tọa độ;Cạnh\nĐiểm;X;Y;Cạnh\n"
    result = read(head + SQUARE + head + OTHER)
    assert [p.name for p in result.parcels] == ["", ""]
    assert result.findings == ()


def test_a_blank_row_and_numbers_that_start_anew_begin_a_parcel():
    result = read(HEAD + SQUARE + ";;;\n" + OTHER)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]
    assert result.findings == ()


def test_a_blank_row_alone_begins_nothing():
    first, second = SQUARE[: SQUARE.index("3;")], SQUARE[SQUARE.index("3;") :]
    (parcel,) = read(HEAD + first + ";;;\n\n" + second + ";;;\n" + CLOSE).parcels
    assert parcel.points == ("1", "2", "3", "4")


def test_numbers_that_start_anew_begin_a_parcel_without_a_blank_row():
    assert [p.rows for p in read(HEAD + SQUARE + OTHER).parcels] == [(2, 3, 4, 5), (6, 7, 8, 9)]


@pytest.mark.parametrize("again", ["1", "5", ""])
def test_the_repeated_first_point_closes_a_parcel_and_the_next_row_begins_another(again):
    close = again + CLOSE[1:]
    result = read(HEAD + SQUARE + close + OTHER + close.replace("567.", "568."))
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]
    assert [f.row for f in levels(result, "mended")] == [6, 11]
    message = levels(result, "mended")[1].message()
    assert "dòng 11" in message
    assert "dòng 7" in message
    assert levels(result, "ask") == []


def test_the_next_parcel_may_begin_where_the_last_one_closed():
    next_one = CLOSE + "2;2.358.417,85;567.233,75;\n3;2.358.417,85;567.133,75;\n" + CLOSE
    result = read(HEAD + SQUARE + CLOSE + next_one)
    assert [len(p.points) for p in result.parcels] == [4, 3]


def test_two_blocks_side_by_side_are_read_left_block_first():
    text = (
        "Số hiệu;X;Y;Số hiệu;X;Y\n"
        "1;2.358.517,85;567.233,75;3;2.358.617,85;567.333,75\n"
        "2;2.358.617,85;567.233,75;4;2.358.517,85;567.333,75\n"
        ";;;1;2.358.517,85;567.233,75\n"
    )
    (parcel,) = read(text).parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.rows == (2, 3, 2, 3)


def test_two_blocks_may_hold_two_parcels():
    left, right = (SQUARE + CLOSE).splitlines(), OTHER.splitlines()
    lines = [f"{a};{b}" for a, b in zip(left, [*right, ";;;"], strict=True)]
    head = HEAD.strip() + ";" + HEAD
    result = read(head + "\n".join(lines))
    assert [len(p.points) for p in result.parcels] == [4, 4]
    assert result.parcels[1].corners[0].tolist() == [2358517.85, 568233.75]


def test_a_parcel_after_a_blank_row_may_begin_at_the_same_corner():
    result = read(HEAD + SQUARE + "\n" + SQUARE)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]


def test_a_parcel_after_a_blank_row_may_begin_at_the_last_corner_of_the_one_before():
    turned = [line[1:] for line in SQUARE.splitlines()]
    moved = "".join(f"{n}{line}\n" for n, line in enumerate(turned[3:] + turned[:3], 1))
    result = read(HEAD + SQUARE + "\n" + moved)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]


def test_a_title_across_both_blocks_divides_the_table():
    def two(text):
        one, two, three, four = text.splitlines()
        return f"{one};{three}\n{two};{four}\n"

    title = ";".join(["Thửa 2"] * 8) + "\n"
    result = read(HEAD.strip() + ";" + HEAD + two(SQUARE) + title + two(OTHER))
    assert [(p.name, p.rows) for p in result.parcels] == [
        ("", (2, 3, 2, 3)),
        ("Thửa 2", (5, 6, 5, 6)),
    ]


def test_two_pairs_of_columns_for_one_point_are_refused():
    result = read("Điểm;X;Y;X;Y\n1;2358517;567233;2358431;541298\n")
    message = only(result, "refused").message()
    assert "dòng 1" in message
    assert "2 cặp cột" in message
    assert result.parcels == ()


# ------------------------------------------------------------- what stands around


@pytest.mark.parametrize(
    ("titles", "epsg"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°\n", 9208),
        ("BẢNG KÊ\nHệ tọa độ VN-2000\nKTT 105-00\nMúi chiếu 3 độ\n", 5897),
        ("Kinh tuyến trục 106°\n", 9211),
        ("104d45\n", 9208),
        ("UTM 48N múi 6\n", 3405),
        ("BẢNG KÊ TỌA ĐỘ VN-2000\n", None),
    ],
)
def test_the_zone_is_the_one_the_titles_state(titles, epsg):
    result = read(titles + HEAD + SQUARE)
    assert result.stated_epsg == epsg
    assert result.findings == ()


def test_the_zone_may_stand_in_the_heading():
    head = "Điểm;Tọa độ VN-2000 KTT 104-45;Tọa độ VN-2000 KTT 104-45;Cạnh\nĐiểm;X;Y;Cạnh\n"
    assert read(head + SQUARE).stated_epsg == 9208


@pytest.mark.parametrize(
    ("titles", "epsg", "words"),
    [
        ("KTT 105-00\n", 5897, "không ghi múi chiếu"),
        ("KTT 104-45, tham khảo KTT 106-00\n", None, "104°45', 106°00'"),
        ("Kinh tuyến trục 105°45'\n", None, "105°45'"),
        ("Hệ tọa độ WGS 84\n", None, "WGS 84"),
    ],
)
def test_an_unclear_zone_is_asked_about(titles, epsg, words):
    result = read(titles + HEAD + SQUARE)
    assert result.stated_epsg == epsg
    assert words in only(result, "ask").message()


@pytest.mark.parametrize(
    ("row", "hectares"),
    [
        ("Diện tích: 69,42 ha", 69.42),
        ("Diện tích: 69,42 ha;Diện tích: 69,42 ha;Diện tích: 69,42 ha", 69.42),
        ("Diện tích;69,42;ha", 69.42),
        ("Diện tích (m²);694.200", 69.42),
        ("S = 10.000 m2", 1),
        ("Tổng diện tích: 1,0 ha", 1),
        ("Tổng;;;400,00", None),
        ("Tổng cộng;;;400,00", None),
        ("Chu vi: 400 m", None),
        ("Phú Thọ, ngày 12 tháng 10 năm 2026", None),
        (";Người lập;;Giám đốc", None),
        ("Người đo vẽ: Nguyễn Văn A", None),
    ],
)
def test_rows_under_the_table_are_passed_over_but_the_area_is_kept(row, hectares):
    result = read(HEAD + SQUARE + row + "\n")
    (parcel,) = result.parcels
    assert parcel.stated_area_ha == hectares
    assert len(parcel.points) == 4
    assert result.findings == ()


def test_each_parcel_keeps_its_own_area():
    text = "Thửa 1\n" + SQUARE + "Diện tích: 1,0 ha\nThửa 2 (diện tích 1,1 ha)\n" + OTHER
    result = read("Tổng diện tích 2,1 ha\n" + HEAD + text + "Tổng diện tích 2,1 ha\n")
    assert [(p.name, p.stated_area_ha) for p in result.parcels] == [
        ("Thửa 1", 1.0),
        ("Thửa 2", 1.1),
    ]


def test_a_total_of_several_parcels_belongs_to_none():
    result = read("Diện tích: 2 ha\n" + HEAD + SQUARE + "\n" + OTHER + "Tổng diện tích: 2 ha\n")
    assert [p.stated_area_ha for p in result.parcels] == [None, None]


def test_a_total_under_each_parcel_is_its_own():
    one, other = "Tổng diện tích khu A: 1,0 ha\n", "Tổng diện tích khu B: 1,1 ha\n"
    result = read(HEAD + "Khu A\n" + SQUARE + one + "Khu B\n" + OTHER + other)
    assert [p.stated_area_ha for p in result.parcels] == [1.0, 1.1]


def test_the_name_of_the_cluster_is_taken_from_the_title():
    (parcel,) = read("BẢNG KÊ TỌA ĐỘ CỤM CÔNG NGHIỆP ẤM HẠ\n" + HEAD + SQUARE).parcels
    assert parcel.name == "CỤM CÔNG NGHIỆP ẤM HẠ"


# ------------------------------------------------------------- degrees


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


def test_sides_of_degrees_are_not_checked():
    text = "Điểm;Vĩ độ;Kinh độ;Cạnh\n1;21,32;105,40;5\n2;21,33;105,40;5\n3;21,33;105,41;5\n"
    result = read(text)
    assert result.parcels[0].stated_edges == (5, 5, 5)
    assert result.parcels[0].edges_off() == ()
    assert result.findings == ()


def test_degrees_of_vn2000_are_not_taken_for_wgs84():
    result = read(
        "Hệ tọa độ VN-2000\nĐiểm;Vĩ độ;Kinh độ\n1;21,32;105,40\n2;21,33;105,40\n3;21,33;105,41\n"
    )
    assert result.stated_epsg is None
    assert "VN-2000" in only(result, "ask").message()


def test_metres_are_preferred_where_a_table_gives_both():
    text = "Điểm;X;Y;Vĩ độ;Kinh độ\n" + "".join(
        f"{i};{n};{e};21,3{i};105,4\n" for i, (n, e) in enumerate(CORNERS, 1)
    )
    (parcel,) = read(text).parcels
    assert not parcel.geographic


# ------------------------------------------------------------- refusals


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


def test_all_bad_cells_are_reported_and_the_good_parcel_is_kept():
    bad = SQUARE.replace("2;2.358.617,85", "2;2.358.6l7,85").replace("4;2.358.517,85", "4;NaN")
    result = read(HEAD + "Thửa 1\n" + bad + CLOSE + "Thửa 2\n" + OTHER)
    assert [(f.row, f.column) for f in levels(result, "refused")] == [(4, "X (m)"), (6, "X (m)")]
    assert [p.name for p in result.parcels] == ["Thửa 2"]


def test_a_bad_first_point_still_closes_its_parcel():
    result = read(HEAD + SQUARE.replace("1;2.358", "1;2.35b") + CLOSE + OTHER)
    assert [p.rows for p in result.parcels] == [(7, 8, 9, 10)]
    assert only(result, "refused").row == 2


def test_fewer_than_three_corners_are_refused_by_name():
    two = "\n".join(OTHER.splitlines()[:2])
    result = read(HEAD + "Thửa 1\n" + SQUARE + "Thửa 2\n" + two)
    assert [p.name for p in result.parcels] == ["Thửa 1"]
    message = only(result, "refused").message()
    assert "dòng 8" in message
    assert "«Thửa 2» chỉ có 2 điểm" in message


def test_one_name_at_two_places_is_refused():
    result = read(HEAD + SQUARE + "1;2.358.517,85;567.243,75;\n")
    message = only(result, "refused").message()
    assert "dòng 6: điểm «1» có tọa độ khác với dòng 2" in message
    assert result.parcels == ()


def test_a_sheet_without_a_heading_is_refused():
    result = read("a;b\n1;2\n")
    assert "bang.xlsx" in only(result, "refused").message()
    assert result.parcels == ()


# ------------------------------------------------------------- mended and asked


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


def test_a_side_off_by_more_than_two_centimetres_is_asked_about():
    result = read(HEAD + SQUARE.replace("333,75;100,00\n4", "333,75;100,03\n4"))
    finding = only(result, "ask")
    assert "dòng 4: cạnh 3-4 ghi 100,03 m, tính từ tọa độ được 100,00 m" in finding.message()
    assert "100.03" in finding.message("en")
    (edge,) = result.parcels[0].edges_off()
    assert (edge.start, edge.end, edge.row, edge.computed_m) == ("3", "4", 4, pytest.approx(100))


def test_a_side_off_by_two_centimetres_is_right():
    assert read(HEAD + SQUARE.replace(";100,00\n4", ";100,02\n4")).findings == ()
    last = read(HEAD + SQUARE[: -len("100,00\n")] + "99,9\n")
    assert [(e.start, e.end) for e in last.parcels[0].edges_off()] == [("4", "1")]


def test_sides_on_rows_between_the_points_are_read():
    between = "".join(line[: -len("100,00")] + "\n;;;100,00\n" for line in SQUARE.splitlines())
    (parcel,) = read(HEAD + between + CLOSE).parcels
    assert parcel.stated_edges == (100, 100, 100, 100)


def test_sides_written_at_their_end_are_read():
    ends = SQUARE.replace("1;2.358.517,85;567.233,75;100,00", "1;2.358.517,85;567.233,75;")
    ends = ends.replace("617,85;567.233,75;100,00", "617,85;567.233,75;100,01")
    (parcel,) = read(HEAD + ends + CLOSE.strip() + "100,00").parcels
    assert parcel.stated_edges == (100.01, 100, 100, 100)


def test_a_side_that_cannot_be_read_is_asked_about():
    result = read(HEAD + SQUARE.replace("100,00\n2", "1OO,00\n2"))
    assert (
        "dòng 2, cột Chiều dài cạnh (m): chiều dài cạnh «1OO,00»" in only(result, "ask").message()
    )
    assert result.parcels[0].stated_edges[0] is None


# ------------------------------------------------------------- shapes


def test_the_polygon_has_the_easting_first_and_can_be_swapped():
    (parcel,) = read(HEAD + SQUARE).parcels
    assert parcel.polygon().exterior.coords[0] == (567233.75, 2358517.85)
    assert parcel.polygon().area == pytest.approx(10_000)
    assert parcel.polygon(swapped=True).exterior.coords[0] == (2358517.85, 567233.75)


def test_a_parcel_cannot_be_changed():
    (parcel,) = read(HEAD + SQUARE).parcels
    with pytest.raises(ValueError, match="read-only"):
        parcel.corners[0, 0] = 0


# ------------------------------------------------------------- is it one


@pytest.mark.parametrize(
    "text",
    [
        HEAD + SQUARE,
        "BẢNG KÊ\nKTT 105-00\nĐiểm;Tọa độ;Tọa độ\nĐiểm;X;Y\n1;2;3\n",
        "STT;Kinh độ;Vĩ độ;Ghi chú\n1;105,4;21,3;\n",
        "cluster_id;X;Y\nA;2358517;567233\nA;2358617;567233\n",
    ],
)
def test_a_coordinate_table_is_known(text):
    assert is_coordinate_table(grid(text))


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1;2\n",
        "STT;Tên cụm;Diện tích (ha)\n1;Ấm Hạ;69,42\n",
        "Mã cụm;Cụm;X;Y\nA;Ấm Hạ;2358517;567233\nB;Nam Đoan Hùng;2358617;567233\n",
        "Tên trạm;Loại;Công suất;Chủ;Năm;Vĩ độ;Kinh độ\nA;B;C;D;2020;21,3;105,4\n",
    ],
)
def test_a_register_is_no_coordinate_table(text):
    assert not is_coordinate_table(grid(text))


def test_an_empty_sheet_is_no_coordinate_table():
    empty = Grid("a.csv", "", ())
    assert not is_coordinate_table(empty)
    assert read_coordinate_table(empty).parcels == ()


# ------------------------------------------------------------- whatever is written is read

WRITERS = [
    lambda v: number(v, "vi", 2),
    lambda v: number(v, "en", 2),
    lambda v: f"{v:.2f}",
    lambda v: f"{v:.2f}".replace(".", ","),
    lambda v: number(v, "vi", 2).replace(".", " "),
    lambda v: number(v, "vi", 2).replace(".", "\u00a0"),
    lambda v: v,
]
HEADINGS = [
    [["Số hiệu điểm", "X (m)", "Y (m)"]],
    [["STT", "Tọa độ X", "Tọa độ Y"]],
    [["Point", "Northing", "Easting"]],
    [["Mốc", "N", "E"]],
    [["Số hiệu mốc", "Tọa độ", "Tọa độ"], ["Số hiệu mốc", "X(m)", "Y(m)"]],
    [["Đỉnh", "Tọa độ (m)", None], [None, "X", "Y"]],
]
ZONES = {
    "": None,
    "Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°": 9208,
    "KTT 106-00": 9211,
    "UTM 48N múi 6": 3405,
}


@st.composite
def rings(draw, units):
    """Return a ring of corners to the hundredth of `units`, no two at one place."""
    corner = st.tuples(st.integers(*units[0]), st.integers(*units[1]))
    return draw(st.lists(corner, min_size=3, max_size=12, unique=True))


METRES = ((2_240_000_00, 2_410_000_00), (370_000_00, 620_000_00))


@st.composite
def written(draw):
    """Return a table as somebody could write it, and what it says."""
    outlines = draw(st.lists(rings(METRES), min_size=1, max_size=3))
    write = draw(st.sampled_from(WRITERS))
    head = draw(st.sampled_from(HEADINGS))
    zone = draw(st.sampled_from(list(ZONES)))
    between = draw(st.sampled_from(["title", "merged title", "heading", "blank", "close"]))
    prefix = draw(st.sampled_from(["", "M"]))
    closed = between == "close" or draw(st.booleans())
    lines = [[zone or "BẢNG KÊ TỌA ĐỘ", None, None], *head]
    for order, ring in enumerate(outlines):
        if between == "title" or (between == "merged title" and order):
            lines.append(
                [f"Thửa {order + 1}", *[f"Thửa {order + 1}" if "m" in between else None] * 2]
            )
        elif order and between == "heading":
            lines += head
        elif order and between == "blank":
            lines.append([None] * 3)
        for n, (x, y) in enumerate([*ring, ring[0]] if closed else ring):
            lines.append([f"{prefix}{n % len(ring) + 1}", write(x / 100), write(y / 100)])
    lines += draw(st.sampled_from([[], [["Tổng", None, None]], [[None, None, "Người lập"]]]))
    return rows(*lines), [np.array(ring) / 100 for ring in outlines], ZONES[zone]


@settings(max_examples=100, deadline=None)
@given(written())
def test_whatever_outline_is_written_is_read(case):
    sheet, outlines, epsg = case
    result = read_coordinate_table(sheet)
    assert not levels(result, "refused")
    assert len(result.parcels) == len(outlines)
    for parcel, corners in zip(result.parcels, outlines, strict=True):
        assert np.abs(parcel.corners - corners).max() <= 1e-9
        assert shapely.get_num_coordinates(parcel.polygon()) == len(corners) + 1
    assert result.stated_epsg == epsg
    assert is_coordinate_table(sheet)


DEGREES = ((20_000000, 22_000000), (104_000000, 106_500000))
ANGLES = [
    lambda v, _: f"{v:.6f}",
    lambda v, _: f"{v:.6f}".replace(".", ","),
    lambda v, _: v,
    lambda v, side: dms(v, "{}°{:02}'{:.6f}\"") + side,
    lambda v, _: dms(v, "{} {:02} {:.6f}").replace(".", ","),
]


def dms(value, pattern):
    micro = round(value * 3600e6)
    return pattern.format(
        micro // 3_600_000_000, micro // 60_000_000 % 60, micro % 60_000_000 / 1e6
    )


@settings(max_examples=60, deadline=None)
@given(rings(DEGREES), st.sampled_from(ANGLES), st.booleans())
def test_whatever_is_written_in_degrees_is_read(ring, write, closed):
    corners = np.array(ring) / 1e6
    lines = [[i, write(lon, "E"), write(lat, "N")] for i, (lat, lon) in enumerate(corners, 1)]
    result = read_coordinate_table(
        rows(["STT", "Kinh độ", "Vĩ độ"], *lines, *([lines[0]] if closed else []))
    )
    (parcel,) = result.parcels
    assert np.abs(parcel.corners - corners).max() <= 1e-9


CELLS = st.one_of(
    st.sampled_from(
        ["X", "Y", "Điểm", "Vĩ độ", "Kinh độ", "Thửa 1", "Tổng", "1", "2", "KTT 105", None]
    ),
    st.sampled_from(["2.358.517,85", "567.233,75", "21,3", "105,4", 2358617.85, float("nan")]),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.none(),
)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 7).flatmap(lambda n: st.lists(st.tuples(*[CELLS] * n), max_size=10)),
    st.booleans(),
)
def test_no_sheet_makes_the_reader_stumble(lines, headed):
    if headed and lines:
        lines = [("Điểm", "X", "Y", "Cạnh", "Điểm", "X", "Y")[: len(lines[0])], *lines]
    sheet = Grid("bang.csv", "", tuple(lines))
    is_coordinate_table(sheet)
    result = read_coordinate_table(sheet)
    for finding in result.findings:
        assert finding.message("vi")
        assert finding.message("en")
    for parcel in result.parcels:
        assert np.isfinite(parcel.corners).all()
        assert len(parcel.points) == len(parcel.rows) == len(parcel.stated_edges) >= 3
        assert parcel.polygon().is_empty is False
    ordered = [finding.row or 0 for finding in result.findings]
    assert all(before <= after for before, after in pairwise(ordered))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "cell",
    [
        "1" * 32767,
        "(" * 32767,
        "1x" * 16000,
        "o" * 32767,
        ". ," * 10000,
        "105°" * 8000,
        "- " * 16000,
    ],
)
def test_a_cell_full_of_anything_costs_no_time(cell):
    sheet = rows(
        [cell] * 4,
        ["Điểm", "X", "Y", "Cạnh"],
        [cell, cell, "1", cell],
        [cell, "", cell, ""],
        [cell] * 4,
    )
    assert read_coordinate_table(sheet).parcels == ()
    assert is_coordinate_table(sheet)


def test_numbers_are_read_by_the_same_rule_everywhere():
    assert parse_number("2.358.517,85") == 2358517.85
