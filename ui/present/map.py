"""The map of coalition mode: classes, the chosen area outlined, the first ones numbered."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from ui import queries
from ui.hotspots.words import map_title
from ui.languages import text
from ui.maps.decks import area_map, hot_spot_classes
from ui.maps.geometry import MapGeometry, extent
from ui.maps.scales import alt_text
from ui.present.subject import Subject
from ui.queries import hotspots as queries_hotspots
from ui.words.numbers import count_text

NUMBERED = 5
DISC_PIXELS, NUMBER_PIXELS = 17, 24
DARK, WHITE = [17, 17, 17], [255, 255, 255]
STEP_BACK = 0.7  # zoom levels from a group's own extent, so that its surroundings are seen
NEAREST_ZOOM = 13.0
CLASSES = 5


def draw(subject: Subject, marked: pd.DataFrame | None = None) -> None:
    """Draw the map of the place, or of the chosen area.

    Parameters
    ----------
    subject : Subject
    marked : DataFrame, optional
        Places with a `number`, `longitude` and `latitude`, marked in place of the areas.
    """
    spots, selection = subject.spots, subject.selection
    classes = hot_spot_classes(spots)
    if subject.kind == "group":
        inside = queries_hotspots.in_group(spots.tracts["cluster"], selection.cluster)
        classes = replace(classes, brushed="".join(np.where(inside, "1", "0")))
    deck = area_map(_view(subject, marked), classes, None)
    deck.layers.extend(_numbers(_areas(subject) if marked is None else marked, subject))
    alt = alt_text(classes.scale, map_title(selection), classes.scale.counts(classes.codes))
    key = f"room-{selection.area}-{selection.cluster}"
    st.pydeck_chart(deck, height="stretch", key=key, alt=alt)


def legend(subject: Subject) -> str:
    """HTML legend of the classes that are on the map, with the number of tracts in each."""
    classes = hot_spot_classes(subject.spots)
    scale, counts = classes.scale, classes.scale.counts(classes.codes)
    present = [
        (colour, words, counts[label])
        for label, colour, words in zip(scale.labels, scale.colours, scale.words, strict=True)
        if counts[label]
    ]
    items = "".join(
        f"<li><i aria-hidden='true' style='background:{colour}'></i>"
        f"<span>{escape(text(words))}</span><b>{count_text(count)}</b></li>"
        for colour, words, count in present[:CLASSES]
    )
    heading = text("Areas on the map (census tracts)")
    return f"<div class='room-legend'><h2>{escape(heading)}</h2><ul>{items}</ul></div>"


def _areas(subject: Subject) -> pd.DataFrame:
    """Middle of the first areas that stand out, by rank."""
    groups, tracts = subject.spots.groups.head(NUMBERED), queries.panel(subject.selection).tracts
    clusters = subject.spots.tracts["cluster"]
    middles = [
        tracts.geometry.loc[clusters.index[queries_hotspots.in_group(clusters, row.cluster)]]
        .union_all()
        .representative_point()
        for row in groups.itertuples()
    ]
    return pd.DataFrame(
        {
            "number": groups.index.astype("int64"),
            "longitude": [point.x for point in middles],
            "latitude": [point.y for point in middles],
        }
    )


def _numbers(places: pd.DataFrame, subject: Subject) -> list[pdk.Layer]:
    geometry = queries.geometry(subject.selection)
    data = [
        {
            "number": str(int(row.number)),
            "position": [float(geometry.longitude_of(row.longitude)), row.latitude],
        }
        for row in places.itertuples()
    ]
    if not data:
        return []
    disc = pdk.Layer(
        "ScatterplotLayer",
        data=data,
        id="room-discs",
        stroked=True,
        filled=True,
        get_position="position",
        get_fill_color=WHITE,
        get_line_color=DARK,
        get_radius=DISC_PIXELS,
        radius_units=pdk.types.String("pixels"),
        get_line_width=2,
        line_width_units=pdk.types.String("pixels"),
    )
    number = pdk.Layer(
        "TextLayer",
        data=data,
        id="room-numbers",
        get_position="position",
        get_text="number",
        get_size=NUMBER_PIXELS,
        get_color=DARK,
        font_weight=pdk.types.String("bold"),
    )
    return [disc, number]


def _view(subject: Subject, marked: pd.DataFrame | None) -> MapGeometry:
    """Geometry seen so that the chosen area, and what is marked, is on the map."""
    geometry = queries.geometry(subject.selection)
    if subject.kind == "place":
        return geometry
    members = queries_hotspots.members(subject.spots, subject.selection)
    shapes = queries.panel(subject.selection).tracts.geometry.loc[members]
    if marked is not None and len(marked):
        points = gpd.points_from_xy(marked["longitude"], marked["latitude"], crs=shapes.crs)
        shapes = gpd.GeoSeries([*shapes, *points], crs=shapes.crs)
    group = extent(geometry, shapes)
    zoom = min(group.zoom - STEP_BACK, NEAREST_ZOOM)
    return replace(group, zoom=max(zoom, geometry.zoom))
