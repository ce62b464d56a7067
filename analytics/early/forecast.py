"""Year-end chronic absence of schools from their figures to date, learnt from earlier years.

The relation between the two is statistical and has an error: a rate of attendance is never turned
into chronic absence, it only tells which schools had how much of it in earlier years.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtrit

from analytics.inputs import Floats, floats, refuse

SHIFT, SHIFT_WORTH = 0.15, 3.0
"""Prior scale of what a year does to all schools (log odds, as `analytics.goals.forecast.SHOCK`),
and how many years of evidence it is worth."""
FEWEST_SCHOOLS = 20
_EDGE = 1e-3  # rates to date are held this far from 0 and 1


@dataclass(frozen=True, eq=False)
class YearEnd:
    """How figures to date went with year-end rates in earlier years.

    Attributes
    ----------
    years : tuple
        Earlier years used.
    slope : float
        Log odds at year's end for one more of those to date.
    shift : float
        Standard deviation of what a coming year does to all schools.
    between, within : float
        Standard deviation of schools that lasts over years, and of one year of a school beyond
        what chance does to its students.
    """

    years: tuple[object, ...]
    slope: float
    shift: float
    between: float
    within: float
    _centre: float = field(repr=False)
    _level: float = field(repr=False)
    _strata: pd.Series = field(repr=False)
    _school: pd.DataFrame = field(repr=False)
    _freedom: float = field(repr=False)

    def ahead(
        self,
        to_date: pd.Series,
        enrolled: pd.Series,
        *,
        strata: pd.Series | None = None,
        level: float = 0.9,
    ) -> pd.DataFrame:
        """Forecast the rate that will be published at the end of a coming year.

        Parameters
        ----------
        to_date : Series
            Rate to date by school, of the same kind and day of school as in earlier years.
        enrolled : Series
            Students by school.
        strata : Series, optional
            As in `year_end_relation`.
        level : float
            Part of the outcomes that lie inside.

        Returns
        -------
        DataFrame
            On the index of `to_date`: `middle, low, high` (fractions), `known_before`, whether
            earlier years of the school itself are in it; NaN without a figure to date.
        """
        centre, variance = self._schools_ahead(to_date, enrolled, strata)
        total = variance + self.shift**2
        freedom = total**2 / (self.shift**4 / self._freedom + variance**2 / 1e6)
        reach = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(total)
        return pd.DataFrame(
            {
                "middle": expit(centre),
                "low": expit(centre - reach),
                "high": expit(centre + reach),
                "known_before": to_date.index.isin(self._school.index),
            },
            index=to_date.index,
        )

    def total(
        self,
        to_date: pd.Series,
        enrolled: pd.Series,
        *,
        strata: pd.Series | None = None,
        level: float = 0.9,
    ) -> tuple[float, float, float]:
        """Forecast the number of chronically absent students of all schools: middle, low, high.

        What a year does to all schools adds up; what it does to each evens out.
        """
        centre, variance = self._schools_ahead(to_date, enrolled, strata)
        n = np.where(np.isnan(centre + variance), 0.0, floats(enrolled.reindex(to_date.index)))
        rate = expit(np.nan_to_num(centre))
        steep, own = n * rate * (1 - rate), np.nan_to_num(variance)
        # The mean of a logit-normal rate, to second order.
        middle = float((n * rate + 0.5 * steep * (1 - 2 * rate) * own).sum())
        error = np.sqrt((steep.sum() * self.shift) ** 2 + (steep**2 * own).sum())
        reach = float(stdtrit(self._freedom, 0.5 + level / 2) * error)
        return middle, max(0.0, middle - reach), min(float(n.sum()), middle + reach)

    def _schools_ahead(
        self, to_date: pd.Series, enrolled: pd.Series, strata: pd.Series | None
    ) -> tuple[Floats, Floats]:
        """Give centre and variance of each school's log odds, without the year's shift."""
        x = _signal(to_date) - self._centre
        own = self._school.reindex(to_date.index)
        kept = floats(own["variance"].fillna(self.between**2))
        layer = np.zeros(len(x))
        if strata is not None:
            layer = floats(strata.reindex(to_date.index).map(self._strata).fillna(0.0))
        centre = self._level + self.slope * x + layer + floats(own["effect"].fillna(0.0))
        rate = np.clip(expit(centre), 0.01, 0.99)
        n = floats(enrolled.reindex(to_date.index))
        n[~(n > 0)] = np.nan
        return centre, np.asarray(kept + self.within**2 + 1 / (n * rate * (1 - rate)))


def year_end_relation(
    to_date: pd.DataFrame,
    chronic: pd.DataFrame,
    enrolled: pd.DataFrame,
    *,
    strata: pd.Series | None = None,
) -> YearEnd:
    """Learn from earlier years how figures to date go with year-end chronic absence.

    Parameters
    ----------
    to_date : DataFrame, shape (schools, years)
        Rate to the same day of school in each year: part absent, or chronically absent so far.
    chronic, enrolled : DataFrame
        Chronically absent students and students at year's end, on the same schools and years.
        Schools lacking one of the three in a year take no part in it.
    strata : Series, optional
        Level of each school; strata differ by a constant.

    Raises
    ------
    ValueError
        Tables that do not fit, fewer than `FEWEST_SCHOOLS` in a year, counts above the enrolled.

    Notes
    -----
    Log odds `y_it = a_t + b x_it + c_level + s_i + e_it`: x the log odds to date; `a_t ~ N(a,
    shift^2)`, what a year does to all; `s_i ~ N(0, between^2)`; `e_it ~ N(0, within^2 + 1 / (n p
    q))`. b and c by weighted least squares within years; variances by moments, between from the
    products of a school's residuals of different years; s as the best linear predictor. With one
    year, between cannot be told and is 0, all of it counting as within. The shift has a scaled
    inverse chi-squared prior, `SHIFT` and `SHIFT_WORTH`; ranges are t with its degrees of freedom
    (Satterthwaite).

    References
    ----------
    Morris CN (1983) JASA 78:47-55 (parametric empirical Bayes). Robinson GK (1991) Statistical
    Science 6:15-32 (BLUP, 1.2). Gelman A et al. (2013) Bayesian Data Analysis, 3.2 (variance).

    Examples
    --------
    >>> schools, rng = pd.RangeIndex(200), np.random.default_rng(0)
    >>> absent = pd.DataFrame({year: rng.uniform(0.04, 0.15, 200) for year in (1, 2, 3)})
    >>> rate = expit(1.5 + 1.3 * logit(absent) + rng.normal(0, 0.2, (200, 1)))
    >>> enrolled = absent * 0 + 500
    >>> chronic = (rate * 500).round()
    >>> found = year_end_relation(absent[[1, 2]], chronic[[1, 2]], enrolled[[1, 2]])
    >>> ahead = found.ahead(absent[3], enrolled[3])
    >>> round(found.slope, 1), round(found.between, 1)
    (1.3, 0.2)
    >>> bool(((ahead["low"] < rate[3]) & (rate[3] < ahead["high"])).mean() > 0.9)
    True
    """
    rows = _rows(to_date, chronic, enrolled, strata)
    years = tuple(rows["year"].unique())
    centre = float(rows["x"].mean())
    design = np.column_stack(
        [
            pd.get_dummies(rows["year"], dtype=float),
            rows["x"] - centre,
            pd.get_dummies(rows["stratum"], dtype=float).iloc[:, 1:],
        ]
    )
    spread, table = 0.0, rows
    for _ in range(4):
        weight = np.sqrt(1 / (spread + rows["noise"]))
        fit = np.linalg.lstsq(design * floats(weight)[:, None], rows["y"] * weight, rcond=None)[0]
        table = rows.assign(rest=rows["y"] - design @ fit)
        spread = max(0.0, float((table["rest"] ** 2 - table["noise"]).mean()))
    between = min(_lasting(table), spread)
    within = spread - between
    count = len(years)
    freedom = SHIFT_WORTH + count - 1
    level = fit[:count]
    scale = (SHIFT_WORTH * SHIFT**2 + ((level - level.mean()) ** 2).sum()) / freedom
    names = sorted(rows["stratum"].unique())
    return YearEnd(
        years,
        float(fit[count]),
        float(np.sqrt(scale * (1 + 1 / count))),
        float(np.sqrt(between)),
        float(np.sqrt(within)),
        centre,
        float(level.mean()),
        pd.Series([0.0, *fit[count + 1 :]], names),
        _predictors(table, between, within),
        freedom,
    )


def _rows(
    to_date: pd.DataFrame, chronic: pd.DataFrame, enrolled: pd.DataFrame, strata: pd.Series | None
) -> pd.DataFrame:
    """Lay schools and years out as rows: school, year, x, y, noise, stratum."""
    parts = []
    for year in to_date:
        if year not in chronic or year not in enrolled:
            raise ValueError(f"{year} has figures to date and none of the year's end")
        x, n = (each[year].reindex(to_date.index) for each in (chronic, enrolled))
        known = to_date[year].notna() & x.notna() & n.gt(0)
        x, n = floats(x[known]), floats(n[known])
        if len(x) < FEWEST_SCHOOLS:
            raise ValueError(
                f"{year} has {len(x)} schools with both figures, too few to learn from"
            )
        ids = to_date.index[known.to_numpy()].to_series()
        above = x > n
        refuse(above, ids, lambda i, x=x, n=n: f"{x[i]:g} of {n[i]:g} students")  # type: ignore[misc]
        rate = (x + 0.5) / (n + 1)
        stratum = "" if strata is None else strata.reindex(ids.index).fillna("").to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "school": ids.to_numpy(),
                    "year": year,
                    "x": _signal(to_date[year][known]),
                    "y": logit(rate),
                    "noise": 1 / (n * rate * (1 - rate)),
                    "stratum": stratum,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _signal(rate: pd.Series) -> Floats:
    """Log odds of a rate to date."""
    return np.asarray(logit(np.clip(floats(rate), _EDGE, 1 - _EDGE)))


def _lasting(table: pd.DataFrame) -> float:
    """Variance of what lasts in a school: mean product of its residuals of two years."""
    by_school = table.groupby("school")["rest"]
    sums, squares = by_school.sum(), (table["rest"] ** 2).groupby(table["school"]).sum()
    years = by_school.size()
    pairs = float((years * (years - 1)).sum())
    return max(0.0, float((sums**2 - squares).sum()) / pairs) if pairs else 0.0


def _predictors(table: pd.DataFrame, between: float, within: float) -> pd.DataFrame:
    """Predict what lasts in each school: `effect` and its `variance`."""
    worth = 1 / (within + table["noise"])
    known = worth.groupby(table["school"]).sum()
    told = (worth * table["rest"]).groupby(table["school"]).sum()
    shrink = between / (1 + between * known)
    return pd.DataFrame({"effect": shrink * told, "variance": shrink})


@dataclass(frozen=True, eq=False)
class BackTest:
    """How forecasts of earlier years would have done.

    Attributes
    ----------
    table : DataFrame
        A row a year held out: `year`, `schools`, `inside` (part of the schools in the interval),
        `stated` (what it should be), `error` (median distance of forecast and outcome, fraction),
        `slant` (mean forecast less outcome, weighted by students), `from_years` (how many).
    """

    table: pd.DataFrame

    @property
    def inside(self) -> float:
        """Part of all school-years that lay in their interval."""
        schools = self.table["schools"]
        return float((self.table["inside"] * schools).sum() / schools.sum())


def back_test(
    to_date: pd.DataFrame,
    chronic: pd.DataFrame,
    enrolled: pd.DataFrame,
    *,
    strata: pd.Series | None = None,
    level: float = 0.9,
) -> BackTest:
    """Forecast each year from the others, and lay what came beside it.

    Parameters
    ----------
    to_date, chronic, enrolled, strata
        As in `year_end_relation`, two years or more.

    Notes
    -----
    With two years each is forecast from the other alone (cross-fitting), so what lasts in a school
    is not known; with more, a year is forecast from all others, later ones too.
    """
    rows = []
    for year in to_date:
        rest = [other for other in to_date if other != year]
        found = year_end_relation(to_date[rest], chronic[rest], enrolled[rest], strata=strata)
        ahead = found.ahead(to_date[year], enrolled[year], strata=strata, level=level)
        rate = (chronic[year] / enrolled[year]).reindex(ahead.index)
        known = rate.notna() & ahead["middle"].notna()
        came, said, n = rate[known], ahead[known], enrolled[year].reindex(ahead.index)[known]
        rows.append(
            {
                "year": year,
                "schools": int(known.sum()),
                "inside": float(((said["low"] <= came) & (came <= said["high"])).mean()),
                "stated": level,
                "error": float((said["middle"] - came).abs().median()),
                "slant": float(((said["middle"] - came) * n).sum() / n.sum()),
                "from_years": len(rest),
            }
        )
    return BackTest(pd.DataFrame(rows))
