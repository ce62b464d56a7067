"""Absence beside surveys: what was planted is found, chance is not, and few are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import binom

from data.contracts.check import empty_table
from data.demo import tables as demo
from data.demo.climate import SURVEYS
from data.demo.truth import TRUTH_PATH
from data.panel import Panel, SourceTables
from data.views.climate import (
    LEAST_RESPONSE,
    Link,
    link,
    of_school,
    scale_view,
    school_answers,
)

CONNECTED = ("student", "connectedness")
NOTHING = pd.DataFrame(index=pd.Index([], dtype="str"))


class Made:
    """Schools in districts that have absence and answers in common, each for its own reasons."""

    def __init__(self, seed: int, schools: int = 120, effect: float = 0.0) -> None:
        rng = np.random.default_rng([20260101, seed])
        ids = pd.Index([f"S{at:03d}" for at in range(schools)])
        xy = rng.uniform(0, 20_000, (schools, 2))
        district = (xy // 5_000).astype(int) @ [1, 4]
        absent, answers = rng.normal(0, [[0.3], [0.3]], (2, 16))[:, district]
        share = expit(0.4 + answers + rng.normal(0, 0.4, schools))
        spread = (share - share.mean()) / share.std()
        n = rng.integers(60, 900, schools)
        odds = -1.2 + absent + effect * spread + rng.normal(0, 0.3, schools)
        people = np.round(0.7 * n)
        self.answered = pd.DataFrame(
            {
                "chronic_absent": rng.binomial(n, expit(odds)).astype(float),
                "enrolled": n.astype(float),
                "shown": True,
                "level": rng.choice(["elementary", "middle"], schools),
                "answers": rng.binomial(people.astype(int), share) / people,
                "respondents": people,
                "response_rate": 0.7,
            },
            index=ids,
        )
        self.points = gpd.GeoSeries(gpd.points_from_xy(*xy.T), index=ids, crs="EPSG:32118")

    def link(self, answered: pd.DataFrame | None = None, questions: int = 1) -> Link:
        table = self.answered if answered is None else answered
        return link(table, NOTHING.reindex(table.index), self.points, questions)


def test_what_districts_have_in_common_is_no_link(replicates: Callable[[int, int], int]) -> None:
    times = replicates(12, 400)
    called = sum(Made(seed).link().clear for seed in range(times))
    assert called <= binom.ppf(0.995, times, 0.05)


def test_a_planted_link_is_found_with_its_size(replicates: Callable[[int, int], int]) -> None:
    found = [Made(seed, effect=-0.3).link() for seed in range(replicates(4, 60))]
    assert np.mean([each.clear for each in found]) >= 0.9
    spread = Made(0).answered["answers"].std()
    assert np.mean([np.log(each.odds) for each in found]) == pytest.approx(
        -0.3 / spread * 0.1, abs=0.08
    )


def test_more_questions_widen_the_interval() -> None:
    made = Made(3, effect=-0.2)
    one, six = made.link(), made.link(questions=6)
    assert one.odds == six.odds
    assert six.low < one.low < one.high < six.high
    assert six.p == pytest.approx(min(1.0, 6 * one.p))


def test_few_schools_are_refused() -> None:
    made = Made(1, schools=29)
    found = made.link()
    assert (found.state, found.clear, found.schools) == ("too few schools", False, 29)
    assert np.isnan([found.odds, found.low, found.high, found.p]).all()


def test_small_schools_and_low_response_take_no_part() -> None:
    made = Made(2)
    table = made.answered.copy()
    table.iloc[:5, table.columns.get_loc("enrolled")] = 20.0
    table.iloc[:5, table.columns.get_loc("chronic_absent")] = 5.0
    table.iloc[5:12, table.columns.get_loc("response_rate")] = LEAST_RESPONSE - 0.01
    table.iloc[12:15, table.columns.get_loc("answers")] = np.nan
    found = made.link(table)
    assert found.state == "estimated"
    assert (found.small, found.low_response, found.no_figure, found.schools) == (5, 7, 3, 105)


def test_where_most_schools_answer_little_nothing_is_said() -> None:
    made = Made(2)
    table = made.answered.assign(response_rate=0.2)
    table.iloc[:50, table.columns.get_loc("response_rate")] = 0.8
    found = made.link(table)
    assert (found.state, found.schools, found.low_response) == ("low response", 50, 70)


def test_a_response_rate_that_nobody_publishes_is_said_to_be_unknown() -> None:
    made = Made(2)
    found = made.link(made.answered.assign(response_rate=np.nan))
    assert found.state == "estimated"
    assert not found.response_known
    assert made.link().response_known


def test_many_conditions_become_one_index_where_schools_are_few() -> None:
    made = Made(4, schools=48)
    rng = np.random.default_rng(1)
    columns = {f"c{at}": rng.normal(size=48) for at in range(6)}
    conditions = pd.DataFrame(columns, index=made.answered.index)
    found = link(made.answered, conditions, made.points, 1)
    assert (found.state, found.conditions) == ("estimated", 6)


@pytest.fixture(scope="module")
def county() -> SourceTables:
    return demo.make_tables()


def demo_link(county: SourceTables, scale: tuple[str, str]) -> Link:
    """Absence of the demo's reference year beside a scale, schools located and shown."""
    year = county.area.default_year
    rows = county.absence[county.absence["school_year"].eq(year)].set_index("school_id")
    schools = county.schools.drop(columns="geometry").join(rows, how="inner")
    schools = schools.astype({"chronic_absent": float, "enrolled": float})
    schools = schools.assign(shown=schools["status"].eq("reported"))
    schools = schools[county.schools.geometry.reindex(schools.index).notna()]
    answered = school_answers(_holding(county), schools, year, scale)
    points = county.schools.geometry.loc[schools.index].to_crs(county.area.crs)
    return link(answered, NOTHING.reindex(schools.index), points, len(SURVEYS))


def _holding(county: SourceTables) -> Panel:
    """Give the surveys of the county as a panel holds them."""
    panel: Panel = Panel.__new__(Panel)
    object.__setattr__(panel, "climate", county.climate)
    return panel


def test_planted_link_of_the_demo_is_found_and_no_other(county: SourceTables) -> None:
    planted = json.loads(TRUTH_PATH.read_text(encoding="utf-8"))["climate"]
    assert planted["safety"]["log_odds_of_absence"] == 0
    found = demo_link(county, CONNECTED)
    shares = county.climate[county.climate["scale"].eq("connectedness")]
    spread = shares.groupby("school_year")["value"].std().mean()
    truth = planted["connectedness"]["log_odds_of_absence"] / spread * 0.1
    assert found.clear
    assert np.log(found.low) < truth < np.log(found.high)
    assert not demo_link(county, ("student", "safety")).clear
    assert demo_link(county, ("family", "trust")).state == "low response"


def test_demo_withholds_schools_where_few_answered(county: SourceTables) -> None:
    rows = county.climate
    withheld = rows["status"].eq("suppressed")
    assert withheld.any()
    assert rows.loc[withheld, ["value", "respondents", "response_rate"]].isna().all(axis=None)
    assert rows.loc[~withheld, "respondents"].min() >= 10


def test_scales_are_summed_up_and_a_school_tells_all_of_its_own(county: SourceTables) -> None:
    panel, year = _holding(county), county.area.default_year
    table = scale_view(panel, county.schools, year)
    assert table.index.tolist() == [
        CONNECTED,
        ("student", "safety"),
        ("family", "trust"),
    ]
    assert table["schools"].add(table["withheld"]).eq(len(county.schools)).all()
    assert table["median"].between(table["least"], table["most"]).all()
    one = of_school(panel, str(county.schools.index[0]))
    assert one["school_year"].is_monotonic_decreasing
    assert len(one) == 12


def test_a_place_without_surveys_has_no_scales(county: SourceTables) -> None:
    without = _holding(replace(county, climate=empty_table("climate")))
    assert scale_view(without, county.schools, "2021-22").empty
