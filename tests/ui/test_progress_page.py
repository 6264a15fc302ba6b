"""The page on progress: board, filters, timeline, card, forms with the clusters behind a row."""

from collections.abc import Iterator
from pathlib import Path

import apppages
import pandas as pd
import pytest
import streamlit as st
from apppages import html
from layerstores import publish, schematic_tables
from streamlit.testing.v1 import AppTest

from lib.layers import web
from lib.settings import settings
from lib.store.store import Table
from lib.tables import facts
from lib.tables.registry import TABLES

pytestmark = pytest.mark.xdist_group("pages")

HOSTILE = '<img src=x onerror="alert(1)"> [x](javascript:alert(1))'
SOURCE = {"cluster_id": "PT-017", "source_url": "file:a.csv", "as_of": "2026-11-20"}
TOLD = {
    "milestones": [
        {"milestone": "establish", "planned": "2025-12-31", "actual": "2026-01-10"}
        | {"document_no": "9/QĐ"},
        {"milestone": "detailed_plan", "actual": "2025-06-01", "document_no": "5/QĐ"},
        {"milestone": "groundbreaking", "planned": "2026-02-01"},
    ],
    "obstacles": [{"group": "clearance", "text": HOSTILE, "agency": HOSTILE}],
    "projects": [
        {"project_id": "A", "firm": HOSTILE, "area_ha": 1.5},
        {"project_id": "B", "firm": "Gỗ ván", "area_ha": 6.25, "decision_no": "25/QĐ-UBND"}
        | {"handover_date": "2019", "schedule_end": "2021", "extension_end": "2023-06-30"},
    ],
    "clearance": [{"cleared_ha": 33.5, "paid_bn": 86.4, "resettlement_commune": "Hạ Hòa"}],
    "assets": [
        {"name": "Cống thoát nước", "group": "a", "document_no": "12/QĐ-UBND"},
        {"name": "Trạm xử lý nước thải", "group": "b"},
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("progress")
    tables = schematic_tables()
    clusters = tables["clusters"].frame.copy()
    land = ["industrial_land_ha", "leased_ha"]
    clusters.loc[clusters["cluster_id"] == "PT-017", land] = [40.0, 10.0]
    tables["clusters"] = Table(clusters, "test", "2026-11-20")
    for name, rows in TOLD.items():
        columns = [column.name for column in TABLES[name].every()]
        frame = pd.DataFrame([SOURCE | row for row in rows]).reindex(columns=columns)
        tables[name] = Table(facts.check(name, frame, file=name), "test", "2026-11-20")
    publish(folder / "store", tables)
    web.install(folder / "static")
    return folder


@pytest.fixture(autouse=True)
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PHUTHO_STORE", str(folder / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(folder / "static"))
    settings.cache_clear()
    yield
    settings.cache_clear()
    st.cache_resource.clear()


def opened(**query: str) -> AppTest:
    return apppages.opened("progress", **query)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def test_a_tile_of_the_board_leaves_the_clusters_it_counts():
    app = opened()
    (tile,) = (b for b in app.button if b.key == "figure-operating")
    count = int(tile.label.split("**")[1])
    every = len(table(app))
    assert 0 < count < every
    tile.click().run()
    assert app.query_params["step"] == "operating"
    assert len(table(app)) == count
    assert f"{count}/{every} cụm (không kể cụm đã rút), bước: đang hoạt động" in html(app)


def test_what_is_late_is_drawn_said_and_filtered():
    app = opened(late="yes", sel="clusters:PT-017", further="yes")
    assert table(app)["Tên"].tolist() == ["Ấm Hạ"]
    page = html(app)
    assert "ph-time-late" in page
    assert "Mốc đã quá hạn" in page
    assert "khởi công quá" in page
    assert "<img src=x" not in page, "names are text"
    assert "&lt;img src=x" in page
    assert "Đến hạn" in page
    assert "được lập thêm cụm" in page.partition("ph-legend")[2], "communes are painted"


def test_whom_a_source_calls_late_is_late_on_this_page_too():
    assert "chậm theo trang" in html(opened(sel="clusters:PT-002")).partition("ph-card")[2]


def test_held_and_stale_are_filters_too():
    assert table(opened(held="clearance"))["Tên"].tolist() == ["Ấm Hạ"]
    app = opened(stale="365")
    assert "Ấm Hạ" not in table(app)["Tên"].tolist()
    assert "chưa cập nhật quá 365 ngày" in html(app)


def test_projects_for_land_recovery_are_listed_and_lead_to_the_map():
    app = opened(further="yes")
    assert "Gỗ ván" not in str([frame.value for frame in app.dataframe])
    app.session_state["late-open"] = True
    app.run()
    (shown,) = (frame.value for frame in app.dataframe if "Gỗ ván" in str(frame.value))
    assert len(shown) == 1, "of the other one no date is known"
    row = shown.iloc[0]
    assert (row["Cụm"], row["Diện tích (ha)"], row["Văn bản"]) == ("Ấm Hạ", 6.25, "25/QĐ-UBND")
    assert "1/2 dự án đã qua hạn" in " ".join(caption.value for caption in app.caption)
    app = opened(late="yes", step="operating")
    assert not [box for box in app.expander if "chậm sử dụng đất" in box.label]


def test_clearance_and_who_has_to_solve_it_stand_in_the_list_and_on_the_card():
    app = opened(held="clearance", sel="clusters:PT-017")
    row = table(app).iloc[0]
    assert (row["Đã giải phóng (ha)"], row["Cơ quan giải quyết"]) == (33.5, HOSTILE)
    card = html(app).partition("ph-card")[2]
    assert "Đã chi trả: 86,40 tỷ đồng" in card
    assert "Khu tái định cư: Hạ Hòa" in card
    assert "Cần kiểm tra: lùi bước: 9/QĐ ban hành sau 5/QĐ." in card


def test_assets_of_the_state_stand_on_the_card_those_without_a_document_first():
    card = apppages.opened("clusters", sel="clusters:PT-017")
    page = html(card)
    assert "đã cho thuê: 25,0 % (10,00 ha/40,00 ha đất công nghiệp)" in plain(page)
    told = page.partition("2 tài sản, 1 chưa có văn bản")[2]
    first, second = told.find("Trạm xử lý nước thải"), told.find("Cống thoát nước")
    assert 0 < first < second
    assert "(a) đã giao quản lý bằng văn bản; 12/QĐ-UBND)" in told


def test_what_is_folded_away_is_made_when_it_is_opened():
    app = opened()
    folded = len(app.dataframe)
    for box in ("duties-open", "forms-open", "fill-open"):
        app.session_state[box] = True
    app.run()
    assert [*app.exception, *app.error] == []
    shown = [frame.value for frame in app.dataframe[folded:]]
    duties, form, communes = shown
    assert "còn" in duties.iloc[0, 1]
    row = form[form["TT"] == "1"].iloc[0]
    assert (row["Chỉ tiêu"], row["Đơn vị tính"]) == (
        "Số lượng cụm công nghiệp theo phương án phát triển",
        "cụm",
    )
    known, total = map(int, row["Cụm có số liệu"].split("/"))
    assert 0 < known < total == len(table(app))
    assert len(communes) == 148
    files = {button.proto.label for button in app.get("download_button")}
    assert {"Lịch (ICS)", "CSV", "XLSX", "DOCX", "PDF"} <= files
