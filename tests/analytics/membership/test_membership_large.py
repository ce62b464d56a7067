"""Large places and many schools: other ways to compute, the same answers."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import expit

from analytics import membership
from analytics.membership import Limits
from analytics.membership.blocks import CellSize, cells
from analytics.membership.model import Model
from geo.weights.weights import Weights

COLUMNS = ["mean", "sd", "low", "high", "rate_mean", "rate_low", "rate_high"]


def place(areas, schools, near, seed=0):
    """Draw schools with gravity shares of their nearest areas, over an exponential field."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, np.sqrt(areas), (areas, 2))
    apart = np.linalg.norm(centres[:, None] - centres, axis=2)
    root = np.linalg.cholesky(np.exp(-2 * apart / 6) + 1e-9 * np.eye(areas))
    field = 0.6 * root @ rng.standard_normal(areas)
    sites = centres[rng.integers(0, areas, schools)] + rng.normal(0, 0.3, (schools, 2))
    apart = np.linalg.norm(sites[:, None] - centres, axis=2)
    share = np.where(apart <= np.sort(apart, axis=1)[:, [near - 1]], np.exp(-apart / 1.5), 0.0)
    share /= share.sum(axis=1, keepdims=True)
    level = rng.choice(["elementary", "middle", "high"], schools, p=[0.6, 0.2, 0.2])
    eta = -1.2 + share @ field + 0.4 * (level == "high") + 0.5 * rng.standard_normal(schools)
    trials = rng.integers(100, 900, schools)
    cases = rng.binomial(trials, expit(eta))
    options = {"weights": Weights.knn(centres, 6), "centres": centres, "levels": level}
    return (cases, trials), {"share": csr_array(share), **options}


def divided(cell, around):
    """Fit in blocks whatever the memory."""
    return Limits(whole_bytes=0, cells=CellSize(cell, around))


@pytest.mark.parametrize(
    "field",
    [
        {"field": "matern", "smoothness": 0.5},
        {"field": "matern", "smoothness": 1.5},
        {"field": "bym2"},
    ],
    ids=["matern 0.5", "matern 1.5", "bym2"],
)
def test_more_schools_than_areas_are_factored_in_the_dimension_of_areas(monkeypatch, field):
    counts, options = place(80, 200, 8)
    narrow = membership.fit(*counts, **options, **field)
    monkeypatch.setattr(Model, "root", lambda *_: None)
    wide = membership.fit(*counts, **options, **field)
    np.testing.assert_allclose(narrow.areas[COLUMNS], wide.areas[COLUMNS], rtol=0, atol=1e-6)
    assert narrow.log_marginal_likelihood == pytest.approx(wide.log_marginal_likelihood, abs=1e-6)
    np.testing.assert_allclose(narrow.hyperparameters, wide.hyperparameters, rtol=1e-5)
    np.testing.assert_allclose(narrow.effects, wide.effects, atol=1e-6)


@pytest.mark.parametrize("limits", [Limits(), divided(40, 20)], ids=["whole", "blocks"])
@pytest.mark.parametrize("smoothness", [0.5, 1.5])
def test_schools_of_one_building_fit_as_if_each_had_a_catchment_of_its_own(limits, smoothness):
    counts, options = place(60, 50, 6)
    share = options["share"].toarray()
    share[1::2] = share[::2]  # 25 buildings of two schools, often of two levels
    options |= {"field": "matern", "smoothness": smoothness, "limits": limits}
    together = membership.fit(*counts, **options | {"share": csr_array(share)})
    share *= 1 + 1e-7 * np.random.default_rng(1).uniform(size=share.shape)
    share /= share.sum(axis=1, keepdims=True)
    apart = membership.fit(*counts, **options | {"share": csr_array(share)})
    np.testing.assert_allclose(together.areas[COLUMNS], apart.areas[COLUMNS], rtol=0, atol=1e-5)
    evidence = apart.log_marginal_likelihood
    assert together.log_marginal_likelihood == pytest.approx(evidence, abs=1e-5)
    np.testing.assert_allclose(together.effects, apart.effects, atol=1e-5)


@pytest.mark.parametrize("field", ["matern", "bym2"])
def test_single_precision_moves_no_area_by_a_ten_thousandth_of_its_sd(field):
    counts, options = place(150, 100, 12)
    double = membership.fit(*counts, **options, field=field)
    single = membership.fit(*counts, **options, field=field, limits=Limits(single=0))
    sd = double.areas[["sd"]].to_numpy()
    columns = ["mean", "sd", "low", "high"]
    assert (np.abs(single.areas[columns] - double.areas[columns]) / sd).to_numpy().max() < 1e-4


def test_blocks_agree_with_the_whole_on_a_thousand_areas():
    counts, options = place(1000, 1000, 40)
    options |= {"field": "matern", "smoothness": 0.5}
    whole = membership.fit(*counts, **options)
    blocks = membership.fit(*counts, **options, limits=divided(300, 300))
    width = blocks.areas["high"] - blocks.areas["low"]
    moved = np.abs(blocks.areas["mean"] - whole.areas["mean"]) / whole.areas["sd"]
    assert moved.max() < 0.1
    np.testing.assert_allclose(width, whole.areas["high"] - whole.areas["low"], rtol=0.1)
    moved = (blocks.areas["rate_mean"] - whole.areas["rate_mean"]).abs()
    width = whole.areas["rate_high"] - whole.areas["rate_low"]
    assert (moved / width).max() < 0.1 / 3
    ratio = (blocks.areas["rate_high"] - blocks.areas["rate_low"]) / width
    np.testing.assert_allclose(ratio, 1, atol=0.1)
    sd = whole.hyperparameters["sd"]
    assert ((blocks.hyperparameters["mean"] - whole.hyperparameters["mean"]).abs() < 0.5 * sd).all()
    sd = whole.effects["sd"]
    assert ((blocks.effects["mean"] - whole.effects["mean"]).abs() < 0.1 * sd).all()
    assert any("4 overlapping blocks" in note for note in blocks.notes)
    assert blocks.top(50).sum() == pytest.approx(50)


def test_blocks_say_that_they_approximate_and_what_was_not_compared():
    counts, options = place(60, 50, 6)
    assert not any("Approximation" in note for note in membership.fit(*counts, **options).notes)
    options["limits"] = divided(40, 20)
    told = []
    found = membership.fit(*counts, **options, progress=lambda done, of: told.append((done, of)))
    note = next(note for note in found.notes if "Approximation" in note)
    assert "50 counts over 60 areas" in note
    assert "2 overlapping blocks" in note
    assert "bym2" in note
    assert set(found.comparison.index) == {"matern 0.5", "matern 1.5"}
    assert told[-1][0] == told[-1][1]
    assert found.areas.drop(columns="state").notna().all().all()
    again = membership.fit(*counts, **options)
    np.testing.assert_array_equal(found.top(5), again.top(5))


def test_one_block_is_the_whole():
    counts, options = place(60, 50, 6)
    options |= {"field": "matern", "smoothness": 1.5}
    whole = membership.fit(*counts, **options)
    block = membership.fit(*counts, **options, limits=divided(100, 0))
    np.testing.assert_allclose(block.areas[COLUMNS], whole.areas[COLUMNS], atol=1e-8)
    np.testing.assert_allclose(block.hyperparameters, whole.hyperparameters, atol=1e-8)
    np.testing.assert_allclose(block.effects[["mean", "sd"]], whole.effects[["mean", "sd"]])
    assert block.log_marginal_likelihood == pytest.approx(whole.log_marginal_likelihood)


def test_blocks_keep_unknown_covariates_unknown():
    counts, options = place(60, 50, 6)
    poverty = np.random.default_rng(1).standard_normal(60)
    poverty[options["share"].sum(axis=0).argmin()] = np.nan
    options |= {"covariates": poverty, "limits": divided(40, 20)}
    found = membership.fit(*counts, **options, field="matern")
    assert found.areas["mean"].isna().sum() == 1
    assert (found.areas["state"] == "covariate not known").sum() == 1
    assert "covariate 1" in found.effects.index


def test_bym2_alone_is_refused_where_only_blocks_would_fit():
    counts, options = place(60, 50, 6)
    with pytest.raises(ValueError, match="give centres for a Matern field"):
        membership.fit(*counts, **options, field="bym2", limits=Limits(most_bytes=1000.0))


@pytest.mark.parametrize("schools", [1, 40, 3000])
@pytest.mark.parametrize("spread", [0.0, 1.0], ids=["one point", "apart"])
def test_cells_hold_every_area_once_and_every_school(schools, spread):
    rng = np.random.default_rng(3)
    centres = spread * rng.uniform(0, 40, (1500, 2))
    around = Weights.knn(rng.uniform(0, 1, (1500, 2)), 3).with_self().row_standardized().sparse
    rows = np.repeat(np.arange(schools), 5)
    columns = rng.integers(0, 1500, 5 * schools)
    share = csr_array((np.full(len(rows), 0.2), (rows, columns)), shape=(schools, 1500))
    found = cells(centres, share, around)
    core = np.concatenate([cell.areas[cell.core] for cell in found])
    assert sorted(core) == list(range(1500))
    assert max(len(cell.core) for cell in found) <= 600
    assert len(np.unique(np.concatenate([cell.schools for cell in found]))) == schools
    for cell in found:
        assert np.isin(share[cell.schools].indices, cell.areas).all()
