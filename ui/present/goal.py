"""Toward which goal? Where the place stands, what the goal asks, and what comes as things go."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ui.goals import words as goal_words
from ui.languages import mark, text
from ui.present import words
from ui.present.bars import BLUE, GREY, Range, plain, ranges
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import goals as queries_goals
from ui.queries.goals import year_name
from ui.words.numbers import percent_text

GOAL, STEP = "#a04f12", 0.1
"""Colour of the goal; the scale ends at a multiple of the step."""


def headline(subject: Subject) -> str:
    """Say what the goal asks of the place, and whether it is on the way."""
    return goal_words.answer(subject.place().selection)


def picture(subject: Subject) -> None:
    """Draw today, the goal, and what is likely if the years go on as they did."""
    selection = subject.place().selection
    row = queries_goals.whole(selection).iloc[0]
    if pd.isna(row["goal"]):
        st.html(plain(text("There is no figure to set a goal from.")))
        return
    now = year_name(int(queries_goals.history(selection, "place").rate.columns[-1]))
    when, nothing = year_name(int(row["goal_year"])), float("nan")
    high = row["high"] if pd.notna(row["high"]) else row["rate"]
    end = min(1.0, STEP * (int(max(high, row["rate"]) / STEP) + 1))
    rows = [
        Range(
            text("{year}, today", year=now), *_one(row["rate"], row, end), nothing, nothing, GREY
        ),
        Range(
            text("{year}, the goal", year=when),
            *_one(row["goal"], row, end),
            nothing,
            nothing,
            GOAL,
        ),
    ]
    if pd.notna(row["chance"]):
        label = text("{year}, if years go on so", year=when)
        ends = (row["low"] / end, row["high"] / end)
        rows.append(Range(label, *_one(row["middle"], row, end), *ends, BLUE))
    st.html(ranges(rows, text("Students chronically absent"), percent_text(end, 0)))


def _one(rate: float, row: pd.Series, end: float) -> tuple[str, float]:
    return percent_text(rate, row["enrolled"]), rate / end


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what a forecast is."""
    del subject
    return (text(goal_words.FORECAST),)


def source(subject: Subject) -> str:
    """Say where the figures are from, with the year that goals start from: the latest."""
    place = subject.place()
    latest = queries_goals.history(place.selection, "place").rate.columns[-1]
    chosen = replace(place.selection, year=year_name(int(latest)))
    return words.source(replace(place, selection=chosen))


VIEW = View(mark("Toward which goal?"), headline, picture, source, notes)
