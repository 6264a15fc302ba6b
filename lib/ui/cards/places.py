"""Choose the card that stands beside the map: that of what is selected."""

from collections.abc import Callable

import streamlit as st

from lib.access.roles import Action
from lib.layers.target import Target
from lib.reports.cards.clusters import card_of as data_of
from lib.ui import state, visitor
from lib.ui.card import show_card
from lib.ui.cards.conclusions import Subject, write_box
from lib.ui.cards.documents import document_box
from lib.ui.maps.agenda import material
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace


def card_of(
    data: Workspace, selected: Target | None, cluster_id: str = ""
) -> Callable[[], None] | None:
    """Return what draws the card of what is selected, None if nothing is.

    Parameters
    ----------
    cluster_id : str
        A cluster chosen even if it has no marker.
    """
    target = Target("clusters", cluster_id) if cluster_id else selected
    if target is None:
        return None
    # Of a cluster with what is concluded: the same card on every page.
    known = material(data) if target.layer_id == "clusters" else data
    return with_form(data, target, lambda: show_card(data_of(known, target, language())))


def with_form(data: Workspace, target: Target, card: Callable[[], None]) -> Callable[[], None]:
    """Return what draws a card and, under it, the ways to write on it; not while presenting.

    A sample has none: nothing is entered or concluded about it.
    """
    subject = None
    if target.layer_id == "communes":
        subject = Subject(commune_code=target.code)
    elif target.layer_id == "clusters" and target.code in set(data.clusters["cluster_id"]):
        subject = Subject(cluster_id=target.code)

    def draw() -> None:
        card()
        if subject is not None and not state.presenting():
            if subject.cluster_id:
                _pencil(data, subject.cluster_id)
            write_box(data, subject)
            if subject.cluster_id:
                document_box(data, "clusters", subject.cluster_id, "documents.title")

    return draw


def _pencil(data: Workspace, cluster_id: str) -> None:
    """Draw the button that opens the values of a cluster; nothing for who may not enter any."""
    if not visitor.may(Action.IMPORT) or data.closed & {"clusters", "statements"}:
        return
    st.button(
        tr("enter.pencil"),
        on_click=state.edit,
        args=(cluster_id,),
        icon=":material/edit:",
        key="pencil",
    )
    if state.edited()[0] == cluster_id:
        from lib.ui.data import pencil  # noqa: PLC0415 - loads the readers of cells

        pencil.show(data, cluster_id)
