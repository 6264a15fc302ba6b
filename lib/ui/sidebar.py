"""The sidebar: find, filter, legend, clear."""

from collections.abc import Callable, Sequence

import streamlit as st

from lib import search
from lib.filters import CLUSTER_FILTERS, CROSSING_FILTERS, MERGER_FILTERS, PROVINCES, Filter
from lib.schemas import CODES, value_label
from lib.text import sort_key
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_OPTIONS = {
    "status": "operation_status",
    "kind": "cluster_kind",
    "wastewater": "wastewater",
    "change": "change",
}
_CROSSING = {
    "verdict": ("cross_commune", "within", "undetermined"),
    "evidence": ("by_decision", "by_geometry", "both"),
    "lead_state": ("decided", "proposed", "undecided"),
}
_FAMILY = {"verdict": "verdict", "evidence": "evidence", "lead": "lead_state"}
_MAIN = ("province", "commune", "status", "change", "verdict", "split", "kept")
_SWITCHES = ("gaps", "split", "kept")
"""Filters that are only on or off."""
_FEW = 8


def value_name(data: Workspace) -> Callable[[str, str], str]:
    """Return the function that puts a filter's code in words."""
    names = data.communes.set_index("code")["name"]

    def name(key: str, code: str) -> str:
        if key == "province":
            return PROVINCES.get(code, code)
        if key == "commune":
            return str(names.get(code, code))
        if key in _OPTIONS:
            return value_label(_OPTIONS[key], code, language())
        if key in _FAMILY:
            return tr(f"crossing.value.{_FAMILY[key]}.{code}")
        return code

    return name


def find_box(data: Workspace) -> None:
    """Draw the search box: a click on a hit selects it and moves the map."""
    query = st.text_input(
        tr("sidebar.find"),
        key="find",
        placeholder=tr("sidebar.find_hint"),
        icon=":material/search:",
        live=True,
        max_chars=80,
    )
    if not query:
        return
    hits = search.find(query, data.index)
    if not hits:
        st.caption(tr("sidebar.found_nothing", query=escape(query)))
    for number, hit in enumerate(hits):
        st.button(
            f"{escape(hit.name)} :small[{escape(tr(f'sidebar.hit_{hit.kind}'))} · "
            f"{escape(hit.detail)}]",
            key=f"hit-{number}",
            on_click=_jump,
            args=(hit.target,),
            width="stretch",
        )


def _jump(target: str) -> None:
    state.select(target)
    st.session_state["find"] = ""


def escape(text: str) -> str:
    """Return `text` with what Markdown would read as a sign made plain."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~:$" else c for c in text)


def sample_switch(data: Workspace) -> bool:
    """Draw the switch for the sample outlines; return whether they are to be measured."""
    st.pills(
        tr("cross.samples"),
        ["yes"],
        selection_mode="multi",
        format_func=lambda _: tr("cross.samples"),
        key="samples",
        help=tr("cross.samples_help"),
        label_visibility="collapsed",
        disabled=data.schematic,
        persist_state="session",
    )
    if data.schematic:
        st.caption(tr("cross.samples_schematic"))
    return bool(state.chosen("samples")) and not data.schematic


def filters(data: Workspace, keys: Sequence[str]) -> None:
    """Draw the filters `keys`, the less used ones folded away."""
    by_key = {f.key: f for f in (*CLUSTER_FILTERS, *CROSSING_FILTERS, *MERGER_FILTERS)}
    for key in (k for k in _MAIN if k in keys):
        _filter(by_key[key], data)
    rest = [key for key in keys if key not in _MAIN]
    if rest:
        used = any(state.chosen(key) for key in rest)
        with st.expander(tr("sidebar.more_filters"), expanded=used):
            for key in rest:
                _filter(by_key[key], data)
    if any(state.chosen(key) for key in keys):
        st.button(
            tr("sidebar.clear"),
            icon=":material/filter_alt_off:",
            on_click=state.clear,
            args=tuple(keys),
            width="stretch",
        )


def _filter(item: Filter, data: Workspace) -> None:
    if item.key in state.NUMBERS:
        number_slider(item.key, tr(item.label))
        return
    options = _options(item.key, data)
    state.keep_known(item.key, set(options))
    name = value_name(data)
    if item.key == "commune":
        options = _typed_communes(item, data, options)
        if not options:
            return
    st.pills(
        tr(item.label),
        options,
        selection_mode="multi",
        format_func=lambda code: (
            tr(item.label) if item.key in _SWITCHES else escape(name(item.key, code))
        ),
        key=item.key,
        label_visibility="collapsed" if item.key in {"commune", *_SWITCHES} else "visible",
        persist_state="session",
    )


def number_slider(key: str, label: str, help_text: str | None = None) -> None:
    """Draw the slider of a number kept in the URL."""
    least, most, _ = state.NUMBERS[key]
    st.slider(
        label,
        least,
        most,
        key=key,
        step=state.STEPS.get(key, 1),
        help=help_text,
        persist_state="session",
    )


def _options(key: str, data: Workspace) -> list[str]:
    if key == "province":
        return list(PROVINCES)
    if key == "commune":
        return list(data.communes["code"])
    if key in _SWITCHES:
        return ["yes"]
    if key in _FAMILY:
        return list(_CROSSING[_FAMILY[key]])
    return list(CODES[_OPTIONS[key]])


def _typed_communes(item: Filter, data: Workspace, known: Sequence[str]) -> list[str]:
    """Return the communes to offer: those chosen, then those the typed letters find."""
    typed = st.text_input(
        tr(item.label), key="find-commune", placeholder=tr("sidebar.commune_hint"), live=True
    )
    chosen = state.chosen("commune")
    if not typed:
        return chosen
    index = tuple(entry for entry in data.index if entry[1].kind == "commune")
    found = [hit.target.partition(":")[2] for hit in search.find(typed, index, limit=_FEW)]
    names = data.communes.set_index("code")["name"]
    new = sorted(set(found) & set(known) - set(chosen), key=lambda c: sort_key(names[c]))
    return chosen + new
