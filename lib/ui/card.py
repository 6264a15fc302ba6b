"""The card of what is selected, on one small sheet beside the map."""

from typing import Final

import streamlit as st
from markupsafe import Markup

from lib.register import playlist
from lib.register.playlist import Playlist
from lib.reports.cards.card import Card
from lib.reports.cards.markup import card_html
from lib.ui import state
from lib.ui.state import address

_ABOUT: Final[dict[Playlist, tuple[str, ...]]] = {
    "stopped": ("cards.wastewater",),
    "delayed": ("schemas.column.behind_schedule", "reports.delay"),
}
"""List -> the lines of a card it is about, where the card does not lead with them."""


def show_card(card: Card, picture: Markup = Markup("")) -> None:  # noqa: B008 - never changes
    """Draw a card; `picture` stands between its cautions and its facts.

    While a list is walked through, the card leads with what the list is about.
    """
    st.html(str(card_html(card.led_by(*_about()), picture, address)))


def _about() -> tuple[str, ...]:
    if not state.presenting():
        return ()
    own, chosen = playlist.of_page(state.page_name()), st.session_state.get("playlist")
    return _ABOUT.get(chosen if chosen in own else own[0], ())
