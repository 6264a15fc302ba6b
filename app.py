"""The explorer: page settings, language, navigation. Pages are in ``pages/``.

``streamlit run app.py`` takes this file twice: once as a module, for the server,
then as the script of every visit. Modules of the pages are only imported by
visits: the map's component registers itself with the running server.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from lib.ui.kept import KeptFiles

if __name__ == "__main__":
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
}


def explore() -> None:
    """Run one visit."""
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


if __name__ == "__main__":
    explore()
else:
    app = st.App(__file__, middleware=[Middleware(KeptFiles)])
