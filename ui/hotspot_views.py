"""Hot spots of a place: tested tracts, contiguous groups with names, and the two nulls."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.clusters import contiguous_groups
from analytics.hotspots import gi_star_schools
from analytics.rates import standardized_ratio, wilson
from analytics.tract_map import Measure
from geo.weights import Weights

DRAWS = 9_999
SEED = 20240901
NAMED = 2


@dataclass(frozen=True)
class HotSpots:
    """Result of the test on one view.

    Attributes
    ----------
    tracts : DataFrame
        Index `geoid`, every tract: `tract_view` plus q, hot_class, group (hot group number).
    groups : DataFrame
        One row a contiguous hot group, most students affected first.
    draws : int
        Rearrangements of schools made.
    tested : int
        Tracts tested.
    """

    tracts: pd.DataFrame
    groups: pd.DataFrame
    draws: int
    tested: int


def find_hot_spots(
    schools: pd.DataFrame,
    tracts: pd.DataFrame,
    shares: pd.DataFrame,
    weights: Weights,
    *,
    measure: Measure,
    alpha: float,
) -> HotSpots:
    """Gi* with the school-level null, and the hot tracts grouped where they touch.

    Parameters
    ----------
    schools, tracts, shares : DataFrame
        From `ui.views`.
    weights : Weights
        Queen neighbours of the tracts.
    measure : str
        "crude", "ratio" or "eb".
    alpha : float
        False-discovery rate at which a tract belongs to a group.
    """
    result = gi_star_schools(
        schools["chronic_absent"],
        schools["enrolled"],
        shares,
        weights,
        strata=schools["level"],
        draws=DRAWS,
        seed=SEED,
        measure=measure,
    )
    table = tracts.join(result[["q", "hot_class"]])
    table["hot_class"] = table["hot_class"].where(table["shown"], "not shown")
    hot = table["hot_class"].str.startswith("hot") & (table["q"] <= alpha)
    table["group"] = contiguous_groups(hot, weights)
    return HotSpots(table, group_table(table), DRAWS, int(result["q"].notna().sum()))


def group_table(tracts: pd.DataFrame) -> pd.DataFrame:
    """Sum the hot tracts of each group; rates are re-formed from the sums.

    Parameters
    ----------
    tracts : DataFrame
        With group, enrolled, chronic_absent, expected, children, name, neighbourhood.

    Returns
    -------
    DataFrame
        Index 1, 2, ... by students affected: name, tracts, enrolled, chronic_absent, rate, low,
        high, ratio, coverage, largest_share.
    """
    hot = tracts[tracts["group"].notna()]
    sums = hot.groupby("group").agg(
        tracts=("name", "size"),
        enrolled=("enrolled", "sum"),
        chronic_absent=("chronic_absent", "sum"),
        expected=("expected", "sum"),
        children=("children", "sum"),
    )
    low, high = wilson(sums["chronic_absent"], sums["enrolled"])
    ratio, ratio_low, ratio_high = standardized_ratio(sums["chronic_absent"], sums["expected"])
    names = pd.Series({key: group_name(rows) for key, rows in hot.groupby("group")}, dtype="str")
    table = sums.assign(
        name=names,
        rate=sums["chronic_absent"] / sums["enrolled"],
        low=low,
        high=high,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        coverage=sums["enrolled"] / sums["children"],
    )
    table = table.sort_values(["chronic_absent", "name"], ascending=[False, True]).reset_index()
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def group_name(tracts: pd.DataFrame) -> str:
    """Name a group after its neighbourhoods, those with most students counted first."""
    named = tracts["neighbourhood"].where(tracts["neighbourhood"] != "", tracts["name"])
    students = tracts["enrolled"].groupby(named).sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in students.index]
    if len(names) <= NAMED + 1:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
