"""Folded part of the page This year for health departments: illness waves."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from data.views.in_year_waves import WavesFound
from ui.charts.style import EXACT, LINE, PERCENT, draw_chart, plain, styled
from ui.languages import counted, mark, text
from ui.maps.scales import BORDER, HOT_COLD, TEXT
from ui.queries import in_year, in_year_ahead
from ui.selection import Selection
from ui.tables import display as table_block
from ui.this_year import standing
from ui.this_year.folds import offer
from ui.words.as_written import as_written
from ui.words.numbers import count_text

BAND = "#a5cde3"
COLUMNS = (
    *("name", "first_day", "last_day", "absent_then", "expected_then", "range_high"),
    *("extra_days", "whole_place"),
)
RENAMED = {
    "unit": "name",
    "first": "first_day",
    "last": "last_day",
    "absent": "absent_then",
    "expected": "expected_then",
    "high": "range_high",
    "extra": "extra_days",
}
NO_ENROLMENT = mark(
    "Waves are not looked for: how many students are behind each figure is not known here."
)
TOO_FEW = mark("Waves are not looked for yet: the first weeks have no past to compare with.")
MEANING = mark(
    "A wave is a day, or five school days together, with more absence than an area's own last weeks"
    " lead to expect, less what the rest of the place did that day. It can be illness, a local"
    " holiday, a bus strike or weather: the figures do not say which. Days on which the whole place"
    " was out of its range are marked."
)
TITLE = mark("Was absence beyond its usual range?")


def draw(selection: Selection) -> None:
    """Say which areas had more absence than their own past lets expect, and how often by chance."""
    if not in_year.has_days(selection):
        st.write(as_written(text(standing.NO_DAYS)))
        return
    found = in_year_ahead.waves(selection)
    if found.state != "looked":
        none = NO_ENROLMENT if found.state == "no enrolment" else TOO_FEW
        st.write(as_written(text(none)))
        return
    st.write(as_written(text(MEANING)))
    st.write(as_written(rate_text(found)))
    of = in_year.unit(selection)
    draw_chart(chart(in_year_ahead.series(selection), of.name))
    rows = found.table.rename(columns=RENAMED).assign(
        first_day=pd.to_datetime(found.table["first"]).dt.strftime("%Y-%m-%d"),
        last_day=pd.to_datetime(found.table["last"]).dt.strftime("%Y-%m-%d"),
        whole_place=[text("yes") if each else text("no") for each in found.table["place_unusual"]],
    )
    rows = rows.drop(columns=["place_unusual", "window"])
    title = counted(
        "{count} run of days, latest first", "{count} runs of days, latest first", len(rows)
    )
    table_block.show(rows, COLUMNS, title)
    offer(selection, mark("waves"), "waves", rows)


def rate_text(found: WavesFound) -> str:
    """Say how many alarms there were, and how many ordinary days alone would bring."""
    return counted(
        "So far there was {count} alarm. Ordinary days alone would bring about {chance}: the rate"
        " of false alarms is {rate} in 1,000 for each area, day and window.",
        "So far there were {count} alarms. Ordinary days alone would bring about {chance}: the rate"
        " of false alarms is {rate} in 1,000 for each area, day and window.",
        found.alarms,
        chance=count_text(found.by_chance),
        rate=count_text(1000 * found.alpha),
    )


def chart(table: pd.DataFrame, name: str) -> alt.LayerChart:
    """Absence by day with the range of ordinary days, and the days beyond it.

    Parameters
    ----------
    table : DataFrame
        `data.views.in_year_waves.series_view`.
    name : str
        Whose days they are.
    """
    rows = table.reset_index()[["date", "absent", "expected", "high", "alarm"]]
    rows = rows.assign(date=pd.to_datetime(rows["date"]).dt.strftime("%Y-%m-%d"), none=0.0)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%b", tickCount="month"))
    y = alt.Y("absent:Q", title=text("Not at school"), axis=alt.Axis(format=PERCENT))
    tips = [
        alt.Tooltip("date:T", title=text("Day")),
        alt.Tooltip("absent:Q", title=text("Not at school"), format=EXACT),
        alt.Tooltip("expected:Q", title=text("Expected"), format=EXACT),
        alt.Tooltip("high:Q", title=text("Range up to"), format=EXACT),
    ]
    ranged = alt.Chart(plain(rows.dropna(subset=["high"])))
    beyond = alt.Chart(plain(rows[rows["alarm"]]))
    layers = [
        ranged.mark_area(color=BAND, opacity=0.5).encode(x=x, y=alt.Y("none:Q"), y2="high:Q"),
        ranged.mark_line(color=BORDER, strokeDash=[4, 3]).encode(x=x, y="expected:Q"),
        alt.Chart(plain(rows)).mark_line(color=LINE).encode(x=x, y=y, tooltip=tips),
        beyond.mark_point(
            size=110, filled=True, opacity=1, color=HOT_COLD["hot 99"], stroke=TEXT, shape="diamond"
        ).encode(x=x, y=y, tooltip=tips),
    ]
    said = text(
        "{name}: part of students not at school by day; band: ordinary days; diamonds: beyond it.",
        name=name,
    )
    return styled(layers, text(TITLE), said)
