"""What a meeting decides, for the brief of a place: who first, toward which goal, the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ui.goals import words as goal_words
from ui.plan import words as plan_words
from ui.priorities import words as priority_words
from ui.queries import goals as queries_goals
from ui.queries import plan as queries_plan
from ui.queries import priorities as queries_priorities
from ui.queries import units
from ui.report.story import MOST_LISTED, Table, table_of
from ui.selection import GOALS, Selection
from ui.words.numbers import percent_text, signed_text

PLAN_FIELDS = ("place", "strategy", "partner", "start", "status", "cost", "funded", "funder")


def meeting(selection: Selection) -> Iterator[Table]:
    """Give the tables of priorities, goals and plan that have something to say."""
    usual = replace(selection, list_of="", goals_of="")
    yield from _first(queries_priorities.fitting(usual))
    yield from _goals(usual)
    yield from _plan(selection)


def _first(selection: Selection) -> Iterator[Table]:
    unit, table = units.unit_of(selection), queries_priorities.found(selection).table
    ranked = table[table["rank"].notna()].head(MOST_LISTED)
    if ranked.empty:
        return
    names = units.names(selection, unit, ranked.index)
    rows = pd.DataFrame(
        {
            "Rank": ranked["rank"].astype(str),
            "Possible ranks": [f"{row.rank_low}–{row.rank_high}" for row in ranked.itertuples()],
            "Name": names,
            "Beyond the reference": ranked["shrunken"].map(signed_text),
            f"Among the first {selection.top}": ranked["p_top"].map(priority_words.chance),
        }
    )
    said = f"Where help could reach most students {priority_words.beyond(selection)}"
    yield table_of(f"{said}, {selection.year}", rows)


def _goals(selection: Selection) -> Iterator[Table]:
    whole = queries_goals.whole(selection)
    if whole["goal"].isna().all():
        return
    found = queries_goals.found(selection)
    known = found[found["goal"].notna()].head(MOST_LISTED)
    rows = pd.concat([whole, known])
    names = [*whole.index, *queries_goals.names(selection, known.index)]
    table = pd.DataFrame(
        {
            "Name": names,
            "Now": [percent_text(row.rate, row.enrolled) for row in rows.itertuples()],
            "Goal": [percent_text(row.goal, row.enrolled) for row in rows.itertuples()],
            "By": [queries_goals.year_name(int(year)) for year in rows["goal_year"]],
            "Fewer students a year": rows["students_a_year"].map("{:,.0f}".format),
            "On the way?": rows["progress"],
        }
    )
    yield table_of(f"Goals: {GOALS[selection.goal]}. {goal_words.outlook(whole.iloc[0])}", table)


def _plan(selection: Selection) -> Iterator[Table]:
    plan = queries_plan.opened(selection)
    if plan.table.empty:
        return
    table = pd.DataFrame(
        {
            plan_words.FIELDS[name]: [plan_words.value(name, each) for each in plan.table[name]]
            for name in PLAN_FIELDS
        }
    )
    yield table_of(plan_words.answer(plan), table)
