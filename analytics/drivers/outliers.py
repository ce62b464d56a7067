"""Schools whose absence is below what their drivers predict: strengths to learn from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from analytics.association.estimate import design_matrix, level_columns
from analytics.inputs import Floats, counts, same_index
from analytics.local.significance import benjamini_hochberg
from analytics.quasi_likelihood import quasi_binomial
from analytics.rates.intervals import stratum_codes

CLASSES = (
    "doing better than its drivers predict",
    "as predicted",
    "above what its drivers predict",
)
_WINSOR = 0.1  # tails that do not shape the limits
_KEPT = 0.67869  # variance that winsorising leaves to normal values
_EFFICIENCY = 0.7  # of the winsorised variance beside the plain one, for normal values
MIN_SCHOOLS = 30
LEAST_OF_TYPE = 5
"""Schools that make a type of their own; the others count as the commonest."""
_ROUNDS = 3  # fits, each weighted by the variance between schools around the one before
_MOST_BETWEEN = 100.0  # variance of log odds: more is no variance of rates
LEVEL = 0.95  # of the funnel limits
FALSE_DISCOVERY = 0.05  # part of the named schools that may be named by chance


def doing_better(
    outcome: Any,
    exposures: pd.DataFrame | None = None,
    *,
    expected: ArrayLike | pd.Series | None = None,
    strata: ArrayLike | pd.Series | None = None,
    types: ArrayLike | pd.Series | None = None,
    size: bool = True,
) -> pd.DataFrame:
    """Find schools with less absence than schools with like drivers, size and type have.

    Small schools have other rates than large ones for reasons that are no merit of theirs, and a
    school for a kind of students has the rate of that kind: so both are in the prediction, size as
    a parabola over the logarithm of the students.

    Parameters
    ----------
    outcome : DataFrame or tuple
        Counts: a table with `chronic_absent` and `enrolled`, or a pair of Series.
    exposures : DataFrame, optional
        What the prediction is made from, one column an exposure; None for level, size and type.
    expected : array or Series, optional
        Expected events of each school: the whole prediction, in place of all others.
    strata, types : array or Series, optional
        Level and recorded type of each school, parts of the prediction.
    size : bool
        Whether the school's size is a part of it; False to see what the list is without.

    Returns
    -------
    DataFrame
        Strengths first, then the rest, each by how far below its prediction it is; index of the
        outcome in that order. `rate, predicted`, funnel limits `low, high` of the rate at the
        school's size, `z, p` (two-sided; Student's t, for the spread between schools is estimated),
        `q`, `fewer_absent` (students fewer than predicted; negative for more), `outside` the funnel
        ("below", "above" or ""; one school in 20 by chance), `class` (one of `CLASSES`, or "not
        compared") and `state`: "compared", "no count", "no exposure", "too few schools" (under 30,
        or 10 an exposure).

    Raises
    ------
    ValueError
        Expected counts beside exposures, strata or types; impossible counts, indexes that differ.

    References
    ----------
    Spiegelhalter DJ (2005) Statistics in Medicine 24:1185-1202, sections 3.2 (arcsine), 4
    (additive over-dispersion; winsorised z). The variance between schools is one of log odds, like
    that of the driver model, so that it is the same at low and high rates. It is the one at which
    the winsorised z have the .679 of their variance that winsorising keeps of normal values (Paule
    RC, Mandel J (1982) J Res Natl Bur Stand 87:377-385), so that limits hold for schools without
    anything special, small or large.
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289-300.

    Examples
    --------
    >>> ids = [f"s{i}" for i in range(40)]
    >>> x = pd.Series([20 + i % 5 for i in range(39)] + [2], index=ids)
    >>> table = doing_better((x, x * 0 + 100), expected=x * 0 + 22.0)
    >>> table.index[0], table["class"].iloc[0]
    ('s39', 'doing better than its drivers predict')
    """
    if expected is None:
        prediction = _by_model(outcome, exposures, strata, types, size)
    elif exposures is None and strata is None and types is None:
        prediction = _by_expected(outcome, expected)
    else:
        raise ValueError("give either expected counts, or what to predict them from")
    x, n, predicted, state, columns = prediction
    compared = state == "compared"
    z, between = np.full(len(x), np.nan), 0.0
    degrees = max(1.0, _EFFICIENCY * (compared.sum() - columns))
    if compared.any():
        z[compared], between = _funnel(x[compared], n[compared], predicted[compared], columns)
    p = 2 * stdtr(degrees, -np.abs(z))
    q = benjamini_hochberg(p, compared)
    reach = stdtrit(degrees, 0.5 + LEVEL / 2)
    low, high = _limits(predicted, n, between, reach)
    named = compared & (np.nan_to_num(q, nan=1.0) <= FALSE_DISCOVERY)
    better, above = named & (z < 0), named & (z > 0)
    verdict = np.select([better, compared & ~above, above], CLASSES, "not compared")
    index = _index(outcome, exposures)
    table = pd.DataFrame(
        {
            "rate": np.divide(x, n, out=np.full(len(x), np.nan), where=n > 0),
            "predicted": predicted,
            **{"low": low, "high": high, "z": z, "p": p, "q": q},
            "fewer_absent": n * predicted - x,
            "outside": np.select([x < low * n, x > high * n], ["below", "above"], ""),
            "class": verdict,
            "state": state,
        },
        index=index,
    )
    order = np.lexsort((np.nan_to_num(z, nan=np.inf), ~better))
    return table.iloc[order]


class _Prediction(NamedTuple):
    """Counts, predicted rates, states, and the number of columns behind the prediction."""

    x: Floats
    n: Floats
    rate: Floats
    state: Any
    columns: int


def _by_model(
    outcome: Any, exposures: pd.DataFrame | None, strata: Any, types: Any, size: bool
) -> _Prediction:
    """Predict the rate of each school from its level, size and type, and its exposures."""
    events, totals = _pair(outcome)
    checked = counts(events, totals)
    x, n = checked.x, checked.n
    counted = ~np.isnan(x) & (n > 0)
    used, inner = counted, np.empty((int(counted.sum()), 0))
    like = pd.Series(x, _index(outcome, exposures))
    if exposures is not None:
        design = design_matrix(outcome, exposures, strata)
        used, inner = design.used, design.exposures
    state = np.where(counted, np.where(used, "compared", "no exposure"), "no count")
    state, predicted = state.astype(object), np.full(len(x), np.nan)
    parts = [level_columns(stratum_codes(strata, like)[used]), inner]
    if size:
        parts.append(_size_columns(n[used]))
    if types is not None:
        parts.append(_type_columns(stratum_codes(types, like)[used]))
    columns = np.column_stack(parts)
    if used.sum() < max(MIN_SCHOOLS, 10 * inner.shape[1]):
        state[used] = "too few schools"
    else:
        predicted[used] = _fitted(x[used], n[used], columns)
    return _Prediction(x, n, predicted, state, int(np.linalg.matrix_rank(columns)))


def _fitted(x: Floats, n: Floats, columns: Floats) -> Floats:
    """Fit rates, each school weighted by what is left of its students where schools differ."""
    worth = np.ones(n.shape)
    for _ in range(_ROUNDS):
        rate = quasi_binomial(worth * x, worth * n, columns).fitted
        between = _between(x, n, rate, columns.shape[1])
        worth = 1 / (1 + n * rate * (1 - rate) * between)
    return rate


def _size_columns(n: Floats) -> Floats:
    """Give log n about its mean, and its square."""
    size = np.log(n) - np.log(n).mean() if len(n) else n
    return np.column_stack([size, size**2])


def _type_columns(codes: Any) -> Floats:
    """Give one column a type with enough schools, but for the commonest."""
    schools = np.bincount(codes) if len(codes) else np.zeros(1, dtype=int)
    schools[schools.argmax()] = 0
    return np.asarray(codes[:, None] == np.flatnonzero(schools >= LEAST_OF_TYPE), dtype=float)


def _by_expected(outcome: Any, expected: Any) -> _Prediction:
    """Give predicted rates from expected counts."""
    events, totals = _pair(outcome)
    if isinstance(expected, pd.Series) and isinstance(events, pd.Series):
        same_index(expected, events, "outcome and expected counts")
    checked = counts(events, totals)
    x, n = checked.x, checked.n
    e = counts(expected, n).x
    counted = ~np.isnan(x) & (n > 0)
    fit = counted & ~np.isnan(e)
    state = np.where(counted, np.where(fit, "compared", "no exposure"), "no count").astype(object)
    predicted = np.full(len(x), np.nan)
    np.divide(e, n, out=predicted, where=fit)
    if fit.sum() < MIN_SCHOOLS:
        state[fit] = "too few schools"
    return _Prediction(x, n, predicted, state, 1)


def _funnel(x: Floats, n: Floats, predicted: Floats, columns: int) -> tuple[Floats, float]:
    """Give z-scores on the arcsine scale and the variance of log odds between schools."""
    between = _between(x, n, predicted, columns)
    return _distance(x, n, predicted) / _deviation(n, predicted, between), between


def _between(x: Floats, n: Floats, predicted: Floats, columns: int) -> float:
    """Find the variance of log odds between schools at which winsorised z are as they should be."""
    distance, wanted = _distance(x, n, predicted), _KEPT * (len(x) - columns)

    def excess(between: float) -> float:
        z = distance / _deviation(n, predicted, between)
        inner = np.clip(z, *np.quantile(z, [_WINSOR, 1 - _WINSOR]))
        return float((inner**2).sum()) - wanted

    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, _MOST_BETWEEN)) if excess(_MOST_BETWEEN) < 0 else _MOST_BETWEEN


def _distance(x: Floats, n: Floats, predicted: Floats) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(predicted)))


def _deviation(n: Floats, predicted: Floats, between: float) -> Floats:
    """Give the standard deviation of the arcsine: chance, and log odds that vary (delta method)."""
    return np.asarray(np.sqrt(1 / (4 * n) + between * predicted * (1 - predicted) / 4))


def _limits(predicted: Floats, n: Floats, between: float, reach: float) -> tuple[Floats, Floats]:
    """Give the funnel around each prediction at the school's size."""
    half = reach * _deviation(np.where(n > 0, n, np.nan), predicted, between)
    middle = np.arcsin(np.sqrt(predicted))
    low, high = np.clip(middle - half, 0, np.pi / 2), np.clip(middle + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _pair(outcome: Any) -> tuple[Any, Any]:
    """Give events and denominators of an outcome of counts."""
    if isinstance(outcome, pd.DataFrame):
        return outcome["chronic_absent"], outcome["enrolled"]
    if isinstance(outcome, tuple) and len(outcome) == 2:
        return outcome
    raise ValueError("the outcome must be counts: chronic_absent and enrolled")


def _index(outcome: Any, exposures: pd.DataFrame | None) -> pd.Index:
    """Give the index of the result."""
    first = _pair(outcome)[0]
    if isinstance(first, pd.Series):
        return first.index
    return pd.RangeIndex(len(first)) if exposures is None else exposures.index
