"""The September signal: what the first month's bands became in earlier years, and will this year.

Bands are of days missed up to the end of the first month: 0-1, 2-4, 5 or more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, stdtrit

from analytics.early.forecast import SHIFT, SHIFT_WORTH
from analytics.inputs import Floats, floats

LEAST_YEARS = 2
"""Fewest earlier years of a place's own transitions."""
_FAR = 20.0  # log odds


@dataclass(frozen=True)
class Published:
    """What was found elsewhere, in the words of its author.

    Attributes
    ----------
    share : dict of str to float
        Part of each band that met `outcome`; "about half" is .5, "nearly nine in ten" .9. No
        figure for fewer than 2 days.
    outcome, where, source : str
    """

    share: dict[str, float]
    outcome: str
    where: str
    source: str


OLSON = Published(
    {"band_2_4": 0.5, "band_5": 0.9},
    "missed more than 20 days in the year",
    "Baltimore 2012-13",
    "Olson LS (2014) Why September Matters, Baltimore Education Research Consortium",
)
"""Another outcome than chronic absence (10 % of the days enrolled), in one city and one year."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """What became of each band in earlier years, and how unlike the years were.

    Attributes
    ----------
    years : tuple
        Earlier years used.
    rate : Series
        By band: part chronically absent at the end of a middling year.
    shift : float
        Standard deviation, log odds, of what a coming year does to all bands.
    """

    years: tuple[object, ...]
    rate: pd.Series
    shift: float
    _unsure: float = field(repr=False)
    _freedom: float = field(repr=False)

    def expected(self, students: pd.Series, *, level: float = 0.9) -> tuple[float, float, float]:
        """Give the expected number chronically absent at the end of the year: middle, low, high.

        Parameters
        ----------
        students : Series
            Students by band this year.
        level : float
            Part of the years that lie inside.
        """
        n = floats(students.reindex(self.rate.index))
        if np.isnan(n).any() or (n < 0).any():
            raise ValueError("give the students of every band, 0 or more")
        odds = logit(floats(self.rate))
        steep = float((n * self.rate * (1 - self.rate)).sum())
        # Students' own chance, as log odds of all: a count varies by n p q.
        own = 1 / steep if steep > 0 else 0.0
        error = np.sqrt(self.shift**2 + own + self._unsure)
        reach = float(stdtrit(self._freedom, 0.5 + level / 2)) * error
        low, middle, high = (float((n * expit(odds + by)).sum()) for by in (-reach, 0, reach))
        return middle, low, high


def transitions(students: pd.DataFrame, chronic: pd.DataFrame) -> Transitions:
    """Learn from earlier years what became of the bands.

    Parameters
    ----------
    students, chronic : DataFrame, shape (bands, years)
        Students of each band, and those of them chronically absent at the end of that year.

    Raises
    ------
    ValueError
        Fewer than `LEAST_YEARS` years, tables that do not fit, a count that is missing or above
        its students, a band without students in a year.

    Notes
    -----
    `logit p_bt = l_b + u_t`: l_b the mean over years of log odds, u_t what a year does to all
    bands, found from the year's total; `u_t ~ N(0, shift^2)`, its variance with a scaled inverse
    chi-squared prior (`analytics.early.forecast.SHIFT`), since two or three years tell little. The
    interval of a coming year is Student's t: shift, the years' own error, and students' chance.

    References
    ----------
    Olson LS (2014) Why September Matters (bands). Gelman A et al. (2013) Bayesian Data Analysis,
    3.2 (variance of a normal sample with its conjugate prior).

    Examples
    --------
    >>> bands = ["band_0_1", "band_2_4", "band_5"]
    >>> students = pd.DataFrame({2022: [7000, 2000, 1000], 2023: [7200, 1900, 900]}, bands)
    >>> chronic = pd.DataFrame({2022: [700, 900, 850], 2023: [792, 893, 774]}, bands)
    >>> found = transitions(students, chronic)
    >>> found.rate.round(2).tolist()
    [0.1, 0.46, 0.85]
    >>> [round(each) for each in found.expected(students[2023])]
    [2399, 1981, 2879]
    """
    if not (students.index.equals(chronic.index) and students.columns.equals(chronic.columns)):
        raise ValueError("students and chronic have different bands or years; align them")
    if students.shape[1] < LEAST_YEARS:
        raise ValueError(f"{students.shape[1]} earlier years; it takes {LEAST_YEARS} whole ones")
    n, x = students.to_numpy(dtype=float), chronic.to_numpy(dtype=float)
    if np.isnan(n).any() or np.isnan(x).any() or (x > n).any() or (x < 0).any() or (n <= 0).any():
        raise ValueError("each band needs students, and 0 to all of them chronic, in every year")
    rate = (x + 0.5) / (n + 1)
    odds = logit(rate).mean(axis=1)
    count = n.shape[1]
    shift = np.array([_shift(n[:, year], x[:, year].sum(), odds) for year in range(count)])
    noise = 1 / (n * rate * (1 - rate)).sum(axis=0)
    freedom = SHIFT_WORTH + count - 1
    told = max(0.0, float(((shift - shift.mean()) ** 2).sum() - (count - 1) * noise.mean()))
    scale = (SHIFT_WORTH * SHIFT**2 + told) / freedom
    return Transitions(
        tuple(students.columns),
        pd.Series(expit(odds), students.index, name="rate"),
        float(np.sqrt(scale * (1 + 1 / count))),
        float(noise.mean() / count),
        freedom,
    )


def _shift(n: Floats, total: float, odds: Floats) -> float:
    """Find the shift of log odds that gives a year its total."""
    aim = min(max(total, 0.5), n.sum() - 0.5)
    return float(brentq(lambda by: (n * expit(odds + by)).sum() - aim, -_FAR, _FAR))


def back_test(students: pd.DataFrame, chronic: pd.DataFrame, *, level: float = 0.9) -> pd.DataFrame:
    """Forecast each earlier year from those before it, and lay what came beside it.

    Returns
    -------
    DataFrame
        Index year, from the third on (earlier ones have fewer than `LEAST_YEARS` before them):
        `expected, low, high`, `came`, `inside`, `from_years`.

    Examples
    --------
    >>> bands = ["band_0_1", "band_2_4", "band_5"]
    >>> students = pd.DataFrame({year: [700, 200, 100] for year in (1, 2, 3)}, bands)
    >>> chronic = pd.DataFrame({1: [70, 90, 85], 2: [77, 94, 86], 3: [72, 92, 85]}, bands)
    >>> back_test(students, chronic)[["came", "inside"]].values.tolist()
    [[249.0, True]]
    """
    years = list(students.columns)
    rows = {}
    for at in range(LEAST_YEARS, len(years)):
        before = years[:at]
        middle, low, high = transitions(students[before], chronic[before]).expected(
            students[years[at]], level=level
        )
        came = float(chronic[years[at]].sum())
        rows[years[at]] = (middle, low, high, came, low <= came <= high, at)
    columns = ["expected", "low", "high", "came", "inside", "from_years"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("year")
