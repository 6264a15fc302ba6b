"""Every column of a table is in its template, explained, with a real example."""

import pandas as pd
import pytest
from templateforms import book, grids

from lib.importing.sheets.cells import read_cell
from lib.language.text import LANGS
from lib.tables import facts, registry, schemas


@pytest.mark.parametrize("table", registry.imported())
def test_every_column_is_there_or_filled_by_the_import(table):
    headings = {cell.value for cell in book(table)[table][1]}
    columns = schemas.ALL_TABLES[table].columns
    left = {name for name in columns if schemas.label(table, name) not in headings}
    filled = {"source_url", "as_of", "sample", "outage_id", "conclusion_id"}
    assert left == filled & set(columns)
    assert set(registry.TABLES[table].key) - {"outage_id", "conclusion_id"} <= set(columns) - left


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", sorted(set(registry.imported()) & set(registry.with_facts())))
def test_the_example_is_a_real_row_of_the_facts(table, lang, tmp_path):
    form = grids(table, lang, tmp_path)[0]
    columns = list(schemas.ALL_TABLES[table].columns)
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


def test_the_guide_says_what_is_required_in_which_unit_and_range():
    guide = {row[0].value: row for row in book("clusters")["Hướng dẫn"].iter_rows(min_row=5)}
    area = guide["Diện tích theo quyết định (ha)"]
    assert area[1].value == "không bắt buộc"
    assert area[2].value == "ha"
    assert "từ 0 đến 200" in area[3].value
    assert guide["Mã cụm"][1].value == "bắt buộc"
    places = {row[0].value: row for row in book("substations")["Hướng dẫn"].iter_rows(min_row=5)}
    assert "từ 20 đến 22,2" in places["Vĩ độ (°)"][3].value
