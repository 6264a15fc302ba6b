"""One record is enough: a made-up one of each kind is found wherever it belongs.

``docs/adding.md`` names the files each kind touches; a place that lists its things by hand
instead of walking the table would not show the made-up one.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import streamlit as st
import typer
from apppages import html, opened
from layerstores import schematic_tables
from typer.testing import CliRunner

from lib.access.serving import serve_all_layers
from lib.cli import papers
from lib.cli.main import app as command_line
from lib.importing.apart import sandbox
from lib.importing.readers import registry as formats
from lib.importing.readers.office import csvfile
from lib.importing.sheets import cells, headings
from lib.importing.sheets.reader import read_register
from lib.importing.templates import forms
from lib.language.errors import DataRefusedError
from lib.language.text import LANGS, catalog, t
from lib.layers import registry as layers
from lib.layers import web
from lib.layers.looks.layer import Layer, Qgis
from lib.layers.looks.symbols import DIAMOND, Style, sign
from lib.layers.qgis import qml
from lib.places import search
from lib.power.gaps import measures
from lib.power.gaps.measures import Measure
from lib.register import completeness, filters
from lib.register.filters import Filter
from lib.reports import registry as reports
from lib.reports.alldata.everything import everything
from lib.reports.registry import Report
from lib.settings import ROOT, settings
from lib.store.database import layout
from lib.store.store import Act, Snapshot, Store
from lib.tables import columns, facts, glossary, schemas
from lib.tables.registry import TABLES

pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of schematic borders and what maps load."""
    folder = tmp_path_factory.mktemp("adding")
    act, tables = Act("prepare"), schematic_tables()
    Store(folder / "store").publish(tables, act, border_quality="schematic")
    web.install(folder / "static")
    return folder


@pytest.fixture(autouse=True)
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the program to that store, with nothing kept of another test."""
    monkeypatch.setenv("PHUTHO_STORE", str(folder / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(folder / "static"))
    settings.cache_clear()
    yield
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch):
    """Return how to give the made-up thing its texts."""

    def words(**texts: str) -> None:
        for key, text in texts.items():
            name = key.replace("__", ".")
            assert name not in catalog()
            monkeypatch.setitem(catalog(), name, dict.fromkeys(LANGS, text))

    return words


def snapshot(folder: Path) -> Snapshot:
    return Store(folder / "store").current()


def run(*words: object) -> None:
    done = CliRunner().invoke(command_line, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_a_filter_is_drawn_said_and_kept_in_the_address(monkeypatch, say):
    say(filters__law="Pháp lý thử", filters__with_law="pháp lý: {values}")
    law = Filter(
        "law",
        "filters.with_law",
        lambda frame, codes: frame["legal_status"].isin(codes),
        ("clusters",),
        glossary.CODES["legal_status"],
        lambda code, lang: glossary.value_label("legal_status", code, lang),
    )
    monkeypatch.setattr(filters, "FILTERS", (*filters.FILTERS, law))
    clusters = facts.load("clusters")["legal_status"]
    code = clusters.mode()[0]
    word = glossary.value_label("legal_status", code)
    for page in ("overview", "clusters"):
        app = opened(page, law=code)
        pills = app.pills(key="law")
        assert pills.label == "Pháp lý thử"
        assert word in pills.options
        assert pills.value == [code]
        assert app.query_params["law"] == code
        assert f"pháp lý: {word}" in html(app)
        assert str((clusters == code).sum()) in html(app)
    assert "law" not in {pills.key for pills in opened("merger", law=code).pills}


@pytest.fixture
def lowest(monkeypatch, say) -> Measure:
    """A measure nobody had: the height of the lowest settlement."""
    words = dict.fromkeys(("measure", "short"), "độ cao thấp nhất thử") | {"unit": "m"}
    say(**{f"gaps__{name}_lowest_m": text for name, text in words.items()})
    say(powerpage__choice_lowest_m="Độ cao thấp nhất thử")
    measure = Measure(
        "lowest_m",
        "remote",
        0,
        at_least=True,
        table="settlements",
        value=lambda tables: tables["settlements"].set_index("code")["elev_min"],
        most=900,
        step=50,
        weighed=True,
    )
    monkeypatch.setitem(measures.MEASURES, measure.key, measure)
    return measure


def test_a_measure_is_painted_chosen_by_and_weighed(lowest: Measure):
    app = opened("power", measure="lowest_m", lowest_m="300", w_lowest_m="2")
    assert "Độ cao thấp nhất thử" in app.selectbox(key="measure").options
    assert app.selectbox(key="measure").value == "lowest_m"
    threshold = app.slider(key="lowest_m")
    assert (threshold.value, threshold.max, threshold.step) == (300, lowest.most, lowest.step)
    assert app.slider(key="w_lowest_m").value == 2
    assert "độ cao thấp nhất thử ≥ 300" in html(app), "the sentence says the threshold"
    assert "Độ cao thấp nhất thử" in html(app).partition("ph-legend-title")[2], "the legend"
    assert app.query_params["lowest_m"] == "300"


@pytest.mark.usefixtures("lowest")
def test_a_measure_is_a_threshold_of_the_command_and_a_row_of_its_file(tmp_path: Path):
    out = tmp_path / "gaps.csv"
    run("gaps", "--threshold", "lowest_m=100", "--settled", "--out", out)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    found = [row for row in rows if row["measure"] == "lowest_m"]
    assert found
    assert all(float(row["value"]) >= 100 for row in found)


@pytest.fixture
def towers(monkeypatch, say, folder: Path) -> Layer:
    """A layer nobody had: a tower in each commune, with its height in the tooltip."""
    say(layers__towers="Cột thử nghiệm")
    style = Style("base", "layers.towers", sign(DIAMOND))

    def source(tables):
        communes = pd.DataFrame(tables["communes"])[["code", "name", "lat", "lon"]]
        shapes = gpd.points_from_xy(communes["lon"], communes["lat"], crs="EPSG:4326")
        lines = {lang: [["cao 42 m"]] * len(communes) for lang in LANGS}
        return gpd.GeoDataFrame(communes.assign(**lines), geometry=shapes)

    layer = Layer(
        "towers",
        "layers.towers",
        "point",
        (style,),
        interactive=True,
        source=source,
        ground="base",
        explained=True,
        qgis=Qgis(("towers",), (style,)),
    )
    monkeypatch.setitem(layers.LAYERS, layer.layer_id, layer)
    web.install(folder / "static")
    for index in (folder / "static" / "layers").glob("*.index.json"):
        index.unlink()
    yield layer
    for index in (folder / "static" / "layers").glob("*.index.json"):
        index.unlink()


def test_a_layer_is_built_drawn_and_explained(towers: Layer, folder: Path):
    (file,) = (f for f in serve_all_layers(snapshot(folder)) if f.layer_id == "towers")
    assert len(file.codes) == 148
    assert "cao 42 m" in (folder / "static" / file.path).read_text(encoding="utf-8")
    for page in ("overview", "cross_commune"):
        assert t(towers.title) in html(opened(page)).partition("ph-legend")[2]


@pytest.mark.usefixtures("towers")
def test_a_layer_is_on_paper_and_in_qgis(tmp_path: Path):
    out = tmp_path / "map.html"
    run("page", "--out", out)
    assert "Cột thử nghiệm" in out.read_text(encoding="utf-8")
    style = qml("towers", "point")
    assert "SvgMarker" in style
    assert style != qml("no such table", "point")


def test_a_restricted_table_closes_the_layers_that_show_it(monkeypatch):
    layer = replace(layers.LAYERS["weak"], tables=("weak_supply",))
    assert "weak_supply" not in layers.restrictable()
    monkeypatch.setitem(layers.LAYERS, "weak", layer)
    assert "weak_supply" in layers.restrictable()
    assert layers.drawn_from("weak_supply") == (layer,)


@pytest.fixture
def census(monkeypatch, say) -> Report:
    """A report nobody had."""
    say(
        reports__command_census="Bản đếm thử nghiệm.",
        papers__census="Bản đếm (TXT)",
        papers__census_file="ban-dem",
    )
    report = Report(
        "census",
        "all",
        "reports.command_census",
        {"txt": "papers.census"},
        "papers.census_file",
        lambda asked: f"{len(asked.material.clusters)} cụm".encode(),
    )
    monkeypatch.setitem(reports.REPORTS, report.name, report)
    return report


@pytest.mark.usefixtures("census")
def test_a_report_has_a_command_with_its_formats(tmp_path: Path):
    line = typer.Typer()
    papers.add_commands(line, reports.REPORTS.values())
    listed = CliRunner().invoke(line, ["--help"]).output
    assert "Bản đếm thử nghiệm." in listed
    assert CliRunner().invoke(line, ["census", "--out", str(tmp_path / "a.txt")]).exit_code == 0
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "93 cụm"
    refused = CliRunner().invoke(line, ["census", "--out", str(tmp_path / "a.pdf")]).exception
    assert ".txt" in refused.message()


@pytest.mark.usefixtures("census")
def test_a_report_has_a_button():
    buttons = opened("cross_commune").get("download_button")
    assert "Bản đếm (TXT)" in [button.proto.label for button in buttons]


HEADING = "Chiều dài hàng rào thử nghiệm"


@pytest.fixture
def fence(monkeypatch, say) -> columns.Column:
    """A column of the clusters nobody had: one that can be searched, with a unit and a guide."""
    say(
        schemas__column__fence="Hàng rào (km)",
        templates__about_fence="Dài bao nhiêu thì ghi.",
        sidebar__hit_fence="hàng rào",
    )
    column = replace(
        columns.number("fence", 0, 50, "km", blank=True, later=True, asked=True),
        about="templates.about_fence",
    )
    table = TABLES["clusters"]
    monkeypatch.setitem(TABLES, "clusters", replace(table, columns=(*table.columns, column)))
    monkeypatch.setitem(cells.synonyms()["clusters"], "fence", [HEADING])
    for kept in (headings._vocabulary, cells.units_of):
        kept.cache_clear()
    yield column
    for kept in (headings._vocabulary, cells.units_of):
        kept.cache_clear()


def test_a_column_is_checked_and_blank_in_what_was_written_before(fence, folder: Path):
    assert facts.load("clusters")["fence"].isna().all()
    read = snapshot(folder).read("clusters")
    assert read["fence"].isna().all()
    assert f"({fence.unit}" in schemas.label("clusters", "fence")
    with pytest.raises(DataRefusedError):
        facts.check("clusters", facts.load("clusters").assign(fence="51"), file="clusters.csv")
    assert "fence" in layout._columns()["clusters"]


@pytest.mark.parametrize("heading", ["fence", "Hàng rào (km)", HEADING])
@pytest.mark.usefixtures("fence")
def test_a_column_is_read_under_each_of_its_headings(tmp_path: Path, heading):
    file = tmp_path / "a.csv"
    file.write_text(f"Mã CCN;Tên CCN;{heading}\nPT-001;Thử;1,25\n", encoding="utf-8")
    (grid,) = csvfile.read(file, file.name).grids
    read = read_register(grid, "clusters")
    assert read.frame["fence"].tolist() == [1.25]


@pytest.mark.usefixtures("fence")
def test_a_column_is_in_the_template_the_export_and_the_page_on_data(folder: Path):
    form = openpyxl.load_workbook(io.BytesIO(forms.template("clusters")))
    told = {str(c.value) for sheet in form for row in sheet.iter_rows() for c in row if c.value}
    assert any(text.startswith("Hàng rào (km)") for text in told)
    assert "Dài bao nhiêu thì ghi." in told
    book = openpyxl.load_workbook(io.BytesIO(everything(snapshot(folder), "xlsx")))
    heads = {cell.value for sheet in book for row in sheet.iter_rows(max_row=3) for cell in row}
    assert "Hàng rào (km)" in heads
    lacks = {f.column: len(f.missing) for f in completeness.of_clusters(fact_clusters())}
    assert lacks["fence"] == len(fact_clusters()["clusters"])
    bars = [bar.proto.text for bar in opened("data").get("progress")]
    assert any("Hàng rào (km)" in text for text in bars)


def fact_clusters() -> dict[str, pd.DataFrame]:
    return {"clusters": facts.load("clusters")}


def test_a_column_can_be_searched(fence, monkeypatch):
    table = TABLES["clusters"]
    found = columns.Column("fence", blank=True, later=True, found=True)
    kept = tuple(c for c in table.columns if c is not fence)
    monkeypatch.setitem(TABLES, "clusters", replace(table, columns=(*kept, found)))
    tables = facts.load_all()
    tables["clusters"].loc[0, "fence"] = "Gạch không nung Bá Thiện"
    (hit,) = search.find("gach khong nung ba thien", search.build_index(tables))[:1]
    assert (hit.kind, hit.target) == ("fence", f"clusters:{tables['clusters']['cluster_id'][0]}")


@pytest.fixture
def tsv(monkeypatch) -> str:
    """A file format nobody had."""
    monkeypatch.setitem(formats.FORMATS, ".tsv", formats.Format(".tsv", csvfile.read))
    return ".tsv"


def test_a_file_format_is_read_and_offered(tsv: str, tmp_path: Path, monkeypatch):
    # The process apart reads what the code has, and a made-up record is of this process only.
    monkeypatch.setattr(sandbox, "run", lambda function, *given, **_: function(*given))
    file = tmp_path / f"cum{tsv}"
    rows = [("Mã CCN", "Tên CCN", "Diện tích (ha)"), ("PT-001", "Thử", "12,5")]
    file.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    report = tmp_path / "report.json"
    run("import", "clusters", file, "--dry-run", "--report", report)
    assert json.loads(report.read_text(encoding="utf-8"))["counts"]["clusters"]["changed"] == 1
    other = file.rename(tmp_path / "cum.xyz")
    with pytest.raises(DataRefusedError, match=re.escape(tsv)):
        formats.read(other)
    page = opened("data", tab="import")
    (box,) = page.get("file_uploader")
    assert tsv in box.proto.type


def test_the_guide_names_files_that_are_there():
    guide = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:lib|docs|tests|pages|data|\.streamlit)/[\w./-]+)`", guide))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    wanted = {
        "filter": 2,
        "power measure": 3,
        "map layer": 4,
        "report": 4,
        "column of a cluster": 4,
        "file format": 3,
        "theme colour": 2,
    }
    parts = re.split(r"^## (.+)$", guide, flags=re.MULTILINE)[1:]
    for title, section in zip(parts[::2], parts[1::2], strict=True):
        if title.lower() in wanted:
            files = re.findall(r"^\d+\. `", section, flags=re.MULTILINE)
            assert 0 < len(files) <= wanted.pop(title.lower()), title
    assert not wanted
