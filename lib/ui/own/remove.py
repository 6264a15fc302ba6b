"""Take an own layer out of use: apart from what brings one, which loads every reader."""

import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.language.text import plain
from lib.store.store import Store
from lib.tables.ownlayers import OwnLayer
from lib.ui import visitor
from lib.ui.state import tr
from lib.ui.workspace import Workspace


def remove_box(store: Store, data: Workspace, layer: OwnLayer) -> None:
    """Draw the button that takes a layer out of use, for who may bring one."""
    if layer.shipped or not visitor.may(Action.IMPORT):
        return
    with st.popover(tr("ownpage.remove"), icon=":material/delete:"):
        st.markdown(tr("ownpage.remove_help", name=plain(layer.name)))
        who = visitor.name_box("own_remove_who")
        if st.button(tr("ownpage.remove_do"), type="primary", disabled=not who, key="own_remove"):
            base = store.open(data.manifest.snapshot_id)
            made = acts.change_layer(visitor.actor(), store, layer, None, base=base, typed=who)
            serve_layers(made)
            st.rerun()
