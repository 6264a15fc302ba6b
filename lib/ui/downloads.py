"""Download buttons: a file is made when it is asked for, by who may take it away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.crossing import answer
from lib.language.text import date
from lib.reports import lists
from lib.reports.cards.known import Known
from lib.reports.cards.material import Material
from lib.tables import export
from lib.tables.facts import data_date
from lib.ui import visitor
from lib.ui.state import language, tr

_SHAPES: Final = ("geojson", "gpkg")
"""Files of the answer for machines: codes, and the geometry of the pieces."""
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
    table: Callable[[], pd.DataFrame],
    notes: Mapping[str, str],
    *,
    file: str,
    sheet: str,
    decimals: Sequence[str] = (),
    more: Mapping[str, Callable[[], bytes]] | None = None,
) -> None:
    """Draw the downloads of a table: XLSX, CSV for Excel with the notes beside it, and others.

    Parameters
    ----------
    table : callable
        Makes the table when it is asked for.
    notes : mapping
        Label -> what holds for all of it; a label with ``_`` is the workbook's alone.
    file : str
        Name of the files without ending.
    decimals : sequence of str
        Columns of the workbook shown with two decimals.
    more : mapping or None
        Ending of a further format -> what makes its file.
    """
    named = _named(notes)
    makers: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: export.to_xlsx(table(), notes=notes, sheet=sheet, decimals=decimals),
        "csv": lambda: export.to_csv(table(), notes=named, excel=True),
        **(more or {}),
    }
    st.caption(tr("cross.download"))
    with st.container(horizontal=True):
        for kind, make in makers.items():
            guarded(kind.upper(), make, f"{file}.{kind}")


def cluster_list(known: Known, rows: pd.DataFrame, sentence: str) -> None:
    """Draw the downloads of the clusters that are listed, in words: XLSX, CSV and DOCX.

    Parameters
    ----------
    rows : DataFrame
        Rows of the register, in the order they are listed.
    sentence : str
        What is listed, in words.
    """
    lang, title = language(), tr("pages.clusters")
    dated = date(data_date(known.tables["clusters"]), lang)
    notes = {
        "_sheet": tr("crosswork.sheet_notes"),
        tr("crosswork.note_date"): dated,
        tr("lists.note_listed"): sentence,
    }

    def table() -> pd.DataFrame:
        return lists.clusters(known, rows, lang)

    _listed(table, notes, title, tr("lists.clusters_file"))


def download_row(given: Material, shown: Collection[str], sentence: str) -> None:
    """Draw the downloads of the clusters in view: tables in words, and shapes for machines.

    Parameters
    ----------
    sentence : str
        What is listed, in words.
    """
    rows = given.answer.rows
    seen = replace(given.answer, rows=rows[rows["cluster_id"].isin(list(shown))])
    urls = given.tables["clusters"].set_index("cluster_id")["source_url"]
    about = given.about(", ".join(urls[urls.index.isin(list(shown))].dropna().unique()))
    sources = tr("crosswork.note_sources")  # each row of the table has its own
    notes = {label: text for label, text in about.items() if label != sources}
    notes[tr("lists.note_listed")] = sentence

    def table() -> pd.DataFrame:
        return lists.crossing(given, shown)

    shapes = {kind: partial(answer.content, seen, kind, about) for kind in _SHAPES}
    _listed(table, notes, tr("pages.cross_commune"), tr("cross.file"), shapes)


def _listed(
    table: Callable[[], pd.DataFrame],
    notes: Mapping[str, str],
    title: str,
    file: str,
    more: Mapping[str, Callable[[], bytes]] | None = None,
) -> None:
    lang = language()  # a download is made outside the visitor's session

    def paper() -> bytes:
        from lib.reports.word import table_docx  # noqa: PLC0415 - loads python-docx

        return table_docx(lists.on_paper(table(), lang), title, notes, lang)

    table_row(
        table,
        notes,
        file=file,
        sheet=title,
        decimals=lists.decimals(lang),
        more={"docx": paper, **(more or {})},
    )


def _named(notes: Mapping[str, str]) -> dict[str, str]:
    """Return the notes that stand in a text file: not what names the sheet of a workbook."""
    return {key: text for key, text in notes.items() if not key.startswith("_")}
