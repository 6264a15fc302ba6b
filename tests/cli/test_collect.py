"""The command ``forms``, and ``import forms`` of what comes back, as a script calls them."""

import io
import json
import zipfile

import openpyxl
import pytest
from clones import data_of
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import DataRefusedError, WrongUseError
from lib.store import audit
from lib.store.store import Store
from lib.tables.collecting import parts_of


@pytest.fixture(scope="module")
def folder(schematic_clone, tmp_path_factory):
    return data_of(schematic_clone, tmp_path_factory.mktemp("forms")) / "store"


@pytest.fixture
def run(folder, monkeypatch):
    monkeypatch.setattr("lib.cli.data.serve_layers", lambda _: ())

    def call(*words):
        return CliRunner().invoke(app, [*map(str, words), "--store", str(folder)])

    return call


def test_sent_filled_brought_in_and_undone(run, folder, tmp_path):
    packed = tmp_path / "phieu.zip"
    done = run("forms", "--out", packed)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        contents = {name: archive.read(name) for name in names}
    assert f"{len(names)} phiếu" in done.output
    name = next(name for name in names if "dien-luc" not in name)
    made = openpyxl.load_workbook(io.BytesIO(contents[name]))
    sheet, part = made.worksheets[1], parts_of("")[0]
    row_id = sheet.cell(4, 1).value
    sheet.cell(4, 1 + part.columns.index("investor")).value = "Công ty mới"
    file, report = tmp_path / name, tmp_path / "r.json"
    made.save(file)
    start = Store(folder).current().snapshot_id
    dry = run("import", "forms", file, "--dry-run", "--report", report, "--as-of", "2026-11-20")
    assert dry.exit_code == 0, dry.output
    assert json.loads(report.read_text("utf-8"))["counts"]["form_answers"]["added"] == 1
    assert Store(folder).current().snapshot_id == start
    done = run("import", "forms", file, "--as-of", "2026-11-20", "--yes")
    assert done.exit_code == 0, done.output
    assert [event.action for event in audit.events(folder)][-1] == "import"
    told = json.loads(run("fact", "show", "clusters", row_id, "--json").stdout)
    investor = told["fields"]["investor"]
    said = [investor, *investor["others"]]
    (own,) = [one for one in said if one["value"] == "Công ty mới"]
    assert own["source"].startswith("Phiếu thu thập, ")
    assert own["source"].endswith(", 20/11/2026")
    status = run("forms", "--status").output
    assert "đã trả lời 20/11/2026, 1 giá trị mới" in status
    assert f"Đã trả lời 1/{len(names)} nơi" in status
    assert run("snapshots", "restore", start).exit_code == 0
    assert f"Đã trả lời 0/{len(names)} nơi" in run("forms", "--status").output


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("forms",), WrongUseError),
        (("forms", "--out", "a.xlsx"), WrongUseError),
        (("forms", "--out", "a.zip", "--commune", "1"), WrongUseError),
        (("import", "forms", __file__), DataRefusedError),
    ],
)
def test_wrong_use_and_what_is_no_form(run, words, refusal, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert isinstance(done.exception, refusal)
    assert list(tmp_path.iterdir()) == []
