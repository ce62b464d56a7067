"""How is attendance going this year? The calendar as text a room can read, with its legend."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import queries
from ui.languages import mark, text
from ui.present.bars import plain
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import in_year
from ui.selection import Selection
from ui.this_year import block, calendar, standing, words


def headline(subject: Subject) -> str:
    """Say how attendance goes so far, beside the year before."""
    selection = subject.selection
    if not in_year.here(selection):
        place = queries.panel(selection).area.name
        return text("{place} has no figures of this year here.", place=place)
    return words.answer(selection)


def picture(subject: Subject) -> None:
    """Draw the calendar, beside it what its colours mean."""
    selection = subject.selection
    if not in_year.here(selection):
        st.html(plain(text("There is nothing to draw.")))
        return
    st.html(block.age_html(selection))
    left, right = st.columns([76, 24], gap="small")
    with left:
        st.html(block.calendar_html(selection))
    with right:
        st.html(_legend(selection))


def _legend(selection: Selection) -> str:
    """Classes of the days, as large as the room needs them."""
    scale, cells = calendar.attendance_scale(), block.days(selection)
    shown = [
        (colour, words)
        for (label, count), colour, words in zip(
            calendar.counts(cells).items(), scale.colours, scale.words, strict=True
        )
        if count
    ]
    shown.append((calendar.NO_SCHOOL_COLOUR, text(calendar.OFF)))
    items = "".join(
        f"<li><i style='background:{colour}'></i>{escape(words)}</li>" for colour, words in shown
    )
    heading = escape(text("Students at school that day"))
    return f"<div class='room-legend'><h2>{heading}</h2><ul>{items}</ul></div>"


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to read the calendar."""
    del subject
    return (
        text(standing.SHOWN),
        text(standing.SURE),
        text("A dark day can be snow, a holiday nearby, or illness. The calendar does not say."),
    )


def source(subject: Subject) -> str:
    """Say who published the figures, of which year, and up to which day."""
    selection = subject.selection
    if not in_year.here(selection):
        return ""
    publishers = dict.fromkeys(each.publisher for each in in_year.figures(selection).sources)
    return text(
        "{publisher}, {year}. Shows days at schools, not any one child.",
        publisher=", ".join(publishers),
        year=in_year.now(selection),
    )


VIEW = View(mark("How is attendance going this year?"), headline, picture, source, notes)
