"""The explorer: page settings, language, navigation. Pages are in ``pages/``."""

from pathlib import Path

import streamlit as st

from lib.errors import PhuThoError
from lib.ui import frame, present, state
from lib.ui.state import tr

FAVICON = Path(__file__).parent / "lib" / "assets" / "favicon.svg"
PAGES = {
    "overview": ":material/map:",
    "clusters": ":material/factory:",
    "cross_commune": ":material/call_split:",
    "merger": ":material/merge:",
    "power": ":material/bolt:",
    "data": ":material/database:",
    "about": ":material/info:",
    "status": ":material/monitor_heart:",
}
# Not in the menu of the officials; the page of data leads there.
HIDDEN = {"status"}

state.seed_language()
st.set_page_config(
    page_title=tr("frame.app"), page_icon=str(FAVICON), layout="wide", initial_sidebar_state=300
)
page = st.navigation(
    [
        st.Page(
            f"pages/{name}.py",
            title=tr(f"pages.{name}"),
            icon=icon,
            default=name == "overview",
            help=tr(f"pages.{name}_help"),
            visibility="hidden" if name in HIDDEN else "visible",
        )
        for name, icon in PAGES.items()
    ]
)
state.resume_link()
state.begin(page.url_path)
frame.style()
try:
    with st.sidebar:
        frame.language_switch()
        present.switch()
    page.run()
except PhuThoError as error:
    st.error(error.message(state.language()), icon=":material/error:")
state.end()
