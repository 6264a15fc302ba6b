"""English by one switch: nothing of the interface stays Vietnamese, only names and sources."""

import re

import pytest
from playwright.sync_api import expect

from e2e.harness import Visit
from e2e.sites import Site
from lib.language.text import catalog

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

TEXTS = """() => {
  const found = new Set([document.title]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("script, style, noscript"))
      found.add(walker.currentNode.textContent.trim());
  }
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    for (const name of ["aria-label", "title", "placeholder"])
      found.add((node.getAttribute(name) || "").trim());
  return [...found];
}"""
FEWEST_LETTERS = 6


def vietnamese() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the texts that must not be seen in English, and the patterns of those with values."""
    english = {twins["en"] for twins in catalog().values()}
    plain: set[str] = set()
    patterns = []
    for twins in catalog().values():
        vi = twins["vi"].strip()
        if vi == twins["en"].strip() or vi in english:
            continue
        parts = re.split(r"\{\w+\}", vi)
        if len(parts) == 1:
            plain.add(vi)
        elif max(map(len, parts)) >= FEWEST_LETTERS:
            patterns.append(re.compile(".+".join(re.escape(part) for part in parts), re.DOTALL))
    return plain, patterns


def leftovers(opened: Visit) -> list[str]:
    plain, patterns = vietnamese()
    seen = [*opened.page.evaluate(TEXTS)]
    if opened.page.locator(".st-key-map iframe").count():
        seen += opened.js(TEXTS)
    assert len(seen) > 20
    return sorted(
        text
        for text in set(seen)
        if text in plain or any(pattern.fullmatch(text) for pattern in patterns)
    )


def test_vietnamese_would_be_noticed(best: Site, visit):
    opened = visit(best).open("clusters")
    found = leftovers(opened)
    assert {"Cụm công nghiệp", "Tình trạng hoạt động", "gõ không dấu cũng được"} <= set(found)
    assert len(found) > 30
    assert any(text.startswith("Số của tỉnh") for text in found) or "Chú giải" in found


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", {"sel": "communes:08434", "status": "building", "gaps": "yes"}),
        ("clusters", {"sel": "clusters:PT-002", "province": "phu-tho"}),
        ("cross_commune", {"sel": "clusters:PT-017", "change": "remains"}),
        ("power", {"sel": "communes:08590", "town_km": "5", "settled": "yes"}),
        ("power", {"sel": "clusters:VP-001", "part": "grid", "measure": "density"}),
        ("power", {"part": "ask"}),
        ("power", {"part": "published"}),
        ("merger", {"sel": "communes:04891", "split": "yes", "kept": "yes"}),
        ("merger", {"era": "before"}),
        ("about", {}),
    ],
    ids=[
        *("overview", "clusters", "cross_commune", "power", "grid", "ask", "published"),
        *("merger", "before", "about"),
    ],
)
def test_every_text_is_english(best: Site, visit, path, query):
    opened = visit(best).open(path, with_map=path != "about", lang="en", **query)
    closed = opened.page.locator("details:not([open]) > summary")
    for _ in range(closed.count()):
        if not closed.count():
            break
        # What was folded away comes with the next run, and may hold more of it.
        closed.evaluate_all("(all) => all.forEach((summary) => summary.click())")
        opened.settled()
        opened.page.wait_for_timeout(150)
    expect(closed).to_have_count(0)
    opened.page.wait_for_timeout(300)
    assert leftovers(opened) == []


def test_the_switch_works_both_ways(best: Site, visit):
    opened = visit(best).open()
    vi = opened.sentence()
    opened.speak("English")
    assert "communes" in opened.sentence()
    assert opened.query() == {"lang": "en"}
    place = opened.hit("communes")
    assert "former province" in opened.hover_on_map(place).inner_text()
    opened.speak("Tiếng Việt")
    assert opened.sentence() == vi
    assert opened.query() == {}
