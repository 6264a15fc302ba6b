import streamlit as st

from lib.register import conclusions
from lib.ui import frame, sidebar, state
from lib.ui.cards import conclusions as form
from lib.ui.cards import documents, followup
from lib.ui.state import tr
from lib.ui.workspace import workspace

data = workspace()

with st.sidebar:
    sidebar.find_box(data)
followed = data.followed()
frame.banner(data)
frame.title(tr("pages.follow_up"))
frame.sentence(followup.sentence(followed))
followup.programme(data)
form.write_box(data, form.Subject())
if followed.empty:
    st.info(tr("followup.none"), icon=":material/task_alt:")
else:
    followup.agencies(followed)
    shown = followup.choice(followed)
    picked = followup.listing(data, shown)
    if picked:
        form.change_box(data, conclusions.about(followed, "conclusion_id", picked)[0])
        documents.document_box(data, "conclusions", picked, "documents.title_of")
    followup.take_away(data, shown, followed)
state.end()
frame.foot(data, ["conclusions"] if len(followed) else ["published_totals"])
