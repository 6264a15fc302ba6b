"""Cells merged over several rows of a register, and cells that hold no value."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.importing.readers.grid import Area, Grid, Unread
from lib.importing.sheets import cells
from lib.importing.sheets.reader import read_register

CLUSTERS = ("Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)", "Ngày quyết định")
LOG = ("Ngày", "Giờ cắt", "Giờ đóng", "Xã, phường", "Số KH", "Lộ", "Nguyên nhân")
DEFAULTS = {"source_url": "file:a", "as_of": "2026-11-30"}


def read(table, rows, areas=()):
    """Read rows with the value of each merged area in all of its cells, as the readers give it."""
    cells_of = [list(row) for row in rows]
    for area in areas:
        for row in range(area.top, area.bottom + 1):
            span = slice(area.left, area.right + 1)
            cells_of[row][span] = [rows[area.top][area.left]] * (area.right + 1 - area.left)
    grid = Grid("a.xlsx", "", tuple(map(tuple, cells_of)), areas=tuple(areas))
    return read_register(grid, table, defaults=DEFAULTS)


def told(result):
    return [(f.level, f.key, f.row) for f in result.findings if f.level in ("ask", "refused")]


@given(st.integers(2, 9), st.data())
def test_a_quantity_merged_over_clusters_is_asked_and_blank_for_each(count, data):
    first = data.draw(st.integers(1, count - 1))
    last = data.draw(st.integers(first + 1, count))
    rows = [CLUSTERS, *((f"PT-{at:03}", f"Cụm {at}", 10.5 + at, "2020") for at in range(count))]
    result = read("clusters", rows, [Area(first, 2, last, 2)])
    areas = result.frame["area_ha"]
    assert areas[first - 1 : last].isna().all()
    kept = [at for at in range(count) if not first - 1 <= at < last]
    assert areas[kept].tolist() == [10.5 + at for at in kept]
    assert told(result) == [("ask", "cells.merged_quantity", first + 1)]


def test_names_days_and_causes_are_each_row_s():
    day = dt.date(2026, 8, 28)
    hours = (dt.time(5), dt.time(6))
    rows = [LOG]
    rows += [(day, *hours, "x", 120, lo, "cây đổ") for lo in ("471", "472", "473")]
    areas = [Area(1, column, 3, column) for column in (0, 1, 2, 3, 6)]
    result = read("outages", rows, areas)
    assert not [one for one in told(result) if "merged" in one[1]]
    assert result.frame["start"].tolist() == [dt.datetime(2026, 8, 28, 5)] * 3  # noqa: DTZ001
    assert result.frame["cause"].nunique() == 1
    assert result.frame["customers_interrupted"].tolist() == [120] * 3


def test_a_quantity_the_table_needs_is_refused():
    rows = [("Mã xã", "Tháng", "Số khách hàng"), ("08218", "08/2026", 9), ("08218", "09/2026", 9)]
    result = read("customers", rows, [Area(1, 2, 2, 2)])
    assert told(result) == [("refused", "cells.merged_quantity", 2)]


def test_a_row_all_of_whose_cells_are_merged_with_the_one_above_is_no_row_of_its_own():
    rows = [CLUSTERS, ("PT-001", "Bãi Ba 2", 75, "2020"), (None,) * 4]
    rows += [("PT-002", "Quảng Yên", 74, "2021"), (None,) * 4]
    areas = [Area(top, column, top + 1, column) for top in (1, 3) for column in range(4)]
    result = read("clusters", rows, areas)
    assert result.frame["area_ha"].tolist() == [75, 74]
    assert told(result) == []


def test_a_quantity_over_two_columns_is_asked():
    heads = ("Mã cụm", "Tên cụm công nghiệp", "Diện tích (ha)", "Đã giải phóng mặt bằng (ha)")
    result = read("clusters", [heads, ("PT-001", "Bãi Ba 2", 75, None)], [Area(1, 2, 1, 3)])
    assert told(result) == [("ask", "cells.merged_across", 2)] * 2
    assert result.frame[["area_ha", "cleared_ha"]].isna().all(axis=None)


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize("key", ["cells.not_computed", "cells.error_value"])
def test_a_cell_without_a_value_is_refused_in_every_column(column, key):
    row = ["PT-001", "Bãi Ba 2", 75, "18/12/2020"]
    row[column] = Unread("=A1", key)
    result = read("clusters", [CLUSTERS, row])
    assert ("refused", key, 2) in told(result)


@pytest.mark.parametrize("text", ["#DIV/0!", "#REF!", " #N/A ", "#####", "Err:502"])
@pytest.mark.parametrize("column", range(4))
def test_an_error_copied_as_text_is_no_value_either(text, column):
    row = ["PT-001", "Bãi Ba 2", "75", "18/12/2020"]
    row[column] = text
    assert ("refused", "cells.error_value", 2) in told(read("clusters", [CLUSTERS, row]))


def test_a_cell_without_a_value_in_a_column_not_in_use_is_nobody_s_trouble():
    heads = (*CLUSTERS, "Cột khác hẳn")
    row = ("PT-001", "Bãi Ba 2", 75, "2020", Unread("#N/A", "cells.error_value"))
    assert told(read("clusters", [heads, row])) == []


@given(st.integers(0, 366 * 24 * 60 - 1))
def test_hours_are_counted_from_the_day_they_stand_beside(minutes):
    hours, day = dt.timedelta(minutes=minutes), dt.date(2026, 8, 28)
    value = cells.when(hours, "moment", on=day)
    assert value.value - dt.datetime(2026, 8, 28) == hours  # noqa: DTZ001
    assert value.level is None


@pytest.mark.parametrize(
    ("cell", "on", "key"),
    [
        (dt.timedelta(hours=26), None, "cells.no_day"),
        (dt.timedelta(hours=-2), dt.date(2026, 8, 28), "cells.not_a_moment"),
        (dt.timedelta(days=400), dt.date(2026, 8, 28), "cells.not_a_moment"),
        (dt.date(1900, 1, 1), dt.date(2026, 8, 28), "cells.hour_over_day"),
        (dt.datetime(1904, 1, 2, 6), dt.date(2026, 8, 28), "cells.hour_over_day"),  # noqa: DTZ001
        (dt.datetime(1900, 1, 1, 2, 30), dt.date(2026, 8, 28), "cells.hour_over_day"),  # noqa: DTZ001
    ],
)
def test_hours_that_are_no_moment_say_why(cell, on, key):
    assert cells.when(cell, "moment", on=on).key == key


def test_a_moment_shown_as_hours_is_that_moment():
    value = cells.when(dt.timedelta(days=46_262.5), "moment")
    assert value.value == dt.datetime(2026, 8, 28, 12)  # noqa: DTZ001
    assert value.level == "mended"
