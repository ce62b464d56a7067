"""Districts as units of a map: order, states, and those without an outline."""

from __future__ import annotations

import pytest

from data.panel import Panel
from data.store.protected import protect_panel
from data.views.districts import areas_in, by_district, district_view, outlined, without_outline
from data.views.schools_and_tracts import school_view, totals
from tests import district_places as made

YEAR = "2021-22"


@pytest.fixture(scope="module")
def county(demo_panel: Panel) -> Panel:
    return protect_panel(made.panel(demo_panel, tracts=False))


def test_rows_are_the_outlines_in_map_order(county: Panel) -> None:
    table = district_view(county, school_view(county, YEAR, "all"))
    assert list(table.index) == list(county.zones["school_id"])
    assert table["name"].notna().all()
    assert not table["by_schools"].any()


def test_what_is_not_shown_says_why(county: Panel) -> None:
    table = district_view(county, school_view(county, YEAR, "all"))
    assert table.loc[made.NOBODY, "status"] == "missing"
    assert not table.loc[[made.NOBODY, made.TINY], "shown"].any()
    assert table.loc[made.TINY, "reason"]


def test_a_steadied_share_lies_between_the_own_and_that_of_all(county: Panel) -> None:
    districts = school_view(county, YEAR, "all")
    table, whole = district_view(county, districts), totals(districts)
    known = table[table["shown"]]
    place = whole.chronic_absent / whole.enrolled
    low, high = known["rate"].clip(upper=place), known["rate"].clip(lower=place)
    assert known["eb_rate"].between(low - 1e-12, high + 1e-12).all()


def test_units_without_an_outline_are_not_lost(county: Panel) -> None:
    districts = school_view(county, YEAR, "all")
    apart = without_outline(county, districts)
    assert list(apart.index) == [made.CHARTERS]
    assert made.CHARTERS not in outlined(county)
    on_map = district_view(county, districts)["chronic_absent"].sum()
    assert on_map + apart["chronic_absent"].sum() == totals(districts).chronic_absent


def test_a_district_is_no_area_beside_itself(county: Panel, demo_panel: Panel) -> None:
    assert by_district(county)
    assert areas_in(county) == {}
    with_tracts = made.panel(demo_panel, tracts=True)
    assert areas_in(with_tracts) == {}
    assert "Alder Heights" in areas_in(demo_panel)
