"""The joins that can be made once the homes are hidden, each from what would be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.join.uncertainty import (
    FLOW_CV,
    SCALE_SPREAD,
    scale_factors,
    tract_intervals,
)
from bench.join_score import Interval
from bench.scales import default_scale, doubts, estimate_scales, gravity_settings
from bench.simulated_county import County
from geo.catchment import build_catchment
from geo.join.candidates import ONE_POOL
from geo.join.scale import ScaleEstimate
from geo.join.zones import fit_zones

DECAYS = ("exponential", "power", "tanner")
DRAWS = 8
NONE = "no map: one rate"
BUILDING = "building"
NEAREST = "nearest with room"
GRAVITY = "gravity, default scale"
GRAVITY_FITTED = "gravity, estimated scale"
ZONES = "zones + gravity, default scale"
ZONES_FITTED = "zones + gravity, estimated scale"
ONE_POOL_FITTED = "gravity, estimated scale, all grades in one pool"
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


@dataclass(frozen=True, eq=False)
class Drawing:
    """How schools are taken to draw, and what of it is open.

    Parameters
    ----------
    settings : dict
        For the gravity join.
    spread : float or Series by school
        Standard deviation of the log scale among the redraws.
    flow_cv : float or Series by school
        As for `analytics.join.uncertainty`.
    zoned_share : float or Series by school
        Part of a zoned school's students who follow their zone.
    known : bool
        Estimated from flows: other methods are no redraws of it then.
    """

    settings: Settings
    spread: float | pd.Series = SCALE_SPREAD
    flow_cv: float | pd.Series = FLOW_CV
    zoned_share: float | pd.Series = 1.0
    known: bool = False


Found = dict[str, ScaleEstimate]


def estimates(county: County, zoned: pd.DataFrame | None = None) -> Found:
    """Estimate how each kind of school draws from residents by district.

    Parameters
    ----------
    county : County
        Only what is published is read: students by kind and district of the school and area of
        residence.
    zoned : DataFrame, optional
        The zoned schools' join by their zones alone: then only the kinds of school that have
        zones are looked at, and the part of their students who follow them is estimated too.

    Returns
    -------
    dict from kind to ScaleEstimate
        Of the three forms of decay each kind takes the likeliest.
    """
    schools, flows = county.schools, county.residence()
    if zoned is not None:
        kinds = schools["draw"][schools.index.isin(zoned["school_id"])].unique()
        schools, flows = schools[schools["draw"].isin(kinds)], flows[flows["draw"].isin(kinds)]
    return estimate_scales(schools, county.tracts, flows, by="draw", decays=DECAYS, zoned=zoned)


def by_default(county: County) -> Drawing:
    """Take the scale that level, type and density suggest, where no flow is known."""
    return Drawing({"scale_km": default_scale(county.schools, county.tracts)})


def drawing(county: County, found: Found) -> Drawing:
    """Read estimates as settings of the join."""
    open_ = doubts(county.schools, found, by="draw")
    part = county.schools["draw"].map({name: one.zoned_share for name, one in found.items()})
    return Drawing(
        gravity_settings(county.schools, found, by="draw"),
        open_["spread"].fillna(SCALE_SPREAD),
        open_["flow_cv"],
        part.fillna(1.0),
        known=True,
    )


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
    schools, tracts = county.schools, county.tracts
    found, default = estimates(county), by_default(county)
    known = drawing(county, found)
    near = build_catchment("nearest", schools, tracts)
    at_default, at_known = _gravity_draws(county, default), _gravity_draws(county, known)
    pooled = build_catchment("gravity", schools, tracts, grades=ONE_POOL, **known.settings)
    made = {
        BUILDING: Rebuilt(build_catchment("building", schools, tracts), None),
        NEAREST: _drawn(county, default, [near, *at_default, at_default[0]]),
        GRAVITY: _drawn(county, default, [*at_default, near]),
        GRAVITY_FITTED: _drawn(county, known, at_known),
        ONE_POOL_FITTED: _drawn(county, known, [pooled, *at_known[1:]]),
    }
    if len(county.zones):
        whole = fit_zones(schools, tracts, county.zones, **default.settings)
        zoned = whole.table[whole.table["school_id"].map(whole.method) == "zones"]
        mixed = drawing(county, {**found, **estimates(county, zoned)})
        made[ZONES] = _by_zones(county, zoned, default, [near, at_default[0]])
        made[ZONES_FITTED] = _by_zones(county, zoned, mixed, [])
    if not np.array_equal(county.expected, county.homes):
        made[LIMIT] = Rebuilt(_expected(county), None)
    return made


def _gravity_draws(county: County, drawing: Drawing) -> list[pd.DataFrame]:
    """Fit gravity at its scale, then at scales around it."""
    joins = []
    for far in (0.0, *np.log(scale_factors(DRAWS, 1.0))):
        scale = drawing.settings["scale_km"] * np.exp(far * drawing.spread)
        scaled = {**drawing.settings, "scale_km": scale}
        joins.append(build_catchment("gravity", county.schools, county.tracts, **scaled))
    return joins


def _by_zones(
    county: County, zoned: pd.DataFrame, drawing: Drawing, others: list[pd.DataFrame]
) -> Rebuilt:
    """Join by zones, and redraw the scale of those who choose."""
    places = county.schools, county.tracts, county.zones
    fit = fit_zones(*places, zoned_share=drawing.zoned_share, **drawing.settings)
    part = pd.Series(drawing.zoned_share, index=county.schools.index)
    part = part.where(part.index.isin(zoned["school_id"]), 0.0)
    kept = zoned.assign(share=zoned["share"] * zoned["school_id"].map(part))
    joins = [fit.table]
    for draw in _gravity_draws(county, drawing)[1:]:
        rest = draw.assign(share=draw["share"] * (1 - draw["school_id"].map(part)))
        both = pd.concat([kept, rest]).groupby(["school_id", "geoid"], as_index=False)
        joins.append(both["share"].sum())
    return _drawn(county, drawing, [*joins, *others])


def _drawn(county: County, drawing: Drawing, joins: list[pd.DataFrame]) -> Rebuilt:
    """Add the interval over redraws to the first join, as the Join quality page makes it."""
    x, n = (county.schools[name].astype(float) for name in ("chronic_absent", "enrolled"))
    limits = tract_intervals(x, n, joins, geoids=county.tracts.index, flow_cv=drawing.flow_cv)
    return Rebuilt(joins[0], (limits["low"], limits["high"]))


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
