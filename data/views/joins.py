"""The joins a place offers, which is the best of them, and their redraws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from analytics.join.uncertainty import scale_factors
from data.panel import Panel
from geo.catchment import METHODS, build_catchment
from geo.join.candidates import Barrier
from geo.join.grades import POOLS
from geo.join.gravity import fit_gravity
from geo.join.supplied import fit_supplied
from geo.join.zones import fit_zones

Progress = Callable[[int, int], None]
Entry = tuple[str, str, tuple[str, ...]]

REDRAWS = 20
KNOWN = ("supplied", "zones")
"""Joins that know where students live: such schools keep their tracts in every redraw."""
NO_PLACE = "not joined: no place on the map or no known enrolment"
REASONS: Mapping[str, str] = {
    "supplied": "the district counted where its students live",
    "gravity": "homes are not published: spread by distance and resident children",
    "nearest": "homes are not published: taken from the nearest tracts",
    "building": "counted where the school stands",
}


@dataclass(frozen=True, eq=False)
class Join:
    """One join of a place's schools to its tracts.

    Attributes
    ----------
    name : str
        One of `geo.catchment.METHODS`.
    table : DataFrame
        Columns school_id, geoid, share, students.
    method, why : Series of str
        By school_id: what placed the school's students, and the reason in words.
    """

    name: str
    table: pd.DataFrame
    method: pd.Series
    why: pd.Series

    def shares(self, schools: pd.Index) -> pd.DataFrame:
        """Rows of some schools."""
        return self.table[self.table["school_id"].isin(schools)]


def offered(panel: Panel) -> tuple[str, ...]:
    """List the joins that can be made of this place, best first.

    Parameters
    ----------
    panel : Panel
        Attendance zones need rows in its table of zones.
    """
    has = {
        "supplied": panel.parameters["catchment"]["method"] == "supplied",
        "zones": len(panel.zones) > 0,
    }
    return tuple(name for name in METHODS if has.get(name, True))


def joined(panel: Panel, method: str) -> Join:
    """Join the schools of a place by one method, whatever year or level is looked at.

    Parameters
    ----------
    panel : Panel
        Its stored join is taken as it is; any other is made from its enrolments.
    method : str
        One of `offered`.
    """
    if method == panel.parameters["catchment"]["method"]:
        return _stored(panel)
    tracts = panel.tracts.to_crs(panel.area.crs)
    if method == "building":
        everyone = panel.schools[["geoid", "geometry"]]
        located = everyone.assign(enrolled=_enrolment(panel).reindex(everyone.index))
        return _plain(method, build_catchment(method, located, panel.tracts))
    sites = _sites(panel)
    if method == "zones":
        fit = fit_zones(sites, tracts, panel.zones.to_crs(panel.area.crs), **_settings(panel))
        return Join(method, fit.table, fit.method, fit.why)
    settings = _settings(panel) if method == "gravity" else {}
    return _plain(method, build_catchment(method, sites, tracts, **settings))


def with_own_counts(
    panel: Panel, join: Join, flows: pd.DataFrame
) -> tuple[Join, tuple[Entry, ...]]:
    """Use counts of students by school and tract; schools they lack keep the join given.

    Parameters
    ----------
    join : Join
        Any join of the place.
    flows : DataFrame
        From `data.read.flows.flows_in_memory`.

    Returns
    -------
    (Join, tuple of (action, reason, ids))
        The join, and what did not fit in the counts.

    Raises
    ------
    ValueError
        The counts are not of this place.
    """
    schools = panel.schools.assign(enrolled=_enrolment(panel).reindex(panel.schools.index))
    fit = fit_supplied(schools, panel.tracts, flows)
    own = _plain("supplied", fit.table)
    rest = join.table[~join.table["school_id"].isin(own.method.index)]
    kept = pd.Index(rest["school_id"].unique())
    made = Join(
        "supplied",
        pd.concat([own.table, rest], ignore_index=True),
        pd.concat([own.method, join.method.reindex(kept)]),
        pd.concat([own.why, join.why.reindex(kept)]),
    )
    return made, tuple(each for each in fit.ledger if each[2] != fit.without_rows)


def redraws(
    panel: Panel,
    join: Join,
    others: Sequence[Join],
    draws: int = REDRAWS,
    progress: Progress | None = None,
) -> list[pd.DataFrame]:
    """Give joins as plausible as the one shown.

    Gravity at scales of distance around the place's own; schools whose homes are counted, or with
    an attendance zone, keep their tracts when the join shown is such a one. Each other method that
    looks for homes counts as one redraw more; the tract of the building does not, for most
    children live elsewhere.

    Parameters
    ----------
    join : Join
        The join shown.
    draws : int
        Number of scales.
    progress : callable, optional
        Receives the steps done and the steps wanted.

    Returns
    -------
    list of DataFrame
        Tables of school_id, geoid, share.
    """
    tracts, sites, settings = panel.tracts.to_crs(panel.area.crs), _sites(panel), _settings(panel)
    kept = join.table[join.table["school_id"].map(join.method).isin(KNOWN)]
    tables: list[pd.DataFrame] = []
    for factor in scale_factors(draws):
        if progress is not None:
            progress(len(tables), draws)
        scaled = {**settings, "scale_km": _scaled(settings["scale_km"], float(factor))}
        drawn = fit_gravity(sites, tracts, **scaled).table
        rest = drawn[~drawn["school_id"].isin(kept["school_id"])]
        tables.append(pd.concat([kept, rest], ignore_index=True))
    return [*tables, *(other.table for other in others if other.name != "building")]


def _plain(method: str, table: pd.DataFrame) -> Join:
    """Describe a join that treats all schools alike."""
    index = pd.Index(table["school_id"].unique(), name="school_id")
    return Join(
        method,
        table,
        pd.Series(method, index=index, dtype="str"),
        pd.Series(REASONS[method], index=index, dtype="str"),
    )


def _stored(panel: Panel) -> Join:
    """Describe the join of the build; counted schools and those joined by distance differ."""
    settings = panel.parameters["catchment"]
    join = _plain(settings["method"], panel.catchment)
    rest = join.method.index.isin(settings.get("by_gravity", []))
    return replace(
        join,
        method=join.method.mask(rest, "gravity"),
        why=join.why.mask(rest, REASONS["gravity"]),
    )


def _sites(panel: Panel) -> gpd.GeoDataFrame:
    """Schools of the stored join, with the enrolment their students were spread by."""
    enrolled = _enrolment(panel)
    return panel.schools.loc[enrolled.index].assign(enrolled=enrolled).to_crs(panel.area.crs)


def _enrolment(panel: Panel) -> pd.Series:
    # The protected catchment is the one place that holds it; withheld stays not known.
    return panel.catchment.groupby("school_id")["students"].sum(min_count=1)


def _settings(panel: Panel) -> dict[str, Any]:
    stored = panel.parameters["catchment"]
    barrier = Barrier(stored["barrier"]) if stored["barrier"] else None
    return {
        **{name: stored[name] for name in ("scale_km", "k")},
        "barrier": barrier,
        "grades": POOLS[stored["grades"]],
    }


def _scaled(scale: float | Mapping[str, float], factor: float) -> float | dict[str, float]:
    if isinstance(scale, Mapping):
        return {level: km * factor for level, km in scale.items()}
    return scale * factor
