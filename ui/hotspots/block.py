"""Blocks of the Hot spots page: map and list of groups, a second map, one group, tables."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from ui import frame, screen
from ui.charts.places import brushed, moran_scatter_chart
from ui.hotspots import words as hotspot_words
from ui.hotspots.cards import cluster_card, years_text
from ui.hotspots.words import map_title, scatter_words, within_text
from ui.languages import text
from ui.maps import block as map_block
from ui.maps.decks import AreaClasses, difference_classes, flags, hot_spot_classes
from ui.maps.geometry import MapGeometry
from ui.places import ranking
from ui.queries import hotspots as queries_hotspots
from ui.report import block as report
from ui.screen import Beside, Row
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words.as_written import as_written
from ui.words.cards import card as html_card
from ui.words.cards import tract_card

SCATTER = "moran-scatter"
AROUND = 0.03  # of the counties' extent, seen on each side
NUMBERED = 9  # groups with a number on the map
OPTIONS = ("method", "null", "neighbours", "counties", "measure", "catchment", "alpha", "beside")


def first_screen(found: HotSpots, selection: Selection) -> None:
    """Draw the map with its list of groups, with the Moran scatter, or with a second map."""
    second = selection.second()
    if selection.beside == "scatter":
        _with_scatter(found, selection)
    elif second is not None:
        _two_maps(found, selection, second)
    else:
        title, classes = map_title(selection), _outlined(found, selection)
        beside = Beside(
            map_block.legend_of(title, classes),
            _card(found, selection),
            partial(group_list, found, selection),
            field="focus" if selection.focus else "cluster",
        )
        map_block.tract_screen(
            *(selection, title, classes, found.tracts, beside),
            badges=badges(found, selection),
            geometry=_opening(found, selection),
        )


def _opening(found: HotSpots, selection: Selection) -> MapGeometry | None:
    """Where the map opens: on the counties that are shown, else on the whole place."""
    counties = selection.by_county()
    if not counties:
        return None
    inside = found.tracts.index[found.tracts["county"].isin(counties)]
    nothing = pd.DataFrame(columns=["longitude", "latitude"])
    return map_block.opened_on(selection, inside, nothing, AROUND)


def badges(found: HotSpots, selection: Selection) -> list[map_block.Badge]:
    """Give the first groups the numbers of their list."""
    clusters = found.tracts["cluster"]
    inside = [
        clusters.index[queries_hotspots.in_group(clusters, each)]
        for each in found.groups["cluster"].head(NUMBERED)
    ]
    return map_block.badges_of(selection, inside)


def group_list(found: HotSpots, selection: Selection) -> None:
    """List the groups as they are numbered; where there is none, the neighbourhoods."""
    if found.groups.empty:
        ranking.neighbourhood_list(selection)
        return
    rows = (
        Row(
            row["cluster"],
            str(rank),
            row["name"],
            ranking.share_of(row),
        )
        for rank, (_, row) in enumerate(found.groups.iterrows(), 1)
    )
    screen.listed(text("Groups, most students beyond expected first"), rows, "cluster")


def how_it_was_looked(found: HotSpots, selection: Selection) -> None:
    """Say how the map was made, and what is left within counties."""
    st.write(as_written(hotspot_words.MEANING[selection.method]))
    for note in hotspot_words.notes(found):
        st.write(as_written(note))
    within = queries_hotspots.within_counties(selection)
    if within is not None:
        st.html(f"<p class='atlas-sure'>{escape(within_text(found, within))}</p>")


def since_when(found: HotSpots, selection: Selection) -> None:
    """In which school years the tracts of a group were hot: of the chosen one, else the first."""
    row = _chosen(found, selection)
    past = queries_hotspots.years(selection)
    st.html(html_card(row["name"], years_text(found, past, row["cluster"]), ""))


def tables(found: HotSpots, selection: Selection) -> None:
    """Table twins of the map: groups, those that pass as wholes, and flagged tracts."""
    columns = hotspot_words.group_columns(found.groups)
    table_block.show(found.groups, columns, hotspot_words.groups_title(selection))
    if found.broad is not None and not found.broad.empty:
        title = hotspot_words.broad_title(selection)
        table_block.show(found.broad, hotspot_words.group_columns(found.broad), title)
    table_block.show(*hotspot_words.flagged_table(found, selection))
    downloads.buttons(selection, "hot-spots", found.tracts, place="tracts")


def difference(found: HotSpots, selection: Selection, second: Selection) -> None:
    """Map of where two maps say something else."""
    other = queries_hotspots.found(second)
    classes = difference_classes(found, other)
    title = f"{map_title(selection)} | {map_title(second)}"
    map_block.tract_legend(text("Where the two maps differ"), classes)
    st.caption(as_written(title))
    map_block.tract_map(title, classes, selection, found.tracts, name="difference", link="two")
    report.picture_button(selection, "difference")


def _chosen(found: HotSpots, selection: Selection) -> pd.Series:
    """Row of the group that is open, else of the first."""
    groups = found.groups
    own = groups[groups["cluster"] == selection.cluster]
    return (own if len(own) else groups).iloc[0]


def _card(found: HotSpots, selection: Selection) -> str:
    """Card of the tract or school in focus, else of the group that is open; "" for neither."""
    if selection.focus:
        return map_block.card_or(selection, found.tracts, partial(_tract_card, found, selection))
    if selection.cluster not in set(found.groups["cluster"]):
        return ""
    row = _chosen(found, selection)
    return cluster_card(row, selection.year, queries_hotspots.other_years(found, selection))


def _tract_card(found: HotSpots, selection: Selection, row: pd.Series) -> str:
    return tract_card(row, selection.year, hotspot_words.tract_text(found, row))


def _outlined(found: HotSpots, selection: Selection) -> AreaClasses:
    """Classes of the map, with the outline of the group that is open."""
    classes = hot_spot_classes(found)
    if not selection.cluster or selection.focus:
        return classes
    inside = queries_hotspots.in_group(found.tracts["cluster"], selection.cluster)
    return replace(classes, brushed=flags(inside))


def _two_maps(found: HotSpots, selection: Selection, second: Selection) -> None:
    """Two maps of one size that move together, each under its own title and legend."""
    other = queries_hotspots.found(second)
    for place, view, shown, name in zip(
        st.columns(2, gap="small"),
        (selection, second),
        (found, other),
        ("map", "second-map"),
        strict=True,
    ):
        with place:
            title, classes = map_title(view), hot_spot_classes(shown)
            map_block.tract_map(title, classes, selection, shown.tracts, name=name, link="two")
            map_block.tract_legend(title, classes)
    if card := _card(found, selection):
        st.html(card)
    frame.fold("Where do the two maps differ?", "difference", difference, found, selection, second)


def _with_scatter(found: HotSpots, selection: Selection) -> None:
    """Map and Moran scatter: a rectangle drawn on the chart outlines its tracts on the map."""
    classes, (table, slope) = hot_spot_classes(found), _scatter(found, selection)
    inside = brushed(table, st.session_state.get(SCATTER) or {})
    inside = inside.reindex(found.tracts.index, fill_value=False)
    flags = "".join("1" if chosen else "0" for chosen in inside)
    left, right = st.columns([55, 45], gap="small")
    with left:
        outlined = replace(classes, brushed=flags)
        map_block.tract_map(map_title(selection), outlined, selection, found.tracts)
    with right:
        chart = _scatter_chart(found, selection, table, slope)
        st.altair_chart(chart, key=SCATTER, on_select="rerun", selection_mode="brush")
        st.caption(as_written(scatter_words(slope, int(inside.sum()))))
    map_block.tract_legend(map_title(selection), classes)
    if card := _card(found, selection):
        st.html(card)


def scatter_chart(found: HotSpots, selection: Selection) -> alt.LayerChart:
    """Chart of each tract against its neighbours, in the colours of the map."""
    return _scatter_chart(found, selection, *_scatter(found, selection))


def _scatter_chart(
    found: HotSpots, selection: Selection, table: pd.DataFrame, slope: float
) -> alt.LayerChart:
    title = text("Is a tract like its neighbours?")
    return moran_scatter_chart(table, hot_spot_classes(found).scale, slope, selection.focus, title)


def _scatter(found: HotSpots, selection: Selection) -> tuple[pd.DataFrame, float]:
    """Table of the scatter with the words of the map's classes, and the slope of its line."""
    scatter, scale = queries_hotspots.moran_scatter(selection), hot_spot_classes(found).scale
    table = scatter.table.join(found.tracts[["name", "map_class"]])
    words = dict(zip(scale.labels, scale.words, strict=True))
    return table.assign(class_words=table["map_class"].map(words)), scatter.slope
