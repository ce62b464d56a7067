"""Who is it about? Schools with most students beyond expected."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.views.school_lists import clearly_above, to_help
from data.views.strengths import SERVES
from ui import queries
from ui.languages import counted, mark, text
from ui.present import words
from ui.present.bars import Bar, bars, plain
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import hotspots as queries_hotspots
from ui.words.numbers import count_text, percent_text

LISTED = 5


def schools(subject: Subject) -> pd.DataFrame:
    """Schools with more students chronically absent than expected, most beyond expected first."""
    table = _ranked(subject)
    return table[table["excess"].round() >= 1]


def _ranked(subject: Subject) -> pd.DataFrame:
    """Rank the schools of a subject.

    Of a group: schools of which at least a tenth of the students live there by the join.
    Columns are those of `data.views.school_lists.to_help`.
    """
    table = queries.schools(subject.selection)
    table = table[table["shown"]]
    if subject.kind == "district":
        table = table[table.index == subject.selection.focus]
    elif subject.kind != "place":
        shares = queries.shares(subject.selection)
        inside = shares["geoid"].isin(queries_hotspots.members(subject.spots, subject.selection))
        here = shares[inside].groupby("school_id")["share"].sum()
        table = table[here.reindex(table.index, fill_value=0.0) >= SERVES]
    return to_help(table.sort_values("name"), "excess")


def headline(subject: Subject) -> str:
    """Name the school with most students beyond expected, and how many schools there are."""
    table = schools(subject)
    if table.empty:
        return text("No school in {name} has more absence than expected.", name=subject.name)
    first = table.iloc[0]
    clear = clearly_above(_ranked(subject))
    said = counted(
        "In {name}, one school is clearly above others of its level.",
        "In {name}, {count} schools are clearly above others of their level.",
        len(clear),
        name=subject.name,
    )
    if clear.empty:
        said = text("In {name}, no school is clearly above others of its level.", name=subject.name)
    return f"{said} " + counted(
        "{school} comes first, with one student more than expected.",
        "{school} comes first, with {count} students more than expected.",
        first["excess"],
        school=first["name"],
    )


def picture(subject: Subject) -> None:
    """Draw the first schools."""
    table = schools(subject).head(LISTED)
    if table.empty:
        st.html(plain(text("There is no school to list here in this view.")))
        return
    most = table["excess"].iloc[0]
    rows = [
        Bar(
            row["name"],
            count_text(row["excess"]),
            row["excess"] / most,
            note=text(
                "{absent} of {enrolled} students, {rate}",
                absent=count_text(row["chronic_absent"]),
                enrolled=count_text(row["enrolled"]),
                rate=percent_text(row["rate"], row["enrolled"]),
            ),
        )
        for _, row in table.iterrows()
    ]
    heading = text("Students chronically absent beyond what schools of the same level lead to")
    st.html(bars(rows, heading))


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to read the list."""
    lives = (
        text("A school is listed when at least 1 in 10 of its students live here, as we reckon."),
    )
    return (
        text("Expected: as many as schools of the same level have in the whole place."),
        *(lives if subject.kind != "place" else ()),
        text("This list is for offering help. It does not grade a school or its staff."),
        text("A school with few students can be left out: its number would say too much."),
    )


VIEW = View(mark("Who?"), headline, picture, words.source, notes)
