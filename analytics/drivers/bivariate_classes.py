"""Absence and a driver in nine classes: the bivariate map and its 3 x 3 table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.inputs import Floats, floats, same_index

THIRDS = ("low", "middle", "high")


@dataclass(frozen=True, eq=False)
class BivariateClasses:
    """Classes of two maps.

    Attributes
    ----------
    areas
        Index of areas; `absence_class, driver_class` ("low", "middle", "high" or "no value") and
        `pair`, such as "high-low" (absence, then driver).
    table
        Number of areas, absence by rows, driver by columns, 3 x 3.
    absence_breaks, driver_breaks
        The two inner bounds of each; a value equal to a bound lies above it.
    """

    areas: pd.DataFrame
    table: pd.DataFrame
    absence_breaks: tuple[float, float]
    driver_breaks: tuple[float, float]


def bivariate_classes(
    absence: pd.Series,
    driver: pd.Series,
    *,
    absence_breaks: tuple[float, float] | None = None,
    driver_breaks: tuple[float, float] | None = None,
) -> BivariateClasses:
    """Put each area in one of nine classes by absence and by a driver.

    Parameters
    ----------
    absence, driver
        Figures of the areas, Series on one index.
    absence_breaks, driver_breaks
        The two inner bounds, rising; by default the thirds of the known values.

    Returns
    -------
    BivariateClasses
        Class of each area and the 3 x 3 table.

    Raises
    ------
    ValueError
        Indexes that differ, infinite values, or bounds that do not rise.

    Examples
    --------
    >>> absence, driver = pd.Series([0.1, 0.2, 0.3]), pd.Series([5.0, 9.0, 1.0])
    >>> bivariate_classes(absence, driver).areas.pair.tolist()
    ['low-middle', 'middle-high', 'high-low']
    """
    same_index(absence, driver, "absence and driver")
    first, one = _thirds(floats(absence), absence_breaks, "absence")
    second, two = _thirds(floats(driver), driver_breaks, "driver")
    both = (first != "no value") & (second != "no value")
    pair = np.where(both, first + "-" + second, "no value")
    areas = pd.DataFrame(
        {"absence_class": first, "driver_class": second, "pair": pair}, index=absence.index
    )
    inside = areas[both]
    table = pd.crosstab(inside["absence_class"], inside["driver_class"])
    table = table.reindex(index=list(THIRDS), columns=list(THIRDS), fill_value=0)
    return BivariateClasses(areas, table.rename_axis(index="absence", columns="driver"), one, two)


def _thirds(
    values: Floats, breaks: tuple[float, float] | None, what: str
) -> tuple[Any, tuple[float, float]]:
    """Give the class of each value and the bounds used."""
    if np.isinf(values).any():
        raise ValueError(f"{int(np.isinf(values).sum())} values of {what} are infinite")
    known = ~np.isnan(values)
    if breaks is None:
        low, high = np.quantile(values[known], [1 / 3, 2 / 3]) if known.any() else (np.nan, np.nan)
    else:
        low, high = breaks
        if not low < high:
            raise ValueError(f"the bounds of {what} must rise, not {low:g}, {high:g}")
    place = np.searchsorted([low, high], np.where(known, values, low), side="right")
    names = np.array(THIRDS, dtype=object)[place]
    # All-equal values have no thirds: every one is in the middle.
    if known.any() and np.ptp(values[known]) == 0:
        names[:] = "middle"
    return np.where(known, names, "no value"), (float(low), float(high))
