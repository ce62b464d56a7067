"""How far students travel: the scale of the gravity join, and why it is the one used."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.join.candidates import Barrier
from geo.join.gravity import DEFAULT_SCALE_KM
from geo.join.scale import ScaleEstimate, estimate_scale

LEAST_SCHOOLS = 5
STATED = "stated in the place file"
DEFAULT = "the documented default"
ESTIMATED = "estimated from the district's own counts"


@dataclass(frozen=True)
class LevelScale:
    """A scale estimated from known flows of one level's schools.

    Attributes
    ----------
    low, high : float
        95 % interval, kilometres.
    schools : int
        Schools behind the estimate.
    students : float
        Students behind it.
    """

    level: str
    scale_km: float
    low: float
    high: float
    schools: int
    students: float


def estimates(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    k: int,
    barrier: Barrier | None,
) -> tuple[LevelScale, ...]:
    """Estimate a scale for each level whose flows can tell one.

    Parameters
    ----------
    schools : GeoDataFrame
        Located schools by school_id, with `enrolled` and `level`.
    tracts : GeoDataFrame
        By geoid, with `children`.
    flows : DataFrame
        `school_id, geoid, students`.
    k, barrier
        As for the join.

    Returns
    -------
    tuple of LevelScale
        Without levels of fewer than five schools, and without those whose flows set no limit on
        one side.
    """
    told = schools[schools.index.isin(flows["school_id"])]
    found = []
    for level, members in told.groupby("level", sort=True, observed=True):
        part = flows[flows["school_id"].isin(members.index)]
        if len(members) < LEAST_SCHOOLS or not part["students"].sum() > 0:
            continue
        fit = estimate_scale(members, tracts, part, k=k, barrier=barrier)
        if not fit.at_bound:
            found.append(_of_level(str(level), fit))
    return tuple(found)


def settled(
    stated: float | None, levels: Mapping[str, float], known: tuple[LevelScale, ...]
) -> dict[str, Any]:
    """Choose the scale of the join, with the reason, for the manifest.

    Parameters
    ----------
    stated : float or None
        What the place file says.
    levels : mapping of str to anything
        Levels of the schools to be joined.
    known : tuple of LevelScale
        Estimates from the district's own counts; they win.

    Returns
    -------
    dict
        `scale_km` (one number, or one for each level), `scale_basis` by level or for all, and
        `scale_estimates`.
    """
    base = DEFAULT_SCALE_KM if stated is None else stated
    basis = DEFAULT if stated is None else STATED
    if not known:
        return {"scale_km": base, "scale_basis": basis, "scale_estimates": []}
    own = {each.level: each.scale_km for each in known}
    return {
        "scale_km": {level: own.get(level, base) for level in sorted(levels)},
        "scale_basis": {level: ESTIMATED if level in own else basis for level in sorted(levels)},
        "scale_estimates": [asdict(each) for each in known],
    }


def _of_level(level: str, fit: ScaleEstimate) -> LevelScale:
    return LevelScale(level, fit.scale_km, fit.low, fit.high, fit.schools, fit.n)
