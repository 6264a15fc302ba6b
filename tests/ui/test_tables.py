"""Tables on the screen: sent twice only where numbers are written the Vietnamese way."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.tables import _picked


def page(name, with_numbers):
    import pandas as pd  # noqa: PLC0415 - a page of its own

    from lib.language.text import number  # noqa: PLC0415
    from lib.ui.tables import Column, show_table  # noqa: PLC0415

    frame = pd.DataFrame({"code": ["a", "b"], "name": ["Đoan Hùng", name], "ha": [1234.5, 8.0]})
    columns = [Column("name", "Tên")]
    if with_numbers:
        columns.append(Column("ha", "ha", lambda value: number(value, "vi", 2)))
    show_table(
        frame,
        columns,
        id_column="code",
        selected="",
        on_pick=lambda _: None,
        key="table",
        alt="Bảng",
    )


@pytest.mark.parametrize(
    ("name", "with_numbers", "twice"),
    [("Hạ Hòa", False, False), ("Hạ Hòa", True, True), (None, False, True)],
    ids=["words", "numbers", "a blank"],
)
def test_a_table_is_sent_twice_only_where_words_differ_from_values(name, with_numbers, twice):
    app = AppTest.from_function(
        page, default_timeout=240, kwargs={"name": name, "with_numbers": with_numbers}
    ).run()
    assert list(app.exception) == []
    sent = app.dataframe[0].proto.arrow_data.styler.display_values
    assert bool(sent) is twice
    if with_numbers:
        assert b"1.234,50" in sent
    if name is None:
        assert "chưa có số liệu".encode() in sent


@pytest.mark.parametrize(
    ("rows", "cells", "selected", "picked"),
    [
        ([], [(1, "Tên")], "", "b"),
        ([0], [(1, "Tên")], "a", "b"),
        ([0], [(0, "Tên")], "a", "a"),
        ([1], [(0, "Tên")], "a", "b"),
        ([], [(0, "Tên")], "a", ""),
        ([1], [], "a", "b"),
        ([], [], "a", ""),
    ],
    ids=[
        "a cell, nothing chosen",
        "a cell of another row",
        "a cell of the chosen row",
        "the mark of another row after a cell",
        "the mark of the chosen row after its cell",
        "a mark",
        "nothing left",
    ],
)
def test_a_click_on_a_cell_or_a_mark_is_a_click_on_its_row(rows, cells, selected, picked):
    selection = {"rows": rows, "columns": [], "cells": cells}
    assert _picked(["a", "b"], selection, selected) == picked
