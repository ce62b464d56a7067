"""Which exposures a model can tell apart, and which are left out of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.association import fit, told_apart
from analytics.association.collinearity import (
    MAX_CONDITION,
    MAX_VIF,
    condition_number,
    variance_inflation,
)
from analytics.association.estimate import design_matrix
from analytics.rates.tract_rates import exposure
from geo.weights.weights import Weights

SEEDS = st.integers(0, 10_000)


def planted(n=120, seed=0):
    """Two drivers of their own, and a third that nearly is their sum."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n, 3)), columns=["rent", "doctors", "parks"])
    table["both"] = table["rent"] + 0.6 * table["doctors"] + 0.05 * rng.normal(size=n)
    return table


def test_of_a_planted_triple_one_goes_and_the_others_can_be_told_apart():
    table = planted()
    assert variance_inflation(table.to_numpy(), np.ones((120, 1))).max() > 100
    found = told_apart(table)
    assert len(found.kept) == 3
    assert "parks" in found.kept
    (gone,) = found.left_out.index
    assert gone == "both"
    assert found.left_out[gone] == "rent"
    assert found.correlation[gone] == pytest.approx(table.corr().loc["both", "rent"])


def test_what_can_be_told_apart_already_all_stays():
    table = planted()[["rent", "doctors", "parks"]]
    found = told_apart(table)
    assert found.kept == ("rent", "doctors", "parks")
    assert found.left_out.empty
    assert found.correlation.empty


@pytest.mark.parametrize("keep", ["both", "rent", "doctors", "parks"])
def test_the_reader_s_exposure_stays_whatever_its_vif(keep):
    found = told_apart(planted(), keep=keep)
    assert keep in found.kept
    assert len(found.kept) == 3


def test_of_two_copies_the_later_goes_unless_it_is_to_stay():
    table = planted()[["rent", "doctors"]].assign(copy=lambda t: 100 - 3 * t["rent"])
    found = told_apart(table)
    assert found.kept == ("rent", "doctors")
    assert (found.left_out["copy"], round(found.correlation["copy"], 9)) == ("rent", -1)
    assert told_apart(table[["copy", "doctors", "rent"]]).kept == ("copy", "doctors")
    assert told_apart(table, keep="copy").kept == ("doctors", "copy")


def test_an_exposure_that_levels_explain_is_left_out_and_like_none():
    table = planted()
    level = pd.Series(np.where(np.arange(120) < 50, "high", "k8"))
    table["grade"] = level.eq("high") * 2.0
    found = told_apart(table, strata=level, keep="grade")
    assert found.left_out.to_dict() == {"both": "rent", "grade": ""}
    assert np.isnan(found.correlation["grade"])
    assert "grade" in told_apart(table).kept


def test_alikeness_is_that_within_strata():
    rng = np.random.default_rng(3)
    level = np.repeat(["k8", "high"], 100)
    own = rng.normal(size=(200, 2))
    between = 50 * (level == "high")
    table = pd.DataFrame({"a": own[:, 0] + between, "b": own[:, 1] + between})
    assert len(told_apart(table).kept) == 1
    assert told_apart(table, strata=level).kept == ("a", "b")
    table["c"] = own[:, 1] + 0.01 * rng.normal(size=200)
    found = told_apart(table, strata=level, keep="c")
    assert found.left_out.to_dict() == {"b": "c"}
    inner = table.groupby(level).transform(lambda column: column - column.mean())
    assert found.correlation["b"] == pytest.approx(inner.corr().loc["b", "c"])


def test_missing_values_count_as_the_model_counts_them():
    table = planted()
    table.loc[:40, "parks"] = np.nan
    table["nowhere"] = np.nan
    found = told_apart(table)
    assert found.left_out.to_dict() == {"both": "rent", "nowhere": ""}
    apart = table[["rent", "doctors"]].copy()
    apart.loc[:59, "rent"], apart.loc[60:, "doctors"] = np.nan, np.nan
    assert told_apart(apart).kept == ()
    assert told_apart(apart).left_out.to_dict() == {"rent": "", "doctors": ""}


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 7), st.integers(1, 4), st.floats(0, 2), st.booleans())
def test_a_model_never_refuses_what_is_kept_as_collinear(seed, k, rank, noise, gaps):
    rng = np.random.default_rng(seed)
    n = 90
    hidden = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, k))
    values = (hidden + noise * rng.normal(size=(n, k))) * 10.0 ** rng.integers(-4, 5, k)
    table = pd.DataFrame(values).add_prefix("d")
    if gaps:
        table = table.mask(rng.uniform(size=(n, k)) < 0.02)
    level = rng.choice(["k8", "high"], n)
    keep = f"d{rng.integers(k)}"
    found = told_apart(table, strata=level, keep=keep)
    assert keep in found.kept
    assert sorted([*found.kept, *found.left_out.index]) == list(table)
    assert found.left_out.isin([*found.kept, ""]).all()
    assert found.correlation.abs().le(1).all()
    kept = table[list(found.kept)]
    design = design_matrix(pd.Series(0.0, index=table.index), kept, level)
    assert variance_inflation(design.exposures, design.levels).max() <= MAX_VIF
    assert condition_number(design.exposures, design.levels) <= MAX_CONDITION
    near = Weights.knn(rng.uniform(size=(n, 2)), 4)
    model = fit(pd.Series(rng.normal(size=n)), kept, weights=near, strata=level, form="none")
    assert model.state in ("estimated", "too few places")


@settings(max_examples=40)
@given(SEEDS, st.integers(2, 6), st.sampled_from([0.0, 1e-9, 1e-6, 1e-3, 0.3]))
def test_the_order_of_rows_decides_nothing(seed, k, noise):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(50, 1)) * rng.choice([-1, 1], k) + noise * rng.normal(size=(50, k))
    table, level = pd.DataFrame(values).add_prefix("d"), pd.Series(rng.choice(["a", "b"], 50))
    order = rng.permutation(50)
    found = told_apart(table, strata=level)
    mixed = told_apart(table.iloc[order], strata=level.iloc[order])
    assert found.kept == mixed.kept
    pd.testing.assert_series_equal(found.left_out, mixed.left_out)
    pd.testing.assert_series_equal(found.correlation, mixed.correlation, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: (t, "crowding"), "no exposure"),
        (lambda t: (t.iloc[:, :0], None), "at least one column"),
        (lambda t: (t.set_axis(["a", "a", "b", "c"], axis=1), None), "repeats"),
        (lambda t: (t.replace(t.iloc[3, 1], np.inf), None), "infinite exposure"),
    ],
)
def test_tables_that_are_none_are_refused(change, message):
    table, keep = change(planted())
    with pytest.raises(ValueError, match=message):
        told_apart(table, keep=keep)


@pytest.mark.mirror
def test_new_york_city_s_drivers_are_refused_together_and_estimated_once_told_apart(nyc_protected):
    rows, drivers = nyc_protected.absence, nyc_protected.drivers
    rows = rows[rows["school_year"].eq("2018-19") & rows["status"].eq("reported")]
    rows = rows[rows["student_group"].eq("all") & rows["grade"].eq("all")].set_index("school_id")
    drivers = drivers[drivers["status"].eq("reported") & ~drivers["measure"].str.startswith("svi_")]
    values = {
        name: exposure(
            part.set_index("geoid")["value"].astype(float), None, nyc_protected.catchment
        )
        for name, part in drivers.groupby("measure")
    }
    table = pd.DataFrame({name: found["value"] for name, found in values.items()})
    ids = rows.index.intersection(table.index)
    schools, table = nyc_protected.schools.loc[ids], table.loc[ids]
    model = {
        "outcome": rows.loc[ids, ["chronic_absent", "enrolled"]],
        "weights": Weights.knn(schools.geometry, 8),
        "strata": schools["level"],
    }
    assert len(table.columns) >= 12
    assert fit(exposures=table, **model).state == "collinear"
    for keep in (None, "poverty_150"):
        found = told_apart(table, strata=schools["level"], keep=keep)
        assert keep is None or keep in found.kept
        assert len(found.kept) >= 8
        estimate = fit(exposures=table[list(found.kept)], **model)
        assert estimate.state == "estimated"
        assert estimate.effects["vif"].max() <= MAX_VIF
