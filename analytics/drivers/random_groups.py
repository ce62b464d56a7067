"""What any group of touching tracts of one size would show: a profile for each at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.drivers.profile import LEVEL, MOST_WITHOUT
from analytics.inputs import Bools, Floats, floats
from analytics.rates.acs import LOW_ABOVE, Z_90
from analytics.rates.intervals import stratum_codes

MIDDLE = 0.5


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of g groups by d drivers.

    Attributes
    ----------
    difference : array, shape (g, d)
        Mean of the group, weighted by children, less that of comparable tracts; NaN where either
        has no figure.
    side : array of int, shape (g, d)
        1 where the group lies above comparable tracts beyond both errors and in rank too, -1 where
        below, 0 where alike or where its error is too large or not known.
    drivers : Index
        Names of the drivers.
    """

    difference: Floats
    side: NDArray[np.int8]
    drivers: pd.Index

    def as_many(self, harder: ArrayLike, count: int) -> Bools:
        """Mark groups with `count` or more drivers on their harder side, shape (g,).

        Parameters
        ----------
        harder : array, shape (d,)
            1 where higher is harder, -1 where lower is, 0 where neither.
        """
        sides = np.asarray(harder)
        marked: Bools = ((self.side == sides) & (sides != 0)).sum(axis=1) >= count
        return marked

    def as_far(self, difference: ArrayLike) -> Bools:
        """Mark groups as far out as `difference`, shape (d,), on the same side of 0: (g, d)."""
        own = np.asarray(difference, dtype=np.float64)
        marked: Bools = self.difference * np.sign(own) >= np.abs(own)
        return marked


def profiles_of(
    members: Bools,
    values: pd.DataFrame,
    moe: pd.DataFrame,
    children: pd.Series,
    *,
    outside: ArrayLike,
    comparable: ArrayLike | pd.Series | None = None,
) -> Profiles:
    """Compare each of many groups with comparable tracts, as `driver_profile` does one.

    Parameters
    ----------
    members : array of bool, shape (g, n)
        Tracts of each group; groups may overlap.
    values, moe : DataFrame, shape (n, d)
        Figures of tracts, and their 90 % margins of error; NaN where unknown.
    children : Series, shape (n,)
        Weights of a group's figure.
    outside : array of bool, shape (n,)
        Tracts that may be compared with; a group is never compared with its own tracts.
    comparable : array or Series, optional
        Stratum of each tract, see `driver_profile`.

    Raises
    ------
    ValueError
        Indexes that differ.

    Notes
    -----
    "In rank too" asks here whether the mean, less its error, lies beyond the middle of comparable
    tracts, where `driver_profile` redraws percentiles: the same word in 97 of 100 cases and more.

    Examples
    --------
    >>> values = pd.DataFrame({"crowding": [0.5, 0.4, 0.1, 0.1, 0.2, 0.2, 0.1, 0.2]})
    >>> members = np.array([[True] * 2 + [False] * 6, [False] * 2 + [True] * 2 + [False] * 4])
    >>> all_tracts = np.ones(8, dtype=bool)
    >>> found = profiles_of(members, values, values * 0.1, values.crowding, outside=all_tracts)
    >>> found.side.tolist(), found.difference.round(2).tolist()
    ([[1], [-1]], [[0.31], [-0.17]])
    """
    if not (values.index.equals(children.index) and values.index.equals(moe.index)):
        raise ValueError("values, margins and children have different indexes; align them first")
    weight = np.nan_to_num(floats(children))
    codes = np.asarray(stratum_codes(comparable, children))
    compared = np.asarray(outside, dtype=np.bool_) & ~members
    # Strata together, so that what is summed by stratum is a sum over a run of columns.
    order = np.argsort(codes, kind="stable")
    setting = _Setting(members[:, order], compared[:, order], weight[order], codes[order])
    columns, weights = [], {}
    for name in values:
        value = floats(values[name])[order]
        has = ~np.isnan(value)
        if has.tobytes() not in weights:  # most drivers are known in the same tracts
            weights[has.tobytes()] = setting.weights(has)
        columns.append(_driver(value, floats(moe[name])[order], weights[has.tobytes()]))
    difference = np.column_stack([column[0] for column in columns])
    side = np.column_stack([column[1] for column in columns]).astype(np.int8)
    return Profiles(difference, side, values.columns)


@dataclass(frozen=True, eq=False)
class _Setting:
    """Groups and the tracts they are compared with; tracts stand in the order of their strata."""

    members: Bools
    compared: Bools
    children: Floats
    codes: NDArray[np.intp]

    def weights(self, has: Bools) -> tuple[Floats, Floats]:
        """Give weights of own and of compared tracts, (g, n) each: the same mix of strata."""
        inside = self.members & has
        own = inside * self.children
        total = own.sum(axis=1, keepdims=True)
        own = np.where(total > 0, own, inside)
        total = np.where(total > 0, total, inside.sum(axis=1, keepdims=True))
        own = own / np.where(total > 0, total, 1.0)
        starts = np.flatnonzero(np.diff(self.codes, prepend=-1))
        runs = np.diff(np.append(starts, len(self.codes)))
        others = (self.compared & has).astype(np.float64)
        mix, size = (np.add.reduceat(table, starts, axis=1) for table in (own, others))
        part = np.divide(mix, size, out=np.zeros_like(mix), where=size > 0)
        other = others * np.repeat(part, runs, axis=1)
        whole = other.sum(axis=1, keepdims=True)
        return own, other / np.where(whole > 0, whole, 1.0)


def _driver(
    value: Floats, moe: Floats, weights: tuple[Floats, Floats]
) -> tuple[Floats, NDArray[np.int64]]:
    """Give difference and side of each group for one driver."""
    own, other = weights
    v, measured = np.nan_to_num(value), ~np.isnan(value) & ~np.isnan(moe)
    mean, base = own @ v, other @ v
    se = np.where(measured, np.nan_to_num(moe) / Z_90, 0.0)
    error, other_error = _error(own, measured, se), _error(other, measured, se)
    reach = float(ndtri(0.5 + LEVEL / 2))
    difference = np.where((own.sum(axis=1) > 0) & (other.sum(axis=1) > 0), mean - base, np.nan)
    told = (error <= LOW_ABOVE * np.abs(mean)) & (
        np.abs(difference) > reach * np.hypot(error, other_error)
    )
    variance = np.maximum(other @ v**2 - base**2, 0.0)
    noise = other @ se**2 / np.maximum(other @ measured, 1e-12)
    true = np.clip(1 - noise / np.where(variance > 0, variance, np.inf), 0.0, 1.0)[:, None]
    published = _middles(v, other)
    # A group whose error reaches the middle of comparable tracts may be one of them: neither the
    # published middle nor the one that is left when the survey's spread is taken out.
    middles = np.hstack([published, base[:, None] + true * (published - base[:, None])])
    below, above = middles.min(axis=1), middles.max(axis=1)
    high = told & (difference > 0) & (mean - reach * error > above)
    low = told & (difference < 0) & (mean + reach * error < below)
    return difference, high.astype(np.int64) - low


def _error(weight: Floats, measured: Bools, se: Floats) -> Floats:
    """Give errors of weighted means, shape (g,); NaN where too much weight has no margin."""
    part = weight @ measured
    error = np.sqrt(weight**2 @ se**2) / np.where(part > 0, part, 1.0)
    return np.where(part >= 1 - MOST_WITHOUT - 1e-9, error, np.nan)


def _middles(v: Floats, weight: Floats) -> Floats:
    """Weighted lower and upper median of v by group, shape (g, 2)."""
    order = np.argsort(v, kind="stable")
    heaped = np.cumsum(weight[:, order], axis=1)
    last = v.size - 1
    lower = np.minimum((heaped < MIDDLE - 1e-12).sum(axis=1), last)
    upper = np.minimum((heaped <= MIDDLE + 1e-12).sum(axis=1), last)
    middles: Floats = v[order][np.column_stack([lower, upper])]
    return middles
