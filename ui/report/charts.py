"""Charts that can be had as pictures, by name: those of the pages, with what they do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from ui import queries
from ui.charts import history
from ui.charts import places as school_charts
from ui.queries import charts as queries_charts
from ui.queries import hotspots as queries_hotspots
from ui.queries import school_lists as queries_lists
from ui.report.picture import Form, chart_picture
from ui.selection import Selection
from ui.words import standing as words

Chart = tuple[dict[str, Any], str]


def chart(selection: Selection, name: str, form: Form, when: date) -> bytes:
    """Give a chart of a page as a picture.

    Parameters
    ----------
    selection : Selection
        `focus` names the school, `cluster` the group, `driver` the condition.
    name : str
        A key of `CHARTS`.
    form : str
        "png" (two pixels a point) or "svg".
    when : date
        The day that stands on the picture.

    Raises
    ------
    KeyError
        No such chart.
    """
    specification, caveat = CHARTS[name](selection)
    return chart_picture(selection, specification, form, when, caveat)


def _trend(selection: Selection) -> Chart:
    return history.trend(queries.trend(selection)).to_dict(), words.COUNT_MEANING


def _school(selection: Selection) -> Chart:
    name = queries.schools(selection).loc[selection.focus, "name"]
    drawn = history.school_history(
        queries.school_history(selection),
        queries.trend(selection),
        title=f"How has {name} changed?",
        place_name="all schools of this choice",
    )
    return drawn.to_dict(), words.SCHOOL_RANGE


def _bands(selection: Selection) -> Chart:
    schools = queries_lists.listed(selection)
    drawn = school_charts.bands(schools["rate"], shown=schools["shown"])
    return drawn.to_dict(), words.SCHOOL_RANGE


def _profile(selection: Selection) -> Chart:
    found = queries_hotspots.found(selection)
    return queries_charts.profile_chart(found, selection), words.ASSOCIATION


def _funnel(selection: Selection) -> Chart:
    found = queries_hotspots.found(selection)
    return queries_charts.funnel_chart(found, selection), words.SCHOOL_RANGE


CHARTS: Mapping[str, Callable[[Selection], Chart]] = MappingProxyType(
    {
        "trend": _trend,
        "school": _school,
        "bands": _bands,
        "profile": _profile,
        "funnel": _funnel,
        "odds": lambda selection: (queries_charts.odds_chart(selection), words.ASSOCIATION),
        "themes": lambda selection: (queries_charts.themes_chart(selection), words.ASSOCIATION),
        "exposure": lambda selection: (queries_charts.exposure_chart(selection), words.ASSOCIATION),
    }
)
"""Charts by name."""
