"""Blocks of the page Priorities: the map with its order, how sure the order is, and the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from data.views.priorities import Priorities
from ui import frame, queries, screen
from ui.charts.style import draw_chart
from ui.languages import text
from ui.maps import block as map_block
from ui.maps import view
from ui.maps.decks import school_map
from ui.maps.scales import alt_text, class_legend
from ui.places import apart
from ui.places.cards import focus_card
from ui.priorities import charts, words
from ui.priorities import map as order_map
from ui.queries import districts, units
from ui.queries import priorities as queries_priorities
from ui.screen import Beside, Row
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words.as_written import as_written
from ui.words.cards import card

FILTERS, OPTIONS = (*frame.FILTERS, "list_of"), ("against", "top", "ordered", "driver", "catchment")
LISTED = 20
CHARTED = 20
COLUMNS = (
    *("rank", "could_be", "name", "schools", "enrolled", "chronic_absent", "rate", "p_top"),
    *("excess", "excess_low", "excess_high", "shrunken"),
)


def first_screen(found: Priorities, names: pd.Series, selection: Selection) -> None:
    """Draw how sure it is that places are among the first, beside them the order or a card."""
    unit, title = units.unit_of(selection), order_map.title(selection)
    if unit == "school" and districts.are_units(selection):
        _of_districts(found, names, selection, title)
        return
    if unit in order_map.POINTS:
        _of_schools(found, names, selection, title)
        return
    classes, table = order_map.areas(found.table, unit, selection)
    listed = "" if unit == "neighbourhood" else classes.scale.encode(found.table["p_top"])
    beside = _beside(found, names, selection, map_block.legend_of(title, classes, listed))
    map_block.tract_screen(
        selection, title, classes, table, beside, badges=_badges(found, unit, selection)
    )


def _of_districts(found: Priorities, names: pd.Series, selection: Selection, title: str) -> None:
    classes, table = order_map.districts(found.table, selection)
    legend = map_block.legend_of(title, classes) + apart.legend(selection)
    beside = replace(_beside(found, names, selection, legend), note=apart.note(selection))
    first = found.table.index[found.table["rank"].notna()][: selection.top]
    badges = map_block.badges_at(selection, first)
    map_block.tract_screen(selection, title, classes, table, beside, badges=badges)


def _of_schools(found: Priorities, names: pd.Series, selection: Selection, title: str) -> None:
    unit = units.unit_of(selection)
    classes, chance = order_map.schools(found.table, unit, selection)
    counts = classes.scale.counts(classes.scale.encode(chance))
    legend = class_legend(classes.scale, title, counts=counts, use_words=True)
    listed = queries.schools(selection)
    figures = map_block.figures_of(listed.reindex(queries.school_points(selection)))
    order = [str(key) for key in found.table.index[: view.MOST_STEPS]] if unit == "school" else []
    alt = alt_text(classes.scale, title, counts, "schools")
    deck = school_map(queries.geometry(selection), classes)
    caption = view.Caption(title, legend, alt, figures, order)
    draw = partial(view.show, deck, selection, caption, name="schools")
    screen.first(draw, selection, _beside(found, names, selection, legend))


def _badges(found: Priorities, unit: str, selection: Selection) -> list[map_block.Badge]:
    """Give the first places the numbers of their list."""
    of, first = units.of_tracts(selection, unit), found.table[found.table["rank"].notna()]
    listed = first.index[: selection.top]
    return map_block.badges_of(selection, [of.index[of.eq(key).fillna(False)] for key in listed])


def _beside(found: Priorities, names: pd.Series, selection: Selection, legend: str) -> Beside:
    return Beside(
        legend,
        _card(found, names, selection),
        partial(_ranked, found, names, selection),
        field="focus" if selection.focus else _field(selection),
    )


def _ranked(found: Priorities, names: pd.Series, selection: Selection) -> None:
    heading = text(
        "Students {beyond}; chance to be among the first {top}",
        beyond=words.beyond(selection),
        top=selection.top,
    )
    screen.listed(heading, _rows(found, names, selection), _field(selection))


def _field(selection: Selection) -> str:
    return units.focus(units.unit_of(selection), "")[0]


def _rows(found: Priorities, names: pd.Series, selection: Selection) -> Iterator[Row]:
    unit, table = units.unit_of(selection), found.table
    for key, row in table[table["rank"].notna()].head(LISTED).iterrows():
        opened = units.focus(unit, str(key))[1]
        yield Row(opened, str(row["rank"]), str(names[key]), words.figure(row))


def _card(found: Priorities, names: pd.Series, selection: Selection) -> str:
    """Card of what is in focus: its place in the order, then its own card; "" for nothing."""
    unit = units.unit_of(selection)
    own = focus_card(selection) if selection.focus else ""
    for key in found.table.index:
        field, value = units.focus(unit, str(key))
        if getattr(selection, field) == value:
            facts = words.facts(found.table.loc[key], selection)
            return card(names[key], facts, text(words.ADVICE)) + own
    return own


def order(found: Priorities, names: pd.Series, selection: Selection) -> None:
    """Draw the ranks that the figures leave open for the first places."""
    table = found.table[found.table["rank"].notna()].head(CHARTED)
    draw_chart(charts.rank_ranges(table.assign(name=names), selection.top))
    st.caption(as_written(text(words.CHANCE, top=selection.top)))


def concentration(found: Priorities, selection: Selection) -> None:
    """Draw how much of the need the first places hold, beside their part of all students."""
    if found.concentration.empty or found.concentration["share"].isna().all():
        st.write(as_written(text("There are too few places here to say.")))
        return
    of = units.unit_of(selection)
    draw_chart(charts.concentration(found.concentration, text(words.UNITS[of])))
    st.caption(
        as_written(
            text(
                "Places are picked once, by what is most likely, and then judged by every redraw:"
                " that is what a plan made today would reach. The line is 95 % of the redraws."
            )
        )
    )
    if of in words.PICKED:
        st.caption(as_written(text(words.OF_PICKED)))
    columns = ("part", "places", "of_students", "of_excess", "of_excess_low", "of_excess_high")
    table = found.concentration.reset_index().rename(
        columns={
            "students": "of_students",
            "share": "of_excess",
            "low": "of_excess_low",
            "high": "of_excess_high",
        }
    )
    table_block.show(
        table, columns, text("How much the first places hold, {year}", year=selection.year)
    )


def table(found: Priorities, names: pd.Series, selection: Selection) -> None:
    """All places in order; choosing a row opens its card."""
    unit = units.unit_of(selection)
    rows = found.table.rename(columns={"year": "school_year"})
    ends = rows["rank_low"].astype("str") + "–" + rows["rank_high"].astype("str")
    rows = rows.assign(name=names, could_be=ends.where(rows["rank"].notna(), ""))
    heading = text(
        "{units} in order, {year}",
        units=text(words.UNITS[unit]).capitalize(),
        year=selection.year,
    )
    opens = "priorities-table" if _field(selection) == "focus" else ""
    shown = rows.set_axis([units.focus(unit, str(key))[1] for key in rows.index], axis=0)
    table_block.show(shown, COLUMNS, heading, opens=opens)
    index = {"tract": "geoid", "school": "school_id", "group": "cluster"}.get(unit, unit)
    downloads.buttons(selection, "priorities", rows.rename_axis(index))


def funnel(selection: Selection) -> None:
    """Draw schools by size and rate with the limits within which chance leaves them."""
    draw_chart(charts.funnel(queries_priorities.funnel(selection)))
    st.caption(
        as_written(
            text(
                "Small schools move more by chance, so the lines open to the left. They are widened"
                " until schools like these fit: only a school outside is unlike its level."
            )
        )
    )
