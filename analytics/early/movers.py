"""Schools whose attendance moved since last year by more than their own weeks swing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import polygamma, psi, stdtr, stdtrit

from analytics.inputs import Floats, floats
from analytics.local.significance import benjamini_hochberg

FEWEST = 6
"""Fewest weeks (or months) of both years of a school."""
FEWEST_SCHOOLS = 10
"""Fewest schools whose variances can be borrowed from each other."""
_MOST_ALIKE = 0.95
_FAR = 1e6  # degrees of freedom of a variance that is the same for all


def movers(
    difference: pd.DataFrame, students: pd.Series, *, alpha: float = 0.05, level: float = 0.9
) -> pd.DataFrame:
    """Find the schools that moved otherwise than their place, beyond noise.

    Parameters
    ----------
    difference : DataFrame, shape (blocks, schools)
        Part absent this year less last year, in the same weeks (or months) of both, in order;
        NaN where one of them lacks a figure.
    students : Series
        Students by school.
    alpha : float
        False-discovery rate of `moved`.
    level : float
        Coverage of the interval of the shrunken change.

    Returns
    -------
    DataFrame
        On the index of `students`: `blocks`; `change` (mean of the blocks); `relative`, less the
        median school's change in the same blocks; `error` of it; `p`, `q`; `moved`, q <= alpha;
        `shrunken`, what of the relative change is likely to be there, with its range `low, high`.
        NaN with fewer than `FEWEST` blocks.

    Raises
    ------
    ValueError
        Fewer than `FEWEST_SCHOOLS` schools with enough blocks.

    Notes
    -----
    What all schools share in a week (weather, a holiday that fell elsewhere) is taken off by the
    median. Neighbouring weeks are alike by one correlation for all schools (first order
    autoregressive), for which a few weeks of many schools tell enough: found so that its expected
    products of neighbouring weeks, means taken off, are those seen. It widens the error of a
    school's mean. The variance of a school's weeks is drawn to what schools of that size show,
    which gives t statistics more degrees of freedom (moderated t). Shrinkage: true changes are
    normal around 0, their variance by moments.

    References
    ----------
    Smyth GK (2004) Statistical Applications in Genetics and Molecular Biology 3(1):3, section 6
    (moderated t, fit of its prior). Benjamini and Hochberg (1995). Morris CN (1983) JASA 78:47-55.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weeks = pd.DataFrame(rng.normal(0, 0.01, (12, 50)))
    >>> weeks[7] += 0.04
    >>> found = movers(weeks, pd.Series(500.0, weeks.columns))
    >>> found.index[found["moved"]].tolist(), found["relative"].round(2)[7]
    ([7], np.float64(0.04))
    """
    known = difference.reindex(columns=students.index)
    blocks = known.notna().sum()
    # The same weeks for all, as far as possible: a school is compared in its own weeks.
    away = known.sub(known.median(axis=1), axis=0)
    enough = blocks.to_numpy() >= FEWEST
    series = {int(at): floats(away.iloc[:, at].dropna()) for at in np.flatnonzero(enough)}
    mean, error, freedom = _means(series, students)
    tested = ~np.isnan(error) & (error > 0)
    if tested.sum() < FEWEST_SCHOOLS:
        raise ValueError(
            f"{int(tested.sum())} schools with {FEWEST} weeks of both years; it takes"
            f" {FEWEST_SCHOOLS}"
        )
    size = np.log(np.maximum(floats(students)[tested], 1.0))
    drawn, worth = _moderated(error[tested] ** 2, freedom[tested], size)
    steadied, t = np.full(len(students), np.nan), np.full(len(students), np.nan)
    steadied[tested] = np.sqrt(drawn)
    t[tested] = stdtr(worth, -np.abs(mean[tested]) / steadied[tested]) * 2
    q = benjamini_hochberg(t, tested)
    true = max(0.0, float((mean[tested] ** 2 - drawn).mean()))
    pull = true / (true + steadied**2) if true > 0 else np.where(tested, 0.0, np.nan)
    reach = stdtrit(worth.mean(), 0.5 + level / 2) * np.sqrt(pull) * steadied
    return pd.DataFrame(
        {
            "blocks": blocks,
            "change": known.mean().where(tested),
            "relative": np.where(tested, mean, np.nan),
            "error": steadied,
            "p": t,
            "q": q,
            "moved": np.nan_to_num(q, nan=1.0) <= alpha,
            "shrunken": mean * pull,
            "low": mean * pull - reach,
            "high": mean * pull + reach,
        },
        index=students.index,
    )


def _means(series: dict[int, Floats], students: pd.Series) -> tuple[Floats, Floats, Floats]:
    """Give mean, its error and degrees of freedom of each school; NaN without a series."""
    mean, error, freedom = (np.full(len(students), np.nan) for _ in range(3))
    alike = _alike(series, floats(students))
    shared = {count: _spread(alike, count) for count in {len(each) for each in series.values()}}
    for at, each in series.items():
        widened, free = shared[len(each)]
        mean[at], freedom[at] = each.mean(), free
        error[at] = np.sqrt(each.var(ddof=1) * widened)
    return mean, error, freedom


def _covariance(alike: float, count: int) -> tuple[Floats, Floats]:
    """Give correlations of a series, and of its distances from its mean, (count, count)."""
    place = np.arange(count)
    joint = alike ** np.abs(place[:, None] - place)
    off = np.eye(count) - 1 / count
    return joint, off @ joint @ off


def _spread(alike: float, count: int) -> tuple[float, float]:
    """Give variance of a mean over that of its entries, and the latter's degrees of freedom."""
    joint, about = _covariance(alike, count)
    own = np.trace(about)
    widened = float(joint.mean() / (own / (count - 1)))
    return widened, float(own**2 / (about**2).sum())


def _alike(series: dict[int, Floats], students: Floats) -> float:
    """Find the correlation of neighbouring weeks that gives the products seen."""
    products = squares = 0.0
    lengths: dict[int, float] = {}
    for at, each in series.items():
        away, size = each - each.mean(), max(float(students[at]), 1.0)
        products += size * float(away[1:] @ away[:-1])
        squares += size * float(away @ away)
        lengths[len(each)] = lengths.get(len(each), 0.0) + 1.0
    if squares == 0:
        return 0.0

    def missed(alike: float) -> float:
        expected = np.zeros(2)
        for count, schools in lengths.items():
            about = _covariance(alike, count)[1]
            expected += schools * np.array([np.trace(about, 1), np.trace(about)])
        return float(expected[0] / expected[1]) - products / squares

    if missed(0.0) >= 0:
        return 0.0
    return _MOST_ALIKE if missed(_MOST_ALIKE) <= 0 else float(brentq(missed, 0.0, _MOST_ALIKE))


def _moderated(variance: Floats, freedom: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Draw variances to those of schools of their size; give them and their degrees of freedom.

    Smyth (2004), section 6.2, with a line in log size in place of one mean.
    """
    log = np.log(variance) - psi(freedom / 2) + np.log(freedom / 2)
    line = np.column_stack([np.ones(len(size)), size - size.mean()])
    if np.ptp(size) == 0:
        line = line[:, :1]
    fit = line @ np.linalg.lstsq(line, log, rcond=None)[0]
    spare = len(log) / max(len(log) - line.shape[1], 1)
    more = float((spare * (log - fit) ** 2 - polygamma(1, freedom / 2)).mean())
    prior = 2 * _inverse_trigamma(more) if more > 0 else _FAR
    prior = min(prior, _FAR)
    usual = np.exp(fit + psi(prior / 2) - np.log(prior / 2))
    return (prior * usual + freedom * variance) / (prior + freedom), prior + freedom


def _inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value by Newton's method, as Smyth (2004), appendix, has it."""
    x = 0.5 + 1 / value
    for _ in range(50):
        first = float(polygamma(1, x))
        step = first * (1 - first / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-10:
            break
    return x
