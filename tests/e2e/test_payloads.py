"""Every payload in every free text of the store, on every page in Chromium: it stays text."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import copy_of
from security.hostile_store import hostile_snapshot, tag
from security.payloads import CALLING, PAYLOADS
from shapely import box
from shapely.geometry import mapping

from e2e.harness import Visit
from e2e.sites import Site, served
from e2e.test_hostile import MADE
from lib.language.text import t
from lib.layers import build
from lib.store.store import Store

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

UNFORESEEN = t("rescue.unforeseen", number="|").partition("|")[0]
SHOWN = 60
"""Characters of a text that are looked for: a long one may be cut on the screen."""
ALL_TIPS = """() => {
  const seen = new Set();
  const things = document.querySelectorAll(".ph-icon, path.leaflet-interactive");
  for (const thing of things) {
    const box = thing.getBoundingClientRect();
    const at = {bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
    thing.dispatchEvent(new MouseEvent("mouseover", at));
    for (const tip of document.querySelectorAll(".ph-tooltip")) seen.add(tip.innerText);
    thing.dispatchEvent(new MouseEvent("mouseout", at));
  }
  return [...seen].join("\\n");
}"""


@pytest.fixture(scope="module")
def poisoned(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose store is nothing but payloads."""
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("payloads"))
    snapshot = hostile_snapshot(Store(root / "data" / "store"))
    shutil.rmtree(root / "static" / "layers")
    build.build(snapshot, root / "static", simplify_m=30)
    with served(root) as site:
        yield site


def plain(text: str) -> str:
    """Return `text` without what a screen does not show."""
    return re.sub(r"[\s\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]+", "", text)


def words(opened: Visit) -> str:
    """Return all words of the page, its frames and its tables; nothing of them may be alive."""
    said = []
    for frame in opened.page.frames:
        assert frame.evaluate(MADE) == [], frame.url
        assert frame.evaluate(LEADING_OUT) == [], frame.url
        said.append(frame.evaluate("() => document.body.innerText"))
    assert opened.dialogs == []
    assert "pwned" not in opened.page.title()
    said += opened.page.locator("[data-testid=stDataFrame] td").all_text_contents()
    assert UNFORESEEN not in "\n".join(said)
    return "\n".join(said)


LEADING_OUT = """() => [...document.querySelectorAll("a, img, source, link, iframe, use, video")]
  .filter((node) => /(beyond[.]example|example[.]org)/.test(
       node.href || node.src || node.srcset || ""))
  .map((node) => node.outerHTML)"""
VIEWS = (
    ("", {"sel": "communes:04792"}),
    ("", {"sel": f"weak:{PAYLOADS['html']} {tag('weak_supply', 'weak_id')}", "present": "yes"}),
    ("clusters", {"sel": "clusters:PT-010", "lang": "en"}),
    ("cross_commune", {"sel": "clusters:PT-019"}),
    ("power", {"sel": "communes:04795", "settled": "yes"}),
    ("power", {"part": "grid"}),
    ("power", {"part": "outages", "present": "yes"}),
    ("merger", {"sel": "communes:04828", "split": "yes"}),
    ("follow_up", {}),
    ("progress", {"sel": "clusters:PT-010"}),
    ("layers", {}),
    ("clusters", {"also": "tai-dinh-cu-so-da-cong-bo-bf8f50e6"}),
    ("data", {"tab": "use"}),
    ("data", {"tab": "history"}),
    ("data", {"tab": "download"}),
    ("data", {"tab": "log"}),
    ("about", {}),
    ("status", {}),
)


def test_names_of_files_and_people_call_nobody(poisoned: Site, visit):
    """They stand as text in the tab of history, in the label of a file's button too."""
    opened = visit(poisoned).open("data", with_map=False, tab="history")
    button = opened.page.get_by_test_id("stDownloadButton").filter(has_text="beyond.example")
    button.first.wait_for()
    words(opened)
    assert plain(CALLING) in plain(button.first.inner_text())


def test_what_an_import_asks_of_a_file_calls_nobody(poisoned: Site, visit):
    opened = visit(poisoned).open("data", with_map=False, tab="import")
    page = opened.page
    page.get_by_role("combobox", name="Tệp này là gì?").click()
    page.get_by_role("option", name=t("about.table_outlines"), exact=True).click()
    opened.settled()
    page.get_by_label(t("data.who")).fill(CALLING[:80])
    page.get_by_label(t("data.who")).press("Enter")
    opened.settled()
    square = mapping(box(105.30, 21.30, 105.31, 21.31))
    shape = {"type": "Feature", "properties": {"name": CALLING}, "geometry": square}
    content = json.dumps({"type": "FeatureCollection", "features": [shape]}).encode()
    name = f"{CALLING.replace('/', '-')[:100]}.geojson"
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/geo+json", "buffer": content}
    )
    page.get_by_role("button", name="Kiểm tra").click()
    page.get_by_text(t("data.names")).wait_for(timeout=40_000)
    opened.settled()
    assert plain(CALLING) in plain(words(opened))


def test_every_payload_stays_text_on_every_page(poisoned: Site, visit):
    opened = visit(poisoned)
    seen = ""
    for path, query in VIEWS:
        opened.open(path, with_map=False, **query)
        opened.page.locator(".ph-foot").wait_for()
        if opened.page.locator(".st-key-map iframe").count():
            opened.map.locator("body[data-ph-turns]").wait_for()
            seen += opened.js(ALL_TIPS)
        said = words(opened)
        seen += said
    seen = plain(seen)
    missing = [name for name, text in PAYLOADS.items() if plain(text)[:SHOWN] not in seen]
    assert missing == []
