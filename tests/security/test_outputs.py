"""Every payload, in every free text of every table, at every place where texts come out.

`README.md` beside this file says how many came out as text at which place;
the last test here counts them again.
"""

import csv
import dataclasses
import io
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from clones import data_of
from lxml import etree, html

from lib.crossing import answer as crosswork
from lib.importing import bring
from lib.importing.draft import Options
from lib.layers.build import build_whole
from lib.layers.target import Target
from lib.register.clusters import register
from lib.reports.alldata import everything
from lib.reports.annex import annex_docx, annex_pdf
from lib.reports.atlas import atlas
from lib.reports.brief import brief
from lib.reports.cards.file import cards_docx
from lib.reports.cards.material import Material, from_snapshot
from lib.reports.drawing.view import overview
from lib.reports.page import page
from lib.reports.picture import picture
from lib.settings import settings
from lib.store.store import Snapshot, Store
from lib.tables import export, facts
from lib.tables.schemas import ALL_TABLES
from security.hostile_store import free_texts, hostile_snapshot
from security.inert import (
    alive_in_office,
    alive_in_pdf,
    alive_in_tree,
    cells,
    cells_of_workbook,
    plain,
    strings,
    text_of_docx,
    text_of_pdf,
)
from security.payloads import PAYLOADS, UNWRITABLE

Field = tuple[str, str, str]
SEEN: dict[str, set[Field]] = defaultdict(set)
"""Place -> table, column and payload that came out there as text."""
FORMULA = re.compile(r"[=+@\t\r-]")
NOTES = {"Nguồn": PAYLOADS["equals"]}


@pytest.fixture(scope="module")
def folder(schematic_clone, tmp_path_factory) -> Iterator[Path]:
    folder = data_of(schematic_clone, tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHUTHO_STORE", str(folder / "store"))
        patch.setenv("PHUTHO_STATIC", str(folder / "static"))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


@pytest.fixture(scope="module")
def snapshot(folder) -> Snapshot:
    return hostile_snapshot(Store(folder / "store"))


@pytest.fixture(scope="module")
def tables(snapshot) -> dict[str, pd.DataFrame]:
    return {name: snapshot.read(name) for name in ALL_TABLES if name in snapshot.manifest.tables}


@pytest.fixture(scope="module")
def wanted(tables) -> dict[Field, str]:
    """Return what has to come out: one cell for each payload in each column."""
    return {
        (table, column, name): frame[column].iloc[(row - shift) % len(PAYLOADS)]
        for table, frame in tables.items()
        for shift, column in enumerate(free_texts(table))
        for row, name in enumerate(PAYLOADS)
    }


@pytest.fixture(scope="module")
def material(snapshot, folder) -> Material:
    static = folder / "static"
    files = build_whole(snapshot, static, simplify_m=30)
    return from_snapshot(snapshot, files, static, tolerance_m=50)


@pytest.fixture(scope="module")
def followed(material) -> Material:
    """Return the material with the names by which clusters are followed to their communes.

    Hostile names lead nowhere, and then no cluster lies in two communes: the annex is empty.
    """
    tables = dict(material.tables)
    for name in ("former_units", "ended_units"):
        tables[name] = facts.load(name)
    own = facts.load("clusters")
    for column in ("former_communes", "former_district", "stated_communes"):
        tables["clusters"] = tables["clusters"].assign(**{column: own[column]})
    answer = crosswork.answer(tables, None, None, tolerance_m=50, lang="vi")
    return dataclasses.replace(material, tables=tables, clusters=register(tables), answer=answer)


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame).drop(columns="geometry", errors="ignore")


def every_cell(place: str, wanted: dict[Field, str], found: set[str], *only: str) -> None:
    """Assert that each wanted text is a cell of its own, and count it."""
    asked = {field: text for field, text in wanted.items() if not only or field[0] in only}
    assert [field for field, text in asked.items() if plain(text) not in found] == []
    SEEN[place] |= set(asked)


def somewhere(place: str, wanted: dict[Field, str], text: str, least: int) -> None:
    """Count what is in a running text; a paper shows some columns only."""
    inside = {field for field, value in wanted.items() if plain(value) in text}
    SEEN[place] |= inside
    assert len({name for _, _, name in inside}) >= least, sorted(inside)[:5]


def test_every_payload_is_in_every_free_text(wanted, tables):
    assert len(wanted) == len(PAYLOADS) * sum(len(free_texts(table)) for table in tables)
    for (_, _, name), text in wanted.items():
        assert text.startswith(PAYLOADS[name])
    assert len(set(wanted.values())) == len(wanted)


@pytest.mark.usefixtures("material")
def test_layer_files_hold_names_as_text(folder, wanted):
    found: set[str] = set()
    for path in (folder / "static" / "layers").glob("*.json"):
        found |= {plain(text) for text in strings(json.loads(path.read_text(encoding="utf-8")))}
    somewhere("layer files", wanted, "\n".join(found), len(PAYLOADS))


def test_csv_has_no_formula(tables, wanted):
    for name, frame in tables.items():
        for excel in (False, True):
            text = export.to_csv(flat(frame), notes=NOTES, excel=excel).decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if excel else ","))
            texts = {cell for row in rows for cell in row}
            bad = {c for c in texts if FORMULA.match(c) and not re.fullmatch(r"-?[\d.,]+", c)}
            assert bad == set()
            every_cell("CSV", wanted, cells(texts), name)


def test_workbooks_have_no_formula(tables, wanted):
    for name, frame in tables.items():
        content = export.to_xlsx(flat(frame), notes=NOTES, sheet=name)
        assert alive_in_office(content) == []
        every_cell("XLSX", wanted, cells_of_workbook(content), name)


def _with_shapes(tables) -> dict[str, gpd.GeoDataFrame]:
    return {n: f for n, f in tables.items() if isinstance(f, gpd.GeoDataFrame)}


def test_geojson_holds_text(tables, wanted):
    for name, frame in _with_shapes(tables).items():
        document = json.loads(export.to_geojson(frame, notes=NOTES))
        every_cell("GeoJSON", wanted, {plain(text) for text in strings(document)}, name)


def _texts_of(content: bytes, tmp_path: Path) -> set[str]:
    """Return every text of every table of a database."""
    path = tmp_path / "one.gpkg"
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as base, base:
        names = [n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for n in names for row in base.execute(f'SELECT * FROM "{n}"')]  # noqa: S608
    base.close()
    return {plain(cell) for row in rows for cell in row if isinstance(cell, str)}


def test_geopackage_holds_text(tables, wanted, tmp_path):
    for name, frame in _with_shapes(tables).items():
        content = export.to_gpkg(frame, layer=name, notes=NOTES)
        every_cell("GeoPackage", wanted, _texts_of(content, tmp_path), name)


def test_everything_in_one_file(snapshot, wanted, tmp_path):
    book = everything.everything(snapshot, "xlsx")
    assert alive_in_office(book) == []
    every_cell("all data, XLSX", wanted, cells_of_workbook(book))
    content = everything.everything(snapshot, "gpkg")
    every_cell("all data, GeoPackage", wanted, _texts_of(content, tmp_path))
    with zipfile.ZipFile(io.BytesIO(everything.everything(snapshot, "geoparquet"))) as archive:
        names = [n for n in archive.namelist() if n.endswith(".parquet")]
        frames = [pd.read_parquet(io.BytesIO(archive.read(name))) for name in names]
    texts = {t for f in frames for c in f.columns for t in f[c] if isinstance(t, str)}
    every_cell("all data, GeoParquet", wanted, {plain(text) for text in texts})


@pytest.mark.parametrize("kind", export.FORMATS)
def test_the_answer_on_clusters_holds_text(material, wanted, kind, tmp_path):
    content = crosswork.content(material.answer, kind, material.notes())
    if kind == "gpkg":
        found = _texts_of(content, tmp_path)
    elif kind == "geojson":
        found = {plain(text) for text in strings(json.loads(content))}
    elif kind == "xlsx":
        assert alive_in_office(content) == []
        found = cells_of_workbook(content)
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert not [c for row in rows for c in row if FORMULA.match(c) and not c[1:2].isdigit()]
        found = cells(cell for row in rows for cell in row)
    somewhere("answer on clusters", wanted, "\n".join(found), 20)


def test_papers_hold_text(material, followed, wanted):
    ids = list(material.clusters["cluster_id"][:8])  # a page takes a fifth of a second
    code = material.tables["communes"]["code"].iloc[len(PAYLOADS) // 2]
    for place, content, least in (
        ("atlas, PDF", atlas(material, ids), 8),
        ("annex, PDF", annex_pdf(followed), 10),
        ("brief, PDF", brief(material, code), 1),
    ):
        assert alive_in_pdf(content) == []
        somewhere(place, wanted, text_of_pdf(content), least)
    content = annex_docx(followed)
    assert alive_in_office(content) == []
    somewhere("annex, DOCX", wanted, text_of_docx(content), 10)
    targets = [*(Target("clusters", cluster_id) for cluster_id in ids), Target("communes", code)]
    content = cards_docx(material, targets)
    assert alive_in_office(content) == []
    somewhere("cards, DOCX", wanted, text_of_docx(content), 8)


def test_a_picture_is_a_picture(material):
    root = etree.fromstring(picture(material, overview(material), "svg"))
    assert alive_in_tree(root) == []


def test_the_map_in_one_file_runs_its_own_scripts_only(material, wanted):
    content = page(material, overview(material)).decode()
    root = html.fromstring(content)
    scripts = root.xpath("//script")
    (data,) = [s for s in scripts if s.get("type") == "application/json"]
    assert len(scripts) == 4
    assert alive_in_tree(root, scripts=4) == []
    inside = "\n".join(plain(text) for text in strings(json.loads(data.text)))
    somewhere("map in one file, HTML", wanted, inside, 20)


def test_a_card_in_the_map_in_one_file_is_text(material, wanted):
    seen = ""
    for cluster_id in material.clusters["cluster_id"][:8]:
        view = dataclasses.replace(overview(material), target=Target("clusters", cluster_id))
        root = html.fromstring(page(material, view).decode())
        assert alive_in_tree(root, scripts=4) == []
        (card,) = root.xpath('//div[@class="ph-card"]')
        seen += plain(card.text_content())
    somewhere("card in one file, HTML", wanted, seen, 8)


@pytest.mark.parametrize("name", UNWRITABLE)
@pytest.mark.parametrize("column", ["Tên cụm", "Chủ đầu tư", "Ghi chú"])
def test_what_no_table_holds_is_cleaned_or_refused(tables, tmp_path, name, column):
    row = {"Mã cụm": "PT-001", "Tên cụm": "Bãi Ba 2", "Chủ đầu tư": "", "Ghi chú": ""}
    row[column] = UNWRITABLE[name]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(row)
    writer.writerow(row.values())
    path = tmp_path / "Sổ cụm.csv"
    path.write_bytes(out.getvalue().encode())
    contents, unreadable = bring.read_all([(path, path.name)])
    draft = bring.check(contents, Options("clusters", "2026-11-25"), tables, unreadable=unreadable)
    if draft.refused:
        return
    kept = draft.tables["clusters"].set_index("cluster_id").loc["PT-001"]
    texts = [value for value in kept if isinstance(value, str)]
    assert not [text for text in texts if re.match(r"[\t\r]|.*[\0\n\r\t]", text)]


def test_the_readme_says_what_was_counted(wanted):
    """The last test of the file: what the others saw is the list of the README."""
    readme = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+) \|$", readme, flags=re.MULTILINE))
    counted = {place: len(fields) for place, fields in SEEN.items()}
    print(len(PAYLOADS), len(wanted), counted, sum(counted.values()))  # noqa: T201 - to be copied
    assert counted.keys() == told.keys()
    for place, count in counted.items():
        assert count >= int(told[place].replace(",", "")), place
