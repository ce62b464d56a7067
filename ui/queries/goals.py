"""What the page Goals asks: paths, forecasts, what is needed, and how good such forecasts were."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.goals import CALIFORNIA, calibration, halving, path
from analytics.goals.calibration import Calibration
from analytics.goals.paths import HALVING_YEARS
from data.views import goals as views
from data.views.goals import History, MakePath
from data.views.units import unit_parts
from ui import queries
from ui.languages import mark, text
from ui.queries import units
from ui.queries.long_work import result
from ui.selection import GOALS_OF, Selection

HELD_OUT = 3
LEAST_FITTED = 3


@dataclass(frozen=True, eq=False)
class BackTest:
    """Forecasts made without the last years, beside what came.

    Attributes
    ----------
    table : DataFrame
        `data.views.goals.back_test`.
    calibration : Calibration
    until : str
        Last school year that was fitted.
    """

    table: pd.DataFrame
    calibration: Calibration
    until: str


def offered(selection: Selection) -> Mapping[str, str]:
    """Words of whose goals can be listed here; the first has the key ""."""
    here = _here(selection)
    return {"" if name == here[0] else name: GOALS_OF[name] for name in here}


def unit_of(selection: Selection) -> str:
    """Resolve whose goals are listed: a key of `GOALS_OF`."""
    here = _here(selection)
    return selection.goals_of if selection.goals_of in here else here[0]


def year_name(autumn: int) -> str:
    """Write a school year by the calendar year it begins in: "2029-30"."""
    return f"{autumn}-{(autumn + 1) % 100:02d}"


def bases(selection: Selection) -> Mapping[int, str]:
    """Words of the years that a goal can start from; none for a path that is set by others."""
    if selection.goal == "california":
        return {}
    unusual = queries.panel(selection).area.unusual_years
    known = [year for year in queries.choices(selection.area).years if year not in unusual]
    last = int(known[-1][:4])
    # A goal in five years that lies in the past is none to plan for.
    first = 0 if selection.goal == "own" else last - HALVING_YEARS + 1
    earlier = {int(year[:4]): year for year in reversed(known[:-1]) if int(year[:4]) >= first}
    return {0: text("{year}, the latest", year=known[-1]), **earlier}


def years(selection: Selection) -> Mapping[int, str]:
    """Words of the years that an own goal can be set for; none for other goals."""
    if selection.goal != "own":
        return {}
    ahead = queries.choices(selection.area).ahead()
    return {0: year_name(ahead[HALVING_YEARS - 1]), **{year: year_name(year) for year in ahead}}


def base_of(selection: Selection) -> int | None:
    """Give the autumn of the base year; None for the latest."""
    return selection.goal_base or None


def maker(selection: Selection) -> MakePath:
    """Give the path from a base rate and year that the view's goal asks for."""
    shape = selection.goal_shape or "geometric"
    if selection.goal == "california":
        return lambda _rate, _year: path(CALIFORNIA, shape=shape)
    if selection.goal == "own":
        end = selection.goal_year or queries.choices(selection.area).ahead()[HALVING_YEARS - 1]
        goal = selection.goal_percent / 100
        return lambda rate, year: path({year: rate, end: goal}, shape=shape)
    return lambda rate, year: halving(rate, year, shape=shape)


def whole(selection: Selection) -> pd.DataFrame:
    """Goal of the whole place, one row: see `data.views.goals.goal_view`."""
    return _held(selection, "place")


def found(selection: Selection) -> pd.DataFrame:
    """Goals of the listed units, most students needed a year first."""
    table = _held(selection, unit_of(selection))
    order = table.assign(_id=table.index).sort_values(
        ["students_a_year", "_id"], ascending=[False, True], na_position="last"
    )
    return order.drop(columns="_id")


def names(selection: Selection, ids: pd.Index) -> pd.Series:
    """Name each listed unit."""
    return units.names(selection, unit_of(selection), ids)


def chosen(selection: Selection) -> tuple[str, str]:
    """Give the kind and id of what is drawn: a listed unit, else the whole place."""
    unit = unit_of(selection)
    if selection.goal_for and selection.goal_for in history(selection, unit).rate.index:
        return unit, selection.goal_for
    return "place", queries.panel(selection).area.name


def drawn(selection: Selection) -> pd.DataFrame:
    """Past, path and what is to come of what is drawn: see `data.views.goals.path_view`.

    With `definition`, a code that changes where figures stop being comparable.
    """
    unit, name = chosen(selection)
    past, row = history(selection, unit), _held(selection, unit).loc[name]
    if pd.isna(row["base_rate"]):
        rate = past.rate.loc[name]
        table = pd.DataFrame({"rate": rate, "enrolled": past.enrolled.loc[name]})
    else:
        line = maker(selection)(float(row["base_rate"]), int(row["base_year"]))
        table = views.path_view(past, name, line)
    return table.join(past.definition.rename("definition"))


def grid(selection: Selection) -> pd.DataFrame:
    """Status and change of the listed units by California's cut points."""
    return views.grid_view(history(selection, unit_of(selection)))


def tested(selection: Selection) -> BackTest | None:
    """Forecast the last years of this place from those before; None with too few years."""
    unit = unit_of(selection)
    unusual = queries.panel(selection).area.unusual_years
    usual = [year for year in queries.choices(selection.area).years if year not in unusual]
    if len(usual) < LEAST_FITTED + 1:
        return None
    until = usual[-1 - min(HELD_OUT, len(usual) - LEAST_FITTED)]
    key = ("goals tested", *_key(selection, unit), selection.goal_shape)
    doing = text("Forecasting the last years from those before")
    return result(key, doing, lambda _: _tested(selection, unit, until))


def history(selection: Selection, unit: str) -> History:
    """Past rates of the units of a kind, usual years only."""
    doing = text("Gathering the past years")
    key = ("history of goals", *_key(selection, unit))
    return result(key, doing, lambda _: _history(selection, unit))


def _tested(selection: Selection, unit: str, until: str) -> BackTest:
    parts = _parts(selection, unit)
    panel, level = queries.panel(selection), selection.level
    past = views.goal_history(panel, level, parts, until=until)
    shape = selection.goal_shape or "geometric"
    table = views.back_test(
        past, history(selection, unit), lambda rate, year: halving(rate, year, shape=shape)
    )
    return BackTest(table, calibration(table["chance"], table["met"]), until)


def _held(selection: Selection, unit: str) -> pd.DataFrame:
    key = (
        *("goals", *_key(selection, unit), selection.goal, selection.goal_shape),
        *(selection.goal_base, selection.goal_year, selection.goal_percent),
    )
    past = history(selection, unit)
    return result(
        key,
        text("Holding places against the goal"),
        lambda _: views.goal_view(past, maker(selection), base=base_of(selection)),
    )


def _history(selection: Selection, unit: str) -> History:
    panel = queries.panel(selection)
    return views.goal_history(panel, selection.level, _parts(selection, unit))


def _parts(selection: Selection, unit: str) -> pd.DataFrame:
    return unit_parts(queries.panel(selection), unit, queries.join(selection).table)


def _here(selection: Selection) -> tuple[str, ...]:
    return tuple(name for name in GOALS_OF if name in units.here(selection))


def _key(selection: Selection, unit: str) -> tuple[Hashable, ...]:
    place = queries.place(selection.area)
    return (place, unit, selection.level, selection.catchment)


PROGRESS: Mapping[str, str] = {
    "on track": mark("on track"),
    "too early to say": mark("too early to say"),
    "off track": mark("off track"),
    "not known": mark("not known"),
}
