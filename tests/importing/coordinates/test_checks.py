"""Outlines when all their rows are in: too few corners, sides, totals and the zone."""

import pytest
from coordinatetables import CLOSE, HEAD, OTHER, SQUARE, levels, only, read


@pytest.mark.parametrize(
    ("titles", "epsg"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°\n", 9208),
        ("BẢNG KÊ\nHệ tọa độ VN-2000\nKTT 105-00\nMúi chiếu 3 độ\n", 5897),
        ("Kinh tuyến trục 106°\n", 9211),
        ("104d45\n", 9208),
        ("UTM 48N múi 6\n", 3405),
        ("BẢNG KÊ TỌA ĐỘ VN-2000\n", None),
    ],
)
def test_the_zone_is_the_one_the_titles_state(titles, epsg):
    result = read(titles + HEAD + SQUARE)
    assert result.stated_epsg == epsg
    assert result.findings == ()


def test_the_zone_may_stand_in_the_heading():
    head = "Điểm;Tọa độ VN-2000 KTT 104-45;Tọa độ VN-2000 KTT 104-45;Cạnh\nĐiểm;X;Y;Cạnh\n"
    assert read(head + SQUARE).stated_epsg == 9208


@pytest.mark.parametrize(
    ("titles", "epsg", "words"),
    [
        ("KTT 105-00\n", 5897, "không ghi múi chiếu"),
        ("KTT 104-45, tham khảo KTT 106-00\n", None, "104°45', 106°00'"),
        ("Kinh tuyến trục 105°45'\n", None, "105°45'"),
        ("Hệ tọa độ WGS 84\n", None, "WGS 84"),
    ],
)
def test_an_unclear_zone_is_asked_about(titles, epsg, words):
    result = read(titles + HEAD + SQUARE)
    assert result.stated_epsg == epsg
    assert words in only(result, "ask").message()


def test_degrees_of_vn2000_are_not_taken_for_wgs84():
    result = read(
        "Hệ tọa độ VN-2000\nĐiểm;Vĩ độ;Kinh độ\n1;21,32;105,40\n2;21,33;105,40\n3;21,33;105,41\n"
    )
    assert result.stated_epsg is None
    assert "VN-2000" in only(result, "ask").message()


def test_a_total_of_several_parcels_belongs_to_none():
    result = read("Diện tích: 2 ha\n" + HEAD + SQUARE + "\n" + OTHER + "Tổng diện tích: 2 ha\n")
    assert [p.stated_area_ha for p in result.parcels] == [None, None]


def test_a_total_under_each_parcel_is_its_own():
    one, other = "Tổng diện tích khu A: 1,0 ha\n", "Tổng diện tích khu B: 1,1 ha\n"
    result = read(HEAD + "Khu A\n" + SQUARE + one + "Khu B\n" + OTHER + other)
    assert [p.stated_area_ha for p in result.parcels] == [1.0, 1.1]


def test_all_bad_cells_are_reported_and_the_good_parcel_is_kept():
    bad = SQUARE.replace("2;2.358.617,85", "2;2.358.6l7,85").replace("4;2.358.517,85", "4;NaN")
    result = read(HEAD + "Thửa 1\n" + bad + CLOSE + "Thửa 2\n" + OTHER)
    assert [(f.row, f.column) for f in levels(result, "refused")] == [(4, "X (m)"), (6, "X (m)")]
    assert [p.name for p in result.parcels] == ["Thửa 2"]


def test_fewer_than_three_corners_are_refused_by_name():
    two = "\n".join(OTHER.splitlines()[:2])
    result = read(HEAD + "Thửa 1\n" + SQUARE + "Thửa 2\n" + two)
    assert [p.name for p in result.parcels] == ["Thửa 1"]
    message = only(result, "refused").message()
    assert "dòng 8" in message
    assert "«Thửa 2» chỉ có 2 điểm" in message


def test_one_name_at_two_places_is_refused():
    result = read(HEAD + SQUARE + "1;2.358.517,85;567.243,75;\n")
    message = only(result, "refused").message()
    assert "dòng 6: điểm «1» có tọa độ khác với dòng 2" in message
    assert result.parcels == ()


def test_a_side_off_by_more_than_two_centimetres_is_asked_about():
    result = read(HEAD + SQUARE.replace("333,75;100,00\n4", "333,75;100,03\n4"))
    finding = only(result, "ask")
    assert "dòng 4: cạnh 3-4 ghi 100,03 m, tính từ tọa độ được 100,00 m" in finding.message()
    assert "100.03" in finding.message("en")
    (edge,) = result.parcels[0].edges_off()
    assert (edge.start, edge.end, edge.row, edge.computed_m) == ("3", "4", 4, pytest.approx(100))


def test_sides_written_at_their_end_are_read():
    ends = SQUARE.replace("1;2.358.517,85;567.233,75;100,00", "1;2.358.517,85;567.233,75;")
    ends = ends.replace("617,85;567.233,75;100,00", "617,85;567.233,75;100,01")
    (parcel,) = read(HEAD + ends + CLOSE.strip() + "100,00").parcels
    assert parcel.stated_edges == (100.01, 100, 100, 100)
