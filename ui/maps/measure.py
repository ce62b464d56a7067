"""The map of absence: tracts, neighbourhoods where these are chosen, or districts."""

from __future__ import annotations

import pandas as pd

from ui import queries
from ui.languages import text
from ui.maps.block import card_or, legend_of, order_of, tract_screen
from ui.maps.decks import AreaClasses, measure_classes
from ui.places import apart, ranking
from ui.places.cards import focus_card
from ui.queries import districts, neighbourhoods
from ui.screen import Beside
from ui.selection import NEIGHBOURHOOD, Selection
from ui.words.cards import tract_card
from ui.words.standing import MEASURES


def absence_screen(selection: Selection) -> None:
    """First screen with the chosen measure of absence, its legend, and where it is highest."""
    title = f"{text(MEASURES[selection.measure])}, {selection.year}"
    classes, table = _classes(selection)
    if selection.unit or districts.are_units(selection):
        card = focus_card(selection)
    else:
        card = card_or(selection, table, lambda row: tract_card(row, selection.year))
    legend, note = legend_of(title, classes), ""
    if districts.are_units(selection):
        legend, note = legend + apart.legend(selection), apart.note(selection)
    beside = Beside(legend, card, lambda: _ranked(selection, table), note=note)
    tract_screen(selection, title, classes, table, beside)


def _classes(selection: Selection) -> tuple[AreaClasses, pd.DataFrame]:
    if districts.are_units(selection):
        table = districts.table(selection)
        return measure_classes(table, selection.measure, "districts"), table
    if not selection.unit:
        tracts = queries.tracts(selection)
        return measure_classes(tracts, selection.measure), tracts
    table = neighbourhoods.table(selection)
    classes = measure_classes(table, selection.measure, "neighbourhoods")
    named = table.set_axis(NEIGHBOURHOOD + table.index).rename_axis("id")
    return classes, named.assign(name=table.index, neighbourhood="")


def _ranked(selection: Selection, table: pd.DataFrame) -> None:
    if districts.are_units(selection):
        ranking.district_list(selection)
    elif len(neighbourhoods.table(selection)):
        ranking.neighbourhood_list(selection)
    else:
        ranking.tract_list(table, order_of(table), text("Most students beyond expected"))
