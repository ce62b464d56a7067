"""How a release is protected, and the rules that look at one count alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Floats

Release = Literal["published", "restricted"]
CODING_STEPS = ((60, 5), (300, 2))
FEWEST_SCHOOLS, MOST_OF_ONE = 3, 0.85
CODING_ABOVE = 1
"""P4: up to this many students, this percent from either end; above all steps, this percent."""


@dataclass(frozen=True)
class Policy:
    """How one release is protected.

    Attributes
    ----------
    name : str
        Shown in the data-quality page and in exports.
    release : {"published", "restricted"}
        "published": the agency has released the counts, only reliability applies. "restricted":
        counts shared under an agreement, P1, P2 and P4 apply before reliability.
    hide_enrolled_up_to : int
        P1: rows with at most this many students are hidden, enrolment included.
    hide_counts_up_to : int
        P2: counts from 0 to this, and counts that leave at most this many students, are hidden.
    code_percent : int
        P4: rates within this many percent of 0 or 100 are given as a range whatever the number of
        students; the steps 5, 2 and 1 percent by number of students apply besides.
    """

    name: str
    release: Release
    hide_enrolled_up_to: int = 10
    hide_counts_up_to: int = 9
    code_percent: int = 0

    def __post_init__(self) -> None:
        if self.release not in ("published", "restricted"):
            raise ValueError(f"policy {self.name}: release {self.release!r} is not known")
        if min(self.hide_enrolled_up_to, self.hide_counts_up_to, self.code_percent) < 0:
            raise ValueError(f"policy {self.name}: limits must not be negative")
        if self.code_percent > 20:
            raise ValueError(f"policy {self.name}: code_percent above 20 would hide ordinary rates")

    def tighten(self, other: Policy) -> Self:
        """Give the stricter of two policies, rule by rule; never looser than either.

        Examples
        --------
        >>> agency = Policy("agency", "restricted", hide_counts_up_to=19)
        >>> PRESETS["restricted"].tighten(agency).hide_counts_up_to
        19
        >>> PRESETS["restricted"].tighten(PRESETS["published"]).hide_counts_up_to
        9
        """
        if other == self:
            return self
        either = "restricted" in (self.release, other.release)
        return replace(
            self,
            name=f"{self.name} + {other.name}",
            release="restricted" if either else "published",
            hide_enrolled_up_to=max(self.hide_enrolled_up_to, other.hide_enrolled_up_to),
            hide_counts_up_to=max(self.hide_counts_up_to, other.hide_counts_up_to),
            code_percent=max(self.code_percent, other.code_percent),
        )


PRESETS = {
    "published": Policy("published", "published"),
    "restricted": Policy("restricted", "restricted"),
}
"""The defaults by release kind. What a state or an agency asks besides is in `data/policies`."""


def dominated(schools: Any, largest_share: Any) -> Any:
    """Mark aggregates behind which too few schools stand, or one stands almost alone (P5).

    Parameters
    ----------
    schools : array or Series
        Schools with a part.
    largest_share : array or Series
        Part of the students that comes from one school.

    References
    ----------
    Hundepool A et al. (2012) Statistical Disclosure Control, section 4.2 ((n, k)-dominance).

    Examples
    --------
    >>> dominated(np.array([2, 3, 3]), np.array([0.5, 0.9, 0.5])).tolist()
    [True, True, False]
    """
    return (schools < FEWEST_SCHOOLS) | (largest_share >= MOST_OF_ONE)


def privacy_code(
    absent: Floats, enrolled: Floats, policy: Policy
) -> tuple[NDArray[np.str_], tuple[Floats, Floats]]:
    """Give the privacy code of each row and the bounds that may be told; NaN = none."""
    small = float(policy.hide_counts_up_to)
    percent = np.full(enrolled.shape, float(CODING_ABOVE))
    for size, step in reversed(CODING_STEPS):
        percent = np.where(enrolled <= size, float(step), percent)
    edge = np.floor(np.maximum(percent, policy.code_percent) * enrolled / 100)
    low_end = absent <= np.maximum(small, edge)
    high_end = enrolled - absent <= np.maximum(small, edge)
    # Both the code and the bounds depend on the enrolment and the end only, not on the count.
    coded = edge > small
    few = ~(enrolled > policy.hide_enrolled_up_to) | np.isnan(absent)
    rules = [few, (low_end | high_end) & ~coded, low_end | high_end]
    code = np.select(rules, ["P1", "P2", "P4"], default="")
    lower = np.where(high_end, enrolled - edge, 0.0)
    upper = np.where(high_end, enrolled, edge)
    ranged = code == "P4"
    return code, (np.where(ranged, lower, np.nan), np.where(ranged, upper, np.nan))
