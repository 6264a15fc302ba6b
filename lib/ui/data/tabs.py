"""Tabs of the page on data: tables in use, earlier snapshots, downloads."""

from functools import partial
from typing import Final, Literal

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.access import acts
from lib.access.roles import Action
from lib.importing import draft
from lib.importing.templates import forms
from lib.language.errors import StoreError
from lib.language.text import moment, number, percent, plain
from lib.access.serving import serve_layers
from lib.register import completeness
from lib.settings import province, settings
from lib.store import history
from lib.store.store import Snapshot, Store
from lib.tables.glossary import label
from lib.tables.registry import imported
from lib.tables.sample import title
from lib.ui import frame, state
from lib.ui import visitor as access
from lib.ui.downloads import button
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_WHOLE: Final[tuple[tuple[Literal["gpkg", "xlsx", "geoparquet"], str], ...]] = (
    ("gpkg", "gpkg"),
    ("xlsx", "xlsx"),
    ("geoparquet", "zip"),
)
"""Formats of everything in one file, and how the file ends."""
_LISTED = 50


def in_use(data: Workspace) -> None:
    """Draw the tables in use and what the clusters still lack."""
    lang = language()
    manifest = data.manifest
    st.dataframe(
        pd.DataFrame(
            {
                tr("about.table"): [frame.table_name(data, name) for name in manifest.tables],
                tr("about.rows"): [number(info.rows, lang) for info in manifest.tables.values()],
                tr("about.as_of"): [
                    frame.table_date(info.as_of) for info in manifest.tables.values()
                ],
                tr("about.source"): [_source(info.source) for info in manifest.tables.values()],
            }
        ),
        hide_index=True,
        height="content",
        column_config={tr("about.rows"): st.column_config.Column(alignment="right")},
        alt=tr("data.tables"),
    )
    st.subheader(tr("data.completeness"), anchor=False)
    st.caption(tr("data.completeness_help"))
    lacking = completeness.of_clusters(data.tables)
    total = len(data.clusters)
    for field in lacking:
        has = total - len(field.missing)
        words = tr(
            "data.field_has",
            field=label("clusters", field.column, lang),
            has=number(has, lang),
            total=number(total, lang),
            share=percent(has / total if total else None, lang),
        )
        st.progress(has / total if total else 0.0, text=words)
        if field.missing:
            with st.expander(tr("data.field_missing", count=number(len(field.missing), lang))):
                _named(field)
    if access.may(Action.AUDIT):
        st.page_link("pages/status.py", label=tr("status.link"), icon=":material/monitor_heart:")


def _named(field: completeness.Field) -> None:
    """Name every cluster that lacks a value; a name leads to its card."""
    link = Markup('<a href="{}" target="_self">{}</a>')
    pairs = zip(field.ids, field.missing, strict=True)
    links = [link.format(state.address(f"clusters:{code}"), name) for code, name in pairs]
    st.html(str(Markup('<p class="ph-explain">{}</p>').format(Markup(", ").join(links))))


def _source(source: str) -> str:
    if source == "data/facts":
        return tr("data.source_facts")
    if source.startswith("import: "):
        return tr("data.source_import", file=source.removeprefix("import: "))
    return source


def past(store: Store, current: Snapshot) -> None:
    """Draw the snapshots, the difference of two, and the way back."""
    visitor = access.require(Action.VIEW)
    closed = acts.closed(visitor)
    whole = store.snapshots()[:_LISTED]
    every = [acts.seen(visitor, snapshot) for snapshot in whole]
    hidden = {s.snapshot_id for s in whole if history.kept_back(s.manifest, closed)}

    def told(snapshot: Snapshot, what: str) -> str:
        return tr("data.hidden") if snapshot.snapshot_id in hidden else what

    st.dataframe(
        pd.DataFrame(
            {
                tr("data.snapshot_made"): [moment(s.manifest.created) for s in every],
                tr("data.snapshot_act"): [tr(f"data.action_{s.manifest.action}") for s in every],
                tr("data.who"): [told(s, s.manifest.who) for s in every],
                tr("data.files"): [told(s, _files(s)) for s in every],
                tr("data.snapshot_state"): [
                    tr("data.snapshot_current") if s.snapshot_id == current.snapshot_id else ""
                    for s in every
                ],
            }
        ),
        hide_index=True,
        alt=tr("data.history"),
    )
    by_id = {s.snapshot_id: s for s in every}
    left, right = st.columns(2)
    with left:
        later = st.selectbox(tr("data.compare_later"), by_id, format_func=lambda i: _name(by_id[i]))
    others = [i for i in by_id if i != later]
    if later is None or not others:
        st.caption(tr("data.compare_none"))
        return
    with right:
        after = [i for i in others if i < later]
        earlier = st.selectbox(
            tr("data.compare_earlier"),
            others,
            index=others.index(after[0]) if after else 0,
            format_func=lambda i: _name(by_id[i]),
        )
    _differences(by_id[earlier], by_id[later])
    chosen = by_id[later]
    with st.container(horizontal=True):
        for file in chosen.manifest.files if access.may(Action.IMPORT) else ():
            button(
                tr("data.original", file=plain(file.name)),
                partial(acts.original, visitor, chosen, file),
                access.file_name(file.name, brought=True),
                icon=":material/attach_file:",
                key=f"original-{later}-{file.stored}",
            )
    if later == current.snapshot_id:
        st.caption(tr("data.restore_current"))
        return
    if not access.may(Action.RESTORE):
        return
    who = access.name_box("restore_who")
    pressed = st.button(
        tr("data.restore", when=moment(chosen.manifest.created)),
        disabled=not who,
        icon=":material/restore:",
    )
    st.caption(tr("data.restore_help" if who else "data.restore_need_name"))
    if pressed:
        made = acts.restore(access.actor(), store, chosen.snapshot_id, typed=who)
        serve_layers(made)
        st.rerun()


def _files(snapshot: Snapshot) -> str:
    return ", ".join(f.name for f in snapshot.manifest.files)


def _name(snapshot: Snapshot) -> str:
    said = _files(snapshot) or tr(f"data.action_{snapshot.manifest.action}")
    return f"{moment(snapshot.manifest.created)} · {said}"


@st.cache_data(max_entries=32, show_spinner=False)
def _compared(
    _earlier: Snapshot, _later: Snapshot, key: tuple[str, ...]
) -> dict[str, history.Difference]:
    del key  # the cache tells pairs apart by it
    return history.compare(_earlier, _later)


def _differences(earlier: Snapshot, later: Snapshot) -> None:
    lang = language()
    try:
        seen = sorted({*earlier.manifest.tables, *later.manifest.tables})
        found = _compared(earlier, later, (earlier.snapshot_id, later.snapshot_id, *seen))
    except StoreError as error:
        st.error(said(error), icon=":material/error:")
        return
    if not found:
        st.info(tr("data.compare_same"), icon=":material/drag_handle:")
    for name, difference in found.items():
        counted = {key: number(len(rows), lang) for key, rows in difference.counted().items()}
        called = title(name, lang, sample=difference.sample)
        words = tr("data.compare_words", table=called, **counted)
        with st.expander(words, icon=":material/difference:"):
            st.dataframe(_rows(name, difference), hide_index=True, alt=words)


def _rows(name: str, difference: history.Difference) -> pd.DataFrame:
    lang = language()
    rows = [(tr("data.row_added"), key, "") for key in difference.added]
    rows += [
        (tr("data.row_changed"), key, ", ".join(_column(name, column) for column in columns))
        for key, columns in difference.changed.items()
    ]
    rows += [(tr("data.row_removed"), key, "") for key in difference.removed]
    heading = " / ".join(label(name, column, lang) for column in difference.key)
    return pd.DataFrame(
        {
            tr("data.snapshot_state"): [state for state, _, _ in rows],
            heading: [" / ".join(key) for _, key, _ in rows],
            tr("data.fields"): [fields for _, _, fields in rows],
        }
    )


def _column(table: str, column: str) -> str:
    try:
        return label(table, column, language())
    except KeyError:  # geometry and what is computed have no heading of their own
        return tr("data.column_geometry") if column == "geometry" else column


def take_away(current: Snapshot) -> None:
    """Draw the downloads: everything in three formats, and a template a table."""
    lang = language()  # a download is made outside the visitor's session
    visitor = access.require(Action.TAKE_AWAY)
    st.subheader(tr("data.everything"), anchor=False)
    st.caption(tr("data.everything_help"))
    with st.container(horizontal=True):
        for kind, ending in _WHOLE:
            button(
                tr(f"data.all_{kind}"),
                partial(acts.everything, visitor, current, kind, lang),
                access.file_name(f"{province().slug}-{current.snapshot_id}.{ending}"),
            )
    st.subheader(tr("data.templates"), anchor=False)
    st.caption(tr("data.templates_help"))
    with st.container(horizontal=True):
        kinds = (kind for kind in draft.KINDS if kind in imported() and kind != "outlines")
        for name in ("coordinates", *kinds):
            words = tr("data.coordinates") if name == "coordinates" else tr(f"about.table_{name}")
            button(
                words,
                partial(forms.template, name, lang),
                f"mau-{name}.xlsx",
                icon=":material/table:",
                key=f"template-{name}",
            )
