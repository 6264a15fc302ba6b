"""The page of own layers: a table is brought, asked about and seen; the switch on other maps."""

import json

import ownsheets
import pandas as pd
import pytest
import streamlit as st
from apppages import html, opened
from layerstores import schematic_tables

from lib.importing.apart import sandbox
from lib.importing.bring import publish
from lib.importing.ownlayers import bring
from lib.importing.ownlayers.rows import Wanted
from lib.layers import web
from lib.settings import settings
from lib.store.store import Act, Store
from lib.tables.ownlayers import layer_id_of, layers_of
from lib.ui.own import scatter

pytestmark = pytest.mark.xdist_group("pages")

SOURCE = "Sở ![x](https://beyond.example/x.png)"
NAME = "Cửa hàng <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with a store in which one layer is in use."""
    folder = tmp_path_factory.mktemp("own")
    store = Store(folder / "store")
    details = {"borders": {"source_url": "https://example.com/borders"}}
    act = Act("prepare", details=details)
    base = store.publish(schematic_tables(), act, border_quality="schematic")
    web.install(folder / "static")
    sheet = ownsheets.saved(folder)
    wanted = Wanted(NAME, "2026-10-01", SOURCE, value="Sức chứa (m3)", skip_unknown=True)
    draft = sandbox.run(bring.draft_of, [(sheet, sheet.name)], wanted, base, name=sheet.name)
    publish(store, draft, base=base, files={sheet.name: b"x"}, who="Lan", confirmed=True)
    return folder


@pytest.fixture(autouse=True)
def folder(made, monkeypatch):
    monkeypatch.setenv("PHUTHO_STORE", str(made / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(made / "static"))
    settings.cache_clear()
    yield made
    settings.cache_clear()
    st.cache_resource.clear()


def test_a_layer_is_seen_and_filtered_with_its_source_and_nothing_of_it_is_html():
    app = opened("layers", own=layer_id_of(NAME))
    said = html(app)
    assert "<img src=x" not in said
    assert "&lt;img src=x onerror=alert(1)&gt;" in said
    assert "300 trong 300 dòng; 7 dòng chưa rõ xã" in said
    assert f"Nguồn: {SOURCE}. Số liệu đến 01/10/2026." in said
    app.pills(key=f"owncat-{layer_id_of(NAME)}-6").set_value(["L1"]).run()
    assert "100 trong 300 dòng" in html(app)
    app.text_input(key=f"ownwords-{layer_id_of(NAME)}").set_value("cua hang 100").run()
    assert "1 trong 300 dòng" in html(app)
    app.segmented_control(key="part").set_value("sums").run()
    app.segmented_control(key="part").set_value("two").run()
    app.segmented_control(key="part").set_value("list").run()
    assert list(app.exception) == []


def test_how_a_layer_is_drawn_is_tried_at_once_and_kept_when_asked(folder):
    mark = layer_id_of(NAME)
    app = opened("layers", own=mark)
    app.session_state["_began_own-drawn"] = True
    app.run()
    app.text_input(key=f"ownunit-{mark}").set_value("<b>m³").run()
    assert "(&lt;b&gt;m³)" in html(app)
    app.selectbox(key=f"owncolour-{mark}").set_value("purple").run()
    app.text_input(key="own_drawn_who").set_value("Lan").run()
    app.button(key="own_drawn_keep").click().run()
    assert list(app.exception) == []
    (kept,) = [
        one
        for one in layers_of({"own_rows": Store(folder / "store").current().read("own_rows")})
        if one.name == NAME
    ]
    assert (kept.symbology.colour, kept.symbology.unit) == ("purple", "<b>m³")
    assert kept.symbology.kind == "sum"
    assert "(&lt;b&gt;m³)" in html(opened("layers", own=mark))


def test_a_commune_says_what_the_layer_has_in_it(folder):
    store = Store(folder / "store")
    (layer,) = layers_of({"own_rows": store.current().read("own_rows")}, shipped=False)
    code = layer.rows["commune_code"].value_counts().index[0]
    count = int((layer.rows["commune_code"] == code).sum())
    assert f"{count} dòng; Sức chứa (m3):" in html(opened("overview", sel=f"communes:{code}"))


@pytest.mark.parametrize("page", ["overview", "clusters", "cross_commune"])
def test_a_layer_is_off_on_other_maps_until_it_is_chosen(page):
    words = "tổng Sức chứa (m3) theo xã"
    assert words not in html(opened(page))
    app = opened(page, also=layer_id_of(NAME))
    assert words in html(app)
    read_as_markdown = [one.value for one in (*app.caption, *app.markdown)]
    told = [one for one in read_as_markdown if "beyond" in one]
    assert told
    assert not any("](https:" in one for one in told), told


def test_the_layers_of_the_program_are_there_to_be_chosen():
    app = opened("layers")
    assert len(app.selectbox(key="own").options) == 4
    name = "Logistics: cảng cạn, ga, cảng, đường sắt mới"
    app.selectbox(key="own").set_value(layer_id_of(name)).run()
    assert "Nguồn ghi ở từng dòng" in html(app)


def test_a_table_is_brought_its_names_asked_and_put_on_the_map(folder):
    app = opened("layers", tab="bring")
    frame = pd.DataFrame({"Chợ": ["a", "b"], "Xã": ["xã Vầy Nưa", "xã Đoan Hùng"]})
    app.session_state["_own"] = {
        "file": ("cho.csv", frame.to_csv(index=False).encode()),
        "who": "Lan",
        "wanted": Wanted("Chợ", "2026-10-01"),
    }
    app.run()
    assert list(app.exception) == []
    assert app.button(key="own_publish").disabled
    (asked,) = [box for box in app.selectbox if "Vầy Nưa" in box.label]
    code = ownsheets.TABLES["former_units"].query("name == 'Vầy Nưa'")["new_code"].iloc[0]
    asked.set_value(code).run()
    app.button(key="own-names-use").click().run()
    app.button(key="own_publish").click().run()
    assert list(app.exception) == []
    layers = layers_of(
        {"own_rows": Store(folder / "store").current().read("own_rows")}, shipped=False
    )
    found = {layer.name: layer.rows["commune_code"].tolist() for layer in layers}
    assert found["Chợ"][0] == code
    assert set(found) == {NAME, "Chợ"}


def test_a_hostile_heading_is_a_title_of_the_scatter_and_no_expression(monkeypatch):
    image, charts = "<img src=x onerror=alert(1)>", []
    monkeypatch.setattr(scatter, "language", lambda: "vi")
    monkeypatch.setattr(scatter, "tr", lambda key: key)

    def drawn(chart, **_):
        charts.append(chart.to_dict())
        return {"selection": {}}

    monkeypatch.setattr(scatter.st, "altair_chart", drawn)
    known = pd.DataFrame(
        {"x": [1.0, 2.0], "y": [3.0, 4.0], "x_said": ["1", "2"], "y_said": ["3", "4"]}
    ).assign(code=["01", "02"], name=[image, "datum.x"])
    scatter._draw(known, image, "datum['y']", "")
    for layer in charts[0]["layer"]:
        encoding = layer["encoding"]
        assert {encoding[axis]["field"] for axis in ("x", "y")} == {"x", "y"}
        assert [encoding[axis]["title"] for axis in ("x", "y")] == [image, "datum['y']"]
        assert [one["field"] for one in encoding["tooltip"]] == ["name", "x_said", "y_said"]
    assert image not in json.dumps(charts[0].get("transform", ""))
