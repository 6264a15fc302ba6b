"""An outline drawn by hand: its geometry in a browser, and the way from clicks to hectares."""

import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from clones import copy_of
from playwright.sync_api import Browser, Page, expect
from pyproj import Geod

from e2e.harness import Visit
from e2e.sites import Site, served
from e2e.test_data import pick, store_of
from lib.crossing.sketch import lines_within
from lib.geo.crs import AREA_CRS, STORAGE_CRS, meridian_plane
from lib.importing.drawn import outline_of
from lib.language.text import hectares, number
from lib.layers.web import ASSETS
from lib.store.store import Snapshot

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

CLUSTER = "PT-017"
PARTS = ("plane.js", "snap.js", "draft.js")


# ---- the arithmetic ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """A page that holds the functions of the map's script that need no map."""
    page = browser.new_page()
    parts = "\n".join((ASSETS / "map" / name).read_text(encoding="utf-8") for name in PARTS)
    page.evaluate(
        f"""(config) => {{ {parts}
          window.ph = {{
            metres, squareMetres, onLine, wayAlong, makeDraft, lengthWords, areaWords,
          }};
        }}""",
        {"lang": "vi", "plane": meridian_plane()},
    )
    yield page
    page.close()


def square_metres(rings: list) -> float:
    """Return what PROJ and GEOS say of rings."""
    outline = outline_of(tuple(tuple(map(tuple, ring)) for ring in rings))
    return float(gpd.GeoSeries([outline], crs=STORAGE_CRS).to_crs(AREA_CRS).area.iloc[0])


def test_hectares_on_the_screen_are_those_of_the_server(script: Page):
    random = np.random.default_rng(7)
    angles = np.sort(random.uniform(0, 2 * np.pi, 30))
    for _ in range(20):
        middle = random.uniform((104.2, 20.7), (105.8, 21.8))
        ring = np.column_stack([np.cos(angles), np.sin(angles)]) * 0.01
        rings = [
            (middle + ring).tolist(),
            (middle + ring / 3).tolist(),
            (middle + ring / 9).tolist(),
        ]
        shown = script.evaluate("(rings) => ph.squareMetres(rings)", rings)
        assert shown == pytest.approx(square_metres(rings), rel=2e-5)
        line = gpd.GeoSeries([shapely.LineString(rings[0])], crs=STORAGE_CRS).to_crs(AREA_CRS)
        shown = script.evaluate("(line) => ph.metres(line)", rings[0])
        assert shown == pytest.approx(line.length.iloc[0], rel=2e-5)


def test_far_from_the_meridian_a_distance_is_that_on_the_ground(script: Page):
    places = [[108.2, 16.05], [109.1, 16.6]]
    true = Geod(ellps="WGS84").line_length(*zip(*places, strict=True))
    assert script.evaluate("(line) => ph.metres(line)", places) == pytest.approx(true, rel=5e-5)


def test_the_way_along_lines_is_the_shortest_and_goes_over_meetings(script: Page):
    lines = [
        [[0, 0], [1, 0], [2, 0]],
        [[2, 0], [2, 1], [2, 2]],
        [[2, 2], [0, 2], [0, 0]],
        [[9, 9], [9, 8]],
    ]
    way = "([lines, a, b]) => ph.wayAlong(lines, ph.onLine(lines, a), ph.onLine(lines, b))"
    assert script.evaluate(way, [lines, [0.5, 0], [2, 1.5]]) == [[1, 0], [2, 0], [2, 1]]
    assert script.evaluate(way, [lines, [2, 1.5], [0.5, 0]]) == [[2, 1], [2, 0], [1, 0]]
    assert script.evaluate(way, [lines, [0, 1], [2, 1.9]]) == [[0, 2], [2, 2]]
    assert script.evaluate(way, [lines, [1.2, 0], [1.8, 0]]) == []
    assert script.evaluate(way, [lines, [1, 0], [9, 8.5]]) is None
    assert script.evaluate("([lines, a]) => ph.onLine(lines, a)", [lines, [1, 0.001]]) is None


def test_what_is_undone_comes_back_until_something_else_is_done(script: Page):
    states = script.evaluate(
        """() => {
          const seen = [];
          const draft = ph.makeDraft([]);
          const note = () => seen.push([draft.state().rings, draft.state().open]);
          draft.add([[0, 0]]); draft.add([[4, 0], [4, 4]]); draft.close(); note();
          draft.insert(0, 3, [0, 4]); draft.move(0, 0, [1, 1]); draft.remove(0, 1); note();
          draft.undo(); draft.undo(); note();
          draft.redo(); note();
          draft.remove(0, 0); draft.redo(); note();
          draft.remove(0, 0); note();
          draft.add([[9, 9]]); draft.close(); note();
          draft.cancel(); note();
          return seen;
        }"""
    )
    corners = [[0, 0], [4, 0], [4, 4]]
    assert states == [
        [[corners], -1],
        [[[[1, 1], [4, 4], [0, 4]]], -1],
        [[[*corners, [0, 4]]], -1],
        [[[[1, 1], *corners[1:], [0, 4]]], -1],
        [[[[4, 0], [4, 4], [0, 4]]], -1],
        [[], -1],
        [[[[9, 9]]], 0],
        [[], -1],
    ]


def test_numbers_are_written_the_vietnamese_way(script: Page):
    words = script.evaluate(
        """() => [ph.lengthWords(1234.4), ph.lengthWords(12345),
                  ph.areaWords(23145), ph.areaWords(12345678)]"""
    )
    assert [word.replace("\u00a0", " ") for word in words] == [
        "1.234 m",
        "12,35 km",
        "2,31 ha (23.145 m²)",
        "1.234,57 ha",
    ]


def test_a_distance_is_measured_copied_and_leaves_nothing(best: Site, visit):
    opened = visit(best).open("clusters", sel="clusters:PT-017")
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.look_at(21.55, 105.0, 12)
    opened.settled()
    before, ruler = opened.query(), "Đo khoảng cách, diện tích"
    opened.map.get_by_role("button", name=ruler).click()
    box = opened.map.locator(".ph-measure")
    ends = [{"x": 220, "y": 240}, {"x": 420, "y": 300}]
    for end in ends:
        opened.leaflet.click(position=end)
    at = "(points) => points.map((p) => { const q = map.containerPointToLatLng([p.x, p.y]);"
    line = shapely.LineString(opened.js(at + " return [q.lng, q.lat]; })", ends))
    metres = gpd.GeoSeries([line], crs=STORAGE_CRS).to_crs(AREA_CRS).length.iloc[0]
    words = (
        number(metres, "vi", 0, "m") if metres < 10_000 else number(metres / 1000, "vi", 2, "km")
    )
    expect(box.locator(".ph-figure")).to_have_text(words)
    box.get_by_role("button", name="Sao chép").click()
    expect(box.locator(".ph-copied")).to_have_text("đã chép")
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"Khoảng cách: {words}".replace("\u00a0", " ")
    box.get_by_role("button", name="Thôi đo").click()
    expect(box).to_be_hidden()
    assert opened.map.locator(".leaflet-ph-tool-pane path").count() == 0
    assert opened.query() == before, "nothing was chosen or written to the address"


# ---- from clicks to hectares ------------------------------------------------------------------


@pytest.fixture
def office(real_clone: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of its own, since the store is changed."""
    with served(copy_of(real_clone, tmp_path)) as site:
        yield site


def commune_line(snapshot: Snapshot) -> np.ndarray:
    """Return a line between two communes near the cluster, some kilometres long."""
    communes = snapshot.read_geo("communes")
    window = (104.98, 21.53, 105.08, 21.63)
    lines = [line for line in lines_within(communes, window) if len(line) > 60]
    assert lines
    return max(lines, key=len)


def clicks(opened: Visit, line: np.ndarray) -> list[tuple[float, float]]:
    """Return nine places on the map about a corner of a commune line, two of them close to it."""
    middle = len(line) // 2
    lng, lat = line[middle]
    opened.look_at(lat, lng, 15)
    at = "([lng, lat]) => { const p = map.latLngToContainerPoint([lat, lng]); return [p.x, p.y]; }"
    x, y = opened.js(at, [lng, lat])
    near = [opened.js(at, line[middle + step].tolist()) for step in (-6, 6)]
    around = [(-150, -20), (-120, 90), (60, 120), (170, 60), (190, -30), (90, -90), (-60, -80)]
    places = [(px + 5, py + 4) for px, py in near] + [(x + dx, y + dy) for dx, dy in around]
    middle_of = np.mean(places, axis=0)
    return sorted(places, key=lambda p: np.arctan2(p[1] - middle_of[1], p[0] - middle_of[0]))


def on_each_commune(outline: shapely.Geometry, snapshot: Snapshot) -> dict[str, float]:
    """Return hectares by commune as geopandas' overlay gives them."""
    drawn = gpd.GeoDataFrame(geometry=[outline], crs=STORAGE_CRS).to_crs(AREA_CRS)
    communes = snapshot.read_geo("communes").to_crs(AREA_CRS)
    pieces = gpd.overlay(communes[["name", "geometry"]], drawn)
    pieces["ha"] = pieces.area / 10_000
    return {row["name"]: row["ha"] for row in pieces.to_dict("records") if row["ha"] > 0.005}


def draw(opened: Visit, places: list[tuple[float, float]]) -> None:
    """Click the corners, close the ring, move one by its keys and take that back."""
    box = opened.map.locator(".ph-draw")
    figure = box.locator(".ph-figure")
    for x, y in places:
        opened.leaflet.click(position={"x": x, "y": y})
    expect(figure).to_contain_text("xấp xỉ")
    box.get_by_role("button", name="Khép vòng").click()
    opened.page.get_by_text("đo trên mặt phẳng VN-2000").wait_for()
    expect(figure).to_contain_text("chu vi")
    shown = figure.inner_text()
    opened.map.get_by_role("button", name="Góc 3", exact=True).press("Shift+ArrowDown")
    expect(figure).not_to_have_text(shown)
    box.get_by_role("button", name="Hoàn tác").click()
    expect(figure).to_have_text(shown)
    opened.settled()


def publish(opened: Visit) -> None:
    """Say what it was drawn after and by whom, check it, confirm what is asked, publish it."""
    page = opened.page
    pick(opened, re.compile("Vẽ theo tài liệu nào"), "vẽ theo ảnh")
    page.get_by_label("Người thực hiện").fill("Lan")
    page.keyboard.press("Tab")
    opened.press("Kiểm tra hình vẽ")
    page.get_by_text("Xem trước trên bản đồ").wait_for()
    opened.press("Tiếp tục")
    page.get_by_role("button", name="Công bố").wait_for()
    opened.settled()
    for asked in page.get_by_role("checkbox").all():
        asked.check(force=True)
    opened.press("Công bố")
    page.get_by_text("Đã công bố").wait_for()


def test_nine_corners_are_drawn_published_answered_and_taken_back(office: Site, visit):
    store = store_of(office)
    before = store.current()
    opened = visit(office).open("clusters", sel=f"clusters:{CLUSTER}")
    opened.press("Vẽ ranh giới")
    opened.map.locator(".ph-draw").wait_for()
    opened.settled()
    places = clicks(opened, commune_line(before))
    lines = "() => document.querySelectorAll('.leaflet-ph-shapes-pane path').length > 0"
    assert opened.eventually(lambda: opened.js(lines)), "exact lines are drawn where one looks"
    opened.settled()
    draw(opened, places)
    publish(opened)

    made = store.current()
    rows = made.read_geo("outlines").set_index("cluster_id")
    row, outline = rows.loc[CLUSTER], rows.geometry.loc[CLUSTER]
    assert (row["outline_quality"], row["outline_accuracy_m"]) == ("traced", 10)
    assert row["note"].startswith("Vẽ tay: Lan, ")
    assert shapely.get_num_coordinates(outline) == len(places) + 1
    borders = shapely.boundary(before.read_geo("communes").geometry.to_numpy())
    corners = shapely.points(shapely.get_coordinates(outline)[1:])
    off = shapely.distance(corners, shapely.union_all(borders))
    assert (off < 1e-9).sum() == 2, "the line caught the two corners clicked beside it"

    expected = on_each_commune(outline, made)
    assert len(expected) > 1
    answered = visit(office).open("cross_commune", sel=f"clusters:{CLUSTER}")
    told = answered.page.locator(".stMain").inner_text().replace("\u00a0", " ")
    for name, area in expected.items():
        assert name in told
        assert hectares(area).replace("\u00a0", " ") in told
    assert "Vẽ tay: Lan" in told

    opened.press("Quay về bản ngày")
    assert opened.eventually(lambda: store.current().snapshot_id == before.snapshot_id)
