"""Figures of another census year meet the tracts of this one, or are refused with the cause."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from data.assemble.panel import make_panel
from data.assemble.vintages import carried_over, crosswalk_between, crosswalk_of
from data.errors import DataError
from data.panel import Panel, SourceTables
from data.read.engine import read_table
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

NEW = ["99001000100", "99001000200", "99001000300", "99001000400"]
OLD = ["99001010000", "99001020000"]
PIECES = pd.DataFrame(
    {
        "source": [OLD[0], OLD[0], OLD[1], OLD[1]],
        "target": NEW,
        "weight": [1.0, 3.0, 2.0, 2.0],
    }
)
# The Census Bureau's tract relationship file of 2020 to 2010, its layout and a few made-up rows.
RELATIONSHIP = (
    "OID_TRACT_20|GEOID_TRACT_20|NAMELSAD_TRACT_20|AREALAND_TRACT_20|OID_TRACT_10|GEOID_TRACT_10|"
    "NAMELSAD_TRACT_10|AREALAND_TRACT_10|AREALAND_PART|AREAWATER_PART\n"
    "1|99001000100|Census Tract 1|100|7|99001010000|Census Tract 100|400|100|0\n"
    "2|99001000200|Census Tract 2|300|7|99001010000|Census Tract 100|400|300|5\n"
    "3|99001000300|Census Tract 3|200|8|99001020000|Census Tract 200|400|200|0\n"
    "4|99001000400|Census Tract 4|200|8|99001020000|Census Tract 200|400|200|0\n"
)
RECIPE = """
id = "relationship"
publisher = "Census Bureau"
title = "Tract relationship file"
table = "crosswalk"
url = "https://www2.census.gov/geo/docs/maps-data/data/rel2020/tract/"
mirror = "tab20_tract20_tract10.txt"
vintage = "2020"
release = "published"
licence = "US Government work"
definition = "Pieces shared by tracts of 2020 and 2010, by land area."
format = { kind = "delimited", delimiter = "|" }
identifier = { pattern = "[0-9]{11}" }
[columns]
source = { column = "GEOID_TRACT_10" }
target = { column = "GEOID_TRACT_20" }
weight = { column = "AREALAND_PART", unit = "count" }
"""


def rows(measure: str, unit: str, values: list, moe: list | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "geoid": OLD,
            "measure": measure,
            "value": np.array(values, dtype=float),
            "moe": np.array(moe or [np.nan, np.nan], dtype=float),
            "unit": unit,
            "reliability": "undefined",
            "status": ["reported" if pd.notna(each) else "missing" for each in values],
            "source": "made",
            "vintage": "2010",
        }
    )


def carried(table: pd.DataFrame) -> tuple[pd.DataFrame, Ledger]:
    ledger = Ledger()
    return carried_over(table, crosswalk_of(PIECES), ledger).set_index("geoid"), ledger


def test_totals_are_divided_and_kept() -> None:
    made, ledger = carried(rows("doctors", "count", [40, 10], [4, 2]))
    assert made["value"].to_dict() == dict(zip(NEW, [10, 30, 5, 5], strict=True))
    assert made["moe"].to_dict() == pytest.approx(dict(zip(NEW, [1, 3, 1, 1], strict=True)))
    assert "total 50 before, 50 after" in ledger.entries[-1].reason


def test_rates_are_averaged_not_divided() -> None:
    made, ledger = carried(rows("uninsured", "fraction", [0.2, 0.4], [0.02, 0.04]))
    assert made["value"].tolist() == pytest.approx([0.2, 0.2, 0.4, 0.4])
    assert made["moe"].tolist() == pytest.approx([0.02, 0.02, 0.04, 0.04])
    assert set(made["reliability"]) == {"high"}
    assert "mean 0.3 before, 0.3 after" in ledger.entries[-1].reason


def test_an_unknown_figure_stays_unknown() -> None:
    made, ledger = carried(rows("uninsured", "fraction", [np.nan, 0.4]))
    assert made["status"].tolist() == ["missing", "missing", "reported", "reported"]
    assert made["value"].isna().tolist() == [True, True, False, False]
    assert "2 tracts left empty" in ledger.entries[-1].reason
    withheld = rows("uninsured", "fraction", [np.nan, 0.4])
    withheld.loc[0, "status"] = "suppressed"
    assert carried(withheld)[0]["status"].tolist()[:2] == ["suppressed"] * 2


def test_ranks_among_other_tracts_are_left_out() -> None:
    made, ledger = carried(rows("svi_overall", "percentile", [0.2, 0.4]))
    assert made.empty
    assert "cannot be carried over" in ledger.entries[-1].reason


def test_the_relationship_file_of_the_census_bureau_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tab20_tract20_tract10.txt"
    path.write_text(RELATIONSHIP, encoding="utf-8")
    pieces = read_table(parse_recipe(RECIPE), path, Ledger()).table
    assert crosswalk_of(pieces)["share"].tolist() == [0.25, 0.75, 0.5, 0.5]


def test_outlines_of_both_years_make_a_crosswalk_by_children() -> None:
    outlines = gpd.GeoDataFrame(
        index=pd.Index([OLD[0]], name="geoid"), geometry=[box(0, 0, 2, 1)], crs="EPSG:4326"
    )
    tracts = gpd.GeoDataFrame(
        {"children": [30.0, 10.0]},
        index=pd.Index(NEW[:2], name="geoid"),
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )
    assert crosswalk_between(outlines, tracts)["share"].tolist() == pytest.approx([0.75, 0.25])
    with pytest.raises(DataError, match="the crosswalk of tracts cannot be made"):
        crosswalk_between(outlines.set_geometry([box(50, 50, 51, 51)], crs=4326), tracts)


def test_a_panel_of_2020_takes_drivers_of_2010_by_its_crosswalk(small: SourceTables) -> None:
    old = rows("doctors", "count", [40, 10])
    panel = make_panel(replace(small, drivers=old, crosswalk=crosswalk_of(PIECES)))
    assert panel.drivers["value"].sum() == 50
    assert set(panel.drivers["geoid"]) == set(NEW)
    assert any("total 50 before, 50 after" in each.reason for each in panel.ledger)


def test_without_a_crosswalk_the_likely_cause_is_named(small: SourceTables) -> None:
    with pytest.raises(DataError, match=r"2 of 2 tracts .* another census year.* of 2020\. Take"):
        make_panel(replace(small, drivers=rows("doctors", "count", [40, 10])))


def test_connecticut_planning_regions_are_recognised(small: SourceTables) -> None:
    def renamed(table: pd.DataFrame, county: str) -> pd.DataFrame:
        return table.assign(geoid=county + table["geoid"].str[5:])

    tracts = small.tracts.set_axis("09001" + small.tracts.index.str[5:], axis=0)
    tracts = tracts.rename_axis("geoid").assign(county="09001")
    # The small place does not lie in Connecticut.
    place = replace(
        small, tracts=tracts, drivers=renamed(small.drivers, "09110"), accept=("other_state",)
    )
    with pytest.raises(DataError, match="Connecticut: one side uses the planning regions"):
        make_panel(place)
    # A crosswalk answers it although the counties differ too.
    pieces = pd.DataFrame({"source": place.drivers["geoid"], "target": tracts.index, "weight": 1.0})
    panel = make_panel(replace(place, crosswalk=crosswalk_of(pieces)))
    assert set(panel.drivers["geoid"]) == set(tracts.index)


@pytest.mark.mirror
def test_evictions_by_tracts_of_2010_reach_those_of_2020(nyc_panel: Panel) -> None:
    found = nyc_panel.drivers[nyc_panel.drivers["measure"].eq("evictions")]
    if found.empty:
        pytest.skip("the panel was built before this source")
    assert found["geoid"].isin(nyc_panel.tracts.index).all()
    known = found["value"].dropna()
    assert len(known) > 2_000
    assert known.between(0, 1).all()
    (told,) = (each.reason for each in nyc_panel.ledger if each.reason.startswith("evictions:"))
    assert "mean 0.0104" in told
