"""Maps on paper: round scales, true lengths, text left to the layout."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lib.layers.looks.symbols import BAND, EXACT_LINE, OPERATION, area
from lib.reports.drawing.canvas import SCALES, Canvas, Window, fit

WINDOW = Window(550_000, 2_350_000, 10_000, 100, 60)
metres = st.floats(-200_000, 200_000)


@given(metres, metres, st.floats(1, 150_000), st.floats(1, 150_000))
def test_a_window_shows_all_at_the_largest_round_scale(x, y, width, height):
    bounds = (x, y, x + width, y + height)
    window = fit(bounds, 100, 60)
    west, south, east, north = window.bounds
    assert west <= x + 1e-6
    assert south <= y + 1e-6
    assert east >= x + width - 1e-6
    assert north >= y + height - 1e-6
    larger = [scale for scale in SCALES if 5_000 <= scale < window.scale]
    assert not larger or max(width / 100, height / 60) * 1000 > max(larger)


def test_the_scale_bar_is_as_long_as_it_says():
    bar = WINDOW.bar()
    assert bar["metres"] == 200
    ends = np.array([[550_000, 2_350_000], [550_000 + bar["metres"], 2_350_000]])
    on_paper = WINDOW.to_paper(ends)
    assert on_paper[1, 0] - on_paper[0, 0] == pytest.approx(bar["mm"])


def drawn(canvas):
    """Return the elements of the drawing: well-formed, whatever was drawn."""
    return list(etree.fromstring(canvas.svg().encode()).iter())


def points(svg):
    """Return the coordinates of the first path drawn in the window."""
    return np.array(
        [[float(v) for v in pair.split()] for pair in re.split("[MLZ]", svg) if pair.strip()]
    )


def test_a_square_of_100_m_is_a_centimetre_at_1_to_10_000():
    canvas = Canvas(WINDOW)
    canvas.draw([shapely.box(550_000, 2_350_000, 550_100, 2_350_100)], area("#123456"))
    (path,) = [p for p in drawn(canvas) if p.get("fill") == "#123456"]
    corners = points(path.get("d"))
    assert np.ptp(corners, axis=0).tolist() == [10, 10]
    assert corners.min(axis=0).tolist() == [50, 20]


def test_what_is_far_away_is_not_drawn_and_what_is_near_is_cut():
    canvas = Canvas(WINDOW)
    canvas.draw([shapely.box(600_000, 2_350_000, 600_100, 2_350_100)], area("#123456"))
    assert "#123456" not in canvas.svg()
    canvas.draw([shapely.LineString([(500_000, 2_350_000), (600_000, 2_350_000)])], EXACT_LINE)
    (line,) = [p for p in drawn(canvas) if p.get("stroke") == "#1B1B1B"]
    assert np.ptp(points(line.get("d"))[:, 0]) < 110


def test_hatches_signs_and_globe():
    canvas = Canvas(WINDOW)
    canvas.draw([shapely.box(550_000, 2_350_000, 550_100, 2_350_100)], BAND)
    canvas.sign(shapely.Point(550_000, 2_350_000), OPERATION[0].look)
    shape = gpd.GeoSeries([shapely.box(550_000, 2_350_000, 550_050, 2_350_050)], crs=9208)
    canvas.draw_globe(shape.to_crs(4326), area("#654321"))
    svg = canvas.svg()
    assert 'fill="url(#ph-undetermined)"' in svg
    assert 'id="ph-undetermined"' in svg
    assert "translate(50.00 30.00)" in svg
    assert "#654321" in svg
    assert len(canvas.taken) == 1


def test_names_are_asked_for_only_inside_and_never_drawn():
    canvas = Canvas(WINDOW)
    canvas.label(shapely.Point(550_000, 2_350_000), "<b>&", "cluster")
    canvas.label(shapely.Point(650_000, 2_350_000), "far", "cluster")
    canvas.name_areas(
        np.array([shapely.box(549_000, 2_349_000, 550_000, 2_351_000)], dtype=object), ["Xã"]
    )
    assert [label["text"] for label in canvas.labels] == ["<b>&", "Xã"]
    assert "<b>" not in canvas.svg()
    assert canvas.labels[1]["x"] < 50


def test_an_inset_box_is_never_too_small_to_see():
    canvas = Canvas(Window(550_000, 2_350_000, 2_000_000, 40, 40))
    canvas.frame((549_990, 2_349_990, 550_010, 2_350_010), "#D55E00")
    assert 'width="2.00" height="2.00"' in canvas.svg()
