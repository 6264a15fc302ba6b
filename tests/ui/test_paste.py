"""The box for a pasted coordinate table, run by Streamlit's own test runner."""

import pytest
from streamlit.testing.v1 import AppTest

TABLE = "Cụm Ấm Hạ\n1 2358517,85 567233,75\n2 2358617,85 567233,75\n3 2358617,85 567333,75"


def script():
    import streamlit as st  # noqa: PLC0415 - a script of its own

    from lib.ui.data import paste  # noqa: PLC0415 - as above

    st.session_state["made"] = paste.box()


@pytest.fixture
def box():
    return AppTest.from_function(script, default_timeout=30).run()


def paste(box, text, cluster=""):
    box.text_area(key="import_paste").set_value(text)
    box.text_input(key="import_paste_cluster").set_value(cluster)
    return box.run()


def test_an_empty_box_is_no_file(box):
    assert box.session_state["made"] == {}
    assert not box.error


def test_what_was_understood_is_shown_and_goes_on_as_a_file(box):
    paste(box, TABLE, "Ấm Hạ 2")
    assert "3 điểm" in box.markdown[0].value
    assert "X (Bắc, m)" in box.markdown[0].value
    assert box.dataframe[0].value.to_numpy()[0].tolist() == ["1", "2.358.517,85", "567.233,75"]
    ((name, content),) = box.session_state["made"].items()
    assert name == "bảng dán.csv"
    assert content.decode().splitlines()[:3] == [
        "Cụm công nghiệp Ấm Hạ 2",
        "Cụm Ấm Hạ",
        "Điểm;X;Y",
    ]


def test_what_makes_no_table_is_said_with_its_line(box):
    paste(box, TABLE.replace(" 567233,75\n3", "\n3"))
    assert "Dòng 3" in box.error[0].value
    assert box.session_state["made"] == {}


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"])
def test_a_hostile_title_is_shown_as_text(box, name):
    paste(box, f"{name}\n{TABLE}")
    (shown,) = (one.value for one in box.caption)
    assert name not in shown
