"""Published posteriors of BYM2 and BYM, and a long run of another sampler."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from analytics import membership
from analytics.membership.fields import Beta, HalfNormal, Priors, scaled_icar
from geo.weights.weights import Weights

MORRIS_2019 = Priors(sigma=HalfNormal(1), rho=Beta(0.5, 0.5), intercept_sd=1, effect_sd=1)


def case(folder, id_column="id"):
    data = pd.read_csv(folder / "data.csv").set_index(id_column)
    links = pd.read_csv(folder / "neighbours.csv")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return data, Weights.from_edges(data.index, links["i"], links["j"]), expected


@pytest.fixture(scope="module")
def sids(oracles):
    data, weights, expected = case(oracles / "bym2_nc_sids74")
    found = membership.fit(
        data["y"], weights=weights, family="poisson", expected=data["E"], priors=MORRIS_2019
    )
    return found, weights, expected


@pytest.mark.oracle
def test_scaling_factor_of_riebler_for_north_carolina(sids):
    _, weights, expected = sids
    assert scaled_icar(weights).scaling == pytest.approx([expected["scaling_factor"]], abs=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["sigma", "rho", "beta0"])
def test_bym2_of_north_carolina_agrees_with_stan_within_its_monte_carlo_error(sids, name):
    found, _, expected = sids
    stan = expected["params"][name]
    ours = found.effects.loc["intercept"] if name == "beta0" else found.hyperparameters.loc[name]
    assert abs(ours["mean"] - stan["mean"]) < 3 * stan["se_mean"]
    # The standard error of a standard deviation from n independent draws is about sd / sqrt(2 n).
    assert abs(ours["sd"] - stan["sd"]) < 3 * stan["sd"] / np.sqrt(2 * stan["n_eff"])


@pytest.mark.oracle
def test_relative_risks_of_all_counties_agree_with_stan_within_monte_carlo_error(sids):
    found, _, expected = sids
    sd = np.array(expected["RR_sd"])
    # Effective draws of single counties are not published; the smallest of any quantity is.
    error = 3 * sd / np.sqrt(expected["min_neff"])
    assert (np.abs(found.areas["rr_mean"] - expected["RR_mean"]) < error).all()
    # Between counties the differences are no larger than 4,000 draws explain.
    z = (found.areas["rr_mean"] - expected["RR_mean"]) / (sd / np.sqrt(4000))
    assert np.sqrt((z**2).mean()) < 1.2
    tail = np.sqrt(0.025 * 0.975 / expected["min_neff"]) / 0.0584
    for ours, theirs in (("rr_low", "RR_q025"), ("rr_high", "RR_q975")):
        assert (np.abs(found.areas[ours] - expected[theirs]) < 3 * tail * sd).all()
        assert np.mean(found.areas[ours] / expected[theirs]) == pytest.approx(1, abs=0.005)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "priors", [None, Priors(intercept_sd=100, effect_sd=100)], ids=["defaults", "flat effects"]
)
def test_effect_of_deprivation_on_london_wards_agrees_with_geobugs(oracles, priors):
    data, weights, expected = case(oracles / "bym_london_geobugs")
    found = membership.fit(
        data["O"],
        weights=weights,
        family="poisson",
        expected=data["E"],
        covariates=data["depriv"],
        priors=priors,
    )
    posterior = expected["posterior"]
    assert abs(found.effects.loc["intercept", "mean"] - posterior["alpha"]["mean"]) < 0.015
    assert abs(found.effects.loc["depriv", "mean"] - posterior["beta"]["mean"]) < 0.002


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not os.environ.get("ATLAS_VERIFY"), reason="make verify runs it")
def test_bym2_agrees_with_a_long_run_of_nuts(replicates):
    numpyro = pytest.importorskip("numpyro", reason="numpyro is for development only")
    import jax
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    weights, cases, trials, x = _simulated_map()
    whole = scaled_icar(weights).covariance
    roots, axes = np.linalg.eigh(whole)
    spatial = axes * np.sqrt(np.maximum(roots, 0))

    def model():
        b = numpyro.sample("b", dist.Normal(0, np.array([1.0, 1.0])).to_event(1))
        sigma = numpyro.sample("sigma", dist.HalfNormal(1))
        rho = numpyro.sample("rho", dist.Beta(2, 2))
        theta = numpyro.sample("theta", dist.Normal(0, 1).expand([len(x)]).to_event(1))
        phi = numpyro.sample("phi", dist.Normal(0, 1).expand([len(x)]).to_event(1))
        field = sigma * ((1 - rho) ** 0.5 * theta + rho**0.5 * (spatial @ phi))
        numpyro.deterministic("eta", b[0] + b[1] * x + field)
        logits = b[0] + b[1] * x + field
        numpyro.sample("cases", dist.Binomial(trials, logits=logits), obs=cases)

    jax.config.update("jax_enable_x64", True)
    length = replicates(1000, 8000)
    chain = MCMC(
        NUTS(model, target_accept_prob=0.95),
        num_warmup=500,
        num_samples=length,
        progress_bar=False,
    )
    chain.run(jax.random.PRNGKey(0))
    drawn = {name: np.asarray(value) for name, value in chain.get_samples().items()}
    priors = Priors(sigma=HalfNormal(1), rho=Beta(2, 2), intercept_sd=1, effect_sd=1)
    found = membership.fit(cases, trials, weights=weights, covariates=x, priors=priors)
    rate = 1 / (1 + np.exp(-drawn["eta"]))
    assert np.abs(found.areas["rate_mean"] / rate.mean(axis=0) - 1).max() < 0.03
    sigma = found.hyperparameters.loc["sigma", "mean"]
    assert sigma == pytest.approx(drawn["sigma"].mean(), rel=0.03)
    low, high = np.quantile(rate, [0.025, 0.975], axis=0)
    width = (found.areas["rate_high"] - found.areas["rate_low"]) / (high - low)
    assert width.mean() == pytest.approx(1, abs=0.03)


def _simulated_map(side=4):
    """Counts on a square of side x side areas with one island and one covariate."""
    rng = np.random.default_rng(7)
    place = [(i, j) for i in range(side) for j in range(side)]
    edges = [(a, b) for a in place for b in place if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1]
    focal, neighbor = zip(*edges, strict=True)
    ids = pd.MultiIndex.from_tuples([*place, (99, 99)]).to_flat_index()
    weights = Weights.from_edges(ids, focal, neighbor)
    x = rng.standard_normal(weights.n)
    x = (x - x.mean()) / x.std()  # so that the priors of both speak of the same unit
    field = np.linalg.cholesky(scaled_icar(weights).covariance + 1e-9 * np.eye(weights.n))
    eta = (
        -1.2
        + 0.2 * x
        + 0.4 * (0.8 * field + 0.6 * np.eye(weights.n)) @ rng.standard_normal(weights.n)
    )
    trials = rng.integers(60, 300, weights.n)
    return weights, rng.binomial(trials, 1 / (1 + np.exp(-eta))), trials, x
