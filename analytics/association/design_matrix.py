"""Outcome, exposures and strata of a model: checked, missing rows set aside, laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Bools, Floats, counts, floats, refuse, same_index
from analytics.rates.intervals import stratum_codes

COUNT_COLUMNS = ("chronic_absent", "enrolled")


@dataclass(frozen=True, eq=False)
class DesignMatrix:
    """Places that take part in a model, in the order of the exposures' index.

    Attributes
    ----------
    ids, used : Index, array of bool
        Places that take part, n of them, and which rows of the caller they are.
    x, n : array, shape (n,)
        Events and denominators; for an outcome of numbers `x` is the outcome and `n` is None.
    exposures, names, sd : array of shape (n, k), Index, array of shape (k,)
        Exposures in standard deviations from their mean, their names, and these standard
        deviations over the places, divided by n - 1.
    levels : array, shape (n, s)
        Constant and one column a stratum beyond the first.
    """

    ids: pd.Index
    used: Bools
    x: Floats
    n: Floats | None
    exposures: Floats
    names: pd.Index
    sd: Floats
    levels: Floats

    @property
    def columns(self) -> Floats:
        """All columns of the model, the levels before the exposures."""
        return np.column_stack([self.levels, self.exposures])


def design_matrix(
    outcome: Any, exposures: pd.DataFrame, strata: ArrayLike | pd.Series | None = None
) -> DesignMatrix:
    """Read outcome, exposures and strata into the columns of a model.

    Parameters
    ----------
    outcome : DataFrame, tuple or Series
        Counts - a table with the columns `chronic_absent` and `enrolled`, or a pair (events,
        denominators) - or one Series of numbers. On the exposures' index.
    exposures : DataFrame
        Numbers, one column an exposure.
    strata : array or Series, optional
        Level of each place; None for one level.

    Returns
    -------
    DesignMatrix
        Of the places with an outcome, a positive denominator, and every exposure.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, repeated ids or names, no exposure, infinite values.

    Examples
    --------
    >>> drivers = pd.DataFrame({"crowding": [0.1, 0.2, 0.3, None]})
    >>> design_matrix(([1, 2, 3, 4], [9, 9, 9, 9]), drivers).exposures.ravel().round(3).tolist()
    [-1.0, -0.0, 1.0]
    """
    values = _exposure_values(exposures)
    x, n = _outcome(outcome, exposures.index)
    codes = stratum_codes(strata, exposures.iloc[:, 0])
    used = ~np.isnan(x) & ~np.isnan(values).any(axis=1)
    if n is not None:
        used &= n > 0
    inner, sd = _standardised(values[used])
    return DesignMatrix(
        ids=exposures.index[used],
        used=used,
        x=x[used],
        n=None if n is None else n[used],
        exposures=inner,
        names=exposures.columns,
        sd=sd,
        levels=level_columns(np.asarray(codes)[used]),
    )


def level_columns(codes: Any) -> Floats:
    """Give a constant and one column a level beyond the first, shape (n, levels)."""
    present = np.unique(codes)[1:]
    return np.column_stack([np.ones(len(codes)), codes[:, None] == present]).astype(np.float64)


def _outcome(outcome: Any, index: pd.Index) -> tuple[Floats, Floats | None]:
    """Give events and denominators, or numbers and None."""
    if isinstance(outcome, pd.DataFrame):
        missing = [c for c in COUNT_COLUMNS if c not in outcome]
        if missing:
            raise ValueError(f"the outcome has no column {missing[0]!r}; it needs {COUNT_COLUMNS}")
        outcome = tuple(outcome[c] for c in COUNT_COLUMNS)
    parts = outcome if isinstance(outcome, tuple) else (outcome,)
    for part in parts:
        _refuse_other_index(part, index)
    if len(parts) == 2:
        checked = counts(parts[0], parts[1])
        return checked.x, checked.n
    if len(parts) != 1:
        raise ValueError(f"the outcome has {len(parts)} parts; give events and denominators")
    y = floats(outcome)
    refuse(np.isinf(y), outcome, lambda _: "an infinite outcome; correct it or leave it empty")
    return y, None


def _refuse_other_index(part: Any, index: pd.Index) -> None:
    """Refuse an outcome that is not on the exposures' index."""
    if isinstance(part, pd.Series):
        same_index(part, pd.Series(index=index, dtype=float), "outcome and exposures")
    elif np.shape(part) != (len(index),):
        raise ValueError(f"outcome of shape {np.shape(part)} for {len(index)} rows of exposures")


def _exposure_values(exposures: pd.DataFrame) -> Floats:
    """Give exposures as an array, NaN where missing."""
    if not isinstance(exposures, pd.DataFrame) or exposures.shape[1] == 0:
        raise ValueError("exposures must be a table with at least one column")
    for labels, what in ((exposures.columns, "exposure"), (exposures.index, "id")):
        if labels.has_duplicates:
            raise ValueError(f"{what} {labels[labels.duplicated()][0]!r} repeats; keep one")
    values = np.column_stack([floats(exposures[name]) for name in exposures])
    wrong: Bools = np.asarray(np.isinf(values).any(axis=1))
    refuse(wrong, exposures.iloc[:, 0], lambda _: "an infinite exposure; correct it")
    return values


def _standardised(values: Floats) -> tuple[Floats, Floats]:
    """Give values in standard deviations from their mean; 0 where they do not vary."""
    if len(values) < 2:
        return np.zeros_like(values), np.full(values.shape[1], np.nan)
    sd = values.std(axis=0, ddof=1)
    sd = np.where(sd > 1e-12 * np.abs(values).max(axis=0), sd, 0.0)
    return (values - values.mean(axis=0)) / np.where(sd > 0, sd, 1.0), sd
