"""kill -9 of the server while a page imports or goes back: nothing is lost, all opens again."""

import os
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from clones import copy_of

from e2e.harness import Visit
from e2e.sites import Site, free_port, served
from e2e.test_data import choose, store_of
from lib.language.text import t
from lib.operate import integrity
from lib.store import audit
from lib.store.store import Act, Table

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

CUSTOMERS = t("about.table_customers")
DYING = """
import os, pathlib, signal, sys
_TOLD = pathlib.Path(__file__).with_name("die")
def _hook(event, args):
    if event in {"os.rename", "os.remove"} and _TOLD.exists():
        at = pathlib.Path(os.fsdecode(args[1] if event == "os.rename" else args[0]))
        if _TOLD.read_text() in {event + " " + at.name, event + " " + at.parent.name}:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(_hook)
"""
"""A program that kills itself right before it renames or removes what the file ``die`` names."""


@pytest.fixture(scope="module")
def root(schematic_clone, tmp_path_factory) -> Path:
    return copy_of(schematic_clone, tmp_path_factory.mktemp("killed"))


@pytest.fixture
def dying(tmp_path, monkeypatch) -> Path:
    """Return where to write what the server shall die at."""
    (tmp_path / "sitecustomize.py").write_text(DYING, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "die"


def seen(opened: Visit) -> dict[str, object]:
    """Return what a visitor sees of a page: what was chosen, and what it led to."""
    opened.settled()
    return {
        "address": opened.query(),
        "sentence": opened.sentence(),
        "card": opened.card.inner_text(),
        "chosen": opened.pill("Tỉnh cũ", "Hòa Bình").get_attribute("aria-pressed"),
        "clusters": opened.drawn("clusters"),
        "foot": opened.page.locator(".ph-foot").text_content(),
    }


def dead(site: Site) -> bool:
    try:
        return not requests.get(f"{site.url}/_stcore/health", timeout=5)
    except requests.RequestException:
        return True


def awake(site: Site, visit) -> Visit:
    """Return a tab on a server that has read its data: the first visitor waits for that."""
    opened = visit(site)
    opened.page.goto(f"{site.url}/about")
    opened.page.locator(".ph-foot").wait_for(timeout=120_000)
    return opened


def whole_again(root: Path, before: str, *, done: bool, visit) -> str:
    """Hold the store against its log, open the page on a new server; return what is in use."""
    store = store_of(Site("", root, root))
    current = store.whole()
    assert current is not None
    assert (current.snapshot_id != before) == done
    assert integrity.check_log(store).whole
    with served(root) as site:
        opened = awake(site, visit).open("data", with_map=False)
        assert current.snapshot_id in opened.page.locator(".ph-foot").text_content()
    with store.writing():
        pass
    assert audit.events(store.folder)[-1].snapshot == current.snapshot_id
    assert integrity.check_log(store).whole
    return current.snapshot_id


@pytest.mark.parametrize(
    ("moment", "done"),
    [
        ("os.rename CURRENT", False),
        ("os.remove intended.json", True),
    ],
)
def test_a_server_killed_while_a_page_imports(root, dying, visit, tmp_path, moment, done):
    store = store_of(Site("", root, root))
    before = store.current().snapshot_id
    file = tmp_path / "Khách hàng.csv"
    rows = [f"08434;{m:02}/{y};120" for y in range(2018, 2026) for m in range(1, 13)]
    file.write_text("\n".join(["Mã xã;Tháng;Số khách hàng", *rows, ""]), encoding="utf-8")
    with served(root) as site:
        opened = awake(site, visit)
        choose(opened, CUSTOMERS, file)
        opened.page.get_by_role("button", name="Tiếp tục").click()
        go = opened.page.get_by_role("button", name="Công bố")
        go.wait_for()
        dying.write_text(moment, encoding="utf-8")
        go.click()
        assert opened.eventually(lambda: dead(site), seconds=60)
    dying.unlink()
    after = whole_again(root, before, done=done, visit=visit)
    assert ("customers" in store.open(after).manifest.tables) == done


def test_a_server_killed_while_a_page_goes_back(root, dying, visit):
    store = store_of(Site("", root, root))
    first = store.current()
    given = {n: Table(first.read(n), i.source, i.as_of) for n, i in first.manifest.tables.items()}
    given["clusters"] = replace(given["clusters"], as_of="2026-12-01")
    act = Act("import", "An", details=first.manifest.details)
    now = store.publish(given, act, border_quality="schematic").snapshot_id
    with served(root) as site:
        opened = awake(site, visit).open("data", with_map=False, tab="history")
        page = opened.page
        box = page.get_by_role("combobox").first
        box.click()
        page.get_by_role("option").last.click()
        opened.settled()
        page.get_by_label(t("data.who")).fill("Lan")
        page.keyboard.press("Tab")
        opened.settled()
        dying.write_text("os.rename CURRENT", encoding="utf-8")
        page.get_by_role("button", name=re.compile("^Khôi phục bản")).click()
        assert opened.eventually(lambda: dead(site), seconds=60)
    dying.unlink()
    assert whole_again(root, now, done=False, visit=visit) == now


def test_an_open_page_comes_back_with_its_server(schematic: Site, visit, tmp_path):
    root, port = tmp_path / "app", free_port()
    shutil.copytree(schematic.root, root)
    with served(root, port=port) as site:
        # Nothing is pressed before: the last run is one of the whole page, not of its fragment.
        opened = visit(site).open("clusters", province="phu-tho,hoa-binh", sel="clusters:PT-017")
        before = seen(opened)
        opened.page.evaluate("() => { window.phSamePage = true; }")
        sockets = opened.sockets
        os.kill(site.pid, signal.SIGKILL)
        lost = '[data-testid="stApp"]:not([data-test-connection-state="CONNECTED"])'
        opened.page.locator(lost).wait_for()
    with served(root, port=port):
        assert opened.eventually(lambda: opened.sockets > sockets, seconds=60)
        opened.map_ready()
        assert opened.eventually(lambda: seen(opened) == before, seconds=60), seen(opened)
        assert opened.page.evaluate("() => window.phSamePage"), "nobody had to load it again"
        with opened.turn():
            opened.pill("Tỉnh cũ", "Hòa Bình").click()
        assert opened.query()["province"] == "phu-tho"
        with opened.turn():
            opened.pill("Tỉnh cũ", "Hòa Bình").click()
        opened.page.reload()
        opened.map_ready()
        assert seen(opened) == before
