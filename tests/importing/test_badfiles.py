"""Every bad file: read or refused in words, and never a trace of it in the store."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import ezdxf
import pytest
from badfiles.corpus import CORPUS
from badfiles.corpus_build import (
    BadFile,
    attempt,
    collection,
    coordinate_rows,
    document,
    feature,
    frame,
    holding,
    kml,
    polygon,
    shapefile,
    square,
    table,
    workbook,
    zipped,
)
from clones import data_of

from lib.cli import main
from lib.importing.draft import KINDS
from lib.importing.readers.registry import accepted
from lib.language.errors import DataRefusedError
from lib.language.text import catalog
from lib.settings import settings
from lib.store.store import Store

SECONDS = 60
"""Of processor time."""
LEVELS = {"refused": {"refused"}, "mended": {"mended", "ask"}}
EACH = pytest.mark.parametrize("bad", CORPUS, ids=[bad.id for bad in CORPUS])


@pytest.fixture
def at(tmp_path) -> Callable[[BadFile], Path]:
    """Return a function that makes a bad file in a folder of its own."""

    def make(bad: BadFile) -> Path:
        folder = tmp_path / "tệp"
        folder.mkdir()
        bad.make(folder / bad.file_name)
        return folder / bad.file_name

    return make


def folder_of(path: Path) -> dict[str, tuple[bytes, int]]:
    """Return name -> bytes and time of change of all that lies where a file does."""
    return {
        str(one.relative_to(path.parent)): (one.read_bytes(), one.stat().st_mtime_ns)
        for one in path.parent.rglob("*")
        if one.is_file()
    }


def test_the_corpus_is_what_its_list_says():
    ids = [bad.id for bad in CORPUS]
    assert len(ids) >= 70
    assert len(set(ids)) == len(ids)
    assert {bad.kind for bad in CORPUS} <= set(KINDS)
    listed = (Path(__file__).parents[1] / "badfiles" / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in listed.splitlines() if line.startswith("| `")]
    assert [[cell.strip() for cell in row] for row in rows] == [
        [f"`{bad.id}`", bad.kind, bad.outcome] for bad in CORPUS
    ]


# ---- readers ----------------------------------------------------------------------------


@EACH
def test_a_reader_takes_it_or_refuses_it_in_words(at, bad):
    path = at(bad)
    before = folder_of(path)
    start = time.process_time()
    read = attempt(path)
    if isinstance(read, DataRefusedError):
        assert bad.file_name in read.message("vi")
        assert bad.file_name in read.message("en")
    else:
        assert read.file == bad.file_name
        assert read.grids or read.layers
    assert time.process_time() - start < SECONDS
    assert folder_of(path) == before


# ---- import through the command line ----------------------------------------------------


@pytest.fixture(scope="session")
def prepared(request, tmp_path_factory) -> Path:
    """Return a folder with a store and layer files: real borders if they are there."""
    real = (Path(__file__).parents[3] / "shared" / "data").is_dir()
    clone = request.getfixturevalue("real_clone" if real else "schematic_clone")
    return data_of(clone, tmp_path_factory.mktemp("prepared"))


class Calls:
    """The command line on a store of its own."""

    def __init__(self, folder: Path, monkeypatch, capsys) -> None:
        self.store = folder / "store"
        self.report = folder / "report.json"
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def tree(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.store)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.store.rglob("*"))
            if path.is_file()
        }

    def run(self, bad: BadFile, path: Path, *more: str) -> tuple[int, str]:
        words = ["import", bad.kind, str(path), "--store", str(self.store)]
        words += ["--report", str(self.report), *(["--crs", bad.crs] if bad.crs else []), *more]
        self._monkeypatch.setattr(sys, "argv", ["python -m lib", *words])
        with pytest.raises(SystemExit) as left:
            main.run()
        said = self._capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        signs = {char for char in said.out + said.err if unicodedata.category(char)[0] == "C"}
        assert signs <= {"\n"}, signs
        return int(left.value.code or 0), said.err

    def findings(self) -> list[dict[str, object]]:
        return json.loads(self.report.read_text(encoding="utf-8"))["findings"]


@pytest.fixture
def calls(prepared, tmp_path, monkeypatch, capsys) -> Iterator[Calls]:
    for name in [name for name in os.environ if name.startswith("PHUTHO_")]:
        monkeypatch.delenv(name)
    shutil.copytree(prepared / "store", tmp_path / "store")
    monkeypatch.setenv("PHUTHO_STATIC", str(prepared / "static"))
    settings.cache_clear()
    yield Calls(tmp_path, monkeypatch, capsys)
    settings.cache_clear()


def assert_said_once_with_its_place(findings: list[dict[str, object]]) -> None:
    for finding in findings:
        assert set(finding) >= {"level", "key", "message", "file", "row", "column"}
        assert finding["key"] in catalog()
        assert str(finding["message"]).strip()
        assert finding["row"] is None or isinstance(finding["row"], int)
    places = [(f["file"], f["row"], f["column"], f["message"]) for f in findings]
    assert len(places) == len(set(places))


@EACH
def test_an_import_refuses_it_or_says_what_it_mended(calls, at, bad):
    path = at(bad)
    before = calls.tree()
    start = time.process_time()
    code, said = calls.run(bad, path, "--yes")
    assert time.process_time() - start < SECONDS
    findings = calls.findings()
    assert_said_once_with_its_place(findings)
    told = [finding for finding in findings if finding["level"] in LEVELS[bad.outcome]]
    assert code == (3 if bad.outcome == "refused" else 0), said
    assert told, said
    for finding in told:
        assert bad.file_name in str(finding["message"])
        assert str(finding["message"]) in said
    words = " ".join(str(finding["message"]) for finding in told).replace("\u00a0", " ")
    for word in bad.words:
        assert word in words
    after = calls.tree()
    if bad.outcome == "refused":
        assert after == before
    else:
        kept = {name: digest for name, digest in before.items() if name.startswith("snapshots/")}
        assert kept.items() < after.items()


OF_EACH_KIND = {(bad.kind, bad.outcome): bad for bad in CORPUS}.values()


@pytest.mark.parametrize("bad", OF_EACH_KIND, ids=[bad.id for bad in OF_EACH_KIND])
def test_a_dry_run_says_the_same_and_changes_nothing(calls, at, bad):
    path = at(bad)
    before, beside = calls.tree(), folder_of(path)
    calls.run(bad, path, "--dry-run")
    said = calls.findings()
    assert calls.tree() == before
    assert folder_of(path) == beside
    calls.run(bad, path, "--yes")
    assert calls.findings() == said


MENDED = [bad for bad in CORPUS if bad.outcome == "mended"]


@pytest.mark.parametrize("bad", MENDED, ids=[bad.id for bad in MENDED])
def test_what_is_asked_is_never_done_unasked(calls, at, bad):
    path = at(bad)
    before = calls.tree()
    code, said = calls.run(bad, path)
    asked = [finding for finding in calls.findings() if finding["level"] == "ask"]
    assert code == (3 if asked else 0), said
    if asked:
        assert calls.tree() == before
        assert "--yes" in said


def test_a_file_that_is_not_there_is_wrong_use(calls, tmp_path):
    before = calls.tree()
    missing = BadFile("missing", "không có.csv", holding(""), crs="9208")
    code, said = calls.run(missing, tmp_path / "không có.csv")
    assert code == 2
    assert "không có.csv" in said
    assert calls.tree() == before


@pytest.mark.parametrize(
    ("kind", "crs"), [("không có loại này", "9208"), ("outlines", "1234"), ("outlines", "abc")]
)
def test_a_wrong_call_is_wrong_use(calls, at, kind, crs):
    before = calls.tree()
    good = BadFile("good", "Bãi Ba 2.csv", holding(table()), kind=kind, crs=crs)
    code, _ = calls.run(good, at(good))
    assert code == 2
    assert calls.tree() == before


# ---- the same files without their fault --------------------------------------------------

ROWS = coordinate_rows(square())
SOUND = (
    BadFile("csv", "Bãi Ba 2.csv", holding(table()), crs="9208"),
    BadFile("xlsx", "Bãi Ba 2.xlsx", workbook(ROWS), crs="9208"),
    BadFile("docx", "Bãi Ba 2.docx", document(ROWS), crs="9208"),
    BadFile("zip", "Bãi Ba 2.zip", shapefile),
    BadFile("gpkg", "Bãi Ba 2.gpkg", lambda path: frame().to_file(path, driver="GPKG")),
    BadFile("kml", "Bãi Ba 2.kml", holding(kml())),
    BadFile(
        "geojson",
        "Bãi Ba 2.geojson",
        holding(collection(feature(polygon(square(epsg=4326))))),
    ),
)


def _kmz(path: Path) -> None:
    zipped(path, {"doc.kml": kml().encode()})


def _drawing(path: Path) -> None:
    made = ezdxf.new("R2010")
    made.modelspace().add_lwpolyline(square(), close=True)
    made.saveas(path)


def _mif(path: Path) -> None:
    frame().to_file(path, driver="MapInfo File")


def _journal(path: Path) -> None:
    """Leave the only row of a GeoPackage in its journal, as a program that has it open does."""
    frame().iloc[:0].to_file(path, layer="ccn", driver="GPKG", geometry_type="Polygon")
    frame().to_file(path.with_name("dòng.gpkg"), layer="ccn", driver="GPKG")
    with contextlib.closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA wal_autocheckpoint = 0")
        for (name,) in opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            opened.execute(f'DROP TRIGGER "{name}"')
        opened.execute("ATTACH ? AS other", [str(path.with_name("dòng.gpkg"))])
        opened.execute("INSERT INTO ccn SELECT * FROM other.ccn")
        opened.commit()
        kept = {part: part.read_bytes() for part in path.parent.glob(f"{path.name}*")}
    path.with_name("dòng.gpkg").unlink()
    for part, content in kept.items():
        part.write_bytes(content)


EVERY_READER = (
    *SOUND,
    BadFile("json", "Bãi Ba 2.json", SOUND[-1].make),
    BadFile("txt", "Bãi Ba 2.txt", SOUND[0].make, crs="9208"),
    BadFile("xlsm", "Bãi Ba 2.xlsm", SOUND[1].make, crs="9208"),
    BadFile("kmz", "Bãi Ba 2.kmz", _kmz),
    BadFile("dxf", "Bãi Ba 2.dxf", _drawing, crs="9208"),
    BadFile("mif", "Bãi Ba 2.mif", _mif),
    BadFile("gpkg-with-a-journal", "Bãi Ba 2.gpkg", _journal),
)


def test_every_reader_has_a_sound_file_here():
    assert {Path(sound.file_name).suffix for sound in EVERY_READER} == set(accepted())


@pytest.mark.parametrize("sound", EVERY_READER, ids=[sound.id for sound in EVERY_READER])
def test_reading_and_a_dry_run_change_nothing_in_the_folder_of_a_file(calls, at, sound):
    path = at(sound)
    before = folder_of(path)
    assert not isinstance(attempt(path), DataRefusedError)
    assert folder_of(path) == before
    code, said = calls.run(sound, path, "--dry-run", "--yes")
    assert code == 0, said
    assert folder_of(path) == before


@pytest.mark.parametrize("sound", SOUND, ids=[sound.id for sound in SOUND])
def test_the_file_without_its_fault_is_taken_unasked(calls, at, sound):
    code, said = calls.run(sound, at(sound))
    assert code == 0, said
    # A Shapefile runs clockwise, as its format wants it.
    assert {f["level"] for f in calls.findings() if f["key"] != "outlinecheck.turned"} <= {"note"}
    current = Store(calls.store).current()
    assert current is not None
    assert list(current.read("outlines")["cluster_id"]) == ["PT-001"]
