"""The measures of a commune: one record each, with its source, sliders and decimals.

A record is all a measure is: the map paints it, a slider chooses by it, the ranking weighs it,
the command ``gaps`` takes a threshold of it. A measure nobody states for a commune is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from lib.settings import province

Side = Literal["remote", "weak"]
Tables = Mapping[str, pd.DataFrame]

MOST_WEIGHT: Final = 5
"""Greatest weight of a measure in a ranking."""


@dataclass(frozen=True)
class Measure:
    """One number of a commune: painted on the map, and a threshold of the list.

    Parameters
    ----------
    key : str
        Column of `measures` and name in the address; ``gaps.measure_<key>``,
        ``gaps.short_<key>``, ``gaps.unit_<key>`` and ``powerpage.choice_<key>`` are its words.
    digits : int
        Decimals it is shown with.
    at_least : bool
        Whether a threshold is the least value that counts; else the greatest.
    table : str
        Where its source is found; ``outages`` for what is counted from a log.
    value : callable or None
        Tables -> values by code of the commune; None for the column of this name among the
        indices of a log.
    most : int
        Greatest threshold of its slider, which begins at 0; 0 for a measure without one.
    """

    key: str
    side: Side
    digits: int
    at_least: bool
    table: str
    value: Callable[[Tables], pd.Series] | None = None
    most: int = 0
    step: int = 1
    weighed: bool = False

    @property
    def of_log(self) -> bool:
        """Whether it is counted from a log of interruptions."""
        return self.table == "outages"

    def passes(self, values: pd.Series, threshold: float) -> pd.Series:
        """Return which of `values` reach the threshold; unknown ones do not."""
        passed = values >= threshold if self.at_least else values <= threshold
        return passed & values.notna()

    def rule(self) -> str:
        """Return the sign of the comparison."""
        return "≥" if self.at_least else "≤"


def _settlement(*columns: str) -> Callable[[Tables], pd.Series]:
    """Return the least of some columns of ``settlements``."""

    def least(tables: Tables) -> pd.Series:
        values: pd.Series = tables["settlements"].set_index("code")[list(columns)].min(axis=1)
        return values

    return least


def _density(tables: Tables) -> pd.Series:
    communes = tables["communes"].set_index("code")
    return communes["population"] / communes["area_km2"]


MEASURES: Final[Mapping[str, Measure]] = {
    measure.key: measure
    for measure in (
        Measure(
            "town_km",
            "remote",
            1,
            at_least=True,
            table="settlements",
            value=_settlement("km_to_nearest_old_urban_unit"),
            most=25,
            weighed=True,
        ),
        Measure(
            "capital_km",
            "remote",
            1,
            at_least=True,
            table="settlements",
            value=_settlement(*(capital.column for capital in province().capitals)),
            most=70,
            weighed=True,
        ),
        *(
            Measure(
                capital.measure,
                "remote",
                1,
                at_least=True,
                table="settlements",
                value=_settlement(capital.column),
            )
            for capital in province().capitals
        ),
        Measure(
            "elevation_m",
            "remote",
            0,
            at_least=True,
            table="settlements",
            value=_settlement("elev_median"),
            most=1_000,
            step=50,
            weighed=True,
        ),
        Measure(
            "density",
            "remote",
            0,
            at_least=False,
            table="communes",
            value=_density,
            most=3_000,
            step=50,
            weighed=True,
        ),
        Measure(
            "saidi_min",
            "weak",
            1,
            at_least=True,
            table="outages",
            most=3_000,
            step=60,
            weighed=True,
        ),
        Measure("saifi", "weak", 2, at_least=True, table="outages", most=60, weighed=True),
        Measure("caidi_min", "weak", 1, at_least=True, table="outages"),
        Measure("maifi", "weak", 2, at_least=True, table="outages"),
        Measure("interruptions", "weak", 0, at_least=True, table="outages", most=100),
        Measure("hours", "weak", 1, at_least=True, table="outages", most=300, step=5),
    )
}
"""Every measure by its key, in the order they are offered."""


def offered(*, log: bool) -> list[Measure]:
    """Return the measures there can be figures of; those of a log only where there is one."""
    return [measure for measure in MEASURES.values() if log or not measure.of_log]


def on_slider(side: Side) -> list[Measure]:
    """Return the measures of a side that have a slider."""
    return [m for m in MEASURES.values() if m.side == side and m.most]


def measures(tables: Tables, indices: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return every measure of every commune; NaN where nobody states it.

    Parameters
    ----------
    tables : mapping
        ``communes`` and ``settlements``.
    indices : DataFrame or None
        ``commune_code`` and columns of a log, named as the measures counted from it.

    Returns
    -------
    DataFrame
        ``commune_code``, ``commune_name``, ``former_province``, then a column
        for each of `MEASURES`: straight-line distances in km, median height of
        settlements in m, people a km², indices as IEEE 1366 has them.
    """
    communes = tables["communes"]
    frame = pd.DataFrame(
        {
            "commune_code": communes["code"].to_numpy(),
            "commune_name": communes["name"].to_numpy(),
            "former_province": communes["former_province"].to_numpy(),
        }
    )
    given = pd.DataFrame() if indices is None else indices.set_index("commune_code")
    for measure in MEASURES.values():
        if measure.value is not None:
            values = measure.value(tables)
        else:
            values = given[measure.key] if measure.key in given else pd.Series(dtype=float)
        frame[measure.key] = frame["commune_code"].map(values).astype(float)
    return frame
