"""What is asked and noted about outlines before they are published."""

import numpy as np
import pytest
import shapely
from outlinefiles import (
    EAST,
    GOOD,
    NORTH,
    ROW,
    SPIKE,
    file_of,
    look,
    polygon,
    sentence,
    square,
    storage,
    told,
)


def test_a_spike_is_asked_about_with_its_corner():
    (shape,) = storage([SPIKE])
    _, (found,) = look(file_of(shape))
    assert (found.level, found.row) == ("ask", ROW)
    assert (
        f"có 1 góc nhọn dưới 1° giữa hai cạnh dài hơn 5 m, nhọn nhất tại X = {NORTH + 250:.2f}"
        in (sentence(found))
    )
    assert f"Y = {EAST + 2_500:.2f}" in sentence(found)


@pytest.mark.parametrize("first", range(7))
def test_a_spike_is_found_wherever_the_ring_begins(first):
    corners = np.roll(shapely.get_coordinates(SPIKE)[:-1], first, axis=0)
    _, (found,) = look(file_of(*storage([shapely.Polygon(corners)])))
    assert "có 1 góc nhọn" in sentence(found)


def test_a_spike_in_a_hole_or_a_second_part_is_found():
    hole = square(side=6_000).difference(SPIKE)
    two = shapely.MultiPolygon([square(-5_000), SPIKE])
    keys = told(file_of(*storage([two])))
    assert ("ask", "spike") in keys
    assert ("ask", "spike") in told(file_of(*storage([hole])))


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (500, 0), (500, 249.97), (504, 250), (500, 250.03), (500, 500), (0, 500)],
        [(0, 0), (500, 0), (500, 230), (2_500, 250), (500, 270), (500, 500), (0, 500)],
    ],
    ids=["short sides", "over 1 degree"],
)
def test_a_small_or_blunt_corner_is_no_spike(corners):
    assert told(file_of(*storage([polygon(*corners)]))) == []


def test_an_overlap_in_the_file_is_asked_about_once_with_both_names():
    _, (found,) = look(file_of(*storage([square(), square(400, 0)])))
    assert (found.level, found.row) == ("ask", ROW)
    said = sentence(found)
    assert (
        f"dòng {ROW} (Cụm 0 (C0)): chồng lên Cụm 1 (C1) ở dòng {ROW + 1}, phần chung 5,00 ha"
        in said
    )


def test_a_common_border_or_a_square_metre_is_no_overlap():
    assert told(file_of(*storage([square(), square(500, 0), square(0, 499.999)]))) == []


def test_an_overlap_with_a_known_outline_is_asked_about():
    known = file_of(*storage([square(400, 0)])).assign(cluster_id="OLD", name="Cụm cũ")
    _, (found,) = look(file_of(GOOD), known=known)
    assert "chồng lên Cụm cũ (OLD) đã có trong dữ liệu, phần chung 5,00 ha" in sentence(found)


def test_the_outline_that_is_replaced_is_no_overlap():
    shapes = storage([square(), square(5_000, 0)])
    known = file_of(*storage([square(100, 0), square(100, 100)]))
    assert told(file_of(*shapes), known=known) == []


def test_known_clusters_without_an_outline_are_passed_over():
    known = file_of(None, shapely.Polygon()).assign(cluster_id=["X", "Y"])
    assert told(file_of(GOOD), known=known) == []
    assert told(file_of(GOOD), known=known[:0]) == []


@pytest.mark.parametrize(
    ("decided", "asked"),
    [(25.0, False), (24.0, False), (26.5, True), (23.5, True), (np.nan, False), (None, False)],
)
def test_an_area_unlike_the_decision_is_asked_about(decided, asked):
    found = look(file_of(GOOD), decided={"C0": decided, "C9": 1.0})[1]
    assert bool(found) == asked
    if asked:
        said = sentence(found[0])
        figure = f"{decided:.2f}".replace(".", ",")
        assert f"đo theo ranh giới 25,00 ha, theo quyết định {figure} ha" in said


def test_half_a_hectare_is_allowed_to_a_small_cluster():
    small = file_of(*storage([square(side=200)]))
    assert told(small, decided={"C0": 3.6}) == []
    assert told(small, decided={"C0": 3.4}) == [("ask", "area_differs")]


@pytest.mark.parametrize(
    ("side", "figure"), [(31.0, "0,10 ha"), (1_415.0, "200,22 ha"), (32.0, ""), (1_414.0, "")]
)
def test_an_unusual_area_is_asked_about(side, figure):
    found = look(file_of(*storage([square(side=side)])))[1]
    assert [f.key for f in found] == ["outlinecheck.unusual_area"] * bool(figure)
    if figure:
        assert f"diện tích {figure}, khác thường" in sentence(found[0])


def test_land_outside_the_province_is_asked_about():
    _, (found,) = look(file_of(*storage([square(20_000)])))
    assert (found.level, found.row) == ("ask", ROW)
    assert "50,0 % diện tích (12,50 ha) nằm ngoài ranh giới tỉnh" in sentence(found)
    assert told(file_of(*storage([square(19_754)]))) == []
    assert told(file_of(*storage([square(25_000)]))) == [("ask", "partly_outside")]


def test_holes_and_parts_are_noted():
    ring = square().difference(square(-100, side=20)).difference(square(100, side=20))
    parts = shapely.MultiPolygon([square(2_000, 0), square(4_000, 0), square(6_000, 0)])
    _, (holes, several) = look(file_of(*storage([ring, parts])))
    assert (holes.level, holes.row, several.level, several.row) == ("note", ROW, "note", ROW + 1)
    assert "ranh giới có 2 phần khoét" in sentence(holes)
    assert "ranh giới gồm 3 phần rời nhau" in sentence(several)
