"""The card of what is selected, on one small sheet beside the map."""

import streamlit as st
from markupsafe import Markup

from lib.reports.cards.card import Card
from lib.reports.cards.markup import card_html
from lib.ui import present
from lib.ui.state import address


def show_card(card: Card, picture: Markup = Markup("")) -> None:  # noqa: B008 - never changes
    """Draw a card; `picture` stands between its cautions and its facts.

    While a list is walked through, the card leads with what the list is about.
    """
    st.html(str(card_html(card.led_by(*present.about()), picture, address)))
