"""Filters of the register: each yields a mask AND the sentence that says it.

A value is a stable code, so a link means the same in both languages; a value
that no row knows filters nothing away silently: it is dropped on reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.language.text import Lang, t
from lib.settings import province

Chosen = Mapping[str, Sequence[str]]
"""Filter key -> chosen codes; an empty choice filters nothing."""

PROVINCES: Final = {former.slug: former.name for former in province().former}
"""Codes of the former provinces in links, and their names in the tables."""


@dataclass(frozen=True)
class Filter:
    """One filter.

    Parameters
    ----------
    key : str
        Name in the URL.
    label : str
        Text key of the widget.
    sentence : str
        Text key of its part of the sentence, with ``{values}``.
    mask : callable
        Frame and chosen codes -> boolean Series.
    """

    key: str
    label: str
    sentence: str
    mask: Callable[[pd.DataFrame, Sequence[str]], pd.Series]


@dataclass(frozen=True)
class Filtered:
    """What is left, how to say it, and which filter to lift if nothing is."""

    mask: pd.Series
    sentence: str
    emptied_by: tuple[str, ...]


def _one_of(column: str) -> Callable[[pd.DataFrame, Sequence[str]], pd.Series]:
    return lambda frame, values: frame[column].isin(values)


def _is(column: str) -> Callable[[pd.DataFrame, Sequence[str]], pd.Series]:
    return lambda frame, values: frame[column] | (len(values) == 0)


def _province(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    return frame["former_province"].isin([PROVINCES[v] for v in values if v in PROVINCES])


def _commune(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    wanted = set(values)
    return frame["commune_codes"].map(lambda codes: not wanted.isdisjoint(codes)).astype(bool)


def _at_least(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    return frame["disputed_ha"].ge(float(values[0])).fillna(value=False).astype(bool)


def _gaps(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    return frame["missing"].map(len).gt(0) | (len(values) == 0)


PROVINCE: Final = Filter("province", "filters.province", "filters.in_province", _province)
COMMUNE: Final = Filter("commune", "filters.commune", "filters.in_commune", _commune)

CLUSTER_FILTERS: Final = (
    PROVINCE,
    COMMUNE,
    Filter("status", "filters.status", "filters.with_status", _one_of("operation_status")),
    Filter("kind", "filters.kind", "filters.of_kind", _one_of("kind")),
    Filter("wastewater", "filters.wastewater", "filters.with_wastewater", _one_of("wastewater")),
    Filter("gaps", "filters.gaps", "filters.with_gaps", _gaps),
)
"""Filters of the register of clusters, in the order they are said."""

COMMUNE_FILTERS: Final = (PROVINCE, COMMUNE)
"""Filters that also mean something for communes and places with weak supply."""


CROSSING_FILTERS: Final = (
    PROVINCE,
    Filter("change", "filters.change", "filters.with_change", _one_of("change")),
    Filter("verdict", "filters.verdict", "filters.with_verdict", _one_of("verdict")),
    Filter("evidence", "filters.evidence", "filters.with_evidence", _one_of("evidence")),
    Filter("lead", "filters.lead", "filters.with_lead", _one_of("lead_state")),
    Filter("min_ha", "filters.min_ha", "filters.with_min_ha", _at_least),
)
"""Filters of the clusters on two communes."""


MERGER_FILTERS: Final = (
    PROVINCE,
    COMMUNE,
    Filter("split", "filters.split", "filters.with_split", _is("split")),
    Filter("kept", "filters.kept", "filters.with_kept", _is("kept")),
)
"""Filters of the communes as the merger made them."""


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
    frame : DataFrame
        With the columns the filters ask for.
    chosen : mapping
        Filter key -> codes.
    filters : sequence of Filter
        The filters of this table.
    value_name : callable
        Filter key and code -> the word for it in `lang`.
    lang : {"vi", "en"}
        Language of the sentence.
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
