"""Pictures of the internet on the map: no request without the switch; a word when it fails."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser, expect
from tilefiles import TILES
from xstatic.pkg import leaflet

from lib.layers import browser as layers
from lib.layers.files import write_layer
from lib.layers.ground.online import NAME, Online
from lib.layers.web import map_script
from lib.ui.server import headers

FRAME = "/component/streamlit_folium.st_folium/index.html"
PNG = next(iter(TILES.values()))
BODY = """<!doctype html><div id=map style="width:640px;height:480px"></div>
<link rel=stylesheet href=/leaflet.css><script>{leaflet}</script><script>{script}</script>
<script>window.__GLOBAL_DATA__={{}};window.Streamlit={{setComponentValue(){{}}}};
var map=L.map("map",{{center:[21.3,105.3],zoom:10}});PhuThoMap.mount(map,"/config");</script>"""


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers what its server says for a path, and keeps what was asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, kind, body = self.server.answer(self.path, len(self.server.asked))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", headers.security_policy(FRAME))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(answer) -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.asked, server.answer = [], answer
        server.block_on_close = False
        server.handle_error = lambda *_: None  # the browser left while a slow tile was on its way
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def picture(_: str, __: int):
    return 200, "image/png", PNG


def refusal(_: str, __: int):
    return 503, "text/plain", b"no"


def half(_: str, count: int):
    return picture("", 0) if count % 2 else refusal("", 0)


def slow(_: str, __: int):
    time.sleep(4)
    return picture("", 0)


FAILURES = (
    (11, refusal, "không trả lời"),
    (12, half, "Một phần"),
    (13, slow, "không trả lời"),
)


@pytest.mark.parametrize("served", ["tiles", "wms"])
def test_nothing_is_asked_until_it_is_switched_on_and_a_failure_is_told(
    browser: Browser, tmp_path, monkeypatch, served
):
    land = gpd.GeoDataFrame(
        {"code": ["1"], "name": ["X"]}, geometry=[shapely.box(105, 21, 105.6, 21.6)], crs=4326
    )
    communes = write_layer(tmp_path, "communes", land)
    script = map_script().replace("SILENT_MS = 6000", "SILENT_MS = 300")
    with serving(picture) as out, serving(lambda *_: (404, "", b"")) as here:
        there = f"http://127.0.0.1:{out.server_port}"
        path = {"tiles": "{z}/{x}/{y}.png", "wms": "wms?layers=anh&map=a"}[served]
        online = Online(online_url=f"{there}/{path}", online_source="<b>Sở</b>")
        monkeypatch.setattr(headers, "online", lambda: online)
        assert headers.security_policy("/").count("http") == 0
        assert there in headers.security_policy(FRAME)
        texts = ("broken", "map", "zoomIn", "zoomOut", "online_silent", "online_half")
        drawing = online.picture().drawing(str)
        config = layers.configuration(
            [communes], "vi", texts, address=lambda name: f"/{name}", pictures=[drawing]
        )
        library = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
        page_text = BODY.format(leaflet=library, script=script)
        own = {
            "/": ("text/html; charset=utf-8", page_text.encode()),
            "/config": ("application/json", json.dumps(config).encode()),
            f"/{communes.path}": ("application/json", (tmp_path / communes.path).read_bytes()),
        }
        here.answer = lambda path, _: (200, *own[path]) if path in own else (404, "text/css", b"")
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{here.server_port}/")

        def show(**pictures: float) -> None:
            page.evaluate(
                "on => PhuThoMap.show({layers: {communes: '0'}, pictures: on})",
                {NAME: 0.5} if pictures else None,
            )

        show()
        page.locator('body[data-ph-layers="1"]').wait_for()
        assert out.asked == []
        show(on=1)
        page.locator('body[data-ph-online="ok"]').wait_for()
        asked = list(out.asked)
        assert asked
        assert all("layers=anh" in one for one in asked) is (served == "wms")
        expect(page.locator(".ph-credits")).to_have_text("<b>Sở</b>")
        for zoom, answer, words in FAILURES:
            show()
            expect(page.locator(".ph-silent")).to_have_count(0)
            out.answer = answer
            page.evaluate(f"map.setZoom({zoom}, {{animate: false}})")
            show(on=1)
            expect(page.locator(".ph-silent")).to_contain_text(words, timeout=8000)
        page.close()
