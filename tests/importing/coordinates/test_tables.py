"""Whatever table is written is read, and no sheet makes the reader stumble."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from coordinatetables import levels, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.importing.coordinates.reader import is_coordinate_table, read_coordinate_table
from lib.importing.readers.grid import Grid
from lib.language.text import number

WRITERS = [
    lambda v: number(v, "vi", 2),
    lambda v: number(v, "en", 2),
    lambda v: f"{v:.2f}",
    lambda v: f"{v:.2f}".replace(".", ","),
    lambda v: number(v, "vi", 2).replace(".", " "),
    lambda v: number(v, "vi", 2).replace(".", "\u00a0"),
    lambda v: v,
]
HEADINGS = [
    [["Số hiệu điểm", "X (m)", "Y (m)"]],
    [["STT", "Tọa độ X", "Tọa độ Y"]],
    [["Point", "Northing", "Easting"]],
    [["Mốc", "N", "E"]],
    [["Số hiệu mốc", "Tọa độ", "Tọa độ"], ["Số hiệu mốc", "X(m)", "Y(m)"]],
    [["Đỉnh", "Tọa độ (m)", None], [None, "X", "Y"]],
]
ZONES = {
    "": None,
    "Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°": 9208,
    "KTT 106-00": 9211,
    "UTM 48N múi 6": 3405,
}


@st.composite
def rings(draw, units):
    """Return a ring of corners to the hundredth of `units`, no two at one place."""
    corner = st.tuples(st.integers(*units[0]), st.integers(*units[1]))
    return draw(st.lists(corner, min_size=3, max_size=12, unique=True))


METRES = ((2_240_000_00, 2_410_000_00), (370_000_00, 620_000_00))


@st.composite
def written(draw):
    """Return a table as somebody could write it, and what it says."""
    outlines = draw(st.lists(rings(METRES), min_size=1, max_size=3))
    write = draw(st.sampled_from(WRITERS))
    head = draw(st.sampled_from(HEADINGS))
    zone = draw(st.sampled_from(list(ZONES)))
    between = draw(st.sampled_from(["title", "merged title", "heading", "blank", "close"]))
    prefix = draw(st.sampled_from(["", "M"]))
    closed = between == "close" or draw(st.booleans())
    lines = [[zone or "BẢNG KÊ TỌA ĐỘ", None, None], *head]
    for order, ring in enumerate(outlines):
        if between == "title" or (between == "merged title" and order):
            lines.append(
                [f"Thửa {order + 1}", *[f"Thửa {order + 1}" if "m" in between else None] * 2]
            )
        elif order and between == "heading":
            lines += head
        elif order and between == "blank":
            lines.append([None] * 3)
        for n, (x, y) in enumerate([*ring, ring[0]] if closed else ring):
            lines.append([f"{prefix}{n % len(ring) + 1}", write(x / 100), write(y / 100)])
    lines += draw(st.sampled_from([[], [["Tổng", None, None]], [[None, None, "Người lập"]]]))
    return rows(*lines), [np.array(ring) / 100 for ring in outlines], ZONES[zone]


@settings(max_examples=100, deadline=None)
@given(written())
def test_whatever_outline_is_written_is_read(case):
    sheet, outlines, epsg = case
    result = read_coordinate_table(sheet)
    assert not levels(result, "refused")
    assert len(result.parcels) == len(outlines)
    for parcel, corners in zip(result.parcels, outlines, strict=True):
        assert np.abs(parcel.corners - corners).max() <= 1e-9
        assert shapely.get_num_coordinates(parcel.polygon()) == len(corners) + 1
    assert result.stated_epsg == epsg
    assert is_coordinate_table(sheet)


DEGREES = ((20_000000, 22_000000), (104_000000, 106_500000))
ANGLES = [
    lambda v, _: f"{v:.6f}",
    lambda v, _: f"{v:.6f}".replace(".", ","),
    lambda v, _: v,
    lambda v, side: dms(v, "{}°{:02}'{:.6f}\"") + side,
    lambda v, _: dms(v, "{} {:02} {:.6f}").replace(".", ","),
]


def dms(value, pattern):
    micro = round(value * 3600e6)
    return pattern.format(
        micro // 3_600_000_000, micro // 60_000_000 % 60, micro % 60_000_000 / 1e6
    )


@settings(max_examples=60, deadline=None)
@given(rings(DEGREES), st.sampled_from(ANGLES), st.booleans())
def test_whatever_is_written_in_degrees_is_read(ring, write, closed):
    corners = np.array(ring) / 1e6
    lines = [[i, write(lon, "E"), write(lat, "N")] for i, (lat, lon) in enumerate(corners, 1)]
    result = read_coordinate_table(
        rows(["STT", "Kinh độ", "Vĩ độ"], *lines, *([lines[0]] if closed else []))
    )
    (parcel,) = result.parcels
    assert np.abs(parcel.corners - corners).max() <= 1e-9


CELLS = st.one_of(
    st.sampled_from(
        ["X", "Y", "Điểm", "Vĩ độ", "Kinh độ", "Thửa 1", "Tổng", "1", "2", "KTT 105", None]
    ),
    st.sampled_from(["2.358.517,85", "567.233,75", "21,3", "105,4", 2358617.85, float("nan")]),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.none(),
)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 7).flatmap(lambda n: st.lists(st.tuples(*[CELLS] * n), max_size=10)),
    st.booleans(),
)
def test_no_sheet_makes_the_reader_stumble(lines, headed):
    if headed and lines:
        lines = [("Điểm", "X", "Y", "Cạnh", "Điểm", "X", "Y")[: len(lines[0])], *lines]
    sheet = Grid("bang.csv", "", tuple(lines))
    is_coordinate_table(sheet)
    result = read_coordinate_table(sheet)
    for finding in result.findings:
        assert finding.message("vi")
        assert finding.message("en")
    for parcel in result.parcels:
        assert np.isfinite(parcel.corners).all()
        assert len(parcel.points) == len(parcel.rows) == len(parcel.stated_edges) >= 3
        assert parcel.polygon().is_empty is False
    ordered = [finding.row or 0 for finding in result.findings]
    assert all(before <= after for before, after in pairwise(ordered))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "cell",
    [
        "1" * 32767,
        "(" * 32767,
        "1x" * 16000,
        "o" * 32767,
        ". ," * 10000,
        "105°" * 8000,
        "- " * 16000,
    ],
)
def test_a_cell_full_of_anything_costs_no_time(cell):
    sheet = rows(
        [cell] * 4,
        ["Điểm", "X", "Y", "Cạnh"],
        [cell, cell, "1", cell],
        [cell, "", cell, ""],
        [cell] * 4,
    )
    assert read_coordinate_table(sheet).parcels == ()
    assert is_coordinate_table(sheet)
