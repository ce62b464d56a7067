"""Schools beside what is predicted for them, and which of them serve a hot group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

SERVES = 0.10
"""Least part of a school's students in the group's tracts for it to count as one of its schools."""


@dataclass(frozen=True, eq=False)
class Strengths:
    """Schools beside what is predicted for them, see `analytics.drivers.outliers.doing_better`.

    Attributes
    ----------
    schools : DataFrame
        Index `school_id`, schools that may be shown: the result with the school's own columns;
        `rate_low, rate_high` is the interval of the rate, `low, high` the funnel, `here` the part
        of the school's students in the group's tracts under the chosen join.
    by : str
        What the prediction is made from: "drivers" of the tracts a school serves, or its "level".
    drivers : int
        Drivers behind the prediction.
    """

    schools: pd.DataFrame
    by: Literal["drivers", "level"]
    drivers: int

    def compared(self) -> pd.DataFrame:
        """Schools with a prediction; without one there is no funnel to lie in."""
        return self.schools[self.schools["state"].eq("compared")]

    def of_group(self) -> pd.DataFrame:
        """Schools with a prediction that serve the group's tracts."""
        table = self.compared()
        return table[table["here"] >= SERVES]

    def shown(self) -> pd.DataFrame:
        """Schools that pass the false-discovery rate or lie below the funnel.

        Those that serve the group come first; among them, and among the rest, those that pass.
        """
        table = self.compared()
        passed = table["class"].str.startswith("doing better")
        below = table[passed | table["outside"].eq("below")]
        order = np.lexsort((below["z"], ~passed[below.index], below["here"] < SERVES))
        return below.iloc[order]
