"""Small places in which every student's home is known: the relations between the joins hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.join_places import MADE_UP, made_up_county
from bench.join_rebuild import (
    BUILDING,
    GRAVITY,
    GRAVITY_FITTED,
    LIMIT,
    NONE,
    ONE_POOL_FITTED,
    ZONES_FITTED,
)
from bench.join_score import flow_error, score
from bench.join_truth import judge, measure
from bench.simulated_county import County

TRACTS = 64
CHOSEN = (MADE_UP[1], MADE_UP[3], MADE_UP[6])  # zones; zones with many charters; no zones
ZONED = [scenario.name for scenario in CHOSEN[:2]]


@pytest.fixture(scope="module")
def county() -> County:
    return made_up_county(CHOSEN[0], seed=0, tracts=TRACTS)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.concat([measure(made_up_county(scenario, 0, TRACTS)) for scenario in CHOSEN])


def _true_join(county: County) -> pd.DataFrame:
    row, column = np.nonzero(county.homes)
    share = county.homes / county.homes.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "school_id": county.schools.index[row],
            "geoid": county.tracts.index[column],
            "share": share[row, column],
        }
    )


def test_the_true_join_has_no_error(county: County) -> None:
    found = score(county, _true_join(county))
    assert found["flow"] == pytest.approx(0.0, abs=1e-12)
    assert found["schools_all"] < 1.0  # chance in the schools' counts is left
    assert found["figure"] == 1.0


def test_half_the_students_moved_is_half_the_flow_error(county: County) -> None:
    true = _true_join(county)
    elsewhere = true.assign(
        share=true["share"] / 2, geoid=np.roll(county.tracts.index, 1)[_at(county, true)]
    )
    half = pd.concat([true.assign(share=true["share"] / 2), elsewhere])
    joined = half.groupby(["school_id", "geoid"], as_index=False)["share"].sum()
    assert 0.0 < flow_error(county, joined) <= 0.5


def _at(county: County, table: pd.DataFrame) -> np.ndarray:
    return county.tracts.index.get_indexer(table["geoid"])


def test_a_join_that_leaves_a_school_out_misplaces_its_students(county: County) -> None:
    true = _true_join(county)
    largest = county.schools["enrolled"].idxmax()
    missed = county.schools["enrolled"][largest] / county.schools["enrolled"].sum()
    assert flow_error(county, true[true["school_id"] != largest]) == pytest.approx(missed)


def test_the_same_seed_gives_the_same_county(county: County) -> None:
    again = made_up_county(CHOSEN[0], seed=0, tracts=TRACTS)
    assert (again.homes == county.homes).all()
    assert (again.absent == county.absent).all()
    assert (made_up_county(CHOSEN[0], seed=1, tracts=TRACTS).absent.sum()) != county.absent.sum()


def test_what_is_published_adds_up(county: County) -> None:
    assert (county.schools["enrolled"] == county.homes.sum(axis=1)).all()
    assert (county.absent <= county.homes).all()
    known = county.residence()
    assert known["students"].sum() == county.homes.sum()
    assert known["area"].nunique() == 16


def test_estimated_gravity_halves_the_flow_error_of_the_building(table: pd.DataFrame) -> None:
    flow = table["flow"].unstack("method")  # noqa: PD010 - no values to aggregate
    assert (flow[GRAVITY_FITTED] <= 0.5 * flow[BUILDING]).all()
    assert flow[GRAVITY_FITTED].mean() < flow[GRAVITY].mean()
    assert (flow[GRAVITY] < 0.7 * flow[BUILDING]).all()


def test_zones_with_gravity_place_students_best_where_zones_exist(table: pd.DataFrame) -> None:
    flow = table["flow"].unstack("method").loc[ZONED]  # noqa: PD010
    others = flow.drop(columns=[ZONES_FITTED, LIMIT, ONE_POOL_FITTED]).min(axis=1)
    assert (flow[ZONES_FITTED] < others).all()


def test_nothing_beats_the_limit(table: pd.DataFrame) -> None:
    flow = table["flow"].unstack("method")  # noqa: PD010
    assert (flow.drop(columns=LIMIT).min(axis=1) > flow[LIMIT]).all()


def test_the_best_join_shows_more_than_one_rate_for_all(table: pd.DataFrame) -> None:
    error = table["schools_all"].unstack("method")  # noqa: PD010
    assert (error.loc[ZONED, ZONES_FITTED] < error.loc[ZONED, NONE]).all()
    assert (error[GRAVITY_FITTED] < error[NONE]).all()


def test_keeping_the_grades_apart_tells_more_than_one_pool(table: pd.DataFrame) -> None:
    """In one pool a join misjudges how many of a tract's students are in high school."""
    error = table["schools_all"].unstack("method")  # noqa: PD010
    assert (error[GRAVITY_FITTED] < error[ONE_POOL_FITTED]).all()


def test_intervals_cover_the_rate_of_the_schools_attended(table: pd.DataFrame) -> None:
    covers = table["covers_schools"].unstack("method")  # noqa: PD010
    assert (covers[[GRAVITY, GRAVITY_FITTED]] >= 0.90).all(axis=None)
    assert (covers.loc[ZONED, ZONES_FITTED] >= 0.90).all()


def test_no_join_finds_the_own_risk_of_a_hot_spot(table: pd.DataFrame) -> None:
    bias = table["own_bias_hot"].unstack("method")  # noqa: PD010
    assert (bias[[GRAVITY_FITTED, LIMIT]] < -5.0).all(axis=None)


def test_the_judge_says_which_place_was_worst(table: pd.DataFrame) -> None:
    halving = judge(table)[0]
    assert halving["ok"]
    assert any(name in halving["note"] for name in table.index.get_level_values("place"))
