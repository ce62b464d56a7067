"""Map of goals: which of the listed places are on the way."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import queries
from ui.languages import mark, text
from ui.maps import block as map_block
from ui.maps import view
from ui.maps.decks import AreaClasses, SchoolClasses, flags, school_classes, school_map
from ui.maps.neighbourhoods import on_tracts
from ui.maps.scales import (
    HOT_COLD,
    NOT_SHOWN,
    NOT_SHOWN_COLOUR,
    ClassScale,
    alt_text,
    class_legend,
)
from ui.queries import districts, units
from ui.queries import goals as queries_goals
from ui.queries.goals import PROGRESS
from ui.selection import GOALS, Selection
from ui.words.as_written import as_written

NOTHING = mark("Nothing to draw: whether a place is on the way is known for none of them.")
SHOWN = ("on track", "too early to say", "off track")
_COLOURS = tuple(HOT_COLD[name] for name in ("cold 95", "not significant", "hot 95"))


def progress_scale() -> ClassScale:
    """Classes of the way to a goal, then "not shown"."""
    words = tuple(text(PROGRESS[name]) for name in SHOWN)
    labels, colours = (*SHOWN, NOT_SHOWN), (*_COLOURS, NOT_SHOWN_COLOUR)
    return ClassScale(labels, colours, tuple("0123"), (*words, text(NOT_SHOWN)), named=True)


def title(selection: Selection) -> str:
    """Name the goal that places are held against."""
    return text("On the way? {goal}", goal=text(GOALS[selection.goal]))


def of_areas(selection: Selection) -> AreaClasses:
    """Tracts in the class of their area, or outlines of districts in their own."""
    if draws_districts(selection):
        own, scale = (
            _progress(selection).reindex(districts.table(selection).index),
            progress_scale(),
        )
        return AreaClasses(scale, scale.encode(own), flags(own.isna()), unit="districts")
    progress, of = (
        _progress(selection),
        units.of_tracts(selection, queries_goals.unit_of(selection)),
    )
    scale = progress_scale()
    codes = scale.encode(progress)
    return on_tracts(AreaClasses(scale, codes, flags(progress.isna())), progress.index, of)


def legend_of_areas(selection: Selection) -> str:
    """HTML of the legend, with the number of listed places, not of their tracts."""
    scale = progress_scale()
    counts = scale.counts(scale.encode(_progress(selection)))
    return class_legend(scale, title(selection), counts=counts, use_words=True)


def of_schools(selection: Selection) -> tuple[SchoolClasses, pd.Series]:
    """Schools in the class of their own goal, or of their district's.

    Returns
    -------
    classes : SchoolClasses
    progress : Series
        By school of the view.
    """
    listed, features = queries.schools(selection), queries.school_points(selection)
    by_district = queries_goals.unit_of(selection) == "district"
    of = listed["district"] if by_district else pd.Series(listed.index, listed.index)
    progress, scale = of.map(_progress(selection)), progress_scale()
    sizes = school_classes(listed, features).sizes
    return SchoolClasses(scale, scale.encode(progress.reindex(features)), sizes), progress


def draws_points(selection: Selection) -> bool:
    """Say whether the listed places are drawn by their schools."""
    by_school = queries_goals.unit_of(selection) in ("district", "school")
    return by_school and not districts.are_units(selection)


def draws_districts(selection: Selection) -> bool:
    """Say whether the listed places are districts with an outline of their own."""
    return districts.are_units(selection) and queries_goals.unit_of(selection) == "school"


def draw(selection: Selection) -> None:
    """Draw the map."""
    name = title(selection)
    if _progress(selection).isna().all():
        st.write(as_written(text(NOTHING)))
        return
    if not draws_points(selection):
        classes = of_areas(selection)
        st.html(legend_of_areas(selection))
        shown = queries.tracts(selection)
        if draws_districts(selection):
            shown = districts.table(selection)
        map_block.tract_map(name, classes, selection, shown)
        return
    points, progress = of_schools(selection)
    counts = points.scale.counts(points.scale.encode(progress))
    legend = class_legend(points.scale, name, counts=counts, use_words=True)
    alt = alt_text(points.scale, name, counts, "schools")
    caption = view.Caption(name, legend, alt, (), ())
    st.html(legend)
    view.show(school_map(queries.geometry(selection), points), selection, caption, name="schools")


def _progress(selection: Selection) -> pd.Series:
    """Progress of each listed place; missing where it is not known."""
    progress = queries_goals.found(selection)["progress"]
    return progress.where(progress.isin(SHOWN))
