"""Sentences of the Schools page say who stands first, and when nobody clearly does."""

from __future__ import annotations

import pandas as pd

from data.views.schools_and_tracts import Totals
from ui.schools import words


def sums(**changes: int) -> Totals:
    usual = {"schools": 5, "withheld": 0, "shown": 5, "high": 0, "bounded": 0}
    figures = {"chronic_absent": 100.0, "enrolled": 900.0}
    rest = {"least": 0.0, "most": 0.0, "listed_students": 0.0}
    return Totals(**{**figures, **usual, **rest, **changes})


def a_list(excess: list[float], low: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"School {sign}" for sign in "ABCDE"[: len(excess)]],
            "excess": excess,
            "excess_low": low,
            "rank": pd.array(range(1, len(excess) + 1), dtype="Int64"),
            "rank_first": 1,
            "rank_last": len(excess),
            "like_first": [number > 2 for number in excess],
            "rate": 0.25,
            "enrolled": 200.0,
        }
    )


def test_the_first_three_are_named_and_the_clear_ones_counted() -> None:
    text = words.answer(a_list([9, 5, 3, 1], [4, 1, -2, -3]), sums(high=1), "2023-24")
    assert text == (
        "School A, School B and School C stand first in 2023-24. 2 schools are clearly above others"
        " of the same level. In all, 1 of 5 schools has 30\xa0% or more of students chronically"
        " absent."
    )


def test_nobody_clear_nobody_above_and_nothing_to_show_are_said() -> None:
    text = words.answer(a_list([9, -5], [-1, -9]), sums(), "2023-24")
    assert text.startswith("School A stands first in 2023-24, though no school is clearly above")
    assert "In all, none of 5 schools have 30\xa0% or more" in text
    below = words.answer(a_list([-1, -5], [-4, -9]), sums(schools=3, shown=2), "2023-24")
    assert below.startswith("In 2023-24, no school here has more absence than schools of its level")
    assert "1 school not shown, with the reason" in below
    nothing = words.answer(a_list([], []), sums(shown=0), "2023-24")
    assert nothing.startswith("For 2023-24, no figure of 5 schools can be shown.")
    assert "Choose another place" in words.answer(a_list([], []), sums(schools=0), "2023-24")


def test_ties_with_the_first_are_counted_and_figures_give_the_open_ranks() -> None:
    listed = a_list([9, 5, 3, 1], [4, 1, -2, -3])
    assert words.ties(listed).startswith("The ranges of 3 schools overlap that of the first")
    assert words.ties(a_list([9, 1], [8, 0])) == ""
    row = listed.iloc[0]
    assert words.figure(row, "") == "+9 students · 25\xa0% · could be 1 to 4"
    assert words.figure(row, "rate").startswith("25\xa0% · +9 students")
    assert words.title(listed, "rate", "2023-24") == "4 schools, highest share first, 2023-24"
