"""Bringing a file in, in three steps: choose, check, publish."""

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib import importing, layerdata, readers, templates, zones
from lib.errors import PhuThoError, StoreError
from lib.importing import Draft, Options
from lib.mapview import Shape, show_map
from lib.schemas import value_label
from lib.settings import settings
from lib.store import Snapshot, Store
from lib.symbols import OUTLINE_NEW, OUTLINE_OLD
from lib.text import date, number
from lib.ui import findingview, mapstyles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_WORK: Final = "_import"
_SURVEYED: Final[tuple[str, float | None]] = ("surveyed", 0.5)
_STEPS: Final = ("choose", "check", "publish")
_DRAWN: Final = 60
"""Most outlines drawn in the preview: what matters is seen, and the message stays small."""


def work() -> dict[str, Any]:
    """Return what this visitor's import holds between the steps."""
    held: dict[str, Any] = st.session_state.setdefault(_WORK, {"step": "choose"})
    return held


def forget() -> None:
    """Begin anew; used as a callback."""
    st.session_state[_WORK] = {"step": "choose"}


def _go(step: str) -> None:
    work()["step"] = step


def steps() -> None:
    """Draw where in the three steps the visitor is."""
    at = _STEPS.index(work()["step"])
    with st.container(horizontal=True, key="steps"):
        for number_, name in enumerate(_STEPS):
            icon = "check_circle" if number_ < at else f"counter_{number_ + 1}"
            color = "primary" if number_ == at else "gray"
            st.markdown(f":{color}[:material/{icon}: **{tr(f'data.step_{name}')}**]")


def wizard(data: Workspace, store: Store, base: Snapshot) -> None:
    """Draw the step the visitor is in."""
    steps()
    step = work()["step"]
    if step == "choose":
        _choose()
    elif step == "check":
        _check(data, base)
    else:
        _publish(store)


def _choose() -> None:
    kind = st.selectbox(
        tr("data.kind"),
        importing.KINDS,
        format_func=lambda name: tr(f"about.table_{name}"),
        key="import_kind",
        help=tr("data.kind_help"),
    )
    st.caption(tr(f"data.about_{kind}"))
    uploaded = st.file_uploader(
        tr("data.files"),
        accept_multiple_files=True,
        type=[suffix.removeprefix(".") for suffix in readers.READERS],
        help=tr("data.files_help"),
        key="import_files",
    )
    left, right = st.columns(2)
    with left:
        who = st.text_input(tr("data.who"), key="import_who", max_chars=80)
    with right:
        as_of = st.date_input(
            tr("data.as_of"), format="DD/MM/YYYY", max_value="today", key="import_as_of"
        )
    quality, accuracy = _SURVEYED
    if kind in ("outlines", "clusters"):
        quality, accuracy = _quality(left, right)
    with st.container(horizontal=True):
        ready = bool(uploaded) and bool(who.strip())
        if st.button(
            tr("data.do_check"), type="primary", disabled=not ready, icon=":material/fact_check:"
        ):
            day = as_of if isinstance(as_of, dt.date) else dt.datetime.now().astimezone().date()
            work().update(
                files={file.name: file.getvalue() for file in uploaded},
                who=who.strip(),
                options=Options(kind, day.isoformat(), quality=quality, accuracy_m=accuracy),
                step="check",
            )
            st.rerun()
        template = "coordinates" if kind == "outlines" else kind
        st.download_button(
            tr("data.template"),
            data=lambda: templates.template(template, language()),
            file_name=f"mau-{template}.xlsx",
            on_click="ignore",
            icon=":material/download:",
        )
    if not ready:
        st.caption(tr("data.need_files_and_name"))


def _quality(left: Any, right: Any) -> tuple[str, float | None]:  # noqa: ANN401 - Streamlit's containers
    with left:
        quality = st.selectbox(
            tr("data.quality"),
            ("surveyed", "traced", "approximate"),
            format_func=lambda code: value_label("outline_quality", code, language()),
            key="import_quality",
        )
    with right:
        accuracy = st.number_input(
            tr("data.accuracy"),
            min_value=0.0,
            max_value=500.0,
            value=0.5,
            step=0.5,
            help=tr("data.accuracy_help"),
            key="import_accuracy",
        )
    return quality, accuracy


def _draft(base: Snapshot) -> Draft:
    """Return the draft for what is chosen now; made once for the same choice."""
    held = work()
    options: Options = held["options"]
    names = json.dumps([sorted(held["files"]), base.snapshot_id, repr(options)])
    key = hashlib.sha256(names.encode()).hexdigest()
    if held.get("key") != key:
        with st.status(tr("data.reading"), expanded=False) as status:
            contents, unreadable = _contents(held["files"])
            status.update(label=tr("data.checking"))
            draft = importing.check(
                contents, options, importing.tables_of(base), unreadable=unreadable
            )
            status.update(label=tr("data.checked"), state="complete")
        held.update(draft=draft, key=key, base=base)
    found: Draft = held["draft"]
    return found


def _contents(files: Mapping[str, bytes]) -> tuple[list[readers.Content], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at, (name, content) in enumerate(files.items()):
            suffix = Path(name).suffix.lower()
            path = Path(folder) / f"{at}{suffix if suffix in readers.READERS else ''}"
            path.write_bytes(content)
            paths.append((path, name))
        return importing.read_all(paths)


def _check(data: Workspace, base: Snapshot) -> None:
    draft = _draft(base)
    findingview.verdict(draft)
    _system(draft)
    _texts(draft)
    _names(data, draft)
    findingview.headings(draft)
    findingview.table(draft)
    if len(draft.preview):
        _preview(data, draft)
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=forget, icon=":material/arrow_back:")
        st.download_button(
            tr("data.report"),
            data=json.dumps(draft.report(language()), ensure_ascii=False, indent=1, default=str),
            file_name=tr("data.report_file"),
            on_click="ignore",
            icon=":material/description:",
        )
        st.button(
            tr("data.to_publish"),
            type="primary",
            disabled=draft.refused or not draft.changes,
            on_click=_go,
            args=("publish",),
            icon=":material/arrow_forward:",
        )


def _change(**choices: Any) -> None:  # noqa: ANN401 - fields of Options
    held = work()
    held["options"] = replace(held["options"], **choices)


def _system(draft: Draft) -> None:
    """Draw the choice of the coordinate system where a file leaves it open, and the proposal."""
    open_ones = [read for read in draft.crs if not read.stated]
    if not open_ones:
        return
    options = draft.options
    choices = (None, *zones.CHOICES)
    left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with left:
        chosen = st.selectbox(
            tr("data.crs"),
            choices,
            index=choices.index(options.crs),
            format_func=lambda epsg: (
                tr("data.crs_open") if epsg is None else zones.zone_label(epsg, language())
            ),
        )
    with right:
        swapped = st.checkbox(tr("data.swapped"), value=options.swapped)
    if (chosen, swapped) != (options.crs, options.swapped):
        _change(crs=chosen, swapped=swapped)
        st.rerun()
    proposed = next((read for read in open_ones if read.proposed is not None), None)
    if proposed is not None and proposed.proposed is not None:
        words = zones.zone_label(proposed.proposed, language())
        st.button(
            tr("data.use_proposal", zone=words + (" (X↔Y)" if proposed.proposed_swapped else "")),
            on_click=_change,
            kwargs={"crs": proposed.proposed, "swapped": proposed.proposed_swapped},
            icon=":material/lightbulb:",
        )


def _texts(draft: Draft) -> None:
    """Show text in an old font before and after, and let a person decide."""
    if not draft.text_before_after:
        return
    st.table(
        pd.DataFrame(
            draft.text_before_after, columns=[tr("data.text_before"), tr("data.text_after")]
        ).set_index(tr("data.text_before")),
        alt=tr("data.text_title"),
    )
    st.button(
        tr("data.text_keep"), on_click=_change, kwargs={"text": "keep"}, icon=":material/block:"
    )


def _names(data: Workspace, draft: Draft) -> None:
    """Let a person say which cluster a label of the file means."""
    open_ones = [m for m in draft.matches if m.how not in ("code", "name")][:_DRAWN]
    if not open_ones:
        return
    st.subheader(tr("data.names"), anchor=False)
    names = dict(zip(data.clusters["cluster_id"], data.clusters["name"], strict=True))
    chosen = dict(draft.options.matches)
    for match in {m.label: m for m in open_ones}.values():
        near = [code for code, _ in match.candidates]
        choices = ["", *near, *(code for code in names if code not in near)]
        picked = st.selectbox(
            tr("data.name_of", label=match.label),
            choices,
            index=choices.index(match.cluster_id) if match.cluster_id in choices else None,
            placeholder=tr("data.name_choose"),
            format_func=lambda code, m=match: _cluster_words(code, names, dict(m.candidates)),
            key=f"match-{hashlib.sha256(match.label.encode()).hexdigest()[:12]}",
        )
        if picked is not None and (picked != match.cluster_id or match.how == "similar"):
            chosen[match.label] = picked
    if chosen != dict(draft.options.matches) and st.button(
        tr("data.names_use"), icon=":material/done_all:"
    ):
        _change(matches=chosen)
        st.rerun()


def _cluster_words(code: str, names: Mapping[str, str], near: Mapping[str, float]) -> str:
    if not code:
        return tr("data.name_leave_out")
    like = f" ({number(near[code], language(), 0, '%')})" if code in near else ""
    return f"{code} · {names[code]}{like}"


def _preview(data: Workspace, draft: Draft) -> None:
    """Draw the outlines in use under those of the file."""
    st.subheader(tr("data.preview"), anchor=False)
    both = draft.preview.sort_values("state", ascending=False, kind="stable").head(_DRAWN)
    shapes = [
        Shape(
            row["geometry"],
            OUTLINE_NEW if row["state"] == "new" else OUTLINE_OLD,
            str(row["name"]),
            (tr(f"data.preview_{row['state']}"),),
        )
        for row in both.sort_values("state", ascending=False).to_dict("records")
    ]
    with st.container(key="preview"):
        show_map(
            data.files,
            mapstyles.ground(data, set(data.communes["code"])),
            selected=None,
            focus=None,
            shapes=shapes,
            lang=language(),
            on_click=lambda _: None,
            height=420,
        )
    st.caption(tr("data.preview_legend"))


def _publish(store: Store) -> None:
    held = work()
    if "made" in held:
        _done(store, held)
        return
    draft: Draft = held["draft"]
    findingview.verdict(draft)
    asked = draft.of("ask")
    confirmed = True
    if asked:
        for finding in asked:
            st.markdown(f"- {findingview.plain(finding.message(language()))}")
        confirmed = st.checkbox(tr("data.confirm", count=len(asked)), key="import_confirm")
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=_go, args=("check",), icon=":material/arrow_back:")
        pressed = st.button(
            tr("data.do_publish"),
            type="primary",
            disabled=not confirmed,
            icon=":material/publish:",
        )
    if not pressed:
        return
    try:
        with st.spinner(tr("data.publishing")):
            made = importing.publish(
                store,
                draft,
                base=held["base"],
                files=held["files"],
                who=held["who"],
                confirmed=confirmed,
            )
            layerdata.build(made, settings().static, simplify_m=settings().simplify_m)
    except StoreError as error:
        held.pop("key", None)
        _go("check")
        st.error(error.message(language()), icon=":material/error:")
    except PhuThoError as error:
        st.error(error.message(language()), icon=":material/error:")
    else:
        held["made"] = made.snapshot_id
        st.rerun()


def _done(store: Store, held: Mapping[str, Any]) -> None:
    st.success(tr("data.published", snapshot=held["made"]), icon=":material/check_circle:")
    findingview.counts(held["draft"])
    before: Snapshot = held["base"]
    with st.container(horizontal=True):
        st.button(tr("data.another"), on_click=forget, icon=":material/add:", type="primary")
        if st.button(
            tr("data.undo", when=date(before.manifest.created, language())),
            icon=":material/undo:",
        ):
            store.restore(before.snapshot_id, who=held["who"])
            forget()
            st.rerun()
