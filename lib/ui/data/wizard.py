"""Import a file in three steps: choose, check, publish."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

import streamlit as st

from lib.access import acts, limits
from lib.access.roles import Action, Actor
from lib.access.serving import serve_layers
from lib.importing import draft
from lib.importing.apart import sandbox
from lib.importing.coordinates.numbers import parse_number
from lib.importing.draft import Draft, Options
from lib.importing.readers import registry
from lib.importing.templates import forms
from lib.language.errors import NotAllowedError, PhuThoError, StoreError
from lib.language.text import moment, number, plain, today
from lib.store.brought import Brought
from lib.store.store import Snapshot, Store
from lib.tables.collecting import tables_of
from lib.tables.glossary import value_label
from lib.tables.registry import imported
from lib.ui import visitor
from lib.ui.data import brought, findings, paste
from lib.ui.data.check import check_step
from lib.ui.data.draw import draw
from lib.ui.data.work import forget, go, work
from lib.ui.downloads import button
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_SURVEYED: Final[tuple[str, float | None]] = ("surveyed", 0.5)
_FARTHEST_M: Final = 500
_STEPS: Final = ("choose", "check", "publish")


def steps(first: str) -> None:
    """Draw where in the three steps the visitor is; `first` is what the first one is called."""
    at = _STEPS.index(work()["step"])
    with st.container(horizontal=True, key="steps"):
        for number_, name in enumerate((first, *_STEPS[1:])):
            icon = "check_circle" if number_ < at else f"counter_{number_ + 1}"
            color = "primary" if number_ == at else "gray"
            st.markdown(f":{color}[:material/{icon}: **{tr(f'data.step_{name}')}**]")


def wizard(data: Workspace, store: Store, base: Snapshot, *, by_hand: bool = False) -> None:
    """Draw the step the visitor is in; the first one is to draw an outline if `by_hand`."""
    who = visitor.require(Action.IMPORT)
    _require_held(who)
    step = work()["step"]
    if step == "choose":
        brought.waiting(store)
    steps("draw" if by_hand else "choose")
    if step == "choose" and by_hand:
        draw(data)
    elif step == "choose":
        _choose(data.closed)
    elif step == "check":
        check_step(data, base)
    else:
        _publish(store)


def _require_held(who: Actor) -> None:
    """Let go of a file whose table was closed to the visitor since he brought it.

    Raises
    ------
    NotAllowedError
        It was.
    """
    held = work()
    if "options" not in held:
        return
    try:
        acts.require_import(who, held["options"].kind)
        acts.require_tables(who, held["draft"].tables if "draft" in held else ())
    except NotAllowedError:
        forget()
        raise


def _choose(closed: Collection[str]) -> None:
    sandbox.ready()
    kind = st.selectbox(
        tr("data.kind"),
        [kind for kind in draft.KINDS if tables_of(kind).isdisjoint(closed)],
        format_func=lambda name: tr(f"about.table_{name}"),
        key="import_kind",
        help=tr("data.kind_help"),
    )
    st.caption(tr(f"data.about_{kind}"))
    with st.container(key=f"upload-{language()}"):
        uploaded = st.file_uploader(
            tr("data.files"),
            accept_multiple_files=True,
            type=[suffix.removeprefix(".") for suffix in registry.accepted()],
            help=tr("data.files_help"),
            key="import_files",
        )
    brought = {file.name: file.getvalue() for file in uploaded}
    if kind == "outlines":
        brought |= paste.box()
    left, right = st.columns(2)
    with left:
        who = visitor.name_box("import_who")
    with right:
        as_of = st.date_input(
            tr("data.as_of"),
            format="DD/MM/YYYY",
            value=today(),
            max_value=today(),
            key="import_as_of",
        )
    quality, accuracy = _SURVEYED
    if kind in ("outlines", "clusters"):
        quality, accuracy = _quality(left, right)
    with st.container(horizontal=True):
        ready = bool(brought) and bool(who) and accuracy is not None
        if st.button(
            tr("data.do_check"), type="primary", disabled=not ready, icon=":material/fact_check:"
        ):
            day = as_of if isinstance(as_of, dt.date) else today()
            work().update(
                files=brought,
                who=who,
                options=Options(kind, day.isoformat(), quality=quality, accuracy_m=accuracy),
                step="check",
            )
            st.rerun()
        template, lang = "coordinates" if kind == "outlines" else kind, language()
        if kind in imported():
            button(
                tr("data.template"), lambda: forms.template(template, lang), f"mau-{template}.xlsx"
            )
    if not brought or not who:
        st.caption(tr("access.need_files" if who else "data.need_files_and_name"))


def _quality(left: Any, right: Any) -> tuple[str, float | None]:  # noqa: ANN401 - Streamlit's containers
    """Draw where an outline comes from and its accuracy in metres; None for no such number.

    Streamlit's box of a number knows the decimal point only, so this one is of text.
    """
    with left:
        quality = st.selectbox(
            tr("data.quality"),
            ("surveyed", "traced", "approximate"),
            format_func=lambda code: value_label("outline_quality", code, language()),
            key="import_quality",
        )
    with right:
        typed = st.text_input(
            tr("data.accuracy"),
            value=number(_SURVEYED[1], language(), 1),
            max_chars=8,
            help=tr("data.accuracy_help"),
            key="import_accuracy",
        )
        accuracy = parse_number(typed)
        if accuracy is None or not 0 <= accuracy <= _FARTHEST_M:
            st.caption(tr("data.accuracy_wrong"))
            accuracy = None
    return quality, accuracy


def _publish(store: Store) -> None:
    held = work()
    if "made" in held:
        _done(store, held)
        return
    draft: Draft = held["draft"]
    findings.verdict(draft)
    waited: Brought | None = held.get("brought")
    if waited is None and limits.two_needed():
        brought.keep(store, held)
        return
    refusal = None
    if waited is not None:
        st.caption(brought.line(waited))
        refusal = limits.unpublishable(visitor.actor(), {waited.who})
    if refusal is not None:
        st.info(said(refusal), icon=":material/group:")
    confirmed = _confirmed(draft)
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=go, args=("check",), icon=":material/arrow_back:")
        pressed = st.button(
            tr("data.do_publish"),
            type="primary",
            disabled=not confirmed or refusal is not None,
            icon=":material/publish:",
        )
    if not pressed:
        return
    try:
        with st.spinner(tr("data.publishing")):
            made = acts.publish(
                visitor.actor(),
                store,
                draft,
                base=held["base"],
                files=held["files"],
                typed=held["who"],
                confirmed=confirmed,
                waiting=waited.key if waited else "",
            )
            serve_layers(made)
    except StoreError as error:
        held.pop("key", None)
        go("check")
        st.error(said(error), icon=":material/error:")
    except PhuThoError as error:
        st.error(said(error), icon=":material/error:")
    else:
        held["made"] = made.snapshot_id
        st.rerun()


def _confirmed(draft: Draft) -> bool:
    """Draw what is asked, and the box that says it was seen."""
    asked = draft.of("ask")
    for finding in asked:
        st.markdown(f"- {plain(finding.message(language()))}")
    if not asked:
        return True
    return st.checkbox(tr("data.confirm", count=len(asked)), key="import_confirm")


def _done(store: Store, held: Mapping[str, Any]) -> None:
    st.success(tr("data.published", snapshot=held["made"]), icon=":material/check_circle:")
    findings.counts(held["draft"])
    before: Snapshot = held["base"]
    with st.container(horizontal=True):
        st.button(tr("data.another"), on_click=forget, icon=":material/add:", type="primary")
        if visitor.may(Action.RESTORE) and st.button(
            tr("data.undo", when=moment(before.manifest.created)),
            icon=":material/undo:",
        ):
            acts.restore(visitor.actor(), store, before.snapshot_id, typed=held["who"])
            forget()
            st.rerun()
