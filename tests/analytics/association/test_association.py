"""What the driver model must recover, refuse and not claim."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.special import expit

from analytics.association import (
    circularity,
    driver_model,
    fit,
    model,
    moe_sensitivity,
    patterns,
    shapley_shares,
)
from analytics.drivers.bivariate import bivariate_classes, bivariate_local, overlap
from analytics.drivers.outliers import CLASSES, doing_better
from analytics.hotspots.nulls import shuffled_map
from geo.weights.weights import Weights

BETTER = CLASSES[0]


class Land:
    """Schools on a square with a smooth field, its links and three levels."""

    def __init__(self, n=160, reach=0.3, seed=0):
        self.rng = np.random.default_rng(seed)
        self.n = n
        self.points = self.rng.uniform(size=(n, 2))
        self.weights = Weights.knn(self.points, 6)
        cover = np.exp(-cdist(self.points, self.points) / reach)
        self.root = np.linalg.cholesky(cover + 1e-8 * np.eye(n))
        self.level = self.rng.integers(0, 3, n)
        self.enrolled = self.rng.integers(80, 900, n)

    def field(self, columns=None):
        size = self.n if columns is None else (self.n, columns)
        return self.root @ self.rng.normal(size=size)

    def exposures(self, smooth=True, names=("a", "b")):
        size = len(names)
        x = self.field(size) if smooth else self.rng.normal(size=(self.n, size))
        x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
        return pd.DataFrame(x, columns=list(names))

    def absent(self, exposures, effects, spread=0.5):
        eta = -1.2 + 0.3 * self.level + exposures.to_numpy() @ np.array(effects)
        eta = eta + spread * self.field() + 0.3 * self.rng.normal(size=self.n)
        return self.rng.binomial(self.enrolled, expit(eta))


def simulate(runs, *, smooth=True, effect=0.25, **options):
    """Give coverage of two effects, rate of false claims, and the effect found."""
    covered, false, found = [], [], []
    for seed in range(runs):
        land = Land(seed=seed)
        x = land.exposures(smooth)
        y = land.absent(x, [effect, 0.0])
        result = fit((y, land.enrolled), x, weights=land.weights, strata=land.level, **options)
        table = result.effects
        covered += [
            table.low["a"] <= effect <= table.high["a"],
            table.low["b"] <= 0 <= table.high["b"],
        ]
        false.append(table.p["b"] < 0.05)
        found.append(table.effect["a"])
    return np.mean(covered), np.mean(false), np.mean(found)


@pytest.mark.slow
@pytest.mark.parametrize("smooth", [True, False])
def test_intervals_cover_and_chance_is_not_called_a_finding(replicates, smooth):
    runs = replicates(20, 300)
    covered, false, found = simulate(runs, smooth=smooth)
    room = 3 * np.sqrt(0.05 * 0.95 / (2 * runs))
    assert 0.92 - room <= covered <= min(1.0, 0.97 + room)
    assert false <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert found == pytest.approx(0.25, abs=0.06)


@pytest.mark.slow
def test_a_model_blind_to_places_calls_chance_a_finding(replicates):
    runs = replicates(20, 300)
    _, false, _ = simulate(runs, form="none")
    assert false > 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_known_effect_is_found_and_its_neighbour_is_not():
    land = Land(n=300, seed=4)
    x = land.exposures(smooth=False)
    y = land.absent(x, [0.3, 0.0])
    given = (y, land.enrolled), x
    found = fit(*given, weights=land.weights, strata=land.level, points=land.points)
    assert found.state == "estimated"
    assert found.effects.low["a"] > 0.15
    assert found.effects.high["a"] < 0.45
    assert found.effects.p["b"] > 0.01
    seen = found.diagnostics
    assert seen.form == "error"
    assert seen.moran_before.p < 1e-6
    assert abs(seen.moran_after.z) < 4
    assert abs(seen.moran_after.z) < seen.moran_before.z / 2
    assert seen.dispersion > 5
    assert seen.influence["dfbetas"].abs().max() < 1


def test_patterns_carried_from_some_places_to_all_give_the_same_effects(monkeypatch):
    land = Land(n=900, seed=5)
    x = land.exposures(smooth=True)
    y = land.absent(x, [0.3, 0.0])

    def found():
        return fit(
            (y, land.enrolled), x, weights=land.weights, strata=land.level, points=land.points
        )

    whole = found().effects
    model._basis_at.cache_clear()
    monkeypatch.setattr(patterns, "MOST_PLACES", land.n - 1)
    monkeypatch.setattr(patterns, "KNOTS", 400)
    carried = found().effects
    model._basis_at.cache_clear()
    se = (whole["high"] - whole["low"]) / (2 * 1.96)
    assert ((carried["effect"] - whole["effect"]).abs() < 0.2 * se).all()
    assert (carried["high"] - carried["low"]).to_numpy() == pytest.approx(2 * 1.96 * se, rel=0.1)


def test_exposures_that_spill_over_to_neighbours_are_told_apart():
    land = Land(n=300, seed=11)
    x = land.exposures(smooth=False)
    links = land.weights.row_standardized().sparse.toarray()
    spread = np.linalg.inv(np.eye(land.n) - 0.6 * links)
    y = spread @ (0.5 * x["a"].to_numpy() + 0.4 * land.rng.normal(size=land.n))
    found = fit(pd.Series(y), x, weights=land.weights)
    assert found.diagnostics.form == "lag"
    assert found.diagnostics.rho == pytest.approx(0.6, abs=0.15)
    direct = 0.5 * np.diag(spread).mean()
    assert found.effects["effect"]["a"] == pytest.approx(direct, abs=0.12)
    assert found.effects["spillover"]["a"] == pytest.approx(0.5 / 0.4 - direct, abs=0.35)
    assert found.effects["p"]["b"] > 0.01


def test_a_lag_at_its_bound_is_no_estimate_and_says_so():
    land = Land(n=300, seed=13)
    x = land.exposures(smooth=False)
    links = land.weights.row_standardized().sparse.toarray()
    noise = 0.1 * land.rng.normal(size=land.n)
    y = np.linalg.solve(np.eye(land.n) - 0.9999 * links, 0.5 * x["a"].to_numpy() + noise)
    found = fit(pd.Series(y), x, weights=land.weights)
    assert found.diagnostics.form == "error"
    assert "reaches its bound of 0.999" in found.diagnostics.why
    assert np.isnan(found.diagnostics.rho)
    assert found.effects["spillover"].eq(0).all()


def test_weights_that_make_a_place_its_own_neighbour_are_refused():
    land = Land(n=60)
    with pytest.raises(ValueError, match="its own neighbour"):
        fit(pd.Series(land.field()), land.exposures(), weights=land.weights.with_self())


def test_the_unit_of_an_exposure_does_not_matter():
    land = Land(seed=1)
    x = land.exposures()
    y = land.absent(x, [0.2, 0.0])
    plain = fit((y, land.enrolled), x, weights=land.weights)
    other = fit((y, land.enrolled), x * [100, 0.01] + 7, weights=land.weights)
    columns = ["effect", "se", "p", "vif"]
    np.testing.assert_allclose(plain.effects[columns], other.effects[columns], rtol=1e-6)
    np.testing.assert_allclose(other.effects["sd"], plain.effects["sd"] * [100, 0.01])


def test_a_table_of_counts_a_pair_and_another_order_give_the_same():
    land = Land(seed=2)
    x = land.exposures()
    ids = pd.Index([f"s{i}" for i in range(land.n)])
    weights = Weights.knn(pd.DataFrame(land.points, index=ids, columns=["x", "y"]), 6)
    x.index = ids
    counts = pd.DataFrame(
        {"chronic_absent": land.absent(x, [0.2, 0]), "enrolled": land.enrolled}, index=ids
    )
    table = fit(counts, x, weights=weights).effects
    pair = fit((counts["chronic_absent"], counts["enrolled"]), x, weights=weights).effects
    pd.testing.assert_frame_equal(table, pair)
    turned = fit(counts[::-1], x[::-1], weights=weights).effects
    np.testing.assert_allclose(table[["effect", "se"]], turned[["effect", "se"]], rtol=0.02)


def test_one_school_that_moves_an_effect_is_named():
    land = Land(n=80, seed=3)
    x = land.exposures(smooth=False, names=("a",))
    x.loc[7, "a"] = 8.0
    y = -0.2 * land.rng.normal(size=80)
    y[7] = 9.0
    y = pd.Series(y)
    found = fit(y, x, weights=land.weights, form="none")
    assert found.diagnostics.influence.loc["a", "id"] == 7
    keep = x.index != 7
    without = fit(y[keep], x[keep], weights=land.weights, form="none")
    per_unit = [f.effects["effect"]["a"] / f.effects["sd"]["a"] for f in (found, without)]
    moved = (per_unit[0] - per_unit[1]) * found.effects["sd"]["a"]
    dfbetas = found.diagnostics.influence.loc["a", "dfbetas"]
    model_se = np.sqrt(ordinary_variance(y, x))
    # The formula gives what leaving the school out gives.
    assert dfbetas == pytest.approx(moved / model_se, rel=0.05)
    assert dfbetas > 1


def test_a_place_alone_in_its_stratum_is_never_the_one_that_moves_an_effect():
    land = Land(n=80, seed=3)
    x = land.exposures(smooth=False, names=("a",))
    y = pd.Series(land.rng.normal(size=80))
    y[7], x.loc[7, "a"] = 9.0, 8.0
    strata = pd.Series("many", index=x.index).mask(x.index == 7, "one")
    found = fit(y, x, weights=land.weights, form="none", strata=strata)
    assert found.diagnostics.influence.loc["a", "id"] != 7
    assert np.isfinite(found.diagnostics.influence.loc["a", "dfbetas"])


def ordinary_variance(y, x):
    z = (x - x.mean()) / x.std()
    columns = np.column_stack([np.ones(len(z)), z])
    rest = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    return (rest @ rest) / (len(y) - 2) * np.linalg.inv(columns.T @ columns)[1, 1]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda y, x: (y[:20], x.iloc[:20]), "too few places"),
        (lambda y, x: (y, x.assign(c=x.a + 1e-6 * x.b)), "collinear"),
        (lambda y, x: (y, x.assign(c=1.0)), "collinear"),
        (lambda y, x: (y * 0 + 3.0, x), "constant outcome"),
        (lambda y, x: (y * np.nan, x), "too few places"),
        (lambda y, x: (y, x * np.nan), "too few places"),
    ],
)
def test_a_model_that_cannot_be_estimated_is_refused_with_its_reason(change, state):
    land = Land(n=100, seed=5)
    x = land.exposures(smooth=False)
    y, x = change(x["a"] + land.rng.normal(size=100), x)
    found = fit(y, x, weights=land.weights)
    assert found.state == state
    assert len(found.reason) > 10
    assert found.effects[["effect", "se", "low", "high", "p"]].isna().all(axis=None)
    assert found.effects.index.tolist() == x.columns.tolist()


def test_missing_figures_leave_a_school_out_and_islands_do_not_crash():
    land = Land(n=120, seed=6)
    x = land.exposures()
    y = land.absent(x, [0.2, 0.0]).astype(float)
    x.iloc[0, 0] = np.nan
    y[1] = np.nan
    weights = Weights.from_edges(range(120), [5, 6, 7, 8], [6, 5, 8, 7])
    found = fit((y, land.enrolled), x, weights=weights, form="error")
    assert (found.diagnostics.n, found.diagnostics.left_out) == (118, 2)
    assert found.effects["se"].gt(0).all()
    alone = fit((y, land.enrolled), x, weights=Weights.from_edges(range(120), [], []))
    assert alone.state == "estimated"


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (lambda n: (np.full(n, 9), np.full(n, 5)), "above its denominator"),
        (lambda n: pd.DataFrame({"absent": np.ones(n)}), "chronic_absent"),
        (lambda n: np.ones(n - 1), "shape"),
        (lambda n: np.full(n, np.inf), "infinite"),
        (lambda n: pd.Series(np.ones(n), index=range(1, n + 1)), "different indexes"),
    ],
)
def test_bad_outcomes_are_named(outcome, message):
    land = Land(n=60)
    with pytest.raises(ValueError, match=message):
        fit(outcome(60), land.exposures(), weights=land.weights)


def test_measures_made_from_others_are_warned_of():
    assert circularity(["crowding", "uninsured"]) == ()
    assert circularity(["places_asthma"]) == ()
    assert "poverty_150" in circularity(["places_asthma", "poverty_150"])[0]
    assert circularity(["asthma", "no_high_school"], {"asthma": "cdc_places_2024"})
    land = Land(n=60)
    x = land.exposures(names=("places_asthma", "poverty_150"))
    found = fit(pd.Series(land.field()), x, weights=land.weights)
    assert found.diagnostics.warnings == circularity(x)
    assert len(circularity(x)) == 1


def test_wide_margins_pull_an_effect_towards_nothing():
    land = Land(n=200, seed=8)
    x = land.exposures(smooth=False)
    y = land.absent(x, [0.4, 0.0])
    model = driver_model((y, land.enrolled), x, weights=land.weights)
    none = moe_sensitivity(model, x, x * 0.0, draws=5, seed=0)
    np.testing.assert_allclose(none["low"], none["effect"], rtol=1e-6)
    wide = moe_sensitivity(model, x, x * 0 + 1.645, draws=100, seed=0)
    assert wide["mean"]["a"] == pytest.approx(wide["effect"]["a"] / 2, rel=0.2)
    assert wide["same_sign"]["a"] == 1
    refused = driver_model((y[:9], land.enrolled[:9]), x[:9], weights=land.weights)
    few = moe_sensitivity(refused, x[:9], x[:9] * 0, draws=5, seed=0)
    assert few["state"].eq("too few places").all()


def test_shapley_shares_of_independent_themes_are_their_own_r2():
    rng = np.random.default_rng(2)
    x = pd.DataFrame(np.linalg.qr(rng.normal(size=(200, 4)))[0], columns=list("abcd"))
    x = x - x.mean()
    y = pd.Series(3 * x["a"] + 2 * x["b"] + 1 * x["c"]) + 0.01 * rng.normal(size=200)
    themes = {"a": "home", "b": "care", "c": "care", "d": "transport"}
    found = shapley_shares(y, x, themes=themes, draws=50)
    assert found.index.tolist() == ["home", "care", "transport"]
    assert found["share"].sum() == pytest.approx(1)
    assert found["r2"].sum() == pytest.approx(spatial_free_r2(y, x), rel=1e-6)
    assert found["share"]["home"] == pytest.approx(9 / 14, abs=0.05)
    assert (found["low"] <= found["share"]).all()
    assert (found["share"] <= found["high"]).all()


def spatial_free_r2(y, x):
    columns = np.column_stack([np.ones(len(x)), x])
    rest = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    return 1 - (rest**2).sum() / ((y - y.mean()) ** 2).sum()


def test_two_copies_of_a_driver_share_alike():
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"a": rng.normal(size=90)})
    x["b"] = x["a"] + 1e-4 * rng.normal(size=90)
    found = shapley_shares(
        x["a"] + rng.normal(size=90), x, themes={"a": "one", "b": "two"}, draws=9
    )
    assert found["share"].to_numpy() == pytest.approx([0.5, 0.5], abs=0.02)


def test_a_planted_strength_is_shown_first_and_chance_is_not():
    land = Land(n=300, seed=9)
    x = land.exposures(smooth=False)
    y = land.absent(x, [0.4, -0.2], spread=0.0)
    planted = [5, 50, 150]
    y[planted] = (y[planted] * 0.1).astype(int)
    found = doing_better((y, land.enrolled), x, strata=land.level)
    assert set(found.index[:3]) == set(planted)
    assert found["class"].eq(BETTER).sum() <= 4
    assert found["class"].iloc[:3].eq(BETTER).all()
    assert (found["rate"] < found["low"])[planted].all()
    assert found["outside"].iloc[:3].eq("below").all()
    assert found["outside"].ne("").mean() == pytest.approx(0.05, abs=0.04)
    assert not found["class"].str.contains("worst|fail|bad").any()


@pytest.mark.slow
def test_few_schools_are_named_by_chance(replicates):
    named = []
    for seed in range(replicates(20, 200)):
        land = Land(n=150, seed=seed)
        x = land.exposures()
        y = land.absent(x, [0.3, 0.0], spread=0.0)
        found = doing_better((y, land.enrolled), x, strata=land.level)
        named.append(found["class"].ne("as predicted").any())
    assert np.mean(named) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(named))


def test_strengths_by_expected_counts_and_their_states():
    x = pd.Series([20.0] * 40 + [None, 1], dtype="Float64")
    n = pd.Series([100] * 41 + [0])
    x[41] = 0
    found = doing_better((x, n), expected=n * 0.2)
    assert found["state"].value_counts().to_dict() == {"compared": 40, "no count": 2}
    assert found["class"].value_counts().to_dict() == {"as predicted": 40, "not compared": 2}
    few = doing_better((x[:5], n[:5]), expected=n[:5] * 0.2)
    assert few["state"].eq("too few schools").all()
    with pytest.raises(ValueError, match="either"):
        doing_better((x, n), expected=n * 0.2, strata=n * 0)


def sizes_in_the_list(runs, *, between=0.5, **options):
    """Part of each fifth of size below the funnel, and runs that name a school, by chance."""
    below, named = [], []
    for seed in range(runs):
        land = Land(n=300, seed=seed)
        n = np.exp(land.rng.uniform(np.log(100), np.log(2000), land.n)).round()
        eta = -1.0 + 0.3 * land.level - 0.35 * np.log2(n / 450)
        eta += between * land.rng.normal(size=land.n)
        absent = land.rng.binomial(n.astype(int), expit(eta))
        found = doing_better((absent, n), strata=land.level, **options).sort_index()
        fifth = pd.qcut(n, 5, labels=False)
        below.append(found["outside"].eq("below").groupby(fifth).mean())
        named.append(found["class"].eq(BETTER).any())
    return pd.concat(below, axis=1), np.mean(named)


@pytest.mark.slow
def test_a_slope_of_size_alone_puts_neither_small_nor_large_schools_in_the_list(replicates):
    runs = replicates(25, 300)
    below, named = sizes_in_the_list(runs)
    # Wanted: 2.5 % of each fifth. Monte Carlo error of a fifth: .004 at 25 runs, .0011 at 300.
    error = 3 * np.sqrt(0.025 * 0.975 / (runs * 60))
    assert (below.mean(axis=1) <= 0.025 + error).all()
    assert (below.mean(axis=1) >= 0.5 * 0.025 - error).all()
    assert named <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / runs)


@pytest.mark.slow
def test_without_size_in_the_prediction_the_list_is_one_of_large_schools(replicates):
    below, _ = sizes_in_the_list(replicates(10, 100), size=False)
    assert below.mean(axis=1).iloc[4] > 3 * below.mean(axis=1).iloc[0]


def test_a_recorded_type_is_no_merit():
    land = Land(n=200, seed=12)
    special = np.where(np.arange(200) < 20, "special", "general")
    eta = -1.2 - 1.2 * (special == "special") + 0.3 * land.rng.normal(size=200)
    absent = land.rng.binomial(land.enrolled, expit(eta))
    plain = doing_better((absent, land.enrolled)).sort_index()
    typed = doing_better((absent, land.enrolled), types=special).sort_index()
    assert plain["outside"].eq("below")[:20].mean() > 0.3
    assert typed["outside"].eq("below")[:20].mean() < 0.15
    few = np.where(np.arange(200) < 4, "rare", "general")  # too few to make a type
    rare = doing_better((absent, land.enrolled), types=few).sort_index()
    np.testing.assert_allclose(rare["predicted"], plain["predicted"])


def grid(side):
    ids = np.arange(side * side)
    place = pd.DataFrame({"x": ids % side, "y": ids // side}, index=ids)
    return Weights.distance_band(place.to_numpy() * 1000.0, 1500.0), place


def shuffled_grid(x, n, driver, weights):
    return shuffled_map(x, n, driver, np.eye(len(n)), weights, None)


def test_a_driver_that_follows_absence_is_found_and_a_random_one_is_not():
    rng = np.random.default_rng(4)
    weights, place = grid(12)
    n = np.full(144, 200)
    gradient = (place["x"] / 11).astype(float)
    x = rng.binomial(n, 0.1 + 0.3 * gradient)
    together = bivariate_local(shuffled_grid(x, n, gradient, weights), weights, draws=199, seed=1)
    assert together.p == pytest.approx(2 / 200)
    assert together.areas.loc[place["x"].isin([0, 11]), "q"].lt(0.1).all()
    assert set(together.areas.loc[place["x"] == 11, "quadrant"]) == {"high-high"}
    chance = shuffled_grid(rng.binomial(n, 0.2), n, gradient, weights)
    alone = bivariate_local(chance, weights, draws=199, seed=1)
    assert alone.p > 0.01
    assert alone.areas["q"].lt(0.05).sum() <= 8
    flat = bivariate_local(shuffled_grid(x, n, gradient * 0, weights), weights, draws=9, seed=1)
    assert flat.areas["state"].eq("constant values").all()
    assert flat.areas["p_sim"].isna().all()


def test_overlap_is_large_only_when_absence_and_driver_meet():
    rng = np.random.default_rng(6)
    weights, place = grid(12)
    n = np.full(144, 200)
    gradient = (place["x"] / 11).astype(float)
    shuffled = shuffled_grid(rng.binomial(n, 0.1 + 0.3 * gradient), n, gradient, weights)
    meets = overlap(gradient > 0.95, shuffled, weights, draws=199, seed=1)
    assert meets.count == meets.hot == 12
    assert meets.p == pytest.approx(1 / 200)
    assert meets.expected == pytest.approx(12 * meets.worst / 144, rel=0.3)
    other = overlap(place["y"] < 1, shuffled, weights, draws=199, seed=1)
    assert other.p > 0.05
    none = overlap(gradient > 2, shuffled, weights, draws=9, seed=1)
    assert none.state == "no hot spot"


def test_nine_classes_count_every_area_once():
    rng = np.random.default_rng(7)
    one, two = pd.Series(rng.normal(size=99)), pd.Series(rng.normal(size=99))
    one[3] = None
    found = bivariate_classes(one, two)
    assert found.table.to_numpy().sum() == 98
    assert found.areas.loc[3, "pair"] == "no value"
    assert abs(found.table.sum(axis=1) - 98 / 3).max() < 1.1
    assert bivariate_classes(one, two * 0).areas["driver_class"].eq("middle").all()
