"""A straight line through a few years whose sampling variances are known.

Years differ by more than sampling: the variance between years is estimated and added, and the
standard error is never taken smaller than the scatter about the line asks for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtr

from analytics.inputs import Bools, Floats

LEAST_YEARS = 3


def yearly_trend(values: pd.DataFrame, variances: pd.DataFrame, years: Floats) -> pd.DataFrame:
    """Fit a straight line over the years to each area.

    Parameters
    ----------
    values
        One number an area and year on a scale where a straight line makes sense, such as the log
        of the ratio of observed to expected; NaN where unknown.
    variances
        Sampling variance of each, above 0; a value without one is left out. Same shape.
    years
        Calendar year of each column, so that gaps count with their length.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; `slope` a year, `se`, `between` (variance between years beyond sampling),
        `p` two-sided from Student's t with years - 2 degrees of freedom, `years` used. NaN with
        fewer than 3 years.

    Raises
    ------
    ValueError
        A variance that is not above 0.

    References
    ----------
    DerSimonian R, Laird N (1986) Controlled Clinical Trials 7:177-188 (moments, here about a
    line). Knapp G, Hartung J (2003) Statistics in Medicine 22:2693-2710 (scaled standard error;
    the scale is not let below 1).

    Examples
    --------
    >>> values, noise = pd.DataFrame([[0.0, 0.1, 0.2, 0.3]]), pd.DataFrame([[0.01] * 4])
    >>> yearly_trend(values, noise, np.arange(4.0)).round(3).values.tolist()
    [[0.1, 0.045, 0.0, 0.155, 4.0]]
    """
    y, v = (t.to_numpy(dtype=np.float64, na_value=np.nan) for t in (values, variances))
    if (v <= 0).any():
        area = values.index[(v <= 0).any(axis=1)][0]
        raise ValueError(
            f"{int((v <= 0).sum())} variances are not above 0, the first of area {area!r}: leave "
            "the value empty where its variance is unknown"
        )
    known = ~np.isnan(y) & ~np.isnan(v)
    enough = known.sum(axis=1) >= LEAST_YEARS
    table = pd.DataFrame(np.nan, index=values.index, columns=["slope", "se", "between", "p"])
    fitted = _fit(y[enough], v[enough], known[enough], np.asarray(years, dtype=np.float64))
    table.loc[enough] = fitted
    return table.assign(years=known.sum(axis=1))


def _fit(y: Floats, v: Floats, known: Bools, years: Floats) -> Floats:
    """Slope, standard error, variance between years and p of each row."""
    degrees = known.sum(axis=1) - 2
    weight = np.divide(1.0, v, out=np.zeros(v.shape), where=known)
    y = np.where(known, y, 0.0)
    _, scatter, distance, spread = _line(weight, y, years)
    lost = (weight**2).sum(axis=1) / weight.sum(axis=1)
    lost += (weight**2 * distance**2).sum(axis=1) / spread
    between = np.maximum(0.0, (scatter - degrees) / (weight.sum(axis=1) - lost))
    total = v + between[:, None]
    weight = np.divide(1.0, total, out=np.zeros(v.shape), where=known)
    slope, scatter, _, spread = _line(weight, y, years)
    se = np.sqrt(np.maximum(1.0, scatter / degrees) / spread)
    return np.column_stack([slope, se, between, 2 * stdtr(degrees, -np.abs(slope / se))])


def _line(weight: Floats, y: Floats, years: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Weighted least squares: slope, scatter about it, distance from the mean year, its spread."""
    total = weight.sum(axis=1)
    distance = years - ((weight @ years) / total)[:, None]
    height = y - ((weight * y).sum(axis=1) / total)[:, None]
    spread = (weight * distance**2).sum(axis=1)
    slope = (weight * distance * height).sum(axis=1) / spread
    scatter = (weight * (height - slope[:, None] * distance) ** 2).sum(axis=1)
    return slope, scatter, distance, spread
