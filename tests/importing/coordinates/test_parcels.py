"""A parcel as the table gives it: its polygon, and the sides that are off."""

import pytest
from coordinatetables import HEAD, SQUARE, read


def test_a_side_off_by_two_centimetres_is_right():
    assert read(HEAD + SQUARE.replace(";100,00\n4", ";100,02\n4")).findings == ()
    last = read(HEAD + SQUARE[: -len("100,00\n")] + "99,9\n")
    assert [(e.start, e.end) for e in last.parcels[0].edges_off()] == [("4", "1")]


def test_sides_of_degrees_are_not_checked():
    text = "Điểm;Vĩ độ;Kinh độ;Cạnh\n1;21,32;105,40;5\n2;21,33;105,40;5\n3;21,33;105,41;5\n"
    result = read(text)
    assert result.parcels[0].stated_edges == (5, 5, 5)
    assert result.parcels[0].edges_off() == ()
    assert result.findings == ()


def test_the_polygon_has_the_easting_first_and_can_be_swapped():
    (parcel,) = read(HEAD + SQUARE).parcels
    assert parcel.polygon().exterior.coords[0] == (567233.75, 2358517.85)
    assert parcel.polygon().area == pytest.approx(10_000)


def test_a_parcel_cannot_be_changed():
    (parcel,) = read(HEAD + SQUARE).parcels
    with pytest.raises(ValueError, match="read-only"):
        parcel.corners[0, 0] = 0
