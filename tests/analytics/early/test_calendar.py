"""Sums of areas: nothing lost, nothing twice, and no figure of too few schools."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.early.calendar import USUAL_PART, SchoolDays, by_area, same_day, to_date

quick = settings(max_examples=40, deadline=None)


def drawn(seed, *, days=12, schools=9, missing=0.15):
    rng = np.random.default_rng(seed)
    size = np.tile(rng.integers(50, 900, schools).astype(float), (days, 1))
    absent = rng.binomial(size.astype(int), rng.uniform(0.02, 0.3, (days, schools))).astype(float)
    absent[rng.random((days, schools)) < missing] = np.nan
    return SchoolDays(pd.DataFrame(absent), pd.DataFrame(size).where(pd.DataFrame(absent).notna()))


@quick
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_areas_that_share_schools_out_add_up_to_the_place(seed, count):
    days = drawn(seed)
    shares = np.random.default_rng(seed).dirichlet(np.ones(count), 9)
    areas, _ = by_area(days, pd.DataFrame(shares))
    place, schools = by_area(days, pd.DataFrame({"place": np.ones(9)}))
    told = areas.absent.notna().all(axis=1) & place.absent["place"].notna()
    for part, whole in ((areas.absent, place.absent), (areas.possible, place.possible)):
        np.testing.assert_allclose(part[told].sum(axis=1), whole.loc[told, "place"])
    assert (schools["place"] == days.absent.notna().sum(axis=1)).all()
    rate = areas.rate.to_numpy()
    assert ((rate >= 0) & (rate <= 1) | np.isnan(rate)).all()


@quick
@given(st.integers(0, 10_000))
def test_a_figure_stands_on_half_of_the_usual_students_or_more(seed):
    days = drawn(seed, missing=0.5)
    place, _ = by_area(days, pd.DataFrame({"place": np.ones(9)}))
    size = days.possible.sum(axis=1)
    expected = (size > 0) & (size >= USUAL_PART * size.median())
    assert place.absent["place"].notna().tolist() == expected.tolist()


@quick
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_a_comparison_turned_round_is_its_own_mirror(seed, day):
    last, now = to_date(drawn(seed)), to_date(drawn(seed + 1))
    part = pd.Series(1.0, range(9))
    there, back = same_day(last, now, part, day=day), same_day(now, last, part, day=day)
    assert there["schools"] == back["schools"]
    assert there["change"] == pytest.approx(-back["change"], nan_ok=True)
    assert there["low"] == pytest.approx(-back["high"], nan_ok=True)
    assert there["now"] - there["last"] == pytest.approx(there["change"], nan_ok=True)


def test_days_out_of_order_or_unlike_tables_are_refused():
    days = drawn(1)
    with pytest.raises(ValueError, match="align"):
        SchoolDays(days.absent, days.possible.iloc[:5])
    with pytest.raises(ValueError, match="in order"):
        SchoolDays(days.absent.iloc[::-1], days.possible.iloc[::-1])
    with pytest.raises(ValueError, match="day 13 of school is not in both years"):
        same_day(to_date(days), to_date(days), pd.Series(1.0, range(9)), day=13)
