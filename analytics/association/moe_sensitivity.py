"""How far effects move when exposures are redrawn within their margins of error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.association.estimate import Estimate
from analytics.association.model import DriverModel
from analytics.inputs import Floats, floats
from analytics.rates.acs import Z_90

_BATCH = 20  # redraws solved at once


def moe_sensitivity(
    model: DriverModel, exposures: pd.DataFrame, moe: pd.DataFrame, *, draws: int, seed: int
) -> pd.DataFrame:
    """Redraw exposures from their margins of error and see how far each effect moves.

    The spatial error and the variances stay those of the model of the published figures. Margins of
    schools that share tracts are drawn apart, so the spread is a lower bound on such errors' sway.

    Parameters
    ----------
    model, exposures : DriverModel, DataFrame
        From `analytics.association.driver_model`, and what it was made from.
    moe : DataFrame
        90 % margins of error on the index and columns of `exposures`; a missing margin counts as
        none, and `without_moe` says how many.
    draws, seed : int
        Number and seed of the redraws.

    Returns
    -------
    DataFrame
        Index of exposures; `effect` of the published figures, `mean, low, high` of the redraws (2.5
        and 97.5 %), `same_sign` the part of redraws with the effect's sign, `without_moe`, and
        `state`. A mean nearer 0 than the effect says that error of measurement has already pulled
        the effect towards 0 about as much. NaN when the model was refused.

    Raises
    ------
    ValueError
        Margins on another index or with other columns, a negative margin, or no draw.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 7 (SE = MOE / 1.645). Cook JR,
    Stefanski LA (1994) J Am Stat Assoc 89:1314-1328 (adding error shows what error did).

    Examples
    --------
    >>> from analytics.association.model import driver_model
    >>> from geo.weights.weights import Weights
    >>> rng = np.random.default_rng(1)
    >>> place, x = rng.uniform(size=(60, 2)), pd.DataFrame({"crowding": rng.normal(size=60)})
    >>> model = driver_model(x.crowding + rng.normal(size=60), x, weights=Weights.knn(place, 5))
    >>> moved = moe_sensitivity(model, x, x * 0 + 0.5, draws=100, seed=0)
    >>> bool(moved.low["crowding"] < moved["mean"]["crowding"] < moved.high["crowding"])
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    margin = _margins(exposures, moe)
    design = model.design
    names = design.names.rename("exposure")
    missing = np.isnan(margin[design.used]).sum(axis=0)
    if model.fitted is None:
        numbers = pd.DataFrame(np.nan, names, ["effect", "mean", "low", "high", "same_sign"])
        return numbers.assign(without_moe=missing, state=model.refusal[0])
    effect = model.fitted.estimate.effect
    unit = np.where(design.sd > 0, design.sd, 1.0)
    error = np.nan_to_num(margin[design.used]) / Z_90 / unit
    effects = _redrawn(model.fitted.estimate, design.exposures, error, draws, seed)
    low, high = np.quantile(effects, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "effect": effect,
            "mean": effects.mean(axis=0),
            "low": low,
            "high": high,
            "same_sign": (np.sign(effects) == np.sign(effect)).mean(axis=0),
            "without_moe": missing,
            "state": np.where(missing == len(error), "no margin", "redrawn"),
        },
        index=names,
    )


def _margins(exposures: pd.DataFrame, moe: pd.DataFrame) -> Floats:
    """Give margins in the order of the exposures."""
    if not moe.index.equals(exposures.index):
        raise ValueError("exposures and margins of error have different indexes; align them first")
    absent = exposures.columns.difference(moe.columns)
    if len(absent):
        raise ValueError(f"no margin column for {absent[0]!r}; give one, empty if unknown")
    margin = np.column_stack([floats(moe[name]) for name in exposures])
    if (margin < 0).any():
        raise ValueError(f"{int((margin < 0).sum())} margins of error are negative; correct them")
    return margin


def _redrawn(estimate: Estimate, x: Floats, error: Floats, draws: int, seed: int) -> Floats:
    """Give the effects of every redraw, shape (draws, k)."""
    k, levels = x.shape[1], estimate.columns[:, : -x.shape[1]]
    rng = np.random.default_rng(seed)
    solve = estimate.precision
    solved_levels, pz = solve(levels), solve(estimate.z)
    effects = np.empty((draws, k))
    for start in range(0, draws, _BATCH):
        count = min(_BATCH, draws - start)
        drawn = [x + error * rng.normal(size=x.shape) for _ in range(count)]
        solved = np.split(solve(np.hstack(drawn)), count, axis=1)
        for i, (one, inverse) in enumerate(zip(drawn, solved, strict=True), start):
            columns = np.column_stack([levels, one])
            both = columns.T @ np.column_stack([solved_levels, inverse])
            effects[i] = np.linalg.solve(both, columns.T @ pz)[-k:]
    return effects
