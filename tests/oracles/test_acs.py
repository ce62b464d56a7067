"""Worked examples of the Census Bureau for margins of error."""

import json

import numpy as np
import pytest

from analytics.rates import acs

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def known(oracles):
    return json.loads((oracles / "acs_moe" / "expected.json").read_text(encoding="utf-8"))


def test_every_case_of_the_oracle_is_tested_here(known):
    tested = {"sum", "proportion", "se_from_moe"}
    tested |= {"negative_radicand", "aggregated_zero_rule", "tidycensus"}
    not_needed = {"percent_change", "product", "ratio"}
    assert set(known) - tested - not_needed == {"sum_handbook"}
    assert known["sum_handbook"]["note"] == "see proportion"


def test_a_standard_error_and_its_part_of_the_estimate(known):
    case = known["se_from_moe"]["example"]
    assert case["moe"] / acs.Z_90 == pytest.approx(case["se"], rel=1e-12)
    found = acs.coefficient_of_variation(case["estimate"], case["moe"])
    assert found == pytest.approx(case["cv"], rel=1e-12)
    assert acs.reliability(case["estimate"], case["moe"]) == "high"


def test_a_sum(known):
    case = known["sum"]
    estimates, moes = np.array(case["inputs"]).T
    assert estimates.sum() == pytest.approx(case["estimate"], abs=10_000)  # rounded in print
    assert acs.sum_moe(estimates, moes) == pytest.approx(case["check"], rel=1e-12)


def test_a_proportion_and_its_handbook_rounding(known):
    case = known["proportion"]
    found = acs.proportion_moe(*case["num"], *case["den"])
    assert found == pytest.approx(case["moe"], rel=1e-12)
    assert round(found, 3) == case["moe_print"]


def test_a_radicand_below_zero_takes_the_plus_sign(known):
    case = known["negative_radicand"]
    assert case["radicand"] < 0
    found = acs.proportion_moe(*case["num"], *case["den"])
    assert found == pytest.approx(case["moe"], rel=1e-12)


def test_of_zero_estimates_the_largest_margin_counts_once(known):
    assert "largest zero-estimate MOE once" in known["aggregated_zero_rule"]["rule"]
    assert acs.sum_moe([0, 0, 0, 40], [12, 9, 12, 5]) == pytest.approx(13)
    assert acs.sum_moe([0, 0], [12, 9]) == pytest.approx(12)
