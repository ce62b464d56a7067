"""Students of a group of tracts beyond what its schools' levels elsewhere would give."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analytics.hotspots.consensus.excess import (
    excess_students,
    place_spread,
    shrunken_excess,
)
from geo.catchment import share_matrix
from geo.weights.patches import random_patches
from geo.weights.weights import Weights

PATCHES = 200
SEED = 20240901


def group_excess(
    ids: pd.Series, schools: pd.DataFrame, shares: pd.DataFrame, touching: Weights
) -> pd.DataFrame:
    """Give the excess of each group, and what is left of it when the picking is allowed for.

    Parameters
    ----------
    ids : Series of str
        Group of each tract, missing outside.
    schools, shares : DataFrame
        `school_view`, and the join behind the tracts.
    touching : Weights
        Neighbours of the tracts that a group may be made of.

    Returns
    -------
    DataFrame
        Index group: columns of `excess_students` and of `shrunken_excess`.
    """
    inside = pd.get_dummies(ids.dropna(), dtype=float)
    table = _excess(inside, schools, shares)
    sizes = ids.value_counts()
    spreads = {
        size: _spread(int(size), schools, shares, touching) for size in set(sizes[table.index])
    }
    spread = pd.Series([spreads[sizes[name]] for name in table.index], table.index, dtype=float)
    return table.join(shrunken_excess(table, spread))


def excess_by_year(
    members: pd.Index, years: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
) -> pd.DataFrame:
    """Follow the excess of the same tracts through school years.

    Parameters
    ----------
    members : Index
        Tracts of a group.
    years : mapping
        By school year: `school_view` and the shares of its join.

    Returns
    -------
    DataFrame
        Index school year: columns of `excess_students`; NaN where no school is known.
    """
    inside = pd.DataFrame({"group": 1.0}, index=members)
    rows = [_excess(inside, schools, shares) for schools, shares in years.values()]
    if not rows:
        return pd.DataFrame(
            columns=["expected", "excess", "excess_se", "excess_low", "excess_high"]
        )
    return pd.concat(rows).set_axis(list(years))


def _excess(inside: pd.DataFrame, schools: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Give the excess of groups from the tracts inside: 1 or 0, tracts by groups."""
    lain = shares[shares["geoid"].isin(inside.index)]
    parts = share_matrix(lain, schools.index, inside.index) @ inside.to_numpy()
    return excess_students(
        schools["chronic_absent"],
        schools["enrolled"],
        pd.DataFrame(parts.clip(max=1.0), schools.index, inside.columns),  # rounding
        schools["level"],
    )


def _spread(size: int, schools: pd.DataFrame, shares: pd.DataFrame, touching: Weights) -> float:
    """Measure how much patches of `size` tracts differ all over the place."""
    patches = random_patches(touching, size, PATCHES, seed=SEED)
    inside = pd.DataFrame(patches.T.astype(float), index=touching.ids)
    return place_spread(_excess(inside, schools, shares))
