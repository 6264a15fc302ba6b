"""The filters: one record each, with its options, widget, mask and sentence.

A record is all a filter is: pages draw it, its key stands in the address, its sentence on every
paper. A value is a stable code, so a link means the same in both languages; a value
that no row knows filters nothing away silently: it is dropped on reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from lib.language.text import Lang, t
from lib.register import masks, steps
from lib.register.delay import DELAYS
from lib.register.masks import PROVINCES, Mask
from lib.tables.glossary import CODES, value_label

Chosen = Mapping[str, Sequence[str]]
"""Filter key -> chosen codes; an empty choice filters nothing."""
List = Literal["clusters", "communes", "crossing", "merger", "power", "progress"]
"""What is filtered: the register, the communes on a map, the clusters on two communes, the
communes as the merger made them, the communes of the page on power, how far clusters are."""
Widget = Literal["pills", "switch", "typed", "slider", "listed"]

CROSSING: Final[Mapping[str, tuple[str, ...]]] = {
    "verdict": ("cross_commune", "within", "undetermined"),
    "evidence": ("by_decision", "by_geometry", "both"),
    "lead_state": ("decided", "proposed", "undecided"),
}
"""Codes of the cross-commune answer that can be chosen, in the order they are offered."""


@dataclass(frozen=True)
class Filter:
    """One filter.

    Parameters
    ----------
    key : str
        Name in the address; ``filters.<key>`` is what it is called.
    sentence : str
        Text key of its part of the sentence, with ``{values}``.
    mask : callable
        Frame and chosen codes -> boolean Series.
    lists : tuple of str
        What it filters, in each list in the order of `FILTERS`.
    options : tuple of str
        The codes to choose from; of a ``typed`` one they are the communes of the data.
    word : callable
        Code and language -> its word.
    widget : {"pills", "switch", "typed", "slider", "listed"}
        How it is chosen: several codes, on or off, communes found by typing, a number, names
        of a list.
    names : callable or None
        Register -> code and word of each option, of what only the data knows (``listed``).
    span : tuple of int
        Least, greatest and resting number of a slider; the least filters nothing.
    """

    key: str
    sentence: str
    mask: Mask
    lists: tuple[List, ...]
    options: tuple[str, ...] = ()
    word: Callable[[str, Lang], str] = lambda code, _: code
    widget: Widget = "pills"
    names: Callable[[pd.DataFrame], Mapping[str, str]] | None = None
    span: tuple[int, int, int] = (0, 0, 0)
    folded: bool = False

    @property
    def label(self) -> str:
        """Text key of what it is called."""
        return f"filters.{self.key}"


@dataclass(frozen=True)
class Filtered:
    """Result of filtering: mask, sentence, and which filters leave nothing."""

    mask: pd.Series
    sentence: str
    emptied_by: tuple[str, ...]


def _glossary(codes: str) -> Callable[[str, Lang], str]:
    return lambda code, lang: value_label(codes, code, lang)


def _answer(family: str) -> Callable[[str, Lang], str]:
    return lambda code, lang: t(f"crossing.value.{family}.{code}", lang)


FILTERS: Final[tuple[Filter, ...]] = (
    Filter(
        "province",
        "filters.in_province",
        masks.in_province,
        ("clusters", "communes", "crossing", "merger", "power", "progress"),
        tuple(PROVINCES),
        lambda code, _: PROVINCES.get(code, code),
    ),
    Filter(
        "commune",
        "filters.in_commune",
        masks.in_commune,
        ("clusters", "communes", "merger", "progress"),
        widget="typed",
    ),
    Filter(
        "status",
        "filters.with_status",
        masks.one_of("operation_status"),
        ("clusters", "progress"),
        CODES["operation_status"],
        _glossary("operation_status"),
    ),
    Filter(
        "delay",
        "filters.with_delay",
        masks.one_of("delay"),
        ("clusters",),
        DELAYS,
        lambda code, lang: t(f"delay.value.{code}", lang),
    ),
    Filter(
        "legal",
        "filters.with_legal",
        masks.one_of("legal_status"),
        ("clusters",),
        CODES["legal_status"],
        _glossary("legal_status"),
        folded=True,
    ),
    Filter(
        "kind",
        "filters.of_kind",
        masks.one_of("kind"),
        ("clusters",),
        CODES["cluster_kind"],
        _glossary("cluster_kind"),
        folded=True,
    ),
    Filter(
        "wastewater",
        "filters.with_wastewater",
        masks.one_of("wastewater"),
        ("clusters", "progress"),
        CODES["wastewater"],
        _glossary("wastewater"),
        folded=True,
    ),
    Filter(
        "two",
        "filters.with_two",
        masks.that_is("crosses"),
        ("clusters",),
        ("yes",),
        widget="switch",
        folded=True,
    ),
    Filter(
        "size_ha",
        "filters.with_size_ha",
        masks.at_least("area_ha"),
        ("clusters",),
        widget="slider",
        span=(0, 75, 0),
        folded=True,
    ),
    Filter(
        "investor",
        "filters.with_investor",
        masks.one_of("investor_code"),
        ("clusters",),
        widget="listed",
        names=masks.investors,
        folded=True,
    ),
    Filter(
        "gaps",
        "filters.with_gaps",
        masks.gaps,
        ("clusters",),
        ("yes",),
        widget="switch",
        folded=True,
    ),
    Filter(
        "step",
        "filters.on_step",
        masks.one_of("step"),
        ("progress",),
        (*steps.STEPS, steps.UNKNOWN),
        steps.label,
    ),
    Filter("late", "filters.that_are_late", masks.late, ("progress",), ("yes",), widget="switch"),
    Filter(
        "held",
        "filters.held_up",
        masks.held,
        ("progress",),
        CODES["obstacle_group"],
        _glossary("obstacle_group"),
        folded=True,
    ),
    Filter(
        "stale",
        "filters.not_updated",
        masks.stale,
        ("progress",),
        widget="slider",
        span=(0, 365, 0),
        folded=True,
    ),
    Filter(
        "change",
        "filters.with_change",
        masks.one_of("change"),
        ("crossing",),
        CODES["change"],
        _glossary("change"),
    ),
    Filter(
        "verdict",
        "filters.with_verdict",
        masks.one_of("verdict"),
        ("crossing",),
        CROSSING["verdict"],
        _answer("verdict"),
    ),
    Filter(
        "evidence",
        "filters.with_evidence",
        masks.one_of("evidence"),
        ("crossing",),
        CROSSING["evidence"],
        _answer("evidence"),
        folded=True,
    ),
    Filter(
        "lead",
        "filters.with_lead",
        masks.one_of("lead_state"),
        ("crossing",),
        CROSSING["lead_state"],
        _answer("lead_state"),
        folded=True,
    ),
    Filter(
        "min_ha",
        "filters.with_min_ha",
        masks.at_least("disputed_ha"),
        ("crossing",),
        widget="slider",
        span=(0, 40, 0),
        folded=True,
    ),
    Filter(
        "split",
        "filters.with_split",
        masks.that_is("split"),
        ("merger",),
        ("yes",),
        widget="switch",
    ),
    Filter(
        "kept", "filters.with_kept", masks.that_is("kept"), ("merger",), ("yes",), widget="switch"
    ),
)
"""Every filter, in the order they are drawn and said."""


def of(name: List) -> tuple[Filter, ...]:
    """Return the filters of one list."""
    return tuple(item for item in FILTERS if name in item.lists)


def apply(
    frame: pd.DataFrame,
    chosen: Chosen,
    filters: Sequence[Filter],
    *,
    value_name: Callable[[str, str], str],
    lang: Lang,
) -> Filtered:
    """Return the rows that pass every chosen filter, and the sentence for them.

    Parameters
    ----------
    chosen : mapping
        Filter key -> codes.
    value_name : callable
        Filter key and code -> the word for it in `lang`.
    """
    active = [f for f in filters if chosen.get(f.key)]
    masks = {f.key: f.mask(frame, chosen[f.key]) for f in active}
    every = pd.Series(data=True, index=frame.index)
    for mask in masks.values():
        every &= mask
    parts = [
        t(f.sentence, lang, values=", ".join(value_name(f.key, v) for v in chosen[f.key]))
        for f in active
    ]
    emptied_by: tuple[str, ...] = ()
    if active and not every.any():
        emptied_by = tuple(f.key for f in active if _rest(masks, f.key, frame.index).any())
        emptied_by = emptied_by or tuple(f.key for f in active)
    return Filtered(every, " · ".join(parts), emptied_by)


def _rest(masks: Mapping[str, pd.Series], without: str, index: pd.Index) -> pd.Series:
    """Return the rows that pass all filters but one."""
    left = pd.Series(data=True, index=index)
    for key, mask in masks.items():
        if key != without:
            left &= mask
    return left
