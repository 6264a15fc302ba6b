"""What the documents name is there: modules, functions, files, and the list of decisions."""

import importlib
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from lib.settings import ROOT

DOCS = ROOT / "docs"
ARCHITECTURE = (DOCS / "ARCHITECTURE.md").read_text(encoding="utf-8")
DECISIONS = DOCS / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
INDEX = (DECISIONS / "README.md").read_text(encoding="utf-8")
TEXTS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

DOTTED = re.compile(r"`(lib(?:\.\w+)+)`")
PATH = re.compile(r"(?<![\w/.-])(?:lib|tests|pages|docs|deploy|data|tools)/[\w./-]*\w")
MADE = re.compile(r"data/(store|bundle)\b.*")
"""What a run makes and nobody commits."""
RECORD = re.compile(
    r"# (?P<number>\d{4})\. (?P<title>.+)\n\n"
    r"Status: accepted, \d{4}-\d{2}-\d{2}"
    r"(; (?:superseded by|supersedes) \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))*\n\n"
    r"## Context\n\n[^#]+\n\n## Decision\n\n[^#]+\n\n## Consequence\n\n[^#]+\n"
)
LINE = re.compile(r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+) \|$", re.MULTILINE)


def named(dotted: str) -> object:
    """Return the module, function, class, method or field a dotted name means."""
    parts = dotted.split(".")
    thing: object = importlib.import_module(parts[0])
    for place, part in enumerate(parts[1:], 2):
        if isinstance(thing, ModuleType) and not hasattr(thing, part):
            thing = importlib.import_module(".".join(parts[:place]))
        elif part in getattr(thing, "__dataclass_fields__", {}):
            thing = part  # without a default it is no attribute of its class
        else:
            thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(path: Path):
    text = path.read_text(encoding="utf-8")
    for dotted in DOTTED.findall(text):
        named(dotted)
    paths = {found for found in PATH.findall(text) if not MADE.fullmatch(found)}
    assert [found for found in sorted(paths) if not (ROOT / found).exists()] == []


def test_what_the_code_names_in_its_words_is_there():
    found = {
        dotted: path.relative_to(ROOT)
        for path in sorted((ROOT / "lib").rglob("*.py"))
        for dotted in DOTTED.findall(path.read_text(encoding="utf-8"))
    }
    gone = {}
    for dotted, path in found.items():
        try:
            named(dotted)
        except (AttributeError, ImportError):
            gone[dotted] = path
    assert gone == {}


def test_links_of_a_document_lead_somewhere():
    for path in TEXTS:
        for link in re.findall(r"\]\(([^)#:\s]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_ways_through_the_house_name_every_step():
    for heading in ("uploaded file", "filter change", "log to a colour"):
        way = next(part for part in ARCHITECTURE.split("\n## ")[1:] if heading in part[:60])
        steps = re.findall(r"^\d+\. .+$", way, re.MULTILINE)
        assert len(steps) >= 7
        assert [step for step in steps if not re.search(r"`[\w.]*\.\w+`", step)] == []


def test_the_table_of_rooms_is_the_contract_of_the_imports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["lib"]
    )
    table = ARCHITECTURE.partition("## Rooms")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    assert [re.findall(r"\w+", row) for row in rows] == [re.findall(r"\w+", la) for la in layers]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_parts_and_stands_in_the_index(path: Path):
    record = RECORD.fullmatch(path.read_text(encoding="utf-8"))
    assert record, "title, status, context, decision, consequence"
    assert path.name.startswith(f"{record['number']}-")
    assert (record["number"], path.name, record["title"]) in [
        line[:3] for line in LINE.findall(INDEX)
    ]


def test_the_index_lists_each_record_once_in_order():
    assert [name for _, name, _, _ in LINE.findall(INDEX)] == [path.name for path in RECORDS]
    numbers = [path.name[:4] for path in RECORDS]
    assert numbers == sorted(set(numbers))


def test_a_record_that_is_superseded_is_named_by_the_one_that_took_its_place():
    found = 0
    for path in RECORDS:
        for newer in re.findall(r"superseded by \[\d{4}\]\((.+?)\)", path.read_text("utf-8")):
            assert f"supersedes [{path.name[:4]}]({path.name})" in (DECISIONS / newer).read_text(
                "utf-8"
            )
            found += 1
    assert found
