"""Registers that go on: a heading again further down, a next table without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.importing.readers.grid import Area, Grid
from lib.importing.sheets.reader import read_register
from lib.importing.sheets.sections import sections

HEAD = ("Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)")
ORDERED = ("STT", *HEAD)


def cluster(at):
    return (f"PT-{at:03}", f"Cụm {at}", float(at))


def grid(*rows, sheet="1", **more):
    return Grid("a.docx", sheet, rows, **more)


def read(grids):
    """Return each cluster read with its row, what was told, and the registers."""
    parts, told = sections(grids, "clusters")
    registers = [read_register(part, "clusters") for part in parts]
    found = [
        (code, row)
        for one in registers
        for code, row in zip(one.frame["cluster_id"], one.rows, strict=True)
    ]
    return found, told, registers


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_a_heading_on_every_page_is_passed_over(sizes):
    rows, expected, at = [], [], 0
    for size in sizes:
        rows.append(HEAD)
        for _ in range(size):
            at += 1
            rows.append(cluster(at))
            expected.append((f"PT-{at:03}", len(rows)))
    found, told, registers = read([grid(*rows)])
    assert found == expected
    assert not told
    notes = [f.key for one in registers for f in one.findings if f.key == "headings.repeated"]
    assert len(notes) == len(sizes) - 1


def test_a_heading_with_more_columns_drops_nothing_above_it():
    more = (*HEAD, "Chủ đầu tư hạ tầng")
    rows = ((*HEAD, None), *((*cluster(at), None) for at in (1, 2)), more, (*cluster(3), "X"))
    found, told, registers = read([grid(*rows)])
    assert found == [("PT-001", 2), ("PT-002", 3), ("PT-003", 5)]
    assert not told
    assert [len(one.columns) for one in registers] == [3, 4]


def test_columns_in_another_order_stand_under_their_own_heading():
    rows = (HEAD, cluster(1), HEAD[::-1], cluster(2)[::-1])
    found, _, registers = read([grid(*rows)])
    assert found == [("PT-001", 2), ("PT-002", 4)]
    assert [one.frame["area_ha"].tolist() for one in registers] == [[1], [2]]


def test_a_title_of_two_words_above_the_heading_is_no_heading():
    rows = (("Nguồn", "Ngày số liệu", None), ("Sở", "1/1/2026", None), HEAD, cluster(1))
    assert read([grid(*rows)])[0] == [("PT-001", 4)]


@pytest.mark.parametrize("titles", [0, 2])
def test_a_table_without_a_heading_is_read_under_the_one_before_and_asked(titles):
    lines = [("Trang 2", None, None)] * titles
    second = grid(*lines, cluster(2), cluster(3), sheet="2", first_row=1 - titles)
    found, told, _ = read([grid(HEAD, cluster(1)), second])
    assert found == [("PT-001", 2), ("PT-002", 1), ("PT-003", 2)]
    assert [(f.level, f.key, f.file) for f in told] == [("ask", "headings.goes_on", "a.docx [2]")]


@pytest.mark.parametrize(("number", "level"), [("2", "mended"), ("1", "ask"), ("7", "ask")])
def test_running_numbers_say_whether_a_table_goes_on(number, level):
    first = grid(ORDERED, ("1", *cluster(1)))
    _, told, _ = read([first, grid((number, *cluster(2)), sheet="2")])
    assert [finding.level for finding in told] == [level]


def test_a_table_of_another_width_is_not_read_under_the_heading_before():
    parts, told = sections([grid(HEAD, cluster(1)), grid(("Nơi nhận", "GIÁM ĐỐC"))], "clusters")
    assert [part.rows[0][0] for part in parts] == ["Mã cụm", "Nơi nhận"]
    assert not told


def test_merged_areas_move_with_their_rows():
    more = (*HEAD, "Chủ đầu tư hạ tầng")
    rows = ((*HEAD, None), (*cluster(1), None), more, (*cluster(2), "X"), (*cluster(3), "X"))
    parts, _ = sections([grid(*rows, areas=(Area(3, 2, 4, 2),))], "clusters")
    assert [part.areas for part in parts] == [(), (Area(1, 2, 2, 2),)]
    second = grid(cluster(2), cluster(3), sheet="2", areas=(Area(0, 2, 1, 2),))
    parts, _ = sections([grid(HEAD, cluster(1)), second], "clusters")
    assert parts[1].areas == (Area(1, 2, 2, 2),)
