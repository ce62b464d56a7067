"""What-if: arithmetic by hand, ranges that hold, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.what_if import (
    AS_STUDIED,
    CONVERTED,
    ELSEWHERE,
    NO_INTERVAL,
    RANGE_ALONE,
    UNLIKE,
    Conversion,
    Delivery,
    Effect,
    Span,
    what_if,
)

FULL = Span(1.0, 1.0, 1.0)
quick = settings(max_examples=30, deadline=None)


def test_a_ratio_by_hand_and_its_range_by_formula():
    """A second opinion: with all else known the ends are those of the ratio."""
    effect = Effect("rate_ratio", 0.92, 0.88, 0.96)
    found = what_if(5000, (0.30, 0.0), effect, Delivery(Span(0.4, 0.4, 0.4), FULL))
    assert found.fewer == pytest.approx(5000 * 0.4 * 0.30 * 0.08)
    assert found.low == pytest.approx(600 * 0.04, rel=0.03)
    assert found.high == pytest.approx(600 * 0.12, rel=0.03)
    assert (found.reached, found.chronic) == (2000, 600)
    assert found.points == pytest.approx(-0.3 * 0.4 * 0.08)
    half = what_if(5000, (0.30, 0.0), effect, Delivery(FULL, Span(0.5, 0.5, 0.5)))
    assert half.fewer == pytest.approx(1500 * (1 - 0.92**0.5))


def test_points_and_parts_by_hand():
    points = Effect("points", -0.025, -0.04, -0.01, study_rate=0.086)
    found = what_if(1000, (0.10, 0.0), points, Delivery(FULL, Span(0.5, 0.5, 0.5)))
    assert found.fewer == pytest.approx(12.5)
    part = what_if(1000, (0.10, 0.0), Effect("relative", -0.29), AS_STUDIED)
    assert part.fewer == pytest.approx(29)
    assert np.isnan([part.low, part.high]).all()
    assert NO_INTERVAL in part.notes
    spread = what_if(1000, (0.30, 0.0), Effect("points", None, -0.04, -0.02), AS_STUDIED)
    assert spread.fewer == pytest.approx(30)
    assert 20 <= spread.low < 21
    assert 39 < spread.high <= 40
    assert RANGE_ALONE in spread.notes


def test_a_rate_far_from_that_of_the_study_is_told():
    effect = Effect("points", -0.08, -0.10, -0.06, study_rate=0.169)
    near, far = (what_if(100, (rate, 0.0), effect, AS_STUDIED).notes for rate in (0.2, 0.4))
    assert UNLIKE not in near
    assert UNLIKE in far
    assert ELSEWHERE in near


def test_no_more_students_than_are_absent():
    found = what_if(1000, (0.05, 0.0), Effect("points", -0.08, -0.1, -0.06), AS_STUDIED)
    assert found.fewer == found.high == pytest.approx(50)


def test_attendance_is_not_chronic_absence():
    attendance = Effect("attendance_points", 0.04, 0.03, 0.05)
    with pytest.raises(ValueError, match="state a model"):
        what_if(1000, (0.30, 0.0), attendance, AS_STUDIED)
    model = Conversion(-2.0, -2.5, -1.5, "this place's schools, 2022-25")
    found = what_if(1000, (0.30, 0.0), attendance, AS_STUDIED, conversion=model)
    assert found.fewer == pytest.approx(80)
    assert found.low < 65
    assert found.high > 95
    assert CONVERTED in found.notes
    with pytest.raises(ValueError, match="needs no conversion"):
        what_if(1000, (0.3, 0.0), Effect("points", -0.1), AS_STUDIED, conversion=model)


def test_ranges_hold_the_truth(replicates):
    """The study's estimate, the place's rate, reach and dose all miss the truth by chance."""
    rng = np.random.default_rng(1)
    held = []
    for seed in range(replicates(300, 4000)):
        true = np.log(0.85)
        se = 0.05
        seen = true + se * rng.normal()
        low, high = np.exp(seen + np.array([-1.96, 1.96]) * se)
        rate = 0.30 + 0.01 * rng.normal()
        reach, dose = rng.triangular(0.3, 0.5, 0.6), rng.triangular(0.5, 0.8, 1.0)
        found = what_if(
            2000,
            (rate, 0.01),
            Effect("rate_ratio", float(np.exp(seen)), low, high),
            Delivery(Span(0.5, 0.3, 0.6), Span(0.8, 0.5, 1.0)),
            seed=seed,
        )
        fewer = 2000 * reach * 0.30 * (1 - np.exp(dose * true))
        held.append(found.low <= fewer <= found.high)
    cover = np.mean(held)
    assert abs(cover - 0.95) < 0.01 + 3 * np.sqrt(0.05 * 0.95 / len(held))


@quick
@given(st.floats(0.3, 0.99), st.floats(0.02, 0.9), st.floats(0.05, 0.95))
def test_more_reach_and_dose_change_more(ratio, rate, part):
    effect = Effect("rate_ratio", ratio, ratio * 0.95, ratio * 1.05)
    some = Span(part, part, part)
    whole = what_if(100, (rate, 0.0), effect, AS_STUDIED)
    less = what_if(100, (rate, 0.0), effect, Delivery(some, FULL))
    weaker = what_if(100, (rate, 0.0), effect, Delivery(FULL, some))
    assert 0 <= less.fewer <= whole.fewer <= 100 * rate
    assert weaker.fewer <= whole.fewer + 1e-9
    assert less.fewer == pytest.approx(part * whole.fewer)
    assert less.low <= less.fewer <= less.high


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"students": 0}, "students above 0"),
        ({"rate": (30.0, 0.0)}, "rate between 0 and 1"),
        ({"effect": Effect("hope", 0.9)}, "measure 'hope'"),
        ({"effect": Effect("points", None)}, "neither a value nor a range"),
        ({"effect": Effect("relative", -1.0)}, "leaves no student absent"),
        ({"delivery": Delivery(Span(1.2, 1.0, 1.4), FULL)}, "reach"),
        ({"delivery": Delivery(FULL, Span(0.5, 0.8, 1.0))}, "dose"),
    ],
    ids=str,
)
def test_what_cannot_be_multiplied_is_refused(change, words):
    asked = {
        "students": 100,
        "rate": (0.3, 0.0),
        "effect": Effect("rate_ratio", 0.9),
        "delivery": AS_STUDIED,
    }
    with pytest.raises(ValueError, match=words):
        what_if(**(asked | change))
