"""Map, card, table and search box: one selection, in step everywhere."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site
from lib.language.text import hectares

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

ROW_PX = 36
ROWS_DRAWN = 4


def commune(site: Site, code: str) -> dict:
    table = site.tables["communes"]
    return table[table["code"] == code].iloc[0].to_dict()


def heading(opened: Visit) -> str:
    return opened.card.locator("h3").inner_text()


def outlined(opened: Visit) -> int:
    return opened.map.locator(".leaflet-ph-selected-pane path").count()


def test_a_click_on_a_commune_shows_its_card(site: Site, visit):
    opened = visit(site)
    # So low that the map reaches below the window: the first click must count all the same.
    opened.page.set_viewport_size({"width": 1366, "height": 768})
    opened.open()
    place = opened.hit("communes")
    before = opened.view()
    opened.click_on_map(place)
    row = commune(site, place["code"])
    assert row["name"] in heading(opened)
    assert row["kind"] in heading(opened).lower()
    told = opened.card.inner_text()
    assert "Diện tích công bố" in told
    assert hectares(row["area_km2"] * 100) in told
    if row["border_quality"] == "schematic":
        assert "không đo trên ranh giới sơ đồ" in told
    else:
        assert hectares(row["measured_ha"]) in told
    assert opened.query()["sel"] == f"communes:{place['code']}"
    assert outlined(opened) == 2
    assert opened.view() == before, "a click on the map must not move it"


FETCHED = """() => performance.getEntriesByType("resource")
  .some((one) => one.name.includes("-glance-") && one.responseEnd)"""
AT_ONCE = """([x, y]) => {
  const at = document.elementFromPoint(x, y).closest(".leaflet-interactive");
  at.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: x, clientY: y }));
  const said = window.parent.document.querySelectorAll(".st-key-card > .ph-glance");
  const lines = (one) => [...one.querySelectorAll("h3, .ph-sub, dd")];
  return [...said].map((one) => lines(one).map((line) => line.textContent));
}"""


def test_a_click_on_a_cluster_shows_its_card_and_the_ground_lets_it_go(best: Site, visit):
    opened = visit(best).open()
    place = opened.hit("clusters")
    opened.click_on_map(place)
    assert heading(opened) == f"Cụm công nghiệp {place['name']}"
    assert "Vị trí gần đúng" in opened.card.inner_text()
    assert opened.query()["sel"] == f"clusters:{place['code']}"
    assert outlined(opened) == 2
    with opened.turn():
        opened.leaflet.click(position={"x": 300, "y": 5})
    assert "sel" not in opened.query()
    assert opened.card.locator("h3").count() == 0
    assert outlined(opened) == 0
    assert opened.eventually(lambda: opened.js(FETCHED))
    with opened.turn():  # before any answer of the server can be there
        (said,) = opened.js(AT_ONCE, [place["x"], place["y"]])
    title, sub, verdict = said
    assert title == heading(opened)
    assert sub == opened.card.locator(".ph-sub").inner_text()
    assert verdict == opened.card.locator(".ph-head dd").first.inner_text()
    assert opened.card.locator(".ph-glance").count() == 0, "it gives way to the card"


def test_a_click_anywhere_in_a_row_opens_it_and_the_arrow_keys_go_on(best: Site, visit):
    opened = visit(best).open("clusters", status="building")
    before = opened.view()
    cells = opened.table.locator('td[aria-colindex="1"]')
    assert opened.eventually(lambda: len(cells.all_text_contents()) > ROWS_DRAWN)
    names = [name for name in cells.all_text_contents() if name]
    placed = {place["name"]: place["code"] for place in best.places("clusters")}
    at = next(i for i, pair in enumerate(pairwise(names)) if set(pair) <= set(placed))
    table = opened.table
    with opened.turn():  # far from the mark before the row
        table.click(position={"x": 500, "y": ROW_PX * (at + 1) + ROW_PX // 2})
    assert heading(opened) == f"Cụm công nghiệp {names[at]}"
    assert placed[names[at]] == opened.query()["sel"].removeprefix("clusters:")
    assert outlined(opened) == 2
    assert opened.eventually(lambda: opened.view()[0] > before[0]), "the map goes there"
    with opened.turn():
        opened.page.keyboard.press("ArrowDown")
    assert heading(opened) == f"Cụm công nghiệp {names[at + 1]}"
    with opened.turn():  # the mark takes the choice back
        table.click(position={"x": 15, "y": ROW_PX * (at + 2) + ROW_PX // 2})
    assert "sel" not in opened.query()


def test_a_click_on_the_map_marks_the_row(best: Site, visit):
    opened = visit(best).open("clusters", province="phu-tho", status="building")
    place = opened.hit("clusters")
    opened.click_on_map(place)
    row = opened.row(place["name"])
    row.wait_for(state="attached")
    assert opened.eventually(lambda: row.get_attribute("aria-selected") == "true")
    marked = opened.table.locator("tr[aria-selected=true]")
    expect(marked).to_have_count(1)
    other = opened.hit(
        "clusters", only=tuple(set(best.layers["clusters"]["codes"]) - {place["code"]})
    )
    opened.click_on_map(other)
    assert opened.eventually(
        lambda: opened.row(other["name"]).get_attribute("aria-selected") == "true"
    )
    expect(marked).to_have_count(1)
    assert heading(opened) == f"Cụm công nghiệp {other['name']}"


def test_the_row_of_a_map_selection_can_be_seen(best: Site, visit):
    opened = visit(best).open("clusters")
    last = max(best.places("clusters"), key=lambda place: place["name"])
    opened.look_at(last["ly"], last["lx"], 13)
    opened.click_on_map(opened.hit("clusters", only=(last["code"],)))
    assert opened.eventually(lambda: opened.row(last["name"]).count() == 1)


def test_the_search_box_needs_no_accents(best: Site, visit):
    opened = visit(best).open()
    box = opened.page.get_by_label("Tìm xã, cụm, tên cũ")
    for typed, name in [("tam nong", "Tam Nông"), ("HA HOA", "Hạ Hòa"), ("tân sơm", "Tân Sơn")]:
        opened.look_at(20.8, 105.3, 9)
        box.press_sequentially(typed, delay=20)
        hit = opened.page.locator("[class*=st-key-hit-] button").first
        hit.filter(has_text=name).wait_for()
        opened.settled()
        with opened.turn():
            hit.click()
        assert name in heading(opened)
        assert box.input_value() == ""
        (place,) = [place for place in best.places("communes") if place["name"] == name]
        assert opened.query()["sel"] == f"communes:{place['code']}"

        def there(at: dict = place) -> bool:
            zoom, lat, lng = opened.view()
            return zoom > 9.5 and abs(lat - at["ly"]) < 0.1 and abs(lng - at["lx"]) < 0.1

        assert opened.eventually(there), "the map goes to what was found"
