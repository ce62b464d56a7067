"""Parts of the page of a nation: its first screen, and the tables that are folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data.views.nation import NationView
from ui import controls, queries, screen
from ui.languages import mark, text
from ui.maps import view as map_view
from ui.maps.block import legend_of
from ui.maps.decks import AreaClasses, area_map
from ui.maps.scales import alt_text
from ui.nation import words
from ui.nation.map import county_classes
from ui.places import completeness
from ui.screen import Beside, Row
from ui.selection import NEIGHBOURHOOD, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.tables.exports import about
from ui.words.as_written import as_written
from ui.words.numbers import interval_text, percent_text, students_text

LISTED = 12
COLUMNS = ("name", "part_of", "enrolled", "chronic_absent", "rate", "interval", "compared_here")
OF_PARTS = ("name", "latest", "enrolled", "chronic_absent", "rate", "standing", "definition")


def first_screen(view: NationView, selection: Selection) -> None:
    """Draw the map of counties, its legend, and the highest shares or the card of one county."""
    title = text("Share of students chronically absent by county, {year}", year=selection.year)
    classes = county_classes(view)
    draw = partial(_map, title, classes, view, selection)
    screen.first(draw, selection, _beside(title, classes, view, selection))


def _beside(title: str, classes: AreaClasses, view: NationView, selection: Selection) -> Beside:
    legend, chosen = legend_of(title, classes), selection.focus in view.counties.index
    card, way = "", None
    if chosen:
        row = view.counties.loc[selection.focus].to_dict()
        card, way = words.county_card(row, selection), partial(_way_to, row, selection)
    return Beside(legend, card, partial(_ranked, view), way=way)


def _map(title: str, classes: AreaClasses, view: NationView, selection: Selection) -> None:
    counts = classes.scale.counts(classes.codes)
    caption = map_view.Caption(
        title,
        legend_of(title, classes),
        alt_text(classes.scale, title, counts, words.COUNTIES),
        words.hover(view),
        list(ranked(view).index),
    )
    map_view.show(area_map(queries.geometry(selection), classes), selection, caption)


def ranked(view: NationView) -> pd.DataFrame:
    """Put the counties that are compared in order of their rate, the highest first."""
    return view.compared.sort_values(["rate", "name"], ascending=[False, True])


def _ranked(view: NationView) -> None:
    screen.listed(text("Highest share"), _rows(ranked(view).head(LISTED)))


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    for rank, (key, row) in enumerate(table.iterrows(), 1):
        rate = percent_text(row["rate"], row["enrolled"])
        ends = interval_text(row["low"], row["high"], row["enrolled"])
        figure = f"{rate} ({ends}) · {students_text(row['enrolled'])}"
        yield Row(str(key), str(rank), f"{row['name']}, {row['state']}", figure)


def _way_to(row: Mapping[str, Any], selection: Selection) -> None:
    """Offer the place that a county is part of, opened at the county where it shows counties."""
    if row["part"] not in queries.places():
        st.caption(as_written(text("{state} is not in this store.", state=row["state"])))
        return
    st.button(
        as_written(text("Open {state}: its tracts and schools", state=row["state"])),
        key="open-part",
        on_click=_open,
        args=(row["part"], row["opens"], selection.year),
    )


def _open(part: str, county: str, year: str) -> None:
    """Open a place at a county with the next run, in the same school year where it has it."""
    controls.open_place()
    st.session_state["area"] = part
    offered = queries.choices(part)
    focus = f"{NEIGHBOURHOOD}{county}" if county else ""
    wanted = {"focus": (focus, offered.places), "year": (year, offered.years)}
    for name, (value, allowed) in wanted.items():
        if value in allowed:
            st.session_state[name] = value


def table(view: NationView, selection: Selection) -> None:
    """Table twin of the map: every county, with its place and whether it is compared."""
    every = view.counties.assign(
        part_of=view.counties["state"],
        compared_here=[words.compared_text(row) for row in view.counties.to_dict("records")],
    ).sort_values(["state", "name"])
    title = text("Every county, {year}", year=selection.year)
    table_block.show(every, COLUMNS, title, opens="counties-table")
    leaving = every.drop(columns=["part", "opens", "latest", "state", "apart", "standing"])
    told = about(selection, leaving, words.SHOWN)
    downloads.offer(mark("counties"), ("counties", selection.area), lambda: leaving, told)


def parts(view: NationView, selection: Selection) -> None:
    """List the parts with their totals of the year, last year and definition."""
    every = view.parts.sort_values("name")
    every = every.assign(standing=[text(words.STANDINGS[each]) for each in every["standing"]])
    title = text("Every place of this map, {year}", year=selection.year)
    table_block.show(every, OF_PARTS, title)


def account(selection: Selection) -> None:
    """Tell what was built, what was not and why, and every source."""
    completeness.ledger(selection)
    completeness.sources(selection)


def not_built(selection: Selection) -> None:
    """Say which places the last build could not make."""
    if said := words.failed(queries.panel(selection).parameters["failed"]):
        st.warning(as_written(said))
