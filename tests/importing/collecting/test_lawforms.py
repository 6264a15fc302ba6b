"""Forms 01 and 02 of Circular 14/2024 sent and brought back, as a workbook and as a document."""

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from facttables import fact_tables

from lib.importing import bring
from lib.importing.draft import Draft, Options
from lib.language.errors import WrongUseError
from lib.register.lawforms import LINES, Subject, known_values, subject_of
from lib.register.period import period_of
from lib.register.report14 import report14
from lib.reports.forms import firms
from lib.tables import facts
from lib.tables.registry import TABLES
from lib.tables.statements.say import said

HALF, YEAR = period_of("2026-H1"), period_of("2026")
CLUSTER = "PT-002"
HOSTILE = '<img src=x onerror="alert(1)">'


def tables() -> dict[str, pd.DataFrame]:
    found = fact_tables()
    own = found["clusters"]["cluster_id"] == CLUSTER
    found["clusters"].loc[own, ["industrial_land_ha", "leased_ha"]] = [40.0, 10.0]
    found["clusters"].loc[own, ["operation_status", "wastewater"]] = ["operating", "operating"]
    rows = [
        {"project_id": "DA-1", "cluster_id": CLUSTER, "firm": "Xưởng A", "trade": "gỗ"},
        {"project_id": "DA-2", "cluster_id": CLUSTER, "firm": "Xưởng B", "workers": 12},
    ]
    columns = [column.name for column in TABLES["projects"].every()]
    frame = pd.DataFrame([{"source_url": "file:a", "as_of": "2026-05-01"} | row for row in rows])
    found["projects"] = facts.check("projects", frame.reindex(columns=columns), file="p")
    return found


BASE = tables()


def sent(subject: Subject, kind: str = "xlsx") -> bytes:
    return firms.content(firms.paper_of(BASE, subject), subject, kind)


def filled(content: bytes, values: dict[str, object], kind: str = "xlsx") -> bytes:
    """Return a form with its results filled in, by the number or the words of a row."""
    out = io.BytesIO()
    if kind == "docx":
        word = docx.Document(io.BytesIO(content))
        for row in (row for table in word.tables if len(table.columns) == 5 for row in table.rows):
            key = row.cells[0].text or row.cells[1].text
            if key in values:
                row.cells[3].text = str(values[key])
        word.save(out)
        return out.getvalue()
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.active.iter_rows(min_row=6):
        key = str(row[0].value or row[1].value)
        if key in values:
            row[3].value = values[key]
    book.save(out)
    return out.getvalue()


def back(folder: Path, *contents: bytes, kind: str = "xlsx", base=None) -> Draft:
    paths = []
    for at, content in enumerate(contents):
        path = folder / f"bieu-{at}.{kind}"
        path.write_bytes(content)
        paths.append((path, path.name))
    read, unreadable = bring.read_all(paths)
    options = Options("forms", "2026-11-30", text="keep")
    return bring.check(read, options, base or BASE, unreadable=unreadable)


INVESTOR = Subject("02", CLUSTER, HALF)
FILLED = {"1": "512,5", "3": 30, "4": 12.25, "6": 7, "9": "3,5", "11": 9, "13": 1, "14": 0}


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_form_02_comes_back_as_statements_of_the_period(tmp_path, kind):
    untouched = back(tmp_path, sent(INVESTOR, kind), kind=kind)
    assert not untouched.of("refused")
    assert not untouched.tables, "what nobody touched is nothing"
    draft = back(tmp_path, filled(sent(INVESTOR, kind), FILLED, kind), kind=kind)
    assert not draft.of("refused"), draft.findings
    now = said(BASE | draft.tables, "clusters", CLUSTER)
    found = {line.column: now[line.column].value for line in LINES["02"] if line.column}
    assert found["infra_capital_bn"] == 512.5
    assert (found["infra_ready_ha"], found["leased_ha"], found["tenants"]) == (30, 12.25, 7)
    assert (found["infra_revenue_bn"], found["infra_workers"]) == (3.5, 9)
    assert found["wastewater"] == "operating", "1 does not say that it stopped running"
    assert found["wastewater_standard"] == "no"
    told = now["infra_capital_bn"]
    assert (told.as_of, told.source.split(",")[0]) == ("2026-06-14", "Biểu 02 Thông tư 14/2024")
    figures = report14(BASE | draft.tables, {}, HALF).figures
    (paid,) = (figure for figure in figures if figure.row.tt == "13")
    assert paid.parts[CLUSTER] == 512.5
    again = back(
        tmp_path, filled(sent(INVESTOR, kind), FILLED, kind), kind=kind, base=BASE | draft.tables
    )
    assert not again.tables, "the same form brought twice says nothing new"


def test_form_01_fills_the_list_and_its_sum_counts_once_every_firm_has_answered(tmp_path):
    answers = {"1": "20,5", "2": 1, "3": 40, "4": 8}
    forms = [Subject("01", CLUSTER, HALF, code) for code in ("DA-1", "DA-2")]
    draft = back(tmp_path, *(filled(sent(one), answers) for one in forms))
    assert not draft.of("refused"), draft.findings
    (row,) = (f for f in report14(BASE | draft.tables, {}, HALF).figures if f.row.tt == "23")
    assert row.parts[CLUSTER] == 41.0
    after = BASE | draft.tables
    assert known_values(after, forms[0])["1"] == 20.5
    assert known_values(after, Subject("01", CLUSTER, YEAR, "DA-1"))["1"] is None
    assert known_values(after, Subject("01", CLUSTER, YEAR, "DA-1"))["3"] == 40


def test_a_firm_nobody_listed_is_asked_about_and_gets_a_row(tmp_path):
    blank = Subject("01", "PT-003", HALF)
    nameless = back(tmp_path, filled(sent(blank), {"1": 2}))
    assert [one.key for one in nameless.of("refused")] == ["lawform.no_firm"]
    answers = {"Tên dự án": HOSTILE, "Ngành, nghề": "=1+1", "1": 2, "3": 5}
    draft = back(tmp_path, filled(sent(blank), answers))
    assert [one.key for one in draft.of("ask")] == ["lawform.new_firm"]
    row = draft.tables["projects"].set_index("project_id").loc["PT-003-DA01"]
    assert (row["firm"], row["cluster_id"], row["revenue_bn"]) == (HOSTILE, "PT-003", 2)
    assert row["as_of"] == "2026-06-14"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"14": "có lẽ"}, "lawform.not_a_flag"),
        ({"4": -1}, "cells.out_of_range"),
        ({"6": "bảy"}, "cells.not_a_number"),
        ({"Mã biểu (không sửa)": "02/PT-002/2026-H3"}, "lawform.bad_code"),
        ({"Mã biểu (không sửa)": "02/PT-999/2026-H1"}, "clusterreport.unknown"),
        ({"Mã biểu (không sửa)": "01/PT-002/2026-H1/DA-9"}, "lawform.no_project"),
    ],
)
def test_what_is_not_as_it_was_sent_is_refused_with_its_cell(tmp_path, change, key):
    draft = back(tmp_path, filled(sent(INVESTOR), {"1": 5} | change))
    refused = draft.of("refused")
    assert refused
    assert not draft.tables
    if key.startswith(("lawform", "clusterreport")):
        assert key in {one.key for one in refused}
    assert all("{" not in one.message(lang) for one in refused for lang in ("vi", "en"))


def test_rows_that_moved_and_two_forms_of_one_are_refused(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(sent(INVESTOR)))
    rows = {str(row[0].value): row[0].row for row in book.active.iter_rows()}
    book.active.cell(rows["3"], 2).value, book.active.cell(rows["4"], 2).value = "a", "b"
    out = io.BytesIO()
    book.save(out)
    moved = back(tmp_path, out.getvalue())
    assert [one.key for one in moved.of("refused")] == ["lawform.row_changed"]
    assert f"dòng {rows['3']}" in moved.of("refused")[0].message()
    twice = back(tmp_path, *(filled(sent(INVESTOR), {"1": n}) for n in (5, 6)))
    assert [one.key for one in twice.of("refused")] == ["lawform.twice"]


def test_what_is_known_stands_in_the_form_and_each_firm_has_its_own():
    values = known_values(BASE, INVESTOR)
    assert (values["4"], values["5"], values["13"]) == (10.0, 25.0, "operating")
    assert values["1"] is None
    listed = firms.subjects(BASE, "01", CLUSTER, HALF)
    assert [one.project_id for one in listed] == ["DA-1", "DA-2"]
    with zipfile.ZipFile(io.BytesIO(firms.archive(BASE, listed))) as packed:
        assert len(packed.namelist()) == 2
        first = openpyxl.load_workbook(io.BytesIO(packed.read(packed.namelist()[0]))).active
    cells = {str(cell.value) for row in first.iter_rows() for cell in row}
    assert {"Xưởng A", "gỗ", f"01/{CLUSTER}/2026-H1/DA-1"} <= cells
    assert "Xưởng B" not in cells
    with pytest.raises(WrongUseError):
        firms.subjects(BASE, "01", CLUSTER, HALF, "DA-9")


def test_a_code_is_one_of_a_form_or_none():
    for subject in (INVESTOR, Subject("01", CLUSTER, YEAR, "a/b c")):
        assert subject_of(subject.code) == subject
    for wrong in ("", "03/PT-002/2026", "02/PT-002/2026/DA-1", "01/PT 2/2026", "x" * 500):
        assert subject_of(wrong) is None
