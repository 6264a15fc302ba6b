"""The switch of the layers: what is off goes, stays off under its link, and is told of."""

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site
from lib.language.text import t

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def switch(opened: Visit, layer: str):
    """Return the switch of a layer, behind its button."""
    box = opened.page.locator(".st-key-layers-box-rows")
    if not box.is_visible():
        opened.press(t("switch.title"))
        box.wait_for()
    return box.get_by_role("checkbox", name=t(f"layers.{layer}"))


def test_a_layer_that_is_off_goes_and_stays_off_under_its_link(schematic: Site, visit):
    opened = visit(schematic).open()
    assert opened.drawn("clusters")
    clusters = switch(opened, "clusters")
    expect(clusters).to_be_checked()
    opened.page.locator(".st-key-switch-clusters label").click()
    assert opened.eventually(lambda: opened.drawn("clusters") == 0)
    assert opened.eventually(lambda: opened.query().get("off") == "clusters")
    assert opened.drawn("communes"), "what nobody switched off is there"
    expect(switch(opened, "clusters")).not_to_be_checked()
    expect(switch(opened, "communes")).to_be_disabled()
    again = visit(schematic).open("clusters", off="clusters")
    assert again.drawn("clusters") == 0
    again.page.keyboard.press("Escape")
    switch(again, "clusters")
    again.page.locator(".st-key-switch-clusters label").click()
    assert again.eventually(lambda: again.drawn("clusters") > 0)
    assert again.eventually(lambda: "off" not in again.query())
