"""Classes of a choropleth: natural breaks with limits a person can read.

The breaks are those of Fisher and Jenks; each is rounded to the decimals the
measure is shown with, and so is each value before it is sorted into a class, so
that the value on a card lies between the limits in the legend.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

CLASSES: Final = 5


@dataclass(frozen=True)
class Classes:
    """Values sorted into classes.

    Parameters
    ----------
    limits : tuple of float
        Least value, then the upper limit of each class; a class holds its
        upper limit. Values count as they are shown, with the decimals of the limits.
    of : Series
        Number of the class of each value from 0, -1 where there is no value.
    """

    limits: tuple[float, ...]
    of: pd.Series

    def counts(self, inside: Collection[str] | None = None) -> tuple[int, ...]:
        """Return how many values each class holds; with `inside`, of these labels only."""
        of = self.of if inside is None else self.of[self.of.index.isin(list(inside))]
        return tuple(int((of == number).sum()) for number in range(len(self.limits) - 1))


def classify(values: pd.Series, *, digits: int, classes: int = CLASSES) -> Classes:
    """Return `values` in at most `classes` classes; none of them is empty.

    Parameters
    ----------
    values : Series of float
        NaN where nobody states a value.
    """
    known = values.dropna()
    if known.empty:
        return Classes((), pd.Series(-1, index=values.index))
    shown = _as_shown(known, digits)
    bins = _breaks(known, shown, digits, classes)
    placed = pd.Series(-1, index=values.index)
    placed[values.notna()] = np.digitize(shown, bins, right=True)
    return Classes((float(shown.min()), *bins), placed)


def _as_shown(values: pd.Series, digits: int) -> np.ndarray:
    return np.array([round(float(value), digits) for value in values])


def natural_breaks(values: np.ndarray, classes: int) -> np.ndarray:
    """Return the upper limits of the classes of Fisher and Jenks.

    The split of the sorted values into `classes` runs with the least sum of
    squared deviations from the means of the runs (W. D. Fisher 1958, G. F. Jenks
    1977), by dynamic programming. Sums are single precision and the last of equal
    splits wins, as in mapclassify, whose breaks these are to the last bit; that
    package loads scipy and scikit-learn, 1.0 s of processor time for this page.

    Parameters
    ----------
    values : array of float
        Without NaN.
    classes : int
        From 1 to the number of distinct values.
    """
    ordered = np.sort(values).astype("f8")
    single = ordered.astype(np.float32)
    count = len(ordered)
    least = np.zeros((count + 1, classes + 1), dtype=np.float32)
    least[2:, 1:] = np.inf
    start = np.zeros((count + 1, classes + 1), dtype=np.int32)
    start[1, 1:] = 1
    sizes = np.arange(1, count + 1, dtype=np.float32)
    for last in range(2, count + 1):
        # The last class grows backwards from `last`; its sums are taken in that order.
        run = single[:last][::-1]
        total = np.cumsum(run, dtype=np.float32)
        spread = np.cumsum(run * run, dtype=np.float32) - total * total / sizes[:last]
        before = least[last - 1 : 0 : -1, :-1]
        together = spread[:-1, None] + before
        best = len(together) - 1 - np.argmin(together[::-1], axis=0)
        least[last, 2:] = together[best, np.arange(classes)][1:]
        start[last, 2:] = last - best[1:]
        least[last, 1], start[last, 1] = spread[-1], 1
    limits = np.empty(classes, dtype="f8")
    limits[-1] = ordered[-1]
    end = count
    for place in range(classes, 1, -1):
        limits[place - 2] = ordered[start[end, place] - 2]
        end = start[end, place] - 1
    return limits


def _breaks(known: pd.Series, shown: np.ndarray, digits: int, classes: int) -> Sequence[float]:
    values = known.to_numpy(dtype=float)
    distinct = len(np.unique(values))
    upper = natural_breaks(values, min(classes, distinct)) if distinct > 1 else values[:1]
    bins = np.unique([round(float(limit), digits) for limit in upper])
    counts = np.bincount(np.digitize(shown, bins, right=True), minlength=len(bins))
    return [float(limit) for limit, count in zip(bins, counts, strict=True) if count]
