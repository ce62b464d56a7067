"""Water, parks, roads, boundaries and names of a map: cut, put together, ranked and placed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point, box

from data.assemble.panel import make_panel
from data.contracts.check import ContractError, empty_table, validate
from data.errors import DataError
from data.panel import Panel, SourceTables
from data.store.protected import protect_panel

# The small place: four squares from 40 N 74 W, .02 degrees wide; children 100, 300, unknown, 0.
WEST, SOUTH, SIDE = -74.0, 40.0, 0.02
SOUTH_WEST, SOUTH_EAST, NORTH_WEST, NORTH_EAST = (
    (WEST + SIDE * (x + 0.5), SOUTH + SIDE * (y + 0.5)) for y in (0, 1) for x in (0, 1)
)


def features(*rows: tuple[str, str, Any]) -> gpd.GeoDataFrame:
    """What files hold: layer, name and shape, in the place's own squares from 0, 0 to 2, 2."""
    table = pd.DataFrame(rows, columns=["layer", "name", "shape"])
    shapes = [
        shapely.transform(each, lambda xy: xy * SIDE + [WEST, SOUTH]) for each in table["shape"]
    ]
    table = table.drop(columns="shape").assign(kind="", source="made")
    table["feature_id"] = table.index.astype("str")
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def made(small: SourceTables, *rows: tuple[str, str, Any], **columns: Any) -> Panel:
    tables = replace(small, tracts=small.tracts.assign(**columns))
    return make_panel(replace(tables, features=features(*rows)) if rows else tables)


def layer(panel: Panel, name: str, kind: str | None = None) -> gpd.GeoDataFrame:
    table = panel.context[panel.context["layer"].eq(name)]
    return table if kind is None else table[table["kind"].eq(kind)]


def test_without_any_file_names_and_boundaries_are_made_of_the_tracts(small: SourceTables) -> None:
    panel = made(small, neighbourhood=["Bay", "Hill", "Bay", ""])
    names = layer(panel, "names")
    assert set(panel.context["layer"]) == {"names", "boundaries"}
    assert names[["name", "kind", "rank"]].to_numpy().tolist() == [
        ["Hill", "neighbourhood", 0],  # 300 children
        ["Bay", "neighbourhood", 1],  # 100 and a number that is not known
    ]
    spots = dict(zip(names["name"], names.geometry, strict=True))
    assert (spots["Hill"].x, spots["Hill"].y) == pytest.approx(SOUTH_EAST)
    assert (spots["Bay"].x, spots["Bay"].y) == pytest.approx(SOUTH_WEST)  # where its children live
    edge = layer(panel, "boundaries", "county").geometry.iloc[0]
    assert edge.length == pytest.approx(8 * SIDE)
    inner = layer(panel, "boundaries", "neighbourhood").geometry.iloc[0]
    assert inner.length == pytest.approx(8 * SIDE + 3 * SIDE)  # Bay is two squares: one line less


def test_a_name_stands_in_one_of_its_own_tracts_where_the_middle_lies_outside(
    small: SourceTables,
) -> None:
    corners = {"neighbourhood": ["Corner", "", "", "Corner"], "children": [100.0, 5, 5, 100]}
    panel = made(small, residents=500.0, **corners)
    (spot,) = layer(panel, "names").geometry
    own = panel.tracts[panel.tracts["neighbourhood"].eq("Corner")]
    assert own.distance(spot).min() == 0
    assert (spot.x, spot.y) != pytest.approx((WEST + SIDE, SOUTH + SIDE))


def test_counties_are_named_where_there_are_several_and_before_neighbourhoods(
    small: SourceTables,
) -> None:
    one = made(small, county_name="Kings", neighbourhood=["Bay", "Bay", "Hill", "Kings"])
    assert layer(one, "names", "county").empty  # the only county is the place
    assert set(layer(one, "names")["name"]) == {"Bay", "Hill"}  # not the county's name again
    two = made(small, county_name=["Kings", "Queens", "Kings", "Queens"])
    counties = layer(two, "names", "county")
    assert counties[["name", "rank"]].to_numpy().tolist() == [["Queens", 0], ["Kings", 1]]


def test_layers_of_files_are_cut_joined_by_name_and_ranked_by_size(small: SourceTables) -> None:
    panel = made(
        small,
        ("water", "Lake", box(0.2, 0.2, 0.6, 0.6)),
        ("water", "River", box(-9, 0.9, 1, 1.1)),
        ("water", "River", box(1, 0.9, 9, 1.1)),
        ("water", "", box(1.2, 1.2, 1.3, 1.3)),
        ("water", "", box(1.5, 1.5, 1.6, 1.6)),
        ("water", "Drop", box(1.5, 1.7, 1.5004, 1.7004)),
        ("water", "Elsewhere", box(7, 7, 8, 8)),
        ("parks", "Green", shapely.union_all([box(0, 0, 0.3, 0.3), box(0.5, 0, 0.6, 0.3)])),
        ("roads", "Main Street", LineString([(-9, 0.5), (9, 0.5)])),
        ("boundaries", "Ward 1", box(0, 0, 1, 2)),
    )
    water = layer(panel, "water")
    assert water[["name", "rank"]].to_numpy().tolist() == [
        ["River", 0],
        ["Lake", 1],
        ["", 2],  # two ponds without a name stay two
        ["", 3],
    ]
    west, _, east, _ = water.geometry.iloc[0].bounds
    assert west > WEST - 0.2 * SIDE
    assert east < WEST + 2.2 * SIDE
    assert layer(panel, "parks")["name"].tolist() == ["Green"]
    assert layer(panel, "roads").geometry.iloc[0].length == pytest.approx(2.2 * SIDE)
    ward = layer(panel, "boundaries", "boundary")
    assert ward["name"].tolist() == ["Ward 1"]
    assert ward.geometry.iloc[0].length == pytest.approx(6 * SIDE)
    dropped = [each for each in panel.ledger if "too small to be drawn" in each.reason]
    assert [each.rows for each in dropped] == [1]


def test_nothing_of_it_is_a_figure_and_the_protected_copy_has_the_same(small: SourceTables) -> None:
    panel = made(small, ("places", "Town", box(0, 0, 1, 1)), neighbourhood=["Bay", "Hill", "", ""])
    shown = protect_panel(panel)
    assert list(panel.context.columns) == ["layer", "kind", "rank", "name", "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(shown.context), pd.DataFrame(panel.context))


def test_towns_are_ranked_by_the_children_around_them(small: SourceTables) -> None:
    areas = made(
        small,
        ("places", "Small", box(0, 0, 1, 1)),
        ("places", "Large", box(1, 0, 2, 1)),
        ("places", "Hamlet", box(0.1, 1.1, 0.2, 1.2)),
        ("places", "Far", box(7, 7, 8, 8)),
    )
    towns = layer(areas, "names", "town")
    assert towns["name"].tolist() == ["Large", "Small", "Hamlet"]
    assert (towns.geometry.iloc[0].x, towns.geometry.iloc[0].y) == pytest.approx(SOUTH_EAST)
    hamlet = shapely.transform(box(0.1, 1.1, 0.2, 1.2), lambda xy: xy * SIDE + [WEST, SOUTH])
    assert hamlet.contains(towns.geometry.iloc[2])  # no tract's middle: its own
    points = made(small, ("places", "Small", Point(0.3, 0.4)), ("places", "Large", Point(1.5, 0.5)))
    assert layer(points, "names", "town")["name"].tolist() == ["Large", "Small"]
    spot = layer(points, "names", "town").geometry.iloc[1]
    assert (spot.x, spot.y) == pytest.approx((WEST + 0.3 * SIDE, SOUTH + 0.4 * SIDE))
    assert points.tracts["neighbourhood"].eq("").all()  # a point holds no tract


def test_a_boundary_names_the_tracts_whose_largest_part_it_holds_then_a_town(
    small: SourceTables,
) -> None:
    panel = made(
        small,
        ("neighbourhoods", "Bay", box(-1, 0, 1.4, 1)),
        ("neighbourhoods", "Hill", box(1.4, 0, 3, 1)),
        ("places", "Town", box(0, 0, 2, 2)),
        ("places", "Other", box(1.6, 1.6, 2, 2)),
        neighbourhood=["", "", "", "Own"],
    )
    assert panel.tracts["neighbourhood"].tolist() == ["Bay", "Hill", "Town", "Own"]
    reasons = {each.reason: each.rows for each in panel.ledger if each.table == "tracts"}
    assert {
        "The neighbourhood is the boundary that holds the largest part of the tract.": 2,
        "The neighbourhood is the town that holds the middle of the tract.": 1,
    }.items() <= reasons.items()


def test_a_file_of_counties_names_them(small: SourceTables) -> None:
    table = features(
        ("counties", "Small County", box(0, 0, 2, 2)), ("counties", "x", box(0, 0, 1, 1))
    )
    table["feature_id"] = ["99001", "99003"]
    panel = make_panel(replace(small, features=table))
    assert set(panel.tracts["county_name"]) == {"Small County"}


def test_the_district_that_serves_most_students_is_the_neighbourhood(small: SourceTables) -> None:
    schools = small.schools.assign(district=["North", "South", ""])
    tables = replace(
        small, schools=schools, neighbourhood="district", join={"scale_km": 0.3, "k": 4}
    )
    panel = make_panel(tables)
    served = panel.catchment.assign(district=panel.catchment["school_id"].map(schools["district"]))
    sums = served.pivot_table("students", "geoid", "district", aggfunc="sum")
    wanted = sums.idxmax(axis=1).reindex(panel.tracts.index).fillna("")
    assert panel.tracts["neighbourhood"].tolist() == wanted.tolist()
    assert set(wanted) >= {"North", "South"}
    assert set(layer(panel, "names")["name"]) == {"North", "South"}
    assert any("school district that serves most" in each.reason for each in panel.ledger)


def test_a_withheld_enrolment_does_not_choose_the_district_that_is_shown(
    restricted: SourceTables,
) -> None:
    def shown(students: int) -> Panel:
        absence = restricted.absence.copy()
        small_school = absence["school_id"].eq("B2")
        counts = ["enrolled", "enrolled_lower", "enrolled_upper"]
        absence.loc[small_school, counts] = students
        absence.loc[small_school, ["chronic_absent", "lower", "upper"]] = 1
        schools = restricted.schools.assign(district=["North", "South", ""])
        tables = replace(
            restricted, absence=absence, schools=schools, neighbourhood="district",
            school_drivers=empty_table("school_drivers"), join={"scale_km": 0.3, "k": 4},
        )  # fmt: skip
        return protect_panel(make_panel(tables))

    one, other = shown(4), shown(9)
    assert one.absence.loc[one.absence["school_id"].eq("B2"), "enrolled"].isna().all()
    assert one.tracts["neighbourhood"].tolist() == other.tracts["neighbourhood"].tolist()
    assert [str(each) for each in one.ledger if each.table == "tracts"] == [
        str(each) for each in other.ledger if each.table == "tracts"
    ]
    assert "South" not in set(one.tracts["neighbourhood"])


def test_a_file_of_another_place_is_refused(small: SourceTables) -> None:
    with pytest.raises(DataError, match=r"made: none of its 1 shapes lies in Small County; take"):
        made(small, ("water", "Far", box(70, 7, 71, 8)))


def test_a_shape_without_area_is_left_out_and_a_broken_one_mended(small: SourceTables) -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    flat = shapely.Polygon([(0, 0), (1, 0), (0.5, 0)])
    panel = made(small, ("parks", "Bow", bow_tie), ("parks", "Flat", flat))
    assert layer(panel, "parks")["name"].tolist() == ["Bow"]
    assert layer(panel, "parks").geometry.is_valid.all()
    assert any(each.reason.startswith("Outline mended") for each in panel.ledger)
    assert any(each.action == "dropped" and each.table == "context" for each in panel.ledger)


def test_the_contract_wants_the_shape_of_each_layer(small: SourceTables) -> None:
    context = made(small, neighbourhood="Bay").context
    wrong = context.assign(layer="water", rank=np.arange(len(context)))
    with pytest.raises(ContractError, match="a shape that is not their layer's"):
        validate("context", wrong)


def test_a_layer_grows_no_larger_than_its_bound(small: SourceTables) -> None:
    rng = np.random.default_rng(3)
    ponds = [
        ("water", f"Pond {number}", Point(x, y).buffer(0.012 + 1e-5 * number, quad_segs=16))
        for number, (x, y) in enumerate(rng.uniform(0, 2, (900, 2)))
    ]
    water = layer(made(small, *ponds), "water")
    assert shapely.get_num_coordinates(water.geometry.to_numpy()).sum() <= 5_000
    assert water["name"].iloc[0] == "Pond 899"
