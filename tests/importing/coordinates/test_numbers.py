import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from lib.importing.coordinates.numbers import (
    _TM3,
    heading_kind,
    parse_area_ha,
    parse_degrees,
    parse_metres,
    parse_number,
    stated_zone,
)
from lib.language.text import number

CELLS = st.one_of(
    st.text(),
    st.text(alphabet="0123456789.,- '°\"NEđBnan"),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.datetimes(),
)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2.358.517,85", 2358517.85),
        ("2358517.85", 2358517.85),
        ("2358517,85", 2358517.85),
        (" 2 358 517,85 ", 2358517.85),
        ("2\u00a0358\u202f517,85", 2358517.85),
        ("567233", 567233.0),
        ("-1,5", -1.5),
        (567233, 567233.0),
        (2358517.85, 2358517.85),
    ],
)
def test_numbers_of_both_notations(value, read):
    assert parse_number(value) == read


@pytest.mark.parametrize(
    "value",
    [
        *["", "56l23", "56O23", "1,234,567.8", "2.358.51,7", "NaN", "1e5", "--3", "9" * 400],
        *[None, True, 10**400, float("nan"), float("inf"), dt.date(2026, 1, 2)],
    ],
)
def test_what_cannot_be_read_in_one_way_is_no_number(value):
    assert parse_number(value) is None


@given(st.integers(10_000_00, 3_000_000_00))
def test_a_number_written_the_vietnamese_way_is_read_back(hundredths):
    assert parse_number(number(hundredths / 100, "vi", 2)) == hundredths / 100


@given(CELLS)
def test_no_cell_makes_a_reader_stumble(cell):
    parse_number(cell)
    parse_metres(cell)
    parse_degrees(cell, "lat")
    parse_degrees(cell, "lon")
    heading_kind(cell)
    if isinstance(cell, str):
        parse_area_ha(cell)
        stated_zone(cell)


@given(st.integers(1_000_00, 9_999_999_99))
def test_metres_written_the_english_way_are_read_back(hundredths):
    assert parse_metres(number(hundredths / 100, "en", 2)) == hundredths / 100


def test_one_comma_stays_a_decimal_comma():
    assert parse_metres("567,233") == 567.233
    assert parse_metres("2,358,517") == 2358517
    assert parse_metres("2,35,517.8") is None


@pytest.mark.parametrize(
    "text",
    [
        "105°24'03.5\"E",
        "105°24'03,5''",
        "105 24 03,5",
        "105º24′03.5″",
        "E105°24'03.5\"",
        "105d24m03.5s",
        "105-24-03.5",
        "105 độ 24 phút 03,5 giây Đ",
        "105°24’03,5”Đ",
        "105:24:03.5",
    ],
)
def test_degrees_minutes_and_seconds_in_every_spelling(text):
    assert parse_degrees(text, "lon") == pytest.approx(105 + 24 / 60 + 3.5 / 3600, abs=1e-12)
    assert parse_degrees(text, "lat") is None


@pytest.mark.parametrize(
    ("cell", "axis", "read"),
    [
        ("21,32°B", "lat", 21.32),
        ("21.32", "lat", 21.32),
        (105.4, "lon", 105.4),
        ("105°24'", "lon", 105.4),
        ("21°19'12\"N", "lat", 21.32),
        ("21°19'12\"E", "lat", None),
        ("105°60'00\"", "lon", None),
        ("105°24'60\"", "lon", None),
        ("181", "lon", None),
        ("91", "lat", None),
        ("2358517,85", "lat", None),
        ("105°2l'03\"", "lon", None),
        ("105.24.03", "lon", None),
    ],
)
def test_an_angle_belongs_to_its_axis_and_its_sixty_parts(cell, axis, read):
    got = parse_degrees(cell, axis)
    assert got == (None if read is None else pytest.approx(read, abs=1e-12))


@pytest.mark.parametrize(
    ("text", "hectares"),
    [
        ("Diện tích: 69,42 ha", 69.42),
        ("Diện tích 69.42ha", 69.42),
        ("Diện tích (ha): 69,42", 69.42),
        ("Diện tích (m²) 694.200", 69.42),
        ("S = 694.200 m2", 69.42),
        ("S = 694,200.5 m²", 69.42005),
        ("DT: 694200,0 m2", 69.42),
        ("Thửa 1 (diện tích 1.234,5 m²)", 0.12345),
        ("Tổng diện tích: 75 héc ta", 75),
        ("Diện tích: 69,42", None),
        ("Diện tích: chưa rõ", None),
        ("Thửa 12 hạng nhất", None),
    ],
)
def test_an_area_needs_a_number_and_a_unit(text, hectares):
    got = parse_area_ha(text)
    assert got == (None if hectares is None else pytest.approx(hectares, abs=1e-12))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°", {9208}),
        ("Hệ tọa độ VN-2000, kinh tuyến trục 104º45’ múi chiếu 3 độ", {9208}),
        ("KTT 105-00", {5897}),
        ("KTT: 105°", {5897}),
        ("104d45", {9208}),
        ("VN-2000, KTT 104o45', múi 3o", {9208}),
        ("kinh tuyến trục 104 độ 45 phút", {9208}),
        ("kinh tuyến trục 104,75 độ", {9208}),
        ("Kinh tuyến trung ương 106°00'00\"", {9211}),
        ("TM-3 106-00", {9211}),
        ("VN2000 TM3 104-45", {9208}),
        ("UTM 48N múi 6", {3405}),
        ("VN-2000, kinh tuyến trục 105°, múi 6°", {3405}),
        ("VN-2000, múi chiếu 6°, múi 48", {3405}),
        ("WGS 84", {4326}),
        ("WGS-84", {4326}),
        ("EPSG:9208, kinh tuyến trục 104°45'", {9208}),
        ("kinh tuyến trục 104°45' (EPSG:5897)", {9208, 5897}),
        ("kinh tuyến trục 105°45'", {0}),
        ("kinh tuyến trục 104°45', múi 6°", {0}),
        ("WGS 84 / UTM zone 48N", {0}),
        ("BẢNG KÊ TỌA ĐỘ, VN-2000", set()),
        ("VN-2000, 106 hộ dân, ngày 10/5/2026", set()),
        ("góc tây nam: 105°00'12\"", set()),
        ("", set()),
    ],
)
def test_a_zone_is_what_the_title_says(text, codes):
    assert stated_zone(text).codes == codes


def test_only_105_without_a_width_is_unclear():
    assert stated_zone("KTT 105-00").width_missing
    assert not stated_zone("KTT 105-00, múi 3").width_missing
    assert not stated_zone("KTT 104-45").width_missing
    assert not stated_zone("KTT 105, UTM 48N").width_missing


@pytest.mark.parametrize(("meridian", "epsg"), _TM3.items())
def test_each_meridian_has_the_code_of_its_crs(meridian, epsg):
    operation = CRS.from_epsg(epsg).coordinate_operation
    longitude = {p.name: p.value for p in operation.params}["Longitude of natural origin"]
    assert longitude == meridian[0] + meridian[1] / 60
    assert CRS.from_epsg(epsg).name.startswith("VN-2000 / TM-3")


@pytest.mark.parametrize(
    ("kind", "headings"),
    {
        "point": ["Số hiệu điểm", "Số hiệu mốc", "Tên điểm", "Điểm", "Đỉnh", "Mốc ranh", "Point"],
        "order": ["STT", "TT", "Số TT", "No."],
        "x": [
            "X",
            "X(m)",
            "X (m)",
            "Tọa độ X (m)",
            "TỌA ĐỘ X",
            "Northing",
            "N (m)",
            "X (Northing)",
        ],
        "y": ["Y", "y [m]", "Tọa độ Y", "Easting", "E", "X (Easting)", "Tọa độ Đông (m)"],
        "lat": ["Vĩ độ", "Latitude", "lat", "Vĩ độ (B)", "X (vĩ độ)"],
        "lon": ["Kinh độ", "Longitude", "lon", "Kinh độ (Đ)"],
        "edge": ["Chiều dài cạnh (m)", "Độ dài cạnh", "Khoảng cách (m)", "S (m)", "Length"],
        "side": ["Cạnh", "Cạnh (m)"],
        "name": ["Tên thửa", "Cụm", "Khu", "Tên cụm công nghiệp", "Thửa số"],
        "code": ["Mã cụm", "cluster_id", "Mã CCN", "Mã"],
        None: ["Tọa độ", "Ghi chú", "Dòng", "Bắc", "Địa điểm", "Kinh độ, vĩ độ", "X, Y", "", "12"],
    }.items(),
)
def test_headings_in_every_spelling(kind, headings):
    assert {heading: heading_kind(heading) for heading in headings} == dict.fromkeys(headings, kind)


def test_a_number_is_no_heading():
    assert heading_kind(12.5) is None
    assert heading_kind(None) is None
