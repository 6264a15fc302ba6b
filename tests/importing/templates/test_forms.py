"""Templates: one marked example, and the import reads what is filled in as it is."""

import unicodedata

import pytest
from facttables import fact_tables
from hypothesis import given
from hypothesis import strategies as st
from templateforms import FILLED, NAMES, REGISTERS, book, grids, heading_row, unmarked

from lib.importing.coordinates.reader import is_coordinate_table, read_coordinate_table
from lib.importing.readers.grid import Grid
from lib.importing.readers.registry import read
from lib.importing.sheets.headings import find_heading
from lib.importing.sheets.reader import read_register
from lib.importing.templates import forms
from lib.language.errors import WrongUseError
from lib.language.text import LANGS, fold, t
from lib.tables import schemas

MARK = t("templates.example_mark")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", REGISTERS)
def test_the_import_reads_the_example_without_a_doubt(table, lang, tmp_path):
    form = unmarked(grids(table, lang, tmp_path)[0])
    (data,), notes = forms.as_data([form])
    assert not notes
    reference = {k: v for k, v in fact_tables().items() if k != table}
    found = read_register(data, table, defaults=FILLED, reference=reference)
    assert [f.message() for f in found.findings] == []
    assert len(found.frame) == 1
    assert found.rows == (2,)
    checked = found.frame.assign(**({"sample": False} if table in ("outages", "customers") else {}))
    schemas.ALL_TABLES[table].validate(checked)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", NAMES)
def test_an_untouched_template_brings_nothing_and_says_so(table, lang, tmp_path):
    data, notes = forms.as_data(grids(table, lang, tmp_path))
    assert [grid.sheet for grid in data] == [table]
    assert [(note.level, note.row) for note in notes] == [("note", heading_row(table) + 1)]
    assert t("templates.example_mark", lang) in notes[0].message(lang)
    (grid,) = data
    if table == forms.COORDINATES:
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
    (data,), _ = forms.as_data(read(path).grids)
    found = read_register(data, "customers", defaults=FILLED, reference=fact_tables())
    assert found.rows == (3,)
    assert found.frame["commune_code"].tolist() == ["08173"]
    assert found.frame["month"].tolist() == ["2026-09"]


def test_points_filled_in_become_an_outline_in_the_zone_of_the_title(tmp_path):
    pages = book(forms.COORDINATES)
    form = pages[forms.COORDINATES]
    corners = [(2358517.85, 567233.75), (2358517.85, 567483.75), (2358267.85, 567483.75)]
    for row, (x, y) in enumerate(corners, start=5):
        for place, value in enumerate((row - 4, x, y), start=1):
            form.cell(row, place).value = value
    path = tmp_path / "toa-do.xlsx"
    pages.save(path)
    (grid,), notes = forms.as_data(read(path).grids)
    assert len(notes) == 1
    assert is_coordinate_table(grid)
    table = read_coordinate_table(grid)
    assert not [f for f in table.findings if f.level in ("refused", "ask")]
    (parcel,) = table.parcels
    assert len(parcel.points) == 3
    assert table.stated_epsg == 9208


def test_the_guide_is_never_taken_for_data(tmp_path):
    for lang in LANGS:
        for table in NAMES:
            form, guide = grids(table, lang, tmp_path)
            assert forms.as_data([guide]) == ((), ())
            assert forms.as_data([form])[0]


def test_a_sheet_of_the_office_stays_even_if_it_is_called_guide():
    own = Grid("a.xlsx", "Hướng dẫn", (("Mã cụm", "Tên"), ("PT-001", "Bãi Ba 2")))
    assert forms.as_data([own]) == ((own,), ())


def test_a_grid_without_marks_goes_through_unchanged():
    own = Grid(
        "a.xlsx", "clusters", (("Mã cụm", "Ghi chú"), ("PT-001", "ví dụ tốt"), (None, 3.5)), 4
    )
    assert forms.as_data([own]) == ((own,), ())


@pytest.mark.parametrize(
    "text",
    [
        MARK,
        unicodedata.normalize("NFD", MARK),
        MARK.upper(),
        f"  {MARK} ",
        MARK.replace("–", "-"),
        "EXAMPLE – delete this row",
    ],
)
def test_the_mark_is_known_however_it_is_typed(text):
    assert forms.is_example(text)


@given(st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text()))
def test_nothing_else_is_a_mark(cell):
    marks = {fold(t("templates.example_mark", lang)) for lang in LANGS}
    if not isinstance(cell, str) or fold(cell) not in marks:
        assert not forms.is_example(cell)


def test_the_form_is_found_by_its_headings(tmp_path):
    for lang in LANGS:
        for table in REGISTERS:
            heading = find_heading(grids(table, lang, tmp_path)[0], table)
            assert heading.row == 0
            assert not heading.missing
            assert {match.how for match in heading.matches} <= {"label", "code"}


def test_an_unknown_template_is_wrong_use():
    with pytest.raises(WrongUseError) as error:
        forms.template("settlements")
    assert "coordinates" in error.value.message()
