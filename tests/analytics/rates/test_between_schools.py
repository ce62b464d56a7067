"""Intervals with schools as units: simulated worlds whose truth is known, and relations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.rates.between_schools import (
    change_dispersion,
    difference,
    next_year,
    paired_change,
    ratio_of_sums,
)
from analytics.rates.tract_rates import allocate

MEAN, SPREAD = 0.28, 0.12


def drawn(rng: np.random.Generator, schools: int) -> tuple[pd.Series, pd.Series, np.ndarray]:
    """Schools of unlike size whose true rates differ as New York City's do."""
    n = np.round(rng.lognormal(6.1, 0.7, schools)) + 30
    size = MEAN * (1 - MEAN) / SPREAD**2 - 1
    truth = rng.beta(MEAN * size, (1 - MEAN) * size, schools)
    x = rng.binomial(n.astype(int), truth)
    return pd.Series(x.astype(float)), pd.Series(n), truth


def inside(share: float, draws: int, low: float = 0.92, high: float = 0.975) -> bool:
    """Within the band, give or take three Monte Carlo standard errors."""
    error = 3 * np.sqrt(0.05 * 0.95 / draws)
    return low - error <= share <= high + error


@pytest.mark.parametrize("schools", [8, 30, 200])
def test_the_between_school_interval_holds_the_rate_that_schools_are_drawn_from(
    schools, replicates
):
    rng, draws = np.random.default_rng(schools), replicates(300, 5000)
    held = binomial = 0
    for _ in range(draws):
        x, n, _ = drawn(rng, schools)
        found = ratio_of_sums(x, n)
        held += found.low <= MEAN <= found.high
        half = 1.96 * np.sqrt(MEAN * (1 - MEAN) / n.sum())
        binomial += abs(found.value - MEAN) <= half
    assert inside(held / draws, draws)
    assert binomial / draws < 0.5


def test_the_difference_of_two_parts_holds_no_difference_as_often_as_it_says(replicates):
    rng, draws = np.random.default_rng(5), replicates(300, 5000)
    held = 0
    for _ in range(draws):
        x, n, _ = drawn(rng, 40)
        part = pd.Series(rng.uniform(0, 1, 40) * (rng.uniform(0, 1, 40) < 0.5))
        found = difference(x, n, part, 1 - part)
        held += found.low <= 0 <= found.high
    assert inside(held / draws, draws)


def test_the_paired_change_holds_the_true_one_and_is_narrower_than_two_years_apart(replicates):
    rng, draws, true = np.random.default_rng(7), replicates(300, 4000), 0.02
    held, paired, apart = 0, [], []
    for _ in range(draws):
        x0, n, truth = drawn(rng, 80)
        moved = np.clip(truth + true + rng.normal(0, 0.03, 80), 0, 1)
        x = pd.Series(rng.binomial(n.astype(int), moved).astype(float))
        target = float((n * (np.clip(truth + true, 0, 1) - truth)).sum() / n.sum())
        found = paired_change(x0, n, x, n)
        held += found.same.low <= target <= found.same.high
        paired.append(found.same.se)
        apart.append(np.hypot(ratio_of_sums(x0, n).se, ratio_of_sums(x, n).se))
    assert inside(held / draws, draws)
    assert np.mean(paired) < 0.5 * np.mean(apart)


@pytest.mark.parametrize("effective", [2, 5, 12])
def test_a_tract_of_few_schools_holds_the_rate_its_schools_are_drawn_from(effective, replicates):
    rng, draws = np.random.default_rng(effective), replicates(40, 600)
    held = []
    for _ in range(draws):
        x, n, _ = drawn(rng, effective * 40)
        share = np.kron(np.eye(40), np.ones((effective, 1))) * 0.3
        table = allocate(x, n, csr_array(share), geoids=[f"t{i}" for i in range(40)])
        held.append(((table["low"] <= MEAN) & (table["high"] >= MEAN)).mean())
    error = np.std(held) / np.sqrt(draws)
    assert 0.90 - 3 * error <= np.mean(held) <= 0.975 + 3 * error


def test_a_range_for_next_year_holds_next_year_in_95_of_100_schools(replicates):
    rng, draws = np.random.default_rng(11), replicates(20, 300)
    held, chance = [], []
    for _ in range(draws):
        _, n, truth = drawn(rng, 400)
        years = [
            pd.Series(rng.binomial(n.astype(int), np.clip(truth + rng.normal(0, 0.03, 400), 0, 1)))
            for _ in range(3)
        ]
        spread = change_dispersion(years[0], n, years[1], n)
        for factor, counted in ((spread, held), (1.0, chance)):
            low, high = next_year(years[1], n, factor)
            counted.append(((low <= years[2] / n) & (years[2] / n <= high)).mean())
    error = np.std(held) / np.sqrt(draws)
    assert abs(np.mean(held) - 0.95) <= 0.012 + 3 * error
    assert np.mean(chance) < 0.90


def test_dispersion_is_one_for_chance_alone_and_unknown_for_few_schools(replicates):
    rng, draws = np.random.default_rng(13), replicates(40, 400)
    found = []
    for _ in range(draws):
        _, n, truth = drawn(rng, 300)
        x0, x = (pd.Series(rng.binomial(n.astype(int), truth)) for _ in range(2))
        found.append(change_dispersion(x0, n, x, n))
    assert min(found) >= 1
    assert np.mean(found) == pytest.approx(1.05, abs=0.05)
    assert np.isnan(change_dispersion(x0[:18], n[:18], x[:18], n[:18]))
    assert change_dispersion(x0[:19], n[:19], x[:19], n[:19]) >= 1


def test_a_shift_of_the_whole_place_is_no_dispersion():
    n = pd.Series([200.0] * 50)
    x = pd.Series(np.arange(40.0, 90.0))
    assert change_dispersion(x, n, x + 20, n) == 1


@pytest.fixture
def place():
    rng = np.random.default_rng(17)
    x, n, _ = drawn(rng, 25)
    ids = pd.Index([f"s{i:02}" for i in range(25)])
    later = pd.Series(rng.binomial(n.astype(int), 0.3).astype(float)).set_axis(ids)
    return x.set_axis(ids), n.set_axis(ids), later


def test_order_scale_and_unknown_schools_change_nothing(place):
    x, n, later = place
    mixed = x.sample(frac=1, random_state=3).index
    found, again = ratio_of_sums(x, n), ratio_of_sums(x[mixed], n[mixed])
    assert again.se == pytest.approx(found.se, rel=1e-12)
    ten = ratio_of_sums(10 * x, 10 * n)
    assert (ten.value, ten.se) == pytest.approx((found.value, found.se), rel=1e-12)
    more = pd.concat([x, pd.Series({"new": np.nan})])
    assert ratio_of_sums(more, more * 0 + 100.0).degrees < len(more)
    half = ratio_of_sums(x, n, pd.Series(0.5, index=x.index))
    assert half.se == pytest.approx(found.se, rel=1e-12)
    change = paired_change(x, n, later[mixed], n[mixed])
    assert change.same.se == pytest.approx(paired_change(x, n, later, n).same.se, rel=1e-12)


def test_the_two_parts_of_a_change_add_up_and_a_constant_set_has_one(place):
    x, n, later = place
    same = paired_change(x, n, later, n)
    assert same.composition == pytest.approx(0, abs=1e-15)
    assert (same.schools, same.only_before, same.only_after) == (25, 0, 0)
    moved = paired_change(x.drop("s00"), n.drop("s00"), later.drop("s01"), n.drop("s01"))
    assert (moved.schools, moved.only_before, moved.only_after) == (23, 1, 1)
    assert moved.same.value + moved.composition == pytest.approx(moved.total, rel=1e-12)
    kept = x.index.difference(["s00", "s01"])
    alone = paired_change(x[kept], n[kept], later[kept], n[kept])
    assert moved.same == alone.same


def test_swapping_years_or_parts_turns_the_sign_only(place):
    x, n, later = place
    there, back = paired_change(x, n, later, n).same, paired_change(later, n, x, n).same
    assert (back.value, back.low) == pytest.approx((-there.value, -there.high))
    part = pd.Series(np.linspace(0, 1, 25), index=x.index)
    one, other = difference(x, n, part, 1 - part), difference(x, n, 1 - part, part)
    assert (one.value, one.se) == pytest.approx((-other.value, other.se))


def test_one_school_or_none_has_no_error():
    x, n = pd.Series([10.0]), pd.Series([50.0])
    alone = ratio_of_sums(x, n)
    assert alone.value == 0.2
    assert np.isnan([alone.se, alone.low, alone.high]).all()
    assert np.isnan(ratio_of_sums(x[:0], n[:0]).value)
    with pytest.raises(ValueError, match="below 0"):
        ratio_of_sums(x, n, pd.Series([-1.0]))
    with pytest.raises(ValueError, match="level"):
        ratio_of_sums(x, n, level=95)
    with pytest.raises(ValueError, match="dispersion below 1"):
        next_year(10, 50, 0.5)


def test_simple_random_clusters_of_one_size_give_the_textbook_error():
    """Clusters of one size: the error of a mean of clusters, s / sqrt(k) (Cochran 1977, 9.1)."""
    rates = np.array([0.1, 0.2, 0.4, 0.3, 0.15])
    n = pd.Series([120.0] * 5)
    found = ratio_of_sums(pd.Series(rates * 120), n)
    assert found.se == pytest.approx(rates.std(ddof=1) / np.sqrt(5), rel=1e-12)
    assert found.degrees == pytest.approx(4)
