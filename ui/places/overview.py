"""Folded parts of the Overview: the table twin of its map, and every school year."""

from __future__ import annotations

import streamlit as st

from ui import frame, queries
from ui.languages import text
from ui.maps.decks import by_class
from ui.queries import districts
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import answers
from ui.words import standing as words
from ui.words.as_written import as_written

OPTIONS, OF_DISTRICTS = ("measure", "catchment", "unit"), ("measure",)
COUNTS = ("school_year", "enrolled", "chronic_absent", "rate", "schools", "withheld")
CHANGES = ("compared", "paired", "paired_low", "paired_high", "composition")


def head(question: str) -> Selection:
    """Draw the head of the page; maps of districts have no other unit and no join to choose."""
    options = OF_DISTRICTS if districts.are_units(frame.current()) else OPTIONS
    return frame.head(question, options=options)


def sureness(selection: Selection) -> tuple[str, ...]:
    """Say why this year is shown, what its count is, and what it is not."""
    totals = queries.totals(selection)
    return (
        queries.why_this_year(selection),
        words.COUNT_MEANING,
        answers.publishers_text(totals, queries.publishers_total(selection)),
        answers.withheld_text(totals),
    )


def classes(selection: Selection) -> None:
    """Table twin of the map, and the tracts to download."""
    if districts.are_units(selection):
        _of_districts(selection)
        return
    tracts = queries.tracts(selection)
    st.write(as_written(f"{text(words.AREA_RANGE)} {text(words.COVERAGE_MEANING)}"))
    columns = ("map_class", "tracts", "by_schools_tracts")
    title = text("Tracts by class, {year}", year=selection.year)
    table_block.show(by_class(tracts, selection.measure), columns, title)
    downloads.buttons(selection, "tracts", tracts, place="tracts")


def _of_districts(selection: Selection) -> None:
    """Table twin of a map of districts: its classes, and every district with its figure."""
    st.write(as_written(text(words.SCHOOL_RANGE)))
    rows = by_class(districts.table(selection), selection.measure)
    title = text("Districts by class, {year}", year=selection.year)
    counts = rows.rename(columns={"tracts": "districts"})
    table_block.show(counts, ("map_class", "districts"), title)
    every = queries.schools(selection)
    title = text("Every district, {year}", year=selection.year)
    columns = ("name", "enrolled", "chronic_absent", "rate", "next_year", "ratio")
    table_block.show(every.sort_values("name"), columns, title, opens="districts-table")
    downloads.buttons(selection, "districts", every, place="zones")


def years(selection: Selection) -> None:
    """Every school year of the place, with what can be compared."""
    st.write(as_written(text(words.CHANGE_MEANING)))
    title = text("Every school year of this place")
    trend = queries.trend(selection)
    # Why a year is compared with none is a text of the catalogue; a school year is not.
    trend = trend.assign(compared=trend["compared"].map(text))
    table_block.show(trend, (*COUNTS, *CHANGES), title)
