"""What is said of a file of outlines: in which order, and of which row."""

import json

from outlinefiles import BOW_TIE, file_of, look, square, storage, with_height


def test_the_gravest_comes_first_and_a_report_can_be_written():
    shapes = storage([square(side=1_500), square(4_000).difference(square(4_000, side=9)), BOW_TIE])
    shapes[0] = with_height(shapes[0])
    found = look(file_of(*shapes))[1]
    assert [f.level for f in found] == ["refused", "ask", "mended", "note"]
    assert json.loads(json.dumps([f.values for f in found]))[1]["area"] == "225,00\u00a0ha"


def test_a_row_without_a_name_is_called_by_what_it_has():
    frame = file_of(None, None, None).assign(name=["Tề Lỗ", None, ""], cluster_id=["", "C1", None])
    said = [f.message() for f in look(frame)[1]]
    assert ["(Tề Lỗ)" in said[0], "(C1)" in said[1], "(?)" in said[2]] == [True] * 3
