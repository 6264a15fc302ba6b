"""What is refused and mended of outlines before they are published."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given
from hypothesis import strategies as st
from outlinefiles import (
    BOW_TIE,
    EAST,
    FILE,
    GOOD,
    NORTH,
    PROVINCE,
    ROW,
    SPIKE,
    file_of,
    look,
    polygon,
    sentence,
    square,
    storage,
    told,
    with_height,
)

from lib.crossing.communes import prepare_communes
from lib.crossing.verdict import cut
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.importing.outlines.check import MAX_VERTICES, SAME_CORNER_DEG
from lib.language.errors import WrongUseError


def with_a_blank(shape):
    corners = shapely.get_coordinates(shape)
    corners[1, 0] = np.nan
    return shapely.set_coordinates(shape, corners)


def test_a_good_outline_has_nothing_said_and_stays_as_it_is():
    frame = file_of(GOOD)
    kept, findings = look(frame)
    assert findings == ()
    assert shapely.equals_identical(kept.geometry.iloc[0], GOOD)
    assert kept.drop(columns="geometry").equals(frame.drop(columns="geometry"))
    assert kept.crs == frame.crs


REFUSALS = {
    "missing": (None, "missing", "không có ranh giới"),
    "empty": (shapely.Polygon(), "missing", "không có ranh giới"),
    "a point": (GOOD.centroid, "point", "là điểm, không phải vùng"),
    "a line": (GOOD.exterior, "closed_line", "là đường khép kín (line), không phải vùng"),
    "an open line": (shapely.LineString(GOOD.exterior.coords[:-1]), "open_line", "là đường hở"),
    "points in a collection": (
        shapely.GeometryCollection([GOOD.centroid]),
        "not_polygon",
        "không phải là vùng khép kín",
    ),
    "two areas in a collection": (
        shapely.GeometryCollection([GOOD, shapely.GeometryCollection([GOOD])]),
        "several_outlines",
        "có 2 vùng",
    ),
    "a blank coordinate": (with_a_blank(GOOD), "not_finite", "tọa độ điểm thứ 2 bị trống"),
    "metres": (square(), "not_finite", "điểm thứ 1"),
    "an infinite coordinate": (
        shapely.Polygon([(105, 21), (105.1, 21), (105.1, np.inf)]),
        "not_finite",
        "điểm thứ 3",
    ),
    "two corners": (
        storage([polygon((0, 0), (500, 0), (0, 0), (500, 0))])[0],
        "too_few",
        "dưới 3 điểm khác nhau",
    ),
    "three corners, two within a millimetre": (
        storage([polygon((0, 0), (500, 0), (500, 0.0005))])[0],
        "too_few",
        "dưới 3 điểm khác nhau",
    ),
    "a hole of two corners": (
        storage([polygon((0, 0), (500, 0), (0, 500), holes=[[(50, 50), (90, 90), (50, 50)]])])[0],
        "too_few",
        "dưới 3 điểm khác nhau",
    ),
    "under a square metre": (storage([square(side=0.99)])[0], "tiny", "dưới 1 m²"),
    "on a line": (storage([polygon((0, 0), (1e-4, 9), (0, 18))])[0], "tiny", "dưới 1 m²"),
    "a figure of eight": (
        storage([BOW_TIE])[0],
        "crosses_itself",
        f"tự cắt hoặc các phần chồng lên nhau tại X = {NORTH + 250:.2f}, Y = {EAST + 250:.2f}",
    ),
    "a hole outside": (
        storage(
            [polygon((0, 0), (500, 0), (0, 500), holes=[[(900, 900), (990, 900), (900, 990)]])]
        )[0],
        "bad_hole",
        f"nằm sai chỗ, tại X = {NORTH + 900:.2f}, Y = {EAST + 900:.2f}",
    ),
    "a part inside another": (
        storage([shapely.MultiPolygon([square(), square(side=100)])])[0],
        "bad_parts",
        "nằm đè lên nhau, tại X = 23",
    ),
    "overlapping parts": (
        storage([shapely.MultiPolygon([square(), square(250, 250)])])[0],
        "crosses_itself",
        "các phần chồng lên nhau tại X = 23",
    ),
    "far away": (storage([square(26_130)])[0], "far_outside", "cách ranh giới tỉnh 5,9 km"),
}


@pytest.mark.parametrize(("shape", "key", "words"), REFUSALS.values(), ids=REFUSALS)
def test_an_outline_that_cannot_be_used_is_refused_with_its_row(shape, key, words):
    kept, findings = look(file_of(GOOD, shape))
    assert kept.index.tolist() == ["k0"]
    assert [(f.level, f.key, f.row) for f in findings] == [
        ("refused", f"outlinecheck.{key}", ROW + 1)
    ]
    said = sentence(findings[0])
    assert f"Tệp {FILE}, dòng {ROW + 1} (Cụm 1 (C1)): " in said
    assert words in said
    assert findings[0].message("en")


def test_the_place_of_a_crossing_is_told_in_degrees_too():
    (found,) = look(file_of(storage([BOW_TIE])[0]))[1]
    (there,) = storage([shapely.Point(EAST + 250, NORTH + 250)])
    assert f"kinh độ {there.x:.6f}, vĩ độ {there.y:.6f}" in found.message()


def test_an_outline_of_a_picture_is_refused_before_it_takes_the_computer():
    turn = np.linspace(0, 2 * np.pi, MAX_VERTICES + 1, endpoint=False)
    ring = np.column_stack([EAST + 300 * np.cos(turn), NORTH + 300 * np.sin(turn)])
    most, more = storage([shapely.Polygon(ring[2:]), shapely.Polygon(ring)])
    kept, (found,) = look(file_of(most, more)[1:])
    assert kept.empty
    assert "có 200.002 điểm, nhiều hơn mức cho phép 200.000" in sentence(found)
    assert look(file_of(most))[1] == ()


def test_a_file_of_refusals_only_leaves_an_empty_frame():
    frame = file_of(None, GOOD.centroid)
    kept, findings = look(frame)
    assert kept.empty
    assert kept.columns.tolist() == frame.columns.tolist()
    assert kept.crs == STORAGE_CRS
    assert [f.row for f in findings] == [ROW, ROW + 1]


def test_a_file_without_rows_has_nothing_to_say():
    kept, findings = look(file_of(GOOD)[:0])
    assert (len(kept), findings) == (0, ())


def test_a_file_without_a_coordinate_system_is_wrong_use():
    with pytest.raises(WrongUseError, match="hệ tọa độ"):
        look(file_of(GOOD).set_crs(None, allow_override=True))


DOUBLED = shapely.Polygon(
    [*GOOD.exterior.coords[:2], *GOOD.exterior.coords[1:4], GOOD.exterior.coords[0]]
)
MENDINGS = {
    "heights": (with_height(GOOD), "heights_dropped", "đã bỏ độ cao"),
    "a corner twice": (DOUBLED, "corners_dropped", "đã bỏ 1 điểm ghi lặp lại"),
    "clockwise": (GOOD.reverse(), "turned", "đã đổi chiều đi của các điểm"),
    "with a label": (
        shapely.GeometryCollection([GOOD.centroid, shapely.GeometryCollection([GOOD])]),
        "taken_out",
        "đã lấy riêng vùng ranh giới",
    ),
}


@pytest.mark.parametrize(("shape", "key", "words"), MENDINGS.values(), ids=MENDINGS)
def test_what_can_be_meant_one_way_only_is_mended_and_told(shape, key, words):
    kept, findings = look(file_of(shape))
    assert [(f.level, f.key, f.row) for f in findings] == [("mended", f"outlinecheck.{key}", ROW)]
    assert f"dòng {ROW} (Cụm 0 (C0)): {words}" in sentence(findings[0])
    (mended,) = kept.geometry
    assert not mended.has_z
    assert mended.exterior.is_ccw
    assert shapely.equals_exact(shapely.normalize(mended), shapely.normalize(GOOD))
    assert told(kept) == []


def test_everything_at_once_is_mended_in_one_go():
    shape = shapely.GeometryCollection([with_height(DOUBLED.reverse()), GOOD.centroid])
    keys = {key for _, key in told(file_of(shape))}
    assert keys == {"heights_dropped", "corners_dropped", "turned", "taken_out"}
    assert told(look(file_of(shape))[0]) == []


def test_what_is_refused_is_not_told_as_mended():
    assert told(file_of(with_height(storage([BOW_TIE])[0]))) == [("refused", "crosses_itself")]


def test_a_hole_is_turned_the_other_way():
    ring = square().difference(square(side=100))
    shape = storage([ring])[0].reverse()
    kept, _ = look(file_of(shape))
    assert [hole.is_ccw for hole in kept.geometry.iloc[0].interiors] == [False]


@pytest.mark.parametrize(("apart_m", "gone"), [(0.0009, 1), (0.0012, 0)])
def test_corners_within_a_millimetre_are_one(apart_m, gone):
    corners = list(GOOD.exterior.coords)
    lon, lat = corners[1]
    corners.insert(2, (lon, lat + apart_m / 110_700))
    kept, _ = look(file_of(shapely.Polygon(corners)))
    assert shapely.get_num_coordinates(kept.geometry.iloc[0]) == len(corners) - gone


def test_what_was_given_is_not_changed():
    frame = file_of(with_height(DOUBLED.reverse()), None, storage([BOW_TIE])[0])
    before = frame.to_wkb()
    look(frame, known=frame)
    assert frame.to_wkb().equals(before)


def test_another_coordinate_system_is_brought_to_storage():
    kept, findings = look(file_of(GOOD).to_crs(AREA_CRS))
    assert (findings, kept.crs) == ((), STORAGE_CRS)
    assert shapely.equals_exact(kept.geometry.iloc[0], GOOD, tolerance=1e-7)


@st.composite
def stars(draw):
    """Draw a simple polygon with corners all round a centre, in the plane."""
    count = draw(st.integers(4, 40))
    jitter = draw(st.lists(st.floats(0, 0.7), min_size=count, max_size=count))
    radii = draw(st.lists(st.floats(60, 700), min_size=count, max_size=count))
    x, y = draw(st.tuples(st.floats(-19_000, 19_000), st.floats(-19_000, 19_000)))
    turn = 2 * np.pi * (np.arange(count) + np.array(jitter)) / count
    corners = np.column_stack([np.cos(turn), np.sin(turn)]) * np.array(radii)[:, None]
    return shapely.Polygon(corners + np.array([EAST + x, NORTH + y]))


@given(stars(), st.booleans(), st.booleans())
def test_any_simple_polygon_survives_with_its_area(star, turned, high):
    (shape,) = storage([star])
    shape = shape.reverse() if turned else shape
    frame = file_of(with_height(shape) if high else shape)
    kept, findings = look(frame)
    assert not [f for f in findings if f.level == "refused"]
    area, before = (g.to_crs(AREA_CRS).area.iloc[0] for g in (kept, file_of(shape)))
    assert area == pytest.approx(before, rel=1e-9)
    assert area == pytest.approx(star.area, rel=1e-6)
    assert [f for f in look(kept)[1] if f.level == "mended"] == []


near = st.sampled_from([0, 0.3, 0.9, 1.2, 2.0, 4e5, 5e5])


@given(st.lists(st.tuples(near, near), min_size=3, max_size=9))
@example([(2.0, 0.3), (4e5, 0), (4e5, 5e5), (2.0, 0.9), (1.2, 0.3)])
def test_mending_is_done_at_once_however_close_the_corners(steps):
    corners = np.array(steps) * SAME_CORNER_DEG + (105.23, 21.24)
    assume(len(np.unique(corners, axis=0)) > 1)
    kept, findings = look(file_of(shapely.Polygon(corners)))
    assert len(kept) + sum(f.level == "refused" for f in findings) == 1
    assert [f for f in look(kept)[1] if f.level in ("mended", "refused")] == []


def test_what_is_kept_can_be_cut():
    shapes = [shape for shape, _, _ in (REFUSALS | MENDINGS).values()]
    kept, _ = look(file_of(*shapes, *storage([SPIKE])))
    assert len(kept) == len(MENDINGS) + 1
    communes = gpd.GeoDataFrame(
        {"code": ["00001"], "name": ["Xã"]}, geometry=[PROVINCE], crs=STORAGE_CRS
    )
    done = cut(kept.assign(outline_accuracy_m=0.5), prepare_communes(communes))
    assert done.refused.empty
