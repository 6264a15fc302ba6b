import streamlit as st

from lib.access.roles import Action
from lib.language.text import date, number
from lib.tables import collecting
from lib.ui import frame, sharing, sidebar, state, visitor
from lib.ui.data import collect, enter, log, todo, wizard
from lib.ui.data import tabs as datatabs
from lib.ui.state import language, tr
from lib.ui.workspace import workspace

TABS = {
    "use": (":material/inventory_2:", Action.VIEW),
    "todo": (":material/checklist:", Action.VIEW),
    "collect": (":material/contact_mail:", Action.VIEW),
    "enter": (":material/edit_note:", Action.IMPORT),
    "import": (":material/upload_file:", Action.IMPORT),
    "draw": (":material/draw:", Action.IMPORT),
    "history": (":material/history:", Action.VIEW),
    "download": (":material/download:", Action.TAKE_AWAY),
    "log": (":material/fact_check:", Action.AUDIT),
}

data = workspace()
lang = language()
store = sharing.store()
current = store.open(data.manifest.snapshot_id)

with st.sidebar:
    sidebar.find_box(data)
frame.banner(data)
frame.title(tr("pages.data"))
frame.sentence(
    tr(
        "data.sentence",
        when=date(data.manifest.created, lang),
        act=tr(f"data.action_{data.manifest.action}"),
        tables=number(len(data.manifest.tables), lang),
        clusters=number(len(data.clusters), lang),
    )
)
tabs = {name: icon for name, (icon, action) in TABS.items() if visitor.may(action)}
if "outlines" in data.closed:
    tabs.pop("draw", None)
if data.closed & {"clusters", "statements"}:
    tabs.pop("enter", None)
if data.closed & collecting.TABLES:
    tabs.pop("collect")
if st.session_state.get("tab") not in tabs:
    st.session_state["tab"] = "use"
tab = st.segmented_control(
    tr("data.tabs"),
    list(tabs),
    format_func=lambda name: f"{tabs[name]} {tr(f'data.tab_{name}')}",
    key="tab",
    required=True,
    label_visibility="collapsed",
)
if tab in ("import", "draw"):
    wizard.wizard(data, store, current, by_hand=tab == "draw")
elif tab == "enter":
    enter.enter(data, store, current)
elif tab == "todo":
    todo.todos(data)
elif tab == "collect":
    collect.collect(data, current)
elif tab == "history":
    datatabs.past(store, current)
elif tab == "download":
    datatabs.take_away(current)
elif tab == "log":
    log.log(store)
else:
    datatabs.in_use(data)
state.end()
frame.foot(data, ["clusters", "communes", "former_units", "weak_supply"])
