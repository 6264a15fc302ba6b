"""The switch of the layers: what it takes out of a page's styles, and what it never does."""

from dataclasses import replace

import pytest
import streamlit as st

from lib.layers.browser import Picture
from lib.layers.registry import LAYERS, in_order, movable
from lib.ui import state
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


def test_a_layer_is_laid_over_the_others_and_a_link_cannot_lift_what_covers_all(session):
    session["raise"] = "rivers"
    switch._raise()
    session["raise"] = "weak"
    switch._raise()
    assert (session["order"], session["raise"]) == (["weak", "rivers"], None)
    names = ["communes", "rivers", "weak", "clusters"]
    assert in_order(names, session["order"]) == ["communes", "clusters", "rivers", "weak"]
    assert not movable(LAYERS["communes"])
    assert not movable(LAYERS["country"])
    assert movable(LAYERS["outlines"])


def test_a_link_cannot_have_a_browser_call_the_internet(session):
    class Online:
        pictures = (replace(PICTURE, name="internet:", url="https://a.vn/{z}/{x}/{y}"),)

    session.update(pictures=["internet:"])
    assert switch.opacity(Online) == {}
    assert "online" not in state.multi()
    switch._turn("online", "internet:")
    assert switch.opacity(Online) == {"internet:": 1.0}
