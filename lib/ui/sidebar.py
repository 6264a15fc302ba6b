"""The sidebar: find, filter, legend, clear."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import is_blank, plain, sort_key
from lib.layers.target import parse_target
from lib.places import search
from lib.register import filters as flt
from lib.register.filters import Filter
from lib.tables.ownlayers import layer_id_of
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_FEW = 8
_GO = "_go"
_BECAME = "_became"
_WITH_MARKERS = ("", "cross_commune")
"""Pages with markers of clusters; one without a place has no card there."""
_WITH_CLUSTERS = ("clusters", "power", "progress")
"""Pages with a card for every cluster."""
_BY_COMMUNE = ("", "clusters", "merger", "progress")
"""Pages with the filter of communes."""
_WITH_COMMUNES = ("", "clusters", "cross_commune", "merger", "power", "progress", "layers")
"""Pages with a map."""


def value_name(data: Workspace) -> Callable[[str, str], str]:
    """Return the function that puts a filter's code in words."""
    names = data.commune_names
    known = {item.key: item for item in flt.FILTERS}

    def name(key: str, code: str) -> str:
        item = known[key]
        if item.names:
            return data.names[key].get(code, code)
        return names.get(code, code) if item.widget == "typed" else item.word(code, language())

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
        # The map's script takes the first hit on Enter, once the hits are those of what is typed.
        st.html(str(Markup('<i class="ph-query" data-query="{}"></i>').format(query)))
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
    """Return the kind of a hit, what tells it from its namesakes, and the clause of an old name."""
    parts = [tr(f"sidebar.hit_{hit.kind}"), hit.detail]
    if hit.clause:
        parts.append(tr("sidebar.clause", clause=hit.clause))
    return " · ".join(parts)


def _page_of(hit: search.Hit, data: Workspace) -> str:
    """Return the page to go on to for `hit`; empty where the page that is shown has it."""
    here = state.page()
    if hit.codes:
        return "" if here in _BY_COMMUNE else "overview"
    if hit.kind == search.OWN:
        return "" if here == "layers" else "layers"
    if hit.target.startswith(("communes:", "country:")):
        return "" if here in _WITH_COMMUNES else "overview"
    on_map = here in _WITH_MARKERS and parse_target(hit.target, data.files) is not None
    return "" if on_map or here in _WITH_CLUSTERS else "clusters"


def _jump(hit: search.Hit, page: str) -> None:
    if hit.codes:
        st.session_state["commune"] = list(hit.codes)
    if hit.kind == search.OWN:
        st.session_state.update(own=layer_id_of(hit.detail), tab="see")
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


def filters(data: Workspace, keys: Sequence[str], *, clear: bool = True) -> Callable[[], None]:
    """Keep the place of the filters `keys`; return what draws them, the less used ones folded away.

    What is chosen stands in the session before its widget is drawn: a page draws its map first,
    and the browser has it while the rest is still on its way.

    Parameters
    ----------
    clear : bool
        Whether the button that forgets them is drawn; False where the page has its own.
    """
    shown = [item for item in flt.FILTERS if item.key in keys]
    for item in shown:
        _keep_known(item, data)
    place = st.container()

    def draw() -> None:
        with place:
            _filters([item for item in shown if not item.folded], data)
            rest = [item for item in shown if item.folded]
            if rest:
                used = any(state.chosen(item.key) for item in rest)
                words = tr("sidebar.more_filters")
                folded(words, partial(_filters, rest, data), key="more-filters", used=used)
            if clear:
                clear_button(keys)

    return draw


def _filters(items: Sequence[Filter], data: Workspace) -> None:
    for item in items:
        _filter(item, data)


def _keep_known(item: Filter, data: Workspace) -> None:
    """Drop chosen codes of a filter that the data does not know, as those of a mistyped link."""
    if item.widget == "switch":
        state.keep_known(item.key, {"yes"})
    elif item.names:
        state.keep_known(item.key, set(data.names[item.key]))
    elif item.widget != "slider":
        known = data.commune_names if item.widget == "typed" else item.options
        state.keep_known(item.key, set(known))


def folded(
    label: str, draw: Callable[[], None], *, key: str, used: bool, icon: str | None = None
) -> None:
    """Draw a box that begins open where its choices are `used`; what is folded is not sent.

    How it began stays: another beginning would be another box, and what had the keyboard is gone.
    """
    began = bool(st.session_state.setdefault(f"_began_{key}", used))
    with st.expander(label, expanded=began, icon=icon, key=key, on_change="rerun") as box:
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
    label = tr(item.label)
    if item.widget == "slider":
        number_slider(item.key, label)
        return
    if item.widget == "switch":
        switch(item.key, label)
        return
    if item.names:
        _listed(item, data.names[item.key])
        return
    typed = item.widget == "typed"
    options = list(data.commune_names) if typed else list(item.options)
    if typed:
        options = _typed_communes(item, data, options)
        if not options:
            return
    name = value_name(data)
    st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=lambda code: plain(name(item.key, code)),
        key=item.key,
        label_visibility="collapsed" if typed else "visible",
        persist_state="session",
    )


def _listed(item: Filter, names: Mapping[str, str]) -> None:
    st.multiselect(
        tr(item.label),
        list(names),
        format_func=names.__getitem__,
        key=item.key,
        placeholder=tr("sidebar.choose"),
        persist_state="session",
    )


def number_slider(key: str, label: str, help_text: str | None = None) -> None:
    """Draw the slider of a number kept in the URL."""
    slider = state.sliders()[key]
    st.slider(
        label,
        slider.least,
        slider.most,
        key=key,
        step=slider.step,
        help=help_text,
        persist_state="session",
    )


def _typed_communes(item: Filter, data: Workspace, known: Sequence[str]) -> list[str]:
    """Return the communes to offer: those chosen, then those the typed letters find."""
    typed = st.text_input(
        tr(item.label), key=f"find-{item.key}", placeholder=tr("sidebar.commune_hint"), live=True
    )
    chosen = state.chosen(item.key)
    if not typed:
        return chosen
    index = tuple(entry for entry in data.index if entry[1].target.startswith("communes:"))
    found = [hit.target.partition(":")[2] for hit in search.find(typed, index, limit=_FEW)]
    names = data.commune_names
    new = sorted(set(found) & set(known) - set(chosen), key=lambda c: sort_key(names[c]))
    return chosen + new
