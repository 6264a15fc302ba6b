"""Values of many clusters in one table: in each cell what is in use or waits, to be changed."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.language.text import is_blank
from lib.store.pending import Place, Subject
from lib.tables.columns import Column
from lib.tables.glossary import CODES, label, value_label, value_words
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.derive import SILENT, typed
from lib.tables.statements.record import Statement
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_TURN: Final = "_grid_turn"
_NAME: Final = "_name"


def key(data: Workspace, clusters: Sequence[str], columns: Sequence[Column]) -> str:
    """Return the key of the table: another one for other rows, and once its values wait."""
    what = "|".join((data.key, *clusters, *(column.name for column in columns)))
    turn = st.session_state.get(_TURN, 0)
    return f"enter-grid-{hashlib.sha256(what.encode()).hexdigest()[:12]}-{turn}"


def draw(
    data: Workspace,
    clusters: Sequence[str],
    columns: Sequence[Column],
    seen: Mapping[Place, Statement],
) -> None:
    """Draw the table.

    Parameters
    ----------
    seen : mapping
        The draft: what waits is shown instead of what is in use.
    """
    lang = language()
    rows = data.tables[CLUSTERS.name].set_index("cluster_id").loc[list(clusters)]
    cells: dict[str, list[str]] = {
        _NAME: [f"{code} · {name}" for code, name in zip(clusters, rows["name"], strict=True)]
    }
    shown: dict[str, Any] = {
        _NAME: st.column_config.TextColumn(tr("enter.row"), disabled=True, pinned=True)
    }
    for column in columns:
        title = label(CLUSTERS.name, column.name, lang)
        pairs = zip(clusters, rows[column.name], strict=True)
        cells[column.name] = [_words(column, code, value, seen) for code, value in pairs]
        shown[column.name] = (
            st.column_config.SelectboxColumn(title, options=list(_labels(column)))
            if column.codes
            else st.column_config.TextColumn(title, max_chars=500)
        )
    st.caption(tr("enter.grid_help"))
    st.data_editor(
        pd.DataFrame(cells),
        hide_index=True,
        column_config=shown,
        num_rows="fixed",
        key=key(data, clusters, columns),
    )


def entries(
    data: Workspace, clusters: Sequence[str], columns: Sequence[Column]
) -> dict[Subject, str]:
    """Return what was typed into the table: value -> text, of codes the code."""
    known = {column.name: column for column in columns}
    state = st.session_state.get(key(data, clusters, columns)) or {}
    found: dict[Subject, str] = {}
    for at, row in state.get("edited_rows", {}).items():
        for name, cell in row.items():
            if name in known and not is_blank(cell) and int(at) < len(clusters):
                text = _labels(known[name]).get(str(cell), str(cell))
                found[CLUSTERS.name, clusters[int(at)], name] = text
    return found


def emptied() -> None:
    """Begin anew: what was typed waits in the draft."""
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _labels(column: Column) -> dict[str, str]:
    """Return words -> code of a coded column; empty for a free one."""
    codes = [code for code in CODES[column.codes] if code not in SILENT] if column.codes else []
    return {value_label(column.codes, code, language()): code for code in codes}


def _words(column: Column, code: str, value: object, seen: Mapping[Place, Statement]) -> str:
    waits = seen.get((CLUSTERS.name, code, column.name))
    now = typed(column, waits.value) if waits is not None else value
    # Streamlit would write None.
    return "" if is_blank(now) or now in SILENT else value_words(column, now, language())
