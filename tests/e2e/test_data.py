"""Bringing a file in as a person does it: choose, check, publish, look back, restore."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from clones import copy_of
from playwright.sync_api import Locator, expect

from e2e.harness import Visit
from e2e.sites import HOSTILE, Site, served
from e2e.test_hostile import assert_harmless
from lib.language.text import t
from lib.store import audit
from lib.store.store import Store
from lib.tables.schemas import label

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

OUTLINES, CLUSTERS, LOG = (t(f"about.table_{n}") for n in ("outlines", "clusters", "outages"))
CAO_DUONG = "Cao Dương"


@pytest.fixture(scope="module")
def office(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own, since these tests change its store."""
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("office"))
    with served(root) as site:
        yield site


def corners() -> list[tuple[int, float, float]]:
    """Return a small outline at Hạ Hòa as a surveyor writes it: number, X north, Y east (9208)."""
    near = gpd.GeoSeries([shapely.Point(105.0, 21.55)], crs=4326).to_crs(9208).iloc[0]
    steps = [(0, 0), (700, 40), (900, 650), (350, 900), (-50, 500)]
    return [(i + 1, round(near.y + y, 3), round(near.x + x, 3)) for i, (x, y) in enumerate(steps)]


def coordinate_table(path: Path, **changed: object) -> Path:
    frame = pd.DataFrame(corners(), columns=["Số hiệu điểm", "X (m)", "Y (m)"]).astype(object)
    for column, value in changed.items():
        frame.loc[2, {"y": "Y (m)"}[column]] = value
    frame.to_excel(path, index=False)
    return path


def store_of(site: Site) -> Store:
    return Store(site.root / "data" / "store")


def choose(opened: Visit, kind: str, path: Path) -> None:
    """Go through the first step."""
    page = opened.page
    opened.open("data", with_map=False, tab="import")
    box = page.get_by_role("combobox", name="Tệp này là gì?")
    box.click()
    page.get_by_role("option", name=kind, exact=True).click()
    opened.settled()
    page.locator("input[type=file]").set_input_files(str(path))
    page.get_by_test_id("stFileUploader").get_by_text(re.compile(r"\d ?KB")).first.wait_for()
    page.get_by_label("Người thực hiện").fill("Lan")
    page.keyboard.press("Tab")
    opened.press("Kiểm tra")
    page.get_by_role("button", name="Tải báo cáo").wait_for()
    opened.settled()


def pick(opened: Visit, box: str | re.Pattern[str], option: str) -> None:
    """Choose in a box by typing, as one does in a long list."""
    found = opened.page.get_by_role("combobox", name=box)
    found.click()
    opened.page.keyboard.type(option)
    opened.page.get_by_role("option", name=option).first.click()
    opened.settled()


def publish(opened: Visit, *, asked: bool) -> None:
    """Go on from the second step to the end."""
    page = opened.page
    opened.press("Tiếp tục")
    if asked:
        go = page.get_by_role("button", name="Công bố")
        go.first.wait_for()
        opened.settled()
        assert go.is_disabled(), "what is asked has to be confirmed first"
        page.get_by_role("checkbox").last.check(force=True)
    opened.press("Công bố")
    page.get_by_text("Đã công bố").wait_for()


def test_a_good_outline_is_asked_for_its_meridian_then_published_and_undone(
    office: Site, visit, tmp_path
):
    before = store_of(office).current().snapshot_id
    opened = visit(office)
    choose(opened, OUTLINES, coordinate_table(tmp_path / "Ấm Hạ.xlsx"))
    page = opened.page
    assert "tệp không ghi hệ tọa độ" in page.locator(".ph-findings").inner_text()
    assert page.get_by_role("button", name="Tiếp tục").is_disabled()
    page.get_by_role("combobox", name="Hệ tọa độ của tệp").click()
    page.get_by_role("option", name="104°45'").first.click()
    page.get_by_text("Xem trước trên bản đồ").first.wait_for()
    opened.settled()
    page.locator(".st-key-preview iframe").wait_for()
    inside = page.frame_locator(".st-key-preview iframe").locator("body")
    zoomed = "() => typeof map === 'object' && map !== null && map.getZoom() > 12"
    assert opened.eventually(lambda: inside.evaluate(f"() => ({zoomed})()")), "it goes there"
    publish(opened, asked=False)
    made = store_of(office).current()
    assert made.snapshot_id != before
    assert made.manifest.who == "Lan"
    assert [file.name for file in made.manifest.files] == ["Ấm Hạ.xlsx"]
    back = opened.page.get_by_role("button", name="Quay về bản ngày")
    assert re.search(r"ngày \d\d/\d\d/\d{4} \d\d:\d\d", back.inner_text()), "which of that day"
    opened.press("Quay về bản ngày")
    assert opened.eventually(lambda: store_of(office).current().snapshot_id == before)


def test_a_refused_file_says_where_and_changes_nothing(office: Site, visit, tmp_path):
    before = store_of(office).current().snapshot_id
    opened = visit(office)
    choose(opened, OUTLINES, coordinate_table(tmp_path / "sai.xlsx", y="56723,7 m?"))
    told = opened.page.locator(".ph-findings").inner_text()
    for words in ("sai.xlsx", "dòng 4", "Y (m)", "56723,7 m?", "không thay đổi"):
        assert words in told
    assert opened.page.get_by_role("button", name="Tiếp tục").is_disabled()
    assert store_of(office).current().snapshot_id == before


def test_a_log_with_a_split_commune_is_answered_once(office: Site, visit, tmp_path):
    path = tmp_path / "nhat-ky.xlsx"
    heads = ["Từ", "Đến", "Xã", "Huyện", "Số KH mất điện"]
    rows = [
        ("07:30 01/03/2025", "09:00 01/03/2025", "xã Vầy Nưa", "Đà Bắc", 120),
        ("08:00 02/03/2025", "08:20 02/03/2025", "xã Vân Đồn", "Đoan Hùng", 45),
    ]
    pd.DataFrame(rows, columns=heads).to_excel(path, index=False)
    opened = visit(office)
    choose(opened, LOG, path)
    page = opened.page
    page.get_by_role("combobox", name="«xã Vầy Nưa» nay là").click()
    page.get_by_role("option", name="xã Tiền Phong").click()
    opened.press("Dùng lựa chọn này")
    page.get_by_text("do người nhập chọn").first.wait_for()
    opened.settled()
    page.get_by_text("Cột trong tệp được hiểu là").first.click()
    page.get_by_role("combobox", name="Số KH mất điện").first.wait_for()
    publish(opened, asked=False)
    log = store_of(office).current().read("outages")
    assert "04891" in set(log["commune_code"])


def test_two_columns_cannot_be_the_same(office: Site, visit, tmp_path):
    path = tmp_path / "cum.xlsx"
    pd.DataFrame([("Ấm Hạ", 60, 61)], columns=["Tên cụm", "Diện tích (ha)", "Số khác"]).to_excel(
        path, index=False
    )
    opened = visit(office)
    choose(opened, CLUSTERS, path)
    page = opened.page
    page.get_by_text("Cột trong tệp được hiểu là").first.click()
    pick(opened, "Số khác", label("clusters", "area_ha"))
    page.get_by_text("Hai cột của tệp cùng là").wait_for()
    read_again = page.get_by_role("button", name="Đọc lại theo các cột này")
    assert read_again.is_disabled()
    pick(opened, re.compile("^(Selected .*)?Diện tích"), t("data.column_ignored"))
    page.get_by_text("Hai cột của tệp cùng là").wait_for(state="detached")
    opened.press("Đọc lại theo các cột này")
    opened.settled()
    page.get_by_text("thêm 0, sửa 1").wait_for()


def test_a_cluster_nobody_knows_is_asked_and_confirmed(office: Site, visit, tmp_path):
    path = tmp_path / "moi.xlsx"
    pd.DataFrame([("Cụm thử nghiệm xyz", "Phú Thọ")], columns=["Tên cụm", "Tỉnh cũ"]).to_excel(
        path, index=False
    )
    opened = visit(office)
    choose(opened, CLUSTERS, path)
    publish(opened, asked=True)
    assert "Cụm thử nghiệm xyz" in set(store_of(office).current().read("clusters")["name"])


def test_history_shows_what_changed_and_gives_the_originals(office: Site, visit, tmp_path):
    path = tmp_path / "so-cum.xlsx"
    rows = [("PT-017", "Ấm Hạ", 61.5)]
    pd.DataFrame(rows, columns=["Mã cụm", "Tên cụm", "Diện tích (ha)"]).to_excel(path, index=False)
    opened = visit(office)
    choose(opened, CLUSTERS, path)
    publish(opened, asked=False)
    opened.open("data", with_map=False, tab="history")
    told = opened.page.get_by_test_id("stExpander").filter(has_text="sửa 1")
    told.wait_for()
    assert CLUSTERS in told.inner_text()
    with opened.page.expect_download() as download:
        opened.press("so-cum.xlsx")
    assert download.value.path().read_bytes() == path.read_bytes()


def test_all_data_and_the_templates_can_be_taken_away(office: Site, visit):
    opened = visit(office).open("data", with_map=False, tab="download")
    for name, head in (("GeoPackage", b"SQLite format 3"), ("GeoParquet", b"PK")):
        with opened.page.expect_download() as download:
            opened.press(name)
        assert download.value.path().read_bytes().startswith(head)
    with opened.page.expect_download() as download:
        opened.press("Trạm biến áp")
    assert download.value.suggested_filename == "mau-substations.xlsx"


def test_hostile_texts_of_a_file_stay_text(office: Site, visit, tmp_path):
    path = tmp_path / "<b>`${alert(1)}`.xlsx"
    rows = [(text, 60 + at, text) for at, text in enumerate(HOSTILE)]
    pd.DataFrame(rows, columns=["Tên cụm", "Diện tích (ha)", HOSTILE[0]]).to_excel(
        path, index=False
    )
    opened = visit(office)
    choose(opened, CLUSTERS, path)
    told = opened.page.locator(".stMain").inner_text()
    for text in HOSTILE[:4]:
        assert text in told
    assert_harmless(opened)


def test_a_conclusion_and_its_document_are_written_on_the_card_and_taken_away(
    office: Site, visit, tmp_path: Path
):
    content = b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF\n"
    (tmp_path / f"{HOSTILE[0].replace('/', '-')}.pdf").write_bytes(content)
    (given,) = tmp_path.glob("*.pdf")
    opened = visit(office).open("clusters", sel="clusters:PT-003")
    page, card = opened.page, opened.card
    card.get_by_text(t("followup.write")).click()
    card.get_by_label(t("schemas.column.agency")).fill("UBND xã Chí Tiên")
    card.get_by_label(t("schemas.column.task")).fill(f"Đo ranh giới {HOSTILE[0]}")
    card.get_by_label(t("data.who")).fill("An")
    card.get_by_role("button", name=t("followup.publish")).click()
    first = card.locator("dl > div").first
    expect(first).to_contain_text("Đo ranh giới")
    expect(first).to_have_class("ph-proposed")
    opened.settled()
    card.get_by_text(t("documents.title", count="0")).click()
    card.locator("input[type=file]").set_input_files(str(given))
    opened.settled()
    card.get_by_label(t("data.who")).last.fill("An")
    card.get_by_role("button", name=t("documents.attach"), exact=True).click()
    card.get_by_text(t("documents.title", count="1")).wait_for()
    opened.settled()
    with page.expect_response(lambda answer: "/media/" in answer.url) as heard:
        with page.expect_download() as taken:
            card.get_by_test_id("stDownloadButton").last.get_by_role("button").click()
        assert Path(taken.value.path()).read_bytes() == content
    headers = heard.value.headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"].startswith("application/pdf")
    assert opened.dialogs == []


class Hand:
    """What a person does with mouse and keys, as seconds of the keystroke-level model.

    A letter takes 0.28 s, and one more for each mark of Vietnamese; a click 1.1 s to point, 0.2 s
    to press and 1.35 s to make up one's mind (Card, Moran and Newell 1980).
    """

    LETTER, CLICK = 0.28, 1.1 + 0.2 + 1.35

    def __init__(self) -> None:
        self.clicks = self.letters = 0

    def click(self, place: Locator) -> None:
        place.click()
        self.clicks += 1

    def type(self, place: Locator | None, text: str) -> None:
        if place is not None:
            place.fill(text)
            self.clicks += 1
        self.letters += len(unicodedata.normalize("NFD", text))

    @property
    def taken(self) -> float:
        return self.clicks * self.CLICK + self.letters * self.LETTER


def test_five_clusters_are_placed_on_the_screen_in_three_minutes_and_undone_in_one_act(
    office: Site, visit
):
    """By the pencil of a card for the first, in the form for the rest, as a person does it."""
    store = store_of(office)
    rows = store.current().read("clusters")
    five = rows[rows["former_communes"].isna() & (rows["former_district"] == "Lương Sơn")].head(5)
    ids = list(five["cluster_id"])
    opened = visit(office).open("clusters", sel=f"clusters:{ids[0]}")
    page, before, hand = opened.page, store.current().snapshot_id, Hand()
    acts = len(audit.events(store.folder))
    hand.click(opened.card.get_by_role("button", name=t("enter.pencil"), exact=True))
    hand.click(page.get_by_role("dialog").locator(".st-key-pencil-former_communes button"))
    page.locator(f".st-key-enter-{ids[0]}-former_communes input").wait_for()
    opened.settled()
    hand.click(page.get_by_role("button", name=t("enter.pencil_draft")))
    for code in ids[1:]:
        pick(opened, re.compile(t("enter.clusters")), code)
        hand.clicks += 2
        hand.type(None, code)
    for code in ids:
        hand.type(page.locator(f".st-key-enter-{code}-former_communes input"), CAO_DUONG)
    hand.type(page.locator(".st-key-enter_source input"), "Biên bản họp")
    hand.type(page.locator(".st-key-enter_who input"), "Lan")
    page.keyboard.press("Tab")
    opened.settled()
    hand.click(page.get_by_role("button", name=t("enter.keep")))
    opened.settled()
    hand.click(page.get_by_role("button", name=t("enter.publish", count="5")))
    page.get_by_role("button", name=t("enter.undo")).wait_for()
    opened.settled()
    hand.click(page.get_by_role("link", name=t("pages.cross_commune"), exact=True))
    opened.map_ready()
    opened.settled()
    expect(opened.card).to_contain_text(f"xã {CAO_DUONG}")  # of the first; tests/ui has all five
    assert hand.taken < 120, vars(hand)  # a minute is left for the machine
    hand.click(page.get_by_role("link", name=t("pages.data"), exact=True))
    page.get_by_role("radio", name=t("data.tab_enter")).click(force=True)
    page.get_by_role("button", name=t("enter.undo")).click()
    page.get_by_role("button", name=t("enter.undo")).wait_for(state="detached")
    assert store.current().read("clusters")["former_communes"].equals(rows["former_communes"])
    assert store.current().snapshot_id == before
    assert len(audit.events(store.folder)) == acts + 2, "one act, and one that takes it back"
