"""Session state of a visitor's import between its three steps."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

_WORK: Final = "_import"


def work() -> dict[str, Any]:
    """Return the session state of this visitor's import."""
    held: dict[str, Any] = st.session_state.setdefault(_WORK, {"step": "choose"})
    return held


def forget() -> None:
    """Clear the session state of the import; used as a callback.

    A drawing that is not published yet stays: there is no file to bring it again from.
    """
    held = work()
    kept = {"drawn": held["drawn"]} if "drawn" in held and "made" not in held else {}
    st.session_state[_WORK] = {"step": "choose", **kept}


def go(step: str) -> None:
    """Go to a step; used as a callback."""
    work()["step"] = step


def change(**choices: Any) -> None:  # noqa: ANN401 - fields of Options
    """Change what was chosen; the file is checked anew. Used as a callback."""
    held = work()
    held["options"] = replace(held["options"], **choices)
