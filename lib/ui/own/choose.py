"""Choose an own layer, how it is drawn, and filters made of its columns."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.language.text import date, plain
from lib.layers.own.look import MOST_SIGNS, Look, looks_of
from lib.layers.own.total import AREAS, Area, Choice, areas_of
from lib.layers.own.words import look_words
from lib.tables.glossary import value_label
from lib.tables.ownlayers import MATCHES, OwnLayer
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_NUMBERS: Final = 4
"""Most columns of numbers that get a slider: more would hide the map's own choices."""
BEHIND: Final = "_own_behind"
"""Area whose rows are looked at: layer, kind of area, its name."""


def layer_box(data: Workspace) -> OwnLayer | None:
    """Draw the choice of the layer; return it, None where there is none."""
    layers = {layer.layer_id: layer for layer in data.own}
    if not layers:
        return None
    state.choose_one("own", list(layers), next(iter(layers)))
    chosen = st.selectbox(
        tr("ownpage.layer"),
        list(layers),
        format_func=lambda code: layers[code].name,
        key="own",
        persist_state="session",
    )
    return layers[chosen]


def look_box(layer: OwnLayer) -> Look:
    """Draw the choice of how the layer is drawn; return it."""
    looks, lang = looks_of(layer), language()
    state.choose_one("ownlook", list(looks), next(iter(looks)))
    chosen = st.selectbox(
        tr("ownpage.look"),
        list(looks),
        format_func=lambda code: look_words(looks[code], lang),
        key="ownlook",
        persist_state="session",
    )
    look = looks[chosen]
    if look.kind == "signs" and len(layer.rows) > MOST_SIGNS:
        st.caption(tr("ownpage.many_signs"))
    return look


def filters(data: Workspace, layer: OwnLayer) -> Choice:
    """Draw the filters of a layer: words, categories, numbers, months, how places were found."""
    mark = layer.layer_id
    words = st.text_input(
        tr("ownpage.words"), key=f"ownwords-{mark}", icon=":material/search:", max_chars=80
    )
    categories = {
        name: st.pills(
            plain(name),
            sorted(layer.cells[name].dropna().unique()),
            selection_mode="multi",
            format_func=plain,
            key=f"owncat-{mark}-{_place(layer, name)}",
        )
        for name in layer.categories
    }
    return Choice(
        words or "",
        categories,
        _ranges(layer),
        _days(layer),
        _matches(layer),
        _behind(data, layer),
    )


def _place(layer: OwnLayer, name: str) -> int:
    return [column.name for column in layer.columns].index(name)


def _ranges(layer: OwnLayer) -> Mapping[str, tuple[float, float]]:
    ranges = {}
    for name in layer.quantities[:_NUMBERS]:
        figures = layer.typed[name].dropna()
        least, most = float(figures.min()), float(figures.max())
        if figures.nunique() < 3:  # noqa: PLR2004 - a slider of two places is a choice
            continue
        chosen: tuple[float, float] = st.slider(
            plain(name),
            least,
            most,
            (least, most),
            key=f"ownnum-{layer.layer_id}-{_place(layer, name)}",
        )
        if chosen != (least, most):
            ranges[name] = chosen
    return ranges


def _days(layer: OwnLayer) -> Mapping[str, tuple[dt.date, dt.date]]:
    """Draw the period of the first column of dates, by months, and the steps through them."""
    name = next(iter(layer.of_type("date")), None)
    if name is None:
        return {}
    known = map(str, layer.typed[name].dropna().unique())
    months = sorted({text[:7] for text in known if len(text) >= len("yyyy-mm")})
    if len(months) < 2:  # noqa: PLR2004 - one month is no period
        return {}
    span = [f"{month}" for month in pd.period_range(months[0], months[-1], freq="M")]
    key = f"ownmonth-{layer.layer_id}"
    held = st.session_state.get(key)
    if not (isinstance(held, tuple | list) and all(one in span for one in held)):
        st.session_state[key] = (span[0], span[-1])
    st.select_slider(
        tr("ownpage.months", column=plain(name)),
        span,
        format_func=lambda month: date(month, language()),
        key=key,
    )
    first, last = st.session_state[key]
    with st.container(horizontal=True):
        for step, icon in ((-1, "chevron_left"), (1, "chevron_right")):
            st.button(
                tr("ownpage.month_before" if step < 0 else "ownpage.month_after"),
                icon=f":material/{icon}:",
                on_click=_step,
                args=(key, span, step),
                key=f"{key}-{step}",
            )
    if (first, last) == (span[0], span[-1]):
        return {}
    end = pd.Period(last, freq="M").end_time.date()
    return {name: (dt.date.fromisoformat(f"{first}-01"), end)}


def _step(key: str, span: list[str], step: int) -> None:
    """Show one month: the next one to those shown, from all of them the first or the last."""
    first, last = st.session_state[key]
    if (first, last) == (span[0], span[-1]):
        at = 0 if step > 0 else len(span) - 1
    else:
        at = span.index(last if step > 0 else first) + step
    at = min(max(at, 0), len(span) - 1)
    st.session_state[key] = (span[at], span[at])


def _matches(layer: OwnLayer) -> tuple[str, ...]:
    there = [match for match in MATCHES if (layer.rows["match"] == match).any()]
    if len(there) < 2:  # noqa: PLR2004 - nothing to choose
        return ()
    chosen = st.pills(
        tr("ownpage.matches"),
        there,
        selection_mode="multi",
        format_func=lambda match: value_label("own_match", match, language()),
        key=f"ownmatch-{layer.layer_id}",
    )
    return tuple(chosen)


def _behind(data: Workspace, layer: OwnLayer) -> frozenset[str] | None:
    """Return the communes of the area whose rows are looked at; None for all."""
    held: Any = st.session_state.get(BEHIND)
    if not held or held[0] != layer.layer_id:
        return None
    _, area, name = held
    names = area_names(data, area)
    st.button(
        tr("ownpage.behind", area=plain(name)),
        icon=":material/close:",
        on_click=lambda: st.session_state.pop(BEHIND, None),
        key="own-behind",
    )
    return frozenset(code for code, called in names.items() if called == name)


def area_names(data: Workspace, area: Area) -> Mapping[str, str]:
    """Return commune -> the area it is counted under."""
    return areas_of(data.commune_rows, data.tables["former_units"], area)


def look_at(layer: OwnLayer, area: Area, name: str) -> None:
    """Look at the rows of one area, or of all again; used as a callback."""
    if area in AREAS and name:
        st.session_state[BEHIND] = (layer.layer_id, area, name)
    else:
        st.session_state.pop(BEHIND, None)
