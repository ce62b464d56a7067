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
from ui.queries import units
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import NEIGHBOURHOOD, Selection

WHOLE = "place"
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
    return _figures(edition(selection))


def now(selection: Selection) -> str:
    """School year of the newest figures."""
    return school_year_of(as_of(selection))


def last(selection: Selection) -> str:
    """Latest earlier school year with days; "" where there is none."""
    return _last(edition(selection), now(selection))


def has_days(selection: Selection) -> bool:
    """Whether there are days of the year, not months alone."""
    return bool(figures(selection).days["school_year"].eq(now(selection)).any())


def year(selection: Selection, name: str) -> LaidYear:
    """Lay out the days of a school year."""
    return _year(edition(selection), name)


def least(selection: Selection) -> int:
    """Fewest students of a figure."""
    return least_students(queries.panel(selection))


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
    return _calendar(edition(selection), now(selection), unit(selection), selection.catchment)


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
    if not then:
        return None
    table = _beside(edition(selection), then, now(selection), unit(selection), selection.catchment)
    return table if table["schools"].gt(0).any() else None


def changes(selection: Selection) -> pd.DataFrame | None:
    """Change of each unit listed, see `same_day_units`; None without an earlier year."""
    then = last(selection)
    if not then:
        return None
    kind = selection.moved_of or "school"
    return _changes(edition(selection), then, now(selection), kind, selection.catchment)


def months(selection: Selection) -> pd.DataFrame:
    """Students on track by month of what is chosen, see `in_year_months.months_view`."""
    of = unit(selection)
    return months_view(figures(selection).months, now(selection), of.kind, of.id)


def groups(selection: Selection) -> pd.DataFrame:
    """Students on track by group of what is chosen, see `in_year_months.groups_view`."""
    of = unit(selection)
    return groups_view(figures(selection).months, now(selection), of.kind, of.id)


def names(selection: Selection, ids: pd.Index) -> pd.Series:
    """Name each unit of the view's list."""
    return units.names(selection, selection.moved_of or "school", ids)


@kept("figures of this year")
def _figures(key: Edition) -> InYear:
    found = store.load(key.place.slug)
    if found is None:
        raise LookupError(NOTHING)
    return found


@kept("last year with days")
def _last(key: Edition, now: str) -> str:
    years = _figures(key).days["school_year"]
    return max((each for each in years.unique() if each < now), default="")


@kept("days without school")
def _closed(key: Edition, name: str) -> list[date]:
    days = _figures(key).days
    rows = days[days["school_year"].eq(name) & days["place_day"].eq(CLOSED)]
    return [date.fromisoformat(each) for each in sorted(rows["date"].unique())]


@kept("days of a school year")
def _year(key: Edition, name: str) -> LaidYear:
    panel = queries.panel_of(key.place)
    return laid_year(_figures(key).days, name, least=least_students(panel))


@kept("parts of units")
def _parts(key: Place, kind: str, catchment: str) -> pd.DataFrame:
    view = _view(key, catchment)
    return unit_parts(queries.panel_of(key), kind, queries.join(view).table)


@kept("calendar of this year")
def _calendar(key: Edition, name: str, of: Unit, catchment: str) -> pd.DataFrame:
    least = least_students(queries.panel_of(key.place))
    return calendar_view(_year(key, name), _part(key.place, of, catchment), least=least)


@kept("this year beside the last")
def _beside(key: Edition, last: str, now: str, of: Unit, catchment: str) -> pd.DataFrame:
    part = _part(key.place, of, catchment)
    return same_day_view(_year(key, last), _year(key, now), part)


@kept("changes of this year")
def _changes(key: Edition, last: str, now: str, kind: str, catchment: str) -> pd.DataFrame:
    parts = _parts(key.place, kind, catchment)
    least = least_students(queries.panel_of(key.place))
    return same_day_units(_year(key, last), _year(key, now), parts, least=least)


def _part(key: Place, of: Unit, catchment: str) -> pd.Series:
    """Give the part of each school that is in a unit."""
    if of.kind == "school":
        schools = queries.panel_of(key).schools.index
        return pd.Series((schools == of.id).astype(float), schools)
    parts = _parts(key, of.kind, catchment)
    return parts[of.id] if of.id in parts else pd.Series(0.0, parts.index)


def _view(key: Place, catchment: str) -> Selection:
    return Selection(key.slug, "", catchment=catchment)
