"""Headings of real tables of offices, in both languages, in one row or two."""

import pytest

from lib.importing.readers.grid import Grid
from lib.importing.sheets.cells import synonyms
from lib.importing.sheets.headings import (
    column_label,
    columns_of,
    find_heading,
    heading_findings,
    place_by_hand,
)
from lib.importing.sheets.rows import data_rows
from lib.language.text import LANGS
from lib.tables import registry, schemas

TABLES = [table for table in registry.imported() if table != "outlines"]


def sheet(*rows):
    width = max(map(len, rows))
    return Grid("bang.xlsx", "", tuple((*row, *[None] * (width - len(row))) for row in rows))


def columns(heading):
    return {match.place: match.column for match in heading.matches}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("words", ["code", *LANGS])
def test_every_column_is_found_by_its_name_and_its_labels(table, words):
    names = list(schemas.ALL_TABLES[table].columns)
    titles = names if words == "code" else [schemas.label(table, c, words) for c in names]
    heading = find_heading(sheet(titles), table)
    assert columns(heading) == dict(enumerate(names))
    assert {m.how for m in heading.matches} <= {"code", "label"}
    assert (heading.unmatched, heading.missing) == ((), ())


@pytest.mark.parametrize("table", TABLES)
def test_every_synonym_alone_names_its_column(table):
    own = {c: w for c, w in synonyms()[table].items() if isinstance(w, list)}
    for column, words in own.items():
        for word in words:
            found = columns(find_heading(sheet([word, "source_url"]), table))
            expected = "start" if column == "start_date" else column
            assert found.get(0) == expected, (word, found)


def test_the_words_of_an_office_list():
    titles = ["TT", "Tên CCN", "Mã cụm", "Địa điểm", "Diện tích theo QĐ", "Chủ đầu tư hạ tầng",
              "Số QĐ thành lập", "Ngày QĐ", "Hiện trạng", "Tỷ lệ lấp đầy (%)",
              "Điện thoại"]  # fmt: skip
    title = ["DANH MỤC CÁC CỤM CÔNG NGHIỆP"] * 11
    grid = sheet(title, ["Đơn vị: ha"], [], titles, ["1", "Ấm Hạ"])
    heading = find_heading(grid, "clusters")
    assert (heading.row, heading.height) == (3, 1)
    assert list(columns(heading).values()) == [
        "name", "cluster_id", "stated_communes", "area_ha", "investor",
        "decision_no", "decision_date", "operation_status", "occupancy_pct",
    ]  # fmt: skip
    assert heading.unmatched == ("TT", "Điện thoại")
    assert {f.level for f in heading_findings(heading, grid, "clusters")} == {"note"}


def test_a_heading_of_two_rows():
    grid = sheet(
        ["TT", "Tên CCN", "Quyết định", "Quyết định", "Diện tích (ha)"],
        ["TT", "Tên CCN", "Số", "Ngày", "Diện tích (ha)"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["1", "Ấm Hạ", "12/QĐ-UBND", "1/2/2024", "75"],
    )
    heading = find_heading(grid, "clusters")
    assert (heading.row, heading.height) == (0, 2)
    assert list(columns(heading).values()) == ["name", "decision_no", "decision_date", "area_ha"]
    assert data_rows(grid, heading) == ([3], ())


def test_an_end_is_the_announced_one_only_beside_the_actual_one():
    both = find_heading(sheet(["Từ", "Đến", "Thực tế", "Khu vực"]), "outages")
    assert columns(both) == {0: "start", 1: "announced_end", 2: "end", 3: "area_text"}
    one = find_heading(sheet(["Từ", "Đến", "Khu vực"]), "outages")
    assert columns(one) == {0: "start", 1: "end", 2: "area_text"}
    apart = find_heading(sheet(["NGAY_BAT_DAU", "THOI_GIAN_BAT_DAU", "DIA_CHI"]), "outages")
    assert columns(apart) == {0: "start_date", 1: "start", 2: "area_text"}
    day_only = find_heading(sheet(["Ngày", "Khu vực"]), "outages")
    assert columns(day_only) == {0: "start", 1: "area_text"}


def test_a_slip_is_asked_never_taken_in_silence():
    grid = sheet(["Mã cụm", "Chủ đầu tư hạ tần"])
    heading = find_heading(grid, "clusters")
    (match,) = (m for m in heading.matches if m.how == "similar")
    assert (match.column, match.heading, match.place) == ("investor", "Chủ đầu tư hạ tần", 1)
    assert 88 <= match.score < 100
    (asked,) = heading_findings(heading, grid, "clusters")
    assert (asked.level, asked.column, asked.row) == ("ask", "Chủ đầu tư hạ tần", 1)
    assert "Chủ đầu tư hạ tầng" in asked.message()


def test_what_ties_is_left_to_a_person():
    grid = sheet(["Mã cụm", "Tên CCN", "Ghi chú", "Ghi chú"])
    heading = find_heading(grid, "clusters")
    assert columns(heading) == {0: "cluster_id", 1: "name"}
    assert heading.unmatched == ("Ghi chú",)
    chosen = place_by_hand(grid, "clusters", heading, {"note": 3})
    assert columns(chosen) == {0: "cluster_id", 1: "name", 3: "note"}


def test_another_unit_is_another_column():
    heading = find_heading(sheet(["Mã cụm", "Tên CCN", "Diện tích (m²)"]), "clusters")
    assert heading.unmatched == ("Diện tích (m²)",)
    assert columns(find_heading(sheet(["Mã cụm", "Diện tích"]), "clusters"))[1] == "area_ha"


@pytest.mark.parametrize("titles", [["Số KH", "Số KH"], ["customers_served", "customers_served"]])
def test_a_column_there_twice_is_not_called_missing(titles):
    grid = sheet(["Tháng", "Mã xã", *titles])
    (finding, *_) = heading_findings(find_heading(grid, "customers"), grid, "customers")
    assert (finding.level, finding.key) == ("refused", "headings.twice")
    assert ", ".join(titles) in finding.message()


@pytest.mark.parametrize(
    ("title", "asked"), [("Diện tích (ha)", ["area_ha"]), ("Ghi chú", []), ("Nhà thầu", [])]
)
def test_a_quantity_there_twice_is_never_left_out_with_a_note(title, asked):
    grid = sheet(["Mã cụm", "Tên CCN", title, title])
    found = heading_findings(find_heading(grid, "clusters"), grid, "clusters")
    assert [f.column for f in found if f.key == "headings.twice"] == asked
    assert all(f.level == "note" for f in found if f.key != "headings.twice")


def test_what_is_missing_is_refused_unless_the_caller_fills_it():
    grid = sheet(["Tháng", "Mã xã"])
    heading = find_heading(grid, "customers")
    assert heading.missing == ("customers_served",)
    (finding,) = heading_findings(heading, grid, "customers")
    assert finding.level == "refused"
    assert "Số khách hàng" in finding.message()
    assert heading_findings(heading, grid, "customers", {"customers_served": 0}) == ()
    assert find_heading(sheet(["Tên CCN", "Ghi chú"]), "clusters").missing == ()
    assert find_heading(sheet(["Diện tích (ha)", "Ghi chú"]), "clusters").missing == ("cluster_id",)


def test_no_heading_is_told():
    grid = sheet(["a", "b"], ["1", "2"])
    assert find_heading(grid, "clusters") is None
    (finding,) = heading_findings(None, grid, "clusters")
    assert (finding.level, finding.key) == ("refused", "headings.none")
    assert "bang.xlsx" in finding.message("en")
    late = sheet(*[["x"]] * 30, ["Mã cụm", "Tên CCN"])
    assert find_heading(late, "clusters") is None


def test_titles_and_totals_inside_the_table_are_passed_over_and_told():
    grid = sheet(
        ["TT", "Tên CCN", "Diện tích (ha)"],
        ["I. Huyện Thanh Ba"] * 3,
        ["1", "Quảng Yên", 69.42],
        [],
        ["Tổng cộng", None, 69.42],
        ["Người lập biểu"],
    )
    rows, notes = data_rows(grid, find_heading(grid, "clusters"))
    assert rows == [2]
    assert [(n.row, n.values["value"]) for n in notes] == [
        (2, "I. Huyện Thanh Ba"), (5, "Tổng cộng"), (6, "Người lập biểu"),
    ]  # fmt: skip


def test_parts_have_labels():
    assert column_label("outages", "start_date") == "Ngày bắt đầu"
    assert column_label("outages", "district", "en") == "Former district"
    assert column_label("clusters", "area_ha") == schemas.label("clusters", "area_ha")


def test_a_column_can_be_left_out_by_hand():
    grid = sheet(["Tên cụm", "Diện tích (ha)", "Ghi chú"], ["Ấm Hạ", 60, "x"])
    heading = find_heading(grid, "clusters")
    assert heading.titles == ("Tên cụm", "Diện tích (ha)", "Ghi chú")
    chosen = place_by_hand(grid, "clusters", heading, {"area_ha": -1, "note": 1})
    assert columns(chosen) == {0: "name", 1: "note"}
    assert {match.how for match in chosen.matches if match.place == 1} == {"hand"}
    assert chosen.unmatched == ("Ghi chú",)


def test_parts_of_a_heading_are_offered_where_they_mean_something():
    assert {"district", "start_date"} <= set(columns_of("outages"))
    assert "district" in set(columns_of("former_units")), "a column of its own there"
    assert set(columns_of("clusters")) == set(schemas.ALL_TABLES["clusters"].columns)
