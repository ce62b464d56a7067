"""One map with its legend above, the search box and the card beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from ui import queries
from ui.maps.decks import (
    HEIGHT,
    SCHOOL_PIXELS,
    AreaClasses,
    SchoolClasses,
    area_map,
    school_map,
)
from ui.maps.scales import (
    alt_text,
    class_legend,
    marks_legend,
    size_legend,
)
from ui.places.cards import focus_card
from ui.queries import neighbourhoods as queries_neighbourhoods
from ui.search import search
from ui.selection import Selection
from ui.words.numbers import plural

NOTHING = ""
EMPTY_CARD = (
    "<div class='atlas-card'><p>Search above for a place by name or number: the map outlines it and"
    " its card opens here.</p></div>"
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
    tract_legend(title, classes)
    return beside_card(selection, title, classes, table, card, note=note)


def beside_card(
    selection: Selection,
    title: str,
    classes: AreaClasses,
    table: pd.DataFrame,
    card: Callable[[pd.Series], str],
    *,
    note: str = "",
) -> Selection:
    """Tract map with search box and card, under a legend of one's own."""
    left, right = st.columns([62, 38], gap="medium")
    with right:
        selection = tract_search(selection, table, card)
        if note:
            st.html(note)
    with left:
        tract_map(title, classes, selection)
    return selection


def tract_legend(title: str, classes: AreaClasses) -> None:
    """Legend of a tract map with the number of tracts in each class, and of its marks."""
    counts = classes.scale.counts(classes.codes)
    st.html(class_legend(classes.scale, title, counts=counts, use_words=True))
    hatched = classes.hatched.count("1")
    marks = marks_legend(hatched=hatched, lines=classes.lines, note=classes.note)
    if marks:
        st.html(marks)


def tract_search(
    selection: Selection, table: pd.DataFrame, card: Callable[[pd.Series], str]
) -> Selection:
    """Search box of tracts and the card of the one found; returns the selection with it."""
    return _search(selection, table, card)


def tract_map(
    title: str, classes: AreaClasses, selection: Selection, *, name: str = "map", farther: float = 0
) -> None:
    """Map of tracts by class, named apart from others; `farther` steps its zoom back."""
    geometry = queries.geometry(selection)
    geometry = replace(geometry, zoom=geometry.zoom - farther)
    deck = area_map(geometry, classes, outline(selection))
    alt = alt_text(classes.scale, title, classes.scale.counts(classes.codes))
    st.pydeck_chart(deck, height=HEIGHT, key=f"{name}-{selection.area}", alt=alt)


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
    st.html(class_legend(classes.scale, title, counts=counts, use_words=True))
    st.html(size_legend("Students", sizes))
    absent = len(table) - sum(size != "-" for size in classes.sizes)
    if absent:
        note = f"{plural(absent, 'school')} of these without a place on the map"
        st.html(marks_legend(note=note))
    left, right = st.columns([62, 38], gap="medium")
    with right:
        selection = _search(selection, table, card)
    with left:
        deck = school_map(queries.geometry(selection), classes, outline(selection))
        alt = alt_text(classes.scale, title, counts, "schools")
        st.pydeck_chart(deck, height=HEIGHT, key=f"schools-{selection.area}", alt=alt)
    return selection


def place_labels(table: pd.DataFrame, prompt: str) -> dict[str, str]:
    """Words of each place in a search box: name, neighbourhood and number."""
    neighbourhood = (" · " + table["neighbourhood"]).where(table["neighbourhood"] != "", "")
    words = table["name"] + neighbourhood + " · " + table.index
    return {NOTHING: prompt, **words.to_dict()}


def size_pixels(labels: Sequence[str]) -> dict[str, float]:
    """Diameter of the legend's circles, smallest class first."""
    return {label: 2.0 * radius for label, radius in zip(labels, SCHOOL_PIXELS, strict=True)}


def _search(
    selection: Selection, table: pd.DataFrame, card: Callable[[pd.Series], str]
) -> Selection:
    """Search box and the card of what is in focus: `card` for a row of the page's own table."""
    search(selection)
    own = selection.focus in table.index
    st.html(card(table.loc[selection.focus]) if own else focus_card(selection) or EMPTY_CARD)
    return selection


def outline(selection: Selection) -> Mapping[str, object] | None:
    """GeoJSON geometry of the place in focus, if it has one."""
    panel = queries.panel(selection)
    name = queries_neighbourhoods.focused(selection)
    if name:
        own = panel.tracts.loc[queries_neighbourhoods.members(selection, name)]
        return _drawn(selection, own.union_all())
    for table in (panel.tracts, panel.schools):
        if selection.focus in table.index:
            shape = table.geometry.loc[selection.focus]
            return None if shape is None else _drawn(selection, shape)
    return None


def _drawn(selection: Selection, shape: BaseGeometry) -> Mapping[str, object]:
    """Give a shape as the map draws it."""
    drawn: Mapping[str, object] = mapping(queries.geometry(selection).drawn(shape.simplify(1e-4)))
    return drawn
