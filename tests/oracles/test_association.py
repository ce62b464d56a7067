"""Published and reference-software values for the tests and models of drivers."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.association import fit
from analytics.quasi_likelihood import quasi_binomial
from geo.weights.weights import Weights


@pytest.fixture(scope="module")
def columbus(oracles):
    folder = oracles / "columbus_anselin1988"
    data = pd.read_csv(folder / "data.csv").set_index("id")
    links = pd.read_csv(folder / "neighbours.csv")
    weights = Weights.from_edges(data.index, links["i"], links["j"])
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return data["CRIME"], data[["INC", "HOVAL"]], weights, expected


@pytest.mark.oracle
def test_lagrange_multiplier_tests_of_columbus(columbus):
    crime, drivers, weights, expected = columbus
    found = fit(crime, drivers, weights=weights).diagnostics.lm
    names = {
        "LMerr": found.error,
        "LMlag": found.lag,
        "RLMerr": found.robust_error,
        "RLMlag": found.robust_lag,
        "SARMA": found.sarma,
    }
    for name, test in names.items():
        known = expected["lm_tests"][name]
        assert (test.statistic, test.p) == pytest.approx((known["stat"], known["p"]), rel=1e-8)
    known = expected["moran_resid"]
    moran = (found.moran.statistic, found.moran.expected, found.moran.variance, found.moran.z)
    assert moran == pytest.approx([known["I"], known["E"], known["V"], known["z"][0][0]], rel=1e-8)


@pytest.mark.oracle
def test_the_driver_model_shows_columbus_the_same_tests(columbus):
    crime, drivers, weights, expected = columbus
    found = fit(crime, drivers, weights=weights)
    assert found.state == "estimated"
    shown = found.diagnostics.lm
    known = expected["lm_tests"]
    assert shown.error.statistic == pytest.approx(known["LMerr"]["stat"], rel=1e-8)
    assert shown.lag.statistic == pytest.approx(known["LMlag"]["stat"], rel=1e-8)
    before = found.diagnostics.moran_before
    assert before.z == pytest.approx(expected["moran_resid"]["z"][0][0], rel=1e-8)
    # Two crimes models agree in sign and within one standard error.
    published = np.array(expected["ml_error"]["coef"][2:]) * drivers.std().to_numpy()
    assert (np.abs(found.effects["effect"] - published) < found.effects["se"]).all()


def test_quasi_binomial_agrees_with_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(3)
    n = rng.integers(20, 400, 80).astype(float)
    columns = np.column_stack([np.ones(80), rng.normal(size=(80, 2))])
    x = rng.binomial(n.astype(int), 1 / (1 + np.exp(1 - 0.4 * columns[:, 1]))).astype(float)
    # Two-column counts make statsmodels 0.15 leave n out of Pearson's scale; weights do not.
    peer = sm.GLM(x / n, columns, family=sm.families.Binomial(), var_weights=n)
    theirs = peer.fit(scale="X2", tol=1e-12)
    ours = quasi_binomial(x, n, columns)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    assert ours.dispersion == pytest.approx(theirs.scale, rel=1e-8)
