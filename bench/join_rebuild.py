"""The joins that can be made once the homes are hidden, each from what would be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.join_uncertainty import scale_factors, tract_intervals
from bench.join_score import Interval
from bench.simulated_county import County
from geo.catchment import build_catchment
from geo.gravity import DEFAULT_K, DEFAULT_SCALE_KM
from geo.scale import estimate_scale
from geo.zone_table import BANDS, LEVEL_BANDS
from geo.zones import fit_zones

DECAYS = ("exponential", "power", "tanner")
MOST_OUTSIDE = 0.02
MOST_MOVED = 0.1  # of the log scale
MOST_CANDIDATES = 640
DRAWS = 8
NONE = "no map: one rate"
BUILDING = "building"
NEAREST = "nearest with room"
GRAVITY = "gravity, default scale"
GRAVITY_FITTED = "gravity, estimated scale"
ZONES = "zones + gravity, default scale"
ZONES_FITTED = "zones + gravity, estimated scale"
BY_GRADES = "gravity by grades (not in the app)"
LIMIT = "limit: every chance known"

Settings = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """One join and its interval.

    Parameters
    ----------
    share : DataFrame
        `school_id, geoid, share`.
    interval : tuple of Series or None
        Ends by tract over redraws of scale and method; None for a join that has no redraws.
    """

    share: pd.DataFrame
    interval: Interval | None


def estimated(county: County) -> Settings:
    """Estimate decay form, scale and reach of each level from residents by district.

    Parameters
    ----------
    county : County
        Only what is published is read: students by level, district and area of residence.

    Returns
    -------
    dict
        `scale_km, decay` by level and `k`, for the gravity join. Of the three forms each level
        takes the likeliest; candidates are doubled until less than 2 % of its students live
        outside them and the scale stands still.
    """
    known = county.residence()
    scale, decay, reach = {}, {}, DEFAULT_K
    for level, schools in county.schools.groupby("level"):
        flows = known[known["level"] == level].drop(columns="level")
        k = _reach(county, schools, flows)
        fits = [estimate_scale(schools, county.tracts, flows, decay=name, k=k) for name in DECAYS]
        best = max(fits, key=lambda fit: fit.log_likelihood)
        scale[level], decay[level], reach = best.scale_km, best.decay, max(reach, k)
    return {"scale_km": scale, "decay": decay, "k": reach}


def _reach(county: County, schools: gpd.GeoDataFrame, flows: pd.DataFrame) -> int:
    """Double the candidates until their number no longer decides the scale."""
    limit = min(MOST_CANDIDATES, len(county.tracts))
    k, before = min(DEFAULT_K, limit), 0.0
    while k < limit:
        fit = estimate_scale(schools, county.tracts, flows, k=k)
        moved = abs(np.log(fit.scale_km / before)) if before else np.inf
        if fit.outside <= MOST_OUTSIDE and moved < MOST_MOVED and not fit.at_bound:
            break
        k, before = min(2 * k, limit), fit.scale_km
    return k


def by_grades(county: County, settings: Settings) -> pd.DataFrame:
    """Balance each band of grades on its own: a method that the app does not have.

    Parameters
    ----------
    county : County
        Published part only.
    settings : dict
        For the gravity join.

    Returns
    -------
    DataFrame
        `school_id, geoid, share`.
    """
    parts = []
    for band, grades in BANDS.items():
        taught = [GRADES_TAUGHT[level].get(band, 0.0) for level in county.schools["level"]]
        schools = county.schools.assign(enrolled=county.schools["enrolled"] * taught)
        schools = schools[schools["enrolled"] > 0]
        tracts = county.tracts.assign(children=county.tracts["children"] * grades)
        parts.append(build_catchment("gravity", schools, tracts, **settings))
    table = pd.concat(parts).groupby(["school_id", "geoid"], as_index=False)["students"].sum()
    whole = table.groupby("school_id")["students"].transform("sum")
    return table.assign(share=table["students"] / whole)


def _grades_taught() -> dict[str, dict[str, float]]:
    taught = {}
    for level, names in LEVEL_BANDS.items():
        whole = sum(BANDS[name] for name in names)
        taught[level] = {name: BANDS[name] / whole for name in names}
    return taught


GRADES_TAUGHT = _grades_taught()


def rebuild(county: County) -> dict[str, Rebuilt]:
    """Rebuild the join by every method.

    Parameters
    ----------
    county : County
        Only what would be published is read, except for the last row, the limit of what any
        method could do.

    Returns
    -------
    dict
        By name, in the order of the table.
    """
    plain, known = {"scale_km": DEFAULT_SCALE_KM, "k": DEFAULT_K}, estimated(county)
    at_default, at_known = _gravity_draws(county, plain), _gravity_draws(county, known)
    near = build_catchment("nearest", county.schools, county.tracts)
    graded = by_grades(county, known)
    made = {
        BUILDING: Rebuilt(build_catchment("building", county.schools, county.tracts), None),
        NEAREST: _drawn(county, near, at_default, at_default[:1]),
        GRAVITY: _drawn(county, at_default[0], at_default[1:], [near]),
        GRAVITY_FITTED: _drawn(county, at_known[0], at_known[1:], [near]),
    }
    if len(county.zones):
        for name, settings, draws in (
            (ZONES, plain, at_default),
            (ZONES_FITTED, known, at_known),
        ):
            fit = fit_zones(county.schools, county.tracts, county.zones, **settings)
            kept = _with_zones(fit.table, fit.method, draws[1:])
            made[name] = _drawn(county, fit.table, kept, [near, draws[0]])
    made[BY_GRADES] = _drawn(county, graded, at_known[1:], [near])
    if not np.array_equal(county.expected, county.homes):
        made[LIMIT] = Rebuilt(_expected(county), None)
    return made


def _gravity_draws(county: County, settings: Settings) -> list[pd.DataFrame]:
    """Fit gravity at its scale, then at scales around it."""
    joins = []
    for factor in (1.0, *scale_factors(DRAWS)):
        scale = settings["scale_km"]
        if isinstance(scale, dict):
            drawn = {level: km * factor for level, km in scale.items()}
        else:
            drawn = scale * factor
        scaled = {**settings, "scale_km": drawn}
        joins.append(build_catchment("gravity", county.schools, county.tracts, **scaled))
    return joins


def _with_zones(
    table: pd.DataFrame, method: pd.Series, draws: list[pd.DataFrame]
) -> list[pd.DataFrame]:
    """Let schools with a zone keep it in every redraw."""
    zoned = method.index[method == "zones"]
    kept = table[table["school_id"].isin(zoned)]
    return [pd.concat([kept, draw[~draw["school_id"].isin(zoned)]]) for draw in draws]


def _drawn(
    county: County, shown: pd.DataFrame, draws: list[pd.DataFrame], others: list[pd.DataFrame]
) -> Rebuilt:
    """Add the interval over redraws of scale and method, as the Join quality page makes it."""
    x, n = (county.schools[name].astype(float) for name in ("chronic_absent", "enrolled"))
    joins = [shown, *draws, *others]
    limits = tract_intervals(x, n, joins, geoids=county.tracts.index)
    return Rebuilt(shown, (limits["low"], limits["high"]))


def _expected(county: County) -> pd.DataFrame:
    row, column = np.nonzero(county.expected)
    cells = county.expected / county.expected.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "school_id": county.schools.index[row],
            "geoid": county.tracts.index[column],
            "share": cells[row, column],
        }
    )
