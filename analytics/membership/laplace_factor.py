"""Factors of `C + W^-1`, in the dimension of the counts or in that of what they load on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from analytics.inputs import Floats


@dataclass(frozen=True, eq=False)
class Loadings:
    """A covariance `U U' + s^2 I` of n counts on r factors.

    Attributes
    ----------
    matrix
        U, shape (n, r).
    noise
        s^2, the variance that each count has for itself.
    """

    matrix: Floats
    noise: float


class Factor(Protocol):
    """What Newton steps and posterior moments need of `C + W^-1`."""

    @property
    def weight(self) -> Floats:
        """Diagonal of W, shape (n,)."""
        ...

    @property
    def log_det(self) -> float:
        """Log determinant of `I + W^1/2 C W^1/2`."""
        ...

    def times(self, vector: Floats) -> Floats:
        """Multiply `(C + W^-1)^-1` with a vector."""
        ...

    def explained(self, vector: Floats) -> Floats:
        """Multiply `(C + W^-1)^-1 W^-1 = I - (C + W^-1)^-1 C` with a vector."""
        ...

    def inverse(self) -> Floats:
        """Give `(C + W^-1)^-1`, shape (n, n)."""
        ...


def factored(covariance: Floats, weight: Floats, loadings: Loadings | None = None) -> Factor:
    """Factor `C + W^-1`.

    Parameters
    ----------
    covariance
        C, shape (n, n).
    weight
        Diagonal of W, shape (n,), above 0.
    loadings
        The same C as loadings on r factors: the factorisation then has dimension r.

    Returns
    -------
    Factor
        Its determinant, products and inverse.

    Raises
    ------
    ValueError
        The covariance is not positive definite to working precision.

    References
    ----------
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, section 3.4.3 and
    equation A.9 (matrix inversion lemma).

    Examples
    --------
    >>> u, weight = np.array([[1.0], [2.0], [0.5]]), np.array([2.0, 3.0, 4.0])
    >>> covariance = u @ u.T + 0.1 * np.eye(3)
    >>> whole, narrow = factored(covariance, weight), factored(covariance, weight, Loadings(u, 0.1))
    >>> bool(np.allclose(whole.inverse(), narrow.inverse())), round(whole.log_det - narrow.log_det)
    (True, 0)
    """
    try:
        if loadings is None:
            return _Counts(weight, covariance, _lower(covariance, np.sqrt(weight)))
        shrunk = 1 / (1 / weight + loadings.noise)
        inner = loadings.matrix.T @ (shrunk[:, None] * loadings.matrix)
        return _Factors(weight, loadings, shrunk, _lower(inner, np.ones(len(inner))))
    except np.linalg.LinAlgError as reason:
        raise ValueError("the covariance of the field is not positive definite") from reason


@dataclass(frozen=True, eq=False)
class _Counts:
    """Factored in the dimension of the counts: `I + W^1/2 C W^1/2`."""

    weight: Floats
    covariance: Floats
    lower: Floats

    @property
    def log_det(self) -> float:
        """See `Factor`."""
        return 2 * float(np.log(np.diag(self.lower)).sum())

    def times(self, vector: Floats) -> Floats:
        """See `Factor`."""
        root = np.sqrt(self.weight)
        solved: Floats = root * cho_solve((self.lower, True), root * vector, check_finite=False)
        return solved

    def explained(self, vector: Floats) -> Floats:
        """See `Factor`; safe where weights vanish."""
        return vector - self.times(self.covariance @ vector)

    def inverse(self) -> Floats:
        """See `Factor`."""
        whole = mirrored(dpotri(self.lower, lower=1)[0])
        root = np.sqrt(self.weight)
        whole *= root[:, None]
        whole *= root
        return whole


@dataclass(frozen=True, eq=False)
class _Factors:
    """Factored in the dimension of the factors: `I + U' S U` with `S = (W^-1 + s^2)^-1`."""

    weight: Floats
    loadings: Loadings
    shrunk: Floats
    lower: Floats

    @property
    def log_det(self) -> float:
        """See `Factor`."""
        own = np.log1p(self.weight * self.loadings.noise).sum()
        return float(own + 2 * np.log(np.diag(self.lower)).sum())

    @cached_property
    def taken(self) -> Floats:
        """What the factors take from S, a root of it, shape (r, n)."""
        scaled = (self.shrunk[:, None] * self.loadings.matrix).T
        return np.asarray(solve_triangular(self.lower, scaled, lower=True, check_finite=False))

    def times(self, vector: Floats) -> Floats:
        """See `Factor`."""
        return self._rest(self.shrunk * vector)

    def explained(self, vector: Floats) -> Floats:
        """See `Factor`; without C, whose wide prior of the effects would swallow the digits."""
        return self._rest(vector / (1 + self.weight * self.loadings.noise))

    def _rest(self, scaled: Floats) -> Floats:
        """Take from a vector what the factors explain."""
        matrix = self.loadings.matrix
        solved = cho_solve((self.lower, True), matrix.T @ scaled, check_finite=False)
        return np.asarray(scaled - self.shrunk * (matrix @ solved))

    def inverse(self) -> Floats:
        """See `Factor`."""
        whole: Floats = -(self.taken.T @ self.taken)
        whole[np.diag_indices_from(whole)] += self.shrunk
        return whole


def mirrored(lower: Floats) -> Floats:
    """Give the symmetric matrix whose lower triangle is given, the rest being 0."""
    whole: Floats = lower + lower.T
    whole[np.diag_indices_from(whole)] *= 0.5
    return whole


def _lower(matrix: Floats, root: Floats) -> Floats:
    """Give the lower Cholesky factor of `I + R A R` with R the diagonal of root."""
    inner = matrix * root[:, None]
    inner *= root
    inner[np.diag_indices_from(inner)] += 1.0
    return np.asarray(cholesky(inner.T, lower=True, overwrite_a=True, check_finite=False))
