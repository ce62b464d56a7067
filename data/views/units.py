"""What a list can be made of, such as districts or tracts, as parts of schools."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.disclosure import dominated
from analytics.inputs import Bools, Floats, floats
from analytics.rates.reliability import reliability
from data.panel import Panel, reference_enrolment
from data.views.neighbourhoods import counties, neighbourhoods
from data.views.schools_and_tracts import COUNTED
from geo.shares import share_matrix

WHOLE = ("place", "level", "district", "school")
"""Units that a school belongs to with all its students."""
SHARED = ("county", "neighbourhood", "tract")
"""Units where a school's students live, by the join."""
AGGREGATES = ("district", *SHARED)
"""Units that rule P5 is about."""
UNITS = WHOLE + SHARED


def unit_parts(panel: Panel, unit: str, shares: pd.DataFrame) -> pd.DataFrame:
    """Say which part of each school's students belongs to each unit.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    unit : str
        One of `UNITS`.
    shares : DataFrame
        Columns school_id, geoid, share, as of `data.views.joins.joined`.

    Returns
    -------
    DataFrame, shape (schools, units)
        Parts from 0 to 1, on all schools of the panel; units in alphabetical order. Schools
        without the unit, or without a place on the map, have no part.

    Raises
    ------
    ValueError
        An unknown unit.
    """
    schools = panel.schools
    if unit in WHOLE:
        names = {
            "place": lambda: pd.Series(panel.area.name, schools.index),
            "level": lambda: schools["level"],
            "district": lambda: schools["district"].where(schools["district"].ne("")),
            "school": lambda: pd.Series(schools.index, schools.index),
        }[unit]()
        parts = pd.get_dummies(names, dtype=float)
        parts = parts.set_axis(parts.columns.astype(str), axis=1).rename_axis(columns=unit)
        return without_dominated(panel, parts) if unit in AGGREGATES else parts
    if unit not in SHARED:
        raise ValueError(f"unit {unit!r}; use one of {', '.join(UNITS)}")
    tracts = panel.tracts
    of_tract = {
        "county": lambda: counties(tracts),
        "neighbourhood": lambda: neighbourhoods(tracts),
        "tract": lambda: pd.Series(tracts.index, tracts.index),
    }[unit]()
    names = pd.Index(sorted(of_tract.dropna().unique()))
    member = share_matrix(
        pd.DataFrame(
            {"school_id": of_tract.dropna().index, "geoid": of_tract.dropna(), "share": 1.0}
        ),
        tracts.index,
        names,
    )
    matrix = (share_matrix(shares, schools.index, tracts.index) @ member).toarray()
    parts = pd.DataFrame(matrix.clip(max=1.0), schools.index, names).rename_axis(columns=unit)
    return without_dominated(panel, parts)


def without_dominated(panel: Panel, parts: pd.DataFrame) -> pd.DataFrame:
    """Empty the units behind which too few restricted schools stand (P5), by enrolments shown.

    A school whose enrolment is in no year shown takes no part in any sum, and none here.
    """
    if not panel.restricted:
        return parts
    known = reference_enrolment(panel.absence, panel.schools["students"])
    students = floats(known.reindex(parts.index).astype("Float64"))
    size = parts.to_numpy()[~np.isnan(students)] * students[~np.isnan(students), None]
    whole = size.sum(axis=0)
    largest = size.max(axis=0, initial=0.0) / np.where(whole > 0, whole, np.nan)
    few: Bools = np.asarray(dominated((size > 0).sum(axis=0), largest), dtype=np.bool_)
    return parts.mask(np.broadcast_to(few, parts.shape), 0.0)


def counted(
    panel: Panel, level: str, schools: pd.Index, group: str = "all", by: str = "student_group"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay counts and students out, schools by school years.

    Parameters
    ----------
    level : str
        School level, or "all".
    schools : Index
        Schools wanted; NaN where a year has no count that may be summed.
    group : str
        Student group of the rows, or with `by` "grade" their grade.
    by : {"student_group", "grade"}

    Returns
    -------
    chronic_absent, enrolled : DataFrame
    """
    rows = panel.absence
    other = "grade" if by == "student_group" else "student_group"
    rows = rows[rows[by].eq(group) & rows[other].eq("all")]
    rows = rows[rows["status"].isin(COUNTED)]
    if level != "all":
        rows = rows[rows["school_id"].map(panel.schools["level"]) == level]
    table = rows.set_index(["school_id", "school_year"])[["chronic_absent", "enrolled"]]
    # Not a pivot table: each pair occurs once, and a sum would hide it if it did not.
    wide = table.astype("Float64").astype(float).unstack("school_year")  # noqa: PD010
    wide = wide.reindex(schools)
    return wide["chronic_absent"], wide["enrolled"]


def sums(parts: pd.DataFrame, x: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Add up schools by their parts, and say which sums may be shown.

    Parameters
    ----------
    parts : DataFrame, shape (schools, units)
        From `unit_parts`.
    x, n : Series
        Chronically absent and enrolled students by school, on the same index; unknown = the school
        takes no part.

    Returns
    -------
    DataFrame
        Index unit: chronic_absent, enrolled, rate, schools (with a part), `effective_n` (Kish),
        `status` "reported", "unreliable" or "missing", and `reason`. Figures of units that may not
        be shown are NaN.
    """
    known = (x.notna() & n.gt(0)).to_numpy()
    w = parts.to_numpy() * known[:, None]
    size = np.where(known, n.to_numpy(float, na_value=np.nan), 0.0)
    absent, students = w.T @ np.where(known, x.to_numpy(float, na_value=np.nan), 0.0), w.T @ size
    squares = (w**2).T @ size
    effective = _over(students**2, squares)
    verdict = reliability(absent, students, effective)
    none = ~(students > 0)
    shown = verdict["status"].eq("present").to_numpy() & ~none
    table = pd.DataFrame(
        {
            "chronic_absent": absent,
            "enrolled": students,
            "rate": _over(absent, students),
            "effective_n": effective,
        },
        index=parts.columns,
    ).where(pd.Series(shown, parts.columns), np.nan, axis=0)
    return table.assign(
        schools=(w > 0).sum(axis=0),
        status=np.where(none, "missing", np.where(shown, "reported", "unreliable")),
        reason=np.where(none, "no students", np.where(shown, "", verdict["code"])),
    )


def _over(above: Floats, below: Floats) -> Floats:
    """Divide, NaN where the denominator is 0."""
    unknown = np.full(below.shape, np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below > 0))
