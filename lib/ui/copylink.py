"""The link to what is on the screen: one press copies it."""

from pathlib import Path

import streamlit as st

from lib.ui.state import tr

_ASSETS = Path(__file__).parents[1] / "assets"

_LINK = st.components.v2.component(
    "phutho_link",
    # Hidden until the script has given it its name: a button without one says nothing aloud.
    html='<button type="button" hidden></button><output aria-live="polite"></output>'
    "<input readonly hidden>",
    css=(_ASSETS / "link.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "link.js").read_text(encoding="utf-8"),
)


def copy_link() -> None:
    """Draw the button that copies the address of the page.

    Only the browser knows the whole address: the map writes there where it
    looks, without a run of the script.
    """
    _LINK(
        key="link",
        width="content",
        data={
            "label": tr("frame.link_label"),
            "done": tr("frame.link_done"),
            "doneLocal": tr("frame.link_done_local"),
            "byHand": tr("frame.link_by_hand"),
            "local": tr("frame.link_local"),
        },
    )
