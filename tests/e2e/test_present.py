"""Presentation mode and links: the arrows turn a list, an address brings a view back."""

import pytest

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def selected(opened: Visit) -> str:
    return opened.query().get("sel", "")


def test_one_switch_leaves_the_map_one_card_and_a_bar(best: Site, visit):
    opened = visit(best).open("cross_commune")
    opened.page.set_viewport_size({"width": 1024, "height": 768})
    opened.press("Trình chiếu")
    bar = opened.page.locator(".st-key-present-bar")
    bar.wait_for()
    assert opened.eventually(lambda: opened.query().get("present") == "yes")
    for gone in ("stSidebar", "stDataFrame"):
        assert not opened.page.get_by_test_id(gone).first.is_visible()
    frame = opened.leaflet.bounding_box()
    assert frame["width"] > 600
    assert frame["height"] > 440, "also under the banner of schematic borders"
    seen = bar.bounding_box()
    assert seen["y"] + seen["height"] < 768, "the bar is on the screen"
    size = opened.card.evaluate("(card) => parseFloat(getComputedStyle(card).fontSize)")
    assert size >= 16
    label = "() => parseFloat(getComputedStyle(document.querySelector('.ph-label')).fontSize)"
    assert opened.js(label) >= 18, "names of the map grow with the type"
    assert opened.page.locator(".st-key-figures").is_visible(), "the headline figure stays"


def test_arrows_turn_the_list_from_page_and_map_and_escape_leaves(best: Site, visit):
    opened = visit(best).open("cross_commune", present="yes")
    opened.page.locator("body").press("ArrowRight")
    assert opened.eventually(lambda: selected(opened).startswith("clusters:"))
    first = selected(opened)
    opened.settled()
    opened.leaflet.focus()
    opened.leaflet.press("ArrowRight")
    assert opened.eventually(lambda: selected(opened) not in ("", first))
    opened.settled()
    opened.page.locator(".st-key-present--1 button").click()
    assert opened.eventually(lambda: selected(opened) == first)
    opened.settled()
    opened.page.locator("body").press("Escape")
    assert opened.eventually(lambda: "present" not in opened.query())
    opened.page.get_by_test_id("stSidebar").first.wait_for(state="visible")


def test_arrows_work_after_any_control_and_never_leave_the_page_unasked(best: Site, visit):
    opened = visit(best)
    opened.page.set_viewport_size({"width": 1024, "height": 768})
    opened.open("merger", present="yes", era="both")
    opened.page.locator("body").press("ArrowRight")
    assert opened.eventually(lambda: selected(opened).startswith("communes:"))
    assert "/merger" in opened.url(), "the list of this page, not that of another"
    first = selected(opened)
    opened.settled()
    opened.map.get_by_role("slider").press("ArrowRight")
    assert opened.eventually(lambda: selected(opened) not in ("", first))
    opened.settled()
    opened.page.locator(".st-key-present-bar").get_by_role("combobox").click()
    opened.page.get_by_role("option", name="trạm nước thải dừng").click()
    assert opened.eventually(lambda: "/clusters" in opened.url())
    opened.map_ready()
    opened.settled()
    assert selected(opened) == "", "what was chosen on the page before is none of this list"
    opened.page.keyboard.press("ArrowRight")
    assert opened.eventually(lambda: selected(opened).startswith("clusters:"))
    assert opened.query()["present"] == "yes"
    opened.settled()
    water = opened.card.get_by_text("có nhưng dừng").bounding_box()
    frame = opened.card.bounding_box()
    assert water["y"] + water["height"] < frame["y"] + frame["height"], "without scrolling"
    legend = opened.page.locator(".st-key-legend").bounding_box()
    assert legend["y"] + legend["height"] < 768


def test_a_link_brings_the_view_back(best: Site, visit):
    opened = visit(best).open("power", view="11.5,21.2000,105.1000", town_km="5", present="yes")
    zoom, lat, lng = opened.view()
    assert (zoom, round(lat, 2), round(lng, 2)) == (11.5, 21.2, 105.1)
    assert opened.query() == {"view": "11.5,21.2000,105.1000", "town_km": "5", "present": "yes"}


def test_what_a_person_looks_at_is_in_the_address_and_survives_a_filter(best: Site, visit):
    opened = visit(best).open()
    assert "view" not in opened.query()
    opened.map.get_by_role("button", name="Phóng to").click()
    assert opened.eventually(lambda: "view" in opened.query())
    opened.page.wait_for_timeout(400)
    before, written = opened.view(), opened.query()["view"]
    assert float(written.split(",")[0]) == pytest.approx(before[0], abs=0.06)
    with opened.turn():
        opened.pill("Tỉnh cũ", "Phú Thọ").click()
    assert opened.view() == before
    assert opened.query() == {"province": "phu-tho", "view": written}
    other = visit(best).open(**opened.query())
    for a, b in zip(other.view(), before, strict=True):
        assert a == pytest.approx(b, abs=0.06)
    opened.map.get_by_role("button", name="Xem toàn tỉnh").click()
    assert opened.eventually(lambda: "view" not in opened.query())


def test_a_view_nobody_wrote_is_ignored(best: Site, visit):
    opened = visit(best).open()
    plain = opened.view()
    for view in ("9,1,1", "99.9,21.0,105.0,1", "<script>", "9.0,-21.0,105.0"):
        opened.open(view=view)
        assert opened.eventually(lambda: "view" not in opened.query()), view
        assert opened.view() == plain, view
