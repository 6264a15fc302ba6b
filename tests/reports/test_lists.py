"""Lists to take away: exactly the rows, in words, each with its own source."""

import io
import re

import docx
import openpyxl
import pandas as pd
import pytest
from facttables import fact_tables

from lib.crossing import answer
from lib.language.text import LANGS, number
from lib.register.clusters import register
from lib.reports import lists
from lib.reports.cards.material import Material
from lib.reports.word import table_docx
from lib.store.store import Manifest
from lib.tables import export
from lib.tables.glossary import CODES

HOSTILE = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://x","y")', "[x](javascript:alert(1))")
TABLES = fact_tables()
NAME = "Cụm công nghiệp"
AREA = "Diện tích theo quyết định (ha)"
SPOKEN = {
    *(
        "by_decision",
        "by_geometry",
        "cross_commune",
        "undetermined",
        "needs_decision",
        "larger_area",
    ),
    *(code for codes in CODES.values() for code in codes if "_" in code),
}
"""Codes that are no word in either language."""


def material(tables: dict, lang: str = "vi") -> Material:
    """Return the answer by documents alone, as a page has it."""
    found = answer.answer(tables, None, None, tolerance_m=50, lang=lang)
    manifest = Manifest("s", "2026-11-30T00:00:00Z", "prepare", "reference", {})
    return Material(manifest, tables, register(tables), found, (), None, lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["clusters", "crossing"])
def test_a_list_holds_words_and_no_code_and_one_source_a_row(kind, lang):
    known = material(TABLES, lang)
    if kind == "clusters":
        table = lists.clusters(known, known.clusters, lang)
        urls = known.clusters["source_url"].tolist()
    else:
        table = lists.crossing(known, set(known.clusters["cluster_id"]))
        of = known.clusters.set_index("cluster_id")["source_url"]
        urls = known.answer.rows["cluster_id"].map(of).tolist()
    cells = {str(cell) for cell in table.to_numpy().ravel()}
    assert not cells & SPOKEN
    assert not set(table.columns) & set(known.answer.rows.columns)
    sources = table.iloc[:, -2].tolist()
    assert sources == urls
    assert all(re.fullmatch(r"http\S+", source) for source in sources)


def test_exactly_what_is_listed_in_the_order_it_is_listed():
    known = material(TABLES)
    rows = known.clusters.iloc[[24, 3, 40]]
    table = lists.clusters(known, rows, "vi")
    assert table["Mã cụm"].tolist() == rows["cluster_id"].tolist()
    some = lists.crossing(known, ["PT-003"])
    assert some[NAME].unique().tolist() == ["Bãi Ba - Đông Thành"]
    assert set(some["Xã, phường"]) == {"Chí Tiên", "Đông Thành"}
    assert set(some["Kết luận"]) == {"nằm trên nhiều xã"}


def test_a_commune_of_a_proposal_is_called_one():
    known = material(TABLES)
    table = lists.clusters(known, known.clusters, "vi").set_index(NAME)
    assert (
        table.loc["Tề Lỗ", "Nay thuộc (theo văn bản)"]
        == "Tề Lỗ (đề xuất hoặc giao, chưa rõ vị trí)"
    )
    assert table.loc["Quảng Yên", "Tiến độ"] == "có nguồn nêu chậm"
    assert pd.isna(table.loc["Giáp Lai", "Tiến độ"])


def test_hostile_texts_are_texts_in_every_file():
    clusters = TABLES["clusters"].copy()
    clusters.loc[clusters.index[:3], "name"] = list(HOSTILE)
    clusters.loc[clusters.index[:3], "investor"] = list(HOSTILE)
    known = material(TABLES | {"clusters": clusters})
    table = lists.clusters(known, known.clusters.head(3), "vi")
    book = openpyxl.load_workbook(io.BytesIO(export.to_xlsx(table, notes={}, sheet="x")))
    names = [cell.value for cell in book["x"]["B"]][1:]
    assert names == list(HOSTILE)
    assert {cell.data_type for cell in book["x"]["B"]} == {"s"}
    text = export.to_csv(table, excel=True).decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    made = table_docx(lists.on_paper(table, "vi"), "Cụm", {"_sheet": "x", "Ngày": "1"}, "vi")
    word = docx.Document(io.BytesIO(made))
    assert [row.cells[0].text for row in word.tables[0].rows] == [NAME, *HOSTILE]
    assert [p.text for p in word.paragraphs] == ["Cụm", "Ngày: 1"]
    (drawn,) = word.tables
    widths = [column.width for column in drawn.columns]
    assert widths == [cell.width for cell in drawn.rows[1].cells], "not every reader asks the cells"
    assert len(set(widths)) > 1


def test_a_figure_is_the_same_in_workbook_and_word():
    known = material(TABLES)
    rows = known.clusters.dropna(subset=["area_ha"]).head(5)
    table = lists.clusters(known, rows, "vi")
    paper = lists.on_paper(table, "vi")
    assert paper[AREA].tolist() == [number(a, "vi", 2) for a in table[AREA]]
    assert not paper.isna().any(axis=None)
    assert paper["Nguồn"].str.contains("://").sum() == 0
