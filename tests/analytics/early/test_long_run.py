"""Means of autocorrelated series: the error is what the means scatter by."""

import numpy as np
import pytest
from scipy.special import stdtr

from analytics.early.long_run import mean_and_error


def autoregressive(rng, shape, rho):
    """Series of unit variance, time last."""
    noise = rng.normal(size=shape)
    series = np.empty(shape)
    series[..., 0] = noise[..., 0]
    for t in range(1, shape[-1]):
        series[..., t] = rho * series[..., t - 1] + np.sqrt(1 - rho**2) * noise[..., t]
    return series


@pytest.mark.parametrize(("rho", "most"), [(0.0, 0.065), (0.3, 0.075), (0.6, 0.11)])
def test_means_of_noise_are_called_so(rho, most, replicates):
    """40 entries: a plain t test is wrong for 18 % of series at rho .3, 37 % at .6."""
    rng = np.random.default_rng(3)
    series = autoregressive(rng, (replicates(4000, 40_000), 40), rho)
    mean, error, freedom = mean_and_error(series)
    p = 2 * stdtr(freedom, -abs(mean) / error)
    assert 0.04 < (p < 0.05).mean() < most
    plain = abs(mean) / (series.std(axis=-1, ddof=1) / np.sqrt(40))
    if rho:
        assert (plain > 2.02).mean() > 2 * (p < 0.05).mean()


def test_a_level_and_a_scale_pass_through():
    series = np.random.default_rng(1).normal(size=30)
    mean, error, freedom = mean_and_error(series)
    moved = mean_and_error(5 - 3 * series)
    assert moved[0] == pytest.approx(5 - 3 * mean)
    assert moved[1] == pytest.approx(3 * error)
    assert 1 <= freedom < 30


def test_three_entries_have_no_error():
    with pytest.raises(ValueError, match="3 entries"):
        mean_and_error(np.ones(3))
