"""Whether a place is on its way to a goal, and what is still needed, in numbers of students."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.inputs import floats

ON, EARLY, OFF, UNKNOWN = "on track", "too early to say", "off track", "not known"
LEVEL = 0.9
"""Part of the outcomes that must speak with one voice before a place is on or off track."""
CLASS_SIZE = 25


def progress(chance: ArrayLike, *, level: float = LEVEL) -> list[str]:
    """Say whether places are on track, only as far as their intervals do.

    Parameters
    ----------
    chance : array or Series
        Chance of each to meet its goal, see `Forecast.chance`.
    level : float
        Coverage of the two-sided interval of the rate in the goal's year.

    Returns
    -------
    list of str
        "on track" where the whole interval meets the goal, "off track" where none of it does,
        "too early to say" between, "not known" without a chance.

    Raises
    ------
    ValueError
        A chance or a level outside 0 to 1.

    Examples
    --------
    >>> progress([0.97, 0.6, 0.02, float("nan")])
    ['on track', 'too early to say', 'off track', 'not known']
    """
    values, tail = floats(chance), (1 - level) / 2
    if not 0 < level < 1 or ((values < 0) | (values > 1)).any():
        raise ValueError("chances and levels lie between 0 and 1 (0.9 = 90 %)")
    words = np.select(
        [np.isnan(values), values >= 1 - tail, values <= tail], [UNKNOWN, ON, OFF], EARLY
    )
    return [str(word) for word in words]


@dataclass(frozen=True)
class Need:
    """Students that a goal still asks for.

    Attributes
    ----------
    students : float
        Fewer chronically absent in the goal's year than at today's rate; 0 when it is met.
    a_year : float
        Of these in each year until then.
    a_class : float
        Of these in each class of 25 in all.
    """

    students: float
    a_year: float
    a_class: float


def need(
    rate: float, enrolled: float, goal: float, years: int, *, class_size: int = CLASS_SIZE
) -> Need:
    """Say what a goal asks for in students, should as many be enrolled as today.

    Parameters
    ----------
    rate, goal : float
        Rate of today and of the goal, fractions.
    enrolled : float
        Students enrolled today.
    years : int
        Years until the goal.
    class_size : int
        Students of a class.

    Raises
    ------
    ValueError
        No year left, a rate outside 0 to 1, or no students.

    Examples
    --------
    >>> need(0.30, 1640, 0.175, 5)
    Need(students=205.0, a_year=41.0, a_class=3.125)
    """
    if years < 1 or class_size < 1 or not enrolled > 0:
        raise ValueError("a goal needs a year to come, students and a class")
    if not (0 <= rate <= 1 and 0 <= goal <= 1):
        raise ValueError("rates are fractions between 0 and 1 (20 % is 0.2)")
    fewer = max(0.0, rate - goal)
    students = round(fewer * enrolled, 6)
    return Need(students, students / years, round(fewer * class_size, 6))
