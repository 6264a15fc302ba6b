"""Names that want to be run stay text: in every layer, tooltip, label, card, table and widget."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import HOSTILE, HOSTILE_CLUSTERS, HOSTILE_COMMUNES, Site, environment

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

MADE = """() => [
  ...window.phCreated,
  ...[...document.querySelectorAll("*")].filter((node) =>
       node.getAttributeNames().some((name) => name.startsWith("on"))
       || /^\\s*javascript:/i.test(node.getAttribute("href") || "")
       || (node.tagName === "SCRIPT" && node.textContent.includes("alert(1)")))
     .map((node) => node.outerHTML),
]"""


def assert_harmless(opened: Visit) -> None:
    opened.page.wait_for_timeout(200)
    assert opened.dialogs == []
    assert "pwned" not in opened.page.title()
    assert opened.page.evaluate(MADE) == []
    if opened.page.locator(".st-key-map iframe").count():
        assert opened.js(MADE) == []


def test_hostile_names_on_map_and_card(hostile: Site, visit):
    opened = visit(hostile).open()
    labels = opened.map.locator(".ph-label")
    for layer, codes, times in (
        ("communes", HOSTILE_COMMUNES, 3),
        ("clusters", HOSTILE_CLUSTERS, 4),
    ):
        places = {place["code"]: place for place in hostile.places(layer)}
        for text, code in zip(HOSTILE, codes, strict=True):
            assert places[code]["name"] == text
            opened.look_at(places[code]["ly"], places[code]["lx"], 14)
            assert opened.eventually(lambda wanted=text: wanted in labels.all_inner_texts())
            place = opened.hit(layer, only=(code,))
            assert opened.hover_on_map(place).locator(".ph-tip-name").inner_text() == text
            opened.click_on_map(place)
            assert text in opened.card.locator("h3").inner_text()
            assert opened.card.inner_text().count(text) >= times
            opened.look_at(21.0, 105.3, 9)
        assert_harmless(opened)


def test_hostile_names_in_filter_sentence_and_search_and_what_is_typed_there(hostile: Site, visit):
    opened = visit(hostile).open("clusters", commune=",".join(HOSTILE_COMMUNES))
    pills = opened.page.get_by_role("toolbar").get_by_role("button")
    assert opened.eventually(
        lambda: set(HOSTILE) <= {text.strip() for text in pills.all_inner_texts()}
    )
    for text in HOSTILE:
        assert text in opened.sentence()
    hits = opened.page.locator("[class*=st-key-hit-] button")
    for text in HOSTILE:
        opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill(text)
        assert opened.eventually(
            lambda wanted=text: any(wanted in found for found in hits.all_inner_texts())
        ), text
    assert_harmless(opened)
    typed = "**zzqxw** ~~wqzzxk~~ `1` :red[2]"
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill(typed)
    message = opened.page.get_by_test_id("stCaptionContainer").filter(has_text="zzqxw")
    message.wait_for()
    assert typed in message.inner_text()
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


def test_hostile_facts_on_the_other_cards_and_pages_and_the_watch_would_notice(
    hostile: Site, visit
):
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
    opened.open("data", tab="draw", sel="clusters:PT-001")
    chosen = opened.page.get_by_role("combobox", name="Vẽ ranh giới của cụm nào?")
    expect(chosen).to_have_value(f"PT-001 · {HOSTILE[0]}")
    assert_harmless(opened)
    opened.open("about", with_map=False)
    assert_harmless(opened)
    opened.page.evaluate(
        """() => { const box = document.createElement("div");
             box.innerHTML = '<img src=x onerror="document.title = 1">';
             document.body.append(box); }"""
    )
    with pytest.raises(AssertionError):
        assert_harmless(opened)


def test_hostile_facts_on_the_page_on_power(hostile: Site, visit):
    opened = visit(hostile).open("power", sel="communes:08590", settled="yes")
    assert opened.eventually(lambda: HOSTILE[0] in opened.card.inner_text())
    told = opened.card.inner_text()
    assert HOSTILE[3] in told
    assert_harmless(opened)
    opened.open("power")
    place = opened.hit("communes", only=HOSTILE_COMMUNES)
    assert opened.hover_on_map(place).locator(".ph-tip-name").inner_text() in HOSTILE
    assert_harmless(opened)
    for part in ("grid", "published"):
        opened.open("power", part=part)
        assert_harmless(opened)


def test_hostile_names_before_and_after_the_merger(hostile: Site, visit):
    former = hostile.tables["former_units"]
    unit = former.loc[former["name"] == HOSTILE[0]].iloc[0]
    opened = visit(hostile).open("merger", sel=f"communes:{unit['new_code']}")
    assert opened.eventually(lambda: HOSTILE[0] in opened.card.inner_text())
    shown = " ".join(opened.table.locator("td").all_text_contents())
    for _ in range(len(former)):
        if HOSTILE[0] in shown:
            break
        opened.table.get_by_test_id("data-grid-canvas").focus()
        opened.page.keyboard.press("ArrowDown")
        shown += " ".join(opened.table.locator("td").all_text_contents())
    assert HOSTILE[0] in shown
    assert_harmless(opened)
    opened.page.get_by_label("Tìm xã, cụm, tên cũ").fill(HOSTILE[0])
    hits = opened.page.locator("[class*=st-key-hit-] button").filter(has_text=HOSTILE[0])
    old = hits.filter(has_text="tên cũ").first
    old.wait_for()
    old.click()
    told = opened.page.get_by_test_id("stCaptionContainer").filter(has_text=HOSTILE[0])
    told.first.wait_for()
    assert_harmless(opened)


def test_the_map_in_one_file_opens_alone_and_runs_no_name(hostile: Site, contexts, tmp_path):
    out = tmp_path / "ban-do.html"
    subprocess.run(
        [sys.executable, "-m", "lib", "page", "--out", str(out)],
        cwd=hostile.root,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=600,
    )
    context, _ = contexts()
    context.set_offline(True)
    page = context.new_page()
    asked, dialogs, errors = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda shown: (dialogs.append(shown.message), shown.dismiss()))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(out.as_uri())
    boxes = page.locator("input[type=checkbox]")
    page.wait_for_function("n => document.body.dataset.phLayers === String(n)", arg=boxes.count())
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob", "data"}

    signs = page.locator(".leaflet-ph-clusters-pane .ph-icon")
    count = signs.count()
    assert count == len(hostile.places("clusters"))
    seen = set()
    for sign in signs.all():
        sign.dispatch_event("mouseover")
        seen.add(page.locator(".ph-tip-name").last.inner_text())
        sign.dispatch_event("mouseout")
    placed = {place["name"] for place in hostile.places("clusters")}
    assert placed & set(HOSTILE) <= seen
    assert len(placed & set(HOSTILE)) >= 4

    signs.first.click()
    expect(page.locator(".ph-cross")).to_be_hidden()

    page.locator("input[data-layer=clusters]").uncheck()
    expect(signs).to_have_count(0)
    page.locator("input[data-layer=clusters]").check()
    expect(signs).to_have_count(count)
    page.locator("#map").hover(position={"x": 200, "y": 200})
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(500)
    for typed, wanted in ((HOSTILE[0], HOSTILE[0]), ("am ha", "Ấm Hạ")):
        page.locator("#ph-find").fill(typed)
        first = page.locator("#ph-hits button").first
        assert first.inner_text().startswith(wanted)
    first.click()
    page.wait_for_function(
        "() => document.querySelectorAll('.leaflet-ph-selected-pane path').length"
    )
    inert = '<script type="application/json" id="ph-data">'
    assert [node for node in page.evaluate(MADE) if not node.startswith(inert)] == []
    assert "pwned" not in page.title()
    assert (dialogs, errors) == ([], [])
    assert "Số liệu đến ngày" in page.locator("footer").inner_text()
