"""Hot spots of each county by itself: nothing crosses a line, and chance is held over all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench import county_alarms
from data.views.by_county import cut
from geo.weights.weights import Weights


def test_no_link_is_left_between_counties_and_all_within_stay() -> None:
    rng = np.random.default_rng(4)
    weights = Weights.knn(rng.uniform(size=(60, 2)), 6)
    county = pd.Series(rng.choice(["a", "b", "c"], 60), weights.ids)
    left = cut(weights, county.sample(frac=1, random_state=1))
    same = county.to_numpy()[:, None] == county.to_numpy()
    np.testing.assert_array_equal(left.sparse.toarray(), weights.sparse.toarray() * same)


@pytest.mark.slow
def test_chance_makes_few_states_show_any_hot_county_in_one_search(replicates) -> None:
    repeats = replicates(24, 300)
    found = county_alarms.alarms(repeats, 300, 8)
    assert found[True] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)
    assert found[False] >= found[True]


def test_a_hot_place_within_a_county_is_found_where_counties_differ() -> None:
    world = county_alarms.state(3, 400, 5)
    largest = world.county.value_counts().index[0]
    inside = world.county.index[world.county == largest]
    near = world.weights["knn6"].sparse
    start = world.county.index.get_loc(inside[len(inside) // 2])
    hot = {start}
    while len(hot) < 30:
        hot |= set(near[list(hot)].nonzero()[1].tolist())
    spot = world.county.index[sorted(hot)]
    shares = world.shares["gravity"]
    part = shares[shares["geoid"].isin(spot)].groupby("school_id")["share"].sum()
    more = 1 + 1.5 * part.reindex(world.schools.index, fill_value=0.0)
    absent = (
        (county_alarms.chance_alone(world, 7) * more).round().clip(upper=world.schools["enrolled"])
    )
    assert county_alarms.hot_counties(world, absent, one_search=True) == {largest}
