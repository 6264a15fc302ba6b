"""What is to be done on the register: how much is known, and a list whose lines open a form."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from lib.access.roles import Action
from lib.language.text import number, percent, plain, today
from lib.register import todo
from lib.register.todo import Known, Task
from lib.ui import visitor
from lib.ui.state import language, open_form, tr
from lib.ui.workspace import Workspace

_LISTED: Final = 40
"""Lines of one sheet of the list."""


@st.cache_data(max_entries=2, show_spinner=False)
def _tasks(key: str, on: dt.date, _data: Workspace) -> list[Task]:
    del key  # the cache tells the data apart by it
    return todo.tasks(_data.clusters, _data.tables, on=on)


def todos(data: Workspace) -> None:
    """Draw the choice, how much is known of it, and its list."""

    @visitor.fragment
    def view() -> None:
        visitor.require(Action.VIEW)
        kinds, commune = _choice(data)
        known = todo.by_commune(data.clusters)
        every = todo.by_cluster(data.clusters)
        bar(tr("todos.known_all"), _sum(list(every.values())))
        if commune in known:
            bar(tr("todos.known_of", place=plain(_place(data, commune))), known[commune])
        tasks = [
            task
            for task in _tasks(data.key, today(), data)
            if task.kind in kinds and (commune is None or commune in (task.communes or ("",)))
        ]
        _listing(tasks)
        with st.expander(tr("todos.by_commune"), icon=":material/bar_chart:"):
            _communes(data, known)

    view()


def _choice(data: Workspace) -> tuple[Sequence[str], str | None]:
    left, right = st.columns(2)
    with left:
        kinds = st.multiselect(
            tr("todos.kinds"),
            list(todo.KINDS),
            format_func=lambda kind: tr(f"todos.kind_{kind}"),
            placeholder=tr("todos.every_kind"),
            key="todo_kinds",
        )
    with right:
        commune = st.selectbox(
            tr("todos.commune"),
            list(todo.by_commune(data.clusters)),
            index=None,
            format_func=lambda code: _place(data, code),
            placeholder=tr("todos.every_commune"),
            key="todo_commune",
        )
    return kinds or list(todo.KINDS), commune


def _place(data: Workspace, code: str) -> str:
    if not code:
        return tr("todos.no_commune")
    return str(data.communes.loc[data.communes["code"] == code, "name"].iloc[0])


def _sum(parts: Sequence[Known]) -> Known:
    return Known(sum(one.known for one in parts), sum(one.asked for one in parts))


def bar(title: str, known: Known) -> None:
    """Draw how much is known of what `title`, as Markdown, names."""
    lang = language()
    counted = {"known": number(known.known, lang), "asked": number(known.asked, lang)}
    st.progress(
        known.share,
        text=tr("todos.bar", title=title, share=percent(known.share, lang), **counted),
    )


def _listing(tasks: Sequence[Task]) -> None:
    """Draw a sheet of the list; for editors a line is the way to its form."""
    lang = language()
    sheets = max(1, -(-len(tasks) // _LISTED))
    st.markdown(tr("todos.count", count=number(len(tasks), lang)))
    sheet = 1
    if sheets > 1:
        if st.session_state.get("todo_sheet", 1) > sheets:
            st.session_state["todo_sheet"] = 1
        sheet = st.selectbox(
            tr("todos.sheet"),
            range(1, sheets + 1),
            format_func=lambda at: tr(
                "todos.sheet_of", at=number(at, lang), of=number(sheets, lang)
            ),
            key="todo_sheet",
        )
    may, opened = visitor.may(Action.IMPORT), False
    with st.container(key="todo-list", gap="xsmall"):
        for at, task in enumerate(tasks[(sheet - 1) * _LISTED : sheet * _LISTED]):
            words = plain(f"{task.cluster_id} · {task.name} · {task.sentence(lang)}")
            if may:
                opened |= st.button(
                    words,
                    on_click=open_form,
                    args=(task.cluster_id, task.field),
                    type="tertiary",
                    icon=":material/edit:",
                    key=f"todo-{at}",
                )
            else:
                st.markdown(f"- {words}")
    if opened:  # the tab stands outside the fragment
        st.rerun()


def _communes(data: Workspace, known: dict[str, Known]) -> None:
    rows = sorted(known.items(), key=lambda item: item[1].share)
    st.dataframe(
        pd.DataFrame(
            {
                tr("todos.commune"): [_place(data, code) for code, _ in rows],
                tr("todos.share"): [100 * one.share for _, one in rows],
            }
        ),
        hide_index=True,
        column_config={
            tr("todos.share"): st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%d %%"
            )
        },
        alt=tr("todos.by_commune"),
    )
