"""Pages of clusters and power answer in words: choices, counts, lists, what is taken away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from clones import data_of
from streamlit.testing.v1 import AppTest

from lib.settings import settings
from lib.ui.power.bar import FAR_KM

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def data(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of schematic borders and its static files."""
    return data_of(schematic_clone, tmp_path_factory.mktemp("answers"))


@pytest.fixture
def opened(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return how to open a page on the store."""
    monkeypatch.setenv("PHUTHO_STORE", str(data / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(data / "static"))
    settings.cache_clear()

    def open_page(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        app.query_params.update(query)
        app.run()
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.query_params.update(query)
        return ran(app)

    yield open_page
    settings.cache_clear()
    st.cache_resource.clear()


def ran(app: AppTest) -> AppTest:
    app.run()
    assert list(app.exception) == []
    assert list(app.error) == []
    return app


def sentence(app: AppTest) -> str:
    blocks = [element.proto.body for element in app.get("html")]
    (said,) = [block for block in blocks if 'class="ph-sentence"' in block]
    return said.replace("\u00a0", " ")


def rows(app: AppTest) -> list[list[str]]:
    return app.dataframe[0].value.astype(str).to_numpy().tolist()


def sides(app: AppTest):
    (choice,) = [group for group in app.button_group if group.key == "side"]
    return choice


def test_remote_weak_and_both_are_three_choices_that_list_and_count_the_same(opened: Open):
    app = opened("power")
    assert sides(app).value == "both"
    assert [row[0] for row in rows(app)] == ["Xuân Đài"]
    sides(app).set_value("remote")
    ran(app)
    assert app.query_params["town_km"] == str(FAR_KM), "the reader sees what counts as remote"
    assert app.query_params["side"] == "remote"
    far = rows(app)
    km = [float(row[1]) for row in far]
    assert km == sorted(km, reverse=True)
    assert min(km) >= FAR_KM
    labels = list(sides(app).options)
    assert labels[0] == f"Xa · {len(far)} xã"
    assert f"{len(far)} trong 148 xã, phường xa" in sentence(app)
    sides(app).set_value("weak")
    ran(app)
    assert [row[0] for row in rows(app)] == ["Xuân Đài"]


def test_the_list_of_clusters_has_step_treatment_delay_and_investor(opened: Open):
    app = opened("clusters", delay="late")
    table = app.dataframe[0].value
    assert {"Bước", "Hoạt động", "Xử lý nước thải", "Tiến độ", "Chủ đầu tư"} <= set(table.columns)
    assert set(table["Tiến độ"]) == {"có nguồn nêu chậm"}
    assert "tiến độ: chậm tiến độ" in sentence(app)
    app.pills(key="delay").set_value([])
    ran(app)
    told = app.dataframe[0].value.set_index("Tên")["Nay thuộc (theo văn bản)"]
    assert told["Tề Lỗ"] == "Tề Lỗ (đề xuất hoặc giao, chưa rõ vị trí)"


def test_an_investor_is_chosen_from_a_list_and_stands_in_the_address(opened: Open):
    app = opened("clusters", investor="nam-hoang-viet-jsc,nobody")
    assert app.query_params["investor"] == "nam-hoang-viet-jsc"
    assert "chủ đầu tư Nam Hoang Viet JSC" in sentence(app)
    assert len(app.dataframe[0].value) == 2


def test_each_list_is_taken_away_as_workbook_csv_and_word(opened: Open):
    for page, kinds in (
        ("clusters", ["XLSX", "CSV", "DOCX"]),
        ("cross_commune", ["XLSX", "CSV", "DOCX", "GEOJSON", "GPKG"]),
    ):
        labels = [button.proto.label for button in opened(page).get("download_button")]
        assert [label for label in labels if label in kinds] == kinds


def test_the_atlas_is_of_clusters_something_can_be_said_of(opened: Open):
    app = opened("cross_commune")
    ask = next(button for button in app.button if button.key == "paper-atlas")
    (rest,) = [toggle for toggle in app.toggle if toggle.key == "paper-rest"]
    counts = [int(part) for part in (ask.label + rest.label).split() if part.isdigit()]
    every = len(app.dataframe[0].value)
    assert sum(counts) == every > 80
    assert counts[1] > counts[0]
    rest.set_value(True)
    ran(app)
    ask = next(button for button in app.button if button.key == "paper-atlas")
    assert f" {every} " in ask.label


def test_the_page_on_the_merger_says_by_what_a_name_ended_and_its_tiles_answer(opened: Open):
    app = opened("merger", era="before", sel="communes:08038")
    (told,) = [body for body in htmls(app) if "ph-card" in body]
    assert "Nghị quyết 1282/NQ-UBTVQH15" in told
    assert "nghị quyết chưa có trong số liệu" in told, "one of five names has no document"
    (foot,) = [body for body in htmls(app) if "ph-foot" in body]
    said, behind_a_click = foot.split("<details>")
    assert "Số liệu đến ngày" in said
    assert "Bản dữ liệu" not in said
    assert "Bản dữ liệu" in behind_a_click
    assert any("ph-legend" in body and "tỉnh Phú Thọ mới" in body for body in htmls(app))
    (tile,) = [button for button in app.button if button.key == "figure-communes_now"]
    assert "148" in tile.label
    tile.click()
    ran(app)
    assert "era" not in app.query_params


def htmls(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]
