"""What the membership model is fitted to: counts, levels, covariates, checked and put in order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from analytics.inputs import Bools, Floats, counts, floats, refuse, refuse_unexpected, same_index
from analytics.membership.laplace import Binomial, Likelihood, Poisson
from analytics.rates.intervals import stratum_codes
from geo.shares import share_matrix
from geo.weights.weights import Weights

Family = Literal["binomial", "poisson"]
FAMILIES: tuple[Family, ...] = ("binomial", "poisson")
_SAME = 9  # decimals of shares in which one catchment agrees with itself, as their sums do with 1


@dataclass(frozen=True, eq=False)
class Data:
    """Counts of the n schools that take part, over m areas.

    Attributes
    ----------
    cases, base : ndarray, shape (n,)
        Cases, and trials or expected cases.
    share : csr_array, shape (n, m)
        Shares.
    catchment : ndarray of int, shape (n,)
        Which of the q distinct catchments each school has, numbered as they first appear.
    design, area_design : ndarray, shapes (n, p) and (m, p)
        Effects of schools and of areas, named by `effects`, covariates in standard deviations from
        their mean; NaN where a covariate is not known.
    units : ndarray, shape (p, p)
        What takes effects of these columns to the units that the caller's covariates have.
    schools, left_out : ndarray of int, shape (m,)
        Schools with and without a part in the fit behind each area.
    dropped : dict
        Number of schools left out, by reason.
    one_to_one : bool
        Every school stands for one area of its own.
    """

    cases: Floats
    base: Floats
    share: csr_array
    catchment: NDArray[np.intp]
    design: Floats
    area_design: Floats
    effects: tuple[str, ...]
    units: Floats
    schools: NDArray[np.int64]
    left_out: NDArray[np.int64]
    dropped: dict[str, int]
    one_to_one: bool

    @property
    def catchments(self) -> csr_array:
        """Shares of the distinct catchments, shape (q, m)."""
        return csr_array(self.share[np.unique(self.catchment, return_index=True)[1]])

    @property
    def overall(self) -> float:
        """Rate, or ratio of cases to expected cases, of all schools together."""
        return float(self.cases.sum() / self.base.sum()) if len(self.cases) else float("nan")

    @property
    def complete(self) -> Bools:
        """Areas whose covariates are known, shape (m,)."""
        return np.asarray(~np.isnan(self.area_design).any(axis=1))

    def part(self, schools: Any, areas: Any) -> Data:
        """Give the data of some schools over some areas, by position."""
        share = csr_array(self.share[schools][:, areas])
        return dataclasses.replace(
            self,
            cases=self.cases[schools],
            base=self.base[schools],
            share=share,
            catchment=pd.factorize(self.catchment[schools])[0],
            design=self.design[schools],
            area_design=self.area_design[areas],
            schools=_behind(share),
            left_out=self.left_out[areas],
        )

    def likelihood(self, family: Family) -> Likelihood:
        """Give the likelihood of the counts."""
        make = Binomial if family == "binomial" else Poisson
        return make(self.cases, self.base)

    def state(self, family: Family) -> str:
        """Say "fitted", or why no model can be fitted."""
        if len(self.cases) == 0:
            return "no known cases"
        if len(self.cases) == 1:
            return "too few counts"
        if self.cases.sum() == 0:
            return "no cases"
        full = family == "binomial" and bool((self.cases == self.base).all())
        return "every trial is a case" if full else "fitted"


def prepare(
    x: pd.Series, base: pd.Series, share: Any, weights: Weights, *, covariates: Any, levels: Any
) -> Data:
    """Keep what can take part; without `share` the checked counts are those of areas, in order."""
    if share is None:
        matrix = csr_array(eye_array(weights.n, format="csr"))
    else:
        matrix = share_matrix(share, x.index, weights.ids)
    raw, names = _covariates(covariates, weights)
    columns, units = _standardised(raw)
    blind = np.asarray(np.isnan(columns).any(axis=1))
    used, dropped = _sieve(x, base, matrix, blind)
    strata, level_names = _level_effects(levels, base, used)
    inner = csr_array(matrix[used])
    flat = np.zeros((len(columns), strata.shape[1]))
    whole = np.eye(1 + strata.shape[1] + len(names))
    inside = [0, *range(1 + strata.shape[1], len(whole))]
    whole[np.ix_(inside, inside)] = units
    return Data(
        cases=floats(x)[used],
        base=floats(base)[used],
        share=inner,
        catchment=_catchments(inner),
        design=np.column_stack([np.ones(used.sum()), strata, inner @ np.nan_to_num(columns)]),
        area_design=np.column_stack([np.ones(len(columns)), flat, columns]),
        effects=("intercept", *level_names, *names),
        units=whole,
        schools=_behind(inner),
        left_out=_behind(csr_array(matrix[~used])),
        dropped=dropped,
        one_to_one=_is_one_to_one(inner),
    )


def area_centres(centres: Any, weights: Weights) -> Floats:
    """Give centres of areas, km, in the order of the weights; a missing one raises ValueError."""
    if isinstance(centres, pd.DataFrame):
        _check_ids(centres.index, weights, "centres")
        centres = centres.reindex(weights.ids)
    array = np.asarray(centres, dtype=np.float64)
    if array.shape != (weights.n, 2):
        raise ValueError(f"centres of shape {array.shape} for {weights.n} areas; two columns, km")
    missing = np.asarray(~np.isfinite(array).all(axis=1))
    refuse(missing, pd.Series(index=weights.ids, dtype=float), lambda _: "the centre is missing")
    return array


def _sieve(
    x: pd.Series, base: pd.Series, share: csr_array, blind: Bools
) -> tuple[Bools, dict[str, int]]:
    """Choose the schools that can take part; count the others by their first reason."""
    reasons = {
        "count not known": np.isnan(floats(x)) | np.isnan(floats(base)),
        "no students": ~(floats(base) > 0),
        "no catchment": ~(np.asarray(share.sum(axis=1)) > 0),
        "covariate not known": share @ blind.astype(np.float64) > 0,
    }
    used, dropped = np.ones(len(x), dtype=np.bool_), {}
    for reason, bad in reasons.items():
        if (used & bad).any():
            dropped[reason] = int((used & bad).sum())
        used &= ~bad
    return used, dropped


def _catchments(share: csr_array) -> NDArray[np.intp]:
    """Give each school the number of its catchment, one for all schools of a building."""
    rounded = csr_array((share.data.round(_SAME), share.indices, share.indptr), shape=share.shape)
    rounded.sort_indices()
    bounds = zip(rounded.indptr[:-1], rounded.indptr[1:], strict=True)
    rows = [(rounded.indices[a:b].tobytes(), rounded.data[a:b].tobytes()) for a, b in bounds]
    numbers = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    return np.array([numbers[row] for row in rows], dtype=np.intp)


def _behind(share: csr_array) -> NDArray[np.int64]:
    """Count the schools behind each area."""
    return np.bincount(share.indices[share.data > 0], minlength=share.shape[1]).astype(np.int64)


def _is_one_to_one(share: csr_array) -> bool:
    """Say whether each school has one area, and no area two schools."""
    links = share > 0
    return bool((links.sum(axis=1) == 1).all() and (links.sum(axis=0) <= 1).all())


def checked_counts(
    cases: Any, trials: Any, expected: Any, family: Family
) -> tuple[pd.Series, pd.Series]:
    """Check counts; give cases with trials (binomial) or with expected cases (Poisson)."""
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; known: {', '.join(FAMILIES)}")
    if family == "binomial":
        if expected is not None:
            raise ValueError("expected counts belong to family='poisson'")
        checked = counts(cases, trials)
        return _series(checked.x, checked.like), _series(checked.n, checked.like)
    base = trials if expected is None else expected
    if base is None:
        raise ValueError("family='poisson' needs expected counts, or trials to make them from")
    x, e = _counted(cases, "cases"), _counted(base, "expected")
    if len(x) != len(e):
        raise ValueError(f"{len(e)} expected counts or trials do not fit {len(x)} cases")
    if isinstance(cases, pd.Series) and isinstance(base, pd.Series):
        same_index(cases, base, "cases and expected counts or trials")
    if expected is None:
        both = ~(np.isnan(x) | np.isnan(e))
        e = e * (x[both].sum() / e[both].sum() if e[both].sum() > 0 else np.nan)
    refuse_unexpected(x, e, cases)
    return _series(x, cases), _series(e, cases)


def on_areas(values: pd.Series, like: Any, weights: Weights) -> pd.Series:
    """Put values of areas in the order of the weights; NaN for an area that was not given."""
    if not isinstance(like, pd.Series):
        if len(values) != weights.n:
            raise ValueError(f"{len(values)} values for {weights.n} areas; pass a Series by id")
        return values.set_axis(weights.ids)
    _check_ids(like.index, weights, "counts")
    return values.set_axis(like.index).reindex(weights.ids)


def _level_effects(levels: Any, rows: pd.Series, used: Any) -> tuple[Floats, list[str]]:
    """Give each level but the commonest a column, with names.

    Columns are centred on the mix of all students, so that the intercept speaks of a place with the
    mix of levels of all schools together.
    """
    if isinstance(levels, pd.Series) and not levels.index.equals(rows.index):
        if not rows.index.isin(levels.index).all() or not levels.index.is_unique:
            raise ValueError("levels lack some schools of the counts, or name one twice")
        levels = levels.reindex(rows.index)
    codes = stratum_codes(levels, rows)[used]
    strata, place = np.unique(codes, return_inverse=True)
    if len(strata) < 2:
        return np.empty((len(codes), 0)), []
    size = rows.to_numpy()[used]
    total = np.bincount(place, size)
    columns = (place[:, None] == np.arange(len(strata))).astype(np.float64)
    columns -= total / total.sum()
    rest = np.delete(np.arange(len(strata)), int(total.argmax()))
    labels = [str(np.asarray(pd.Series(levels).astype(object))[used][place == j][0]) for j in rest]
    return columns[:, rest], [f"level {label}" for label in labels]


def _covariates(covariates: Any, weights: Weights) -> tuple[Floats, list[str]]:
    """Give covariates of areas as columns (m, p) in the order of the weights, with names."""
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


def _standardised(columns: Floats) -> tuple[Floats, Floats]:
    """Give columns (m, p) in standard deviations, and what takes intercept and effects back."""
    units = np.eye(1 + columns.shape[1])
    if not columns.shape[1]:
        return columns, units
    mean, sd = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    units[1:, 1:] /= sd
    units[0, 1:] = -mean / sd
    return (columns - mean) / sd, units


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
