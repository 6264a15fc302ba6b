"""Draw the log of acts and the accounts, for administrators."""

import pandas as pd
import streamlit as st

from lib.access import acts, signins
from lib.access.policy import Policy
from lib.access.roles import policy
from lib.language.text import number
from lib.store.audit import Event
from lib.store.store import Store
from lib.ui import visitor
from lib.ui.state import language, said, tr

_LISTED = 500


def log(store: Store) -> None:
    """Draw the log, newest first, and the accounts if the server has some."""
    events = acts.log(visitor.actor(), store)[:_LISTED]
    st.caption(tr("access.log_help"))
    waiting = signins.book(store.folder)
    if waiting.problem is not None:
        st.warning(
            tr(
                "status.sign_ins_wait",
                count=number(len(waiting.waiting), language()),
                reason=said(waiting.problem),
            ),
            icon=":material/warning:",
        )
    st.dataframe(
        pd.DataFrame(
            {
                tr("access.log_when"): [_moment(signins.moment(event)) for event in events],
                tr("access.log_who"): [event.who or tr("access.log_program") for event in events],
                tr("access.log_act"): [_act(event) for event in events],
                tr("access.log_snapshot"): [event.snapshot for event in events],
            }
        ),
        hide_index=True,
        alt=tr("access.log"),
    )
    given = policy()
    if given is not None:
        _accounts(given)


def _accounts(given: Policy) -> None:
    st.subheader(tr("access.accounts"), anchor=False)
    st.caption(tr("access.accounts_help"))
    roles = {**given.people, **given.groups}
    if given.others:
        roles[tr("access.others")] = given.others
    st.dataframe(
        pd.DataFrame(
            {
                tr("access.account"): list(roles),
                tr("access.role"): [tr(f"access.role_{role}") for role in roles.values()],
            }
        ),
        hide_index=True,
        alt=tr("access.accounts"),
    )


def _moment(when: str) -> str:
    return f"{pd.Timestamp(when).tz_convert('Asia/Ho_Chi_Minh'):%d/%m/%Y %H:%M:%S}"


def _act(event: Event) -> str:
    if event.action in signins.ACTIONS:
        return signins.words(event, language())
    known = {
        "prepare": "data.action_prepare",
        "import": "data.action_import",
        "fact": "data.action_fact",
        "restore": "access.action_restore",
        "restore-backup": "access.action_restore_backup",
    }
    return tr(known[event.action]) if event.action in known else event.action
