"""Two servers, each with a store of its own, on one database, as their visitors see them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from databases import QUOTED
from playwright.sync_api import Page

from e2e.harness import Visit
from e2e.sites import environment, served
from lib.store.store import Store

LONG = 120
"""Seconds after which it will not come any more; nothing waits that long."""


def run(root: Path, url: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "lib", *words],
        cwd=root,
        env=environment() | {"DATABASE_URL": url},
        check=True,
    )


def in_use(root: Path) -> str:
    return Store(root / "data" / "store").current().snapshot_id


def foot(page: Page) -> str:
    return page.locator(".ph-foot").first.text_content()


def warned(page: Page) -> bool:
    return page.get_by_text("Chưa theo được cơ sở dữ liệu chung").count() > 0


def comes_to_show(tab: Visit, holds: Callable[[Page], bool]) -> bool:
    """Come back to a page every second until it shows what is waited for."""

    def shown() -> bool:
        tab.page.goto(f"{tab.site.url}/about")
        tab.page.locator(".ph-foot").first.wait_for(timeout=LONG * 1000)
        if not holds(tab.page):
            tab.page.wait_for_timeout(1000)
        return holds(tab.page)

    return tab.eventually(shown, seconds=LONG)


def test_what_one_server_publishes_the_other_shows_also_after_the_database_was_away(
    schematic, postgres, tmp_path, visit
):
    url = postgres.emptied()
    one, two = tmp_path / "1" / "app", tmp_path / "2" / "app"
    shutil.copytree(schematic.root, one)
    shutil.copytree(schematic.root, two)
    for own in (two / "data" / "store", two / "static" / "layers"):
        shutil.rmtree(own)
    run(one, url, "database", "push")
    file = tmp_path / "khách hàng.csv"
    file.write_text("Mã xã;Tháng;Số khách hàng\n08500;11/2026;5\n", encoding="utf-8")
    with served(one, DATABASE_URL=url) as first, served(two, DATABASE_URL=url) as second:
        old, tab = in_use(one), visit(second)
        assert comes_to_show(tab, lambda page: old in foot(page))  # all it has is the database's
        run(one, url, "import", "customers", str(file))
        new = in_use(one)
        assert new != old
        assert tab.eventually(lambda: in_use(two) == new, seconds=LONG)
        assert comes_to_show(tab, lambda page: new in foot(page))
        assert comes_to_show(visit(first), lambda page: new in foot(page))
        postgres.kill()
        try:
            assert comes_to_show(tab, warned)
            assert new in foot(tab.page)
        finally:
            postgres.start()
        assert comes_to_show(tab, lambda page: not warned(page) and new in foot(page))
        for site in (first, second):
            said = site.log.read_text(encoding="utf-8", errors="replace")
            assert "Traceback" not in said
            assert QUOTED not in said
