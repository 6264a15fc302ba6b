"""The last place an error nobody foresaw comes to: a number on the page, all of it in the log.

Streamlit calls this for what no page caught, also inside a fragment or a
callback; what steers a run (a stop, a rerun) never comes here. Nothing is hidden:
the run has ended, and the server's log has the traceback under the number.
"""

import logging
import secrets
from typing import Final, cast

import streamlit as st

from lib.language.errors import PhuThoError
from lib.language.text import Lang, t

_LOGGER: Final = logging.getLogger(__name__)
_NUMBER_BYTES: Final = 4


def tell(error: Exception) -> bool:
    """Say in the visitor's language that something went wrong, and log it under a number.

    Returns
    -------
    bool
        True: Streamlit shows nothing of its own, which would be English.
    """
    # The state of pages (`lib.ui.state`) loads the map, which the server itself must not.
    lang = cast("Lang", st.session_state.get("lang") or "vi")
    if isinstance(error, PhuThoError):  # in a fragment's own run no page catches it
        st.error(error.markdown(lang), icon=":material/error:")
        return True
    number = secrets.token_hex(_NUMBER_BYTES).upper()
    _LOGGER.error("unforeseen error %s", number, exc_info=error)
    st.error(t("rescue.unforeseen", lang, number=number), icon=":material/error:")
    return True
