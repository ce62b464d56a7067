"""One map with its legend above, the search box and the card beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape

import geopandas as gpd
import pandas as pd
import streamlit as st

from ui import queries
from ui.languages import mark, text
from ui.maps import view
from ui.maps.decks import (
    SCHOOL_PIXELS,
    AreaClasses,
    SchoolClasses,
    area_map,
    school_map,
)
from ui.maps.geometry import MapGeometry, extent
from ui.maps.scales import (
    alt_text,
    class_legend,
    marks_legend,
    size_legend,
)
from ui.places.cards import focus_card
from ui.search import search
from ui.selection import NEIGHBOURHOOD, Selection
from ui.words.numbers import percent_text, plural, students_text, with_margin
from ui.words.standing import not_shown_text

WIDTHS = (66, 34)
EMPTY_CARD = mark(
    "Choose a place on the map, or search for it by name or number: the map outlines it and its"
    " card opens here."
)


def tract_block(
    selection: Selection,
    title: str,
    classes: AreaClasses,
    table: pd.DataFrame,
    card: Callable[[pd.Series], str],
    *,
    note: str = "",
) -> Selection:
    """Tract map with legend, search box and card; returns the selection with the tract searched.

    Parameters
    ----------
    selection : Selection
    title : str
        What the map shows, with its year.
    classes : AreaClasses
    table : DataFrame
        Index `geoid` in map order, with name and neighbourhood.
    card : callable
        Row of `table` -> HTML.
    note : str
        HTML under the card.
    """
    return beside_card(
        selection, title, classes, table, card, legend=legend_of(title, classes), note=note
    )


def beside_card(
    selection: Selection,
    title: str,
    classes: AreaClasses,
    table: pd.DataFrame,
    card: Callable[[pd.Series], str],
    *,
    legend: str = "",
    note: str = "",
) -> Selection:
    """Tract map, with search box, legend and card beside it."""
    left, right = st.columns(WIDTHS, gap="small")
    with right:
        selection = _search(selection, table, card, legend)
        if note:
            st.html(note)
    with left:
        tract_map(title, classes, selection, table)
    return selection


def tract_legend(title: str, classes: AreaClasses) -> None:
    """Legend of a tract map with the number of tracts in each class, and of its marks."""
    st.html(legend_of(title, classes))


def legend_of(title: str, classes: AreaClasses) -> str:
    """HTML of the legend of a tract map: classes with their number of tracts, and marks."""
    counts = classes.scale.counts(classes.codes)
    marks = marks_legend(hatched=classes.hatched.count("1"), lines=classes.lines, note=classes.note)
    return class_legend(classes.scale, title, counts=counts, use_words=True) + marks


def tract_search(
    selection: Selection, table: pd.DataFrame, card: Callable[[pd.Series], str]
) -> Selection:
    """Search box of tracts and the card of the one found; returns the selection with it."""
    return _search(selection, table, card)


def tract_map(
    title: str,
    classes: AreaClasses,
    selection: Selection,
    table: pd.DataFrame | None = None,
    *,
    name: str = "map",
    link: str = "",
) -> None:
    """Map of tracts or neighbourhoods by class; what is chosen on it becomes the focus.

    Parameters
    ----------
    title : str
    classes : AreaClasses
    selection : Selection
    table : DataFrame, optional
        The areas in map order: figures under the pointer (see `figures_of`) and the order of the
        arrow keys (see `order_of`).
    name, link : str
        See `ui.maps.view.show`.
    """
    counts = classes.scale.counts(classes.codes)
    alt = alt_text(classes.scale, title, counts, classes.unit)
    figures, order = ((), ()) if table is None else (figures_of(table), order_of(table))
    caption = view.Caption(title, legend_of(title, classes), alt, figures, order)
    deck = area_map(queries.geometry(selection), classes)
    view.show(deck, selection, caption, name=name, link=link)


def opened_on(
    selection: Selection, tracts: pd.Index, marked: pd.DataFrame, step: float
) -> MapGeometry:
    """Geometry of the place, seen so that some tracts and what is marked are on the map.

    Parameters
    ----------
    selection : Selection
    tracts : Index of geoid
    marked : DataFrame
        With `longitude` and `latitude`; may have no row.
    step : float
        Surroundings on each side, by the extent of what must be seen.
    """
    geometry, shapes = queries.geometry(selection), queries.panel(selection).tracts.geometry
    points = gpd.points_from_xy(marked["longitude"], marked["latitude"], crs=shapes.crs)
    seen = gpd.GeoSeries([*shapes.loc[tracts], *points], crs=shapes.crs)
    west, south, east, north = extent(geometry, seen).bounds
    across, up = step * (east - west), step * (north - south)
    return replace(geometry, bounds=(west - across, south - up, east + across, north + up))


def figures_of(table: pd.DataFrame) -> list[str]:
    """Figure of each row as the map says it, or why there is none.

    `table` has `rate`, `enrolled`, `shown`, `status` and `reason`, or a driver's `value`, `moe`,
    `unit` and `status`; else there are no figures.
    """
    if "rate" in table:
        columns = table[["shown", "rate", "enrolled", "status", "reason"]]
        columns = columns.assign(shown=table["shown"].eq(True))
        return [_rate(*row) for row in columns.itertuples(index=False)]
    if "moe" in table:
        columns = table[["value", "moe", "unit"]]
        return [_estimate(*row) for row in columns.itertuples(index=False)]
    return []


def _rate(shown: bool, rate: float, enrolled: float, status: str, reason: str) -> str:
    if shown:
        return f"{percent_text(rate, enrolled)}, {students_text(enrolled)}"
    return not_shown_text(status, reason) if isinstance(status, str) else ""


def _estimate(value: float, moe: float, unit: str) -> str:
    return with_margin(value, moe, unit) if pd.notna(value) else not_shown_text("missing", "")


def order_of(table: pd.DataFrame) -> list[str]:
    """Rank rows for the arrow keys: most students beyond expected, or the highest value, first."""
    if "expected" in table:
        beyond = (table["chronic_absent"] - table["expected"]).where(table["shown"])
    elif "value" in table:
        beyond = table["value"]
    else:
        return []
    first = beyond.dropna().sort_values(ascending=False).index[: view.MOST_STEPS]
    return [NEIGHBOURHOOD + name if table.index.name == "neighbourhood" else name for name in first]


def school_block(
    selection: Selection,
    title: str,
    classes: SchoolClasses,
    table: pd.DataFrame,
    card: Callable[[pd.Series], str],
    sizes: Mapping[str, float],
) -> Selection:
    """School map with legend, search box and card."""
    counts = classes.scale.counts(classes.scale.encode(table["rate"], shown=table["shown"]))
    legend = class_legend(classes.scale, title, counts=counts, use_words=True)
    legend += size_legend(text("Students"), sizes)
    absent = len(table) - sum(size != "-" for size in classes.sizes)
    if absent:
        schools = plural(absent, "school")
        note = text("{schools} of these without a place on the map", schools=schools)
        legend += marks_legend(note=note)
    left, right = st.columns(WIDTHS, gap="small")
    with right:
        selection = _search(selection, table, card, legend)
    with left:
        deck = school_map(queries.geometry(selection), classes)
        alt = alt_text(classes.scale, title, counts, "schools")
        figures = figures_of(table.reindex(queries.school_points(selection)))
        caption = view.Caption(title, legend, alt, figures, order_of(table))
        view.show(deck, selection, caption, name="schools")
    return selection


def size_pixels(labels: Sequence[str]) -> dict[str, float]:
    """Diameter of the legend's circles, smallest class first."""
    return {text(label): 2.0 * radius for label, radius in zip(labels, SCHOOL_PIXELS, strict=True)}


def empty_card() -> str:
    """HTML of the card while nothing is chosen."""
    return f"<div class='atlas-card'><p>{escape(text(EMPTY_CARD))}</p></div>"


def _search(
    selection: Selection, table: pd.DataFrame, card: Callable[[pd.Series], str], legend: str = ""
) -> Selection:
    """Search box, legend and the card of what is in focus: `card` for a row of the own table."""
    search(selection)
    if legend:
        st.html(legend)
    own = selection.focus in table.index
    st.html(card(table.loc[selection.focus]) if own else focus_card(selection) or empty_card())
    return selection
