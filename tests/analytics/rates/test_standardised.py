"""Two places as if they had one mix of levels: simulated worlds, a second way, and relations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analytics.rates.between_schools import difference
from analytics.rates.standardised import standardised_difference

LEVELS = ("elementary", "high", "middle")
RATES = {"elementary": 0.2, "middle": 0.25, "high": 0.4}
SPREAD = 0.1


def world(
    rng: np.random.Generator, mixes: tuple[tuple[int, ...], tuple[int, ...]], apart: float = 0.0
) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Two places whose schools differ within a level as real ones do; `apart` is the truth."""
    strata = [
        level for mix in mixes for level, k in zip(LEVELS, mix, strict=True) for _ in range(k)
    ]
    first = np.repeat([True, False], [sum(mix) for mix in mixes])
    n = np.round(rng.lognormal(6.1, 0.6, len(strata))) + 30
    mean = np.array([RATES[level] for level in strata]) + apart * first
    size = mean * (1 - mean) / SPREAD**2 - 1
    x = rng.binomial(n.astype(int), rng.beta(mean * size, (1 - mean) * size))
    return pd.Series(x.astype(float)), pd.Series(n), pd.Series(strata), pd.Series(first)


@pytest.mark.parametrize(
    ("mixes", "apart"),
    [(((30, 15, 20), (40, 20, 25)), 0.0), (((12, 30, 10), (60, 12, 20)), -0.03)],
    ids=["alike", "mixes apart"],
)
def test_no_difference_is_rejected_as_often_as_said_and_a_true_one_is_held(
    mixes, apart, replicates
):
    rng, draws = np.random.default_rng(18), replicates(400, 4000)
    missed = crude_missed = 0
    for _ in range(draws):
        x, n, strata, first = world(rng, mixes, apart)
        found = standardised_difference(x, n, strata, first)
        crude = difference(x, n, first.astype(float), 1.0 - first)
        missed += not found.low <= apart <= found.high
        crude_missed += not crude.low <= apart <= crude.high
    error = 3 * np.sqrt(0.05 * 0.95 / draws)
    assert 0.05 - max(0.02, error) <= missed / draws <= 0.05 + max(0.02, error)
    if apart:  # the crude difference is of the mix of levels besides
        assert crude_missed / draws > 0.5


def test_it_is_the_sum_over_levels_written_out():
    x, n, strata, first = world(np.random.default_rng(3), ((5, 6, 7), (8, 4, 3)))
    value = variance = 0.0
    for level in LEVELS:
        weight = n[strata == level].sum() / n.sum()
        for sign in (True, False):
            own = (strata == level) & (first == sign)
            rate = x[own].sum() / n[own].sum()
            k = own.sum()
            value += (1 if sign else -1) * weight * rate
            rest = (x[own] - rate * n[own]) / n[own].sum()
            variance += weight**2 * k / (k - 1) * (rest**2).sum()
    found = standardised_difference(x, n, strata, first)
    assert found.value == pytest.approx(value)
    assert found.se == pytest.approx(np.sqrt(variance))
    assert found.high - found.value > norm.ppf(0.975) * found.se


def test_swapping_turns_the_sign_only_and_order_and_unknown_schools_change_nothing():
    x, n, strata, first = world(np.random.default_rng(4), ((5, 6, 7), (8, 4, 3)))
    found = standardised_difference(x, n, strata, first)
    turned = standardised_difference(x, n, strata, ~first)
    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (-found.value, -found.high, -found.low)
    )
    order = np.random.default_rng(5).permutation(len(x))
    mixed = standardised_difference(*(each.iloc[order] for each in (x, n, strata, first)))
    assert mixed.value == pytest.approx(found.value)
    assert mixed.se == pytest.approx(found.se)
    more = [
        pd.concat([each, pd.Series([extra], index=[999])])
        for each, extra in ((x, np.nan), (n, 50.0), (strata, "ungraded"), (first, True))
    ]
    assert standardised_difference(*more) == found


def test_one_stratum_is_the_plain_difference_and_a_place_with_itself_is_none():
    x, n, _, first = world(np.random.default_rng(6), ((9, 0, 0), (11, 0, 0)))
    one = standardised_difference(x, n, pd.Series("all", x.index), first)
    plain = difference(x, n, first.astype(float), 1.0 - first)
    assert (one.value, one.se) == pytest.approx((plain.value, plain.se))
    twice = [pd.concat([each, each], ignore_index=True) for each in (x, n)]
    both = pd.Series(np.repeat([True, False], len(x)))
    same = standardised_difference(*twice, pd.Series("all", both.index), both)
    assert same.value == pytest.approx(0)


def test_what_cannot_be_known_is_not_given():
    x, n, strata, first = world(np.random.default_rng(7), ((2, 2, 2), (2, 2, 1)))
    alone = standardised_difference(x, n, strata, first)
    assert np.isfinite(alone.value)
    assert np.isnan([alone.se, alone.low, alone.high]).all()
    lacking = strata.where(first, "elementary")
    assert np.isnan(standardised_difference(x, n, lacking, first).value)
    with pytest.raises(ValueError, match="level must lie"):
        standardised_difference(x, n, strata, first, level=1.0)
    with pytest.raises(ValueError, match="index"):
        standardised_difference(x, n, strata.iloc[1:], first)
