"""The rate to be expected of each school by its level, its size and its type.

Small schools have other rates than large ones, and so have special schools. Where such schools
stand together, a null that knows only the level calls their tracts a hot spot of the place.
"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri, xlogy

from analytics.hotspots.tract_map import Codes, SchoolRates, level_rates, overdispersion
from analytics.inputs import Bools, Floats
from analytics.quasi_binomial import quasi_binomial

LEAST_FOR_SIZE = 20
"""Schools of a level that can show that size matters."""

LEAST_OF_TYPE = 5
"""Schools that make a type."""

SURE = 0.99
"""One minus the level of the test by which size enters the rate of a level."""

_ROUNDS = 3  # fits, each weighted by the over-dispersion around the one before


def size_rates(x: Floats, n: Floats, codes: Codes, types: Codes | None = None) -> SchoolRates:
    """Fit the rate of schools on their level, size and recorded type.

    The log odds of each level are constant, a line or a parabola over log n: as many terms as an F
    test at `SURE` supports in that level, none under `LEAST_FOR_SIZE` schools. A curve fitted to a
    few schools that size tells nothing of would take true places away with it. Types with
    `LEAST_OF_TYPE` schools differ from the commonest by one shift in all levels. Where nothing
    enters, or the fit does not converge, schools keep the rate of their level; levels without any
    absent, or with all absent, always do.

    Parameters
    ----------
    x, n : array, shape (s,)
        Absent and enrolled students, n above 0.
    codes : array of int, shape (s,)
        Level 0, 1, ... of each school.
    types : array of int, shape (s,), optional
        Type 0, 1, ... of each school; None for one type.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II (weights 1 / (1 + (n - 1) rho)).
    McCullagh P, Nelder JA (1989) Generalized Linear Models, 2nd ed, section 4.5. Pregibon D (1981)
    Annals of Statistics 9:705-724 (leverage).

    Examples
    --------
    >>> n = np.geomspace(50, 1600, 30)
    >>> p = 1 / (1 + np.exp(0.5 * np.log(n / 280)))
    >>> fitted = size_rates(n * p, n, np.zeros(30, dtype=int))
    >>> bool(np.allclose(fitted.p, p)), round(float(fitted.leverage.sum()), 6)
    (True, 2.0)
    """
    rates = level_rates(x, n, codes)
    varies: Bools = (rates.p > 0) & (rates.p < 1)
    if not varies.any():
        return rates
    events, totals = x[varies], n[varies]
    levels = np.unique(codes[varies], return_inverse=True)[1]
    fitted = SchoolRates(rates.p[varies], rates.leverage[varies])
    worth = _worth(events, totals, levels, fitted)
    columns = _columns(events, totals, levels, worth, None if types is None else types[varies])
    if columns.shape[1] == levels.max() + 1:
        return rates
    for _ in range(_ROUNDS):
        model = quasi_binomial(worth * events, worth * totals, columns)
        if model.state != "fitted":
            return rates
        p = model.fitted
        fitted = SchoolRates(p, _leverage(columns, worth * totals * p * (1 - p)))
        worth = _worth(events, totals, levels, fitted)
    p, leverage = rates.p.copy(), rates.leverage.copy()
    p[varies], leverage[varies] = fitted
    return SchoolRates(p, leverage)


def _worth(x: Floats, n: Floats, codes: Codes, rates: SchoolRates) -> Floats:
    """Give what a student of each school is worth if students were independent."""
    worth: Floats = np.empty(n.shape)
    for code in range(int(codes.max()) + 1):
        here = codes == code
        inside = SchoolRates(rates.p[here], rates.leverage[here])
        worth[here] = 1 / (1 + (n[here] - 1) * overdispersion(x[here], n[here], inside))
    return worth


def _columns(x: Floats, n: Floats, codes: Codes, worth: Floats, types: Codes | None) -> Floats:
    """Lay out levels, sizes within levels, and types."""
    columns = []
    for code in range(int(codes.max()) + 1):
        here = codes == code
        powers = _powers(n[here])
        terms = _terms(x[here] * worth[here], n[here] * worth[here], powers)
        for power in powers.T[:terms]:
            columns.append(np.zeros(n.shape))
            columns[-1][here] = power
    if types is not None:
        counts = np.bincount(types)
        counts[counts.argmax()] = 0  # the commonest is what others are compared with
        columns += [
            (types == t).astype(np.float64) for t in np.flatnonzero(counts >= LEAST_OF_TYPE)
        ]
    return np.column_stack(columns)


def _powers(n: Floats) -> Floats:
    """Give 1, log n and its square, about the mean."""
    size = np.log(n) - np.log(n).mean()
    return np.column_stack([np.ones(n.shape), size, size**2])


def _terms(x: Floats, n: Floats, powers: Floats) -> int:
    """Tell how many of the powers of size the schools of a level support."""
    if len(x) < LEAST_FOR_SIZE:
        return 1
    deviances = []
    for terms in (1, 2, 3):
        model = quasi_binomial(x, n, powers[:, :terms])
        fit = n * model.fitted
        deviance = 2 * float((xlogy(x, x / fit) + xlogy(n - x, (n - x) / (n - fit))).sum())
        deviances.append(deviance if model.state == "fitted" else np.inf)
    df = len(x) - 3
    price = fdtri(1, df, SURE) * min(deviances) / df
    return 1 + int(np.argmin(np.array(deviances) + price * np.arange(3)))


def _leverage(columns: Floats, weights: Floats) -> Floats:
    """Give the diagonal of the hat matrix of a weighted fit, whatever the rank of its columns."""
    left, sizes, _ = np.linalg.svd(columns * np.sqrt(weights)[:, None], full_matrices=False)
    kept = sizes > sizes.max() * np.finfo(np.float64).eps * len(weights)
    leverage: Floats = (left[:, kept] ** 2).sum(axis=1)
    return leverage
