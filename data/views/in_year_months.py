"""Students on track to be chronically absent, by month, from the months of a roll-up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.rates.reliability import MIN_EFFECTIVE
from data.contracts.in_year import PLACE

TIERS = ("tier_0_5", "tier_5_10", "tier_10_20", "tier_20")
"""Columns of students by the part of their days so far that they missed."""
COUNTS = ("students", "chronic", *TIERS)


def months_view(months: pd.DataFrame, school_year: str, kind: str, place: str) -> pd.DataFrame:
    """Give who is on track to be chronically absent, month by month, of all students of a unit.

    Parameters
    ----------
    months : DataFrame
        As in `data.contracts.in_year`, through the gate.
    school_year : str
    kind, place : str
        "school" and its id, "district" and its name, or "place" for all districts together.

    Returns
    -------
    DataFrame
        Index `month`: `students` so far; of them `chronic` (absent on 10 % of their days so far or
        more), the `TIERS`, and `share`; `districts` and `left_out`, those added up and those whose
        count is hidden (of one unit 1 and 0); `status`: "reported", "suppressed" (hidden by the
        roll-up), "unreliable" (fewer than 30 students). No month for other kinds of unit: a
        roll-up counts students at schools and in districts.
    """
    own = _of_unit(months[months["group"].eq(PLACE)], school_year, kind, place)
    if kind != "place":
        return _told(own.set_index("month").sort_index().assign(districts=1, left_out=0))
    known = own[own["chronic"].notna()]
    by_month = known.groupby("month")
    table = by_month[list(COUNTS)].sum(min_count=1).reindex(sorted(own["month"].unique()))
    counted = by_month.size().reindex(table.index, fill_value=0)
    told = table.assign(districts=counted, left_out=own.groupby("month").size() - counted)
    # A tier that one district hides is no part of a sum over all of them.
    gaps = known[list(TIERS)].isna().groupby(known["month"]).any().reindex(table.index)
    told[list(TIERS)] = told[list(TIERS)].mask(gaps.fillna(value=True).astype(bool))
    return _told(told.rename_axis("month"))


def groups_view(months: pd.DataFrame, school_year: str, kind: str, place: str) -> pd.DataFrame:
    """Give who is on track by student group, in the newest month of a unit.

    Parameters
    ----------
    months, school_year, kind, place
        As of `months_view`; groups of all districts together are not added up, since districts
        name them each in its own way: with several districts there is none.

    Returns
    -------
    DataFrame
        Index `group` ("sex: female"): `students`, `chronic`, `share`, `status`, `month`.
    """
    own = _of_unit(months[months["group"].ne(PLACE)], school_year, kind, place)
    if len(own["district"].unique()) != 1:
        own = own.iloc[:0]
    newest = own[own["month"].eq(own["month"].max())]
    table = newest.set_index("group")[["students", "chronic", "month"]].sort_index()
    return _told(table)


def _of_unit(rows: pd.DataFrame, school_year: str, kind: str, place: str) -> pd.DataFrame:
    of_kind = rows["school_year"].eq(school_year) & rows["kind"].eq(
        "district" if kind == "place" else kind
    )
    return rows[of_kind if kind == "place" else of_kind & rows["place"].eq(place)]


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Add the share, and whether it is shown."""
    students, chronic = (table[name].astype("Float64") for name in ("students", "chronic"))
    hidden = (students.isna() | chronic.isna()).to_numpy(dtype=bool)
    few = (students < MIN_EFFECTIVE).fillna(value=False).to_numpy(dtype=bool)
    share = (chronic / students).mask(hidden | few)
    status = np.select([hidden, few], ["suppressed", "unreliable"], "reported")
    return table.assign(share=share.astype("float64"), status=status)
