"""The workbook: headings, drop-downs and formats a spreadsheet takes as they are meant."""

import warnings

import pytest
from openpyxl.utils import range_boundaries
from templateforms import NAMES, book, heading_row

from lib.importing.templates import forms
from lib.language.text import LANGS, t
from lib.tables import registry, schemas


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


@pytest.mark.parametrize("table", registry.imported())
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
        for column in schemas.ALL_TABLES[table].columns
        if (codes := schemas.codes_of(table, column))
    }
    assert offered == wanted


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
            forms.template(table, lang)
    assert not recwarn.list


def test_the_same_template_is_the_same_file(monkeypatch):
    first = forms.template("clusters")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert forms.template("clusters") == first
