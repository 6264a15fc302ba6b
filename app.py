"""The explorer: page settings, language, navigation. Pages are in ``pages/``.

``streamlit run app.py`` takes this file twice: as a module, for the server with its door, then
as the script of every visit, which alone imports modules of pages: they need a running server.
"""

import sys

import streamlit as st

from lib.language.errors import PhuThoError

try:
    from lib.ui.server import door, headers
except PhuThoError as error:  # a setting or the file of the province, read by what it decides
    sys.stderr.write(f"{error.message()}\n")
    raise SystemExit(error.exit_code) from error

if __name__ == "__main__":
    from lib.access.roles import Action
    from lib.ui import frame, present, rescue, state, visitor
    from lib.ui.state import tr

PAGES = {
    "overview": ":material/map:",
    "clusters": ":material/factory:",
    "cross_commune": ":material/call_split:",
    "progress": ":material/timeline:",
    "merger": ":material/merge:",
    "power": ":material/bolt:",
    "follow_up": ":material/task_alt:",
    "layers": ":material/layers:",
    "data": ":material/database:",
    "about": ":material/info:",
    "status": ":material/monitor_heart:",
}
HIDDEN = {"status"}  # not in the menu: the page of data leads administrators there


def explore() -> None:
    """Draw one visit: settings of the page, navigation, sign-in, then the page itself."""
    state.seed_language()
    icon = str(frame.FAVICON)
    st.set_page_config(tr("frame.app"), icon, layout="wide", initial_sidebar_state=300)
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
        ],
        position="sidebar" if visitor.may(Action.VIEW) else "hidden",
    )
    state.resume_link()
    state.begin(page.url_path)
    frame.style()
    try:
        with st.sidebar:
            frame.language_switch()
        visitor.gate()
        with st.sidebar:
            frame.come_back()
            visitor.who_am_i()
            with st.container(horizontal=True, gap="small"):
                present.switch()
                frame.copy_link()
        page.run()
    except PhuThoError as error:
        rescue.say(error)
    state.end()


if __name__ == "__main__":
    explore()
else:
    door.check_start()
    app = st.App(__file__, **headers.parts())
