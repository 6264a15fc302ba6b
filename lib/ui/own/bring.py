"""Bring a table as a layer: choose it, see what was found how, answer what is asked, publish."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.importing.apart import sandbox
from lib.importing.draft import Draft
from lib.importing.ownlayers import bring as ownbring
from lib.importing.ownlayers import compare
from lib.importing.ownlayers.rows import Wanted
from lib.importing.readers import registry
from lib.language.errors import PhuThoError, StoreError
from lib.language.text import nfc, no_data, number, today
from lib.store.store import Snapshot, Store
from lib.tables.glossary import value_label
from lib.tables.ownlayers import MATCHES, TABLE, OwnLayer, layer_id_of, layers_of, part_of
from lib.ui import visitor
from lib.ui.data import findings
from lib.ui.own import ask
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_PREVIEW: Final = 100
_NAME: Final = 100
_CHANGES: Final = 500
"""Most differences drawn."""


def bring(data: Workspace, store: Store) -> None:
    """Draw the step the visitor is in: the file, what was found in it, or that it is in use."""
    who = visitor.require(Action.IMPORT)
    acts.require_import(who, TABLE)
    held = ask.work()
    if "made" in held:
        st.success(tr("data.published", snapshot=held["made"]), icon=":material/check_circle:")
        with st.container(horizontal=True):
            st.button(
                tr("ownpage.see_it"),
                type="primary",
                icon=":material/map:",
                on_click=_see,
                args=(held["wanted"].name,),
            )
            st.button(tr("data.another"), on_click=ask.forget, icon=":material/add:")
    elif "wanted" in held:
        _check(data, store)
    else:
        _choose()


def _see(name: str) -> None:
    """Show the layer just brought; used as a callback."""
    st.session_state.update(own=layer_id_of(name), tab="see", ownlook="")
    ask.forget()


def _choose() -> None:
    sandbox.ready()
    with st.container(key=f"upload-{language()}"):
        file = st.file_uploader(
            tr("ownpage.file"),
            type=[suffix.removeprefix(".") for suffix in registry.accepted()],
            help=tr("data.files_help"),
            key="own_file",
        )
    left, right = st.columns(2)
    with left:
        name = st.text_input(
            tr("ownlayers.name"),
            key="own_name",
            max_chars=_NAME,
            placeholder=tr("ownpage.name_hint"),
        )
        who = visitor.name_box("own_who")
    with right:
        source = st.text_input(tr("ownlayers.source"), key="own_source", max_chars=300)
        as_of = st.date_input(
            tr("data.as_of"), format="DD/MM/YYYY", value=today(), max_value=today(), key="own_as_of"
        )
    ready = bool(file) and bool(nfc(name or "")) and bool(who)
    pressed = st.button(
        tr("data.do_check"), type="primary", disabled=not ready, icon=":material/fact_check:"
    )
    if pressed and file is not None:
        day = as_of if isinstance(as_of, dt.date) else today()
        ask.work().update(
            file=(file.name, file.getvalue()),
            who=who,
            wanted=Wanted(nfc(name), day.isoformat(), nfc(source or "")),
        )
        st.rerun()
    if not ready:
        st.caption(tr("ownpage.need"))


def _draft(data: Workspace, store: Store) -> Draft:
    """Return the draft for what is chosen now; made once for the same choice."""
    held = ask.work()
    acts.require_import(visitor.actor(), TABLE)
    acts.require_tables(visitor.actor(), {part_of(held["wanted"].name)})
    base = store.open(data.manifest.snapshot_id)
    key = (base.snapshot_id, repr(held["wanted"]))
    if held.get("key") != key:
        with st.spinner(tr("data.checking")):
            draft = _read(held["file"], held["wanted"], base)
        held.update(draft=draft, key=key, base=base)
    found: Draft = held["draft"]
    return found


def _read(file: tuple[str, bytes], wanted: Wanted, base: Any) -> Draft:  # noqa: ANN401 - a Snapshot
    """Have the file read in a process apart; when the tab is closed, that ends too."""
    asked = st.empty()
    name, content = file
    with tempfile.TemporaryDirectory() as folder:
        suffix = Path(name).suffix.lower()
        path = Path(folder).resolve() / f"0{suffix if suffix in registry.accepted() else ''}"
        path.write_bytes(content)
        return sandbox.run(
            ownbring.draft_of,
            [(path, name)],
            wanted,
            base,
            name=name,
            waiting=lambda: (asked.empty(), None)[1],
        )


def _check(data: Workspace, store: Store) -> None:
    try:
        draft = _draft(data, store)
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
        st.button(tr("data.back"), on_click=ask.forget, icon=":material/arrow_back:")
        return
    wanted: Wanted = ask.work()["wanted"]
    findings.verdict(draft)
    layer = _brought(draft, wanted)
    if layer is not None:
        _matched(layer)
    ask.columns(draft, wanted, layer)
    ask.system(draft, wanted)
    ask.names(data, draft, wanted)
    ask.lenient(draft, wanted)
    if layer is not None:
        _changes(data, ask.work()["base"], layer)
        _preview(data, layer)
    confirmed = True
    if asked := draft.of("ask"):
        confirmed = st.checkbox(tr("data.confirm", count=len(asked)), key="own_confirm")
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=ask.forget, icon=":material/arrow_back:")
        pressed = st.button(
            tr("data.do_publish"),
            type="primary",
            disabled=draft.refused or not draft.changes or not confirmed,
            icon=":material/publish:",
            key="own_publish",
        )
    findings.table(draft)
    if pressed:
        _publish(store, draft, confirmed=confirmed)


def _publish(store: Store, draft: Draft, *, confirmed: bool) -> None:
    held = ask.work()
    try:
        with st.spinner(tr("data.publishing")):
            made = acts.publish(
                visitor.actor(),
                store,
                draft,
                base=held["base"],
                files=dict([held["file"]]),
                typed=held["who"],
                confirmed=confirmed,
            )
            serve_layers(made)
    except StoreError as error:
        held.pop("key", None)
        st.error(said(error), icon=":material/error:")
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
    else:
        held["made"] = made.snapshot_id
        st.rerun()


def _brought(draft: Draft, wanted: Wanted) -> OwnLayer | None:
    layers = layers_of(draft.tables, shipped=False) if draft.tables else ()
    mine = layer_id_of(wanted.name)
    return next((one for one in layers if one.layer_id == mine), None)


def _matched(layer: OwnLayer) -> None:
    """Say how many rows were found how."""
    counts = layer.rows["match"].value_counts()
    with st.container(horizontal=True, key="own-matched"):
        for match in MATCHES:
            st.metric(
                value_label("own_match", match, language()),
                number(int(counts.get(match, 0)), language()),
                border=True,
            )


def _changes(data: Workspace, base: Snapshot, layer: OwnLayer) -> None:
    """Draw, of a layer that is there, which rows are new, gone or other, cell by cell."""
    before = base.read(TABLE) if TABLE in base.manifest.tables else None
    old = compare.in_use(before, layer.name)
    if old is None:
        return
    found = list(compare.changes(old, layer))
    if not found:
        return
    place = tr("ownpage.commune")
    names = data.commune_names
    table = pd.DataFrame(
        {
            tr("ownpage.change"): [tr(f"ownpage.change_{one.kind}") for one in found[:_CHANGES]],
            tr("ownpage.row"): [one.row for one in found[:_CHANGES]],
            tr("ownpage.what"): [one.title for one in found[:_CHANGES]],
            tr("ownpage.column_changed"): [
                one.column or (place if one.kind == "changed" else "") for one in found[:_CHANGES]
            ],
            **{
                tr(f"ownpage.change_{side}"): [
                    getattr(one, side) if one.column else names.get(getattr(one, side), "")
                    for one in found[:_CHANGES]
                ]
                for side in ("before", "after")
            },
        }
    )
    count = number(len(found), language())
    with st.expander(tr("ownpage.changes", count=count), expanded=True, icon=":material/compare:"):
        if len(found) > _CHANGES:
            shown = number(_CHANGES, language())
            st.caption(tr("ownpage.changes_first", shown=shown, total=count))
        st.dataframe(table, hide_index=True, height=260, alt=tr("ownpage.change"))


def _preview(data: Workspace, layer: OwnLayer) -> None:
    """Draw the first rows, those that are not exact first: what was found how."""
    rows = layer.rows
    order = rows["match"].map({match: -at for at, match in enumerate(MATCHES)})
    first = order.sort_values(kind="stable").index[:_PREVIEW]
    place = layer.cells[layer.place] if layer.place else pd.Series("", index=rows.index)
    names = data.commune_names
    table = pd.DataFrame(
        {
            tr("ownpage.row"): rows["file_row"],
            tr("ownpage.said"): place,
            tr("ownpage.commune"): rows["commune_code"].map(names),
            tr("ownpage.how"): [value_label("own_match", m, language()) for m in rows["match"]],
            tr("ownpage.clause"): rows["clause"],
            tr("ownpage.what"): layer.cells[layer.title_column],
        }
    ).loc[first]
    with st.expander(tr("ownpage.preview", count=number(len(rows), language())), expanded=True):
        st.dataframe(
            table,
            hide_index=True,
            height=260,
            alt=tr("ownpage.how"),
            placeholder=no_data(language()),
        )
