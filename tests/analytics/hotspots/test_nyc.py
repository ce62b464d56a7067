"""On New York City's real schools: what shuffling tracts claims and what the schools support."""

import pytest

from analytics.hotspots import gi_star_schools
from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.test import hot_spots
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
    options = {**city, "replicates": 20, "seed": 1, "statistics": ["gi_star"]}
    (right,) = false_alarms(**options, nulls=["schools"], draws=199)
    assert 0.03 <= right.share <= 0.07
    (naive,) = false_alarms(**options, nulls=["areas"], draws=999)
    assert naive.share > 0.18
    assert naive.discoveries > 50


def test_most_of_what_the_naive_map_marks_is_not_supported(city):
    right, naive = (
        hot_spots(**city, null=null, draws=9999, seed=1) for null in ("schools", "areas")
    )
    assert (right["state"] == "tested").sum() > 2000
    schools_null, areas_null = ((table["q"] <= 0.05).sum() for table in (right, naive))
    assert 600 < areas_null < 1000
    assert 100 < schools_null < 350
    assert schools_null < 0.45 * areas_null


def test_students_in_are_students_out(city):
    table = allocate(city["x"], city["n"], city["share"], geoids=city["weights"].ids)
    placed = city["share"]["school_id"].unique()
    assert table["enrolled"].sum() == pytest.approx(
        city["n"][city["n"].index.isin(placed)].sum(), rel=1e-9
    )
    found = gi_star_schools(**city, draws=1, seed=1)
    assert (found["rate"] - table["rate"]).abs().max() < 1e-12
