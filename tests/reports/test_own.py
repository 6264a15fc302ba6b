"""An own layer leaves with everything: paper, picture, single file, GeoPackage with its style."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from layerstores import publish, schematic_tables
from lxml import etree, html
from ownrows import CODES
from ownrows import table as own_rows
from security.inert import alive_in_pdf, alive_in_tree, text_of_pdf
from tilefiles import png

from lib.layers import build
from lib.layers.ground import kept
from lib.layers.ground.mosaic import under
from lib.reports import page
from lib.reports.alldata.contents import Contents
from lib.reports.alldata.geopackage import geopackage
from lib.reports.atlas import atlas
from lib.reports.cards.material import from_snapshot
from lib.reports.drawing import maps, own
from lib.reports.drawing.view import overview
from lib.reports.picture import picture
from lib.store.store import Table
from lib.tables.ownlayers import TABLE, layer_id_of

CHOSEN = '{"kind": "signs", "column": "Loại", "colour": "green"}'


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    own = Table(own_rows(symbology=CHOSEN).assign(source="Sở <b>"), "", "2026-10-01")
    return publish(tmp_path_factory.mktemp("own") / "store", {**schematic_tables(), TABLE: own})


@pytest.fixture(scope="module")
def material(snapshot, tmp_path_factory):
    static = tmp_path_factory.mktemp("static")
    files = build.build(snapshot, static, simplify_m=100)
    return from_snapshot(snapshot, files, static, tolerance_m=50)


@pytest.fixture(scope="module")
def shown(material):
    return replace(material, shown=(layer_id_of("Chợ"), "nobody"))


def test_a_layer_is_on_paper_only_where_it_was_chosen(material, shown):
    assert own.chosen(material, areas=True) == ()
    assert "own-points" not in maps.ground(material)
    styles = maps.ground(shown, [CODES[0]])
    assert sorted(styles["own-points"].values()) == ["own-2", "own-3"]
    assert styles["communes"][CODES[0]] == "named", "what a map is about stays as it is"
    drawn = maps.province(shown, styles, 100, 100)
    told = [entry["text"] for entry in drawn.entries("vi", str)]
    assert "Chợ: từng vị trí, theo Loại: A" in told
    assert "Chợ: Nguồn: Sở <b>. Số liệu đến 01/10/2026." in shown.foot("clusters")
    assert "Chợ" not in material.foot("clusters")


def test_a_picture_and_the_single_file_show_it_with_source_and_date(shown):
    view = overview(shown)
    drawing = picture(shown, view, "svg").decode()
    assert "Sở &lt;b&gt;" in drawing
    html = page.page(shown, view).decode()
    data = json.loads(html.partition('id="ph-data"')[2].partition(">")[2].partition("</script")[0])
    assert {code for code in data["state"]["own-points"] if code != "."}
    (legend,) = [one for one in data["legend"] if one["id"] == "own-points"]
    assert [one["text"] for one in legend["classes"]] == [
        "Chợ: từng vị trí, theo Loại: A",
        "Chợ: từng vị trí, theo Loại: B",
    ]


def test_the_geopackage_has_the_layer_and_how_it_is_drawn(snapshot, tmp_path):
    path = tmp_path / "all.gpkg"
    path.write_bytes(geopackage(Contents.of(snapshot, "vi")))
    name = layer_id_of("Chợ")
    with closing(sqlite3.connect(path)) as book:
        styles = dict(book.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        count = book.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608
    assert count == (4,)
    assert 'attr="Loại"' in styles[name]


def test_a_picture_of_the_ground_lies_under_paper_and_single_file(shown, tmp_path):
    west, south, east, north = page.file_bounds(shown)
    about = {"least": 0, "most": 0, "bounds": [west, south, east, north], "tiles": 1}
    made = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(made)) as book, book:
        book.execute("CREATE TABLE tiles (z INT, x INT, y INT, data BLOB)")
        book.execute("INSERT INTO tiles VALUES (0, 0, 0, ?)", (png(9),))
    kept.keep(tmp_path, made, "anh", "pictures", source="Ảnh <Sở>", as_of="", about=about)
    on = replace(shown, under=under(tmp_path, {"anh": 0.4}), order=("rivers", "own-points"))
    drawing = picture(on, overview(on), "svg").decode()
    assert drawing.count("data:image/jpeg;base64,") == 1
    assert "mix-blend-mode" in drawing
    assert "Ảnh &lt;Sở&gt;" in drawing
    html = page.page(on, overview(on)).decode()
    data = json.loads(html.partition('id="ph-data"')[2].partition(">")[2].partition("</script")[0])
    (given,) = data["config"]["pictures"]
    assert given["image"].startswith("data:image/jpeg;base64,")
    assert (data["pictures"], data["order"][0]) == ({"anh": 0.4}, "rivers")
    assert data["legend"][0]["id"] == "rivers"
    assert data["legend"][-1] == {"id": "anh", "title": "Ảnh <Sở>", "classes": []}


def test_hostile_names_and_sources_are_text_on_paper_picture_and_single_file(
    material,
):
    script, image = "<script>alert(1)</script>", "<img src=x onerror=alert(1)>"
    rows = own_rows(f"Chợ {script}", CHOSEN.replace("Loại", f"Loại {image}"))
    for column in ("layer_columns", "cells"):
        rows[column] = rows[column].str.replace('"Loại"', f'"Loại {image}"')
    rows["cells"] = rows["cells"].str.replace('"A"', f'"A {script}"')
    rows["figures"] = rows["figures"].str.replace('"A"', f'"A {script}"')
    tables = {**material.tables, TABLE: rows.assign(source=f"Sở {image}", commune_code=CODES[0])}
    ids = [str(material.clusters["cluster_id"].iloc[0])]
    on = replace(material, tables=tables, shown=(layer_id_of(f"Chợ {script}"),))
    sheet = atlas(on, ids)
    assert alive_in_pdf(sheet) == []
    for said in (f"Chợ {script}", f"Sở {image}"):
        assert "".join(said.split()) in "".join(text_of_pdf(sheet).split())
    view = overview(on)
    drawing = picture(on, view, "svg")
    assert alive_in_tree(etree.fromstring(drawing)) == []
    assert f"Sở {image}" in "".join(etree.fromstring(drawing).itertext())
    single = page.page(on, view).decode()
    assert alive_in_tree(html.fromstring(single), scripts=4) == []
    assert "Sở &lt;img src=x" in single
