"""The overview with fingers and keys: Enter finds, a telephone gets its map back."""

import pytest
from playwright.sync_api import expect

from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_enter_takes_the_first_hit_and_a_telephone_gets_its_map_back(best: Site, visit):
    opened = visit(best, fresh=True)  # the browser keeps that the sidebar is folded
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.open()
    for sign in ("Phóng to", "Thu nhỏ"):
        expect(opened.map.get_by_role("button", name=sign)).to_have_count(1)
    assert "Zoom" not in opened.leaflet.inner_html(), "Leaflet's own words are English"
    scale, frame = (
        part.bounding_box()
        for part in (opened.map.locator(".leaflet-control-scale"), opened.leaflet)
    )
    assert scale["height"] < 20, "nothing but its bar"
    assert frame["y"] + frame["height"] - scale["y"] - scale["height"] < 40, "at the map's edge"
    line = opened.page.get_by_role("link", name="Bãi Ba")
    assert line.bounding_box()["y"] < opened.page.locator(".st-key-map").bounding_box()["y"]
    opened.page.get_by_test_id("stExpandSidebarButton").click()
    bar = opened.page.get_by_test_id("stSidebar")
    box = opened.page.get_by_label("Tìm xã, cụm, tên cũ")
    box.press_sequentially("ha hoa")
    with opened.turn():
        box.press("Enter")
    assert opened.card.locator("h3").inner_text().startswith("Hạ Hòa")
    assert opened.eventually(lambda: bar.bounding_box()["x"] < 0), "nothing lies over the map"
    chosen = opened.query()["sel"].partition(":")[2]
    others = (place["code"] for place in best.places("communes") if place["code"] != chosen)
    place = opened.hit("communes", only=tuple(others))
    tip, frame = opened.hover_on_map(place).bounding_box(), opened.leaflet.bounding_box()
    assert tip["x"] >= frame["x"], "no word of a tooltip is cut"
    assert tip["x"] + tip["width"] <= frame["x"] + frame["width"]
    opened.click_on_map(place)
    expect(opened.map.locator(".ph-keys")).not_to_be_visible()
    outline = opened.js("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "none", "a click leaves no black box"
