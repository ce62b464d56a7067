"""Who counts as chronically absent, in exact integers, and the words for how much.

A student is chronically absent when at least 10 % of enrolled days were missed for any reason. The
share in floating point misses students at exactly 10 %, so nothing here divides before comparing.
Days may be halves; what no register can hold is refused. Results take the shape of the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.inputs import floats, in_shape, refuse

Integers = NDArray[np.int64]

TIERS = ("satisfactory", "at risk", "moderate chronic", "severe chronic")
TIER_PERCENT = (5, 10, 20)
BANDS = (
    *("under 5 %", "5 % to under 10 %", "10 % to under 20 %"),
    *("20 % to under 30 %", "30 % or more"),
)
BAND_FRACTION = (0.05, 0.10, 0.20, 0.30)


@dataclass(frozen=True)
class Definition:
    """How one publisher defines chronic absence.

    Attributes
    ----------
    name : str
        Who uses it.
    percent : int
        Chronic from this share of enrolled days on, whole percent.
    minimum_days : int
        Students enrolled fewer days are out of numerator and denominator.
    grades : tuple of int, optional
        First and last grade counted (kindergarten = 0); None for every grade.
    must_attend : bool
        Students who never attended are left out.
    """

    name: str
    percent: int = 10
    minimum_days: int = 10
    grades: tuple[int, int] | None = None
    must_attend: bool = False


FEDERAL = Definition("EDFacts FS195")
CALIFORNIA = Definition("California DataQuest", minimum_days=31)
CALIFORNIA_DASHBOARD = Definition(
    "California School Dashboard", minimum_days=31, grades=(0, 8), must_attend=True
)


def is_eligible(
    days_absent: ArrayLike,
    days_enrolled: ArrayLike,
    *,
    definition: Definition = FEDERAL,
    grade: ArrayLike | None = None,
) -> Any:
    """Say whether a student is in the denominator.

    Parameters
    ----------
    days_absent, days_enrolled : float, array or Series
        Whole or half days.
    definition : Definition
        Minimum days, grades and attendance rule.
    grade : int, array or Series, optional
        Grade of each student (kindergarten = 0); needed when the definition names grades.

    Raises
    ------
    ValueError
        Impossible days, or a definition by grade without grades.

    References
    ----------
    US Department of Education, EDFacts file specification FS195 (10 days). California Department of
    Education, chronic absenteeism data (31 days).

    Examples
    --------
    >>> is_eligible(3, 9), is_eligible(1, 10)
    (False, True)
    """
    absent, enrolled = _half_days(days_absent, days_enrolled)
    eligible = enrolled >= 2 * definition.minimum_days
    if definition.must_attend:
        eligible &= absent < enrolled
    if definition.grades is not None:
        if grade is None:
            raise ValueError(f"{definition.name} counts some grades only; give grade=")
        eligible &= np.isin(
            floats(grade), np.arange(definition.grades[0], definition.grades[1] + 1)
        )
    return _flags(days_absent, eligible)


def is_chronic(
    days_absent: ArrayLike, days_enrolled: ArrayLike, *, definition: Definition = FEDERAL
) -> Any:
    """Say whether a student is chronically absent; whether eligible is a separate question.

    References
    ----------
    US Department of Education, EDFacts file specification FS195.

    Examples
    --------
    >>> is_chronic(18, 180), is_chronic(17.5, 180)
    (True, False)
    """
    absent, enrolled = _half_days(days_absent, days_enrolled)
    return _flags(days_absent, 100 * absent >= definition.percent * enrolled)


def tier(days_absent: ArrayLike, days_enrolled: ArrayLike, *, minimum_days: int = 10) -> Any:
    """Name a student's tier by share of days missed; "excluded" under the minimum of days.

    References
    ----------
    New Mexico Statutes 22-12A-2 (tiers).

    Examples
    --------
    >>> tier(36, 180), tier(8, 180), tier(3, 9)
    ('severe chronic', 'satisfactory', 'excluded')
    """
    absent, enrolled = _half_days(days_absent, days_enrolled)
    passed = sum((100 * absent >= cut * enrolled).astype(np.int64) for cut in TIER_PERCENT)
    names = np.array(TIERS, dtype=object)[passed]
    return _words(days_absent, np.where(enrolled < 2 * minimum_days, "excluded", names))


def band(rate: ArrayLike) -> Any:
    """Name a school's band by its unrounded share of chronically absent students.

    Named by its bounds; the low one is closed. "" where the fraction is not known.

    References
    ----------
    Attendance Works and Everyone Graduates Center (2017) Portraits of Change.

    Examples
    --------
    >>> band(0.1999), band(0.20)
    ('10 % to under 20 %', '20 % to under 30 %')
    """
    fraction = floats(rate)
    refuse((fraction < 0) | (fraction > 1), rate, lambda i: f"rate {fraction[i]:g} is no fraction")
    known = ~np.isnan(fraction)
    place = np.searchsorted(BAND_FRACTION, np.where(known, fraction, 0.0), side="right")
    return _words(rate, np.where(known, np.array(BANDS, dtype=object)[place], ""))


def _half_days(absent: ArrayLike, enrolled: ArrayLike) -> tuple[Integers, Integers]:
    """Turn days into whole half days, refusing what no register can hold."""
    a, e = (2 * np.asarray(v) for v in np.broadcast_arrays(floats(absent), floats(enrolled)))
    odd = (a != np.round(a)) | (e != np.round(e)) | np.isnan(a) | np.isnan(e)
    refuse(odd, absent, lambda _: "days must be whole or half numbers and known")
    refuse((a < 0) | (e < 0), absent, lambda _: "a negative number of days")
    refuse(a > e, absent, lambda i: f"{a[i] / 2:g} days absent out of {e[i] / 2:g} enrolled")
    return a.astype(np.int64), e.astype(np.int64)


def _flags(like: Any, flags: NDArray[np.bool_]) -> Any:
    """Give flags in the caller's shape."""
    if isinstance(like, pd.Series) or np.ndim(like):
        return in_shape(like, flags)  # type: ignore[arg-type]
    return bool(flags[0])


def _words(like: Any, words: NDArray[np.object_]) -> Any:
    """Give words in the caller's shape."""
    if isinstance(like, pd.Series):
        return pd.Series(words.astype(str), index=like.index, dtype="str")
    return words.astype(str) if np.ndim(like) else str(words[0])
