"""``make screens``: the pictures of docs/screens.md, of what the pages really show.

``python -m e2e.screens [--bundle FOLDER] [--only NAME ...]``; with ``--every FOLDER`` it takes
each page at each size, with and without a selection, and joins those of a page for the document.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, sync_playwright

from e2e.conftest import CHROMIUM_OPTIONS, PATIENCE_MS, UPSTREAM
from e2e.harness import Visit
from e2e.sites import ROOT, Site, copy_app, prepare, served
from e2e.test_data import OUTLINES, choose, coordinate_table

IMAGES = ROOT / "docs" / "img"
PROJECTOR, DESK, OLD, PHONE = (1366, 768), (1920, 1080), (1024, 768), (390, 844)
SIZES = (PROJECTOR, DESK, OLD, PHONE)
SHEET_PX, GAP_PX, SHEET_QUALITY = 560, 8, 60
"""Height of a picture on the sheet of its page, what is between two, and how exact it is."""
COLOURS = 160
"""Colours of a picture: as many as a page has, so that its file is small."""

COMMUNE, CLUSTER = {"sel": "communes:08590"}, {"sel": "clusters:PT-004"}
PRESENTED = {"present": "yes", "playlist": "cross", "sel": "clusters:PT-017"}
VIEWS: dict[str, tuple[tuple[int, int], str, dict[str, str]]] = {
    "overview": (PROJECTOR, "", {}),
    "clusters": (PROJECTOR, "clusters", {"sel": "clusters:PT-017"}),
    "cross-commune": (PROJECTOR, "cross_commune", {"samples": "yes", "sel": "clusters:MAU-05"}),
    "merger": (PROJECTOR, "merger", {"era": "both"}),
    "merger-split": (PROJECTOR, "merger", {"split": "yes"}),
    "power-without-log": (DESK, "power", {"sel": "communes:08590"}),
    "present-1024": (OLD, "cross_commune", PRESENTED),
    "present-1920": (DESK, "cross_commune", PRESENTED),
    "phone": (PHONE, "cross_commune", {"sel": "clusters:PT-004"}),
    "progress": (PROJECTOR, "progress", {"sel": "clusters:PT-002"}),
    "follow-up": (PROJECTOR, "follow_up", {}),
    "layers": (PROJECTOR, "layers", {}),
    "present-power": (OLD, "power", {"present": "yes", **COMMUNE}),
    "data": (PROJECTOR, "data", {}),
    "data-enter": (PROJECTOR, "data", {"tab": "enter", **CLUSTER}),
    "data-draw": (PROJECTOR, "data", {"tab": "draw", **CLUSTER}),
    "history": (PROJECTOR, "data", {"tab": "history"}),
}
MAPS = {
    "": CLUSTER,
    "clusters": CLUSTER,
    "cross_commune": CLUSTER,
    "progress": CLUSTER,
    "merger": COMMUNE,
    "power": COMMUNE,
    "layers": COMMUNE,
}
TABS = ("use", "todo", "collect", "enter", "import", "draw", "history", "download", "log")
PLAIN = {"follow_up": {}, "about": {}, **{f"data-{tab}": {"tab": tab} for tab in TABS}}
SAMPLED = {"power-with-log": (DESK, "power", {"measure": "saidi_min", "sel": "communes:08590"})}


def every(browser: Browser, site: Site, folder: Path) -> None:
    """Take each page at each size, with and without a selection, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = {
        f"{path or 'overview'}-{name}": (path, query)
        for path, chosen in MAPS.items()
        for name, query in (("none", {}), ("chosen", chosen))
    }
    for size in SIZES:
        shown = {"present": "yes"} if size == OLD else {}
        plain = {} if shown else {name: (name.partition("-")[0], q) for name, q in PLAIN.items()}
        for name, (path, query) in {**shots, **plain}.items():
            with tab(browser, site, size) as visit:
                visit.open(path, with_map=path in MAPS, **query, **shown)
                visit.page.wait_for_timeout(600)
                visit.page.screenshot(path=folder / f"{name}-{size[0]}.png")


def joined(folder: Path) -> None:
    """Join what `every` took: a picture a page, its sizes beside each other, a row a selection."""
    (IMAGES / "every").mkdir(exist_ok=True)
    rows = {(path or "overview"): ("-none", "-chosen") for path in MAPS} | dict.fromkeys(
        PLAIN, ("",)
    )
    for name, states in rows.items():
        lines = []
        for state in states:
            shots = [folder / f"{name}{state}-{size[0]}.png" for size in SIZES]
            opened = [Image.open(shot).convert("RGB") for shot in shots if shot.exists()]
            lines.append([ImageOps.contain(one, (one.width, SHEET_PX)) for one in opened])
        width = max(sum(one.width + GAP_PX for one in line) for line in lines)
        sheet = Image.new("RGB", (width, len(lines) * (SHEET_PX + GAP_PX)), "#777")
        for down, line in enumerate(lines):
            across = 0
            for one in line:
                sheet.paste(one, (across, down * (SHEET_PX + GAP_PX)))
                across += one.width + GAP_PX
        sheet.save(IMAGES / "every" / f"{name}.webp", quality=SHEET_QUALITY)


def picture(visit: Visit, name: str) -> None:
    """Save what the tab shows, in few colours."""
    visit.settled()
    visit.page.get_by_test_id("stSkeleton").first.wait_for(state="detached")
    visit.page.wait_for_timeout(600)
    path = IMAGES / f"{name}.png"
    visit.page.screenshot(path=path)
    with Image.open(path) as shot:
        small = shot.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=0
        )
    small.save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} KB\n")


@contextmanager
def tab(browser: Browser, site: Site, size: tuple[int, int]) -> Iterator[Visit]:
    """Yield a tab of `size` on `site`."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="vi-VN")
    context.set_default_timeout(PATIENCE_MS)
    yield Visit(context.new_page(), site)
    context.close()


def sampled(root: Path) -> None:
    """Bring a made-up log into a copy, labelled as such."""
    log = root / "mau.csv"
    for words in (
        ["sample-outages", "--events", "5000", "--seed", "7", "--out", str(log)],
        ["import", "outages", str(log), "--yes"],
        ["import", "customers", str(root / "mau-khach-hang.csv"), "--yes"],
    ):
        subprocess.run([sys.executable, "-m", "lib", *words], cwd=root, check=True)
    # Each import left the list of its layers; a site has the one in use.
    lists = sorted((root / "static/layers").glob("*.index.json"), key=lambda f: f.stat().st_mtime)
    for old in lists[:-1]:
        old.unlink()


def steps(visit: Visit, folder: Path) -> None:
    """Go through the three steps of an import, and through a refused one."""
    choose(visit, OUTLINES, coordinate_table(folder / "sai.xlsx", y="56723,7 m?"))
    picture(visit, "import-refused")
    visit.open("data", with_map=False, tab="import")
    picture(visit, "import-1-choose")
    choose(visit, OUTLINES, coordinate_table(folder / "Ấm Hạ.xlsx"))
    visit.page.get_by_role("combobox", name="Hệ tọa độ của tệp").click()
    visit.page.get_by_role("option", name="104°45'").first.click()
    visit.page.get_by_text("Xem trước trên bản đồ").first.wait_for()
    visit.page.locator(".st-key-preview iframe").scroll_into_view_if_needed()
    visit.page.wait_for_timeout(1500)
    picture(visit, "import-2-check")
    visit.press("Tiếp tục")
    picture(visit, "import-3-publish")


def main() -> None:
    """Take every picture, or those that are named."""
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("--bundle", type=Path, default=UPSTREAM)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--every", type=Path)
    given = parser.parse_args()
    bundle = ["--bundle", str(given.bundle.resolve())] if given.bundle.is_dir() else []

    def wanted(name: str) -> bool:
        return not given.only or name in given.only

    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(CHROMIUM_OPTIONS)
        )
        root = copy_app(folder / "plain")
        prepare(root, *bundle)
        with served(root) as site:
            if given.every:
                every(browser, site, given.every)
                joined(given.every)
                return
            for view, (size, path, query) in VIEWS.items():
                if wanted(view):
                    with tab(browser, site, size) as visit:
                        visit.open(path, with_map=path in MAPS, **query)
                        picture(visit, view)
            if wanted("import"):
                with tab(browser, site, (1366, 1000)) as visit:
                    steps(visit, folder)
        if wanted("power-with-log"):
            root = copy_app(folder / "sampled")
            prepare(root, *bundle)
            sampled(root)
            with served(root) as site:
                for view, (size, path, query) in SAMPLED.items():
                    with tab(browser, site, size) as visit:
                        visit.open(path, **query)
                        picture(visit, view)
        browser.close()


if __name__ == "__main__":
    main()
