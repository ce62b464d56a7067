"""What the Join quality page shows, computed from the protected panel and a join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from analytics.inputs import Progress
from analytics.join.quality import (
    FLAGS,
    JoinComparison,
    compare_joins,
    school_quality,
)
from analytics.join.quality import tract_quality as judge_tracts
from analytics.join.uncertainty import scale_factors, tract_intervals
from data.assemble.alternative_joins import enrolment, join_settings, joined_schools
from data.panel import Panel
from data.views.hot_spots import HotSpots
from data.views.joins import COLUMNS, Join, plain
from geo.join.gravity import fit_gravity
from geo.join.supplied import fit_supplied
from geo.shares import pair_km

FLOWS = ("school_id", "school", "geoid", "tract", "share", "students", "km", "method")
LEAST = 0.005  # shares of a school below this do not stretch the map
WARNED = (FLAGS[0], FLAGS[2])
NO_PLACE = "not joined: no place on the map or no known enrolment"
REDRAWS = 20
KNOWN = ("supplied", "zones")
"""Joins that know where students live: such schools keep their tracts in every redraw."""
Entry = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class JoinQuality:
    """How good the join of a view is.

    Attributes
    ----------
    tracts : DataFrame
        Index geoid: the tracts of the view with flag, join_low, join_high and between.
    schools : DataFrame
        Index school_id: name, level, tracts, effective_tracts, mean_km, method, why, enrolled.
    flows : DataFrame
        One row a school and tract, columns `FLOWS`.
    redraws : int
        Joins behind the interval, besides the one shown.
    """

    tracts: pd.DataFrame
    schools: pd.DataFrame
    flows: pd.DataFrame
    redraws: int


@dataclass(frozen=True)
class JoinChange:
    """What another join would change.

    Attributes
    ----------
    tracts : DataFrame
        Index geoid: name, neighbourhood, rate, other_rate, change, hot_class, other_class, shown.
    versus : str
        The other join.
    """

    tracts: pd.DataFrame
    comparison: JoinComparison
    versus: str


def join_quality(
    panel: Panel,
    schools: pd.DataFrame,
    tracts: pd.DataFrame,
    join: Join,
    redrawn: Sequence[Any],
) -> JoinQuality:
    """Judge a join by tract and by school.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    schools, tracts : DataFrame
        From `data.views.schools_and_tracts`.
    join : Join
        The join shown.
    redrawn : sequence of DataFrame or matrix
        Other plausible joins: tables, or shares in the order of `schools` and `tracts`.
    """
    flows = flow_table(panel, schools, join)
    spread = school_quality(
        flows[["school_id", "geoid", "share"]], km=flows["km"], method=join.method, why=join.why
    )
    listed = schools[["name", "level", "neighbourhood"]].join(spread)
    listed["why"] = listed["why"].fillna(NO_PLACE)
    listed["method"] = listed["method"].fillna("none")
    listed["enrolled"] = published_enrolment(panel, schools)
    limits = tract_intervals(
        schools["chronic_absent"],
        schools["enrolled"],
        [join.table, *redrawn],
        geoids=tracts.index,
    )
    ends = limits[["low", "high", "between"]].rename(
        columns={"low": "join_low", "high": "join_high"}
    )
    table = tracts.join(ends).assign(flag=judge_tracts(tracts, tracts["children"])["flag"])
    return JoinQuality(table, listed, flows, len(redrawn))


def flow_table(panel: Panel, schools: pd.DataFrame, join: Join) -> pd.DataFrame:
    """Students of every school and tract: share times the enrolment that may be shown.

    Returns
    -------
    DataFrame
        Columns `FLOWS`; `students` is empty where the school's enrolment is withheld.
    """
    rows = join.shares(schools.index)[["school_id", "geoid", "share"]].reset_index(drop=True)
    enrolled = published_enrolment(panel, schools)
    return rows.assign(
        school=rows["school_id"].map(panel.schools["name"]),
        tract=rows["geoid"].map(panel.tracts["name"]),
        students=rows["share"] * rows["school_id"].map(enrolled).astype(float),
        km=pair_km(rows, panel.schools, panel.tracts.to_crs(panel.area.crs)),
        method=rows["school_id"].map(join.method),
    )[list(FLOWS)]


def published_enrolment(panel: Panel, schools: pd.DataFrame) -> pd.Series:
    """Enrolment of the view's year as the gate lets it through; NaN where it is withheld."""
    rows = panel.absence
    everyone = rows["student_group"].eq("all") & rows["grade"].eq("all")
    year = rows[everyone & rows["school_year"].isin(schools["school_year"].unique())]
    enrolled = year.set_index("school_id")["enrolled"].astype("Float64").astype(float)
    return enrolled.reindex(schools.index)


def school_flows(quality: JoinQuality, panel: Panel, school_id: str) -> pd.DataFrame:
    """Tracts that a school draws from, most students first."""
    rows = quality.flows[quality.flows["school_id"] == school_id].set_index("geoid")
    names = panel.tracts[["name", "neighbourhood", "children"]]
    listed = rows[["share", "students", "km"]].join(names)
    return listed.sort_values(["share"], ascending=False, kind="stable")


def tract_flows(quality: JoinQuality, geoid: str) -> pd.DataFrame:
    """Schools that the children of a tract attend, most students first.

    Returns
    -------
    DataFrame
        Index school_id; `tract_share` of the tract's students, NaN where students are withheld.
    """
    rows = quality.flows[quality.flows["geoid"] == geoid].set_index("school_id")
    listed = rows[["share", "students", "km", "method"]].join(quality.schools[["name", "level"]])
    total = listed["students"].sum()
    listed["tract_share"] = listed["students"] / (total if total > 0 else float("nan"))
    return listed.sort_values(["students", "share"], ascending=False, kind="stable")


def surroundings(quality: JoinQuality, panel: Panel, focus: str) -> gpd.GeoSeries:
    """Shapes that a map of a school's tracts, or of a tract's schools, must hold; else none."""
    rows = quality.flows[quality.flows["share"] >= LEAST]
    geoids = rows.loc[rows["school_id"] == focus, "geoid"]
    if focus in panel.tracts.index:
        schools = quality.flows.loc[quality.flows["geoid"] == focus, "school_id"]
        parts = [panel.schools.geometry.reindex(schools), panel.tracts.geometry.loc[[focus]]]
        return pd.concat(parts) if len(schools) else panel.tracts.geometry.iloc[:0]
    return panel.tracts.geometry.reindex(geoids)


def join_change(
    schools: pd.DataFrame, first: HotSpots, second: HotSpots, versus: str
) -> JoinChange:
    """Compare the map of the chosen join with the map of another one.

    Parameters
    ----------
    schools : DataFrame
        From `data.views.schools_and_tracts.school_view`.
    first, second : HotSpots
        The same view under both joins.
    versus : str
        The other join.
    """
    here, there = _side(first.tracts), _side(second.tracts)
    independent = int(schools["rate"].notna().sum())
    comparison = compare_joins(here, there, independent=independent)
    table = first.tracts[["name", "neighbourhood", "enrolled"]].assign(
        rate=here["rate"],
        other_rate=there["rate"],
        change=there["rate"] - here["rate"],
        hot_class=first.tracts["map_class"],
        other_class=second.tracts["map_class"],
        shown=here["rate"].notna() & there["rate"].notna(),
        sides=_sides(here["is_hot"], there["is_hot"]),
    )
    return JoinChange(table, comparison, versus)


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
    schools = panel.schools.assign(enrolled=enrolment(panel).reindex(panel.schools.index))
    fit = fit_supplied(schools, panel.tracts, flows)
    own = plain("supplied", fit.table)
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
    tracts, schools = panel.tracts.to_crs(panel.area.crs), joined_schools(panel)
    settings = join_settings(panel)
    kept = join.table[join.table["school_id"].map(join.method).isin(KNOWN)]
    tables: list[pd.DataFrame] = []
    for factor in scale_factors(draws):
        if progress is not None:
            progress(len(tables), draws)
        scaled = {**settings, "scale_km": _scaled(settings["scale_km"], float(factor))}
        drawn = fit_gravity(schools, tracts, **scaled).table[COLUMNS]
        rest = drawn[~drawn["school_id"].isin(kept["school_id"])]
        tables.append(pd.concat([kept, rest], ignore_index=True))
    return [*tables, *(other.table for other in others if other.name != "building")]


def _side(tracts: pd.DataFrame) -> pd.DataFrame:
    rate = tracts["rate"].where(tracts["shown"])
    return pd.DataFrame({"rate": rate, "is_hot": tracts["group"].notna()})


def _sides(here: pd.Series, there: pd.Series) -> pd.Series:
    words = pd.Series("not hot in either", index=here.index, dtype="str")
    words = words.mask(here & there, "hot in both").mask(here & ~there, "hot in the first only")
    return words.mask(~here & there, "hot in the second only")


def _scaled(scale: float | Mapping[str, float], factor: float) -> float | dict[str, float]:
    if isinstance(scale, Mapping):
        return {level: km * factor for level, km in scale.items()}
    return scale * factor
