"""Servers and a browser, each started once and stopped after the last test here."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clones import copy_of
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from e2e.harness import Visit, listen_beyond
from e2e.sites import ROOT, Site, copy_app, make_hostile, prepare, served

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # A new process for each tab would read and compile Streamlit's scripts anew each time.
    "--process-per-site",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name resolves but our own: what asks for another machine fails, as without internet.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
WATCH = """
window.phCreated = [];
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (!(node instanceof Element)) continue;
    for (const made of [node, ...node.querySelectorAll("*")]) {
      const handlers = made.getAttributeNames().some((name) => name.startsWith("on"));
      const script = made.tagName === "SCRIPT" && made.textContent.includes("alert(1)");
      const link = /^\\s*javascript:/i.test(made.getAttribute("href") || "");
      if (handlers || script || link) window.phCreated.push(made.outerHTML);
    }
  }
}).observe(document, {childList: true, subtree: true});
"""
UPSTREAM = ROOT.parent / "shared" / "data" / "upstream"
DEFAULT_SIZE = {"width": 1366, "height": 1200}
VisitFactory = Callable[..., Visit]
PATIENCE_MS = 90_000


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("Chromium is not installed: the end-to-end tests are left out")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(CHROMIUM_OPTIONS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def real(real_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the published borders."""
    with served(copy_of(real_clone, tmp_path_factory.mktemp("real"))) as site:
        yield site


@pytest.fixture(scope="package")
def schematic(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of a machine without borders and without internet."""
    with served(copy_of(schematic_clone, tmp_path_factory.mktemp("schematic"))) as site:
        yield site


@pytest.fixture(scope="package")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site whose facts carry texts that want to be run."""
    root = copy_app(tmp_path_factory.mktemp("hostile"))
    make_hostile(root)
    prepare(root)
    with served(root) as site:
        yield site


@pytest.fixture(params=["real", "schematic"])
def site(request: pytest.FixtureRequest) -> Site:
    """Published borders, then schematic ones."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def best(request: pytest.FixtureRequest) -> Site:
    """The published borders if they are beside the clone, else the schematic ones."""
    return request.getfixturevalue("real" if UPSTREAM.is_dir() else "schematic")


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Iterator[Callable[[], tuple[BrowserContext, list[str]]]]:
    """Return how to get a browser profile that has never been anywhere."""
    opened = []

    def new() -> tuple[BrowserContext, list[str]]:
        context = browser.new_context(locale="vi-VN", viewport=DEFAULT_SIZE)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        opened.append(context)
        return context, listen_beyond(context)

    yield new
    for context in opened:
        context.close()


@pytest.fixture(scope="package")
def usual_context(contexts) -> tuple[BrowserContext, list[str]]:
    """The profile most visits share, so that the browser may keep what it fetched."""
    return contexts()


@pytest.fixture
def visit(usual_context, contexts, request: pytest.FixtureRequest) -> Iterator[VisitFactory]:
    """Return how to open a tab; at the end nothing may have asked for another machine."""
    visits: list[Visit] = []
    asked: list[list[str]] = []

    def start(site: Site, *, fresh: bool = False) -> Visit:
        context, beyond = contexts() if fresh else usual_context
        if not (fresh or context.pages):  # one tab stays, and with it the process of the others
            context.new_page().goto(f"{site.url}/_stcore/health")
        asked.append(beyond)
        visits.append(Visit(context.new_page(), site))
        return visits[-1]

    yield start
    for opened in visits:
        said = opened.site.log.read_text(encoding="utf-8", errors="replace")
        request.node.add_report_section("teardown", "server", said[-4000:])
        opened.page.close()
    assert [url for beyond in asked for url in beyond] == []
