"""Our own pages beside the overview: plain, furnished, and with an own layer of 20,000 points.

Furnished: an own layer paints the communes, and roads and pictures lie under them. There a map
is dragged over many corners of roads, and tiles are asked for.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import requests

from lib.layers.ground import kept
from tests.bench import data
from tests.bench.browser import Tab, chromium, new_tab
from tests.bench.contenders import CONTENDERS
from tests.bench.maps import FORMER, serving
from tests.bench.raw import CROWDED, GROUNDED, OURS, TILES, Raw, Record, attempt, repeats
from tests.bench.server import Server
from tests.e2e.sites import environment
from tests.tilefiles import mbtiles, png

PAGES = ("", "clusters", "cross_commune", "power", "progress")
FURNISHED = "ours, own layer and roads on"
POINTS = 20_000
KINDS = ("Loại 1", "Loại 2", "Loại 3")
"""Categories of the points; pills on their page."""
LAYERS = "layers"
PICTURES = [(14, x, y) for x in range(12_984, 12_994) for y in range(7_190, 7_200)]
"""About Việt Trì, zoom, column and row from the north."""
TILE_BYTES = 20_000
CORNERS = 50_000
ROADS = 100
MIDDLE = (105.2, 21.3)
"""Of the made-up roads, longitude and latitude: they fill one view at the fine level."""
REACH_DEG = 0.12
WIGGLE_DEG = 0.0005
"""About 50 m, one way and the other at each corner: none of them is simplified away."""
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
    sides = np.where(np.arange(len(along)) % 2, WIGGLE_DEG, -WIGGLE_DEG)
    features = []
    for number, across in enumerate(np.linspace(-REACH_DEG, REACH_DEG, ROADS)):
        line = np.c_[along, across + sides * random.uniform(0.5, 1, len(along))]
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
    picture = root / "anh.mbtiles"
    picture.unlink(missing_ok=True)
    filled = {at: png(n) + bytes(TILE_BYTES) for n, at in enumerate(PICTURES)}
    _run(root, "ground", "add", mbtiles(picture, filled).name, "--source", "made up")
    return _layer(root)


def crowd(root: Path) -> str:
    """Give a site an own layer of `POINTS` points, the same each time; return its code."""
    communes = data.snapshot(root).read_geo("communes").geometry
    places = communes.sample_points(POINTS // len(communes) + 1, rng=1).explode().iloc[:POINTS]
    chance, days = np.random.default_rng(1), pd.date_range("2024-01-01", "2025-12-31")
    told = {
        "Tên": [f"Điểm {number}" for number in range(POINTS)],
        "Loại": chance.choice(KINDS, POINTS),
        "Số hộ": chance.integers(1, 500, POINTS),
        "Ngày": chance.choice(days.strftime("%d/%m/%Y"), POINTS),
        "Vĩ độ": places.y.round(6),
        "Kinh độ": places.x.round(6),
    }
    table = root / "diem.csv"
    pd.DataFrame(told).to_csv(table, index=False)
    _run(root, "layer", "add", table.name, "--name", "Hai vạn điểm")
    return _layer(root)


def _layer(root: Path) -> str:
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


def _page(
    raw: Raw,
    server: Server,
    browser,
    path: str,
    query: str,
    name: str,
    times: int,
    *,
    pills: Sequence[str] = FORMER,
) -> None:
    case, url = path or "overview", f"{server.url}/{path}{query}"
    context, tab = new_tab(browser, "ours")
    layers = _whole(tab, url)
    context.close()
    for _ in repeats(times, least=1, budget_s=12):
        context, tab = new_tab(browser, "ours")
        took = tab.first_map(url, layers)
        raw.add(Record("maps", "first-map-page", case, name, "s", [took]))
        tab.settle()
        for pill in pills[:1]:
            tab.press(pill, layers)  # the first press also fetches what later ones find
        for pill in pills[::-1]:
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
        if seen < CORNERS and not query:
            msg = f"{seen} corners of roads in view, {CORNERS} are wanted"
            raise RuntimeError(msg)
        frames = tab.frames(zoom=False)
        notes = {"corners in view": seen}
        raw.add(Record("maps", "frames-roads", case, OURS, "ms", frames, notes=notes))
        context.close()


def _tiles(raw: Raw, server: Server, root: Path) -> None:
    """Ask for tiles one after the other, each for the second time."""
    (ground,) = (one for one in kept.grounds(root / "data" / "store") if one.kind == "pictures")
    asked = [f"{server.url}/tiles/{ground.name}/{z}/{x}/{y}" for z, x, y in PICTURES]
    took = []
    with requests.Session() as session:
        for warm in (False, True):
            for address in asked:
                start = perf_counter()
                session.get(address, timeout=10).raise_for_status()
                if warm:
                    took.append((perf_counter() - start) * 1000)
    raw.add(Record("maps", "tile", TILES, OURS, "ms", took))


def _crowded(raw: Raw, plain: data.Ground, times: int) -> None:
    """Measure the page of own layers with and without one of `POINTS` points."""
    ours = CONTENDERS[0]
    full = replace(plain, site=data.site("crowded"))
    own = crowd(full.site)
    for ground, query, name, pills in (
        (plain, "", OURS, ()),
        (full, f"?own={own}", CROWDED, KINDS[:2]),
    ):
        with serving(ours, ground) as server, chromium(None, ours.kind) as browser:
            _page(raw, server, browser, LAYERS, query, name, times, pills=pills)


def run(raw: Raw, *, times: int) -> None:
    """Measure every page plain and furnished, in turn; the map dragged; tiles; 20,000 points."""
    ours = CONTENDERS[0]
    with attempt(raw, "maps", "filter-page", "overview", FURNISHED):
        plain = data.province()
        rich = replace(plain, site=data.site("furnished"))
        own = furnish(rich.site)
        both = [(plain, "", OURS), (rich, f"?also={own}", FURNISHED)]
        for path in PAGES:
            for ground, query, name in both if path else [*both, (rich, "", GROUNDED)]:
                with serving(ours, ground) as server, chromium(None, ours.kind) as browser:
                    _page(raw, server, browser, path, query, name, times)
        with serving(ours, rich) as server, chromium(None, ours.kind) as browser:
            _tiles(raw, server, rich.site)
            with attempt(raw, "maps", "frames-roads", "roads on", OURS):
                _dragged(raw, server, browser)
    with attempt(raw, "maps", "filter-page", LAYERS, CROWDED):
        _crowded(raw, data.province(), times)
