"""Intervals of proportions from samples drawn in clusters, beside R's survey package."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rates.standardized import clopper_pearson, korn_graubard

PROPORTIONS, ERRORS = st.floats(0.001, 0.999), st.floats(0.001, 0.5)
SIZES, DEGREES = st.integers(2, 5000), st.integers(1, 400)


@pytest.fixture(scope="module")
def known(oracles):
    folder = oracles / "korn_graubard_api"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return pd.read_csv(folder / "data.csv"), expected


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["ell0", "mealsgt50", "yr.rnd"])
def test_intervals_of_california_s_schools_are_those_of_r(known, name):
    sample, expected = known[0], known[1][name]
    value = sample[name.replace(".", "_")]
    weight = sample["pw"] / sample["pw"].sum()
    p = (weight * value).sum()
    totals = (weight * (value - p)).groupby(sample["dnum"]).sum()
    clusters, all_districts = len(totals), sample["fpc"].iloc[0]
    inflation = (1 - clusters / all_districts) * clusters / (clusters - 1)
    se = np.sqrt(inflation * (totals**2).sum())
    assert p == pytest.approx(expected["beta"]["p"], rel=1e-10)
    assert se == pytest.approx(expected["se"], rel=1e-10)
    assert (len(sample), clusters - 1) == (expected["n"], expected["df"])
    found = korn_graubard(p, se, n=len(sample), degrees=clusters - 1)
    np.testing.assert_allclose(found, expected["beta"]["ci"], rtol=1e-9)


@given(PROPORTIONS, ERRORS, SIZES, DEGREES)
def test_an_interval_holds_its_proportion_and_mirrors_its_complement(p, se, n, degrees):
    low, high = korn_graubard(p, se, n=n, degrees=degrees)
    assert 0 <= low <= p <= high <= 1
    mirrored = korn_graubard(1 - p, se, n=n, degrees=degrees)
    np.testing.assert_allclose(mirrored, (1 - high, 1 - low), rtol=1e-6, atol=1e-9)


@given(PROPORTIONS, ERRORS, SIZES, DEGREES, st.floats(1, 5))
def test_less_certain_samples_have_wider_intervals(p, se, n, degrees, factor):
    low, high = korn_graubard(p, se, n=n, degrees=degrees)
    looser = korn_graubard(p, se * factor, n=n, degrees=degrees)
    surer = korn_graubard(p, se, n=n, degrees=degrees, level=0.8)
    assert looser[0] <= low + 1e-9
    assert looser[1] >= high - 1e-9
    assert surer[0] >= low - 1e-9
    assert surer[1] <= high + 1e-9


@given(PROPORTIONS, SIZES)
def test_a_simple_sample_has_clopper_pearson_s_interval_and_no_sample_a_narrower_one(p, n):
    simple = np.sqrt(p * (1 - p) / n)
    exact = clopper_pearson(p * n, n)
    found = korn_graubard(p, simple, n=n, degrees=n - 1)
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-9)
    never_surer = korn_graubard(p, simple / 10, n=n, degrees=n - 1)
    np.testing.assert_allclose(never_surer, exact, rtol=1e-9)


def test_states_that_have_no_number_have_none():
    p = pd.Series([0.0, 1.0, 0.5, 0.5, np.nan, 0.5], index=list("abcdef"))
    se = [0.0, 0.0, np.nan, 0.1, 0.1, 0.1]
    low, high = korn_graubard(p, se, n=[30, 30, 30, 30, 30, 1], degrees=[9, 9, 9, 0, 9, 9])
    assert low.index.tolist() == list("abcdef")
    assert low.isna().tolist() == high.isna().tolist() == [False, False, True, True, True, True]
    assert (low["a"], high["b"]) == (0, 1)
    assert high["a"] == pytest.approx(clopper_pearson(0, 30)[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"proportion": 1.2}, "no proportion"),
        ({"se": -0.1}, "negative or infinite"),
        ({"n": np.inf}, "negative or infinite"),
        ({"degrees": np.inf}, "negative or infinite"),
        ({"level": 95}, "level must lie"),
    ],
)
def test_impossible_input_is_refused(change, message):
    given_ = {"proportion": 0.2, "se": 0.05, "n": 100, "degrees": 9} | change
    with pytest.raises(ValueError, match=message):
        korn_graubard(given_.pop("proportion"), given_.pop("se"), **given_)
