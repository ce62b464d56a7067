"""Schools that do better than predicted, the group's own first: sentences, funnel and table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES, Strengths
from ui.queries import charts as queries_charts
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, interval_text, percent_text, plural, q_text
from ui.words.standing import LEVELS

BELOW_BY_CHANCE = 0.025  # the lower side of a 95 % funnel
MEANING = (
    "Strengths to learn from, by asking the school: the figures do not say what it does. Schools"
    " whose students live elsewhere than supposed can lie low for that reason."
)
APART = (
    "These schools choose their students or are for some of them, by their recorded type. They are"
    " not set beside the others."
)
RECORDED = "Others may choose their students too without their type saying so."
NOT_TOLD = "Schools that choose their students cannot be told apart here"
PREDICTED_FROM: Mapping[str, str] = MappingProxyType(
    {
        "drivers": "the {drivers} of the tracts they serve, their level, size and recorded type",
        "level": "their level, size and recorded type (too few schools to use drivers)",
    }
)


def sentence(strengths: Strengths) -> str:
    """Say which schools do better than predicted, or plainly that none does beyond chance."""
    table = strengths.alike()
    if table.empty:
        return (
            f"Not said for this choice: {plural(len(strengths.schools), 'school')} with a figure"
            " are too few to predict from."
        )
    by = predicted_from(strengths)
    named = int(table["class"].str.startswith("doing better").sum())
    if named:
        return (
            f"{plural(named, 'school')} of {count_text(len(table))}"
            f" {'has' if named == 1 else 'have'} fewer students chronically absent than predicted"
            f" from {by}, beyond what looking at so many schools explains (q of .05 or less)."
        )
    text = (
        f"No school of {count_text(len(table))} does better than predicted from {by} once so many"
        " schools are looked at (q of .05 or less)."
    )
    below = int(table["outside"].eq("below").sum())
    if not below:
        return text
    return f"{text} {_below(below, len(table))}: places to ask, not findings."


def of_group(strengths: Strengths) -> str:
    """Say how the schools of the chosen group lie in the funnel; "" without a group."""
    table = strengths.of_group()
    rule = f"at least {percent_text(SERVES, 0)} of their students from this group's tracts"
    if table.empty:
        return f"No school that could be compared draws {rule}."
    below = int(table["outside"].eq("below").sum())
    passed = int(table["class"].str.startswith("doing better").sum())
    more = f"; {passed} of them with q of .05 or less" if passed else ""
    draw = "draws" if len(table) == 1 else "draw"
    return (
        f"{count_text(len(table))} of the schools compared {draw} {rule}:"
        f" {_lower(_below(below, len(table)))}{more}."
    )


def predicted_from(strengths: Strengths) -> str:
    """Tell what the prediction is made from."""
    return PREDICTED_FROM[strengths.by].format(drivers=plural(strengths.drivers, "social driver"))


def school_words(schools: pd.DataFrame) -> pd.DataFrame:
    """Schools beside their prediction as people read them, in words."""
    rows = [_words(row) for row in schools.to_dict("records")]
    columns = ["School", "Students by type", "From this group", "Students", "Rate"]
    columns += ["Likely next year"]
    columns += ["Predicted", "Funnel from", "Fewer absent", "q", "Level", "Neighbourhood"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    students = row["enrolled"]
    return (
        row["name"],
        row["chooses"] or "not recorded",
        percent_text(row["here"], 0) if row["here"] >= SERVES else _little(row["here"]),
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


def _little(here: float) -> str:
    return "none" if here <= 0 else f"under {percent_text(SERVES, 0)}"


def _below(below: int, schools: int) -> str:
    """Say how many schools lie below the funnel, and how many would by chance."""
    expected = schools * BELOW_BY_CHANCE
    chance = f"about {count_text(expected)}" if expected >= 1 else "fewer than 1"
    number = count_text(below) if below else "None"
    verb = "lies" if below <= 1 else "lie"
    return f"{number} {verb} below the 95 % funnel, where {chance} would by chance"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def strengths(spots: HotSpots, selection: Selection) -> None:
    """Draw the schools of the view beside their prediction, strengths first."""
    schools = queries_why.strengths(spots, selection)
    st.subheader("Which schools do better than others like them?")
    st.write(as_written(sentence(schools)))
    if schools.alike().empty:
        return
    if not spots.groups.empty:
        st.write(as_written(of_group(schools)))
    st.vega_lite_chart(queries_charts.funnel_chart(spots, selection))
    table = schools.shown()
    if not table.empty:
        which = f"{len(table):,} schools below what is predicted"
        order = "the group's own first, farthest first" if len(spots.groups) else "farthest first"
        table_block.plain(school_words(table), list_title(schools, f"{which}, {order}", selection))
        st.write(MEANING)
    apart = schools.apart()
    if not apart.empty:
        which = plural(len(apart), "school")
        title = f"Apart: {which} of a special type below what is predicted, {selection.year}"
        table_block.plain(school_words(apart), title)
        st.write(APART)


def list_title(strengths: Strengths, listed: str, selection: Selection) -> str:
    """Title of the list, with whether schools that choose their students are told apart."""
    told = RECORDED if strengths.knows_choice else f"{NOT_TOLD}."
    return f"{listed}, {selection.year}. {told}"
