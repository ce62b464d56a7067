"""The three nulls of a hot-spot map, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import numpy as np

from analytics.hotspots.constant_risk import constant_risk
from analytics.hotspots.residuals import school_residuals
from analytics.hotspots.tract_map import SchoolCounts
from analytics.inputs import Floats

Null = Literal["schools", "areas", "constant_risk"]

NULLS: Mapping[Null, str] = {
    "schools": "what a school has beyond its size and level could be at any school of the level",
    "areas": "the value of an area could stand in any other area (for tables measured by area)",
    "constant_risk": "every student of a level is equally likely to be absent, at any school: "
    "a test of any difference between places",
}
"""What each null holds to be alike, the default first."""


class EventDraws(Protocol):
    """School counts as a null would have them."""

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give the sources of chance."""
        ...

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Give events, shape (s, size); the same whether drawn at once or in parts."""
        ...


def event_draws(null: Null, schools: SchoolCounts) -> EventDraws:
    """Prepare the draws of a null that works on schools.

    Parameters
    ----------
    null
        "schools" or "constant_risk".
    schools
        Schools that take part.

    Returns
    -------
    EventDraws
        Source of drawn counts.

    Raises
    ------
    ValueError
        An unknown null or one that does not draw schools, or as for
        `analytics.hotspots.constant_risk.constant_risk`.

    Examples
    --------
    >>> import pandas as pd
    >>> two = np.array([9.0, 1.0]), np.array([10.0, 10.0]), np.array([0, 0])
    >>> source = event_draws("schools", SchoolCounts(*two, pd.Index(["a", "b"])))
    >>> source.draw(source.generators(1), 3).sum(axis=0).tolist()
    [10.0, 10.0, 10.0]
    """
    given = schools.events, schools.totals, schools.codes
    if null == "schools":
        return school_residuals(*given)
    if null == "constant_risk":
        return constant_risk(*given, schools.ids)
    if null in NULLS:
        raise ValueError(f"null {null!r} does not draw schools; use schools or constant_risk here")
    raise ValueError(f"unknown null {null!r}; known: {', '.join(NULLS)}")
