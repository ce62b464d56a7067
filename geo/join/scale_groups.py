"""Scales for groups of schools that draw alike: by level, and apart for those that draw across."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.inputs import labels
from geo.join.gravity import DEFAULT_K, DEFAULT_SCALE_KM
from geo.join.scale import ScaleEstimate, estimate_scale
from geo.join.zone_schools import draws_across

# A flow that strays by more than its own size is not known at all.
MOST_CV = 1.0
_WIDTH = 3.92  # a 95 % interval in standard errors


def draw_groups(schools: pd.DataFrame) -> pd.Series:
    """Name the group of each school: its level, apart for types that no zone binds.

    Parameters
    ----------
    schools : DataFrame
        `level` and `school_type` where known.

    Returns
    -------
    Series of str on the index of the schools
        "high", or "high, across" for charter, magnet, special education and the like.

    Examples
    --------
    >>> draw_groups(pd.DataFrame({"level": ["k8"], "school_type": ["Charter"]})).tolist()
    ['k8, across']
    """
    known = "level" in schools.columns
    level = schools["level"] if known else pd.Series(None, index=schools.index, dtype="object")
    named = level.astype("object").fillna("unknown").astype("str")
    across = np.where(draws_across(schools).to_numpy(), ", across", "")
    return (named + across).rename("draw")


def estimate_scales(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    by: str = "level",
    decays: Sequence[str] = ("exponential",),
    **settings: Any,
) -> dict[str, ScaleEstimate]:
    """Estimate a scale for each group of schools that has known flows.

    Parameters
    ----------
    schools : GeoDataFrame
        With the column `by`.
    tracts, flows, **settings
        As for `estimate_scale`; flows with `school_id`, or with the column `by` and one that the
        schools are counted by.
    by : str
        "level", or a column made by `draw_groups`.
    decays : sequence of str
        Forms of decay to choose from: each group takes the likeliest, at the number of candidates
        that the first needs.

    Returns
    -------
    dict from group to ScaleEstimate
        Groups without flows are not in it.

    Raises
    ------
    ValueError
        As for `estimate_scale`.
    """
    if by not in schools.columns or not {"school_id", by} & set(flows.columns):
        raise ValueError(f"Scales by {by} need {by!r} of schools and 'school_id' or it of flows.")
    ids = pd.Series(labels(schools, "school_id"), index=schools.index)
    found = {}
    for name, member in schools.groupby(schools[by].astype("str")):
        if "school_id" in flows.columns:
            part = flows[flows["school_id"].isin(ids.loc[member.index])]
        else:
            part = flows[flows[by].astype("str") == name]
        part = part.drop(columns=by, errors="ignore")
        if len(part):
            found[str(name)] = _likeliest(member.drop(columns=by), tracts, part, decays, settings)
    return found


def _likeliest(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    decays: Sequence[str],
    settings: dict[str, Any],
) -> ScaleEstimate:
    first = estimate_scale(schools, tracts, flows, **{**settings, "decay": decays[0]})
    same = {**settings, "k": first.k}
    others = [estimate_scale(schools, tracts, flows, **same, decay=name) for name in decays[1:]]
    return max([first, *others], key=lambda fit: fit.log_likelihood)


def gravity_settings(
    schools: pd.DataFrame, found: Mapping[str, ScaleEstimate], *, by: str = "level"
) -> dict[str, Any]:
    """Turn estimates by group into settings of the gravity join.

    Parameters
    ----------
    schools : DataFrame
        `school_id` (index or column), and the column `by`.
    found : mapping from group to ScaleEstimate
        From `estimate_scales`.
    by : str
        As there.

    Returns
    -------
    dict
        `scale_km` and `decay`, Series by school_id, and `k`, the most that any group needs.
        Schools of a group without an estimate draw exponentially at the default scale.
    """
    scale = _by_school(schools, {name: one.scale_km for name, one in found.items()}, by)
    decay = _by_school(schools, {name: one.decay for name, one in found.items()}, by)
    return {
        "scale_km": scale.astype("float64").fillna(DEFAULT_SCALE_KM),
        "decay": decay.fillna("exponential"),
        "k": max([DEFAULT_K, *(one.k for one in found.values())]),
    }


def doubts(
    schools: pd.DataFrame, found: Mapping[str, ScaleEstimate], *, by: str = "level"
) -> pd.DataFrame:
    """Tell by school what the estimates leave open, for `analytics.join.uncertainty`.

    Parameters
    ----------
    schools, found, by
        As for `gravity_settings`.

    Returns
    -------
    DataFrame
        Index school_id: `flow_cv`, at most 1; `spread`, the standard error of the log scale. NaN
        in a group without an estimate.

    Examples
    --------
    >>> schools = pd.DataFrame({"level": ["high"]}, index=["s"])
    >>> one = ScaleEstimate(2.0, 1.0, 4.0, "power", 9, -1.0, 0.0, 1.0, 1, False, flow_cv=1.4)
    >>> doubts(schools, {"high": one}).round(2).to_dict("records")
    [{'flow_cv': 1.0, 'spread': 0.35}]
    """
    cv = {name: min(one.flow_cv, MOST_CV) for name, one in found.items()}
    spread = {name: float(np.log(one.high / one.low)) / _WIDTH for name, one in found.items()}
    columns = {"flow_cv": cv, "spread": spread}
    return pd.DataFrame(
        {what: _by_school(schools, own, by).astype("float64") for what, own in columns.items()}
    )


def _by_school(schools: pd.DataFrame, values: Mapping[str, Any], by: str) -> pd.Series:
    group = pd.Series(schools[by].astype("str").to_numpy(), index=labels(schools, "school_id"))
    return group.map(dict(values))
