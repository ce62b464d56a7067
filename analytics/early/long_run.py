"""Means of series whose days are alike, with an error that knows it."""

from __future__ import annotations

import numpy as np

from analytics.inputs import Floats

FEWEST = 4
"""Fewest entries of a series whose error can be told."""


def mean_and_error(series: Floats) -> tuple[Floats, Floats, int]:
    """Give mean and standard error of autocorrelated series.

    Parameters
    ----------
    series : array, shape (..., t)
        In the order of time, without gaps in the values.

    Returns
    -------
    mean, error : array, shape (...)
        `(mean - truth) / error` is Student's t.
    freedom : int
        Its degrees of freedom.

    Raises
    ------
    ValueError
        Fewer than `FEWEST` entries.

    Notes
    -----
    The long-run variance is the mean square of the first B cosine sums of the series, `B = .4
    t^(2/3)`, at least 3 and at most t - 1.

    References
    ----------
    Lazarus E, Lewis DJ, Stock JH, Watson MW (2018) J Business and Economic Statistics 36:541-559,
    section 3 (equal-weighted cosine estimator, with its t limits).

    Examples
    --------
    >>> mean, error, freedom = mean_and_error(np.array([1.0, 3.0, 2.0, 4.0, 2.0, 3.0, 1.0, 4.0]))
    >>> round(float(mean), 2), round(float(error), 2), freedom
    (2.5, 0.37, 3)
    """
    t = series.shape[-1]
    if t < FEWEST:
        raise ValueError(f"{t} entries; an error takes {FEWEST} or more")
    freedom = min(t - 1, max(3, round(0.4 * t ** (2 / 3))))
    place = (np.arange(t) + 0.5) / t
    waves = np.sqrt(2 / t) * np.cos(np.pi * np.arange(1, freedom + 1)[:, None] * place)
    variance = ((series @ waves.T) ** 2).mean(axis=-1)
    return series.mean(axis=-1), np.sqrt(variance / t), freedom
