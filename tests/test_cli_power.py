"""The commands on outage logs, as a script calls them."""

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from lib.cli import app
from lib.errors import WrongUseError


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "mau.csv"
    done = run("sample-outages", "--events", 300, "--seed", 7, "--out", path)
    assert done.exit_code == 0, done.output
    assert "MẪU" in done.output
    return path, tmp_path / "mau-khach-hang.csv"


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("commune", ["commune_code"]),
        ("month", ["month"]),
        ("commune,month", ["commune_code", "month"]),
    ],
)
def test_the_columns_are_those_of_the_contract(log, tmp_path, by, keys):
    out = tmp_path / "out.csv"
    done = run("reliability", "--outages", log[0], "--customers", log[1], "--by", by, "--out", out)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out, dtype={"commune_code": str})
    wanted = ["saifi", "saidi_min", "caidi_min", "maifi", "interruptions", "customer_minutes"]
    assert list(table.columns)[: len(keys) + 6] == keys + wanted
    assert table["interruptions"].sum() > 0
    assert table["saidi_min"].notna().any()


def test_without_customers_there_are_counts_and_no_indices(log, tmp_path):
    out = tmp_path / "out.xlsx"
    assert run("reliability", "--outages", log[0], "--by", "month", "--out", out).exit_code == 0
    sheet = openpyxl.load_workbook(out)["reliability"]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in sheet.iter_rows(2)]
    assert all(row["saidi_min"] is None for row in rows)
    assert sum(row["interruptions"] for row in rows) > 0


def test_the_same_seed_gives_the_same_log(log, tmp_path):
    again = tmp_path / "again.csv"
    run("sample-outages", "--events", 300, "--seed", 7, "--out", again)
    assert again.read_bytes() == log[0].read_bytes()


def test_a_result_of_an_unknown_kind_is_wrong_use(log, tmp_path):
    done = run("reliability", "--outages", log[0], "--out", tmp_path / "out.pdf")
    assert isinstance(done.exception, WrongUseError)
