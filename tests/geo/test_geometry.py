"""Areas in hectares, and light shapes that still fit and never vanish."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity

from lib.geo.coverage import check_and_settle
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import (
    areas_ha,
    border_lines,
    label_points,
    outline,
    simplify_layer,
    simplify_lines,
)

EAST_M, NORTH_M = 560_000, 2_350_000  # in the middle of the province, EPSG:9208


def projected(*shapes) -> gpd.GeoSeries:
    """Return shapes given in metres from the middle of the province, in WGS 84."""
    moved = [affinity.translate(shape, EAST_M, NORTH_M) for shape in shapes]
    return gpd.GeoSeries(moved, crs=AREA_CRS).to_crs(STORAGE_CRS)


def layer(*shapes) -> gpd.GeoDataFrame:
    codes = [f"{number:02}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=projected(*shapes))


@pytest.fixture(scope="module")
def communes(real_communes) -> gpd.GeoDataFrame:
    return check_and_settle(real_communes)[1]


@pytest.fixture(scope="module")
def light(communes) -> gpd.GeoDataFrame:
    return simplify_layer(communes, tolerance_m=30)


# --- areas ---


@given(side=st.floats(1, 5_000), east=st.floats(-60_000, 60_000), north=st.floats(-60_000, 60_000))
def test_a_square_has_its_hectares(side, east, north):
    square = shapely.box(east, north, east + side, north + side)
    assert areas_ha(projected(square))[0] == pytest.approx(side * side / 10_000, abs=1e-4)


def test_areas_keep_the_index_and_blanks():
    shapes = projected(shapely.box(0, 0, 100, 100), shapely.box(0, 0, 200, 100))
    shapes = pd.concat([shapes, gpd.GeoSeries([None], crs=STORAGE_CRS)]).set_axis(["x", "y", "z"])
    areas = areas_ha(shapes)
    assert areas.index.tolist() == ["x", "y", "z"]
    assert areas[["x", "y"]].tolist() == pytest.approx([1, 2], abs=1e-6)
    assert pd.isna(areas["z"])


def test_the_province_has_its_area(real_communes, communes):
    assert areas_ha(real_communes.geometry).sum() == pytest.approx(935_209.244, abs=1e-3)
    assert areas_ha(communes.geometry).sum() == pytest.approx(935_207.615, abs=1e-3)


def test_the_outline_is_one_piece_without_holes(communes):
    border = outline(communes)
    assert border.geom_type == "Polygon"
    assert len(border.interiors) == 0
    area = areas_ha(gpd.GeoSeries([border], crs=STORAGE_CRS))[0]
    assert area == pytest.approx(areas_ha(communes.geometry).sum(), abs=1e-6)


# --- simplified layers ---


def test_the_simplified_communes_still_fit(communes, light):
    """No overlap or gap at all (limit of the check: 0.01 m²), by the check of the real data."""
    report = check_and_settle(light)[0]
    assert (report.overlaps, report.gaps, report.invalid_edge_codes) == ((), (), ())
    assert (report.units, report.parts, report.holes) == (148, 148, 0)
    assert report.vertices < 53_000
    assert shapely.is_valid(light.geometry).all()
    change = areas_ha(light.geometry) / areas_ha(communes.geometry) - 1
    assert change.abs().max() < 0.001
    assert list(light.columns) == list(communes.columns)
    assert light.index.equals(communes.index)


def test_simplified_coordinates_are_short_but_leave_no_grid_behind(light):
    xy = shapely.get_coordinates(light.geometry)
    assert (np.round(xy, 5) == xy).all()
    assert (shapely.get_precision(light.geometry) == 0).all()


@pytest.mark.parametrize("tolerance_m", [0, 10, 200, 2_000])
def test_any_tolerance_keeps_every_real_commune(communes, tolerance_m):
    values = simplify_layer(communes, tolerance_m=tolerance_m).geometry.to_numpy()
    assert shapely.is_valid(values).all()
    assert shapely.coverage_is_valid(values)
    assert (shapely.get_num_geometries(values) == 1).all()
    assert shapely.get_num_interior_rings(shapely.coverage_union_all(values)) == 0


@given(
    side=st.floats(0.01, 50),
    ratio=st.floats(0.01, 1),
    turn=st.floats(0, 90),
    tolerance_m=st.floats(0, 1e5),
)
def test_a_small_outline_never_vanishes(side, ratio, turn, tolerance_m):
    outlines = layer(affinity.rotate(shapely.box(0, 0, side, side * ratio), turn))
    shape = simplify_layer(outlines, tolerance_m=tolerance_m).geometry[0]
    assert shape.is_valid
    assert shape.area > 0


def test_islets_holes_and_enclaves_stay():
    islet, pond = shapely.box(3_000, 0, 3_005, 5), shapely.box(200, 200, 204, 204)
    land = shapely.box(0, 0, 2_000, 2_000)
    enclave = shapely.box(1_000, 1_000, 1_003, 1_003)
    units = layer(shapely.MultiPolygon([land - pond - enclave, islet]), enclave)
    light = simplify_layer(units, tolerance_m=10_000)
    assert shapely.get_num_geometries(light.geometry).tolist() == [2, 1]
    assert shapely.get_num_interior_rings(light.geometry[0].geoms[0]) == 2
    assert shapely.coverage_is_valid(light.geometry.to_numpy())


def test_a_neck_narrower_than_the_rounding_is_not_folded():
    neck = shapely.box(100, 50.0, 200, 50.3)
    shapes = layer(shapely.union_all([shapely.box(0, 0, 100, 100), neck]).normalize())
    light = simplify_layer(shapes, tolerance_m=0)
    assert light.geometry[0].is_valid
    assert areas_ha(light.geometry)[0] == pytest.approx(areas_ha(shapes.geometry)[0], rel=0.03)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.floats(0, 90), st.floats(0, 90), st.floats(0.2, 60), st.floats(0, 90)),
        min_size=1,
        max_size=5,
    ),
    tolerance_m=st.sampled_from([0.0, 3.0, 30.0, 3_000.0]),
)
def test_outlines_may_overlap_and_stay_valid(boxes, tolerance_m):
    shapes = [
        affinity.rotate(shapely.Point(east, north).buffer(size, quad_segs=3), turn)
        for east, north, size, turn in boxes
    ]
    light = simplify_layer(layer(*shapes), tolerance_m=tolerance_m)
    assert shapely.is_valid(light.geometry).all()
    assert (shapely.area(light.geometry.to_numpy()) > 0).all()


def test_nothing_is_changed_in_place(real_communes, communes):
    few = communes.head(3)
    before = few.geometry.to_wkb()
    simplify_layer(few, tolerance_m=100)
    border_lines(few)
    label_points(few.geometry)
    pd.testing.assert_series_equal(few.geometry.to_wkb(), before)
    assert shapely.get_num_coordinates(real_communes.geometry).sum() == 265_824


def test_a_layer_without_rows_stays_one():
    assert len(simplify_layer(layer(), tolerance_m=30)) == 0
    assert len(simplify_lines(layer(), 30)) == 0


# --- lines ---


def test_simplified_lines_keep_their_ends_and_their_course():
    east = np.arange(0, 5_000, 10.0)
    river = shapely.LineString(np.column_stack([east, 100 * np.sin(east / 300)]))
    brook = shapely.LineString([river.coords[0], (-50, -80), (-90, -300)])
    lines = layer(river, brook)
    light = simplify_lines(lines, 20)
    assert shapely.get_num_coordinates(light.geometry[0]) < 60
    metric, was = light.to_crs(AREA_CRS).geometry, lines.to_crs(AREA_CRS).geometry
    assert metric[0].hausdorff_distance(was[0]) < 21
    assert light.geometry[0].coords[0] == light.geometry[1].coords[0]
    xy = shapely.get_coordinates(light.geometry)
    assert (np.round(xy, 5) == xy).all()


@given(length=st.floats(0.01, 5), turn=st.floats(0, 360))
def test_a_short_line_never_vanishes(length, turn):
    line = affinity.rotate(shapely.LineString([(0, 0), (length, 0)]), turn)
    shape = simplify_lines(layer(line), 1_000).geometry[0]
    assert shape.is_valid
    assert shape.length > 0


# --- label points ---


def test_labels_stand_well_inside_the_real_communes(communes):
    points = label_points(communes.geometry)
    assert points.index.equals(communes.index)
    assert points.crs == communes.crs
    assert communes.geometry.contains(points).all()
    metric = communes.geometry.to_crs(AREA_CRS)
    room = points.to_crs(AREA_CRS).distance(metric.boundary)
    best = shapely.length(shapely.maximum_inscribed_circle(metric.to_numpy(), tolerance=1))
    assert (room / best).min() > 0.99


def test_the_label_of_a_bent_shape_is_in_its_widest_place():
    bent = shapely.union_all([shapely.box(0, 0, 900, 100), shapely.box(700, 0, 900, 200)])
    shapes = projected(bent, shapely.MultiPolygon([shapely.box(0, 0, 10, 10), bent]))
    for point in label_points(shapes).to_crs(AREA_CRS):
        assert point.distance(shapely.Point(EAST_M + 800, NORTH_M + 100)) < 5


def test_a_blank_has_no_label():
    shapes = pd.concat([projected(shapely.box(0, 0, 9, 9)), gpd.GeoSeries([None], crs=STORAGE_CRS)])
    assert label_points(shapes.set_axis([7, 8])).isna().to_dict() == {7: False, 8: True}


# --- borders ---


def test_three_units_have_their_borders():
    a, b = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    pond = shapely.box(20, 20, 40, 40)
    borders = border_lines(layer(a - pond, b, pond))
    lengths = borders.to_crs(AREA_CRS).length.round(2).tolist()
    pairs = list(zip(borders["code_a"], borders["code_b"], lengths, strict=True))
    assert pairs == [("00", "", 300), ("00", "01", 100), ("00", "02", 80), ("01", "", 300)]
    assert set(borders.geometry.geom_type) == {"LineString"}
    assert borders.crs == STORAGE_CRS


def test_parts_and_repeated_vertices_do_not_disturb_borders():
    stutter = shapely.Polygon([(0, 0), (100, 0), (100, 0), (100, 100), (0, 100), (0, 0), (0, 0)])
    two = shapely.MultiPolygon([shapely.box(100, 0, 200, 100), shapely.box(-100, 0, 0, 100)])
    borders = border_lines(layer(stutter, two))
    shared = borders[(borders["code_a"] == "00") & (borders["code_b"] == "01")]
    assert shared.to_crs(AREA_CRS).length.tolist() == pytest.approx([200], abs=0.01)
    assert shared.geometry.geom_type.tolist() == ["MultiLineString"]


def test_the_real_borders(communes, light):
    borders, drawn = border_lines(communes), border_lines(light)
    assert (len(borders), (borders["code_b"] == "").sum()) == (439, 57)
    pairs = ["code_a", "code_b"]
    short = borders[borders.to_crs(AREA_CRS).length < 100]
    assert short[pairs].to_numpy().tolist() == [["04897", "08686"]]  # 0.7 m, a point when rounded
    assert (borders.drop(short.index)[pairs].to_numpy() == drawn[pairs].to_numpy()).all()
    assert borders[pairs].equals(borders[pairs].sort_values(pairs))
    inside = borders[borders["code_b"] != ""]
    assert (inside["code_a"] < inside["code_b"]).all()
    edge = shapely.line_merge(shapely.union_all(drawn[drawn["code_b"] == ""].geometry))
    assert edge.equals(outline(light).exterior)
