"""Folded parts of the page This year: the year before, who is on track, every day as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ui import languages, queries
from ui.charts.style import draw_chart
from ui.languages import counted, mark, text
from ui.queries import in_year
from ui.selection import MOVED_OF, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.tables.exports import About
from ui.this_year import charts, words
from ui.this_year.charts import TIERS
from ui.words.as_written import as_written

DAYS = ("date", "attended", "students", "schools")
CHANGES = (
    *("name", "students", "schools", "attended_now", "attended_last"),
    *("attended_change", "attended_low", "attended_high"),
)
MONTHS = ("month", "students_so_far", "on_track", "on_track_rate", *TIERS)
GROUPS = ("student_group", "students_so_far", "on_track", "on_track_rate")
NO_YEAR_BEFORE = mark("There is no earlier year here to compare with.")
NO_MONTHS = mark(
    "Who is on track to be chronically absent is not known here. Daily shares of a school do not"
    " tell how many days each student missed: a school at 89 % can have 39 % chronically absent. A"
    " district can count it from its own records (python -m data.rollup); no record leaves it."
)
NOT_COUNTED = mark(
    "A roll-up counts students of schools and districts. Choose one of these, or the whole place."
)


def year_before(selection: Selection) -> None:
    """Draw this year beside an earlier one, and every unit of the list."""
    table = in_year.beside_last(selection)
    if table is None:
        st.write(as_written(text(NO_YEAR_BEFORE)))
        return
    now, last = in_year.now(selection), in_year.last(selection)
    draw_chart(charts.beside_chart(table, now, last))
    st.caption(as_written(words.same_schools(table.iloc[-1], now, last)))
    units = in_year.changes(selection)
    if units is not None:
        rows = _changes(selection, units)
        title = text(
            "{list}: at school so far in {now} and {last}",
            list=text(MOVED_OF[selection.moved_of]),
            now=now,
            last=last,
        )
        table_block.show(rows, CHANGES, title)
        _offer(selection, mark("changes"), "changes", rows)


def _changes(selection: Selection, units: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table of changes, under the names of its columns."""
    kept = ["now", "last", "change", "low", "high"]
    rows = units.rename(columns={name: f"attended_{name}" for name in kept})
    rows = rows.assign(name=in_year.names(selection, units.index), reason="")
    return rows.sort_values("attended_change", na_position="last").drop(
        columns="date", errors="ignore"
    )


def on_track(selection: Selection) -> None:
    """Draw who is on track to be chronically absent, by month and by group."""
    st.write(as_written(text(words.ON_TRACK)))
    if in_year.figures(selection).months.empty:
        st.write(as_written(text(NO_MONTHS)))
        return
    months = in_year.months(selection)
    if months.empty:
        st.write(as_written(text(NOT_COUNTED)))
        return
    if months["tier_0_5"].notna().any():
        draw_chart(charts.tiers_chart(months))
    name = in_year.unit(selection).name
    _students(selection, months, MONTHS, text("On track, by month: {name}", name=name))
    groups = in_year.groups(selection)
    if not groups.empty:
        month = str(groups["month"].iloc[0])
        title = text("On track, by group, up to the end of {month}: {name}", month=month, name=name)
        named = groups.rename_axis("student_group").drop(columns="month")
        _students(selection, named, GROUPS, title)
    _left_out(months)


def _students(
    selection: Selection, table: pd.DataFrame, columns: Sequence[str], title: str
) -> None:
    """Show and offer a table of students on track."""
    renamed = {"students": "students_so_far", "chronic": "on_track", "share": "on_track_rate"}
    rows = table.rename(columns=renamed).assign(reason="")
    table_block.show(rows, columns, title)
    of = rows.index.name or ""
    sent = rows[[*(name for name in columns if name != of), "status"]]
    _offer(selection, mark("students on track"), f"on-track-{of}", sent)


def _left_out(months: pd.DataFrame) -> None:
    left = int(months["left_out"].iloc[-1])
    if left:
        said = counted(
            "{count} district is not in these sums: its count is too small to show.",
            "{count} districts are not in these sums: their counts are too small to show.",
            left,
        )
        st.caption(as_written(said))


def every_day(selection: Selection) -> None:
    """Show the calendar as a table, with what to take home."""
    table = in_year.calendar(selection)
    rows = table.assign(date=table.index.strftime("%Y-%m-%d"), reason="").reset_index(drop=True)
    title = words.title(in_year.unit(selection), in_year.now(selection))
    columns = (*DAYS, "published") if rows["published"].notna().any() else DAYS
    table_block.show(rows.iloc[::-1], columns, title)
    sent = rows[[*columns, "status"]].set_index("date")
    _offer(selection, mark("days"), "days", sent)
    basis = in_year.year(selection, in_year.now(selection)).basis
    st.caption(as_written(text(words.BASES[basis])))


def _offer(selection: Selection, name: str, topic: str, table: pd.DataFrame) -> None:
    """Offer a table with the sources of this year's figures."""
    year = in_year.now(selection)
    columns = [*filter(None, (table.index.name,)), *table.columns]
    told = About(
        table_block.dictionary(columns),
        languages.filed(words.SURE),
        in_year.figures(selection).sources,
        queries.panel(selection).area.fictional,
        year,
    )
    downloads.offer(name, (f"this-year-{topic}", selection.area, year), lambda: table, told)
