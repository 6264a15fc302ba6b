"""Coordinate tables that go on over pages and sheets, and cells merged over several rows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from coordinatetables import HEAD, OTHER, SQUARE, levels, only, read, rows
from hypothesis import given
from hypothesis import strategies as st

from lib.importing.coordinates.pages import pages
from lib.importing.coordinates.reader import read_coordinate_table
from lib.importing.readers.grid import Area, Unread

CORNER, LENGTH = "Số hiệu điểm", "Chiều dài cạnh (m)"
HEADS = [CORNER, "X (m)", "Y (m)"]


def table(*cells, sheet="1", titles=(), flows=False, areas=()):
    """Return a table with lines above it, as Word has them."""
    width = max(map(len, cells))
    padded = [[*row, *[None] * (width - len(row))] for row in ([t] for t in titles)]
    made = rows(*padded, *cells, first_row=1 - len(titles))
    return replace(made, sheet=sheet, flows=flows, areas=tuple(areas))


def ring(count, start=1, middle=(2_356_400.0, 549_200.0)):
    """Return numbered corners on a circle of 400 m."""
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return [
        [
            str(at),
            round(middle[0] + 400 * np.sin(turn), 2),
            round(middle[1] + 400 * np.cos(turn), 2),
        ]
        for at, turn in enumerate(turns, start=start)
    ]


def parts(*grids):
    groups, said = pages(grids)
    found = [read_coordinate_table(*group) for group in groups]
    return found, [*said, *(finding for one in found for finding in one.findings)]


@given(
    st.integers(6, 40).flatmap(
        lambda count: st.tuples(
            st.just(count), st.sets(st.integers(2, count - 2), min_size=1, max_size=4)
        )
    ),
    st.booleans(),
    st.booleans(),
)
def test_a_table_over_any_pages_is_one_outline(cut, headed, flows):
    count, breaks = cut
    corners = ring(count)
    ends = [0, *sorted(breaks), count]
    grids = [
        table(
            *([HEADS] if headed or not at else []),
            *corners[start:end],
            sheet=str(at + 1),
            flows=flows and at > 0,
        )
        for at, (start, end) in enumerate(pairwise(ends))
    ]
    (one,), told = parts(*grids)
    whole = read_coordinate_table(table(HEADS, *corners))
    assert shapely.equals(one.parcels[0].polygon(), whole.parcels[0].polygon())
    assert one.parcels[0].wheres[-1] == f"bang.xlsx [{len(grids)}]"
    goes_on = [finding.level for finding in told if finding.key == "coordinates.goes_on"]
    assert goes_on == ["mended" if flows else "ask"] * len(breaks)
    unheaded = [f for f in told if f.key == "coordinates.no_heading_here"]
    assert len(unheaded) == (0 if headed else len(breaks))


@pytest.mark.parametrize("title", ["Thửa 2", "Cụm công nghiệp Đồng Lạc", "Khu B"])
def test_a_title_of_its_own_makes_a_parcel_of_its_own(title):
    first = table(HEADS, *ring(5), titles=["Thửa 1"])
    second = table(HEADS, *ring(5, 6, (2_360_000, 560_000)), titles=[title], flows=True)
    found, told = parts(first, second)
    assert [parcel.name for one in found for parcel in one.parcels] == ["Thửa 1", title]
    assert not told


@pytest.mark.parametrize("again", ["", " (tiếp theo)", " (tiếp)", " – trang 2/2", " (tt)"])
def test_a_title_said_again_on_the_next_page_is_the_same_parcel(again):
    title = "Cụm công nghiệp Tân Phú"
    corners = ring(8)
    first = table(HEADS, *corners[:5], titles=[title])
    second = table(HEADS, *corners[5:], titles=[title + again], sheet="2", flows=True)
    (one,), told = parts(first, second)
    assert [(parcel.name, len(parcel.points)) for parcel in one.parcels] == [(title, 8)]
    assert [finding.level for finding in told] == ["mended"]


def test_a_corner_said_again_at_the_top_of_a_page_is_one_corner():
    corners = ring(8)
    first, second = table(HEADS, *corners[:5]), table(HEADS, *corners[4:], sheet="2", flows=True)
    (one,), told = parts(first, second)
    assert one.parcels[0].points == tuple("12345678")
    assert [(f.level, f.key, f.file) for f in told] == [
        ("mended", "coordinates.duplicate", "bang.xlsx [2]")
    ]


def test_numbers_that_begin_again_are_another_parcel():
    found, told = parts(
        table(HEADS, *ring(5)), table(HEADS, *ring(5, middle=(2_360_000, 560_000)), flows=True)
    )
    assert [len(one.parcels) for one in found] == [1, 1]
    assert not told


def test_a_table_of_another_width_is_not_read_under_the_heading_before():
    groups, told = pages([table(HEADS, *ring(5)), table(["Nơi nhận:", "GIÁM ĐỐC"], flows=True)])
    assert [len(group) for group in groups] == [1, 1]
    assert not told


def test_findings_name_the_table_their_row_stands_in():
    corners = ring(8)
    corners[6][1] = "2.35b"
    (_,), told = parts(
        table(HEADS, *corners[:5], sheet="1"), table(HEADS, *corners[5:], sheet="2", flows=True)
    )
    refused = next(finding for finding in told if finding.level == "refused")
    assert (refused.file, refused.row) == ("bang.xlsx [2]", 3)


def test_a_stated_side_says_whether_the_parcel_goes_on():
    lines = SQUARE.splitlines()
    whole = read(HEAD + "\n".join([*lines[:3], HEAD.strip(), *lines[3:]]))
    assert [len(parcel.points) for parcel in whole.parcels] == [4]
    assert only(whole, "mended").key == "coordinates.goes_on"
    more = "".join(f"{i + 4}{line[1:]}\n" for i, line in enumerate(OTHER.splitlines(), 1))
    assert len(read(HEAD + SQUARE + HEAD + more).parcels) == 2


def test_without_a_stated_side_a_repeated_heading_is_asked_as_one_parcel():
    plain = "\n".join(line.rpartition(";")[0] for line in SQUARE.splitlines())
    lines, head = plain.splitlines(), HEAD.strip().rpartition(";")[0]
    result = read("\n".join([head, *lines[:2], head, *lines[2:]]))
    assert [len(parcel.points) for parcel in result.parcels] == [4]
    assert only(result, "ask").key == "coordinates.goes_on"


# ---- merged cells -------------------------------------------------------------------------


@given(st.integers(3, 12), st.booleans(), st.booleans())
def test_lengths_merged_between_corners_belong_between_them(count, closed, named):
    """Corners stand in two rows each, sides in the lower one and the upper one of the next."""
    corners = ring(count)
    body, areas = [], []
    for at, corner in enumerate([*corners, *corners[:1]] if closed else corners):
        after = corners[(at + 1) % count]
        side = round(float(np.hypot(corner[1] - after[1], corner[2] - after[2])), 2)
        before = body[-1][3] if body else None
        body += [[*corner, before], [*corner, side]]
        top = 2 * at + 1
        areas += [Area(top, column, top + 1, column) for column in range(0 if named else 1, 3)]
        areas.append(Area(top + 1, 3, top + 2, 3))
        if not named:
            body[-1][0] = None
    if closed:
        body.pop()
        areas = areas[:-1]
    made = table([*HEADS, LENGTH], *body)
    inside = [a._replace(bottom=min(a.bottom, len(body))) for a in areas if a.top <= len(body)]
    result = read_coordinate_table(replace(made, areas=tuple(inside)))
    (parcel,) = result.parcels
    assert parcel.points == tuple(corner[0] for corner in corners)
    assert None not in parcel.stated_edges
    assert {finding.key for finding in result.findings} <= {"coordinates.closed"}


def test_a_row_of_a_side_alone_does_not_hide_where_numbers_begin_again():
    body = []
    for first in (0, 10_000):
        for corner in ring(4, middle=(2_356_400 + first, 549_200)):
            body += [[*corner, None], [None, None, None, 565.69]]
    result = read_coordinate_table(table([*HEADS, LENGTH], *body))
    assert [len(parcel.points) for parcel in result.parcels] == [4, 4]
    assert not result.findings


@pytest.mark.parametrize("column", [1, 2])
def test_a_coordinate_merged_over_two_corners_is_refused(column):
    corners = ring(4)
    corners[1][column] = corners[0][column]
    made = table(HEADS, *corners, areas=[Area(1, column, 2, column)])
    refused = only(read_coordinate_table(made), "refused")
    assert (refused.key, refused.row) == ("coordinates.merged_place", 3)


def test_corners_merged_as_a_whole_under_two_names_are_refused():
    corners = ring(4)
    corners[1][1:] = corners[0][1:]
    made = table(HEADS, *corners, areas=[Area(1, 1, 2, 1), Area(1, 2, 2, 2)])
    result = read_coordinate_table(made)
    assert {f.key for f in levels(result, "refused")} == {"coordinates.merged_place"}


def test_a_length_merged_over_several_sides_is_asked_and_not_used():
    corners = [[*corner, 565.69] for corner in ring(4)]
    made = table([*HEADS, LENGTH], *corners, areas=[Area(1, 3, 4, 3)])
    result = read_coordinate_table(made)
    assert only(result, "ask").key == "coordinates.merged_edge"
    assert result.parcels[0].stated_edges == (None,) * 4


def test_a_length_merged_over_its_two_corners_is_the_side_between_them():
    corners = [[*corner, 565.69] for corner in ring(4)]
    made = table([*HEADS, LENGTH], *corners, areas=[Area(1, 3, 2, 3)])
    result = read_coordinate_table(made)
    assert result.findings == ()
    assert result.parcels[0].stated_edges == (565.69, None, 565.69, 565.69)


@pytest.mark.parametrize("names", [True, False])
def test_a_formula_without_a_value_is_a_corner_that_cannot_be_read(names):
    corners = ring(4)
    corners[2][1] = Unread("=B3+10", "cells.not_computed")
    corners[2][2] = Unread("#REF!", "cells.error_value")
    heads = HEADS if names else HEADS[1:]
    made = table(heads, *(c if names else c[1:] for c in corners))
    result = read_coordinate_table(made)
    told = [(f.key, f.row) for f in levels(result, "refused")]
    assert told == [("cells.not_computed", 4), ("cells.error_value", 4)]
    assert not result.parcels
