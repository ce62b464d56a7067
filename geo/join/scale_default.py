"""A scale for the gravity join where no flow is known: by level and how densely children live."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.inputs import labels
from geo.join.candidates import nearest_tracts, read_places
from geo.join.gravity import DEFAULT_SCALE_KM
from geo.join.zone_schools import draws_across

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
