"""Comparable tracts: as urban, with as many children, and coarser where there are too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.views.strengths import FEWEST, comparable, thirds
from ui.why.words import comparable_text

TRACTS = [f"t{i:03}" for i in range(360)]


def place(*, group: list[str], residents: float | pd.Series = 0.0):
    """Give a square place: density rises by tens, child share within them."""
    rank = np.arange(len(TRACTS))
    people = pd.Series(1000.0 + 10 * (rank // 10), index=TRACTS)
    children = people * (0.10 + 0.01 * (rank % 10))
    clusters = pd.Series(np.nan, index=TRACTS, dtype=object)
    clusters[group] = "a"
    km2 = pd.Series(1.0, index=TRACTS)
    return people if isinstance(residents, float) else residents, children, km2, clusters


def test_thirds_hold_equal_numbers_and_leave_out_the_unknown():
    values = pd.Series([np.nan, 5, 1, 2, 3, 4, 6], index=list("abcdefg"))
    third = thirds(values)
    assert third.index.equals(values.index)
    assert third.dropna().tolist() == [3, 1, 1, 2, 2, 3]
    assert third.isna().tolist() == [True, *[False] * 6]


def test_tracts_are_as_urban_and_have_as_many_children_among_residents():
    people, children, km2, clusters = place(group=["t000"])
    found = comparable(people, children, km2, clusters)
    assert found.by == "density and child share"
    like = found.stratum.index[found.stratum.eq(found.stratum["t000"])]
    assert people[like].max() <= people.quantile(1 / 3)
    assert (children / people)[like].max() <= (children / people).quantile(1 / 3) + 1e-12
    assert found.coarser is None
    assert "residents per km²" in comparable_text(found)
    assert "5 to 17" in comparable_text(found)


def test_density_is_of_land_not_of_tracts():
    people, children, km2, clusters = place(group=["t000"])
    km2["t000"] = 0.001
    found = comparable(people, children, km2, clusters)
    like = found.stratum.index[found.stratum.eq(found.stratum["t000"])]
    assert people[like.drop("t000")].min() >= people.quantile(2 / 3)


def test_child_share_goes_first_where_too_few_are_alike_and_it_is_said():
    group = ["t000"]
    people, children, km2, clusters = place(group=group)
    fine = comparable(people, children, km2, clusters).stratum
    alike = fine.index[fine.eq(fine["t000"])].drop("t000")
    clusters = clusters.drop(alike[FEWEST - 1 :])  # tracts of other groups take no part
    found = comparable(people, children, km2, clusters)
    assert found.by == "density"
    assert f"only {FEWEST - 1} tracts" in comparable_text(found)
    clusters = clusters.drop(alike[: FEWEST - 1], errors="ignore")
    low = people.index[people <= people.quantile(1 / 3)].intersection(clusters.index)
    found = comparable(people, children, km2, clusters.drop(low.drop("t000", errors="ignore")))
    assert found.by == "anything"
    assert set(found.stratum) == {1.0}
    assert "only 0 tracts" in comparable_text(found)


def test_exactly_enough_are_enough():
    people, children, km2, clusters = place(group=["t000"])
    fine = comparable(people, children, km2, clusters).stratum
    alike = fine.index[fine.eq(fine["t000"])].drop("t000")
    found = comparable(people, children, km2, clusters.drop(alike[FEWEST:]))
    assert found.by == "density and child share"


def test_the_number_of_children_stands_in_where_residents_are_not_known():
    unknown = pd.Series(np.nan, index=TRACTS)
    people, children, km2, clusters = place(group=["t000"], residents=unknown)
    found = comparable(people, children, km2, clusters)
    assert found.by == "children"
    assert found.stratum.equals(thirds(children))
    assert "is not known here" in comparable_text(found)


def test_tracts_without_children_are_in_no_stratum_and_ask_for_nothing():
    people, children, km2, clusters = place(group=["t000", "t001"])
    children["t001"] = 0.0
    found = comparable(people, children, km2, clusters)
    assert found.by == "density and child share"
    assert found.stratum.isna().tolist() == [tract == "t001" for tract in TRACTS]


@pytest.mark.parametrize("tracts", [["t000"], TRACTS[:5], TRACTS[::40]])
def test_each_part_of_a_group_has_enough_to_stand_beside(tracts):
    people, children, km2, clusters = place(group=tracts)
    found = comparable(people, children, km2, clusters)
    others = found.stratum[clusters.isna()].value_counts()
    assert (others.reindex(found.stratum[tracts].unique(), fill_value=0) >= FEWEST).all()
