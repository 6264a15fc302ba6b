"""A file that never ends is read in a process apart: others notice nothing, the tab ends it."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from clones import copy_of

from e2e.harness import Visit
from e2e.sites import Site, served
from lib.language.text import t

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SECONDS = 8
"""Of processor time a reading may take here."""
ASKED = 20
"""Times others ask for a page while a bomb is read."""


@pytest.fixture(scope="module")
def site(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("bombs"))
    with served(root, PHUTHO_READ_SECONDS=str(SECONDS)) as running:
        yield running


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log within every sum that takes minutes to check."""
    path = tmp_path_factory.mktemp("endless") / "nhật ký.csv"
    head = "Mã;Bắt đầu;Kết thúc;Xã\n"
    path.write_text(head + "x;từ đến từ 7h30 28/8/2026;28/8;Xã đâu\n" * 900_000, encoding="utf-8")
    return path


def descendants(pid: int) -> set[int]:
    """Return the processes below one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # ended meanwhile
            continue
    found, more = set(), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more}
        found |= more
    return found


def check(opened: Visit, path: Path) -> None:
    """Choose a log and have it checked, without waiting for the answer."""
    page = opened.page
    opened.open("data", with_map=False, tab="import")
    page.get_by_role("combobox", name="Tệp này là gì?").click()
    page.get_by_role("option", name=t("about.table_outages"), exact=True).click()
    opened.settled()
    page.locator("input[type=file]").set_input_files(str(path))
    page.get_by_test_id("stFileUploader").get_by_text(re.compile(r"\d ?MB")).first.wait_for()
    page.get_by_label("Người thực hiện").fill("Lan")
    page.keyboard.press("Tab")
    opened.settled()
    page.get_by_role("button", name="Kiểm tra").click()


def until(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_others_notice_nothing_and_the_person_is_told(visit, site, endless):
    opened = visit(site)
    idle = descendants(site.pid)
    check(opened, endless)
    assert until(lambda: len(descendants(site.pid) - idle) >= 3, 60)  # server, keeper, reader
    with requests.Session() as asking:
        for _ in range(ASKED):
            assert asking.get(f"{site.url}/", timeout=30).ok
            # Were the file read in the server, the answer would come after its end.
            assert len(descendants(site.pid) - idle) >= 3
    opened.page.get_by_text(f"quá {SECONDS} giây").first.wait_for()
    assert requests.get(f"{site.url}/_stcore/health", timeout=30).ok


def test_a_reading_ends_with_the_tab_that_asked(visit, site, endless):
    opened = visit(site)
    opened.open("data", with_map=False, tab="import")
    opened.settled()
    idle = descendants(site.pid)
    check(opened, endless)
    assert until(lambda: len(descendants(site.pid) - idle) >= 2, 60)  # keeper and reader
    opened.page.goto("about:blank")
    assert until(lambda: len(descendants(site.pid) - idle) == 0, SECONDS / 2)
