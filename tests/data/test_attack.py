"""Attacks on what the protected copy and its views say, with every source restricted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.audit import audit_panel
from data.contracts.tables import TABLES
from data.panel import Panel
from data.store.protected import protect_panel
from data.views.joins import joined
from data.views.schools_and_tracts import school_view, totals, tract_view, trend_view
from data.views.units import UNITS, sums, unit_parts
from tests.restricted_places import hidden_alone, redrawn, restricted

DERIVED = ["rate", "low", "high", "ratio", "ratio_low", "ratio_high", "expected"]


@pytest.fixture(scope="module")
def raw(demo_panel: Panel) -> Panel:
    return restricted(demo_panel)


@pytest.fixture(scope="module")
def shown(raw: Panel) -> Panel:
    return protect_panel(raw)


def test_something_is_hidden_and_nothing_can_be_worked_out(raw: Panel, shown: Panel) -> None:
    assert hidden_alone(raw).ne("").sum() >= 6
    assert shown.absence["reason"].eq("P3").sum() > hidden_alone(raw).ne("").sum()
    assert audit_panel(raw, shown).passed


@pytest.mark.parametrize("seed", range(3))
def test_hidden_counts_drawn_anew_change_no_bit(raw: Panel, shown: Panel, seed: int) -> None:
    """Rates, maps, z, ranks, order: what is made of the copy says nothing of what is hidden."""
    other, changed = redrawn(raw, seed)
    assert changed >= 4
    alike = protect_panel(other)
    for name in TABLES:
        pd.testing.assert_frame_equal(shown.table(name), alike.table(name), check_exact=True)
    assert alike.parameters == shown.parameters
    assert alike.ledger == shown.ledger


def test_no_derived_figure_of_a_hidden_school(shown: Panel) -> None:
    checked = 0
    for year in shown.absence["school_year"].unique():
        schools = school_view(shown, year, "all")
        hidden = schools[schools["status"].eq("suppressed")]
        checked += len(hidden)
        assert hidden[["chronic_absent", *DERIVED]].isna().all(axis=None)
        assert not hidden["shown"].any()
        assert hidden["band"].eq("").all()
    assert checked > 20


def test_sums_of_any_unit_filter_or_year_hold_only_what_is_shown(shown: Panel) -> None:
    """Differences of filters and years, and counts taken back from rates, give shown rows."""
    shares = joined(shown, shown.parameters["catchment"]["method"]).table
    for year in shown.absence["school_year"].unique():
        schools = school_view(shown, year, "all").reindex(shown.schools.index)
        known = schools["chronic_absent"].fillna(0.0)
        parts = [totals(school_view(shown, year, level)) for level in shown.levels]
        whole = totals(school_view(shown, year, "all"))
        assert sum(part.chronic_absent for part in parts) == whole.chronic_absent == known.sum()
        trend = trend_view(shown, "all").set_index("school_year")
        assert trend.loc[year, "chronic_absent"] == known.sum()
        for unit in UNITS:
            matrix = unit_parts(shown, unit, shares)
            table = sums(matrix, schools["chronic_absent"], schools["enrolled"])
            own = (matrix.T @ known)[table["chronic_absent"].notna()]
            given = table["chronic_absent"].dropna()
            np.testing.assert_allclose(own.loc[given.index], given, atol=1e-9)
        seen = schools.dropna(subset=["chronic_absent"])
        tracts = tract_view(shown, seen, shares)
        back = (tracts["rate"] * tracts["enrolled"]).dropna()
        assert back.sum() <= known.sum() + 1e-6


def test_no_tract_stands_for_two_schools_or_for_one(shown: Panel, demo_protected: Panel) -> None:
    shares = joined(shown, shown.parameters["catchment"]["method"]).table
    schools = school_view(shown, shown.area.default_year, "all")
    tracts = tract_view(shown, schools, shares)
    few = tracts["reason"].eq("P5")
    assert 0 < few.sum() < len(tracts) / 2
    assert tracts.loc[few, ["chronic_absent", "enrolled", "rate", "ratio"]].isna().all(axis=None)
    rest = tracts[tracts["rate"].notna()]
    assert rest["schools"].min() >= 3
    assert rest["largest_share"].max() < 0.85
    parts = unit_parts(shown, "tract", shares)
    assert ((parts > 0).sum().loc[lambda each: each > 0] >= 3).all()
    published = tract_view(
        demo_protected, school_view(demo_protected, shown.area.default_year, "all"), shares
    )
    assert not published["reason"].eq("P5").any()


def test_shares_times_totals_give_no_hidden_enrolment(raw: Panel, shown: Panel) -> None:
    hidden = raw.absence.loc[shown.absence["enrolled"].isna() & raw.absence["enrolled"].notna()]
    assert len(hidden) > 0
    rows = shown.catchment[shown.catchment["school_id"].isin(hidden["school_id"])]
    assert rows["students"].isna().all()
    assert shown.schools.loc[hidden["school_id"].unique(), "students"].isna().all()
