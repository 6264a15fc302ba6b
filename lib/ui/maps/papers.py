"""Papers from the screen: what is seen goes with the reader, made only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from lib.language.text import Lang
from lib.layers.browser import Note
from lib.layers.registry import LayerFile
from lib.layers.target import Target
from lib.settings import settings
from lib.ui import state, visitor
from lib.ui.downloads import button, guarded
from lib.ui.maps.styles import Styles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace, cross_answer

if TYPE_CHECKING:
    # Loads Typst and python-docx: only where a paper is wanted.
    from lib.reports.material import Material

    Maker = Callable[[], Material]

_ATLAS: Final = "_atlas"


def maker(data: Workspace) -> Maker:
    """Return what makes the material of papers, by what the visitor chose until now.

    A download is made when its button is pressed, outside the visitor's
    session: language, tolerance and samples are read here, not there.
    """
    samples = bool(state.chosen("samples")) and not data.schematic
    tolerance = float(st.session_state.get("tolerance", settings().tolerance_m))
    return partial(_material, data, tolerance_m=tolerance, samples=samples, lang=language())


def _material(data: Workspace, *, tolerance_m: float, samples: bool, lang: Lang) -> Material:
    # A copy for one paper: what it reads of the layers is not kept with what all visitors share.
    return replace(
        cross_answer(data.key, data, tolerance_m=tolerance_m, samples=samples, lang=lang)
    )


def _atlas(
    make: Maker, clusters: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> bytes:
    from lib.reports import atlas  # noqa: PLC0415 - loads Typst

    return atlas.atlas(make(), clusters, progress=progress)


def _brief(make: Maker, code: str) -> bytes:
    from lib.reports import brief  # noqa: PLC0415 - as in `_atlas`

    return brief.brief(make(), code)


def _word(make: Maker, target: Target) -> bytes:
    from lib.reports import cardfile  # noqa: PLC0415 - as in `_atlas`

    return cardfile.cards_docx(make(), [target])


def _annex(make: Maker, kind: str) -> bytes:
    from lib.reports import annex  # noqa: PLC0415 - as in `_atlas`

    return annex.annex_docx(make()) if kind == "docx" else annex.annex_pdf(make())


def of_selection(data: Workspace, selected: Target | None, cluster_id: str) -> None:
    """Draw the button for the page of what is selected: a cluster's sheet, a commune's brief.

    It stands beside the title of the card, where it is seen without scrolling.
    """
    make = maker(data)
    if cluster_id:
        target, about = Target("clusters", cluster_id), tr("papers.sheet")
        file = f"{tr('papers.sheet_file')}-{cluster_id}"
        content = partial(_atlas, make, [cluster_id])
    elif selected and selected.layer_id == "communes":
        target, about = selected, tr("papers.brief")
        file = f"{tr('papers.brief_file')}-{selected.code}"
        content = partial(_brief, make, selected.code)
    else:
        return
    with st.container(key="paper-of-selection", gap="xsmall"):
        guarded(
            tr("papers.page"),
            content,
            f"{file}.pdf",
            icon="picture_as_pdf",
            help=about,
            key="paper-page",
        )
        guarded(
            tr("papers.word"),
            partial(_word, make, target),
            f"{file}.docx",
            icon="description",
            help=tr("papers.word_help"),
            key="paper-word",
        )


def of_map(
    data: Workspace,
    styles: Styles,
    *,
    target: Target | None,
    cluster_id: str,
    notes: Mapping[str, Note] | None,
    words: Mapping[str, str] | None,
) -> None:
    """Draw the buttons that take the map away as it is: picture, drawing, one file to open."""
    with st.popover(
        tr("papers.map"), icon=":material/photo_camera:", key="paper-map", on_change="rerun"
    ) as box:
        if box.open:
            _map_buttons(
                data,
                styles,
                target=target,
                cluster_id=cluster_id,
                notes=notes or {},
                words=words or {},
            )


def _map_buttons(
    data: Workspace,
    styles: Styles,
    *,
    target: Target | None,
    cluster_id: str,
    notes: Mapping[str, Note],
    words: Mapping[str, str],
) -> None:
    # As in `_atlas`.
    from lib.reports import page, picture  # noqa: PLC0415
    from lib.reports.view import View  # noqa: PLC0415

    view = View(
        title=state.page_title(),
        sentence=state.sentence(),
        styles=styles,
        cluster_id=cluster_id,
        target=target,
        notes=_notes({file.layer_id: file for file in data.files}, notes),
        words=words,
    )
    make = maker(data)
    makers = {
        "png": lambda: picture.picture(make(), view, "png"),
        "svg": lambda: picture.picture(make(), view, "svg"),
        "html": lambda: page.page(make(), view),
    }
    st.caption(tr("papers.map_help"))
    for kind, content in makers.items():
        guarded(
            tr(f"papers.map_{kind}"),
            content,
            f"{tr('papers.map_file')}.{kind}",
            key=f"paper-{kind}",
            width="stretch",
        )


def _notes(
    by_layer: Mapping[str, LayerFile], notes: Mapping[str, Note]
) -> dict[str, Mapping[str, object]]:
    return {layer: note.of(by_layer[layer]) for layer, note in notes.items() if layer in by_layer}


def annex_and_atlas(data: Workspace, shown: Sequence[str]) -> None:
    """Draw the annex of a report, and the atlas of the clusters in view with its progress."""
    make = maker(data)
    st.caption(tr("papers.for_report"))
    with st.container(horizontal=True):
        for kind in ("docx", "pdf"):
            guarded(
                tr(f"papers.annex_{kind}"),
                partial(_annex, make, kind),
                f"{tr('papers.annex_file')}.{kind}",
                icon="description",
                key=f"paper-annex-{kind}",
            )
        asked = st.button(
            tr("papers.atlas", count=len(shown)),
            icon=":material/menu_book:",
            disabled=not shown,
            key="paper-atlas",
        )
    key = (data.key, language(), tuple(shown))
    if asked:
        with st.spinner(tr("papers.making")):
            bar = st.progress(0.0)

            def progress(done: int, total: int) -> None:
                bar.progress(done / total)

            made = _atlas(make, list(shown), progress)
            bar.empty()
        st.session_state[_ATLAS] = (key, made)
    held = st.session_state.get(_ATLAS)
    if held and held[0] == key:
        button(
            tr("papers.atlas_ready"),
            held[1],
            visitor.file_name(f"{tr('papers.atlas_file')}.pdf"),
            type="primary",
            key="paper-atlas-ready",
        )
