"""The box for a coordinate table that was copied, and what was understood of it."""

from typing import Final

import pandas as pd
import streamlit as st

from lib.importing.coordinates import pasted
from lib.importing.coordinates.pasted import Corner, Pasted
from lib.language.errors import DataRefusedError
from lib.language.text import number, plain
from lib.ui.state import language, said, tr

_SHOWN: Final = 200
"""Corners listed: the import itself takes more."""
_LONGEST_NAME: Final = 120


def box() -> dict[str, bytes]:
    """Draw the box; return what was pasted as a file, nothing if there is none to go on with."""
    with st.expander(tr("paste.title"), icon=":material/content_paste:"):
        text = st.text_area(
            tr("paste.text"),
            height=160,
            max_chars=pasted.LONGEST,
            placeholder=tr("paste.example"),
            help=tr("paste.help"),
            key="import_paste",
        )
        cluster = st.text_input(
            tr("paste.cluster"), max_chars=_LONGEST_NAME, key="import_paste_cluster"
        )
        if not text.strip():
            return {}
        try:
            found = pasted.understand(text)
        except DataRefusedError as error:
            st.error(said(error), icon=":material/error:")
            return {}
        _show(found)
    return {tr("paste.file"): found.file(cluster.strip())}


def _show(found: Pasted) -> None:
    """Show each corner as it will be read, and which number was taken for what."""
    axes = ("lat", "lon") if found.degrees else ("north", "east")
    order = axes[::-1] if found.east_first else axes
    first, second = (tr(f"paste.{axis}") for axis in order)
    st.markdown(
        tr("paste.understood", count=number(len(found.corners)), first=first, second=second)
    )
    if found.titles:
        st.caption(tr("paste.titles", titles=plain(" · ".join(line for _, line in found.titles))))
    rows = [_row(corner) for corner in found.corners[:_SHOWN]]
    columns = [tr("paste.corner"), *(tr(f"paste.{axis}") for axis in axes)]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, height=220, key="pasted")


def _row(corner: Corner) -> tuple[str, str, str]:
    """Return a corner as it is shown: every decimal that was pasted, none more."""
    north, east = (
        number(float(value), language(), max(0, -int(value.as_tuple().exponent)))
        for value in (corner.north, corner.east)
    )
    return corner.label, north, east
