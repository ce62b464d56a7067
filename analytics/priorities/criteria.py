"""Several criteria with weights that everyone sees, and how much the list depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.inputs import Floats

CERTAINTY = 20.0
"""Sum of the Dirichlet parameters: weights that people name hold within about 10 points."""
DRAWS = 1000
SCALES = ("rank", "range")


@dataclass(frozen=True, eq=False)
class CriteriaList:
    """A list by criteria, never without its parts.

    Attributes
    ----------
    table : DataFrame
        By place: `score` (0 to 1), `rank` (1 for most; equal scores share one), `top_share`, the
        share of draws in which it is among the first k, `rank_low, rank_high` in 95 % of the draws,
        and `missing`, the criteria that it lacks. A place that lacks one is not ranked.
    parts : DataFrame
        What each criterion adds to the score: place by criterion.
    """

    table: pd.DataFrame
    parts: pd.DataFrame


def weighted_list(
    methods: Mapping[str, pd.DataFrame],
    weights: pd.Series,
    *,
    k: int = 20,
    errors: pd.DataFrame | None = None,
    draws: int = DRAWS,
    seed: int,
) -> CriteriaList:
    """Order places by weighted criteria, and count how often each is among the first k.

    Parameters
    ----------
    methods : mapping
        Criteria of all places, place by criterion, more = sooner, by each way to come to them such
        as a join; the first is the one shown. All have the same places and criteria.
    weights : Series
        Of each criterion, 0 or more; divided by their sum.
    k : int
        Length of the list.
    errors : DataFrame, optional
        Standard error of each criterion; 0 for a criterion that is left out. A place whose error
        is not known is not ranked.
    draws : int
        Lists that are drawn.
    seed : int
        Of the random numbers.

    Raises
    ------
    ValueError
        No weight above 0, a criterion without weight or a weight without criterion, tables that
        differ in places or criteria.

    Notes
    -----
    A criterion counts as the share of places that have less of it, ties half. Each draw takes
    weights from a Dirichlet distribution around those named, one of the methods, one of two scales
    (that share, or the position between the lowest and the highest place) and figures within their
    errors.

    References
    ----------
    Saisana M, Saltelli A, Tarantola S (2005) J R Stat Soc A 168:307-323 (uncertainty of composite
    indicators). Tervonen T, Lahdelma R (2007) Eur J Oper Res 178:500-513 (rank acceptability).

    Examples
    --------
    >>> criteria = pd.DataFrame({"excess": [90.0, 50, 10], "years": [3.0, 1, 2]}, list("abc"))
    >>> found = weighted_list({"join": criteria}, pd.Series({"excess": 2, "years": 1}), k=1, seed=1)
    >>> found.table[["rank", "top_share"]].values.tolist()
    [[1, 1.0], [2, 0.0], [3, 0.0]]
    >>> found.parts.round(2).loc["a"].tolist()
    [0.56, 0.28]
    """
    shown = next(iter(methods.values()))
    share = _shares(weights, shown.columns)
    _refuse_unlike(methods, shown)
    complete = shown.notna().all(axis=1)
    for other in methods.values():
        complete &= other.notna().all(axis=1)
    known = pd.DataFrame(index=shown.index) if errors is None else errors.reindex(shown.index)
    known = known[known.columns.intersection(shown.columns)]
    complete &= known.notna().all(axis=1)
    tables = [each.loc[complete].to_numpy(dtype=float) for each in methods.values()]
    parts = shown * np.nan
    parts.loc[complete] = _scaled(tables[0], "rank") * share
    score = parts.sum(axis=1, skipna=False)
    table = pd.DataFrame({"score": score, "rank": score.rank(method="min", ascending=False)})
    noise = known.reindex(columns=shown.columns, fill_value=0.0).loc[complete].to_numpy(dtype=float)
    drawn = _drawn(tables, share, noise, draws, np.random.default_rng(seed))
    open_ranks = np.quantile(drawn, [0.025, 0.975], axis=1, method="inverted_cdf")
    found = {"top_share": (drawn <= k).mean(axis=1), "rank_low": np.floor(open_ranks[0])}
    found["rank_high"] = np.ceil(open_ranks[1])
    table = table.join(pd.DataFrame(found, index=shown.index[complete]))
    whole = {name: table[name].astype("Int64") for name in ("rank", "rank_low", "rank_high")}
    unsure = known.isna().reindex(columns=shown.columns, fill_value=False)
    lacking = (shown.isna() | unsure).to_numpy(dtype=np.bool_)
    lacks = [", ".join(map(str, shown.columns[row])) for row in lacking]
    missing = pd.Series(lacks, index=shown.index, dtype="str")
    return CriteriaList(table.assign(**whole, missing=missing), parts)


def _shares(weights: pd.Series, criteria: pd.Index) -> Floats:
    """Give the weights of the criteria in their order, summing to 1."""
    if set(weights.index) != set(criteria):
        raise ValueError(f"weights for {list(weights.index)}, criteria {list(criteria)}")
    share = weights.reindex(criteria).to_numpy(dtype=float)
    if not (share >= 0).all() or share.sum() <= 0:
        raise ValueError("weights must be 0 or more, and one of them above 0")
    return np.asarray(share / share.sum())


def _refuse_unlike(methods: Mapping[str, pd.DataFrame], shown: pd.DataFrame) -> None:
    """Refuse methods that speak of other places or criteria."""
    for name, table in methods.items():
        if not (table.index.equals(shown.index) and table.columns.equals(shown.columns)):
            raise ValueError(f"{name}: other places or criteria than the first method")


def _scaled(values: Floats, scale: str) -> Floats:
    """Bring criteria to 0 to 1; one that is the same everywhere is in the middle."""
    if scale == "rank":
        return np.asarray((pd.DataFrame(values).rank().to_numpy() - 0.5) / max(len(values), 1))
    low, reach = values.min(axis=0), np.ptp(values, axis=0)
    middle = np.full(values.shape, 0.5)
    return np.asarray(np.divide(values - low, reach, out=middle, where=reach > 0))


def _drawn(
    tables: list[Floats], share: Floats, noise: Floats, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw lists; rank of each place, places by draws. Equal scores share the middle rank."""
    used = share > 0
    weight = np.zeros((draws, share.size))
    weight[:, used] = rng.dirichlet(CERTAINTY * share[used], size=draws)
    table, scale = rng.integers(len(tables), size=draws), rng.integers(len(SCALES), size=draws)
    drawn = np.empty((len(noise), draws))
    if not len(noise):
        return drawn
    for draw in range(draws):
        values = tables[table[draw]] + noise * rng.normal(size=noise.shape)
        score = _scaled(values, SCALES[scale[draw]]) @ weight[draw]
        # Scores that differ by rounding alone are equal.
        drawn[:, draw] = pd.Series(-score.round(12)).rank(method="average").to_numpy()
    return drawn
