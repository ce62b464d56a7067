"""Blocks of the Hot spots page: its controls, the map with what stands beside it, one group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.views.hot_spots import HotSpots
from ui import frame, queries
from ui.charts.places import brushed, moran_scatter_chart
from ui.hotspots import words as hotspot_words
from ui.hotspots.cards import cluster_card, group_sentence, years_text
from ui.hotspots.words import map_title, scatter_words, within_text
from ui.maps import block as map_block
from ui.maps.decks import hot_spot_classes
from ui.maps.scales import ClassScale
from ui.queries import hotspots as queries_hotspots
from ui.selection import METHODS, NEIGHBOURS, SINGLE_TESTS, Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.cards import card as html_card

Card = Callable[[pd.Series], str]
SCATTER = "moran-scatter"


def controls(selection: Selection) -> Selection:
    """Draw the controls that fit the method beside the others; return the selection with them."""
    with st.sidebar:
        selection = frame.own_control(selection, "method", "Method", METHODS)
        nulls = selection.nulls()
        if nulls:
            selection = frame.own_control(selection, "null", "What counts as chance", nulls)
        if selection.method in SINGLE_TESTS:
            selection = frame.own_control(selection, "neighbours", "Neighbours", NEIGHBOURS)
        besides = selection.besides(queries.choices(selection.area).years)
        return frame.own_control(selection, "beside", "Beside the map", besides)


def maps(found: HotSpots, selection: Selection, card: Card) -> Selection:
    """Draw the map with its card, with the Moran scatter, or with a second map beside it.

    Returns the selection with the tract searched.
    """
    second = selection.second()
    if selection.beside == "scatter":
        return _with_scatter(found, selection, card)
    if second is not None:
        return _two_maps(found, selection, second, card)
    title, classes = map_title(selection), hot_spot_classes(found)
    return map_block.tract_block(selection, title, classes, found.tracts, card)


def within_counties(found: HotSpots, selection: Selection, place: DeltaGenerator) -> None:
    """Say in a place kept for it what is left when schools are rearranged within each county.

    It takes as long as the map itself; drawn last, nothing waits for it.
    """
    with place.container():
        within = queries_hotspots.within_counties(selection)
    if within is not None:
        place.html(f"<p class='atlas-sure'>{escape(within_text(found, within))}</p>")


def one_group(found: HotSpots, selection: Selection) -> Selection:
    """Choose a group; its card, and since when it has been hot."""
    groups = found.groups
    if groups.empty:
        return selection
    st.subheader("Look closer at one group")
    labels = {row["cluster"]: group_sentence(row) for _, row in groups.iterrows()}
    selection = frame.own_control(selection, "cluster", "Group of hot tracts", labels)
    row = groups[groups["cluster"] == selection.cluster].iloc[0]
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(cluster_card(row, selection.year, queries_hotspots.other_years(found, selection)))
    with right:
        past = queries_hotspots.years(selection)
        st.html(html_card("Since when", years_text(found, past, selection.cluster), ""))
    return selection


def broad_groups(found: HotSpots, selection: Selection) -> None:
    """Show the groups that pass as wholes, if any."""
    if found.broad is not None and not found.broad.empty:
        title = hotspot_words.broad_title(selection)
        table_block.show(found.broad, hotspot_words.group_columns(found.broad), title)


def _two_maps(found: HotSpots, selection: Selection, second: Selection, card: Card) -> Selection:
    """Two maps of one size, each under its own title and legend, one search box for both."""
    other = queries_hotspots.found(second)
    left, right = st.columns(2, gap="medium")
    for place, view, shown in ((left, selection, found), (right, second, other)):
        with place:
            map_block.tract_legend(map_title(view), hot_spot_classes(shown))
    selection = map_block.tract_search(selection, found.tracts, card)
    with left:
        classes = hot_spot_classes(found)
        map_block.tract_map(map_title(selection), classes, selection, found.tracts, link="two")
    with right:
        classes, table = hot_spot_classes(other), other.tracts
        map_block.tract_map(
            map_title(second), classes, selection, table, name="second-map", link="two"
        )
    return selection


def _with_scatter(found: HotSpots, selection: Selection, card: Card) -> Selection:
    """Map and Moran scatter: a rectangle drawn on the chart outlines its tracts on the map."""
    scatter = queries_hotspots.moran_scatter(selection)
    classes = hot_spot_classes(found)
    words = dict(zip(classes.scale.labels, classes.scale.words, strict=True))
    table = scatter.table.join(found.tracts[["name", "map_class"]])
    table["class_words"] = table["map_class"].map(words)
    inside = brushed(table, st.session_state.get(SCATTER) or {})
    inside = inside.reindex(found.tracts.index, fill_value=False)
    flags = "".join("1" if chosen else "0" for chosen in inside)
    map_block.tract_legend(map_title(selection), classes)
    left, right = st.columns([55, 45], gap="medium")
    selection = map_block.tract_search(selection, found.tracts, card)
    with left:
        outlined = replace(classes, brushed=flags)
        map_block.tract_map(map_title(selection), outlined, selection, found.tracts)
    with right:
        _chart(table, classes.scale, scatter.slope, selection)
        st.caption(as_written(scatter_words(scatter.slope, int(inside.sum()))))
    return selection


def _chart(table: pd.DataFrame, scale: ClassScale, slope: float, selection: Selection) -> None:
    title = "Is a tract like its neighbours?"
    chart = moran_scatter_chart(table, scale, slope, selection.focus, title)
    st.altair_chart(chart, key=SCATTER, on_select="rerun", selection_mode="brush")
