"""Why here? Conditions that stand out beside similar areas, what can be changed first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui.languages import counted, mark, text
from ui.present import words
from ui.present.bars import GREY, Bar, bars, plain
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import why as queries_why
from ui.why import conditions
from ui.why import words as why_words
from ui.words import plain as plain_words
from ui.words.numbers import value_text

DRAWN = 3
HERE = "#b2182b"


def harder(group: Subject) -> pd.DataFrame:
    """Conditions harder in a group than in comparable tracts, of those that can be changed.

    None of a district: inside it places differ.
    """
    if group.kind == "district":
        return pd.DataFrame()
    profile = queries_why.profile(group.spots, group.selection)
    return why_words.changeable(why_words.harder(profile))


def headline(subject: Subject) -> str:
    """Name the conditions that stand out."""
    group = subject.area()
    if group is None:
        return text("No area stands out, so there is no one place to ask about.")
    return why_words.stand_out(group.name, queries_why.profile(group.spots, group.selection))


def picture(subject: Subject) -> None:
    """Draw each condition here and in similar areas."""
    group = subject.area()
    if group is None:
        st.html(plain(text("Go back to the map and choose a place, or another school year.")))
        return
    table = harder(group).head(DRAWN)
    if table.empty:
        st.html(plain(text("Families, students and schools know what these figures do not.")))
        return
    parts = table.loc[table["unit"].eq("fraction"), ["value", "comparable"]]
    most = float(parts.max().max()) if len(parts) else 1.0
    rows = [bar for name, row in table.iterrows() for bar in _pair(str(name), row, most)]
    st.html(bars(rows, text("Here, and in similar areas where no absence stands out")))


def _pair(name: str, row: pd.Series, most: float) -> tuple[Bar, Bar]:
    """Draw a condition here and elsewhere; all that are percentages share one scale."""
    longest = max(row["value"], row["comparable"]) or 1.0
    if row["unit"] == "fraction":
        longest = most
    here, similar = (
        (value_text(row[column], row["unit"]), row[column] / longest)
        for column in ("value", "comparable")
    )
    label = plain_words.capital(conditions.said(name))
    return Bar(label, *here, HERE), Bar(text("similar areas"), *similar, GREY)


def source(subject: Subject) -> str:
    """Years of the conditions drawn."""
    group = subject.area()
    table = harder(group).head(DRAWN) if group is not None else pd.DataFrame()
    if table.empty:
        return words.source(subject)
    years = ", ".join(sorted(set(table["vintage"])))
    return text(
        "Conditions of all residents, {years}; absence, {year}. They go together; that is no"
        " proof of a cause.",
        years=years,
        year=subject.selection.year,
    )


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what the comparison can and cannot say."""
    group = subject.area()
    said = [
        text("Similar areas have about as many people and children, and lie outside every group."),
        text("These figures are about places and all who live there, not about absent students."),
        text("What can be changed comes first: housing, care, transport, income."),
    ]
    if group is not None:
        more = len(why_words.harder(queries_why.profile(group.spots, group.selection)))
        said.append(
            counted(
                "One condition in all is harder here than in similar areas.",
                "{count} conditions in all are harder here than in similar areas.",
                more,
            )
        )
    return tuple(said)


VIEW = View(mark("Why here?"), headline, picture, source, notes)
