"""Which rows a filter lets pass, from the codes that are chosen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pandas as pd

from lib.language.text import sort_key
from lib.settings import province

PROVINCES: Final = {former.slug: former.name for former in province().former}
"""Code in an address -> former province."""

Mask = Callable[[pd.DataFrame, Sequence[str]], pd.Series]
"""From the rows and the codes that are chosen to which rows stay."""


def one_of(column: str) -> Mask:
    """Return the mask of rows whose code is among the chosen ones."""
    return lambda frame, values: frame[column].isin(values)


def that_is(column: str) -> Mask:
    """Return the mask of a column of truth values, asked for by any code."""
    return lambda frame, values: frame[column] | (len(values) == 0)


def in_province(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what lies in the former provinces chosen."""
    return frame["former_province"].isin([PROVINCES[v] for v in values if v in PROVINCES])


def in_commune(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what lies, wholly or in part, in the communes chosen."""
    wanted = set(values)
    return frame["commune_codes"].map(lambda codes: not wanted.isdisjoint(codes)).astype(bool)


def at_least(column: str) -> Mask:
    """Return the mask of a least number; a blank reaches none."""

    def reaches(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
        return frame[column].ge(float(values[0])).fillna(value=False).astype(bool)

    return reaches


def investors(clusters: pd.DataFrame) -> Mapping[str, str]:
    """Return the investors there are to choose from: code -> name, as a dictionary orders them."""
    known = clusters.dropna(subset=["investor"]).sort_values(
        "investor", key=lambda names: names.map(sort_key), kind="stable"
    )
    return dict(zip(known["investor_code"], known["investor"], strict=True))


def gaps(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what lacks any of the fields a meeting asks for."""
    return frame["missing"].map(len).gt(0) | (len(values) == 0)


def late(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what is past a schedule or a milestone, by any of the rules."""
    past = frame[["law_days_late", "decision_days_late"]].notna().any(axis=1)
    return past | frame["milestones_late"].ne("") | (len(values) == 0)


def held(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what an obstacle of the groups chosen holds up."""
    wanted = set(values)
    return frame["obstacle_groups"].map(lambda said: not wanted.isdisjoint(said.split("; ")))


def stale(frame: pd.DataFrame, values: Sequence[str]) -> pd.Series:
    """Return what was not updated for more than the number of days chosen."""
    return frame["stale_days"].gt(int(values[0])).fillna(value=False).astype(bool)
