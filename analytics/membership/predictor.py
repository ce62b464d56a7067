"""The normal prior of the linear predictor of schools, and what is left of it given counts.

Schools with the same catchment see the same field, so all that is costly has the dimension of the
distinct catchments (or of the areas, where these are fewer), and effects are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from analytics.inputs import Floats

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Predictor:
    """Normal prior, mean 0, of `eta = design effects + field[catchment] + own` of n schools.

    Attributes
    ----------
    field : ndarray, shape (q, q)
        Covariance of the field as the q catchments see it.
    catchment : ndarray of int, shape (n,)
        Catchment of each school.
    design, effect_variance : ndarray, shapes (n, p) and (p,)
        Effects and their prior variances.
    noise : float
        Variance of what is a school's own.
    root : ndarray, shape (q, r), optional
        A root of `field` on fewer than q factors, which are then factored instead.
    """

    field: Floats
    catchment: Places
    design: Floats
    effect_variance: Floats
    noise: float
    root: Floats | None = None

    @classmethod
    def of(cls, covariance: Floats) -> Self:
        """Take the covariance (n, n) of schools that share no catchment and have no effects."""
        n = len(covariance)
        return cls(covariance, np.arange(n), np.empty((n, 0)), np.empty(0), 0.0)

    @property
    def variance(self) -> Floats:
        """Prior variance of eta, shape (n,)."""
        own = np.diag(self.field)[self.catchment] + self.noise
        return np.asarray(own + self.design**2 @ self.effect_variance)

    def sums(self, values: Floats) -> Floats:
        """Sum values of schools, shape (n,) or (n, k), over those of each catchment."""
        q = len(self.field)
        if values.ndim == 1:
            return np.bincount(self.catchment, values, q).astype(np.float64)
        columns = [np.bincount(self.catchment, column, q) for column in values.T]
        return np.array(columns, dtype=np.float64).reshape(-1, q).T

    def times(self, vector: Floats) -> Floats:
        """Multiply the covariance of eta with a vector (n,) or with columns (n, k)."""
        seen: Floats = (self.field @ self.sums(vector))[self.catchment]
        effects = (self.design * self.effect_variance) @ (self.design.T @ vector)
        return np.asarray(self.noise * vector + seen + effects)


def factored(prior: Predictor, weight: Floats) -> Factor:
    """Factor `C + W^-1`, C the covariance of eta and W the diagonal of `weight` (n,).

    Raises ValueError when C is not positive definite to working precision.

    References
    ----------
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, sections 2.7 (effects
    apart) and 3.4.3, and equation A.9 (matrix inversion lemma).

    Examples
    --------
    >>> u, weight = np.array([[1.0], [2.0], [0.5]]), np.array([2.0, 3.0, 4.0])
    >>> rest = np.arange(3), np.ones((3, 1)), np.array([9.0]), 0.1
    >>> wide, narrow = Predictor(u @ u.T, *rest), Predictor(u @ u.T, *rest, u)
    >>> inverse = np.linalg.inv(u @ u.T + 9 + 0.1 * np.eye(3) + np.diag(1 / weight))
    >>> for prior in (wide, narrow):
    ...     factor = factored(prior, weight)
    ...     bool(np.allclose(factor.precision(factor.shared()), inverse))
    True
    True
    """
    shrunk = weight / (1 + weight * prior.noise)
    pooled = prior.sums(shrunk)
    try:
        if prior.root is None:
            scale = np.sqrt(pooled)
            inner = prior.field * scale[:, None]
            inner *= scale
        else:
            inner = prior.root.T @ (pooled[:, None] * prior.root)
        inner[np.diag_indices_from(inner)] += 1.0
        lower = cholesky(inner.T, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError as reason:
        raise ValueError("the covariance of the field is not positive definite") from reason
    return Factor(prior, weight, shrunk, pooled, np.asarray(lower))


class Factor:
    """`C + W^-1` in factors.

    Attributes
    ----------
    shrunk, pooled : ndarray, shapes (n,) and (q,)
        D, what the count of each school tells of its field and effects, and the sum of each
        catchment: the schools of one catchment are together one count of the field.
    pulled : ndarray, shape (n, p)
        `P X`, with P = `(C + W^-1)^-1` without effects.
    effects : ndarray, shape (p, p)
        Posterior covariance of the effects.
    """

    def __init__(
        self, prior: Predictor, weight: Floats, shrunk: Floats, pooled: Floats, lower: Floats
    ) -> None:
        self.prior, self.weight = prior, weight
        self.shrunk, self.pooled, self._lower = shrunk, pooled, lower
        whole = pooled[prior.catchment]
        # Part of each school in what the counts of its catchment tell.
        self._part = np.divide(shrunk, whole, out=np.zeros_like(whole), where=whole > 0)
        self.pulled = self._rest(shrunk[:, None] * prior.design)
        self._told = np.diag(1 / prior.effect_variance) + prior.design.T @ self.pulled
        self.effects: Floats = np.asarray(np.linalg.inv(0.5 * (self._told + self._told.T)))

    @property
    def log_det(self) -> float:
        """Log determinant of `I + W^1/2 C W^1/2`."""
        own = np.log1p(self.weight * self.prior.noise).sum()
        field = 2 * np.log(np.diag(self._lower)).sum()
        effects = np.linalg.slogdet(self._told)[1] + np.log(self.prior.effect_variance).sum()
        return float(own + field + effects)

    def explained(self, vector: Floats) -> Floats:
        """Multiply a vector (n,) with `(C + W^-1)^-1 W^-1`; safe where weights vanish."""
        rest = self._rest(vector / (1 + self.weight * self.prior.noise))
        return np.asarray(rest - self.pulled @ (self.effects @ (self.prior.design.T @ rest)))

    def shared(self) -> Floats:
        """Give `(field + pooled^-1)^-1`, shape (q, q): the precision of counts of catchments."""
        whole: Floats
        if self.prior.root is None:
            whole = mirrored(dpotri(self._lower, lower=1)[0])
            scale = np.sqrt(self.pooled)
            whole *= scale[:, None]
            whole *= scale
            return whole
        scaled = (self.pooled[:, None] * self.prior.root).T
        taken = solve_triangular(self._lower, scaled, lower=True, check_finite=False)
        whole = -(taken.T @ taken)
        whole[np.diag_indices_from(whole)] += self.pooled
        return whole

    def spread(self, values: Floats) -> Floats:
        """Give each school its part of what its catchment has, shape (q, k) to (n, k)."""
        if self._apart:
            return values
        spread: Floats = values[self.prior.catchment]
        spread *= self._part[:, None].astype(values.dtype)
        return spread

    def times(self, shared: Floats, vector: Floats) -> Floats:
        """Multiply `(C + W^-1)^-1` with a vector (n,) or columns; `shared` is `shared()`."""
        part, shrunk = (v if vector.ndim == 1 else v[:, None] for v in (self._part, self.shrunk))
        pooled = self.prior.sums(part * vector)
        between = part * (shared @ pooled)[self.prior.catchment]
        within = shrunk * (vector - pooled[self.prior.catchment])
        effects = self.pulled @ (self.effects @ (self.pulled.T @ vector))
        return np.asarray(between + within - effects)

    def diagonal(self, shared: Floats) -> Floats:
        """Give the diagonal of `(C + W^-1)^-1`, shape (n,)."""
        between = self._part**2 * np.diag(shared)[self.prior.catchment]
        effects = np.einsum("ij,ij->i", self.pulled @ self.effects, self.pulled)
        return np.asarray(between + self.shrunk * (1 - self._part) - effects)

    def precision(self, shared: Floats) -> Floats:
        """Give the whole `(C + W^-1)^-1`, shape (n, n)."""
        effects: Floats = (self.pulled @ self.effects) @ self.pulled.T
        if self._apart:
            return shared - effects
        whole = self.spread(self.spread(shared).T)
        whole -= effects
        one, other = _pairs(self.prior.catchment)
        whole[one, other] -= self._part[one] * self.shrunk[other]
        whole[np.diag_indices_from(whole)] += self.shrunk
        return whole

    @property
    def _apart(self) -> bool:
        """Say whether no two schools share a catchment."""
        return len(self.pooled) == len(self.shrunk)

    def _rest(self, scaled: Floats) -> Floats:
        """Take from a vector (n,) or columns, already times D, what the field explains."""
        sums, catchment = self.prior.sums(scaled), self.prior.catchment
        shrunk = self.shrunk if scaled.ndim == 1 else self.shrunk[:, None]
        return np.asarray(scaled - shrunk * self._field_given(sums)[catchment])

    def _field_given(self, sums: Floats) -> Floats:
        """Multiply sums of catchments with the posterior covariance of the field."""
        root, field = self.prior.root, self.prior.field
        if root is not None:
            return np.asarray(root @ cho_solve((self._lower, True), root.T @ sums))
        scale = np.sqrt(self.pooled) if sums.ndim == 1 else np.sqrt(self.pooled)[:, None]
        before = field @ sums
        solved = cho_solve((self._lower, True), scale * before, check_finite=False)
        return np.asarray(before - field @ (scale * solved))


def mirrored(lower: Floats) -> Floats:
    """Give the symmetric matrix whose lower triangle is given, the rest being 0."""
    whole: Floats = lower + lower.T
    whole[np.diag_indices_from(whole)] *= 0.5
    return whole


def _pairs(catchment: Places) -> tuple[Places, Places]:
    """Give all pairs of schools of one catchment, each school with itself among them."""
    order = np.argsort(catchment, kind="stable")
    sizes = np.bincount(catchment)[catchment[order]]
    starts = np.searchsorted(catchment[order], catchment[order])
    one = np.repeat(order, sizes)
    step = np.arange(len(one)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return one, order[np.repeat(starts, sizes) + step]
