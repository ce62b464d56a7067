"""Schools that do better than predicted, the group's own first: sentences, funnel and table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES, Strengths
from ui.languages import counted, mark, text
from ui.queries import charts as queries_charts
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, interval_text, percent_text, plural, q_text
from ui.words.standing import LEVELS

QUESTION = mark("Which schools do better than others like them?")
BELOW_BY_CHANCE = 0.025  # the lower side of a 95 % funnel
MEANING = mark(
    "Strengths to learn from, by asking the school: the figures do not say what it does. Schools"
    " whose students live elsewhere than supposed can lie low for that reason."
)
APART = mark(
    "These schools choose their students or are for some of them, by their recorded type. They are"
    " not set beside the others."
)
RECORDED = mark("Others may choose their students too without their type saying so.")
NOT_TOLD = mark("Schools that choose their students cannot be told apart here.")
PREDICTED_FROM: Mapping[str, str] = MappingProxyType(
    {
        "drivers": mark(
            "the {drivers} of the tracts they serve, their level, size and recorded type"
        ),
        "level": mark("their level, size and recorded type (too few schools to use drivers)"),
    }
)


def sentence(strengths: Strengths) -> str:
    """Say which schools do better than predicted, or plainly that none does beyond chance."""
    table = strengths.alike()
    if table.empty:
        return text(
            "Not said for this choice: {schools} with a figure are too few to predict from.",
            schools=plural(len(strengths.schools), "school"),
        )
    schools = plural(len(table), "school")
    named = int(table["class"].str.startswith("doing better").sum())
    if named:
        return counted(
            "{count} of {schools} has clearly fewer students absent than schools like it. Ask what"
            " it does.",
            "{count} of {schools} have clearly fewer students absent than schools like them. Ask"
            " what they do.",
            named,
            schools=schools,
        )
    none = mark("None of {schools} has clearly fewer students absent than schools like it.")
    said = text(none, schools=schools)
    below = int(table["outside"].eq("below").sum())
    if not below:
        return said
    ask = text("{some}: places to ask, not findings.", some=_below(below, len(table)))
    return f"{said} {ask}"


def of_group(strengths: Strengths) -> str:
    """Say how the schools of the chosen group lie in the funnel; "" without a group."""
    table = strengths.of_group()
    share = percent_text(SERVES, 0)
    if table.empty:
        return text(
            "No school that could be compared draws at least {share} of their students from this"
            " group's tracts.",
            share=share,
        )
    below = int(table["outside"].eq("below").sum())
    passed = int(table["class"].str.startswith("doing better").sum())
    more = text("; {count} of them with q of .05 or less", count=passed) if passed else ""
    return counted(
        "{count} of the schools compared draws at least {share} of their students from this group's"
        " tracts: {below}{more}.",
        "{count} of the schools compared draw at least {share} of their students from this group's"
        " tracts: {below}{more}.",
        len(table),
        share=share,
        below=_lower(_below(below, len(table))),
        more=more,
    )


def basis(strengths: Strengths) -> str:
    """Say what a school is set beside, and what clearly means."""
    return text(
        "Each school is set beside a prediction from {by}. Clearly: q of .05 or less, as so many"
        " schools are looked at.",
        by=predicted_from(strengths),
    )


def predicted_from(strengths: Strengths) -> str:
    """Tell what the prediction is made from."""
    return text(PREDICTED_FROM[strengths.by], drivers=plural(strengths.drivers, "social driver"))


def school_words(schools: pd.DataFrame) -> pd.DataFrame:
    """Schools beside their prediction as people read them, in words."""
    rows = [_words(row) for row in schools.to_dict("records")]
    columns = [mark("School"), mark("Students by type"), mark("From this group"), mark("Students")]
    columns += [mark("Rate"), mark("Likely next year"), mark("Predicted"), mark("Funnel from")]
    columns += [mark("Fewer absent"), "q", mark("Level"), mark("Neighbourhood")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    students = row["enrolled"]
    return (
        row["name"],
        text(row["chooses"]) if row["chooses"] else text("not recorded"),
        percent_text(row["here"], 0) if row["here"] >= SERVES else _little(row["here"]),
        count_text(students),
        percent_text(row["rate"], students),
        interval_text(row["rate_low"], row["rate_high"], students),
        percent_text(row["predicted"], students),
        percent_text(row["low"], students),
        count_text(row["fewer_absent"]),
        q_text(row["q"]).removeprefix("q = ").removeprefix("q "),
        text(LEVELS[row["level"]]),
        row["neighbourhood"],
    )


def _little(here: float) -> str:
    return text("none") if here <= 0 else text("under {high}", high=percent_text(SERVES, 0))


def _below(below: int, schools: int) -> str:
    """Say how many schools lie below the funnel, and how many would by chance."""
    expected = schools * BELOW_BY_CHANCE
    about = text("about {count}", count=count_text(expected))
    chance = about if expected >= 1 else text("fewer than 1")
    if not below:
        none = mark("None lies below the funnel, where {chance} would by chance")
        return text(none, chance=chance)
    return counted(
        "{count} lies below the funnel, where {chance} would by chance",
        "{count} lie below the funnel, where {chance} would by chance",
        below,
        chance=chance,
    )


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def strengths(spots: HotSpots, selection: Selection) -> None:
    """Draw the schools of the view beside their prediction, strengths first."""
    schools = queries_why.strengths(spots, selection)
    st.write(as_written(sentence(schools)))
    if schools.alike().empty:
        return
    if not spots.groups.empty:
        st.write(as_written(of_group(schools)))
    st.vega_lite_chart(queries_charts.funnel_chart(spots, selection))
    table = schools.shown()
    if not table.empty:
        own = mark("{count} schools below what is predicted, the group's own first, farthest first")
        every = mark("{count} schools below what is predicted, farthest first")
        listed = text(own if len(spots.groups) else every, count=count_text(len(table)))
        table_block.plain(school_words(table), list_title(schools, listed, selection))
        st.write(as_written(f"{text(MEANING)} {basis(schools)}"))
    apart = schools.apart()
    if not apart.empty:
        title = text(
            "Apart: {schools} of a special type below what is predicted, {year}",
            schools=plural(len(apart), "school"),
            year=selection.year,
        )
        table_block.plain(school_words(apart), title)
        st.write(as_written(text(APART)))


def list_title(strengths: Strengths, listed: str, selection: Selection) -> str:
    """Title of the list, with whether schools that choose their students are told apart."""
    told = RECORDED if strengths.knows_choice else NOT_TOLD
    return f"{listed}, {selection.year}. {text(told)}"
