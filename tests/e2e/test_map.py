"""The map: what is drawn, what stays when the filter changes, how it may be moved."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SCHEMATIC = "Ranh giới sơ đồ, không dùng để đo"
WIRE_BYTES_ALLOWED = {
    "": (1_400, 1_000),
    "clusters": (8_300, 7_000),
    "cross_commune": (6_700, 7_900),
    "merger": (8_000, 1_500),
    "power": (2_000, 2_000),
}
"""What a filter change may take on the wire: the first one after opening, and the next."""
PLAIN_BYTES_ALLOWED = 17_000
MARGIN_DEG = 0.3
LEFT_OUT = re.compile(r"(\d+) cụm (?:\w+ ){0,3}không (?:có trên bản đồ|vẽ)")

BOXES = """() => [...document.querySelectorAll(".ph-label")].map((label) => {
  const range = document.createRange();
  range.selectNodeContents(label);
  const box = range.getBoundingClientRect();
  return [label.textContent, box.left, box.top, box.right, box.bottom];
})"""
SHEETS = "() => document.querySelectorAll('style').length"


def numbers(text: str) -> list[int]:
    return [int(found.replace(".", "")) for found in re.findall(r"\d[\d.]*", text)]


def test_148_communes_are_drawn_and_a_tooltip_is_text(site: Site, visit):
    opened = visit(site).open()
    shapes = opened.js(
        """() => [...document.querySelectorAll(".leaflet-ph-communes-pane path")]
             .map((path) => path.getAttribute("d"))"""
    )
    assert len(set(shapes)) == 148
    assert all(len(shape) > 10 for shape in shapes)
    place = opened.hit("communes")
    tip = opened.hover_on_map(place)
    assert tip.locator(".ph-tip-name").inner_text() == place["name"]
    assert tip.evaluate("(tip) => [...tip.querySelectorAll('*')].map((n) => n.tagName)") == [
        "DIV"
    ] * len(tip.locator("div").all())
    assert "thuộc tỉnh cũ" in tip.inner_text()


def every_page(opened: Visit) -> Iterator[None]:
    """Walk through all pages by their links."""
    links = opened.page.get_by_role("navigation").get_by_role("link")
    for link in links.all():
        name = link.locator("p").inner_text()
        link.click()
        opened.page.get_by_role("heading", level=1, name=name, exact=True).wait_for()
        opened.page.locator(".ph-foot").wait_for()
        opened.settled()
        yield


def test_schematic_borders_are_announced_on_every_page(schematic: Site, visit):
    opened = visit(schematic).open()
    for _ in every_page(opened):
        alert = opened.page.get_by_test_id("stAlert").filter(has_text=SCHEMATIC)
        expect(alert).to_be_visible()
        assert "make run" in alert.inner_text()
        assert SCHEMATIC in opened.page.locator(".ph-foot").inner_text()


def test_a_filter_repaints_the_map_that_is_there(best: Site, visit):
    opened = visit(best).open()
    opened.look_at(21.3, 105.2, 11)
    opened.js("() => { window.phSame = true; }")
    before = opened.view()
    with opened.turn():
        opened.pill("Tỉnh cũ", "Phú Thọ").click()
    assert opened.js("() => window.phSame"), "the map was mounted again"
    assert opened.view() == before
    sheets = opened.js(SHEETS)
    with opened.turn():
        opened.pill("Tình trạng hoạt động", "đang hoạt động").click()
    assert opened.js("() => window.phSame")
    assert opened.view() == before
    assert opened.js(SHEETS) == sheets, "the component leaves a style sheet behind"


@pytest.mark.parametrize("path", WIRE_BYTES_ALLOWED)
def test_a_filter_change_moves_few_bytes(best: Site, visit, path, record_property):
    opened = visit(best).open(path)
    for turn, allowed in zip(("first", "next"), WIRE_BYTES_ALLOWED[path], strict=True):
        opened.page.wait_for_timeout(300)
        opened.frames.clear()
        opened.wire.clear()
        with opened.turn():
            opened.pill("Tỉnh cũ", "Phú Thọ").click()
        opened.page.wait_for_timeout(300)
        plain, wire = sum(size for _, size in opened.frames), sum(opened.wire)
        record_property("websocket_bytes", {"turn": turn, "plain": plain, "wire": wire})
        print(f"{turn} filter change on /{path}: {plain} bytes, {wire} on the wire")  # noqa: T201
        assert 200 < wire < allowed
        if not path:
            assert plain < PLAIN_BYTES_ALLOWED


def test_the_server_compresses_the_websocket(best: Site):
    address = urlsplit(best.url)
    ask = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\nOrigin: {best.url}\r\n"
        "Sec-WebSocket-Protocol: streamlit\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=120) as server:
        server.sendall(ask.encode())
        said = server.recv(1000).decode(errors="replace")
    assert "101 Switching Protocols" in said
    assert "permessage-deflate" in said
    # 15 bits, the whole 32 KB, is what holds where no number is said (RFC 7692, 7.1.2.1).
    assert "server_max_window_bits" not in said
    assert "server_no_context_takeover" not in said


def test_a_layer_is_kept_by_the_browser(best: Site):
    layer = requests.get(f"{best.url}/app/static/{best.layers['communes']['path']}", timeout=120)
    assert layer.ok
    assert layer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert layer.headers["Content-Encoding"] == "gzip"
    assert len(layer.json()["features"]) == 148
    unnamed = requests.get(f"{best.url}/app/static/vendor/leaflet.js", timeout=120)
    assert "immutable" not in unnamed.headers.get("Cache-Control", "")


def test_markers_are_as_many_as_the_sentence_says(best: Site, visit):
    opened = visit(best).open("clusters")

    def tally() -> tuple[int, int]:
        said = numbers(opened.sentence())[0]
        left_out = LEFT_OUT.search(opened.page.locator("[data-testid=stMain]").inner_text())
        return said, opened.drawn("clusters") + (int(left_out[1]) if left_out else 0)

    everything, drawn = tally()
    assert everything == drawn > 80
    for name in ("Vĩnh Phúc", "Hòa Bình"):
        with opened.turn():
            opened.pill("Tỉnh cũ", name).click()
        said, drawn = tally()
        assert 0 < said == drawn < everything


def test_the_overview_draws_what_its_sentence_says(best: Site, visit):
    opened = visit(best).open(province="vinh-phuc")
    communes, clusters = re.search(
        r"([\d.]+) xã, phường · ([\d.]+) cụm", opened.sentence()
    ).groups()
    inside = opened.js(
        """() => [...document.querySelectorAll(".leaflet-ph-communes-pane path")]
             .filter((path) => path.getAttribute("fill-opacity") === "1").length"""
    )
    assert inside == int(communes)
    left_out = LEFT_OUT.search(opened.page.locator("[data-testid=stMain]").inner_text())
    assert opened.drawn("clusters") + (int(left_out[1]) if left_out else 0) == int(clusters)


def overlapping(boxes: list[list]) -> list[tuple[str, str]]:
    return [
        (a[0], b[0])
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if min(a[3], b[3]) - max(a[1], b[1]) > 1 and min(a[4], b[4]) - max(a[2], b[2]) > 1
    ]


def test_names_are_readable_at_every_size_and_there_is_a_way_home(best: Site, visit):
    opened = visit(best).open()
    scale = opened.map.locator(".leaflet-control-scale-line")
    assert re.fullmatch(r"\d+ k?m", scale.inner_text())
    home = opened.view()
    names = {place["name"] for place in best.places("communes")}
    boxes = opened.js(BOXES)
    assert {"Phú Thọ cũ", "Vĩnh Phúc cũ", "Hòa Bình cũ"} <= {box[0] for box in boxes}
    assert 3 < len(names & {box[0] for box in boxes}) < 60, "from afar a few"
    assert overlapping(boxes) == []
    for lat, lng, zoom in [(21.3, 105.4, 10), (21.3, 105.4, 11), (21.25, 105.55, 12.5)]:
        opened.look_at(lat, lng, zoom)
        boxes = opened.js(BOXES)
        assert len(names & {box[0] for box in boxes}) > 3
        assert overlapping(boxes) == []
    opened.map.get_by_role("button", name="Xem toàn tỉnh").click()
    assert opened.eventually(
        lambda: max(abs(a - b) for a, b in zip(opened.view(), home, strict=True)) < 0.02
    )


def test_the_map_stays_with_the_province(best: Site, visit):
    opened = visit(best).open()
    west, south, east, north = best.layers["communes"]["bounds"]
    frame = opened.leaflet.bounding_box()
    middle = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    opened.look_at((south + north) / 2, (west + east) / 2, 10)
    for dx, dy in [(1, 1), (-1, -1)]:
        for _ in range(4):
            opened.page.mouse.move(*middle)
            opened.page.mouse.down()
            opened.page.mouse.move(middle[0] + dx * 300, middle[1] + dy * 200, steps=4)
            opened.page.mouse.up()
        opened.page.wait_for_timeout(400)
        _, lat, lng = opened.view()
        assert west - MARGIN_DEG <= lng <= east + MARGIN_DEG
        assert south - MARGIN_DEG <= lat <= north + MARGIN_DEG
    home = opened.js("() => map.getBoundsZoom(map.options.maxBounds)")
    out = opened.map.get_by_role("button", name="Thu nhỏ")
    for _ in range(12):
        # The control may switch itself off between a look and a click; a person clicks anyway.
        out.click(force=True)
        opened.page.wait_for_timeout(120)
    assert out.get_attribute("aria-disabled") == "true"
    assert opened.view()[0] > home - 1


def scrolled(opened: Visit) -> float:
    """How far the page is scrolled."""
    return opened.page.get_by_test_id("stMain").evaluate("node => node.scrollTop")


def test_the_wheel_scrolls_the_page_and_zooms_only_when_asked(best: Site, visit):
    opened = visit(best)
    opened.page.set_viewport_size({"width": 1366, "height": 768})
    opened.open("clusters")
    box = opened.leaflet.bounding_box()
    before = opened.view()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.mouse.wheel(0, 200)
    hint = opened.map.get_by_text("Giữ Ctrl và lăn")
    hint.wait_for()
    assert opened.eventually(lambda: scrolled(opened) > 100)
    assert opened.view() == before, "the map stands still"
    hint.wait_for(state="hidden")
    opened.page.keyboard.down("Control")
    opened.page.mouse.wheel(0, -200)
    opened.page.keyboard.up("Control")
    assert opened.eventually(lambda: opened.view()[0] > before[0])


def test_while_presenting_the_wheel_is_the_maps(best: Site, visit):
    opened = visit(best).open("clusters", present="yes")
    before = opened.view()
    opened.leaflet.hover(position={"x": 200, "y": 150})
    opened.page.mouse.wheel(0, -200)
    assert opened.eventually(lambda: opened.view()[0] > before[0])


def test_one_finger_is_left_to_the_page(best: Site, browser):
    context = browser.new_context(
        locale="vi-VN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    opened = Visit(context.new_page(), best).open("clusters")
    left = "() => [getComputedStyle(map.getContainer()).touchAction, map.dragging.enabled()]"
    assert opened.js(left) == ["pan-x pan-y", False]
    assert opened.js("() => map.touchZoom.enabled()"), "two fingers move and zoom"
    context.close()
