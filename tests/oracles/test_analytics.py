"""Published and reference-software values for analytics."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from analytics import local, rates, smoothing
from analytics.local.significance import benjamini_hochberg
from analytics.rates import definitions
from analytics.rates.reliability import presentation
from geo.weights.weights import Weights

pytestmark = pytest.mark.oracle


def read(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_intervals_of_newcombe_1998(oracles):
    expected = read(oracles / "ci_proportion_newcombe1998")
    for case in expected["computed"]:
        wilson = rates.wilson(case["x"], case["n"])
        exact = rates.clopper_pearson(case["x"], case["n"])
        np.testing.assert_allclose(wilson, case["wilson"], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(exact, case["clopper_pearson"], rtol=1e-8, atol=1e-12)
    for case in expected["published_4dp"]:
        wilson = rates.wilson(case["x"], case["n"])
        np.testing.assert_allclose(wilson, case["wilson"], atol=expected["tolerance"])
        assert case["clopper_pearson"] == pytest.approx(
            rates.clopper_pearson(case["x"], case["n"]), abs=expected["tolerance"]
        )


def test_exact_poisson_limits_behind_the_standardised_ratio(oracles):
    for case in read(oracles / "ci_poisson")["cases"]:
        _, low, high = rates.standardized_ratio(case["x"], 1.0)
        assert (low, high) == pytest.approx(case["exact_garwood"], rel=1e-8, abs=1e-12)


def test_presentation_rule_of_nchs_2017(oracles):
    cases = pd.DataFrame(read(oracles / "nchs_presentation_rules")["cases"])
    found = presentation(
        cases["p"], cases["lo"], cases["hi"], cases[["n", "neff"]].min(axis=1), degrees=cases["df"]
    )
    for verdict, case in zip(found.itertuples(), cases.itertuples(), strict=True):
        status, _, detail = case.expected.partition(":")
        assert verdict.status == status, case
        if status == "present":
            assert verdict.complement_footnote == (detail == "complement_footnote"), case
            assert verdict.review == detail.startswith("review"), case


def truth(value):
    return {"True": True, "False": False}.get(str(value))


def test_chronic_absence_by_federal_and_california_definitions(oracles):
    cases = pd.read_csv(oracles / "chronic_absence_definitions" / "cases.csv")
    dashboard = definitions.CALIFORNIA_DASHBOARD
    checked = 0
    for case in cases.itertuples():
        days = (case.days_absent, case.days_enrolled)
        chronic = definitions.is_chronic(*days)
        assert definitions.is_eligible(*days) == truth(case.fed_fs195_in_denominator), case
        assert definitions.tier(*days) == case.tier
        on_dashboard = definitions.is_eligible(*days, definition=dashboard, grade=case.grade)
        assert on_dashboard == truth(case.ca_dashboard_eligible), case
        if (eligible := truth(case.ca_dataquest_eligible)) is not None:
            assert definitions.is_eligible(*days, definition=definitions.CALIFORNIA) == eligible
        for expected in (case.fed_chronic, case.ca_chronic, case.ca_dashboard_chronic):
            if truth(expected) is not None:
                assert chronic == truth(expected), case
                checked += 1
    assert checked >= 20


@pytest.mark.parametrize("year", ["74", "79"])
def test_empirical_bayes_of_the_north_carolina_sids_rates(oracles, year):
    data = pd.read_csv(oracles / "nc_sids" / "data.csv")
    expected = read(oracles / "nc_sids")[f"EBest_SID{year}"]
    x, n = data[f"SID{year}"], data[f"BIR{year}"]
    np.testing.assert_allclose(smoothing.empirical_bayes(x, n), expected["est"], rtol=1e-9)


def test_gi_star_of_the_north_carolina_sids_rates(oracles):
    folder = oracles / "nc_sids"
    data, expected = pd.read_csv(folder / "data.csv"), read(folder)
    links = pd.read_csv(folder / "neighbours_ncCR85.csv")
    weights = Weights.from_edges(data["id"], links["i"], links["j"])
    rate = pd.Series((1000 * data["SID79"] / data["BIR79"]).to_numpy(), index=data["id"])
    found = local.gi_star(rate, weights)
    np.testing.assert_allclose(
        found["z"], expected["localGistar_rate79_ncCR85_B_z"], rtol=1e-8, atol=1e-10
    )
    p = np.array(expected["p_adjust"]["p_two_sided_Gistar"])
    np.testing.assert_allclose(found["p"], p, rtol=1e-8)
    every = np.ones(len(p), dtype=bool)
    np.testing.assert_allclose(benjamini_hochberg(p, every), expected["p_adjust"]["BH"], rtol=1e-10)


def test_getis_ord_example_of_the_esda_suite(oracles):
    case = read(oracles / "pysal_esda_tests")["getisord_6pts"]
    weights = Weights.distance_band(np.array(case["points"], dtype=float), case["threshold"])
    values = np.array(case["y"])
    binary = local.gi_star(values, weights)["z"].iloc[0]
    standardised = local.gi_star(values, weights.with_self().row_standardized())["z"].iloc[0]
    assert binary == pytest.approx(case["Gistar_z_1_binary"], abs=1e-7)
    # Gi* does not change when a row of weights is scaled (Ord & Getis 1995, equation 5). esda puts
    # row-standardised weights into the variance for binary ones, (sum w) for (sum w^2); putting
    # that back gives its value.
    assert standardised == pytest.approx(binary, abs=1e-12)
    areas, neighbours = len(values), 3
    as_esda = standardised * np.sqrt((areas / neighbours - 1) / (areas - 1))
    assert as_esda == pytest.approx(case["Gistar_z_1_rowstd"], abs=1e-7)


def test_false_discovery_rate_of_benjamini_and_hochberg_1995(oracles):
    folder = oracles / "fdr_bh1995"
    p, expected = pd.read_csv(folder / "data.csv")["p"].to_numpy(), read(folder)
    q = benjamini_hochberg(p, np.ones(len(p), dtype=bool))
    np.testing.assert_allclose(q, expected["adj_BH"], rtol=1e-10)
    assert (q <= expected["q"]).sum() == expected["n_rejected_BH"]
    np.testing.assert_allclose(q, false_discovery_control(p))
