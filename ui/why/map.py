"""Map of one hot group: the hot-spot map opened on it, with the providers of care around."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from data.views.hot_spots import HotSpots
from ui import queries
from ui.hotspots.cards import cluster_card
from ui.hotspots.words import map_title
from ui.maps import block as map_block
from ui.maps.classes import hot_spot_classes
from ui.maps.decks import HEIGHT, CompactDeck, area_map
from ui.maps.geometry import MapGeometry, extent
from ui.maps.legends import alt_text
from ui.queries import care as queries_care
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.why import care_words

OUTLINED = "The group is outlined in black. The map opens on it: zoom out for the whole place."
STEP_BACK = 0.7  # zoom levels from the group's own extent, so that its surroundings are seen
NEAREST_ZOOM = 13.0
DARK = [17, 17, 17]
WHITE = [255, 255, 255]
DISC_PIXELS, RING_PIXELS, NUMBER_PIXELS = 9, 3.5, 12


def draw(found: HotSpots, selection: Selection, row: pd.Series) -> None:
    """Draw the legend, the map with the group outlined, and the group's card beside."""
    inside = queries_why.in_group(found.tracts["cluster"], selection.cluster)
    flags = "".join(np.where(inside, "1", "0"))
    classes = replace(hot_spot_classes(found), brushed=flags)
    title = map_title(selection)
    map_block.tract_legend(title, classes)
    near = None
    if queries_care.has_providers(selection):
        near = queries_care.nearby(found, selection)
        st.html(care_words.legend(near))
    left, right = st.columns([62, 38], gap="medium")
    with right:
        st.html(cluster_card(row, selection.year))
    with left:
        deck = area_map(_opened(found, selection, near), classes, None)
        told = alt_text(classes.scale, title, classes.scale.counts(classes.codes))
        if near is not None:
            deck.layers.extend(marks(near))
            told = f"{told} {care_words.alt(near)}"
        _show(deck, selection, told)


def marks(near: pd.DataFrame) -> list[pdk.Layer]:
    """Layers of providers: small rings, and numbered discs for those in the table."""
    others = near[near["number"].isna()]
    listed = care_words.listed(near)[::-1]  # the nearest on top
    layers = [_discs("providers", others, RING_PIXELS)] if len(others) else []
    if listed.empty:
        return layers
    numbers = pdk.Layer(
        "TextLayer",
        data=_places(listed),
        id="provider-numbers",
        get_position="position",
        get_text="number",
        get_size=NUMBER_PIXELS,
        get_color=DARK,
        font_weight=pdk.types.String("bold"),
    )
    return [*layers, _discs("providers-listed", listed, DISC_PIXELS), numbers]


def _discs(name: str, providers: pd.DataFrame, radius: float) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        data=_places(providers),
        id=name,
        pickable=True,
        stroked=True,
        filled=True,
        get_position="position",
        get_fill_color=WHITE,
        get_line_color=DARK,
        get_radius=radius,
        radius_units=pdk.types.String("pixels"),
        get_line_width=2,
        line_width_units=pdk.types.String("pixels"),
    )


def _places(providers: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "name": row.name,
            "number": "" if pd.isna(row.number) else str(row.number),
            "position": [round(row.longitude, 5), round(row.latitude, 5)],
        }
        for row in providers[["name", "number", "longitude", "latitude"]].itertuples(index=False)
    ]


def _opened(found: HotSpots, selection: Selection, near: pd.DataFrame | None) -> MapGeometry:
    """Geometry of the place, seen so that the group and the nearest of each kind are on the map."""
    geometry = queries.geometry(selection)
    shapes = queries.panel(selection).tracts.geometry.loc[queries_why.members(found, selection)]
    if near is not None:
        serving = near[near["number"].notna() & near["tracts"].gt(0)]
        points = gpd.points_from_xy(serving["longitude"], serving["latitude"], crs=shapes.crs)
        shapes = gpd.GeoSeries([*shapes, *points], crs=shapes.crs)
    group = extent(geometry.folder, shapes)
    zoom = min(group.zoom - STEP_BACK, NEAREST_ZOOM)
    return replace(group, zoom=max(zoom, geometry.zoom))


def _show(deck: CompactDeck, selection: Selection, told: str) -> None:
    # Another group is another map: the view of the last one is not kept.
    key = f"why-{selection.area}-{selection.cluster}"
    st.pydeck_chart(deck, height=HEIGHT, key=key, alt=told)
    st.caption(OUTLINED)
