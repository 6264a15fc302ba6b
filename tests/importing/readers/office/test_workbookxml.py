"""What the XML of a workbook tells: hidden cells, formulas without a value, merged areas."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from badfiles.corpus_build import spoil, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from lib.importing.readers import registry
from lib.importing.readers.grid import Area, Unread, cell_text

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
ROWS = [["Mã cụm", "Diện tích (ha)"], ["PT-001", 75], ["PT-002", 50], ["PT-003", 46]]


@pytest.fixture
def xlsx(tmp_path) -> Path:
    return tmp_path / "bảng.xlsx"


def grid(path: Path):
    (found,) = registry.read(path).grids
    return found


def formulas(path: Path, *cells: tuple[str, object]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        for at, (text, value) in enumerate(cells, start=1):
            sheet.write_formula(at, 0, text, None, value)


def changed(path: Path, part: str, *pairs: tuple[bytes, bytes], more: str = "") -> None:
    def change(parts: dict[str, bytes]) -> None:
        for old, new in pairs:
            assert old in parts[part]
            parts[part] = parts[part].replace(old, new)
        parts.update({more: b"<calcChain/>"} if more else {})

    content = path.read_bytes()
    spoil(lambda at: at.write_bytes(content), change)(path)


ASKS = (b' fullCalcOnLoad="1"', b"")
"""What a library writes that leaves all computing to Excel."""


def column(path: Path) -> list[object]:
    return [
        (str(row[0]), row[0].key) if isinstance(row[0], Unread) else row[0]
        for row in grid(path).rows[1:]
    ]


def test_a_0_counts_for_nothing_where_the_workbook_asks_to_be_computed(xlsx):
    formulas(xlsx, ("=37.5*2", 0), ("=25*2", 50), ('=""', ""))
    not_computed = "cells.not_computed"
    assert column(xlsx) == [("=37.5*2", not_computed), 50, ('=""', not_computed)]


def test_a_0_is_believed_where_another_formula_shows_that_it_was_computed(xlsx):
    formulas(xlsx, ("=A1*0", 0), ("=25*2", 50), ('=""', ""))
    changed(xlsx, BOOK, ASKS)
    assert column(xlsx)[:2] == [0, 50]


def test_a_0_is_believed_where_excel_left_its_chain_of_computation(xlsx):
    formulas(xlsx, ("=A1*0", 0))
    changed(xlsx, BOOK, ASKS, more="xl/calcChain.xml")
    assert column(xlsx) == [0]


def test_nothing_but_0_is_not_believed_of_a_writer_that_says_nothing(xlsx):
    formulas(xlsx, ("=37.5*2", 0), ("=25*2", 0))
    changed(xlsx, BOOK, ASKS)
    assert [cell[1] for cell in column(xlsx)] == ["cells.not_computed"] * 2


@pytest.mark.parametrize("text", ["#DIV/0!", "#REF!", "#N/A", "#VALUE!", "#NAME?"])
def test_an_error_is_no_blank(xlsx, text):
    formulas(xlsx, ("=1/0", text))
    assert column(xlsx) == [(text, "cells.error_value")]


def test_a_formula_without_a_value_at_the_edge_of_a_sheet_is_there(xlsx):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active["D4"] = "=1+1"
    book.save(xlsx)
    rows = grid(xlsx).rows
    assert [len(row) for row in rows] == [4] * 4
    assert rows[3][3] == Unread("=1+1", "cells.not_computed")


def test_a_workbook_may_name_its_elements_with_a_prefix_and_leave_out_places(xlsx):
    workbook(ROWS)(xlsx)
    sheet = (
        b'<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>'
        b"<x:c><x:f>2*3</x:f></x:c></x:row><x:row hidden='true'><x:c><x:v>7</x:v></x:c></x:row>"
        b"<x:row><x:c><x:v>9</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    content = xlsx.read_bytes()
    spoil(lambda at: at.write_bytes(content), lambda parts: parts.update({SHEET: sheet}))(xlsx)
    assert grid(xlsx).rows == ((1, "=2*3"), (None, None), (9, None))


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, 8), max_size=8), st.sets(st.integers(0, 3), max_size=3))
def test_what_is_seen_is_read_and_nothing_else(tmp_path_factory, rows, columns):
    path = tmp_path_factory.getbasetemp() / "ẩn.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(9):
            sheet.write_row(row, 0, [10 * row + at for at in range(4)])
        for row in rows:
            sheet.set_row(row, None, None, {"hidden": True})
        for at in columns:
            sheet.set_column(at, at, 8, None, {"hidden": True})
    read = registry.read(path)
    assert read.grids[0].rows == tuple(
        tuple(None if row in rows or at in columns else 10 * row + at for at in range(4))
        for row in range(9)
    )
    keys = {"readers.hidden_rows": rows, "readers.hidden_columns": columns}
    told = {finding.key: finding.values["count"] for finding in read.findings}
    assert told == {key: len(hidden) for key, hidden in keys.items() if hidden}
    assert {finding.level for finding in read.findings} <= {"ask"}


def test_hidden_rows_and_columns_without_anything_are_not_told(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(2, 0, ["c", "d"])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(2, 9, 8, None, {"hidden": True})
    assert registry.read(xlsx).findings == ()


def test_hidden_rows_are_named_as_a_person_counts_them(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        for row in range(12):
            sheet.write(row, 27, row)
        for row in (2, 4, 5, 6, 9):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.write(0, 28, "AC")
        sheet.set_column(28, 28, 8, None, {"hidden": True})
    rows, columns = registry.read(xlsx).findings
    assert rows.values == {"count": 5, "rows": "3, 5-7, 10"}
    assert columns.values == {"count": 1, "columns": "AC"}


def test_a_merged_cell_under_a_hidden_row_begins_where_it_is_seen(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 2, 0, "a")
        sheet.write_column(0, 1, [1, 2, 3])
        sheet.set_row(0, None, None, {"hidden": True})
    found = grid(xlsx)
    assert found.rows == ((None, None), ("a", 2), ("a", 3))
    assert found.areas == (Area(1, 0, 2, 0),)
    assert not found.continued(1, 0)
    assert found.continued(2, 0)


def test_merged_areas_are_told_as_far_as_the_table_goes(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 5, "a")
        sheet.write_row(1, 0, [1, 2])
        sheet.merge_range(1, 2, 40, 2, "b")
    assert grid(xlsx).areas == (Area(0, 0, 0, 2),)


def test_hours_beyond_a_day_keep_their_days(xlsx):
    with xlsxwriter.Workbook(xlsx) as book:
        form = book.add_format({"num_format": "[h]:mm"})
        sheet = book.add_worksheet()
        for row, days in enumerate((0, 0.5, 1, 26.5 / 24, 4)):
            sheet.write_number(row, 0, days, form)
    cells = [row[0] for row in grid(xlsx).rows]
    assert cells[:2] == [dt.time(), dt.time(12)]
    assert list(map(cell_text, cells[2:])) == ["24:00", "26:30", "96:00"]


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
@pytest.mark.parametrize(
    ("look", "left_out"),
    [("strike", True), (";;;", True), (";;;@", False), ("0.00", False), ("", False)],
)
def test_cells_struck_through_or_showing_nothing_are_left_out_and_asked(
    xlsx, writer, look, left_out
):
    strike = look == "strike"
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        for row in ROWS:
            book.active.append(row)
        book.active["B3"].font = Font(strike=strike)
        book.active["B3"].number_format = look if look and not strike else "General"
        book.save(xlsx)
    else:
        with xlsxwriter.Workbook(xlsx) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate(ROWS):
                sheet.write_row(at, 0, row)
            how = {"font_strikeout": True} if strike else {"num_format": look} if look else {}
            sheet.write(2, 1, 50, book.add_format(how))
    content = registry.read(xlsx)
    assert [row[1] for row in content.grids[0].rows[1:]] == [75, None if left_out else 50, 46]
    told = [(f.level, f.key, f.row) for f in content.findings]
    assert told == ([("ask", "readers.struck_cells", 3)] if left_out else [])


WHITE = "FFFFFFFF"


@pytest.mark.parametrize(
    ("font", "fill", "left_out"),
    [
        (WHITE, "", True),
        (WHITE, WHITE, True),
        (WHITE, "FF1F4E78", False),
        ("FF1F4E78", "", False),
        ("FFFFFF00", "", False),
    ],
)
def test_white_on_white_is_left_out_and_asked(xlsx, font, fill, left_out):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["B3"].font = Font(color=font)
    if fill:
        book.active["B3"].fill = PatternFill("solid", fgColor=fill)
    book.save(xlsx)
    content = registry.read(xlsx)
    assert [row[1] for row in content.grids[0].rows[1:]] == [75, None if left_out else 50, 46]
    assert [f.key for f in content.findings] == ["readers.struck_cells"] * left_out


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
@pytest.mark.parametrize("strike", [True, False])
def test_a_number_struck_out_beside_the_one_that_holds_is_asked(xlsx, writer, strike):
    """Read as one, 50 struck and 62 written behind it are 5.062 households."""
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        for row in ROWS:
            book.active.append(row)
        piece = TextBlock(InlineFont(strike=strike), "50")
        book.active["B3"] = CellRichText(piece, "62")
        book.save(xlsx)
    else:
        with xlsxwriter.Workbook(xlsx) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate(ROWS):
                sheet.write_row(at, 0, row)
            how = {"font_strikeout": True} if strike else {"bold": True}
            sheet.write_rich_string(2, 1, book.add_format(how), "50", "62")
    content = registry.read(xlsx)
    assert content.grids[0].rows[2][1] == (None if strike else "5062")
    assert [f.key for f in content.findings] == ["readers.struck_cells"] * strike


def test_a_struck_cell_that_holds_nothing_is_not_told(xlsx):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["C2"].font = Font(strike=True)
    book.save(xlsx)
    assert registry.read(xlsx).findings == ()
