"""Counts, levels, covariates and centres of the membership model, checked and put in order."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.inputs import Floats, counts, floats, refuse, same_index
from analytics.rates.standardized import stratum_codes
from geo.weights.weights import Weights

Family = Literal["binomial", "poisson"]
FAMILIES: tuple[Family, ...] = ("binomial", "poisson")


def checked_counts(
    cases: Any, trials: Any, expected: Any, family: Family
) -> tuple[pd.Series, pd.Series]:
    """Check counts; give cases with trials (binomial) or with expected cases (Poisson).

    Parameters
    ----------
    cases, trials, expected, family
        As for `analytics.membership.model_fit.fit`.

    Returns
    -------
    cases, base
        Series on one index: the caller's, or positions.

    Raises
    ------
    ValueError
        Impossible numbers, lengths or indexes that differ, or a family that lacks its base.

    Examples
    --------
    >>> checked_counts([1, 3], [10, 30], None, "poisson")[1].tolist()
    [1.0, 3.0]
    """
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; known: {', '.join(FAMILIES)}")
    if family == "binomial":
        if expected is not None:
            raise ValueError("expected counts belong to family='poisson'")
        given = counts(cases, trials)
        return _series(given.x, given.like), _series(given.n, given.like)
    base = trials if expected is None else expected
    if base is None:
        raise ValueError("family='poisson' needs expected counts, or trials to make them from")
    x, e = _counted(cases, "cases"), _counted(base, "expected")
    if len(x) != len(e):
        raise ValueError(f"{len(e)} expected counts or trials do not fit {len(x)} cases")
    if isinstance(cases, pd.Series) and isinstance(base, pd.Series):
        same_index(cases, base, "cases and expected counts or trials")
    if expected is None:
        known = ~(np.isnan(x) | np.isnan(e))
        e = e * (x[known].sum() / e[known].sum() if e[known].sum() > 0 else np.nan)
    return _series(x, cases), _series(e, cases)


def on_areas(values: pd.Series, given: Any, weights: Weights) -> pd.Series:
    """Put values that belong to areas into the order of the weights.

    Parameters
    ----------
    values
        Checked values.
    given
        What the caller passed: a Series is matched by its index, an array by position.
    weights
        Areas wanted.

    Returns
    -------
    pandas.Series
        On the ids of the weights; NaN for an area that was not given.

    Raises
    ------
    ValueError
        Unknown or repeated ids, or an array of another length.
    """
    if not isinstance(given, pd.Series):
        if len(values) != weights.n:
            raise ValueError(f"{len(values)} values for {weights.n} areas; pass a Series by id")
        return values.set_axis(weights.ids)
    _check_ids(given.index, weights, "counts")
    return values.set_axis(given.index).reindex(weights.ids)


def level_effects(levels: Any, rows: pd.Series, used: Any) -> tuple[Floats, list[str]]:
    """Give each level but the commonest a column, centred on the mix of all students.

    Parameters
    ----------
    levels
        Level of each school; None for one level. A missing level is a level of its own.
    rows
        Trials or expected cases of every school, on the index of the schools.
    used
        Schools that take part, shape (schools,).

    Returns
    -------
    columns, names
        Shape (used schools, levels - 1). Because the columns are centred, the intercept speaks of
        a place with the mix of levels of all schools together.
    """
    if isinstance(levels, pd.Series) and not levels.index.equals(rows.index):
        if not rows.index.isin(levels.index).all() or not levels.index.is_unique:
            raise ValueError("levels lack some schools of the counts, or name one twice")
        levels = levels.reindex(rows.index)
    codes = stratum_codes(levels, rows)[used]
    found, place = np.unique(codes, return_inverse=True)
    if len(found) < 2:
        return np.empty((len(codes), 0)), []
    size = rows.to_numpy()[used]
    total = np.bincount(place, size)
    columns = (place[:, None] == np.arange(len(found))).astype(np.float64)
    columns -= total / total.sum()
    rest = np.delete(np.arange(len(found)), int(total.argmax()))
    labels = [str(np.asarray(pd.Series(levels).astype(object))[used][place == j][0]) for j in rest]
    return columns[:, rest], [f"level {label}" for label in labels]


def area_covariates(covariates: Any, weights: Weights) -> tuple[Floats, list[str]]:
    """Give covariates of areas as columns in the order of the weights.

    Parameters
    ----------
    covariates
        DataFrame or Series by area id in any order, array of shape (m,) or (m, p), or None.
    weights
        Areas.

    Returns
    -------
    columns, names
        Shape (m, p); NaN where a value is missing.

    Raises
    ------
    ValueError
        Unknown or repeated ids, infinite values, another length, or a constant column.
    """
    if covariates is None:
        return np.empty((weights.n, 0)), []
    if isinstance(covariates, pd.Series):
        covariates = covariates.to_frame(covariates.name or "covariate")
    if not isinstance(covariates, pd.DataFrame):
        array = np.asarray(covariates, dtype=np.float64)
        array = array[:, None] if array.ndim == 1 else array
        if len(array) != weights.n:
            raise ValueError(f"covariates of {len(array)} rows for {weights.n} areas")
        names = [f"covariate {j + 1}" for j in range(array.shape[1])]
        covariates = pd.DataFrame(array, index=weights.ids, columns=names)
    _check_ids(covariates.index, weights, "covariates")
    table = covariates.reindex(weights.ids)
    names = [str(name) for name in table.columns]
    columns = np.column_stack([floats(table[name]) for name in table.columns])
    for name, column in zip(names, columns.T, strict=True):
        refuse(np.isinf(column), table.iloc[:, 0], lambda _, n=name: f"covariate {n} is infinite")  # type: ignore[misc]
        if np.nanmax(column, initial=-np.inf) <= np.nanmin(column, initial=np.inf):
            raise ValueError(f"covariate {name} is the same everywhere; leave it out")
    return columns, names


def area_centres(centres: Any, weights: Weights) -> Floats:
    """Give centres of areas in the order of the weights.

    Parameters
    ----------
    centres
        DataFrame by area id with two columns, or array of shape (m, 2), km.
    weights
        Areas.

    Returns
    -------
    numpy.ndarray
        Shape (m, 2).

    Raises
    ------
    ValueError
        Another shape, unknown ids, or a missing centre.
    """
    if isinstance(centres, pd.DataFrame):
        _check_ids(centres.index, weights, "centres")
        centres = centres.reindex(weights.ids)
    array = np.asarray(centres, dtype=np.float64)
    if array.shape != (weights.n, 2):
        raise ValueError(f"centres of shape {array.shape} for {weights.n} areas; two columns, km")
    missing = np.asarray(~np.isfinite(array).all(axis=1))
    refuse(missing, pd.Series(index=weights.ids, dtype=float), lambda _: "the centre is missing")
    return array


def _counted(values: Any, what: str) -> Floats:
    """Give numbers that must not be negative or infinite."""
    array = floats(values)
    fix = "correct it or leave it empty"
    refuse((array < 0) | np.isinf(array), values, lambda i: f"{what} of {array[i]:g}; {fix}")
    return array


def _series(values: Floats, like: Any) -> pd.Series:
    """Give values the index of the caller's Series, or positions."""
    return pd.Series(values, index=like.index if isinstance(like, pd.Series) else None)


def _check_ids(index: pd.Index, weights: Weights, what: str) -> None:
    """Refuse ids that the weights do not know, and repeated ones."""
    unknown = ~index.isin(weights.ids)
    bad = unknown if unknown.any() else index.duplicated()
    if bad.any():
        word = "not an area of the weights" if unknown.any() else "repeated"
        raise ValueError(
            f"{int(bad.sum())} ids of the {what} are wrong: {index[bad][0]!r} is {word}"
        )
