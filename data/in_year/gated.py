"""Daily counts shared under an agreement, through the same gate as a roll-up, day after day.

What earlier updates showed is given again as it was, and what they hid stays hidden, so that two
updates side by side tell no more than one.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analytics.disclosure import Policy
from data.contracts.in_year import PLACE
from data.errors import DataError
from data.rollup.cells import EVERYONE, STUDENTS, Before, Gated, Key, Month
from data.rollup.gate import gate
from data.store.provenance import Ledger

COUNTS = ("possible", "absent")
HIDDEN = "Hidden by the gate: too few students, or it would give away another figure."
KEPT = (
    "Given before, and put right in the file since: kept as given, for both together would tell of"
    " the students between them."
)
NO_COUNT = "Shared under an agreement, and its students are not known: not shown."
KINDS = {True: "district", False: "school"}


def gated(
    rows: pd.DataFrame, enrolled: pd.Series, given: pd.DataFrame, policy: Policy, ledger: Ledger
) -> pd.DataFrame:
    """Show of restricted daily figures what no reader can work a hidden one out from.

    Parameters
    ----------
    rows : DataFrame
        `data.in_year.days.COLUMNS`, of restricted sources alone.
    enrolled : Series of Int64
        Students of the school that year, on the same index: they stand for the students of the day
        where the file has shares alone.
    given : DataFrame
        Days as the last update showed them, as in the contract of `days`.
    policy : Policy
    ledger : Ledger

    Returns
    -------
    DataFrame
        The same rows and columns; hidden figures are empty and suppressed. The row of the whole
        place is the sum of its schools: what a file says of it is not used.

    Raises
    ------
    DataError
        A hidden figure could be worked out; nothing is to be shown then.
    """
    counted = _counts(rows[rows["place_id"].ne(PLACE)], enrolled, ledger)
    known = counted["possible"].notna() & counted["absent"].notna()
    shown: dict[tuple[str, str], dict[str, float]] = {}
    closed: set[Key] = set()
    for month, days in counted[known].groupby(counted["date"].str[:7], sort=True):
        before = _before(given[given["date"].str[:7].eq(str(month))], frozenset(closed))
        release = gate(_month(days), before, policy)
        _refuse(release)
        closed |= {key[:3] for key in release.hidden if key[-1] == "enrolled"}
        for key, value in release.shown.items():
            if key[2] == "day":
                place = PLACE if key[0] == "district" else str(key[1])
                shown.setdefault((place, str(key[3])), {})[str(key[4])] = value
    both = pd.concat([counted, _of_the_place(counted[known])], ignore_index=True)
    made = _only_shown(both, shown)
    put_right = made["absent"].notna() & (
        made["absent"].ne(both["absent"]) | made["possible"].ne(both["possible"])
    )
    for source, own in made[put_right & made["place_id"].ne(PLACE)].groupby("source", sort=True):
        ledger.record(str(source), "days", "kept", KEPT, own["place_id"] + " " + own["date"])
    return made


def _counts(rows: pd.DataFrame, enrolled: pd.Series, ledger: Ledger) -> pd.DataFrame:
    """Give whole students to every row: of the file, or its share times the enrolment."""
    table = rows.copy()
    students = enrolled.reindex(rows.index).astype("float64")
    table["possible"] = table["possible"].astype("float64").fillna(students)
    away = (table["possible"] * (1 - table["attended"])).round()
    table["absent"] = table["absent"].astype("float64").fillna(away)
    lacking = table["status"].eq("reported") & table["possible"].isna()
    for source, own in table[lacking].groupby("source", sort=True):
        ledger.record(str(source), "days", "dropped", NO_COUNT, own["place_id"].drop_duplicates())
    table["status"] = table["status"].mask(lacking, "suppressed")
    table["reason"] = table["reason"].mask(lacking, NO_COUNT)
    table.loc[lacking, "attended"] = None
    return table


def _month(days: pd.DataFrame) -> Month:
    """Give one month of one district as the gate of a roll-up takes it."""
    dated = pd.concat([days, _of_the_place(days)], ignore_index=True)
    dated["kind"] = dated["place_id"].eq(PLACE).map(KINDS)
    dated = dated.rename(columns={"place_id": "place"})
    day = pd.to_datetime(dated["date"])
    dated["week"] = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    sums = dated.groupby(["kind", "place"])[list(COUNTS)].sum()
    sums["enrolled"] = dated.groupby(["kind", "place"])["possible"].max()
    rows = sums.reset_index().assign(group=EVERYONE).set_index(["kind", "place", "group"])
    rows = rows.reindex(columns=[*STUDENTS, *COUNTS])
    index = dated.set_index(["kind", "place", "date"])[["week", *COUNTS]]
    return Month(rows, index, {}, 1)


def _of_the_place(days: pd.DataFrame) -> pd.DataFrame:
    """Sum the schools of each day."""
    sums = days.groupby("date", as_index=False).agg(
        possible=("possible", "sum"), absent=("absent", "sum"), source=("source", "last")
    )
    share = 1 - sums["absent"] / sums["possible"].where(sums["possible"].gt(0))
    words = {"place_id": PLACE, "status": "reported", "reason": ""}
    return sums.assign(**words, attended=share)


def _before(given: pd.DataFrame, closed: frozenset[Key]) -> Before:
    """Say what readers have of a month from the last update."""
    shown: dict[Key, float] = {}
    hidden: set[Key] = set()
    for row in given.to_dict("records"):
        place = str(row["place_id"])
        key = (KINDS[place == PLACE], place, "day", row["date"])
        for name in COUNTS:
            if pd.notna(row[name]):
                shown[*key, name] = float(row[name])
            elif row["status"] == "suppressed":
                hidden.add((*key, name))
    return Before(shown=shown, hidden=frozenset(hidden), closed=closed)


def _only_shown(
    rows: pd.DataFrame, shown: Mapping[tuple[str, str], Mapping[str, float]]
) -> pd.DataFrame:
    """Empty what the gate hides."""
    table = rows.copy()
    cells = [shown.get(key, {}) for key in zip(rows["place_id"], rows["date"], strict=True)]
    for name in COUNTS:
        values = [each.get(name) for each in cells]
        table[name] = pd.Series(values, index=rows.index, dtype="float64")
    both = table[list(COUNTS)].notna().all(axis=1)
    secret = table["status"].eq("reported") & ~both
    table["attended"] = (1 - table["absent"] / table["possible"]).where(both)
    table["absent"] = table["absent"].where(both)
    table["status"] = table["status"].mask(secret, "suppressed")
    table["reason"] = table["reason"].mask(secret, HIDDEN)
    return table[rows.columns]


def _refuse(release: Gated) -> None:
    if release.disclosed:
        raise DataError(
            f"{len(release.disclosed):,} hidden figures of a day could be worked out from those"
            " shown; nothing was changed"
        )
