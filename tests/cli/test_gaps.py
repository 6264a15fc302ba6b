"""The command ``gaps`` as a script calls it."""

import openpyxl
import pandas as pd
import pytest
from clones import data_of
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import StoreError, WrongUseError
from lib.language.text import date
from lib.power.gaps.find import FACT_COLUMNS
from lib.tables.facts import data_date, load


@pytest.fixture(scope="module")
def store(schematic_clone, tmp_path_factory):
    return data_of(schematic_clone, tmp_path_factory.mktemp("gaps")) / "store"


def run(*words):
    return CliRunner().invoke(app, ["gaps", *(str(word) for word in words)])


def test_without_a_threshold_it_lists_what_is_on_record(store, tmp_path):
    out = tmp_path / "gaps.csv"
    done = run("--out", out, "--store", store)
    assert done.exit_code == 0, done.output
    assert "1 xã" in done.output
    table = pd.read_csv(out, dtype={"commune_code": str})
    assert tuple(table.columns) == FACT_COLUMNS
    assert table["commune_code"].tolist() == ["08590"]


def test_thresholds_and_kinds_are_those_of_the_page(store, tmp_path):
    out = tmp_path / "gaps.csv"
    words = ("--threshold", "town_km=1", "--threshold", "elevation_m=10", "--settled")
    done = run("--out", out, "--store", store, "--kind", "no_grid", *words)
    assert done.exit_code == 0, done.output
    assert "cách phường, thị trấn cũ ≥" in done.output
    table = pd.read_csv(out)
    assert set(table["measure"]) == {"no_grid", "town_km", "elevation_m"}
    assert table["source_url"].notna().all()


def test_the_workbook_holds_the_rule_the_date_and_the_sources(store, tmp_path):
    out = tmp_path / "gaps.xlsx"
    assert run("--out", out, "--store", store, "--difficult").exit_code == 0
    book = openpyxl.load_workbook(out)
    told = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert told["Thế nào là xa"] == "xã đặc biệt khó khăn"
    assert told["Số liệu đến ngày"] == date(data_date(load("weak_supply")))


@pytest.mark.parametrize(
    "words",
    [
        ["--threshold", "poverty=1"],
        ["--threshold", "town_km"],
        ["--threshold", "town_km=nan"],
        ["--threshold", "town_km=1,5"],
        ["--kind", "extremely_difficult"],
        ["--match", "some"],
    ],
)
def test_wrong_use_says_what_would_be_right_and_writes_nothing(store, tmp_path, words):
    out = tmp_path / "gaps.csv"
    done = run("--out", out, "--store", store, *words)
    assert isinstance(done.exception, WrongUseError)
    assert words[1].partition("=")[0] in done.exception.message()
    assert not out.exists()


def test_files_and_folders_it_cannot_write(store, tmp_path):
    for out in (tmp_path / "gaps.pdf", tmp_path / "khong-co" / "gaps.csv"):
        assert isinstance(run("--out", out, "--store", store).exception, WrongUseError)
    empty = run("--out", tmp_path / "gaps.csv", "--store", tmp_path / "empty")
    assert isinstance(empty.exception, StoreError)
