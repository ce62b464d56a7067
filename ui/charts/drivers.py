"""Charts of the Social drivers page, written once per choice: making one takes longer than sending.

Altair builds and checks a chart at every rerun; the finished Vega-Lite text is kept instead.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import queries
from ui.charts import association as association_charts
from ui.charts import schools as school_charts
from ui.drivers import words as driver_words
from ui.queries import drivers as queries_drivers
from ui.queries.place_queries import Place
from ui.selection import Selection


def odds(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the odds ratios, see `association_charts.odds_chart`."""
    return _odds(queries.place(selection.area), _view(selection))


def shares(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of the themes' shares, see `association_charts.shares_chart`."""
    return _shares(queries.place(selection.area), _view(selection))


def scatter(selection: Selection) -> dict[str, Any]:
    """Vega-Lite text of schools against the condition, see `school_charts.scatter`."""
    return _scatter(queries.place(selection.area), _view(selection))


def _view(selection: Selection) -> Selection:
    """Keep what the charts depend on."""
    return Selection(
        *(selection.area, selection.year, selection.level),
        catchment=selection.catchment,
        driver=selection.driver,
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _odds(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    table = queries_drivers.comparison(view).table
    title = driver_words.chart_title(len(table))
    found: dict[str, Any] = association_charts.odds_chart(table, title, view.driver).to_dict()
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def _shares(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    question = "How much of the difference between schools goes with each theme?"
    table = queries_drivers.comparison(view).shares
    found: dict[str, Any] = association_charts.shares_chart(table, question).to_dict()
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def _scatter(key: Place, view: Selection) -> dict[str, Any]:
    del key  # a rebuild is another place
    measure = queries.measure(view)
    chart = school_charts.scatter(queries.exposure(view), measure.label, measure.unit)
    found: dict[str, Any] = chart.to_dict()
    return found
