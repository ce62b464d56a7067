"""What the Social drivers page asks: exposures, the model of them, and where both go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import geopandas as gpd
import pandas as pd

from analytics.association import RankCorrelation, circularity, rank_correlation, told_apart
from analytics.inputs import Progress
from analytics.rates import tract_rates
from analytics.rates.tract_rates import Exposures
from data.recipe import measures as registry
from data.recipe.measures import MeasureInfo
from data.views import neighbourhoods as views
from data.views import schools_and_tracts
from data.views.driver_together import (
    Tested,
    Together,
    put_together,
    tested_together,
)
from data.views.drivers import (
    Beside,
    Comparison,
    affordable,
    changed_first,
    compare,
    effects_table,
    theme_shares,
    tract_figures,
    under_join,
    with_joins,
)
from ui import queries
from ui.languages import text
from ui.queries import districts, neighbourhoods
from ui.queries import hotspots as queries_hotspots
from ui.queries.cache import kept
from ui.queries.long_work import result
from ui.queries.stored import Place
from ui.selection import Selection

AT_SCHOOL = "temporary_housing"
MOST_UNSURE = 1 / 3  # of the tracts with a figure; beyond it a map says little
COUNTED = "supplied"
"""The join of a district that counted where its students live."""


def measure(selection: Selection) -> MeasureInfo:
    """Registry entry of the chosen social driver."""
    return registry.measure(selection.driver)


def has_both(selection: Selection) -> bool:
    """Whether condition and absence can be laid over one another, tract by tract."""
    return measure(selection).is_compared and not districts.are_units(selection)


def driver_labels(slug: str) -> dict[str, str]:
    """Words of the social drivers a place has, with their theme."""
    offered = [registry.measure(name) for name in queries.choices(slug).drivers]
    offered.sort(key=lambda item: not item.modifiable)  # what can be changed comes first
    return {
        item.id: text("{label} ({theme})", label=text(item.label), theme=text(item.theme))
        for item in offered
    }


def driver(selection: Selection) -> pd.DataFrame:
    """Return the chosen social driver by tract, see `schools_and_tracts.driver_view`."""
    return _driver(queries.place(selection.area), selection.driver)


def by_neighbourhood(selection: Selection, only: str = "") -> pd.DataFrame:
    """Give the chosen driver by neighbourhood, or in one: the mean over its children, with margin.

    Parameters
    ----------
    only : str
        Name of one neighbourhood or county; "" for every neighbourhood.
    """
    return _by_neighbourhood(queries.place(selection.area), selection.driver, only)


def wants_neighbourhoods(selection: Selection) -> bool:
    """Whether the map of the chosen driver is one of neighbourhoods.

    It is when so chosen, and where lines of low reliability would hide the map of tracts. Ranks
    have no mean.
    """
    if registry.measure(selection.driver).unit == "percentile":
        return False
    if selection.unit:
        return True
    unsure = views.unsure_part(driver(selection))
    return unsure > MOST_UNSURE and views.unsure_part(by_neighbourhood(selection)) < unsure


def driver_years(selection: Selection) -> str:
    """Years that the chosen social driver describes."""
    return ", ".join(sorted(driver(selection)["vintage"].dropna().unique()))


def exposure(selection: Selection) -> pd.DataFrame:
    """Schools with their exposure to the chosen driver, see `schools_and_tracts.exposure_view`."""
    view = replace(_view(selection), driver=selection.driver)
    return _exposure(queries.place(selection.area), view)


def correlation(selection: Selection) -> RankCorrelation:
    """Rank correlation between schools' rates and their exposure to the chosen driver."""
    table = exposure(selection)
    table = table[table["shown"] & table["exposure"].notna()]
    return rank_correlation(table["rate"], table["exposure"])


def exposures(selection: Selection) -> Exposures:
    """Exposure of every school to every driver of the place, with 90 % margins of error."""
    return _exposures(queries.place(selection.area), _view(selection))


def comparison(selection: Selection) -> Comparison:
    """Absence beside the drivers that can be told apart, at school level."""
    kept, left_out, beside = entering(selection)
    key = queries.place(selection.area)
    return _comparison(key, _view(selection), kept, tuple(left_out.items()), beside)


def under_all_joins(selection: Selection) -> Comparison:
    """Set the comparison of the chosen join beside the same under every other join.

    Where the district counted where its students live no other join is asked; nor is the tract of
    the building, for most children live elsewhere.
    """
    chosen = comparison(selection)
    if chosen.found.state != "estimated" or selection.catchment == COUNTED:
        return chosen
    names = queries_hotspots.joins_used(selection)
    others = tuple(name for name in names if name != selection.catchment)
    view, drivers = _view(selection), tuple(chosen.found.effects.index)
    key = ("effects under joins", queries.place(selection.area), view, drivers, chosen.beside)
    doing = text("Estimating again under the other joins")
    return result(key, doing, lambda bar: _under(chosen, view, others, bar))


def together(selection: Selection) -> Together:
    """Tracts in nine classes of absence and the chosen driver."""
    return put_together(
        queries.tracts(selection),
        driver(selection),
        measure(selection).direction,
    )


def tested(selection: Selection) -> Tested:
    """Test where absence and the chosen driver go together, against rearranged schools.

    Hot spots are those of all analyses together, the Hot spots page's own default.
    """
    view = replace(_view(selection), measure=selection.measure, alpha=selection.alpha)
    hot = queries_hotspots.found(view).tracts["cluster"].notna()
    view = replace(view, driver=selection.driver)
    return _tested(queries.place(selection.area), view, hot)


def warnings(selection: Selection) -> tuple[str, ...]:
    """Warn of a modelled measure that stands beside what it was made from, in words."""
    chosen = measure(selection)
    if chosen.kind != "modelled":
        return ()
    offered = queries.choices(selection.area).drivers
    modelled = {name: "CDC PLACES" for name in offered if registry.measure(name).kind == "modelled"}
    names = [name for name in offered if name not in modelled]
    said = circularity([chosen.id, *names], modelled)
    return tuple(_in_words(each, (chosen.id, *names)) for each in said)


def housing_at_school(selection: Selection) -> tuple[str, RankCorrelation] | None:
    """Absence beside students in temporary housing, schools with both figures shown.

    Returns
    -------
    tuple or None
        Words of the measure and the rank correlation; None where the place has no such figures for
        the year.
    """
    rows = queries.panel(selection).school_drivers
    rows = rows[
        rows["measure"].eq(AT_SCHOOL)
        & rows["school_year"].eq(selection.year)
        & rows["status"].eq("reported")
    ].set_index("school_id")
    if rows.empty:
        return None
    schools = queries.schools(selection)
    rate = schools.loc[schools["shown"], "rate"]
    part = rows["numerator"].astype(float) / rows["denominator"].astype(float)
    return registry.measure(AT_SCHOOL).label, rank_correlation(rate, part.reindex(rate.index))


def housing_years(selection: Selection) -> tuple[str, ...]:
    """School years of which a place has figures on students in temporary housing."""
    rows = queries.panel(selection).school_drivers
    return tuple(sorted(rows.loc[rows["measure"].eq(AT_SCHOOL), "school_year"].unique()))


def entering(selection: Selection) -> tuple[tuple[str, ...], Mapping[str, str], Beside]:
    """Choose the drivers of the model, those left out, and what the chosen one stands beside."""
    chosen = measure(selection)
    nothing: Mapping[str, str] = MappingProxyType({})
    if chosen.kind == "index":
        return (chosen.id,), nothing, "index"
    keep = chosen.id if chosen.is_compared else None
    kept, left_out = _told_apart(queries.place(selection.area), _view(selection), keep)
    schools = queries.schools(selection)
    schools = schools[schools["shown"]]
    if keep and len(kept) > affordable(len(schools), schools["level"].nunique()):
        return (keep,), nothing, "alone"
    return kept, left_out, "others" if keep else "map"


def _view(selection: Selection) -> Selection:
    """Keep what exposures and their model depend on."""
    return Selection(selection.area, selection.year, selection.level, catchment=selection.catchment)


def _under(
    chosen: Comparison, view: Selection, others: tuple[str, ...], progress: Progress
) -> Comparison:
    """Estimate once more under each other join."""
    schools, names = _compared(view), list(chosen.found.effects.index)
    points = _metres(view, schools.index)
    fits = {}
    for done, name in enumerate(others):
        progress(2 * done, 2 * len(others))
        figures = exposures(replace(view, catchment=name)).figures
        progress(2 * done + 1, 2 * len(others))
        fits[name] = under_join(schools, figures.loc[schools.index, names], points)
    return with_joins(chosen, fits)


def _metres(view: Selection, schools: pd.Index) -> gpd.GeoSeries:
    """Places of schools in metres."""
    panel = queries.panel(view)
    return panel.schools.geometry.reindex(schools).to_crs(panel.area.crs)


def _in_words(sentence: str, names: tuple[str, ...]) -> str:
    for name in names:
        sentence = sentence.replace(name, f"“{text(registry.measure(name).label)}”")
    return sentence


@kept("exposures to all drivers")
def _exposures(key: Place, view: Selection) -> Exposures:
    """Shared by all sessions and never written to."""
    names = list(queries.choices(view.area).drivers)
    values, moe = tract_figures(queries.panel_of(key).drivers, names)
    found = tract_rates.exposures(values, moe, queries.shares(view))
    return found.of(queries.schools(view).index)


@kept("drivers told apart")
def _told_apart(
    key: Place, view: Selection, keep: str | None
) -> tuple[tuple[str, ...], dict[str, str]]:
    del key  # a rebuild is another place
    schools = _compared(view)
    known = [registry.measure(name) for name in queries.choices(view.area).drivers]
    names = [item.id for item in known if item.is_compared and item.kind != "index"]
    if not names:  # all of them are for the map alone
        return (), {}
    values = exposures(view).figures.loc[schools.index, names]
    found = told_apart(values, strata=schools["level"], keep=keep)
    return tuple(found.kept), dict(found.left_out.items())


def _compared(view: Selection) -> pd.DataFrame:
    """Schools whose figures are shown and that have a place on the map."""
    schools = queries.schools(view)
    return schools[schools["shown"] & schools.index.isin(queries.school_points(view))]


@kept("comparison of schools")
def _comparison(
    key: Place,
    view: Selection,
    kept: tuple[str, ...],
    left_out: tuple[tuple[str, str], ...],
    beside: Beside,
) -> Comparison:
    """Shared by all sessions and never written to."""
    del key  # a rebuild is another place
    schools, every = _compared(view), exposures(view)
    index = schools.index
    given = every.of(index, kept)
    found, moved = compare(schools, given, _metres(view, index))
    table = effects_table(found, moved, given, schools["name"], registry.measures())
    shares = pd.DataFrame()
    if found.state == "estimated" and len(set(table["theme"])) > 1:
        shares = theme_shares(schools, given.figures, table["theme"].to_dict())
        shares = changed_first(shares, table)
    total = len(queries.schools(view))
    return Comparison(found, table, shares, dict(left_out), beside, total)


@kept("absence and a driver, tested")
def _tested(key: Place, view: Selection, _hot: pd.Series) -> Tested:
    """Shared by all sessions and never written to; hot tracts follow from place and view."""
    return tested_together(
        queries.schools(view),
        driver(view),
        queries.shares(view),
        queries_hotspots.weights_of(key, "queen"),
        _hot,
        measure(view).direction,
    )


@kept("driver by neighbourhood")
def _by_neighbourhood(key: Place, name: str, only: str) -> pd.DataFrame:
    view = Selection(key.slug, "", driver=name)
    own = neighbourhoods.units(view)
    if only:
        own = neighbourhoods.units(view, neighbourhoods.areas(view)[only])
        own = own.where(own == only)
    return views.driver_by_neighbourhood(
        _driver(key, name), own, queries.panel(view).tracts["children"]
    )


@kept("driver")
def _driver(key: Place, measure: str) -> pd.DataFrame:
    return schools_and_tracts.driver_view(queries.panel_of(key), measure)


@kept("exposure to a driver")
def _exposure(key: Place, view: Selection) -> pd.DataFrame:
    del key  # a rebuild is another place
    return schools_and_tracts.exposure_view(
        queries.schools(view), driver(view), queries.shares(view)
    )
