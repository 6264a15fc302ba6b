"""The switch of the layers: what it takes out of a page's styles, and what it never does."""

import pytest
import streamlit as st

from lib.layers.browser import Picture
from lib.ui.maps import switch

STYLES = {"communes": {"1": "land"}, "weak": {"2": "no_grid"}, "rivers": "base"}
PICTURE = Picture("anh", "0", 8, 12, (105.0, 21.0, 106.0, 22.0), "Sở", "")


class Data:
    """As much of a workspace as the switch looks at."""

    pictures = (PICTURE,)


@pytest.fixture(autouse=True)
def session(monkeypatch):
    held = {}
    monkeypatch.setattr(st, "session_state", held)
    return held


def test_what_is_off_is_left_out_and_nothing_else(session):
    assert switch.left_on(STYLES) == STYLES
    session["off"] = ["weak", "khong-co"]
    assert switch.left_on(STYLES) == {"communes": {"1": "land"}, "rivers": "base"}


def test_a_link_cannot_take_the_communes_away(session):
    session["off"] = ["communes"]
    assert "communes" in switch.left_on(STYLES)


def test_a_picture_is_on_when_the_address_says_so_and_it_is_known(session):
    assert switch.opacity(Data) == {}
    session.update(pictures=["anh", "<script>"], opacity=40)
    assert switch.opacity(Data) == {"anh": 0.4}


def test_a_switch_puts_a_name_on_its_list_and_takes_it_off(session):
    switch._turn("off", "weak")
    assert session["off"] == ["weak"]
    switch._turn("off", "rivers")
    switch._turn("off", "weak")
    assert session["off"] == ["rivers"]
