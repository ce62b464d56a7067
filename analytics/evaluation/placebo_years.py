"""What would have been found had the programme begun in an earlier year, when there was none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.evaluation.group_time import group_time
from analytics.evaluation.histories import Histories

COLUMNS = ("effect", "se", "low", "high", "p")


def placebo_years(given: Histories) -> pd.DataFrame:
    """Give the programme's units a made-up start in each year before the first real one.

    Only years before the first start are looked at, so that what is found is no effect of it.

    Parameters
    ----------
    given : Histories

    Returns
    -------
    DataFrame
        Index year, columns effect, se, low, high, p; without rows where there are fewer than two
        years before.

    References
    ----------
    Imbens GW, Wooldridge JM (2009) J Economic Literature 47:5-86, section 6.5.4.
    """
    before = given.before(given.cohorts[0]) if given.cohorts else ()
    rows = {}
    for year in before[1:]:
        start = np.where(given.never, np.nan, float(year))
        found = group_time(replace(given.until(before[-1]), start=start, end=np.empty(0)))
        rows[year] = tuple(getattr(found, name) for name in COLUMNS)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS), dtype=float)
    return table.rename_axis("year")
