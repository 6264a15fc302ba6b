"""Choose the card that stands beside the map: that of what is selected."""

from collections.abc import Callable

from lib.layers.target import Target
from lib.reports.cards.clusters import card_of as data_of
from lib.ui.card import show_card
from lib.ui.maps.agenda import material
from lib.ui.state import language
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
    return lambda: show_card(data_of(known, target, language()))
