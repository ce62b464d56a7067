"""Evaluation against published differences in differences and synthetic controls."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analytics.evaluation import group_time, histories, synthetic
from analytics.evaluation.fixed_effects import cluster_robust

pytestmark = pytest.mark.oracle


@pytest.fixture
def stores(oracles):
    """Restaurants before and after a minimum wage: Card and Krueger (1994)."""
    folder = oracles / "did_card_krueger1994"
    return pd.read_csv(folder / "data.csv"), json.loads((folder / "expected.json").read_text())


def test_a_balanced_difference_in_differences(stores):
    """Card D, Krueger AB (1994) AER 84:772-793, table 3: the same stores in both waves."""
    table, told = stores
    wide = table.pivot_table(index="id", columns="d", values="fte").dropna()
    starts = table.groupby("id")["nj"].first().reindex(wide.index)
    units = pd.DataFrame(1.0, wide.index, wide.columns)
    # Each store is one unit: its employment is put on a scale below 1.
    found = group_time(histories(wide / 100, units, starts[starts == 1]))
    assert found.units == told["balanced"]["n"]
    assert found.effect * 100 == pytest.approx(told["balanced"]["did"], rel=1e-8)
    assert found.se * 100 == pytest.approx(told["balanced"]["se_HC1"], rel=1e-8)


def test_errors_with_stores_as_clusters(stores):
    """`sandwich::vcovCL` of the regression on all stores, those in one wave too."""
    table, told = stores
    table = table.dropna(subset=["fte"])
    ids, units = pd.factorize(table["id"])
    shape = (len(units), 2, 4)
    x, w, y = np.zeros(shape), np.zeros(shape[:2]), np.zeros(shape[:2])
    for unit, wave, nj, fte in zip(ids, table["d"], table["nj"], table["fte"], strict=True):
        x[unit, wave] = (1, nj, wave, nj * wave)
        w[unit, wave], y[unit, wave] = 1, fte
    flat, at = x.reshape(-1, 4), w.reshape(-1) > 0
    b = np.linalg.lstsq(flat[at], y.reshape(-1)[at], rcond=None)[0]
    residuals = np.where(w > 0, y - (x @ b), 0.0)
    spread = cluster_robust(x, w, residuals)
    observations = int(at.sum())
    small = (observations - 1) / (observations - 4)  # HC1 of vcovCL
    assert b[3] == pytest.approx(told["ols_coef"], rel=1e-8)
    assert np.sqrt(spread[3, 3] * small) == pytest.approx(told["cluster_store_HC1_se"], rel=1e-8)


def test_california_beside_its_synthetic_control(oracles):
    """Arkhangelsky et al. (2021), table 1, outcomes only; data of Abadie et al. (2010)."""
    folder = oracles / "synth_prop99"
    table = pd.read_csv(folder / "data.csv")
    told = json.loads((folder / "expected.json").read_text())
    outcomes = table.pivot_table(index="State", columns="Year", values="y")
    found = synthetic(outcomes, "California", 1989)
    # Theirs stops before the least gap (Frank-Wolfe): ours may be closer, never further.
    assert found.fit <= told["pre_rmse"]
    assert found.fit == pytest.approx(told["pre_rmse"], rel=1e-5)
    weights = pd.Series(told["sc_weights_nonzero"])
    assert sorted(found.weights.index) == sorted(weights.index)
    assert (found.weights - weights).abs().max() < 4e-4
    assert found.effect == pytest.approx(told["sc_outcomes_only"], rel=1e-4)
    assert found.p <= 3 / 39
    others = outcomes.drop(index="California").mean()
    plain = outcomes.loc["California"] - others
    gap = plain[plain.index >= 1989].mean() - plain[plain.index < 1989].mean()
    assert gap == pytest.approx(told["did"], rel=1e-8)
