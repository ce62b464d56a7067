"""Draws are added until the decision is clear, and no longer."""

import numpy as np
import pytest

from analytics.local.significance import (
    STAGES,
    DrawPlan,
    Tally,
    benjamini_hochberg,
    next_draws,
    p_limits,
    settle,
    smallest_draws_needed,
    two_sided,
    unsettled,
)


def test_stages_lead_to_the_last_draw_and_stop_there():
    draws, path = 99, []
    while next_draws(draws, 99_999) > draws:
        draws = next_draws(draws, 99_999)
        path.append(draws)
    assert tuple(path) == STAGES
    assert next_draws(500, 700) == 700
    assert next_draws(999, 999) == 999
    assert next_draws(999, 0) == 999
    assert next_draws(99_999, 400_000) == 400_000


def test_limits_hold_the_p_value_that_is_shown():
    lesser = np.arange(0, 1000)
    low, high = p_limits(lesser, 999 - lesser, 999)
    shown = two_sided(lesser, 999 - lesser, 999)
    assert (low <= shown).all()
    assert (shown <= high + 1e-12).all()
    each = p_limits(lesser, 999 - lesser, np.full(1000, 999))
    np.testing.assert_array_equal(each, (low, high))


def test_the_interval_covers_as_often_as_it_says():
    rng, p = np.random.default_rng(2), 0.01
    lesser = rng.binomial(999, p / 2, 20_000)
    low, high = p_limits(lesser, 999 - lesser, 999)
    assert ((low <= p) & (p <= high)).mean() >= 0.998


@pytest.mark.parametrize("m", [50, 2_000])
def test_the_one_area_that_no_draw_reaches_waits_until_it_can_pass(m):
    every, draws = np.ones(m, dtype=bool), 99
    needed = smallest_draws_needed(m, 0.05)
    while True:
        lesser = np.r_[draws, np.full(m - 1, draws // 2)]
        open_areas = unsettled(lesser, draws - lesser, draws, 0.05, every)
        passed = benjamini_hochberg(two_sided(lesser, draws - lesser, draws), every)[0] <= 0.05
        assert not open_areas[1:].any()
        if not open_areas[0]:
            break
        draws *= 3
    assert passed
    assert draws >= needed


def test_a_settled_decision_is_the_right_one():
    rng, m = np.random.default_rng(5), 1_000
    p = rng.uniform(size=m)
    p[:200] *= 0.002
    every = np.ones(m, dtype=bool)
    right = benjamini_hochberg(p, every) <= 0.05
    wrong = settled = 0
    for _ in range(20):
        lesser = rng.binomial(2_999, p / 2)
        closed = ~unsettled(lesser, 2_999 - lesser, 2_999, 0.05, every)
        shown = benjamini_hochberg(two_sided(lesser, 2_999 - lesser, 2_999), every) <= 0.05
        wrong += (shown != right)[closed].sum()
        settled += closed.sum()
    assert settled > 0.85 * 20 * m
    assert wrong <= 0.001 * settled


def test_areas_out_of_the_family_ask_for_nothing():
    lesser = np.zeros(4, dtype=np.int64)
    tested = np.array([True, False, False, True])
    assert not unsettled(lesser, lesser + 9, 9, 0.05, tested)[1:3].any()
    assert unsettled(lesser[:0], lesser[:0], 9, 0.05, tested[:0]).shape == (0,)
    assert not unsettled(lesser, lesser, 9, 0.05, np.zeros(4, dtype=bool)).any()


def test_a_tally_draws_on_only_where_the_decision_is_open():
    tested = np.array([True, True, False, True])
    tally, asked = Tally(tested), []

    def draw(done, wanted):
        asked.append((wanted, tally.rows.tolist()))
        new = wanted - done
        lesser = np.where(tally.rows == 0, new, new // 2)
        tally.add(lesser, new - lesser, new, 1.0 * new)

    settle([tally], DrawPlan(19, 999, 0.05), draw)
    assert asked == [(19, [0, 1, 3]), (999, [0])]
    assert tally.draws.tolist() == [999, 19, 0, 19]
    assert tally.p[0] == 2 / 1000
    assert np.isnan(tally.p[2])
    assert tally.mean[[0, 1, 3]].tolist() == [1, 1, 1]
