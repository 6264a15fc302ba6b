"""A site that is started for the tests, and what a visitor does on it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas as pd
import requests
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page

from lib.store import Store

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
RERUN_SECONDS = 8

HOSTILE = (
    """<img src=x onerror="parent.document.title='pwned'">""",
    "${alert(1)}",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    "[x](javascript:alert(1))",
)
HOSTILE_COMMUNES = ("08590", "08656", "05212", "08542", "08152")
HOSTILE_CLUSTERS = ("PT-001", "PT-002", "PT-004", "PT-008", "PT-009")


@dataclass(frozen=True)
class Site:
    """A running server with a store of its own.

    Parameters
    ----------
    url : str
        Where it answers, without a slash at the end.
    root : Path
        Its copy of the application; store and static files are below.
    log : Path
        All the server said.
    """

    url: str
    root: Path
    log: Path

    @cached_property
    def layers(self) -> dict[str, dict]:
        """What ``prepare`` says of the layer files: path, codes, bounds, by layer."""
        (index,) = (self.root / "static" / "layers").glob("*.index.json")
        listed = json.loads(index.read_text(encoding="utf-8"))
        return {layer["layer_id"]: layer for layer in listed}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of its snapshot the tests compare with."""
        snapshot = Store(self.root / "data" / "store").current()
        names = ("communes", "clusters", "former_units", "ended_units", "weak_supply")
        return {name: pd.DataFrame(snapshot.read(name)) for name in names}

    def places(self, layer_id: str) -> list[dict]:
        """Return the properties of a layer's features: code, name, lx, ly."""
        path = self.root / "static" / self.layers[layer_id]["path"]
        document = json.loads(path.read_text(encoding="utf-8"))
        return [feature["properties"] for feature in document["features"]]


def copy_app(folder: Path) -> Path:
    """Copy what a clone needs to run; nothing of the developer's store or static files."""
    root = folder / "app"
    hidden = shutil.ignore_patterns("__pycache__", "store")
    for name in ("lib", "pages", ".streamlit", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=hidden)
    shutil.copyfile(ROOT / "app.py", root / "app.py")
    return root


def _hostile_changes() -> dict[str, tuple[str, dict[str, dict[str, str]]]]:
    """Return table -> key column and, by key, the cells that become hostile."""
    communes = dict(zip(HOSTILE_COMMUNES, HOSTILE, strict=True))
    clusters = {
        code: {
            **dict.fromkeys(("name", "investor", "decision_no", "note"), text),
            "source_url": 'https://example.org/"onmouseover="alert(1)',
        }
        for code, text in zip(HOSTILE_CLUSTERS, HOSTILE, strict=True)
    }
    clusters["PT-005"] = {"former_communes": HOSTILE[0], "former_district": HOSTILE[3]}
    village = {"villages": HOSTILE[0], "note": HOSTILE[1], "value": HOSTILE[3]}
    shown = ("name", "note", "seat_text", "legal_basis")
    return {
        "communes": ("code", {c: dict.fromkeys(shown, text) for c, text in communes.items()}),
        "former_units": ("former_code", {c: {"name": text} for c, text in communes.items()}),
        "clusters": ("cluster_id", clusters),
        "weak_supply": ("weak_id", {"WS-01": {**village, "programme": HOSTILE[4]}}),
        "published_totals": ("metric", {"clusters_established": {"source": HOSTILE[3]}}),
    }


def make_hostile(root: Path) -> None:
    """Put hostile texts in the free texts of the copy's facts that a page shows."""
    for table, (key, changes) in _hostile_changes().items():
        path = root / "data" / "facts" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for value, cells in changes.items():
            rows = frame[key] == value
            assert rows.any(), f"{table} has no {value}"
            frame.loc[rows, list(cells)] = list(cells.values())
        frame.to_csv(path, index=False)


def environment() -> dict[str, str]:
    """Return the environment without settings of the developer's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PHUTHO_")}


def prepare(root: Path, *options: str) -> None:
    """Run ``prepare`` on a copy of the application, without the network."""
    done = subprocess.run(
        [sys.executable, "-m", "lib", "prepare", "--offline", *options],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (
        f"prepare ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(root: Path) -> Iterator[Site]:
    """Run the server of a copy until the block ends; show what it said if it will not start."""
    port = _free_port()
    log = root.parent / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=root,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        site = Site(f"http://localhost:{port}", root, log)
        try:
            _wait_until_healthy(site, process)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_healthy(site: Site, process: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(f"{site.url}/_stcore/health", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    said = site.log.read_text(encoding="utf-8", errors="replace")
    msg = f"the server did not become healthy (exit code {process.poll()}):\n{said}"
    raise AssertionError(msg)


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
        with the server's window of 12 bits, one context for the connection.
    """

    page: Page
    site: Site
    frames: list[tuple[str, int]] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    wire: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the first message on."""

        def dialog(shown) -> None:
            self.dialogs.append(shown.message)
            shown.dismiss()

        def websocket(opened) -> None:
            deflate = zlib.compressobj(wbits=-12)

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
        """Wait until the script does not run."""
        ready = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        self.page.locator(ready).wait_for(timeout=3000 * RERUN_SECONDS)

    def turns(self) -> int:
        """Return how often the script has told the map what to draw."""
        return int(self.map.locator("body[data-ph-turns]").get_attribute("data-ph-turns"))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the map's next turn, which the block starts."""
        before = self.turns()
        yield
        assert self.eventually(lambda: self.turns() > before, seconds=RERUN_SECONDS)
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

    def url(self) -> str:
        """Return the address as the browser shows it now."""
        return self.page.evaluate("location.href")

    def query(self) -> dict[str, str]:
        """Return what the address says after the question mark."""
        return dict(parse_qsl(urlsplit(self.url()).query))

    def sentence(self) -> str:
        """Return the sentence over the map."""
        return self.page.locator(".ph-sentence").inner_text()

    def eventually(self, holds: Callable[[], bool], *, seconds: float = 8) -> bool:
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
