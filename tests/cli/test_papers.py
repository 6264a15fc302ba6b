"""The commands that leave a paper: what they write, and how they refuse."""

import zipfile

import pytest
from clones import data_of
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import PhuThoError
from lib.settings import settings


@pytest.fixture(scope="module")
def store(schematic_clone, tmp_path_factory):
    """A store without borders, its layer files where the commands look for them."""
    folder = data_of(schematic_clone, tmp_path_factory.mktemp("papers"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHUTHO_STORE", str(folder / "store"))
        patch.setenv("PHUTHO_STATIC", str(folder / "static"))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


pytestmark = pytest.mark.usefixtures("store")


def run(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    error = done.exception
    return error.exit_code if isinstance(error, PhuThoError) else done.exit_code


@pytest.mark.parametrize(
    ("words", "name", "start"),
    [
        (("atlas", "--cluster", "PT-003"), "a.pdf", b"%PDF"),
        (("annex",), "b.pdf", b"%PDF"),
        (("brief", "--commune", "08590", "--english"), "c.pdf", b"%PDF"),
        (("picture",), "d.svg", b"<?xml"),
        (("page",), "e.html", b"<!doctype html>"),
    ],
)
def test_each_paper_is_written(tmp_path, words, name, start):
    out = tmp_path / name
    assert run(*words, "--out", out) == 0
    assert out.read_bytes().startswith(start)


def test_the_annex_is_a_word_file(tmp_path):
    assert run("annex", "--out", tmp_path / "annex.docx") == 0
    with zipfile.ZipFile(tmp_path / "annex.docx") as word:
        assert "Phụ lục" in word.read("word/document.xml").decode()


@pytest.mark.parametrize(
    "words",
    [
        ("atlas", "--out", "{}/a.txt"),
        ("atlas", "--out", "{}/none/a.pdf"),
        ("atlas", "--out", "{}/a.pdf", "--cluster", "XX-1"),
        ("atlas", "--out", "{}/a.pdf", "--sample"),
        ("annex", "--out", "{}/a.docx", "--tolerance", "900"),
        ("brief", "--out", "{}/a.pdf", "--commune", "1"),
    ],
)
def test_wrong_use_is_refused_and_writes_nothing(tmp_path, words):
    assert run(*(word.format(tmp_path) for word in words)) == 2
    assert not list(tmp_path.iterdir())
