"""One hot group and what its children live with: map, card, profile, and schools as strengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st

from ui import (
    frame,
    map_block,
    profile_charts,
    queries,
    queries_why,
    table_block,
    why_words,
)
from ui.classes import hot_spot_classes
from ui.exports import file_name, to_csv
from ui.hotspot_cards import cluster_card, group_sentence
from ui.hotspot_views import HotSpots
from ui.hotspot_words import map_title
from ui.numbers import count_text, interval_text, percent_text, q_text, value_text, with_margin
from ui.selection import Selection
from ui.tables import dictionary
from ui.wording import ASSOCIATION, LEVELS

NO_GROUP = (
    "No group of tracts stands out in this view, so there is no place to ask about; choose another"
    " year, level or sureness, or another method on the Hot spots page."
)
OUTLINED = "The group is outlined in black on the map."
PROFILE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "driver": "Social driver of health, id.",
        "label": "Social driver of health, in words.",
        "theme": "Theme of the driver.",
        "unit": "Unit of value, moe, low, high, comparable and difference.",
        "direction": "How to read a large value.",
        "caveat": "What the driver cannot say.",
        "value": "Mean of the group's tracts, weighted by children.",
        "moe": "90 % margin of error of value; empty when none is published.",
        "low": "Lower end of the 90 % interval of value.",
        "high": "Upper end of the 90 % interval of value.",
        "comparable": "Mean of the comparable tracts.",
        "difference": "value less comparable.",
        "difference_low": "Lower end of the 90 % interval of difference.",
        "difference_high": "Upper end of the 90 % interval of difference.",
        "percentile": "Percent of comparable tracts with a lower value.",
        "percentile_low": "Lower end of the 90 % interval of percentile.",
        "percentile_high": "Upper end of the 90 % interval of percentile.",
        "stands_out": "Distance beyond the error, in standard deviations of comparable tracts.",
        "cv": "Coefficient of variation of value, from its margin of error.",
        "reliability": "high, medium, low, or no margin.",
        "conclusion": "What may be said: survey error only; association, not cause.",
        "tracts": "Tracts of the group with a value.",
        "compared": "Comparable tracts with a value.",
        "state": "profiled, no value, or no comparable tracts.",
        "vintage": "Years the estimate describes.",
    }
)


def choose(found: HotSpots) -> Selection:
    """Choose a group; the first one, or the one in the link."""
    if found.groups.empty:
        return frame.current()
    labels = {row["cluster"]: group_sentence(row) for _, row in found.groups.iterrows()}
    return frame.own_control("cluster", "Group of hot tracts", list(labels), labels)


def answer(found: HotSpots, selection: Selection) -> str:
    """Give the page's answer: what stands out in the chosen group."""
    if found.groups.empty:
        return NO_GROUP
    return why_words.answer(_row(found, selection), queries_why.profile(found, selection))


def group(found: HotSpots, selection: Selection) -> None:
    """Figures, map with card, and profile of the chosen group."""
    if found.groups.empty:
        return
    row, profile = _row(found, selection), queries_why.profile(found, selection)
    frame.figures(why_words.figures(row, profile))
    _map(found, selection, row)
    for text in why_words.sentences(row, profile, selection.year):
        st.html(f"<p class='atlas-sure'>{escape(text)}</p>")
    st.altair_chart(profile_charts.dot_plot(profile, "What stands out beside comparable tracts?"))
    unsaid = escape(why_words.unsaid(profile))
    st.html(f"<div class='atlas-sure'><b>What cannot be said?</b> {unsaid}</div>")
    title = f"{len(profile)} social drivers of {row['name']}, most outstanding first"
    table_block.plain(profile_words(profile), title)
    _download(profile, selection)


def strengths(selection: Selection) -> None:
    """Schools that do better than predicted, strengths first."""
    found = queries_why.strengths(selection)
    st.subheader("Which schools do better than others like them?")
    st.write(why_words.strengths_sentence(found))
    table = found.shown()
    if not table.empty:
        title = f"{len(table):,} schools below what is predicted, farthest first, {selection.year}"
        table_block.plain(school_words(table), title)
        st.write(why_words.STRENGTHS_MEANING)


def profile_words(profile: pd.DataFrame) -> pd.DataFrame:
    """Profile as people read it: one row a driver, in words."""
    rows = [_driver_words(row) for _, row in profile.iterrows()]
    columns = ["Driver", "Theme", "This group", "Comparable tracts", "Percentile"]
    columns += ["Reliability", "What may be said", "Years"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def school_words(schools: pd.DataFrame) -> pd.DataFrame:
    """Schools beside their prediction as people read them, in words."""
    rows = [_school_words(row) for _, row in schools.iterrows()]
    columns = ["School", "Students", "Rate", "95 % interval", "Predicted", "Funnel from"]
    columns += ["Fewer absent", "q", "Level", "Neighbourhood"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


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


def _school_words(row: pd.Series) -> tuple[str, ...]:
    students = row["enrolled"]
    return (
        row["name"],
        count_text(students),
        percent_text(row["rate"], students),
        interval_text(row["rate_low"], row["rate_high"], students),
        percent_text(row["predicted"], students),
        percent_text(row["low"], students),
        count_text(row["fewer_absent"]),
        q_text(row["q"]).removeprefix("q = ").removeprefix("q "),
        LEVELS[row["level"]],
        row["neighbourhood"],
    )


def _row(found: HotSpots, selection: Selection) -> pd.Series:
    return found.groups[found.groups["cluster"] == selection.cluster].iloc[0]


def _map(found: HotSpots, selection: Selection, row: pd.Series) -> None:
    """Hot-spot map with the group outlined, its card beside."""
    inside = found.tracts["cluster"].eq(selection.cluster).fillna(value=False)
    flags = "".join(np.where(inside.to_numpy(dtype=bool), "1", "0"))
    classes = replace(hot_spot_classes(found), brushed=flags)
    map_block.tract_legend(map_title(selection), classes)
    left, right = st.columns([62, 38], gap="medium")
    with right:
        st.html(cluster_card(row, selection.year))
    with left:
        map_block.tract_map(map_title(selection), classes, selection)
        st.caption(OUTLINED)


def _download(profile: pd.DataFrame, selection: Selection) -> None:
    """Offer the profile as CSV."""
    panel = queries.panel(selection)
    parts = ("why-here", selection.area, selection.year, selection.level, selection.cluster)
    st.download_button(
        "Download profile (CSV)",
        lambda: to_csv(
            profile,
            dictionary=dictionary([profile.index.name, *profile.columns], PROFILE_FIELDS),
            caveat=f"{ASSOCIATION} {why_words.PROFILE_MEANING}",
            sources=panel.sources,
            fictional=panel.area.fictional,
            year=selection.year,
        ),
        file_name(*parts, suffix="csv"),
        "text/csv",
        on_click="ignore",
        key="csv-why-here",
    )
