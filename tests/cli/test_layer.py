"""The commands on own layers: exit codes, what is said of each row, the file they write."""

import json

import ownsheets
import pandas as pd
import pytest
from layerstores import publish, schematic_tables
from typer.testing import CliRunner

from lib.cli.layer import _say_findings
from lib.cli.main import app
from lib.language.errors import PhuThoError
from lib.language.findings import Finding
from lib.settings import settings
from lib.store.store import Store

pytestmark = pytest.mark.xdist_group("cli")

NAME = "=Cửa hàng <b>xăng dầu</b>"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    publish(tmp_path / "store", schematic_tables())
    monkeypatch.setenv("PHUTHO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["layer", *map(str, words)])
    failed = done.exception
    code = failed.exit_code if isinstance(failed, PhuThoError) else done.exit_code
    return code, done.output


def test_a_layer_is_added_listed_shown_and_removed(folder):
    sheet = ownsheets.saved(folder)
    before = Store(folder / "store").current().snapshot_id
    code, said = run("add", sheet, "--name", NAME, "--value", "Sức chứa (m3)")
    assert code == 3
    assert Store(folder / "store").current().snapshot_id == before
    rows = ownsheets.rows()
    for at, (*_, match) in enumerate(rows, start=3):
        assert (f"dòng {at}," in said) == (match != "exact"), at

    code, _ = run("add", sheet, "--name", NAME, "--skip-unknown", "--as-of", "2026-10-01")
    assert code == 0
    code, said = run("list")
    assert NAME in said
    assert "300 dòng  01/10/2026" in said
    out = folder / "lop.csv"
    assert run("show", NAME, "--out", out)[0] == 0
    shown = pd.read_csv(out, dtype=str)
    assert shown.columns.tolist() == [
        *ownsheets.HEADINGS,
        *("commune_code", "commune_name", "match"),
    ]
    assert shown["match"].tolist() == [match for *_, match in rows]
    assert shown["Tên cửa hàng"].iloc[1] == "'" + ownsheets.HOSTILE[1]
    assert shown["commune_code"].fillna("").tolist() == [code or "" for _, _, code, _ in rows]
    assert run("show", NAME, "--out", folder / "lop.geojson")[0] == 0
    features = json.loads((folder / "lop.geojson").read_text(encoding="utf-8"))["features"]
    assert [f["properties"]["match"] for f in features] == shown["match"].tolist()

    assert run("show", NAME, "--out", folder / "lop.pdf")[0] == 2
    assert run("show", "không có", "--out", out)[0] == 2
    assert run("remove", "Tái định cư: số đã công bố")[0] == 3
    assert run("remove", NAME)[0] == 0
    assert NAME not in run("list")[1]
    assert run("add", folder / "khong.csv", "--name", "L")[0] == 2
    assert run("add", sheet, "--name", "  ")[0] == 2


def test_a_thousand_notes_of_a_kind_are_counted_and_no_refusal_is(capsys):
    notes = [Finding("note", "ownlayers.outside", {}, "a.csv", at, "X, Y") for at in range(1000)]
    refused = [Finding("refused", "ownlayers.outside", {}, "a.csv", at, "X, Y") for at in range(99)]
    _say_findings(notes)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 61
    assert "940" in said[-1]
    _say_findings([*notes, *refused])
    assert len(capsys.readouterr().err.splitlines()) == 60 + 99 + 1
