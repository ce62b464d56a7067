"""Who first? Places where help could reach most students, and how sure that is."""

from __future__ import annotations

import streamlit as st

from data.views.priorities import Priorities
from ui.languages import counted, mark, text
from ui.present import words
from ui.present.bars import BLUE, GREY, Bar, bars, plain
from ui.present.subject import Subject
from ui.present.views import View
from ui.priorities import words as priority_words
from ui.queries import priorities as queries_priorities
from ui.queries import units
from ui.selection import Selection
from ui.words import plain as plain_words
from ui.words.numbers import signed_text

LISTED = 6


def _found(subject: Subject) -> tuple[Priorities, Selection]:
    selection = queries_priorities.fitting(subject.place().selection)
    return queries_priorities.found(selection), selection


def headline(subject: Subject) -> str:
    """Name the first places, and say how much of the need they hold."""
    found, selection = _found(subject)
    first = found.table[found.table["rank"].notna() & found.table["shrunken"].round().ge(1)]
    if first.empty or found.concentration.empty:
        return text("The figures here do not put places in an order.")
    unit = units.unit_of(selection)
    names = units.names(selection, unit, first.index[: priority_words.NAMED])
    said = text("Start with {names}.", names=plain_words.listed(list(map(str, names))))
    if unit in priority_words.PICKED:
        return said
    row = found.concentration.loc[priority_words.PART]
    return f"{said} " + counted(
        "The first of {all} {units} holds about {share} of the chronically absent students"
        " {beyond}.",
        "The first {count} of {all} {units} hold about {share} of the chronically absent students"
        " {beyond}.",
        int(row["places"]),
        all=int(found.table["rank"].notna().sum()),
        units=text(priority_words.UNITS[unit]),
        share=plain_words.share(row["share"]),
        beyond=priority_words.beyond(selection),
    )


def picture(subject: Subject) -> None:
    """Draw the first places."""
    found, selection = _found(subject)
    first = found.table[found.table["rank"].notna() & found.table["shrunken"].round().ge(1)]
    if first.empty:
        st.html(plain(text("Choose another list or another reference on the page Priorities.")))
        return
    first = first.head(LISTED)
    names = units.names(selection, units.unit_of(selection), first.index)
    most = first["shrunken"].iloc[0]
    rows = [
        Bar(
            str(names[key]),
            signed_text(row["shrunken"]),
            row["shrunken"] / most,
            BLUE if subject.kind == "place" or names[key] == subject.name else GREY,
            text(
                "among the first {top}: {chance}",
                top=selection.top,
                chance=priority_words.chance(row["p_top"]),
            ),
        )
        for key, row in first.iterrows()
    ]
    st.html(
        bars(
            rows,
            text("Chronically absent students {beyond}", beyond=priority_words.beyond(selection)),
        )
    )


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to read the order."""
    del subject
    return (text(priority_words.ORDER), text(priority_words.ADVICE))


VIEW = View(mark("Who first?"), headline, picture, words.source, notes)
