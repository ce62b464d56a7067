"""A programme in a place: what its figures carry, and lists that name what is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.views.evaluation import ProgrammeError, evaluate, programme, smallest


@pytest.fixture(scope="module")
def starts(demo_protected):
    """Six schools of the demo county, from the middle of its years."""
    years = sorted(demo_protected.absence["school_year"].unique())
    usual = [year for year in years if year not in demo_protected.area.unusual_years]
    full = programme(demo_protected, "all", pd.Series({_first(demo_protected, usual): usual[-1]}))
    return pd.Series(usual[-1], index=full.units[:6])


def _first(panel, years):
    """A school with a figure in every usual year."""
    rows = panel.absence[panel.absence["school_year"].isin(years)]
    rows = rows[(rows["student_group"] == "all") & (rows["grade"] == "all")]
    counts = rows[rows["status"] == "reported"].groupby("school_id").size()
    return counts.index[counts == len(years)][0]


def test_a_programme_is_compared_with_schools_without_it(demo_protected, starts):
    found = evaluate(demo_protected, "all", starts, draws=199)
    assert found.schools == len(starts)
    assert found.like >= 2
    assert found.made_up.effect == pytest.approx(found.effects.effect)
    assert list(found.rates) == ["programme", "like"]
    assert not set(found.rates.index) & {
        int(year[:4]) for year in demo_protected.area.unusual_years
    }


def test_a_planted_effect_moves_the_estimate_by_itself(demo_protected, starts):
    before = evaluate(demo_protected, "all", starts, draws=19).effects.effect
    absence = demo_protected.absence.copy()
    at = absence["school_id"].isin(starts.index) & absence["school_year"].eq(starts.iloc[0])
    at &= absence["student_group"].eq("all") & absence["grade"].eq("all")
    less = (absence.loc[at, "enrolled"].astype(float) * 0.05).round()
    counts = absence.loc[at, "chronic_absent"].astype(float) - less
    absence.loc[at, "chronic_absent"] = counts.clip(lower=0).astype("Int64")
    after = evaluate(replace(demo_protected, absence=absence), "all", starts, draws=19)
    assert after.effects.effect - before == pytest.approx(-0.05, abs=0.004)


def test_lists_that_name_what_is_not_there_are_refused_with_a_remedy(demo_protected, starts):
    with pytest.raises(ProgrammeError, match="names 'nowhere', which is no school of"):
        evaluate(demo_protected, "all", pd.Series({"nowhere": starts.iloc[0]}))
    with pytest.raises(ProgrammeError, match="the school year '1999-00'; there are"):
        evaluate(demo_protected, "all", pd.Series({starts.index[0]: "1999-00"}))
    first = min(demo_protected.absence["school_year"])
    with pytest.raises(ProgrammeError, match="no year before its programme"):
        evaluate(demo_protected, "all", pd.Series({starts.index[0]: first}))
    with pytest.raises(ProgrammeError, match="the list is empty"):
        evaluate(demo_protected, "all", pd.Series(dtype=str))


def test_more_schools_would_show_less(demo_protected):
    found = smallest(demo_protected, "all", 2)
    assert (np.diff(found["effect"].dropna()) < 0).all()
    assert list(found.index)[:2] == [2, 4]
