"""Who first: units ranked by students beyond a reference, and lists by weighted criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.drivers.outliers import doing_better
from analytics.hotspots.consensus.groups import excess_students
from analytics.inputs import Floats
from analytics.priorities.concentration import share_of_excess
from analytics.priorities.criteria import CriteriaList, weighted_list
from analytics.priorities.ranks import LEAST_PLACES, excess_draws, ranks
from analytics.priorities.reference import best_quarter, beyond_reference
from data.panel import Panel
from data.views.school_lists import to_help
from data.views.units import counted, sums

PLACE, QUARTER = "place", "quarter"
SEED = 20261129
_TWO_YEARS = 2 * 1.959963984540054 * np.sqrt(2.0)  # width of a next-year range in deviations
EXCESS = ["expected", "excess", "excess_se", "excess_low", "excess_high"]
RANKS = ["rank", "shrunken", "shrunken_low", "shrunken_high", "p_top", "rank_low", "rank_high"]


@dataclass(frozen=True, eq=False)
class Priorities:
    """Units in order of students beyond a reference.

    Attributes
    ----------
    table : DataFrame
        Index unit, first come first: `rank, enrolled, chronic_absent, rate, schools, expected,
        excess, excess_se, excess_low, excess_high, shrunken, shrunken_low, shrunken_high, p_top,
        rank_low, rank_high, status, reason, year`. Units that may not be shown come last, without
        figures; nor has one a rank that nothing can be compared with, such as a whole level.
    concentration : DataFrame
        `analytics.priorities.share_of_excess`; empty where there are too few units.
    k : int
        Length of the list behind `p_top`.
    """

    table: pd.DataFrame
    concentration: pd.DataFrame
    k: int


def priority_view(
    schools: pd.DataFrame,
    parts: pd.DataFrame,
    *,
    reference: str | float = PLACE,
    k: int = 20,
    seed: int = SEED,
) -> Priorities:
    """Rank units by students beyond a reference.

    Parameters
    ----------
    schools : DataFrame
        `school_view` of the year and level.
    parts : DataFrame, shape (all schools, units)
        From `data.views.units.unit_parts`.
    reference : str or float
        "place", what the rest of the place has at the same levels; "quarter", the best quarter of
        each level; or a target, a fraction.
    k : int
        Length of the list that a room can act on.
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        An unknown reference.
    """
    inside = parts.reindex(schools.index).fillna(0.0)
    inside = inside.loc[:, inside.gt(0).any()]
    table = sums(inside, schools["chronic_absent"], schools["enrolled"])
    shown = table["rate"].notna()
    beyond = excess(schools, inside, reference).where(shown)
    table = table.join(beyond).assign(year=schools["school_year"].iloc[0] if len(schools) else "")
    known = beyond.notna().all(axis=1) & beyond["expected"].gt(0)
    if known.sum() < LEAST_PLACES:
        empty = pd.DataFrame(np.nan, table.index, RANKS)
        return Priorities(table.drop(columns="effective_n").join(empty), pd.DataFrame(), k)
    drawn = excess_draws(beyond, seed=seed)
    table = table.join(ranks(beyond, drawn, k=k))
    table = table.assign(_id=table.index).sort_values(["rank", "_id"], na_position="last")
    return Priorities(
        table.drop(columns=["_id", "effective_n"]), share_of_excess(drawn, table["enrolled"]), k
    )


def excess(schools: pd.DataFrame, parts: pd.DataFrame, reference: str | float) -> pd.DataFrame:
    """Count students of units beyond a reference, with the error of what the units are.

    Units of several schools have the error that schools differ by; a school alone that by which it
    differs from itself between years, as on the page of schools.

    Returns
    -------
    DataFrame
        Index unit: `expected, excess, excess_se, excess_low, excess_high`.

    Raises
    ------
    ValueError
        An unknown reference.
    """
    x, n, level = schools["chronic_absent"], schools["enrolled"], schools["level"]
    alone = ((parts > 0).sum() == 1) & parts.max().eq(1)
    several = parts.loc[:, ~alone]
    if reference == PLACE:
        beyond, rate = excess_students(x, n, several, level), schools["expected"] / n
    elif reference == QUARTER or isinstance(reference, float):
        rate = best_quarter(x, n, level) if reference == QUARTER else pd.Series(reference, x.index)
        beyond = beyond_reference(x, n, several, rate, level)
    else:
        raise ValueError(f"reference {reference!r}; use {PLACE!r}, {QUARTER!r} or a target")
    own = to_help(schools.assign(expected=n * rate), "excess")
    own = own.assign(excess_se=(own["high"] - own["low"]) * own["enrolled"] / _TWO_YEARS)
    singles = parts.columns[alone]
    own = own.reindex(parts[singles].idxmax())[EXCESS].set_axis(singles)
    return pd.concat([beyond[EXCESS], own]).reindex(parts.columns)


def funnel_view(schools: pd.DataFrame) -> pd.DataFrame:
    """Lay schools beside the funnel of their level: how far size and chance spread rates.

    Parameters
    ----------
    schools : DataFrame
        `school_view`.

    Returns
    -------
    DataFrame
        Schools that may be shown: `name, level, enrolled, rate, predicted` (of the level), `low,
        high` of the funnel with over-dispersion, `outside` ("above", "below" or ""), `state`.
    """
    shown = schools[schools["shown"]]
    counts = (shown["chronic_absent"], shown["enrolled"])
    found = doing_better(counts, expected=shown["expected"])
    columns = ["rate", "predicted", "low", "high", "outside", "state"]
    return shown[["name", "level", "enrolled"]].join(found[columns])


def persistence(panel: Panel, level: str, parts: pd.DataFrame, *, until: str) -> pd.DataFrame:
    """Count the usual years in which units had more students absent than the place's rest.

    Parameters
    ----------
    until : str
        Last school year that counts.

    Returns
    -------
    DataFrame
        Index unit: `years` with a figure, `years_above`, and `persistence`, the one over the other.
    """
    x, n = counted(panel, level, parts.index)
    levels = panel.schools["level"]
    above, known = pd.Series(0, parts.columns), pd.Series(0, parts.columns)
    for year in x.columns:
        if year > until or year in panel.area.unusual_years:
            continue
        shown = sums(parts, x[year], n[year])["rate"].notna()
        beyond = excess_students(x[year], n[year], parts, levels)["excess"]
        has = shown & beyond.notna()
        known, above = known + has, above + (has & (beyond > 0))
    share = (above / known.where(known > 0)).astype(float)
    return pd.DataFrame({"years": known, "years_above": above, "persistence": share})


def school_condition(panel: Panel, measure: str, parts: pd.DataFrame, *, until: str) -> pd.Series:
    """Average a condition that is known by school, such as temporary housing, over units.

    The latest school year of each school up to `until` counts; NaN where fewer than 30 students
    are behind it.
    """
    rows = panel.school_drivers
    rows = rows[rows["measure"].eq(measure) & rows["status"].eq("reported")]
    rows = rows[rows["school_year"] <= until].sort_values("school_year")
    latest = rows.drop_duplicates("school_id", keep="last").set_index("school_id")
    x, n = (
        latest[name].astype("Float64").astype(float).reindex(parts.index)
        for name in ("numerator", "denominator")
    )
    return sums(parts, x, n)["rate"].rename(measure)


def criteria_view(
    methods: Mapping[str, Priorities],
    more: pd.DataFrame,
    weights: pd.Series,
    *,
    k: int = 20,
    seed: int = SEED,
) -> CriteriaList:
    """Order units by several criteria with visible weights.

    Parameters
    ----------
    methods : mapping
        `priority_view` by each way to come to it, such as a join; the first is the one shown.
    more : DataFrame
        Other criteria by unit, more = sooner: see `persistence` and `school_condition`.
    weights : Series
        Of "excess", "rate" and columns of `more`; criteria with weight 0 or none stay out.
    k : int
        Length of the list.
    seed : int
        Of the draws.

    Returns
    -------
    CriteriaList
        Units that some method may not show, or that lack a criterion, are not ranked.

    Raises
    ------
    ValueError
        No weight above 0, or an unknown criterion.
    """
    used = weights[weights > 0]
    shown = next(iter(methods.values())).table.sort_index()
    tables = {}
    for name, each in methods.items():
        own = each.table.reindex(shown.index)
        tables[name] = own[["excess", "rate"]].astype(float).join(more)
    unknown = [name for name in used.index if name not in next(iter(tables.values()))]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no criterion here")
    errors = pd.DataFrame(
        {"excess": shown["excess_se"], "rate": _rate_error(shown)}, index=shown.index
    )
    return weighted_list(
        {name: table[list(used.index)] for name, table in tables.items()},
        used,
        k=k,
        errors=errors,
        seed=seed,
    )


def _rate_error(table: pd.DataFrame) -> Floats:
    """Give the error of a rate, from that of the students beyond expectation."""
    return np.asarray(table["excess_se"].astype(float) / table["enrolled"].astype(float))
