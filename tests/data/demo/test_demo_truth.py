"""The demo county's published figures agree with its hidden truth, and the truth can be found."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots import gi_star_schools
from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.test import hot_spots
from data.demo import tables as demo
from data.demo.planted import DRIVERS, SPOTS, YEARS
from data.demo.truth import SEED, TRUTH_PATH
from data.panel import SourceTables
from geo.catchment import build_catchment
from geo.join.candidates import ONE_POOL
from geo.weights.weights import Weights


@pytest.fixture(scope="module")
def tables() -> SourceTables:
    return demo.make_tables()


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(TRUTH_PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reference(tables: SourceTables) -> pd.DataFrame:
    """Absence of the default year by school."""
    year = tables.absence["school_year"] == tables.area.default_year
    return tables.absence[year].set_index("school_id")


@pytest.fixture(scope="module")
def case(tables: SourceTables, reference: pd.DataFrame) -> dict[str, Any]:
    """Arguments of the hot-spot functions, by the gravity join the app uses by default."""
    schools = tables.schools.join(reference[["enrolled", "chronic_absent"]])
    schools = schools[schools.geometry.notna() & schools["enrolled"].notna()]
    schools = schools.astype({"enrolled": "float64", "chronic_absent": "float64"})
    return {
        "x": schools["chronic_absent"],
        "n": schools["enrolled"],
        "share": build_catchment(
            "gravity", schools, tables.tracts.to_crs(tables.area.crs), grades=ONE_POOL, k=40
        ),
        "weights": Weights.queen(tables.tracts),
        "strata": schools["level"],
    }


def test_rates_spread_as_in_real_life(reference: pd.DataFrame, truth: dict[str, Any]) -> None:
    rate = (reference["chronic_absent"] / reference["enrolled"]).dropna().astype("float64")
    assert truth["schools"]["rate_sd"] == pytest.approx(0.15, abs=0.02)
    assert truth["schools"]["rate_mean"] == pytest.approx(0.26, abs=0.01)
    assert rate.std() == pytest.approx(truth["schools"]["rate_sd"], abs=0.01)
    assert rate.mean() == pytest.approx(truth["schools"]["rate_mean"], abs=0.01)


def test_levels_agree_with_the_truth(
    tables: SourceTables, reference: pd.DataFrame, truth: dict[str, Any]
) -> None:
    table = reference.join(tables.schools["level"]).dropna(subset=["chronic_absent"])
    sums = table.groupby("level")[["chronic_absent", "enrolled"]].sum()
    rate = sums["chronic_absent"] / sums["enrolled"]
    for level, true in truth["schools"]["by_level"].items():
        assert rate[level] == pytest.approx(true["rate"], abs=0.005)
    assert rate.idxmax() == "high"


def test_years_rise_after_2020_and_jump_at_the_break(
    tables: SourceTables, truth: dict[str, Any]
) -> None:
    known = tables.absence.dropna(subset=["chronic_absent"])
    sums = known.groupby("school_year")[["chronic_absent", "enrolled"]].sum()
    rate = (sums["chronic_absent"] / sums["enrolled"]).astype("float64")
    assert rate.index.tolist() == list(YEARS)
    np.testing.assert_allclose(rate, list(truth["true_rate_by_year"].values()), atol=0.006)
    assert rate["2021-22"] - rate["2018-19"] > 0.05
    assert rate["2022-23"] - rate["2021-22"] > 0.03


def test_small_counts_are_withheld_with_their_bounds(tables: SourceTables) -> None:
    withheld = tables.absence[tables.absence["status"] == "suppressed"]
    assert 20 <= len(withheld) <= 60
    assert withheld["lower"].eq(1).all()
    assert withheld["upper"].eq(withheld["enrolled"].clip(upper=9)).all()
    shown = tables.absence.loc[tables.absence["status"] == "reported", "chronic_absent"]
    assert not shown.between(1, 9).any()
    missing = tables.absence[tables.absence["status"] == "missing"]
    assert len(missing) == demo.NOT_REPORTED
    assert missing[["enrolled", "chronic_absent", "lower", "upper"]].isna().all(axis=None)
    housing = tables.school_drivers.groupby("status")["numerator"].agg(["size", "min"])
    assert housing.loc["suppressed", "size"] > 20
    assert not tables.school_drivers["numerator"].between(1, 5).any()


def test_ledger_accounts_for_every_row_without_a_figure(tables: SourceTables) -> None:
    rows = {(entry.table, entry.reason): entry.rows for entry in tables.ledger}
    for name in ("absence", "school_drivers"):
        table = getattr(tables, name)
        counted = sum(count for (of, _), count in rows.items() if of == name)
        assert counted == (table["status"] != "reported").sum()
    assert sum(count for (of, _), count in rows.items() if of == "schools") == 1


def test_late_schools_have_no_rows_before_they_open(tables: SourceTables) -> None:
    first = tables.absence.groupby("school_id")["school_year"].min()
    assert first[first > YEARS[0]].eq(demo.LATE_YEAR).all()
    assert (first > YEARS[0]).sum() == demo.LATE_SCHOOLS


def test_drivers_have_margins_and_reliability_by_their_cv(tables: SourceTables) -> None:
    drivers = tables.drivers[tables.drivers["status"] == "reported"]
    assert set(drivers["measure"]) == set(DRIVERS)
    assert drivers["moe"].gt(0).all()
    cv = drivers["moe"] / 1.645 / drivers["value"]
    assert drivers.loc[drivers["value"] == 0, "reliability"].eq("undefined").all()
    by_class = cv[drivers["value"] > 0].groupby(drivers["reliability"]).agg(["min", "max", "size"])
    assert by_class.loc["high", "max"] < 0.15 <= by_class.loc["medium", "min"]
    assert by_class.loc["medium", "max"] <= 0.30 < by_class.loc["low", "min"]
    assert by_class["size"].min() > 100


def test_drivers_are_smooth_related_to_each_other_and_a_little_to_absence(
    tables: SourceTables, truth: dict[str, Any]
) -> None:
    wide = tables.drivers.set_index(["geoid", "measure"])["value"].unstack().dropna()  # noqa: PD010
    assert wide.corr().to_numpy()[np.triu_indices(len(DRIVERS), 1)].mean() > 0.2
    weights = Weights.queen(tables.tracts).subset(wide.index).row_standardized()
    assert weights.lag(wide["poverty_150"]).corr(wide["poverty_150"]) > 0.5
    field = pd.Series(truth["field_log_odds"])
    assert 0.1 < wide["poverty_150"].corr(field) < 0.5


def test_planted_tracts_carry_their_effect(tables: SourceTables, truth: dict[str, Any]) -> None:
    field = pd.Series(truth["field_log_odds"])
    assert field.index.equals(pd.Index(sorted(field.index)))
    for spot in SPOTS:
        planted = truth["planted"][spot.name]
        assert len(planted) == spot.tracts
        assert tables.tracts.loc[planted, "children"].gt(0).all()
        assert field[planted].mean() == pytest.approx(spot.effect, abs=0.3)
    rest = field.drop([geoid for planted in truth["planted"].values() for geoid in planted])
    assert rest.abs().max() < 0.6


def test_homes_do_not_follow_the_gravity_method(truth: dict[str, Any]) -> None:
    levels = truth["schools"]["by_level"]
    assert levels["elementary"]["from_own_zone"] > 0.8
    assert levels["elementary"]["home_mean_km"] < levels["middle"]["home_mean_km"]
    assert levels["elementary"]["tracts_for_half"] < levels["high"]["tracts_for_half"]


@pytest.mark.parametrize("measure", ["crude", "ratio"])
@pytest.mark.parametrize("seed", [1, SEED])
def test_school_level_null_finds_every_planted_spot(
    case: dict[str, Any], truth: dict[str, Any], measure: Any, seed: int
) -> None:
    # With 999 draws and 300 tracts q hangs on which draws were made, whatever the null.
    found = gi_star_schools(**case, draws=9_999, seed=seed, measure=measure)
    for name, planted in truth["planted"].items():
        kind = name.split()[0]
        right = found["q"].le(0.05) & found["hot_class"].str.startswith(kind)
        assert right[planted].mean() > 0.5, name


def test_shuffling_tracts_marks_far_more(case: dict[str, Any], truth: dict[str, Any]) -> None:
    right, naive = (
        (hot_spots(**case, null=null, draws=999, seed=1)["q"] <= 0.05).sum()
        for null in ("schools", "areas")
    )
    planted = sum(len(geoids) for geoids in truth["planted"].values())
    assert naive > 1.8 * right
    assert naive > 2.5 * planted


def test_false_alarms_are_at_their_level_only_under_the_school_null(case: dict[str, Any]) -> None:
    options = {"statistics": ["gi_star"], "draws": 199, "seed": 3}
    (right,) = false_alarms(**case, nulls=["schools"], replicates=100, **options)
    (naive,) = false_alarms(**case, nulls=["areas"], replicates=20, **options)
    assert 0.03 <= right.share <= 0.07
    assert naive.share > 0.15
