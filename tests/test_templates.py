"""Templates: every column explained, one marked example, and the import reads them as they are."""

import io
import unicodedata
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from lib import facts, schemas, templates
from lib.cells import read_cell
from lib.coordinates import is_coordinate_table, read_coordinate_table
from lib.errors import WrongUseError
from lib.grid import Grid
from lib.headings import find_heading
from lib.readers import read
from lib.registers import read_register
from lib.text import LANGS, fold, t

NAMES = (*schemas.KEYS, templates.COORDINATES)
REGISTERS = [name for name in schemas.KEYS if name != "outlines"]
FILLED = {"source_url": "file:mau.xlsx", "as_of": "2026-10-05"}


def book(table: str, lang: str = "vi") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(templates.template(table, lang)))


def grids(table: str, lang: str, folder: Path) -> tuple[Grid, ...]:
    path = folder / "mau.xlsx"
    path.write_bytes(templates.template(table, lang))
    content = read(path)
    assert not content.findings
    return content.grids


def unmarked(grid: Grid) -> Grid:
    """Return the sheet as if the marks were deleted: the example becomes a row of data."""
    rows = tuple(tuple(None if templates.is_example(c) else c for c in row) for row in grid.rows)
    return Grid(grid.file, grid.sheet, rows, grid.first_row)


def heading_row(table: str) -> int:
    return 3 if table == templates.COORDINATES else 1


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", NAMES)
def test_a_template_has_headings_one_marked_example_and_a_guide(table, lang):
    pages = book(table, lang)
    assert pages.sheetnames == [table, t("templates.guide", lang)]
    form = pages[table]
    head = heading_row(table)
    assert form.max_row == head + 1
    headings = [cell.value for cell in form[head]]
    assert len(set(headings)) == len(headings)
    assert headings[-1] == t("templates.mark_heading", lang)
    assert form[head + 1][-1].value == t("templates.example_mark", lang)
    assert form.freeze_panes == f"A{head + 1}"
    assert all(cell.comment and cell.comment.text.strip() for cell in form[head][:-1])
    guide = pages[t("templates.guide", lang)]
    assert [row[0].value for row in guide.iter_rows(min_row=5)] == headings[:-1]


@pytest.mark.parametrize("table", schemas.KEYS)
def test_every_column_is_there_or_filled_by_the_import(table):
    headings = {cell.value for cell in book(table)[table][1]}
    columns = schemas.ALL_TABLES[table].to_schema().columns
    left = {name for name in columns if schemas.label(table, name) not in headings}
    assert left == {"source_url", "as_of", "sample", "outage_id"} & set(columns)
    assert set(schemas.KEYS[table]) - {"outage_id"} <= set(columns) - left


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", REGISTERS)
def test_the_import_reads_the_example_without_a_doubt(table, lang, tmp_path):
    form = unmarked(grids(table, lang, tmp_path)[0])
    (data,), notes = templates.as_data([form])
    assert not notes
    reference = {k: v for k, v in facts.load_all().items() if k != table}
    found = read_register(data, table, defaults=FILLED, reference=reference)
    assert [f.message() for f in found.findings] == []
    assert len(found.frame) == 1
    assert found.rows == (2,)
    checked = found.frame.assign(**({"sample": False} if table in ("outages", "customers") else {}))
    schemas.ALL_TABLES[table].validate(checked)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", sorted(set(schemas.KEYS) & set(schemas.TABLES)))
def test_the_example_is_a_real_row_of_the_facts(table, lang, tmp_path):
    form = grids(table, lang, tmp_path)[0]
    columns = list(schemas.ALL_TABLES[table].to_schema().columns)
    by_label = {schemas.label(table, c, lang): c for c in columns}
    read_back = {
        by_label[heading]: read_cell(cell, table, by_label[heading]).value
        for heading, cell in zip(form.rows[0][:-1], form.rows[1][:-1], strict=True)
    }
    real = facts.load(table)
    same = pd.Series(data=True, index=real.index)
    for column, value in read_back.items():
        same &= (
            real[column].isna() if value is None else (real[column] == value).fillna(value=False)
        )
    assert same.sum() >= 1


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", NAMES)
def test_an_untouched_template_brings_nothing_and_says_so(table, lang, tmp_path):
    data, notes = templates.as_data(grids(table, lang, tmp_path))
    assert [grid.sheet for grid in data] == [table]
    assert [(note.level, note.row) for note in notes] == [("note", heading_row(table) + 1)]
    assert t("templates.example_mark", lang) in notes[0].message(lang)
    (grid,) = data
    if table == templates.COORDINATES:
        assert not read_coordinate_table(grid).parcels
    elif table != "outlines":
        found = read_register(grid, table, defaults=FILLED)
        assert found.frame.empty
        assert not found.findings


def test_rows_filled_in_below_the_example_are_data(tmp_path):
    pages = book("customers")
    form = pages["customers"]
    for place, value in enumerate(["08173", "09/2026", 4100], start=1):
        form.cell(3, place).value = value
    path = tmp_path / "khach-hang.xlsx"
    pages.save(path)
    (data,), _ = templates.as_data(read(path).grids)
    found = read_register(data, "customers", defaults=FILLED, reference=facts.load_all())
    assert found.rows == (3,)
    assert found.frame["commune_code"].tolist() == ["08173"]
    assert found.frame["month"].tolist() == ["2026-09"]


def test_points_filled_in_become_an_outline_in_the_zone_of_the_title(tmp_path):
    pages = book(templates.COORDINATES)
    form = pages[templates.COORDINATES]
    corners = [(2358517.85, 567233.75), (2358517.85, 567483.75), (2358267.85, 567483.75)]
    for row, (x, y) in enumerate(corners, start=5):
        for place, value in enumerate((row - 4, x, y), start=1):
            form.cell(row, place).value = value
    path = tmp_path / "toa-do.xlsx"
    pages.save(path)
    (grid,), notes = templates.as_data(read(path).grids)
    assert len(notes) == 1
    assert is_coordinate_table(grid)
    table = read_coordinate_table(grid)
    assert not [f for f in table.findings if f.level in ("refused", "ask")]
    (parcel,) = table.parcels
    assert len(parcel.points) == 3
    assert table.stated_epsg == 9208


@pytest.mark.parametrize("table", schemas.KEYS)
def test_a_coded_column_offers_exactly_its_words(table):
    pages = book(table)
    form, guide = pages[table], pages["Hướng dẫn"]
    offered = {}
    for rule in form.data_validations.dataValidation:
        (cells,) = rule.sqref.ranges
        left, top, right, bottom = range_boundaries(str(cells))
        assert (left, top) == (right, 2)
        assert bottom >= 1_000
        sheet, _, place = rule.formula1.rpartition("!")
        assert sheet == "'Hướng dẫn'"
        offered[form.cell(1, left).value] = [c.value for row in guide[place] for c in row]
    wanted = {
        schemas.label(table, column): [schemas.value_label(codes, c) for c in schemas.CODES[codes]]
        for column in schemas.ALL_TABLES[table].to_schema().columns
        if (codes := schemas.codes_of(table, column))
    }
    assert offered == wanted


def test_the_guide_says_what_is_required_in_which_unit_and_range():
    guide = {row[0].value: row for row in book("clusters")["Hướng dẫn"].iter_rows(min_row=5)}
    area = guide["Diện tích theo quyết định (ha)"]
    assert area[1].value == "không bắt buộc"
    assert area[2].value == "ha"
    assert "từ 0 đến 200" in area[3].value
    assert guide["Mã cụm"][1].value == "bắt buộc"
    places = {row[0].value: row for row in book("substations")["Hướng dẫn"].iter_rows(min_row=5)}
    assert "từ 20 đến 22,2" in places["Vĩ độ (°)"][3].value


def test_a_code_keeps_its_leading_zero_and_no_cell_is_a_formula():
    for table in NAMES:
        for page in book(table):
            cells = [cell for row in page.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
    form = book("assignments")["assignments"]
    place = [c.value for c in form[1]].index(schemas.label("assignments", "commune_code")) + 1
    assert form.cell(2, place).value == "09043"
    assert form.cell(2, place).number_format == "@"
    assert form.column_dimensions[form.cell(1, place).column_letter].width > 10


def test_the_words_fit_in_what_a_spreadsheet_allows(recwarn):
    warnings.simplefilter("always")
    for lang in LANGS:
        for table in NAMES:
            templates.template(table, lang)
    assert not recwarn.list


def test_the_guide_is_never_taken_for_data(tmp_path):
    for lang in LANGS:
        for table in NAMES:
            form, guide = grids(table, lang, tmp_path)
            assert templates.as_data([guide]) == ((), ())
            assert templates.as_data([form])[0]


def test_a_sheet_of_the_office_stays_even_if_it_is_called_guide():
    own = Grid("a.xlsx", "Hướng dẫn", (("Mã cụm", "Tên"), ("PT-001", "Bãi Ba 2")))
    assert templates.as_data([own]) == ((own,), ())


def test_a_grid_without_marks_goes_through_unchanged():
    own = Grid(
        "a.xlsx", "clusters", (("Mã cụm", "Ghi chú"), ("PT-001", "ví dụ tốt"), (None, 3.5)), 4
    )
    assert templates.as_data([own]) == ((own,), ())


@pytest.mark.parametrize(
    "text",
    [
        templates.EXAMPLE_MARK,
        unicodedata.normalize("NFD", templates.EXAMPLE_MARK),
        templates.EXAMPLE_MARK.upper(),
        f"  {templates.EXAMPLE_MARK} ",
        templates.EXAMPLE_MARK.replace("–", "-"),
        "EXAMPLE – delete this row",
    ],
)
def test_the_mark_is_known_however_it_is_typed(text):
    assert templates.is_example(text)


@given(st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text()))
def test_nothing_else_is_a_mark(cell):
    marks = {fold(t("templates.example_mark", lang)) for lang in LANGS}
    if not isinstance(cell, str) or fold(cell) not in marks:
        assert not templates.is_example(cell)


def test_the_form_is_found_by_its_headings(tmp_path):
    for lang in LANGS:
        for table in REGISTERS:
            heading = find_heading(grids(table, lang, tmp_path)[0], table)
            assert heading.row == 0
            assert not heading.missing
            assert {match.how for match in heading.matches} <= {"label", "code"}


def test_an_unknown_template_is_wrong_use():
    with pytest.raises(WrongUseError) as error:
        templates.template("settlements")
    assert "coordinates" in error.value.message()


def test_the_same_template_is_the_same_file(monkeypatch):
    first = templates.template("clusters")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert templates.template("clusters") == first
