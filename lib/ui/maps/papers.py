"""Download buttons of the reports on the map in view; a file is made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from lib.language.text import Lang
from lib.layers.browser import Note
from lib.layers.files import LayerFile
from lib.layers.ground.mosaic import under
from lib.layers.target import Target
from lib.reports.registry import Batch, Report, Request, about
from lib.ui import sharing, state, visitor
from lib.ui.downloads import button, guarded
from lib.ui.maps import switch
from lib.ui.maps.styles import Styles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace, cross_answer

if TYPE_CHECKING:
    # Loads Typst and python-docx: only where a paper is wanted.
    from lib.reports.cards.material import Material

    Maker = Callable[[], Material]

Wanted = dict[str, Any]


def maker(data: Workspace) -> Maker:
    """Return a function that builds the material of papers from the visitor's choices.

    A download is made when its button is pressed, outside the visitor's
    session: language, tolerance and samples are read here, not there.
    """
    samples = bool(state.chosen("samples")) and not data.schematic
    tolerance = state.tolerance_m()
    also = str(st.session_state.get("also") or "")
    return partial(
        _material,
        data,
        tolerance_m=tolerance,
        samples=samples,
        lang=language(),
        shown=(also,) if also else (),
        under=under(sharing.store().folder, switch.opacity(data)),
        order=tuple(state.chosen("order")),
    )


def _material(
    data: Workspace,
    *,
    tolerance_m: float,
    samples: bool,
    lang: Lang,
    **chosen: Any,  # noqa: ANN401 - fields of Material
) -> Material:
    # A copy for one paper: what it reads of the layers is not kept with what all visitors share.
    return replace(
        cross_answer(data.key, data, tolerance_m=tolerance_m, samples=samples, lang=lang),
        **chosen,
    )


def _made(report: Report, make: Maker, kind: str, wanted: Callable[[], Wanted]) -> bytes:
    return report.make(Request(make(), kind, **wanted()))


def _buttons(
    report: Report,
    make: Maker,
    wanted: Callable[[], Wanted] = dict,
    *,
    of: str = "",
    width: Literal["stretch", "content"] = "content",
) -> None:
    """Draw the buttons of a report, one for each format.

    Parameters
    ----------
    wanted : callable
        Fields of `lib.reports.registry.Request` beside material and format.
    of : str
        Code of what it is about, for the file name.
    """
    stem = f"{tr(report.file)}-{of}" if of else tr(report.file)
    for kind, words in report.buttons.items():
        guarded(
            tr(words),
            partial(_made, report, make, kind, wanted),
            f"{stem}.{kind}",
            icon=report.icon,
            help=tr(report.hint) if report.hint else None,
            key=f"paper-{report.name}-{kind}",
            width=width,
        )


def of_selection(data: Workspace, selected: Target | None, cluster_id: str) -> None:
    """Draw the buttons of the reports on what is selected: a cluster or a commune.

    They stand beside the title of the card, where they are seen without scrolling.
    """
    commune = selected.code if selected and selected.layer_id == "communes" else ""
    if not cluster_id and not commune:
        return
    make = maker(data)
    with st.container(key="paper-of-selection", gap="xsmall"):
        if cluster_id:
            for report in about("clusters"):
                _buttons(report, make, lambda: {"clusters": [cluster_id]}, of=cluster_id)
        else:
            for report in about("commune"):
                _buttons(report, make, lambda: {"commune": commune}, of=commune)


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
    title, sentence = state.page_title(), state.sentence()
    told = _notes({file.layer_id: file for file in data.files}, notes)

    def wanted() -> Wanted:
        from lib.reports.drawing.view import View  # noqa: PLC0415 - loads every drawing

        seen = View(
            title=title,
            sentence=sentence,
            styles=styles,
            cluster_id=cluster_id,
            target=target,
            notes=told,
            words=words,
        )
        return {"view": seen}

    make = maker(data)
    st.caption(tr("papers.map_help"))
    for report in about("map"):
        _buttons(report, make, wanted, width="stretch")


def _notes(
    by_layer: Mapping[str, LayerFile], notes: Mapping[str, Note]
) -> dict[str, Mapping[str, object]]:
    return {layer: note.of(by_layer[layer]) for layer, note in notes.items() if layer in by_layer}


def of_list(data: Workspace, shown: Sequence[str], rest: Sequence[str] = ()) -> None:
    """Draw the reports on everything, and those on the clusters in view with their progress.

    Parameters
    ----------
    rest : sequence of str
        Clusters in view of which nothing can be said: in a report only if asked for.
    """
    make = maker(data)
    st.caption(tr("papers.for_report"))
    if shown and rest and st.toggle(tr("papers.rest", count=len(rest)), key="paper-rest"):
        shown = [*shown, *rest]
    shown = shown or rest
    with st.container(horizontal=True):
        for report in about("all"):
            _buttons(report, make)
        asked = [report for report in about("clusters") if report.batch and _ask(report, shown)]
    for report in about("clusters"):
        if report.batch:
            _batch(report, report.batch, make, data, shown, asked=report in asked)


def _ask(report: Report, shown: Sequence[str]) -> bool:
    return report.batch is not None and st.button(
        tr(report.batch.ask, count=len(shown)),
        icon=":material/menu_book:",
        disabled=not shown,
        key=f"paper-{report.name}",
    )


def _batch(
    report: Report,
    words: Batch,
    make: Maker,
    data: Workspace,
    shown: Sequence[str],
    *,
    asked: bool,
) -> None:
    """Make a report of many clusters where it was asked for, and keep it for the download."""
    kind = next(iter(report.buttons))
    kept = f"_{report.name}"
    key = (data.key, language(), tuple(shown))
    if asked:
        with st.spinner(tr("papers.making")):
            bar = st.progress(0.0)

            def progress(done: int, total: int) -> None:
                bar.progress(done / total)

            made = report.make(Request(make(), kind, clusters=list(shown), progress=progress))
            bar.empty()
        st.session_state[kept] = (key, made)
    held = st.session_state.get(kept)
    if held and held[0] == key:
        button(
            tr(words.ready),
            held[1],
            visitor.file_name(f"{tr(words.file)}.{kind}"),
            type="primary",
            key=f"paper-{report.name}-ready",
        )
