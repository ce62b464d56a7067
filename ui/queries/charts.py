"""Finished charts, kept as Vega-Lite text: making and checking one takes longer than sending it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from data.views.hot_spots import HotSpots
from data.views.strengths import Strengths
from ui import queries
from ui.charts import history as history_charts
from ui.charts import places as school_charts
from ui.charts.style import spec_of
from ui.drivers import charts as driver_charts
from ui.drivers import words as driver_words
from ui.languages import spoken, text
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import Selection
from ui.why import charts as why_charts


def trend_chart(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the place's school years, see `ui.charts.history.trend`."""
    view = Selection(selection.area, "", level=selection.level, lang=spoken())
    return _trend_chart(queries.place(selection.area), view)


def profile_chart(found: HotSpots, selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the chosen group's profile, see `why_charts.dot_plot`."""
    key, view = queries.place(selection.area), _group_view(selection)
    return _profile_chart(key, view, queries_why.profile(found, selection))


def funnel_chart(found: HotSpots, selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the funnel of schools, see `why_charts.funnel`."""
    key, view = queries.place(selection.area), _group_view(selection)
    return _funnel_chart(key, view, queries_why.strengths(found, selection))


def odds_chart(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the odds ratios, see `driver_charts.odds_chart`."""
    return _odds_chart(queries.place(selection.area), _associated(selection))


def themes_chart(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the themes' shares, see `driver_charts.shares_chart`."""
    return _themes_chart(queries.place(selection.area), _associated(selection))


def exposure_chart(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of schools against the condition, see `school_charts.scatter`."""
    return _exposure_chart(queries.place(selection.area), _associated(selection))


def _associated(selection: Selection) -> Selection:
    """Keep what charts of associations depend on."""
    return Selection(
        *(selection.area, selection.year, selection.level),
        catchment=selection.catchment,
        driver=selection.driver,
        lang=spoken(),
    )


def _group_view(selection: Selection) -> Selection:
    """Keep what charts of a group depend on; their words are in the reader's language."""
    return replace(queries_hotspots.group_view(selection), lang=spoken())


# Profile and strengths follow from place and view: hence `_profile` and `_strengths`.


@kept("chart of school years")
def _trend_chart(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    return spec_of(history_charts.trend(queries.trend(view)))


@kept("chart of a profile")
def _profile_chart(key: Place, view: Selection, _profile: pd.DataFrame) -> dict[str, Any]:
    del key, view
    chart = why_charts.dot_plot(_profile, text("What stands out beside comparable tracts?"))
    return spec_of(chart)


@kept("chart of strengths")
def _funnel_chart(key: Place, view: Selection, _strengths: Strengths) -> dict[str, Any]:
    del key
    title = text("Which schools lie below what is predicted for them? {year}", year=view.year)
    return spec_of(why_charts.funnel(_strengths, title))


@kept("chart of odds")
def _odds_chart(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    table = queries_drivers.under_all_joins(view).table
    title = driver_words.chart_title(len(table))
    return spec_of(driver_charts.odds_chart(table, title, view.driver))


@kept("chart of themes")
def _themes_chart(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    question = text("How much of the difference between schools goes with each theme?")
    table = queries_drivers.comparison(view).shares
    return spec_of(driver_charts.shares_chart(table, question))


@kept("chart of exposure")
def _exposure_chart(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    measure = queries_drivers.measure(view)
    chart = school_charts.scatter(queries_drivers.exposure(view), text(measure.label), measure.unit)
    return spec_of(chart)
