"""Columns and tables that came with the forms of the law: old data stays, new data is read."""

import pandas as pd
import pytest
from facttables import fact_tables

from lib.importing import bring
from lib.importing.draft import Options
from lib.importing.readers.office import csvfile
from lib.importing.sheets.reader import read_register
from lib.tables.glossary import with_later_columns
from lib.tables.records.clusters import CLUSTERS

FORMS = [column.name for column in CLUSTERS.columns if column.later]


def test_clusters_written_before_are_read_with_blanks():
    old = fact_tables()["clusters"].drop(columns=FORMS)
    now = with_later_columns("clusters", old)
    assert set(now.columns) == {column.name for column in CLUSTERS.every()}
    assert now[FORMS].isna().all(axis=None)
    assert len(FORMS) == 29


@pytest.mark.parametrize(
    ("table", "head", "row", "read"),
    [
        (
            "projects",
            "Mã DA;Mã CCN;Tên doanh nghiệp;Diện tích (ha);FDI;Bàn giao thực địa;Tình trạng",
            "DA-1;PT-001;Công ty A;1,5;x;01/06/2024;hoạt động",
            {
                "firm": "Công ty A",
                "area_ha": 1.5,
                "fdi": "yes",
                "handover_date": "2024-06-01",
                "state": "operating",
            },
        ),
        (
            "milestones",
            "Mã cụm;Mốc;Kế hoạch;Thực hiện;Số VB",
            "PT-001;QHCT;06/2025;;12/QĐ-UBND",
            {
                "milestone": "detailed_plan",
                "planned": "2025-06",
                "actual": None,
                "document_no": "12/QĐ-UBND",
            },
        ),
        (
            "obstacles",
            "Mã cụm;Nhóm vướng mắc;Vướng mắc;Cơ quan chủ trì;Hạn",
            "PT-001;GPMB;Còn 12 hộ;UBND xã;31/12/2026",
            {"group": "clearance", "text": "Còn 12 hộ", "agency": "UBND xã", "due": "2026-12-31"},
        ),
        (
            "clearance",
            "Mã cụm;Tổng số hộ;Hộ đã nhận tiền;Đã GPMB (ha);Đất đã giao (ha)",
            "PT-001;62 hộ;40;21,2;18",
            {"households": 62, "households_paid": 40, "cleared_ha": 21.2, "handed_over_ha": 18.0},
        ),
        (
            "assets",
            "Mã cụm;Tên tài sản;Nhóm;Nguyên giá (đồng);Giá trị còn lại (đồng);Diện tích đất (m²)",
            "PT-001;Đường trục;chưa có văn bản;12.000.000.000;9.000.000.000;6825",
            {"group": "b", "original_value": 12e9, "remaining_value": 9e9, "land_m2": 6825.0},
        ),
    ],
)
def test_a_file_of_the_office_is_read_and_published_rows_merge(tmp_path, table, head, row, read):
    file = tmp_path / "a.csv"
    file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    (grid,) = csvfile.read(file, file.name).grids
    found = read_register(grid, table, reference=fact_tables()).frame.iloc[0]
    for name, value in read.items():
        assert pd.isna(found[name]) if value is None else found[name] == value, name
    contents, _ = bring.read_all([(file, file.name)])
    first = bring.check(contents, Options(table, "2026-11-25"), fact_tables())
    assert first.counts == {} or first.counts[table].added == 1
    assert not first.refused, [finding.message() for finding in first.findings]
    again = bring.check(contents, Options(table, "2026-11-25"), fact_tables() | first.tables)
    assert (again.counts[table].added, again.counts[table].unchanged) == (0, 1)


def test_a_cluster_that_is_not_there_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Mã cụm;Mốc;Kế hoạch\nPT-999;QHCT;2025\n", encoding="utf-8")
    contents, _ = bring.read_all([(file, file.name)])
    draft = bring.check(contents, Options("milestones", "2026-11-25"), fact_tables())
    assert draft.refused
    assert "PT-999" in draft.of("refused")[0].message()
