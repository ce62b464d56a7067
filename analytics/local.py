"""Local statistics of one map: where high or low values stand together.

The null of this module shuffles values among areas. For maps made from shared schools that null is
wrong (neighbours share schools, so the map is smooth by construction): use `analytics.hotspots`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analytics.area_permutation import permuted_counts
from analytics.getis_ord import benjamini_hochberg, prepare, two_sided
from analytics.inputs import Bools, Floats, floats, refuse
from geo.weights import Weights

STATES = ("tested", "island", "no value", "constant values", "covers all areas", "too few areas")
"""Why an area has a number or none: see `gi_star`."""


def gi_star(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Literal["areas"] | None = None,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Give Gi* of each area: how far the area and its neighbours together stand from the mean.

    Parameters
    ----------
    values
        One value an area: a Series indexed by ids of the weights in any order, or an array in the
        order of `weights.ids`. NaN or NA areas are left out and come back as NaN.
    weights
        Binary or general weights; each area is added to its own neighbours when it is not there.
    null
        "areas" adds p-values from conditional permutation: the area keeps its value, its
        neighbours' values are drawn from all other areas.
    draws
        Number of permutations.
    seed
        Seed of the permutations.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; columns `value, z, p, state`, with `p` two-sided normal, and `p_sim, q`
        when a null is given. `state` is "tested"; "island" (no neighbour: `z` speaks of the area
        alone, no permutation value); or without any number "no value", "constant values" (all
        equal), "covers all areas" (the area neighbours every other one), "too few areas" (one).

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, infinite values, or fewer than 1 draw.

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5. Anselin L (1995)
    Geographical Analysis 27:93-115 (conditional permutation). Benjamini Y, Hochberg Y (1995).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> gi_star(pd.Series([6.0, 3.0, 2.0, 1.0], index=list("dcba")), line).z.round(3).tolist()
    [1.389, 1.069, -1.604, -1.389]
    """
    series = _on_ids(values, weights)
    numbers = floats(series)
    refuse(np.isinf(numbers), series, lambda _: "an infinite value; correct it or leave it empty")
    known = ~np.isnan(numbers)
    whole = known.all() and series.index.equals(weights.ids)
    inner = weights if whole else weights.subset(series.index[known])
    z = np.full(numbers.shape, np.nan)
    statistic = prepare(inner)
    z[known] = statistic.z(numbers[known])
    table = pd.DataFrame({"value": numbers, "z": z, "p": 2 * ndtr(-np.abs(z))}, index=series.index)
    table["state"] = _states(known, np.isin(series.index, inner.isolates), z, numbers[known])
    if null is None:
        return table
    if null != "areas" or draws < 1:
        raise ValueError(f"null must be 'areas' with at least 1 draw, not {null!r} with {draws}")
    tested = (table["state"] == "tested").to_numpy()
    p_sim = np.full(numbers.shape, np.nan)
    if tested.any():
        rng = np.random.default_rng(seed)
        counted = permuted_counts(numbers[known], statistic.matrix, draws, rng)
        p_sim[known] = two_sided(*counted, draws)
        p_sim[~tested] = np.nan
    return table.assign(p_sim=p_sim, q=benjamini_hochberg(p_sim, tested))


def _on_ids(values: Any, weights: Weights) -> pd.Series:
    """Give values a checked index of area ids."""
    if not isinstance(values, pd.Series):
        if np.shape(values) != (weights.n,):
            raise ValueError(f"values of shape {np.shape(values)} for {weights.n} areas")
        return pd.Series(floats(values), index=weights.ids)
    unknown = ~values.index.isin(weights.ids)
    if unknown.any() or not values.index.is_unique:
        bad = values.index[unknown if unknown.any() else values.index.duplicated()]
        word = "not an area of the weights" if unknown.any() else "repeated"
        raise ValueError(f"{len(bad)} ids of the values are wrong: {bad[0]!r} is {word}")
    return values


def _states(known: Bools, island: Bools, z: Floats, used: Floats) -> list[str]:
    """Say of each area why it has a number or none."""
    constant = used.size > 1 and np.isnan(z).all() and np.ptp(used) <= 1e-9 * np.abs(used).max()
    reasons = [~known, np.full(known.shape, used.size < 2), np.full(known.shape, constant)]
    words = ["no value", "too few areas", "constant values", "covers all areas", "island"]
    return [str(s) for s in np.select([*reasons, np.isnan(z), island], words, default="tested")]
