"""Error page: the reason, and the way back to the newest whole snapshot."""

import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.language.errors import PhuThoError
from lib.language.text import moment
from lib.operate import integrity
from lib.ui import sharing, visitor
from lib.ui.state import said, tr


def say(error: PhuThoError) -> None:
    """Draw the reason of an error; offer those who may restore the newest whole snapshot."""
    st.error(said(error), icon=":material/error:")
    if not visitor.may(Action.RESTORE):
        return
    store = sharing.store()
    whole = integrity.advice(store, error)
    if whole is None:
        return
    when = moment(whole.manifest.created)
    st.info(tr("rescue.offer", when=when), icon=":material/restore:")
    who = visitor.name_box("rescue_who")
    if st.button(tr("rescue.use"), key="rescue", disabled=not who, type="primary"):
        made = acts.restore(visitor.actor(), store, whole.snapshot_id, typed=who)
        serve_layers(made)
        st.rerun()
