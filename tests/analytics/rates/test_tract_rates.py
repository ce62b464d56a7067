"""School counts to tracts and tract figures to schools."""

import numpy as np
import pandas as pd
import pytest

from analytics.association import rank_correlation
from analytics.rates.tract_rates import allocate, exposure

SHARE = pd.DataFrame(
    [("1", "a", 0.5), ("1", "b", 0.5), ("2", "b", 1.0), ("3", "c", 1.0)],
    columns=["school_id", "geoid", "share"],
)


def test_allocation_by_hand():
    x = pd.Series([20, 60, None], index=list("123"), dtype="Int64")
    n = pd.Series([100, 150, 50], index=x.index)
    found = allocate(x, n, SHARE, geoids=list("dcba"))
    assert found.index.tolist() == list("dcba")
    b = found.loc["b"]
    assert (b["chronic_absent"], b["enrolled"], b["schools"]) == (70, 200, 2)
    assert b["rate"] == pytest.approx(0.35)
    assert b["largest_share"] == pytest.approx(0.75)
    assert b["effective_schools"] == pytest.approx(1 / (0.25**2 + 0.75**2))
    assert b["effective_n"] == pytest.approx(200**2 / (50**2 / 100 + 150**2 / 150))
    assert b["reliability"] == "present"
    for empty in "cd":  # no school, or only one without a known count
        assert found.loc[empty, ["rate", "low", "largest_share", "effective_n"]].isna().all()
        assert found.loc[empty, "reliability"] == "suppress"
    assert found.loc["a", "effective_n"] == pytest.approx(100)


def test_the_effective_n_is_the_precision_of_the_rate():
    rng = np.random.default_rng(5)
    n, share = np.array([50.0, 400.0, 900.0]), np.array([[0.9], [0.2], [0.01]])
    draws = rng.binomial(n.astype(int), 0.3, (40_000, 3))
    rates = (draws @ share[:, 0]) / (n @ share[:, 0])
    table = allocate(pd.Series(0.3 * n), pd.Series(n), share, geoids=["t"])
    assert rates.var() == pytest.approx(0.21 / table["effective_n"].iloc[0], rel=0.03)


def test_exposure_by_hand():
    values = pd.Series([0.1, 0.3, None, 0.9], index=list("abcz"), dtype="Float64")
    moe = pd.Series([0.02, 0.04, 0.1, 0.1], index=values.index)
    found = exposure(values, moe, SHARE)
    assert found.index.tolist() == list("123")
    assert found["value"].tolist()[:2] == pytest.approx([0.2, 0.3])
    assert found["moe"].tolist()[:2] == pytest.approx([np.hypot(0.01, 0.02), 0.04])
    assert found["covered"].tolist() == pytest.approx([1, 1, 0])
    assert found.loc["3", ["value", "moe"]].isna().all()


def test_exposure_renormalises_over_known_tracts_and_never_understates_the_margin():
    values = pd.Series([0.1, np.nan], index=list("ab"))
    part = exposure(values, None, SHARE).loc["1"]
    assert part["value"] == pytest.approx(0.1)
    assert part["covered"] == pytest.approx(0.5)
    assert np.isnan(part["moe"])
    known = pd.Series([0.1, 0.3], index=list("ab"))
    assert np.isnan(
        exposure(known, pd.Series([0.01, np.nan], index=list("ab")), SHARE).loc["1", "moe"]
    )
    with pytest.raises(ValueError, match="different indexes"):
        exposure(known, pd.Series([0.1]), SHARE)
    with pytest.raises(ValueError, match="long table"):
        exposure(known, None, np.eye(2))


def test_rank_correlation_and_its_states():
    rng = np.random.default_rng(3)
    x = pd.Series(rng.normal(size=200))
    found = rank_correlation(x, x + rng.normal(size=200))
    assert found.low < found.rho < found.high
    assert found.p < 1e-6
    assert rank_correlation(-x, np.exp(-x)).rho == pytest.approx(1)
    assert rank_correlation([1, 2, 3, None], [1, 2, 3, 4]).state == "too few pairs"
    flat = rank_correlation([1, 1, 1, 1], [1, 2, 3, 4])
    assert flat.state == "constant values"
    assert np.isnan([flat.rho, flat.low, flat.p]).all()
    with pytest.raises(ValueError, match="4 values against 2"):
        rank_correlation([1, 2, 3, 4], [1, 2])
    with pytest.raises(ValueError, match="different indexes"):
        rank_correlation(x, x.set_axis(x.index + 1))


def test_the_interval_covers_at_its_level():
    rng = np.random.default_rng(8)
    inside = []
    for _ in range(400):
        x = rng.normal(size=60)
        found = rank_correlation(x, 0.75 * x + rng.normal(size=60))
        inside.append(found.low <= 6 / np.pi * np.arcsin(0.6 / 2) <= found.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.035)
