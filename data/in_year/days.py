"""Daily figures of several files, put together into the days of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from analytics.disclosure import Policy
from data.contracts.in_year import CLOSED, OPEN, PLACE
from data.in_year.editions import Part
from data.in_year.figures import school_year_of
from data.read.daily import DOUBTED, NOT_SUBMITTED
from data.store.provenance import Ledger, LedgerEntry

HALF = 0.5
"""A day is a school day of the place when more than this part of its schools gave a figure."""
FEW = "The school has too few students for a figure of a day."
COLUMNS = ["place_id", "date", "attended", "possible", "absent", "status", "reason", "source"]


def put_together(
    parts: Sequence[Part], until: date, ledger: Ledger, *, is_replay: bool
) -> pd.DataFrame:
    """Take each school's day from the last of the files that has it.

    Parameters
    ----------
    parts : sequence of Part
        In the order in which they count.
    until : date
        Last day that is used.
    ledger : Ledger
    is_replay : bool
        Whether later days are left out as not yet known, and not as wrong.

    Returns
    -------
    DataFrame
        `COLUMNS`, sorted by place and day.
    """
    tables = [part.table.rename(columns={"school_id": "place_id"}) for part in parts]
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(tables, ignore_index=True)
    late = rows["date"].gt(until.isoformat())
    if not is_replay:
        _tell(ledger, rows[late], "days_ahead", "The day had not come when the file was read.")
        ledger.extend(_summed([entry for part in parts for entry in part.ledger]))
    rows = rows[~late]
    again = rows.duplicated(["place_id", "date"], keep="last")
    for source, old in rows[again].groupby("source", sort=True):
        reason = "A later file has the school's day too: that one counts."
        ledger.record(str(source), "days", "dropped", reason, len(old))
    return rows[~again].sort_values(["place_id", "date"], ignore_index=True)[COLUMNS]


def _summed(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Say once what was done to many files of a feed alike."""
    found: dict[LedgerEntry, int] = {}
    for entry in entries:
        same = replace(entry, rows=0)
        found[same] = found.get(same, 0) + entry.rows
    return [replace(entry, rows=rows) for entry, rows in found.items()]


def as_days(rows: pd.DataFrame, absence: pd.DataFrame, ledger: Ledger, slug: str) -> pd.DataFrame:
    """Say of each day its school year, the students of the school, and whether school was held.

    Parameters
    ----------
    rows : DataFrame
        `COLUMNS`.
    absence : DataFrame
        That of the protected panel; without rows where there is no panel.
    ledger : Ledger
    slug : str

    Returns
    -------
    DataFrame
        As in the contract of `days`.
    """
    dates = rows["date"].unique()
    years = {day: school_year_of(date.fromisoformat(day)) for day in dates}
    table = rows.assign(school_year=rows["date"].map(years).astype("str"))
    table["enrolled"] = _enrolled(table, absence)
    table["place_day"] = _place_days(table, absence)
    _account(table, absence, ledger, slug)
    return table


def without_small(days: pd.DataFrame, policy: Policy, ledger: Ledger) -> pd.DataFrame:
    """Hide the days of schools that the policy calls too small for any figure (P1).

    Shares of a published file are public; a school of ten students is hidden all the same.
    """
    small = days["enrolled"].le(policy.hide_enrolled_up_to).fillna(value=False).astype(bool)
    small &= days["status"].eq("reported")
    for source, rows in days[small].groupby("source", sort=True):
        ledger.record(str(source), "days", "dropped", FEW, rows["place_id"].drop_duplicates())
    hidden = days.assign(
        status=days["status"].mask(small, "suppressed"), reason=days["reason"].mask(small, FEW)
    )
    hidden.loc[small, ["attended", "possible", "absent"]] = None
    return hidden


def floats(rows: pd.DataFrame) -> pd.DataFrame:
    """Give figures of days the type of their contract, also where all are empty."""
    return rows.astype(dict.fromkeys(("attended", "possible", "absent"), "float64"))


def of_all(absence: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of all students of a panel's absence."""
    return absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]


def _enrolled(table: pd.DataFrame, absence: pd.DataFrame) -> pd.Series:
    """Give the students of each row's school and year: those of the panel, else of the day."""
    known = of_all(absence).set_index(["school_id", "school_year"])["enrolled"]
    keys = pd.MultiIndex.from_frame(table[["place_id", "school_year"]])
    of_panel = pd.Series(known.reindex(keys).to_numpy(), index=table.index, dtype="Int64")
    of_day = pd.to_numeric(table["possible"]).astype("float64").round().astype("Int64")
    return of_panel.fillna(of_day)


def _place_days(table: pd.DataFrame, absence: pd.DataFrame) -> pd.Series:
    """Say which days are school days of the place: half of the schools of the year gave a figure.

    Schools of the year are those with a row in it so far and those that the panel has that year.
    """
    schools = table[table["place_id"].ne(PLACE)]
    gave = schools[schools["status"].ne("missing")].groupby("date").size()
    known = of_all(absence)[["school_id", "school_year"]].set_axis(
        ["place_id", "school_year"], axis=1
    )
    both = pd.concat([schools[["place_id", "school_year"]], known]).drop_duplicates()
    many = both.groupby("school_year").size()
    figures = table["date"].map(gave).fillna(0)
    is_open = figures.gt(HALF * table["school_year"].map(many).fillna(0))
    return pd.Series(CLOSED, index=table.index, dtype="str").mask(is_open, OPEN)


def _account(table: pd.DataFrame, absence: pd.DataFrame, ledger: Ledger, slug: str) -> None:
    """Write into the ledger what is not plainly reported, unknown, or no school day."""
    for source, rows in table.groupby("source", sort=True):
        ledger.record(str(source), "days", "kept", "Days of schools and of the place.", len(rows))
        ns = rows["reason"].eq(NOT_SUBMITTED)
        ledger.record(
            str(source), "days", "kept", f"Kept as missing: {NOT_SUBMITTED}", int(ns.sum())
        )
        for reason, name in DOUBTED.items():
            _tell(ledger, rows[rows["reason"].eq(reason)], name, reason)
    schools = table.loc[table["place_id"].ne(PLACE), ["place_id", "school_year", "enrolled"]]
    ids = schools["place_id"].drop_duplicates()
    strange = ids[~ids.isin(absence["school_id"])]
    reason = "Not among the schools of the panel: kept, their students are not known."
    ledger.record(slug, "days", "kept", reason, strange)
    lacking = schools[schools["enrolled"].isna()].drop_duplicates(["place_id", "school_year"])
    lacking = lacking[~lacking["place_id"].isin(strange)]
    reason = "The panel has no students of the school in that year: kept, weighs nothing in sums."
    ledger.record(slug, "days", "kept", reason, lacking["place_id"] + " " + lacking["school_year"])
    closed = table.loc[table["place_day"].eq(CLOSED), "date"].drop_duplicates().sort_values()
    reason = "Half of the schools or fewer gave a figure: no school day of the place."
    ledger.record(slug, "days", "kept", reason, closed)


def _tell(ledger: Ledger, rows: pd.DataFrame, doubt: str, reason: str) -> None:
    for source, own in rows.groupby("source", sort=True):
        ledger.doubt(doubt, str(source), "days", reason, own["place_id"] + " " + own["date"])
