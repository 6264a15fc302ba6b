"""The only outline of a CSV table, in longitude and latitude."""

import pytest
from coordinatetables import CLOSE, HEAD, OTHER, SQUARE
from pyproj import Transformer

from lib.importing.coordinates.outline import read_coordinate_csv
from lib.language.errors import DataRefusedError


def table(tmp_path, text, name="bang.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_square_of_one_hectare_in_vn2000_keeps_its_corners(tmp_path):
    outline = read_coordinate_csv(table(tmp_path, HEAD + SQUARE), epsg=9208)
    back = Transformer.from_crs(4326, 9208, always_xy=True)
    east, north = back.transform(*outline.polygon.exterior.coords[0])
    assert (north, east) == pytest.approx((2358517.85, 567233.75), abs=0.002)
    assert len(outline.points) == 4
    assert outline.mismatches == ()


def test_the_first_point_repeated_at_the_end_is_the_same_outline(tmp_path):
    closed = table(tmp_path, HEAD + SQUARE + CLOSE, "closed.csv")
    opened = table(tmp_path, HEAD + SQUARE)
    assert read_coordinate_csv(closed, epsg=9208) == read_coordinate_csv(opened, epsg=9208)


def test_lines_above_the_heading_and_plain_commas_are_read(tmp_path):
    text = "BẢNG KÊ TỌA ĐỘ\nKinh tuyến trục 104°45'\n" + (HEAD + SQUARE).replace(",", ".")
    text = text.replace("2.358.", "2358").replace("567.2", "5672").replace("567.3", "5673")
    outline = read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert len(outline.points) == 4


def test_a_side_two_centimetres_off_is_named(tmp_path):
    text = HEAD + SQUARE.replace("333,75;100,00\n4", "333,75;100,03\n4")
    (wrong,) = read_coordinate_csv(table(tmp_path, text), epsg=9208).mismatches
    assert (wrong.start, wrong.end, wrong.stated_m, wrong.row) == ("3", "4", 100.03, 4)


def test_a_letter_in_a_number_is_refused_with_row_and_column(tmp_path):
    path = table(tmp_path, HEAD + SQUARE.replace("567.333,75;100,00\n4", "56l.333,75;100,00\n4"))
    with pytest.raises(DataRefusedError) as refused:
        read_coordinate_csv(path, epsg=9208)
    assert "dòng 4, cột Y" in refused.value.message()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a;b\n1;2\n", "coordinates.no_heading"),
        ("", "coordinates.no_heading"),
        (HEAD + CLOSE, "coordinates.too_few"),
        (HEAD, "coordinates.too_few"),
        (HEAD + SQUARE + "Thửa 2\n" + OTHER, "coordinates.several"),
    ],
)
def test_what_is_no_single_outline_is_refused(tmp_path, text, key):
    with pytest.raises(DataRefusedError) as refused:
        read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert refused.value.key == key
    assert "bang.csv" in refused.value.message()


def test_degrees_in_a_file_need_no_zone(tmp_path):
    text = "Điểm;Vĩ độ;Kinh độ\n1;21,32;105,40\n2;21,33;105,40\n3;21,33;105,41\n"
    outline = read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert outline.polygon.bounds == pytest.approx((105.40, 21.32, 105.41, 21.33), abs=1e-12)
