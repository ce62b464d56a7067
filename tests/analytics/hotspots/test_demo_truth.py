"""On the demo county the planted spots are found, and the nulls behave as the Methods page says."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analytics.hotspots import gi_star_schools
from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.test import hot_spots
from geo.weights.weights import Weights

TRUTH = Path(__file__).parents[3] / "data" / "demo" / "truth.json"


@pytest.fixture(scope="module")
def truth():
    return json.loads(TRUTH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def county(demo_panel, truth):
    rows = demo_panel.absence
    rows = rows[
        (rows["school_year"] == truth["reference_year"])
        & (rows["student_group"] == "all")
        & (rows["grade"] == "all")
    ].set_index("school_id")
    return {
        "x": rows["chronic_absent"],
        "n": rows["enrolled"],
        "share": demo_panel.catchment,
        "weights": Weights.queen(demo_panel.tracts),
        "strata": demo_panel.schools["level"].reindex(rows.index),
    }


@pytest.mark.parametrize("measure", ["crude", "ratio"])
def test_planted_spots_are_found(county, truth, measure):
    found = gi_star_schools(**county, draws=9999, seed=1, measure=measure)["hot_class"]
    planted = truth["planted"]
    assert len(planted) == 3
    for name, spot in planted.items():
        side = name.split()[0]
        classes = found[spot]
        assert classes.str.startswith(side).mean() >= 0.8, name
    flagged = found[found.str.startswith(("hot", "cold"))]
    assert len(flagged) < len(found) / 4


@pytest.mark.parametrize("measure", ["crude", "ratio", "eb"])
def test_false_alarms_keep_the_promised_share(county, measure):
    options = {"replicates": 60, "draws": 199, "seed": 1, "measure": measure}
    (right,) = false_alarms(**county, nulls=["schools"], statistics=["gi_star"], **options)
    assert 0.03 <= right.share <= 0.07
    assert right.discoveries < 3


def test_shuffling_tracts_flags_several_times_as_many(county):
    options = {"replicates": 30, "draws": 199, "seed": 1}
    (naive,) = false_alarms(**county, nulls=["areas"], statistics=["gi_star"], **options)
    assert naive.share > 0.15
    right, wrong = (
        (hot_spots(**county, null=null, draws=9999, seed=1)["q"] <= 0.05).sum()
        for null in ("schools", "areas")
    )
    assert wrong > 1.5 * right > 0


def test_suppressed_schools_take_no_part(county):
    found = gi_star_schools(**county, draws=1, seed=1)
    unknown = pd.isna(county["x"])
    behind = county["share"]["school_id"].isin(unknown.index[unknown])
    tracts = county["share"].loc[behind, "geoid"].unique()
    assert (found["left_out"] > 0).sum() == len(tracts)
