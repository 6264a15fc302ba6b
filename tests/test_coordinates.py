import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from lib.coordinates import parse_number, read_coordinate_csv
from lib.errors import DataRefusedError
from lib.text import number

HEAD = "Số hiệu điểm;X (m);Y (m);Chiều dài cạnh (m)\n"
SQUARE = (
    "1;2.358.517,85;567.233,75;100,00\n"
    "2;2.358.617,85;567.233,75;100,00\n"
    "3;2.358.617,85;567.333,75;100,00\n"
    "4;2.358.517,85;567.333,75;100,00\n"
)


def table(tmp_path, text, name="bang.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.358.517,85", 2358517.85),
        ("2358517.85", 2358517.85),
        ("2358517,85", 2358517.85),
        (" 2 358 517,85 ", 2358517.85),
        ("567233", 567233.0),
        ("-1,5", -1.5),
    ],
)
def test_numbers_of_both_notations(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "56l23", "1,234,567.8", "2.358.51,7", "NaN", "1e5", "--3"])
def test_what_cannot_be_read_in_one_way_is_no_number(text):
    assert parse_number(text) is None


@given(st.integers(10_000_00, 3_000_000_00))
def test_a_number_written_the_vietnamese_way_is_read_back(hundredths):
    assert parse_number(number(hundredths / 100, "vi", 2)) == hundredths / 100


def test_a_square_of_one_hectare_in_vn2000_keeps_its_corners(tmp_path):
    read = read_coordinate_csv(table(tmp_path, HEAD + SQUARE), epsg=9208)
    back = Transformer.from_crs(4326, 9208, always_xy=True)
    east, north = back.transform(*read.polygon.exterior.coords[0])
    assert (north, east) == pytest.approx((2358517.85, 567233.75), abs=0.002)
    assert len(read.points) == 4
    assert read.mismatches == ()


def test_the_first_point_repeated_at_the_end_is_the_same_outline(tmp_path):
    closed = table(tmp_path, HEAD + SQUARE + "1;2.358.517,85;567.233,75;\n", "closed.csv")
    opened = table(tmp_path, HEAD + SQUARE)
    assert read_coordinate_csv(closed, epsg=9208) == read_coordinate_csv(opened, epsg=9208)


def test_lines_above_the_heading_and_plain_commas_are_read(tmp_path):
    text = "BẢNG KÊ TỌA ĐỘ\nKinh tuyến trục 104°45'\n" + (HEAD + SQUARE).replace(",", ".")
    text = text.replace("2.358.", "2358").replace("567.2", "5672").replace("567.3", "5673")
    read = read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert len(read.points) == 4


def test_a_side_two_centimetres_off_is_named(tmp_path):
    text = HEAD + SQUARE.replace("333,75;100,00\n4", "333,75;100,03\n4")
    (wrong,) = read_coordinate_csv(table(tmp_path, text), epsg=9208).mismatches
    assert (wrong.start, wrong.end, wrong.stated_m) == ("3", "4", 100.03)


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
        (HEAD + "1;2.358.517,85;567.233,75;\n", "coordinates.too_few"),
        (HEAD, "coordinates.too_few"),
    ],
)
def test_what_is_no_outline_is_refused(tmp_path, text, key):
    with pytest.raises(DataRefusedError) as refused:
        read_coordinate_csv(table(tmp_path, text), epsg=9208)
    assert refused.value.key == key
