"""Our own pages beside the overview, plain and furnished; a map dragged over many corners of roads.

Furnished: an own layer paints the communes, and roads lie under them.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tests.bench import data
from tests.bench.browser import Tab, chromium, new_tab
from tests.bench.contenders import CONTENDERS
from tests.bench.maps import FORMER, serving
from tests.bench.raw import OURS, Raw, Record, attempt, repeats
from tests.bench.server import Server
from tests.e2e.sites import environment

PAGES = ("", "clusters", "cross_commune", "power", "progress")
FURNISHED = "ours, own layer and roads on"
CORNERS = 50_000
ROADS = 100
MIDDLE = (105.2, 21.3)
"""Of the made-up roads, longitude and latitude: they fill one view at the fine level."""
REACH_DEG = 0.12
WIGGLE_DEG = 0.0005
"""About 50 m: far more than what a ground is simplified by."""
FINE_ZOOM = 11.5
OFF = "ground-roads"
SEEN = """(pane) => {
  const inside = document.querySelector("iframe[title*=folium]").contentWindow;
  const view = inside.map.getBounds();
  const corners = (at) => Array.isArray(at) ? at.flatMap(corners) : [at];
  return Object.values(inside.map._layers)
    .filter((one) => one.options.pane === pane && one.getLatLngs)
    .flatMap((one) => corners(one.getLatLngs())).filter((at) => view.contains(at)).length;
}"""
GO = """([lng, lat, zoom]) => {
  const inside = document.querySelector("iframe[title*=folium]").contentWindow;
  inside.map.setView([lat, lng], zoom, { animate: false });
}"""


def roads(path: Path) -> Path:
    """Write made-up main roads with `CORNERS` corners all in one view; they are nobody's."""
    random = np.random.default_rng(1)
    along = np.linspace(-REACH_DEG, REACH_DEG, CORNERS // ROADS)
    features = []
    for number, across in enumerate(np.linspace(-REACH_DEG, REACH_DEG, ROADS)):
        line = np.c_[along, across + random.uniform(-WIGGLE_DEG, WIGGLE_DEG, len(along))]
        line = line if number % 2 else line[:, ::-1]
        grade = ("trunk", "primary", "secondary")[number % 3]
        features.append(
            {
                "type": "Feature",
                "properties": {"highway": grade, "name": f"Đường {number}"},
                "geometry": {
                    "type": "LineString",
                    "coordinates": (line + MIDDLE).round(6).tolist(),
                },
            }
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def furnish(root: Path) -> str:
    """Give a site an own layer and the roads; return the code of that layer."""
    communes = pd.DataFrame(data.snapshot(root).read("communes"))
    table = root / "so-ho.csv"
    told = {"Xã": communes["name"], "Mã xã": communes["code"], "Số hộ": range(len(communes))}
    pd.DataFrame(told).to_csv(table, index=False)
    _run(
        root, "layer", "add", table.name, "--name", "Số hộ", "--place", "Mã xã", "--value", "Số hộ"
    )
    _run(root, "ground", "add", roads(root / "duong.geojson").name, "--source", "made up")
    return str(data.snapshot(root).read("own_rows")["layer_id"].iloc[0])


def _run(root: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib", *words],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr).strip()[-300:])


def _whole(tab: Tab, url: str) -> int:
    """Open a page; return how many layers its map has once all of them are there."""
    tab.first_map(url, 0)
    tab.settle()
    tab.page.wait_for_timeout(1500)
    return tab.page.evaluate("window.bench.state('ours').layers")


def _page(raw: Raw, server: Server, browser, path: str, query: str, name: str, times: int) -> None:
    case, url = path or "overview", f"{server.url}/{path}{query}"
    context, tab = new_tab(browser, "ours")
    layers = _whole(tab, url)
    context.close()
    for _ in repeats(times, least=1, budget_s=12):
        context, tab = new_tab(browser, "ours")
        took = tab.first_map(url, layers)
        raw.add(Record("maps", "first-map-page", case, name, "s", [took]))
        tab.settle()
        tab.press(FORMER[0], layers)  # the first press also fetches what later ones find
        for pill in FORMER[::-1]:
            tab.settle()
            tab.page.wait_for_timeout(250)
            raw.add(Record("maps", "filter-page", case, name, "ms", [tab.press(pill, layers)]))
        context.close()


def _dragged(raw: Raw, server: Server, browser) -> None:
    for case, query in (("roads on", ""), ("roads off", f"?off={OFF}")):
        context, tab = new_tab(browser, "ours")
        _whole(tab, f"{server.url}/{query}")
        tab.page.evaluate(GO, [*MIDDLE, FINE_ZOOM])
        tab.page.wait_for_timeout(3000)  # the fine level is fetched
        seen = tab.page.evaluate(SEEN, f"ph-{OFF}")
        frames = tab.frames(zoom=False)
        notes = {"corners in view": seen}
        raw.add(Record("maps", "frames-roads", case, OURS, "ms", frames, notes=notes))
        context.close()


def run(raw: Raw, *, times: int) -> None:
    """Measure every page plain and furnished, in turn, then the map dragged over the roads."""
    ours = CONTENDERS[0]
    with attempt(raw, "maps", "filter-page", "overview", FURNISHED):
        plain = data.province()
        rich = replace(plain, site=data.site("furnished"))
        own = furnish(rich.site)
        sites = ((plain, "", OURS), (rich, f"?also={own}", FURNISHED))
        for path in PAGES:
            for ground, query, name in sites:
                with serving(ours, ground) as server, chromium(None, ours.kind) as browser:
                    _page(raw, server, browser, path, query, name, times)
        with serving(ours, rich) as server, chromium(None, ours.kind) as browser:
            _dragged(raw, server, browser)
