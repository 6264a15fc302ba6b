"""Classes of a choropleth: the limits shown are the limits used."""

import importlib
import warnings

import numpy as np
import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.layers.looks.classes import classify, natural_breaks
from lib.power.gaps.measures import MEASURES, measures

VALUES = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=1, max_size=160
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(0, 2))
def test_a_value_lies_in_the_class_whose_limits_hold_it(values, digits):
    series = pd.Series(values, dtype=float)
    made = classify(series, digits=digits)
    assert (made.of == -1).tolist() == series.isna().tolist(), "no data is no class"
    assert len(made.limits) <= 6
    assert list(made.limits) == sorted(made.limits)
    for value, number in zip(series, made.of, strict=True):
        if number >= 0:
            low, high = made.limits[number], made.limits[number + 1]
            shown = round(value, digits)
            assert shown <= high
            assert shown > low or number == 0
    counts = made.counts()
    assert sum(counts) == series.notna().sum()
    assert all(counts), "an empty class explains nothing"


def breaks_of_mapclassify(known, classes):
    mapclassify = importlib.import_module("mapclassify")  # seconds for who only collects
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Numba not installed", UserWarning)
        return mapclassify.FisherJenks(known, k=classes).bins.tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=2, max_size=80, unique=True),
        st.lists(st.integers(0, 12).map(float), min_size=2, max_size=80),
    ),
    st.integers(2, 5),
)
def test_breaks_are_those_of_mapclassify(values, classes):
    known = np.array(values)
    classes = min(classes, len(np.unique(known)))
    ours = natural_breaks(known, classes)
    if classes > 1:
        assert ours.tolist() == breaks_of_mapclassify(known, classes)
    assert ours[-1] == known.max()


@pytest.mark.parametrize(
    "measure", [m for m in MEASURES.values() if m.side == "remote"], ids=lambda m: m.key
)
def test_breaks_of_real_measures_are_those_of_mapclassify(measure):
    known = measures(fact_tables())[measure.key].dropna().to_numpy(dtype=float)
    assert natural_breaks(known, 5).tolist() == breaks_of_mapclassify(known, 5)


def test_the_value_a_limit_was_made_of_lies_in_the_class_that_limit_ends():
    minutes = pd.Series([25.31, 30.0, 275.323, 380.0, 381.0])
    made = classify(minutes, digits=1, classes=3)
    assert 275.3 in made.limits, "the break is the value, as it is shown"
    assert made.limits[made.of[2] + 1] == 275.3, "275,3 is not over 275,3"


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_limits_have_no_more_decimals_than_are_shown(values):
    made = classify(pd.Series(values, dtype=float), digits=1)
    assert all(round(limit, 1) == limit for limit in made.limits)


def test_what_a_filter_leaves_is_counted_in_the_limits_of_all():
    made = classify(pd.Series([1.0, 2.0, 9.0, None], index=list("abcd")), digits=0, classes=2)
    assert made.counts() == (2, 1)
    assert made.counts({"a", "d"}) == (1, 0)


def test_equal_values_are_one_class_and_none_are_none():
    assert classify(pd.Series([7.0, 7.0, None]), digits=0).counts() == (2,)
    nothing = classify(pd.Series([None, None], dtype=float), digits=0)
    assert nothing.counts() == ()
    assert nothing.of.tolist() == [-1, -1]


def test_a_true_zero_is_a_value():
    made = classify(pd.Series([0.0, 0.0, 5.0, None]), digits=0)
    assert made.of.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize(
    "measure", [m for m in MEASURES.values() if m.side == "remote"], ids=lambda m: m.key
)
def test_real_measures_make_five_classes(measure):
    table = measures(fact_tables())
    made = classify(table[measure.key], digits=measure.digits)
    assert len(made.counts()) == 5
    assert sum(made.counts()) == 148
