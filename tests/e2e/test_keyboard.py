"""The map without a mouse: arrows, a cross in the middle, Enter."""

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

FOCUSED = "() => document.activeElement.classList.contains('leaflet-container')"


def reach_the_map(opened: Visit) -> None:
    """Walk there with the Tab key, as one who has no mouse."""
    for _ in range(80):
        opened.page.keyboard.press("Tab")
        if opened.js(FOCUSED):
            return
    pytest.fail("the map is not reached with the Tab key")


def test_a_commune_is_chosen_with_keys_alone(best: Site, visit):
    opened = visit(best).open()
    reach_the_map(opened)
    opened.map.locator(".ph-keys").wait_for()
    place = best.places("communes")[0]
    opened.look_at(place["ly"], place["lx"], 12)
    opened.page.keyboard.press("+")
    said = opened.map.locator(".ph-spoken")
    assert opened.eventually(lambda: place["name"] in said.inner_text())
    with opened.turn():
        opened.page.keyboard.press("Enter")
    assert place["name"] in opened.card.locator("h3").inner_text()
    opened.page.keyboard.press("Escape")
    opened.map.locator(".ph-keys").wait_for(state="hidden")
    opened.map.locator(".ph-tooltip").first.wait_for(state="detached")


def test_keys_leave_nothing_behind_for_a_mouse(best: Site, visit):
    opened = visit(best).open()
    place = opened.hit("communes")
    opened.click_on_map(place)
    expect(opened.map.locator(".ph-keys")).not_to_be_visible()
    assert opened.map.locator(".ph-spoken").inner_text() == ""
