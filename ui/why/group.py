"""One hot group and what its children live with: map, card, three sentences, profile."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from data.views.strengths import RandomGroups
from ui import controls, frame, queries, screen
from ui.hotspots.cards import cluster_card, group_sentence
from ui.hotspots.words import map_title
from ui.languages import mark, text
from ui.maps import block as map_block
from ui.maps import points, view
from ui.maps.decks import MapDeck, area_map, flags, hot_spot_classes
from ui.maps.geometry import MapGeometry
from ui.maps.scales import alt_text
from ui.queries import charts as queries_charts
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.screen import Beside
from ui.selection import Selection
from ui.tables import display as table_block
from ui.why import care as care_words
from ui.why import downloads as why_download
from ui.why import words as why_words
from ui.words.as_written import as_written
from ui.words.numbers import value_text, with_margin

NO_GROUP = mark(
    "No area stands out in this view, so there is no one place to ask about. Choose another year or"
    " level, or another method on the Hot spots page."
)
OPTIONS = ("method", "null", "neighbours", "measure", "catchment", "alpha")
SAID = "font-size:1.15rem;line-height:1.45;margin:.2rem 0 0 0;padding-left:1.3rem"
TOUCH = mark("How may these conditions touch attendance?")
OUTLINED = mark("The group is outlined in black. Zoom out or press home for the whole place.")
STEP_BACK = 0.3  # of the group's own extent on each side, so that its surroundings are seen


def choose(spots: HotSpots, selection: Selection) -> Selection:
    """Take the group in the link, or the first."""
    groups = list(spots.groups["cluster"])
    if not groups or selection.cluster in groups:
        return selection
    st.session_state["cluster"] = groups[0]
    return replace(selection, cluster=groups[0])


def row_of(spots: HotSpots, selection: Selection) -> pd.Series:
    """Figures of the chosen group: a row of `HotSpots.groups`."""
    return spots.groups[spots.groups["cluster"] == selection.cluster].iloc[0]


def answer(spots: HotSpots, selection: Selection) -> str:
    """Give the page's answer: what stands out in the chosen group."""
    if spots.groups.empty:
        return text(NO_GROUP)
    return why_words.answer(row_of(spots, selection), queries_why.profile(spots, selection))


def first_screen(spots: HotSpots, selection: Selection) -> None:
    """Map with the group outlined and providers numbered; beside it the groups, and its card."""
    row, (deck, caption) = row_of(spots, selection), map_of(spots, selection)
    legend = caption.legend
    if queries_why.has_providers(selection):
        legend += care_words.legend(queries_why.nearby(spots, selection))
    beside = Beside(
        legend,
        map_block.card_or(selection, spots.tracts.iloc[:0], str),
        lambda: st.html(
            cluster_card(row, selection.year, queries_hotspots.other_years(spots, selection))
        ),
        above=lambda: _choice(spots, selection),
    )
    screen.first(lambda: view.show(deck, selection, caption, name="why"), selection, beside)


def _choice(spots: HotSpots, selection: Selection) -> None:
    """Draw the choice of a group."""
    labels = {
        row["cluster"]: f"{rank} {group_sentence(row)}"
        for rank, (_, row) in enumerate(spots.groups.iterrows(), 1)
    }
    controls.draw(selection, "cluster", labels, label_visibility="collapsed")


def profile(spots: HotSpots, selection: Selection) -> None:
    """Draw what the children of the chosen group live with."""
    row, rows = row_of(spots, selection), queries_why.profile(spots, selection)
    frame.figures(why_words.figures(row, rows))
    st.vega_lite_chart(queries_charts.profile_chart(spots, selection))


def unsaid(spots: HotSpots, selection: Selection) -> None:
    """Say what these figures cannot say."""
    st.write(as_written(why_words.unsaid(queries_why.profile(spots, selection))))


def touches(spots: HotSpots, selection: Selection) -> None:
    """Say how the conditions that stand out may touch attendance, and whether they are its own."""
    rows = queries_why.profile(spots, selection)
    random = queries_why.random_groups(spots, selection)
    own = why_words.its_own(why_words.harder(rows), random)
    _asked(text("Is that this group's own?"), f"{own} {text(why_words.MEANING)}".strip())
    _touches(rows)


def table(spots: HotSpots, selection: Selection) -> None:
    """Draw the table twin of the chart, with how to read it."""
    row, rows = row_of(spots, selection), queries_why.profile(spots, selection)
    _said(why_words.sentences(row, rows, selection.year))
    st.write(as_written(meaning(spots, selection)))
    random = queries_why.random_groups(spots, selection)
    title = why_words.profile_title(row, rows)
    table_block.plain(profile_words(rows, random), title)
    why_download.buttons(spots, selection)


def meaning(spots: HotSpots, selection: Selection) -> str:
    """Say what the profile means and which tracts it compares with."""
    compared = why_words.comparable_text(queries_why.comparable(spots, selection))
    common = why_words.as_many(queries_why.random_groups(spots, selection))
    return f"{text(why_words.PROFILE_MEANING)} {compared} {common}"


def profile_words(profile: pd.DataFrame, random: RandomGroups) -> pd.DataFrame:
    """Profile as people read it: one row a driver, in words."""
    rows = [
        (*_driver_words(row), why_words.as_far(random, str(name)))
        for name, row in profile.iterrows()
    ]
    columns = [mark("Driver"), mark("Theme"), mark("This group"), mark("Comparable tracts")]
    columns += [mark("Percentile"), mark("Reliability"), mark("What may be said")]
    columns += [mark("Years"), mark("As far in random groups")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _said(sentences: tuple[str, ...]) -> None:
    """Three plain sentences as one block."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    st.html(f"<div class='atlas-sure'><ul style='{SAID}'>{items}</ul></div>")


def _asked(question: str, reply: str) -> None:
    st.html(f"<div class='atlas-sure'><b>{escape(question)}</b> {escape(reply)}</div>")


def _touches(profile: pd.DataFrame) -> None:
    """How the conditions that stand out may touch attendance, with references."""
    conditions = why_words.touches(profile)
    if not conditions:
        return
    items = "".join(f"<li><b>{escape(name)}.</b> {escape(said)}</li>" for name, said in conditions)
    st.html(f"<div class='atlas-sure'><ul>{items}</ul></div>")


def _driver_words(row: pd.Series) -> tuple[str, ...]:
    profiled, nothing = row["state"] == "profiled", text("not shown: no figure")
    ends = f"{row['percentile_low']:.0f}–{row['percentile_high']:.0f}"
    ends = ends if pd.notna(row["moe"]) else text("no interval")
    return (
        text(row["label"]),
        text(row["theme"]),
        with_margin(row["value"], row["moe"], row["unit"]) if pd.notna(row["value"]) else nothing,
        value_text(row["comparable"], row["unit"]) if profiled else nothing,
        f"{row['percentile']:.0f} ({ends})" if profiled else nothing,
        text(why_words.RELIABILITY[row["reliability"]]),
        text(why_words.READING[row["conclusion"]]),
        row["vintage"] if pd.notna(row["vintage"]) else "",
    )


def map_of(spots: HotSpots, selection: Selection) -> tuple[MapDeck, view.Caption]:
    """Map of the hot spots with the group outlined and its providers numbered, and its words."""
    inside = queries_hotspots.in_group(spots.tracts["cluster"], selection.cluster)
    classes = replace(hot_spot_classes(spots), brushed=flags(inside))
    title = map_title(selection)
    near = None
    if queries_why.has_providers(selection):
        near = queries_why.nearby(spots, selection)
    deck = area_map(_opened(spots, selection, near), classes)
    description = alt_text(classes.scale, title, classes.scale.counts(classes.codes))
    if near is not None:
        drawn = queries.geometry(selection).longitude_of(near["longitude"])
        deck.layers.extend(points.marks(near.assign(longitude=drawn)))
        description = f"{description} {care_words.alt(near)}"
    figures, order = map_block.figures_of(spots.tracts), map_block.order_of(spots.tracts)
    legend = map_block.legend_of(title, classes)
    return deck, view.Caption(title, legend, description, figures, order)


def _opened(spots: HotSpots, selection: Selection, near: pd.DataFrame | None) -> MapGeometry:
    """Geometry of the place, seen so that the group and the nearest of each kind are on the map."""
    members = queries_hotspots.members(spots, selection)
    seen = pd.DataFrame(columns=["longitude", "latitude"])
    if near is not None:
        seen = near[near["number"].notna() & near["tracts"].gt(0)]
    return map_block.opened_on(selection, members, seen, STEP_BACK)
