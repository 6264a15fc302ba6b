"""The form that writes a conclusion of a meeting, or says that its task is done."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from lib.access import acts, bringing, limits
from lib.access.roles import Action
from lib.access.serving import serve_layers
from lib.importing.draft import Typed
from lib.language.errors import PhuThoError
from lib.language.text import ZONE, is_blank, plain, today
from lib.tables.glossary import label, value_label
from lib.tables.records.followup import CONCLUSIONS
from lib.ui import sharing, visitor
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

if TYPE_CHECKING:
    from lib.importing.draft import Draft  # loads every reader: only where something is written

TABLE: Final = "conclusions"
_MADE: Final = "_concluded"
_KEPT: Final = "_conclusions_kept"
_WRITTEN: Final = "_conclusions_written"
_NEEDED: Final = ("agency", "task")
_ALWAYS: Final = ("conclusion_id", "date", "agency", "task", "status")
"""What a row says anew whenever it is changed: an import asks for it."""


@dataclass(frozen=True)
class Subject:
    """What a form is about: one cluster or commune of a card, or what is chosen in it."""

    cluster_id: str = ""
    commune_code: str = ""

    @property
    def chosen(self) -> bool:
        """Whether it is settled before the form is drawn."""
        return bool(self.cluster_id or self.commune_code)


def may_write(data: Workspace) -> bool:
    """Return whether the visitor may write conclusions: what is drawn, never what is done."""
    return visitor.may(Action.IMPORT) and TABLE not in data.closed


def write_box(data: Workspace, subject: Subject) -> None:
    """Draw what was just published, and the form behind its heading, for who may write."""
    if not may_write(data):
        return
    _published()
    key = f"conclude-{subject.cluster_id}{subject.commune_code}"
    with st.expander(
        tr("followup.write"), icon=":material/gavel:", key=key, on_change="rerun"
    ) as box:
        if box.open:
            # What was published is gone from the form, so that it is not written twice.
            _form(data, subject, {}, f"{key}-{st.session_state.get(_WRITTEN, 0)}")


def change_box(data: Workspace, row: Mapping[str, Any]) -> None:
    """Draw the form of a conclusion that is known, to change it or to say that it is done.

    Parameters
    ----------
    row : mapping
        Of `lib.register.conclusions.follow`, blanks None.
    """
    if not may_write(data):
        return
    with st.container(border=True, key="conclusion-change"):
        st.markdown(f"**{tr('followup.change', task=plain(str(row['task'])))}**")
        # A row somebody else changed meanwhile is another form, with his values in it.
        said = json.dumps([str(row[column.name]) for column in CONCLUSIONS.every()])
        version = hashlib.sha256(said.encode()).hexdigest()[:8]
        _form(data, Subject(), row, f"change-{row['conclusion_id']}-{version}")
        st.caption(tr("followup.keeps"))


def _form(data: Workspace, subject: Subject, row: Mapping[str, Any], key: str) -> None:
    with st.form(f"{key}-form", border=False, enter_to_submit=False):
        clusters, commune = ([], "") if row else _about(data, subject, key)
        typed = _fields(row, key)
        who = visitor.name_box(f"{key}-who")
        asked = st.session_state.get(f"{key}-asked", [])
        for sentence in asked:
            st.warning(plain(sentence), icon=":material/help:")
        confirmed = bool(asked) and st.checkbox(tr("followup.confirm"), key=f"{key}-confirm")
        pressed = st.form_submit_button(
            tr("brought.keep" if limits.two_needed() else "followup.publish"),
            type="primary",
            icon=":material/publish:",
        )
    if not pressed:
        return
    lacking = [label(TABLE, name, language()) for name in _NEEDED if not typed[name]]
    if typed.get("done_document") and not typed["done"]:
        lacking.append(label(TABLE, "done", language()))
    lacking += [] if who else [tr("data.who")]
    if lacking:
        st.error(tr("followup.lacking", fields=", ".join(lacking)), icon=":material/error:")
        return
    rows = _rows(typed, row, clusters, commune)
    _publish(data, rows, who, key=key, confirmed=confirmed)


def _about(data: Workspace, subject: Subject, key: str) -> tuple[list[str], str]:
    """Return the clusters and the commune a conclusion is about; asked where no card says it."""
    if subject.chosen:
        return [subject.cluster_id] if subject.cluster_id else [], subject.commune_code
    names = dict(zip(data.clusters["cluster_id"], data.clusters["name"], strict=True))
    clusters = st.multiselect(
        tr("followup.clusters"),
        list(names),
        format_func=lambda code: f"{names[code]} ({code})",
        placeholder=tr("followup.choose"),
        key=f"{key}-clusters",
    )
    commune = st.selectbox(
        tr("followup.commune"),
        list(data.commune_names),
        index=None,
        format_func=lambda code: f"{data.commune_names[code]} ({code})",
        placeholder=tr("followup.choose"),
        key=f"{key}-commune",
    )
    return list(clusters), str(commune or "")


def _fields(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Draw the fields of a conclusion; return what is typed, ISO dates, blanks None."""
    lang = language()

    def text(name: str, *, most: int, **more: Any) -> str | None:  # noqa: ANN401 - as of Streamlit
        value = str(row.get(name) or "")
        found = st.text_input(
            label(TABLE, name, lang), value, max_chars=most, key=f"{key}-{name}", **more
        )
        return " ".join(found.split()) or None

    def day(name: str, otherwise: dt.date | None = None) -> str | None:
        known = str(row.get(name) or "")
        value = dt.date.fromisoformat(known) if len(known) == len("yyyy-mm-dd") else otherwise
        found = st.date_input(
            label(TABLE, name, lang), value, format="DD/MM/YYYY", key=f"{key}-{name}"
        )
        # A month or a year alone cannot stand in a box of days: it stays as it is.
        return found.isoformat() if isinstance(found, dt.date) else known or None

    agency = text("agency", most=200)
    task = st.text_area(
        label(TABLE, "task", lang), str(row.get("task") or ""), max_chars=1000, key=f"{key}-task"
    )
    left, right = st.columns(2)
    with left:
        held = day("date", None if row else today())
        status = st.radio(
            label(TABLE, "status", lang),
            ("proposed", "decided"),
            index=int(row.get("status") == "decided"),
            format_func=lambda code: value_label("assignment_status", code, lang),
            horizontal=True,
            key=f"{key}-status",
        )
    with right:
        due = day("due")
        number = text("document_no", most=100, help=tr("followup.document_help"))
    typed = {
        "date": held or today().isoformat(),
        "document_no": number,
        "agency": agency,
        "task": " ".join(task.split()) or None,
        "due": due,
        "status": status,
    }
    if row:
        with left:
            typed["done"] = day("done")
        with right:
            typed["done_document"] = text("done_document", most=100)
    typed["note"] = text("note", most=500)
    return typed


def _rows(
    typed: Mapping[str, Any], row: Mapping[str, Any], clusters: Sequence[str], commune: str
) -> list[dict[str, Any]]:
    """Return the rows to be written: one a cluster, or of a known one only what differs.

    What a known row says unchanged stays the word of the source that said it.
    """
    if row:
        changed = {name: value for name, value in typed.items() if value != row[name]}
        kept = {name: row[name] for name in _ALWAYS}
        return [kept | {name: value for name, value in changed.items() if not is_blank(value)}]
    place = {"commune_code": commune or None}
    return [{**typed, **place, "cluster_id": cluster_id} for cluster_id in clusters or (None,)]


def _publish(
    data: Workspace, rows: Sequence[Mapping[str, Any]], who: str, *, key: str, confirmed: bool
) -> None:
    now = dt.datetime.now(ZONE)
    before = data.manifest.snapshot_id
    store = sharing.store()
    rows_of = Typed(TABLE, rows, f"ket-luan-{now:%Y%m%d-%H%M%S}.csv", now.date().isoformat())
    given: dict[str, Any] = {"base": store.open(before), "typed": who}
    try:
        if limits.two_needed():
            _keep(bringing.keep_rows(visitor.actor(), store, rows_of, **given), key)
            return
        draft, made = bringing.publish_rows(
            visitor.actor(), store, rows_of, confirmed=confirmed, **given
        )
        if made is not None:
            serve_layers(made)
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
        return
    if made is None:
        _say(draft, key)
    elif made.snapshot_id == before:
        st.info(tr("followup.same"), icon=":material/drag_handle:")
    else:
        st.session_state[_MADE] = (made.snapshot_id, before, who)
        st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, 0) + 1
        st.rerun()


def _keep(draft: Draft, key: str) -> None:
    """Say what became of rows that a second person has to publish."""
    if draft.refused:
        _say(draft, key)
    elif not draft.changes:
        st.info(tr("followup.same"), icon=":material/drag_handle:")
    else:
        st.session_state[_KEPT] = True
        st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, 0) + 1
        st.rerun()


def _say(draft: Draft, key: str) -> None:
    """Say why nothing was written; what is only asked is asked in the form of the next run."""
    lang = language()
    refused = draft.of("refused")
    for finding in refused:
        st.error(plain(finding.message(lang)), icon=":material/block:")
    if not refused:
        st.session_state[f"{key}-asked"] = [one.message(lang) for one in draft.of("ask")]
        st.rerun()


def _published() -> None:
    """Say what was just published, with the way back for who may restore."""
    if st.session_state.pop(_KEPT, False):
        st.success(tr("brought.kept"), icon=":material/check_circle:")
    made = st.session_state.get(_MADE)
    if made is None:
        return
    snapshot_id, before, who = made
    st.success(tr("followup.published", snapshot=snapshot_id), icon=":material/check_circle:")
    store = sharing.store()
    current = store.current()
    in_use = current is not None and current.snapshot_id == snapshot_id
    undo = in_use and visitor.may(Action.RESTORE)
    if not in_use:
        del st.session_state[_MADE]
    elif undo and st.button(tr("followup.undo"), icon=":material/undo:", key="conclusion-undo"):
        serve_layers(acts.restore(visitor.actor(), store, before, typed=who))
        del st.session_state[_MADE]
        st.rerun()
