"""What the page This year asks: days, months and bands of the year under way, kept by edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.contracts.in_year import CLOSED
from data.in_year import store
from data.in_year.figures import Age, InYear, school_year_of
from data.views.districts import areas_in, by_district
from data.views.in_year import LaidYear, laid_year, least_students
from data.views.in_year_calendar import (
    calendar_view,
    same_day_units,
    same_day_view,
    weekday_view,
)
from data.views.in_year_months import groups_view, months_view
from data.views.units import unit_parts
from ui import queries
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import NEIGHBOURHOOD, Selection

WHOLE = "place"
NO_DAYS = ("attended", "students", "schools", "published", "status")
"""Columns of the calendar of a year of which only months are known."""
NOTHING = "the store holds no figures of this year; ask `here` first"


@dataclass(frozen=True)
class Edition:
    """One edition of a place's figures of the year: the build beside them, and their hash.

    It is part of every key of the cache: an update is another key.
    """

    place: Place
    version: str


@dataclass(frozen=True)
class Unit:
    """What a calendar is of.

    Attributes
    ----------
    kind : str
        "place", "county", "district", "neighbourhood" or "school".
    id, name : str
    """

    kind: str
    id: str
    name: str


def edition(selection: Selection) -> Edition:
    """Give the edition that is in the store; `version` is "" where there is none."""
    return Edition(queries.place(selection.area), store.version(selection.area))


def here(selection: Selection) -> bool:
    """Whether the store holds a day or a month of the place's year."""
    found = store.state(selection.area)
    return found is not None and found.as_of is not None


def state(selection: Selection) -> InYear:
    """Say how the last update went; tables are empty.

    Raises
    ------
    LookupError
        There are no figures of this year, see `here`.
    """
    found = store.state(selection.area)
    if found is None:
        raise LookupError(NOTHING)
    return found


def as_of(selection: Selection) -> date:
    """Day of the newest figures; a LookupError as of `state`."""
    newest = state(selection).as_of
    if newest is None:
        raise LookupError(NOTHING)
    return newest


def age(selection: Selection, today: date) -> Age:
    """Say how old the figures are; a LookupError as of `state`."""
    found = state(selection).age(today)
    if found is None:
        raise LookupError(NOTHING)
    return found


def figures(selection: Selection) -> InYear:
    """Figures of the year, shared by all sessions, never written to."""
    return loaded(edition(selection))


def now(selection: Selection) -> str:
    """School year of the newest figures."""
    return school_year_of(as_of(selection))


def last(selection: Selection) -> str:
    """Latest earlier school year with days; "" where there is none."""
    before = [each for each in years(edition(selection)) if each < now(selection)]
    return before[-1] if before else ""


def has_days(selection: Selection) -> bool:
    """Whether there are days of the year, not months alone."""
    return now(selection) in years(edition(selection))


def year(selection: Selection, name: str) -> LaidYear:
    """Lay out the days of a school year."""
    return laid(edition(selection), name)


def unit(selection: Selection) -> Unit:
    """Find what the calendar is of: what is in focus, else in the filter, else the place."""
    panel = queries.panel(selection)
    focus, areas = selection.focus, areas_in(panel)
    if focus in panel.schools.index:
        return Unit("school", focus, str(panel.schools.loc[focus, "name"]))
    name = focus.removeprefix(NEIGHBOURHOOD) if focus.startswith(NEIGHBOURHOOD) else ""
    if focus in panel.tracts.index and not by_district(panel):
        name = str(panel.tracts.loc[focus, "neighbourhood"] or "")
    for each in (name, selection.within):
        if each in areas:
            return Unit(areas[each], each, each)
    if selection.within and panel.schools["district"].eq(selection.within).any():
        return Unit("district", selection.within, selection.within)
    return Unit(WHOLE, panel.area.name, panel.area.name)


def calendar(selection: Selection) -> pd.DataFrame:
    """Attendance by day of what is chosen, see `data.views.in_year_calendar.calendar_view`."""
    if not has_days(selection):
        return pd.DataFrame(columns=NO_DAYS, index=pd.DatetimeIndex([], name="date"))
    return _calendar(edition(selection), now(selection), unit(selection), selection.catchment)


def part(selection: Selection) -> pd.Series:
    """Part of each school that is in what the calendar is of."""
    return part_of(edition(selection).place, unit(selection), selection.catchment)


def closed(selection: Selection) -> list[date]:
    """List the days of this year on which too few schools gave a figure to be one of school."""
    return _closed(edition(selection), now(selection))


def weekdays(selection: Selection) -> pd.DataFrame:
    """Weekdays that differ, see `data.views.in_year_calendar.weekday_view`."""
    return weekday_view(calendar(selection))


def beside_last(selection: Selection) -> pd.DataFrame | None:
    """Lay this year beside the last, see `data.views.in_year_calendar.same_day_view`.

    None without an earlier year, or without a school that is in both.
    """
    then = last(selection)
    if not then or not has_days(selection):
        return None
    key, of = edition(selection), unit(selection)
    table = _beside(key, then, now(selection), of, selection.catchment)
    return table if table["schools"].gt(0).any() else None


def change(selection: Selection) -> pd.Series | None:
    """Change of what is chosen by the newest day of school, a row of `same_day_units`.

    None without an earlier year, or where it is not shown.
    """
    then = last(selection)
    if not then or not has_days(selection):
        return None
    key, of = edition(selection), unit(selection)
    row = _change(key, then, now(selection), of, selection.catchment).iloc[0]
    return row if row["status"] == "reported" else None


def changes(selection: Selection, kind: str) -> pd.DataFrame | None:
    """Change of each neighbourhood or county, see `same_day_units`; None without a year before."""
    then = last(selection)
    if not then or not has_days(selection):
        return None
    return _changes(edition(selection), then, now(selection), kind, selection.catchment)


def months(selection: Selection) -> pd.DataFrame:
    """Students on track by month of what is chosen, see `in_year_months.months_view`."""
    of = unit(selection)
    return months_view(figures(selection).months, now(selection), of.kind, of.id)


def groups(selection: Selection) -> pd.DataFrame:
    """Students on track by group of what is chosen, see `in_year_months.groups_view`."""
    of = unit(selection)
    return groups_view(figures(selection).months, now(selection), of.kind, of.id)


@kept("figures of this year")
def loaded(key: Edition) -> InYear:
    """Figures of an edition."""
    found = store.load(key.place.slug)
    if found is None:
        raise LookupError(NOTHING)
    return found


@kept("years with days")
def years(key: Edition) -> tuple[str, ...]:
    """School years that have days, in order."""
    days = loaded(key).days
    return tuple(sorted(days.loc[days["place_day"].ne(CLOSED), "school_year"].unique()))


def fewest(key: Edition) -> int:
    """Fewest students of a figure."""
    return least_students(queries.panel_of(key.place))


@kept("days without school")
def _closed(key: Edition, name: str) -> list[date]:
    days = loaded(key).days
    rows = days[days["school_year"].eq(name) & days["place_day"].eq(CLOSED)]
    return [date.fromisoformat(each) for each in sorted(rows["date"].unique())]


@kept("days of a school year")
def laid(key: Edition, name: str) -> LaidYear:
    """Lay out the days of a school year of an edition."""
    return laid_year(loaded(key).days, name, least=fewest(key))


@kept("parts of units")
def parts(key: Place, kind: str, catchment: str) -> pd.DataFrame:
    """Part of each school in each unit of a kind."""
    view = _view(key, catchment)
    return unit_parts(queries.panel_of(key), kind, queries.join(view).table)


@kept("calendar of this year")
def _calendar(key: Edition, name: str, of: Unit, catchment: str) -> pd.DataFrame:
    part = part_of(key.place, of, catchment)
    return calendar_view(laid(key, name), part, least=fewest(key))


@kept("this year beside the last")
def _beside(key: Edition, last: str, now: str, of: Unit, catchment: str) -> pd.DataFrame:
    part = part_of(key.place, of, catchment)
    return same_day_view(laid(key, last), laid(key, now), part)


@kept("change of this year")
def _change(key: Edition, last: str, now: str, of: Unit, catchment: str) -> pd.DataFrame:
    part = part_of(key.place, of, catchment).to_frame(of.kind)
    return same_day_units(laid(key, last), laid(key, now), part, least=fewest(key))


@kept("changes of this year")
def _changes(key: Edition, last: str, now: str, kind: str, catchment: str) -> pd.DataFrame:
    within = parts(key.place, kind, catchment)
    return same_day_units(laid(key, last), laid(key, now), within, least=fewest(key))


def part_of(key: Place, of: Unit, catchment: str) -> pd.Series:
    """Give the part of each school that is in a unit."""
    if of.kind == "school":
        schools = queries.panel_of(key).schools.index
        return pd.Series((schools == of.id).astype(float), schools)
    within = parts(key, of.kind, catchment)
    return within[of.id] if of.id in within else pd.Series(0.0, within.index)


def _view(key: Place, catchment: str) -> Selection:
    return Selection(key.slug, "", catchment=catchment)
