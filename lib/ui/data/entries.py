"""Acts on what is entered: withdraw a statement, add a cluster, take one out, merge two entries."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from lib.access import entering as mayenter
from lib.importing import entering
from lib.importing.entering import Source
from lib.language.errors import PhuThoError
from lib.language.text import date, sort_key, today
from lib.store import pending
from lib.store.store import Store
from lib.tables.columns import Column
from lib.tables.glossary import CODES, label, value_label, value_words
from lib.tables.records.clusters import CLUSTERS
from lib.tables.registry import TABLES
from lib.tables.statements import rows
from lib.tables.statements.derive import SILENT, Said, said_all, typed
from lib.tables.statements.record import Statement
from lib.ui import visitor
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

ACTS: Final = ("value", "made", "withdrawn", "merged")
_ASKED: Final = (
    *("name", "former_province", "former_district", "former_communes"),
    *("area_ha", "legal_status", "decision_no", "investor"),
)
"""What is asked of a new cluster; the rest once it is there."""
_TOLD: Final = "_act_told"

Words = Sequence[Statement]


def acts(data: Workspace, store: Store, waiting: Words, clusters: Sequence[str]) -> None:
    """Draw the choice of an act and its form, closed until it is wanted.

    Parameters
    ----------
    clusters : sequence of str
        Chosen in the form of values; what their sources said can be withdrawn.
    """
    with st.expander(
        tr("enter.acts"), icon=":material/playlist_remove:", key="enter-acts", on_change="rerun"
    ) as box:
        if not box.open:
            return
        act = st.segmented_control(
            tr("enter.act"),
            ACTS,
            format_func=lambda one: tr(f"enter.act_{one}"),
            key="act",
            required=True,
            default=ACTS[0],
        )
        st.caption(tr(f"enter.about_{act}"))
        if act == "made":
            _made(data, store, waiting)
        elif act == "value":
            _value(data, store, waiting, clusters)
        else:
            _row(data, store, waiting, str(act))
        told()


def told() -> None:
    """Say what became of the act that was asked for last."""
    answer = st.session_state.pop(_TOLD, None)
    if isinstance(answer, PhuThoError):
        st.error(said(answer), icon=":material/error:")
    elif answer:
        st.success(tr("enter.act_kept"), icon=":material/check_circle:")


def words_of(word: Statement) -> str:
    """Return what a statement of the draft says or does, in words."""
    kind = rows.kind_of(word)
    if kind is not None:
        return tr(f"enter.waits_{kind}", value=word.value)
    column = TABLES[word.table].column(word.field)
    value = value_words(column, typed(column, word.value), language())
    return tr("enter.waits_value", value=value) if word.state == "withdrawn" else value


# ---- the forms ---------------------------------------------------------------------------------


def _named(data: Workspace) -> dict[str, str]:
    ordered = data.clusters.sort_values("name", key=lambda names: names.map(sort_key))
    pairs = zip(ordered["cluster_id"], ordered["name"], strict=True)
    return {str(code): f"{code} · {name}" for code, name in pairs}


def _cluster(data: Workspace, title: str, key: str) -> str:
    named = _named(data)
    chosen = st.selectbox(
        tr(title),
        list(named),
        index=None,
        format_func=lambda one: named[one],
        placeholder=tr("data.name_choose"),
        key=key,
    )
    return str(chosen or "")


def value_withdrawal(
    data: Workspace, store: Store, waiting: Words, said_now: Mapping[str, Said], cluster_id: str
) -> None:
    """Draw what is said of some values of a cluster, to withdraw one of the statements."""
    known = {
        (name, one.source_url, one.value): one
        for name, about in said_now.items()
        for one in _statements(cluster_id, name, about)
    }
    chosen = st.selectbox(
        tr("enter.what"),
        list(known),
        index=None,
        format_func=lambda one: _said(known[one]) if one in known else "",
        placeholder=tr("enter.choose"),
        key=f"act-what-{cluster_id}",
    )
    why, who = _why("value")
    one = known.get(chosen) if chosen else None
    source = Source(one.source_url if one else "", today().isoformat(), note=why)
    subject = (CLUSTERS.name, cluster_id, one.field if one else "")
    _button(
        lambda: entering.act_on(data.tables, subject, one.value if one else "", source, who),
        (store, waiting, who),
        ready=bool(one and why and who),
    )


def _value(data: Workspace, store: Store, waiting: Words, clusters: Sequence[str]) -> None:
    if "act-cluster" not in st.session_state and clusters:
        st.session_state["act-cluster"] = clusters[0]
    cluster_id = _cluster(data, "enter.cluster", "act-cluster")
    if cluster_id:
        row = data.tables[CLUSTERS.name].query("cluster_id == @cluster_id")
        now = said_all({**data.tables, CLUSTERS.name: row}, CLUSTERS)[cluster_id]
        value_withdrawal(data, store, waiting, now, cluster_id)


def _statements(cluster_id: str, name: str, about: Said) -> list[Statement]:
    """Return what is in use of a value and what others say of it."""
    if about.rule == "none":
        return list(about.others)
    in_use = (str(about.value), about.source, about.as_of)
    return [Statement(CLUSTERS.name, cluster_id, name, *in_use), *about.others]


def _said(one: Statement) -> str:
    column = CLUSTERS.column(one.field)
    return tr(
        "enter.said",
        field=label(CLUSTERS.name, one.field, language()),
        value=value_words(column, typed(column, one.value), language()),
        source=one.source_url,
        date=date(one.as_of, language()),
    )


def _made(data: Workspace, store: Store, waiting: Words) -> None:
    texts = {name: _asked(CLUSTERS.column(name)) for name in _ASKED}
    source, who = _source("made")
    _button(
        lambda: entering.entry_added(data.tables, waiting, texts, source, who),
        (store, waiting, who),
        ready=bool(source.source and who and all(texts[name] for name in rows.NEEDED)),
    )


def _asked(column: Column) -> str:
    """Draw a box of a new cluster; return what is in it."""
    name, key = label(CLUSTERS.name, column.name, language()), f"act-{column.name}"
    if not column.codes:
        hint = tr("enter.names_hint") if column.name == "former_communes" else ""
        return st.text_input(name, placeholder=hint, max_chars=500, key=key).strip()
    chosen = st.selectbox(
        name,
        [code for code in CODES[column.codes] if code not in SILENT],
        index=None,
        format_func=lambda code: value_label(column.codes, code, language()),
        placeholder=tr("enter.choose"),
        key=key,
    )
    return str(chosen or "")


def _row(data: Workspace, store: Store, waiting: Words, act: str) -> None:
    """Draw the form that takes an entry out, or merges it into another."""
    merges = act == "merged"
    gone = _cluster(data, "enter.gone", "act-gone")
    kept = _cluster(data, "enter.kept", "act-kept") if merges else gone
    source, who = _source(act)
    subject = (CLUSTERS.name, gone, rows.KEY)
    _button(
        lambda: entering.act_on(data.tables, subject, kept, source, who),
        (store, waiting, who),
        ready=bool(gone and kept and source.source and source.note and who)
        and merges == (gone != kept),
    )


def _source(act: str) -> tuple[Source, str]:
    """Draw source, document, day, reason and name; return them."""
    left, middle, right = st.columns([0.5, 0.25, 0.25])
    with left:
        source = st.text_input(tr("enter.source"), key="act-source", max_chars=300)
    with middle:
        document = st.text_input(tr("enter.document"), key="act-document", max_chars=80)
    with right:
        day = st.date_input(
            tr("data.as_of"), format="DD/MM/YYYY", value=today(), max_value=today(), key="act-as-of"
        )
    why, who = _why(act)
    given = (day if isinstance(day, dt.date) else today()).isoformat()
    return Source(source.strip(), given, document, note=why), who


def _why(act: str) -> tuple[str, str]:
    title = "enter.note" if act == "made" else "enter.why"
    why = st.text_input(tr(title), key="act-why", max_chars=500).strip()
    return why, visitor.name_box("act-who")


def _button(
    make: Callable[[], list[Statement]], where: tuple[Store, Words, str], *, ready: bool
) -> None:
    st.button(
        tr("enter.do_act"),
        on_click=_keep,
        args=(make, *where),
        disabled=not ready,
        icon=":material/playlist_add:",
        key="act-keep",
    )
    if not ready:
        st.caption(tr("enter.act_needs"))


def _keep(make: Callable[[], list[Statement]], store: Store, waiting: Words, who: str) -> None:
    """Check what was asked and let it wait; used as a callback."""
    seen = {pending.place(word): word for word in waiting}
    try:
        mayenter.enter(visitor.actor(), store, make(), seen=seen, typed=who)
    except PhuThoError as error:
        st.session_state[_TOLD] = error
        return
    st.session_state[_TOLD] = True
    for key in [key for key in st.session_state if str(key).startswith("act-")]:
        if key not in ("act-who", "act-as-of"):
            del st.session_state[key]
