"""The zone of a file: the official shift, and what the position says about a choice."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from pyproj.transformer import TransformerGroup

from lib.geo.zones import CHOICES, proposal, propose, readable, readings, to_storage, zone_label
from lib.language.errors import WrongUseError
from lib.language.findings import gravest
from lib.language.text import LANGS

LON, LAT = 105.40, 21.32
POINT = {  # easting, northing: facts/domain_notes.md 3.3
    9208: (567233.747, 2358517.852),
    5897: (541298.901, 2358431.756),
    9211: (437561.681, 2358498.832),
    3405: (541286.510, 2357724.155),
    4326: (LON, LAT),
    4756: (105.398112573, 21.320979597),
    32648: (541482.524, 2357616.230),
}
DEGREES = (4326, 4756)
METRIC = [epsg for epsg in CHOICES if epsg not in (*DEGREES, 32648)]
PROVINCE = shapely.box(104.8, 20.3, 105.9, 21.8)
"""As wide as the province: readings that differ by one zone lie inside together."""
AROUND = shapely.box(LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
"""So small that only one zone leads inside, and UTM beside 105°00'."""
FILE = "ranh-gioi.dxf"
WGS84 = Geod(ellps="WGS84")


def square(epsg, side=0.0):
    """Return a square round the test point as a file in `epsg` has it."""
    east, north = POINT[epsg]
    side = side or (0.004 if epsg in DEGREES else 400.0)
    return np.array([shapely.box(east - side, north - side, east + side, north + side)])


def exchanged(shapes):
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


def metres_apart(a, b):
    return WGS84.inv(*a, *b)[2]


def by_operation(epsg, code):
    """Return the transformation of PROJ's list that uses EPSG operation `code`."""
    ways = TransformerGroup(epsg, 4326, always_xy=True).transformers
    return next(w for w in ways if f'"code": {code}\n' in w.to_json(pretty=True))


def one(findings, level):
    (found,) = (finding for finding in findings if finding.level == level)
    return found


@pytest.mark.parametrize("epsg", CHOICES)
def test_the_test_point_of_every_zone_is_the_same_place_to_two_millimetres(epsg):
    # The table is rounded to 1 mm, and the shift there and back leaves 0.8 mm.
    (point,) = to_storage(np.array([shapely.Point(POINT[epsg])]), epsg)
    assert metres_apart((point.x, point.y), (LON, LAT)) < 0.002


@pytest.mark.parametrize("epsg", METRIC)
@pytest.mark.parametrize("place", [(LON, LAT), (105.6, 10.0)], ids=["Phú Thọ", "Mekong delta"])
def test_the_shift_is_the_official_one_wherever_the_point_lies(epsg, place):
    official = by_operation(epsg, 6960)
    xy = official.transform(*place, direction="INVERSE")
    (point,) = to_storage(np.array([shapely.Point(xy)]), epsg)
    assert metres_apart((point.x, point.y), official.transform(*xy)) < 0.001


@pytest.mark.parametrize("epsg", [9208, 5897, 3405])
def test_the_shift_of_the_mekong_delta_is_not_used(epsg):
    (point,) = to_storage(np.array([shapely.Point(POINT[epsg])]), epsg)
    other = by_operation(epsg, 5194).transform(*POINT[epsg])
    assert metres_apart((point.x, point.y), other) == pytest.approx(0.69, abs=0.01)


@pytest.mark.parametrize("epsg", CHOICES)
def test_exchanged_axes_are_put_back(epsg):
    there = to_storage(square(epsg), epsg)
    assert shapely.equals_identical(
        to_storage(exchanged(square(epsg)), epsg, swapped=True), there
    ).all()


@given(
    st.sampled_from(METRIC),
    st.lists(st.tuples(st.floats(104.6, 106.0), st.floats(20.2, 21.9)), min_size=1, max_size=20),
)
def test_the_way_there_and_back_is_exact(epsg, places):
    back = Transformer.from_crs(4326, epsg, always_xy=True)
    given_xy = np.column_stack(back.transform(*np.array(places).T))
    found = shapely.get_coordinates(to_storage(shapely.points(given_xy), epsg))
    assert found == pytest.approx(np.array(places), abs=1e-8)


def test_heights_and_blanks_stay_as_they_are():
    high = shapely.Point(*POINT[9208], 31.5)
    flat, deep, missing, empty = to_storage(
        np.array([shapely.Point(POINT[9208]), high, None, shapely.Polygon()]), 9208
    )
    assert (flat.has_z, deep.has_z, deep.z, missing, empty.is_empty) == (
        False,
        True,
        31.5,
        None,
        True,
    )
    assert (deep.x, deep.y) == (flat.x, flat.y)


def test_what_was_given_is_not_changed():
    shapes = square(9208)
    before = shapely.to_wkb(shapes).tolist()
    to_storage(shapes, 9208, swapped=True)
    assert shapely.to_wkb(shapes).tolist() == before


def test_a_file_without_shapes_has_no_place():
    assert len(to_storage(np.array([], dtype=object), 9208)) == 0


@pytest.mark.parametrize("lang", LANGS)
def test_every_choice_has_a_name_of_its_own(lang):
    assert len({zone_label(epsg, lang) for epsg in CHOICES}) == len(CHOICES)


def test_the_zones_are_named_as_officials_name_them():
    assert zone_label(9208) == "VN-2000, kinh tuyến trục 104°45', múi 3° (Phú Thọ cũ và tỉnh mới)"
    assert "105°00'" in zone_label(5897)
    assert "Vĩnh Phúc cũ" in zone_label(5897)
    assert "Hòa Bình cũ" in zone_label(9211)


@pytest.mark.parametrize("epsg", [3857, 32648, 32649, 9209, 3406, 4756])
def test_whatever_stands_on_wgs_84_or_vn_2000_is_read(epsg):
    assert readable(epsg)
    shift = by_operation(4756, 6960) if epsg in {9209, 3406, 4756} else None
    on_datum = shift.transform(LON, LAT, direction="INVERSE") if shift else (LON, LAT)
    datum = 4756 if shift else 4326
    xy = Transformer.from_crs(datum, epsg, always_xy=True).transform(*on_datum)
    shapes = np.array([shapely.Point(xy)])
    (point,) = to_storage(shapes, epsg)
    assert metres_apart((point.x, point.y), (LON, LAT)) < 0.001
    assert [f for f in propose(shapes, epsg, PROVINCE, file=FILE) if f.level != "note"] == []
    assert str(epsg) in zone_label(epsg) or epsg in CHOICES


@pytest.mark.parametrize("epsg", [4147, 4131, 28404, 5773, 4978, 999999])
def test_an_older_datum_heights_and_codes_of_nobody_are_not_read(epsg):
    assert not readable(epsg)


@pytest.mark.parametrize("epsg", DEGREES)
def test_degrees_of_the_other_datum_lie_inside_too_and_are_told(epsg):
    (note,) = propose(square(epsg), epsg, AROUND, file=FILE)
    other = 4756 if epsg == 4326 else 4326
    assert note.level == "note"
    assert f"{zone_label(other)} (lệch 0,2" in note.message()


@pytest.mark.parametrize("frames", [1, 2])
def test_the_frame_of_a_drawing_does_not_move_the_file(frames):
    sheet = shapely.box(0, 0, 420, 297)
    shapes = np.array([*square(9208), *[sheet] * frames])
    assert propose(shapes, 9208, AROUND, file=FILE) == []
    assert proposal(shapes, 5897, AROUND).epsg == 9208


def test_most_shapes_decide_not_the_one_that_strayed_in():
    inner = square(9208)
    inside_as_5897 = square(5897)
    shapes = np.array([*inner, *inner, *inner, *inside_as_5897])
    assert proposal(shapes, 5897, AROUND).epsg == 9208
    assert proposal(shapes, 9208, AROUND) is None


def test_a_zone_that_is_no_choice_is_refused_with_the_choices():
    for call in (
        lambda: zone_label(4147),
        lambda: to_storage(square(9208), 4147),
        lambda: propose(square(9208), 4147, PROVINCE, file=FILE),
    ):
        with pytest.raises(WrongUseError, match=r"4147 .*9208, 5897, 9211, 3405, 4326"):
            call()


@pytest.mark.parametrize("epsg", CHOICES)
@pytest.mark.parametrize("swapped", [False, True])
def test_every_choice_is_found_from_the_position(epsg, swapped):
    shapes = exchanged(square(epsg)) if swapped else square(epsg)
    found = readings(shapes, AROUND)
    assert len(found) == 2 * len(CHOICES)
    assert [r.inside for r in found] == sorted((r.inside for r in found), reverse=True)
    assert (epsg, swapped) in {(r.epsg, r.swapped) for r in found if r.distance_km == 0}
    assert {r.swapped for r in found if r.inside} == {swapped}


def test_a_little_outside_is_inside_and_more_is_not():
    for km, inside in ((4.9, True), (5.1, False)):
        lon, lat, _ = WGS84.fwd(LON, AROUND.bounds[3], 0, km * 1000)
        found = readings(np.array([shapely.Point(lon, lat)]), AROUND)
        (degrees,) = (r for r in found if (r.epsg, r.swapped) == (4326, False))
        assert (degrees.inside, degrees.distance_km) == (inside, pytest.approx(km, abs=0.01))


def test_the_distance_to_the_province_is_to_its_nearest_point():
    slanted = shapely.Polygon([(105, 21), (106, 22), (106, 21)])
    (degrees,) = (
        r
        for r in readings(np.array([shapely.Point(105.2, 21.6)]), slanted)
        if (r.epsg, r.swapped) == (4326, False)
    )
    along = np.linspace(0, 1, 20_001)
    border = np.column_stack([105 + along, 21 + along])
    away = WGS84.inv(np.full(20_001, 105.2), np.full(20_001, 21.6), *border.T)[2].min()
    assert degrees.distance_km == pytest.approx(away / 1000, rel=1e-4)


def test_one_mistyped_corner_does_not_move_the_centre():
    corners = shapely.get_coordinates(square(9208))
    corners[1, 0] *= 10
    shapes = np.array([shapely.Polygon(corners)])
    assert propose(shapes, 9208, AROUND, file=FILE) == []


def test_the_right_choice_has_nothing_to_say():
    assert propose(square(9208), 9208, AROUND, file=FILE) == []
    assert proposal(square(9208), 9208, AROUND) is None


@pytest.mark.parametrize(
    ("chosen", "off"), [(5897, "25,9 km"), (9211, "129,7 km"), (3405, "26,0 km")]
)
def test_a_table_of_104_45_read_in_another_zone_is_told_with_the_error(chosen, off):
    found = propose(square(9208), chosen, AROUND, file=FILE)
    assert [finding.level for finding in found] == ["ask"]
    said = found[0].message().replace("\u00a0", " ")
    assert f"Tệp {FILE}:" in said
    assert f"Theo «{zone_label(9208)}» thì nằm trong tỉnh, lệch {off}" in said
    assert f"«{zone_label(chosen)}», dữ liệu nằm ngoài tỉnh" in said
    assert "đổi chỗ" not in said
    best = proposal(square(9208), chosen, AROUND)
    assert (best.epsg, best.swapped, best.inside, best.distance_km) == (9208, False, True, 0.0)


def test_the_english_words_are_english():
    (found,) = propose(square(9208), 5897, AROUND, file=FILE)
    said = found.message("en").replace("\u00a0", " ")
    assert "former Phú Thọ and the new province" in said
    assert "25.9 km" in said
    assert "kinh tuyến" not in said


def test_exchanged_columns_are_told():
    found = propose(exchanged(square(9208)), 9208, AROUND, file=FILE)
    assert f"Theo «{zone_label(9208)}, đổi chỗ X và Y»" in one(found, "ask").message()
    assert proposal(exchanged(square(9208)), 9208, AROUND).swapped


def test_latitude_before_longitude_is_told():
    found = propose(exchanged(square(4326)), 4326, AROUND, file=FILE)
    assert "đổi chỗ kinh độ và vĩ độ" in one(found, "ask").message()


def test_an_exchange_that_was_not_needed_is_told():
    found = propose(square(9208), 9208, AROUND, swapped=True, file=FILE)
    said = one(found, "ask").message()
    assert f"«{zone_label(9208)}, đổi chỗ X và Y», dữ liệu nằm ngoài tỉnh" in said
    assert f"Theo «{zone_label(9208)}, không đổi chỗ hai cột tọa độ»" in said


def test_degrees_read_as_metres_are_told():
    found = propose(square(4326), 9208, AROUND, file=FILE)
    assert f"Theo «{zone_label(4326)}»" in one(found, "ask").message()
    assert proposal(square(4326), 9208, AROUND).epsg == 4326


def test_metres_read_as_degrees_are_no_place_on_earth():
    found = propose(square(9208), 4326, AROUND, file=FILE)
    said = one(found, "ask").message()
    assert "không phải là vị trí nào trên mặt đất" in said
    assert f"Theo «{zone_label(9208)}»" in said
    (degrees,) = (r for r in readings(square(9208), AROUND) if (r.epsg, r.swapped) == (4326, False))
    assert math.isinf(degrees.distance_km)


def test_zones_the_position_cannot_tell_apart_are_all_named():
    found = propose(square(9208), 9208, PROVINCE, file=FILE)
    assert [finding.level for finding in found] == ["note"]
    said = found[0].message().replace("\u00a0", " ")
    assert f"{zone_label(5897)} (lệch 25,9 km); {zone_label(3405)} (lệch 26,0 km)" in said
    assert zone_label(9208) not in said
    assert proposal(square(9208), 9208, PROVINCE) is None


def test_a_proposal_that_is_not_the_only_one_names_the_others():
    found = propose(square(5897), 9211, AROUND, file=FILE)
    assert [finding.level for finding in found] == ["ask", "note"]
    assert f"Theo «{zone_label(5897)}»" in found[0].message()
    assert f"{zone_label(3405)} (lệch 0,7" in found[1].message()


def test_a_file_nowhere_near_is_refused_with_the_nearest_reading():
    saigon = np.array([shapely.Point(106.70, 10.78)])
    found = propose(saigon, 4326, AROUND, file=FILE)
    assert gravest(found) == "refused"
    away = WGS84.inv(106.70, 10.78, AROUND.bounds[2], AROUND.bounds[1])[2] / 1000
    said = found[0].message().replace("\u00a0", " ")
    assert f"gần nhất là «{zone_label(4326)}», cách ranh giới tỉnh" in said
    assert f"{away:.1f}".replace(".", ",") in said.replace(".", "")
    assert proposal(saigon, 4326, AROUND) is None


@pytest.mark.parametrize(
    "shapes", [[], [None], [shapely.Polygon()], [shapely.Point(np.nan, np.nan)], [(1e300, 1e300)]]
)
def test_a_file_without_usable_coordinates_is_refused(shapes):
    shapes = [shapely.Point(s) if isinstance(s, tuple) else s for s in shapes]
    (found,) = propose(np.array(shapes, dtype=object), 9208, PROVINCE, file=FILE)
    assert found.level == "refused"
    assert f"Tệp {FILE}: không có tọa độ nào đặt được lên bản đồ" in found.message()


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=5))
def test_no_numbers_whatever_are_an_error(xy):
    shapes = shapely.points(np.array(xy))
    for finding in propose(shapes, 9208, PROVINCE, file=FILE):
        assert FILE in finding.message("vi")
        assert FILE in finding.message("en")


def test_the_real_province_tells_the_zones_of_its_south_from_its_north(real_communes):
    province = shapely.union_all(real_communes.geometry.to_numpy())
    inner = province.representative_point()
    back = Transformer.from_crs(4326, 9208, always_xy=True)
    shapes = np.array([shapely.Point(back.transform(inner.x, inner.y)).buffer(300)])
    found = readings(shapes, province)
    assert (found[0].epsg, found[0].swapped, found[0].distance_km) == (9208, False, 0.0)
    assert gravest(propose(shapes, 9211, province, file=FILE)) == "ask"
