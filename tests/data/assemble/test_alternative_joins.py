"""The joins that a build makes beside its own, on a place small enough to count by hand."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from data.assemble.alternative_joins import join_settings, with_joins
from data.assemble.panel import make_panel
from data.contracts.tables import TABLES
from data.panel import Panel, SourceTables
from data.store.protected import protect_panel
from data.views.joins import joined, offered
from geo.join.gravity import fit_gravity


def zoned(tables: SourceTables) -> SourceTables:
    """Give A1 a zone: tract 1 with 100 children and the west half of tract 2 with 300."""
    zone = box(-74.0, 40.0, -73.97, 40.02)
    words = {"zone_id": ["z1"], "school_id": ["A1"], "level": ["elementary"]}
    return replace(tables, zones=gpd.GeoDataFrame(words, geometry=[zone], crs="EPSG:4326"))


@pytest.fixture
def panel(small: SourceTables) -> Panel:
    return make_panel(zoned(small))


def shares(panel: Panel, name: str) -> dict[tuple[str, str], float]:
    table = joined(panel, name).table
    assert table["share"].gt(0).all()
    return table.set_index(["school_id", "geoid"])["share"].to_dict()


def test_a_building_counts_where_it_stands(panel: Panel) -> None:
    assert shares(panel, "building") == {("A1", "99001000100"): 1.0, ("B2", "99001000200"): 1.0}
    assert joined(panel, "building").why["A1"] == "counted where the school stands"


def test_the_join_of_the_place_is_stored_once(panel: Panel) -> None:
    assert panel.parameters["catchment"]["method"] == "gravity"
    assert "gravity" not in set(panel.joins["join"])
    assert "gravity" in offered(panel)
    assert joined(panel, "gravity").method.to_dict() == {"A1": "gravity", "B2": "gravity"}


def test_a_school_follows_its_zone_and_one_without_says_so(panel: Panel) -> None:
    join = joined(panel, "zones")
    assert join.method.to_dict() == {"A1": "zones", "B2": "gravity"}
    assert join.why["A1"] == "Its attendance zone is known."
    assert join.why["B2"] == "No zone names it."
    own = join.shares(pd.Index(["A1"])).set_index("geoid")["share"]
    assert own.to_dict() == pytest.approx({"99001000100": 0.4, "99001000200": 0.6}, abs=1e-6)


def test_where_no_child_is_counted_only_the_building_is_left(panel: Panel) -> None:
    tracts = panel.tracts.assign(children=0.0)
    empty = with_joins(replace(panel, tracts=tracts, zones=panel.zones.iloc[:0]))
    assert set(empty.joins["join"]) == {"building"}


def withheld(tables: SourceTables, enrolled: int) -> SourceTables:
    """School A1 with so few students in every year that its enrolment is withheld."""
    absence = tables.absence.copy()
    few = absence["school_id"].eq("A1")
    absence.loc[few, ["enrolled", "enrolled_lower", "enrolled_upper"]] = enrolled
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = 3
    return replace(tables, absence=absence)


def test_joins_of_the_protected_copy_do_not_tell_a_withheld_enrolment(
    restricted: SourceTables,
) -> None:
    raw, other = (make_panel(zoned(withheld(restricted, each))) for each in (5, 9))
    assert not raw.joins["share"].equals(other.joins["share"])
    shown, alike = protect_panel(raw), protect_panel(other)
    assert shown.catchment.set_index("school_id").loc["A1", "students"].isna().all()
    pd.testing.assert_frame_equal(shown.joins, alike.joins)


def test_nothing_of_the_protected_copy_tells_a_withheld_enrolment(
    restricted: SourceTables,
) -> None:
    raws = [make_panel(zoned(withheld(restricted, each))) for each in range(4, 11)]
    shares = [raw.catchment["share"].to_numpy() for raw in raws]
    assert not any((shares[0] == other).all() for other in shares[1:])
    first, *others = map(protect_panel, raws)
    for other in others:
        for name in TABLES:
            pd.testing.assert_frame_equal(first.table(name), other.table(name), check_exact=True)
        assert first.parameters == other.parameters
        assert first.ledger == other.ledger
    sums = first.catchment.groupby("school_id")["share"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    assert set(sums.index) == set(raws[0].catchment["school_id"])


def test_fitting_again_does_not_give_a_withheld_enrolment_back(restricted: SourceTables) -> None:
    """The attack: spread every enrolment anew, and compare shares to the last bit."""
    true = 8
    shown = protect_panel(make_panel(withheld(restricted, true)))
    known = shown.catchment.groupby("school_id")["students"].sum(min_count=1)
    assert known.isna().to_dict() == {"A1": True, "B2": False}
    sites = shown.schools.loc[known.index].to_crs(shown.area.crs)
    tracts = shown.tracts.to_crs(shown.area.crs)
    gaps = []
    for guess in range(1, 11):
        tried = sites.assign(enrolled=known.fillna(guess))
        table = fit_gravity(tried, tracts, **join_settings(shown)).table
        both = table.merge(shown.catchment, on=["school_id", "geoid"], suffixes=("", "_shown"))
        assert len(both) == len(shown.catchment)
        gaps.append(float((both["share"] - both["share_shown"]).abs().max()))
    assert min(gaps) > 0
    assert int(np.argmin(gaps)) + 1 != true


def test_where_nothing_is_withheld_both_copies_join_alike(panel: Panel) -> None:
    pd.testing.assert_frame_equal(protect_panel(panel).joins, panel.joins)
