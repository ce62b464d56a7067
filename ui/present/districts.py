"""Where? Districts by the share of students who miss much of the year, the first ones numbered."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from data.views.school_lists import to_help
from ui import queries
from ui.languages import mark, text
from ui.maps import view as map_view
from ui.maps.block import badges_at, figures_of, legend_of
from ui.maps.decks import AreaClasses, area_map, measure_classes
from ui.maps.scales import alt_text
from ui.places import apart
from ui.present import words
from ui.present.choice import choice
from ui.present.map import legend_of_classes
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import districts
from ui.words import plain
from ui.words.standing import MEASURES

LISTED = 4
MOST = mark("Most students beyond what is expected:")


def leading(subject: Subject) -> pd.DataFrame:
    """Districts with most students beyond expected first, as far as they have any."""
    table = to_help(queries.schools(subject.selection), "excess")
    return table[table["rank"].notna() & table["excess"].round().ge(1)]


def headline(subject: Subject) -> str:
    """Say how many students it is about, in the place or in the chosen district."""
    place = subject.place()
    whole = text("In all of {place}, it is {students}.", place=place.name, students=_about(place))
    if subject.kind == "place":
        names = list(leading(subject)["name"].head(3))
        said = text("{students} miss much of the year.", students=plain.capital(_about(place)))
        if not names:
            return said
        first = mark("Most students beyond what is expected: {names}.")
        return f"{said} {text(first, names=plain.listed(names))}"
    if not subject.enrolled > 0:
        return text("{name}: not shown, too few students.", name=subject.name)
    there = mark("{name}: {students} miss much of the year.")
    return f"{text(there, name=subject.name, students=_about(subject))} {whole}"


def _about(subject: Subject) -> str:
    return plain.about(subject.rate)


def picture(subject: Subject) -> None:
    """Draw the map, and beside it the first districts: each can be chosen."""
    selection = subject.selection
    table = districts.table(selection)
    classes = measure_classes(table, "crude", "districts")
    first = leading(subject.place()).head(LISTED)
    left, right = st.columns([64, 36], gap="small")
    with left:
        _map(subject, classes, table, first.index)
    with right, st.container(key="room-list", gap="small"):
        heading = text("Districts: students chronically absent")
        held = classes.scale.counts(classes.codes)
        st.html(legend_of_classes(heading, classes.scale, held))
        if len(first):
            st.html(f"<p class='room-source'>{escape(text(MOST))}</p>")
        for rank, (key, row) in enumerate(first.iterrows(), 1):
            _choice(f"{rank}  {row['name']}", str(key), subject)
        if subject.kind != "place":
            _choice(subject.place().name, "", subject)


def _map(subject: Subject, classes: AreaClasses, table: pd.DataFrame, first: pd.Index) -> None:
    selection = subject.selection
    title = f"{text(MEASURES['crude'])}, {selection.year}"
    held = classes.scale.counts(classes.codes)
    caption = map_view.Caption(
        title,
        legend_of(title, classes) + apart.note(selection),
        alt_text(classes.scale, title, held, "districts"),
        figures_of(table),
        badges=badges_at(selection, first),
    )
    deck = area_map(queries.geometry(selection), classes)
    map_view.show(deck, selection, caption, name=f"room-{selection.focus}")


def _choice(label: str, focus: str, subject: Subject) -> None:
    choice(label, focus, _choose, chosen=subject.selection.focus == focus)


def _choose(focus: str) -> None:
    st.session_state["focus"] = focus


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to read the map."""
    del subject
    return (
        text("Each number marks a district with more absence than others of this place."),
        text("Click a district in the list. The next views are then about it."),
        text("A figure is of a whole district: its schools and families differ much inside it."),
    )


VIEW = View(mark("Where?"), headline, picture, words.source, notes)
