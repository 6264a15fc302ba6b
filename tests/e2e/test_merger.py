"""Before and after the merger: the switch, the marks, the card, the table, the files."""

import openpyxl
import pytest
from playwright.sync_api import expect

from e2e.harness import Site, Visit
from lib.layers.registry import LAYERS
from lib.places.merger import merged

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

FILL = """([layer, wanted]) => [...document.querySelectorAll(
  `.leaflet-ph-${layer}-pane path`)].filter((path) => wanted.fill === path.getAttribute("fill")
  && wanted.stroke === path.getAttribute("stroke")).length"""


def painted(opened: Visit, style: str) -> int:
    """Return how many communes are drawn in `style`."""
    (look,) = (s.look for s in LAYERS["communes"].styles if s.key == style)
    wanted = {"fill": look["fillColor"], "stroke": look["color"]}
    return int(opened.js(FILL, ["communes", wanted]))


def to(opened: Visit, era: str) -> None:
    with opened.turn():
        opened.page.get_by_role("radio", name=era).click(force=True)


def lines(opened: Visit, layer: str) -> int:
    return opened.map.locator(f".leaflet-ph-{layer}-pane path").count()


def test_the_switch_repaints_the_map_that_is_there(real: Site, visit):
    opened = visit(real).open("merger")
    rows = merged(real.tables["communes"], real.tables["former_units"])
    three = rows["former_units_n"] == 3
    assert painted(opened, "class-2") == (three & ~rows["split"]).sum()
    assert painted(opened, "class-2-listed") == (three & rows["split"]).sum()
    assert lines(opened, "former-units") == 0
    opened.look_at(21.2, 105.2, 11)
    opened.js("() => { window.phSame = true; }")
    seen = opened.view()
    to(opened, "Trước 01/7/2025")
    assert opened.eventually(lambda: lines(opened, "former-units") > 0)
    assert opened.eventually(lambda: lines(opened, "former-provinces") > 0)
    assert painted(opened, "merger-before") == 148
    assert lines(opened, "former-names") == 479
    names = opened.map.locator(".ph-label-former-names")
    old = set(real.tables["former_units"]["name"])
    assert opened.eventually(lambda: names.count() > 5)
    assert set(names.all_text_contents()) <= old
    assert opened.map.locator(".ph-label-communes").count() == 0
    assert opened.js("() => window.phSame"), "the same map"
    assert opened.view() == pytest.approx(seen)
    assert opened.query()["era"] == "before"
    expect(opened.page.get_by_text("lệch 150 m hoặc hơn").first).to_be_visible()
    to(opened, "Sau 01/7/2025")
    assert opened.eventually(lambda: lines(opened, "former-units") == 0)
    assert opened.js("() => window.phSame")


UNDER = """([x, y]) => document.elementFromPoint(x, y).closest(".leaflet-pane")
  .className.match(/ph-[a-z-]+(?=-pane)/)[0]"""


def test_a_slider_parts_before_from_after_on_one_map(real: Site, visit):
    opened = visit(real).open("merger", era="both")
    twins = opened.map.locator(".leaflet-ph-left-communes-pane path")
    assert opened.eventually(lambda: twins.count() == 148)
    assert opened.eventually(lambda: lines(opened, "former-units") > 0)
    box = opened.leaflet.bounding_box()
    opened.look_at(21.3, 105.2, 11)
    middle = box["width"] / 2
    for x, pane in ((middle - 150, "ph-left-communes"), (middle + 150, "ph-communes")):
        assert opened.js(UNDER, [x, box["height"] / 4]) == pane
    with opened.turn():
        opened.leaflet.click(position={"x": middle - 150, "y": box["height"] / 4})
    expect(opened.card.locator("h3")).to_have_count(1)
    opened.map.get_by_role("slider", name="Kéo để so sánh").press("Home")
    assert opened.js(UNDER, [middle - 150, box["height"] / 4]) == "ph-communes"
    to(opened, "Sau 01/7/2025")
    assert opened.eventually(lambda: not opened.map.get_by_role("slider").is_visible())
    assert opened.eventually(lambda: twins.count() == 0)
    assert lines(opened, "former-units") == 0


def test_schematic_borders_say_that_they_hold_no_former_lines(schematic: Site, visit):
    opened = visit(schematic).open("merger", era="before")
    expect(opened.page.get_by_text("không có ranh giới xã cũ")).to_be_visible()
    assert lines(opened, "former-units") == 0
    assert lines(opened, "former-provinces") > 0
    assert painted(opened, "merger-before-schematic") == 148


def test_a_split_unit_is_told_on_the_card_of_both(best: Site, visit):
    opened = visit(best).open("merger", sel="communes:04891")
    told = opened.card.inner_text()
    assert "khoản 99" in told
    assert "một phần; phần còn lại về phường Thống Nhất" in told
    assert "Nghị quyết không nêu đường chia" in told
    opened.open("merger", sel="communes:08566")
    assert "Xã cũ cùng tên ở nơi khác" in opened.card.inner_text()


def test_a_figure_leaves_what_it_counts_and_the_file_has_it(best: Site, visit, tmp_path):
    opened = visit(best).open("merger")
    with opened.turn():
        opened.page.locator(".st-key-figure-split button").first.click()
    assert opened.sentence().startswith("6 trong 148")
    assert "nhận một phần xã cũ bị chia" in opened.sentence()
    assert opened.query()["split"] == "yes"
    with opened.page.expect_download() as asked:
        opened.press("XLSX")
    asked.value.save_as(tmp_path / "seen.xlsx")
    book = openpyxl.load_workbook(tmp_path / "seen.xlsx")
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    former = best.tables["former_units"]
    six = former.loc[former["part"] == "part", "new_code"]
    assert len(rows) == 1 + former["new_code"].isin(six).sum()
    about = dict(book.worksheets[1].iter_rows(values_only=True, max_col=2))
    assert about["Bộ lọc"] == "nhận một phần xã cũ bị chia"
    assert "01/7/2025" in about["Căn cứ"]


@pytest.mark.parametrize("path", ["merger", "data", "about"])
def test_an_old_name_is_found_everywhere_and_says_what_it_became(best: Site, visit, path):
    opened = visit(best).open(path, with_map=path == "merger")
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill("xã Vân Đồn cũ")
    hit = opened.page.locator("[class*=st-key-hit-] button").first
    hit.filter(has_text="Huyện Đoan Hùng → xã Hùng Long → xã Chân Mộng").wait_for()
    assert "Điều 1 khoản 19" in hit.inner_text()
    hit.click()
    opened.card.get_by_text("Chân Mộng").first.wait_for()
    assert opened.eventually(lambda: opened.query().get("sel") == "communes:08038")
    assert opened.eventually(
        lambda: opened.url().startswith(f"{best.url}/{path}") or path != "merger"
    )
    became = opened.page.get_by_test_id("stSidebar").get_by_text("Tên cũ → đơn vị trước 01/7/2025")
    became.wait_for()
    assert "Nghị quyết 1676/NQ-UBTVQH15, Điều 1 khoản 19" in became.inner_text()


def test_both_namesakes_are_seen_at_once_and_a_hit_leads_to_its_page(best: Site, visit):
    opened = visit(best)
    opened.page.set_viewport_size({"width": 1366, "height": 768})
    opened.open("merger")
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill("quang yen")
    told = opened.page.get_by_text("Có 2 xã cũ tên này")
    told.wait_for()
    opened.settled()
    assert "xã Quảng Yên (Huyện Thanh Ba); xã Quang Yên (Huyện Sông Lô)" in told.inner_text()
    hits = opened.page.locator("[class*=st-key-hit-] button")
    second = hits.filter(has_text="Huyện Sông Lô → xã Yên Lãng")
    assert "Huyện Thanh Ba → xã Quảng Yên" in hits.nth(1).inner_text()
    box = second.bounding_box()
    assert box["y"] + box["height"] <= 768, "no scrolling for the second"

    box = opened.page.get_by_label("Tìm xã, cụm, tên cũ")
    box.fill("toyota")
    hits.first.filter(has_text="Toyota").click()
    opened.page.wait_for_url("**/clusters?*")
    opened.card.get_by_text("Toyota").first.wait_for()
    opened.open("power")
    box.fill("huyện Đoan Hùng")
    hits.first.filter(has_text="Huyện Đoan Hùng").click()
    opened.page.wait_for_url(f"{best.url}/?*commune=*")
    codes = set(opened.query()["commune"].split(","))
    former = best.tables["former_units"]
    assert codes == set(former.loc[former["district"] == "Huyện Đoan Hùng", "new_code"])
