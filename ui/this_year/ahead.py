"""Folded parts of the page This year that look ahead: on track, the first month, the year's end."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.contracts.in_year import BANDS
from data.views.in_year_forecast import SchoolForecast
from data.views.in_year_september import September
from ui.charts.style import draw_chart
from ui.languages import counted, mark, text
from ui.queries import in_year, in_year_ahead, units
from ui.selection import Selection
from ui.tables import display as table_block
from ui.this_year import charts, standing
from ui.this_year.charts import TIERS
from ui.this_year.folds import offer
from ui.words.as_written import as_written
from ui.words.numbers import count_text, percent_text

MONTHS = ("month", "students_so_far", "on_track", "on_track_rate", *TIERS)
GROUPS = ("student_group", "students_so_far", "on_track", "on_track_rate")
SIGNAL = ("days_missed", "students", "became", "ahead")
REACH = ("name", "students", "reach", "reach_share")
AHEAD = ("name", "students", "to_date", "ahead", "ahead_low", "ahead_high")


def on_track(selection: Selection) -> None:
    """Draw who is on track to be chronically absent, by month and by group."""
    st.write(as_written(text(standing.ON_TRACK)))
    if in_year.figures(selection).months.empty:
        st.write(as_written(text(standing.NO_MONTHS)))
        return
    months = in_year.months(selection)
    if months.empty:
        st.write(as_written(text(standing.NOT_COUNTED)))
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
    _left_out(int(months["left_out"].iloc[-1]))


def _students(
    selection: Selection, table: pd.DataFrame, columns: Sequence[str], title: str
) -> None:
    """Show and offer a table of students on track."""
    renamed = {"students": "students_so_far", "chronic": "on_track", "share": "on_track_rate"}
    rows = table.rename(columns=renamed).assign(reason="")
    table_block.show(rows, columns, title)
    of = str(rows.index.name)
    sent = rows[[*(name for name in columns if name != of), "status"]]
    offer(selection, mark("students on track"), f"on-track-{of}", sent)


def _left_out(left: int) -> None:
    if left:
        said = counted(
            "{count} district is not in these sums: its count is too small to show.",
            "{count} districts are not in these sums: their counts are too small to show.",
            left,
        )
        st.caption(as_written(said))


def september(selection: Selection) -> None:
    """Show the bands of the first month, what they became, and whom schools need to reach."""
    found = in_year_ahead.september(selection)
    if found is None:
        none = in_year.figures(selection).months.empty
        st.write(as_written(text(standing.NO_BANDS if none else standing.NOT_COUNTED)))
        return
    st.write(as_written(signal_text(found)))
    if found.state == "no signal":
        return
    rows = found.table.rename(columns={"rate": "became", "expected": "ahead"})
    rows = rows.assign(days_missed=[text(BANDS[str(band)]) for band in rows.index])
    table_block.show(rows, SIGNAL, text("Days missed in the first month, and what came of it"))
    offer(selection, mark("bands"), "bands", rows.reset_index(drop=True))
    st.caption(as_written(text(standing.TEAM)))
    _left_out(found.left_out)
    reach = in_year_ahead.to_reach(selection)
    named = reach.rename(columns={"share": "reach_share"})
    named = named.assign(name=units.names(selection, "school", reach.index), reason="")
    named = named.sort_values("reach", ascending=False, na_position="last")
    title = text("Students whom each school's team could reach now")
    table_block.show(named, REACH, title, opens="reach-table")
    offer(selection, mark("counts for school teams"), "reach", named)


def signal_text(found: September) -> str:
    """Say what the first month tells, with its range and how good such ranges were."""
    if found.state == "no signal":
        return text("The first month is not over, or its counts are too small to show.")
    if found.state == "published":
        return text(
            "There are fewer than two earlier years here to learn from. The table shows what was"
            " found in {where}: students who {outcome}. That is another outcome and another"
            " place, so no number is forecast. {source}.",
            where=found.published.where,
            outcome=text(standing.OLSON_OUTCOME),
            source=found.published.source,
        )
    first = text(
        "About {count} students are expected to be chronically absent at the end of the year,"
        " between {low} and {high} (9 in 10 years), if this year's bands go the way of"
        " {years}.",
        count=count_text(found.expected),
        low=count_text(found.low),
        high=count_text(found.high),
        years=", ".join(found.years),
    )
    tested = len(found.back_test)
    if not tested:
        return f"{first} {text('That range could not be tested here: it takes three years.')}"
    inside = int(found.back_test["inside"].sum())
    held = counted(
        "Tested on {count} earlier year, which was forecast from those before it: {inside} in"
        " the range.",
        "Tested on {count} earlier years, each forecast from those before it: {inside} in the"
        " range.",
        tested,
        inside=inside,
    )
    return f"{first} {held}"


def forecast(selection: Selection) -> None:
    """Forecast the year's end by school, or say what it would take."""
    found = in_year_ahead.forecast(selection)
    if found is None:
        st.write(as_written(text(standing.NO_DAYS)))
        return
    st.write(as_written(forecast_text(found)))
    if found.state != "forecast":
        return
    st.write(as_written(tested_text(found)))
    renamed = {"expected": "ahead", "expected_low": "ahead_low", "expected_high": "ahead_high"}
    rows = found.table.rename(columns=renamed).assign(reason="")
    rows = rows.assign(name=units.names(selection, "school", rows.index))
    rows = rows.sort_values("ahead", ascending=False, na_position="last")
    title = text(
        "Students expected to be chronically absent at the end of {year}",
        year=in_year.now(selection),
    )
    table_block.show(rows, AHEAD, title, opens="ahead-table")
    st.caption(as_written(text(standing.TEAM)))
    sent = rows[[*AHEAD, "status"]]
    offer(selection, mark("forecast"), "forecast", sent)


def forecast_text(found: SchoolForecast) -> str:
    """Say the forecast of all schools together, or the plain refusal."""
    if found.state == "too few years":
        return counted(
            "No forecast: it takes {count} more whole earlier year. Each needs {needs}.",
            "No forecast: it takes {count} more whole earlier years. Each needs {needs}.",
            found.missing_years,
            needs=text(standing.NEEDS[found.kind]),
        )
    if found.state != "forecast":
        return text("No forecast: no school has a figure to date.")
    middle, low, high = found.total
    return text(
        "In all schools listed, about {count} students are likely to be chronically absent at the"
        " end of the year, between {low} and {high} (9 in 10 years). It rests on {years}.",
        count=count_text(middle),
        low=count_text(low),
        high=count_text(high),
        years=", ".join(found.years),
    )


def tested_text(found: SchoolForecast) -> str:
    """Say what the forecast is made of, and how it would have done in earlier years."""
    made = text(standing.FROM[found.kind])
    if found.back_test is None:
        return made
    held = text(
        "Earlier years, each forecast from the others: {share} of schools lay in their range"
        " (wanted: 90 in 100).",
        share=percent_text(found.back_test.inside, 0),
    )
    return f"{made} {held}"
