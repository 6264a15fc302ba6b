"""Form for values of clusters: what is said of each and by whom, a box, their source once."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.access import acts
from lib.access import entering as mayenter
from lib.access.roles import Action
from lib.importing import entering
from lib.importing.entering import Source
from lib.language.errors import PhuThoError
from lib.language.text import date, is_blank, plain, sort_key, today
from lib.places.names import Names
from lib.places.search import Hit
from lib.register import todo
from lib.store.pending import Subject, place
from lib.store.store import Snapshot, Store
from lib.tables.columns import Column
from lib.tables.glossary import CODES, label, value_label, value_words
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.derive import SILENT, Said, said_all, typed
from lib.tables.statements.record import Statement
from lib.ui import visitor
from lib.ui.data import entries, grid, pending
from lib.ui.data.todo import bar
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

WAYS: Final = ("boxes", "table")
_HELD: Final = "_entered"
_MOST: Final = 20
"""Clusters in one form: more would be a file."""
_OLD_NAMES: Final = "former_communes"
_DISTRICT: Final = "former_district"


def enter(data: Workspace, store: Store, base: Snapshot) -> None:
    """Draw the form, and under it what waits to be published."""

    @visitor.fragment
    def view() -> None:
        acts.require_import(visitor.require(Action.IMPORT), CLUSTERS.name)
        waiting = entering.waiting(data.tables, mayenter.waiting(visitor.actor(), store))
        st.caption(tr("enter.how"))
        clusters, columns = _chosen(data)
        table = st.session_state["enter_as"] == "table"
        who = form(data, store, waiting, clusters, columns, table=table) if clusters else ""
        entries.acts(data, store, waiting, clusters)
        pending.waiting(store, base, waiting, who)

    view()


def form(
    data: Workspace,
    store: Store,
    waiting: Sequence[Statement],
    clusters: Sequence[str],
    columns: Sequence[Column],
    *,
    table: bool = False,
) -> str:
    """Draw the boxes of some values of some clusters and their source; return who enters them.

    Parameters
    ----------
    waiting : sequence of Statement
        The draft, shown beside each box, so that nothing unseen is replaced.
    table : bool
        One table instead of a box a value.
    """
    st.session_state.setdefault(_HELD, {"refused": {}})["seen"] = {place(w): w for w in waiting}
    if table:
        _table(data, clusters, columns)
        return _source(store, data, lambda: grid.entries(data, clusters, columns))
    rows = data.tables[CLUSTERS.name].set_index("cluster_id", drop=False).loc[list(clusters)]
    told = said_all({**data.tables, CLUSTERS.name: rows}, CLUSTERS)
    known = todo.by_cluster(data.clusters)
    for row in rows.to_dict("records"):
        cluster_id = str(row["cluster_id"])
        with st.container(border=True):
            title = plain(f"{cluster_id} · {row['name']}")
            bar(f"**{title}**", known[cluster_id])
            _cluster(data, row, told[cluster_id], columns)
    subjects = [(CLUSTERS.name, one, column.name) for one in clusters for column in columns]
    return _source(store, data, lambda: {one: _typed(one) for one in subjects})


def _table(data: Workspace, clusters: Sequence[str], columns: Sequence[Column]) -> None:
    """Draw the values as one table, under it what was refused and where old names lead."""
    held = st.session_state[_HELD]
    grid.draw(data, clusters, columns, held["seen"])
    rows = data.tables[CLUSTERS.name].set_index("cluster_id", drop=False)
    for (_, code, name), refusal in held["refused"].items():
        named = plain(f"{code} · {label(CLUSTERS.name, name, language())}")
        st.error(f"{named}: {said(refusal)}", icon=":material/error:")
    for subject, text in grid.entries(data, clusters, columns).items():
        if subject[2] == _OLD_NAMES:
            row = rows.loc[subject[1]].to_dict()
            for one in entering.followed(_names(data.key, dict(data.tables)), text, row):
                st.caption(plain(f"{subject[1]} · {one.sentence(language())}"))


def _typed(subject: Subject) -> str:
    """Return what stands in a box."""
    return str(st.session_state.get(_key(subject)) or "")


def _chosen(data: Workspace) -> tuple[list[str], list[Column]]:
    """Draw which clusters and which of their values; a cluster chosen elsewhere is there."""
    rows = data.clusters.sort_values("name", key=lambda names: names.map(sort_key))
    known = dict(zip(rows["cluster_id"], rows["name"], strict=True))
    layer, _, code = str(st.session_state.get("sel") or "").partition(":")
    if "enter_clusters" not in st.session_state:
        st.session_state["enter_clusters"] = [code] if layer == "clusters" else []
    kept = [one for one in st.session_state["enter_clusters"] if one in known]
    st.session_state["enter_clusters"] = kept
    columns = {column.name: column for column in entering.columns()}
    wanted = st.session_state.get("enter_fields") or entering.FIRST
    st.session_state["enter_fields"] = [name for name in wanted if name in columns]
    as_table = (
        st.segmented_control(
            tr("enter.as"),
            WAYS,
            format_func=lambda one: tr(f"enter.as_{one}"),
            default=WAYS[0],
            required=True,
            label_visibility="collapsed",
            key="enter_as",
        )
        == "table"
    )
    left, right = st.columns(2)
    with left:
        clusters = st.multiselect(
            tr("enter.clusters"),
            list(known),
            format_func=lambda one: f"{one} · {known[one]}",
            max_selections=None if as_table else _MOST,
            placeholder=tr("data.name_choose"),
            key="enter_clusters",
        )
    with right:
        fields = st.multiselect(
            tr("enter.fields"),
            list(columns),
            format_func=lambda name: label(CLUSTERS.name, name, language()),
            key="enter_fields",
        )
    chosen = list(clusters) or (list(known) if as_table else [])
    return chosen, [columns[name] for name in fields]


def _key(subject: Subject) -> str:
    return "-".join(("enter", *subject[1:]))


def _cluster(
    data: Workspace, row: dict[Any, Any], told: dict[str, Said], columns: Sequence[Column]
) -> None:
    cluster_id = str(row["cluster_id"])
    held = st.session_state[_HELD]
    for column in columns:
        subject = (CLUSTERS.name, cluster_id, column.name)
        left, right = st.columns([0.45, 0.55])
        with left:
            _box(column, subject)
            if refusal := held["refused"].get(subject):
                st.error(said(refusal), icon=":material/error:")
            if column.name == _OLD_NAMES:
                _old_names(data, row, subject)
        with right:
            for line in _lines(column, told[column.name], held["seen"].get(subject)):
                st.caption(line)


def _box(column: Column, subject: Subject) -> None:
    """Draw the box of a value; blank says nothing."""
    lang = language()
    name = label(CLUSTERS.name, column.name, lang)
    if column.codes:
        st.selectbox(
            name,
            [code for code in CODES[column.codes] if code not in SILENT],
            index=None,
            format_func=lambda code: value_label(column.codes, code, lang),
            placeholder=tr("enter.choose"),
            key=_key(subject),
        )
    else:
        names = column.name == _OLD_NAMES
        st.text_input(
            name,
            placeholder=tr("enter.names_hint") if names else "",
            live=names,
            max_chars=500,
            key=_key(subject),
        )


def _lines(column: Column, told: Said, waits: Statement | None) -> list[str]:
    """Return what is said of a value, by whom, what others say and what waits, as Markdown."""
    lang = language()

    def words(one: Statement) -> str:
        return plain(value_words(column, typed(column, one.value), lang))

    shown = plain(value_words(column, told.value, lang))
    lines = [tr("enter.blank", value=shown)]
    if told.source:
        source = plain(" · ".join(filter(None, (told.document_no, told.source))))
        lines = [tr("enter.in_use", value=shown, source=source, date=date(told.as_of, lang))]
    lines += [
        tr("enter.other", value=words(o), source=plain(o.source_url), date=date(o.as_of, lang))
        for o in told.others
    ]
    if waits is not None:
        named = {"source": plain(waits.source_url), "who": plain(waits.who)}
        lines.append(tr("enter.waits", value=words(waits), **named))
    return lines


# ---- old names ------------------------------------------------------------------------------


@st.cache_resource(max_entries=2, show_spinner=False)
def _names(key: str, _tables: dict[str, pd.DataFrame]) -> Names:
    del key  # the cache tells the tables apart by it
    return Names(_tables["former_units"], _tables["ended_units"], _tables["communes"])


def _old_names(data: Workspace, row: dict[Any, Any], subject: Subject) -> None:
    """Say where each old name leads, and offer what the last one can mean, as it is typed."""
    text = str(st.session_state.get(_key(subject)) or "")
    if not text.strip():
        return
    row = {**row, _DISTRICT: _district(row)}
    names = _names(data.key, dict(data.tables))
    for one in entering.followed(names, text, row):
        st.caption(plain(one.sentence(language())))
    hits = entering.offered(text, row, names, data.index)
    if hits and not is_blank(row[_DISTRICT]):
        st.caption(tr("enter.other_district", district=plain(str(row[_DISTRICT]))))
    for at, hit in enumerate(hits):
        st.button(
            f"**{plain(hit.name)}** :small[{plain(hit.detail)}]",
            key=f"{_key(subject)}-hit-{at}",
            on_click=_take,
            args=(subject, hit),
            width="stretch",
        )


def _district(row: dict[Any, Any]) -> object:
    """Return the former district of a cluster: as typed now, as it waits, or as it is in use."""
    subject = (CLUSTERS.name, str(row["cluster_id"]), _DISTRICT)
    waits = st.session_state[_HELD]["seen"].get(subject)
    return st.session_state.get(_key(subject)) or (waits.value if waits else row[_DISTRICT])


def _take(subject: Subject, hit: Hit) -> None:
    """Put an old name that was chosen into its box; used as a callback."""
    st.session_state[_key(subject)] = entering.taken(st.session_state[_key(subject)], hit)


# ---- the source, and into the draft ----------------------------------------------------------


def _source(store: Store, data: Workspace, read: Callable[[], dict[Subject, str]]) -> str:
    """Draw what is asked once for all values and the button; return who enters them.

    Parameters
    ----------
    read : callable
        What was typed, asked when the button is pressed.
    """
    left, middle, right = st.columns([0.5, 0.25, 0.25])
    with left:
        st.text_input(
            tr("enter.source"), key="enter_source", max_chars=300, help=tr("enter.source_help")
        )
    with middle:
        st.text_input(tr("enter.document"), key="enter_document", max_chars=80)
    with right:
        st.date_input(
            tr("data.as_of"),
            format="DD/MM/YYYY",
            value=today(),
            max_value=today(),
            key="enter_as_of",
        )
    st.text_input(tr("enter.note"), key="enter_note", max_chars=500)
    st.checkbox(tr("enter.chosen"), key="enter_chosen", help=tr("enter.chosen_help"))
    who = visitor.name_box("enter_who")
    filled = any(read().values())
    named = bool(str(st.session_state.get("enter_source") or "").strip())
    st.button(
        tr("enter.keep"),
        on_click=_keep,
        args=(store, data, read, who),
        disabled=not (filled and named and who),
        icon=":material/playlist_add:",
        key="enter_keep",
    )
    if not (filled and named and who):
        st.caption(tr("enter.needs"))
    if told := st.session_state[_HELD].get("told"):
        st.error(said(told), icon=":material/error:")
    return who


def _keep(store: Store, data: Workspace, read: Callable[[], dict[Subject, str]], who: str) -> None:
    """Check what was typed and let what is good wait; used as a callback."""
    held = st.session_state[_HELD]
    held.update(refused={}, told=None)
    day = st.session_state["enter_as_of"]
    source = Source(
        st.session_state["enter_source"],
        (day if isinstance(day, dt.date) else today()).isoformat(),
        st.session_state["enter_document"],
        st.session_state["enter_note"],
        chosen=bool(st.session_state["enter_chosen"]),
    )
    try:
        words = entering.words_of(read(), source, who)
        good, held["refused"] = entering.checked(data.tables, words)
        mayenter.enter(visitor.actor(), store, good, seen=held["seen"], typed=who)
    except PhuThoError as error:
        held["told"] = error
        return
    if not held["refused"]:
        grid.emptied()
    for word in good:
        if _key(word.subject) in st.session_state:
            st.session_state[_key(word.subject)] = None if _coded(word) else ""


def _coded(word: Statement) -> bool:
    return bool(CLUSTERS.column(word.field).codes)
