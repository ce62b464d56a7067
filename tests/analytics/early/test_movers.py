"""Movers: planted moves are found, and few of those named did not move."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import polygamma

from analytics.early.movers import FEWEST, movers
from tests.analytics.early.test_long_run import autoregressive


def weeks(rng, blocks, *, schools=250, rho=0.3, moved=0.0):
    """Weekly differences of schools of unlike size and restlessness, and their true moves."""
    size = pd.Series(np.exp(rng.normal(6, 0.6, schools)))
    own = 0.4 / np.sqrt(size.to_numpy()) * np.exp(0.3 * rng.normal(size=schools))
    true = np.where(rng.random(schools) < moved, rng.normal(0, 0.03, schools), 0.0)
    noise = autoregressive(rng, (schools, blocks), rho).T * own
    shared = 0.02 * rng.normal(size=(blocks, 1)) + 0.01
    return pd.DataFrame(noise + shared + true), size, true


@pytest.mark.slow
@pytest.mark.parametrize(("blocks", "rho"), [(8, 0.0), (8, 0.5), (24, 0.5)])
def test_few_of_those_named_did_not_move(blocks, rho, replicates):
    rng = np.random.default_rng(21)
    runs = replicates(12, 300)
    false, named, inside = [], [], []
    for _ in range(runs):
        difference, size, true = weeks(rng, blocks, rho=rho, moved=0.3)
        found = movers(difference, size)
        moved = found["moved"].to_numpy()
        false.append((moved & (true == 0)).sum() / max(moved.sum(), 1))
        named.append(moved[np.abs(true) > 0.04].mean())
        inside.append(((found["low"] <= true) & (true <= found["high"])).mean())
    assert np.mean(false) <= 0.05 + 3 * np.std(false) / np.sqrt(runs)
    assert np.mean(named) > 0.6
    assert 0.85 < np.mean(inside) < 0.95


@pytest.mark.slow
def test_nobody_is_named_where_nobody_moved(replicates):
    rng = np.random.default_rng(22)
    runs = replicates(40, 500)
    named = [movers(*weeks(rng, 10)[:2])["moved"].any() for _ in range(runs)]
    assert np.mean(named) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_what_all_schools_share_is_no_move():
    difference, size, _ = weeks(np.random.default_rng(1), 10, moved=0.2)
    found = movers(difference, size)
    shifted = movers(difference.add(np.linspace(-0.2, 0.3, 10), axis=0), size)
    np.testing.assert_allclose(shifted["relative"], found["relative"], atol=1e-12)
    np.testing.assert_allclose(shifted["q"], found["q"])
    np.testing.assert_allclose(shifted["change"] - found["change"], 0.05)


def test_shrinking_never_turns_or_grows_a_move():
    found = movers(*weeks(np.random.default_rng(2), 10, moved=0.2)[:2])
    ratio = found["shrunken"] / found["relative"]
    assert ratio.between(0, 1).all()
    assert ((found["low"] <= found["shrunken"]) & (found["shrunken"] <= found["high"])).all()
    # The less a school's own weeks tell, the more it is drawn to the middle.
    assert ratio.corr(found["error"], method="spearman") < -0.99


def test_a_school_without_enough_weeks_has_no_figure():
    difference, size, _ = weeks(np.random.default_rng(3), 10)
    difference.iloc[: 10 - FEWEST + 1, 5] = np.nan
    found = movers(difference, size)
    assert found.loc[5, ["relative", "q", "shrunken"]].isna().all()
    assert not found.loc[5, "moved"]
    assert found["q"].notna().sum() == len(size) - 1
    with pytest.raises(ValueError, match="0 schools with 6 weeks"):
        movers(difference.iloc[:4], size)


def test_variances_are_moderated_as_smyth_has_it():
    """Without a line in size and with independent weeks: section 6.2, by simulated variances."""
    rng = np.random.default_rng(4)
    prior, own = 6.0, 9
    true = prior * 0.01**2 / rng.chisquare(prior, 4000)
    difference = pd.DataFrame(rng.normal(0, np.sqrt(true), (own + 1, 4000)))
    found = movers(difference, pd.Series(1.0, difference.columns))
    variance = difference.sub(difference.median(axis=1), axis=0).var(ddof=1)
    log = np.log(variance)
    more = log.var(ddof=1) - polygamma(1, own / 2)
    grid = np.linspace(2, 20, 20_000)
    fitted = grid[np.abs(polygamma(1, grid / 2) - more).argmin()]
    assert fitted == pytest.approx(prior, rel=0.1)
    # error^2 * weeks is a line in the school's own variance, its slope d / (d0 + d).
    slope = np.polyfit(variance, found["error"] ** 2 * (own + 1), 1)[0]
    assert slope == pytest.approx(own / (fitted + own), rel=0.08)
