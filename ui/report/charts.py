"""Charts that can be had as pictures, by name: those of the pages, with what they do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from data.recipe import measures as registry
from ui import queries
from ui.charts import history
from ui.charts import places as school_charts
from ui.charts.style import spec_of
from ui.drivers import words as driver_words
from ui.evaluation import charts as evaluation_charts
from ui.evaluation import words as evaluation_words
from ui.goals import block as goals
from ui.goals import words as goal_words
from ui.hotspots import block as hotspot_block
from ui.languages import text
from ui.priorities import block as priorities
from ui.priorities import charts as priority_charts
from ui.priorities import words as priority_words
from ui.queries import charts as queries_charts
from ui.queries import drivers as queries_drivers
from ui.queries import evaluation as queries_evaluation
from ui.queries import hotspots as queries_hotspots
from ui.queries import in_year, units
from ui.queries import priorities as queries_priorities
from ui.queries import school_lists as queries_lists
from ui.queries import why as queries_why
from ui.report.picture import Form, chart_picture
from ui.selection import Selection
from ui.this_year import block as year_block
from ui.this_year import charts as year_charts
from ui.this_year import standing
from ui.this_year import words as year_words
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
    if name not in OF_THIS_YEAR:
        return chart_picture(selection, specification, form, when, caveat)
    figures = in_year.figures(selection)
    of_year = replace(selection, year=in_year.now(selection), level="all")
    return chart_picture(of_year, specification, form, when, caveat, figures.sources)


def _trend(selection: Selection) -> Chart:
    return spec_of(history.trend(queries.trend(selection))), words.COUNT_MEANING


def _school(selection: Selection) -> Chart:
    name = queries.schools(selection).loc[selection.focus, "name"]
    drawn = history.school_history(
        queries.school_history(selection),
        queries.trend(selection),
        title=f"How has {name} changed?",
        place_name="all schools of this choice",
    )
    return spec_of(drawn), words.SCHOOL_RANGE


def _bands(selection: Selection) -> Chart:
    schools = queries_lists.listed(selection)
    drawn = school_charts.bands(schools["rate"], shown=schools["shown"])
    return spec_of(drawn), words.SCHOOL_RANGE


def _profile(selection: Selection) -> Chart:
    found = queries_hotspots.found(selection)
    return queries_charts.profile_chart(found, selection), words.ASSOCIATION


def _funnel(selection: Selection) -> Chart:
    found = queries_hotspots.found(selection)
    return queries_charts.funnel_chart(found, selection), words.SCHOOL_RANGE


def _scatter(selection: Selection) -> Chart:
    found = queries_hotspots.found(selection)
    return spec_of(hotspot_block.scatter_chart(found, selection)), words.TRACT_MEANING


def _order(selection: Selection) -> Chart:
    selection = queries_priorities.fitting(selection)
    unit, table = units.unit_of(selection), queries_priorities.found(selection).table
    first = table[table["rank"].notna()].head(priorities.CHARTED)
    named = first.assign(name=units.names(selection, unit, first.index))
    return spec_of(priority_charts.rank_ranges(named, selection.top)), priority_words.ADVICE


def _concentration(selection: Selection) -> Chart:
    table = queries_priorities.found(selection).concentration
    unit = text(priority_words.UNITS[units.unit_of(selection)])
    return spec_of(priority_charts.concentration(table, unit)), priority_words.ADVICE


def _path(selection: Selection) -> Chart:
    return spec_of(goals.path(selection)), goal_words.FORECAST


def _calendar(selection: Selection) -> Chart:
    title = year_words.title(in_year.unit(selection), in_year.now(selection))
    said = (
        "Each box is a day, each column a week. The darker, the fewer students were at school."
        f" {year_words.pattern_text(in_year.weekdays(selection))} {year_words.age_text(selection)}"
    )
    return spec_of(year_charts.calendar_chart(year_block.days(selection), title)), said


def _beside_last(selection: Selection) -> Chart:
    table = in_year.beside_last(selection)
    if table is None:
        raise KeyError("there is no year before to set this one beside")
    drawn = year_charts.beside_chart(table, in_year.now(selection), in_year.last(selection))
    return spec_of(drawn), text(standing.SURE)


def _tiers(selection: Selection) -> Chart:
    drawn = year_charts.tiers_chart(in_year.months(selection))
    return spec_of(drawn), year_words.on_track(selection)


def _programme(selection: Selection) -> Chart:
    found = queries_evaluation.found(selection).found
    if found is None:
        raise KeyError("no programme of this view can be looked at")
    said = f"{evaluation_words.shown(found)} {text(evaluation_words.ASSOCIATION)}"
    return spec_of(evaluation_charts.lines(found)), said


CHARTS: Mapping[str, Callable[[Selection], Chart]] = MappingProxyType(
    {
        "trend": _trend,
        "school": _school,
        "bands": _bands,
        "profile": _profile,
        "funnel": _funnel,
        "scatter": _scatter,
        "order": _order,
        "concentration": _concentration,
        "goal_path": _path,
        "odds": lambda selection: (queries_charts.odds_chart(selection), words.ASSOCIATION),
        "themes": lambda selection: (queries_charts.themes_chart(selection), words.ASSOCIATION),
        "exposure": lambda selection: (queries_charts.exposure_chart(selection), words.ASSOCIATION),
        "calendar": _calendar,
        "beside_last": _beside_last,
        "tiers": _tiers,
        "programme": _programme,
    }
)
"""Charts by name."""
OF_THIS_YEAR = ("calendar", "beside_last", "tiers")
"""Charts of figures that are published in the course of the year."""


def offered(selection: Selection, page: str) -> dict[str, str]:
    """Name the charts that a page shows in this view, in words.

    Parameters
    ----------
    selection : Selection
    page : str
        Name of the page's file.
    """
    if page == "overview":
        return {"trend": text("How has chronic absence changed?")}
    if page == "schools":
        opened = selection.focus in queries.schools(selection).index
        name = "school" if opened else "bands"
        return {name: text("The school over the years") if opened else text("Schools by band")}
    if page == "hot_spots" and selection.beside == "scatter":
        return {"scatter": text("Is a tract like its neighbours?")}
    if page == "goals":
        return {"goal_path": text("The path to the goal")}
    if page == "priorities":
        return _of_order(selection)
    if page == "why_here":
        return _of_group(selection)
    if page == "this_year":
        return _of_this_year(selection)
    if page == "did_it_work":
        return {"programme": text(evaluation_charts.TITLE)}
    return _of_conditions(selection) if page == "social_drivers" else {}


def _of_this_year(selection: Selection) -> dict[str, str]:
    charts = {}
    if in_year.has_days(selection):
        charts["calendar"] = text("Every day of the year so far")
    if in_year.beside_last(selection) is not None:
        charts["beside_last"] = text(year_charts.BESIDE)
    if in_year.months(selection)["status"].eq("reported").any():
        charts["tiers"] = text(year_charts.BY_MONTH)
    return charts


def _of_order(selection: Selection) -> dict[str, str]:
    found = queries_priorities.found(selection)
    if found.concentration.empty:
        return {}
    return {
        "order": text("How sure is the order?"),
        "concentration": text("Does it pay to choose places?"),
    }


def _of_group(selection: Selection) -> dict[str, str]:
    found = queries_hotspots.found(selection)
    charts = {"profile": text("What stands out beside similar areas")}
    if not queries_why.strengths(found, selection).alike().empty:
        charts["funnel"] = text("Schools that do better than others like them")
    return charts


def _of_conditions(selection: Selection) -> dict[str, str]:
    charts = {}
    comparison = queries_drivers.comparison(selection)
    if not driver_words.refusal(comparison, registry.measures()):
        charts["odds"] = text("Which conditions go together with absence?")
        if not comparison.shares.empty:
            charts["themes"] = text("Themes of conditions")
    if queries_drivers.measure(selection).is_compared:
        charts["exposure"] = text("School by school")
    return charts
