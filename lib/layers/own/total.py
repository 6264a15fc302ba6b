"""Rows of an own layer that filters leave, and their sums by commune, district and province."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from lib.language.text import fold, is_blank
from lib.tables.ownlayers import OwnLayer

Area = Literal["commune", "district", "province"]
AREAS: Final[tuple[Area, ...]] = ("commune", "district", "province")
_SEVERAL: Final = "; "
_DAY_ONE: Final = {len("yyyy"): "-01-01", len("yyyy-mm"): "-01"}


@dataclass(frozen=True)
class Choice:
    """Filters on the columns of a layer.

    Parameters
    ----------
    words : str
        Looked for in every cell, without marks.
    categories : mapping
        Heading -> texts that pass; none chosen passes all.
    ranges : mapping
        Heading of numbers -> least and greatest.
    days : mapping
        Heading of dates -> first and last day.
    matches : tuple of str
        How the place was found; empty passes all.
    communes : collection or None
        Codes of the communes whose rows pass.
    """

    words: str = ""
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    days: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)
    matches: tuple[str, ...] = ()
    communes: frozenset[str] | None = None


def left(layer: OwnLayer, choice: Choice) -> pd.Series:
    """Return which rows of a layer pass all filters; a blank passes none but an open one."""
    passes = pd.Series(data=True, index=layer.rows.index)
    if choice.matches:
        passes &= layer.rows["match"].isin(choice.matches)
    if choice.communes is not None:
        passes &= layer.rows["commune_code"].isin(choice.communes)
    for name, texts in choice.categories.items():
        if texts:
            passes &= layer.cells[name].isin(list(texts))
    for name, (least, most) in choice.ranges.items():
        passes &= layer.typed[name].between(least, most)
    for name, (first, last) in choice.days.items():
        # A month or a year alone is counted on its first day.
        known = layer.typed[name].astype("str").str.slice(0, 10)
        days = known + known.str.len().map(_DAY_ONE).fillna("")
        passes &= layer.typed[name].notna() & days.between(first.isoformat(), last.isoformat())
    wanted = fold(choice.words)
    return passes & layer.folded.str.contains(wanted, regex=False) if wanted else passes


def areas_of(communes: pd.DataFrame, former: pd.DataFrame, area: Area) -> Mapping[str, str]:
    """Return commune -> what it is counted under: its name, former district or province.

    A commune made of units of several districts is counted under all their names
    together: its rows belong to none of them alone.

    Parameters
    ----------
    communes : DataFrame
        ``code``, ``kind``, ``name``.
    former : DataFrame
        ``new_code``, ``district``, ``province``.
    """
    if area == "commune":
        return dict(zip(communes["code"], communes["kind"] + " " + communes["name"], strict=True))
    groups = former.groupby("new_code")[area]
    return {str(code): _SEVERAL.join(sorted(set(names))) for code, names in groups}


def totals(layer: OwnLayer, passing: pd.Series, names: Mapping[str, str]) -> pd.DataFrame:
    """Return one row an area: ``area``, ``rows`` and the sum of each column of numbers.

    Rows of no known commune are added up under a blank name; no figure of a
    column known in an area is a blank, not zero.
    """
    rows = layer.rows[passing]
    under = rows["commune_code"].map(lambda code: "" if is_blank(code) else names.get(code, ""))
    numbers = list(layer.quantities)
    counted = under.value_counts().rename("rows")
    sums = layer.typed.loc[rows.index, numbers].groupby(under).sum(min_count=1)
    table = sums.join(counted).rename_axis("area").reset_index()
    return table[["area", "rows", *numbers]]
