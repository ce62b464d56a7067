"""The result of a hot-spot test as a table of all areas: numbers, class, and why there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.map_analysis import Analysis, Drawn
from analytics.hotspots.map_statistics import LocalMoranMaps
from analytics.hotspots.tract_map import SchoolCounts, TractMap
from analytics.inputs import Bools, Floats, floats
from analytics.local.getis_ord import benjamini_hochberg

CLASSES = (
    "hot 99",
    "hot 95",
    "hot 90",
    "not significant",
    "cold 90",
    "cold 95",
    "cold 99",
    "not shown",
)
"""Classes of `hot_class`, in legend order."""

QUADRANTS = ("HH", "LL", "HL", "LH")
"""An area, then its neighbours, above (H) or below (L) the mean, as in `analytics.local`."""

_FLAT = 1e-9  # relative spread under which observed values are equal


def classify(z: ArrayLike | pd.Series, q: ArrayLike | pd.Series) -> Any:
    """Put areas into hot and cold classes.

    Parameters
    ----------
    z
        Statistic minus its mean over the draws: its sign tells hot from cold.
    q
        Adjusted p-values; NaN is "not shown".

    Returns
    -------
    pandas.Series or numpy.ndarray
        One of `CLASSES` each.

    Examples
    --------
    >>> classify(np.array([3.0, -2.0, 1.0, np.nan]), np.array([0.004, 0.08, 0.3, np.nan])).tolist()
    ['hot 99', 'cold 90', 'not significant', 'not shown']
    """
    side, chance = floats(z), floats(q)
    hot, cold = side > 0, side < 0
    limits = [chance <= 0.01, chance <= 0.05, chance <= 0.10]
    rules = [np.isnan(chance), *(hot & c for c in limits), *(cold & c for c in limits)]
    words = ["not shown", *CLASSES[:3], *reversed(CLASSES[4:7])]
    found = np.select(rules, words, default="not significant")
    return pd.Series(found, index=q.index, dtype="str") if isinstance(q, pd.Series) else found


def result_table(
    schools: SchoolCounts, tracts: TractMap, item: Analysis, shown: Drawn
) -> pd.DataFrame:
    """Put what the draws have shown of one map into a table of all areas.

    Parameters
    ----------
    schools
        Schools that take part.
    tracts
        The map.
    item
        Its analysis.
    shown
        p-values, draws and mean of its tested tracts.

    Returns
    -------
    pandas.DataFrame
        As for `analytics.hotspots.test.hot_spots`.
    """
    allocated = tracts.allocation @ schools.events[:, None]
    value = tracts.measured(allocated)[:, 0]
    columns = {
        "value": value,
        "z": (item.observed - item.centre) / item.unit,
        "null_mean": (shown.mean - item.centre) / item.unit,
        "p_sim": shown.p,
        "q": benjamini_hochberg(shown.p, ~np.isnan(shown.p)),
    }
    table = pd.DataFrame({k: on_all(tracts.tested, v) for k, v in columns.items()}, tracts.ids)
    table.insert(1, "rate", tracts.rate)
    if isinstance(item.statistic, LocalMoranMaps):
        quadrant = moran_quadrants(item.statistic, item.lens.maps(allocated))
        table["quadrant"] = _words(tracts.tested, np.where(item.tested, quadrant, -1))
    table["hot_class"] = classify(sides(table), table["q"])
    table["state"] = area_states(tracts, value, item, np.isnan(shown.p))
    done = np.where(np.isnan(shown.p), np.nan, shown.draws)
    table["draws"] = pd.array(on_all(tracts.tested, done), dtype="Int64")
    return table.assign(schools=tracts.schools, left_out=tracts.left_out)


def sides(table: pd.DataFrame) -> Floats:
    """Tell hot from cold, whether sure or not.

    Parameters
    ----------
    table
        From `result_table`: `z`, `null_mean` and, of local Moran, `quadrant`.

    Returns
    -------
    numpy.ndarray
        Above 0 hot, below 0 cold, 0 neither, NaN not tested. Of local Moran only areas more alike
        their neighbours than the draws are hot (HH) or cold (LL).
    """
    side = floats(table["z"] - table["null_mean"])
    if "quadrant" not in table:
        return side
    sign = np.select([table["quadrant"] == "HH", table["quadrant"] == "LL"], [1.0, -1.0])
    return np.where(np.isnan(side), np.nan, np.where(side > 0, sign, 0.0))


def moran_quadrants(statistic: LocalMoranMaps, maps: Floats) -> Any:
    """Find the quadrant of each area.

    Parameters
    ----------
    statistic
        Row-standardised links of m areas.
    maps
        One standardised map, shape (m, 1).

    Returns
    -------
    numpy.ndarray
        Places in `QUADRANTS`, shape (m,); of no meaning where the area has no neighbours.

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115, section on the Moran scatterplot.
    """
    high, near = maps[:, 0] > 0, (statistic.links @ maps)[:, 0] > 0
    return np.select([high & near, ~high & ~near, high], [0, 1, 2], default=3)


def on_all(tested: Bools, values: Floats) -> Floats:
    """Spread values of tested areas over all areas; NaN elsewhere."""
    out: Floats = np.full(tested.shape, np.nan)
    out[tested] = values
    return out


def area_states(tracts: TractMap, value: Floats, item: Analysis, nothing: Bools) -> list[str]:
    """Say of each area why it has a number or none.

    Parameters
    ----------
    tracts
        The map.
    value
        Measure of the tested areas, shape (t,).
    item
        Its analysis.
    nothing
        Tested areas without a p-value, shape (t,).

    Returns
    -------
    list of str
        "tested", "no students", "nothing expected", "too few areas" (one), "constant values",
        "island" (no neighbour, where the statistic needs one) or "covers all areas".
    """
    flat = nothing.all() and value.size > 1 and np.ptp(value) <= _FLAT * np.abs(value).max()
    words = ["too few areas", "constant values"]
    word = str(np.select([value.size == 1, flat], words, default="covers all areas"))
    no_number = on_all(tracts.tested, nothing.astype(np.float64)) > 0
    # An observed number without a p-value is an island whose neighbours cannot be shuffled.
    island = (item.statistic.alone | item.tested) & (word == "covers all areas")
    alone = no_number & (on_all(tracts.tested, island.astype(np.float64)) > 0)
    rules = [np.isnan(tracts.rate), ~tracts.tested, alone, no_number]
    words = ["no students", "nothing expected", "island", word]
    return [str(s) for s in np.select(rules, words, default="tested")]


def _words(tested: Bools, quadrant: Any) -> Any:
    """Spread quadrants over all areas as words, "none" where there is none (-1)."""
    words = np.full(tested.shape, "none", dtype=object)
    words[tested] = np.array([*QUADRANTS, "none"], dtype=object)[quadrant]
    return words.astype(str)
