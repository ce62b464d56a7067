"""An agency's complete list of designated areas becomes 1, 0 or missing by tract."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.assemble.panel import make_panel
from data.errors import DataError
from data.panel import Panel, SourceTables

GEOIDS = ["99001000100", "99001000200", "99001000300", "99001000400"]


def listing(small: SourceTables, table: pd.DataFrame) -> SourceTables:
    sources = (*small.sources, replace(small.sources[0], id="listed"))
    return replace(small, designations=table, sources=sources)


def value_of(panel: Panel, measure: str) -> pd.Series:
    return panel.drivers[panel.drivers["measure"].eq(measure)].set_index("geoid")["value"]


def designated(*areas: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(areas, columns=["area_id", "area_kind"])
    return table.assign(measure="hpsa_primary_care", source="listed", vintage="2024")


@pytest.mark.parametrize(
    ("areas", "wanted"),
    [
        ([(GEOIDS[0], "tract")], [1.0, 0.0, 0.0, 0.0]),
        ([("99001", "county")], [1.0, 1.0, 1.0, 1.0]),
        ([("99003", "county")], [0.0, 0.0, 0.0, 0.0]),
        ([(GEOIDS[0], "tract"), ("9900112345", "part")], [1.0, np.nan, np.nan, np.nan]),
        ([("99001", "county"), ("9900112345", "part")], [1.0, 1.0, 1.0, 1.0]),
        ([(GEOIDS[0], "tract"), ("9900312345", "part")], [1.0, 0.0, 0.0, 0.0]),
    ],
)
def test_designations(
    small: SourceTables, areas: list[tuple[str, str]], wanted: list[float]
) -> None:
    panel = make_panel(listing(small, designated(*areas)))
    rows = panel.drivers[panel.drivers["measure"].eq("hpsa_primary_care")]
    np.testing.assert_array_equal(rows["value"], wanted)
    assert rows["status"].tolist() == ["missing" if np.isnan(v) else "reported" for v in wanted]
    said = " ".join(each.reason for each in panel.ledger)
    assert ("complete" in said) == (0.0 in wanted)
    assert ("it cannot be said" in said) == bool(np.isnan(wanted).any())


def test_designations_of_another_census_year_become_fractions(small: SourceTables) -> None:
    old = ["99001000500", "99001000600"]
    crosswalk = pd.DataFrame(
        {
            "source": [old[0], old[0], old[1], old[1]],
            "target": [GEOIDS[0], GEOIDS[1], GEOIDS[1], GEOIDS[2]],
            "share": [0.5, 0.5, 0.25, 0.75],
            "weight": [50.0, 50.0, 50.0, 150.0],
        }
    )
    tables = replace(listing(small, designated((old[0], "tract"))), crosswalk=crosswalk)
    value = value_of(make_panel(tables), "hpsa_primary_care")
    assert value[GEOIDS[:3]].tolist() == pytest.approx([1.0, 0.5, 0.0])
    with pytest.raises(DataError, match="1 of 1 designated tracts are unknown here"):
        make_panel(replace(tables, crosswalk=None))


def test_a_list_of_another_state_is_not_taken_for_none(small: SourceTables) -> None:
    with pytest.raises(DataError, match="names no area of state 99"):
        make_panel(listing(small, designated(("36061000100", "tract"))))
