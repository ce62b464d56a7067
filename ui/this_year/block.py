"""The first screen of the page This year: the calendar beside who moved most."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

import streamlit as st

from ui import controls, screen
from ui.languages import text
from ui.maps.scales import class_legend
from ui.queries import in_year
from ui.screen import Beside, Row
from ui.selection import Selection
from ui.this_year import calendar, words
from ui.this_year.calendar import Day
from ui.words.cards import card
from ui.words.numbers import points_text

FILTERS = ("area", "within")
OPTIONS = ("catchment",)
LISTED = 12


def first_screen(selection: Selection) -> None:
    """Draw the calendar of the place or of what is chosen, beside it who moved most."""
    screen.first(partial(_calendar, selection), selection, _beside(selection))


def days(selection: Selection) -> tuple[Day, ...]:
    """Give the days of the calendar."""
    return calendar.days_of(in_year.calendar(selection), in_year.closed(selection))


def _calendar(selection: Selection) -> None:
    st.html(age_html(selection))
    st.html(calendar_html(selection))


def age_html(selection: Selection) -> str:
    """HTML of how old the figures are: in a frame where the year is over, red where late."""
    age = in_year.age(selection, words.today())
    over = f"<p class='atlas-over'>{escape(words.over_text(selection))}</p>" if age.over else ""
    kind = "atlas-late" if age.late else "atlas-age"
    return f"{over}<p class='{kind}'>{escape(words.age_text(selection))}</p>"


def calendar_html(selection: Selection) -> str:
    """HTML of the calendar of what is chosen."""
    title = words.title(in_year.unit(selection), in_year.now(selection))
    return calendar.html(days(selection), title)


def _beside(selection: Selection) -> Beside:
    of = in_year.unit(selection)
    chosen = card(of.name, words.facts(selection), "") if of.kind != in_year.WHOLE else ""
    return Beside(
        _legend(selection),
        chosen,
        partial(_ranked, selection),
        above=partial(controls.draw, selection, "moved_of", label_visibility="collapsed"),
    )


def _legend(selection: Selection) -> str:
    cells, scale = days(selection), calendar.attendance_scale()
    title = text("Students at school that day")
    return class_legend(
        scale, title, counts=calendar.counts(cells), use_words=True
    ) + calendar.marks(cells)


def _ranked(selection: Selection) -> None:
    screen.listed(text("Moved most since {year}", year=in_year.last(selection)), _rows(selection))


def _rows(selection: Selection) -> Iterator[Row]:
    table = in_year.changes(selection)
    if table is None:
        return
    table = table[table["status"].eq("reported")].sort_values("change").head(LISTED)
    names = in_year.names(selection, table.index)
    for id_, row in table.iterrows():
        yield Row(
            str(id_),
            "",
            str(names[id_]),
            text("{points} points", points=points_text(row["change"])),
        )
