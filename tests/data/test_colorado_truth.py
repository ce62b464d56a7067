"""Colorado: what the Department of Education published, checked against the panel."""

from pathlib import Path

import pytest

from data.build import build_panel
from data.panel import Panel, load_panel
from data.plausible.totals import publishers_total

pytestmark = pytest.mark.mirror

STATE = {  # the publisher's own row of the whole state: absent, students
    "2016-17": (162_457, 872_333),
    "2017-18": (212_797, 876_996),
    "2018-19": (197_392, 877_308),
    "2019-20": (212_642, 941_333),
    "2020-21": (229_963, 882_896),
    "2021-22": (317_796, 896_039),
    "2022-23": (269_582, 866_788),
}
REFUSED = (2_798, 2_475)
"""Education reEnvisioned BOCES in 2018-19: more students absent than enrolled in autumn."""


@pytest.fixture(scope="module")
def colorado(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Panel:
    out = tmp_path_factory.mktemp("colorado") / "panel"
    return load_panel(build_panel("colorado", out=out, mirror=mirror, say=lambda _line: None))


def test_sums_of_the_districts_are_the_publishers_where_it_counts_as_they_do(
    colorado: Panel,
) -> None:
    sums = colorado.absence.groupby("school_year")[["chronic_absent", "enrolled"]].sum()
    found = {str(year): (int(x), int(n)) for year, (x, n) in sums.iterrows()}
    for year in ("2016-17", "2017-18", "2019-20"):
        assert found[year] == STATE[year]
    absent, students = STATE["2018-19"]
    assert found["2018-19"] == (absent - REFUSED[0], students - REFUSED[1])
    # From 2020-21 on the state counts a student of two districts once.
    assert found["2020-21"] == (229_963, 901_813)
    assert found["2021-22"] == (317_796, 917_705)
    assert found["2022-23"] == (277_671, 888_394)


def test_the_difference_from_the_states_own_row_is_told(colorado: Panel) -> None:
    told = " ".join(each.reason for each in colorado.ledger)
    for absent, students in STATE.values():
        assert f"{absent:,} of {students:,} students in the publisher's own total" in told
    assert "Refused: chronic_absent is above enrolled." in told


def test_a_page_finds_the_states_own_total_again(colorado: Panel) -> None:
    for year, total in STATE.items():
        assert publishers_total(colorado.ledger, year) == total
    assert publishers_total(colorado.ledger, "2023-24") is None


def test_every_outline_is_that_of_one_district(colorado: Panel) -> None:
    assert len(colorado.zones) == colorado.zones["school_id"].nunique() == 178
    assert set(colorado.zones["school_id"]) <= set(colorado.schools.index)
    names = colorado.schools["name"]
    point = colorado.schools.geometry["0880"]
    assert names["0880"] == "Denver County 1"
    assert (point.x, point.y) == pytest.approx((-104.9, 39.75), abs=0.3)
    apart = colorado.schools.index[colorado.schools.geometry.isna()]
    assert set(apart) == {"8001", "9000", "9030", "9035", "9050", "9130", "9170", "9175"}


def test_districts_that_reported_next_to_nobody_are_doubted(colorado: Panel) -> None:
    doubts = [each for each in colorado.ledger if each.doubt == "year_change"]
    first = next(each for each in doubts if "2016-17 to 2017-18" in each.reason)
    assert "0050" in first.examples  # Bennett 29J: 8 of 1,029, then 325 of 1,061
    assert first.rows == 32


def test_a_mirror_without_census_files_makes_districts_without_conditions(
    colorado: Panel,
) -> None:
    assert colorado.area.reports == "district"
    assert len(colorado.tracts) == len(colorado.drivers) == len(colorado.catchment) == 0
    told = [each for each in colorado.ledger if each.reason.startswith("Not there")]
    assert [each.rows for each in told] == [3]
