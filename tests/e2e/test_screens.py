"""Each page on a projector, a desk and a telephone; and what happens when files are missing."""

from pathlib import Path

import pytest

from e2e.sites import ROOT, Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SCREENSHOTS = ROOT / "build" / "screenshots"
SIZES = ((1366, 768), (1920, 1080), (390, 844))
PAGES = {
    "overview": "",
    "clusters": "clusters",
    "cross_commune": "cross_commune",
    "merger": "merger",
    "power": "power",
    "about": "about",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_the_screen(best: Site, visit, name):
    opened = visit(best)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        opened.page.set_viewport_size({"width": width, "height": height})
        opened.open(PAGES[name], with_map=name != "about")
        opened.page.wait_for_load_state("networkidle")
        opened.page.screenshot(path=SCREENSHOTS / f"{name}-{width}x{height}.png")
        sideways = opened.page.get_by_test_id("stMain").evaluate(
            "(main) => main.scrollWidth - main.clientWidth"
        )
        assert sideways <= 0
        if name != "about":
            frame = opened.leaflet.bounding_box()
            assert frame["width"] > 300
            assert frame["height"] > 300
            inside = opened.js(
                "() => map.getBounds().contains(L.latLngBounds(map.options.maxBounds).pad(-0.25))"
            )
            assert inside, "the whole province is in view"


def test_no_page_asks_for_another_machine(best: Site, contexts):
    """Nor did those above: `visit` has watched each, at every size, as it does here."""
    context, beyond = contexts()
    page = context.new_page()
    page.goto(best.url)
    page.locator(".ph-foot").wait_for()
    page.wait_for_load_state("networkidle")
    elsewhere = "fetch('https://example.org/').then(() => 'came', () => 'failed')"
    assert page.evaluate(elsewhere) == "failed"
    assert beyond == [], "the policy of the application holds it back in the browser"
    bare = context.new_page()  # a page without a policy would have asked, and been seen
    assert bare.evaluate(elsewhere) == "failed"
    assert beyond == ["https://example.org/"]


@pytest.fixture
def without(schematic: Site):
    """Return how to take a served file away; it comes back after the test."""
    taken: list[tuple[Path, Path]] = []

    def take(path: str) -> None:
        here = schematic.root / "static" / path
        aside = here.with_name(here.name + ".aside")
        here.rename(aside)
        taken.append((here, aside))

    yield take
    for here, aside in taken:
        aside.rename(here)


def test_missing_leaflet_is_said_in_words(schematic: Site, visit, without):
    without("vendor/leaflet.js")
    opened = visit(schematic, fresh=True).open(with_map=False)
    alert = opened.page.get_by_test_id("stAlert").filter(has_text="Thiếu tệp dựng bản đồ")
    alert.wait_for()
    assert "make run" in alert.inner_text()
    assert opened.page.locator("iframe").count() == 0


def test_a_missing_layer_is_said_on_the_map(schematic: Site, visit, without):
    visit(schematic).open()
    without(schematic.layers["communes"]["path"])
    opened = visit(schematic, fresh=True).open(with_map=False)
    said = opened.map.locator(".ph-broken")
    said.wait_for()
    assert "Chưa tải được một lớp bản đồ" in said.inner_text()
