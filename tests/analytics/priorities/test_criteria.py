"""Lists by criteria: never without parts, and as unsure as weights, methods and figures are."""

import numpy as np
import pandas as pd
import pytest

from analytics.priorities import share_of_excess, weighted_list

PLACES = [f"p{i:02d}" for i in range(30)]


def criteria(seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"excess": rng.normal(0, 1, 30), "years": rng.normal(0, 1, 30)}, PLACES)


EQUAL = pd.Series({"excess": 1.0, "years": 1.0})


def test_parts_add_up_to_the_score_by_hand():
    values = pd.DataFrame({"a": [3.0, 2, 1, 1], "b": [0.0, 5, 5, 9]}, list("wxyz"))
    found = weighted_list({"only": values}, pd.Series({"b": 1, "a": 3}), k=2, seed=1)
    # Share of places with less, ties half: (rank - .5) / 4.
    a, b = [3.5 / 4, 2.5 / 4, 1 / 4, 1 / 4], [0.5 / 4, 2 / 4, 2 / 4, 3.5 / 4]
    np.testing.assert_allclose(found.parts["a"], 0.75 * np.array(a))
    np.testing.assert_allclose(found.parts["b"], 0.25 * np.array(b))
    np.testing.assert_allclose(found.table["score"], found.parts.sum(axis=1))
    assert found.table["rank"].tolist() == [1, 2, 4, 3]


def test_a_place_ahead_in_all_criteria_is_in_every_list():
    values = criteria()
    values.loc["p07"] = 9.0
    values.loc["p09"] = -9.0
    found = weighted_list({"one": values}, EQUAL, k=5, seed=2).table
    assert found.loc["p07", ["top_share", "rank_low", "rank_high"]].tolist() == [1, 1, 1]
    assert found.loc["p09", "top_share"] == 0
    assert found["top_share"].sum() == pytest.approx(5)


def test_places_that_only_one_method_puts_first_are_first_in_half_of_the_lists():
    one = criteria()
    other = one.copy()
    one.loc["p07"], other.loc["p07"] = 9.0, -9.0
    found = weighted_list({"one": one, "other": other}, EQUAL, k=3, seed=2)
    assert found.table.loc["p07", "rank"] == 1
    assert found.table.loc["p07", "top_share"] == pytest.approx(0.5, abs=0.05)


def test_errors_and_weights_open_the_ranks():
    values = criteria(3)
    sure = weighted_list({"one": values}, EQUAL, k=5, seed=2).table
    errors = pd.DataFrame(2.0, PLACES, ["excess", "years"])
    unsure = weighted_list({"one": values}, EQUAL, k=5, errors=errors, seed=2).table
    width = [(each["rank_high"] - each["rank_low"]).mean() for each in (sure, unsure)]
    assert width[0] > 1
    assert width[1] > width[0] + 5
    single = pd.Series({"excess": 1.0, "years": 0.0})
    alone = weighted_list({"one": values}, single, k=5, seed=2).table
    assert (alone["rank_low"] == alone["rank_high"]).all()


def test_ties_stay_ties_and_a_lack_is_named():
    values = criteria()
    values.loc["p01"] = values.loc["p02"]
    values.loc["p03", "years"] = np.nan
    found = weighted_list({"one": values}, EQUAL, k=5, seed=2)
    first, second = found.table.loc["p01"], found.table.loc["p02"]
    assert first["rank"] == second["rank"]
    assert first["top_share"] == second["top_share"]
    assert found.table.loc["p03", "missing"] == "years"
    assert pd.isna(found.table.loc["p03", "rank"])
    assert found.parts.loc["p03"].isna().all()


def test_what_does_not_fit_is_refused():
    values = criteria()
    for weights, words in (
        (pd.Series({"excess": 1.0}), "weights for"),
        (EQUAL * 0, "above 0"),
        (-EQUAL, "above 0"),
    ):
        with pytest.raises(ValueError, match=words):
            weighted_list({"one": values}, weights, seed=1)
    with pytest.raises(ValueError, match="other: other places"):
        weighted_list({"one": values, "other": values[::-1]}, EQUAL, seed=1)


def test_the_excess_in_the_first_places():
    even = pd.DataFrame(np.ones((10, 4)), list("abcdefghij"))
    students = pd.Series(1.0, even.index)
    found = share_of_excess(even, students, steps=[0.1, 0.5, 1.0])
    assert found["share"].tolist() == pytest.approx([0.1, 0.5, 1.0])
    assert found["students"].tolist() == pytest.approx([0.1, 0.5, 1.0])
    one = -even
    one.loc["d"] = 1.0
    assert share_of_excess(one, students, steps=[0.1])["share"].tolist() == [1.0]
    none = share_of_excess(even * -1, students, steps=[0.1])
    assert none[["share", "low", "high"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="no number of students"):
        share_of_excess(even, students[1:])
    with pytest.raises(ValueError, match="between 0 and 1"):
        share_of_excess(even, students, steps=[5])


def test_an_order_made_by_luck_does_not_seem_to_hold_much():
    """Each draw has its own first places; the places picked once hold no more than others."""
    rng = np.random.default_rng(1)
    drawn = pd.DataFrame(rng.normal(0, 1, (200, 500)))
    row = share_of_excess(drawn, pd.Series(1.0, drawn.index), steps=[0.1]).loc[0.1]
    assert row["share"] < 0.15
    assert row["drawn_first"] > 0.4
