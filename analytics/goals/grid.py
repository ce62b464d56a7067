"""Status and change side by side: how high a rate is, and how it moved since the year before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.inputs import floats, same_index


@dataclass(frozen=True)
class CutPoints:
    """Where classes of status and of change end.

    Attributes
    ----------
    status : tuple of float
        Upper ends of all classes of the rate but the last; a rate at an end is below it.
    status_names : tuple of str
        One more than the ends.
    change : tuple of float
        Lower ends of all classes of the change but the first, symmetric around 0.
    change_names : tuple of str
        One more than the ends, from the largest fall.
    source : str
        Who set them.
    """

    status: tuple[float, ...]
    status_names: tuple[str, ...]
    change: tuple[float, ...]
    change_names: tuple[str, ...]
    source: str


CALIFORNIA_GRID = CutPoints(
    (0.025, 0.05, 0.10, 0.20),
    ("very low", "low", "medium", "high", "very high"),
    (-0.03, -0.005, 0.005, 0.03),
    ("declined much", "declined", "maintained", "increased", "increased much"),
    "California School Dashboard, chronic absenteeism, kindergarten to grade 8",
)
"""Status: up to 2.5, 5, 10, 20 % and above. Change: 3 points or more, half a point or more."""


def status_and_change(
    rate: pd.Series,
    change: pd.DataFrame,
    *,
    cuts: CutPoints = CALIFORNIA_GRID,
) -> pd.DataFrame:
    """Put places into the grid of status and change, and say which cells are sure.

    Parameters
    ----------
    rate : Series
        Rate of this year, a fraction.
    change : DataFrame
        On the same index: `change` since the year before (fraction; negative = fewer), and its
        interval `change_low, change_high`.
    cuts : CutPoints
        The classes.

    Returns
    -------
    DataFrame
        On the index of `rate`: `status`, `change_class`, "" where not known; `sure`, whether the
        whole interval of the change lies in its class.

    Raises
    ------
    ValueError
        Indexes that differ.

    References
    ----------
    California Department of Education, Dashboard Technical Guide, five-by-five chronic absenteeism
    placement report.

    Examples
    --------
    >>> change = pd.DataFrame({"change": [-0.031], "change_low": -0.05, "change_high": -0.01})
    >>> status_and_change(pd.Series([0.20]), change).values.tolist()
    [['high', 'declined much', False]]
    """
    same_index(rate, change["change"], "rates and changes")
    status = np.searchsorted(cuts.status, _rounded(rate), side="left")
    moved, low, high = (
        _class(change[name], cuts) for name in ("change", "change_low", "change_high")
    )
    known, has_change = rate.notna().to_numpy(), change["change"].notna().to_numpy()
    bounded = change[["change_low", "change_high"]].notna().all(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "status": np.where(known, np.array(cuts.status_names)[status * known], ""),
            "change_class": np.where(has_change, np.array(cuts.change_names)[moved], ""),
            "sure": bounded & has_change & (low == high),
        },
        index=rate.index,
    )


def _class(change: pd.Series, cuts: CutPoints) -> np.ndarray:
    """Class of each change, from the largest fall; a change at an end is in the outer class."""
    values = np.nan_to_num(_rounded(change))
    falls, rises = (np.array([end for end in cuts.change if end * side > 0]) for side in (-1, 1))
    fallen = np.searchsorted(falls, values, side="left")
    return np.asarray(fallen + np.searchsorted(rises, values, side="right"))


def _rounded(values: pd.Series) -> np.ndarray:
    """Free fractions of the noise of floating point, so that 20 % is 20 %."""
    return floats(values).round(9)
