"""How good a join is, and what another join would change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.association import rank_correlation
from analytics.join.quality import (
    FLAGS,
    compare_joins,
    school_quality,
    tract_quality,
)
from analytics.rates.tract_rates import allocate


def allocated(shares: dict[tuple[str, str], float], n: dict[str, float]) -> pd.DataFrame:
    table = pd.DataFrame(
        [(*pair, share) for pair, share in shares.items()], columns=["school_id", "geoid", "share"]
    )
    totals = pd.Series(n)
    return allocate(totals * 0.2, totals, table, geoids=["a", "b", "c"])


def test_coverage_is_flagged_below_half_and_above_one_and_a_half() -> None:
    found = allocated({("s", "a"): 0.5, ("s", "b"): 0.5}, {"s": 300})
    for children, flag in ((301, "under 50 %"), (300, FLAGS[1]), (100, FLAGS[1]), (99, FLAGS[2])):
        table = tract_quality(found, pd.Series([children, 0.0, 10.0], index=list("abc")))
        assert table["flag"].tolist() == [flag, "no resident children", "no students"]
        assert table["coverage"].iloc[0] == pytest.approx(150 / children)


def test_concentration_travels_with_the_tract() -> None:
    found = allocated({("s", "a"): 1.0, ("u", "a"): 1.0}, {"s": 300, "u": 100})
    row = tract_quality(found, pd.Series(400.0, index=list("abc"))).loc["a"]
    assert (row["schools"], row["largest_share"]) == (2, 0.75)
    assert row["effective_schools"] == pytest.approx(1 / (0.75**2 + 0.25**2))
    with pytest.raises(ValueError, match="index"):
        tract_quality(found, pd.Series(400.0, index=list("abd")))


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=20))
def test_effective_tracts_lie_between_one_and_their_number(parts: list[float]) -> None:
    share = np.array(parts) / sum(parts)
    table = pd.DataFrame(
        {"school_id": "s", "geoid": [f"t{i}" for i in range(len(parts))], "share": share}
    )
    row = school_quality(table, km=pd.Series(np.arange(len(parts), dtype=float))).loc["s"]
    assert 1 - 1e-9 <= row["effective_tracts"] <= len(parts) + 1e-9
    assert 0 <= row["mean_km"] <= len(parts) - 1 + 1e-9


def test_equal_shares_count_fully_and_distance_is_over_students() -> None:
    table = pd.DataFrame(
        {"school_id": ["s"] * 4 + ["u"], "geoid": list("abcda"), "share": [0.25] * 4 + [1.0]}
    )
    km = pd.Series([0.0, 1.0, 2.0, 5.0, np.nan])
    method = pd.Series({"s": "zones"})
    found = school_quality(table, km=km, method=method, why=pd.Series({"s": "named"}))
    assert found["effective_tracts"].tolist() == [4, 1]
    assert found.loc["s", "mean_km"] == 2
    assert np.isnan(found.loc["u", "mean_km"])
    assert found["method"].tolist() == ["zones", ""]
    with pytest.raises(ValueError, match="index"):
        school_quality(table, km=km.iloc[:3])


def side(rates: list[float], hot: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"rate": rates, "is_hot": [bool(h) for h in hot]})


def test_hot_tracts_are_counted_on_each_side() -> None:
    first = side([0.1, 0.2, 0.3, 0.4, np.nan], [0, 1, 1, 1, 0])
    second = side([0.1, 0.1, 0.3, np.nan, 0.5], [1, 0, 1, 0, 0])
    found = compare_joins(first, second)
    assert (found.hot_both, found.hot_first, found.hot_second) == (1, 2, 1)
    assert found.changed_side == 3
    assert (found.tracts, found.only_first, found.only_second) == (3, 1, 1)
    assert found.largest_change == pytest.approx(0.1)
    assert found.correlation.state == "too few pairs"


def test_a_join_against_itself_changes_nothing() -> None:
    one = side([0.1, 0.2, 0.3, 0.35, 0.4], [0, 1, 0, 1, 1])
    found = compare_joins(one, one)
    assert found.changed_side == 0
    assert found.largest_change == 0
    assert found.correlation.rho == pytest.approx(1)


@given(st.integers(0, 1000))
def test_sides_trade_places_when_joins_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = (side(rng.random(12).tolist(), rng.integers(0, 2, 12).tolist()) for _ in range(2))
    there, back = compare_joins(one, two), compare_joins(two, one)
    assert (there.hot_first, there.hot_second) == (back.hot_second, back.hot_first)
    assert there.correlation.rho == pytest.approx(back.correlation.rho)
    assert there.median_change == pytest.approx(back.median_change)


def test_tracts_made_from_few_schools_widen_the_interval_not_the_estimate() -> None:
    rng = np.random.default_rng(4)
    x = rng.random(200)
    y = x + rng.random(200)
    plain, few = rank_correlation(x, y), rank_correlation(x, y, independent=20)
    assert few.rho == plain.rho
    assert few.low < plain.low < plain.rho < plain.high < few.high
    assert few.p > plain.p
    assert rank_correlation(x, y, independent=900) == plain


def test_joins_on_other_tracts_are_refused() -> None:
    with pytest.raises(ValueError, match="index"):
        compare_joins(side([0.1], [0]), side([0.1, 0.2], [0, 0]))
