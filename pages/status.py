import datetime as dt

import pandas as pd
import streamlit as st

from lib.access.roles import Action
from lib.language.text import number, plain
from lib.operate import status
from lib.settings import settings
from lib.store.store import Store
from lib.ui import frame, state, visitor
from lib.ui.state import language, tr
from lib.ui.workspace import workspace

SIGNS = {"good": "✓", "attention": "△", "bad": "✕"}

state.require_frame()
visitor.gate()
if not visitor.may(Action.AUDIT):
    st.info(tr("status.for_administrators"), icon=":material/lock:")
    st.stop()
lang = language()
found = status.check(Store(settings().store), static=settings().static, backups=settings().backups)
frame.title(tr("pages.status"))
frame.sentence(
    tr(
        "status.sentence",
        when=f"{dt.datetime.fromisoformat(found.checked).astimezone(status.ZONE):%d/%m/%Y %H:%M}",
        **{
            level: number(sum(check.level == level for check in found.checks), lang)
            for level in SIGNS
        },
    )
)
st.table(
    pd.DataFrame(
        {
            tr("status.column_level"): f"{SIGNS[check.level]} {tr(f'status.level_{check.level}')}",
            tr("status.column_found"): plain(check.message(lang)),
        }
        for check in found.checks
    ).set_index(tr("status.column_level")),
    alt=tr("pages.status"),
)
st.button(tr("status.again"), icon=":material/refresh:")

data = workspace()  # refused where the data cannot be read; what is wrong stands above by then
frame.banner(data)
frame.foot(data, ["clusters", "communes", "former_units", "weak_supply"])
