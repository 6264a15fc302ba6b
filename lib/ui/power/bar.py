"""The sidebar of the page on power: what is drawn, what counts as remote and as weak."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from lib.language.text import date, number, plain
from lib.power.gaps import find
from lib.power.gaps import words as gapwords
from lib.power.gaps.find import Match, Wanted
from lib.power.gaps.measures import MEASURES, offered, on_slider
from lib.register import filters as flt
from lib.tables.glossary import value_label
from lib.ui import sidebar, state
from lib.ui.sidebar import folded, number_slider, switch
from lib.ui.state import language, tr

if TYPE_CHECKING:
    from lib.power import view  # loads Ibis: only where there is a log
    from lib.power.indices import Kind

_CHOSEN: Final = (
    *("weak", "difficult", "settled", "major", "match", "outages", "from", "to", "customers"),
    "side",
)


def keys() -> tuple[str, ...]:
    """Return what *clear* forgets: filters, choices and thresholds of the page."""
    thresholds = [m.key for m in MEASURES.values() if m.most]
    return (*(item.key for item in flt.of("power")), *_CHOSEN, *thresholds)


FAR_KM: Final = 8
"""Distance to a town a reader who asks for what is remote begins with; it can be moved."""
_KINDS: Final = ("all", "planned", "unplanned")


def wanted() -> Wanted:
    """Return which communes are listed, as `choose` last left it."""
    return cast("Wanted", state.choose_one("side", find.WANTED, "both"))


def choose(answer: find.Gaps, choice: find.Choice, inside: Collection[str]) -> None:
    """Draw the three choices of the page with how many communes each lists.

    Parameters
    ----------
    inside : collection of str
        Codes of the communes the filters leave.
    """
    communes = answer.communes[answer.communes["commune_code"].isin(list(inside))]
    remote, weak = communes["remote"], communes["weak"]
    counts = {"weak": int(weak.sum())}
    if choice.is_remote:
        counts |= {"remote": int(remote.sum()), "both": int((remote & weak).sum())}

    def label(code: str) -> str:
        name = tr(f"powerpage.side_{code}")
        if code not in counts:
            return name
        return tr("powerpage.side_count", name=name, count=number(counts[code], language()))

    st.segmented_control(
        tr("powerpage.side"),
        find.WANTED,
        format_func=label,
        key="side",
        required=True,
        label_visibility="collapsed",
        on_change=_begin_far,
        persist_state="session",
    )


def _begin_far() -> None:
    """Set a distance where a reader asks for what is remote and has called nothing so."""
    asked = any(state.chosen(key) for key in (*(m.key for m in on_slider("remote")), "difficult"))
    if st.session_state["side"] != "weak" and not asked:
        st.session_state["town_km"] = FAR_KM


def measure(*, log: bool, indices: bool) -> str:
    """Draw the choice of what is painted; without a log only what needs none is offered.

    The box cuts a long name, so the choices are short; the legend has the whole name and unit.

    Parameters
    ----------
    log, indices : bool
        Whether there is a log, and whether it has the customers that indices are made of.
    """
    known = [m.key for m in offered(log=log)]
    first = "saidi_min" if indices else "hours" if log else "town_km"
    state.choose_one("measure", known, first)
    chosen = st.selectbox(
        tr("powerpage.measure"),
        known,
        format_func={key: tr(f"powerpage.choice_{key}") for key in known}.__getitem__,
        key="measure",
        help=None if log else tr("powerpage.measure_no_log"),
        persist_state="session",
    )
    return str(chosen)


def _sentence_case(key: str) -> str:
    name = gapwords.measure_name(key, language())
    return name[0].upper() + name[1:]


def gap_choice(*, log: bool) -> find.Choice:
    """Draw the thresholds of remote and weak; return them."""
    state.keep_known("difficult", {"yes"})
    state.choose_one("match", ("all", "any"), "all")
    remote_keys = [m.key for m in on_slider("remote")]
    used = any(state.chosen(key) for key in (*remote_keys, "difficult"))
    folded(
        tr("powerpage.remote"),
        partial(_remote_thresholds, remote_keys),
        key="thresholds-remote",
        used=used,
        icon=":material/distance:",
    )
    weak_keys = [m.key for m in on_slider("weak")] if log else []
    state.keep_known("weak", set(find.WEAK_KINDS))
    state.keep_known("settled", {"yes"})
    used = any(state.chosen(key) for key in (*weak_keys, "weak", "settled"))
    folded(
        tr("powerpage.weak"),
        partial(_weak_thresholds, weak_keys),
        key="thresholds-weak",
        used=used,
        icon=":material/bolt:",
    )
    return find.Choice(
        thresholds={
            key: float(st.session_state[key])
            for key in (*remote_keys, *weak_keys)
            if state.chosen(key)
        },
        kinds=tuple(state.chosen("weak")),
        difficult=bool(state.chosen("difficult")),
        match=cast("Match", st.session_state["match"]),
        settled=bool(state.chosen("settled")),
        wanted=wanted(),
    )


def _remote_thresholds(shown: Sequence[str]) -> None:
    st.caption(tr("powerpage.thresholds_help"))
    for key in shown:
        number_slider(key, _threshold_label(key))
    switch("difficult", value_label("weak_kind", find.DIFFICULT, language()))
    st.segmented_control(
        tr("powerpage.match"),
        ("all", "any"),
        format_func=lambda code: tr(f"powerpage.match_{code}"),
        key="match",
        required=True,
        persist_state="session",
    )


def _weak_thresholds(shown: Sequence[str]) -> None:
    st.pills(
        tr("powerpage.kinds"),
        find.WEAK_KINDS,
        selection_mode="multi",
        format_func=lambda kind: plain(value_label("weak_kind", kind, language())),
        key="weak",
        help=tr("powerpage.kinds_help"),
        persist_state="session",
    )
    switch("settled", tr("powerpage.settled"))
    for key in shown:
        number_slider(key, _threshold_label(key))


def _threshold_label(key: str) -> str:
    unit = tr(f"gaps.unit_{key}")
    return f"{_sentence_case(key)} {MEASURES[key].rule()} ({unit})"


def log_choice(months: Sequence[str]) -> view.Choice:
    """Draw the choices of a log: planned or not, the period, how small a commune counts."""
    lang = language()
    with st.expander(tr("powerpage.log"), icon=":material/history:"):
        state.choose_one("outages", _KINDS, "all")
        st.segmented_control(
            tr("powerpage.outages"),
            _KINDS,
            format_func=lambda kind: tr(f"powerpage.outages_{kind}"),
            key="outages",
            required=True,
            persist_state="session",
        )
        for key, otherwise in (("from", months[0]), ("to", months[-1])):
            state.choose_one(key, months, otherwise)
            st.selectbox(
                tr(f"powerpage.{key}"),
                months,
                format_func=lambda month: date(month, lang),
                key=key,
                persist_state="session",
            )
        number_slider("customers", tr("powerpage.customers"))
        switch("major", tr("powerpage.major"))
    from lib.power import view  # noqa: PLC0415 - loads Ibis: only where there is a log

    return view.Choice(
        planned=cast("Kind", st.session_state["outages"]),
        first_month=str(st.session_state["from"]),
        last_month=str(st.session_state["to"]),
        exclude_major_days=bool(state.chosen("major")),
        minimum_customers=int(st.session_state["customers"]),
    )


def grid_switch(*, allowed: bool) -> bool:
    """Draw the switch of the grid, off at first; nothing where it is kept back."""
    if not allowed:
        return False
    return switch("grid", tr("powerpage.grid"))


def clear_button() -> None:
    """Draw the button that forgets every filter of the page, where any is set."""
    sidebar.clear_button(keys(), {*state.multi(), *state.sliders()})


def part(known: Sequence[str]) -> str:
    """Draw the choice of what stands under the map."""
    state.choose_one("part", known, known[0])
    chosen = st.segmented_control(
        tr("powerpage.part"),
        known,
        format_func=lambda name: tr(f"powerpage.part_{name}"),
        key="part",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return str(chosen)
