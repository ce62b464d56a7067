"""What the page This year asks of who moved, the first month, the year's end and illness waves."""

from __future__ import annotations

import pandas as pd

from data.views.in_year_forecast import (
    SchoolForecast,
    forecast_view,
    from_days,
    from_months,
)
from data.views.in_year_movers import group_change_view, moved_by_unit, movers_view
from data.views.in_year_september import September, schools_to_reach, september_view
from data.views.in_year_waves import WavesFound, series_view, waves_view
from ui import queries
from ui.queries import in_year, units
from ui.queries.cache import kept
from ui.queries.in_year import WHOLE, Edition, Unit
from ui.selection import Selection


def movers(selection: Selection) -> pd.DataFrame:
    """Schools by how far they moved, see `data.views.in_year_movers.movers_view`.

    Empty where there is no earlier year, or too few weeks.
    """
    then = in_year.last(selection)
    if not then or not in_year.has_days(selection):
        return pd.DataFrame(columns=["moved", "relative", "shrunken", "low", "high"])
    return _movers(in_year.edition(selection), then, in_year.now(selection))


def moved_in(selection: Selection, kind: str) -> pd.DataFrame:
    """Count schools that moved by neighbourhood or county, see `moved_by_unit`."""
    key = in_year.edition(selection).place
    table = movers(selection)
    if table.empty:
        return pd.DataFrame(columns=["schools", "up", "down"])
    return moved_by_unit(table, in_year.parts(key, kind, selection.catchment))


def group_changes(selection: Selection) -> pd.DataFrame:
    """Change of each student group, see `group_change_view`; empty without months of both years."""
    months, now = in_year.figures(selection).months, in_year.now(selection)
    then = max((each for each in months["school_year"].unique() if each < now), default="")
    empty = pd.DataFrame(columns=["last", "now", "change", "low", "high", "schools", "months"])
    return group_change_view(months, then, now) if then else empty.rename_axis("group")


def september(selection: Selection) -> September | None:
    """Signal of the first month, see `september_view`; None where no roll-up counts it."""
    found, of = in_year.figures(selection), in_year.unit(selection)
    if found.months.empty or of.kind not in (WHOLE, "district"):
        return None
    own = of.id if of.kind == "district" else None
    return september_view(found.months, found.bands, in_year.now(selection), district=own)


def to_reach(selection: Selection) -> pd.DataFrame:
    """Count the students whom the first month tells to reach, school by school."""
    return schools_to_reach(in_year.figures(selection).months, in_year.now(selection))


def forecast(selection: Selection) -> SchoolForecast | None:
    """Forecast of the year's end by school, see `forecast_view`; None without schools."""
    months, now = in_year.figures(selection).months, in_year.now(selection)
    if not in_year.has_days(selection) and not _of_schools(months, now):
        return None
    return _forecast(in_year.edition(selection), now)


def _of_schools(months: pd.DataFrame, year: str) -> bool:
    return bool((months["school_year"].eq(year) & months["kind"].eq("school")).any())


def waves(selection: Selection) -> WavesFound:
    """Days and weeks beyond the expected range, see `waves_view`."""
    kind = wave_unit(selection)
    year = in_year.now(selection)
    return _waves(in_year.edition(selection), year, kind, selection.catchment)


def wave_unit(selection: Selection) -> str:
    """Name what waves are looked for in: neighbourhoods, else counties, else the place."""
    here = units.here(selection)
    return next((kind for kind in ("neighbourhood", "county") if kind in here), WHOLE)


def series(selection: Selection) -> pd.DataFrame:
    """Days of what is chosen against its own past, see `series_view`."""
    of, year = in_year.unit(selection), in_year.now(selection)
    return _series(in_year.edition(selection), year, of, selection.catchment)


@kept("schools that moved")
def _movers(key: Edition, last: str, now: str) -> pd.DataFrame:
    return movers_view(in_year.laid(key, last), in_year.laid(key, now), least=in_year.fewest(key))


@kept("forecast of the year's end")
def _forecast(key: Edition, now: str) -> SchoolForecast:
    panel, months = queries.panel_of(key.place), in_year.loaded(key).months
    least = in_year.fewest(key)
    levels = panel.schools["level"]
    if _of_schools(months, now):
        return forecast_view(from_months(months, now), least=least, strata=levels)
    earlier = {name: in_year.laid(key, name) for name in in_year.years(key) if name < now}
    return forecast_view(
        from_days(panel, in_year.laid(key, now), earlier), least=least, strata=levels
    )


@kept("illness waves")
def _waves(key: Edition, now: str, kind: str, catchment: str) -> WavesFound:
    parts = in_year.parts(key.place, kind, catchment)
    return waves_view(in_year.laid(key, now), parts, least=in_year.fewest(key))


@kept("days against their past")
def _series(key: Edition, now: str, of: Unit, catchment: str) -> pd.DataFrame:
    return series_view(in_year.laid(key, now), in_year.part_of(key.place, of, catchment))
