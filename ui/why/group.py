"""One hot group and what its children live with: map, card, three sentences, profile."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from data.views.hot_spots import HotSpots
from data.views.strengths import RandomGroups
from ui import frame, queries
from ui.hotspots.cards import cluster_card, group_sentence
from ui.hotspots.words import map_title
from ui.maps import block as map_block
from ui.maps import view
from ui.maps.decks import area_map, hot_spot_classes
from ui.maps.geometry import MapGeometry
from ui.maps.scales import alt_text
from ui.queries import charts as queries_charts
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import display as table_block
from ui.why import care as care_words
from ui.why import words as why_words
from ui.words.numbers import value_text, with_margin

NO_GROUP = (
    "No area stands out in this view, so there is no one place to ask about. Choose another year or"
    " level, or another method on the Hot spots page."
)
SAID = "font-size:1.15rem;line-height:1.45;margin:.2rem 0 0 0;padding-left:1.3rem"
OUTLINED = "The group is outlined in black. The map opens on it: zoom out for the whole place."
STEP_BACK = 0.3  # of the group's own extent on each side, so that its surroundings are seen
DARK = [17, 17, 17]
WHITE = [255, 255, 255]
DISC_PIXELS, RING_PIXELS, NUMBER_PIXELS = 9, 3.5, 12


def choose(spots: HotSpots, selection: Selection) -> Selection:
    """Choose a group; the first one, or the one in the link."""
    if spots.groups.empty:
        return selection
    labels = {row["cluster"]: group_sentence(row) for _, row in spots.groups.iterrows()}
    return frame.own_control(selection, "cluster", "Group of hot tracts", labels)


def row_of(spots: HotSpots, selection: Selection) -> pd.Series:
    """Figures of the chosen group: a row of `HotSpots.groups`."""
    return spots.groups[spots.groups["cluster"] == selection.cluster].iloc[0]


def answer(spots: HotSpots, selection: Selection) -> str:
    """Give the page's answer: what stands out in the chosen group."""
    if spots.groups.empty:
        return NO_GROUP
    row, profile = row_of(spots, selection), queries_why.profile(spots, selection)
    said = why_words.answer(row, profile)
    if why_words.harder(profile).empty:
        return said
    return f"{said} {why_words.as_many(queries_why.random_groups(spots, selection))}"


def group(spots: HotSpots, selection: Selection) -> None:
    """Figures, map with card, and profile of the chosen group."""
    if spots.groups.empty:
        return
    row, profile = row_of(spots, selection), queries_why.profile(spots, selection)
    random = queries_why.random_groups(spots, selection)
    frame.figures(why_words.figures(row, profile))
    draw(spots, selection, row)
    _said(why_words.sentences(row, profile, selection.year))
    own = why_words.its_own(why_words.harder(profile), random)
    _asked("Is that this group's own?", f"{own} {why_words.MEANING}".strip())
    st.vega_lite_chart(queries_charts.profile_chart(spots, selection))
    _asked("What cannot be said?", why_words.unsaid(profile))
    _touches(profile)
    title = why_words.profile_title(row, profile)
    table_block.plain(profile_words(profile, random), title)


def meaning(spots: HotSpots, selection: Selection) -> str:
    """Say what the profile means and which tracts it compares with; "" without a group."""
    if spots.groups.empty:
        return ""
    compared = why_words.comparable_text(queries_why.comparable(spots, selection))
    return f"{why_words.PROFILE_MEANING} {compared}"


def profile_words(profile: pd.DataFrame, random: RandomGroups) -> pd.DataFrame:
    """Profile as people read it: one row a driver, in words."""
    rows = [
        (*_driver_words(row), why_words.as_far(random, str(name)))
        for name, row in profile.iterrows()
    ]
    columns = ["Driver", "Theme", "This group", "Comparable tracts", "Percentile"]
    columns += ["Reliability", "What may be said", "Years", "As far in random groups"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _said(sentences: tuple[str, ...]) -> None:
    """Three plain sentences as one block."""
    items = "".join(f"<li>{escape(text)}</li>" for text in sentences)
    st.html(f"<div class='atlas-sure'><ul style='{SAID}'>{items}</ul></div>")


def _asked(question: str, text: str) -> None:
    st.html(f"<div class='atlas-sure'><b>{escape(question)}</b> {escape(text)}</div>")


def _touches(profile: pd.DataFrame) -> None:
    """How the conditions that stand out may touch attendance, with references."""
    conditions = why_words.touches(profile)
    if not conditions:
        return
    items = "".join(f"<li><b>{escape(name)}.</b> {escape(text)}</li>" for name, text in conditions)
    heading = "How may these conditions touch attendance?"
    st.html(f"<div class='atlas-sure'><b>{heading}</b><ul>{items}</ul></div>")


def _driver_words(row: pd.Series) -> tuple[str, ...]:
    profiled, nothing = row["state"] == "profiled", "not shown: no figure"
    ends = f"{row['percentile_low']:.0f}–{row['percentile_high']:.0f}"
    margin = pd.notna(row["moe"])
    return (
        row["label"],
        row["theme"],
        with_margin(row["value"], row["moe"], row["unit"]) if pd.notna(row["value"]) else nothing,
        value_text(row["comparable"], row["unit"]) if profiled else nothing,
        f"{row['percentile']:.0f} ({ends if margin else 'no interval'})" if profiled else nothing,
        why_words.RELIABILITY[row["reliability"]],
        why_words.READING[row["conclusion"]],
        row["vintage"] if pd.notna(row["vintage"]) else "",
    )


def draw(spots: HotSpots, selection: Selection, row: pd.Series) -> None:
    """Draw the legend, the map with the group outlined, and the group's card beside."""
    inside = queries_hotspots.in_group(spots.tracts["cluster"], selection.cluster)
    flags = "".join(np.where(inside, "1", "0"))
    classes = replace(hot_spot_classes(spots), brushed=flags)
    title = map_title(selection)
    map_block.tract_legend(title, classes)
    near = None
    if queries_why.has_providers(selection):
        near = queries_why.nearby(spots, selection)
        st.html(care_words.legend(near))
    left, right = st.columns([62, 38], gap="medium")
    with right:
        st.html(cluster_card(row, selection.year, queries_hotspots.other_years(spots, selection)))
    with left:
        deck = area_map(_opened(spots, selection, near), classes)
        description = alt_text(classes.scale, title, classes.scale.counts(classes.codes))
        if near is not None:
            drawn = queries.geometry(selection).longitude_of(near["longitude"])
            deck.layers.extend(marks(near.assign(longitude=drawn)))
            description = f"{description} {care_words.alt(near)}"
        legend = map_block.legend_of(title, classes)
        figures, order = map_block.figures_of(spots.tracts), map_block.order_of(spots.tracts)
        caption = view.Caption(title, legend, description, figures, order)
        view.show(deck, selection, caption, name="why")
        st.caption(OUTLINED)


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


def _opened(spots: HotSpots, selection: Selection, near: pd.DataFrame | None) -> MapGeometry:
    """Geometry of the place, seen so that the group and the nearest of each kind are on the map."""
    members = queries_hotspots.members(spots, selection)
    seen = pd.DataFrame(columns=["longitude", "latitude"])
    if near is not None:
        seen = near[near["number"].notna() & near["tracts"].gt(0)]
    return map_block.opened_on(selection, members, seen, STEP_BACK)
