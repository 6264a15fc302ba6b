"""Lay out the middle of every page: the map, the card beside it, the legend."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.access.roles import Action
from lib.language.text import number
from lib.layers.browser import Note, Shape
from lib.layers.files import by_layer
from lib.layers.registry import LAYERS
from lib.layers.target import Target
from lib.reports.cards.card import row_of
from lib.reports.cards.further import blanks
from lib.ui import state, visitor
from lib.ui.maps import agenda, bar, glance, papers, switch
from lib.ui.maps.legend import show_legend
from lib.ui.maps.styles import Styles, drawn_classes, named
from lib.ui.maps.view import Left, show_map
from lib.ui.state import language, open_form, tr
from lib.ui.workspace import Workspace


def map_with_card(  # noqa: PLR0913 one argument for each thing on the map
    data: Workspace,
    styles: Styles,
    *,
    selected: Target | None,
    card: Callable[[], None] | None,
    shapes: Sequence[Shape] = (),
    focus: Target | None = None,
    legend: DeltaGenerator | None = None,
    legend_layers: Sequence[str],
    notes: Mapping[str, Note] | None = None,
    classes: Callable[[], None] | None = None,
    words: Mapping[str, str] | None = None,
    left: Left | None = None,
    unnamed: Collection[str] = (),
    cluster_id: str = "",
    around: Collection[str] | None = None,
    under: Callable[[], None] | None = None,
    ranked: Callable[[], None] | None = None,
    own_cards: Collection[str] = (),
) -> None:
    """Draw the map, and the card of the selection; without one, what matters most.

    Parameters
    ----------
    focus : Target, optional
        Names where the map goes if that is not the selection.
    card : callable or None
        Draws the card; None if nothing is selected.
    legend : DeltaGenerator or None
        Where the legend stands while a card takes its place beside the map; None: always
        under the map.
    legend_layers : sequence of str
        Layers explained, topmost first.
    notes : mapping or None
        Layer -> a further line of its tooltips.
    classes : callable or None
        Draws the classes of a choropleth above the rest of the legend.
    words : mapping or None
        Class of a choropleth -> its words, for paper.
    left : Left or None
        What a slider over the map shows otherwise on its left.
    unnamed : collection of str
        Layers whose names are left out.
    around : collection of str or None
        Communes to fit the map to, with what is selected; none of them: the whole province.
    under : callable or None
        Draws a list under the map, beside the card.
    ranked : callable or None
        Draws the list that stands where the card would; by default the question of
        this page, answered by name.
    own_cards : collection of str
        Layers whose card this page draws otherwise than the other pages.
    """
    every, styles = styles, switch.left_on(styles)
    if cluster_id and focus is None and not shapes:
        focus, around = Target("clusters", cluster_id), named(data, cluster_id)
    map_side, card_side = st.columns([0.66, 0.34] if state.presenting() else [0.63, 0.37])
    with map_side, st.container(key="map"):
        show_map(
            data.files,
            styles,
            selected=selected,
            focus=focus or selected,
            around=around,
            shapes=shapes,
            notes=notes,
            left=left,
            pictures=data.pictures,
            opacity=switch.opacity(data),
            glance=glance.path(data),
            titled=own_cards,
            order=state.chosen("order"),
            unnamed=unnamed,
            view=state.map_view(),
            present=state.presenting(),
            lang=language(),
            on_click=state.pick,
        )
        switch.box(data, every)
    if under:
        with map_side, st.container(key="listed"):
            under()
    with card_side, st.container(key="card"):
        if card:
            papers.of_selection(data, selected, cluster_id)
            card()
            _ways_to_forms(data, cluster_id)
        else:
            st.caption(tr("present.start") if state.presenting() else tr("pages.choose"))
            (ranked or partial(agenda.panel, agenda.of_page(data)))()
            if legend is not None:
                _legend(data, styles, legend_layers, classes)
    if state.presenting() and (card or legend is None):  # the sidebar is away
        with st.container(key="legend"):
            _legend(data, styles, legend_layers, classes)
    elif legend is None:
        with map_side, st.container(key="legend"):
            _legend(data, styles, legend_layers, classes)
    elif card:
        with legend:
            _legend(data, styles, legend_layers, classes)
    if state.presenting():
        bar.bar(data)
    else:
        papers.of_map(
            data,
            styles,
            target=Target("clusters", cluster_id) if cluster_id else selected,
            cluster_id=cluster_id if shapes else "",
            notes=notes,
            words=words,
        )
    glance.make(data)


def _ways_to_forms(data: Workspace, cluster_id: str) -> None:
    """Draw the button to where the outline of a cluster is drawn."""
    mine = cluster_id in set(data.clusters["cluster_id"])
    if not mine or state.presenting() or not visitor.may(Action.IMPORT):
        return
    with st.container(horizontal=True):
        if not data.closed & {"clusters", "statements"}:
            _way_to_blanks(data, cluster_id)
        if "outlines" not in data.closed and st.button(
            tr("data.tab_draw"), icon=":material/draw:", key="draw-outline"
        ):
            open_form(cluster_id, "outline_quality")
            st.switch_page("pages/data.py")


def _way_to_blanks(data: Workspace, cluster_id: str) -> None:
    """Draw the button of the form with all cells of the forms of the law that are blank."""
    lacking = blanks(data, row_of(data.clusters, "cluster_id", cluster_id))
    words = tr("cards.fill", count=number(len(lacking), language()))
    if lacking and st.button(words, icon=":material/edit_note:", key="enter-blanks"):
        open_form(cluster_id, *lacking)
        st.switch_page("pages/data.py")


def _legend(
    data: Workspace,
    styles: Styles,
    layer_ids: Sequence[str],
    classes: Callable[[], None] | None,
) -> None:
    files = by_layer(data.files)
    st.caption(tr("sidebar.legend"))
    if classes:
        classes()
    explained = [n for n, layer in LAYERS.items() if layer.explained and n not in layer_ids]
    show_legend(
        [
            (LAYERS[name], drawn_classes(files[name], styles))
            for name in (*layer_ids, *explained)
            if name in files and name in styles
        ]
    )
