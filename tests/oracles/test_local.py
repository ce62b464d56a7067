"""Local statistics against R spdep, published examples and esda."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analytics.local import gi, gi_star, local_moran
from analytics.local.area_permutation import AreaPermutation
from analytics.local.significance import two_sided
from analytics.local.statistics import prepare, standardised
from analytics.smoothing import spatial_empirical_bayes, standardized_rates
from geo.weights.weights import Weights

pytestmark = pytest.mark.oracle


def read(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sids(oracles):
    folder = oracles / "nc_sids"
    data = pd.read_csv(folder / "data.csv").set_index("id", drop=False)
    links = {name: pd.read_csv(folder / f"neighbours_nc{name}.csv") for name in ("CR85", "CC89")}
    weights = {
        name: Weights.from_edges(data["id"], table["i"], table["j"])
        for name, table in links.items()
    }
    return data, weights, read(folder)


def numbers(values):
    return np.array([np.nan if v in (None, "NA", "NaN") else v for v in values], dtype=float)


def test_gi_of_the_north_carolina_sids_rates(sids):
    data, weights, expected = sids
    rate = 1000 * data["SID79"] / data["BIR79"]
    z = numbers(expected["localGi_rate79_ncCR85_B_z"])
    for used in (weights["CR85"], weights["CR85"].row_standardized()):
        np.testing.assert_allclose(gi(rate, used)["z"], z, rtol=1e-8, atol=1e-10)


def test_local_moran_of_the_north_carolina_sids_rates(sids):
    data, weights, expected = sids
    rate, oracle = 1000 * data["SID79"] / data["BIR79"], expected["localMoran_rate79_ncCR85_W"]
    found = local_moran(rate, weights["CR85"].row_standardized())
    columns = {"local_i": "Ii", "expected": "EIi", "variance": "VIi", "z": "z", "p": "p"}
    for ours, theirs in columns.items():
        np.testing.assert_allclose(found[ours], numbers(oracle[theirs]), rtol=1e-8, err_msg=ours)


def test_local_moran_adds_up_to_the_global_one(sids):
    data, weights, expected = sids
    rate = 1000 * data["SID79"] / data["BIR79"]
    total = local_moran(rate, weights["CR85"].row_standardized())["local_i"].sum()
    assert total / 100 == pytest.approx(expected["moran_rate79_ncCR85_W"]["I"], rel=1e-8)


@pytest.mark.parametrize("name", ["CR85", "CC89"])
def test_local_moran_of_rates_adds_up_to_the_index_of_assuncao_and_reis(sids, name):
    data, weights, expected = sids
    rates = standardized_rates(data["SID74"], data["BIR74"])
    found = local_moran(rates, weights[name])
    oracle = expected[f"EBImoran_SID74_nc{name}_B"]["statistic"]
    sum_of_weights = weights[name].sparse.sum()
    assert found["local_i"].sum() / sum_of_weights == pytest.approx(oracle, rel=1e-8)


def test_spatial_empirical_bayes_of_the_north_carolina_sids_rates(sids):
    data, weights, expected = sids
    oracle = expected["EBlocal_SID74_ncCR85"]
    found = spatial_empirical_bayes(data["SID74"], data["BIR74"], weights["CR85"])
    np.testing.assert_allclose(found, numbers(oracle["est"]), rtol=1e-9)
    assert found.index.equals(data.index)


def test_gi_of_the_six_points_of_the_esda_suite(oracles):
    case = read(oracles / "pysal_esda_tests")["getisord_6pts"]
    weights = Weights.distance_band(np.array(case["points"], dtype=float), case["threshold"])
    binary = gi(case["y"], weights)["z"].iloc[0]
    standardised = gi(case["y"], weights.row_standardized())["z"].iloc[0]
    assert binary == pytest.approx(case["Gi_z_1_binary"], abs=1e-7)
    # Gi does not change when a row of weights is scaled. esda puts row-standardised weights into
    # the variance for binary ones, (sum w) for (sum w^2); putting that back gives its value.
    assert standardised == pytest.approx(binary, abs=1e-12)
    others, neighbours = len(case["y"]) - 1, weights.cardinalities.iloc[0]
    as_esda = standardised * np.sqrt((others / neighbours - 1) / (others - 1))
    assert as_esda == pytest.approx(case["Gi_z_1_rowstd"], abs=1e-7)


@pytest.fixture(scope="module")
def lattice():
    """A queen lattice with skewed values, for us and for PySAL."""
    pysal = pytest.importorskip("libpysal.weights", reason="development only")
    theirs = pysal.lat2W(12, 15, rook=False)
    focal, near = theirs.sparse.nonzero()
    ours = Weights.from_edges(range(180), focal, near)
    return ours, theirs, np.random.default_rng(3).gamma(1.5, size=180)


def test_z_is_that_of_esda(lattice):
    ours, theirs, values = lattice
    esda = pytest.importorskip("esda", reason="development only")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for star, mine in ((False, gi), (True, gi_star)):
            z = esda.G_Local(values, theirs, transform="B", star=star, permutations=0).Zs
            np.testing.assert_allclose(mine(values, ours)["z"], z, rtol=1e-10, atol=1e-10)
        moran = esda.Moran_Local(values, theirs, permutations=0)
    used = ours.row_standardized()
    found = local_moran(values, used)
    over_less = (ours.n - 1) / ours.n  # esda divides by n - 1, but not in the moments
    np.testing.assert_allclose(found["local_i"] * over_less, moran.Is, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found["expected"], moran.EIc, rtol=1e-10)
    np.testing.assert_allclose(found["variance"], moran.VIc, rtol=1e-10)
    mean, sd = prepare("local_moran", used).moments(standardised(values[:, None]))
    np.testing.assert_allclose(mean, moran.EI, rtol=1e-10)
    np.testing.assert_allclose(sd**2, moran.VI, rtol=1e-10)
    quadrant = pd.Series(moran.q).map({1: "HH", 2: "LH", 3: "LL", 4: "HL"})
    np.testing.assert_array_equal(found["quadrant"], quadrant)


def test_standardised_rates_are_those_of_esda():
    moran = pytest.importorskip("esda.moran", reason="development only")
    rng = np.random.default_rng(4)
    n = rng.integers(5, 900, 180)
    x = rng.binomial(n, rng.beta(4, 16, 180))
    z = moran.assuncao_rate(x, n)
    np.testing.assert_allclose(standardized_rates(x, n), z, rtol=1e-10, atol=1e-12)


def test_permutation_p_of_gi_on_the_sids_counties_is_the_exact_one(sids):
    data, weights, _ = sids
    rate = (1000 * data["SID79"] / data["BIR79"]).to_numpy()
    matrix, draws = weights["CR85"].sparse, 9_999
    permutation = AreaPermutation.prepare(rate, matrix)
    lesser, greater = permutation.counts(np.arange(100), draws, np.random.default_rng(1))
    found = two_sided(lesser, greater, draws)
    few = np.flatnonzero(np.diff(matrix.indptr) == 2)[:6]
    for i in few:
        others = np.delete(rate, i)
        first, second = np.triu_indices(99, 1)
        sums, own = others[first] + others[second], rate[matrix[[i]].indices].sum()
        tail = min((sums <= own + 1e-9).mean(), (sums >= own - 1e-9).mean())
        error = 2 * np.sqrt(tail * (1 - tail) / draws)
        assert found[i] == pytest.approx(min(1, 2 * tail), abs=3 * error + 2 / draws)
