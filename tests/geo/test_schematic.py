"""Schematic borders: on the real label points, and on points made to break a Voronoi."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.schematic import schematic_communes, stray_units
from lib.language.errors import DataRefusedError

FACTS = Path(__file__).parents[2] / "data" / "facts"
SPLIT = {"04891": {"04828", "04891"}, "04957": {"04924", "04960"}, "05221": {"05200", "05212"}}


@pytest.fixture(scope="module")
def former() -> pd.DataFrame:
    columns = ["former_code", "new_code", "part", "lat", "lon"]
    text = dict.fromkeys(columns[:3], str)
    return pd.read_csv(FACTS / "former_units.csv", dtype=text, usecols=columns)


@pytest.fixture(scope="module")
def drawn(former) -> gpd.GeoDataFrame:
    return schematic_communes(former)


def points_of(former: pd.DataFrame) -> gpd.GeoSeries:
    return gpd.GeoSeries.from_xy(former["lon"], former["lat"], crs=STORAGE_CRS).to_crs(AREA_CRS)


def frame(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Return former points from (former code, new code, lat, lon)."""
    table = pd.DataFrame(rows, columns=["former_code", "new_code", "lat", "lon"])
    return table.assign(part="whole")


def check_coverage(communes: gpd.GeoDataFrame) -> None:
    assert communes.crs == STORAGE_CRS
    assert communes.geometry.is_valid.all()
    assert communes.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert not communes.geometry.is_empty.any()
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())


def test_the_148_communes_are_a_coverage_in_one_piece(drawn, former):
    assert len(drawn) == 148
    assert list(drawn["code"]) == sorted(former["new_code"].unique())
    check_coverage(drawn)
    whole = drawn.geometry.to_crs(AREA_CRS).union_all()
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area / 1e6 == pytest.approx(9349, abs=5)


def test_a_unit_lies_in_its_commune(drawn, former):
    shared = former.duplicated(["lat", "lon"], keep=False)
    plain = former[~shared & ~former["former_code"].isin(stray_units(former))]
    assert len(plain) > 450
    cells = drawn.set_index("code").geometry.to_crs(AREA_CRS).loc[plain["new_code"]]
    assert shapely.contains(cells.to_numpy(), points_of(plain).to_numpy()).all()


@pytest.mark.parametrize("former_code", SPLIT)
def test_a_split_unit_is_cut_through_its_point_into_two_facing_halves(drawn, former, former_code):
    rows = former[former["former_code"] == former_code]
    assert set(rows["new_code"]) == SPLIT[former_code]
    point = points_of(rows).iloc[0]
    cells = drawn.set_index("code").geometry.to_crs(AREA_CRS)
    others = former[(former["former_code"] != former_code)]
    centres = points_of(others).groupby(others["new_code"]).agg(lambda p: p.union_all().centroid)
    around = point.buffer(20)
    for code in rows["new_code"]:
        (sibling,) = SPLIT[former_code] - {code}
        half = cells[code].intersection(around)
        assert half.area == pytest.approx(around.area / 2, rel=0.05)
        # Each half lies towards its own commune: nearer to it than the sibling's half is.
        rest = cells[sibling].intersection(around)
        own = centres[code].distance(half.centroid) - centres[sibling].distance(half.centroid)
        other = centres[code].distance(rest.centroid) - centres[sibling].distance(rest.centroid)
        assert own < other


def test_units_geocoded_alike_leave_no_commune_without_land(drawn, former):
    alike = former[former["former_code"].isin(["09097", "09151", "09157"])]
    assert len(alike.drop_duplicates(["lat", "lon"])) == 1
    areas = drawn.set_index("code").geometry.to_crs(AREA_CRS).area
    assert (areas[alike["new_code"]] > 1e7).all()


def test_points_in_another_district_are_left_out(drawn, former):
    # Lương Điền was found 72 km away in Hải Dương, Phú Nghĩa inside phường Hòa Bình.
    assert set(stray_units(former)) == {"09118", "05395"}
    stray = points_of(former[former["former_code"] == "05395"]).iloc[0]
    cells = drawn.set_index("code").geometry.to_crs(AREA_CRS)
    assert not cells["05395"].contains(stray)
    assert cells["04795"].contains(stray)


def test_three_quarters_of_the_land_are_in_the_right_commune(drawn, real_communes):
    cells = drawn.set_index("code").geometry.to_crs(AREA_CRS)
    real = real_communes.set_index("code").geometry.to_crs(AREA_CRS).loc[cells.index]
    right = shapely.area(shapely.intersection(cells.to_numpy(), real.to_numpy()))
    assert right.sum() / real.area.sum() == pytest.approx(0.76, abs=0.02)


def test_the_order_of_rows_does_not_matter(drawn, former):
    again = schematic_communes(former.sample(frac=1, random_state=7))
    assert list(again["code"]) == list(drawn["code"])
    moved = drawn.geometry.symmetric_difference(again.geometry).to_crs(AREA_CRS).area
    assert moved.max() < 1


def test_names_come_without_their_kind():
    table = frame(("00001", "20001", 21.1, 105.1), ("00002", "20002", 21.2, 105.2))
    assert list(schematic_communes(table)["name"]) == ["20001", "20002"]
    named = table.assign(new_name=["Xã Xuân Lũng", "Phường Tân Hoà"])
    assert list(schematic_communes(named)["name"]) == ["Xuân Lũng", "Tân Hoà"]


def test_the_table_given_is_left_as_it_is(former):
    before = former.copy()
    schematic_communes(former)
    pd.testing.assert_frame_equal(former, before)


def test_a_commune_of_two_far_points_keeps_both():
    table = frame(
        ("00001", "20001", 21.0, 105.0),
        ("00002", "20001", 21.5, 105.5),
        ("00003", "20002", 21.2, 105.3),
    )
    assert stray_units(table) == ()
    assert list(schematic_communes(table)["code"]) == ["20001", "20002"]


def test_a_unit_without_a_point_is_passed_over():
    table = frame(
        ("00001", "20001", 21.0, 105.0),
        ("00002", "20001", np.nan, np.nan),
        ("00003", "20002", 21.2, 105.3),
    )
    check_coverage(schematic_communes(table))


@pytest.mark.parametrize(
    ("table", "key", "named"),
    [
        (frame(("1", "20001", 21.0, 105.0)).drop(columns=["lat"]), "points_columns", "lat"),
        (frame(("00007", "20001", 105.0, 21.0)), "points_outside", "00007"),
        (frame(("00007", "20001", np.inf, 105.0)), "points_outside", "00007"),
        (
            frame(("00001", "20001", 21.0, 105.0), ("00002", "20002", np.nan, 105.0)),
            "points_lost",
            "20002",
        ),
    ],
)
def test_points_that_cannot_be_drawn_are_refused(table, key, named):
    with pytest.raises(DataRefusedError) as caught:
        schematic_communes(table)
    assert caught.value.key == f"sources.{key}"
    assert named in caught.value.message()


# A coarse lattice: equal points, points on one line, four on one circle.
PLACES = st.tuples(
    st.integers(0, 6), st.integers(0, 6), st.sampled_from(["20001", "20002", "20003", "20004"])
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=30), st.sampled_from([0.001, 0.02]))
def test_any_points_give_a_coverage_by_the_nearest(places, step):
    rows = [
        (f"{i:05}", code, 21 + a * step, 105 + b * step) for i, (a, b, code) in enumerate(places)
    ]
    table = frame(*rows)
    communes = schematic_communes(table)
    assert list(communes["code"]) == sorted(table["new_code"].unique())
    check_coverage(communes)
    # A unit alone at its place lies in its own commune.
    alone = table[table.groupby(["lat", "lon"])["new_code"].transform("nunique") == 1]
    alone = alone[~alone["former_code"].isin(stray_units(table))]
    cells = communes.set_index("code").geometry.to_crs(AREA_CRS).loc[alone["new_code"]]
    assert (shapely.distance(cells.to_numpy(), points_of(alone).to_numpy()) < 1).all()
