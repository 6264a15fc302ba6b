"""Every payload in every free text of the store, on every page in Chromium: it stays text."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import copy_of
from security.hostile_store import hostile_snapshot, tag
from security.payloads import PAYLOADS

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
        said.append(frame.evaluate("() => document.body.innerText"))
    assert opened.dialogs == []
    assert "pwned" not in opened.page.title()
    said += opened.page.locator("[data-testid=stDataFrame] td").all_text_contents()
    assert UNFORESEEN not in "\n".join(said)
    return "\n".join(said)


VIEWS = (
    ("", {"sel": "communes:04792"}),
    ("", {"sel": f"weak:{PAYLOADS['html']} {tag('weak_supply', 'weak_id')}", "present": "yes"}),
    ("clusters", {"sel": "clusters:PT-010", "lang": "en"}),
    ("cross_commune", {"sel": "clusters:PT-019"}),
    ("power", {"sel": "communes:04795", "settled": "yes"}),
    ("power", {"part": "grid"}),
    ("power", {"part": "outages", "present": "yes"}),
    ("merger", {"sel": "communes:04828", "split": "yes"}),
    ("data", {"tab": "history"}),
    ("about", {}),
)


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
