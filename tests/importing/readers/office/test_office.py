"""Workbooks."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from badfiles.corpus_build import attempt, document, spoil, workbook
from badfiles.corpus_office import ole
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import grid, refused

from lib.importing.readers import registry
from lib.language.errors import DataRefusedError

ROWS = [["Mã cụm", "Tên"], ["PT-001", "Bãi Ba 2"]]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def xlsx(tmp_path) -> Path:
    return tmp_path / "bảng.xlsx"


def test_cells_keep_their_types(xlsx):
    moment = dt.datetime(2025, 10, 15, 5, 30)  # noqa: DTZ001 a sheet knows no zones
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["chữ", 69.42, 7, True, "007", "", None])
        sheet.write_datetime(1, 0, dt.datetime(2025, 10, 15), days)  # noqa: DTZ001
        sheet.write_datetime(1, 1, moment, book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
        sheet.write_datetime(1, 2, dt.time(5, 30), book.add_format({"num_format": "hh:mm"}))
    first, second = grid(xlsx).rows
    assert first == ("chữ", 69.42, 7, True, "007")
    assert isinstance(first[4], str)
    assert second[0] == dt.date(2025, 10, 15)
    assert second[1:3] == (moment, dt.time(5, 30))


def test_a_formula_gives_what_excel_last_computed(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=2*3", value=6)
        sheet.write_formula(0, 1, '="a"&"b"', value="ab")
        sheet.write_formula(0, 2, "=1/0", value="#DIV/0!")
    assert grid(xlsx).rows[0][:2] == (6, "ab")


def test_a_merged_cell_is_repeated_where_it_lies(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "BẢNG KÊ TỌA ĐỘ")
        sheet.merge_range(1, 0, 2, 0, "Khu A")
        sheet.write_row(1, 1, [1, 2])
        sheet.write_row(2, 1, [3, 4])
    assert grid(xlsx).rows == (
        ("BẢNG KÊ TỌA ĐỘ",) * 3,
        ("Khu A", 1, 2),
        ("Khu A", 3, 4),
    )


def test_cells_merged_beside_or_below_the_table_change_nothing(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.merge_range(0, 4, 1, 6, "")
        sheet.merge_range(5, 0, 8, 1, "")
    assert grid(xlsx).rows[:2] == tuple(map(tuple, ROWS))


def test_a_table_that_starts_further_in_keeps_its_row_numbers(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        book.add_worksheet().write(4, 2, "Mã cụm")
    found = grid(xlsx)
    assert found.first_row == 1
    assert found.rows[4][2] == "Mã cụm"
    assert all(cell is None for row in found.rows[:4] for cell in row)


def test_a_hidden_sheet_is_left_out_and_asked(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        book.add_worksheet("Cụm").write(0, 0, "a")
        book.add_worksheet("Trống")
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "b")
        hidden.hide()
        book.add_chartsheet("Biểu đồ").set_chart(_chart(book))
    read = registry.read(xlsx)
    assert [found.place for found in read.grids] == ["bảng.xlsx [Cụm]"]
    assert [(f.level, f.key, f.values) for f in read.findings] == [
        ("ask", "readers.hidden_sheet_left", {"sheet": "Ẩn"})
    ]


def test_a_hidden_sheet_that_holds_all_there_is_is_read_and_asked(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        book.add_worksheet("Bìa")
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "b")
        hidden.hide()
    read = registry.read(xlsx)
    assert [found.place for found in read.grids] == ["bảng.xlsx [Ẩn]"]
    assert [(f.level, f.key) for f in read.findings] == [("ask", "readers.hidden_sheet")]


def _chart(book: xlsxwriter.Workbook) -> object:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Cụm!$A$1:$A$1"})
    return chart


def test_a_single_cell_far_out_does_not_fill_the_memory(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    error = refused(xlsx)
    assert error.key == "readers.too_many_columns"


def test_a_far_cell_without_its_place_is_found_too(xlsx):
    rows = b'<row r="1"><c><v>1</v></c><c><v>1</v></c></row><row r="9000000"><c><v>1</v></c></row>'

    def far(parts: dict[str, bytes]) -> None:
        head, _, rest = parts[SHEET].partition(b"<sheetData>")
        parts[SHEET] = (
            head + b"<sheetData>" + rows + b"</sheetData>" + rest.partition(b"</sheetData>")[2]
        )

    spoil(workbook(ROWS), far)(xlsx)
    assert refused(xlsx).key == "readers.bad_address"


def test_formatting_far_below_a_table_is_no_reason_to_refuse(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        for column in range(20):
            sheet.write_blank(1_048_575, column, None, book.add_format({"bold": True}))
    assert grid(xlsx).rows == tuple(map(tuple, ROWS))


@pytest.mark.parametrize(
    ("streams", "key"),
    [
        (("EncryptionInfo", "EncryptedPackage"), "readers.password"),
        (("Workbook",), "readers.old_excel"),
    ],
)
def test_an_old_container_is_told_from_a_password(xlsx, streams, key):
    ole(*streams)(xlsx)
    assert refused(xlsx).key == key


def test_a_workbook_of_empty_sheets_is_refused(xlsx):
    workbook([], [[None, ""]])(xlsx)
    assert refused(xlsx).key == "readers.empty_sheet"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_a_workbook_without_one_of_its_parts_is_refused_or_read(xlsx, part):
    spoil(workbook(ROWS), lambda parts: parts.pop(part))(xlsx)
    read = attempt(xlsx)
    if isinstance(read, DataRefusedError):
        assert read.key in {"readers.unreadable", "readers.empty_sheet"}
    else:
        assert read.grids[0].rows == tuple(map(tuple, ROWS))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_damaged_xml_is_refused_or_read_never_anything_else(tmp_path_factory, suffix, data):
    path = tmp_path_factory.getbasetemp() / f"hỏng.{suffix}"
    make = workbook(ROWS) if suffix == "xlsx" else document(ROWS, title="Bảng kê")

    def damage(parts: dict[str, bytes]) -> None:
        names = sorted(name for name in parts if name.endswith((".xml", ".rels")))
        name = data.draw(st.sampled_from(names))
        content = bytearray(parts[name])
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        parts[name] = bytes(content)

    spoil(make, damage)(path)
    read = attempt(path)
    assert path.name in (read.message() if isinstance(read, DataRefusedError) else read.file)


@pytest.mark.parametrize("suffix", ["xlsx", "docx", "xlsm"])
def test_another_kind_under_the_name_of_office_is_refused(tmp_path, suffix):
    path = tmp_path / f"bảng.{suffix}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert refused(path).key == "readers.bad_zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", "x")
    assert refused(path).key == "readers.unreadable"
    (workbook(ROWS) if suffix == "docx" else document(ROWS))(path)
    assert refused(path).key == "readers.unreadable"
