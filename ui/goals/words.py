"""Sentences of the page Goals."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analytics.goals.progress import CLASS_SIZE
from ui import queries
from ui.languages import counted, mark, text
from ui.queries import goals as queries_goals
from ui.queries.goals import PROGRESS, BackTest, year_name
from ui.selection import GOALS, Selection
from ui.words.numbers import count_text, percent_text, students_text

SIGNED = "Goal: "
"""Begins the strategy of an entry by which a place takes on a goal."""
ON, OFF = "on track", "off track"
FORECAST = mark(
    "“On track” and “off track” are said only when the whole range of the forecast lies on one side"
    " of the goal (9 in 10 outcomes). They tell what comes if the years go on as they did, not what"
    " a plan can do: a goal is set to change the course."
)
SCHOOLS = mark(
    "A year moves the whole place: read a school's chance beside that of its district. In a test on"
    " New York City, schools met goals more often than was said after a year in which all fell."
)
PAST = mark("That year is over. Newer figures are needed to say whether the goal was met.")
SHOWN = mark("Points: past years. Dashed: the path to the goal. Band: where 9 in 10 forecasts lie.")


def answer(selection: Selection, today: date | None = None) -> str:
    """Say what the goal asks of the place, and whether it is on the way.

    Parameters
    ----------
    selection : Selection
    today : date, optional
        A goal whose school year is over by then asks for newer figures.
    """
    place, row = queries.panel(selection).area.name, queries_goals.whole(selection).iloc[0]
    if pd.isna(row["goal"]):
        return text("{place} has no figure to set a goal from.", place=place)
    when, goal = year_name(int(row["goal_year"])), percent_text(row["goal"])
    now = year_name(int(queries_goals.history(selection, "place").rate.columns[-1]))
    if row["students"] < 1:
        first = text(
            "{place} stands at {rate} in {now}: it is at its goal of {goal} already.",
            place=place,
            rate=percent_text(row["rate"], row["enrolled"]),
            now=now,
            goal=goal,
        )
    else:
        first = text(
            "{place}: from {rate} in {now} to {goal} in {when}. That is {students} fewer students"
            " each year, in all about {class_} of each class of {size}.",
            place=place,
            rate=percent_text(row["rate"], row["enrolled"]),
            now=now,
            goal=goal,
            when=when,
            students=count_text(row["students_a_year"]),
            class_=count_text(max(row["students_a_class"], 1)),
            size=CLASS_SIZE,
        )
    if int(row["goal_year"]) + 1 < (today or date.today()).year:
        return f"{first} {text(PAST)}"
    return f"{first} {outlook(row)}"


def outlook(row: pd.Series) -> str:
    """Say what comes if the years go on as they did."""
    if pd.isna(row["chance"]):
        return text("One year alone, or none, tells no trend: whether it is on track is not known.")
    said = {
        ON: mark("If the years go on as they did, it is on track"),
        OFF: mark("If the years go on as they did, it is off track"),
    }.get(row["progress"], mark("It is too early to say whether it is on track"))
    return text(
        "{said}: {low} to {high} is likely then.",
        said=text(said),
        low=f"{100 * row['low']:.0f}",
        high=percent_text(row["high"], 0),
    )


def signing(selection: Selection) -> str:
    """Name the entry of the plan by which a place takes on the view's goal, in English."""
    return f"{SIGNED}{GOALS[selection.goal]}"


def title(selection: Selection) -> str:
    """Name the goal."""
    return text(GOALS[selection.goal])


def figure(row: pd.Series) -> str:
    """Rate, goal, students a year and progress of a listed unit."""
    if pd.isna(row["goal"]):
        return text("not shown: too few students")
    ends = text(
        "{rate} to {goal}",
        rate=percent_text(row["rate"], row["enrolled"]),
        goal=percent_text(row["goal"], row["enrolled"]),
    )
    return f"{ends} · {text(PROGRESS[row['progress']])}"


def facts(row: pd.Series) -> list[tuple[str, str]]:
    """Tell what a goal asks of a unit, for a card."""
    if pd.isna(row["goal"]):
        return [(text("Goal"), text("not shown: too few students"))]
    when = year_name(int(row["goal_year"]))
    facts = [
        (
            text("Now"),
            text(
                "{rate} of {students}",
                rate=percent_text(row["rate"], row["enrolled"]),
                students=students_text(row["enrolled"]),
            ),
        ),
        (
            text("Goal for {year}", year=when),
            percent_text(row["goal"], row["enrolled"]),
        ),
        (
            text("That asks for"),
            text(
                "{students} fewer in all, {yearly} a year",
                students=students_text(row["students"]),
                yearly=count_text(row["students_a_year"]),
            ),
        ),
    ]
    if pd.notna(row["chance"]):
        facts += [
            (
                text("If the years go on as they did"),
                text(
                    "{middle} in {year} ({low} to {high})",
                    middle=percent_text(row["middle"], row["enrolled"]),
                    year=when,
                    low=percent_text(row["low"], row["enrolled"]),
                    high=percent_text(row["high"], row["enrolled"]),
                ),
            ),
            (text("Chance to meet the goal then"), percent_text(row["chance"], 0)),
        ]
    return [*facts, (text("On the way?"), text(PROGRESS[row["progress"]]))]


def held(found: BackTest) -> str:
    """Say how often what came lay in the range that was forecast."""
    table = found.table
    inside = table["rate"].between(table["low"], table["high"]).mean()
    return counted(
        "Fitted on the years to {until}, the years since lay in the forecast's range in {share} of"
        " {count} case (wanted: about 90 in 100).",
        "Fitted on the years to {until}, the years since lay in the forecast's range in {share} of"
        " {count} cases (wanted: about 90 in 100).",
        len(table),
        until=found.until,
        share=percent_text(inside, 0),
    )
