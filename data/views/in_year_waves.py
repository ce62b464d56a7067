"""Illness waves: days and weeks of absence beyond the expected range of a neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.early.calendar import SchoolDays, by_area
from analytics.early.ears import Method, ears
from analytics.early.waves import ALPHA, WINDOWS, Waves, waves
from data.views.in_year import LaidYear

RUN = ["unit", "first", "last", "window", "absent", "expected", "high", "extra", "place_unusual"]
LATEST = ["absent", "expected", "high", "alarm"]


@dataclass(frozen=True, eq=False)
class WavesFound:
    """Days and weeks beyond the expected range.

    Attributes
    ----------
    state : {"looked", "no enrolment", "too few days"}
        Without enrolment students' own chance is not known; the first weeks have no past. Both
        have no alarm, and nothing may be concluded from that.
    table : DataFrame
        A row a unit and run of days with an alarm, latest first: `unit`, `first`, `last` (dates of
        the alarms), `window` ("day", "week", "both"), `absent` and `expected` (mean of the alarm
        days, or of their weeks when only those were beyond), `high` (upper end of the range),
        `extra` (days of students beyond
        expected on those days), `place_unusual` (the whole place was out of its range on one of
        them, so the cause is likely to be shared: a storm, a holiday, a wave everywhere).
    latest : DataFrame
        Index unit: of the last day, `absent`, `expected`, `high`, `alarm`; NaN where the past is
        too short.
    place_days : DatetimeIndex
        Days on which the whole place was out of its own range.
    alarms, by_chance : int, float
        Alarms (each unit, day and window) so far, and how many ordinary days alone would bring.
        Say both.
    alpha : float
        Stated chance of one unit on one day.
    """

    state: str
    table: pd.DataFrame = field(repr=False)
    latest: pd.DataFrame = field(repr=False)
    place_days: pd.DatetimeIndex = field(repr=False)
    alarms: int
    by_chance: float
    alpha: float


def waves_view(
    year: LaidYear, parts: pd.DataFrame, *, least: int, alpha: float = ALPHA
) -> WavesFound:
    """Find waves of units: neighbourhoods, districts, boroughs, or the place alone.

    Parameters
    ----------
    year : LaidYear
    parts : DataFrame, shape (schools, units)
        From `data.views.units.unit_parts`. With several units each is held against its own past
        relative to the rest of the place; a single one against its own past.
    least : int
        Fewest students of a unit.
    alpha : float
        See `analytics.early.waves`.
    """
    if year.basis == "schools":
        table, latest = pd.DataFrame(columns=RUN), pd.DataFrame(columns=LATEST)
        return WavesFound("no enrolment", table, latest, pd.DatetimeIndex([]), 0, 0.0, alpha)
    areas, _ = by_area(year.days, parts)
    big = areas.possible.max() >= least
    names = areas.absent.columns[big.to_numpy() & areas.absent.notna().any().to_numpy()]
    areas = SchoolDays(areas.absent[names], areas.possible[names])
    one = pd.DataFrame({"place": 1.0}, index=year.days.absent.columns)
    place, _ = by_area(year.days, one)
    whole = waves(place, alpha=alpha)
    beyond = whole.alarms("day")["place"] | whole.alarms("week")["place"]
    days = pd.DatetimeIndex(beyond.index[beyond])
    found = waves(areas, rest=_rest(place, areas) if len(names) > 1 else None, alpha=alpha)
    looked = "looked" if found.p["day"].notna().any(axis=None) else "too few days"
    return WavesFound(
        looked,
        _runs(found, areas, beyond.to_numpy()),
        _latest(found),
        days,
        int(sum(found.alarms(name).to_numpy().sum() for name in WINDOWS)),
        sum(found.by_chance(name) for name in WINDOWS),
        alpha,
    )


def series_view(year: LaidYear, part: pd.Series, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Give one unit's days against its own past, for a chart.

    Returns
    -------
    DataFrame
        Index date: `absent`, `expected`, `high` (fractions), `alarm`; and the alarms of the simple
        methods health departments know, `c1, c2, c3` (weekdays and season are not in them).
    """
    areas, _ = by_area(year.days, part.to_frame("unit"))
    found = waves(areas, alpha=alpha)
    rate = areas.rate["unit"]
    methods: tuple[Method, ...] = ("C1", "C2", "C3")
    return pd.DataFrame(
        {
            "absent": rate,
            "expected": found.expected["day"]["unit"],
            "high": found.high["day"]["unit"],
            "alarm": found.alarms("day")["unit"] | found.alarms("week")["unit"],
            **{method.lower(): ears(rate, method)["alarm"] for method in methods},
        }
    )


def _rest(place: SchoolDays, areas: SchoolDays) -> SchoolDays:
    """Give the place without each unit, day by day."""
    return SchoolDays(
        -areas.absent.sub(place.absent["place"], axis=0),
        -areas.possible.sub(place.possible["place"], axis=0),
    )


def _latest(found: Waves) -> pd.DataFrame:
    """Give the last day of every unit."""
    alarm = found.alarms("day") | found.alarms("week")
    return pd.DataFrame(
        {
            "absent": found.absent["day"].iloc[-1],
            "expected": found.expected["day"].iloc[-1],
            "high": found.high["day"].iloc[-1],
            "alarm": alarm.iloc[-1],
        }
    ).rename_axis("unit")


def _runs(found: Waves, areas: SchoolDays, unusual: np.ndarray) -> pd.DataFrame:
    """Gather alarm days of a unit that follow each other."""
    day, week = found.alarms("day"), found.alarms("week")
    rows = []
    for unit in day:
        alarm = (day[unit] | week[unit]).to_numpy()
        edges = np.flatnonzero(np.diff(np.concatenate([[0], alarm.astype(int), [0]])))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            rows.append(_run(found, areas, str(unit), slice(begin, end), unusual))
    table = pd.DataFrame(rows, columns=RUN)
    return table.sort_values(["last", "extra"], ascending=False, ignore_index=True)


def _run(
    found: Waves, areas: SchoolDays, unit: str, rows: slice, unusual: np.ndarray
) -> dict[str, object]:
    dates = areas.absent.index[rows]
    kinds = [name for name in WINDOWS if found.alarms(name)[unit].iloc[rows].any()]
    shown = "week" if kinds == ["week"] else "day"
    absent, expected, high = (
        each[shown][unit].iloc[rows] for each in (found.absent, found.expected, found.high)
    )
    daily = found.absent["day"][unit] - found.expected["day"][unit]
    beyond = (daily * areas.possible[unit]).iloc[rows]
    return {
        "unit": unit,
        "first": dates[0],
        "last": dates[-1],
        "window": kinds[0] if len(kinds) == 1 else "both",
        "absent": absent.mean(),
        "expected": expected.mean(),
        "high": high.mean(),
        "extra": beyond.sum(),
        "place_unusual": bool(unusual[rows].any()),
    }
