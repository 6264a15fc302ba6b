"""The row of downloads: exactly what is seen, with its date, tolerance and rules inside."""

from collections.abc import Collection
from dataclasses import replace

import streamlit as st

from lib.crossing import answer
from lib.crossing.answer import Answer
from lib.language.text import date
from lib.tables import export
from lib.tables.facts import data_date
from lib.ui import visitor
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}


def download_row(data: Workspace, given: Answer, shown: Collection[str]) -> None:
    """Draw one button a format for the clusters in view; files are made when asked for."""
    lang = language()
    seen = replace(given, rows=given.rows[given.rows["cluster_id"].isin(list(shown))])
    clusters = data.tables["clusters"]
    about = answer.notes(
        tolerance_m=given.tolerance_m,
        data_date=data_date(clusters),
        borders=tr(
            f"frame.borders_{data.manifest.border_quality}",
            date=date(data.manifest.tables["communes"].as_of, lang),
        ),
        sources=", ".join(clusters["source_url"].dropna().unique()),
        lang=lang,
    )

    def make(kind: str) -> bytes:
        if kind == "csv":
            named = {key: text for key, text in about.items() if not key.startswith("_")}
            return export.to_csv(seen.rows, notes=named, excel=True)
        return answer.content(seen, kind, about)

    st.caption(tr("cross.download"))
    with st.container(horizontal=True):
        for kind, mime in _MIME.items():
            st.download_button(
                kind.upper(),
                data=visitor.download(lambda kind=kind: make(kind)),  # type: ignore[misc]
                file_name=visitor.file_name(f"{tr('cross.file')}.{kind}"),
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
            )
