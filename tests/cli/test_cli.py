"""The command line as a person meets it: one clear line, the right exit code, no traceback."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import shapely
from typer.testing import CliRunner

from lib.cli import main, maps, power
from lib.cli.base import account
from lib.geo.download import read_registry
from lib.language.errors import DataRefusedError, PhuThoError, StoreError, WrongUseError
from lib.settings import settings
from lib.store.store import Store

pytestmark = pytest.mark.xdist_group("cli")

ROOT = Path(__file__).parents[2]
CELL = {"type": "Polygon", "coordinates": [[[105, 21], [105.1, 21], [105.1, 21.1], [105, 21]]]}


@dataclass(frozen=True)
class Clone:
    """A fresh clone without a bundle in it or beside it, and the environment it runs in."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lib", *map(str, words)],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Clone:
    folder = tmp_path_factory.mktemp("fresh") / "app"
    for name in ("lib", "data/facts", "data/samples"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "ui")
        )
    shutil.copy(ROOT / "data" / "province.toml", folder / "data")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHUTHO_")}
    return Clone(folder, kept | {"PYTHONWARNINGS": "error"})


@pytest.fixture(scope="session")
def prepared(clone) -> subprocess.CompletedProcess[str]:
    return clone.run("prepare", "--offline")


@pytest.fixture
def bundle(tmp_path) -> Path:
    """Return a bundle with a small polygon for each commune."""
    folder = tmp_path / "bundle"
    for file in read_registry():
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        properties = {"code": file.code, "name": file.code}
        feature = {"type": "Feature", "properties": properties, "geometry": CELL}
        path.write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
        )
    return folder


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


# ---- a real process in a fresh clone -----------------------------------------------


def test_a_fresh_clone_without_a_network_opens_with_schematic_borders(clone, prepared):
    assert prepared.returncode == 0, prepared.stderr
    said = prepared.stdout.splitlines()
    assert len(said) == 2
    assert "148" in said[0]
    assert "SƠ ĐỒ" in said[0]
    assert "không dùng để đo" in said[0]
    assert "python -m lib prepare" in said[0]
    store = Store(clone.folder / "data" / "store")
    current = store.current()
    assert current is not None
    assert said[1] == f"Bản dữ liệu: {current.snapshot_id}."
    communes = current.read_geo("communes")
    assert communes["code"].nunique() == 148
    assert communes["measured_ha"].isna().all()
    assert shapely.is_valid(communes.geometry.to_numpy()).all()
    assert (clone.folder / "static" / "vendor" / "leaflet.js").exists()


def test_what_was_passed_over_is_told_apart_from_the_result(prepared):
    tried = prepared.stderr.splitlines()
    assert len(tried) == 4
    assert all(line.endswith(".") for line in tried)
    assert "ngoại tuyến" in tried[2]
    assert "Traceback" not in prepared.stderr


def test_a_damaged_bundle_is_refused_and_the_store_stays_to_the_byte(clone, prepared, bundle):
    assert prepared.returncode == 0
    damaged = bundle / read_registry()[70].path
    damaged.write_bytes(damaged.read_bytes()[:-9])
    places = [clone.folder / "data" / "store", clone.folder / "static"]
    before = [fingerprint(place) for place in places]
    done = clone.run("prepare", "--offline", "--bundle", bundle)
    assert done.returncode == 3
    assert [fingerprint(place) for place in places] == before
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert read_registry()[70].path in line


def test_help_is_readable_on_a_console_without_vietnamese(clone):
    done = clone.run("prepare", "--help", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr[-500:]
    assert "--bundle" in done.stdout


# ---- in this process -----------------------------------------------------------------


@pytest.fixture
def call(monkeypatch, capsys):
    """Return a function that runs the command line: exit code, what it said, what it lamented."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["python -m lib", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main.run()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    for name in list(os.environ):
        if name.startswith("PHUTHO_"):
            monkeypatch.delenv(name)
    settings.cache_clear()
    yield run
    settings.cache_clear()


def test_what_nobody_foresaw_is_one_sentence_and_its_trace_lies_in_the_log(
    call, tmp_path, monkeypatch
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("cái này không ai ngờ")

    monkeypatch.setattr(power, "in_use", broken)
    monkeypatch.setenv("PHUTHO_LOG", str(tmp_path / "logs" / "phutho.log"))
    settings.cache_clear()
    words = ("gaps", "--store", tmp_path / "store", "--out", tmp_path / "o.csv")
    code, out, err = call(*words)
    assert (code, out) == (1, "")
    assert "ZeroDivisionError" in err
    assert "phutho.log" in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1
    call(*words)
    log = (tmp_path / "logs" / "phutho.log").read_text(encoding="utf-8")
    assert log.count("Traceback") == 2
    assert log.count("ZeroDivisionError: cái này không ai ngờ") == 2
    assert log.count("gaps --store store") == 2
    # Where the log cannot be written either, the sentence still comes, alone.
    (tmp_path / "file").touch()
    monkeypatch.setenv("PHUTHO_LOG", str(tmp_path / "file" / "phutho.log"))
    settings.cache_clear()
    code, _, err = call(*words)
    assert (code, len(err.splitlines())) == (1, 1)
    assert "ổ đĩa" in err


def test_a_file_its_account_may_not_read_is_said_in_words(call, tmp_path, monkeypatch):
    """As `phutho restore-backup /root/FILE` is: the command runs as the account of the service."""
    closed = tmp_path / "root" / "cụm.xlsx"

    look = Path.stat

    def refused(path: Path, **how: bool) -> os.stat_result:
        if path == closed:  # root, who may run the tests, may read anything
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path, **how)

    monkeypatch.setattr(Path, "stat", refused)
    code, out, err = call("restore-backup", closed, "--store", tmp_path / "store")
    assert (code, out) == (2, "")
    assert str(closed) in err
    assert account() in err


def test_a_bundle_that_is_not_there_is_wrong_use(call, tmp_path):
    code, out, err = call(
        "prepare", "--offline", "--bundle", tmp_path / "gói", "--store", tmp_path / "store"
    )
    assert (code, out) == (2, "")
    assert str(tmp_path / "gói") in err
    assert "--bundle" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "store").exists()


def test_an_incomplete_bundle_is_refused(call, tmp_path, bundle):
    (bundle / read_registry()[3].path).unlink()
    code, out, err = call("prepare", "--bundle", bundle, "--store", tmp_path / "store")
    assert (code, out) == (3, "")
    assert read_registry()[3].path in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "store").exists()


def test_a_store_that_cannot_be_made_is_refused(call, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    code, out, err = call("prepare", "--offline", "--store", tmp_path / "file" / "store")
    assert (code, out) == (3, "")
    assert str(tmp_path / "file") in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["prepare", "--nonsense"],
        ["prepare", "--bundle"],
        ["prepare", "extra"],
        ["no-such-command"],
        ["--no-such-option"],
        [],
    ],
)
def test_a_wrong_option_is_wrong_use(call, words):
    code, out, err = call(*words)
    assert code == 2
    assert "Traceback" not in out + err
    assert out + err


@pytest.mark.parametrize("words", [["--help"], ["prepare", "--help"]])
def test_help_is_in_vietnamese(call, words):
    code, out, _ = call(*words)
    assert code == 0
    assert "Chuẩn bị dữ liệu" in out


def test_a_wrong_variable_of_the_environment_is_wrong_use(call, monkeypatch, tmp_path):
    monkeypatch.setenv("PHUTHO_SIMPLIFY_M", "ba mươi")
    code, out, err = call("prepare", "--offline", "--store", tmp_path / "store")
    assert (code, out) == (2, "")
    assert "PHUTHO_SIMPLIFY_M" in err
    assert "ba mươi" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongUseError("sources.bundle_absent", folder="x"), 2),
        (DataRefusedError("sources.file_not_json", file="x"), 3),
        (StoreError("store.busy", seconds=20), 3),
    ],
)
def test_every_refusal_is_said_and_gives_its_code(call, monkeypatch, error: PhuThoError, code):
    def refuse(**_: object) -> None:
        raise error

    monkeypatch.setattr(maps.preparing, "prepare", refuse)
    monkeypatch.setattr(maps, "offer", lambda *_, **__: None)  # what lies beside the clone is said
    assert call("prepare") == (code, "", f"{error.message()}\n")


class TakenError(Exception):
    """Ends a command once its arguments are known."""


@pytest.fixture
def taken(call, monkeypatch):
    """Return a function that says with what `prepare` would be called."""
    assert call
    calls = []

    def take(**values: object) -> None:
        calls.append(values)
        raise TakenError

    monkeypatch.setattr(maps.preparing, "prepare", take)

    def run(*words: object) -> dict[str, object]:
        done = CliRunner().invoke(main.app, ["prepare", *map(str, words)])
        assert isinstance(done.exception, TakenError)
        return calls[-1]

    return run


def test_without_options_and_environment_the_defaults_count(taken):
    given = taken()
    assert given["store"].folder == ROOT / "data" / "store"
    assert given["static"] == ROOT / "static"
    assert (given["bundle"], given["offline"], given["simplify_m"]) == (None, False, 30)


def test_the_environment_sets_what_is_not_on_the_line(taken, monkeypatch, tmp_path):
    monkeypatch.setenv("PHUTHO_STORE", str(tmp_path / "a"))
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "s"))
    monkeypatch.setenv("PHUTHO_BUNDLE", str(tmp_path / "b"))
    monkeypatch.setenv("PHUTHO_SIMPLIFY_M", "12.5")
    given = taken("--offline")
    assert given["store"].folder == tmp_path / "a"
    assert given["static"] == tmp_path / "s"
    assert given["bundle"] == tmp_path / "b"
    assert (given["offline"], given["simplify_m"]) == (True, 12.5)


def test_the_line_wins_over_the_environment(taken, monkeypatch, tmp_path):
    monkeypatch.setenv("PHUTHO_STORE", str(tmp_path / "a"))
    monkeypatch.setenv("PHUTHO_BUNDLE", str(tmp_path / "b"))
    given = taken("--store", tmp_path / "c", "--bundle", tmp_path / "d")
    assert given["store"].folder == tmp_path / "c"
    assert given["bundle"] == tmp_path / "d"


@pytest.mark.parametrize(("words", "metres"), [([], 30), (["--tolerance", "12"], 12)])
def test_the_tolerance_is_that_of_the_line_or_of_the_environment(
    call, monkeypatch, tmp_path, words, metres
):
    calls = []

    def take(*_: object, **values: object) -> None:
        calls.append(values)
        raise TakenError

    assert call
    monkeypatch.setattr(maps, "source_of", lambda given: given)
    monkeypatch.setattr(maps.sandbox, "run", lambda *_, **__: ({"geometry": []}, {"geometry": []}))
    monkeypatch.setattr(maps, "prepare_communes", lambda communes: communes)
    monkeypatch.setattr(maps.answer, "answer_given", take)
    monkeypatch.setenv("PHUTHO_TOLERANCE_M", "30")
    named = [tmp_path / "a.geojson", tmp_path / "b.geojson"]
    for path in named:
        path.touch()
    files = ["--clusters", named[0], "--communes", named[1], "--out", tmp_path / "c.csv"]
    done = CliRunner().invoke(main.app, ["cross-commune", *map(str, files), *words])
    assert isinstance(done.exception, TakenError)
    assert calls == [{"tolerance_m": metres}]
