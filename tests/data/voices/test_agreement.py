"""Voices agree, add or disagree by the written rule, and by nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.voices.agreement import LEAST_PLACES, saying, sides

SIDES = ("harder", "easier", "neither", "unknown")
values = st.lists(st.floats(0, 1, width=32), min_size=LEAST_PLACES, max_size=30)


def table(value: list[float], moe: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame({"value": value, "moe": moe})


@given(values)
def test_turned_round_harder_is_easier(value: list[float]) -> None:
    higher, lower = sides(table(value)), sides(table(value), lower_is_harder=True)
    turned = {"harder": "easier", "easier": "harder", "neither": "neither"}
    assert lower.tolist() == [turned[each] for each in higher]


@given(values, st.floats(0.01, 5))
def test_wider_ranges_say_less(value: list[float], moe: float) -> None:
    sharp, wide = sides(table(value)), sides(table(value, moe))
    assert ((wide == sharp) | (wide == "neither")).all()
    assert (sides(table(value, 10.0)) == "neither").all()


def test_the_rule_of_thirds_by_hand() -> None:
    found = sides(table([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))
    assert found.tolist() == ["easier"] * 3 + ["neither"] * 3 + ["harder"] * 3


def test_all_alike_too_few_or_none_say_nothing() -> None:
    assert set(sides(table([0.3] * 20))) == {"neither"}
    assert set(sides(table([0.1, 0.9, 0.5]))) == {"unknown"}
    with_a_gap = sides(table([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, np.nan]))
    assert with_a_gap.tolist()[-1] == "unknown"


@pytest.mark.parametrize("side", SIDES)
def test_a_strength_says_the_contrary_of_a_need(side: str) -> None:
    turned = {"agrees": "disagrees", "disagrees": "agrees", "adds": "adds"}
    assert saying("strength", [side]) == turned[saying("need", [side])]  # type: ignore[list-item]


def test_agreement_is_said_not_forced() -> None:
    assert saying("need", ["harder", "neither", "unknown"]) == "agrees"
    assert saying("need", ["easier", "unknown"]) == "disagrees"
    assert saying("need", ["harder", "easier"]) == "adds"  # figures of the theme point both ways
    assert saying("need", []) == "adds"
