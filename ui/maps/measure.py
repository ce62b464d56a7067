"""The map of absence: tracts, or neighbourhoods where these are chosen."""

from __future__ import annotations

import pandas as pd

from ui import queries
from ui.languages import text
from ui.maps.block import card_or, legend_of, order_of, tract_screen
from ui.maps.decks import AreaClasses, measure_classes
from ui.places import ranking
from ui.places.cards import focus_card
from ui.queries import neighbourhoods
from ui.screen import Beside
from ui.selection import NEIGHBOURHOOD, Selection
from ui.words.cards import tract_card
from ui.words.standing import MEASURES


def absence_screen(selection: Selection) -> None:
    """First screen with the chosen measure of absence, its legend, and where it is highest."""
    title = f"{text(MEASURES[selection.measure])}, {selection.year}"
    classes, table = _classes(selection)
    if selection.unit:
        card = focus_card(selection)
    else:
        card = card_or(selection, table, lambda row: tract_card(row, selection.year))
    beside = Beside(legend_of(title, classes), card, lambda: _ranked(selection, table))
    tract_screen(selection, title, classes, table, beside)


def _classes(selection: Selection) -> tuple[AreaClasses, pd.DataFrame]:
    if not selection.unit:
        tracts = queries.tracts(selection)
        return measure_classes(tracts, selection.measure), tracts
    table = neighbourhoods.table(selection)
    classes = measure_classes(table, selection.measure, "neighbourhoods")
    named = table.set_axis(NEIGHBOURHOOD + table.index).rename_axis("id")
    return classes, named.assign(name=table.index, neighbourhood="")


def _ranked(selection: Selection, table: pd.DataFrame) -> None:
    if len(neighbourhoods.table(selection)):
        ranking.neighbourhood_list(selection)
    else:
        ranking.tract_list(table, order_of(table), text("Most students beyond expected"))
