"""Folded parts of the page This year: the year before, areas and groups, every day, sources."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import languages, queries
from ui.charts.style import draw_chart
from ui.languages import mark, text
from ui.queries import in_year, in_year_ahead, units
from ui.selection import LISTS, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.tables.exports import About
from ui.this_year import charts, standing, words
from ui.words.as_written import as_written

DAYS = ("date", "attended", "students", "schools")
MOVERS = (
    *("name", "students", "weeks", "beside_middle", "moved"),
    *("drawn_in", "drawn_low", "drawn_high"),
)
AREAS = (
    *("name", "students", "schools", "attended_last", "attended_now"),
    *("attended_change", "attended_low", "attended_high", "moved_up", "moved_down"),
)
GROUPS = (
    *("student_group", "schools", "attended_last", "attended_now"),
    *("attended_change", "attended_low", "attended_high"),
)
EVERYONE = "all"
RENAMED = {name: f"attended_{name}" for name in ("now", "last", "change", "low", "high")}
NOT_ENOUGH = mark("There are too few weeks or schools with figures of both years for a list.")
NO_AREAS = mark("This place has no neighbourhoods or counties to compare.")


def year_before(selection: Selection) -> None:
    """Draw this year beside an earlier one, and every school by how far it moved."""
    table = in_year.beside_last(selection)
    if table is None:
        st.write(as_written(text(standing.NO_YEAR_BEFORE)))
        return
    now, last = in_year.now(selection), in_year.last(selection)
    draw_chart(charts.beside_chart(table, now, last))
    st.caption(as_written(words.same_schools(table.iloc[-1], now, last)))
    found = in_year_ahead.movers(selection)
    if found.empty:
        st.write(as_written(text(NOT_ENOUGH)))
        return
    st.write(as_written(text(standing.MOVED)))
    rows = found.rename(
        columns={
            "relative": "beside_middle",
            "shrunken": "drawn_in",
            "low": "drawn_low",
            "high": "drawn_high",
        }
    )
    rows = rows.drop(columns=["q", "change"]).assign(
        name=units.names(selection, "school", found.index),
        moved=[text("yes") if each else text("not told from noise") for each in found["moved"]],
    )
    title = text("Schools by how far they moved, {last} to {now}", last=last, now=now)
    table_block.show(rows, MOVERS, title, opens="moved-table")
    offer(selection, mark("schools that moved"), "moved", rows)


def areas_and_groups(selection: Selection) -> None:
    """Compare neighbourhoods or counties, and student groups, with the year before."""
    here = units.here(selection)
    kind = selection.moved_of or next((k for k in ("neighbourhood", "county") if k in here), "")
    found = in_year.changes(selection, kind) if kind in here else None
    if found is None:
        st.write(as_written(text(NO_AREAS if in_year.last(selection) else standing.NO_YEAR_BEFORE)))
    else:
        _areas(selection, found, kind)
    groups = in_year_ahead.group_changes(selection)
    if set(groups.index) <= {EVERYONE}:
        st.write(as_written(text(standing.NO_GROUPS)))
        return
    rows = groups.rename(columns=RENAMED, index={EVERYONE: text("All students")})
    rows = rows.rename_axis("student_group")
    months = int(groups["months"].max())
    title = text("Student groups, the same schools and {count} months of both years", count=months)
    table_block.show(rows, GROUPS, title)
    offer(selection, mark("changes of groups"), "groups", rows.drop(columns="months"))


def _areas(selection: Selection, found: pd.DataFrame, kind: str) -> None:
    counts = in_year_ahead.moved_in(selection, kind)[["up", "down"]].add_prefix("moved_")
    rows = found.rename(columns=RENAMED).join(counts.reindex(found.index, fill_value=0))
    rows = rows.assign(name=found.index, reason="").sort_values(
        ["attended_change", "name"], na_position="last"
    )
    rows = rows.reset_index(drop=True)
    now, last = in_year.now(selection), in_year.last(selection)
    title = text(
        "{list}: at school so far, {last} and {now}", list=text(LISTS[kind]), last=last, now=now
    )
    table_block.show(rows, AREAS, title)
    st.caption(as_written(text(standing.AREAS)))
    offer(selection, mark("changes of areas"), "areas", rows)


def sources(selection: Selection) -> None:
    """Tell how the figures are made, who published them, and what was done to their rows."""
    for sentence in (standing.METHOD, standing.MOVED, standing.RINGED):
        st.write(as_written(text(sentence)))
    if in_year.has_days(selection):
        st.write(as_written(words.weighted(in_year.year(selection, in_year.now(selection)))))
    found = in_year.figures(selection)
    table_block.plain(table_block.source_table(found.sources), text("Sources of this year"))
    table_block.plain(table_block.ledger_table(found.ledger), text("What was done to their rows"))


def every_day(selection: Selection) -> None:
    """Show the calendar as a table, with what to take home."""
    table = in_year.calendar(selection)
    if table.empty:
        st.write(as_written(text(standing.NO_DAYS)))
        return
    rows = table.assign(date=table.index.strftime("%Y-%m-%d"), reason="").reset_index(drop=True)
    title = words.title(in_year.unit(selection), in_year.now(selection))
    columns = (*DAYS, "published") if rows["published"].notna().any() else DAYS
    table_block.show(rows.iloc[::-1], columns, title)
    sent = rows[[*columns, "status"]].set_index("date")
    offer(selection, mark("days"), "days", sent)
    st.caption(as_written(words.weighted(in_year.year(selection, in_year.now(selection)))))


def offer(selection: Selection, name: str, topic: str, table: pd.DataFrame) -> None:
    """Offer a table with the sources of this year's figures."""
    year = in_year.now(selection)
    columns = [*filter(None, (table.index.name,)), *table.columns]
    told = About(
        table_block.dictionary(columns),
        languages.filed(standing.SURE),
        in_year.figures(selection).sources,
        queries.panel(selection).area.fictional,
        year,
    )
    downloads.offer(name, (f"this-year-{topic}", selection.area, year), lambda: table, told)
