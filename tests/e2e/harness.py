"""What a visitor does on a site."""

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from e2e.sites import Site

RERUN_SECONDS = 40
"""A run takes a second or two; a machine that is busy with other things takes many more."""
# A run that ends may be followed at once by the next; until then old elements stand beside new.
QUIET = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const still = app && app.getAttribute("data-test-script-state") === "notRunning"
    && !document.querySelector('[data-stale="true"]');
  const now = performance.now();
  if (!still) window.phStillSince = null;
  else window.phStillSince ??= now;
  return still && now - window.phStillSince >= 120;
}"""


@dataclass
class Visit:
    """One tab of a browser on a site.

    Parameters
    ----------
    page : Page
        The tab.
    site : Site
        Where it is.
    frames : list of (str, int)
        ``in`` or ``out`` and payload bytes of every websocket message.
    dialogs : list of str
        Messages of the dialogs that opened.
    wire : list of int
        Bytes of every message received as the wire carries it: permessage-deflate
        with the server's window of 15 bits, one context for the connection.
    sockets : int
        How many websockets were opened.
    """

    page: Page
    site: Site
    frames: list[tuple[str, int]] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    wire: list[int] = field(default_factory=list)
    sockets: int = 0

    def __post_init__(self) -> None:
        """Listen from the first message on."""

        def dialog(shown) -> None:
            self.dialogs.append(shown.message)
            shown.dismiss()

        def websocket(opened) -> None:
            self.sockets += 1
            deflate = zlib.compressobj(wbits=-15)

            def received(payload: bytes | str) -> None:
                raw = payload if isinstance(payload, bytes) else payload.encode()
                packed = deflate.compress(raw) + deflate.flush(zlib.Z_SYNC_FLUSH)
                self.frames.append(("in", len(raw)))
                self.wire.append(len(packed))

            opened.on("framereceived", received)
            opened.on("framesent", lambda payload: self.frames.append(("out", len(payload))))

        self.page.on("dialog", dialog)
        self.page.on("websocket", websocket)

    def open(self, path: str = "", *, with_map: bool = True, **query: str) -> "Visit":
        """Go to a page and wait until it is whole."""
        address = f"{self.site.url}/{path}" + (f"?{urlencode(query)}" if query else "")
        self.page.goto(address)
        if with_map:
            self.map_ready()
        self.settled()
        return self

    @property
    def map(self) -> FrameLocator:
        """The inside of the map's frame."""
        return self.page.frame_locator(".st-key-map iframe >> nth=-1")

    @property
    def leaflet(self) -> Locator:
        """The map's own element."""
        return self.map.locator(".leaflet-container")

    @property
    def card(self) -> Locator:
        """The card beside the map."""
        return self.page.locator(".st-key-card")

    @property
    def table(self) -> Locator:
        """The table under the map."""
        return self.page.get_by_test_id("stDataFrame")

    def js(self, script: str, argument: object = None) -> object:
        """Return what `script` (a function of its argument) returns inside the map's frame."""
        return self.map.locator("body").evaluate(f"(_, given) => ({script})(given)", argument)

    def map_ready(self) -> None:
        """Wait until every layer is drawn."""
        count = len(self.site.layers)
        self.map.locator(f'body[data-ph-layers="{count}"][data-ph-turns]').wait_for()

    def speak(self, language: str) -> None:
        """Change the language; the map is mounted anew in it."""
        self.page.get_by_role("radio", name=language).click(force=True)
        label = {"English": "Map of", "Tiếng Việt": "Bản đồ"}[language]
        self.map.locator(f'.leaflet-container[aria-label^="{label}"]').wait_for()
        self.map_ready()
        self.settled()

    def settled(self) -> None:
        """Wait until the script does not run and nothing of an earlier run is left."""
        self.page.evaluate("() => { window.phStillSince = null; }")
        self.page.wait_for_function(QUIET, timeout=3000 * RERUN_SECONDS)

    def press(self, name: str, *, inside: Locator | None = None) -> None:
        """Press the one button of this name, once the page stands still."""
        self.settled()
        place = self.page if inside is None else inside
        button = place.get_by_role("button", name=name)
        expect(button).to_have_count(1)
        button.click()

    def turns(self) -> int:
        """Return how often the script has told the map what to draw."""
        return int(self.map.locator("body[data-ph-turns]").get_attribute("data-ph-turns"))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the map's next turn, which the block starts."""
        self.settled()
        before = self.turns()
        yield
        assert self.eventually(lambda: self.turns() > before, seconds=3 * RERUN_SECONDS)
        self.settled()

    def view(self) -> tuple[float, float, float]:
        """Return zoom, latitude and longitude of the map's centre."""
        return tuple(self.js("() => [map.getZoom(), map.getCenter().lat, map.getCenter().lng]"))

    def look_at(self, lat: float, lng: float, zoom: float) -> None:
        """Move the map without an animation."""
        self.js("([a, b, z]) => { map.setView([a, b], z, {animate: false}); }", [lat, lng, zoom])

    def hit(self, layer_id: str, *, only: tuple[str, ...] = ()) -> dict:
        """Return a feature the pointer can reach at its label point: code, name, x, y."""
        places = [
            {key: place[key] for key in ("code", "name", "lx", "ly")}
            for place in self.site.places(layer_id)
            if not only or place["code"] in only
        ]
        found = self.js(
            """({places, pane}) => {
              for (const place of places) {
                const at = map.latLngToContainerPoint([place.ly, place.lx]);
                const top = document.elementFromPoint(at.x, at.y);
                const frame = window.frameElement;
                const edge = frame ? frame.getBoundingClientRect() : { x: 0, y: 0 };
                const over = window.parent.document.elementFromPoint(edge.x + at.x, edge.y + at.y);
                if (frame && over && over !== frame) continue;  // a button of the page lies there
                if (top && top.closest(pane) && !top.matches("svg"))
                  return {...place, x: at.x, y: at.y};
              }
              return null;
            }""",
            {"places": places, "pane": f".leaflet-ph-{layer_id}-pane"},
        )
        assert found, f"no feature of {layer_id} can be reached"
        return found

    def click_on_map(self, place: dict) -> None:
        """Click a feature `hit` returned."""
        with self.turn():
            self.leaflet.click(position={"x": place["x"], "y": place["y"]})

    def hover_on_map(self, place: dict) -> Locator:
        """Move the pointer onto a feature; return its tooltip."""
        self.page.mouse.move(5, 5)
        self.map.locator(".ph-tooltip").first.wait_for(state="detached")
        self.leaflet.hover(position={"x": place["x"], "y": place["y"]})
        tip = self.map.locator(".ph-tooltip").last
        tip.wait_for()
        return tip

    def drawn(self, layer_id: str) -> int:
        """Return how many features of a layer are on the map."""
        shapes = f".leaflet-ph-{layer_id}-pane path.leaflet-interactive, "
        return self.map.locator(f"{shapes}.leaflet-ph-{layer_id}-pane .ph-icon").count()

    def pill(self, group: str, name: str) -> Locator:
        """Return one choice of a filter."""
        return self.page.get_by_role("toolbar", name=group).get_by_role("button", name=name)

    def row(self, name: str) -> Locator:
        """Return the table's row that begins with `name`, as a screen reader gets it."""
        beginning = self.page.locator('td[aria-colindex="1"]').and_(
            self.page.get_by_text(name, exact=True)
        )
        return self.table.locator("tr").filter(has=beginning)

    def heads(self) -> list[str]:
        """Return the headings of the table; it draws what a screen reader gets a little later."""
        heads = self.table.locator("th")
        heads.first.wait_for(state="attached")
        return [head for head in heads.all_inner_texts() if head]

    def url(self) -> str:
        """Return the address as the browser shows it now."""
        return self.page.evaluate("location.href")

    def query(self) -> dict[str, str]:
        """Return what the address says after the question mark."""
        return dict(parse_qsl(urlsplit(self.url()).query))

    def sentence(self) -> str:
        """Return the sentence over the map."""
        return self.page.locator(".ph-sentence").inner_text()

    def eventually(self, holds: Callable[[], bool], *, seconds: float = 2 * RERUN_SECONDS) -> bool:
        """Return whether `holds` comes true in time."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                return False
            self.page.wait_for_timeout(50)
        return True


def listen_beyond(context: BrowserContext) -> list[str]:
    """Return the list that takes every request for another machine from now on."""
    beyond: list[str] = []

    def note(url: str) -> None:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].partition(":")[0]
        if scheme in {"http", "https", "ws", "wss"} and host not in {"localhost", "127.0.0.1"}:
            beyond.append(url)

    context.on("request", lambda request: note(request.url))
    context.on("page", lambda page: page.on("websocket", lambda opened: note(opened.url)))
    return beyond
