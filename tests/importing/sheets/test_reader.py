"""Sheets of offices to typed tables: nothing lost in silence, nothing guessed."""

import csv
import datetime as dt

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.importing.readers.grid import Grid
from lib.importing.sheets import reader, tablecheck
from lib.importing.sheets.places import Places
from lib.language.text import LANGS, is_blank, number
from lib.tables import facts, registry, schemas

SOURCE = {"source_url": "file:bang.xlsx", "as_of": "2026-08-28", "sample": False}
FACTS = [table for table in registry.imported() if table in registry.with_facts()]


@pytest.fixture(scope="module")
def tables():
    return fact_tables()


def sheet(*rows):
    return Grid("bang.xlsx", "", tuple(tuple(row) for row in rows))


def levels(register):
    return {finding.level for finding in register.findings}


def told(register, key):
    return [finding for finding in register.findings if finding.key == key]


def said(finding):
    return vars(finding)["values"]


def as_grid(table, frame, words):
    """Return a table as a file would hold it: headings and codes in `words`."""
    if words == "code":
        titles = list(frame.columns)
    else:
        titles = [schemas.label(table, column, words) for column in frame.columns]
    rows = [
        [cell(table, column, value, words) for column, value in row.items()]
        for row in frame.to_dict("records")
    ]
    return sheet(titles, *rows)


def cell(table, column, value, words):
    codes = schemas.codes_of(table, column)
    if is_blank(value):
        return None if words == "code" else schemas.value_label(codes or "", None, words)
    if words == "code":
        return value
    if codes:
        return schemas.value_label(codes, value, words)
    if isinstance(value, float):
        return repr(value).replace(".", "," if words == "vi" else ".")
    if isinstance(value, int):
        return number(value, words)
    return value


@pytest.mark.parametrize("words", ["code", *LANGS])
@pytest.mark.parametrize("table", FACTS)
def test_facts_written_in_any_words_are_read_back_the_same(tables, table, words):
    read = reader.read_register(as_grid(table, tables[table], words), table, reference=tables)
    assert read.findings == ()
    assert set(read.columns) == set(tables[table].columns)
    assert read.rows == tuple(range(2, len(tables[table]) + 2))
    pd.testing.assert_frame_equal(read.frame[list(tables[table].columns)], tables[table])
    checked, found = tablecheck.validate(table, read.frame, read.rows, "bang.xlsx")
    assert found == ()
    pd.testing.assert_frame_equal(checked[list(tables[table].columns)], tables[table])


@pytest.mark.parametrize("table", FACTS)
def test_the_committed_csv_files_are_read_as_facts_are(tables, table):
    with (facts.FACTS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [[text or None for text in row] for row in csv.reader(file)]
    read = reader.read_register(sheet(*rows), table, reference=tables)
    assert read.findings == ()
    as_filed = facts.load(table)  # before statements choose
    written = [name for name in as_filed.columns if name in rows[0]]
    pd.testing.assert_frame_equal(read.frame[written], as_filed[written])


def test_the_real_records_of_outages_are_read(shared, tables):
    path = shared / "data/outages/outages_real_records.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [[text or None for text in row] for row in csv.reader(file)]
    read = reader.read_register(sheet(*rows), "outages", defaults=SOURCE, reference=tables)
    assert levels(read) == {"note"}
    assert len(read.frame) == 10
    assert read.frame["outage_id"].is_unique
    assert read.frame["planned"].value_counts().to_dict() == {"planned": 9, "unplanned": 1}
    late = read.frame[read.frame["end"] > read.frame["announced_end"]]
    assert len(late) == 2
    assert read.frame["end"].isna().sum() == 1
    assert tablecheck.validate("outages", with_all("outages", read.frame), read.rows, "f")[1] == ()


def with_all(table, frame):
    columns = schemas.ALL_TABLES[table].columns
    return frame.assign(**{c: None for c in columns if c not in frame})


OUTAGES = ["Từ", "Đến", "Khu vực", "Xã", "Lộ", "Loại"]


def outages(*rows, **options):
    given = {"defaults": SOURCE, **options}
    return reader.read_register(sheet(OUTAGES, *rows), "outages", **given)


def test_every_bad_cell_is_told_with_its_place():
    read = reader.read_register(
        sheet(
            ["Danh sách", None, None],
            ["Mã cụm", "Diện tích (ha)", "Ngày QĐ"],
            ["PT-001", "1.234", "31/2/2025"],
            ["PT-002", "500", "2025"],
        ),
        "clusters",
    )
    assert [(f.level, f.key, f.row, f.column) for f in read.findings] == [
        ("refused", "cells.ambiguous_number", 3, "Diện tích (ha)"),
        ("refused", "cells.not_a_date", 3, "Ngày QĐ"),
        ("refused", "registers.out_of_range", 4, "Diện tích (ha)"),
    ]
    assert "(0 đến 200)" in read.findings[2].message()
    assert "1234 hoặc 1,234" in read.findings[0].message()
    assert list(read.frame.columns) == ["cluster_id", "area_ha", "decision_date"]


def test_a_refusal_quotes_the_cell_as_the_file_has_it():
    head = ["Mã xã", "Tháng", "Số khách hàng"]
    rows = [["08434", "10/2025", "1,5"], ["08434", "11/2025", "1 000 001"]]
    read = reader.read_register(sheet(head, *rows), "customers", defaults=SOURCE)
    shown = {f.key: said(f)["value"] for f in read.findings}
    assert shown == {"cells.not_whole": "1,5", "registers.out_of_range": "1 000 001"}


def test_hidden_characters_of_columns_in_use_are_told_with_their_place():
    read = reader.read_register(
        sheet(
            ["Mã cụm", "Tên cụm", "Cột lạ"],
            ["PT-001", "Bãi\u200b Ba\u00ad\u00ad 2", "\u202e"],
            ["PT-002\ufeff", "Quảng\u00a0Yên\n", None],
        ),
        "clusters",
    )
    mended = [f for f in read.findings if f.level == "mended"]
    assert [(f.key, f.row, f.column) for f in mended] == [
        ("cells.hidden", 2, "Tên cụm"),
        ("cells.hidden", 3, "Mã cụm"),
    ]
    assert "3 ký tự ẩn (U+200B, U+00AD)" in mended[0].message()
    assert read.frame["name"].tolist() == ["Bãi Ba 2", "Quảng Yên"]
    assert read.frame["cluster_id"].tolist() == ["PT-001", "PT-002"]


def test_a_list_of_clusters_may_bring_a_name_and_one_figure():
    read = reader.read_register(sheet(["Tên CCN", "Lấp đầy (%)"], ["Ấm Hạ", 60]), "clusters")
    assert read.findings == ()
    assert read.columns == ("name", "occupancy_pct")
    assert read.frame["cluster_id"].isna().all()
    (twice,) = reader.read_register(
        sheet(["Tên CCN", "Lấp đầy (%)"], ["Ấm Hạ", 60], ["Ấm Hạ", 61]), "clusters"
    ).findings
    assert (twice.key, twice.row, said(twice)["first"]) == ("registers.duplicate", 3, 2)


def test_keys_blank_or_twice_are_refused_with_both_rows():
    head = ["Mã xã", "Tháng", "Số khách hàng"]
    read = reader.read_register(
        sheet(head, ["08434", "10/2025", 5], [8434, "2025-10", 6], [None, "10/2025", 7]),
        "customers",
        defaults=SOURCE,
    )
    (twice,) = told(read, "registers.duplicate")
    assert (twice.row, said(twice)) == (3, {"value": "8434, 2025-10", "first": 2})
    assert [f.row for f in told(read, "schemas.blank")] == [4]
    assert [f.level for f in told(read, "cells.zero")] == ["mended"]
    assert list(read.frame["commune_code"].fillna("")) == ["08434", "08434", ""]


def test_an_outage_gets_the_same_id_in_every_file_and_a_twin_is_dropped():
    row = ["05h00 28/8/2026", "11h30 28/8/2026", "khu 8", None, "473", "kế hoạch"]
    read = outages(row, row, [row[0], row[1], "khu 9", *row[3:]])
    (twin,) = told(read, "registers.twin")
    assert (twin.level, twin.row, said(twin)) == ("mended", 3, {"first": 2})
    assert levels(read) == {"mended"}
    assert read.rows == (2, 4)
    assert read.frame["outage_id"].nunique() == 2
    again = outages(["2026-08-28T05:00", *row[1:]])
    assert again.frame["outage_id"].iloc[0] == read.frame["outage_id"].iloc[0]
    other_end = outages(row, [row[0], "12h00 28/8/2026", *row[2:]])
    (same,) = told(other_end, "registers.same_outage")
    assert (same.row, said(same)["first"]) == (3, 2)


def test_a_fault_of_a_feeder_is_a_row_for_each_commune_it_reached(tables):
    head = ["Bắt đầu", "Kết thúc", "Lộ", "Mã xã", "Số KH mất điện", "Loại"]
    rows = [
        ["05h00 28/3/2025", "06h00 28/3/2025", "471 E4.1", place, people, "sự cố"]
        for place, people in (("Hạ Hòa", 100), ("Yên Kỳ", 200), ("Cao Sơn", 50))
    ]

    def read_in(*given, **answers):
        return reader.read_register(
            sheet(head, *given), "outages", defaults=SOURCE, reference=tables, communes=answers
        )

    read = read_in(*rows)
    assert "refused" not in levels(read), "a name that may be two communes is asked"
    assert read.frame["outage_id"].nunique() == 3
    by_code = read_in([*rows[0][:3], "08053", *rows[0][4:]])
    assert by_code.frame["outage_id"].iloc[0] == read.frame["outage_id"].iloc[0]
    codes = said(told(read, "registers.commune_ambiguous")[0])["codes"].split()
    answered = read_in(*rows, **{"Cao Sơn": codes[0]})
    assert answered.frame["commune_code"].tolist() == ["08053", "08113", codes[0]]
    assert answered.frame["outage_id"].tolist() == read.frame["outage_id"].tolist()


def test_an_end_before_its_start_is_refused():
    read = outages(["22h00 28/8/2026", "02h00 28/8/2026", "khu 8", None, None, "sự cố"])
    (finding,) = read.findings
    assert (finding.key, finding.row, finding.column) == ("registers.end_before_start", 2, "Đến")
    assert "22:00 28/08/2026" in finding.message()


def test_a_span_in_one_cell_and_hours_beside_their_day():
    span = reader.read_register(
        sheet(["Thời gian", "Khu vực"], ["từ 05h00 đến 11h30 ngày 28/8/2026", "khu 8"]),
        "outages",
        defaults=SOURCE,
    )
    assert [f.key for f in span.findings] == ["registers.kind_unknown"]
    apart = reader.read_register(
        sheet(
            ["NGAY_BAT_DAU", "THOI_GIAN_BAT_DAU", "THOI_GIAN_KET_THUC", "DIA_CHI"],
            ["28/08/2026", "05:00", dt.time(11, 30), "khu 8"],
        ),
        "outages",
        defaults=SOURCE,
    )
    for read in (span, apart):
        assert read.frame["start"].iloc[0] == pd.Timestamp("2026-08-28T05:00")
        assert read.frame["end"].iloc[0] == pd.Timestamp("2026-08-28T11:30")
        assert read.frame["start"].dtype == "datetime64[ns]"
    assert span.frame["outage_id"].iloc[0] == apart.frame["outage_id"].iloc[0]


def test_the_announced_end_never_takes_the_place_of_the_actual_one():
    read = reader.read_register(
        sheet(
            ["Thời gian", "Thực tế", "Khu vực", "Loại"],
            ["từ 05h00 đến 11h30 ngày 28/8/2026", "13h00 28/8/2026", "khu 8", "kế hoạch"],
        ),
        "outages",
        defaults=SOURCE,
    )
    assert read.findings == ()
    assert read.frame["end"].iloc[0] == pd.Timestamp("2026-08-28T13:00")
    assert read.frame["announced_end"].iloc[0] == pd.Timestamp("2026-08-28T11:30")


@pytest.mark.parametrize(
    ("name", "code", "level"),
    [
        ("Vân Phú", "07918", None),
        ("phường Vân Phú", "07918", None),
        ("PHƯỜNG VÂN PHÚ", "07918", None),
        ("xã Vân Đồn (Đoan Hùng)", "08038", "mended"),
        ("xã Vân Đồn, huyện Đoan Hùng, tỉnh Phú Thọ", "08038", "mended"),
        ("TT Hùng Sơn", "08494", "mended"),
        ("X. Yên Kỳ", "08113", None),
        ("van phu", "07918", None),
        ("phường Vĩnh Yên, tỉnh Phú Thọ", "08707", None),
        ("xã Tam Hồng (cũ)", "09043", None),
        ("xã Tân Lập", "", "ask"),
        ("xã Hòa Bình", "04792", "mended"),
        ("phường Hòa Bình", "04795", None),
        ("Hòa Bình", "04795", None),
        ("xã Vầy Nưa", "", "ask"),
        ("xã Đồng Tâm; xã Yên Kỳ", "", "ask"),
        ("xã Không Có", "", "refused"),
        ("xã Vân Đồn (Yên Lạc)", "", "refused"),
    ],
)
def test_a_commune_by_name(tables, name, code, level):
    read = Places(tables).find(name)
    assert (read.value or "", read.level) == (code, level)


def test_every_name_of_today_leads_to_its_code(tables):
    places = Places(tables)
    for code, name, kind in tables["communes"][["code", "name", "kind"]].itertuples(index=False):
        assert places.find(name).value == code
        assert places.find(f"{kind} {name}").value == code


def test_every_former_unit_with_its_district_leads_where_the_resolution_says(tables):
    places = Places(tables)
    units = tables["former_units"]
    whole = units[units["part"] == "whole"]
    for unit in whole.itertuples(index=False):
        found = places.find(f"{unit.kind} {unit.name} ({unit.district})")
        assert found.value == unit.new_code, unit
    for unit in units[units["part"] == "part"].itertuples(index=False):
        assert places.find(f"{unit.kind} {unit.name} ({unit.district})").level == "ask"


def test_the_day_of_a_row_tells_old_names_from_new(tables):
    rows = [
        ["05h00 28/8/2026", None, "khu 8", "Hòa Bình", None, "sự cố"],
        ["05h00 28/8/2024", None, "khu 8", "xã Thanh Sơn", None, "sự cố"],
        ["05h00 28/8/2026", None, "khu 8", "xã Thanh Sơn", None, "sự cố"],
        ["05h00 28/8/2026", None, "khu 9", "xã Không Có", None, "sự cố"],
    ]
    read = outages(*rows, reference=tables)
    assert list(read.frame["commune_code"].fillna("")) == ["04795", "05047", "08542", ""]
    assert [f.row for f in told(read, "registers.commune_became")] == [3]
    (lost,) = told(read, "registers.commune_unknown")
    assert (lost.level, lost.row) == ("note", 5)
    assert read.frame["area_text"].iloc[3] == "khu 9; xã Không Có"


def test_an_unknown_commune_is_refused_where_it_is_required(tables):
    head = ["Xã", "Tháng", "Số KH"]
    rows = [["xã Không Có", "10/2025", 5], ["xã Vầy Nưa", "10/2025", 6]]
    read = reader.read_register(sheet(head, *rows), "customers", defaults=SOURCE, reference=tables)
    assert [(f.level, f.key, f.row) for f in read.findings] == [
        ("refused", "registers.commune_unknown", 2),
        ("ask", "registers.commune_split", 3),
    ]


def test_codes_that_point_nowhere_are_refused(tables):
    read = reader.read_register(
        sheet(
            ["Mã cụm", "Mã xã", "Ngày", "Tình trạng"],
            ["XX-999", "08434", "1/2/2026", "đề xuất"],
            ["PT-001", "99999", "1/2/2026", "đã quyết định"],
        ),
        "assignments",
        defaults=SOURCE,
        reference=tables,
    )
    assert [(f.key, f.row, f.column, said(f)["value"]) for f in read.findings] == [
        ("registers.unknown_reference", 2, "Mã cụm", "XX-999"),
        ("registers.unknown_reference", 3, "Mã xã", "99999"),
    ]


def test_a_column_placed_by_hand_is_read_and_no_longer_asked():
    grid = sheet(["Mã cụm", "Ghi chú", "Ghi chú"], ["PT-001", "a", "b"])
    assert [f.level for f in reader.read_register(grid, "clusters").findings] == ["refused"]
    read = reader.read_register(grid, "clusters", mapping={"cluster_id": 0, "note": 2})
    assert read.frame.iloc[0].to_dict() == {"cluster_id": "PT-001", "note": "b"}
    slip = sheet(["Mã cụm", "Chủ đầu tư hạ tần"], ["PT-001", "A"])
    assert levels(reader.read_register(slip, "clusters")) == {"ask"}
    assert reader.read_register(slip, "clusters", mapping={"investor": 1}).findings == ()


def test_many_findings_are_counted_not_listed():
    rows = [[f"PT-{n:03}", "hỏng"] for n in range(260)]
    read = reader.read_register(sheet(["Mã cụm", "Diện tích (ha)"], *rows), "clusters")
    assert len(read.findings) == tablecheck.MOST + 1
    last = read.findings[-1]
    assert (last.level, last.key, said(last)) == ("refused", "registers.more", {"count": 60})


def test_a_sheet_without_heading_gives_an_empty_typed_table():
    read = reader.read_register(sheet(["a"], ["b"]), "substations")
    assert (len(read.frame), read.heading, levels(read)) == (0, None, {"refused"})


def test_validate_tells_every_failure(tables):
    frame = tables["substations"].copy()
    frame.loc[0, "capacity_mva"] = 99_999
    frame.loc[1, "status"] = "hỏng"
    frame.loc[2, "name"] = None
    frame.loc[4, "substation_id"] = frame.loc[3, "substation_id"]
    rows = range(10, 10 + len(frame))
    _, found = tablecheck.validate("substations", frame, rows, "f.xlsx")
    assert {(f.key, f.row) for f in found} == {
        ("registers.out_of_range", 10),
        ("schemas.not_a_code", 11),
        ("schemas.blank", 12),
        ("schemas.duplicate", 13),
        ("schemas.duplicate", 14),
    }
    assert all(f.message(lang) for f in found for lang in LANGS)
    lacking = frame.drop(columns="status")
    _, found = tablecheck.validate("substations", lacking, rows, "f.xlsx")
    assert ("schemas.column_missing", "status") in {(f.key, f.column) for f in found}


def test_validate_tells_keys_of_several_columns(tables):
    frame = pd.concat([tables["former_units"].head(2)] * 2)
    _, found = tablecheck.validate("former_units", frame, range(2, 6), "f.csv")
    assert {f.key for f in found} == {"schemas.duplicate"}
    assert {f.row for f in found} >= {4, 5}


CELLS = st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(), st.datetimes())


@settings(max_examples=60)
@given(
    st.sampled_from([table for table in registry.imported() if table != "outlines"]),
    st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=6),
    st.data(),
)
def test_no_sheet_raises_and_every_finding_has_its_sentence(table, rows, data):
    names = list(schemas.ALL_TABLES[table].columns)
    titles = data.draw(st.permutations(names))[:6]
    titles += [None] * (6 - len(titles))
    read = reader.read_register(sheet(titles, *rows), table, defaults=SOURCE)
    assert len(read.rows) == len(read.frame)
    assert all(finding.message(lang) for finding in read.findings for lang in LANGS)
