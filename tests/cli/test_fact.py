"""The commands ``fact show``, ``fact set``, ``fact withdraw`` as a script calls them."""

import json

import pytest
from clones import data_of
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import DataRefusedError, WrongUseError
from lib.store import audit
from lib.store.store import Store


@pytest.fixture(scope="module")
def folder(schematic_clone, tmp_path_factory):
    return data_of(schematic_clone, tmp_path_factory.mktemp("fact")) / "store"


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """No layer file is needed to see what was said."""
    monkeypatch.setattr("lib.cli.fact.serve_layers", lambda _: ())


@pytest.fixture
def run(folder):
    def call(*words):
        return CliRunner().invoke(app, ["fact", *words, "--store", str(folder)])

    return call


def shown(run, row_id="HB-025", table="clusters"):
    done = run("show", table, row_id, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_set_shown_withdrawn_and_restored(run, folder):
    store = Store(folder)
    start, before = store.current().snapshot_id, shown(run)
    words = ("clusters", "HB-025", "area_ha")
    done = run("set", *words, "69,42", "--source", "Họp 12/11", "--as-of", "2026-11-12")
    assert done.exit_code == 0, done.output
    after = shown(run)
    assert after["id"] == "HB-025"
    now = after["fields"].pop("area_ha")
    assert before["fields"].pop("area_ha")["value"] is None
    assert after == before, "no other source moved"
    assert {name: now[name] for name in ("value", "source", "as_of", "document_no")} == {
        "value": 69.42,
        "source": "Họp 12/11",
        "as_of": "2026-11-12",
        "document_no": None,
    }
    done = run("set", *words, "75", "--source", "QĐ", "--document", "12/QĐ-UBND")
    assert "văn bản 12/QĐ-UBND" in done.output
    two = shown(run)["fields"]["area_ha"]
    assert (two["value"], two["document_no"], two["rule"]) == (75.0, "12/QĐ-UBND", "strength")
    assert two["others"] == [{"value": 69.42, "source": "Họp 12/11", "as_of": "2026-11-12"}]
    assert [event.action for event in audit.events(folder)[-2:]] == ["fact", "fact"]
    done = run("withdraw", *words, "--source", "12/QĐ-UBND", "--why", "ghi nhầm")
    assert done.exit_code == 0, done.output
    assert shown(run)["fields"]["area_ha"]["value"] == 69.42
    back = CliRunner().invoke(app, ["snapshots", "list", "--store", str(folder)])
    assert "ghi số liệu" in back.output
    store.restore(start, who="An")
    assert shown(run)["fields"]["area_ha"]["value"] is None


def test_what_is_kept_not_used_is_told(run):
    words = ("clusters", "HB-026", "investor")
    run("set", *words, "Công ty A", "--source", "QĐ", "--document", "1/QĐ-UBND")
    done = run("set", *words, "Công ty B", "--source", "họp")
    assert done.exit_code == 0
    assert "--note" in done.output
    assert shown(run, "HB-026")["fields"]["investor"]["value"] == "Công ty A"
    run("set", *words, "Công ty B", "--source", "họp", "--note", "đã đổi tên")
    found = shown(run, "HB-026")["fields"]["investor"]
    assert (found["value"], found["rule"], found["reason"]) == ("Công ty B", "choice", "đã đổi tên")
    said = run("show", "clusters", "HB-026").output
    assert "nguồn khác nói: Công ty A (QĐ" in said
    assert "lý do: đã đổi tên" in said


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["show", "cluster", "HB-025"], WrongUseError),
        (["show", "clusters", "HB-999"], WrongUseError),
        (["set", "clusters", "HB-025", "area_ha", "rộng", "--source", "x"], DataRefusedError),
        (["set", "clusters", "HB-025", "area_ha", "900", "--source", "x"], DataRefusedError),
        (
            ["set", "clusters", "HB-025", "area_ha", "9", "--source", "x", "--as-of", "2999"],
            WrongUseError,
        ),
        (["withdraw", "clusters", "HB-025", "area_ha", "--source", "x", "--why", "y"], None),
        (["withdraw", "clusters", "HB-025", "name", "--source", "x", "--why", " "], WrongUseError),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(run, folder, words, error):
    before = Store(folder).current().snapshot_id
    done = run(*words)
    assert isinstance(done.exception, error or DataRefusedError)
    assert Store(folder).current().snapshot_id == before


def test_no_source_no_statement(run):
    assert run("set", "clusters", "HB-025", "area_ha", "1").exit_code == 2
    assert run("withdraw", "clusters", "HB-025", "area_ha", "--source", "x").exit_code == 2


def test_another_table_by_its_two_keys(run):
    found = shown(run, "VP-002/09043", "assignments")["fields"]
    assert found["status"]["value"] == "proposed"
    assert found["status"]["source"].startswith("https://")
