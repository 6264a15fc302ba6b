"""The cut itself, against the plain computation on whole communes."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.crossing import pieces
from lib.crossing.communes import lines_around, on_globe, plane, prepare_communes
from lib.crossing.pieces import measure
from lib.geo.crs import AREA_CRS
from lib.language.errors import DataRefusedError, WrongUseError

EAST, NORTH = 550_000.0, 2_350_000.0
QUARTER = 16  # segments of a quarter circle, as geopandas has them by default


def frame(*shapes) -> gpd.GeoDataFrame:
    codes = [f"{at:05d}" for at in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=list(shapes), crs=AREA_CRS)


def box(x0, y0, x1, y1) -> shapely.Polygon:
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def array(*shapes):
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made


def cut(outlines, index, tolerance=50.0):
    return measure(outlines, np.full(len(outlines), tolerance), index)


def naive(found, outlines, index, tolerance):
    """Return area, low, high of each piece from whole communes and whole buffers."""
    own, region = outlines[found["outline"]], found["region"].to_numpy()
    beyond = region == index.outside
    for by in (0.0, -tolerance, tolerance):
        moved = shapely.buffer(index.shapes, by, quad_segs=QUARTER) if by else index.shapes
        held = shapely.area(shapely.intersection(own, moved[region]))
        yield np.where(beyond, shapely.area(own) - held, held)


def assert_as_naive(found, outlines, index, tolerance, rel):
    whole = shapely.area(outlines)[found["outline"]]
    area, moved_in, moved_out = naive(found, outlines, index, tolerance)
    beyond = found["region"].to_numpy() == index.outside
    low, high = np.where(beyond, (moved_out, moved_in), (moved_in, moved_out))
    for ours, theirs in (("area", area), ("low", low), ("high", high)):
        assert np.abs(found[ours] - theirs).max() <= rel * whole.min(), ours


# ---- on the real borders ------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_communes):
    return prepare_communes(real_communes)


@pytest.fixture(scope="module")
def drawn(real):
    """800 outlines of 10-75 ha, half of them round points of commune lines."""
    random = np.random.default_rng(148)
    land = real.shapes[real.outside]
    west, south, east, north = shapely.bounds(land)
    anywhere = random.uniform((west, south), (east, north), (3_000, 2))
    anywhere = anywhere[shapely.contains_xy(land, *anywhere.T)][:400]
    lines = random.choice(len(real.runs), 400, replace=False)
    by_lines = shapely.get_coordinates(shapely.get_point(real.runs[lines], 0))
    middles = np.concatenate([anywhere, by_lines + random.normal(0, 150, by_lines.shape)])
    shapes = []
    for middle in middles:
        corners = int(random.integers(5, 20))
        turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + random.uniform(0, 6)
        reach = np.sqrt(random.uniform(10, 75) * 1e4 / np.pi) * random.uniform(0.6, 1.3, corners)
        star = np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, np.newaxis]
        shapes.append(shapely.Polygon(star + middle))
    return array(*shapes)


@pytest.mark.parametrize("tolerance", [3.0, 50.0])
def test_windows_change_nothing_on_the_real_borders(real, drawn, tolerance):
    found = cut(drawn, real, tolerance)
    assert_as_naive(found, drawn, real, tolerance, rel=1e-6)
    assert found["near"].sum() > 600
    assert (found["region"] == real.outside).sum() > 10


def test_an_answer_does_not_depend_on_what_is_asked_beside_it(real, drawn):
    together = cut(drawn, real)
    alone = np.arange(0, len(drawn), 25)
    few = cut(drawn[alone], real).assign(outline=lambda t: alone[t["outline"]])
    same = together[together["outline"].isin(alone)]
    assert few["region"].tolist() == same["region"].tolist()
    assert few["stands"].tolist() == same["stands"].tolist()
    whole = shapely.area(drawn[few["outline"]])
    for column in ("area", "low", "high"):
        assert (np.abs(few[column].to_numpy() - same[column].to_numpy()) <= 1e-6 * whole).all()


def test_one_thread_or_several_give_the_same(real, drawn, monkeypatch):
    monkeypatch.setattr(pieces.os, "cpu_count", lambda: 3)
    several = cut(drawn, real)
    monkeypatch.setattr(pieces.os, "cpu_count", lambda: 1)
    one = cut(drawn, real)
    assert several.drop(columns="shape").equals(one.drop(columns="shape"))


def test_a_larger_tolerance_only_takes_away_on_the_real_borders(real, drawn):
    before = cut(drawn, real, 3.0)
    for tolerance in (25.0, 50.0, 80.0):
        after = cut(drawn, real, tolerance)
        assert not (after["stands"] & ~before["stands"]).any()
        assert not (before["near"] & ~after["near"]).any()
        assert (after["low"] <= before["low"] + 1e-3 * before["area"]).all()
        before = after


# ---- when a piece stands ------------------------------------------------------

HALVES = prepare_communes(frame(box(-5_000, -5_000, 0, 5_000), box(0, -5_000, 5_000, 5_000)))


@pytest.mark.parametrize(("width", "stands"), [(49.9, False), (50.1, True)])
def test_a_strip_stands_if_it_is_wider_than_t(width, stands):
    strip = box(-500, -500, width, 500)
    found = cut(array(strip), HALVES).set_index("region")["stands"]
    assert found.to_dict() == {0: True, 1: stands}


@pytest.mark.parametrize(("width", "stands"), [(49.9, False), (50.1, True)])
def test_a_ring_stands_by_its_width_and_not_its_outer_size(width, stands):
    middle = shapely.Point(EAST + 2_500, NORTH)
    ring = middle.buffer(600, quad_segs=90).difference(middle.buffer(600 - width, quad_segs=90))
    assert cut(array(ring), HALVES)["stands"].tolist() == [stands]


def test_many_thin_parts_do_not_make_one_that_stands():
    comb = [box(-700, 100 * k, 40, 100 * k + 40) for k in range(-5, 5)]
    found = cut(array(shapely.MultiPolygon(comb)), HALVES)
    assert found["stands"].tolist() == [False, False]
    assert found["area"].tolist() == pytest.approx([10 * 700 * 40, 10 * 40 * 40])


@settings(max_examples=60, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.integers(-300, 300), st.integers(-300, 300)), min_size=3, max_size=8
    ),
    tolerance=st.floats(3, 80),
)
def test_standing_is_what_shrinking_leaves(corners, tolerance):
    shape = shapely.convex_hull(
        shapely.MultiPoint([(EAST + 2_000 + x, NORTH + y) for x, y in corners])
    )
    if shape.geom_type != "Polygon":
        return
    (stands,) = cut(array(shape), HALVES, tolerance)["stands"]
    less, more = (shapely.buffer(shape, -by * tolerance / 2) for by in (1.02, 0.98))
    assert stands or less.is_empty
    assert not stands or not more.is_empty


# ---- coverages made here ------------------------------------------------------


@st.composite
def coverages(draw):
    """A square of 6 km cut into cells, one of which may be missing (a hole in the province)."""
    seeds = draw(
        st.lists(
            st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=4, max_size=9, unique=True
        )
    )
    points = shapely.MultiPoint([(EAST + 100 * x, NORTH + 100 * y) for x, y in seeds])
    square = box(0, 0, 6_000, 6_000)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    cells = shapely.intersection(cells, square)
    return frame(*cells[int(draw(st.booleans())) :])


@st.composite
def stars(draw):
    """An outline on whole metres, sometimes with a hole or a second part."""
    x, y = draw(st.integers(-300, 6_300)), draw(st.integers(-300, 6_300))
    reach = draw(st.lists(st.integers(80, 600), min_size=3, max_size=9))
    turn = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
    star = np.column_stack([np.cos(turn), np.sin(turn)]) * np.array(reach)[:, np.newaxis]
    shape = shapely.Polygon((star + np.array([EAST + x, NORTH + y])).round())
    if not shape.is_valid:
        shape = shapely.convex_hull(shape)
    if draw(st.booleans()):
        shape = shape.difference(shapely.Point(EAST + x, NORTH + y).buffer(30))
    if draw(st.booleans()):
        shape = shape.union(box(x + 900, y, x + 1_200, y + 250))
    return shape


@settings(max_examples=60, deadline=None)
@given(
    communes=coverages(),
    shapes=st.lists(stars(), min_size=1, max_size=4),
    tolerance=st.floats(3, 80),
)
def test_pieces_are_those_of_the_plain_computation(communes, shapes, tolerance):
    index, outlines = prepare_communes(communes), array(*shapes)
    found = cut(outlines, index, tolerance)
    assert_as_naive(found, outlines, index, tolerance, rel=1e-6)
    total = found.groupby("outline")["area"].sum()
    assert total.to_numpy() == pytest.approx(shapely.area(outlines), rel=1e-9)
    drawn = shapely.area(found["shape"].to_numpy())
    assert drawn == pytest.approx(found["area"].to_numpy(), rel=1e-9)


def test_an_outline_on_the_line_itself_lies_on_one_side():
    outline = box(0, -300, 700, 300)
    found = cut(array(outline), HALVES)
    assert found["region"].tolist() == [1]
    assert found[["area", "low", "high"]].to_numpy().tolist()[0] == pytest.approx(
        [420_000, 390_000, 420_000]
    )


def test_two_parts_far_from_every_line_are_two_pieces():
    apart = shapely.MultiPolygon([box(-3_000, 0, -2_500, 500), box(2_500, 0, 3_100, 500)])
    found = cut(array(apart), HALVES)
    assert found["area"].tolist() == pytest.approx([250_000, 300_000])
    assert (found["low"] == found["high"]).all()
    assert found["stands"].all()


def test_land_claimed_twice_counts_in_both_communes():
    index = prepare_communes(frame(box(-5_000, -5_000, 200, 5_000), box(0, -5_000, 5_000, 5_000)))
    found = cut(array(box(-300, 0, 300, 600)), index)
    assert found["area"].tolist() == pytest.approx([300_000, 180_000])


def test_a_commune_inside_another():
    inner = box(-400, -400, 400, 400)
    index = prepare_communes(frame(box(-5_000, -5_000, 5_000, 5_000).difference(inner), inner))
    found = cut(array(box(-300, -300, 300, 300), box(-600, -600, 600, 600)), index)
    assert found[["outline", "region"]].to_numpy().tolist() == [[0, 1], [1, 0], [1, 1]]
    assert found["near"].tolist() == [False, True, True]


def test_land_in_a_gap_between_communes_is_outside():
    index = prepare_communes(frame(box(-5_000, -5_000, 0, 5_000), box(30, -5_000, 5_000, 5_000)))
    found = cut(array(box(-300, 0, 300, 600)), index)
    outside = found[found["region"] == index.outside]
    assert outside["area"].tolist() == pytest.approx([30 * 600])
    assert not outside["stands"].any()


def test_far_away_from_the_province_all_is_outside():
    found = cut(array(box(9_000, 9_000, 9_500, 9_500)), HALVES)
    assert found["region"].tolist() == [HALVES.outside]
    assert found[["low", "area", "high"]].to_numpy().tolist() == [[250_000.0] * 3]


def test_each_outline_has_its_own_tolerance():
    outlines = array(box(60, 0, 600, 600), box(60, 0, 600, 600))
    found = measure(outlines, np.array([50.0, 70.0]), HALVES)
    assert found["near"].tolist() == [False, True]
    assert found["low"].tolist() == pytest.approx([324_000, 318_000])


# ---- communes -----------------------------------------------------------------


def test_the_band_is_empty_far_from_every_line():
    (shape,) = on_globe(array(box(2_000, 0, 2_500, 500)))
    assert pieces.tolerance_band(shape, HALVES, 50.0).is_empty


def test_the_band_is_a_strip_on_both_sides_of_the_line():
    (shape,) = on_globe(array(box(-300, 0, 300, 500)))
    band = pieces.tolerance_band(shape, HALVES, 40.0)
    (there,) = plane(gpd.GeoSeries([band], crs=4326))
    assert there.symmetric_difference(box(-40, 0, 40, 500)).area < 1.0


def test_lines_around_an_outline_stay_near_it():
    (shape,) = on_globe(array(box(-300, 0, 300, 500)))
    (lines,) = plane(gpd.GeoSeries([lines_around(shape, HALVES, reach_m=200)], crs=4326))
    assert lines.length == pytest.approx(900, abs=1)


def test_the_order_of_communes_does_not_matter():
    forth = prepare_communes(frame(box(-9, 0, 0, 9), box(0, 0, 9, 9)))
    back = prepare_communes(frame(box(-9, 0, 0, 9), box(0, 0, 9, 9))[::-1])
    assert forth.codes.tolist() == back.codes.tolist()
    assert shapely.equals_exact(forth.shapes[:2], back.shapes[:2]).all()


@pytest.mark.parametrize(
    ("communes", "key"),
    [
        (frame(box(0, 0, 9, 9)).iloc[:0], "crossing.communes_none"),
        (frame(box(0, 0, 9, 9), box(9, 0, 18, 9)).assign(code="00001"), "crossing.commune_twice"),
        (frame(box(0, 0, 9, 9), shapely.Polygon()), "crossing.commune_invalid"),
        (frame(box(0, 0, 9, 9), None), "crossing.commune_invalid"),
        (frame(box(0, 0, 9, 9), shapely.Point(EAST, NORTH)), "crossing.commune_invalid"),
        (
            frame(shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])),
            "crossing.commune_invalid",
        ),
        (frame(box(0, 0, 9, 9)).assign(border_quality="schematic"), "crossing.communes_schematic"),
    ],
)
def test_communes_that_measure_nothing_are_refused(communes, key):
    with pytest.raises(DataRefusedError) as refused:
        prepare_communes(communes)
    assert refused.value.key == key
    assert refused.value.message("en")


def test_communes_of_no_stated_system_are_refused():
    with pytest.raises(WrongUseError):
        prepare_communes(
            gpd.GeoDataFrame({"code": ["1"], "name": ["A"]}, geometry=[box(0, 0, 9, 9)])
        )
