"""Chromium for the benchmark, and what a visitor does in it, timed inside the page."""

import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, time

import psutil
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROBES = (Path(__file__).parent / "probes.js").read_text(encoding="utf-8")
SIZE = {"width": 1366, "height": 1000}
PATIENCE_MS = 60_000
OPTIONS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
)
# There is no graphics card here. WebGL is drawn by the processor; a page without WebGL is put
# together as Chromium does it on such a machine, not by a graphics card that is imitated.
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
PLAIN = ("--disable-gpu",)


@contextmanager
def chromium(cdn_port: int | None, kind: str) -> Iterator[Browser]:
    """Start Chromium; every name but our own is the local network's, or nobody's.

    Parameters
    ----------
    cdn_port : int or None
        Where the local content network answers; None: without internet.
    kind : str
        Of the contender that is looked at, see ``probes.js``.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        msg = "Chromium is not installed"
        raise RuntimeError(msg)
    there = "~NOTFOUND" if cdn_port is None else f"127.0.0.1:{cdn_port}"
    rules = f"--host-resolver-rules=MAP * {there}, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        drawing = WEBGL if kind == "webgl" else PLAIN
        given = [*OPTIONS, *drawing, rules]
        browser = playwright.chromium.launch(executable_path=executable, args=given)
        try:
            yield browser
        finally:
            browser.close()


def children() -> set[int]:
    """Return the processes this one has started."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def browser_memory_mb(before: set[int]) -> float:
    """Return what all tabs of Chromium started since `before` hold, MB: their renderers."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        if process.pid in before:
            continue
        try:
            if "--type=renderer" in process.cmdline():
                total += process.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue
    return total


@dataclass
class Tab:
    """One tab on one contender's page.

    Parameters
    ----------
    page : Page
        The tab.
    kind : str
        How its map is looked at: ours, leaflet or webgl, see ``probes.js``.
    """

    page: Page
    kind: str
    plain: int = 0
    wire: int = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(PROBES)
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("websocket", self._listen)

    def _listen(self, opened) -> None:
        # As the wire carries it: permessage-deflate, one context, the window the server offers.
        deflate = zlib.compressobj(wbits=-15 if self.kind == "ours" else -12)

        def received(payload: bytes | str) -> None:
            raw = payload if isinstance(payload, bytes) else payload.encode()
            self.plain += len(raw)
            self.wire += len(deflate.compress(raw) + deflate.flush(zlib.Z_SYNC_FLUSH))

        opened.on("framereceived", received)
        opened.on("framesent", lambda payload: setattr(self, "plain", self.plain + len(payload)))

    def first_map(self, url: str, count: int) -> float:
        """Go to a page; return the seconds until its map of `count` communes is painted."""
        start = perf_counter()
        self.page.goto(url, wait_until="commit")
        before = {"draws": 0, "shapes": 0, "turns": 0}
        self.page.wait_for_function(
            "([kind, before, count]) => window.bench && window.bench.painted(kind, before, count)",
            arg=[self.kind, before, count],
            polling="raf",
        )
        if self.kind == "webgl":
            drawn = self.page.evaluate("window.bench.kept.last") / 1000
            return perf_counter() - start - (time() - drawn)
        return perf_counter() - start

    def settle(self) -> None:
        """Wait until the script does not run."""
        self.page.wait_for_function("window.bench.idle()")

    def press(self, pill: str, count: int) -> float:
        """Press a pill; return the milliseconds until `count` communes are painted."""
        script = "([kind, name, count]) => window.bench.press(kind, name, count)"
        limit = (
            f"new Promise((_, no) => setTimeout(no, {PATIENCE_MS}, Error('not painted in time')))"
        )
        return self.page.evaluate(
            f"(given) => Promise.race([({script})(given), {limit}])", [self.kind, pill, count]
        )

    def click(self, point: list[float], card: str) -> float:
        """Click the map; return the milliseconds until the card's text is another."""
        self.page.evaluate("(selector) => window.bench.card(selector)", card)
        self.page.mouse.click(*point)
        limit = "new Promise((_, no) => setTimeout(no, 15000, Error('no card in time')))"
        return self.page.evaluate(f"() => Promise.race([window.benchCard, {limit}])")

    def frames(self, *, zoom: bool = True) -> list[float]:
        """Drag and `zoom` the map for some seconds; return the milliseconds between frames."""
        box = self.page.evaluate("window.bench.box()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.evaluate("window.bench.watchFrames()")
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(40):
            self.page.mouse.move(x + 3 * (step if step < 20 else 40 - step), y + 2 * step % 30)
            self.page.wait_for_timeout(16)
        self.page.mouse.up()
        for turn in (-240, -240, 240, 240) if zoom else ():
            self.page.mouse.wheel(0, turn)
            self.page.wait_for_timeout(500)
        return self.page.evaluate("window.benchStop()")


def new_tab(browser: Browser, kind: str) -> tuple[BrowserContext, Tab]:
    """Return a profile that has never been anywhere, and a tab in it."""
    context = browser.new_context(locale="vi-VN", viewport=SIZE, ignore_https_errors=True)
    return context, Tab(context.new_page(), kind)
