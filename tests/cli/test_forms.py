"""``report14``, ``eligibility`` and ``duties`` on a small store: files, words, exit codes."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from docx import Document
from layerstores import publish, schematic_tables
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import WrongUseError
from lib.store.store import Table
from lib.tables import facts
from lib.tables.registry import TABLES

HOSTILE = '<img src=x onerror="alert(1)"> [x](javascript:alert(1))'
FORMULA = '=HYPERLINK("http://a.vn";"b")'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of real facts in which two clusters say everything the forms ask."""
    folder = tmp_path_factory.mktemp("forms") / "store"
    tables = schematic_tables()
    clusters = tables["clusters"].frame.copy()
    at = clusters["cluster_id"] == "PT-002"
    said = {
        "name": FORMULA,
        "legal_status": "established",
        "operation_status": "operating",
        "industrial_land_ha": 50.0,
        "leased_ha": 20.0,
        "before_2009": "yes",
    }
    for name, value in said.items():
        clusters.loc[at, name] = value
    clusters.loc[clusters["cluster_id"] == "PT-001", ["name", "before_2009"]] = (HOSTILE, "yes")
    tables["clusters"] = Table(clusters, "test", "2026-06-10")
    publish(folder, tables | {name: told(name, *rows_) for name, rows_ in TOLD.items()})
    return folder


ASSET = {"name": "Đường trục", "document_no": "1/QĐ", "original_value": 500.0}
TOLD = {
    "milestones": [{"milestone": "groundbreaking", "planned": "2026-06-30"}],
    "obstacles": [{"group": "clearance", "text": HOSTILE, "agency": "UBND xã"}],
    "projects": [
        {
            "project_id": "A",
            "firm": FORMULA,
            "handover_date": "2018-01-01",
            "schedule_end": "2020-01-01",
            "extension_end": "2022-01-01",
        }
    ],
    "assets": [ASSET, {"name": "Trạm bơm", "original_value": 12e9}],
}
"""What is told of PT-002 besides its row."""


def told(table: str, *rows_: dict) -> Table:
    source = {"cluster_id": "PT-002", "source_url": "file:a.csv", "as_of": "2026-11-20"}
    columns = [column.name for column in TABLES[table].every()]
    frame = pd.DataFrame([source | row for row in rows_]).reindex(columns=columns)
    return Table(facts.check(table, frame, file=table), "test", "2026-11-20")


def run(store: Path, *words: object):
    return CliRunner().invoke(app, [*map(str, words), "--store", str(store)])


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_form_04_as_csv_is_the_contract(store, tmp_path):
    out = tmp_path / "b.csv"
    done = run(store, "report14", "--form", "04", "--period", "2026", "--out", out)
    assert done.exit_code == 0, done.output
    found = {row["tt"]: row for row in rows(out)}
    assert list(found["1"]) == ["tt", "indicator", "unit", "value", "known", "total", "note"]
    assert len(found) == 38
    assert (found["17"]["known"], found["18"]["unit"]) == ("2", "ha")
    assert found["19"]["value"] == "40"
    assert "của 1/" in found["19"]["note"]
    assert (found["23"]["value"], found["23"]["known"]) == ("", "0")
    assert found["II"]["value"] == found["II"]["known"] == ""


def test_form_03_counts_the_clusters_of_its_commune(store, tmp_path):
    out, paper = tmp_path / "b.csv", tmp_path / "b.docx"
    communes = facts.load("communes").set_index("name")
    code = communes.loc["Quảng Yên", "code"]  # where PT-002 lies
    asked = ("report14", "--form", "03", "--period", "2026-H1", "--commune", code)
    assert run(store, *asked, "--out", out).exit_code == 0
    found = {row["tt"]: row for row in rows(out)}
    assert 0 < int(found["1"]["total"]) < 10
    assert found["19"]["value"] == "40", "PT-002 alone has both numbers"
    assert run(store, *asked, "--out", paper).exit_code == 0
    words = "\n".join(p.text for p in Document(str(paper)).paragraphs)
    assert "6 tháng đầu năm 2026 (từ 15/12/2025 đến 14/06/2026)" in words


def test_every_format_says_the_same(store, tmp_path):
    files = {kind: tmp_path / f"b.{kind}" for kind in ("csv", "xlsx", "docx", "pdf")}
    for path in files.values():
        done = run(store, "report14", "--form", "04", "--period", "2026", "--out", path)
        assert done.exit_code == 0, done.output
    (table,) = (t for t in Document(str(files["docx"])).tables if len(t.columns) == 5)
    in_word = [[cell.text for cell in row.cells] for row in table.rows][2:]
    sheet = openpyxl.load_workbook(files["xlsx"])["Biểu 04"]
    in_book = [[cell.value for cell in row] for row in sheet.iter_rows()]
    in_book = [row for row in in_book if row[0] in {r[0] for r in in_word}]
    written = rows(files["csv"])
    assert [row["indicator"] for row in written] == [row[1] for row in in_word]
    assert [row["indicator"] for row in written] == [row[1] for row in in_book]
    values = [float(row["value"]) if row["value"] else None for row in written]
    assert [None if row[3] is None else float(row[3]) for row in in_book] == pytest.approx(values)
    assert [bool(row[3]) for row in in_word] == [value is not None for value in values]
    assert files["pdf"].read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    "words",
    [
        ("report14", "--form", "05", "--period", "2026"),
        ("report14", "--form", "03", "--period", "2026"),
        ("report14", "--form", "04", "--period", "2026", "--commune", "08152"),
        ("report14", "--form", "03", "--period", "2026", "--commune", "99999"),
        ("report14", "--form", "04", "--period", "2026-H2"),
        ("eligibility", "--on", "31/12/2026"),
        ("duties", "--on", "hôm nay"),
    ],
)
def test_wrong_use_is_said_and_nothing_written(store, tmp_path, words):
    out = tmp_path / ("a.ics" if words[0] == "duties" else "a.csv")
    done = run(store, *words, "--out", out)
    assert isinstance(done.exception, WrongUseError)
    assert done.exception.exit_code == 2
    assert not out.exists()


def test_an_unknown_ending_or_folder_is_wrong_use(store, tmp_path):
    for out in (tmp_path / "a.odt", tmp_path / "no" / "a.csv"):
        done = run(store, "report14", "--form", "04", "--period", "2026", "--out", out)
        assert isinstance(done.exception, WrongUseError)


def test_eligibility_answers_for_every_commune(store, tmp_path):
    out, book = tmp_path / "e.csv", tmp_path / "e.xlsx"
    assert run(store, "eligibility", "--on", "2026-12-01", "--out", out).exit_code == 0
    found = rows(out)
    assert list(found[0]) == [
        *("commune_code", "commune_name", "clusters", "fill_pct", "unleased_ha"),
        *("answer", "rule", "note"),
    ]
    assert len(found) == 148
    assert {row["answer"] for row in found} <= {"allowed", "not_allowed", "unknown"}
    done = run(store, "eligibility", "--out", book)
    assert done.exit_code == 0, done.output
    heads = [cell.value for cell in next(openpyxl.load_workbook(book).worksheets[0].iter_rows())]
    assert "Kết luận" in heads


def test_duties_are_said_and_given_to_machines(store, tmp_path):
    out = tmp_path / "d.ics"
    said = run(store, "duties", "--on", "2026-11-30", "--out", out)
    assert said.exit_code == 0, said.output
    assert "31/12/2026  còn 31 ngày" in said.output
    told = json.loads(run(store, "duties", "--on", "2026-11-30", "--json").output)
    assert all(set(one) == {"date", "what", "source", "days"} for one in told)
    (old,) = (one for one in told if "105/2009" in one["what"])
    assert HOSTILE in old["what"], "a name is text, letter for letter"
    assert FORMULA not in old["what"], "it is established"
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def words_of(path: Path) -> str:
    word = Document(str(path))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(p.text for p in word.paragraphs), *cells])


def test_progress_says_step_delay_obstacle_and_land_to_recover(store, tmp_path):
    files = {kind: tmp_path / f"p.{kind}" for kind in ("csv", "xlsx", "docx", "pdf")}
    for path in files.values():
        done = run(store, "progress", "--on", "2026-11-30", "--out", path)
        assert done.exit_code == 0, done.output
    (row,) = (one for one in rows(files["csv"]) if one["cluster_id"] == "PT-002")
    assert (row["step"], row["milestones_late"]) == ("operating", "groundbreaking")
    assert row["obstacles"] == HOSTILE
    said = words_of(files["docx"])
    assert "khởi công quá 153 ngày" in said
    assert HOSTILE in said
    assert "1/1 dự án đã qua hạn" in said
    book = openpyxl.load_workbook(files["xlsx"])
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"], "a formula of a file stays text"
    assert files["pdf"].read_bytes().startswith(b"%PDF")


def test_assets_without_a_document_come_first(store, tmp_path):
    out = tmp_path / "a.docx"
    done = run(store, "assets", "--on", "2026-11-30", "--out", out)
    assert done.exit_code == 0, done.output
    assert "2 tài sản, 1 chưa có văn bản" in done.output
    (table,) = (t for t in Document(str(out)).tables if len(t.columns) == 12)
    names = [row.cells[1].text.partition("\n") for row in table.rows]
    assert [name for name, _, _ in names] == ["Tên tài sản", FORMULA, "Trạm bơm", "Đường trục"]
    assert [said for _, _, said in names[2:]] == [
        "(chưa phân nhóm; chưa có văn bản)",
        "(chưa phân nhóm; 1/QĐ)",
    ]
    assert table.rows[2].cells[7].text == "12.000.000.000"
    assert "Chưa có văn bản: 1/2 tài sản" in words_of(out)
    assert run(store, "assets", "--out", tmp_path / "a.xlsx").exit_code == 0


def test_the_report_of_clusters_has_a_block_each_and_two_annexes(store, tmp_path):
    out = tmp_path / "c.docx"
    asked = ("clusters-report", "--cluster", "PT-002", "--on", "2026-11-30", "--out", out)
    done = run(store, *asked)
    assert done.exit_code == 0, done.output
    lines = [p.text for p in Document(str(out)).paragraphs]
    at = next(n for n, text in enumerate(lines) if text.startswith("1. "))
    heads = [text.partition(":")[0] for text in lines[at + 1 : at + 11]]
    assert heads == [
        *("Chủ đầu tư", "Xã, phường", "Diện tích", "Tiến độ", "Dự án trong cụm"),
        *("Vướng mắc", "Nguyên nhân, trách nhiệm", "Ảnh hưởng đến tiến độ", "Mốc tiếp theo"),
        "Cơ quan - thời hạn",
    ]
    assert lines[at + 6].endswith("(nguồn: tệp của cơ quan «a.csv», 20/11/2026)"), (
        "an obstacle says who says it"
    )
    assert lines[at + 7].endswith("chưa nêu nguyên nhân; trách nhiệm: UBND xã")
    assert "Phụ lục 2. Toàn bộ cụm công nghiệp" in lines
    lost = run(store, "clusters-report", "--cluster", "PT-999", "--out", out)
    assert lost.exception.exit_code == 2
