"""On New York City's real schools: what shuffling tracts claims and what the schools support."""

import pytest

from analytics.hotspots.null_check import false_positive_share, naive_and_right
from analytics.hotspots.test import gi_star_schools
from analytics.rates.tract_rates import allocate
from geo.weights.weights import Weights

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def city(nyc_panel):
    rows = nyc_panel.absence
    rows = rows[
        (rows["school_year"] == "2018-19")
        & (rows["student_group"] == "all")
        & (rows["grade"] == "all")
    ].set_index("school_id")
    return {
        "x": rows["chronic_absent"],
        "n": rows["enrolled"],
        "share": nyc_panel.catchment,
        "weights": Weights.queen(nyc_panel.tracts),
        "strata": nyc_panel.schools["level"].reindex(rows.index),
    }


def test_the_right_null_keeps_its_promise_and_the_naive_one_does_not(city):
    options = {**city, "replicates": 20, "draws": 199, "seed": 1, "measure": "ratio"}
    assert 0.03 <= false_positive_share(**options).share <= 0.07
    naive = false_positive_share(**{**options, "draws": 999}, null="areas")
    assert naive.share > 0.18
    assert naive.discoveries > 50


def test_most_of_what_the_naive_map_marks_is_not_supported(city):
    both = naive_and_right(**city, draws=9999, seed=1, measure="ratio")
    assert both.tested > 2000
    assert 600 < both.areas_null < 1000
    assert 100 < both.schools_null < 350
    assert both.schools_null < 0.45 * both.areas_null


def test_students_in_are_students_out(city):
    table = allocate(city["x"], city["n"], city["share"], geoids=city["weights"].ids)
    placed = city["share"]["school_id"].unique()
    assert table["enrolled"].sum() == pytest.approx(
        city["n"][city["n"].index.isin(placed)].sum(), rel=1e-9
    )
    found = gi_star_schools(**city, draws=1, seed=1)
    assert (found["rate"] - table["rate"]).abs().max() < 1e-12
