"""What the figures of a whole column say about the unit that its recipe names."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

FEWEST = 4  # figures above 0 that say something about their unit
MOSTLY = 0.9
HALF = 0.5
NEAR_ONE = 1.5  # a fraction, or one that is a little too large by mistake
FEWEST_SCHOOLS = 6
LARGEST_PERCENT = 100
HUNDREDS = 200
SURE = 0.994  # level of each of two t tests: finds 94 of 100 such columns of 30 schools


def fractions_for_percents(values: pd.Series) -> bool:
    """Say whether figures read as percents look like fractions from 0 to 1.

    They do when all are at most 1.5, or nine in ten at most 1 and with two decimals or more, as
    percents of such size are seldom given; of two or three figures all must be so.

    Parameters
    ----------
    values : Series of float
        As read, divided by 100; those of 0 say nothing.

    Examples
    --------
    >>> fractions_for_percents(pd.Series([0.174, 0.261, 0.2, 0.101, 1.01]) / 100)
    True
    >>> fractions_for_percents(pd.Series([0.4, 1.3, 0.8, 2.6, 0.9]) / 100)
    False
    """
    published = (100 * values[values.gt(0)]).round(9)
    small = published[published.le(1)]
    precise = (10 * small).sub((10 * small).round()).abs().gt(1e-6)
    if len(published) < FEWEST:
        return len(published) > 1 and bool(published.le(1).all() and precise.all())
    mostly = len(small) >= MOSTLY * len(published) and precise.mean() > HALF
    return bool(published.le(NEAR_ONE).all() or mostly)


def is_contradicted(count: pd.DataFrame, rated: pd.DataFrame, students: pd.Series) -> pd.Series:
    """Say which counts are not those that a published rate gives, by more than 1 % of all.

    Parameters
    ----------
    count : DataFrame
        From `data.read.cells.parse_numbers`.
    rated : DataFrame
        The count that the rate gives, from `data.read.enrolment.count_of_rate`.
    students : Series
        All of whom the count is a part.
    """
    slack = 1.0 + 0.01 * students
    low, high = rated["lower"] - slack, rated["upper"] + slack
    return (count["value"].lt(low) | count["value"].gt(high)) & rated["value"].notna()


def percents_for_counts(table: pd.DataFrame) -> bool:
    """Say whether counts of students look like percents of whole numbers.

    They do when none is above 100 though schools have hundreds of students, and when they do not
    rise with the students of a school: a line through the logarithms of both has a slope near 0,
    the slope of percents, and far from 1, that of counts.

    Parameters
    ----------
    table : DataFrame
        `school_id`, `enrolled` and `chronic_absent`; each school counts once.
    """
    hundreds = table["enrolled"].gt(HUNDREDS).any()
    if not hundreds or table["chronic_absent"].gt(LARGEST_PERCENT).any():
        return False
    low, high = _slope(table["school_id"], table["enrolled"], table["chronic_absent"])
    return low <= 0 and high < 1


def counts_for_percents(schools: pd.Series, students: pd.Series, rates: pd.Series) -> bool:
    """Say whether percents look like counts of students: whole, and rising with the students.

    Parameters
    ----------
    schools, students, rates : Series
        Ids, numbers of students, and rates as fractions, on one index.
    """
    percents = 100 * rates.dropna()
    if not percents.sub(percents.round()).abs().lt(1e-6).all():
        return False
    low, high = _slope(schools, students, rates)
    return low > 0 and low <= 1 <= high


def _slope(schools: pd.Series, students: pd.Series, figures: pd.Series) -> tuple[float, float]:
    """Bound the slope of figures on students, both as logarithms: 0 for rates, 1 for counts.

    Nothing is known of it, from minus to plus infinity, where schools are few or all of one size.
    """
    both = pd.DataFrame({"x": students, "y": figures}).astype("float64")
    both = both[both.gt(0).all(axis=1)].groupby(schools).mean()
    x, y = (np.log(both[name]) - np.log(both[name]).mean() for name in ("x", "y"))
    spread = float((x**2).sum())
    if len(both) < FEWEST_SCHOOLS or spread == 0:
        return -np.inf, np.inf
    slope = float((x * y).sum()) / spread
    error = float(np.sqrt(((y - slope * x) ** 2).sum() / (len(both) - 2) / spread))
    margin = float(stdtrit(len(both) - 2, SURE)) * error
    return slope - margin, slope + margin
