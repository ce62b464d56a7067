"""What the map of each page shows, as a picture needs it: title, classes, legend, alternative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from ui import queries
from ui.drivers import together as together_words
from ui.goals import map as goal_map
from ui.goals import words as goal_words
from ui.hotspots.words import map_title
from ui.join.maps import change_classes, drawn_codes, home_classes
from ui.languages import filed
from ui.maps.decks import (
    AreaClasses,
    SchoolClasses,
    difference_classes,
    driver_classes,
    hot_spot_classes,
    measure_classes,
    school_classes,
)
from ui.maps.neighbourhoods import counts as unit_counts
from ui.maps.neighbourhoods import neighbourhood_classes, neighbourhood_driver_classes
from ui.maps.scales import NOT_SHOWN, alt_text
from ui.priorities import map as order_map
from ui.queries import districts
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import joins as queries_joins
from ui.queries import neighbourhoods as places
from ui.queries import priorities as queries_priorities
from ui.queries import school_lists as queries_lists
from ui.queries import units as places_units
from ui.selection import Selection
from ui.words import standing as words


@dataclass(frozen=True)
class Swatch:
    """One line of a legend.

    Attributes
    ----------
    mark : str
        "fill", "dots" (not shown), "lines" (over another colour) or "note" (words alone).
    """

    words: str
    colour: str = ""
    mark: str = "fill"


@dataclass(frozen=True)
class Face:
    """What one map shows.

    Attributes
    ----------
    title : str
        What is shown, with its year.
    alt : str
        Text alternative: how many areas are in each class.
    caveat : str
        What the map does not say.
    outlined : tuple of str
        Tracts, or the one school, that are outlined.
    numbers : tuple of (str, tuple of str)
        Number of each group, and its tracts.
    close : bool
        Whether the map is drawn around what is outlined, not of the whole place.
    """

    title: str
    classes: AreaClasses | SchoolClasses
    legend: tuple[Swatch, ...]
    alt: str
    caveat: str
    outlined: tuple[str, ...] = ()
    numbers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    close: bool = False


def face(selection: Selection, page: str, *, close: bool = False) -> Face:
    """Give what the map of a page shows.

    Parameters
    ----------
    selection : Selection
        `focus` (or on Why here `cluster`) is outlined.
    page : str
        A key of `PAGES`.
    close : bool
        Whether to draw the map around what is outlined.

    Raises
    ------
    KeyError
        No such page.
    """
    shown = PAGES[page](selection)
    if not close or not shown.outlined:
        return shown
    legend = (*shown.legend, Swatch("Numbers in brackets count the whole place.", mark="note"))
    return replace(shown, legend=legend, close=True)


def _overview(selection: Selection) -> Face:
    title = f"{filed(words.MEASURES[selection.measure])}, {selection.year}"
    if districts.are_units(selection):
        classes = measure_classes(districts.table(selection), selection.measure, "districts")
        return _of_districts(title, classes, selection)
    if selection.unit != "neighbourhood":
        classes = measure_classes(queries.tracts(selection), selection.measure)
        return _of_tracts(title, classes, selection)
    units, table = places.units(selection), places.table(selection)
    classes = neighbourhood_classes(table, units, selection.measure)
    counts = unit_counts(classes.scale, classes.codes, units)
    return _of_tracts(title, classes, selection, counts=counts)


def _hot_spots(selection: Selection) -> Face:
    spots = queries_hotspots.found(selection)
    clusters = spots.tracts["cluster"]
    numbers = tuple(
        (str(rank), _inside(clusters, row["cluster"])) for rank, row in spots.groups.iterrows()
    )
    return _of_tracts(map_title(selection), hot_spot_classes(spots), selection, numbers=numbers)


def _why_here(selection: Selection) -> Face:
    spots = queries_hotspots.found(selection)
    shown = _of_tracts(map_title(selection), hot_spot_classes(spots), selection)
    return replace(shown, outlined=_inside(spots.tracts["cluster"], selection.cluster))


def _inside(clusters: pd.Series, cluster: str) -> tuple[str, ...]:
    inside = queries_hotspots.in_group(clusters, cluster)
    return tuple(map(str, inside.index[inside]))


def _social_drivers(selection: Selection) -> Face:
    if not queries_drivers.has_both(selection):
        selection = replace(selection, view="")
    measure = queries_drivers.measure(selection)
    if selection.view == "together":
        together = queries_drivers.together(selection)
        title = f"{measure.label} and chronic absence together, {selection.year}"
        return _of_tracts(title, together_words.together_classes(together), selection)
    title = f"{measure.label}, {queries_drivers.driver_years(selection)}"
    if not queries_drivers.wants_neighbourhoods(selection):
        classes = driver_classes(queries_drivers.driver(selection), measure.unit)
        return _of_tracts(title, classes, selection, caveat=words.ASSOCIATION)
    units, table = places.units(selection), queries_drivers.by_neighbourhood(selection)
    classes = neighbourhood_driver_classes(table, units, measure.unit)
    counts = unit_counts(classes.scale, classes.codes, units)
    return _of_tracts(title, classes, selection, caveat=words.ASSOCIATION, counts=counts)


def _join_quality(selection: Selection) -> Face:
    quality = queries_joins.quality(selection)
    title, scale, classes, unit = home_classes(quality, selection)
    counts = scale.counts(drawn_codes(classes))
    legend, alt = _swatches(classes, counts), alt_text(scale, title, counts, unit)
    return Face(title, classes, legend, alt, words.FLOW_MEANING, _in_focus(selection))


def _join_change(selection: Selection) -> Face:
    title, classes = change_classes(queries_joins.change(selection), selection)
    return _of_tracts(title, classes, selection, caveat=words.FLOW_MEANING)


def _difference(selection: Selection) -> Face:
    """Map of where the hot spots and what is chosen beside them differ."""
    second = selection.second() or selection
    found, other = (queries_hotspots.found(view) for view in (selection, second))
    title = f"Where two maps differ: {map_title(selection)} | {map_title(second)}"
    return _of_tracts(title, difference_classes(found, other), selection)


def _schools(selection: Selection) -> Face:
    if districts.are_units(selection):
        return _overview(replace(selection, measure="crude"))
    schools = queries_lists.listed(selection)
    classes = school_classes(schools, queries.school_points(selection))
    scale = classes.scale
    counts = scale.counts(scale.encode(schools["rate"], shown=schools["shown"]))
    chosen = (words.MEASURES["crude"], selection.year, selection.within, selection.kind)
    title = ", ".join(filter(None, chosen))
    sized = Swatch("Larger points: schools with more students", mark="note")
    return Face(
        title,
        classes,
        (*_swatches(classes, counts), sized),
        alt_text(scale, title, counts, "schools"),
        words.SCHOOL_RANGE,
        (selection.focus,) if selection.focus in schools.index else (),
    )


def _priorities(selection: Selection) -> Face:
    """Map of how sure it is that places are among the first, numbered as in the list."""
    selection = queries_priorities.fitting(selection)
    unit, title = places_units.unit_of(selection), order_map.title(selection)
    table = queries_priorities.found(selection).table
    if unit == "school" and districts.are_units(selection):
        classes, rows = order_map.districts(table, selection)
        first = table.index[table["rank"].notna()][: selection.top]
        ranks = ((str(rank), (str(key),)) for rank, key in enumerate(first, 1))
        numbers = tuple(each for each in ranks if each[1][0] in rows.index)
        return _of_districts(title, classes, selection, numbers)
    if unit in order_map.POINTS:
        points, chance = order_map.schools(table, unit, selection)
        drawn = points.scale.counts(points.scale.encode(chance))
        alt = alt_text(points.scale, title, drawn, "schools")
        return Face(title, points, _swatches(points, drawn), alt, words.SCHOOL_RANGE)
    of = places_units.of_tracts(selection, unit)
    classes = order_map.on_tracts_of(table, unit, selection)
    first = table.index[table["rank"].notna()][: selection.top]
    numbers = tuple(
        (str(rank), tuple(of.index[of.eq(key).fillna(value=False)]))
        for rank, key in enumerate(first, 1)
    )
    counts = unit_counts(classes.scale, classes.codes, of) if unit == "neighbourhood" else None
    return _of_tracts(title, classes, selection, numbers=numbers, counts=counts)


def _goals(selection: Selection) -> Face:
    """Map of which places are on the way to their goals."""
    title = goal_map.title(selection)
    if goal_map.draws_districts(selection):
        return _of_districts(title, goal_map.of_areas(selection), selection)
    if not goal_map.draws_points(selection):
        return _of_tracts(title, goal_map.of_areas(selection), selection)
    points, progress = goal_map.of_schools(selection)
    counts = points.scale.counts(points.scale.encode(progress))
    alt = alt_text(points.scale, title, counts, "schools")
    return Face(title, points, _swatches(points, counts), alt, goal_words.SCHOOLS)


def _of_tracts(
    title: str,
    classes: AreaClasses,
    selection: Selection,
    *,
    numbers: tuple[tuple[str, tuple[str, ...]], ...] = (),
    caveat: str = words.TRACT_MEANING,
    counts: Mapping[str, int] | None = None,
) -> Face:
    """Give the face of a map of tracts, or of neighbourhoods where `counts` tells of them."""
    unit = "tracts" if counts is None else "neighbourhoods"
    counts = counts or classes.scale.counts(classes.codes)
    legend = _swatches(classes, counts)
    hatched = classes.hatched.count("1")
    if hatched and unit == "tracts":
        legend = (*legend, Swatch(f"with lines: {classes.lines} ({hatched:,})", mark="lines"))
    if classes.note:
        legend = (*legend, Swatch(classes.note, mark="note"))
    alt = alt_text(classes.scale, title, counts, unit)
    return Face(title, classes, legend, alt, caveat, _in_focus(selection), numbers)


def _of_districts(
    title: str,
    classes: AreaClasses,
    selection: Selection,
    numbers: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Face:
    """Give the face of a map of districts, of a place whose figures are by district."""
    counts = classes.scale.counts(classes.codes)
    legend = _swatches(classes, counts)
    if apart := len(districts.without_outline(selection)):
        legend = (*legend, Swatch(f"{apart} without an outline: not on the map", mark="note"))
    alt = alt_text(classes.scale, title, counts, "districts")
    outlined = (selection.focus,) if selection.focus in districts.table(selection).index else ()
    return Face(title, classes, legend, alt, filed(words.TRACT_MEANING), outlined, numbers)


def _in_focus(selection: Selection) -> tuple[str, ...]:
    """Give the tracts of the neighbourhood in focus, or the one place in focus."""
    name = places.focused(selection)
    if name in places.areas(selection):
        return tuple(map(str, places.members(selection, name)))
    return (selection.focus,) if selection.focus and not name else ()


def _swatches(
    classes: AreaClasses | SchoolClasses, counts: Mapping[str, int]
) -> tuple[Swatch, ...]:
    scale = classes.scale
    return tuple(
        Swatch(f"{said} ({counts[label]:,})", colour, "dots" if label == NOT_SHOWN else "fill")
        for label, colour, said in zip(scale.labels, scale.colours, scale.words, strict=True)
        if counts[label]
    )


PAGES: Mapping[str, Callable[[Selection], Face]] = MappingProxyType(
    {
        "overview": _overview,
        "hot_spots": _hot_spots,
        "why_here": _why_here,
        "schools": _schools,
        "social_drivers": _social_drivers,
        "join_quality": _join_quality,
        "join_change": _join_change,
        "difference": _difference,
        "priorities": _priorities,
        "goals": _goals,
    }
)
"""Pages whose map can be had as a picture, and the maps of their folds."""
