"""Tables in step with the map: the same rows, order and words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from lib.text import no_data
from lib.ui.state import language


@dataclass(frozen=True)
class Column:
    """One column of a table on the screen.

    Parameters
    ----------
    name : str
        Column of the frame.
    label : str
        Heading in the visitor's language.
    shown : callable or None
        How a number is written; the sort order stays that of the numbers.
    width : str or int
        Streamlit's column width.
    """

    name: str
    label: str
    shown: Callable[[Any], str] | None = None
    width: Literal["small", "medium", "large"] | int = "medium"


def show_table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    id_column: str,
    selected: str,
    on_pick: Callable[[str], None],
    key: str,
    alt: str,
    height: int = 330,
) -> None:
    """Draw `frame`; a click on a row calls `on_pick` with its id, and back.

    Parameters
    ----------
    frame : DataFrame
        Already filtered and sorted.
    columns : sequence of Column
        What is shown, in order.
    id_column : str
        Column with the code of a row.
    selected : str
        Code of the row to mark, empty for none.
    on_pick : callable
        Called before the rerun; with an empty code when a row is let go.
    key : str
        Name of the table in the session.
    alt : str
        What the table is, for a screen reader.
    height : int
        Height in pixels at most.
    """
    codes = frame[id_column].tolist()
    view = frame[[c.name for c in columns]].astype(object)
    view = view.set_axis([c.label for c in columns], axis=1)
    formats: dict[Any, Any] = {c.label: c.shown for c in columns if c.shown}
    view = view.reset_index(drop=True)
    # A Styler sends every cell twice; where it would change no word it is left out.
    plain = not formats and not view.isna().any(axis=None)
    shown = view if plain else view.style.format(formats, na_rep=no_data(language()))
    rows = [codes.index(selected)] if selected in codes else []
    st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    def picked() -> None:
        found = st.session_state[key]["selection"]["rows"]
        on_pick(codes[found[0]] if found else "")

    st.dataframe(
        shown,
        key=key,
        on_select=picked,
        selection_mode="single-row",
        hide_index=True,
        height=min(height, 36 * (len(view) + 1) + 4),
        row_height=36,
        placeholder=no_data(language()),
        column_config={
            c.label: st.column_config.Column(
                width=c.width, alignment="right" if c.shown else "left"
            )
            for c in columns
        },
        alt=alt,
    )
