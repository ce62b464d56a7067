"""The membership model finds what was planted, covers it, and says when it cannot."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from analytics import membership
from analytics.membership.data import prepare
from analytics.membership.fields import Exponential, Mixing, Priors, ShortRange, scaled_icar
from analytics.membership.result import area_frame
from geo.weights.weights import Weights


def grid(side, seed=0):
    """Areas on a jittered square grid, 1 km apart, and their rook neighbours."""
    rng = np.random.default_rng(seed)
    place = np.array([(i, j) for i in range(side) for j in range(side)], dtype=np.float64)
    ids = [f"t{i:03d}" for i in range(len(place))]
    apart = np.abs(place[:, None] - place).sum(axis=2)
    focal, neighbor = np.nonzero(apart == 1)
    weights = Weights.from_edges(ids, [ids[i] for i in focal], [ids[j] for j in neighbor])
    return place + rng.uniform(-0.2, 0.2, place.shape), weights


def catchment(rng, centres, schools, near=6):
    """Shares of schools over their nearest areas."""
    sites = centres[rng.integers(0, len(centres), schools)] + rng.uniform(-0.5, 0.5, (schools, 2))
    apart = np.linalg.norm(sites[:, None] - centres, axis=2)
    share = np.where(apart <= np.sort(apart, axis=1)[:, [near - 1]], np.exp(-apart), 0.0)
    return share / share.sum(axis=1, keepdims=True)


def county(seed, side=12, schools=70):
    """Draw a county from the model: field, school effects and counts."""
    rng = np.random.default_rng(seed)
    centres, weights = grid(side, seed)
    sigma, range_km, own = rng.uniform([0.3, 2.0, 0.2], [0.8, 5.0, 0.6])
    apart = np.linalg.norm(centres[:, None] - centres, axis=2)
    root = np.linalg.cholesky(np.exp(-2 * apart / range_km) + 1e-9 * np.eye(len(centres)))
    field = sigma * root @ rng.standard_normal(len(centres))
    share = catchment(rng, centres, schools)
    eta = -1.2 + share @ field + own * rng.standard_normal(schools)
    trials = rng.integers(100, 800, schools)
    return {
        "cases": rng.binomial(trials, expit(eta)),
        "trials": trials,
        "share": share,
        "weights": weights,
        "centres": centres,
    }, expit(-1.2 + field)


def fitted(case, **options):
    case = {**case, **options}
    return membership.fit(case.pop("cases"), case.pop("trials"), **case)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_intervals_cover_the_planted_rates_and_exceedance_is_a_probability(replicates):
    counties = replicates(12, 200)
    covered, claimed, true = [], [], []
    for seed in range(counties):
        case, rate = county(seed)
        found = fitted(case, field="matern", smoothness=0.5)
        inside = (found.areas["rate_low"] < rate) & (rate < found.areas["rate_high"])
        covered.append(inside.mean())
        claimed.append(found.exceedance(0.25))
        true.append(rate > 0.25)
    share, spread = np.mean(covered), np.std(covered) / np.sqrt(counties)
    slack = 0 if counties >= 200 else 3 * max(spread, 0.01)
    assert 0.92 - slack <= share <= 0.97 + slack
    claimed, true = np.concatenate(claimed), np.concatenate(true)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        band = (claimed >= low) & (claimed < low + 0.2 + 1e-9)
        assert true[band].mean() == pytest.approx(claimed[band].mean(), abs=0.06 + slack)


@pytest.fixture(scope="module")
def one():
    case, rate = county(4)
    return case, rate, fitted(case)


def test_field_is_compared_by_marginal_likelihood_and_the_choice_is_said(one):
    _, rate, found = one
    assert set(found.comparison.index) == {"matern 0.5", "matern 1.5", "bym2"}
    assert found.comparison["chosen"].sum() == 1
    assert found.comparison.index[found.comparison["chosen"]][0] == found.field
    assert any(found.field in note for note in found.notes)
    assert np.corrcoef(found.areas["rate_mean"], rate)[0, 1] > 0.6
    assert list(found.hyperparameters.index) == ["sigma", "range_km", "school_sd"]


def test_bym2_over_shared_schools_says_that_its_independent_part_is_not_identified(one):
    case, _, _ = one
    found = fitted(case, field="bym2")
    assert any("hardly identified" in note for note in found.notes)
    apart = fitted(case, field="matern", smoothness=0.5)
    assert not any("hardly identified" in note for note in apart.notes)


def test_top_sums_to_k_and_grows_with_k(one):
    _, _, found = one
    few, many = found.top(5), found.top(20)
    assert few.sum() == pytest.approx(5)
    assert many.sum() == pytest.approx(20)
    assert (many >= few - 1e-12).all()
    assert found.top(len(found.areas)).eq(1).all()
    with pytest.raises(ValueError, match="k must be from 1"):
        found.top(0)


def test_exceedance_falls_with_the_threshold_and_neighbours_share_it(one):
    _, _, found = one
    assert (found.exceedance(0.2) >= found.exceedance(0.3)).all()
    near = found.exceedance(0.25, neighbours=True)
    assert near.index.equals(found.areas.index)
    assert near.between(0, 1).all()
    ratio = found.exceedance(0.25 / found.overall, scale="ratio")
    pd.testing.assert_series_equal(ratio, found.exceedance(0.25))
    for wrong in (0, 1, -1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            found.exceedance(wrong)


def test_same_input_gives_the_same_result(one):
    case, _, found = one
    again = fitted(case)
    pd.testing.assert_frame_equal(found.areas, again.areas)
    pd.testing.assert_series_equal(found.top(10), again.top(10))


def test_levels_are_told_apart_from_place():
    case, _ = county(5)
    rng = np.random.default_rng(1)
    level = np.where(rng.random(len(case["trials"])) < 0.4, "high", "elementary")
    odds = case["cases"] / (case["trials"] - case["cases"]) * np.where(level == "high", 2.0, 1.0)
    cases = np.round(case["trials"] * odds / (1 + odds))
    found = fitted({**case, "cases": cases}, levels=level, field="matern", smoothness=0.5)
    effect = found.effects.loc["level high"]
    assert effect["low"] < np.log(2) < effect["high"]
    assert effect["mean"] == pytest.approx(np.log(2), abs=0.3)


def test_identity_catchment_is_plain_bym2():
    _, weights = grid(6)
    rng = np.random.default_rng(2)
    trials = rng.integers(50, 300, weights.n)
    cases = pd.Series(rng.binomial(trials, 0.2), index=weights.ids)
    trials = pd.Series(trials, index=weights.ids)
    plain = membership.fit(cases, trials, weights=weights)
    shared = membership.fit(cases, trials, share=np.eye(weights.n), weights=weights)
    pd.testing.assert_frame_equal(plain.areas, shared.areas)
    assert list(plain.hyperparameters.index) == ["sigma", "rho"]


def test_covariate_is_found_where_it_was_planted():
    _, weights = grid(10)
    rng = np.random.default_rng(4)
    x = pd.Series(rng.standard_normal(weights.n), index=weights.ids, name="poverty")
    expected = rng.uniform(5, 60, weights.n)
    cases = rng.poisson(expected * np.exp(0.3 * x + 0.2 * rng.standard_normal(weights.n)))
    found = membership.fit(
        cases, weights=weights, family="poisson", expected=expected, covariates=x[::-1]
    )
    effect = found.effects.loc["poverty"]
    assert effect["low"] < 0.3 < effect["high"]
    assert effect["low"] > 0.1
    with pytest.raises(ValueError, match="relative risks"):
        found.exceedance(0.2, scale="rate")


@pytest.mark.parametrize(("factor", "offset"), [(20_000.0, 60_000.0), (30.0, 50.0), (1e-4, 3.0)])
def test_the_unit_of_a_covariate_does_not_matter(factor, offset):
    _, weights = grid(7)
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.standard_normal((weights.n, 2)), weights.ids, ["income", "percent"])
    cases = rng.binomial(300, 1 / (1 + np.exp(1.3 - 0.5 * x["income"] + 0.2 * x["percent"])))
    counts = (pd.Series(cases, weights.ids), pd.Series(300, weights.ids))
    plain = membership.fit(*counts, weights=weights, covariates=x)
    raw = membership.fit(*counts, weights=weights, covariates=offset + factor * x)
    pd.testing.assert_frame_equal(raw.areas, plain.areas, rtol=1e-5, atol=1e-7)
    effects = raw.effects.loc[["income", "percent"]]
    pd.testing.assert_frame_equal(effects * factor, plain.effects.loc[effects.index], rtol=1e-5)
    at_mean = raw.effects.loc["intercept", "mean"] + offset * effects["mean"].sum()
    assert at_mean == pytest.approx(plain.effects.loc["intercept", "mean"], rel=1e-4)
    assert effects.loc["income", "low"] < 0.5 / factor < effects.loc["income", "high"]


def test_the_intercept_of_raw_covariates_carries_their_uncertainty():
    _, weights = grid(6)
    rng = np.random.default_rng(6)
    income = rng.normal(60_000, 20_000, weights.n)
    found = membership.fit(
        rng.binomial(400, 0.2, weights.n), [400] * weights.n, weights=weights, covariates=income
    )
    intercept, effect = found.effects["sd"]
    centre = found.effects["sd"].iloc[1] * income.mean()
    assert intercept == pytest.approx(np.hypot(centre, 0.08), rel=0.5)
    assert intercept > 0.5 * centre > 0 < effect


def test_each_component_is_scaled_on_its_own_and_an_island_is_standard_normal():
    apart = Weights.from_edges("abcdefg", "abbcde", "bacbed")
    found = scaled_icar(apart)
    for part in (["a", "b", "c"], ["d", "e"]):
        place = apart.ids.get_indexer(part)
        own = found.covariance[np.ix_(place, place)]
        assert np.exp(np.log(np.diag(own)).mean()) == pytest.approx(1)
        assert own.sum() == pytest.approx(0, abs=1e-12)
    assert found.covariance[5:, 5:].tolist() == np.eye(2).tolist()
    np.testing.assert_allclose(
        np.sort(found.eigenvalues), np.sort(np.linalg.eigvalsh(found.covariance)), atol=1e-12
    )


def test_islands_and_two_components_get_numbers():
    weights = Weights.from_edges("abcdefg", "abbcde", "bacbed")
    found = membership.fit([20, 22, 21, 60, 58, 30, None], [100.0] * 7, weights=weights)
    assert found.areas["state"].tolist() == ["estimated"] * 6 + ["predicted"]
    assert found.areas.drop(columns="state").notna().all().all()
    # An island without any count is known from nowhere: its interval is the widest.
    width = found.areas["high"] - found.areas["low"]
    assert width.idxmax() == "g"


@pytest.mark.parametrize(
    ("cases", "trials", "state"),
    [
        ([None] * 4, [10] * 4, "no known cases"),
        ([1, None, None, None], [10] * 4, "too few counts"),
        ([1, 2, 3, 4], [0, 0, 0, 0], "no known cases"),
        ([0, 0, 0, 0], [10] * 4, "no cases"),
        ([10] * 4, [10] * 4, "every trial is a case"),
    ],
)
def test_without_information_there_is_a_state_and_no_number(cases, trials, state):
    if trials[0] == 0:
        cases = [0] * 4
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    found = membership.fit(
        pd.Series(cases, index=list("abcd"), dtype="Float64"),
        pd.Series(trials, index=list("abcd")),
        weights=weights,
    )
    assert found.state == state
    assert found.areas["state"].eq(state).all()
    assert found.areas[["mean", "rr_mean", "rate_mean", "rate_low"]].isna().all().all()
    assert found.exceedance(0.2).isna().all()
    assert found.top(2).isna().all()
    assert found.field == ""
    assert state in found.notes[0]


@pytest.mark.parametrize("field", ["matern", "bym2"])
def test_one_area_and_areas_at_one_point_get_numbers(field):
    alone = Weights.from_edges(["a"], [], [])
    options = {"field": field, "share": np.ones((3, 1)), "weights": alone}
    found = membership.fit([20, 30, 25], [100] * 3, centres=np.zeros((1, 2)), **options)
    assert found.areas["rate_mean"].item() == pytest.approx(0.25, abs=0.05)
    assert found.top(1).item() == 1
    pair = Weights.from_edges("ab", "ab", "ba")
    options = {"field": field, "share": [[0.5, 0.5], [1, 0], [0.2, 0.8]], "weights": pair}
    found = membership.fit([20, 30, 25], [100] * 3, centres=np.zeros((2, 2)), **options)
    assert found.areas["rate_mean"].between(0.1, 0.4).all()
    assert any("Only 3 counts" in note for note in found.notes)


def test_equal_counts_give_a_flat_map():
    _, weights = grid(5)
    found = membership.fit([20] * 25, [100] * 25, weights=weights)
    assert found.state == "fitted"
    assert np.ptp(found.areas["rate_mean"]) < 0.005
    assert found.areas["rate_mean"].mean() == pytest.approx(0.2, abs=0.005)


def test_schools_with_suppressed_counts_are_left_out_and_counted():
    case, _ = county(6)
    schools = [f"s{i}" for i in range(len(case["trials"]))]
    cases = pd.Series(case["cases"], index=schools, dtype="Int64")
    cases.iloc[[0, 5]] = pd.NA
    trials = pd.Series(case["trials"], index=schools)
    trials.iloc[7], cases.iloc[7] = 0, 0
    share = pd.DataFrame(case["share"], index=schools, columns=case["weights"].ids)
    long = share.rename_axis("school_id").reset_index().melt("school_id", None, "geoid", "share")
    long = long[long["share"] > 0]
    options = {"share": long, "field": "matern", "smoothness": 0.5}
    found = fitted({**case, "cases": cases, "trials": trials}, **options)
    assert found.dropped == {"count not known": 2, "no students": 1}
    assert found.areas["left_out"].sum() == 18
    rest = [s for s in schools if s not in ("s0", "s5", "s7")]
    without = fitted({**case, "cases": cases[rest], "trials": trials[rest]}, **options)
    pd.testing.assert_series_equal(found.areas["mean"], without.areas["mean"])


def test_area_without_a_covariate_has_a_state_and_no_number():
    _, weights = grid(5)
    rng = np.random.default_rng(0)
    x = rng.standard_normal(25)
    x[3] = np.nan
    found = membership.fit(rng.binomial(100, 0.2, 25), [100] * 25, weights=weights, covariates=x)
    assert found.areas["state"].iloc[3] == "covariate not known"
    assert found.areas.iloc[3][["mean", "rate_mean"]].isna().all()
    assert found.dropped == {"covariate not known": 1}
    assert np.isnan(found.top(3).iloc[3])
    assert found.areas["rate_mean"].notna().sum() == 24


def test_an_area_without_any_number_is_not_called_estimated():
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    data = prepare(
        pd.Series([1.0, 2.0, np.nan, 4.0]), pd.Series([10.0] * 4), None, weights,
        covariates=[1.0, 2.0, 3.0, np.nan], levels=None,
    )  # fmt: skip
    table = area_frame(data, weights, {"mean": np.array([0.1, np.nan, 0.3, 0.4])})
    assert table["state"].tolist() == ["estimated", "no number", "predicted", "covariate not known"]
    assert table["mean"].isna().tolist() == [False, True, False, True]


def test_cases_where_none_is_expected_are_refused_not_dropped():
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    poisson = {"family": "poisson", "weights": weights, "expected": [2.0, 2.0, 0.0, 2.0]}
    with pytest.raises(ValueError, match="row 2: 3 cases where none is expected"):
        membership.fit([1, 2, 3, 4], **poisson)
    assert membership.fit([1, 2, 0, 4], **poisson).dropped == {"no students": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"field": "spline"}, "unknown field 'spline'"),
        ({"field": "matern"}, "needs centres"),
        ({"field": "matern", "centres": np.zeros((3, 2))}, "two columns, km"),
        ({"centres": [[0, 0], [1, 0], [2, np.nan], [3, 0]]}, "the centre is missing"),
        ({"smoothness": 2.5}, "smoothness must be"),
        ({"family": "gamma"}, "unknown family 'gamma'"),
        ({"expected": [1] * 4}, "family='poisson'"),
        ({"level": 1.5}, "level must be between"),
        ({"covariates": [1, 1, 1, 1]}, "the same everywhere"),
        ({"covariates": [1, 2]}, "2 rows for 4 areas"),
        ({"share": np.eye(3)}, "do not fit"),
    ],
)
def test_bad_input_is_named(change, message):
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    with pytest.raises(ValueError, match=message):
        membership.fit([1, 2, 3, 4], [10] * 4, **{"weights": weights, **change})


@pytest.mark.parametrize(
    ("cases", "trials"), [([-1, 2, 3, 4], [10] * 4), ([11, 2, 3, 4], [10] * 4), ([1, 2], [10, 10])]
)
def test_impossible_counts_are_refused(cases, trials):
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    with pytest.raises(ValueError, match=r"negative|above|for 4 areas"):
        membership.fit(cases, trials, weights=weights)


def test_a_place_beyond_the_memory_is_refused_with_a_remedy():
    small = membership.Limits(most_bytes=1000.0)
    weights = Weights.from_edges("abcd", "abbccd", "bacbdc")
    with pytest.raises(ValueError, match="one county or metropolitan area at a time"):
        membership.fit([1, 2, 3, 4], [10] * 4, weights=weights, limits=small)


def test_progress_rises_to_its_total():
    case, _ = county(1)
    told = []
    fitted(case, progress=lambda done, total: told.append((done, total)))
    done = [first for first, _ in told]
    assert done == sorted(done)
    assert told[-1][0] == told[-1][1]


def test_penalised_priors_hold_their_promise():
    total = np.linspace(1e-3, 40, 40_001)
    step = total[1] - total[0]
    sigma = np.exp([Exponential(1.0, 0.01).log_density(s) for s in total[:20_000]])
    assert sigma[total[:20_000] > 1].sum() * step == pytest.approx(0.01, abs=1e-3)
    short = np.exp([ShortRange(2.0, 0.05).log_density(r) for r in total])
    assert short[total < 2].sum() * step == pytest.approx(0.05, abs=1e-3)
    mixing = Mixing(scaled_icar(grid(6)[1]).eigenvalues)
    rho = (np.arange(20_000) + 0.5) / 20_000
    density = np.exp([mixing.log_density(r) for r in rho])
    assert density[rho < 0.5].mean() / 2 == pytest.approx(2 / 3, abs=0.01)
    with pytest.raises(ValueError, match="intercept_sd"):
        Priors(intercept_sd=0)
