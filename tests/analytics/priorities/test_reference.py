"""Students beyond a chosen rate: by hand, and against the count beyond the rest of the place."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.groups import excess_students
from analytics.hotspots.tract_map import overdispersion
from analytics.priorities import best_quarter, beyond_reference


def test_the_excess_beyond_a_target_by_hand():
    schools = list("abcde")
    x = pd.Series([40.0, 30, 20, 60, np.nan], schools)
    n = pd.Series([100.0, 90, 80, 120, 40], schools)
    level = pd.Series(["k8", "k8", "k8", "high", "high"], schools)
    w = np.array([1.0, 0.5, 0, 0.25, 1.0])
    target = pd.Series(0.2, schools)
    found = beyond_reference(x, n, pd.DataFrame({"g": w}, schools), target, level).loc["g"]
    assert found["expected"] == pytest.approx(0.2 * (100 + 45 + 30))
    assert found["excess"] == pytest.approx(40 + 15 + 15 - 35)
    size, p = n[:3].to_numpy(), 90 / 270
    rho = overdispersion(x[:3].to_numpy(), size)
    variance = (w[:3] ** 2 * size * p * (1 - p) * (1 + (size - 1) * rho)).sum()
    variance += 0.25**2 * 120 * 0.5 * 0.5
    assert found["excess_se"] == pytest.approx(np.sqrt(variance))
    reach = found["excess_high"] - found["excess"]
    assert reach == pytest.approx(1.959964 * np.sqrt(variance))


def test_at_the_rate_of_the_rest_it_is_the_excess_beyond_the_rest():
    rng = np.random.default_rng(3)
    n = pd.Series(rng.integers(80, 900, 60).astype(float))
    x = pd.Series(rng.binomial(n.astype(int), rng.beta(6, 14, 60))).astype(float)
    parts = pd.DataFrame({"small": (np.arange(60) < 2).astype(float)})
    rest = excess_students(x, n, parts).loc["small"]
    rate = x[2:].sum() / n[2:].sum()
    found = beyond_reference(x, n, parts, pd.Series(rate, x.index)).loc["small"]
    assert found["excess"] == pytest.approx(rest["excess"])
    # The rest has an error of its own; a chosen rate has none.
    assert 0.8 * rest["excess_se"] < found["excess_se"] < rest["excess_se"]


def test_a_group_is_silent_where_a_school_has_no_reference():
    schools = list("ab")
    x, n = pd.Series([10.0, 20], schools), pd.Series([50.0, 50], schools)
    parts = pd.DataFrame({"a": [1.0, 0], "both": [0.5, 0.5], "none": [0.0, 0.0]}, schools)
    found = beyond_reference(x, n, parts, pd.Series([0.1, np.nan], schools))
    assert found.loc["a", "excess"] == pytest.approx(5)
    assert found.loc[["both", "none"]].isna().all(axis=None)
    for reference, words in ((pd.Series(12.5, schools), "outside 0 to 1"), (x[::-1], "indexes")):
        with pytest.raises(ValueError, match=words):
            beyond_reference(x, n, parts, reference)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        beyond_reference(x, n, parts * 3, pd.Series(0.1, schools))


def test_a_level_with_few_schools_has_no_best_quarter():
    x, n = pd.Series([10.0] * 9), pd.Series([100.0] * 9)
    level = pd.Series(["k8"] * 8 + ["high"])
    found = best_quarter(x, n, level)
    assert found[:8].tolist() == pytest.approx([0.1] * 8)
    assert np.isnan(found[8])


def test_the_best_quarter_is_not_made_of_luck(replicates):
    """Schools that are alike have no best quarter; unlike ones keep theirs."""
    rng = np.random.default_rng(11)
    n = pd.Series(np.full(200, 60.0))
    rows = []
    for _ in range(replicates(40, 1000)):
        alike = pd.Series(rng.binomial(60, 0.25, 200)).astype(float)
        p = np.sort(rng.beta(5, 15, 200))
        unlike = pd.Series(rng.binomial(60, p)).astype(float)
        by_luck = np.sort(alike)[:50].mean() / 60
        rows.append(
            (best_quarter(alike, n)[0], by_luck, best_quarter(unlike, n)[0] - p[:50].mean())
        )
    alike, by_luck, miss = np.mean(rows, axis=0)
    assert by_luck < 0.19
    assert 0.225 < alike < 0.255
    # The quarter with the lowest figures is not wholly that with the lowest rates.
    assert 0 < miss < 0.04
