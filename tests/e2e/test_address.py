"""The address: it holds the view, and the browser's own buttons work."""

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

DRAWN = """() => [...document.querySelectorAll(".leaflet-ph-communes-pane path")]
  .map((path) => path.getAttribute("fill-opacity") + path.getAttribute("fill"))"""


def shown(opened: Visit) -> dict:
    return {
        "sentence": opened.sentence(),
        "card": opened.card.inner_text(),
        "communes": opened.js(DRAWN),
        "clusters": opened.drawn("clusters"),
        "weak": opened.drawn("weak"),
        "outlined": opened.map.locator(".leaflet-ph-selected-pane path").count(),
    }


def test_a_link_restores_the_view_on_another_machine(best: Site, visit):
    opened = visit(best).open()
    with opened.turn():
        opened.pill("Tỉnh cũ", "Phú Thọ").click()
    with opened.turn():
        opened.pill("Tình trạng hoạt động", "đang làm hạ tầng").click()
    opened.click_on_map(opened.hit("clusters"))
    opened.speak("English")
    link = opened.url()
    assert set(opened.query()) == {"province", "status", "sel", "lang"}
    assert opened.query()["province"] == "phu-tho"
    assert opened.query()["status"] == "building"
    assert opened.query()["lang"] == "en"

    other = visit(best, fresh=True)
    other.page.goto(link)
    other.map_ready()
    other.settled()
    assert shown(other) == shown(opened)
    assert other.url() == link
    assert "former province Phú Thọ" in other.sentence()
    for group in ("Former province", "Operation"):
        pressed = other.page.get_by_role("toolbar", name=group).locator("[aria-pressed=true]")
        expect(pressed).to_have_count(1)


def test_the_copied_link_holds_where_the_map_looks(best: Site, visit):
    opened = visit(best)
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.open("clusters", province="phu-tho")
    opened.leaflet.focus()
    opened.page.keyboard.press("+")
    assert opened.eventually(lambda: "view" in opened.query())
    opened.press("Chép liên kết")
    told = opened.page.get_by_text("Đã chép liên kết")
    told.wait_for()
    assert "trình duyệt của máy này" in told.inner_text()
    assert "thư" not in told.inner_text(), "a link to localhost is no use in a letter"
    link = opened.page.evaluate("navigator.clipboard.readText()")
    assert link == opened.url()
    other = visit(best, fresh=True)
    other.page.goto(link)
    other.map_ready()
    other.settled()
    assert other.view() == pytest.approx(opened.view(), abs=0.01)
    assert other.sentence() == opened.sentence()


def test_without_a_clipboard_the_link_can_be_taken_by_hand(best: Site, visit):
    opened = visit(best)
    opened.page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.execCommand = () => false;"
    )
    opened.open()
    opened.press("Chép liên kết")
    field = opened.page.get_by_role("textbox", name="Chép liên kết")
    field.wait_for()
    assert field.input_value() == opened.url()


def test_back_and_forward_walk_through_the_filters(best: Site, visit):
    opened = visit(best).open("clusters")
    everything = opened.sentence(), opened.drawn("clusters")
    with opened.turn():
        opened.pill("Tỉnh cũ", "Vĩnh Phúc").click()
    first = opened.sentence(), opened.drawn("clusters")
    with opened.turn():
        opened.pill("Tình trạng hoạt động", "đang hoạt động").click()
    second = opened.sentence(), opened.drawn("clusters")
    assert len({everything, first, second}) == 3
    for step, expected in [("back", first), ("back", everything), ("forward", first)]:
        with opened.turn():
            opened.page.evaluate(f"history.{step}()")
        assert (opened.sentence(), opened.drawn("clusters")) == expected
    pill = opened.pill("Tỉnh cũ", "Vĩnh Phúc")
    assert pill.get_attribute("aria-pressed") == "true"


def test_another_page_keeps_filter_and_language(best: Site, visit):
    opened = visit(best).open(province="hoa-binh", lang="en")
    opened.page.get_by_role("navigation").get_by_role("link").nth(1).click()
    opened.page.get_by_role("heading", level=1, name="Industrial clusters").wait_for()
    opened.map_ready()
    opened.settled()
    assert "former province Hòa Bình" in opened.sentence()
    assert opened.eventually(lambda: opened.query() == {"province": "hoa-binh", "lang": "en"})


def test_a_mistyped_link_opens_the_page(best: Site, visit):
    opened = visit(best).open(
        "clusters", province="nowhere,phu-tho", status="?", sel="clusters:ZZ-999", lang="xx"
    )
    assert "lọc: tỉnh cũ Phú Thọ" in opened.sentence()
    assert opened.card.locator("h3").count() == 0
    assert opened.eventually(lambda: opened.query() == {"province": "phu-tho"})
