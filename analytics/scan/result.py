"""A cluster as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["high", "low"]


@dataclass(frozen=True)
class Cluster:
    """A circle whose rate differs from the rest of the study area.

    Attributes
    ----------
    ids
        Locations inside, by distance from the centre: labels of the index of the cases, or
        positions from 0.
    cases, expected
        Cases inside, and those at the rate of the whole study area (with adjustment, where asked).
    relative_risk
        `(c / E) / ((C - c) / (C - E))`: risk inside over risk outside; infinite when no case is
        outside.
    llr
        Log likelihood ratio.
    p
        Chance under the null of a circle anywhere with at least this ratio. NaN without draws.
    population
        Population inside.
    centre
        Location at the centre, or position from 0 among the centres that were given.
    radius
        Distance to the farthest location inside: km on the globe, else units of the coordinates.
    draws
        Draws behind `p`.
    direction
        "high" or "low" rate inside.
    """

    ids: tuple[Any, ...]
    cases: float
    expected: float
    relative_risk: float
    llr: float
    p: float
    population: float
    centre: Any
    radius: float
    draws: int
    direction: Side


def relative_risk(cases: float, expected: float, total: float) -> float:
    """Divide the risk inside by the risk outside.

    Parameters
    ----------
    cases, expected
        Inside the circle.
    total
        Cases of the study area, to which the expected cases sum.

    Returns
    -------
    float
        Infinite when every case is inside.

    References
    ----------
    Kulldorff M (2022) SaTScan User Guide 10.1, "Relative risk".

    Examples
    --------
    >>> round(relative_risk(100, 58.28, 552), 2)
    1.87
    """
    outside = (total - cases) / (total - expected)
    return cases / expected / outside if outside > 0 else float("inf")
