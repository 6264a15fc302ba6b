"""Whatever is taken away says *mẫu* where it has anything of a sample log, and only there.

What a page offers is recorded while the page runs, and what a command writes is asked of the
command: an export that comes new is opened here without being named.
"""

import io
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pypdf
import pytest
import streamlit as st
import typer
from clones import data_of
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from lib.cli.main import app as commands
from lib.importing.draft import Options
from lib.power.madeup import sample_outages
from lib.settings import settings
from lib.store.store import Act, Store, Table
from lib.tables import facts
from lib.tables.schemas import ALL_TABLES

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"(dữ|số) liệu mẫu|MAU-\d{8}|^mẫu$", re.IGNORECASE | re.MULTILINE)
"""A log that is a sample. The register of clusters is another one, under other words."""
SOURCE = {"source_url": "file:nhat-ky.csv", "as_of": "2026-01-05"}
COMMUNE, CLUSTER = "08590", "PT-001"
CONCLUDED = {
    "conclusion_id": "KL-1",
    "date": "2026-01-05",
    "cluster_id": CLUSTER,
    "agency": "Sở A",
    "task": "Đo ranh giới",
    "status": "decided",
}
Parts = Mapping[str, str]


def logged(clone: Path, folder: Path, kind: str) -> Path:
    """Return a copy of a clone's data with a log: a sample, one as if real, or one beside both."""
    data_of(clone, folder)
    store = Store(folder / "store")
    before = store.current()
    outages, customers = sample_outages(600, 7, facts.load("communes"))
    outages = outages.assign(station=None, area_text=None, sample=kind == "sample", **SOURCE)
    customers = customers.assign(sample=kind != "real", **SOURCE)
    if kind != "sample":
        numbers = [f"PC-{number}" for number in range(len(outages))]
        outages = outages.assign(cause="sự cố", outage_id=numbers)
    if kind == "beside":
        outages.loc[:9, ["outage_id", "sample"]] = [[f"MAU-{n:08d}", True] for n in range(10)]
    infos = before.manifest.tables.items()
    tables = {name: Table(before.read(name), info.source, info.as_of) for name, info in infos}
    told = {**dict.fromkeys(ALL_TABLES["conclusions"].columns), **CONCLUDED, **SOURCE}
    concluded = ALL_TABLES["conclusions"].validate(pd.DataFrame([told]))
    frames = {"outages": outages, "customers": customers, "conclusions": concluded}
    for name, frame in frames.items():
        tables[name] = Table(frame, "import: nhat-ky.csv", "2026-01-05")
    act = Act("import", base=before.snapshot_id, details=before.manifest.details)
    store.publish(tables, act, border_quality=before.manifest.border_quality)
    return folder


@pytest.fixture(scope="module")
def folders(schematic_clone, tmp_path_factory) -> dict[str, Path]:
    kinds = ("sample", "real", "beside")
    return {kind: logged(schematic_clone, tmp_path_factory.mktemp(kind), kind) for kind in kinds}


@pytest.fixture
def use(folders, monkeypatch) -> Iterator[Callable[[str], Path]]:
    """Return how to work on one of the stores."""

    def on(kind: str) -> Path:
        monkeypatch.setenv("PHUTHO_STORE", str(folders[kind] / "store"))
        monkeypatch.setenv("PHUTHO_STATIC", str(folders[kind] / "static"))
        settings.cache_clear()
        st.cache_resource.clear()
        return folders[kind]

    yield on
    settings.cache_clear()
    st.cache_resource.clear()


# ---- what a reader of a file meets, part by part -----------------------------------


def words(frame: pd.DataFrame) -> str:
    return "\n".join(map(str, [*frame.columns, *frame.to_numpy().ravel()]))


def of_xlsx(content: bytes) -> Parts:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = {s.title: [c for row in s.iter_rows(values_only=True) for c in row] for s in book}
    return {name: "\n".join(str(cell) for cell in found) for name, found in cells.items()}


def of_gpkg(path: Path) -> Parts:
    with closing(sqlite3.connect(path)) as book:
        query = "SELECT table_name, identifier || char(10) || description FROM gpkg_contents"
        titles = dict(book.execute(query))
    frames = {
        name: pyogrio.read_dataframe(path, layer=name, read_geometry=False) for name in titles
    }
    return {name: f"{titles[name]}\n{words(f)}" for name, f in frames.items()}


def of_parquet(content: bytes) -> str:
    table = pq.read_table(io.BytesIO(content))
    told = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    return "\n".join([*(told.keys() - {"pandas", "geo"}), words(table.to_pandas())])


def of_pdf(content: bytes) -> str:
    read = pypdf.PdfReader(io.BytesIO(content))
    return "\n".join([str(read.metadata), *(page.extract_text() for page in read.pages)])


def of_docx(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def parts(name: str, content: bytes, folder: Path) -> Parts:
    """Return what is read in each part of a file; of a picture nothing, its SVG has its words."""
    suffix = Path(name).suffix
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = {
                entry: parts(entry, archive.read(entry), folder) for entry in archive.namelist()
            }
        return {Path(entry).stem: "\n".join(read.values()) for entry, read in inside.items()}
    if suffix == ".gpkg":
        (folder / "read.gpkg").write_bytes(content)
        return of_gpkg(folder / "read.gpkg")
    if suffix == ".xlsx":
        return of_xlsx(content)
    made = {".parquet": of_parquet, ".pdf": of_pdf, ".docx": of_docx, ".png": lambda _: ""}
    plain = {".csv", ".svg", ".html", ".ics", ".json", ".geojson", ".md"}
    assert suffix in {*made, *plain}, f"nobody here reads {name}"
    read = made.get(suffix, lambda text: text.decode("utf-8-sig"))
    return {name: re.sub(r'[;,"<>\r]+', "\n", read(content)) if suffix in plain else read(content)}


def marked(found: Parts) -> set[str]:
    return {part for part, text in found.items() if MARK.search(text)}


# ---- what the pages offer ----------------------------------------------------------


@pytest.fixture
def offered(monkeypatch, tmp_path) -> Callable[..., dict[str, Parts]]:
    """Return how to open a page and make every file it offers."""
    held: dict[str, object] = {}
    draw = st.download_button

    def recorded(label: str, data: object = None, file_name: str = "", **more: object) -> bool:
        held[file_name] = data
        return draw(label, data=data, file_name=file_name, **more)

    monkeypatch.setattr(st, "download_button", recorded)

    def of(page: str, state: Mapping[str, object] | None = None, **query: str) -> dict[str, Parts]:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        app.query_params.update(query)
        app.run()
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.query_params.update(query)
        app.run()
        for key, value in {"paper-map": True, **(state or {})}.items():  # what is folded away
            app.session_state[key] = value
        held.clear()
        app.run()
        assert list(app.exception) == []
        made = {name: make() if callable(make) else make for name, make in held.items()}
        return {
            name: parts(name, content.encode() if isinstance(content, str) else content, tmp_path)
            for name, content in made.items()
        }

    return of


CARD = {"sel": f"communes:{COMMUNE}"}
BY_LOG = {**CARD, "measure": "saidi_min", "saidi_min": "60"}
BRIEF = {f"xa-{COMMUNE}.pdf", f"xa-{COMMUNE}.docx"}
DOWNLOADS = {"tab": "download"}
OF_LOG = {".gpkg": {"outages", "customers", "metadata"}, ".zip": {"outages", "customers", "README"}}
OF_LOG[".xlsx"] = {"outages", "customers", "Ghi chú"}


def is_form(name: str) -> bool:
    return name.startswith("mau-")


def all_marked(made: Mapping[str, Parts]) -> dict[str, set[str]]:
    return {name: found for name, read in made.items() if (found := marked(read))}


def test_what_the_page_on_power_gives_of_a_sample_says_so(use, offered):
    use("sample")
    made = offered("power", **BY_LOG)
    kinds = sorted(Path(name).suffix for name in made.keys() - BRIEF)
    assert kinds == [".csv", ".csv", ".html", ".png", ".svg", ".xlsx"]
    silent = {name for name in made if name.endswith(".png")}
    assert all_marked(made).keys() == made.keys() - silent


def test_what_has_nothing_of_the_sample_does_not_say_the_word(use, offered):
    use("sample")
    made = offered("power", **CARD, measure="town_km", town_km="1")
    assert len(made) == 8
    log = {f"mat-dien-{COMMUNE}-mau.csv", "ban-do.html", *BRIEF}  # its card has the log
    assert all_marked(made).keys() == log
    selected = {"overview": CARD, "clusters": {"sel": f"clusters:{CLUSTER}"}, "merger": CARD}
    for page in sorted({path.stem for path in (ROOT / "pages").glob("*.py")} - {"power", "data"}):
        made = offered(page, **selected.get(page, {}))
        assert made or page in {"about", "status"}
        assert all_marked(made).keys() <= {"ban-do.html", *BRIEF}, page
        assert all_marked(made) == {} or selected.get(page) == CARD, page
    assert all_marked(offered("data", {"tab": "history"})) == {}


@pytest.mark.parametrize("kind", ["sample", "real", "beside"])
def test_each_table_of_everything_says_whether_it_is_a_sample(use, offered, kind):
    use(kind)
    made = offered("data", DOWNLOADS)
    everything = {Path(name).suffix: read for name, read in made.items() if not is_form(name)}
    assert everything.keys() == OF_LOG.keys()
    wanted = {suffix: set() if kind == "real" else parts for suffix, parts in OF_LOG.items()}
    assert {suffix: marked(read) for suffix, read in everything.items()} == wanted
    assert all_marked({name: read for name, read in made.items() if is_form(name)}) == {}


def test_a_real_log_beside_a_sample_is_never_called_one(use, offered):
    use("beside")
    made = offered("power", **BY_LOG)
    assert len(made) == 8
    assert all_marked(made) == {}


def test_a_real_log_takes_the_place_of_the_sample_on_the_page(use):
    use("sample")
    outages, _ = sample_outages(9, 3, facts.load("communes"))
    real = outages.assign(sample=False, cause="sự cố", outage_id=[f"PC-{n}" for n in range(9)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    app.run()
    app.switch_page(str(ROOT / "pages" / "data.py"))
    app.session_state["tab"] = "import"
    app.session_state["_import"] = {
        "step": "check",
        "files": {"that.csv": real.to_csv(index=False).encode()},
        "who": "Lan",
        "options": Options("outages", "2026-01-05"),
    }
    app.run()
    assert "600 dòng mẫu và 9 dòng thật" in "".join(e.proto.body for e in app.get("html"))
    app.checkbox(key="import_replace").check().run()
    assert list(app.exception) == []
    told = "".join(element.value for element in app.markdown)
    assert "thêm 9, sửa 0, giữ nguyên 0, bỏ 600 dòng" in told


# ---- what the commands write -------------------------------------------------------

AS_GIVEN = {"database read", "document save", "layer show"}
"""They hand on a table that others keep, one an office brought, or a document, as it is."""
ASKED = {
    "annex": [],
    "assets": [],
    "atlas": ["--cluster", CLUSTER],
    "brief": ["--commune", COMMUNE],
    "clusters-report": ["--cluster", CLUSTER],
    "cross-commune": [],
    "duties": [],
    "eligibility": [],
    "notice": [],
    "forms": ["--power"],
    "gaps": ["--threshold", "saidi_min=60"],
    "page": [],
    "picture": [],
    "progress": [],
    "reliability": ["--by", "commune"],
    "report14": ["--form", "04", "--period", "2026"],
    "sample-outages": ["--events", "30", "--seed", "1"],
}
OF_A_LOG = {"brief", "gaps", "reliability", "sample-outages"}


def writing(group: typer.core.TyperGroup, above: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every command with ``--out`` and the endings its help names."""
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from writing(command, f"{above}{name} ")
        for option in command.params:
            if option.name == "out":
                yield f"{above}{name}", re.findall(r"\.[a-z]+\b", option.help)


def written(folder: Path, out: Path, command: str, *more: str) -> Parts:
    words = [command, *more, "--out", str(out)]
    if command != "sample-outages":
        words += ["--store", str(folder / "store")]
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 0, done.output
    return parts(out.name, out.read_bytes(), out.parent)


WRITING = dict(writing(typer.main.get_command(commands)))


def test_every_command_that_writes_is_asked_here():
    assert WRITING.keys() == {*ASKED, *AS_GIVEN}
    assert all(WRITING.values())


@pytest.mark.parametrize("command", ASKED)
def test_what_a_command_writes_of_a_sample_says_so_and_nothing_else_does(use, tmp_path, command):
    folder = use("sample")
    for suffix in WRITING[command]:
        out = tmp_path / f"ra{suffix}"
        found = written(folder, out, command, *ASKED[command])
        assert bool(marked(found)) == (command in OF_A_LOG), suffix
        if command == "sample-outages":
            beside = out.with_name(f"ra-khach-hang{suffix}")
            assert marked(parts(beside.name, beside.read_bytes(), tmp_path))


@pytest.mark.parametrize("command", ["gaps", "reliability"])
def test_a_command_never_calls_a_real_log_a_sample(use, tmp_path, command):
    folder = use("beside")
    for suffix in WRITING[command]:
        found = written(folder, tmp_path / f"ra{suffix}", command, *ASKED[command])
        assert marked(found) == set(), suffix


def test_what_asks_nothing_of_the_log_is_no_sample(use, tmp_path):
    found = written(use("sample"), tmp_path / "ra.csv", "gaps", "--threshold", "town_km=1")
    assert marked(found) == set()
