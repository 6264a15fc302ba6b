"""Names that want to be run stay text: in every layer, tooltip, label, card, table and widget."""

import pytest

from e2e.harness import HOSTILE, HOSTILE_CLUSTERS, HOSTILE_COMMUNES, Site, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

MADE = """() => [
  ...window.phCreated,
  ...[...document.querySelectorAll("*")].filter((node) =>
       node.getAttributeNames().some((name) => name.startsWith("on"))
       || /^\\s*javascript:/i.test(node.getAttribute("href") || "")
       || (node.tagName === "SCRIPT" && node.textContent.includes("alert(1)")))
     .map((node) => node.outerHTML),
]"""
CASES = list(zip(HOSTILE, HOSTILE_COMMUNES, HOSTILE_CLUSTERS, strict=True))


def assert_harmless(opened: Visit) -> None:
    opened.page.wait_for_timeout(200)
    assert opened.dialogs == []
    assert "pwned" not in opened.page.title()
    assert opened.page.evaluate(MADE) == []
    if opened.page.locator(".st-key-map iframe").count():
        assert opened.js(MADE) == []


def test_the_watch_notices(hostile: Site, visit):
    opened = visit(hostile).open("about", with_map=False)
    opened.page.evaluate(
        """() => { const box = document.createElement("div");
             box.innerHTML = '<img src=x onerror="document.title = 1">'; document.body.append(box); }"""
    )
    with pytest.raises(AssertionError):
        assert_harmless(opened)


def test_hostile_names_on_the_map(hostile: Site, visit):
    opened = visit(hostile).open()
    labels: set[str] = set()
    for layer, codes in [("communes", HOSTILE_COMMUNES), ("clusters", HOSTILE_CLUSTERS)]:
        places = {place["code"]: place for place in hostile.places(layer)}
        for text, code in zip(HOSTILE, codes, strict=True):
            place = places[code]
            assert place["name"] == text
            opened.look_at(place["ly"], place["lx"], 12.5)
            tip = opened.hover_on_map(opened.hit(layer, only=(code,)))
            assert tip.locator(".ph-tip-name").inner_text() == text
            labels |= set(opened.map.locator(".ph-label").all_inner_texts())
            opened.page.mouse.move(5, 5)
    assert set(HOSTILE) <= labels
    assert_harmless(opened)


@pytest.mark.parametrize(("text", "commune", "cluster"), CASES)
def test_hostile_names_in_cards_tables_and_widgets(hostile: Site, visit, text, commune, cluster):
    opened = visit(hostile).open("clusters", sel=f"clusters:{cluster}", commune=commune)
    assert text in opened.card.locator("h3").inner_text()
    assert opened.card.inner_text().count(text) >= 4, "name, investor, decision and note"
    assert text in opened.sentence()
    assert text in opened.page.locator("[role=toolbar]").all_inner_texts()
    assert_harmless(opened)
    with opened.turn():
        opened.page.get_by_role("button", name="Xóa bộ lọc").click()
    with opened.turn():
        opened.page.evaluate(
            "(sel) => { history.pushState({}, '', `?sel=${sel}`); "
            "dispatchEvent(new PopStateEvent('popstate')); }",
            f"communes:{commune}",
        )
    assert text in opened.card.locator("h3").inner_text()
    assert opened.card.inner_text().count(text) >= 2
    assert_harmless(opened)
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill(text)
    hits = opened.page.locator("[class*=st-key-hit-] button")
    opened.eventually(lambda: hits.count() > 0, seconds=2)
    opened.settled()
    for found in hits.all_inner_texts():
        assert "](javascript" not in found or text in found
    assert_harmless(opened)


def test_hostile_rows_of_the_table_are_text(hostile: Site, visit):
    opened = visit(hostile).open("clusters", province="phu-tho", status="building,planned")
    seen: set[str] = set()
    grid = opened.table.get_by_test_id("data-grid-canvas")
    grid.focus()
    for _ in range(len(hostile.tables["clusters"])):
        opened.page.keyboard.press("ArrowDown")
        seen |= set(opened.table.locator("td").all_text_contents())
        if set(HOSTILE) <= seen:
            break
    assert set(HOSTILE) <= seen
    assert_harmless(opened)


def test_hostile_facts_on_the_other_cards_and_pages(hostile: Site, visit):
    opened = visit(hostile).open(sel="weak:WS-01")
    told = opened.card.inner_text()
    for text in (HOSTILE[0], HOSTILE[1], HOSTILE[3], HOSTILE[4]):
        assert text in told
    assert HOSTILE[3] in opened.page.locator(".ph-official").inner_text()
    assert_harmless(opened)
    opened.open("clusters", sel="clusters:PT-005")
    told = opened.card.inner_text()
    assert HOSTILE[0] in told
    assert HOSTILE[3] in told
    assert_harmless(opened)
    opened.open("about", with_map=False)
    assert_harmless(opened)


def test_what_is_typed_in_the_search_box_stays_text(hostile: Site, visit):
    opened = visit(hostile).open("clusters")
    typed = "**zzqxw** ~~wqzzxk~~ `1` :red[2]"
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill(typed)
    message = opened.page.get_by_test_id("stCaptionContainer").filter(has_text="zzqxw")
    message.wait_for()
    assert typed in message.inner_text()
    assert_harmless(opened)
