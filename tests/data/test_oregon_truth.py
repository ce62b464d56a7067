"""Oregon: what the published files say, checked against the panel."""

import pytest

from data.panel import Panel
from data.plausible.totals import publishers_total

pytestmark = pytest.mark.mirror

ONLINE = ["4399", "4690", "4973", "5061", "5150", "5357", "5440", "5441"]
AT_A_DISTANCE = ["1205", "4223", "4728", "4740"]


def test_students_and_schools_are_those_of_the_publisher(oregon_panel: Panel) -> None:
    rows = oregon_panel.absence
    assert len(rows) == rows["school_id"].nunique() == 1_253
    assert rows["status"].value_counts().to_dict() == {"reported": 1_198, "suppressed": 55}
    assert rows["chronic_absent"].sum() == 107_275
    assert rows["enrolled"].sum() == 534_279


def test_the_states_own_row_is_told_beside_the_sum_of_its_schools(oregon_panel: Panel) -> None:
    assert publishers_total(oregon_panel.ledger, "2018-19") == (112_588, 551_477)


def test_withheld_schools_have_the_bounds_of_list_and_rate(oregon_panel: Panel) -> None:
    rows = oregon_panel.absence.set_index("school_id")
    rows = rows[rows["status"].eq("suppressed")]
    students = oregon_panel.schools["students"].reindex(rows.index)
    below_5 = rows["reason"].str.contains("<5")
    above_95 = rows["reason"].str.contains(">95")
    assert (int(below_5.sum()), int(above_95.sum())) == (32, 1)
    assert (rows["upper"][below_5] <= 0.05 * students[below_5]).all()
    assert (rows["lower"][above_95] >= 0.95 * students[above_95]).all()
    assert (rows["upper"][~below_5].dropna() == students[~below_5].dropna()).all()
    assert (rows["lower"].sum(), rows["upper"].sum()) == (112, 1_277)


def test_levels_follow_from_grades(oregon_panel: Panel) -> None:
    counts = oregon_panel.schools["level"].value_counts()
    assert counts.sum() == 1_253
    # By name: a high school with grade 8 or a middle school with grade 5 may be called otherwise.
    names = oregon_panel.schools["name"].str.lower()
    level = oregon_panel.schools["level"]
    for word, fits, least in (
        ("elementary school", {"elementary", "k8"}, 0.97),
        ("middle school", {"middle", "secondary"}, 0.97),
        ("high school", {"high", "secondary", "k12"}, 0.97),
    ):
        called = names.str.endswith(word) & ~names.str.contains("middle/|elementary/|jr")
        assert called.sum() > 150
        assert level[called].isin(fits).mean() >= least, word
    assert not level.eq("unknown").any()
    # Withheld, of no other list: its rows are grades 6 to 12.
    assert level["3740"] == "secondary"


def test_schools_without_a_place_are_in_totals_only(oregon_panel: Panel) -> None:
    joined = set(oregon_panel.catchment["school_id"])
    assert joined.isdisjoint([*ONLINE, *AT_A_DISTANCE])
    apart = set(oregon_panel.schools.index) - joined
    assert apart == {*ONLINE, *AT_A_DISTANCE, "3740"}


def test_tracts_are_measured_in_metres_and_all_there(oregon_panel: Panel) -> None:
    assert len(oregon_panel.tracts) == 994
    km2 = oregon_panel.tracts.to_crs(oregon_panel.area.crs).area.sum() / 1e6
    assert 248_608 < km2 < 254_799  # Census Bureau: land, and land with all water to three miles
    assert not [entry for entry in oregon_panel.ledger if entry.doubt not in ("", "online_schools")]
