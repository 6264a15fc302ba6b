"""The step in which an outline is drawn, run by Streamlit's own test runner."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import streamlit as st
from clones import data_of
from streamlit.testing.v1 import AppTest
from tilefiles import mbtiles

from lib.importing.direct import tiles
from lib.language.text import hectares, t
from lib.layers.ground import kept
from lib.settings import settings
from lib.store.store import Act, Store, Table
from lib.ui.data import check, draw

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
CLUSTER = "PT-017"
SQUARE = ((105.0, 21.55), (105.01, 21.55), (105.01, 21.56), (105.0, 21.56))
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def data(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store that has an outline in use, and its static files."""
    folder = data_of(schematic_clone, tmp_path_factory.mktemp("drawn"))
    store = Store(folder / "store")
    before = store.current()
    tables = {
        name: Table(before.read(name), info.source, info.as_of)
        for name, info in before.manifest.tables.items()
    }
    outline = gpd.GeoDataFrame(
        {
            "cluster_id": [CLUSTER],
            "outline_quality": ["surveyed"],
            "outline_accuracy_m": [0.5],
            "given_crs": ["EPSG:9208"],
            "note": [None],
            "source_url": ["file:do-dac.xlsx"],
            "as_of": ["2026-01-01"],
        },
        geometry=[shapely.Polygon(SQUARE)],
        crs=4326,
    )
    tables["outlines"] = Table(outline, "thử", "2026-01-01")
    store.publish(
        tables, Act("import", "thử", {}, base=before.snapshot_id), border_quality="schematic"
    )
    made = folder / "made.sqlite"
    area = shapely.box(105.3, 21.2, 105.5, 21.4)
    about = tiles.rewrite(mbtiles(folder / "anh.mbtiles"), made, area)
    kept.keep(store.folder, made, "anh", "pictures", source="Sở", as_of="", about=about)
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, data: Path) -> Open:
    """Return how to open the step for a cluster, with rings that were drawn before."""
    monkeypatch.setenv("PHUTHO_STORE", str(data / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(data / "static"))
    settings.cache_clear()

    def start(cluster_id: str, rings: tuple | None = None) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        app.query_params.update({"tab": "draw", "sel": f"clusters:{cluster_id}"})
        if rings is not None:
            held = {"id": "x", "rings": rings, "seed": (), "typed": [], "turn": 1, "window": None}
            app.session_state["_import"] = {"step": "choose", "drawn": {cluster_id: held}}
        app.run()
        app.switch_page(str(ROOT / "pages" / "data.py"))
        app.query_params.update({"tab": "draw", "sel": f"clusters:{cluster_id}"})
        app.run()
        assert list(app.exception) == []
        return app

    yield start
    settings.cache_clear()
    st.cache_resource.clear()


def drawn(app: AppTest, cluster_id: str = "PT-016") -> dict:
    return app.session_state["_import"]["drawn"][cluster_id]


def said(app: AppTest) -> str:
    """Return all words of the step."""
    parts = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(one.value for kind in parts for one in kind).replace("\u00a0", " ")


def test_an_outline_in_use_is_there_to_be_corrected_and_compared(opened: Open):
    app = opened(CLUSTER)
    assert [sorted(ring) for ring in drawn(app, CLUSTER)["rings"]] == [sorted(SQUARE)]
    assert t("data.draw_same") in said(app)
    half = (*SQUARE[:2], (105.01, 21.555), (105.0, 21.555))
    told = said(opened(CLUSTER, (half,)))
    whole, left = (
        gpd.GeoSeries([shapely.Polygon(ring)], crs=4326).to_crs(9208).area.iloc[0] / 10_000
        for ring in (SQUARE, half)
    )
    compared = t(
        "data.draw_compared",
        old=hectares(whole),
        new=hectares(left),
        added=hectares(0),
        removed=hectares(whole - left),
    )
    assert compared.replace("\u00a0", " ") in told
    assert t("data.draw_schematic") in told


def test_sides_that_cross_are_said_and_go_no_further(opened: Open):
    app = opened("PT-016", ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]),))
    assert t("data.draw_crossing") in said(app)
    app.selectbox(key="draw_means").set_value("image").run()
    app.text_input(key="import_who").set_value("Lan").run()
    assert button(app, "data.draw_check").disabled


def button(app: AppTest, key: str):
    (found,) = (one for one in app.button if one.label == t(key))
    return found


def type_corner(app: AppTest, first: str, second: str, system: int = 9208) -> AppTest:
    app.selectbox(key="draw_system").set_value(system).run()
    app.text_input(key="draw_first").set_value(first)
    app.text_input(key="draw_second").set_value(second)
    return button(app, "data.draw_add").click().run()


def test_corners_are_typed_in_any_system_and_refused_in_words(opened: Open):
    app = opened("PT-016")
    place = gpd.GeoSeries([shapely.Point(105.004, 21.556)], crs=4326)
    for count, epsg in enumerate((9208, 5897, 9211, 3405), start=1):
        flat = place.to_crs(epsg).iloc[0]
        x, y = (f"{value:.3f}".replace(".", ",") for value in (flat.y, flat.x))
        type_corner(app, x, y, epsg)
        assert len(drawn(app)["typed"]) == count
        assert drawn(app)["typed"][-1] == pytest.approx([105.004, 21.556], abs=2e-8)
        assert app.text_input(key="draw_first").value == ""
    type_corner(app, "21,556", "105,004", 4326)
    assert drawn(app)["typed"][4:] == [[105.004, 21.556]], "latitude, then longitude"
    flat = place.to_crs(9208).iloc[0]
    for first, second, words in (
        ("21 độ", "105", t("data.draw_no_number")),
        ("", "", t("data.draw_no_number")),
        ("12", "13", t("data.draw_nowhere")),
        (f"{flat.x:.2f}", f"{flat.y:.2f}", "(X↔Y)"),
    ):
        type_corner(app, first, second)
        assert words in said(app)
    assert len(drawn(app)["typed"]) == 5
    assert list(app.exception) == []


def test_a_drawing_goes_to_the_check_and_stays_when_one_comes_back(opened: Open):
    app = opened("PT-016", (SQUARE,))
    assert button(app, "data.draw_check").disabled
    app.selectbox(key="draw_means").set_value("told").run()
    app.text_input(key="import_who").set_value("Lan").run()
    button(app, "data.draw_check").click().run()
    assert list(app.exception) == []
    held = app.session_state["_import"]
    assert (held["step"], list(held["files"])) == ("check", ["ve-tay-PT-016.geojson"])
    assert (held["options"].quality, held["options"].accuracy_m) == ("traced", 100)
    assert held["draft"].of("refused") == []
    button(app, "data.back").click().run()
    assert list(app.exception) == []
    assert drawn(app)["rings"] == (SQUARE,)
    assert app.session_state["_import"]["step"] == "choose"


def test_a_drawing_and_its_check_lie_on_the_pictures_that_are_on(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    maps: list[dict] = []
    for step in (draw, check):
        monkeypatch.setattr(step, "show_map", lambda *_, **given: maps.append(given))
    app = opened("PT-016", (SQUARE,))
    assert [picture.name for picture in maps[-1]["pictures"]] == ["anh"]
    assert maps[-1]["opacity"] == {}
    app.session_state["pictures"] = ["anh"]
    app.selectbox(key="draw_means").set_value("told").run()
    assert list(maps[-1]["opacity"]) == ["anh"]
    app.text_input(key="import_who").set_value("Lan").run()
    button(app, "data.draw_check").click().run()
    assert list(app.exception) == []
    assert "edit" not in maps[-1], "the map of the check"
    assert list(maps[-1]["opacity"]) == ["anh"]
