"""Groups of tracts carry the names of their neighbourhoods, and no two the same."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data.views.group_names import group_names

SCHOOLS = pd.Series({"g": "Hill High School", "h": "Bay High School"})


def named(*rows: tuple[str | None, str, float]) -> dict[str, str]:
    """Names by group of tracts given as group, neighbourhood and students."""
    ids, parts, students = (pd.Series(column) for column in zip(*rows, strict=True))
    return group_names(ids, parts, students.astype(float), SCHOOLS).to_dict()


def test_two_parts_name_a_group_unless_one_has_two_thirds() -> None:
    rows = [("g", "Melrose", 40), ("g", "Mott Haven", 60), (None, "Hunts Point", 500)]
    assert named(*rows) == {"g": "Mott Haven–Melrose"}
    assert named(*rows, ("g", "Mott Haven", 20)) == {"g": "Mott Haven"}
    assert named(*rows, ("g", "Longwood", 39)) == {"g": "Mott Haven–Melrose"}


def test_names_with_dashes_are_joined_by_a_spaced_one() -> None:
    assert named(("g", "Mott Haven-Port Morris", 5), ("g", "Melrose", 4)) == {
        "g": "Mott Haven-Port Morris – Melrose"
    }


def test_halves_of_a_neighbourhood_are_one_unless_two_groups_have_one_each() -> None:
    assert named(("g", "Harlem (North)", 5), ("g", "Harlem (South)", 5)) == {"g": "Harlem"}
    assert named(("g", "Harlem (North)", 5), ("h", "Harlem (South)", 5)) == {
        "g": "Harlem (North)",
        "h": "Harlem (South)",
    }


def test_groups_of_the_same_parts_take_the_next_part_or_a_school() -> None:
    assert named(("g", "Bay", 9), ("g", "Hill", 1), ("h", "Bay", 9), ("h", "Dock", 1)) == {
        "g": "Bay–Hill",
        "h": "Bay–Dock",
    }
    assert named(("g", "Marion County", 9), ("h", "Marion County", 9)) == {
        "g": "Marion County, around Hill High School",
        "h": "Marion County, around Bay High School",
    }


def test_a_corner_of_a_large_county_is_told_by_its_school() -> None:
    corner = ("g", "Multnomah County", 24)
    assert named(corner, (None, "Multnomah County", 72)) == {"g": "Multnomah County"}
    assert named(corner, (None, "Multnomah County", 73)) == {
        "g": "Multnomah County, around Hill High School"
    }


def test_a_group_without_a_neighbourhood_is_named_after_a_school() -> None:
    assert named(("g", "", 9), ("h", "Bay", 9)) == {"g": "Around Hill High School", "h": "Bay"}
    assert named(("g", "", 99), ("g", "Bay", 9)) == {"g": "Bay"}


PARTS = st.sampled_from(("", "Bay", "Hill", "Hill (East)", "Hill (West)", "Dock-Side"))


@given(st.lists(st.tuples(st.sampled_from("ghijk"), PARTS, st.floats(0, 9)), min_size=1))
def test_no_two_groups_share_a_name(rows: list[tuple[str, str, float]]) -> None:
    names = named(*rows)
    assert set(names) == {group for group, _, _ in rows}
    assert len(set(names.values())) == len(names)
    assert all(names.values())
