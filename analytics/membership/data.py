"""What the membership model is fitted to: schools that take part, and what is left out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from analytics.inputs import Bools, Floats, floats
from analytics.membership.counts import (
    Family,
    area_covariates,
    checked_counts,
    level_effects,
    on_areas,
)
from analytics.membership.likelihood import Binomial, Likelihood, Poisson
from geo.catchment import share_matrix
from geo.weights.weights import Weights


@dataclass(frozen=True, eq=False)
class Data:
    """Counts of the n schools that take part, over m areas.

    Attributes
    ----------
    cases, base
        Cases, and trials or expected cases, shape (n,).
    share
        Shares, shape (n, m).
    design, area_design
        Effects of schools, shape (n, p), and of areas, shape (m, p); NaN where a covariate of the
        area is not known.
    effects
        Names of the effects.
    schools, left_out
        Schools with and without a part in the fit behind each area, shape (m,).
    dropped
        Number of schools left out, by reason.
    one_to_one
        Every school stands for one area of its own.
    """

    cases: Floats
    base: Floats
    share: csr_array
    design: Floats
    area_design: Floats
    effects: tuple[str, ...]
    schools: NDArray[np.int64]
    left_out: NDArray[np.int64]
    dropped: dict[str, int]
    one_to_one: bool

    @property
    def overall(self) -> float:
        """Rate, or ratio of cases to expected cases, of all schools together."""
        return float(self.cases.sum() / self.base.sum()) if len(self.cases) else float("nan")

    @property
    def known(self) -> Bools:
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
    cases: Any,
    trials: Any,
    share: Any,
    weights: Weights,
    *,
    covariates: Any,
    levels: Any,
    family: Family,
    expected: Any,
) -> Data:
    """Check what `analytics.membership.model_fit.fit` is given.

    Parameters
    ----------
    cases, trials, share, weights, covariates, levels, family, expected
        As for `analytics.membership.model_fit.fit`.

    Returns
    -------
    Data
        Schools that take part.

    Raises
    ------
    ValueError
        As for `analytics.membership.model_fit.fit`.
    """
    x, base = checked_counts(cases, trials, expected, family)
    if share is None:
        x, base = on_areas(x, cases, weights), on_areas(base, cases, weights)
        matrix = csr_array(eye_array(weights.n, format="csr"))
    else:
        matrix = share_matrix(share, x.index, weights.ids)
    columns, names = area_covariates(covariates, weights)
    blind = np.asarray(np.isnan(columns).any(axis=1))
    used, dropped = _sieve(x, base, matrix, blind)
    strata, level_names = level_effects(levels, base, used)
    inner = csr_array(matrix[used])
    flat = np.zeros((len(columns), strata.shape[1]))
    return Data(
        cases=floats(x)[used],
        base=floats(base)[used],
        share=inner,
        design=np.column_stack([np.ones(used.sum()), strata, inner @ np.nan_to_num(columns)]),
        area_design=np.column_stack([np.ones(len(columns)), flat, columns]),
        effects=("intercept", *level_names, *names),
        schools=_behind(inner),
        left_out=_behind(csr_array(matrix[~used])),
        dropped=dropped,
        one_to_one=_is_one_to_one(inner),
    )


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


def _behind(share: csr_array) -> NDArray[np.int64]:
    """Count the schools behind each area."""
    return np.bincount(share.indices[share.data > 0], minlength=share.shape[1]).astype(np.int64)


def _is_one_to_one(share: csr_array) -> bool:
    """Say whether each school has one area, and no area two schools."""
    links = share > 0
    return bool((links.sum(axis=1) == 1).all() and (links.sum(axis=0) <= 1).all())
