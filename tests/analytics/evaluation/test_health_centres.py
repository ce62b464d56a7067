"""Nine school health centres that closed: what docs/examples/health-centres.md says of them."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.evaluation import (
    design,
    detectable,
    fixed_effects,
    group_time,
    histories,
    placebo,
    regression_to_mean,
    similar,
)
from data.views.units import counted

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def counts(mirror, nyc_protected):
    """Counts by building with a centre in 2022-23, and the buildings without one in 2023-24."""
    folder, panel = mirror / "nyc", nyc_protected
    centres = folder / "nyc_school_health"
    before = pd.read_csv(centres / "nyc_sbhc_22-23.csv", encoding="utf-8-sig").iloc[:, 0]
    after = pd.read_csv(centres / "nyc_sbhc_23-24.csv", encoding="utf-8-sig")["BLDG"]
    with_one, still = set(before.str.strip()), set(after.str.strip())
    places = pd.read_csv(
        folder / "nyc_school_locations" / "2019-2020_School_Locations.csv",
        encoding="utf-8-sig",
        dtype=str,
    )
    places = places.assign(dbn=places["system_code"].str.strip()).drop_duplicates("dbn")
    x, n = counted(panel, "all", panel.schools.index)
    unusual = panel.area.unusual_years
    years = {y: int(y[:4]) for y in x.columns if y not in unusual and y >= "2016-17"}
    x, n = (table[list(years)].rename(columns=years) for table in (x, n))
    building = places.set_index("dbn")["Primary_building_code"].str.strip().reindex(x.index)
    known = building.isin(with_one) & x.notna().all(axis=1) & n.notna().all(axis=1)
    closed = pd.Series(2023.0, index=sorted(with_one - still))
    sums = [table[known].groupby(building[known]).sum() for table in (x, n)]
    return *sums, closed


def test_nothing_is_shown_by_nine_buildings(counts):
    x, n, closed = counts
    told = histories(x, n, closed)
    assert (len(told.units), int((~told.never).sum())) == (142, 9)
    matched = similar(told)
    near = told.of(matched.chosen)
    found = group_time(near)
    assert int(near.never.sum()) == 63
    assert design(near, found, matched).carries
    assert found.leads_p == pytest.approx(0.56, abs=0.005)
    assert found.effect == pytest.approx(-0.025, abs=0.0005)
    assert (found.low, found.high) == pytest.approx((-0.075, 0.025), abs=0.0005)
    made_up = placebo(near, seed=1)
    assert made_up.p == pytest.approx(0.12, abs=0.02)
    assert (made_up.low, made_up.high) == pytest.approx((-0.055, 0.008), abs=0.003)
    odds = fixed_effects(near)
    assert (odds.effect, odds.low, odds.high) == pytest.approx((-0.044, -0.106, 0.022), abs=0.0005)
    corrected = regression_to_mean(told)
    assert (corrected.beyond, corrected.se) == pytest.approx((-0.027, 0.019), abs=0.0005)


def test_nine_buildings_would_show_seven_points(counts):
    x, n, _ = counts
    found = detectable(histories(x, n, pd.Series(dtype=float)), [9], years_with=2)
    assert found.loc[9, "effect"] == pytest.approx(0.07, abs=0.005)
