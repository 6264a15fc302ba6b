"""The map of every contender in Chromium: first map, filter, click, bytes, frames, offline."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from playwright.sync_api import Browser

from tests.bench.browser import Tab, chromium, new_tab
from tests.bench.cdn import Network
from tests.bench.contenders import CONTENDERS, FLOOR, FOLDER, Contender
from tests.bench.data import WORK, Ground
from tests.bench.raw import Raw, Record, attempt, repeats
from tests.bench.server import Server, serve

PAGE_OPTIONS = (
    "--server.address=localhost",
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--server.enableStaticServing=true",
    "--server.enableWebsocketCompression=true",
    "--browser.gatherUsageStats=false",
)
OUR_SETTINGS = ("--runner.postScriptGC=false",)
"""What the application sets otherwise, as far as a page without a map feels it."""
BUDGET_S = 12.0
"""A slow contender repeats a task in a round until this is used up."""
PROCESSOR = "processor time of the server, s"
FORMER = ("Phú Thọ", "Hòa Bình")
"""The pills of the application, whatever the extent: the largest of the former provinces."""


@contextmanager
def serving(who: Contender, ground: Ground, *options: str) -> Iterator[Server]:
    """Run a contender's page, or the application, on an extent."""
    if who.kind == "ours":
        if ground.site is None:
            msg = "this version of the application has no map of the whole country"
            raise RuntimeError(msg)
        with serve(ground.site / "app.py", ground.site, *options) as server:
            yield server
        return
    folder = WORK / "contenders"
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))
    with serve(folder / who.script, folder, *PAGE_OPTIONS, *options, data=ground.folder) as server:
        yield server


def shown(who: Contender, ground: Ground, chosen: set[str]) -> int:
    """Return how many communes are drawn for the pills that are down.

    Ours draws all, some of them pale: there it is the number of layers that are whole.
    """
    if who.kind == "ours":
        return ground.layers
    return sum(ground.groups[name] for name in chosen) if chosen else ground.count


def pills(who: Contender, ground: Ground) -> list[str]:
    """Return the pills that are pressed in turn; each press changes what is drawn."""
    return list(FORMER if who.kind == "ours" else ground.groups)[:2]


def warm(
    raw: Raw, ground: Ground, who: Contender, server: Server, browser: Browser, times: int
) -> None:
    """A server that runs: a browser that was never there, then one that was."""
    for _ in repeats(times, least=1, budget_s=BUDGET_S):
        context, tab = new_tab(browser, who.kind)
        fresh = tab.first_map(server.url, shown(who, ground, set()))
        tab.settle()
        second = Tab(context.new_page(), who.kind)
        again = second.first_map(server.url, shown(who, ground, set()))
        context.close()
        raw.add(Record(ground.part, "first-map-warm", ground.case, who.name, "s", [fresh]))
        raw.add(Record(ground.part, "first-map-again", ground.case, who.name, "s", [again]))


def filtered(
    raw: Raw, ground: Ground, who: Contender, server: Server, tab: Tab, times: int
) -> None:
    """Press a pill, wait for the paint and for the script; count what the websocket carried."""
    milliseconds, plain, wire, kept = [], [], [], []
    down: set[str] = set()
    names = pills(who, ground)
    before = server.processor_s()
    for number in repeats(times + 1, least=2, budget_s=BUDGET_S):
        name = names[number % len(names)]
        down ^= {name}
        tab.plain = tab.wire = 0
        tab.page.evaluate("window.bench.mark()")
        took = tab.press(name, shown(who, ground, down))
        tab.settle()
        tab.page.wait_for_timeout(250)
        if number:  # the first press also fetches what later ones find in the browser
            milliseconds.append(took)
            plain.append(tab.plain / 1000)
            wire.append(tab.wire / 1000)
            kept.append(tab.page.evaluate("window.bench.same()"))
    used = (server.processor_s() - before) / (len(milliseconds) + 1)
    notes = {"same map": all(kept), PROCESSOR: round(used, 3)}
    case = ground.case
    raw.add(Record(ground.part, "filter", case, who.name, "ms", milliseconds, notes=notes))
    raw.add(Record(ground.part, "filter-bytes", case, who.name, "KB", plain))
    raw.add(Record(ground.part, "filter-wire", case, who.name, "KB", wire))


def clicked(raw: Raw, ground: Ground, who: Contender, tab: Tab, times: int) -> None:
    """Click communes, one after the other, until the card says the next name."""
    if not who.card:
        msg = "what is clicked is told inside its own canvas only: not measured"
        raise RuntimeError(msg)
    milliseconds, whole = [], []
    for point in tab.page.evaluate("(count) => window.bench.targets(count)", times):
        milliseconds.append(tab.click(point, who.card))
        whole.append(tab.page.evaluate("window.benchWhole"))
        tab.settle()
        tab.page.wait_for_timeout(250)
    raw.add(Record(ground.part, "click", ground.case, who.name, "ms", milliseconds))
    raw.add(Record(ground.part, "click-whole", ground.case, who.name, "ms", whole))


def smooth(raw: Raw, ground: Ground, who: Contender, tab: Tab) -> None:
    """Drag and zoom: the time between one frame and the next."""
    raw.add(Record(ground.part, "frames", ground.case, who.name, "ms", tab.frames()))


def offline(raw: Raw, ground: Ground) -> None:
    """Without internet: is there a map?"""
    for who in CONTENDERS:
        with attempt(raw, ground.part, "offline", ground.case, who.name), ExitStack() as stack:
            server = stack.enter_context(serving(who, ground))
            browser = stack.enter_context(chromium(None, who.kind))
            _, tab = new_tab(browser, who.kind)
            tab.page.set_default_timeout(20_000)
            tab.first_map(server.url, shown(who, ground, set()))
            raw.add(Record(ground.part, "offline", ground.case, who.name, "map", [1.0]))


def floor(raw: Raw, ground: Ground, times: int) -> None:
    """Press the pills of a page that has nothing else: below that no page of Streamlit can be."""
    task = attempt(raw, ground.part, "filter-floor", ground.case, FLOOR.name)
    with (
        task,
        serving(FLOOR, ground, *OUR_SETTINGS) as server,
        chromium(None, "leaflet") as browser,
    ):
        milliseconds = []
        for _ in range(times):
            context, tab = new_tab(browser, FLOOR.kind)
            tab.first_map(server.url, 0)
            tab.page.wait_for_selector("[role=toolbar] button")
            tab.settle()
            for pill in ("a", "b", "a", "b"):
                took = tab.press(pill, 0)
                tab.settle()
                tab.page.wait_for_timeout(250)
                milliseconds.append(took)
            context.close()
        raw.add(Record(ground.part, "filter-floor", ground.case, FLOOR.name, "ms", milliseconds))


def _round(raw: Raw, ground: Ground, network: Network, who: Contender, times: int) -> None:
    """One process of one contender: everything once or a few times."""

    def task(name: str) -> AbstractContextManager[None]:
        return attempt(raw, ground.part, name, ground.case, who.name)

    with serving(who, ground) as server, chromium(network.port, who.kind) as browser:
        context, tab = new_tab(browser, who.kind)
        took = tab.first_map(server.url, shown(who, ground, set()))
        tab.settle()
        raw.add(
            Record(ground.part, "server-answers", ground.case, who.name, "s", [server.healthy_s])
        )
        notes = {PROCESSOR: round(server.processor_s(), 2)}
        cold = Record(
            ground.part, "first-map-cold", ground.case, who.name, "s", [took], notes=notes
        )
        raw.add(cold)
        with task("frames"):
            smooth(raw, ground, who, tab)
        context.close()
        with task("first-map-warm"):
            warm(raw, ground, who, server, browser, times)
        context, tab = new_tab(browser, who.kind)
        tab.first_map(server.url, shown(who, ground, set()))
        tab.settle()
        with task("click"):
            clicked(raw, ground, who, tab, times)
        context.close()
        context, tab = new_tab(browser, who.kind)
        tab.first_map(server.url, shown(who, ground, set()))
        tab.settle()
        with task("filter"):
            filtered(raw, ground, who, server, tab, times)


def run(raw: Raw, ground: Ground, network: Network, *, rounds: int, times: int) -> None:
    """Measure every contender on an extent: rounds of processes, contenders in turn."""
    for _ in range(rounds):
        for who in CONTENDERS:
            if raw.failed("first-map-cold", ground.case, who.name):
                continue
            with attempt(raw, ground.part, "first-map-cold", ground.case, who.name):
                _round(raw, ground, network, who, times)
