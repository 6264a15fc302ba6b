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

    What is drawn and not published stays: there is no file to bring it again from.
    """
    held = work()
    drawn = dict(held.get("drawn", {}))
    if "made" in held:
        drawn.pop(held.get("drawing"), None)
    st.session_state[_WORK] = {"step": "choose", **({"drawn": drawn} if drawn else {})}


def go(step: str) -> None:
    """Go to a step; used as a callback."""
    work()["step"] = step


def change(**choices: Any) -> None:  # noqa: ANN401 - fields of Options
    """Change what was chosen; the file is checked anew. Used as a callback."""
    held = work()
    held["options"] = replace(held["options"], **choices)
