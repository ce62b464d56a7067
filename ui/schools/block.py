"""Blocks of the Schools page: the map with its ranked list, one school, and the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from ui import controls, frame, queries, screen
from ui.charts import history as history_charts
from ui.charts import places as school_charts
from ui.charts.style import draw_chart
from ui.languages import text
from ui.maps import block as map_block
from ui.maps.decks import measure_classes, school_classes
from ui.places import apart
from ui.queries import districts
from ui.schools.words import figure, title
from ui.screen import Beside, Row
from ui.selection import RANKS, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import standing as words
from ui.words.cards import school_card

LISTED = 12
FILTERS, OPTIONS = (*frame.FILTERS, "within"), ("kind",)
COLUMNS = (
    *("rank", "could_be", "name", "level", "school_type", "neighbourhood", "enrolled"),
    *("chronic_absent", "rate", "next_year", "excess", "excess_low", "excess_high", "ratio"),
)


def first_screen(listed: pd.DataFrame, selection: Selection) -> None:
    """Draw the schools of the filters on the map, beside them the ranked list or a school."""
    if districts.are_units(selection):
        _of_districts(listed, selection)
        return
    map_block.school_screen(
        selection,
        f"{text(words.MEASURES['crude'])}, {selection.year}",
        school_classes(listed, queries.school_points(selection)),
        listed,
        partial(_beside, listed, selection),
    )


def _of_districts(listed: pd.DataFrame, selection: Selection) -> None:
    """Draw the outlines of the districts of the filters."""
    table = districts.table(selection)
    table = table.assign(shown=table["shown"] & table.index.isin(listed.index))
    classes = measure_classes(table, "crude", "districts")
    title = f"{text(words.MEASURES['crude'])}, {selection.year}"
    beside = _beside(
        listed, selection, map_block.legend_of(title, classes) + apart.legend(selection)
    )
    beside = replace(beside, note=apart.note(selection))
    map_block.tract_screen(selection, title, classes, table, beside, name="districts")


def _beside(listed: pd.DataFrame, selection: Selection, legend: str) -> Beside:
    return Beside(
        legend,
        map_block.card_or(selection, listed, partial(_card, selection)),
        partial(_ranked, listed, selection),
        above=partial(controls.draw, selection, "rank", label_visibility="collapsed"),
    )


def _ranked(listed: pd.DataFrame, selection: Selection) -> None:
    screen.listed(text(RANKS[selection.rank]), _rows(listed, selection))


def _rows(listed: pd.DataFrame, selection: Selection) -> Iterator[Row]:
    for school, row in listed[listed["rank"].notna()].head(LISTED).iterrows():
        yield Row(str(school), str(row["rank"]), row["name"], figure(row, selection.rank))


def _card(selection: Selection, row: pd.Series) -> str:
    conditions = queries.school_conditions(selection, str(row.name))
    level = "" if districts.are_units(selection) else text(words.LEVELS[row["level"]])
    return school_card(row, selection.year, level, conditions)


def history(listed: pd.DataFrame, selection: Selection) -> None:
    """Draw every school year of the school in focus; else how the rates of all are spread."""
    if selection.focus not in listed.index:
        draw_chart(school_charts.bands(listed["rate"], shown=listed["shown"]))
        return
    years, place = queries.school_history(selection), queries.trend(selection)
    every = text("all schools of this choice")
    draw_chart(history_charts.school_history(years, place, place_name=every))
    frame.breaks(selection)
    columns = ("school_year", "enrolled", "chronic_absent", "rate", "next_year")
    heading = text("{name}, every school year", name=listed.loc[selection.focus, "name"])
    table_block.show(years, columns, heading)


def table(listed: pd.DataFrame, selection: Selection) -> None:
    """All schools listed; choosing a row opens its school."""
    ends = listed["rank_first"].astype("str") + "–" + listed["rank_last"].astype("str")
    same = listed["rank_first"].eq(listed["rank_last"]).fillna(value=False)
    could = ends.mask(same.astype(bool), listed["rank_first"].astype("str"))
    rows = listed.assign(could_be=could.where(listed["rank"].notna(), ""))
    heading = title(listed, selection.rank, selection.year)
    left_out = {"school_type"} if len(set(rows["school_type"])) < 2 else set()
    if districts.are_units(selection):
        left_out |= {"level", "neighbourhood"}
    columns = [name for name in COLUMNS if name not in left_out]
    table_block.show(rows, columns, heading, opens="schools-table")
    downloads.buttons(selection, "schools", listed, place="schools")
