"""Schools whose absence is below what their drivers predict: strengths to learn from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from analytics.association.design_matrix import design_matrix
from analytics.association.quasi_binomial import quasi_binomial
from analytics.inputs import Floats, counts, same_index
from analytics.local.significance import benjamini_hochberg

CLASSES = (
    "doing better than its drivers predict",
    "as predicted",
    "above what its drivers predict",
)
_WINSOR = 0.1  # tails that do not shape the limits
_KEPT = 0.67869  # variance that winsorising leaves to normal values
_EFFICIENCY = 0.7  # of the winsorised variance beside the plain one, for normal values
MIN_SCHOOLS = 30
LEVEL = 0.95  # of the funnel limits
FALSE_DISCOVERY = 0.05  # part of the named schools that may be named by chance


def doing_better(
    outcome: Any,
    exposures: pd.DataFrame | None = None,
    *,
    expected: ArrayLike | pd.Series | None = None,
    strata: ArrayLike | pd.Series | None = None,
) -> pd.DataFrame:
    """Find schools with less absence than schools with like drivers have.

    Parameters
    ----------
    outcome : DataFrame or tuple
        Counts: a table with `chronic_absent` and `enrolled`, or a pair of Series.
    exposures : DataFrame, optional
        What the prediction is made from, one column an exposure; None when `expected` is checked.
    expected : array or Series, optional
        Expected events of each school, in place of exposures.
    strata : array or Series, optional
        Level of each school, part of the prediction from exposures.

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
        Neither or both of exposures and expected, impossible counts, indexes that differ.

    References
    ----------
    Spiegelhalter DJ (2005) Statistics in Medicine 24:1185-1202, sections 3.2 (arcsine), 4
    (additive over-dispersion; winsorised z). The winsorised variance is divided by the .679 that
    it keeps of normal values, so that limits hold for schools without anything special.
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289-300.

    Examples
    --------
    >>> ids = [f"s{i}" for i in range(40)]
    >>> x = pd.Series([20 + i % 5 for i in range(39)] + [2], index=ids)
    >>> table = doing_better((x, x * 0 + 100), expected=x * 0 + 22.0)
    >>> table.index[0], table["class"].iloc[0]
    ('s39', 'doing better than its drivers predict')
    """
    x, n, predicted, state, columns = _predicted(outcome, exposures, expected, strata)
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


def _predicted(
    outcome: Any, exposures: pd.DataFrame | None, expected: Any, strata: Any
) -> _Prediction:
    """Predict the rate of each school from its exposures or from expected counts."""
    if (exposures is None) == (expected is None):
        raise ValueError("give either exposures or expected counts")
    events, totals = _pair(outcome)
    checked = counts(events, totals)
    if exposures is None:
        if isinstance(expected, pd.Series) and isinstance(events, pd.Series):
            same_index(expected, events, "outcome and expected counts")
        return _by_expected(checked.x, checked.n, counts(expected, checked.n).x)
    design = design_matrix(outcome, exposures, strata)
    counted = ~np.isnan(checked.x) & (checked.n > 0)
    state = np.where(counted, np.where(design.used, "compared", "no exposure"), "no count")
    predicted = np.full(len(checked.x), np.nan)
    need = max(MIN_SCHOOLS, 10 * design.exposures.shape[1])
    state = state.astype(object)
    if design.n is None or design.used.sum() < need:
        state[design.used] = "too few schools"
    else:
        predicted[design.used] = quasi_binomial(design.x, design.n, design.columns).fitted
    return _Prediction(checked.x, checked.n, predicted, state, design.columns.shape[1])


def _by_expected(x: Floats, n: Floats, e: Floats) -> _Prediction:
    """Give predicted rates from expected counts."""
    counted = ~np.isnan(x) & (n > 0)
    fit = counted & ~np.isnan(e)
    state = np.where(counted, np.where(fit, "compared", "no exposure"), "no count").astype(object)
    predicted = np.full(len(x), np.nan)
    np.divide(e, n, out=predicted, where=fit)
    if fit.sum() < MIN_SCHOOLS:
        state[fit] = "too few schools"
    return _Prediction(x, n, predicted, state, 1)


def _funnel(x: Floats, n: Floats, predicted: Floats, columns: int) -> tuple[Floats, float]:
    """Give z-scores on the arcsine scale and the variance between schools."""
    distance = np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(predicted))
    w = 4 * n
    naive = distance * np.sqrt(w)
    inner = np.clip(naive, *np.quantile(naive, [_WINSOR, 1 - _WINSOR]))
    spread = float((inner**2).sum()) / _KEPT
    room = w.sum() - (w**2).sum() / w.sum()
    between = max(0.0, float((spread - (len(x) - columns)) / room))
    return distance / np.sqrt(1 / w + between), between


def _limits(predicted: Floats, n: Floats, between: float, reach: float) -> tuple[Floats, Floats]:
    """Give the funnel around each prediction at the school's size."""
    size = np.where(n > 0, n, np.nan)
    half = reach * np.sqrt(1 / (4 * size) + between)
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
