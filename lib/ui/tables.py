"""Draw tables in step with the map: the same rows, order and words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from lib.language.text import no_data
from lib.ui.state import language


@dataclass(frozen=True)
class Column:
    """One column of a table on the screen.

    Parameters
    ----------
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
    """Draw `frame`; a click anywhere in a row calls `on_pick` with its id, and back.

    The mark before the row says which one is chosen, and takes it back; a click on a
    cell chooses its row, and is no choice of its own.

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
    cells = _kept_cells(key, rows, view.columns)
    st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": cells}}

    def picked() -> None:
        on_pick(_picked(codes, st.session_state[key]["selection"], selected))

    st.dataframe(
        shown,
        key=key,
        on_select=picked,
        selection_mode=["single-row", "single-cell"],
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


def _picked(codes: Sequence[str], selection: Mapping[str, Sequence[Any]], selected: str) -> str:
    """Return the code of the row that was clicked, by a cell or by its mark; empty if let go.

    A click on a cell of the chosen row changes nothing, and its cell is still named
    with the next click, on a mark: only a cell of another row is a choice.
    """
    cells = [codes[row] for row, _ in selection["cells"]]
    rows = [codes[row] for row in selection["rows"]]
    found = cells if cells and cells[0] != selected else rows
    return found[0] if found else ""


def _kept_cells(key: str, rows: Sequence[int], labels: Collection[str]) -> list[tuple[int, str]]:
    """Return the cell the pointer or an arrow key went to, while its row is the chosen one.

    The arrow keys go on from there; without it each would have to begin anew.
    """
    known = st.session_state.get(key) or {"selection": {"cells": []}}
    cells = known["selection"]["cells"]
    return [(row, label) for row, label in cells if row in rows and label in labels]
