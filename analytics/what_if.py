"""What if a strategy came to some students: how many fewer would be chronically absent.

A study's effect is multiplied with a place's own rate, students, reach and dose, each with its
range. It is arithmetic with somebody else's effect, never a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.inputs import Floats

DRAWS = 10_000
LEVEL = 0.95
CHRONIC = ("rate_ratio", "relative", "points")
"""Measures of an effect on chronic absence: times the rate, by this part of it, by these points."""
ATTENDANCE = "attendance_points"
FAR = 1.5
ELSEWHERE = "elsewhere"
NO_INTERVAL, RANGE_ALONE = "no interval", "range of estimates"
UNLIKE, CONVERTED = "another rate", "by a model"
"""What to say beside a figure: the effect is of other places; the source gives no interval, or a
range of estimates alone; the study's students had another rate; attendance was turned into chronic
absence by a stated model."""
_REACH = 1.959963984540054  # the normal deviate of LEVEL


@dataclass(frozen=True)
class Effect:
    """An effect as a study gives it.

    Attributes
    ----------
    measure : str
        One of `CHRONIC`, or `ATTENDANCE`. Fewer is a ratio below 1 or a figure below 0;
        attendance is a rise above 0. All are fractions: -2.5 points are -0.025.
    value : float or None
        None where a source gives a range of estimates alone.
    low, high : float or None
        Ends of the 95 % interval, or of that range; None where none is published.
    study_rate : float or None
        Rate of the study's students without the strategy.
    """

    measure: str
    value: float | None
    low: float | None = None
    high: float | None = None
    study_rate: float | None = None


@dataclass(frozen=True)
class Conversion:
    """A stated model from attendance to chronic absence.

    Attributes
    ----------
    points : float
        Change of the chronic absence rate for one point more of the attendance rate, such as -3.
    low, high : float
        Its 95 % interval.
    source : str
        Where it was estimated, such as "this place's schools, 2022-25".
    """

    points: float
    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Span:
    """A figure asked of people: the likely value, the least and the most."""

    likely: float
    least: float
    most: float


@dataclass(frozen=True)
class Delivery:
    """What is asked of those who would run a strategy.

    Attributes
    ----------
    reach : Span
        Part of the students whom it reaches, 0 to 1.
    dose : Span
        How much of what the study's students had: 1 as much, 0.5 half.
    """

    reach: Span
    dose: Span


AS_STUDIED = Delivery(Span(1.0, 1.0, 1.0), Span(1.0, 1.0, 1.0))
"""Every student, with as much as in the study."""


@dataclass(frozen=True)
class WhatIf:
    """What a strategy might change.

    Attributes
    ----------
    fewer, low, high : float
        Students no longer chronically absent, and 95 % of the draws; the ends are NaN where the
        study has no interval, for a range without it would look too sure.
    reached, chronic : float
        Students reached, and those of them chronically absent today.
    points : float
        The same as a change of the rate of all students.
    notes : tuple of str
        What to say beside it: `ELSEWHERE`, `NO_INTERVAL` and the like.
    """

    fewer: float
    low: float
    high: float
    reached: float
    chronic: float
    points: float
    notes: tuple[str, ...]


def what_if(
    students: float,
    rate: tuple[float, float],
    effect: Effect,
    delivery: Delivery,
    *,
    conversion: Conversion | None = None,
    seed: int = 0,
) -> WhatIf:
    """Multiply an effect through to students of a place.

    Parameters
    ----------
    students : float
        Students whom the strategy is meant for.
    rate : tuple of float
        Their chronic absence rate and its standard error (0 for a full count).
    effect : Effect
        As the study gives it.
    delivery : Delivery
        Reach and dose. The logarithm of a ratio, or the points, change in proportion to the dose.
    conversion : Conversion, optional
        Needed for an effect on attendance, and only for that.
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        An effect on attendance without a stated model, an unknown measure, or figures that are
        impossible.

    Notes
    -----
    Ratios are drawn log-normal and points normal from their intervals, rates normal, reach and
    dose triangular. No student is counted who is not chronically absent today.

    References
    ----------
    Greenland S, Robins JM (1988) Am J Epidemiol 128:1185-1197 (excess and prevented fractions).
    Saltelli A et al. (2008) Global Sensitivity Analysis, section 1.2 (ranges multiplied through).

    Examples
    --------
    >>> effect = Effect("rate_ratio", 0.92, 0.88, 0.96)
    >>> found = what_if(10_000, (0.30, 0.0), effect, AS_STUDIED)
    >>> round(found.fewer), round(found.low, -1), round(found.high, -1)
    (240, 120.0, 360.0)
    """
    reach, dose = delivery.reach, delivery.dose
    _refuse(students, rate, delivery, effect, conversion)
    rng = np.random.default_rng(seed)
    own = np.clip(rate[0] + rate[1] * rng.normal(size=DRAWS), 0.0, 1.0)
    share, amount = _drawn(reach, rng), _drawn(dose, rng)
    change = _change(own, amount, _effects(effect, rng), effect, _slopes(conversion, rng))
    fewer = students * share * np.minimum(-change, own)
    point = _change(
        np.array([rate[0]]),
        np.array([dose.likely]),
        np.array([_middle(effect)]),
        effect,
        None if conversion is None else np.array([conversion.points]),
    )
    reached = students * reach.likely
    likely = reached * min(-float(point[0]), rate[0])
    low, high = np.quantile(fewer, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    if effect.low is None or effect.high is None:
        low = high = np.nan
    notes = _notes(rate[0], effect, conversion)
    change_of_all = -likely / students
    return WhatIf(likely, float(low), float(high), reached, reached * rate[0], change_of_all, notes)


def _refuse(
    students: float,
    rate: tuple[float, float],
    delivery: Delivery,
    effect: Effect,
    conversion: Conversion | None,
) -> None:
    """Refuse what cannot be multiplied."""
    if effect.measure == ATTENDANCE and conversion is None:
        raise ValueError(
            "an effect on the attendance rate says nothing of chronic absence by itself: state a "
            "model that turns one into the other, with its source"
        )
    if effect.measure not in (*CHRONIC, ATTENDANCE):
        raise ValueError(f"measure {effect.measure!r}; use one of {', '.join(CHRONIC)}")
    if effect.measure in CHRONIC and conversion is not None:
        raise ValueError("the effect is one on chronic absence: it needs no conversion")
    if effect.value is None and (effect.low is None or effect.high is None):
        raise ValueError("the effect has neither a value nor a range")
    if not students > 0 or not 0 < rate[0] < 1 or not rate[1] >= 0:
        raise ValueError("give students above 0, a rate between 0 and 1, and its error")
    for name, span, most in (("reach", delivery.reach, 1.0), ("dose", delivery.dose, np.inf)):
        if not 0 <= span.least <= span.likely <= span.most <= most:
            raise ValueError(f"{name} {span.least:g} to {span.most:g} around {span.likely:g}")


def _drawn(span: Span, rng: np.random.Generator) -> Floats:
    """Draw a figure between the least and the most."""
    if span.least == span.most:
        return np.full(DRAWS, span.likely)
    return np.asarray(rng.triangular(span.least, span.likely, span.most, DRAWS))


def _middle(effect: Effect) -> float:
    """Give the effect, on the scale it is drawn on: the log of a ratio, or points."""
    known = [each for each in (effect.low, effect.high) if each is not None]
    if effect.value is not None:
        known = [effect.value]
    return sum(_scaled(effect, each) for each in known) / len(known)


def _scaled(effect: Effect, value: float) -> float:
    ratio = {"rate_ratio": value, "relative": 1 + value}.get(effect.measure)
    if ratio is None:
        return value
    if ratio <= 0:
        raise ValueError(f"an effect of {value:g} leaves no student absent; correct it")
    return float(np.log(ratio))


def _effects(effect: Effect, rng: np.random.Generator) -> Floats:
    """Draw the effect from its interval, or evenly from a range of estimates."""
    middle = _middle(effect)
    if effect.low is None or effect.high is None:
        return np.full(DRAWS, middle)
    low, high = sorted((_scaled(effect, effect.low), _scaled(effect, effect.high)))
    if effect.value is None:
        return np.asarray(rng.uniform(low, high, DRAWS))
    # Ends may lie unevenly about the middle: each side has its own deviation.
    z = rng.normal(size=DRAWS)
    return np.asarray(middle + z * np.where(z < 0, middle - low, high - middle) / _REACH)


def _slopes(conversion: Conversion | None, rng: np.random.Generator) -> Floats | None:
    """Draw the model from attendance to chronic absence."""
    if conversion is None:
        return None
    deviation = (conversion.high - conversion.low) / 2 / _REACH
    return np.asarray(conversion.points + deviation * rng.normal(size=DRAWS))


def _change(
    rate: Floats, dose: Floats, effects: Floats, effect: Effect, slopes: Floats | None
) -> Floats:
    """Give the change of the rate of those reached."""
    if effect.measure in ("rate_ratio", "relative"):
        return np.asarray(rate * np.expm1(dose * effects))
    if slopes is not None:
        return np.asarray(dose * effects * slopes)
    return np.asarray(dose * effects)


def _notes(rate: float, effect: Effect, conversion: Conversion | None) -> tuple[str, ...]:
    """Say what a reader must know beside the figure."""
    notes = [ELSEWHERE]
    if effect.low is None:
        notes.append(NO_INTERVAL)
    elif effect.value is None:
        notes.append(RANGE_ALONE)
    study = effect.study_rate
    if study is not None and not 1 / FAR <= rate / study <= FAR:
        notes.append(UNLIKE)
    if conversion is not None:
        notes.append(CONVERTED)
    return tuple(notes)
