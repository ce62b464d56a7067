"""Scales of the gravity join by kind of school: estimated from flows, or guessed without."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.inputs import labels
from geo.join.candidates import nearest_tracts, read_places
from geo.join.gravity import DEFAULT_K, DEFAULT_SCALE_KM
from geo.join.scale import ScaleEstimate, estimate_scale
from geo.join.zones import draws_across

# Years of schooling of each level, of the 13 between ages 5 and 17.
YEARS = {
    "early": 2,
    "elementary": 6,
    "k8": 9,
    "middle": 3,
    "secondary": 7,
    "high": 4,
    "k12": 13,
    "ungraded": 13,
    "unknown": 13,
}
# How much wider than a compact zone a level draws. New York City's zones, estimated with
# `geo.join.scale`, give 0.16 to 0.20 km where compact zones average 0.13 (elementary), and 0.36 km
# where they average 0.15 (middle). Some families choose another school than the zone's at every
# level, and most high schools draw by choice: those steps are judgement, for want of public counts.
WIDENING = {
    "early": 1.5,
    "elementary": 1.5,
    "k8": 1.5,
    "middle": 2.5,
    "secondary": 3.0,
    "high": 4.0,
    "k12": 3.0,
    "ungraded": 4.0,
    "unknown": 3.0,
}
_AROUND = 10
_LEAST_KM, _MOST_KM = 0.1, 30.0
_EQUAL_AREA = 6933
# A flow that strays by more than its own size is not known at all.
MOST_CV = 1.0
_WIDTH = 3.92  # a 95 % interval in standard errors


def default_scale(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    *,
    private_share: float | pd.Series = 0.0,
) -> pd.Series:
    """Guess each school's scale from its level, its type and the density of children around it.

    A compact zone that holds N students where r children of the level's ages live on a square
    kilometre is a disc of radius R = sqrt(N / (pi r)), its mean trip 2 R / 3. An exponential draw
    over an evenly settled plane has a mean trip of twice its scale, so the scale is R / 3; levels
    that draw by choice take a multiple, `WIDENING`; types that no zone binds (charter, magnet, ...)
    take at least that of high schools. N is the level's median enrolment, r comes
    from the ten tracts with children around the school. An estimate from known flows
    (`geo.join.scale.estimate_scale`) is always better.

    Parameters
    ----------
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled`, points; `level` (else all are "unknown") and
        `school_type` where known.
    tracts : GeoDataFrame
        `geoid` (index or column), `children`, polygons.
    private_share : float or Series by geoid
        Part of the resident children who attend none of the schools.

    Returns
    -------
    Series of float by school_id
        Kilometres, between 0.1 and 30, for `scale_km` of `geo.join.gravity.fit_gravity`; schools
        without a point are left out.

    Raises
    ------
    ValueError
        As for `fit_gravity`; or an unknown level.

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [1300.0]}, index=["a"], crs=32618, geometry=[box(0, 0, 1000, 1000)])
    >>> schools = gpd.GeoDataFrame(
    ...     {"enrolled": [500], "level": ["elementary"]}, index=["s"], crs=32618,
    ...     geometry=gpd.points_from_xy([500], [500]))
    >>> default_scale(schools, tracts).round(2).to_dict()
    {'s': 0.26}
    """
    sites, origins = read_places(schools, tracts, private_share=private_share)
    level = _levels(sites.level, len(sites.ids))
    near = nearest_tracts(sites, origins, _AROUND)
    area = pd.Series(tracts.geometry.to_crs(_EQUAL_AREA).area.to_numpy(), labels(tracts, "geoid"))
    km2 = area.reindex(origins.ids).to_numpy() / 1e6
    shape = len(sites.ids)
    children = np.bincount(near.row, origins.children[near.column], minlength=shape)
    density = children / np.bincount(near.row, km2[near.column], minlength=shape)
    students = pd.Series(sites.enrolled).where(sites.enrolled > 0)
    typical = students.groupby(level.to_numpy()).transform("median").fillna(students.median())
    rate = density * level.map(YEARS).to_numpy(dtype=np.float64) / 13
    radius = np.sqrt(typical.to_numpy(dtype=np.float64) / (np.pi * rate))
    widening = level.map(WIDENING).to_numpy(dtype=np.float64)
    across = draws_across(schools).reindex(sites.ids).to_numpy(dtype=bool)
    widening = np.where(across, np.maximum(widening, WIDENING["high"]), widening)
    scale = radius / 3 * widening
    named = pd.Series(np.clip(scale, _LEAST_KM, _MOST_KM), index=sites.ids, name="scale_km")
    return named.fillna(DEFAULT_SCALE_KM)


def _levels(level: pd.Series | None, n: int) -> pd.Series:
    if level is None:
        return pd.Series(["unknown"] * n, dtype="str")
    names = level.astype("str").reset_index(drop=True)
    strange = sorted(set(names) - set(YEARS))
    if strange:
        raise ValueError(f"schools: no default scale for the levels {', '.join(strange)}.")
    return names


def draw_groups(schools: pd.DataFrame) -> pd.Series:
    """Name the group of each school: its level, apart for types that no zone binds."""
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
