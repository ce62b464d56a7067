"""Tables of the page on completeness: doubts, sources, states of values, coverage, ledger."""

from __future__ import annotations

import streamlit as st

from data.views.completeness import Quality
from ui import queries, tables
from ui.languages import mark, text
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import completeness as words
from ui.words.as_written import as_written

NO_CHILDREN = mark("No resident children are known here: this place has no file of tracts.")


def doubts(selection: Selection) -> None:
    """Tell what may be wrong, and what to do about it; nothing where nothing is doubted."""
    entries = [entry for entry in queries.panel(selection).ledger if entry.doubt]
    if entries:
        title = text("What may be wrong, and what to do about it")
        table_block.plain(tables.doubt_table(entries), title)


def sources(selection: Selection) -> None:
    """List sources with the years that they describe."""
    table = tables.source_table(queries.panel(selection).sources)
    table_block.plain(table, text("Sources, with the years they describe"))


def states(quality: Quality) -> None:
    """Tell what every source reports, withholds and lacks."""
    table = words.state_table(quality)
    table_block.plain(table, text("What every source reports, withholds and lacks"))


def coverage(quality: Quality, selection: Selection) -> None:
    """Set students counted against resident children."""
    if not quality.children > 0:
        st.write(as_written(text(NO_CHILDREN)))
        return
    table = words.coverage_table(quality)
    heading = mark("Students counted against resident children, {year}")
    title = text(heading, year=selection.year)
    table_block.plain(table, title)


def ledger(selection: Selection) -> None:
    """List every row dropped, repaired or matched, and why."""
    entries = (entry for entry in queries.panel(selection).ledger if not entry.doubt)
    title = text("Every row dropped, repaired or matched, and why")
    table_block.plain(tables.ledger_table(entries), title)
    downloads.ledger_button(selection)
