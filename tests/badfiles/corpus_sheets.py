"""Workbooks and documents as people keep them: merged, hidden, not computed, over two pages."""

from collections.abc import Callable, Sequence
from typing import Any

import docx
import openpyxl
import xlsxwriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from badfiles.corpus_build import BadFile, Make, coordinate_rows, spoil, square, workbook

ROWS = coordinate_rows(square())
XLSX, DOCX = "Bãi Ba 2.xlsx", "Bãi Ba 2.docx"
REGISTER, LOG, SERVED = "Sổ cụm.xlsx", "Mất điện.xlsx", "Khách hàng.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
OLD = ["9", "2370300,00", "544100,00", ""]
"""A corner of an old version of the outline."""
LIST = [["Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)"], ["PT-001", "Bãi Ba 2", 75]]
CUT = ["Ngày", "Giờ cắt", "Giờ đóng", "Loại", "Xã, phường", "Số KH", "Lộ"]
Fill = Callable[[Any, Any], None]


def book(fill: Fill) -> Make:
    """Return a maker of a workbook of one sheet that `fill` writes, given sheet and book."""

    def write(path: Any) -> None:
        with xlsxwriter.Workbook(path) as made:
            fill(made.add_worksheet(), made)

    return write


def resaved(rows: Sequence[Sequence[object]], change: Callable[[Any], None]) -> Make:
    """Return a maker of a workbook as another library writes it."""

    def write(path: Any) -> None:
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(list(row))
        change(made.active)
        made.save(path)

    return write


def _write(sheet: Any, rows: Sequence[Sequence[object]]) -> None:
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)


def numbers(rows: Sequence[Sequence[str]] = ROWS) -> list[list[object]]:
    """Return a coordinate table with numbers where it has numbers."""
    return [list(rows[0]), *([float(c.replace(",", ".")) if c else c for c in r] for r in rows[1:])]


def _with_old() -> list[list[object]]:
    rows = numbers([*ROWS[:3], OLD, *ROWS[3:]])
    return [rows[0], *([*row[:3], None] for row in rows[1:])]


def _hidden_row(sheet: Any, _: Any) -> None:
    _write(sheet, _with_old())
    sheet.set_row(3, None, None, {"hidden": True})


def _filtered_row(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:D6"
    sheet.row_dimensions[4].hidden = True


def _grouped_row(sheet: Any) -> None:
    sheet.row_dimensions.group(4, 4, hidden=True)


def _flat_row(sheet: Any, _: Any) -> None:
    _write(sheet, _with_old())
    sheet.set_row(3, 0)


def _hidden_areas(sheet: Any, _: Any) -> None:
    _write(sheet, LIST)
    sheet.set_column(2, 2, 8, None, {"hidden": True})


def _hidden_sheet(path: Any) -> None:
    with xlsxwriter.Workbook(path) as made:
        _write(made.add_worksheet("Mới"), numbers())
        old = made.add_worksheet("Cũ")
        _write(old, numbers(coordinate_rows(square(side_m=900))))
        old.hide()


def _merged_pairs(sheet: Any, _: Any) -> None:
    """Put one area beside two clusters."""
    _write(sheet, [LIST[0][:2], ["PT-001", "Bãi Ba 2"], ["PT-002", "Quảng Yên"]])
    sheet.write(0, 2, LIST[0][2])
    sheet.merge_range(1, 2, 2, 2, 150)


def _merged_customers(sheet: Any, _: Any) -> None:
    _write(sheet, [["Mã xã", "Tháng"], ["08218", "08/2026"], ["08218", "09/2026"]])
    sheet.write(0, 2, "Số khách hàng")
    sheet.merge_range(1, 2, 2, 2, 1000)


def _merged_log(sheet: Any, _: Any) -> None:
    """One number of customers merged beside two feeders; day and cause are merged too."""
    hours = ["05:00", "06:00", "Sự cố", "phường Việt Trì"]
    _write(sheet, [CUT, [None, *hours, None, "471"], [None, *hours, None, "472"]])
    sheet.merge_range(1, 0, 2, 0, "28/8/2026")
    sheet.merge_range(1, 5, 2, 5, 240)


def _merged_across(sheet: Any, _: Any) -> None:
    """One number beside one cluster, over two columns of hectares."""
    _write(sheet, [[*LIST[0], "Đã giải phóng mặt bằng (ha)"], ["PT-001", "Bãi Ba 2"]])
    sheet.merge_range(1, 2, 1, 3, 75)


def _merged_word(path: Any) -> None:
    made = docx.Document()
    table = made.add_table(0, 3)
    for row in (LIST[0], ["PT-001", "Bãi Ba 2", "150"], ["PT-002", "Quảng Yên", ""]):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    table.cell(1, 2).merge(table.cell(2, 2))
    made.save(str(path))


def _merged_corner(sheet: Any, _: Any) -> None:
    """Put one northing beside two corners: the sides are level."""
    _write(sheet, numbers())
    sheet.merge_range(1, 1, 2, 1, float(ROWS[1][1].replace(",", ".")))


def _merged_sides(sheet: Any, _: Any) -> None:
    """Put one length beside all four corners."""
    _write(sheet, numbers())
    sheet.merge_range(1, 3, 4, 3, 866)


def formula_area(text: str, value: object = 0) -> Make:
    """Return a maker of a register whose area is a formula with this cached value."""

    def fill(sheet: Any, _: Any) -> None:
        _write(sheet, LIST)
        sheet.write_formula(1, 2, text, None, value)

    return book(fill)


def _formula_never(sheet: Any) -> None:
    sheet["C2"] = "=25*3"


def _formula_corner(sheet: Any) -> None:
    sheet["C3"] = "=C2+866"


def _error_typed(parts: dict[str, bytes]) -> None:
    """Put an error where a value was pasted: it has no formula any more."""
    place = b'<c r="C2">'
    assert place in parts[SHEET]
    head, _, rest = parts[SHEET].partition(place)
    parts[SHEET] = head + b'<c r="C2" t="e"><v>#REF!</v></c>' + rest.partition(b"</c>")[2]


def _old_writer(parts: dict[str, bytes]) -> None:
    """Take away the word that asks for a computation: the 0 of the writer stays."""
    asks = b' fullCalcOnLoad="1"'
    assert asks in parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(asks, b"")


def hours_log(*hours: tuple[float, float], form: str = "[h]:mm") -> Make:
    """Return a maker of a log of 28/8/2026 with hours as parts of a day."""

    def fill(sheet: Any, made: Any) -> None:
        shown = made.add_format({"num_format": form})
        _write(sheet, [CUT])
        for at, (start, end) in enumerate(hours, start=1):
            words = ["Sự cố", "phường Việt Trì", 120, f"47{at}"]
            sheet.write_row(at, 0, ["28/8/2026", None, None, *words])
            sheet.write_number(at, 1, start, shown)
            sheet.write_number(at, 2, end, shown)

    return book(fill)


def word(*tables: Sequence[Sequence[str]], between: Sequence[str] = ()) -> Make:
    """Return a maker of a document of tables, with a line above each but the first."""

    def write(path: Any) -> None:
        made = docx.Document()
        for at, rows in enumerate(tables):
            for line in between if at else ():
                made.add_paragraph(line)
            grid = made.add_table(len(rows), len(rows[0]))
            for cells, row in zip(grid.rows, rows, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text
        made.save(str(path))

    return write


def marked(make: Make, row: int, change: Callable[[Any, Any], None]) -> Make:
    """Return a maker of the same document after `change` of a row of its first table."""

    def write(path: Any) -> None:
        make(path)
        made = docx.Document(str(path))
        change(made.tables[0].rows[row], made)
        made.save(str(path))

    return write


def _vanish(row: Any, _: Any) -> None:
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.font.hidden = True


def _vanish_by_style(row: Any, made: Any) -> None:
    made.styles.add_style("Ẩn", 1).font.hidden = True
    for cell in row.cells:
        cell.paragraphs[0].style = made.styles["Ẩn"]


def _strike(row: Any, _: Any) -> None:
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            struck = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"/>')
            run._r.addprevious(struck)
            struck.append(run._r)
            for text in run._r.xpath("w:t"):
                text.tag = text.tag.replace("}t", "}delText")


def _strike_row(row: Any, _: Any) -> None:
    row._tr.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"/>'))


def _hide_row(row: Any, _: Any) -> None:
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:hidden {nsdecls('w')}/>"))


def _two_versions(path: Any) -> None:
    with xlsxwriter.Workbook(path) as made:
        rows = [["Tên cụm", "Điểm", "X (m)", "Y (m)"]]
        for at, side in enumerate((866, 900)):
            body = numbers(coordinate_rows(square(side_m=side)))[1:]
            rows += [["Bãi Ba 2" + " " * at, *row[:3]] for row in body]
            rows += [[None] * 4] * (1 - at)
        _write(made.add_worksheet(), rows)


WITH_OLD = [[*row[:3]] for row in (*ROWS[:3], OLD, *ROWS[3:])]
TOP, REST = [row[:3] for row in ROWS[:3]], [row[:3] for row in ROWS[3:]]
HEAD = [ROWS[0][:3]]


def _case(name: str, file: str, make: Make, *words: str, **more: Any) -> BadFile:
    crs = "9208" if more.get("kind", "outlines") == "outlines" else None
    return BadFile(name, file, make, crs=crs, words=words, **({"outcome": "mended"} | more))


SHEETS = (
    _case("hidden-row-with-an-old-corner", XLSX, book(_hidden_row), "ẩn", "dòng 4"),
    _case("row-hidden-by-a-filter", XLSX, resaved(_with_old(), _filtered_row), "lọc", "dòng 4"),
    _case("row-of-a-closed-group", XLSX, resaved(_with_old(), _grouped_row), "ẩn", "dòng 4"),
    _case("row-of-no-height", XLSX, book(_flat_row), "ẩn", "dòng 4"),
    _case("hidden-column-of-areas", REGISTER, book(_hidden_areas), "ẩn", "cột C", kind="clusters"),
    _case("hidden-sheet-with-the-old-outline", XLSX, _hidden_sheet, "«Cũ»", "ẩn"),
    _case("hidden-word-text", DOCX, marked(word(WITH_OLD), 3, _vanish), "chữ ẩn", "«9»"),
    _case("word-text-hidden-by-a-style", DOCX, marked(word(WITH_OLD), 3, _vanish_by_style), "«9»"),
    _case("hidden-word-row", DOCX, marked(word(WITH_OLD), 3, _hide_row), "chữ ẩn", "«9»"),
    _case("tracked-deletion", DOCX, marked(word(WITH_OLD), 3, _strike), "Track Changes", "«9»"),
    _case("tracked-deletion-of-a-row", DOCX, marked(word(WITH_OLD), 3, _strike_row), "«9»"),
    _case("area-of-two-clusters", REGISTER, book(_merged_pairs), "'150'", "2-3", kind="clusters"),
    _case("area-over-two-columns", REGISTER, book(_merged_across), "nhiều cột", kind="clusters"),
    _case("area-of-two-clusters-in-word", "Sổ cụm.docx", _merged_word, "2-3", kind="clusters"),
    _case("customers-of-two-feeders", LOG, book(_merged_log), "'240'", "2-3", kind="outages"),
    _case(
        "customers-of-two-months",
        SERVED,
        book(_merged_customers),
        *("'1000'", "2-3"),
        kind="customers",
        outcome="refused",
    ),
    _case("northing-of-two-corners", XLSX, book(_merged_corner), "ô gộp", outcome="refused"),
    _case("length-of-all-sides", XLSX, book(_merged_sides), "ô gộp", "866"),
    *(
        _case(f"formula-{name}", REGISTER, make, *words, kind="clusters", outcome="refused")
        for name, make, *words in (
            ("with-the-0-of-its-writer", formula_area("=37.5*2"), "'=37.5*2'", "F9"),
            ("with-the-blank-of-its-writer", formula_area("=37.5*2", ""), "'=37.5*2'"),
            ("divided-by-0", formula_area("=75/0", "#DIV/0!"), "#DIV/0!", "dòng 2"),
            ("never-computed", resaved(LIST, _formula_never), "'=25*3'"),
            ("of-a-writer-that-asks-nothing", spoil(formula_area("=25*3"), _old_writer), "'=25*3'"),
        )
    ),
    _case(
        "error-pasted-as-a-value",
        REGISTER,
        spoil(workbook(LIST), _error_typed),
        "#REF!",
        kind="clusters",
        outcome="refused",
    ),
    _case(
        "formula-for-a-corner",
        XLSX,
        resaved(numbers(), _formula_corner),
        *("dòng 3", "'=C2+866'"),
        outcome="refused",
    ),
    _case(
        "24-hours-shown-as-an-hour-of-the-day",
        LOG,
        hours_log((0, 1), form="hh:mm"),
        "[h]:mm",
        kind="outages",
        outcome="refused",
    ),
    _case("word-table-over-two-pages", DOCX, word(TOP, [*HEAD, *REST]), "nối tiếp"),
    _case("word-table-without-its-heading-again", DOCX, word(TOP, REST), "nối tiếp", "tiêu đề"),
    _case(
        "word-table-with-its-title-again",
        DOCX,
        word(TOP, [*HEAD, *REST], between=["Bảng kê tọa độ (tiếp theo)", "Trang 2"]),
        "nối tiếp",
    ),
    _case("table-over-two-sheets", XLSX, workbook(TOP, [*HEAD, *REST]), "nối tiếp"),
    _case("table-over-two-sheets-without-heading", XLSX, workbook(TOP, REST), "nối tiếp"),
    _case("heading-again-in-a-sheet", XLSX, workbook([*TOP, *HEAD, *REST]), "nối tiếp"),
    _case(
        "register-without-its-heading-again",
        "Sổ cụm.docx",
        word([[str(c) for c in row] for row in LIST], [["PT-002", "Quảng Yên", "74"]]),
        "không có dòng tiêu đề",
        kind="clusters",
    ),
    _case("old-and-new-version-under-one-name", XLSX, _two_versions, "chồng lên nhau"),
)
"""Every outline is the square of PT-001, whose decision says 75 ha; one is there twice."""
