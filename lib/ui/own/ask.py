"""Questions on a table that is brought as a layer: its columns, its system, names of communes."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib.importing.draft import Draft
from lib.importing.ownlayers.rows import Wanted
from lib.language.findings import Finding
from lib.language.text import plain, sort_key
from lib.tables.ownlayers import OwnLayer
from lib.ui.data import asks
from lib.ui.state import tr
from lib.ui.workspace import Workspace

_WORK: Final = "_own"
_ASKED: Final = 40
"""Most names asked at once."""
_SPLIT: Final = "registers.commune_split"
_AMBIGUOUS: Final = "registers.commune_ambiguous"
_WHY: Final = {
    _SPLIT: "split",
    _AMBIGUOUS: "several",
    "ownlayers.like_several": "several",
    "ownlayers.similar": "similar",
    "registers.commune_unknown": "unknown",
    "registers.commune_left_blank": "unknown",
    "registers.commune_several": "unknown",
}
"""Finding on a name a person may decide on -> what is asked."""


def work() -> dict[str, Any]:
    """Return the session state of this visitor's table."""
    held: dict[str, Any] = st.session_state.setdefault(_WORK, {})
    return held


def forget() -> None:
    """Let go of the table; used as a callback."""
    st.session_state[_WORK] = {}


def columns(draft: Draft, wanted: Wanted, layer: OwnLayer | None) -> None:
    """Let a person say which column names the commune, and which number is painted."""
    if not draft.headings:
        return
    titles = list(draft.headings[0][1].titles)
    place = wanted.place or (layer.place if layer else "")
    numbers = list(layer.of_type("number")) if layer else titles
    left, right = st.columns(2)
    with left:
        _one_of("ownpage.place_column", ["", *titles], place, "place")
    with right:
        _one_of("ownpage.value_column", ["", *numbers], wanted.value, "value")


def _one_of(words: str, choices: Sequence[str], now: str, field: str) -> None:
    none = tr(f"ownpage.no_{field}")
    picked = st.selectbox(
        tr(words),
        choices,
        index=choices.index(now) if now in choices else 0,
        format_func=lambda name: name or none,
        key=f"own-column-{field}-{hashlib.sha256(now.encode()).hexdigest()[:8]}",
    )
    if picked is not None and picked != now:
        _change(**{field: picked})
        st.rerun()


def _change(**choices: Any) -> None:  # noqa: ANN401 - fields of Wanted
    held = work()
    held["wanted"] = replace(held["wanted"], **choices)


def system(draft: Draft, wanted: Wanted) -> None:
    """Draw the choice of the coordinate system where the file leaves it open."""
    asks.system(draft, wanted.crs, swapped=wanted.swapped, then=_change)


def _open_names(draft: Draft) -> dict[str, Finding]:
    """Return each name a person may decide on -> what was said of it first."""
    found: dict[str, Finding] = {}
    for finding in draft.findings:
        value = finding.values.get("value")
        if finding.key in _WHY and value:
            found.setdefault(str(value), finding)
    return found


def names(data: Workspace, draft: Draft, wanted: Wanted) -> None:
    """Let a person say which commune a name means: split, alike or unknown ones."""
    open_ones = _open_names(draft)
    if not open_ones:
        return
    st.subheader(tr("ownpage.ask"), anchor=False)
    st.caption(tr("ownpage.ask_help"))
    known = {
        row["code"]: f"{row['kind']} {row['name']}"
        for row in data.commune_rows[["code", "kind", "name"]].to_dict("records")
    }
    ordered = sorted(known, key=lambda code: sort_key(known[code]))
    named = {"": tr("ownpage.leave"), **known}
    chosen = dict(wanted.communes)
    sides = st.columns(2)
    for at, (name, finding) in enumerate(list(open_ones.items())[:_ASKED]):
        codes = str(finding.values.get("codes", "")).split()
        only = finding.key in (_SPLIT, _AMBIGUOUS)
        choices = ["", *codes, *([] if only else [c for c in ordered if c not in codes])]
        with sides[at % 2]:
            picked = st.selectbox(
                tr("data.commune_of", label=plain(name)),
                choices,
                index=choices.index(chosen[name]) if chosen.get(name) in choices else None,
                placeholder=tr(
                    f"ownpage.ask_{_WHY[finding.key]}",
                    communes=finding.values.get("communes", ""),
                ),
                format_func=lambda code: named.get(code, code),
                key=f"own-name-{hashlib.sha256(name.encode()).hexdigest()[:12]}",
            )
        if picked is not None:
            chosen[name] = picked
    if st.button(
        tr("data.names_use"),
        icon=":material/done_all:",
        disabled=chosen == dict(wanted.communes),
        key="own-names-use",
    ):
        _change(communes=chosen)
        st.rerun()


def lenient(draft: Draft, wanted: Wanted) -> None:
    """Let a person keep rows whose place is not known; they stay in the table, off the map."""
    if not (draft.refused or wanted.skip_unknown):
        return
    kept = st.checkbox(
        tr("ownpage.skip_unknown"),
        value=wanted.skip_unknown,
        key="own_skip",
        help=tr("ownpage.skip_unknown_help"),
    )
    if kept != wanted.skip_unknown:
        _change(skip_unknown=kept)
        st.rerun()
