"""The September signal of a place, from its own earlier years or as published elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analytics.early.september import LEAST_YEARS, OLSON, Published, back_test, transitions
from data.contracts.in_year import BANDS

REACH = ("band_2_4", "band_5")


@dataclass(frozen=True, eq=False)
class September:
    """What the first month tells of the year's end.

    Attributes
    ----------
    state : {"own", "published", "no signal"}
        "own": from this place's earlier years. "published": there are fewer than two, so only what
        was found elsewhere can be offered, see `published`. "no signal": the first month is not
        over, or hidden.
    table : DataFrame
        Index band: `students` this year; `rate`, the part of the band that was (or elsewhere:
        missed more than 20 days) at the end of earlier years; `expected` students. With
        "published" the band of 0-1 days has none.
    expected, low, high : float
        Chronically absent students at the end of this year and the 90 % range; NaN unless "own".
    years : tuple of str
        Earlier years behind it.
    back_test : DataFrame
        See `analytics.early.september.back_test`; empty with two years or fewer: then say that
        the range is not yet tested here.
    published : Published
        What was found elsewhere, with its other outcome.
    districts : int
        Districts counted; `left_out` have a hidden figure this year or in a year used.
    left_out : int
    """

    state: str
    table: pd.DataFrame = field(repr=False)
    expected: float
    low: float
    high: float
    years: tuple[str, ...]
    back_test: pd.DataFrame = field(repr=False)
    published: Published
    districts: int
    left_out: int


def september_view(
    months: pd.DataFrame, bands: pd.DataFrame, school_year: str, *, district: str | None = None
) -> September:
    """Give the September signal of a school year.

    Parameters
    ----------
    months, bands : DataFrame
        As in `data.contracts.in_year`.
    school_year : str
    district : str, optional
        By default all districts together.
    """
    rows = months[months["kind"].eq("district") & months["group"].eq("all")]
    rows = rows[rows["school_year"].eq(school_year)]
    past = bands[bands["kind"].eq("district") & bands["school_year"].lt(school_year)]
    if district is not None:
        rows, past = rows[rows["place"].eq(district)], past[past["place"].eq(district)]
    everyone = set(rows["place"])
    now = rows.dropna(subset=list(BANDS)).drop_duplicates("place", keep="last").set_index("place")
    students, chronic, used = _own(past, now)
    if len(used):
        now = now.loc[used]
    this = now[list(BANDS)].astype(float).sum().rename("students").rename_axis("band")
    left = len(everyone) - len(now)
    nothing = pd.DataFrame(columns=["expected", "low", "high", "came", "inside", "from_years"])
    if now.empty:
        table = pd.DataFrame({"students": this * float("nan"), "rate": float("nan")})
        table["expected"] = float("nan")
        return September("no signal", table, *_UNKNOWN, (), nothing, OLSON, 0, left)
    if students.shape[1] < LEAST_YEARS:
        rate = pd.Series(OLSON.share).reindex(this.index)
        table = pd.DataFrame({"students": this, "rate": rate, "expected": this * rate})
        return September("published", table, *_UNKNOWN, (), nothing, OLSON, len(now), left)
    found = transitions(students, chronic)
    rate = found.rate
    table = pd.DataFrame({"students": this, "rate": rate, "expected": this * rate})
    tested = back_test(students, chronic)
    years = tuple(str(year) for year in found.years)
    ahead = found.expected(this)
    return September("own", table, *ahead, years, tested, OLSON, len(now), left)


_UNKNOWN = (float("nan"),) * 3


def _own(past: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Sum earlier years over the districts that have every band in all of them and this year."""
    known = past.dropna(subset=["students", "chronic"])
    known = known[known["place"].isin(now.index)]
    whole = known.groupby(["school_year", "place"])["band"].nunique().eq(len(BANDS))
    years = sorted(whole[whole].index.get_level_values("school_year").unique())
    per_place = whole[whole].groupby(level="place").size()
    used = [str(name) for name in per_place.index[per_place.eq(len(years))]] if years else []
    known = known[known["place"].isin(used)]
    sums = known.groupby(["band", "school_year"])[["students", "chronic"]].sum().astype(float)
    wide = sums.unstack("school_year")  # noqa: PD010
    wide = wide.reindex(list(BANDS))
    if not used:
        empty = pd.DataFrame(index=pd.Index(list(BANDS), name="band"))
        return empty, empty, []
    return wide["students"], wide["chronic"], used


def schools_to_reach(months: pd.DataFrame, school_year: str) -> pd.DataFrame:
    """Count, for each school's team, the students that the first month says need reaching.

    Returns
    -------
    DataFrame
        Index school: `students` with a band; `reach`, those who missed two days or more; `share`;
        `status` ("reported", "suppressed" when a band is hidden). A count for a school team: never
        a list of students.
    """
    rows = months[months["kind"].eq("school") & months["group"].eq("all")]
    rows = rows[rows["school_year"].eq(school_year)]
    signal = rows[rows[list(BANDS)].notna().any(axis=1)].set_index("place")
    signal = signal[~signal.index.duplicated(keep="last")]
    table = signal[list(BANDS)].astype(float)
    known = table.notna().all(axis=1)
    students = table.sum(axis=1).where(known)
    reach = table[list(REACH)].sum(axis=1).where(known)
    schools = pd.Index(sorted(rows["place"].unique()), name="school_id")
    found = pd.DataFrame({"students": students, "reach": reach, "share": reach / students})
    found = found.reindex(schools)
    return found.assign(
        students=found["students"].astype("Int64"),
        reach=found["reach"].astype("Int64"),
        status=found["reach"].notna().map({True: "reported", False: "suppressed"}),
    )
