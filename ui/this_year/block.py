"""The first screen of the page This year: the calendar beside who moved most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from ui import controls, frame, screen
from ui.languages import text
from ui.maps.scales import class_legend
from ui.present.views import OF_YEAR
from ui.queries import in_year, in_year_ahead, units
from ui.report import block as report
from ui.screen import Beside, Row
from ui.selection import NEIGHBOURHOOD, Selection
from ui.this_year import calendar, standing, words
from ui.this_year.calendar import Day
from ui.words.as_written import as_written
from ui.words.cards import card
from ui.words.numbers import points_text

FILTERS = ("area", "within")
OPTIONS = ("catchment",)
LISTED, MOST = 12, 0.5
"""Schools listed; part of a school's students who live where it is listed."""
UP, DOWN = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"


def head(question: str) -> Selection:
    """Draw the head; without figures of this year the page ends with what would bring them."""
    here = in_year.here(frame.current())
    selection = frame.head(
        question,
        filters=FILTERS if here else FILTERS[:1],
        options=OPTIONS if here else (),
        needs_figures=False,
        page="this_year",
        slide=OF_YEAR if here else "",
    )
    if not here:
        frame.end(selection, words.none_here(selection))
    return selection


def first_screen(selection: Selection) -> None:
    """Draw the calendar of the place or of what is chosen, beside it who moved most."""
    screen.first(partial(_calendar, selection), selection, _beside(selection))


def foot(selection: Selection) -> None:
    """Say in one line what the calendar shows, and which weekdays differ; offer it as a picture."""
    with st.container(key="foot", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(as_written(words.shown(selection)), width="stretch")
        report.picture_button(selection, "this_year")
        report.brief_button(selection, report.scope_of(selection))


def days(selection: Selection) -> tuple[Day, ...]:
    """Give the days of the calendar."""
    return calendar.days_of(in_year.calendar(selection), in_year.closed(selection))


def _calendar(selection: Selection) -> None:
    st.html(age_html(selection))
    st.html(calendar_html(selection))


def age_html(selection: Selection) -> str:
    """HTML of how old the figures are: in a frame where the year is over, red where late."""
    age = in_year.age(selection, words.today(selection))
    over = f"<p class='atlas-over'>{escape(words.over_text(selection))}</p>" if age.over else ""
    kind = "atlas-late" if age.late else "atlas-age"
    return f"{over}<p class='{kind}'>{escape(words.age_text(selection))}</p>"


def calendar_html(selection: Selection) -> str:
    """HTML of the calendar of what is chosen."""
    title = words.title(in_year.unit(selection), in_year.now(selection))
    return calendar.html(days(selection), title)


def _beside(selection: Selection) -> Beside:
    # What the filter names has its calendar and the list of its schools; a card is of the focus.
    of = in_year.unit(replace(selection, within=""))
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
    then = in_year.last(selection)
    if not then:
        st.html(f"<p class='atlas-note'>{escape(text(standing.NO_YEAR_BEFORE))}</p>")
        return
    rows = list(_areas(selection) if selection.moved_of else _schools(selection))
    heading = text("Moved beyond noise since {year}, in points", year=then)
    if not selection.moved_of:
        heading = text(
            "Moved beyond noise since {year}, in points beside the middle school", year=then
        )
    if not rows:
        heading = text("Nothing moved beyond noise since {year}", year=then)
    screen.listed(heading, rows)


def _schools(selection: Selection) -> Iterator[Row]:
    """Schools that moved otherwise than the middle school, the farthest first."""
    table = in_year_ahead.movers(selection)
    moved = table[table["moved"].astype(bool)]
    if selection.within:
        moved = moved[in_year.part(selection).reindex(moved.index).ge(MOST)]
    far = moved["relative"].astype(float).abs().sort_values(ascending=False, kind="stable")
    first = moved.loc[far.index].head(LISTED)
    names = units.names(selection, "school", first.index)
    for id_, row in first.iterrows():
        figure = points_text(float(row["relative"]))
        yield Row(str(id_), _sign(row["relative"]), str(names[id_]), figure)


def _areas(selection: Selection) -> Iterator[Row]:
    """Neighbourhoods or counties whose change is beyond its range, the farthest first."""
    table = in_year.changes(selection, selection.moved_of)
    if table is None:
        return
    clear = table["low"].gt(0) | table["high"].lt(0)
    own = table[clear & table["status"].eq("reported")]
    own = own.loc[own["change"].abs().sort_values(ascending=False).index].head(LISTED)
    for name, row in own.iterrows():
        yield Row(f"{NEIGHBOURHOOD}{name}", _sign(row["change"]), str(name), words.range_of(row))


def _sign(change: float) -> str:
    return UP if change > 0 else DOWN
