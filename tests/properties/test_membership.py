"""Relations that the pieces of the membership model must keep for any input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import membership
from analytics.membership import laplace
from analytics.membership.fields import matern
from analytics.membership.hyperparameters import Mixture, integrate, smoothed
from analytics.membership.laplace import Binomial, Poisson
from analytics.membership.predictor import Predictor
from geo.weights.weights import Weights

seeds = st.integers(0, 10_000)


def approximate(covariance, likelihood, start):
    """Fit counts whose linear predictors have a dense covariance."""
    return laplace.approximate(Predictor.of(covariance), likelihood, start)


def problem(seed, n=7):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((n, n))
    trials = rng.integers(1, 60, n).astype(float)
    cases = rng.binomial(rng.integers(1, 60, n), 0.3).clip(max=trials).astype(float)
    kind = Binomial(cases, trials) if seed % 2 else Poisson(cases, trials / 3)
    return rng, root @ root.T / n + np.eye(n), kind


@given(seeds)
@settings(max_examples=30)
def test_mode_balances_likelihood_and_prior(seed):
    _, covariance, likelihood = problem(seed)
    found = approximate(covariance, likelihood, np.zeros(7))
    np.testing.assert_allclose(covariance @ found.slopes.first, found.eta, atol=1e-4)
    whole = np.linalg.inv(np.linalg.inv(covariance) + np.diag(found.slopes.weight))
    np.testing.assert_allclose(found.variance, np.diag(whole), rtol=1e-6)


@given(seeds)
@settings(max_examples=30)
def test_evidence_and_its_derivative_do_not_depend_on_where_the_search_began(seed):
    rng, covariance, likelihood = problem(seed)
    first = approximate(covariance, likelihood, np.zeros(7))
    again = approximate(covariance, likelihood, rng.normal(0, 3, 7))
    assert first.log_evidence == pytest.approx(again.log_evidence, abs=1e-5)
    slope, information = first.gradient([covariance], [1.0])
    for j, part in enumerate([covariance, np.eye(7)]):
        step = 1e-4 * part
        up = approximate(covariance + step, likelihood, first.eta).log_evidence
        down = approximate(covariance - step, likelihood, first.eta).log_evidence
        assert slope[j] == pytest.approx((up - down) / 2e-4, abs=1e-3)
    assert np.linalg.eigvalsh(information).min() > -1e-9


@given(seeds)
@settings(max_examples=20)
def test_corrected_mean_and_evidence_are_nearer_to_the_truth_of_one_count(seed):
    rng = np.random.default_rng(seed)
    variance = float(rng.uniform(0.1, 1.5))
    likelihood = Poisson(np.array([float(rng.poisson(1.5))]), np.array([1.5]))
    covariance = np.array([[variance]])
    found = approximate(covariance, likelihood, np.zeros(1))
    eta = np.linspace(-9, 7, 40_001)
    log = np.array([likelihood.log_density(np.array([e])) for e in eta[::20]])
    density = np.exp(log - eta[::20] ** 2 / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    step = eta[20] - eta[0]
    mean = (density * eta[::20]).sum() / density.sum()
    evidence = np.log(density.sum() * step)
    ours = covariance[0, 0] * found.mean_slope(likelihood)[0]
    assert abs(ours - mean) <= abs(found.eta[0] - mean) + 1e-3
    assert abs(ours - mean) < 0.02
    corrected = found.log_evidence + found.correction()
    assert abs(corrected - evidence) <= abs(found.log_evidence - evidence) + 1e-4


@given(seeds)
@settings(max_examples=30)
def test_quantiles_of_a_mixture_undo_its_tail_probabilities(seed):
    rng = np.random.default_rng(seed)
    weight = rng.dirichlet(np.ones(4))
    shape = (4, 3)
    mixture = Mixture(
        weight, rng.normal(0, 2, shape), rng.uniform(0.1, 2, shape), rng.uniform(-0.8, 0.8, shape)
    )
    for p in (0.025, 0.5, 0.9):
        np.testing.assert_allclose(1 - mixture.above(mixture.quantile(p)), p, atol=1e-9)
    np.testing.assert_allclose(mixture.expectation(lambda x: x), mixture.mean, atol=1e-10)
    assert (mixture.quantile(0.1) <= mixture.quantile(0.2)).all()


@given(seeds)
@settings(max_examples=30)
def test_smoothing_points_keeps_mean_and_variance(seed):
    rng = np.random.default_rng(seed)
    weight, points = rng.dirichlet(np.ones(9)), rng.normal(size=(9, 2))
    found = smoothed(weight, points)
    mean = weight @ points
    np.testing.assert_allclose(found.mean, mean, atol=1e-12)
    np.testing.assert_allclose(found.sd**2, weight @ (points - mean) ** 2, rtol=1e-9)


@given(seeds, st.integers(1, 3), st.booleans())
@settings(max_examples=30)
def test_a_normal_density_is_integrated_with_its_mean_and_variance(seed, d, grid):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((d, d))
    covariance, mode = root @ root.T + 0.1 * np.eye(d), rng.standard_normal(d)
    inverse = np.linalg.inv(covariance)

    def log_density(theta):
        return float(-0.5 * (theta - mode) @ inverse @ (theta - mode))

    grid = grid and d < 3
    nodes = integrate(lambda points: map(log_density, points), mode, covariance, grid=grid)
    truth = 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]
    assert nodes.log_total == pytest.approx(truth, abs=0.03)
    np.testing.assert_allclose(nodes.weight @ nodes.theta, mode, atol=1e-6)
    spread = (nodes.weight[:, None] * (nodes.theta - mode)).T @ (nodes.theta - mode)
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(spread / scale, covariance / scale, atol=0.06)


@given(st.floats(0.1, 50), st.sampled_from([0.5, 1.5]))
def test_matern_falls_from_one_and_its_slope_is_its_derivative(range_km, smoothness):
    distance = np.linspace(0, 60, 50)
    value, slope = matern(distance, range_km, smoothness)
    assert value[0] == 1
    assert (np.diff(value) <= 0).all()
    up, down = (matern(distance, range_km * np.exp(s), smoothness)[0] for s in (1e-5, -1e-5))
    np.testing.assert_allclose(slope, (up - down) / 2e-5, atol=1e-6)
    assert 0.13 < np.interp(range_km, distance, value) < 0.3 or range_km < 2 or range_km > 40


@given(seeds)
@settings(max_examples=4)
def test_relabelling_areas_relabels_the_answer(seed):
    rng = np.random.default_rng(seed)
    ids = list("abcdefgh")
    weights = Weights.from_edges(ids, ids[:-1] + ids[1:], ids[1:] + ids[:-1])
    trials = pd.Series(rng.integers(20, 200, 8), index=ids)
    cases = pd.Series(rng.binomial(trials, 0.3), index=ids)
    found = membership.fit(cases, trials, weights=weights)
    order = rng.permutation(ids)
    again = membership.fit(cases[order], trials[order], weights=weights.subset(order))
    assert again.areas.index.tolist() == list(order)
    columns = ["mean", "sd", "low", "high", "rate_mean"]
    np.testing.assert_allclose(
        again.areas.loc[ids, columns].to_numpy(dtype=float),
        found.areas[columns].to_numpy(dtype=float),
        rtol=1e-4,
        atol=1e-5,
    )
    crude = cases / trials
    assert found.areas["rate_mean"].between(crude.min() - 0.03, crude.max() + 0.03).all()
