"""Second step of an import: what was read, the findings, the questions, a preview."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from lib.access import acts, limits
from lib.importing.apart import sandbox
from lib.importing.draft import Draft, Options
from lib.importing.readers import registry
from lib.language.text import plain
from lib.layers.browser import Shape
from lib.layers.looks.symbols import OUTLINE_NEW, OUTLINE_OLD
from lib.layers.target import Target
from lib.store.store import Snapshot
from lib.ui import visitor
from lib.ui.data import asks, findings
from lib.ui.data.work import change, forget, go, work
from lib.ui.downloads import button
from lib.ui.maps import styles
from lib.ui.maps.view import show_map
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_DRAWN: Final = 60
"""Most outlines drawn in the preview: what matters is seen, and the message stays small."""


def _draft(base: Snapshot) -> Draft:
    """Return the draft for what is chosen now; made once for the same choice."""
    held = work()
    options: Options = held["options"]
    acts.require_import(visitor.actor(), options.kind)
    names = json.dumps([sorted(held["files"]), base.snapshot_id, repr(options)])
    key = hashlib.sha256(names.encode()).hexdigest()
    if held.get("key") != key:
        with st.spinner(tr("data.checking")):
            draft = _read(held["files"], options, base)
        held.update(draft=draft, key=key, base=base)
    found: Draft = held["draft"]
    return found


def _read(files: Mapping[str, bytes], options: Options, base: Snapshot) -> Draft:
    """Have the files read and checked; when the tab is closed or left, that ends too."""
    asked = st.empty()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at, (name, content) in enumerate(files.items()):
            suffix = Path(name).suffix.lower()
            path = Path(folder) / f"{at}{suffix if suffix in registry.accepted() else ''}"
            path.write_bytes(content)
            paths.append((path, name))
        # Whatever is drawn is where Streamlit ends a run that nobody waits for any more.
        return sandbox.draft_of(paths, options, base, waiting=lambda: (asked.empty(), None)[1])


def check_step(data: Workspace, base: Snapshot) -> None:
    """Draw what was found, what is asked, and the outlines before and after."""
    draft = _draft(base)
    findings.verdict(draft)
    refusal = limits.refusal(visitor.actor(), base, draft.tables)
    if refusal is not None:
        st.error(said(refusal), icon=":material/block:")
    asks.system(draft, draft.options.crs, swapped=draft.options.swapped, then=change)
    _texts(draft)
    asks.replacing(draft, base)
    asks.names(data, draft)
    asks.communes(data, draft)
    asks.columns(draft)
    findings.table(draft)
    if len(draft.preview):
        _preview(data, draft)
    with st.container(horizontal=True):
        st.button(tr("data.back"), on_click=forget, icon=":material/arrow_back:")
        button(
            tr("data.report"),
            json.dumps(draft.report(language()), ensure_ascii=False, indent=1, default=str),
            visitor.file_name(tr("data.report_file"), brought=True),
            icon=":material/description:",
        )
        st.button(
            tr("data.to_publish"),
            type="primary",
            disabled=draft.refused or not draft.changes or refusal is not None,
            on_click=go,
            args=("publish",),
            icon=":material/arrow_forward:",
        )


def _texts(draft: Draft) -> None:
    """Show text in an old font before and after, and let a person decide."""
    if not draft.text_before_after:
        return
    st.table(
        pd.DataFrame(
            [map(plain, pair) for pair in draft.text_before_after],
            columns=[tr("data.text_before"), tr("data.text_after")],
        ).set_index(tr("data.text_before")),
        alt=tr("data.text_title"),
    )
    st.button(
        tr("data.text_keep"), on_click=change, kwargs={"text": "keep"}, icon=":material/block:"
    )


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
            styles.ground(data, set(data.communes["code"])),
            selected=None,
            focus=Target("preview", str(both["code"].iloc[0])),
            shapes=shapes,
            lang=language(),
            on_click=lambda _: None,
            height=420,
        )
    st.caption(tr("data.preview_legend"))
