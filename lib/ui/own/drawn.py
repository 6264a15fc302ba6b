"""How a layer is drawn, as a person chooses it: seen at once, and kept with the layer if wanted."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.layers.own.look import Look
from lib.store.store import Store
from lib.tables.ownlayers import OwnLayer
from lib.tables.symbology import CLASSES, COLOURS, DECIMALS, SHAPES, UNIT, Symbology
from lib.ui import sidebar, visitor
from lib.ui.state import tr
from lib.ui.workspace import Workspace

_TRIED: Final = "_own_drawn"
"""What this visitor tries: the layer, as which it is kept, and how it is drawn meanwhile."""


def tried(layer: OwnLayer) -> OwnLayer:
    """Return the layer as this visitor tries to draw it; as it is kept where he does not."""
    held = st.session_state.get(_TRIED)
    if held and held[:2] == (layer.layer_id, layer.symbology):
        return layer.drawn_as(held[2])
    return layer


def box(store: Store, data: Workspace, layer: OwnLayer, look: Look) -> OwnLayer:
    """Draw the choices of how a layer is drawn, folded away; return it drawn so."""
    shown = tried(layer)
    held = {"drawn": shown}

    def choices() -> None:
        chosen = _choices(layer.layer_id, shown.symbology, look)
        st.session_state[_TRIED] = (layer.layer_id, layer.symbology, chosen)
        held["drawn"] = layer.drawn_as(chosen)
        if not layer.shipped and visitor.may(Action.IMPORT):
            _keep(store, data, layer, replace(chosen, kind=look.kind, column=look.column))

    sidebar.folded(tr("ownpage.drawn"), choices, key="own-drawn", used=False)
    return held["drawn"]


def _choices(mark: str, now: Symbology, look: Look) -> Symbology:
    """Draw the widgets of what the way it is drawn leaves open."""
    shape, classes, decimals, unit = now.shape, now.classes, now.decimals, now.unit
    colour = _one("colour", ("", *COLOURS), now.colour, mark)
    if look.kind == "signs" and not look.column:
        shape = _one("shape", ("", *SHAPES), now.shape, mark)
    if look.kind in ("count", "sum", "mean"):
        least, most = CLASSES
        classes = st.slider(tr("ownpage.classes"), least, most, now.classes, key=f"owncls-{mark}")
    if look.kind in ("sum", "mean"):
        decimals = _one("decimals", (None, *range(DECIMALS + 1)), now.decimals, mark)
        unit = st.text_input(
            tr("ownpage.unit"), now.unit, max_chars=UNIT, key=f"ownunit-{mark}"
        ).strip()
    return replace(now, colour=colour, shape=shape, classes=classes, decimals=decimals, unit=unit)


def _one(name: str, choices: Any, now: Any, mark: str) -> Any:  # noqa: ANN401 - codes or numbers
    def words(code: Any) -> str:  # noqa: ANN401 - as above
        if code is None or code == "":
            return tr("ownpage.auto")
        return str(code) if name == "decimals" else tr(f"ownpage.choice_{code}")

    return st.selectbox(
        tr(f"ownpage.choose_{name}"),
        choices,
        index=list(choices).index(now),
        format_func=words,
        key=f"own{name}-{mark}",
    )


def _keep(store: Store, data: Workspace, layer: OwnLayer, chosen: Symbology) -> None:
    who = visitor.name_box("own_drawn_who")
    if st.button(
        tr("ownpage.drawn_keep"),
        disabled=not who or chosen == layer.symbology,
        icon=":material/save:",
        help=tr("ownpage.drawn_keep_help"),
        key="own_drawn_keep",
    ):
        base = store.open(data.manifest.snapshot_id)
        made = acts.change_layer(visitor.actor(), store, layer, chosen, base=base, typed=who)
        serve_layers(made)
        st.session_state.pop(_TRIED, None)
        st.rerun()
