"""What a page says when it cannot go on, and the way back to data that is whole."""

import pandas as pd
import streamlit as st

from lib import integrity, layerdata
from lib.errors import PhuThoError
from lib.settings import settings
from lib.store import Store
from lib.ui.state import language, tr


def say(error: PhuThoError) -> None:
    """Draw what is wrong; where a snapshot is damaged, offer the newest whole one before it."""
    st.error(error.message(language()), icon=":material/error:")
    store = Store(settings().store)
    whole = integrity.advice(store, error)
    if whole is None:
        return
    when = pd.Timestamp(whole.manifest.created).tz_convert("Asia/Ho_Chi_Minh")
    st.info(tr("rescue.offer", when=f"{when:%d/%m/%Y %H:%M}"), icon=":material/restore:")
    who = st.text_input(tr("data.who"), key="rescue_who", max_chars=80)
    if st.button(tr("rescue.use"), key="rescue", disabled=not who.strip(), type="primary"):
        made = store.restore(whole.snapshot_id, who=who.strip())
        layerdata.build(made, settings().static, simplify_m=settings().simplify_m)
        st.rerun()
