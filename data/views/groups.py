"""Hot tracts that touch, gathered into groups with names and figures that add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from scipy.sparse import csr_array

from analytics.hotspots.consensus.agreement import Consensus
from analytics.hotspots.consensus.groups import (
    excess_students,
    group_summary,
    place_spread,
    shrunken_excess,
)
from analytics.rates.between_schools import difference
from analytics.rates.tract_rates import allocate
from data.contracts.vocabulary import CATCHMENTS, METHODS, NEIGHBOURS
from data.views.group_names import group_names
from geo.shares import share_matrix
from geo.weights.patches import random_patches
from geo.weights.weights import Weights

HALF = 0.5
BEYOND = ("beyond", "beyond_low", "beyond_high")
_PARTS = (("method", METHODS), ("weights", NEIGHBOURS), ("catchment", CATCHMENTS))
PATCHES = 200
SEED = 20240901


def agreement(row: Any) -> str:
    """Write how many analyses flag the tracts of a group: "9-18 of 18"."""
    span = f"{row.k_min}" if row.k_min == row.k_max else f"{row.k_min}–{row.k_max}"
    return f"{span} of {row.of_max}"


def grouped(
    tracts: pd.DataFrame,
    ids: pd.Series,
    schools: pd.DataFrame,
    shares: pd.DataFrame,
    touching: Weights,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum the hot tracts of each group.

    Parameters
    ----------
    tracts : DataFrame
        `tract_view` with `flagged` and `of`.
    ids : Series of str
        Smallest geoid of the group of each tract, missing outside groups.
    schools, shares : DataFrame
        `school_view`, and the join behind the tracts: the schools that a group's children attend.
    touching : Weights
        Queen neighbours of all tracts.

    Returns
    -------
    tracts : DataFrame
        With `cluster` (smallest geoid of the group, missing outside) and `group` (its rank).
    groups : DataFrame
        Index rank 1, 2, ...: cluster, name, tracts, enrolled, chronic_absent, rate, ratio, the
        columns of `data.views.groups.group_excess`, k_min, k_median, k_max, coverage, agree; low,
        high, ratio_low, ratio_high, and beyond, beyond_low, beyond_high, the rate less that of
        schools elsewhere: all by how much schools differ. Most students beyond expected first.
    """
    nearest = _nearest(ids, schools, shares)
    names = group_names(ids, tracts["neighbourhood"], tracts["enrolled"], nearest)
    near = touching.subset(tracts.index[tracts["shown"]])
    summary = group_summary(
        ids,
        tracts["chronic_absent"],
        tracts["enrolled"],
        group_excess(ids, schools, shares, near),
        names=names,
        agreement=tracts[["flagged", "of"]],
    )
    children = tracts["children"].groupby(ids).sum().reindex(summary.index)
    summary = summary.rename(columns={"areas": "tracts"})
    summary["coverage"] = summary["enrolled"] / children.where(children > 0)
    summary["agree"] = [agreement(row) for row in summary.itertuples()]
    summary = summary.join(_ranges(ids, schools, shares))
    part = summary["expected"].where(summary["expected"] > 0) / summary["enrolled"]
    summary["ratio_low"], summary["ratio_high"] = summary["low"] / part, summary["high"] / part
    summary.insert(0, "cluster", summary.index)
    rank = pd.Series(range(1, len(summary) + 1), index=summary.index, dtype="Int64")
    tracts = tracts.assign(cluster=ids, group=ids.map(rank).astype("Int64"))
    return tracts, summary.set_index(pd.Index(rank, name="rank"))


def _nearest(ids: pd.Series, schools: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """Name the school with most students from each group."""
    own = gathered(shares, ids)
    students = own["share"] * own["school_id"].map(schools["enrolled"]).astype(float).fillna(0.0)
    most = own.assign(students=students).sort_values("students", kind="stable")
    most = most.drop_duplicates("geoid", keep="last").set_index("geoid")["school_id"]
    return most.map(schools["name"])


def _ranges(ids: pd.Series, schools: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Range of each group's rate, and how far it lies beyond that of schools elsewhere."""
    x, n = schools["chronic_absent"], schools["enrolled"]
    own = gathered(shares, ids)
    if own.empty:
        return pd.DataFrame(columns=["low", "high", *BEYOND], dtype="float64")
    table = allocate(x, n, own, expected=schools["expected"])[["low", "high"]]
    lain = share_matrix(own, schools.index, table.index).tocsc()
    beyond = {}
    for place, group in enumerate(table.index):
        part = pd.Series(lain[:, [place]].toarray().ravel(), schools.index)
        found = difference(x, n, part, 1 - part)
        beyond[group] = (found.value, found.low, found.high)
    return table.join(pd.DataFrame.from_dict(beyond, orient="index", columns=list(BEYOND)))


def gathered(shares: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Add up the shares of tracts in each group.

    Parameters
    ----------
    shares : DataFrame
        Columns school_id, geoid, share.
    ids : Series of str
        Group of each tract, missing outside groups.

    Returns
    -------
    DataFrame
        The same columns, `geoid` being the group.
    """
    own = shares[["school_id", "geoid", "share"]].assign(geoid=shares["geoid"].map(ids))
    own = own.dropna().groupby(["school_id", "geoid"], as_index=False)["share"].sum()
    return own.assign(share=own["share"].clip(upper=1.0))  # rounding


def agreeing(consensus: Consensus, clusters: pd.Series) -> pd.Series:
    """Count the analyses that call at least half of a group's tracts hot.

    Parameters
    ----------
    clusters : Series of str
        Group of each tract, missing outside.

    Returns
    -------
    Series of str
        By group: "Gi*: 9 of 9, Local Moran: 8 of 9; Tracts that touch: 6 of 6, ...".
    """
    hot = consensus.hot.astype(float)
    agree = hot.groupby(clusters.reindex(hot.index)).mean() >= HALF
    return agree.apply(lambda row: _agreement_words(row, consensus.analyses), axis=1).astype("str")


def _agreement_words(agree: pd.Series, analyses: pd.DataFrame) -> str:
    """Tell of one group how many analyses of each kind agree."""
    parts = []
    for column, words in _PARTS:
        kinds = analyses[column]
        counts = [
            f"{words[kind]} {int(agree[kinds == kind].sum())} of {int((kinds == kind).sum())}"
            for kind in words
            if (kinds == kind).any()
        ]
        parts.append(", ".join(counts))
    return "; ".join(filter(None, parts))


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
    lain = _lain(touching.ids, schools, shares)
    spreads = {
        size: _spread(int(size), schools, lain, touching) for size in set(sizes[table.index])
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


def _lain(tracts: pd.Index, schools: pd.DataFrame, shares: pd.DataFrame) -> csr_array:
    """Lay the shares of some tracts out, schools by tracts."""
    return share_matrix(shares[shares["geoid"].isin(tracts)], schools.index, tracts)


def _excess(inside: pd.DataFrame, schools: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Give the excess of groups from the tracts inside: 1 or 0, tracts by groups."""
    return _beyond(_lain(inside.index, schools, shares), inside, schools)


def _beyond(lain: csr_array, inside: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Give the excess of groups of the tracts whose shares are laid out."""
    parts = lain @ inside.to_numpy()
    return excess_students(
        schools["chronic_absent"],
        schools["enrolled"],
        pd.DataFrame(parts.clip(max=1.0), schools.index, inside.columns),  # rounding
        schools["level"],
    )


def _spread(size: int, schools: pd.DataFrame, lain: csr_array, touching: Weights) -> float:
    """Measure how much patches of `size` tracts differ all over the place."""
    patches = random_patches(touching, size, PATCHES, seed=SEED)
    inside = pd.DataFrame(patches.T.astype(float), index=touching.ids)
    return place_spread(_beyond(lain, inside, schools))
