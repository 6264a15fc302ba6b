"""Classes of a choropleth: natural breaks with limits a person can read.

The breaks are those of Fisher and Jenks (mapclassify); each is rounded to the
decimals the measure is shown with before anything is sorted into a class, so
that the limit in the legend is the limit that was used.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import mapclassify
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
        upper limit.
    of : Series
        Number of the class of each value from 0, -1 where there is no value.
    """

    limits: tuple[float, ...]
    of: pd.Series

    def counts(self) -> tuple[int, ...]:
        """Return how many values each class holds."""
        return tuple(int((self.of == number).sum()) for number in range(len(self.limits) - 1))


def classify(values: pd.Series, *, digits: int, classes: int = CLASSES) -> Classes:
    """Return `values` in at most `classes` classes; none of them is empty.

    Parameters
    ----------
    values : Series of float
        NaN where nobody states a value.
    digits : int
        Decimals of the limits.
    classes : int
        How many classes at most.
    """
    known = values.dropna()
    if known.empty:
        return Classes((), pd.Series(-1, index=values.index))
    bins = _breaks(known.to_numpy(dtype=float), digits, classes)
    placed = pd.Series(np.digitize(values.fillna(-np.inf), bins, right=True), index=values.index)
    placed = placed.where(values.notna(), -1)
    least = _rounded(float(known.min()), digits, up=False)
    return Classes((least, *bins), placed)


def _rounded(value: float, digits: int, *, up: bool) -> float:
    """Return the nearest number of `digits` decimals that is not on the wrong side of `value`."""
    near = round(value, digits)
    if up and near < value:
        return round(near + 10.0**-digits, digits)
    if not up and near > value:
        return round(near - 10.0**-digits, digits)
    return near


def _breaks(known: np.ndarray, digits: int, classes: int) -> Sequence[float]:
    distinct = len(np.unique(known))
    if distinct == 1:
        upper = [float(known[0])]
    else:
        with warnings.catch_warnings():
            # Few values make fewer classes: that is wanted, not worth a warning.
            warnings.simplefilter("ignore", UserWarning)
            upper = mapclassify.FisherJenks(known, k=min(classes, distinct)).bins.tolist()
    top = _rounded(float(known.max()), digits, up=True)
    inner = sorted({round(limit, digits) for limit in upper[:-1]} - {top})
    bins = [limit for limit in inner if limit < top] + [top]
    counts = np.bincount(np.digitize(known, bins, right=True), minlength=len(bins))
    return [limit for limit, count in zip(bins, counts, strict=True) if count or limit == top]
