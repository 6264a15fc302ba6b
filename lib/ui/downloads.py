"""Download buttons: a file is made when it is asked for, by who may take it away."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.crossing import answer
from lib.reports.cards.material import Material
from lib.tables import export
from lib.ui import visitor
from lib.ui.state import tr

_KINDS: Final = ("xlsx", "csv", "geojson", "gpkg")
_MIME: Final = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a browser is told of a file, by its ending."""


def button(
    label: str,
    data: bytes | str | Callable[[], bytes],
    file: str,
    *,
    icon: str = ":material/download:",
    **more: Any,  # noqa: ANN401 - what Streamlit's button takes besides
) -> None:
    """Draw the button that takes a file away; a click on it draws nothing anew.

    Parameters
    ----------
    data : bytes, str or callable
        The file, or what makes it once the button is pressed. `guarded` looks at
        the visitor then; what makes a file without it asks for itself.
    icon : str
        Material icon of the button.
    **more
        As of `streamlit.download_button`.
    """
    st.download_button(
        label,
        data=data,
        file_name=file,
        mime=_MIME.get(file.rpartition(".")[2]),
        on_click="ignore",
        icon=icon,
        **more,
    )


def guarded(
    label: str,
    make: Callable[[], bytes],
    file: str,
    *,
    icon: str = ":material/download:",
    **more: Any,  # noqa: ANN401 - as of `button`
) -> None:
    """Draw the button of a file only for who may take it away, named as the visitor's rules say."""
    button(label, visitor.download(make), visitor.file_name(file), icon=icon, **more)


def table_row(
    table: Callable[[], pd.DataFrame], notes: Mapping[str, str], *, file: str, sheet: str
) -> None:
    """Draw the downloads of a table: XLSX, and CSV for Excel with the notes above it.

    Parameters
    ----------
    table : callable
        Makes the table when it is asked for.
    notes : mapping
        Label -> what holds for all of it; a label with ``_`` is the workbook's alone.
    file : str
        Name of the files without ending.
    """
    named = _named(notes)
    st.caption(tr("cross.download"))
    with st.container(horizontal=True):
        guarded("XLSX", lambda: export.to_xlsx(table(), notes=notes, sheet=sheet), f"{file}.xlsx")
        guarded("CSV", lambda: export.to_csv(table(), notes=named, excel=True), f"{file}.csv")


def download_row(given: Material, shown: Collection[str]) -> None:
    """Draw one button a format for the clusters in view; each file says its date and rules."""
    rows = given.answer.rows
    seen = replace(given.answer, rows=rows[rows["cluster_id"].isin(list(shown))])
    about = given.about(", ".join(given.tables["clusters"]["source_url"].dropna().unique()))

    def make(kind: str) -> bytes:
        if kind == "csv":
            return export.to_csv(seen.rows, notes=_named(about), excel=True)
        return answer.content(seen, kind, about)

    st.caption(tr("cross.download"))
    with st.container(horizontal=True):
        for kind in _KINDS:
            guarded(kind.upper(), partial(make, kind), f"{tr('cross.file')}.{kind}")


def _named(notes: Mapping[str, str]) -> dict[str, str]:
    """Return the notes that stand in a text file: not what names the sheet of a workbook."""
    return {key: text for key, text in notes.items() if not key.startswith("_")}
