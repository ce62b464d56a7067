"""Folded parts of the Overview: the table twin of its map, and every school year."""

from __future__ import annotations

import streamlit as st

from ui import queries
from ui.languages import text
from ui.maps.decks import by_class
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import standing as words
from ui.words.as_written import as_written

COUNTS = ("school_year", "enrolled", "chronic_absent", "rate", "schools", "withheld")
CHANGES = ("compared", "paired", "paired_low", "paired_high", "composition")


def classes(selection: Selection) -> None:
    """Table twin of the map, and the tracts to download."""
    tracts = queries.tracts(selection)
    st.write(as_written(f"{text(words.AREA_RANGE)} {text(words.COVERAGE_MEANING)}"))
    columns = ("map_class", "tracts", "by_schools_tracts")
    title = text("Tracts by class, {year}", year=selection.year)
    table_block.show(by_class(tracts, selection.measure), columns, title)
    downloads.buttons(selection, "tracts", tracts, place="tracts")


def years(selection: Selection) -> None:
    """Every school year of the place, with what can be compared."""
    st.write(as_written(text(words.CHANGE_MEANING)))
    title = text("Every school year of this place")
    trend = queries.trend(selection)
    # Why a year is compared with none is a text of the catalogue; a school year is not.
    trend = trend.assign(compared=trend["compared"].map(text))
    table_block.show(trend, (*COUNTS, *CHANGES), title)
