"""The sidebar: find, filter, legend, clear."""

from collections.abc import Callable, Collection, Sequence

import pandas as pd
import streamlit as st

from lib.language.text import is_blank, sort_key
from lib.layers.target import parse_target
from lib.places import search
from lib.register.filters import (
    CLUSTER_FILTERS,
    CROSSING_FILTERS,
    MERGER_FILTERS,
    PROVINCES,
    Filter,
)
from lib.tables.glossary import CODES, value_label
from lib.ui import state
from lib.ui.state import language, plain, tr
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
_GO = "_go"
_BECAME = "_became"
_WITH_MARKERS = ("", "cross_commune")
"""Pages with markers of clusters; one without a place has no card there."""
_WITH_CLUSTERS = ("clusters", "power")
"""Pages with a card for every cluster."""
_BY_COMMUNE = ("", "clusters", "merger")
"""Pages with the filter of communes."""
_WITH_COMMUNES = ("", "clusters", "cross_commune", "merger", "power")
"""Pages with a map."""


def value_name(data: Workspace) -> Callable[[str, str], str]:
    """Return the function that puts a filter's code in words."""
    names = data.commune_names

    def name(key: str, code: str) -> str:
        if key == "province":
            return PROVINCES.get(code, code)
        if key == "commune":
            return names.get(code, code)
        if key in _OPTIONS:
            return value_label(_OPTIONS[key], code, language())
        if key in _FAMILY:
            return tr(f"crossing.value.{_FAMILY[key]}.{code}")
        return code

    return name


def find_box(data: Workspace) -> None:
    """Draw the search box: a click on a hit selects it and moves the map.

    A hit on a page that does not show it goes on to the page that does. What an
    old name became is said under the box as long as the place stays selected.
    """
    go = st.session_state.pop(_GO, "")
    if go:
        st.switch_page(f"pages/{go}.py")
    query = st.text_input(
        tr("sidebar.find"),
        key="find",
        placeholder=tr("sidebar.find_hint"),
        icon=":material/search:",
        live=True,
        max_chars=80,
    )
    if not query:
        _say_what_it_became()
        return
    hits = search.find(query, data.index)
    if not hits:
        st.caption(tr("sidebar.found_nothing", query=plain(query)))
    with st.container(key="hits", gap="xsmall"):
        _say_namesakes(search.namesakes(query, hits))
        for number, hit in enumerate(hits):
            st.button(
                f"**{plain(hit.name)}** :small[{plain(_told(hit))}]",
                key=f"hit-{number}",
                on_click=_jump,
                args=(hit, _page_of(hit, data)),
                width="stretch",
            )


def _say_namesakes(several: Sequence[search.Hit]) -> None:
    """Say that one old name is that of several former units, and of which districts."""
    if not several:
        return
    named = [
        tr("sidebar.namesake", unit=hit.name, district=hit.detail.partition(" → ")[0])
        for hit in several
    ]
    kinds = {hit.name.partition(" ")[0] for hit in several}
    key = "sidebar.namesakes_commune" if kinds == {"xã"} else "sidebar.namesakes"
    told = tr(key, count=len(several), names="; ".join(named))
    st.markdown(f":small[{plain(told)}]")


def _told(hit: search.Hit) -> str:
    """Return what a hit is, what tells it from its namesakes, and the clause of an old name."""
    parts = [tr(f"sidebar.hit_{hit.kind}"), hit.detail]
    if hit.clause:
        parts.append(tr("sidebar.clause", clause=hit.clause))
    return " · ".join(parts)


def _page_of(hit: search.Hit, data: Workspace) -> str:
    """Return the page to go on to for `hit`; empty where the page that is shown has it."""
    here = state.page()
    if hit.codes:
        return "" if here in _BY_COMMUNE else "overview"
    if hit.target.startswith(("communes:", "country:")):
        return "" if here in _WITH_COMMUNES else "overview"
    on_map = here in _WITH_MARKERS and parse_target(hit.target, data.files) is not None
    return "" if on_map or here in _WITH_CLUSTERS else "clusters"


def _jump(hit: search.Hit, page: str) -> None:
    if hit.codes:
        st.session_state["commune"] = list(hit.codes)
    state.select(hit.target)
    st.session_state["find"] = ""
    st.session_state[_BECAME] = hit
    if page:
        st.session_state[_GO] = page


def _say_what_it_became() -> None:
    hit: search.Hit | None = st.session_state.get(_BECAME)
    if hit and hit.told and st.session_state.get("sel") == hit.target:
        st.caption(plain(hit.told.sentence(language())))


def sample_switch(data: Workspace) -> bool:
    """Draw the switch for the sample outlines; return whether they are to be measured."""
    chosen = switch(
        "samples", tr("cross.samples"), tr("cross.samples_help"), disabled=data.schematic
    )
    if data.schematic:
        st.caption(tr("cross.samples_schematic"))
    return chosen and not data.schematic


def sample_places(samples: pd.DataFrame) -> None:
    """Say where the sample outlines lie; a click on one selects it, and the map goes there.

    Parameters
    ----------
    samples : DataFrame
        Their rows of `lib.crossing.summary.summarise`; none draws nothing.
    """
    if samples.empty:
        return
    columns = ("cluster_id", "cluster_name", "communes")
    with st.container(key="sample-places", gap="xsmall"):
        st.markdown(f":small[{tr('cross.sample_places', count=len(samples))}]")
        for code, name, communes in zip(*(samples[column] for column in columns), strict=True):
            place = tr("common.no_data") if is_blank(communes) else communes
            st.button(
                f"**{plain(name)}** :small[{plain(place)}]",
                key=f"sample-{code}",
                on_click=state.select,
                args=(f"clusters:{code}",),
                width="stretch",
            )


def filters(data: Workspace, keys: Sequence[str], *, clear: bool = True) -> None:
    """Draw the filters `keys`, the less used ones folded away.

    Parameters
    ----------
    data : Workspace
        The data in use.
    keys : sequence of str
        Keys of the filters.
    clear : bool
        Whether the button that forgets them is drawn; False where the page has its own.
    """
    by_key = {f.key: f for f in (*CLUSTER_FILTERS, *CROSSING_FILTERS, *MERGER_FILTERS)}
    for key in (k for k in _MAIN if k in keys):
        _filter(by_key[key], data)
    rest = [key for key in keys if key not in _MAIN]
    if rest:

        def draw() -> None:
            for key in rest:
                _filter(by_key[key], data)

        used = any(state.chosen(key) for key in rest)
        folded(tr("sidebar.more_filters"), draw, key="more-filters", used=used)
    if clear:
        clear_button(keys)


def folded(
    label: str, draw: Callable[[], None], *, key: str, used: bool, icon: str | None = None
) -> None:
    """Draw a box that is open where its choices are `used`; what is folded away is not sent."""
    with st.expander(label, expanded=used, icon=icon, key=key, on_change="rerun") as box:
        if box.open or used:
            draw()


def switch(key: str, words: str, help_text: str | None = None, *, disabled: bool = False) -> bool:
    """Draw what is only on or off; return whether it is on."""
    state.keep_known(key, {"yes"})
    st.pills(
        words,
        ["yes"],
        selection_mode="multi",
        format_func=lambda _: plain(words),
        key=key,
        help=help_text,
        label_visibility="collapsed",
        disabled=disabled,
        persist_state="session",
    )
    return bool(state.chosen(key))


def clear_button(keys: Sequence[str], among: Collection[str] | None = None) -> None:
    """Draw the button that forgets the choices of `keys`, where any is made (of `among`, if given).

    Parameters
    ----------
    keys : sequence of str
        Keys of the choices.
    among : collection of str or None
        Keys whose choice counts; others always have one. All by default.
    """
    if any(state.chosen(key) for key in keys if among is None or key in among):
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
    if item.key in _SWITCHES:
        switch(item.key, tr(item.label))
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
        format_func=lambda code: plain(name(item.key, code)),
        key=item.key,
        label_visibility="collapsed" if item.key == "commune" else "visible",
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
        return list(data.commune_names)
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
    index = tuple(entry for entry in data.index if entry[1].target.startswith("communes:"))
    found = [hit.target.partition(":")[2] for hit in search.find(typed, index, limit=_FEW)]
    names = data.commune_names
    new = sorted(set(found) & set(known) - set(chosen), key=lambda c: sort_key(names[c]))
    return chosen + new
