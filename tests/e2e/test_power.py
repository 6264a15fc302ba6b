"""The page on power: what is painted, what is listed, what a sample log never hides."""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from clones import copy_of
from playwright.sync_api import expect

from e2e.sites import Site, served
from lib.language.text import number
from lib.tables.facts import load
from lib.tables.schemas import value_label

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

GRID = "Hiện lưới điện"
EVENTS = 2_000


@pytest.fixture(scope="module")
def sampled(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with schematic borders and an imported sample log."""
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("sampled"))
    log, customers = root / "mau.csv", root / "mau-khach-hang.csv"
    for words in (
        ["sample-outages", "--events", str(EVENTS), "--seed", "7", "--out", str(log)],
        ["import", "outages", str(log), "--yes"],
        ["import", "customers", str(customers), "--yes"],
    ):
        subprocess.run([sys.executable, "-m", "lib", *words], cwd=root, check=True)
    # Each import left the list of its layers; a site has the one in use.
    lists = sorted((root / "static/layers").glob("*.index.json"), key=lambda f: f.stat().st_mtime)
    for old in lists[:-1]:
        old.unlink()
    with served(root) as site:
        yield site


def spoken(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_without_a_log_the_page_is_true_and_useful(best: Site, visit):
    opened = visit(best).open("power")
    assert "1 trong 148 xã, phường có ghi nhận cấp điện yếu" in opened.sentence()
    told = spoken(opened.card.inner_text())
    assert "(km)" in told
    assert "chưa có điện lưới" in told
    assert "SAIDI" not in opened.page.get_by_role("combobox").first.inner_text()
    assert opened.page.get_by_test_id("stAlert").filter(has_text="MẪU").count() == 0
    opened.page.get_by_role("radio", name="Cần xin số liệu").click(force=True)
    opened.page.get_by_text("Công ty Điện lực Phú Thọ").first.wait_for()
    with opened.page.expect_download() as download:
        opened.press("Nhật ký mất điện")
    assert zipfile.is_zipfile(download.value.path())


def test_a_fact_says_how_old_it_is_and_leads_to_its_source(best: Site, visit):
    opened = visit(best).open("power", sel="communes:08590")
    told = spoken(opened.card.inner_text())
    assert "khu Đìa" in told
    assert "nguồn 2019, cách đây" in told
    assert "chưa ghi nhận trạm nào ở xã này" in told
    opened.card.locator(".ph-sources summary").click()
    expect(opened.card.get_by_role("link", name="baomoi.net.vn")).to_have_count(1)


def test_the_pointer_reads_the_value_that_is_painted(best: Site, visit):
    opened = visit(best).open("power", measure="elevation_m")
    place = opened.hit("communes")
    tip = spoken(opened.hover_on_map(place).inner_text())
    height = load("settlements").set_index("code").loc[place["code"], "elev_median"]
    assert f"độ cao trung vị của điểm dân cư: {number(height)} m" in tip


def test_a_threshold_changes_sentence_address_and_list_on_the_same_map(best: Site, visit):
    opened = visit(best).open("power")
    opened.js("() => { window.phSame = true; }")
    opened.page.get_by_text("Thế nào là xa").click()
    opened.page.get_by_role("slider").first.focus()
    for step in ("1", "2"):  # the slider keeps the keyboard after its first step
        opened.page.keyboard.press("ArrowRight")
        assert opened.eventually(lambda step=step: opened.query().get("town_km") == step)
        opened.settled()
    assert opened.js("() => window.phSame"), "the map was mounted again"
    assert "cách phường, thị trấn cũ ≥ 2 km" in spoken(opened.sentence())


def test_the_grid_is_off_and_not_fetched_until_it_is_wanted(real: Site, visit):
    opened = visit(real, fresh=True)
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.open("power")
    assert not [url for url in asked if "/grid-2016-" in url]
    with opened.turn():
        opened.press(GRID)
    assert opened.eventually(lambda: any("/grid-2016-" in url for url in asked))
    lines = opened.map.locator(".leaflet-ph-grid-2016-pane path")
    assert opened.eventually(lambda: lines.count() > 100)
    assert "2016, sai lệch 2–10 km" in opened.page.locator("body").inner_text()


def test_substations_stand_on_the_card_of_their_cluster_and_all_in_a_list(best: Site, visit):
    """Each with its sources."""
    opened = visit(best).open("power", part="grid", sel="clusters:VP-022")
    told = spoken(opened.card.inner_text())
    assert re.search(r"Bá Thiện 110kV.*Thiện Kế 110kV.*\[\d+\]\s*\[\d+\]", told, re.DOTALL)
    assert "chưa có vị trí" in told
    opened.card.locator(".ph-sources summary").click()
    for host in ("evn.com.vn", "vinhphuctv.vn"):
        expect(opened.card.get_by_role("link", name=host)).to_have_count(1)
    opened.page.get_by_text("Cả 32 trạm biến áp").click()
    listed = opened.page.locator(".st-key-all-stations").get_by_test_id("stDataFrame")
    listed.get_by_text(load("substations")["name"][0]).first.wait_for(state="attached")
    listed.get_by_text("https://").first.wait_for(state="attached")


def test_a_sample_is_called_a_sample_everywhere(sampled: Site, visit):
    opened = visit(sampled).open("power", sel="communes:08590", saidi_min="60")
    expect(opened.page.get_by_test_id("stAlert").filter(has_text="Dữ liệu MẪU")).to_be_visible()
    assert "MẪU" in opened.card.inner_text()
    assert "(SAIDI), 01/2025–12/2025 – dữ liệu MẪU”" in opened.sentence()
    legend = opened.page.get_by_test_id("stSidebar").get_by_text("dữ liệu MẪU (phút/khách hàng)")
    legend.first.wait_for()
    with opened.page.expect_download() as download:
        opened.press("XLSX")
    assert download.value.suggested_filename.endswith("-mau.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    facts, notes = book.worksheets
    assert next(notes.iter_rows(values_only=True))[0] == "DỮ LIỆU MẪU"
    heads, *rows = facts.iter_rows(values_only=True)
    threshold = heads.index("Ngưỡng đã đặt")
    # What a source has on record is no sample, and stays beside what a threshold adds.
    assert {row[-1] for row in rows if row[threshold]} == {"MẪU"}
    assert {row[-1] for row in rows if not row[threshold]} == {None}
    with opened.page.expect_download() as download:
        opened.press("lần mất điện", inside=opened.card)
    assert download.value.suggested_filename == "mat-dien-08590-mau.csv"
    assert "mẫu" in download.value.path().read_text(encoding="utf-8-sig")


def test_a_map_taken_away_calls_a_sample_a_sample_and_its_classes_by_their_unit(
    sampled: Site, visit
):
    opened = visit(sampled)
    for measure, told in (
        ("saidi_min", ("– dữ liệu MẪU”", "phút/khách hàng")),
        ("town_km", ("nhật ký mất điện: dữ liệu MẪU", "km; viền đậm: xã cấp điện yếu")),
    ):
        opened.open("power", measure=measure, saidi_min="60")
        opened.press("Xuất bản đồ")
        with opened.page.expect_download() as download:
            opened.press("Một tệp HTML")
        page = download.value.path().read_text(encoding="utf-8")
        assert all(words in page for words in told)


def test_a_commune_has_its_months_its_outages_and_indices_with_their_sources(sampled: Site, visit):
    opened = visit(sampled).open("power", sel="communes:08590")
    told = spoken(opened.card.inner_text())
    names = opened.card.locator(".ph-sources li").all_text_contents()
    (log,) = [no for no, name in enumerate(names, start=1) if "mau.csv" in name]
    (served,) = [no for no, name in enumerate(names, start=1) if "mau-khach-hang.csv" in name]
    assert re.search(rf"phút/khách hàng\s*\[{log}\]\s*\[{served}\]", told), "rows and customers"
    assert re.search(rf"[\d.]+ khách hàng\s*\[{served}\]", told), "what it was divided by"
    assert re.search(rf"\d+ lần\s*\[{log}\]", told), "a count needs the rows only"
    months = opened.card.locator(".ph-months > div")
    expect(months).to_have_count(12)
    rows = opened.card.locator("table.ph-facts tbody tr").count()
    button = opened.card.get_by_role("button", name="lần mất điện").inner_text()
    assert rows == min(8, int(re.search(r"Tải cả (\d+) lần", button)[1])) > 0
    opened.page.get_by_text("Nhật ký mất điện", exact=True).click()
    with opened.turn():
        opened.page.get_by_role("radio", name="Có kế hoạch").click(force=True)
    kinds = opened.card.locator("table.ph-facts tbody tr td:nth-child(3)").all_inner_texts()
    assert set(kinds) == {value_label("planned", "planned")}
    opened.page.get_by_role("radio", name="Về nhật ký").click(force=True)
    opened.page.get_by_text("2.000 bản ghi, từ").wait_for()
    expect(opened.page.get_by_text("loại: Có kế hoạch; mất điện trên 5 phút")).to_have_count(1)
    with opened.page.expect_download() as download:
        opened.press("Tải bảng cộng (XLSX)")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    areas = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert areas[:4] == [
        "Toàn tỉnh",
        *(f"Tỉnh cũ {n}" for n in ("Hòa Bình", "Phú Thọ", "Vĩnh Phúc")),
    ]


def test_a_ranking_needs_weights_on_the_screen(best: Site, visit):
    opened = visit(best).open("power", settled="yes", w_town_km="2", w_density="1")
    expect(opened.page.get_by_text("Không có điểm ẩn")).to_be_visible()
    assert "Điểm" in opened.heads()
    with opened.page.expect_download() as download:
        opened.press("XLSX")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert "trọng số 2" in told["Điểm"]
