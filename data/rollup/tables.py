"""From what the parts counted to the figures of a month: by school and district, group and day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from data.rollup.cells import BANDS, DAYS, EVERYONE, ROW, TIERS, Month
from data.rollup.expressions import NOBODY
from data.rollup.inputs import Opened

CHRONIC = 2
"""First tier that is chronic absence."""
SUMS = ["students", "enrolled", "possible", "absent"]
EACH = "each"
"""Kind of a district whose students of several schools count at each of them."""


def with_each(counts: pd.DataFrame, districts: Mapping[str, str]) -> pd.DataFrame:
    """Add the rows of schools once more, as those of `EACH` of their districts."""
    own = counts[counts["kind"].eq("school")]
    own = own.assign(kind=EACH, place=own["place"].map(districts))
    return pd.concat([counts, own], ignore_index=True)


def long(
    counts: pd.DataFrame, groups: Mapping[str, str], broad: Collection[str] = ()
) -> pd.DataFrame:
    """Count by all students and by each group: a row a place, month, group, tier and band.

    Parameters
    ----------
    counts : DataFrame
        As of `data.rollup.parts.gathered`.
    groups : mapping of str to str
        Header by column.
    broad : collection of str
        Headers of groups that are counted for districts only.
    """
    keys = ["kind", "place", "month"]
    parts = [_grouped(counts.assign(group=EVERYONE, column=""), keys)]
    for name, header in groups.items():
        own = counts[counts[name].notna()]
        if header in broad:
            own = own[own["kind"].ne("school")]
        label = f"{header}: " + own[name].astype(str)
        parts.append(_grouped(own.assign(group=label, column=header), keys))
    return pd.concat(parts, ignore_index=True)


def _grouped(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    by = [*keys, "group", "column", "tier", "band"]
    return pd.DataFrame(counts.groupby(by, as_index=False)[SUMS].sum())


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """Give the measures of each place, month and group.

    Returns
    -------
    DataFrame
        Index `ROW` and month: `enrolled`, `students` (so far, with the minimum of days), `chronic`,
        tiers, bands (in the month in which the September signal ends, else empty), `possible`,
        `absent`; `column`.
    """
    keys = [*ROW, "month"]
    counted = table.assign(
        students=table["students"].where(table["tier"].ge(0), 0),
        chronic=table["students"].where(table["tier"].ge(CHRONIC), 0),
        **{
            name: table["students"].where(table["tier"].eq(tier), 0)
            for tier, name in enumerate(TIERS)
        },
        **{
            name: table["students"].where(table["band"].eq(band), 0)
            for band, name in enumerate(BANDS)
        },
    )
    sums = ["enrolled", "students", "chronic", *TIERS, *BANDS, *DAYS]
    found = counted.groupby(keys)[sums].sum().astype("float64")
    found["column"] = table.groupby(keys)["column"].first()
    ends = _signal_months(table)
    month = found.index.get_level_values("month")
    kind, place = (found.index.get_level_values(each) for each in ("kind", "place"))
    # A district has one signal, however its students are counted.
    kind = kind.where(kind != EACH, "district")
    signal = ends.reindex(pd.MultiIndex.from_arrays([kind, place])).to_numpy()
    found.loc[month.to_numpy() != signal, list(BANDS)] = np.nan
    return found


def _signal_months(table: pd.DataFrame) -> pd.Series:
    """Give the month in which the September signal of a place ends: bands are then all students."""
    everyone = table[table["group"].eq(EVERYONE)]
    sums = (
        everyone.assign(
            counted=everyone["students"].where(everyone["tier"].ge(0), 0),
            banded=everyone["students"].where(everyone["band"].ge(0), 0),
        )
        .groupby(["kind", "place", "month"])[["counted", "banded"]]
        .sum()
    )
    # Who has a band has one in every month; who has not may be counted from a later month on.
    full = sums[sums["counted"].eq(sums["banded"]) & sums["banded"].gt(0)]
    return full.reset_index("month").groupby(["kind", "place"])["month"].min()


def transitions(table: pd.DataFrame) -> pd.DataFrame:
    """Count students by band of the September signal and what became of them by the last month.

    Returns
    -------
    DataFrame
        All students: `kind` (`EACH` among them), `place`, `band`; `students`, `chronic`. `NOBODY`
        is the band of those who came later.
    """
    everyone = table[table["group"].eq(EVERYONE) & table["tier"].ge(0)]
    last = everyone.groupby(["kind", "place"])["month"].transform("max")
    rows = everyone[everyone["month"].eq(last)]
    rows = rows.assign(chronic=rows["students"].where(rows["tier"].ge(CHRONIC), 0))
    found = rows.groupby(["kind", "place", "band"], as_index=False)[["students", "chronic"]].sum()
    return pd.DataFrame(found[found["band"].ge(NOBODY)])


def by_day(days: pd.DataFrame, parts: int) -> pd.DataFrame:
    """Give the days of each place: index kind, place, date; `month`, `week` (Monday), `DAYS`."""
    found = days.groupby(["kind", "place", "date"])[["enrolled", "absent"]].sum().reset_index()
    date = pd.to_datetime(found["date"])
    found["date"] = date.dt.strftime("%Y-%m-%d")
    found["month"] = date.dt.year * 100 + date.dt.month
    monday = date - pd.to_timedelta(date.dt.day_of_week, unit="D")
    found["week"] = monday.dt.strftime("%Y-%m-%d")
    found["possible"] = found["enrolled"].astype("float64") * parts
    found["absent"] = found["absent"].astype("float64")
    return found.set_index(["kind", "place", "date"])[["month", "week", *DAYS]]


def months_of(
    district: str, measures: pd.DataFrame, days: pd.DataFrame, opened: Opened
) -> Iterator[tuple[int, Month]]:
    """Give the months of a district, one after the other."""
    own = _of_district(measures, district, opened.districts)
    dated = _of_district(days, district, opened.districts)
    for month, rows in own.groupby(level="month", sort=True):
        each = rows.index.get_level_values("kind") == EACH
        figures = rows[~each].droplevel("month")
        column = figures["column"].groupby(level="group").first()
        here = dated[dated["month"].eq(month)]
        yield (
            int(month),
            Month(
                figures.drop(columns="column"),
                here.drop(columns="month"),
                column.to_dict(),
                opened.rules.parts,
                rows[each].droplevel(["kind", "place", "month"]) if each.any() else None,
            ),
        )


def _of_district(table: pd.DataFrame, district: str, districts: Mapping[str, str]) -> pd.DataFrame:
    kind = table.index.get_level_values("kind")
    place = table.index.get_level_values("place").to_series()
    own = place.where(kind != "school", place.map(districts))
    return pd.DataFrame(table[own.eq(district).to_numpy()])
