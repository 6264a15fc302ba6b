"""One figure wherever it is shown: every number of the glossary, given to one row, in every place.

The number is of nothing else on the paper, so a place that rounds it, takes it from another
column or computes it anew does not have its words.
"""

import io
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import docx
import pandas as pd
import pypdf
import pytest
import streamlit as st
from apppages import html, opened
from cardstores import Change, material, with_values

from lib.language.text import hectares, number, percent, t
from lib.layers.build import build_whole
from lib.layers.target import Target
from lib.layers.web import install
from lib.reports import lists
from lib.reports.alldata.everything import everything
from lib.reports.atlas import atlas
from lib.reports.brief import brief
from lib.reports.cards.clusters import card_of
from lib.reports.cards.file import cards_docx
from lib.reports.cards.markup import card_html
from lib.reports.cards.material import Material, from_snapshot
from lib.reports.drawing.view import overview
from lib.reports.page import page
from lib.reports.word import table_docx
from lib.settings import settings
from lib.store.store import Store
from lib.tables.glossary import label
from lib.tables.registry import TABLES

pytestmark = pytest.mark.xdist_group("pages")

CLUSTER, COMMUNE, STATION = "PT-012", "08542", "SS-02"
ROWS = {
    "clusters": ("cluster_id", CLUSTER),
    "communes": ("code", COMMUNE),
    "settlements": ("code", COMMUNE),
    "substations": ("substation_id", STATION),
    "weak_supply": ("weak_id", "WS-01"),
    "projects": ("project_id", "DA-1"),
    "clearance": ("cluster_id", CLUSTER),
    "assets": ("cluster_id", CLUSTER),
}
"""Table -> the row that is given numbers; of the last three there is none but this one."""
ELSEWHERE = {
    "outages": "reports/cards/test_log.py",
    "customers": "reports/cards/test_log.py",
    "own_rows": "reports/test_own.py",
    "published_totals": "tables/test_facts.py",
    "reliability_published": "tables/test_facts.py",
    "power_plants": "tables/test_facts.py",
}
"""Table -> the test of its figures: those of a log, of an own layer, of facts that are listed."""
NO_FIGURES = {"former_units", "outlines", "documents", "form_answers"}
"""Tables whose numbers count or place something and are no figure of the province."""
WEAK = "08590"
"""Commune of `WS-01`."""
NO_FIGURE = {"lat", "lon", "outline_accuracy_m"}
"""Where a thing lies, and how well that is known."""
SHOWN: Mapping[str, Callable[[float], str]] = {
    "occupancy_pct": lambda value: percent(value / 100),
    "area_km2": lambda value: hectares(100 * value),
    "elev_median": number,
    "km_to_nearest_old_urban_unit": lambda value: number(value, digits=1),
}
"""Column -> its words, where they are not those of the number in the table."""
ONLY_IN_FILES = {
    *("n_places", "elev_min", "elev_max", "elev_range"),
    *("km_to_viet_tri", "km_to_vinh_yen", "km_to_hoa_binh"),
}
"""Columns that stand behind a figure and on no card."""


def figures(table: str) -> dict[str, float]:
    """Return a number of its own for each numeric column, within its limits."""
    found: dict[str, float] = {}
    for at, column in enumerate(TABLES[table].columns):
        if column.type == "whole" and column.name not in NO_FIGURE:
            found[column.name] = 1_003 + 11 * at
        elif column.type == "number" and column.name not in NO_FIGURE:
            found[column.name] = round(11.13 + 1.34 * at, 2)
    return found


GIVEN = {table: figures(table) for table in ROWS}
ALL = [(table, column) for table, given in GIVEN.items() for column in given]


NEW = ("projects", "clearance", "assets")


def only(table: str) -> Change:
    """Return what makes a table of one row: numbers, and something where a blank is refused."""
    key, code = ROWS[table]
    told = {"cluster_id": CLUSTER, "source_url": "https://a.vn/so", "as_of": "2026-11"}
    told |= {"name": "Trạm bơm", "firm": "Công ty A", key: code, **GIVEN[table]}
    row = {column.name: told.get(column.name) for column in TABLES[table].every()}
    return lambda _: pd.DataFrame([row])


def words(column: str, value: float) -> str:
    """Return a figure as a person reads it."""
    shown = SHOWN.get(column, lambda own: number(own, digits=0 if own == int(own) else 2))
    return flat(shown(value))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u00a0", " "))


def of_pdf(content: bytes) -> str:
    return flat(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages))


def of_word(content: bytes) -> str:
    word = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return flat(" ".join([*(paragraph.text for paragraph in word.paragraphs), *cells]))


def said(text: str, column: str, value: float) -> bool:
    told = re.escape(words(column, value))
    return bool(re.search(rf"(?<![\d,.]){told}(?![\d,]|\.\d)", text))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Material]:
    """Return a folder with a store in which five rows have numbers of their own, and its data."""
    folder = tmp_path_factory.mktemp("figures")
    changed: Mapping[str, Change] = {
        table: only(table) if table in NEW else with_values(key, code, **GIVEN[table])
        for table, (key, code) in ROWS.items()
    }
    material(folder, changed)
    snapshot, static = Store(folder / "store").current(), folder / "static"
    install(static)
    return folder, from_snapshot(
        snapshot, build_whole(snapshot, static, simplify_m=30), static, tolerance_m=50
    )


@pytest.fixture(scope="module")
def papers(made: tuple[Path, Material]) -> dict[str, dict[str, str]]:
    """Return table -> place -> all that is said there of its row."""
    given = made[1]
    targets = {
        "clusters": Target("clusters", CLUSTER),
        "communes": Target("communes", COMMUNE),
        "substations": Target("substations", STATION),
        "weak_supply": Target("communes", WEAK),
    }
    found = {
        table: {"card": flat(str(card_html(card_of(given, target, "vi"))))}
        for table, target in targets.items()
    }
    for table in ("clusters", "communes", "weak_supply"):
        found[table]["docx"] = of_word(cards_docx(given, [targets[table]]))
    found["clusters"]["pdf"] = of_pdf(atlas(given, [CLUSTER]))
    found["communes"]["pdf"] = of_pdf(brief(given, COMMUNE))
    found["weak_supply"]["pdf"] = of_pdf(brief(given, WEAK))
    return found | {"settlements": found["communes"]}


ON_CARDS = [(table, column) for table, column in ALL if column not in ONLY_IN_FILES]
ON_PROGRESS = {"projects": {"area_ha", "capital_bn"}, "clearance": set(GIVEN["clearance"])}
"""What the page of progress says; other figures of a project go into forms and files only."""


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, column in ON_CARDS if table not in NEW]
)
def test_card_word_and_paper_say_the_figure_of_the_table(papers, table, column):
    value = GIVEN[table][column]
    silent = {place for place, text in papers[table].items() if not said(text, column, value)}
    assert silent == set()


@pytest.fixture(scope="module")
def files(made, tmp_path_factory) -> tuple[bytes, Path]:
    """Return all data as a workbook and as a GeoPackage."""
    snapshot = Store(made[0] / "store").current()
    path = tmp_path_factory.mktemp("files") / "all.gpkg"
    path.write_bytes(everything(snapshot, "gpkg"))
    return everything(snapshot, "xlsx"), path


@pytest.mark.parametrize("table", GIVEN)
def test_workbook_and_geopackage_hold_the_figures_of_the_table(files, table):
    key, code = ROWS[table]
    sheet = pd.read_excel(io.BytesIO(files[0]), sheet_name=table, dtype=object, engine="openpyxl")
    (row,) = sheet[sheet[label(table, key)].astype(str) == code].to_dict("records")
    assert {name: row[label(table, name)] for name in GIVEN[table]} == GIVEN[table]
    with closing(sqlite3.connect(files[1])) as base:
        base.row_factory = sqlite3.Row
        (stored,) = base.execute(f"SELECT * FROM {table} WHERE {key} = ?", (code,))  # noqa: S608
    assert {name: stored[name] for name in GIVEN[table]} == GIVEN[table]


def test_lists_and_the_single_page_say_the_area_of_the_table(made):
    given = made[1]
    value = GIVEN["clusters"]["area_ha"]
    row = given.clusters[given.clusters["cluster_id"] == CLUSTER]
    listed = lists.clusters(given, row, "vi")
    assert listed[label("clusters", "area_ha")].tolist() == [value]
    word = table_docx(lists.on_paper(listed, "vi"), "Cụm", {"_sheet": "x"}, "vi")
    assert said(of_word(word), "area_ha", value)
    (told,) = {
        line
        for line in re.findall(r'"([^"]*)"', page(given, overview(given)).decode())
        if said(line, "area_ha", value)
    }
    assert told.startswith(t("cards.area", "vi"))


@pytest.fixture
def screen(made, monkeypatch) -> Iterator[None]:
    """Let the pages read the store of the figures."""
    monkeypatch.setenv("PHUTHO_STORE", str(made[0] / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(made[0] / "static"))
    settings.cache_clear()
    yield
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.mark.usefixtures("screen")
@pytest.mark.parametrize(
    ("name", "table", "target"),
    [
        ("clusters", "clusters", f"clusters:{CLUSTER}"),
        ("overview", "communes", f"communes:{COMMUNE}"),
        ("power", "settlements", f"communes:{COMMUNE}"),
        ("power", "weak_supply", f"communes:{WEAK}"),
        ("power", "substations", f"communes:{COMMUNE}"),
    ],
)
def test_the_screen_says_the_figure_of_the_table(name, table, target):
    shown = flat(html(opened(name, sel=target)))
    wanted = {column for of, column in ON_CARDS if of == table}
    assert {one for one in wanted if not said(shown, one, GIVEN[table][one])} == set()


@pytest.mark.usefixtures("screen")
def test_the_list_on_the_screen_says_the_area_of_the_table():
    (listed,) = (frame.value for frame in opened("clusters").dataframe)
    (row,) = listed[listed.isin(["Nam Đoan Hùng"]).any(axis=1)].to_numpy().tolist()
    assert GIVEN["clusters"]["area_ha"] in row


@pytest.mark.usefixtures("screen")
def test_the_page_of_progress_says_what_is_known_of_projects_and_clearance():
    app = opened("progress", sel=f"clusters:{CLUSTER}")
    rows = " ".join(frame.value.to_string() for frame in app.dataframe)
    shown = flat(f"{html(app)} {' '.join(one.value for one in app.markdown)} {rows}")
    for table, columns in ON_PROGRESS.items():
        assert {one for one in columns if not said(shown, one, GIVEN[table][one])} == set()


def test_every_table_with_numbers_is_tried_or_named():
    numeric = {
        name
        for name, table in TABLES.items()
        if any(c.type in {"number", "whole"} and c.name not in NO_FIGURE for c in table.columns)
    }
    assert numeric - set(ROWS) == set(ELSEWHERE) | NO_FIGURES & numeric
    for test in ELSEWHERE.values():
        assert (Path(__file__).parents[1] / test).exists()


@pytest.mark.usefixtures("screen")
def test_the_map_says_the_figure_that_is_painted():
    column = "km_to_nearest_old_urban_unit"
    app = opened("power", measure="town_km")
    (args,) = (one.proto.json_args for one in app.get("component_instance"))
    assert said(flat(args), column, GIVEN["settlements"][column])
