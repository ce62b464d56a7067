"""A linear model with a smooth field over places, differences between neighbours, and known noise.

`z = X b + u + e + noise`: u a spatial error with power `s (1 + f / (a k))^-a` at squared frequency
f (a = 2 with a small k is the simultaneous autoregressive error of spatial econometrics; a and k
are estimated, for a too rough or too smooth error makes intervals too short), e of variance t
between places, and noise of known variance v. Coefficients are averaged over the uncertainty of
(t, s, k, a).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize
from scipy.special import stdtrit

from analytics.association.patterns import Basis
from analytics.inputs import Floats

PLACES_PER_BLOCK = 12
FEWEST_BLOCKS, MOST_BLOCKS = 8, 25
_STEP = 0.2  # of the differences that give the curvature, on the log scale
_NODES = 48
_LEAST_CURVATURE = 0.1
_STARTS = (0.03, 0.3)  # of k: a wide field and a narrow one
_PRIORS = ((-2.3, 2.0), (0.7, 0.8))  # mean and spread of log k and log a


@dataclass(frozen=True, eq=False)
class FieldFit:
    """Estimates of one model.

    Attributes
    ----------
    b, covariance : array, shapes (k,) and (k, k)
        Coefficients, and their covariance at the best hyperparameters.
    inflation, degrees : array, shape (k,)
        Variance of each coefficient over its entry in `covariance`, for what is not known of the
        hyperparameters, and its Satterthwaite degrees of freedom.
    hyper : array, shape (1,) or (4,)
        Logs of t, and with a field of s, k and a.
    field_power, noise : array, shapes (m,) and (n,)
        Variance of each pattern, empty without a field, and of each place beyond the field.
    """

    b: Floats
    covariance: Floats
    inflation: Floats
    degrees: Floats
    hyper: Floats
    field_power: Floats
    noise: Floats


class FieldModel:
    """Restricted likelihood of a response, in the coordinates of the patterns."""

    def __init__(self, z: Floats, columns: Floats, v: Floats, basis: Basis | None) -> None:
        n = len(z)
        both = np.column_stack([columns, z])
        self.vectors = np.empty((n, 0)) if basis is None else basis.vectors
        self.frequency = np.empty(0) if basis is None else basis.frequency
        self.z, self.columns, self.v = z, columns, v
        self.seen = self.vectors.T @ both
        self.unseen = both.T @ both - self.seen.T @ self.seen
        self.hidden = n - len(self.frequency)
        self.pattern_v = v @ self.vectors**2
        rest = z - columns @ np.linalg.lstsq(columns, z, rcond=None)[0]
        self.scale = max(float(rest @ rest) / n - v.mean(), 0.2 * float(rest @ rest) / n, 1e-300)

    def power(self, hyper: Floats) -> Floats:
        """Give the variance of each pattern."""
        if len(hyper) == 1:
            return np.zeros(len(self.frequency))
        s, k, a = np.exp(hyper[1:])
        power: Floats = s * (1 + self.frequency / (k * a)) ** -a
        return power

    def negative(self, hyper: Floats) -> tuple[float, Floats, Floats]:
        """Give the negative log posterior, coefficients and their covariance."""
        t = np.exp(hyper[0])
        variance = self.power(hyper) + t + self.pattern_v
        rest = t + self.v.mean()
        cross = (self.seen.T / variance) @ self.seen
        if self.hidden:
            cross += self.unseen / rest
        normal, right = cross[:-1, :-1], cross[:-1, -1]
        inverse = np.linalg.inv(normal)
        b = inverse @ right
        log_size = np.log(variance).sum() + self.hidden * np.log(rest)
        log_size += np.linalg.slogdet(normal)[1]
        prior = sum(
            ((x - mean) / sd) ** 2 for x, (mean, sd) in zip(hyper[2:], _PRIORS, strict=False)
        )
        return 0.5 * float(log_size + cross[-1, -1] - b @ right + prior), b, inverse

    def bounds(self, size: int) -> tuple[Floats, Floats]:
        """Give the least and greatest hyperparameters."""
        low = np.log([self.scale * 1e-4, self.scale * 1e-4, 1e-4, 1.0])[:size]
        high = np.log([self.scale * 3, self.scale * 1e3, 20.0, 20.0])[:size]
        return low, high

    def best(self, start: Floats | None = None) -> Floats:
        """Find the most likely hyperparameters."""
        size = 4 if len(self.frequency) else 1
        low, high = self.bounds(size)

        def height(hyper: Floats) -> float:
            inside = np.clip(hyper, low, high)
            return self.negative(inside)[0] + float(((hyper - inside) ** 2).sum())

        starts = self._starts(size) if start is None else [start]
        steps = np.array([-0.7, 1.5, 1.0, 0.6])[:size]
        tries = []
        for first in starts:
            simplex = first + np.vstack([np.zeros(size), np.diag(steps)])
            options = {"xatol": 0.02, "fatol": 0.005, "maxfev": 300, "initial_simplex": simplex}
            tries.append(minimize(height, first, method="Nelder-Mead", options=options))
        best: Floats = np.clip(min(tries, key=lambda one: one.fun).x, low, high)
        return best

    def _starts(self, size: int) -> list[Floats]:
        """Give a first guess for a wide field and one for a narrow."""
        return [
            np.log([self.scale / 2, self.scale * 2, k, 2.0])[:size]
            for k in _STARTS[: 1 if size == 1 else 2]
        ]


class Precision:
    """Inverse of the variance `U diag(power) U' + diag(noise)`, as a product."""

    def __init__(self, vectors: Floats, power: Floats, noise: Floats) -> None:
        loud = power > 1e-9 * noise.mean()
        self.noise, self.u = noise, vectors[:, loud]
        inner = (self.u.T / noise) @ self.u + np.diag(1 / power[loud])
        self.root = np.linalg.cholesky(inner) if loud.any() else np.empty((0, 0))

    @classmethod
    def of(cls, fit: FieldFit, basis: Basis | None) -> Self:
        """Give the inverse of a fitted model's variance."""
        vectors = np.empty((len(fit.noise), 0)) if basis is None else basis.vectors
        return cls(vectors, fit.field_power, fit.noise)

    def half(self) -> Floats:
        """Give B with precision = diag(1 / noise) - B'B, shape (m, n)."""
        right = self.u.T / self.noise
        if not right.size:
            return right
        b: Floats = solve_triangular(self.root, right, lower=True)
        return b

    def __call__(self, right: Floats) -> Floats:
        """Multiply the precision by columns or one column."""
        plain = (right.T / self.noise).T
        if not self.u.size:
            return plain
        inner = cho_solve((self.root, True), self.u.T @ plain)
        product: Floats = plain - ((self.u @ inner).T / self.noise).T
        return product


def fit_field(
    z: Floats, columns: Floats, v: Floats, basis: Basis | None, start: Floats | None = None
) -> FieldFit:
    """Fit the model by restricted likelihood and average over its hyperparameters.

    Parameters
    ----------
    z, columns, v : array, shapes (n,), (n, k) and (n,)
        Response, columns that do not repeat others, and known variance of the response.
    basis : Basis, optional
        Patterns of the field; None for no field.
    start : array, optional
        Hyperparameters to begin from.

    References
    ----------
    Patterson HD, Thompson R (1971) Biometrika 58:545-554 (restricted likelihood). Whittle P (1954)
    Biometrika 41:434-449 (the autoregressive error as a field of power 2). Satterthwaite FE (1946)
    Biometrics Bulletin 2:110-114. Williams DA (1982) Applied Statistics 31:144-148, model III
    (variance between places beside binomial noise).

    Examples
    --------
    >>> columns = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> fit_field(np.array([0.1, 0.9, 2.1, 2.9]), columns, np.zeros(4), None).b.round(3).tolist()
    [0.06, 0.96]
    """
    model = FieldModel(z, columns, v, basis)
    hyper = model.best(start)
    inflation, degrees = _uncertainty(model, hyper)
    power, noise = model.power(hyper), float(np.exp(hyper[0])) + v
    px = Precision(model.vectors, power, noise)(columns)
    covariance = np.asarray(np.linalg.inv(columns.T @ px), dtype=np.float64)
    b = covariance @ (px.T @ z)
    return FieldFit(b, covariance, inflation, degrees, hyper, power, noise)


def block_errors(
    fit: FieldFit, z: Floats, columns: Floats, basis: Basis, last: int
) -> tuple[Floats, Floats]:
    """Take, for each of the last coefficients, the wider of the model's and the blocks' interval.

    Blocks are compact groups of places. The whitened score of each block is an independent sign of
    how sure a coefficient is, whatever the error looks like within blocks: standard errors that
    hold when the spatial error was not modelled quite right.

    Returns
    -------
    inflation, degrees : array, shape (last,)
        Variance over that of `fit.covariance`, and degrees of freedom.

    References
    ----------
    Bester CA, Conley TG, Hansen CB (2011) Journal of Econometrics 165:137-151. Bell RM, McCaffrey
    DF (2002) Survey Methodology 28:169-181 (leverage of a block). Carter AV, Schnepel KT,
    Steigerwald DG (2017) Review of Economics and Statistics 99:698-709 (effective blocks).
    """
    n = len(z)
    groups = basis.blocks(int(np.clip(n // PLACES_PER_BLOCK, FEWEST_BLOCKS, MOST_BLOCKS)))
    x = _whitened(columns, fit, basis)
    error = _whitened(z - columns @ fit.b, fit, basis)
    inverse = np.linalg.inv(x.T @ x)
    pull = (x @ inverse)[:, -last:]
    count = int(groups.max()) + 1
    leverage = np.bincount(groups, ((x @ inverse) * x).sum(axis=1), count)
    shrink = np.sqrt(np.clip(1 - leverage / columns.shape[1], 0.3, 1.0))
    scores = np.column_stack([np.bincount(groups, p * error, count) for p in pull.T])
    parts = np.column_stack([np.bincount(groups, p**2, count) for p in pull.T])
    variance = ((scores / shrink[:, None]) ** 2).sum(axis=0) * count / max(1, count - 1)
    effective = parts.sum(axis=0) ** 2 / (parts**2).sum(axis=0)
    ratio, few = variance / np.diag(inverse)[-last:], np.maximum(2.0, effective - 1)
    model, many = fit.inflation[-last:], fit.degrees[-last:]
    wider = np.sqrt(ratio) * stdtrit(few, 0.975) > np.sqrt(model) * stdtrit(many, 0.975)
    return np.where(wider, ratio, model), np.where(wider, few, many)


def _whitened(values: Floats, fit: FieldFit, basis: Basis) -> Floats:
    """Take the field out of values, as if noise were equal everywhere."""
    noise = float(fit.noise.mean())
    inner = basis.vectors.T @ values
    gain = (fit.field_power + noise) ** -0.5 - noise**-0.5
    white: Floats = (values.T * noise**-0.5).T + basis.vectors @ (inner.T * gain).T
    return white


def _uncertainty(model: FieldModel, hyper: Floats) -> tuple[Floats, Floats]:
    """Give what the hyperparameters' uncertainty adds to each variance, and degrees of freedom."""
    peak, b, covariance = model.negative(hyper)
    values, vectors = np.linalg.eigh(_curvature(model, hyper))
    draws = np.random.default_rng(0).normal(size=(_NODES, len(hyper)))
    draws = np.vstack([draws, -draws])
    low, high = model.bounds(len(hyper))
    spread = 1.2 * (draws / np.sqrt(np.maximum(values, _LEAST_CURVATURE))) @ vectors.T
    nodes = [model.negative(np.clip(hyper + d, low - 1, high + 1)) for d in spread]
    log_weight = peak - np.array([node[0] for node in nodes]) + 0.5 * (draws**2).sum(axis=1)
    weight = np.exp(np.minimum(log_weight - np.median(log_weight), 5.0))
    weight /= weight.sum()
    estimates = np.array([node[1] for node in nodes])
    variances = np.array([np.diag(node[2]) for node in nodes])
    mean = weight @ variances
    total = mean + weight @ (estimates - b) ** 2
    relative = weight @ (variances - mean) ** 2 / mean**2
    n, k = model.columns.shape
    degrees = np.clip(2 / np.maximum(relative, 1e-9), 3.0, max(3.0, n - k))
    return total / np.diag(covariance), degrees


def _curvature(model: FieldModel, hyper: Floats) -> Floats:
    """Give second differences of the negative log posterior."""
    size = len(hyper)
    step = _STEP * np.eye(size)

    def at(d: Floats) -> float:
        return model.negative(hyper + d)[0]

    curvature = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            a, c = step[i], step[j]
            four = at(a + c) - at(a - c) - at(c - a) + at(-a - c)
            curvature[i, j] = curvature[j, i] = four / (4 * _STEP**2)
    return curvature
