"""An order says how sure it is: calibrated where the truth is known, ties as ties."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.groups import excess_students
from analytics.priorities import excess_draws, ranks, share_of_excess

AREAS, SCHOOLS, K = 40, 240, 8
LEAN = {"normal": 0.04, "few stand out": 0.1, "schools": 0.1}
"""How far a stated chance may be off: none where the model is true; said of the others."""


def true_ranks(truth):
    return pd.Series(-np.asarray(truth)).rank(method="min").to_numpy()


def judged(table, truth, seed, k=K):
    """What is said of each place, and what is true."""
    drawn = excess_draws(table, draws=1000, seed=seed)
    found = ranks(table, drawn, k=k)
    rank = true_ranks(truth)
    covered = (found["rank_low"] <= rank) & (found["rank_high"] >= rank)
    shares = share_of_excess(drawn, table["expected"], steps=[0.2]).loc[0.2]
    first = np.argsort(-drawn.mean(axis=1).to_numpy())[: int(shares["places"])]
    held = np.maximum(truth, 0)[first].sum() / np.maximum(truth, 0).sum()
    said = {"p": found["p_top"], "top": rank <= k, "covered": covered}
    inside = shares["low"] <= held <= shares["high"]
    return (
        pd.DataFrame(said)
        .astype(float)
        .assign(world=seed, held=inside, miss=shares["share"] - held)
    )


def a_world(kind, seed):
    """Relative excess of places with very unequal errors, as figures show it."""
    rng = np.random.default_rng(seed)
    expected = np.exp(rng.normal(5, 1, AREAS))
    error = expected * rng.uniform(0.05, 0.4, AREAS)
    spread = {
        "normal": rng.normal(0, 0.15, AREAS),
        "few stand out": 0.08 * rng.standard_t(3, AREAS),
    }
    truth = expected * spread[kind]
    figures = {"expected": expected, "excess": truth + rng.normal(0, error), "excess_se": error}
    return pd.DataFrame(figures), truth


@cache
def place():
    """Schools of two levels that draw from up to three of the areas."""
    rng = np.random.default_rng(2)
    n = pd.Series(np.exp(rng.normal(6, 0.6, SCHOOLS)).astype(int) + 30.0)
    parts = np.zeros((SCHOOLS, AREAS))
    for school in range(SCHOOLS):
        near = (rng.integers(AREAS) + np.arange(3)) % AREAS
        parts[school, near] = rng.dirichlet([4, 2, 1])
    level = pd.Series(np.where(np.arange(SCHOOLS) < 160, "k8", "high"))
    return n, pd.DataFrame(parts), level


def of_schools(seed):
    """The same from schools that differ by themselves and by where their students live."""
    rng = np.random.default_rng(seed)
    n, parts, level = place()
    base = np.where(level == "high", 0.35, 0.22)
    mean = base * (1 + parts.to_numpy() @ rng.normal(0, 0.2, AREAS))
    size = 1 / 0.02 - 1
    x = pd.Series(rng.binomial(n.astype(int), rng.beta(mean * size, (1 - mean) * size))).astype(
        float
    )
    table = excess_students(x, n, parts, level)
    return table, excess_students(n * mean, n, parts, level)["excess"].to_numpy()


@pytest.mark.parametrize("kind", list(LEAN))
def test_the_chance_to_be_among_the_first_is_calibrated_and_ranks_cover(kind, replicates):
    worlds = replicates(60, 1500)
    make = of_schools if kind == "schools" else lambda seed: a_world(kind, seed)
    said = pd.concat([judged(*make(seed), seed) for seed in range(worlds)])
    # Reliability: of places said to be first with a chance around p, a share p is.
    groups = said.groupby(pd.cut(said["p"], [-0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0]))
    for _, group in groups:
        by_world = group.groupby("world")[["p", "top"]].mean()
        error = (by_world["p"] - by_world["top"]).std() / np.sqrt(len(by_world))
        assert abs(group["p"].mean() - group["top"].mean()) < LEAN[kind] + 3 * error, group.mean()
    # Brier score: what calibrated chances promise, and better than knowing only k of all.
    brier, promised = ((said["p"] - said["top"]) ** 2).mean(), (said["p"] * (1 - said["p"])).mean()
    by_world = said.assign(more=(said["p"] - said["top"]) ** 2 - said["p"] * (1 - said["p"]))
    error = by_world.groupby("world")["more"].mean().std() / np.sqrt(worlds)
    assert abs(brier - promised) < LEAN[kind] / 5 + 3 * error
    assert brier < 0.9 * (K / AREAS) * (1 - K / AREAS)
    covered = said.groupby("world")["covered"].mean()
    error = covered.std() / np.sqrt(worlds)
    assert covered.mean() + 3 * error > 0.93
    assert covered.mean() < 0.995
    # Concentration: its range holds the truth, and the figure does not lean.
    each = said.groupby("world")[["held", "miss"]].first()
    assert each["held"].mean() + 3 * np.sqrt(0.05 * 0.95 / worlds) > 0.92
    assert abs(each["miss"].mean()) < 0.04 + 3 * each["miss"].std() / np.sqrt(worlds)


def test_places_that_are_alike_leave_every_rank_open(replicates):
    rng = np.random.default_rng(4)
    open_ranks, likeliest = [], []
    for seed in range(replicates(20, 300)):
        error = rng.uniform(10, 40, 30)
        table = pd.DataFrame(
            {"expected": 100.0, "excess": rng.normal(0, error), "excess_se": error}
        )
        found = ranks(table, excess_draws(table, draws=1000, seed=seed), k=5)
        open_ranks.append((found["rank_high"] - found["rank_low"]).mean())
        likeliest.append(found["p_top"].max())
    assert np.mean(open_ranks) > 24
    assert np.mean(np.array(likeliest) > 0.8) <= 0.02  # 1 of 300 by chance


def test_equal_places_share_their_rank_and_their_chance():
    table = pd.DataFrame({"expected": 100.0, "excess": [50.0, 20, 20, 20, 0], "excess_se": 9.0})
    found = ranks(table, excess_draws(table, seed=1), k=2)
    assert found["rank"].tolist() == [1, 2, 2, 2, 5]
    assert len(set(found["p_top"][1:4])) == 1
    assert found["p_top"].sum() == pytest.approx(2)
    assert len(set(found["rank_low"][1:4])) == len(set(found["rank_high"][1:4])) == 1


def test_what_is_not_known_takes_no_part():
    table = pd.DataFrame(
        {
            "expected": [100.0, 100, 100, 0, np.nan],
            "excess": [50.0, 20, 0, 3, 9],
            "excess_se": [9.0, 9, 9, 1, 1],
        },
        list("abcde"),
    )
    found = ranks(table, excess_draws(table, seed=1))
    assert found.index.tolist() == list("abcde")
    assert found["rank"].isna().tolist() == [False] * 3 + [True] * 2
    assert (found["p_top"].dropna() == 1).all()
    with pytest.raises(ValueError, match="an order needs 3"):
        excess_draws(table[2:], seed=1)
    with pytest.raises(ValueError, match="list of 0"):
        ranks(table, excess_draws(table, seed=1), k=0)


def test_a_place_with_little_behind_it_is_drawn_near_to_the_rest():
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"expected": 100.0, "excess": rng.normal(0, 10, 30), "excess_se": 5.0})
    table.loc[30] = [100.0, 60.0, 60.0]
    table.loc[31] = [100.0, 60.0, 5.0]
    found = ranks(table, excess_draws(table, seed=1), k=1)
    assert found.loc[30, "shrunken"] < 15
    assert found.loc[31, "shrunken"] > 40
    assert found.loc[31, "p_top"] > 0.95


def test_places_whose_figures_have_no_error_keep_them() -> None:
    table = pd.DataFrame({"expected": 100.0, "excess": [5.0, 5.0, 5.0], "excess_se": 0.0})
    drawn = excess_draws(table, seed=1)
    assert np.isfinite(drawn).all(axis=None)
    assert np.allclose(drawn, 5.0, atol=1e-3)
