"""The card of what is in focus, whatever it is."""

from __future__ import annotations

from ui import queries
from ui.languages import text
from ui.queries import districts, neighbourhoods
from ui.selection import Selection
from ui.words import standing as words
from ui.words.cards import neighbourhood_card, school_card, tract_card


def focus_card(selection: Selection) -> str:
    """HTML card of the place or school in focus; "" when none is, or the view has none such."""
    name, focus = neighbourhoods.focused(selection), selection.focus
    if name:
        return _neighbourhood(selection, name)
    tracts, schools = queries.tracts(selection), queries.schools(selection)
    if focus in tracts.index:
        if districts.are_units(selection):
            return ""  # its absence is that of its district
        return tract_card(tracts.loc[focus], selection.year)
    if focus not in schools.index:
        return ""
    row = schools.loc[focus]
    level = "" if districts.are_units(selection) else text(words.LEVELS[row["level"]])
    return school_card(row, selection.year, level, queries.school_conditions(selection, focus))


def _neighbourhood(selection: Selection, name: str) -> str:
    return neighbourhood_card(
        name,
        neighbourhoods.row(selection, name),
        neighbourhoods.schools(selection, name),
        selection.year,
        neighbourhoods.areas(selection)[name],
    )
