"""One hot group and what its children live with: map, card, three sentences, profile."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from ui import frame
from ui.hotspots.cards import group_sentence
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import block as table_block
from ui.why import map as why_map
from ui.why import words as why_words
from ui.words.numbers import value_text, with_margin

NO_GROUP = (
    "No group of tracts stands out in this view, so there is no place to ask about; choose another"
    " year, level or sureness, or another method on the Hot spots page."
)
SAID = "font-size:1.15rem;line-height:1.45;margin:.2rem 0 0 0;padding-left:1.3rem"


def choose(found: HotSpots, selection: Selection) -> Selection:
    """Choose a group; the first one, or the one in the link."""
    if found.groups.empty:
        return selection
    labels = {row["cluster"]: group_sentence(row) for _, row in found.groups.iterrows()}
    return frame.own_control(selection, "cluster", "Group of hot tracts", labels)


def row_of(found: HotSpots, selection: Selection) -> pd.Series:
    """Figures of the chosen group: a row of `HotSpots.groups`."""
    return found.groups[found.groups["cluster"] == selection.cluster].iloc[0]


def answer(found: HotSpots, selection: Selection) -> str:
    """Give the page's answer: what stands out in the chosen group."""
    if found.groups.empty:
        return NO_GROUP
    return why_words.answer(row_of(found, selection), queries_why.profile(found, selection))


def group(found: HotSpots, selection: Selection) -> None:
    """Figures, map with card, and profile of the chosen group."""
    if found.groups.empty:
        return
    row, profile = row_of(found, selection), queries_why.profile(found, selection)
    frame.figures(why_words.figures(row, profile))
    why_map.draw(found, selection, row)
    _said(why_words.sentences(row, profile, selection.year))
    st.vega_lite_chart(queries_why.profile_chart(found, selection))
    _asked("What cannot be said?", why_words.unsaid(profile))
    _touches(profile)
    title = f"{len(profile)} social drivers of {row['name']}, most outstanding first"
    table_block.plain(profile_words(profile), title)


def meaning(found: HotSpots, selection: Selection) -> str:
    """Say what the profile means and which tracts it compares with; "" without a group."""
    if found.groups.empty:
        return ""
    compared = why_words.comparable_text(queries_why.comparable(found, selection))
    return f"{why_words.PROFILE_MEANING} {compared}"


def profile_words(profile: pd.DataFrame) -> pd.DataFrame:
    """Profile as people read it: one row a driver, in words."""
    rows = [_driver_words(row) for _, row in profile.iterrows()]
    columns = ["Driver", "Theme", "This group", "Comparable tracts", "Percentile"]
    columns += ["Reliability", "What may be said", "Years"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _said(sentences: tuple[str, ...]) -> None:
    """Three plain sentences as one block."""
    items = "".join(f"<li>{escape(text)}</li>" for text in sentences)
    st.html(f"<div class='atlas-sure'><ul style='{SAID}'>{items}</ul></div>")


def _asked(question: str, text: str) -> None:
    st.html(f"<div class='atlas-sure'><b>{escape(question)}</b> {escape(text)}</div>")


def _touches(profile: pd.DataFrame) -> None:
    """How the conditions that stand out may touch attendance, with references."""
    told = why_words.touches(profile)
    if not told:
        return
    items = "".join(f"<li><b>{escape(name)}.</b> {escape(text)}</li>" for name, text in told)
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
