"""Which points make which parcel, and whether a sheet is a coordinate table at all."""

import pytest
from coordinatetables import CLOSE, HEAD, OTHER, SQUARE, grid, levels, only, read, rows

from lib.importing.coordinates.reader import is_coordinate_table, read_coordinate_table
from lib.importing.readers.grid import Grid


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


def test_a_parcel_after_a_blank_row_may_begin_at_the_same_corner():
    result = read(HEAD + SQUARE + "\n" + SQUARE)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]


def test_a_parcel_after_a_blank_row_may_begin_at_the_last_corner_of_the_one_before():
    turned = [line[1:] for line in SQUARE.splitlines()]
    moved = "".join(f"{n}{line}\n" for n, line in enumerate(turned[3:] + turned[:3], 1))
    result = read(HEAD + SQUARE + "\n" + moved)
    assert [p.rows for p in result.parcels] == [(2, 3, 4, 5), (7, 8, 9, 10)]


def test_two_pairs_of_columns_for_one_point_are_refused():
    result = read("Điểm;X;Y;X;Y\n1;2358517;567233;2358431;541298\n")
    message = only(result, "refused").message()
    assert "dòng 1" in message
    assert "2 cặp cột" in message
    assert result.parcels == ()


def test_a_sheet_without_a_heading_is_refused():
    result = read("a;b\n1;2\n")
    assert "bang.xlsx" in only(result, "refused").message()
    assert result.parcels == ()


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
