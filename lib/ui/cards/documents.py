"""Documents under a card: each opened by who may see it, and the form that attaches one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import PurePath
from typing import Any, Final

import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.language.errors import PhuThoError
from lib.language.text import date, is_blank, number, plain, today
from lib.store import documents
from lib.tables.glossary import label
from lib.tables.records.followup import MOST_BYTES
from lib.ui import sharing, visitor
from lib.ui.downloads import button
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_KB: Final = 1000
_ATTACHED: Final = "_attached"


def document_box(data: Workspace, of_table: str, of_id: str, title: str) -> None:
    """Draw the documents of one thing, and the form for who may attach; nothing for neither.

    Parameters
    ----------
    of_table, of_id : str
        What they are attached to.
    title : str
        Text key of the heading, with the count.
    """
    rows = _rows(data, of_table, of_id)
    writes = visitor.may(Action.IMPORT) and data.closed.isdisjoint({documents.TABLE, of_table})
    if not rows and not writes:
        return
    key = f"documents-{of_table}-{of_id}"
    if st.session_state.pop(_ATTACHED, "") == key:
        st.session_state[key] = True  # its heading has another count now, and it would close
    with st.expander(
        tr(title, count=number(len(rows), language())),
        icon=":material/attach_file:",
        key=key,
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        for row in rows:
            _one(data, row, key)
        if writes:
            _form(data, of_table, of_id, key)


def _rows(data: Workspace, of_table: str, of_id: str) -> list[dict[Any, Any]]:
    table = data.tables.get(documents.TABLE)
    if table is None:
        return []
    return table[(table["of_table"] == of_table) & (table["of_id"] == of_id)].to_dict("records")


def _one(data: Workspace, row: dict[Any, Any], key: str) -> None:
    """Draw one document: the button that takes it away, or that it is lost."""
    store, lang = sharing.store(), language()
    sha256, name = str(row["sha256"]), str(row["name"])
    if documents.kept(store, sha256) is None:
        st.error(plain(tr("documents.lost", name=name)), icon=":material/broken_image:")
        return
    if visitor.may(Action.TAKE_AWAY):
        snapshot = store.open(data.manifest.snapshot_id)
        button(
            plain(name),
            partial(acts.document, visitor.actor(), store, snapshot, sha256),
            # Its own kind, by its content: a name may end as it likes.
            visitor.file_name(f"{PurePath(name).stem}.{row['kind']}"),
            icon=":material/description:",
            key=f"{key}-{sha256}",
        )
    no = tr("conclusions.no_number") if is_blank(row["document_no"]) else str(row["document_no"])
    size = number(int(row["size"]) / _KB, lang, unit="KB")
    told = tr("documents.told", no=no, date=date(row["date"], lang), size=size)
    note = "" if is_blank(row["note"]) else f" · {row['note']}"
    st.caption(plain(told + note))


def _form(data: Workspace, of_table: str, of_id: str, box: str) -> None:
    lang, key = language(), f"{box}-{data.manifest.snapshot_id}"  # empty again once it is attached
    with st.form(f"{key}-form", border=False, enter_to_submit=False):
        with st.container(key=f"upload-{lang}-{key}"):
            file = st.file_uploader(
                tr("documents.file"),
                type=["pdf", "png", "jpg", "jpeg", "docx"],
                key=f"{key}-file",
                max_upload_size=MOST_BYTES // 2**20,
            )
        number_of = st.text_input(
            label(documents.TABLE, "document_no", lang), max_chars=100, key=f"{key}-no"
        )
        day = st.date_input(
            label(documents.TABLE, "date", lang), None, format="DD/MM/YYYY", key=f"{key}-date"
        )
        note = st.text_input(label(documents.TABLE, "note", lang), max_chars=500, key=f"{key}-note")
        who = visitor.name_box(f"{key}-who")
        pressed = st.form_submit_button(tr("documents.attach"), icon=":material/attach_file:")
    if not pressed:
        return
    lacking = [] if file else [tr("documents.no_file")]
    lacking += [] if who else [tr("data.who")]
    if file is None or lacking:
        st.error(tr("followup.lacking", fields=", ".join(lacking)), icon=":material/error:")
        return
    from lib.importing.documents import Attachment  # noqa: PLC0415 - loads every reader

    given = Attachment(
        file.name,
        file.getvalue(),
        of_table,
        of_id,
        today().isoformat(),
        number_of or None,
        day.isoformat() if isinstance(day, dt.date) else None,
        note or None,
    )
    store = sharing.store()
    try:
        base = store.open(data.manifest.snapshot_id)
        serve_layers(acts.attach(visitor.actor(), store, given, base=base, typed=who))
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
    else:
        st.session_state[_ATTACHED] = box
        st.rerun()
