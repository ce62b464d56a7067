"""Sums of the plan: how much there is, what it costs, and what of it is funded by whom."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Summary:
    """What a plan holds.

    Attributes
    ----------
    actions, places, under_way : int
    cost, funded : int
        Whole dollars, of the entries that say them.
    unpriced : int
        Entries without a cost.
    """

    actions: int
    places: int
    under_way: int
    cost: int
    funded: int
    unpriced: int


def summary(table: pd.DataFrame) -> Summary:
    """Sum up a table of `data.plan.store.entries`."""
    return Summary(
        len(table),
        len(table[["place_kind", "place_id", "place"]].drop_duplicates()),
        int(table["status"].eq("under_way").sum()),
        int(table["cost"].sum()),
        int(table["funded"].sum()),
        int(table["cost"].isna().sum()),
    )


def by(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum cost and funding by a column, such as `funder` or `status`.

    Returns
    -------
    DataFrame
        Index the column's words, in order of cost; `actions`, `cost`, `funded`, `open` (what is
        not funded yet of entries that have a cost) and `unpriced` (entries without a cost).
    """
    priced = table["cost"].notna()
    left = (table["cost"] - table["funded"].fillna(0)).where(priced, 0)
    parts = pd.DataFrame(
        {
            column: table[column],
            "actions": 1,
            "cost": table["cost"].fillna(0),
            "funded": table["funded"].fillna(0),
            "open": left,
            "unpriced": (~priced).astype("int64"),
        }
    )
    sums = parts.groupby(column).sum().astype("int64")
    return sums.sort_values(["cost", "actions"], ascending=False, kind="stable")
